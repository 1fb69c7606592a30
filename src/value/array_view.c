/* Views: the same elements seen by other shapes and strides; a copy only where none would do. */
#include "value/array.h"

#include <string.h>

cask_value *cki_array_slice(const cki_array *array, const int64_t *start, const int64_t *count,
                            const int64_t *step, cki_error *error)
{
    unsigned char *data = array->data;
    int64_t strides[CKI_MAX_NDIM] = {0};
    bool empty = false;
    for (int axis = 0; axis < array->ndim; axis++)
        empty |= count[axis] == 0;
    for (int axis = 0; axis < array->ndim; axis++) {
        if (!empty) /* an empty slice may start past the end */
            data += start[axis] * array->strides[axis];
        if (__builtin_mul_overflow(array->strides[axis], step[axis], &strides[axis]))
            strides[axis] = 0; /* such a step is longer than the axis: one element at most */
    }
    return cki_array_view(array->buffer, data, array->dtype, array->ndim, count, strides, error);
}

cask_value *cki_array_permute(const cki_array *array, const int *axes, cki_error *error)
{
    int64_t shape[CKI_MAX_NDIM], strides[CKI_MAX_NDIM];
    for (int axis = 0; axis < array->ndim; axis++) {
        shape[axis] = array->shape[axes[axis]];
        strides[axis] = array->strides[axes[axis]];
    }
    return cki_array_view(array->buffer, array->data, array->dtype, array->ndim, shape, strides,
                          error);
}

static cask_value *cannot_broadcast(const cki_array *array, int ndim, const int64_t *shape,
                                    cki_error *error)
{
    cki_text from = {0}, to = {0};
    for (int i = 0; i < array->ndim; i++)
        cki_text_format(&from, "%s%lld", i ? "," : "", (long long)array->shape[i]);
    for (int i = 0; i < ndim; i++)
        cki_text_format(&to, "%s%lld", i ? "," : "", (long long)shape[i]);
    cki_fail(error, CASK_SHAPE, "ValueError",
             "could not broadcast input array from shape (%s%s) into shape (%s%s)",
             from.bytes ? from.bytes : "", array->ndim == 1 ? "," : "", to.bytes ? to.bytes : "",
             ndim == 1 ? "," : "");
    cki_text_free(&from);
    cki_text_free(&to);
    return NULL;
}

cask_value *cki_array_broadcast(const cki_array *array, int ndim, const int64_t *shape,
                                cki_error *error)
{
    int64_t strides[CKI_MAX_NDIM] = {0};
    int front = ndim - array->ndim;
    if (front < 0 || ndim > CKI_MAX_NDIM)
        return cannot_broadcast(array, ndim, shape, error);
    for (int axis = 0; axis < array->ndim; axis++) {
        if (array->shape[axis] == shape[front + axis])
            strides[front + axis] = array->strides[axis];
        else if (array->shape[axis] != 1)
            return cannot_broadcast(array, ndim, shape, error);
    }
    return cki_array_view(array->buffer, array->data, array->dtype, ndim, shape, strides, error);
}

/* Strides for `shape` over the same elements, if there are such: axes of both shapes are matched in
 * groups of equal products, and within a group the old axes must lie like one. */
static bool reshape_strides(const cki_array *array, int ndim, const int64_t *shape,
                            int64_t *strides)
{
    int64_t old_shape[CKI_MAX_NDIM], old_strides[CKI_MAX_NDIM];
    int old = 0;
    for (int axis = 0; axis < array->ndim; axis++)
        if (array->shape[axis] != 1) {
            old_shape[old] = array->shape[axis];
            old_strides[old++] = array->strides[axis];
        }
    int i = 0, j = 0;
    while (i < old && j < ndim) {
        int64_t left = old_shape[i], right = shape[j];
        int i_end = i + 1, j_end = j + 1;
        while (left != right) {
            if (left < right)
                left *= old_shape[i_end++];
            else
                right *= shape[j_end++];
        }
        for (int k = i; k + 1 < i_end; k++)
            if (old_strides[k] != old_shape[k + 1] * old_strides[k + 1])
                return false;
        strides[j_end - 1] = old_strides[i_end - 1];
        for (int k = j_end - 1; k > j; k--)
            strides[k - 1] = strides[k] * shape[k];
        i = i_end;
        j = j_end;
    }
    for (; j < ndim; j++) /* what is left has length 1 */
        strides[j] = j ? strides[j - 1] : (int64_t)cki_dtype_size(array->dtype);
    return true;
}

static cask_value *cannot_reshape(const cki_array *array, int ndim, const int64_t *shape,
                                  cki_error *error)
{
    cki_text text = {0};
    for (int i = 0; i < ndim; i++)
        cki_text_format(&text, "%s%lld", i ? "," : "", (long long)shape[i]);
    cki_fail(error, CASK_SHAPE, "ValueError", "cannot reshape array of size %lld into shape (%s%s)",
             (long long)cki_array_size(array), text.bytes ? text.bytes : "", ndim == 1 ? "," : "");
    cki_text_free(&text);
    return NULL;
}

cask_value *cki_array_reshape(cask_value *value, int ndim, const int64_t *shape, cki_error *error)
{
    const cki_array *array = value->as.array;
    int64_t size = 1, strides[CKI_MAX_NDIM] = {0};
    bool over = ndim > CKI_MAX_NDIM;
    for (int axis = 0; axis < ndim; axis++)
        over |= shape[axis] < 0 || __builtin_mul_overflow(size, shape[axis], &size);
    if (over || size != cki_array_size(array))
        return cannot_reshape(array, ndim, shape, error);
    if (!size)
        return cki_array_new(array->dtype, ndim, shape, error);
    if (reshape_strides(array, ndim, shape, strides))
        return cki_array_view(array->buffer, array->data, array->dtype, ndim, shape, strides,
                              error);
    cask_value *copy = cki_array_compact(value, error);
    if (!copy)
        return NULL;
    const cki_array *dense = copy->as.array;
    cask_value *view =
        cki_array_view(dense->buffer, dense->data, dense->dtype, ndim, shape, NULL, error);
    cask_value_unref(copy);
    return view;
}

cask_value *cki_array_compact(cask_value *value, cki_error *error)
{
    const cki_array *array = value->as.array;
    if (cki_array_contiguous(array))
        return cask_value_ref(value);
    cask_value *copy = cki_array_new(array->dtype, array->ndim, array->shape, error);
    if (copy)
        cki_array_copy(copy->as.array, array);
    return copy;
}
