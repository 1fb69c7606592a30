/* NetCDF-3 (classic, 64-bit offset, CDF-5): the header, read without trusting a word of it, and
 * the place of each variable. */
#include "io/netcdf3.h"
#include "core/memory.h"

#include <string.h>

enum { FIRST_READ = 8192, LARGEST_HEADER = 256 << 20 };

/* The header's bytes as far as they are read. Past their end `short_of` is set and zeros come:
 * the parser is then started again with more. */
typedef struct cursor {
    const unsigned char *bytes;
    size_t length, at;
    bool wide; /* CDF-5: counts of 64 bits */
    bool long_offsets;
    bool short_of;
} cursor;

typedef struct dimension {
    const char *name;
    int64_t length;
} dimension;

/* A variable as the header has it. */
typedef struct entry {
    cki_region_layout layout;
    int64_t *shape;  /* the variable's, ours to complete when the records are known */
    int record_axis; /* 0 if the first axis is the record dimension, else -1 */
    uint64_t bytes;  /* of all, or of one record without padding */
} entry;

typedef struct header {
    dimension *dimensions;
    size_t ndimensions;
    int64_t record_dimension; /* index, -1 if none */
    uint64_t records;
    bool streaming; /* the number of records was unknown when it was written */
    entry *entries; /* beside store->variables */
} header;

static bool starts(cki_file *file, const unsigned char *head, size_t length)
{
    (void)file;
    return length >= 4 && memcmp(head, "CDF", 3) == 0 &&
           (head[3] == 1 || head[3] == 2 || head[3] == 5);
}

static const unsigned char *take(cursor *c, uint64_t count)
{
    static const unsigned char zeros[8];
    if (count > c->length - c->at) {
        c->short_of = true;
        c->at = c->length;
        return count <= sizeof zeros ? zeros : NULL;
    }
    const unsigned char *bytes = c->bytes + c->at;
    c->at += (size_t)count;
    return bytes;
}

static uint64_t big_endian(const unsigned char *bytes, int count)
{
    uint64_t number = 0;
    for (int i = 0; i < count; i++)
        number = number << 8 | bytes[i];
    return number;
}

static uint32_t take_word(cursor *c)
{
    return (uint32_t)big_endian(take(c, 4), 4);
}

/* A count or length: 64 bits in CDF-5. */
static uint64_t take_count(cursor *c)
{
    return c->wide ? big_endian(take(c, 8), 8) : take_word(c);
}

/* `count` bytes and the padding to four. */
static const unsigned char *take_padded(cursor *c, uint64_t count)
{
    if (count > c->length) {
        c->short_of = true;
        return NULL;
    }
    const unsigned char *bytes = take(c, count);
    if (bytes && !c->short_of)
        take(c, (4 - count % 4) % 4);
    return c->short_of ? NULL : bytes;
}

static cask_status broken(const cki_store *store, const char *what, cki_error *error)
{
    return cki_fail(error, CASK_FORMAT, "OSError", "%s: not a valid NetCDF-3 file: %s",
                    cki_store_path(store), what);
}

static const char *take_name(cki_store *store, cursor *c, cki_error *error)
{
    uint64_t length = take_count(c);
    const unsigned char *bytes = take_padded(c, length);
    return bytes ? cki_formats_text(store, (const char *)bytes, (size_t)length, error) : NULL;
}

cki_dtype cki_netcdf3_dtype(uint32_t type)
{
    static const uint8_t ids[] = {0,        CASK_I8, CASK_BYTES, CASK_I16, CASK_I32, CASK_F32,
                                  CASK_F64, CASK_U8, CASK_U16,   CASK_U32, CASK_I64, CASK_U64};
    cki_dtype dtype = cki_dtype_of((cask_dtype)(type < sizeof ids ? ids[type] : 0));
    if (dtype.id == CASK_BYTES)
        dtype.count = 1;
    return dtype;
}

/* A list starts with its tag, or with zero if it is empty; then the number of its members, each of
 * which takes at least `least` bytes. */
static cask_status take_list(const cki_store *store, cursor *c, uint32_t tag, size_t least,
                             uint64_t *count, cki_error *error)
{
    uint32_t found = take_word(c);
    *count = take_count(c);
    if (c->short_of)
        return CASK_OK;
    if (found != tag && (found != 0 || *count != 0))
        return broken(store, "a list in the header has a wrong tag", error);
    if (*count > cki_file_size(store->file) / least)
        return broken(store, "the header counts more entries than the file could hold", error);
    if (*count > (c->length - c->at) / least)
        c->short_of = true;
    return CASK_OK;
}

