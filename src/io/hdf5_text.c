/* HDF5's strings of variable length: the dataset has references to them, which are read as any
 * elements; the strings come into the width of the longest. */
#include "core/memory.h"
#include "io/hdf5.h"
#include "io/hdf5_heap.h"

#include <string.h>

enum {
    SLAB = 8192,           /* references read at once, at least */
    MOST_TEXTS = 1 << 22,  /* looked at for the longest */
    MOST_BYTES = 256 << 20 /* likewise */
};

/* What is done with each text, at its place in the region; a failure ends the walk. */
typedef struct visitor {
    cask_status (*visit)(struct visitor *self, const int64_t *place, const char *text,
                         size_t length);
    const cki_array *out;
    cki_dtype dtype;
    int32_t width;
    size_t seen;
} visitor;

/* The part of a region that is read at once: so many places of its first axis. */
static int64_t rows_of(const cki_hdf5_set *set, int rank, const int64_t *count)
{
    int64_t inner = 1;
    for (int k = 1; k < rank; k++)
        inner *= count[k];
    int64_t rows = inner > 0 && inner < SLAB ? SLAB / inner : 1;
    int64_t chunk = set->way == CKI_HDF5_CHUNKS ? set->chunk[0] : 1;
    return rows > chunk ? rows : chunk;
}

/* The text of one reference, without NULs behind; the fill value's where nothing was written. */
static cask_status text_of(cki_hdf5_heap *heap, const cki_hdf5_set *set,
                           const unsigned char *reference, const char *name, const char **text,
                           size_t *length, cki_error *error)
{
    if (set->fill_text && memcmp(reference, set->fill, CKI_HDF5_REFERENCE) == 0) {
        *text = set->fill_text;
        *length = strlen(*text);
        return CASK_OK;
    }
    cask_status status = cki_hdf5_heap_find(heap, reference, name, text, length, error);
    if (status == CASK_OK)
        *length = strnlen(*text, *length);
    return status;
}

/* All texts of references that were read; `first` is their first place in the region. */
static cask_status visit_all(cki_hdf5_heap *heap, const cki_hdf5_set *set, const cki_array *refs,
                             int64_t first, const char *name, visitor *v, cki_error *error)
{
    int64_t place[CKI_MAX_NDIM] = {0};
    cask_status status = CASK_OK;
    for (int64_t i = 0; i < cki_array_size(refs) && status == CASK_OK; i++) {
        const char *text = "";
        size_t length = 0;
        status =
            text_of(heap, set, refs->data + i * CKI_HDF5_REFERENCE, name, &text, &length, error);
        place[0] += first;
        if (status == CASK_OK)
            status = v->visit(v, place, text, length);
        place[0] -= first;
        for (int k = refs->ndim - 1; k >= 0 && ++place[k] == refs->shape[k]; k--)
            place[k] = 0;
    }
    return status;
}

/* CASK_FORMAT with no error told: a text is not where it should be, or the visitor said so. */
static cask_status walk(const cki_store *store, size_t i, const int64_t *start,
                        const int64_t *count, const int64_t *step, visitor *v, cki_error *error)
{
    const cki_hdf5_set *set = &((const cki_hdf5_set *)store->state)[i];
    const cki_variable *variable = &store->variables[i];
    const cki_dtype dtype = {.id = CASK_BYTES, .count = CKI_HDF5_REFERENCE};
    int rank = variable->ndim;
    int64_t from[CKI_MAX_NDIM] = {0}, shape[CKI_MAX_NDIM] = {0};
    for (int k = 0; k < rank; k++) {
        if (count[k] == 0)
            return CASK_OK;
        from[k] = start[k];
        shape[k] = count[k];
    }
    cki_hdf5_heap *heap = cki_hdf5_heap_open(store->file, error);
    if (!heap)
        return error->status;
    int64_t rows = rows_of(set, rank, count), all = rank ? count[0] : 1;
    cask_status status = CASK_OK;
    for (int64_t at = 0; at < all && status == CASK_OK; at += rows) {
        if (rank) {
            shape[0] = all - at < rows ? all - at : rows;
            from[0] = start[0] + at * step[0];
        }
        cask_value *refs = cki_array_new(dtype, rank, shape, error);
        status = refs ? cki_hdf5_read_stored(store, i, from, shape, step, cki_array_of(refs), error)
                      : error->status;
        if (status == CASK_OK)
            status = visit_all(heap, set, cki_array_of(refs), at, variable->name, v, error);
        cask_value_unref(refs);
    }
    cki_hdf5_heap_close(heap);
    return status;
}

