/* NetCDF-3 files are written: 64-bit offsets, or CDF-5 where the suffix (.nc5), a type or a size
 * wants it. The header, which is at the beginning, is written when all variables are known; what
 * it needs is kept free. */
#include "core/memory.h"
#include "io/netcdf3.h"

#include <string.h>
#include <strings.h>

/* A growing header and whether its counts have 64 bits. */
typedef struct builder {
    cki_text text;
    bool wide;
} builder;

static void put_number(builder *b, uint64_t number, int bytes)
{
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8)
        cki_text_char(&b->text, (char)(number >> shift & 0xff));
}

static void put_word(builder *b, uint32_t number)
{
    put_number(b, number, 4);
}

static void put_count(builder *b, uint64_t number)
{
    put_number(b, number, b->wide ? 8 : 4);
}

static void put_padded(builder *b, const char *bytes, size_t length)
{
    cki_text_add(&b->text, bytes, length);
    cki_text_repeat(&b->text, '\0', (4 - length % 4) % 4);
}

static void put_name(builder *b, const char *name)
{
    put_count(b, strlen(name));
    put_padded(b, name, strlen(name));
}

static uint32_t type_number(cki_dtype dtype)
{
    for (uint32_t type = 1; type <= 11; type++)
        if (cki_netcdf3_dtype(type).id == dtype.id)
            return type;
    return 0;
}

/* Classic files have neither 64-bit nor unsigned integers: the smallest type that holds all. */
static cki_dtype classic(const cki_array *array)
{
    uint32_t type = type_number(array->dtype);
    if (type >= 1 && type <= 6)
        return array->dtype;
    bool small = cki_dtype_is_integer(array->dtype);
    for (int64_t i = 0; small && i < array->shape[0]; i++) {
        int64_t number = 0;
        small = cki_array_cast_element(cki_dtype_of(CASK_I64), &number, array->dtype,
                                       array->data + i * array->strides[0], NULL) == CASK_OK &&
                number >= INT32_MIN && number <= INT32_MAX;
    }
    return cki_dtype_of(small ? CASK_I32 : CASK_F64);
}

static cask_status put_numbers(builder *b, const char *name, const cask_value *value,
                               cki_dtype stored, cki_error *error)
{
    cask_value *given = cki_formats_elements(name, value, stored, error);
    if (!given)
        return CASK_MEMORY;
    const cki_array *from = cki_array_of(given);
    cki_dtype dtype = b->wide ? from->dtype : classic(from);
    cask_value *made = cki_array_new(dtype, 1, from->shape, error);
    cask_status status = made ? cki_array_cast(cki_array_of(made), from, error) : CASK_MEMORY;
    if (status == CASK_OK) {
        size_t count = (size_t)from->shape[0], size = cki_dtype_size(dtype);
        unsigned char *bytes = cki_array_of(made)->data;
        put_word(b, type_number(dtype));
        put_count(b, count);
        cki_region_swap(bytes, count, size);
        put_padded(b, (const char *)bytes, count * size);
    }
    cask_value_unref(made);
    cask_value_unref(given);
    return status;
}

static cask_status put_attributes(builder *b, const cask_value *dict, cki_dtype stored,
                                  cki_error *error)
{
    size_t count = 0;
    for (size_t i = 0; i < dict->as.dict.count; i++)
        count += cki_formats_writable(dict->as.dict.keys[i], dict->as.dict.values[i]);
    put_word(b, count ? CKI_NETCDF3_ATTRIBUTES : 0);
    put_count(b, count);
    for (size_t i = 0; i < dict->as.dict.count; i++) {
        const cask_value *key = dict->as.dict.keys[i], *value = dict->as.dict.values[i];
        if (!cki_formats_writable(key, value))
            continue;
        put_name(b, key->as.text.bytes);
        if (value->kind == CKI_STR) {
            put_word(b, 2);
            put_count(b, value->as.text.length);
            put_padded(b, value->as.text.bytes, value->as.text.length);
        } else {
            cask_status status = put_numbers(b, key->as.text.bytes, value, stored, error);
            if (status != CASK_OK)
                return status;
        }
    }
    return CASK_OK;
}

typedef struct dimension {
    const char *name;
    uint64_t length;
} dimension;

/* A file being written; the first of its writers has it. Until the last variable is there, nobody
 * knows whether its counts will have 64 bits: texts are made for both. */
typedef struct making {
    cki_arena arena;
    bool wide;
    size_t ndimensions, room; /* room: of the array of dimensions */
    dimension *dimensions;
    size_t nvariables;
    builder globals[2], variables[2]; /* with counts of 32, and of 64 bits */
    uint64_t data, end;               /* where the elements begin, and end so far */
} making;

