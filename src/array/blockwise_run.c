/* Running blockwise tasks: putting blocks together for the function, telling it where it is, and
 * checking what it gives. */
#include "array/blockwise_run.h"
#include "array/masked.h"
#include "core/memory.h"

#include <math.h>
#include <string.h>

/* ---- blocks ---- */

int64_t cki_blockwise_blocks(const cki_blockwise_place *place, cask_array x,
                             const int64_t *position, int64_t *first, int64_t *end)
{
    int64_t count = 1;
    for (int k = 0; k < x->ndim; k++) {
        bool all = place->along[k] == CKI_BLOCKWISE_ALL;
        int64_t group = place->group[k] ? place->group[k] : 1, blocks = x->axes[k].blocks;
        first[k] = all || blocks == 1 ? 0 : position[place->along[k]] * group;
        end[k] = all || blocks - first[k] < group ? blocks : first[k] + group;
        if (__builtin_mul_overflow(count, end[k] - first[k], &count))
            return INT64_MAX;
    }
    return count;
}

/* Nested lists of blocks, a level for each axis of which there are several; as deep as there are
 * axes. */
static cask_value *nest(const cki_blockwise_place *place, int ndim, const int64_t *counts, int axis,
                        cask_value *const **blocks, cki_error *error)
{
    while (axis < ndim && place->along[axis] != CKI_BLOCKWISE_ALL && !place->group[axis])
        axis++;
    if (axis == ndim)
        return cask_value_ref(*(*blocks)++);
    size_t count = (size_t)counts[axis];
    cask_value *list = cki_value_list(CKI_LIST, count, error);
    for (size_t i = 0; list && i < count; i++) {
        list->as.list.items[i] = nest(place, ndim, counts, axis + 1, blocks, error);
        if (!list->as.list.items[i]) {
            list->as.list.count = i;
            cask_value_unref(list);
            return NULL;
        }
    }
    return list;
}

/* The shape of all blocks of a grid put together; false if there is one that is no array. */
static bool joined_shape(cask_value *const *blocks, int ndim, const int64_t *counts, int64_t *shape)
{
    int64_t stride = 1;
    for (int k = ndim - 1; k >= 0; k--) {
        shape[k] = 0;
        for (int64_t i = 0; i < counts[k]; i++) {
            const cki_array *block = cki_array_of(blocks[i * stride]);
            if (!block || block->ndim != ndim)
                return false;
            shape[k] += block->shape[k];
        }
        stride *= counts[k];
    }
    return true;
}

static cask_status misfit(cki_error *error)
{
    return cki_fail(error, CASK_SHAPE, NULL,
                    "blocks that are to be put together do not fit: their unknown sizes differ");
}

/* Copy a grid of blocks into `out`, in C order. */
static cask_status copy_blocks(cask_value *const *blocks, const int64_t *counts,
                               const cki_array *out, cki_error *error)
{
    int ndim = out->ndim;
    int64_t at[CKI_MAX_NDIM] = {0}, offset[CKI_MAX_NDIM] = {0};
    for (;; blocks++) {
        const cki_array *from = cki_array_of(*blocks);
        cki_array to = *out;
        bool fits = from && from->ndim == ndim && cki_dtype_same(from->dtype, out->dtype);
        for (int k = 0; k < ndim && fits; k++) {
            fits = offset[k] + from->shape[k] <= out->shape[k];
            to.shape[k] = from->shape[k];
            to.data += offset[k] * to.strides[k];
        }
        if (!fits)
            return misfit(error);
        cki_array_copy(&to, from);
        int k = ndim - 1;
        for (; k >= 0; k--) {
            offset[k] += from->shape[k];
            if (++at[k] < counts[k])
                break;
            if (offset[k] != out->shape[k])
                return misfit(error);
            at[k] = offset[k] = 0;
        }
        if (k < 0)
            return CASK_OK;
    }
}

