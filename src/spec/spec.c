/* Spec: the tables of a graph by hand, written from one end and read from anywhere. */
#include "spec/spec.h"

#include "core/memory.h"

#include <string.h>

cki_spec *cki_spec_new(cki_error *error)
{
    cki_spec *spec = cki_memory_calloc(1, sizeof *spec);
    if (!spec)
        cki_fail_memory(error, sizeof *spec);
    return spec;
}

void cki_spec_free(cki_spec *spec)
{
    if (!spec)
        return;
    for (size_t i = 0; spec->values && i < spec->nvalues; i++)
        cask_value_unref(spec->values[i]);
    for (size_t i = 0; spec->callables && i < spec->ncallables; i++)
        cask_value_unref(spec->callables[i]);
    cki_names_free(&spec->keys);
    cki_names_free(&spec->functions);
    cki_map_free(&spec->numbers);
    for (size_t i = 0; spec->layers.annotations && i < spec->layers.names.count; i++)
        cask_value_unref(spec->layers.annotations[i]);
    cki_names_free(&spec->layers.names);
    cki_memory_free((void *)spec->layers.annotations);
    cki_memory_free(spec->layers.of);
    cki_memory_free(spec->definitions);
    cki_memory_free(spec->order);
    cki_memory_free(spec->words);
    cki_memory_free((void *)spec->values);
    cki_memory_free((void *)spec->callables);
    cki_memory_free(spec);
}

/* The array with room for `wanted` items; NULL if there is no memory, and then the old one stays.
 * Added room is zeros. */
static void *reserve(void *array, size_t *room, size_t wanted, size_t size, cki_error *error)
{
    if (wanted <= *room)
        return array;
    size_t wider = *room + *room / 2 + 16;
    if (wider < wanted)
        wider = wanted;
    unsigned char *moved = wider < SIZE_MAX / size ? cki_memory_realloc(array, wider * size) : NULL;
    if (!moved) {
        cki_fail_memory(error, wider < SIZE_MAX / size ? wider * size : SIZE_MAX);
        return NULL;
    }
    memset(moved + *room * size, 0, (wider - *room) * size);
    *room = wider;
    return moved;
}

/* ---- writing ---- */

bool cki_spec_put_all(cki_spec *spec, const cki_word *words, size_t count, cki_error *error)
{
    cki_word *moved =
        reserve(spec->words, &spec->words_room, spec->nwords + count, sizeof *moved, error);
    if (!moved)
        return false;
    spec->words = moved;
    if (count)
        memcpy(spec->words + spec->nwords, words, count * sizeof *words);
    spec->nwords += count;
    return true;
}

bool cki_spec_put(cki_spec *spec, cki_word word, cki_error *error)
{
    if (spec->nwords < spec->words_room) {
        spec->words[spec->nwords++] = word;
        return true;
    }
    return cki_spec_put_all(spec, &word, 1, error);
}

bool cki_spec_put_value(cki_spec *spec, cask_value *value, cki_error *error)
{
    const int64_t most = INT64_MAX >> CKI_WORD_BITS;
    if (value->kind == CKI_INT && value->as.integer >= -most && value->as.integer <= most)
        return cki_spec_put(spec, cki_word_make(CKI_WORD_INT, value->as.integer), error);
    cask_value **moved =
        reserve((void *)spec->values, &spec->values_room, spec->nvalues + 1, sizeof *moved, error);
    if (!moved)
        return false;
    spec->values = moved;
    if (!cki_spec_put(spec, cki_word_make(CKI_WORD_VALUE, (int64_t)spec->nvalues), error))
        return false;
    spec->values[spec->nvalues++] = cask_value_ref(value);
    return true;
}

bool cki_spec_put_name(cki_spec *spec, const char *text, size_t length, bool strict,
                       cki_error *error)
{
    uint32_t key = cki_names_put(&spec->keys, text, length, error);
    return key != CKI_NO_NAME &&
           cki_spec_put(spec, cki_word_make(strict ? CKI_WORD_KEY : CKI_WORD_NAME, key), error);
}

