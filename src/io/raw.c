/* Raw binary files: elements and nothing else; what they are is told by the caller. */
#include "core/memory.h"
#include "io/formats.h"

#include <stdatomic.h>
#include <string.h>

static cask_status read_region(const cki_store *store, size_t i, const int64_t *start,
                               const int64_t *count, const int64_t *step, const cki_array *out,
                               cki_error *error)
{
    return cki_region_read(store->file, store->state, start, count, step, out,
                           store->variables[i].name, error);
}

static size_t region_bytes(const cki_store *store, size_t i, const int64_t *start,
                           const int64_t *count, const int64_t *step)
{
    (void)start, (void)i;
    return cki_region_bytes(store->state, count, step);
}

/* Not in the table: no file tells by its bytes that it is one. */
static const cki_format raw_format = {.read = read_region, .read_bytes = region_bytes};

/* The shape, of which one length may be -1: as many as the file has. */
static cask_status find_shape(const cki_store *store, const cki_raw *raw, int64_t *shape,
                              cki_error *error)
{
    uint64_t size = cki_file_size(store->file), left = size < raw->offset ? 0 : size - raw->offset;
    uint64_t unit = cki_dtype_size(raw->dtype);
    int open = -1;
    for (int k = 0; k < raw->ndim; k++) {
        shape[k] = raw->shape[k];
        if (shape[k] < 0 && open >= 0)
            return cki_fail(error, CASK_INVALID, NULL, "can only specify one unknown dimension");
        if (shape[k] < 0)
            open = k;
        else if (__builtin_mul_overflow(unit, (uint64_t)shape[k], &unit))
            return cki_fail(error, CASK_INVALID, NULL, "the shape is larger than any file");
    }
    if (open < 0)
        return CASK_OK;
    if (unit == 0 || left % unit != 0)
        return cki_fail(error, CASK_INVALID, NULL,
                        "%s: its %llu bytes from %llu on are no whole number of %llu each",
                        store->path, (unsigned long long)left, (unsigned long long)raw->offset,
                        (unsigned long long)unit);
    shape[open] = (int64_t)(left / unit);
    return CASK_OK;
}

static cask_status describe(cki_store *store, const cki_raw *raw, cki_error *error)
{
    cki_variable *variable = cki_formats_alloc(store, 1, sizeof *variable, error);
    cki_region_layout *layout = cki_formats_alloc(store, 1, sizeof *layout, error);
    int64_t *shape = cki_formats_alloc(store, CKI_MAX_NDIM, sizeof *shape, error);
    if (!variable || !layout || !shape)
        return CASK_MEMORY;
    store->variables = variable;
    store->state = layout;
    store->count = 1;
    variable->name = "data";
    variable->dtype = raw->dtype;
    variable->ndim = raw->ndim;
    variable->shape = shape;
    variable->attributes = cki_value_dict(error);
    if (!variable->attributes || find_shape(store, raw, shape, error) != CASK_OK)
        return error->status;
    layout->offset = raw->offset;
    layout->itemsize = cki_dtype_size(raw->dtype);
    layout->word = cki_region_word(raw->dtype, raw->swapped);
    layout->ndim = raw->ndim;
    uint64_t bytes, size = cki_file_size(store->file);
    if (!cki_region_order(layout, shape, raw->fortran, &bytes))
        return cki_fail(error, CASK_INVALID, NULL, "the shape is larger than any file");
    if (raw->offset > size || bytes > size - raw->offset)
        return cki_fail(error, CASK_INVALID, NULL,
                        "%s: the array needs %llu bytes from %llu on, and the file has %llu",
                        store->path, (unsigned long long)bytes, (unsigned long long)raw->offset,
                        (unsigned long long)size);
    return CASK_OK;
}

cki_store *cki_store_raw(const char *path, const cki_raw *raw, cki_error *error)
{
    cki_store *store = cki_memory_calloc(1, sizeof *store);
    if (!store) {
        cki_fail_memory(error, sizeof *store);
        return NULL;
    }
    atomic_init(&store->references, 1);
    store->format = &raw_format;
    store->name = "raw";
    store->path = cki_memory_copy(path, strlen(path));
    store->file = store->path ? cki_file_open(path, error) : NULL;
    store->attributes = store->file ? cki_value_dict(error) : NULL;
    if (store->attributes && describe(store, raw, error) == CASK_OK)
        return store;
    if (!store->path)
        cki_fail_memory(error, strlen(path));
    cki_store_unref(store);
    return NULL;
}