static cask_value *join(cask_array x, const int64_t *counts, cask_value *const *blocks,
                        cki_error *error)
{
    int64_t shape[CKI_MAX_NDIM];
    const cki_array *first = cki_array_of(blocks[0]);
    if (!first || !joined_shape(blocks, x->ndim, counts, shape)) {
        misfit(error);
        return NULL;
    }
    cask_value *out = cki_array_new(first->dtype, x->ndim, shape, error);
    if (out && copy_blocks(blocks, counts, cki_array_of(out), error) != CASK_OK) {
        cask_value_unref(out);
        return NULL;
    }
    return out;
}

/* Masked blocks: their elements are put together, and their masks. */
static cask_value *join_masked(cask_array x, const int64_t *counts, cask_value *const *blocks,
                               size_t count, cki_error *error)
{
    cask_value *joined[2] = {NULL};
    cask_value **parts = (cask_value **)cki_memory_calloc(count, sizeof *parts);
    if (!parts)
        cki_fail_memory(error, count * sizeof *parts);
    for (int half = 0; half < 2 && parts && error->status == CASK_OK; half++) {
        size_t made = 0;
        while (made < count && (parts[made] = cki_masked_block_part(blocks[made], half, error)))
            made++;
        if (made == count)
            joined[half] = join(x, counts, parts, error);
        while (made)
            cask_value_unref(parts[--made]);
    }
    cki_memory_free((void *)parts);
    if (joined[1])
        return cki_masked_value_new(joined[0], joined[1], 0, false, error);
    cask_value_unref(joined[0]);
    return NULL;
}

static cask_value *gather_masked(const cki_blockwise_plan *plan, const cki_blockwise_place *place,
                                 cask_array x, const int64_t *counts, cask_value *const *blocks,
                                 size_t count, cki_error *error)
{
    size_t made = 0;
    cask_value *result = NULL;
    cask_value **values = (cask_value **)cki_memory_calloc(count, sizeof *values);
    if (!values) {
        cki_fail_memory(error, count * sizeof *values);
        return NULL;
    }
    while (made < count && (values[made] = cki_masked_block_given(x, blocks[made], error)))
        made++;
    cask_value *const *next = values;
    if (made == count && !plan->concatenate)
        result = nest(place, x->ndim, counts, 0, &next, error);
    else if (made == count)
        result =
            count == 1 ? cask_value_ref(values[0]) : join_masked(x, counts, values, count, error);
    while (made)
        cask_value_unref(values[--made]);
    cki_memory_free((void *)values);
    return result;
}

cask_value *cki_blockwise_gather(const cki_blockwise_plan *plan, const cki_blockwise_place *place,
                                 cask_array x, const int64_t *counts, cask_value *const *blocks,
                                 cki_error *error)
{
    int64_t all = 1;
    for (int k = 0; k < x->ndim; k++)
        all *= counts[k];
    bool masked = cki_masked_is(x);
    for (int64_t i = 0; i < all && !masked; i++)
        masked = cki_masked_block_has(blocks[i]);
    if (masked && all > 0)
        return gather_masked(plan, place, x, counts, blocks, (size_t)all, error);
    if (!plan->concatenate)
        return nest(place, x->ndim, counts, 0, &blocks, error);
    return all == 1 ? cask_value_ref(blocks[0]) : join(x, counts, blocks, error);
}

/* ---- results ---- */

static void put_shape(cki_text *text, const int64_t *shape, int ndim)
{
    cki_text_char(text, '(');
    for (int k = 0; k < ndim; k++)
        cki_text_format(text, "%s%lld", k ? ", " : "", (long long)shape[k]);
    cki_text_put(text, ndim == 1 ? ",)" : ")");
}