uint32_t cki_spec_function(cki_spec *spec, const char *name, size_t length, cask_value *callable,
                           cki_error *error)
{
    cki_text full = {0};
    uint64_t known = 0;
    if (callable && cki_map_get(&spec->numbers, cki_map_key(callable), &known))
        return (uint32_t)known - 1;
    cki_text_add(&full, name, length);
    if (callable) { /* two of them may have one name: numbers behind a NUL, which is not shown */
        cki_text_char(&full, '\0');
        cki_text_format(&full, "%zu", spec->ncallables);
    }
    uint32_t number = CKI_NO_NAME;
    if (full.failed)
        cki_fail_memory(error, length);
    else
        number = cki_names_put(&spec->functions, full.bytes ? full.bytes : "", full.length, error);
    cki_text_free(&full);
    if (number == CKI_NO_NAME || number < spec->ncallables)
        return number;
    if (number >= CKI_WORD_FUNCTIONS) {
        cki_fail(error, CASK_LIMIT, NULL, "a graph has at most %u functions", CKI_WORD_FUNCTIONS);
        return CKI_NO_NAME;
    }
    cask_value **moved = reserve((void *)spec->callables, &spec->callables_room, (size_t)number + 1,
                                 sizeof *moved, error);
    if (!moved)
        return CKI_NO_NAME;
    spec->callables = moved;
    if (callable && !cki_map_set(&spec->numbers, cki_map_key(callable), number + (uint64_t)1)) {
        cki_fail_memory(error, sizeof(cki_map_slot));
        return CKI_NO_NAME;
    }
    spec->callables[number] = cask_value_ref(callable);
    spec->ncallables = (size_t)number + 1;
    return number;
}

cask_status cki_spec_define(cki_spec *spec, uint32_t key, cki_error *error)
{
    size_t length = spec->nwords - spec->begun;
    if (length == 0 || length > UINT32_MAX)
        return cki_fail(error, CASK_LIMIT, NULL, "the term of key '%s' has %zu parts",
                        cki_spec_text(spec, key), length);
    cki_definition *definitions = reserve(spec->definitions, &spec->definitions_room,
                                          (size_t)key + 1, sizeof *definitions, error);
    if (!definitions)
        return error->status;
    spec->definitions = definitions;
    uint32_t *order =
        reserve(spec->order, &spec->order_room, spec->norder + 1, sizeof *order, error);
    if (!order)
        return error->status;
    spec->order = order;
    cki_definition *made = &spec->definitions[key];
    if (made->length == 0) {
        spec->order[spec->norder++] = key;
        made->place = (uint32_t)spec->norder;
        spec->defined++;
    }
    made->at = spec->begun;
    made->length = (uint32_t)length;
    spec->begun = spec->nwords;
    return CASK_OK;
}

cask_status cki_spec_place(cki_spec *spec, uint32_t key, const char *layer, size_t length,
                           cask_value *annotations, cki_error *error)
{
    uint32_t known = spec->layers.names.count;
    uint32_t number = cki_names_put(&spec->layers.names, layer, length, error);
    if (number == CKI_NO_NAME)
        return error->status;
    cask_value **all = reserve((void *)spec->layers.annotations, &spec->layers.room,
                               spec->layers.names.count, sizeof *all, error);
    if (!all) {
        spec->layers.names.count = known; /* it cannot be looked at without */
        return error->status;
    }
    spec->layers.annotations = all;
    if (number == known)
        all[number] = cask_value_ref(annotations);
    size_t room = spec->layers.of_room;
    uint32_t *of = reserve(spec->layers.of, &room, (size_t)key + 1, sizeof *of, error);
    if (!of)
        return error->status;
    spec->layers.of = of;
    spec->layers.of_room = room;
    of[key] = number;
    return CASK_OK;
}

void cki_spec_drop(cki_spec *spec)
{
    spec->nwords = spec->begun;
}

void cki_spec_remove(cki_spec *spec, uint32_t key)
{
    if (!cki_spec_has(spec, key))
        return;
    cki_definition *gone = &spec->definitions[key];
    spec->order[gone->place - 1] = CKI_NO_NAME;
    *gone = (cki_definition){0};
    spec->defined--;
}

/* ---- copying ---- */

cki_spec *cki_spec_blank(const cki_spec *spec, cki_error *error)
{
    cki_spec *blank = cki_spec_new(error);
    if (!blank)
        return NULL;
    cask_status status = cki_names_copy(&blank->keys, &spec->keys, error);
    if (status == CASK_OK)
        status = cki_names_copy(&blank->functions, &spec->functions, error);
    void *values = NULL, *callables = NULL;
    if (status == CASK_OK)
        values = reserve(NULL, &blank->values_room, spec->nvalues + 1, sizeof(void *), error);
    blank->values = values;
    if (values)
        callables =
            reserve(NULL, &blank->callables_room, spec->ncallables + 1, sizeof(void *), error);
    blank->callables = callables;
    if (!callables) {
        cki_spec_free(blank);
        return NULL;
    }
    for (size_t i = 0; i < spec->nvalues; i++)
        blank->values[blank->nvalues++] = cask_value_ref(spec->values[i]);
    for (size_t i = 0; i < spec->ncallables; i++) {
        blank->callables[blank->ncallables++] = cask_value_ref(spec->callables[i]);
        if (spec->callables[i] &&
            !cki_map_set(&blank->numbers, cki_map_key(spec->callables[i]), i + 1)) {
            cki_fail_memory(error, sizeof(cki_map_slot));
            cki_spec_free(blank);
            return NULL;
        }
    }
    return blank;
}