static cask_value *attribute_value(cki_dtype dtype, const unsigned char *bytes, uint64_t count,
                                   cki_error *error)
{
    if (dtype.id == CASK_BYTES)
        return cki_formats_string((const char *)bytes, (size_t)count, error);
    size_t size = cki_dtype_size(dtype);
    unsigned char *native = cki_memory_alloc((size_t)count * size);
    if (!native) {
        cki_fail_memory(error, (size_t)count * size);
        return NULL;
    }
    memcpy(native, bytes, (size_t)count * size);
    cki_region_swap(native, (size_t)count, size);
    cask_value *value = cki_formats_numbers(dtype, native, (int64_t)count, error);
    cki_memory_free(native);
    return value;
}

static cask_status take_attributes(cki_store *store, cursor *c, cask_value *dict, cki_error *error)
{
    uint64_t count;
    cask_status status = take_list(store, c, CKI_NETCDF3_ATTRIBUTES, 12, &count, error);
    for (uint64_t i = 0; status == CASK_OK && !c->short_of && i < count; i++) {
        const char *name = take_name(store, c, error);
        cki_dtype dtype = cki_netcdf3_dtype(take_word(c));
        uint64_t number = take_count(c);
        if (c->short_of)
            break;
        if (!name)
            return CASK_MEMORY;
        if (dtype.id == 0)
            return broken(store, "an attribute has an unknown type", error);
        uint64_t bytes;
        if (__builtin_mul_overflow(number, cki_dtype_size(dtype), &bytes) ||
            bytes > cki_file_size(store->file))
            return broken(store, "an attribute is larger than the file", error);
        const unsigned char *from = take_padded(c, bytes);
        if (from)
            status = cki_formats_attribute(dict, name, attribute_value(dtype, from, number, error),
                                           error);
    }
    return status;
}

static cask_status take_dimensions(cki_store *store, cursor *c, header *h, cki_error *error)
{
    uint64_t count;
    cask_status status = take_list(store, c, CKI_NETCDF3_DIMENSIONS, 8, &count, error);
    if (status != CASK_OK || c->short_of)
        return status;
    h->ndimensions = (size_t)count;
    h->record_dimension = -1;
    h->dimensions = cki_formats_alloc(store, h->ndimensions, sizeof *h->dimensions, error);
    if (!h->dimensions)
        return CASK_MEMORY;
    for (size_t i = 0; i < h->ndimensions && !c->short_of; i++) {
        h->dimensions[i].name = take_name(store, c, error);
        uint64_t length = take_count(c);
        if (c->short_of)
            break;
        if (!h->dimensions[i].name)
            return CASK_MEMORY;
        if (length > INT64_MAX)
            return broken(store, "a dimension's length is out of range", error);
        h->dimensions[i].length = (int64_t)length;
        if (length == 0) {
            if (h->record_dimension >= 0)
                return broken(store, "there are two record dimensions", error);
            h->record_dimension = (int64_t)i;
        }
    }
    return CASK_OK;
}

/* Shape and names of a variable's dimensions. */
static cask_status take_shape(cki_store *store, cursor *c, const header *h, cki_variable *variable,
                              entry *e, cki_error *error)
{
    uint64_t ndim = take_count(c);
    if (c->short_of)
        return CASK_OK;
    if (ndim > CKI_MAX_NDIM)
        return broken(store, "a variable has more than 32 dimensions", error);
    int64_t *shape = cki_formats_alloc(store, (size_t)ndim, sizeof *shape, error);
    const char **dims = cki_formats_alloc(store, (size_t)ndim, sizeof *dims, error);
    if (!shape || !dims)
        return CASK_MEMORY;
    e->record_axis = -1;
    for (uint64_t k = 0; k < ndim; k++) {
        uint64_t id = take_count(c);
        if (c->short_of)
            return CASK_OK;
        if (id >= h->ndimensions)
            return broken(store, "a variable has a dimension that is not there", error);
        bool record = (int64_t)id == h->record_dimension;
        if (record && k > 0)
            return broken(store, "the record dimension of a variable is not its first", error);
        if (record)
            e->record_axis = 0;
        shape[k] = h->dimensions[id].length;
        dims[k] = h->dimensions[id].name;
    }
    variable->ndim = (int)ndim;
    variable->shape = e->shape = shape;
    variable->dims = dims;
    return CASK_OK;
}

