/* The header of a NetCDF-3 file of one variable: 64-bit offsets, or CDF-5 where the types or sizes
 * need it. */
#include "io/netcdf3.h"

#include <string.h>

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

/* The axes, and one more for the characters of strings. */
static void put_dimensions(builder *b, const cki_target *target, cki_dtype stored, int ndim)
{
    put_word(b, ndim ? CKI_NETCDF3_DIMENSIONS : 0);
    put_count(b, (uint64_t)ndim);
    for (int k = 0; k < ndim; k++) {
        char buffer[32];
        put_name(b, cki_formats_dimension(target, stored, k, buffer));
        put_count(b, (uint64_t)(k < target->ndim ? target->shape[k] : stored.count));
    }
}

static cask_status check_shape(const cki_target *target, cki_error *error)
{
    for (int k = 0; k < target->ndim; k++)
        if (target->shape[k] == 0)
            return cki_fail(error, CASK_SHAPE, "ValueError",
                            "NetCDF-3 cannot hold an axis of length 0; write .nc (NetCDF-4)");
    return CASK_OK;
}

static bool needs_wide(const cki_target *target, cki_dtype stored)
{
    bool wide =
        !cki_dtype_is_text(stored) && (cki_dtype_is_time(stored) || type_number(stored) > 6);
    for (int k = 0; k < target->ndim; k++)
        wide |= target->shape[k] > INT32_MAX;
    return wide;
}

/* Everything up to the variable's type, size and place. */
static cask_status put_header(builder *b, const cki_target *target, cki_dtype stored,
                              const cask_value *attributes, cki_error *error)
{
    bool text = stored.id == CASK_BYTES;
    int ndim = target->ndim + (text ? 1 : 0);
    cki_text_add(&b->text, b->wide ? "CDF\5" : "CDF\2", 4);
    put_count(b, 0); /* records */
    put_dimensions(b, target, stored, ndim);
    put_word(b, 0); /* no global attributes */
    put_count(b, 0);
    put_word(b, CKI_NETCDF3_VARIABLES);
    put_count(b, 1);
    put_name(b, target->name ? target->name : "data");
    put_count(b, (uint64_t)ndim);
    for (int k = 0; k < ndim; k++)
        put_count(b, (uint64_t)k);
    return put_attributes(b, attributes, stored, error);
}

static cask_status write_header(cki_writer *writer, builder *b, uint64_t bytes, cki_error *error)
{
    bool text = writer->stored.id == CASK_BYTES;
    uint64_t padded = (bytes + 3) / 4 * 4;
    put_word(b, text                                ? 2
                : cki_dtype_is_time(writer->stored) ? type_number(cki_dtype_of(CASK_I64))
                                                    : type_number(writer->stored));
    /* the size as far as it fits: readers compute it from the shape */
    put_count(b, b->wide || padded < UINT32_MAX - 3 ? padded : UINT32_MAX);
    writer->layout.offset = b->text.length + 8;
    put_number(b, writer->layout.offset, 8);
    if (b->text.failed)
        return cki_fail_memory(error, b->text.length);
    cask_status status = cki_file_write(writer->output, 0, b->text.bytes, b->text.length, error);
    if (status == CASK_OK)
        status = cki_file_resize(writer->output, writer->layout.offset + padded, error);
    return status;
}

cask_status cki_netcdf3_create(cki_writer *writer, const cki_target *target, cki_error *error)
{
    cask_status status = cki_formats_netcdf(target->dtype, &writer->stored, error);
    if (status == CASK_OK)
        status = check_shape(target, error);
    if (status != CASK_OK)
        return status;
    cask_value *attributes =
        cki_formats_encode(target->dtype, target->attributes, &writer->stored, error);
    if (!attributes)
        return CASK_MEMORY;
    builder b = {.wide = needs_wide(target, writer->stored)};
    cki_region_layout *layout = &writer->layout;
    uint64_t bytes;
    layout->itemsize = cki_dtype_size(writer->stored);
    layout->word = cki_dtype_is_text(writer->stored) ? 1 : layout->itemsize;
    status = put_header(&b, target, writer->stored, attributes, error);
    if (status == CASK_OK && !cki_region_order(layout, target->shape, false, &bytes))
        status = cki_fail(error, CASK_INVALID, "ValueError", "the array is larger than any file");
    if (status == CASK_OK)
        status = write_header(writer, &b, bytes, error);
    cki_text_free(&b.text);
    cask_value_unref(attributes);
    return status;
}
