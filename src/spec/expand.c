/* Expand: one walk over words, a stack of the terms that it is inside of. */
#include "spec/expand.h"

#include "core/memory.h"

/* Words that a graph may come to: terms that are put into several others can grow without bounds.
 */
static size_t most_words(const cki_spec *from)
{
    return ((size_t)1 << 24) + 8 * from->nwords;
}

typedef struct span {
    size_t at, end;
} span;

typedef struct walk {
    const cki_spec *from;
    const bool *inlined;
    span *spans;
    size_t depth, room;
    cki_error *error;
} walk;

static bool enter(walk *w, uint32_t key)
{
    if (w->depth == w->room) {
        size_t room = w->room * 2 + 16;
        span *wider = cki_memory_realloc(w->spans, room * sizeof *wider);
        if (!wider) {
            cki_fail_memory(w->error, room * sizeof *wider);
            return false;
        }
        w->spans = wider;
        w->room = room;
    }
    const cki_definition *made = &w->from->definitions[key];
    w->spans[w->depth++] = (span){made->at, made->at + made->length};
    return true;
}

/* The next word that is kept; *key is a key that was gone into on the way, or CKI_NO_NAME. False at
 * the end, or with an error. */
static bool next(walk *w, cki_word *word, uint32_t *key)
{
    while (w->depth) {
        span *top = &w->spans[w->depth - 1];
        if (top->at == top->end) {
            w->depth--;
            continue;
        }
        *word = w->from->words[top->at++];
        *key = cki_spec_reference(w->from, *word);
        if (*key != CKI_NO_NAME && w->inlined[*key])
            return enter(w, *key);
        *key = CKI_NO_NAME;
        return true;
    }
    return false;
}

cask_status cki_expand_define(const cki_spec *from, cki_spec *to, uint32_t key, const bool *inlined,
                              cki_error *error)
{
    walk w = {.from = from, .inlined = inlined, .error = error};
    cki_word word;
    uint32_t inside;
    size_t most = most_words(from);
    bool fine = enter(&w, key);
    while (fine && next(&w, &word, &inside)) {
        if (inside != CKI_NO_NAME)
            continue;
        if (to->nwords >= most)
            cki_fail(error, CASK_LIMIT, NULL,
                     "the term of key '%.200s' would make the graph larger than %zu parts: inline "
                     "fewer keys",
                     cki_spec_text(from, key), most);
        fine = error->status == CASK_OK && cki_spec_put(to, word, error);
    }
    cki_memory_free(w.spans);
    if (error->status != CASK_OK) {
        cki_spec_drop(to);
        return error->status;
    }
    return cki_spec_define(to, key, error);
}

cask_status cki_expand_list(const cki_spec *from, uint32_t key, const bool *inlined,
                            uint32_t **keys, size_t *count, cki_error *error)
{
    walk w = {.from = from, .inlined = inlined, .error = error};
    cki_word word;
    uint32_t inside;
    size_t room = 0;
    *keys = NULL;
    *count = 0;
    bool fine = enter(&w, key);
    while (fine && next(&w, &word, &inside)) {
        if (inside == CKI_NO_NAME)
            continue;
        if (*count == room) {
            room = room * 2 + 16;
            uint32_t *wider = cki_memory_realloc(*keys, room * sizeof *wider);
            if (!wider) {
                fine = cki_fail_memory(error, room * sizeof *wider) == CASK_OK;
                continue;
            }
            *keys = wider;
        }
        (*keys)[(*count)++] = inside;
    }
    cki_memory_free(w.spans);
    if (error->status != CASK_OK) {
        cki_memory_free(*keys);
        *keys = NULL;
    }
    return error->status;
}