/* Strides, and characters along the last axis as one fixed string. */
static cask_status lay_out(const cki_store *store, cki_variable *variable, entry *e,
                           cki_error *error)
{
    int last = variable->ndim - 1;
    if (variable->dtype.id == CASK_BYTES && last >= 0 && last > e->record_axis &&
        variable->shape[last] > 0 && variable->shape[last] <= INT32_MAX) {
        variable->dtype.count = (int32_t)variable->shape[last];
        variable->ndim--;
    }
    e->layout.ndim = variable->ndim;
    e->layout.itemsize = cki_dtype_size(variable->dtype);
    e->layout.word = cki_dtype_is_text(variable->dtype) ? 1 : e->layout.itemsize;
    int64_t shape[CKI_MAX_NDIM] = {0};
    if (variable->ndim > 0)
        memcpy(shape, variable->shape, (size_t)variable->ndim * sizeof *shape);
    if (e->record_axis == 0)
        shape[0] = 1;
    if (!cki_region_order(&e->layout, shape, false, &e->bytes))
        return cki_fail(error, CASK_FORMAT, "OSError",
                        "%s: not a valid NetCDF-3 file: variable '%s' is larger than any file",
                        cki_store_path(store), variable->name);
    return CASK_OK;
}

static cask_status take_variable(cki_store *store, cursor *c, const header *h,
                                 cki_variable *variable, entry *e, cki_error *error)
{
    variable->name = take_name(store, c, error);
    if (!c->short_of && !variable->name)
        return CASK_MEMORY;
    cask_status status = take_shape(store, c, h, variable, e, error);
    if (status != CASK_OK || c->short_of)
        return status;
    variable->attributes = cki_value_dict(error);
    if (!variable->attributes)
        return CASK_MEMORY;
    status = take_attributes(store, c, variable->attributes, error);
    uint32_t type = take_word(c);
    take_count(c); /* the size, which is wrong in many files: we know it better */
    e->layout.offset = c->long_offsets ? big_endian(take(c, 8), 8) : take_word(c);
    if (status != CASK_OK || c->short_of)
        return status;
    variable->dtype = cki_netcdf3_dtype(type);
    if (variable->dtype.id == 0)
        return broken(store, "a variable has an unknown type", error);
    return lay_out(store, variable, e, error);
}

static cask_status take_header(cki_store *store, cursor *c, header *h, cki_error *error)
{
    take(c, 4);
    h->records = take_count(c);
    h->streaming = h->records == (c->wide ? UINT64_MAX : UINT32_MAX);
    cask_status status = take_dimensions(store, c, h, error);
    if (status == CASK_OK && !c->short_of)
        status = take_attributes(store, c, store->attributes, error);
    uint64_t count = 0;
    if (status == CASK_OK && !c->short_of)
        status = take_list(store, c, CKI_NETCDF3_VARIABLES, 24, &count, error);
    if (status != CASK_OK || c->short_of)
        return status;
    store->variables = cki_formats_alloc(store, (size_t)count, sizeof *store->variables, error);
    h->entries = cki_formats_alloc(store, (size_t)count, sizeof *h->entries, error);
    if (!store->variables || !h->entries)
        return CASK_MEMORY;
    for (size_t i = 0; i < count && status == CASK_OK && !c->short_of; i++) {
        store->count = i + 1;
        status = take_variable(store, c, h, &store->variables[i], &h->entries[i], error);
    }
    return status;
}

/* Forget what a parse that fell short has made. */
static void forget(cki_store *store)
{
    for (size_t i = 0; i < store->count; i++)
        cask_value_unref(store->variables[i].attributes);
    store->count = 0;
    cki_arena_free(&store->arena);
    store->arena = (cki_arena){0};
    cask_value_unref(store->attributes);
    store->attributes = NULL;
}

/* Read the first `length` bytes and parse them. */
static cask_status parse(cki_store *store, size_t length, header *h, bool *short_of,
                         cki_error *error)
{
    unsigned char *bytes = cki_memory_alloc(length);
    if (!bytes) {
        cki_fail_memory(error, length);
        return CASK_MEMORY;
    }
    cask_status status = cki_file_read(store->file, 0, bytes, length, "the header", error);
    if (status == CASK_OK) {
        cursor c = {.bytes = bytes, .length = length};
        c.wide = length > 3 && bytes[3] == 5;
        c.long_offsets = length > 3 && bytes[3] != 1;
        store->name = c.wide           ? "NetCDF-3 (CDF-5)"
                      : c.long_offsets ? "NetCDF-3 (64-bit offset)"
                                       : "NetCDF-3 (classic)";
        *h = (header){0};
        status = take_header(store, &c, h, error);
        *short_of = c.short_of;
    }
    cki_memory_free(bytes);
    return status;
}