/* The number of the dimension of that name, a new one if there is none. */
static cask_status find_dimension(making *m, const char *name, uint64_t length, size_t *found,
                                  cki_error *error)
{
    for (size_t i = 0; i < m->ndimensions; i++)
        if (strcmp(m->dimensions[i].name, name) == 0) {
            *found = i;
            if (m->dimensions[i].length == length)
                return CASK_OK;
            return cki_fail(error, CASK_SHAPE, "ValueError",
                            "the dimension '%s' has %llu places in this file, and is to have %llu",
                            name, (unsigned long long)m->dimensions[i].length,
                            (unsigned long long)length);
        }
    if (m->ndimensions == m->room) {
        size_t room = 2 * m->room + 8;
        dimension *more = cki_arena_array(&m->arena, room, sizeof *more);
        if (!more)
            return cki_fail_memory(error, room * sizeof *more);
        if (m->ndimensions)
            memcpy(more, m->dimensions, m->ndimensions * sizeof *more);
        m->dimensions = more;
        m->room = room;
    }
    const char *copy = cki_arena_text(&m->arena, name, strlen(name));
    if (!copy)
        return cki_fail_memory(error, strlen(name));
    *found = m->ndimensions++;
    m->dimensions[*found] = (dimension){copy, length};
    m->wide |= length > INT32_MAX;
    return CASK_OK;
}

/* The axes, and one more for the characters of strings. */
static cask_status find_dimensions(making *m, const cki_target *target, cki_dtype stored,
                                   size_t *numbers, int *ndim, cki_error *error)
{
    *ndim = target->ndim + (stored.id == CASK_BYTES ? 1 : 0);
    if (*ndim > CKI_MAX_NDIM)
        return cki_fail(error, CASK_SHAPE, "ValueError", "NetCDF-3 holds at most %d dimensions",
                        CKI_MAX_NDIM);
    cask_status status = CASK_OK;
    for (int k = 0; status == CASK_OK && k < *ndim; k++) {
        char buffer[32];
        const char *name = cki_formats_dimension(target, stored, k, buffer);
        uint64_t length = (uint64_t)(k < target->ndim ? target->shape[k] : stored.count);
        if (k < target->ndim && length == 0)
            return cki_fail(error, CASK_SHAPE, "ValueError",
                            "NetCDF-3 cannot hold an axis of length 0; write .nc (NetCDF-4)");
        status = find_dimension(m, name, length, &numbers[k], error);
    }
    return status;
}

/* One variable of the header, in both forms: its place is known before they are. */
static cask_status put_variable(making *m, const cki_target *target, const cki_writer *writer,
                                const cask_value *attributes, uint64_t bytes, cki_error *error)
{
    size_t numbers[CKI_MAX_NDIM];
    int ndim;
    uint64_t padded = (bytes + 3) / 4 * 4;
    cki_dtype type = cki_dtype_is_text(writer->stored)   ? cki_netcdf3_dtype(2)
                     : cki_dtype_is_time(writer->stored) ? cki_dtype_of(CASK_I64)
                                                         : writer->stored;
    cask_status status = find_dimensions(m, target, writer->stored, numbers, &ndim, error);
    for (int wide = 0; status == CASK_OK && wide < 2; wide++) {
        builder *b = &m->variables[wide];
        put_name(b, target->name && target->name[0] ? target->name : "data");
        put_count(b, (uint64_t)ndim);
        for (int k = 0; k < ndim; k++)
            put_count(b, numbers[k]);
        status = put_attributes(b, attributes, writer->stored, error);
        put_word(b, type_number(type));
        /* the size as far as it fits: readers compute it from the shape */
        put_count(b, wide || padded < UINT32_MAX - 3 ? padded : UINT32_MAX);
        put_number(b, 0, 8); /* the place */
    }
    m->nvariables++;
    m->wide |= type_number(type) > 6;
    return status;
}

/* The place of the variable that was put last. */
static void set_place(making *m, uint64_t place)
{
    for (int wide = 0; wide < 2; wide++) {
        builder *b = &m->variables[wide];
        b->text.length -= b->text.failed ? 0 : 8;
        put_number(b, place, 8);
    }
}

static cask_status put_header(const making *m, bool wide, builder *b, cki_error *error)
{
    const cki_text *globals = &m->globals[wide].text, *variables = &m->variables[wide].text;
    *b = (builder){.wide = wide};
    cki_text_add(&b->text, wide ? "CDF\5" : "CDF\2", 4);
    put_count(b, 0); /* records */
    put_word(b, m->ndimensions ? CKI_NETCDF3_DIMENSIONS : 0);
    put_count(b, m->ndimensions);
    for (size_t i = 0; i < m->ndimensions; i++) {
        put_name(b, m->dimensions[i].name);
        put_count(b, m->dimensions[i].length);
    }
    cki_text_add(&b->text, globals->bytes, globals->length);
    put_word(b, CKI_NETCDF3_VARIABLES);
    put_count(b, m->nvariables);
    cki_text_add(&b->text, variables->bytes, variables->length);
    return b->text.failed || globals->failed || variables->failed
               ? cki_fail_memory(error, b->text.length)
               : CASK_OK;
}

