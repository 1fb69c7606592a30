/* The public face of values, cask_value_*. */
#include "core/memory.h"
#include "value/array.h"

#include <math.h>

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

cask_value *cask_value_array(cask_dtype dtype, int ndim, const int64_t *shape, void **data)
{
    bool good =
        dtype > CASK_DTYPE_DEFAULT && dtype < CASK_BYTES && ndim >= 0 && ndim <= CKI_MAX_NDIM;
    for (int k = 0; good && k < ndim; k++)
        good = shape[k] >= 0;
    cask_value *made = good ? cki_array_new(cki_dtype_of(dtype), ndim, shape, NULL) : NULL;
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