/* A word of another graph, put into this one. */
static bool translate(cki_spec *spec, const cki_spec *other, cki_word word, cki_error *error)
{
    int64_t number = cki_word_number(word);
    uint32_t function, key = (uint32_t)number;
    switch (cki_word_kind_of(word)) {
    case CKI_WORD_VALUE:
        return cki_spec_put_value(spec, other->values[number], error);
    case CKI_WORD_NAME:
    case CKI_WORD_KEY:
        return cki_spec_put_name(spec, cki_spec_text(other, key), other->keys.items[key].length,
                                 cki_word_kind_of(word) == CKI_WORD_KEY, error);
    case CKI_WORD_TASK:
        function = cki_word_function(word);
        const char *name = cki_names_text(&other->functions, function);
        function = cki_spec_function(spec, name, strlen(name), other->callables[function], error);
        return function != CKI_NO_NAME &&
               cki_spec_put(spec, cki_word_group(CKI_WORD_TASK, function, cki_word_count(word)),
                            error);
    case CKI_WORD_INT:
    case CKI_WORD_LIST:
        break;
    }
    return cki_spec_put(spec, word, error);
}

cask_status cki_spec_merge(cki_spec *spec, const cki_spec *other, cki_error *error)
{
    for (size_t i = 0; i < other->norder; i++) {
        uint32_t theirs = other->order[i];
        if (theirs == CKI_NO_NAME)
            continue;
        size_t length;
        const cki_word *term = cki_spec_term(other, theirs, &length);
        uint32_t key = cki_names_put(&spec->keys, cki_spec_text(other, theirs),
                                     other->keys.items[theirs].length, error);
        bool fine = key != CKI_NO_NAME;
        for (size_t k = 0; fine && k < length; k++)
            fine = translate(spec, other, term[k], error);
        if (!fine || cki_spec_define(spec, key, error) != CASK_OK) {
            cki_spec_drop(spec);
            return error->status;
        }
    }
    return CASK_OK;
}

bool cki_spec_put_term(cki_spec *spec, const cki_spec *other, uint32_t key, cki_error *error)
{
    size_t length;
    const cki_word *term = cki_spec_term(other, key, &length);
    bool fine = true;
    for (size_t i = 0; fine && i < length; i++) {
        cki_word_kind kind = cki_word_kind_of(term[i]);
        uint32_t name = (uint32_t)cki_word_number(term[i]);
        bool names = kind == CKI_WORD_NAME || kind == CKI_WORD_KEY;
        if (!names) {
            fine = translate(spec, other, term[i], error);
        } else if (cki_spec_reference(other, term[i]) != CKI_NO_NAME) {
            fine = cki_spec_put_name(spec, cki_spec_text(other, name),
                                     other->keys.items[name].length, true, error);
        } else {
            cask_value *text =
                cki_value_str(cki_spec_text(other, name), other->keys.items[name].length, error);
            fine = text && cki_spec_put_value(spec, text, error);
            cask_value_unref(text);
        }
    }
    return fine;
}

/* ---- reading ---- */

uint32_t cki_spec_find(const cki_spec *spec, const char *text, size_t length)
{
    uint32_t key = cki_names_find(&spec->keys, text, length);
    return cki_spec_has(spec, key) ? key : CKI_NO_NAME;
}

size_t cki_spec_extent(const cki_word *words)
{
    size_t at = 0, left = 1;
    while (left > 0)
        left += (size_t)cki_word_count(words[at++]) - 1;
    return at;
}

cask_status cki_spec_missing(const cki_spec *spec, const char *key, cki_error *error)
{
    enum { MANY = 100000 }; /* of more the nearest is not looked for */
    const char *nearest = NULL;
    int least = 4;
    for (size_t i = 0; i < spec->norder && spec->norder < MANY && strlen(key) < 200; i++) {
        if (spec->order[i] == CKI_NO_NAME)
            continue;
        const char *candidate = cki_spec_text(spec, spec->order[i]);
        int distance = cki_text_distance(key, candidate);
        if (distance < least && distance <= ((int)strlen(key) + 2) / 4) {
            least = distance;
            nearest = candidate;
        }
    }
    return cki_fail(error, CASK_NOT_FOUND, "KeyError", "the graph has no key '%.200s'%s%.200s%s",
                    key, nearest ? ". Did you mean: '" : "", nearest ? nearest : "",
                    nearest ? "'?" : "");
}
