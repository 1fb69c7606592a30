/* Opening files by their first bytes, finding variables by name, and reading regions of them. */
#include "io/store.h"
#include "core/memory.h"
#include "io/formats.h"
#include "sys/tree.h"

#include <stdatomic.h>
#include <string.h>

static const cki_format *recognise(cki_file *file, cki_error *error)
{
    unsigned char head[16];
    const char *path = cki_file_path(file);
    uint64_t size = cki_file_size(file);
    size_t length = size < sizeof head ? (size_t)size : sizeof head;
    if (length == 0) {
        cki_fail(error, CASK_FORMAT, "OSError", "%s: the file is empty", path);
        return NULL;
    }
    if (cki_file_read(file, 0, head, length, "the beginning", error) != CASK_OK)
        return NULL;
    for (const cki_format *const *format = cki_formats_all; *format; format++)
        if ((*format)->starts && (*format)->starts(file, head, length))
            return *format;
    cki_fail(error, CASK_FORMAT, "OSError",
             "%s: unknown file format: neither NetCDF, nor HDF5, nor npy, npz, PNG or TIFF, by its "
             "first bytes",
             path);
    return NULL;
}

static const cki_format *folder_format(void)
{
    const cki_format *const *format = cki_formats_all;
    while (!(*format)->folder)
        format++;
    return *format;
}

cki_store *cki_store_open(const char *path, cki_error *error)
{
    cki_error own = {0};
    cki_store *store = cki_memory_calloc(1, sizeof *store);
    if (!store) {
        cki_fail_memory(error, sizeof *store);
        return NULL;
    }
    atomic_init(&store->references, 1);
    store->path = cki_memory_copy(path, strlen(path));
    if (!store->path) {
        cki_fail_memory(&own, strlen(path));
    } else if (cki_tree_look(path) == CKI_TREE_FOLDER) {
        store->format = folder_format();
    } else {
        store->file = cki_file_open(path, &own);
        store->format = store->file ? recognise(store->file, &own) : NULL;
    }
    store->attributes = store->format ? cki_value_dict(&own) : NULL;
    if (store->attributes && store->format->open(store, &own) == CASK_OK)
        return store;
    cki_store_unref(store);
    cki_fail(error, own.status, own.python, "%s", own.message);
    return NULL;
}

void cki_store_stamp(const cki_store *store, uint64_t stamp[4])
{
    if (store->file)
        cki_file_stamp(store->file, stamp);
    else
        cki_tree_stamp(store->path, stamp);
}

cki_store *cki_store_ref(cki_store *store)
{
    atomic_fetch_add_explicit(&store->references, 1, memory_order_relaxed);
    return store;
}

void cki_store_unref(cki_store *store)
{
    if (!store || atomic_fetch_sub(&store->references, 1) != 1)
        return;
    if (store->format && store->format->close)
        store->format->close(store);
    for (size_t i = 0; i < store->count; i++)
        cask_value_unref(store->variables[i].attributes);
    cask_value_unref(store->attributes);
    cki_file_unref(store->file);
    cki_arena_free(&store->arena);
    cki_memory_free(store->path);
    cki_memory_free(store);
}

const char *cki_store_path(const cki_store *store)
{
    return store->path;
}

const char *cki_store_format(const cki_store *store)
{
    return store->name;
}

size_t cki_store_count(const cki_store *store)
{
    return store->count;
}

const cki_variable *cki_store_variable(const cki_store *store, size_t i)
{
    return &store->variables[i];
}

cask_value *cki_store_attributes(const cki_store *store)
{
    return store->attributes;
}

static const char *without_slash(const char *name)
{
    return name + (name[0] == '/');
}