static void refuse_shape(const char *what, const int64_t *position, const int64_t *wanted, int ndim,
                         const cki_array *array, cki_error *error)
{
    cki_text place = {0}, want = {0}, got = {0};
    put_shape(&place, position, ndim);
    put_shape(&want, wanted, ndim);
    put_shape(&got, array->shape, array->ndim);
    cki_fail(error, CASK_SHAPE, NULL,
             "%s: the function gave shape %s for block %s, whose chunks say %s: tell the sizes "
             "that it gives with chunks=, drop_axis= or new_axis=",
             what, got.bytes ? got.bytes : "", place.bytes ? place.bytes : "",
             want.bytes ? want.bytes : "");
    cki_text_free(&place);
    cki_text_free(&want);
    cki_text_free(&got);
}

/* A number where one element is expected, as Dask allows: a view with axes of length 1. */
static cask_value *reshaped(cask_value *value, int ndim, const int64_t *wanted, cki_error *error)
{
    const cki_array *array = cki_array_of(value);
    int64_t shape[CKI_MAX_NDIM];
    bool fits = array->ndim == ndim, single = array->ndim == 0;
    for (int k = 0; k < ndim; k++) {
        fits = fits && (wanted[k] < 0 || wanted[k] == array->shape[k]);
        single = single && (wanted[k] < 0 || wanted[k] == 1);
        shape[k] = 1;
    }
    if (fits)
        return cask_value_ref(value);
    return single
               ? cki_array_view(array->buffer, array->data, array->dtype, ndim, shape, NULL, error)
               : NULL;
}

static cask_value *cast(cask_value *value, cki_dtype dtype, cki_error *error)
{
    const cki_array *array = cki_array_of(value);
    if (cki_dtype_same(array->dtype, dtype))
        return cask_value_ref(value);
    cask_value *made = cki_array_new(dtype, array->ndim, array->shape, error);
    if (made && cki_array_cast(cki_array_of(made), array, error) != CASK_OK) {
        cask_value_unref(made);
        return NULL;
    }
    return made;
}

cask_value *cki_blockwise_convert(cask_array out, int64_t block, cask_value *given,
                                  const char *what, bool exact, bool last, cki_error *error)
{
    int64_t position[CKI_MAX_NDIM], wanted[CKI_MAX_NDIM];
    cask_value *natural = cki_array_of(given) ? cask_value_ref(given)
                                              : cki_array_from_value(given, (cki_dtype){0}, error);
    const cki_array *array = cki_array_of(natural);
    if (!array) {
        cask_value_unref(natural);
        return NULL;
    }
    cki_node_position(out, block, position);
    cki_node_block_shape(out, position, wanted);
    cask_value *shaped = NULL, *made = NULL;
    if (exact && array->ndim != out->ndim)
        cki_fail(error, CASK_SHAPE, NULL,
                 "Dimension mismatch: expected output of %s to have dims = %d.  Got %d instead.",
                 what, out->ndim, array->ndim);
    else
        shaped = reshaped(natural, out->ndim, wanted, error);
    if (!shaped && last && error->status == CASK_OK && array->ndim == out->ndim)
        shaped = cask_value_ref(natural);
    if (shaped)
        made = last ? cask_value_ref(shaped) : cast(shaped, out->dtype, error);
    else if (error->status == CASK_OK)
        refuse_shape(what, position, wanted, out->ndim, array, error);
    cask_value_unref(natural);
    cask_value_unref(shaped);
    return made;
}

/* ---- block_info ---- */

/* Put a value by a name into a dict; both may be NULL after a failure. */
static void put(cask_value *dict, const char *key, cask_value *value, cki_error *error)
{
    cask_value *name = value && dict ? cki_value_string(key, error) : NULL;
    if (name)
        cki_value_dict_set(dict, name, value, error);
    else
        cask_value_unref(value);
}

static cask_value *number(int64_t n, cki_error *error)
{
    return n < 0 ? cki_value_float((double)NAN, error) : cki_value_int(n, error);
}