static int32_t width_of(const char *text, size_t length, cki_dtype dtype)
{
    size_t width = dtype.id == CASK_STR ? cki_text_codes(text, length) : length;
    return width < MOST_BYTES ? (int32_t)width : MOST_BYTES;
}

/* ---- the width ---- */

static cask_status measure(visitor *v, const int64_t *place, const char *text, size_t length)
{
    (void)place;
    int32_t width = width_of(text, length, v->dtype);
    v->width = width > v->width ? width : v->width;
    v->seen += length;
    return v->seen > MOST_BYTES ? CASK_LIMIT : CASK_OK;
}

cask_status cki_hdf5_text_measure(const cki_store *store, size_t i, cki_error *error)
{
    static const int64_t zero[CKI_MAX_NDIM] = {0};
    cki_error own = {0}; /* the other variables may be sound */
    cki_variable *variable = &store->variables[i];
    int64_t one[CKI_MAX_NDIM], texts = 1;
    visitor v = {.visit = measure, .dtype = variable->dtype, .width = 1};
    bool none = false;
    for (int k = 0; k < variable->ndim; k++) {
        one[k] = 1;
        none = none || variable->shape[k] == 0;
        if (__builtin_mul_overflow(texts, variable->shape[k], &texts))
            texts = INT64_MAX;
    }
    cask_status status = none ? CASK_OK
                         : texts > MOST_TEXTS
                             ? CASK_LIMIT
                             : walk(store, i, zero, variable->shape, one, &v, &own);
    if (status == CASK_LIMIT)
        variable->unreadable = "its strings of variable length are too many to be measured (more "
                               "than 4194304, or 256 MiB); save them with a fixed length";
    else if (status != CASK_OK && status != CASK_MEMORY) {
        variable->unreadable = "its text is damaged";
        variable->damaged = true;
    }
    variable->dtype.count = v.width;
    return status == CASK_MEMORY ? cki_fail(error, own.status, own.python, "%s", own.message)
                                 : CASK_OK;
}

/* ---- reading ---- */

/* One text as an element; CASK_FORMAT if it is longer than any was. */
static cask_status put(visitor *v, const int64_t *place, const char *text, size_t length)
{
    cki_dtype dtype = v->out->dtype;
    unsigned char *to = cki_array_at(v->out, place);
    size_t size = cki_dtype_size(dtype), at = 0;
    memset(to, 0, size);
    if (width_of(text, length, dtype) > dtype.count)
        return CASK_FORMAT;
    if (dtype.id == CASK_BYTES)
        memcpy(to, text, length < size ? length : size);
    for (int32_t k = 0; dtype.id == CASK_STR && at < length; k++) {
        uint32_t code = cki_text_decode(text, length, &at);
        memcpy(to + 4 * k, &code, 4);
    }
    return CASK_OK;
}

cask_status cki_hdf5_text_read(const cki_store *store, size_t i, const int64_t *start,
                               const int64_t *count, const int64_t *step, const cki_array *out,
                               cki_error *error)
{
    visitor v = {.visit = put, .out = out};
    cask_status status = walk(store, i, start, count, step, &v, error);
    if (status == CASK_OK || error->status != CASK_OK)
        return status;
    return cki_fail(error, CASK_FORMAT, "OSError",
                    "%s: '%s' has other text than when it was opened: the file was changed "
                    "meanwhile",
                    cki_store_path(store), store->variables[i].name);
}

size_t cki_hdf5_text_working(const cki_store *store, size_t i)
{
    const cki_hdf5_set *set = &((const cki_hdf5_set *)store->state)[i];
    const cki_variable *variable = &store->variables[i];
    double bytes = CKI_HDF5_REFERENCE;
    for (int k = 1; k < variable->ndim; k++)
        bytes *= (double)variable->shape[k];
    if (variable->ndim)
        bytes *= (double)rows_of(set, variable->ndim, variable->shape);
    size_t chunks = set->way == CKI_HDF5_CHUNKS && set->nfilters ? 2 * set->chunk_bytes : 0;
    return bytes < 1e18 ? (size_t)bytes + chunks : SIZE_MAX / 8;
}
