/* Labels: names are kept once, found by their hash. */
#include "diag/label.h"

#include "core/memory.h"

#include <ctype.h>
#include <string.h>

enum { MOST_LABELS = 1 << 16, LONGEST = 120 };

static bool is_letters(const char *text, size_t length)
{
    size_t i = 0;
    while (i < length && isalpha((unsigned char)text[i]))
        i++;
    return length > 0 && i == length;
}

/* As Dask's key_split: words that are no letters, or eight of a to f, are hashes and numbers. */
size_t cki_label_prefix(const char *name, size_t *start)
{
    *start = strspn(name, "('\"<");
    const char *from = name + *start;
    size_t whole = strcspn(from, "'\",)>"), end = 0;
    for (bool first = true; end < whole; first = false) {
        size_t at = first ? 0 : end + 1;
        size_t length = strcspn(from + at, "-'\",)>");
        bool hash = length == 8 && strspn(from + at, "abcdef") >= length;
        if (!first && (hash || !is_letters(from + at, length)))
            break;
        end = at + length;
    }
    return end < LONGEST ? end : LONGEST;
}

/* FNV-1a, never 0 nor near the largest number; equal hashes of unlike names are told apart by the
 * caller. */
static uint64_t hash_of(const char *text, size_t length)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)text[i]) * UINT64_C(1099511628211);
    return (hash >> 1) + 1;
}

static uint32_t group_of(cki_labels *labels, const char *name, size_t length, const char *function)
{
    uint64_t hash = hash_of(name, length), known;
    for (; cki_map_get(&labels->groups_by_name, hash, &known); hash++) {
        const char *other = labels->groups[known].name;
        if (strncmp(other, name, length) == 0 && !other[length])
            return (uint32_t)known;
    }
    /* Many single names: what they do says more. */
    if (labels->ngroups >= CKI_LABEL_GROUPS / 2 && name != function)
        return group_of(labels, function, strlen(function), function);
    if (labels->ngroups == CKI_LABEL_GROUPS)
        return CKI_LABEL_GROUPS - 1;
    const char *own = cki_arena_text(&labels->arena, name, length);
    const char *what = cki_arena_text(&labels->arena, function, strlen(function));
    uint32_t number = (uint32_t)labels->ngroups;
    if (!own || !what || !cki_map_set(&labels->groups_by_name, hash, number))
        return number > 0 ? number - 1 : 0;
    labels->groups[labels->ngroups++] = (cki_group){own, what};
    return number;
}

static uint32_t add(cki_labels *labels, uint64_t hash, const char *name, const char *function)
{
    if (labels->count == labels->capacity) {
        size_t capacity = labels->capacity * 2 + 64;
        cki_label *items = cki_memory_realloc(labels->items, capacity * sizeof *items);
        if (!items)
            return 0;
        labels->items = items;
        labels->capacity = capacity;
    }
    size_t start, length = cki_label_prefix(name, &start);
    uint32_t group = group_of(labels, name + start, length, function);
    const char *own = cki_arena_text(&labels->arena, name, strlen(name));
    if (!own || group >= labels->ngroups || !cki_map_set(&labels->names, hash, labels->count))
        return 0;
    labels->items[labels->count] = (cki_label){.name = own, .group = group};
    return (uint32_t)labels->count++;
}

static bool find(const cki_labels *labels, const char *name, uint64_t *hash, uint32_t *label)
{
    uint64_t known;
    for (*hash = hash_of(name, strlen(name)); cki_map_get(&labels->names, *hash, &known); ++*hash)
        if (strcmp(labels->items[known].name, name) == 0) {
            *label = (uint32_t)known;
            return true;
        }
    return false;
}

uint32_t cki_label_named(cki_labels *labels, const char *name, const char *function)
{
    uint64_t hash;
    uint32_t label;
    if (find(labels, name, &hash, &label))
        return label;
    if (labels->count < MOST_LABELS)
        return add(labels, hash, name, function);
    char prefix[LONGEST + 1]; /* from here on only prefixes are told apart */
    size_t start, length = cki_label_prefix(name, &start);
    memcpy(prefix, name + start, length);
    prefix[length] = '\0';
    if (find(labels, prefix, &hash, &label))
        return label;
    return labels->count < 2 * MOST_LABELS ? add(labels, hash, prefix, function) : 0;
}

uint32_t cki_label_of(cki_labels *labels, const cki_layer *layer)
{
    size_t before = labels->count;
    const char *function = layer->function ? layer->function->name : "";
    uint32_t number = cki_label_named(labels, layer->name, function);
    if (labels->count > before && layer->grid && layer->ndim > 0) {
        cki_label *label = &labels->items[number];
        label->grid =
            cki_arena_copy(&labels->arena, layer->grid, (size_t)layer->ndim * sizeof *layer->grid);
        label->ndim = label->grid ? layer->ndim : 0;
    }
    return number;
}

void cki_label_key(const cki_label *label, int64_t block, cki_text *text)
{
    if (block < 0) {
        cki_text_put(text, label->name);
        return;
    }
    cki_text_format(text, "('%s'", label->name);
    int64_t rest = 1;
    for (int k = 1; k < label->ndim; k++)
        rest *= label->grid[k];
    for (int k = 0; k < label->ndim; k++) {
        cki_text_format(text, ", %lld", (long long)(block / rest));
        block %= rest;
        rest = k + 1 < label->ndim && label->grid[k + 1] ? rest / label->grid[k + 1] : 1;
    }
    if (!label->ndim)
        cki_text_format(text, ", %lld", (long long)block);
    cki_text_char(text, ')');
}

void cki_label_free(cki_labels *labels)
{
    cki_arena_free(&labels->arena);
    cki_map_free(&labels->names);
    cki_map_free(&labels->groups_by_name);
    cki_memory_free(labels->items);
    *labels = (cki_labels){0};
}
