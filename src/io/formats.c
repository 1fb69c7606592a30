/* The table of file formats, and what several of them need to turn a file's metadata into values.
 */
#include "io/formats.h"

#include "core/memory.h"

#include <stdio.h>
#include <string.h>

const cki_format *const cki_formats_all[] = {&cki_netcdf3_format, &cki_npy_format,
                                             &cki_hdf5_format,    &cki_hdf5_netcdf4_format,
                                             &cki_zarr_format,    &cki_zarr_write_format,
                                             &cki_npz_format,     &cki_png_format,
                                             &cki_tiff_format,    NULL};

void *cki_formats_alloc(cki_store *store, size_t count, size_t size, cki_error *error)
{
    void *memory = cki_arena_array(&store->arena, count ? count : 1, size);
    if (!memory)
        cki_fail_memory(error, count * size);
    return memory;
}

char *cki_formats_text(cki_store *store, const char *bytes, size_t length, cki_error *error)
{
    char *text = cki_arena_text(&store->arena, bytes, length);
    if (!text)
        cki_fail_memory(error, length);
    return text;
}

cask_status cki_formats_attribute(cask_value *dict, const char *name, cask_value *value,
                                  cki_error *error)
{
    cask_value *key = value ? cki_formats_string(name, strlen(name), error) : NULL;
    if (!key) {
        cask_value_unref(value);
        return error && error->status ? error->status : CASK_MEMORY;
    }
    return cki_value_dict_set(dict, key, value, error);
}

static bool is_utf8(const char *bytes, size_t length)
{
    for (size_t at = 0; at < length;) {
        uint32_t code = cki_text_decode(bytes, length, &at);
        if (code >= 0xDC80 && code <= 0xDCFF)
            return false;
    }
    return true;
}

cask_value *cki_formats_string(const char *bytes, size_t length, cki_error *error)
{
    while (length > 0 && bytes[length - 1] == '\0')
        length--;
    if (is_utf8(bytes, length))
        return cki_value_str(bytes, length, error);
    cki_text text = {0};
    for (size_t i = 0; i < length; i++)
        cki_text_code(&text, (unsigned char)bytes[i]);
    size_t size = text.length;
    char *utf8 = cki_text_take(&text);
    if (!utf8) {
        cki_fail_memory(error, size);
        return NULL;
    }
    cask_value *value = cki_value_str(utf8, size, error);
    cki_memory_free(utf8);
    return value;
}

cask_value *cki_formats_numbers(cki_dtype dtype, const void *elements, int64_t count,
                                cki_error *error)
{
    if (count == 1 && !cki_dtype_is_text(dtype))
        return cki_array_item(dtype, elements, error);
    cask_value *value = cki_array_new(dtype, 1, &count, error);
    if (value && count > 0)
        memcpy(value->as.array->data, elements, (size_t)count * cki_dtype_size(dtype));
    return value;
}

/* CF's words for what is stored: whole numbers of some unit that NumPy has. */
static const char *unit_word(cki_dtype dtype, uint8_t *unit)
{
    *unit = dtype.unit;
    switch ((cki_unit)dtype.unit) {
    case CKI_UNIT_YEAR:
    case CKI_UNIT_MONTH:
    case CKI_UNIT_WEEK:
    case CKI_UNIT_DAY:
        *unit = CKI_UNIT_DAY;
        return "days";
    case CKI_UNIT_HOUR:
        return "hours";
    case CKI_UNIT_MINUTE:
        return "minutes";
    case CKI_UNIT_SECOND:
        return "seconds";
    case CKI_UNIT_MILLI:
        return "milliseconds";
    case CKI_UNIT_MICRO:
        return "microseconds";
    case CKI_UNIT_NANO:
    case CKI_UNIT_PICO:
    case CKI_UNIT_FEMTO:
    case CKI_UNIT_ATTO:
    case CKI_UNIT_GENERIC:
        break;
    }
    *unit = CKI_UNIT_NANO;
    return "nanoseconds";
}

static cask_status add_units(cask_value *all, cki_dtype stored, const char *word, cki_error *error)
{
    cki_text units = {0};
    bool date = stored.id == CASK_DATETIME;
    cki_text_format(&units, date ? "%s since 1970-01-01" : "%s", word);
    cask_status status =
        units.failed
            ? cki_fail_memory(error, 0)
            : cki_formats_attribute(all, "units", cki_value_string(units.bytes, error), error);
    cki_text_free(&units);
    if (status == CASK_OK && date)
        status = cki_formats_attribute(all, "calendar",
                                       cki_value_string("proleptic_gregorian", error), error);
    char name[48];
    if (status == CASK_OK && !date) /* units alone could be any quantity's */
        status = cki_formats_attribute(
            all, "dtype", cki_value_string(cki_dtype_name(stored, name), error), error);
    if (status == CASK_OK) /* not-a-time, as xarray writes and reads it */
        status = cki_formats_attribute(all, "_FillValue", cki_value_int(CKI_NAT, error), error);
    return status;
}

