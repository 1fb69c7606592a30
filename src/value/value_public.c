/* The public face of values, cask_value_*. */
#include "core/memory.h"
#include "value/array.h"

#include <math.h>
#include <stdio.h>

cask_value *cask_value_from_bool(bool value)
{
    return cki_value_bool(value);
}

cask_value *cask_value_from_int(int64_t value)
{
    return cki_value_int(value, NULL);
}

cask_value *cask_value_from_float(double value)
{
    return cki_value_float(value, NULL);
}

cask_value *cask_value_from_text(const char *utf8)
{
    return utf8 ? cki_value_string(utf8, NULL) : NULL;
}

cask_value *cask_value_from_complex(double real, double imaginary)
{
    return cki_value_complex(real, imaginary, NULL);
}

cask_value *cask_value_none(void)
{
    return cki_value_none();
}

const char *cask_value_type(const cask_value *value)
{
    return value ? cki_value_type(value) : "";
}

double cask_value_f64(const cask_value *value)
{
    double number = (double)NAN;
    return value && cki_value_real(value, &number, NULL) == CASK_OK ? number : (double)NAN;
}

int64_t cask_value_i64(const cask_value *value)
{
    int64_t number = 0;
    return value && cki_value_index(value, &number, NULL) == CASK_OK ? number : 0;
}

cask_dtype cask_value_dtype(const cask_value *value)
{
    const cki_array *array = cki_array_of(value);
    return array ? (cask_dtype)array->dtype.id : CASK_DTYPE_DEFAULT;
}

int cask_value_ndim(const cask_value *value)
{
    const cki_array *array = cki_array_of(value);
    return array ? array->ndim : 0;
}

const int64_t *cask_value_shape(const cask_value *value)
{
    const cki_array *array = cki_array_of(value);
    return array ? array->shape : NULL;
}

const int64_t *cask_value_strides(const cask_value *value)
{
    const cki_array *array = cki_array_of(value);
    return array ? array->strides : NULL;
}

const void *cask_value_data(const cask_value *value)
{
    const cki_array *array = cki_array_of(value);
    return array ? array->data : NULL;
}

size_t cask_value_itemsize(const cask_value *value)
{
    const cki_array *array = cki_array_of(value);
    return array ? cki_dtype_size(array->dtype) : 0;
}

const char *cask_value_dtype_name(const cask_value *value, char *buffer, size_t size)
{
    const cki_array *array = cki_array_of(value);
    char name[48] = "";
    if (array)
        cki_dtype_name(array->dtype, name);
    if (size)
        snprintf(buffer, size, "%s", name);
    return buffer;
}

size_t cask_dtype_size(cask_dtype dtype)
{
    bool known = dtype > CASK_DTYPE_DEFAULT && dtype < CASK_DTYPE_COUNT;
    return known ? cki_dtype_size(cki_dtype_of(dtype)) : 0;
}

bool cask_value_copy(const cask_value *value, cask_dtype dtype, void *data, size_t bytes)
{
    cask_value *scalar = NULL, *target = NULL;
    size_t needed = 0;
    if (value && !cki_array_of(value))
        scalar = cki_array_from_scalar(value, (cki_dtype){0}, NULL);
    const cki_array *from = cki_array_of(scalar ? scalar : value);
    bool good = from && data && (unsigned)dtype < CASK_BYTES;
    cki_dtype type = good && dtype == CASK_DTYPE_DEFAULT ? from->dtype : cki_dtype_of(dtype);
    good = good && cki_array_bytes(type, from->ndim, from->shape, &needed, NULL) == CASK_OK &&
           needed <= bytes;
    cki_buffer *buffer = good ? cki_array_foreign(bytes, NULL, NULL, NULL) : NULL;
    if (buffer)
        target = cki_array_view(buffer, data, type, from->ndim, from->shape, NULL, NULL);
    cki_array_buffer_unref(buffer);
    good = target && cki_array_cast(cki_array_of(target), from, NULL) == CASK_OK;
    cask_value_unref(target);
    cask_value_unref(scalar);
    return good;
}

cask_value *cask_value_array(cask_dtype dtype, int ndim, const int64_t *shape, void **data)
{
    bool good =
        dtype > CASK_DTYPE_DEFAULT && dtype < CASK_BYTES && ndim >= 0 && ndim <= CKI_MAX_NDIM;
    good = good && data && (shape || !ndim);
    for (int k = 0; good && k < ndim; k++)
        good = shape[k] >= 0;
    cask_value *made = good ? cki_array_new(cki_dtype_of(dtype), ndim, shape, NULL) : NULL;
    if (data)
        *data = made ? cki_array_of(made)->data : NULL;
    return made;
}

int64_t cask_value_length(const cask_value *value)
{
    int64_t length;
    return value && cki_value_length(value, &length, NULL) == CASK_OK ? length : -1;
}

cask_value *cask_value_item(const cask_value *value, int64_t i)
{
    return i >= 0 && i < cask_value_length(value) ? cki_value_item(value, i, NULL) : NULL;
}

cask_value *cask_value_get(const cask_value *value, const char *key)
{
    bool dict = value && key && value->kind == CKI_DICT;
    return dict ? cask_value_ref(cki_value_dict_find(value, key)) : NULL;
}

char *cask_value_text(const cask_value *value)
{
    cki_text text = {0};
    if (!value)
        return NULL;
    cki_value_print(value, &text);
    return cki_text_take(&text);
}

void cask_text_free(char *text)
{
    cki_memory_free(text);
}
