/* Functions by name: a sorted table, as there are few of them and they are looked up often. */
#include "graph/registry.h"
#include "core/memory.h"

#include <string.h>

struct cki_functions {
    const cki_function **items;
    size_t count, capacity;
};

cki_functions *cki_registry_new(cki_error *error)
{
    cki_functions *set = cki_memory_calloc(1, sizeof *set);
    if (!set)
        cki_fail_memory(error, sizeof *set);
    return set;
}

void cki_registry_free(cki_functions *set)
{
    if (!set)
        return;
    cki_memory_free(set->items);
    cki_memory_free(set);
}

/* The first place whose function does not come before name and version. */
static size_t place(const cki_functions *set, const char *name, int version)
{
    size_t low = 0, high = set->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const cki_function *at = set->items[middle];
        int order = strcmp(at->name, name);
        if (order < 0 || (order == 0 && at->version < version))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is(const cki_functions *set, size_t i, const char *name)
{
    return i < set->count && strcmp(set->items[i]->name, name) == 0;
}

static cask_status refuse(const cki_function *function, cki_error *error)
{
    if (!function->name || !*function->name)
        return cki_fail(error, CASK_INVALID, NULL, "a function needs a name");
    if (function->version < 1)
        return cki_fail(error, CASK_INVALID, NULL,
                        "function %s: versions count from 1, this one says %d", function->name,
                        function->version);
    if (!function->run)
        return cki_fail(error, CASK_INVALID, NULL, "function %s has nothing to run",
                        function->name);
    return CASK_OK;
}

cask_status cki_registry_register(cki_functions *set, const cki_function *function,
                                  cki_error *error)
{
    cask_status status = refuse(function, error);
    if (status != CASK_OK)
        return status;
    size_t i = place(set, function->name, function->version);
    if (is(set, i, function->name) && set->items[i]->version == function->version) {
        if (set->items[i]->run == function->run)
            return CASK_OK;
        return cki_fail(error, CASK_INVALID, NULL,
                        "another function is registered as %s version %d already: give this one "
                        "another name or version",
                        function->name, function->version);
    }
    if (set->count == set->capacity) {
        size_t capacity = set->capacity ? 2 * set->capacity : 32;
        const cki_function **items =
            cki_memory_realloc((void *)set->items, capacity * sizeof *items);
        if (!items)
            return cki_fail_memory(error, capacity * sizeof *items);
        set->items = items;
        set->capacity = capacity;
    }
    memmove(set->items + i + 1, set->items + i, (set->count - i) * sizeof *set->items);
    set->items[i] = function;
    set->count++;
    return CASK_OK;
}

const cki_function *cki_registry_find(const cki_functions *set, const char *name, int version)
{
    if (version > 0) {
        size_t i = place(set, name, version);
        return is(set, i, name) && set->items[i]->version == version ? set->items[i] : NULL;
    }
    const cki_function *newest = NULL;
    for (size_t i = place(set, name, 0); is(set, i, name); i++)
        newest = set->items[i];
    return newest;
}

size_t cki_registry_count(const cki_functions *set)
{
    return set->count;
}

const cki_function *cki_registry_at(const cki_functions *set, size_t i)
{
    return i < set->count ? set->items[i] : NULL;
}
