/* Dicts and sets: items in the order of insertion, found through an index of open addressing. */
#include "core/memory.h"
#include "value/value.h"

#include <string.h>

enum { INDEX_FROM = 8, LEAST_ROOM = 4 }; /* fewer items than INDEX_FROM are searched one by one */

/* The parts that dicts and sets share. */
typedef struct table {
    cask_value **keys;
    size_t count;
    uint32_t **index;
    size_t *slots;
} table;

static table table_of(const cask_value *value)
{
    cask_value *v = (cask_value *)(uintptr_t)value; /* only changed by the two functions below */
    if (v->kind == CKI_DICT)
        return (table){v->as.dict.keys, v->as.dict.count, &v->as.dict.index, &v->as.dict.slots};
    return (table){v->as.list.items, v->as.list.count, &v->as.list.index, &v->as.list.slots};
}

/* Python finds an object equal to itself, NaN too. */
static bool same_key(const cask_value *a, const cask_value *b)
{
    return a == b || cki_value_equal(a, b);
}

static uint64_t spread(uint64_t hash)
{
    hash *= UINT64_C(0x9E3779B97F4A7C15);
    return hash ^ hash >> 29;
}

/* Position of the key, or -1; *slot is where its index entry is or would go. */
static int64_t find(const table *t, const cask_value *key, uint64_t hash, size_t *slot)
{
    if (!*t->index) {
        for (size_t i = 0; i < t->count; i++)
            if (same_key(t->keys[i], key))
                return (int64_t)i;
        return -1;
    }
    size_t mask = *t->slots - 1;
    for (size_t at = (size_t)spread(hash) & mask;; at = (at + 1) & mask) {
        uint32_t entry = (*t->index)[at];
        *slot = at;
        if (!entry)
            return -1;
        if (same_key(t->keys[entry - 1], key))
            return (int64_t)entry - 1;
    }
}

/* An index with room for one more key than there are. */
static bool reindex(const table *t)
{
    if (t->count + 1 < INDEX_FROM || (*t->index && (t->count + 1) * 3 <= *t->slots * 2))
        return true;
    size_t slots = *t->slots ? *t->slots * 2 : INDEX_FROM * 4;
    if (t->count >= UINT32_MAX / 2)
        return false;
    uint32_t *index = cki_memory_calloc(slots, sizeof *index);
    if (!index)
        return false;
    for (size_t i = 0; i < t->count; i++) {
        uint64_t hash = 0;
        cki_value_hash(t->keys[i], &hash, NULL); /* it was hashable when it came in */
        size_t at = (size_t)spread(hash) & (slots - 1);
        while (index[at])
            at = (at + 1) & (slots - 1);
        index[at] = (uint32_t)i + 1;
    }
    cki_memory_free(*t->index);
    *t->index = index;
    *t->slots = slots;
    return true;
}

/* Room for one more pointer in an array that grows at powers of two. */
static bool grow(cask_value ***array, size_t count)
{
    if (count && (count < LEAST_ROOM || (count & (count - 1)) != 0))
        return true;
    size_t room = count ? count * 2 : LEAST_ROOM;
    if (room > SIZE_MAX / sizeof **array)
        return false;
    cask_value **bigger = cki_memory_realloc(*array, room * sizeof **array);
    if (bigger)
        *array = bigger;
    return bigger != NULL;
}

static void enter(const table *t, size_t position, uint64_t hash, const cask_value *key)
{
    size_t slot = 0;
    if (*t->index) {
        find(t, key, hash, &slot);
        (*t->index)[slot] = (uint32_t)position + 1;
    }
}

cask_status cki_value_dict_set(cask_value *dict, cask_value *key, cask_value *value,
                               cki_error *error)
{
    uint64_t hash = 0;
    size_t slot;
    cask_status status =
        key && value ? cki_value_hash(key, &hash, error) : CASK_MEMORY; /* passed on from a maker */
    table t = table_of(dict);
    int64_t at = status == CASK_OK ? find(&t, key, hash, &slot) : -1;
    if (at >= 0) {
        cask_value_unref(dict->as.dict.values[at]);
        dict->as.dict.values[at] = value;
        cask_value_unref(key);
        return CASK_OK;
    }
    if (status == CASK_OK && (!reindex(&t) || !grow(&dict->as.dict.keys, t.count) ||
                              !grow(&dict->as.dict.values, t.count)))
        status =
            cki_fail(error, CASK_MEMORY, NULL, "no memory for a dict of %zu items", t.count + 1);
    if (status != CASK_OK) {
        cask_value_unref(key);
        cask_value_unref(value);
        return status == CASK_MEMORY && error && error->status == CASK_OK
                   ? cki_fail_memory(error, sizeof *dict)
                   : status;
    }
    dict->as.dict.keys[t.count] = key;
    dict->as.dict.values[t.count] = value;
    dict->as.dict.count++;
    t = table_of(dict);
    enter(&t, t.count - 1, hash, key);
    return CASK_OK;
}

cask_status cki_value_set_add(cask_value *set, cask_value *item, cki_error *error)
{
    uint64_t hash = 0;
    size_t slot;
    if (!item)
        return error && error->status ? error->status : cki_fail_memory(error, sizeof *set);
    cask_status status = cki_value_hash(item, &hash, error);
    table t = table_of(set);
    if (status == CASK_OK && find(&t, item, hash, &slot) < 0) {
        if (reindex(&t) && grow(&set->as.list.items, t.count)) {
            set->as.list.items[set->as.list.count++] = item;
            t = table_of(set);
            enter(&t, t.count - 1, hash, item);
            return CASK_OK;
        }
        status =
            cki_fail(error, CASK_MEMORY, NULL, "no memory for a set of %zu items", t.count + 1);
    }
    cask_value_unref(item);
    return status;
}

cask_value *cki_value_dict_get(const cask_value *dict, const cask_value *key, cki_error *error)
{
    uint64_t hash;
    size_t slot;
    if (cki_value_hash(key, &hash, error) != CASK_OK)
        return NULL;
    table t = table_of(dict);
    int64_t at = find(&t, key, hash, &slot);
    return at < 0 ? NULL : dict->as.dict.values[at];
}

cask_value *cki_value_dict_find(const cask_value *dict, const char *key)
{
    /* a key on the stack: nothing is allocated */
    size_t length = strlen(key);
    cask_value name = {.kind = CKI_STR};
    name.as.text.bytes = (char *)(uintptr_t)key;
    name.as.text.length = length;
    return cki_value_dict_get(dict, &name, NULL);
}

bool cki_value_set_has(const cask_value *set, const cask_value *item, cki_error *error)
{
    uint64_t hash;
    size_t slot;
    if (cki_value_hash(item, &hash, error) != CASK_OK)
        return false;
    table t = table_of(set);
    return find(&t, item, hash, &slot) >= 0;
}