cask_status cki_store_find(const cki_store *store, const char *name, size_t *i, cki_error *error)
{
    for (*i = 0; *i < store->count; ++*i)
        if (strcmp(without_slash(store->variables[*i].name), without_slash(name)) == 0)
            return CASK_OK;
    cki_text names = {0};
    size_t listed = 0;
    for (size_t k = 0; k < store->count && names.length < 400; k++)
        if (!store->variables[k].hidden)
            cki_text_format(&names, "%s'%s'", listed++ ? ", " : "", store->variables[k].name);
    cask_status status =
        cki_fail(error, CASK_NOT_FOUND, "KeyError", "no variable '%s' in '%s'; there %s %s%s", name,
                 cki_store_path(store), listed == 1 ? "is only" : "are",
                 names.bytes ? names.bytes : "none", names.length >= 400 ? ", ..." : "");
    cki_text_free(&names);
    return status;
}

/* What callers must have checked; a breach is our own defect, and must not read elsewhere. */
static bool in_range(const cki_variable *variable, const int64_t *start, const int64_t *count,
                     const int64_t *step, const cki_array *out)
{
    if (out->ndim != variable->ndim || !cki_dtype_same(out->dtype, variable->dtype))
        return false;
    for (int k = 0; k < variable->ndim; k++) {
        if (count[k] < 0 || out->shape[k] != count[k])
            return false;
        int64_t last = start[k];
        if (count[k] > 0 &&
            (start[k] < 0 || step[k] < 1 || __builtin_mul_overflow(count[k] - 1, step[k], &last) ||
             __builtin_add_overflow(last, start[k], &last) || last >= variable->shape[k]))
            return false;
    }
    return true;
}

cask_status cki_store_read(const cki_store *store, size_t i, const int64_t *start,
                           const int64_t *count, const int64_t *step, const cki_array *out,
                           cki_error *error)
{
    const cki_variable *variable = &store->variables[i];
    if (variable->unreadable)
        return cki_fail(error, variable->damaged ? CASK_FORMAT : CASK_UNSUPPORTED, NULL,
                        "cannot read '%s' of '%s': %s", variable->name, cki_store_path(store),
                        variable->unreadable);
    if (!in_range(variable, start, count, step, out))
        return cki_fail_internal(error, "a region that its variable does not have");
    if (cki_array_size(out) == 0)
        return CASK_OK;
    return store->format->read(store, i, start, count, step, out, error);
}

size_t cki_store_read_bytes(const cki_store *store, size_t i, const int64_t *start,
                            const int64_t *count, const int64_t *step)
{
    if (store->variables[i].unreadable)
        return 0;
    return store->format->read_bytes(store, i, start, count, step);
}

size_t cki_store_working(const cki_store *store, size_t i)
{
    bool asked = !store->variables[i].unreadable && store->format->working;
    return asked ? store->format->working(store, i) : 0;
}

bool cki_store_is_file(const char *path)
{
    return cki_tree_look(path) == CKI_TREE_FILE;
}

bool cki_store_is_there(const char *path)
{
    return cki_tree_look(path) != CKI_TREE_NONE;
}

/* Names as they come, in an array that doubles. */
typedef struct names {
    cask_value **items;
    size_t count, room;
} names;

static cask_status take_name(void *user, const char *name, cki_error *error)
{
    names *all = user;
    if (all->count == all->room) {
        size_t room = all->room ? all->room * 2 : 16;
        cask_value **items = cki_memory_realloc(all->items, room * sizeof *items);
        if (!items)
            return cki_fail_memory(error, room * sizeof *items);
        all->items = items;
        all->room = room;
    }
    cask_value *value = cki_value_string(name, error);
    if (!value)
        return CASK_MEMORY;
    all->items[all->count++] = value;
    return CASK_OK;
}

cask_value *cki_store_glob(const char *pattern, cki_error *error)
{
    names all = {0};
    bool plain = !strpbrk(pattern, "*?[") || cki_tree_look(pattern) != CKI_TREE_NONE;
    cask_status status =
        !plain ? cki_file_glob(pattern, take_name, &all, error) : take_name(&all, pattern, error);
    cask_value *list = status == CASK_OK ? cki_value_list(CKI_LIST, all.count, error) : NULL;
    for (size_t i = 0; i < all.count; i++) {
        if (list)
            list->as.list.items[i] = all.items[i];
        else
            cask_value_unref(all.items[i]);
    }
    cki_memory_free(all.items);
    return list;
}
