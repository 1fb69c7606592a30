/* Single elements as Python values, and whole arrays as nested lists of them. */
#include "value/array_cast.h"

#include <complex.h>
#include <string.h>

static cask_value *integer_item(cki_dtype dtype, const void *element, cki_error *error)
{
    if (dtype.id == CASK_U64) {
        uint64_t number;
        memcpy(&number, element, sizeof number);
        if (number > INT64_MAX) /* Python values have 64 bits here: it stays a NumPy scalar */
            return cki_array_scalar(dtype, element, error);
    }
    int64_t number = 0;
    cki_array_cast_element(cki_dtype_of(CASK_I64), &number, dtype, element, error);
    return cki_value_int(number, error);
}

static cask_value *text_item(cki_dtype dtype, const void *element, cki_error *error)
{
    if (dtype.id == CASK_BYTES) {
        size_t length = (size_t)dtype.count;
        const char *bytes = element;
        while (length && !bytes[length - 1])
            length--;
        return cki_value_bytes(bytes, length, error);
    }
    cki_text text = {0};
    cki_array_cast_print(dtype, element, &text);
    cask_value *value = NULL;
    if (text.failed)
        cki_fail_memory(error, text.length + 1);
    else
        value = cki_value_str(text.bytes ? text.bytes : "", text.length, error);
    cki_text_free(&text);
    return value;
}

cask_value *cki_array_item(cki_dtype dtype, const void *element, cki_error *error)
{
    if (dtype.id == CASK_BOOL)
        return cki_value_bool(*(const unsigned char *)element != 0);
    if (cki_dtype_is_integer(dtype))
        return integer_item(dtype, element, error);
    if (cki_dtype_is_text(dtype))
        return text_item(dtype, element, error);
    if (cki_dtype_is_time(dtype))
        return cki_array_scalar(dtype, element, error);
    double _Complex number = 0;
    cki_array_cast_element(cki_dtype_of(CASK_C128), &number, dtype, element, error);
    return cki_dtype_is_complex(dtype) ? cki_value_complex(creal(number), cimag(number), error)
                                       : cki_value_float(creal(number), error);
}

/* Depth is bounded by CKI_MAX_NDIM. */
static cask_value *list_axis(const cki_array *array, int axis, const unsigned char *data,
                             cki_error *error)
{
    if (axis == array->ndim)
        return cki_array_item(array->dtype, data, error);
    cask_value *list = cki_value_list(CKI_LIST, (size_t)array->shape[axis], error);
    for (int64_t i = 0; list && i < array->shape[axis]; i++) {
        list->as.list.items[i] = list_axis(array, axis + 1, data + i * array->strides[axis], error);
        if (!list->as.list.items[i]) {
            cask_value_unref(list);
            return NULL;
        }
    }
    return list;
}

cask_value *cki_array_tolist(const cki_array *array, cki_error *error)
{
    return list_axis(array, 0, array->data, error);
}