static cask_value *tuple_of(const int64_t *numbers, int count, cki_error *error)
{
    cask_value *tuple = cki_value_list(CKI_TUPLE, (size_t)count, error);
    for (int k = 0; tuple && k < count; k++) {
        cask_value *item = number(numbers[k], error);
        tuple->as.list.items[k] = item ? item : cki_value_none();
    }
    return tuple;
}

/* The first and the last element behind it along each axis: [(0, 4), (8, 10)]. */
static cask_value *location(const int64_t *start, const int64_t *stop, int ndim, cki_error *error)
{
    cask_value *list = cki_value_list(CKI_LIST, (size_t)ndim, error);
    for (int k = 0; list && k < ndim; k++) {
        cask_value *pair = tuple_of((const int64_t[2]){start[k], stop[k]}, 2, error);
        list->as.list.items[k] = pair ? pair : cki_value_none();
    }
    return list;
}

/* What a block of `x` at `position` is, some axes counting as one chunk. */
static cask_value *info_of(cask_array x, const int64_t *position, const bool *whole,
                           cki_error *error)
{
    int64_t shape[CKI_MAX_NDIM], chunks[CKI_MAX_NDIM], start[CKI_MAX_NDIM], stop[CKI_MAX_NDIM];
    for (int k = 0; k < x->ndim; k++) {
        const cki_axis *axis = &x->axes[k];
        shape[k] = axis->length;
        chunks[k] = whole[k] ? 1 : axis->blocks;
        start[k] = whole[k] ? 0 : cki_chunks_start(axis, position[k]);
        int64_t size = whole[k] ? axis->length : cki_chunks_size(axis, position[k]);
        stop[k] = start[k] < 0 || size < 0 ? -1 : start[k] + size;
    }
    cask_value *info = cki_value_dict(error);
    put(info, "shape", tuple_of(shape, x->ndim, error), error);
    put(info, "num-chunks", tuple_of(chunks, x->ndim, error), error);
    put(info, "array-location", location(start, stop, x->ndim, error), error);
    put(info, "chunk-location", tuple_of(position, x->ndim, error), error);
    return info;
}

/* Of the result: its chunk's shape and the dtype beside. */
static cask_value *info_of_result(cask_array out, const int64_t *position, cki_error *error)
{
    int64_t sizes[CKI_MAX_NDIM];
    const bool whole[CKI_MAX_NDIM] = {false};
    cki_node_block_shape(out, position, sizes);
    cask_value *info = info_of(out, position, whole, error);
    put(info, "chunk-shape", tuple_of(sizes, out->ndim, error), error);
    put(info, "dtype", cki_value_dtype(out->dtype, error), error);
    return info;
}

cask_value *cki_blockwise_info(const cki_blockwise_lowered *l, int64_t block, cki_error *error)
{
    int64_t position[CKI_MAX_NDIM], first[CKI_MAX_NDIM], end[CKI_MAX_NDIM];
    cask_value *all = cki_value_dict(error);
    cki_node_position(l->out, block, position);
    for (size_t i = 0; all && i < l->plan->count && error->status == CASK_OK; i++) {
        const cki_blockwise_place *place = &l->plan->places[i];
        if (place->input < 0)
            continue;
        cask_array x = l->in[place->input];
        bool whole[CKI_MAX_NDIM];
        cki_blockwise_blocks(place, x, position, first, end);
        for (int k = 0; k < x->ndim; k++)
            whole[k] = place->along[k] == CKI_BLOCKWISE_ALL;
        cask_value *info = info_of(x, first, whole, error);
        cask_value *key = info ? cki_value_int((int64_t)i, error) : NULL;
        if (key)
            cki_value_dict_set(all, key, info, error);
        else
            cask_value_unref(info);
    }
    cask_value *own = all ? info_of_result(l->out, position, error) : NULL;
    if (own)
        cki_value_dict_set(all, cki_value_none(), own, error);
    if (error->status == CASK_OK)
        return all;
    cask_value_unref(all);
    return NULL;
}