cask_value *cki_formats_encode(cki_dtype dtype, cask_value *attributes, cki_dtype *stored,
                               cki_error *error)
{
    cask_value *all = cki_value_dict(error);
    cask_status status = all ? CASK_OK : CASK_MEMORY;
    size_t count = attributes ? attributes->as.dict.count : 0;
    for (size_t i = 0; status == CASK_OK && i < count; i++)
        status = cki_value_dict_set(all, cask_value_ref(attributes->as.dict.keys[i]),
                                    cask_value_ref(attributes->as.dict.values[i]), error);
    if (status == CASK_OK && cki_dtype_is_time(dtype)) {
        uint8_t unit;
        const char *word = unit_word(dtype, &unit);
        *stored = (cki_dtype){.id = dtype.id, .unit = unit, .count = 1};
        status = add_units(all, *stored, word, error);
    }
    if (status == CASK_OK && dtype.id == CASK_BOOL && stored->id == CASK_I8)
        status = cki_formats_attribute(all, "dtype", cki_value_string("bool", error), error);
    if (status != CASK_OK) {
        cask_value_unref(all);
        return NULL;
    }
    return all;
}

bool cki_formats_writable(const cask_value *key, const cask_value *value)
{
    if (key->kind != CKI_STR)
        return false;
    if (value->kind == CKI_ARRAY)
        return cki_dtype_is_number(value->as.array->dtype) &&
               !cki_dtype_is_complex(value->as.array->dtype);
    return value->kind == CKI_STR || value->kind == CKI_BOOL || value->kind == CKI_INT ||
           value->kind == CKI_FLOAT;
}

/* The type in which an attribute's numbers are written. */
static cki_dtype element_type(const char *name, const cask_value *value, cki_dtype given,
                              cki_dtype stored)
{
    static const char *const like[] = {"_FillValue", "missing_value", "valid_min", "valid_max",
                                       "valid_range"};
    for (size_t i = 0; i < sizeof like / sizeof *like; i++)
        if (strcmp(name, like[i]) == 0 && !cki_dtype_is_text(stored))
            return cki_dtype_is_time(stored) ? cki_dtype_of(CASK_I64) : stored;
    if (value->kind == CKI_INT && value->as.integer >= INT32_MIN && value->as.integer <= INT32_MAX)
        return cki_dtype_of(CASK_I32);
    if (given.id == CASK_BOOL)
        return cki_dtype_of(CASK_I8);
    return given.id == CASK_F16 ? cki_dtype_of(CASK_F32) : given;
}

cask_value *cki_formats_elements(const char *name, const cask_value *value, cki_dtype stored,
                                 cki_error *error)
{
    cask_value *array = cki_array_from_value(value, (cki_dtype){0}, error);
    if (!array)
        return NULL;
    int64_t count = cki_array_size(cki_array_of(array));
    cki_dtype dtype = element_type(name, value, cki_array_of(array)->dtype, stored);
    cask_value *flat = cki_array_reshape(array, 1, &count, error);
    cask_value *made = flat ? cki_array_new(dtype, 1, &count, error) : NULL;
    if (made && cki_array_cast(cki_array_of(made), cki_array_of(flat), error) != CASK_OK) {
        cask_value_unref(made);
        made = NULL;
    }
    cask_value_unref(flat);
    cask_value_unref(array);
    return made;
}

const char *cki_formats_dimension(const cki_target *target, cki_dtype stored, int k,
                                  char buffer[32])
{
    if (k < target->ndim && target->dims && target->dims[k])
        return target->dims[k];
    snprintf(buffer, 32, k < target->ndim ? "dim_%d" : "string%d",
             k < target->ndim ? k : stored.count);
    return buffer;
}

cask_status cki_formats_netcdf(cki_dtype dtype, cki_dtype *stored, cki_error *error)
{
    char name[48];
    *stored = dtype;
    if (dtype.id == CASK_BOOL)
        *stored = cki_dtype_of(CASK_I8);
    else if (dtype.id == CASK_F16)
        *stored = cki_dtype_of(CASK_F32);
    else if (dtype.id == CASK_STR)
        *stored = (cki_dtype){.id = CASK_BYTES, .count = dtype.count};
    else if (cki_dtype_is_complex(dtype))
        return cki_fail(error, CASK_TYPE, "TypeError",
                        "NetCDF has no type for %s; write its real and imag parts, or .h5",
                        cki_dtype_name(dtype, name));
    if (cki_dtype_is_text(*stored) && stored->count == 0)
        stored->count = 1;
    return CASK_OK;
}