static void free_making(making *m)
{
    for (int wide = 0; m && wide < 2; wide++) {
        cki_text_free(&m->globals[wide].text);
        cki_text_free(&m->variables[wide].text);
    }
    if (m)
        cki_arena_free(&m->arena);
    cki_memory_free(m);
}

static making *new_making(const cki_writer *writer, const cki_target *target, cki_error *error)
{
    making *m = cki_memory_calloc(1, sizeof *m);
    cask_value *globals = target->globals ? cask_value_ref(target->globals) : cki_value_dict(error);
    const char *dot = strrchr(writer->path, '.');
    if (!m)
        cki_fail_memory(error, sizeof *m);
    for (int wide = 0; m && globals && wide < 2 && error->status == CASK_OK; wide++) {
        m->globals[wide].wide = m->variables[wide].wide = wide;
        put_attributes(&m->globals[wide], globals, (cki_dtype){0}, error);
    }
    cask_value_unref(globals);
    if (m && error->status == CASK_OK) {
        m->wide = dot && strcasecmp(dot, ".nc5") == 0;
        return m;
    }
    free_making(m);
    return NULL;
}

/* Whether the header, which has one more variable now, has the room it needs; of the first, how
 * much that is. */
static cask_status check_room(making *m, const cki_target *target, cki_error *error)
{
    builder b;
    cask_status status = put_header(m, m->wide || target->room, &b, error);
    uint64_t length = b.text.length;
    cki_text_free(&b.text);
    if (status != CASK_OK)
        return status;
    if (m->nvariables == 1)
        m->data = m->end = length + (target->room + 3) / 4 * 4;
    else if (length > m->data)
        return cki_fail(error, CASK_INVALID, "ValueError",
                        "the header of this NetCDF-3 file has no room for '%s'",
                        target->name ? target->name : "data");
    return CASK_OK;
}

static cask_status create(cki_writer *writer, making *m, const cki_target *target,
                          const cask_value *attributes, cki_error *error)
{
    cki_region_layout *layout = &writer->layout;
    uint64_t bytes;
    layout->itemsize = cki_dtype_size(writer->stored);
    layout->word = cki_dtype_is_text(writer->stored) ? 1 : layout->itemsize;
    if (!cki_region_order(layout, target->shape, false, &bytes) || bytes > INT64_MAX / 2)
        return cki_fail(error, CASK_INVALID, "ValueError", "the array is larger than any file");
    /* without counts of 64 bits only the last variable may be so large */
    m->wide |= bytes > UINT32_MAX - 3 && (writer->host || target->room);
    cask_status status = put_variable(m, target, writer, attributes, bytes, error);
    if (status == CASK_OK)
        status = check_room(m, target, error);
    if (status != CASK_OK)
        return status;
    layout->offset = m->end;
    set_place(m, m->end);
    m->end += (bytes + 3) / 4 * 4;
    return cki_file_resize(writer->output, m->end, error);
}

cask_status cki_netcdf3_create(cki_writer *writer, const cki_target *target, cki_error *error)
{
    cask_status status = cki_formats_netcdf(target->dtype, &writer->stored, error);
    if (status == CASK_OK && writer->filled && !writer->host)
        status = cki_fail(error, CASK_INVALID, "ValueError",
                          "%s: a NetCDF-3 file is written once; arrays are added to .h5 files",
                          writer->path);
    if (status != CASK_OK)
        return status;
    making *m = writer->host ? writer->host->state : new_making(writer, target, error);
    cask_value *attributes =
        m ? cki_formats_encode(target->dtype, target->attributes, &writer->stored, error) : NULL;
    if (!writer->host)
        writer->state = m;
    if (attributes)
        status = create(writer, m, target, attributes, error);
    cask_value_unref(attributes);
    return attributes ? status : CASK_MEMORY;
}

cask_status cki_netcdf3_close_writer(cki_writer *writer, cki_error *error)
{
    making *m = writer->state;
    builder b = {0};
    cask_status status = CASK_OK;
    writer->state = NULL;
    if (m && error)
        status = put_header(m, m->wide, &b, error);
    if (m && error && status == CASK_OK)
        status = cki_file_write(writer->output, 0, b.text.bytes, b.text.length, error);
    cki_text_free(&b.text);
    free_making(m);
    return status;
}
