/* Arguments of array operations: axes, dtypes, shapes, and values that stand for arrays. */
#include "array/node.h"
#include "array/source.h"

#include <string.h>

static cask_status check_axis(int64_t axis, int ndim, int *result, cki_error *error)
{
    if (axis < -ndim || axis >= ndim)
        return cki_fail(error, CASK_INDEX, "AxisError",
                        "axis %lld is out of bounds for array of dimension %d", (long long)axis,
                        ndim);
    *result = (int)(axis < 0 ? axis + ndim : axis);
    return CASK_OK;
}

cask_status cki_node_axis(cask_value *value, int ndim, int *axis, cki_error *error)
{
    int64_t number;
    cask_status status = cki_value_index(value, &number, error);
    return status == CASK_OK ? check_axis(number, ndim, axis, error) : status;
}

cask_status cki_node_axes(cask_value *value, int ndim, bool *flags, int *order, int *count,
                          cki_error *error)
{
    memset(flags, 0, CKI_MAX_NDIM * sizeof *flags);
    *count = 0;
    if (!value || value->kind == CKI_NONE) {
        for (int i = 0; i < ndim; i++) {
            flags[i] = true;
            order[(*count)++] = i;
        }
        return CASK_OK;
    }
    bool list = value->kind == CKI_TUPLE || value->kind == CKI_LIST;
    size_t given = list ? value->as.list.count : 1;
    for (size_t i = 0; i < given; i++) {
        int axis = 0;
        cask_status status =
            cki_node_axis(list ? value->as.list.items[i] : value, ndim, &axis, error);
        if (status != CASK_OK)
            return status;
        if (flags[axis])
            return cki_fail(error, CASK_INVALID, NULL, "duplicate value in 'axis'");
        flags[axis] = true;
        order[(*count)++] = axis;
    }
    return CASK_OK;
}

cask_status cki_node_dtype(cask_value *value, cki_dtype *dtype, cki_error *error)
{
    *dtype = (cki_dtype){0};
    if (!value || value->kind == CKI_NONE)
        return CASK_OK;
    if (value->kind == CKI_DTYPE) {
        *dtype = value->as.dtype;
        return CASK_OK;
    }
    if (value->kind == CKI_STR)
        return cki_dtype_parse(value->as.text.bytes, dtype, NULL, error);
    if (value->kind == CKI_OBJECT) { /* a type: its repr is "<class 'float'>" or its bare name */
        cki_text text = {0};
        cki_value_repr(value, &text);
        const char *name = text.bytes ? text.bytes : "";
        const char *quote = strchr(name, '\'');
        const char *end = quote ? strchr(quote + 1, '\'') : NULL;
        char word[48] = "";
        if (end && (size_t)(end - quote) < sizeof word)
            memcpy(word, quote + 1, (size_t)(end - quote - 1));
        const char *dot = strrchr(word, '.');
        cask_status status = text.failed ? cki_fail_memory(error, text.length + 1)
                             : *word     ? cki_dtype_parse(dot ? dot + 1 : word, dtype, NULL, error)
                                         : cki_fail(error, CASK_TYPE, NULL,
                                                    "Cannot interpret '%s' as a data type", name);
        cki_text_free(&text);
        return status;
    }
    return cki_fail(error, CASK_TYPE, NULL, "Cannot interpret a %s as a data type",
                    cki_value_type(value));
}

cask_status cki_node_shape_argument(cask_value *value, int64_t *shape, int *ndim, cki_error *error)
{
    bool list = value->kind == CKI_TUPLE || value->kind == CKI_LIST;
    size_t count = list ? value->as.list.count : 1;
    if (count > CKI_MAX_NDIM)
        return cki_fail(error, CASK_INVALID, NULL,
                        "maximum supported dimension for an ndarray is %d, found %zu", CKI_MAX_NDIM,
                        count);
    *ndim = (int)count;
    for (size_t i = 0; i < count; i++) {
        const cask_value *item = list ? value->as.list.items[i] : value;
        if (item->kind == CKI_FLOAT && item->as.real == (double)(int64_t)item->as.real)
            shape[i] = (int64_t)item->as.real;
        else if (cki_value_index(item, &shape[i], error) != CASK_OK)
            return error->status;
        if (shape[i] < 0)
            return cki_fail(error, CASK_INVALID, NULL, "negative dimensions are not allowed");
    }
    return CASK_OK;
}

cask_array cki_node_from_value(cki_build *build, cask_value *value)
{
    cask_array lazy = cki_node_lazy(value);
    if (lazy)
        return lazy;
    cask_value *array = cki_array_of(value)
                            ? cask_value_ref(value)
                            : cki_array_from_value(value, (cki_dtype){0}, build->error);
    lazy = array ? cki_source_constant(build, array, NULL) : NULL;
    cask_value_unref(array);
    return lazy;
}
