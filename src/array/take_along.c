/* take_along_axis and put_along_axis: the axis becomes one chunk, the other axes' chunks are those
 * that both arrays have, and each block looks up its own lines. */
#include "array/take_along.h"
#include "array/elementwise.h"
#include "array/functions.h"
#include "array/mapped.h"
#include "array/rechunk.h"
#include "array/reshape.h"
#include "array/sort.h"
#include "array/view.h"

#include <string.h>

typedef struct parameters {
    int axis;
} parameters;

/* An array seen as (outer, length, inner). */
typedef struct extent {
    int64_t outer, length, inner;
} extent;

static extent extent_of(const cki_array *array, int axis)
{
    extent e = {1, array->shape[axis], 1};
    for (int k = 0; k < array->ndim; k++) {
        e.outer *= k < axis ? array->shape[k] : 1;
        e.inner *= k > axis ? array->shape[k] : 1;
    }
    return e;
}

/* The position that an index means; -1 with the error set if there is none. */
static int64_t place(int64_t index, int64_t length, int axis, cki_error *error)
{
    int64_t at = index < 0 ? index + length : index;
    if (at >= 0 && at < length)
        return at;
    cki_fail(error, CASK_INDEX, NULL, "index %lld is out of bounds for axis %d with size %lld",
             (long long)index, axis, (long long)length);
    return -1;
}

/* For every index i, in C order: element i of `small` and the one of `large` that it points to. */
static cask_status pair_up(const cki_array *large, const cki_array *small, const cki_array *indices,
                           int axis, bool put, cki_error *error)
{
    const extent all = extent_of(large, axis), some = extent_of(indices, axis);
    const int64_t *index = (const int64_t *)(const void *)indices->data;
    size_t size = cki_dtype_size(large->dtype);
    int64_t i = 0;
    for (int64_t o = 0; o < some.outer; o++)
        for (int64_t l = 0; l < some.length; l++)
            for (int64_t k = 0; k < some.inner; k++, i++) {
                int64_t at = place(index[i], all.length, axis, error);
                if (at < 0)
                    return error->status;
                char *far =
                    (char *)large->data + (size_t)((o * all.length + at) * all.inner + k) * size;
                char *near = (char *)small->data + (size_t)i * size;
                memcpy(put ? far : near, put ? near : far, size);
            }
    return CASK_OK;
}

static cask_status run_take(const cki_task *task, cask_value **result, cki_error *error)
{
    const parameters *p = cki_mapped_of(task)->parameters;
    cask_value *x = cki_array_compact(task->inputs[0], error);
    cask_value *indices = x ? cki_array_compact(task->inputs[1], error) : NULL;
    const cki_array *from = cki_array_of(x), *at = cki_array_of(indices);
    cask_value *out = from && at ? cki_array_new(from->dtype, at->ndim, at->shape, error) : NULL;
    if (out && pair_up(from, cki_array_of(out), at, p->axis, false, error) != CASK_OK) {
        cask_value_unref(out);
        out = NULL;
    }
    cask_value_unref(x);
    cask_value_unref(indices);
    *result = out;
    return error->status;
}

static cask_status run_put(const cki_task *task, cask_value **result, cki_error *error)
{
    const parameters *p = cki_mapped_of(task)->parameters;
    cask_value *indices = cki_array_compact(task->inputs[1], error);
    cask_value *values = indices ? cki_array_compact(task->inputs[2], error) : NULL;
    const cki_array *x = cki_array_of(task->inputs[0]), *at = cki_array_of(indices);
    const cki_array *new = cki_array_of(values);
    cask_value *out = x && at && new ? cki_array_new(x->dtype, x->ndim, x->shape, error) : NULL;
    if (out && (cki_array_cast(cki_array_of(out), x, error) != CASK_OK ||
                pair_up(cki_array_of(out), new, at, p->axis, true, error) != CASK_OK)) {
        cask_value_unref(out);
        out = NULL;
    }
    cask_value_unref(indices);
    cask_value_unref(values);
    *result = out;
    return error->status;
}

const cki_function cki_take_along_function = {"array.take_along_axis", 1, run_take};
const cki_function cki_take_along_put_function = {"array.put_along_axis", 1, run_put};

/* ---- building ---- */

