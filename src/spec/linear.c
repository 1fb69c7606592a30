/* Linear fusion: of tasks in a row, each the only one that needs the next and needing nothing else,
 * one task is made. Beside the fusion of trees, which Dask prefers. */
#include "core/memory.h"
#include "spec/expand.h"
#include "spec/passes.h"
#include "spec/spec_write.h"

#include <string.h>

typedef struct rows {
    const cki_spec *spec;
    bool *kept;        /* by key, as the rest: may not go into another */
    bool *inside;      /* goes into its only user */
    uint32_t *below;   /* what goes into a key; CKI_NO_NAME: nothing */
    uint32_t *renamed; /* what has its task now; CKI_NO_NAME: it has it itself */
    uint32_t *row;     /* one row at a time */
} rows;

static void end(rows *r)
{
    cki_memory_free(r->kept);
    cki_memory_free(r->inside);
    cki_memory_free(r->below);
    cki_memory_free(r->renamed);
    cki_memory_free(r->row);
}

static cask_status start(rows *r, const uint32_t *keys, size_t count, cki_error *error)
{
    size_t all = (size_t)r->spec->keys.count + 1;
    r->kept = cki_passes_marks(r->spec, keys, count, error);
    r->inside = cki_memory_calloc(all, sizeof *r->inside);
    r->below = cki_memory_alloc(all * sizeof *r->below);
    r->renamed = cki_memory_alloc(all * sizeof *r->renamed);
    r->row = cki_memory_alloc(all * sizeof *r->row);
    if (!r->kept || !r->inside || !r->below || !r->renamed || !r->row)
        return cki_fail_memory(error, all * sizeof *r->row);
    for (size_t i = 0; i < all; i++)
        r->below[i] = r->renamed[i] = CKI_NO_NAME;
    return CASK_OK;
}

static cask_status find_rows(rows *r, cki_error *error)
{
    const cki_spec *spec = r->spec;
    cki_topology_links down = {0}, up = {0};
    if (cki_topology_dependencies(spec, &down, error) == CASK_OK)
        cki_topology_dependents(spec, &down, &up, error);
    for (uint32_t key = 0; down.first && up.first && key < spec->keys.count; key++) {
        if (!cki_spec_has(spec, key) || down.first[key + 1] - down.first[key] != 1)
            continue;
        uint32_t child = down.items[down.first[key]];
        if (cki_spec_has(spec, child) && !r->kept[child] &&
            up.first[child + 1] - up.first[child] == 1) {
            r->below[key] = child;
            r->inside[child] = true;
        }
    }
    cki_topology_links_free(&down);
    cki_topology_links_free(&up);
    return error->status;
}

/* The task of a key that others went into gets a name of its own, if there is one for it. */
static cask_status rename(rows *r, cki_spec *made, uint32_t key, const cki_passes_naming *naming,
                          cki_error *error)
{
    size_t count = 0;
    for (uint32_t at = key; at != CKI_NO_NAME; at = r->below[at])
        r->row[count++] = at;
    cki_text name = {0};
    bool fine = count < 2 || naming->name(naming->self, r->spec, r->row, count, &name, error);
    if (fine && name.failed)
        cki_fail_memory(error, name.length);
    if (fine && !name.failed && name.length &&
        cki_spec_find(r->spec, name.bytes, name.length) == CKI_NO_NAME &&
        cki_spec_find(made, name.bytes, name.length) == CKI_NO_NAME) {
        uint32_t alias = cki_names_put(&made->keys, name.bytes, name.length, error);
        if (alias != CKI_NO_NAME && cki_fusion_move(made, key, alias, error) == CASK_OK)
            r->renamed[key] = alias;
    }
    cki_text_free(&name);
    return error->status;
}

static uint32_t new_name(const rows *r, uint32_t key)
{
    return key < r->spec->keys.count ? r->renamed[key] : CKI_NO_NAME;
}

/* Users name the new keys. */
static void follow(const rows *r, cki_spec *made)
{
    for (size_t i = 0; i < made->norder; i++) {
        uint32_t key = made->order[i];
        if (key == CKI_NO_NAME || new_name(r, key) != CKI_NO_NAME)
            continue;
        cki_word *words = made->words + made->definitions[key].at;
        for (size_t k = 0; k < made->definitions[key].length; k++) {
            uint32_t needed = cki_spec_reference(made, words[k]);
            uint32_t other = needed == CKI_NO_NAME ? CKI_NO_NAME : new_name(r, needed);
            if (other != CKI_NO_NAME)
                words[k] = cki_word_make(CKI_WORD_KEY, other);
        }
    }
}

static cki_spec *put_together(rows *r, bool all, const cki_passes_naming *naming, cki_error *error)
{
    const cki_spec *spec = r->spec;
    cki_spec *made = cki_spec_blank(spec, error);
    for (int pass = 0; pass < 1 + (naming->name != NULL); pass++)
        for (size_t i = 0; made && i < spec->norder && error->status == CASK_OK; i++) {
            uint32_t key = spec->order[i];
            if (key == CKI_NO_NAME || r->inside[key])
                continue;
            if (pass == 0)
                cki_expand_define(spec, made, key, r->inside, error);
            else
                rename(r, made, key, naming, error);
        }
    if (!made || error->status != CASK_OK) {
        cki_spec_free(made);
        return NULL;
    }
    follow(r, made);
    for (uint32_t key = 0; !all && key < spec->keys.count; key++)
        if (r->renamed[key] != CKI_NO_NAME && !r->kept[key])
            cki_spec_remove(made, key);
    return made;
}

cki_spec *cki_passes_fuse_linear(const cki_spec *spec, const uint32_t *keys, size_t count, bool all,
                                 const cki_passes_naming *naming, cki_error *error)
{
    rows r = {.spec = spec};
    cki_topology topology = {0};
    cki_spec *made = NULL;
    if (cki_topology_find(spec, NULL, 0, &topology, error) == CASK_OK &&
        start(&r, keys, count, error) == CASK_OK && find_rows(&r, error) == CASK_OK)
        made = put_together(&r, all, naming, error);
    cki_topology_free(&topology);
    end(&r);
    return made;
}

/* "a-b-c" of the row c, b, a: what each is, the last one in full. */
bool cki_linear_name(void *self, const cki_spec *spec, const uint32_t *row, size_t count,
                     cki_text *text, cki_error *error)
{
    (void)self, (void)error;
    const char *key = cki_spec_text(spec, row[0]);
    if (cki_spec_is_tuple(key)) {
        cki_text_put(text, "('");
        key += 2;
    }
    for (size_t i = count; i-- > 1;) {
        cki_text prefix = {0};
        cki_fusion_prefix(cki_spec_text(spec, row[i]), &prefix);
        cki_text_format(text, "%s-", prefix.bytes ? prefix.bytes : "");
        text->failed |= prefix.failed;
        cki_text_free(&prefix);
    }
    cki_text_put(text, key);
    return true;
}