static cask_status read_header(cki_store *store, header *h, cki_error *error)
{
    uint64_t size = cki_file_size(store->file);
    size_t largest = size < LARGEST_HEADER ? (size_t)size : LARGEST_HEADER;
    for (size_t length = FIRST_READ;; length *= 4) {
        bool short_of = false;
        if (length > largest)
            length = largest;
        cask_status status = parse(store, length, h, &short_of, error);
        if (status != CASK_OK || !short_of)
            return status;
        if (length == largest)
            return cki_fail(error, CASK_FORMAT, "OSError",
                            "%s: truncated: the file ends within "
                            "its NetCDF-3 header",
                            cki_store_path(store));
        forget(store);
        store->attributes = cki_value_dict(error);
        if (!store->attributes)
            return CASK_MEMORY;
    }
}

/* Bytes from one record to the next. A lone record variable's records are not padded. */
static bool record_size(const cki_store *store, const header *h, uint64_t *size)
{
    size_t found = 0;
    uint64_t lone = 0;
    *size = 0;
    for (size_t i = 0; i < store->count; i++) {
        if (h->entries[i].record_axis < 0)
            continue;
        found++;
        lone = h->entries[i].bytes;
        if (__builtin_add_overflow(*size, (lone + 3) / 4 * 4, size) || *size > INT64_MAX)
            return false;
    }
    if (found == 1)
        *size = lone;
    return true;
}

/* With the number of records known: whole shapes, and whether all of it is in the file. */
static cask_status finish(cki_store *store, header *h, cki_error *error)
{
    uint64_t size = cki_file_size(store->file), record;
    if (!record_size(store, h, &record))
        return broken(store, "its records are larger than any file", error);
    uint64_t first = UINT64_MAX;
    for (size_t i = 0; i < store->count; i++)
        if (h->entries[i].record_axis == 0 && h->entries[i].layout.offset < first)
            first = h->entries[i].layout.offset;
    if (h->streaming)
        h->records = record && first < size ? (size - first) / record : 0;
    for (size_t i = 0; i < store->count; i++) {
        entry *e = &h->entries[i];
        cki_variable *variable = &store->variables[i];
        uint64_t end, before = 0, bytes = e->bytes;
        if (e->record_axis == 0) {
            if (h->records > INT64_MAX)
                return broken(store, "the number of records is out of range", error);
            e->shape[0] = (int64_t)h->records;
            e->layout.strides[0] = (int64_t)record;
            if (h->records == 0)
                bytes = 0;
            else if (__builtin_mul_overflow(h->records - 1, record, &before))
                return broken(store, "its records are larger than any file", error);
        }
        if (bytes == 0)
            continue;
        if (__builtin_add_overflow(before, bytes, &end) ||
            __builtin_add_overflow(end, e->layout.offset, &end) || end > INT64_MAX)
            return broken(store, "a variable lies beyond any file", error);
        if (end > size)
            return cki_fail(error, CASK_FORMAT, "OSError",
                            "%s: truncated: variable '%s' needs %llu bytes more than the file has",
                            cki_store_path(store), variable->name,
                            (unsigned long long)(end - size));
    }
    return CASK_OK;
}

static cask_status open_store(cki_store *store, cki_error *error)
{
    header h = {0};
    cask_status status = read_header(store, &h, error);
    if (status == CASK_OK)
        status = finish(store, &h, error);
    store->state = h.entries;
    return status;
}

static cask_status read_region(const cki_store *store, size_t i, const int64_t *start,
                               const int64_t *count, const int64_t *step, const cki_array *out,
                               cki_error *error)
{
    const entry *entries = store->state;
    return cki_region_read(store->file, &entries[i].layout, start, count, step, out,
                           store->variables[i].name, error);
}

static size_t region_bytes(const cki_store *store, size_t i, const int64_t *start,
                           const int64_t *count, const int64_t *step)
{
    const entry *entries = store->state;
    (void)start;
    return cki_region_bytes(&entries[i].layout, count, step);
}

static const char *const suffixes[] = {".nc3", ".cdf", ".nc5", NULL};

const cki_format cki_netcdf3_format = {
    .starts = starts,
    .open = open_store,
    .read = read_region,
    .read_bytes = region_bytes,
    .suffixes = suffixes,
    .create = cki_netcdf3_create,
    .several = true,
    .axes = true,
    .close_writer = cki_netcdf3_close_writer,
};