/* Axes other than `axis` that both arrays have: of one length, or 1, which is repeated. */
static cask_status common_axes(cki_build *build, cask_array x, cask_array indices, int axis,
                               cki_axis *axes)
{
    if (x->ndim != indices->ndim)
        return cki_fail(build->error, CASK_INVALID, NULL,
                        "`indices` and `arr` must have the same number of dimensions: %d and %d",
                        indices->ndim, x->ndim);
    if (!cki_dtype_is_integer(indices->dtype))
        return cki_fail(build->error, CASK_INDEX, NULL, "`indices` must be an integer array");
    for (int k = 0; k < x->ndim; k++) {
        int64_t a = cki_node_length(x, k), b = cki_node_length(indices, k);
        if (a < 0 || b < 0)
            return cki_fail(build->error, CASK_INVALID, NULL,
                            "an axis of unknown length: use compute_chunk_sizes() first");
        if (k != axis && a != b && a != 1 && b != 1)
            return cki_fail(build->error, CASK_INDEX, NULL,
                            "shape mismatch: axis %d of `indices` has %lld elements, that of `arr` "
                            "%lld",
                            k, (long long)b, (long long)a);
        axes[k] = x->axes[k];
        if (k != axis && cki_unify_meet(build, &indices->axes[k], &axes[k],
                                        (cask_array[]){x, indices}, 2) != CASK_OK)
            return build->error->status;
    }
    return CASK_OK;
}

/* x in the common chunks, its own along `axis` (one of them if `single`). */
static cask_array fitted(cki_build *build, cask_array x, int axis, bool single,
                         const cki_axis *common)
{
    cki_axis own[CKI_MAX_NDIM], full[CKI_MAX_NDIM];
    for (int k = 0; k < x->ndim; k++) {
        bool same = k != axis && cki_node_length(x, k) == common[k].length;
        own[k] = same ? common[k] : x->axes[k];
        if (k == axis && single &&
            !cki_chunks_single(build->arena, cki_node_length(x, k), &own[k])) {
            cki_fail_memory(build->error, sizeof(cki_run));
            return NULL;
        }
        full[k] = k == axis ? own[k] : common[k];
    }
    x = cki_rechunk_to(build, x, own);
    return x ? cki_view_broadcast(build, x, x->ndim, full) : NULL;
}

static cask_array make(cki_build *build, const cki_function *function, const char *label, int axis,
                       const cask_array *inputs, size_t count, const cki_axis *axes)
{
    parameters *p = cki_arena_alloc(build->arena, sizeof *p);
    cki_hasher *hasher = p ? cki_token_start(build->error) : NULL;
    if (!hasher) {
        cki_fail_memory(build->error, sizeof *p);
        return NULL;
    }
    p->axis = axis;
    cki_token_int(hasher, axis);
    cki_mapped spec = {.function = function,
                       .label = label,
                       .dtype = inputs[0]->dtype,
                       .ndim = inputs[0]->ndim,
                       .axes = axes,
                       .ninputs = count,
                       .parameters = p,
                       .token = cki_token_end(hasher)};
    for (size_t i = 0; i < count; i++) {
        spec.inputs[i] = cki_mapped_same(inputs[i]);
        spec.working += cki_node_largest_block(inputs[i]);
        if (inputs[i]->axes[axis].blocks != axes[axis].blocks)
            spec.inputs[i].along[axis] = CKI_MAPPED_ALL;
    }
    return cki_mapped_array(build, &spec);
}

cask_array cki_take_along_axis(cki_build *build, cask_array x, cask_array indices, int axis)
{
    cki_axis common[CKI_MAX_NDIM];
    bool gather[CKI_MAX_NDIM] = {false};
    gather[axis] = true;
    x = x->axes[axis].blocks == 1 ? x : cki_sort_gathered(build, x, gather);
    if (!x || common_axes(build, x, indices, axis, common) != CASK_OK)
        return NULL;
    cask_array pair[2] = {fitted(build, x, axis, true, common), NULL};
    indices = cki_elementwise_cast(build, indices, cki_dtype_of(CASK_I64));
    pair[1] = pair[0] && indices ? fitted(build, indices, axis, false, common) : NULL;
    return pair[1] ? make(build, &cki_take_along_function, "take_along_axis", axis, pair, 2,
                          pair[1]->axes)
                   : NULL;
}

cask_array cki_take_along_put(cki_build *build, cask_array x, cask_array indices, cask_array values,
                              int axis)
{
    cki_axis common[CKI_MAX_NDIM];
    bool gather[CKI_MAX_NDIM] = {false};
    gather[axis] = true;
    x = x->axes[axis].blocks == 1 ? x : cki_sort_gathered(build, x, gather);
    if (!x || common_axes(build, x, indices, axis, common) != CASK_OK)
        return NULL;
    cask_array three[3] = {fitted(build, x, axis, true, common), NULL, NULL};
    indices = cki_elementwise_cast(build, indices, cki_dtype_of(CASK_I64));
    three[1] = three[0] && indices ? fitted(build, indices, axis, true, common) : NULL;
    values = three[1] ? cki_elementwise_cast(build, values, x->dtype) : NULL;
    if (!values)
        return NULL;
    for (int k = 0; k < values->ndim; k++) { /* counted from the last */
        int of = three[1]->ndim - values->ndim + k;
        int64_t length = cki_node_length(values, k);
        if (of < 0 || (length != 1 && length != cki_node_length(three[1], of))) {
            cki_fail(build->error, CASK_INVALID, NULL,
                     "put_along_axis: the values' shape does not broadcast to that of the indices: "
                     "axis %d of them has %lld elements",
                     k, (long long)length);
            return NULL;
        }
    }
    cki_axis own[CKI_MAX_NDIM];
    for (int k = 0; k < values->ndim; k++)
        own[k] = cki_node_length(values, k) == 1
                     ? values->axes[k]
                     : three[1]->axes[three[1]->ndim - values->ndim + k];
    values = cki_rechunk_to(build, values, own);
    three[2] = values ? cki_view_broadcast(build, values, three[1]->ndim, three[1]->axes) : NULL;
    return three[2] ? make(build, &cki_take_along_put_function, "put_along_axis", axis, three, 3,
                           three[0]->axes)
                    : NULL;
}

/* The arguments arr, indices and axis; axis None is the raveled array. */
static bool read_arguments(cki_call *call, cki_build *build, cask_array *x, cask_array *indices,
                           int *axis)
{
    *axis = 0;
    *x = cki_node_from_value(build, cki_operation_argument(call, "arr"));
    *indices = *x ? cki_node_from_value(build, cki_operation_argument(call, "indices")) : NULL;
    if (!*indices)
        return false;
    if (!cki_operation_is_none(call, "axis"))
        return cki_node_axis(cki_operation_argument(call, "axis"), (*x)->ndim, axis, call->error) ==
               CASK_OK;
    *x = cki_reshape_ravel(build, *x);
    return *x != NULL;
}

static cask_value *run_take_along_axis(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array x, indices;
    int axis;
    if (!read_arguments(call, &build, &x, &indices, &axis))
        return NULL;
    return cki_node_value(&build, cki_take_along_axis(&build, x, indices, axis));
}

static cask_value *run_put_along_axis(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array x, indices;
    int axis;
    if (!read_arguments(call, &build, &x, &indices, &axis))
        return NULL;
    cask_array values = cki_node_from_value(&build, cki_operation_argument(call, "values"));
    cask_array made = values ? cki_take_along_put(&build, x, indices, values, axis) : NULL;
    cask_array model = cki_node_from_value(&build, cki_operation_argument(call, "arr"));
    int64_t shape[CKI_MAX_NDIM];
    if (made && model && made->ndim != model->ndim && cki_node_shape(model, shape))
        made = cki_reshape_to(&build, made, model->ndim, shape);
    return cki_node_value(&build, made);
}

/* ---- the records ---- */

static const cki_operation op_take_along_axis = {
    "take_along_axis",
    CKI_IN_DA | CKI_IN_NP,
    "arr, indices, axis",
    "The elements at positions along an axis that are given line by line, as argsort gives them. "
    "The axis becomes one chunk of the array.",
    run_take_along_axis,
    NULL};
static const cki_operation op_put_along_axis = {
    "put_along_axis",
    CKI_IN_DA | CKI_IN_NP,
    "arr, indices, values, axis",
    "What the array would be with values put at positions along an axis that are given line by "
    "line: the array itself does not change.",
    run_put_along_axis,
    NULL};

const cki_operation *const cki_take_along_operations[] = {&op_take_along_axis, &op_put_along_axis,
                                                          NULL};
