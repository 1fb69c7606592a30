/* unravel_index and ravel_multi_index: block by block, with every index checked. */
#include "array/unravel.h"
#include "array/creation.h"
#include "array/elementwise.h"
#include "array/functions.h"
#include "array/index.h"
#include "array/join.h"
#include "array/mapped.h"
#include "array/runs.h"
#include "array/view.h"

#include <string.h>

typedef enum rule { RAISE, WRAP, CLIP } rule;

/* A shape, and what one step along each of its axes is worth in the flat index. */
typedef struct parameters {
    int ndim, axis; /* axis: the one wanted, in unravelling */
    int64_t size;
    int64_t shape[CKI_MAX_NDIM], strides[CKI_MAX_NDIM];
    rule rules[CKI_MAX_NDIM];
} parameters;

/* ---- tasks ---- */

static cask_status run_unravel(const cki_task *task, cask_value **result, cki_error *error)
{
    const parameters *p = cki_mapped_of(task)->parameters;
    cask_value *compact = cki_array_compact(task->inputs[0], error);
    const cki_array *flat = cki_array_of(compact);
    cask_value *out = flat ? cki_array_new(flat->dtype, flat->ndim, flat->shape, error) : NULL;
    if (!out) {
        cask_value_unref(compact);
        return error->status;
    }
    const int64_t *from = (const int64_t *)(const void *)flat->data;
    int64_t *to = (int64_t *)(void *)cki_array_of(out)->data, count = cki_array_size(flat);
    for (int64_t i = 0; i < count; i++) {
        if (from[i] < 0 || from[i] >= p->size) {
            cki_fail(error, CASK_INVALID, NULL,
                     "index %lld is out of bounds for array with size %lld", (long long)from[i],
                     (long long)p->size);
            break;
        }
        to[i] = from[i] / p->strides[p->axis] % p->shape[p->axis];
    }
    cask_value_unref(compact);
    if (error->status == CASK_OK)
        *result = out;
    else
        cask_value_unref(out);
    return error->status;
}

/* An index within its axis; -1 if it is not and must be. */
static int64_t within(int64_t index, int64_t length, rule outside)
{
    if (index >= 0 && index < length)
        return index;
    if (outside == RAISE || length == 0)
        return -1;
    if (outside == CLIP)
        return index < 0 ? 0 : length - 1;
    index %= length;
    return index < 0 ? index + length : index;
}

/* The inputs: for each axis in order the indices along it, maybe several in one block. */
static cask_status add_axes(const parameters *p, const cki_task *task, int64_t *sums, int64_t count,
                            cki_error *error)
{
    int axis = 0;
    for (size_t k = 0; k < task->ninputs; k++) {
        cask_value *compact = cki_array_compact(task->inputs[k], error);
        const cki_array *part = cki_array_of(compact);
        if (!part)
            return error->status ? error->status : cki_fail_internal(error, "array.ravel");
        const int64_t *from = (const int64_t *)(const void *)part->data;
        for (int64_t row = 0; row < part->shape[0] && axis < p->ndim; row++, axis++)
            for (int64_t i = 0; i < count && error->status == CASK_OK; i++) {
                int64_t index = within(*from++, p->shape[axis], p->rules[axis]);
                if (index < 0)
                    cki_fail(error, CASK_INVALID, NULL, "invalid entry in coordinates array");
                sums[i] += index * p->strides[axis];
            }
        cask_value_unref(compact);
    }
    return error->status;
}

static cask_status run_ravel(const cki_task *task, cask_value **result, cki_error *error)
{
    const parameters *p = cki_mapped_of(task)->parameters;
    const cki_array *first = cki_array_of(task->inputs[0]);
    if (!first)
        return cki_fail_internal(error, "array.ravel");
    cask_value *out =
        cki_array_zeros(cki_dtype_of(CASK_I64), first->ndim - 1, first->shape + 1, error);
    if (out && add_axes(p, task, (int64_t *)(void *)cki_array_of(out)->data,
                        cki_array_size(cki_array_of(out)), error) == CASK_OK)
        *result = out;
    else
        cask_value_unref(out);
    return error->status;
}

const cki_function cki_unravel_function = {"array.unravel_index", 1, run_unravel};
const cki_function cki_unravel_ravel_function = {"array.ravel_multi_index", 1, run_ravel};

/* ---- arguments ---- */

/* The shape and its strides, for C or Fortran order. */
static cask_status read_shape(cki_call *call, const char *name, parameters *p)
{
    const cask_value *order = cki_operation_argument(call, "order");
    cask_status status = cki_node_shape_argument(cki_operation_argument(call, name), p->shape,
                                                 &p->ndim, call->error);
    if (status != CASK_OK)
        return status;
    bool fortran = order->kind == CKI_STR && !strcmp(order->as.text.bytes, "F");
    if (!fortran && !(order->kind == CKI_STR && !strcmp(order->as.text.bytes, "C")))
        return cki_fail(call->error, CASK_INVALID, NULL, "only 'C' or 'F' order is permitted");
    p->size = 1;
    for (int i = 0; i < p->ndim; i++) {
        int k = fortran ? i : p->ndim - 1 - i;
        p->strides[k] = p->size ? p->size : 1;
        if (__builtin_mul_overflow(p->size, p->shape[k], &p->size))
            return cki_fail(call->error, CASK_INVALID, NULL,
                            "invalid dims: array size defined by dims is larger than the maximum "
                            "possible size.");
    }
    return CASK_OK;
}

static cask_status read_rule(const cask_value *value, rule *outside, cki_error *error)
{
    static const char *const names[] = {[RAISE] = "raise", [WRAP] = "wrap", [CLIP] = "clip"};
    for (int i = RAISE; value->kind == CKI_STR && i <= CLIP; i++)
        if (!strcmp(value->as.text.bytes, names[i])) {
            *outside = (rule)i;
            return CASK_OK;
        }
    return cki_fail(error, CASK_INVALID, NULL,
                    "clipmode must be one of 'clip', 'raise', or 'wrap'");
}

/* One mode for all axes, or a tuple of them. */
static cask_status read_rules(cki_call *call, parameters *p)
{
    const cask_value *mode = cki_operation_argument(call, "mode");
    bool each = mode->kind == CKI_TUPLE || mode->kind == CKI_LIST;
    if (each && mode->as.list.count != (size_t)p->ndim)
        return cki_fail(call->error, CASK_INVALID, NULL,
                        "mode must be one mode or a tuple of %d, not of %zu", p->ndim,
                        mode->as.list.count);
    for (int k = 0; k < p->ndim; k++)
        if (read_rule(each ? mode->as.list.items[k] : mode, &p->rules[k], call->error) != CASK_OK)
            return call->error->status;
    return CASK_OK;
}

static bool integers(cki_build *build, cask_array x)
{
    if (cki_dtype_is_integer(x->dtype) && x->dtype.id != CASK_U64)
        return true;
    cki_fail(build->error, CASK_TYPE, NULL, "only int indices permitted");
    return false;
}

static const void *own(cki_build *build, const parameters *p, cki_token *token)
{
    void *copy = cki_arena_copy(build->arena, p, sizeof *p);
    cki_hasher *hasher = copy ? cki_token_start(build->error) : NULL;
    if (!hasher) {
        cki_fail_memory(build->error, sizeof *p);
        return NULL;
    }
    cki_token_int(hasher, p->axis);
    for (int k = 0; k < p->ndim; k++) {
        cki_token_int(hasher, p->shape[k]);
        cki_token_int(hasher, p->strides[k]);
        cki_token_int(hasher, (int64_t)p->rules[k]);
    }
    *token = cki_token_end(hasher);
    return copy;
}

/* ---- unravel_index ---- */

/* What Dask gives where there are no indices, or no axes. */
static cask_array nothing(cki_build *build)
{
    cki_axis axis;
    if (!cki_chunks_single(build->arena, 0, &axis)) {
        cki_fail_memory(build->error, sizeof(cki_run));
        return NULL;
    }
    return cki_creation_full(build, "empty", 0, cki_dtype_of(CASK_I64), 1, &axis);
}

static cask_array unravel(cki_build *build, cask_array flat, const parameters *p)
{
    if (!p->ndim || cki_node_size(flat) == 0)
        return nothing(build);
    cki_token token;
    const void *kept = own(build, p, &token);
    if (!kept)
        return NULL;
    return cki_mapped_array(build, &(cki_mapped){.function = &cki_unravel_function,
                                                 .label = "unravel_index",
                                                 .dtype = flat->dtype,
                                                 .ndim = flat->ndim,
                                                 .axes = flat->axes,
                                                 .inputs = {cki_mapped_same(flat)},
                                                 .ninputs = 1,
                                                 .parameters = kept,
                                                 .token = token,
                                                 .working = cki_node_largest_block(flat)});
}

static cask_value *run_unravel_index(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    parameters p = {0};
    cask_array flat = cki_node_from_value(&build, cki_operation_argument(call, "indices"));
    if (!flat || read_shape(call, "shape", &p) != CASK_OK ||
        (cki_node_size(flat) != 0 && !integers(&build, flat)))
        return NULL;
    flat = cki_elementwise_cast(&build, flat, cki_dtype_of(CASK_I64));
    cask_value *tuple = flat ? cki_value_list(CKI_TUPLE, (size_t)p.ndim, call->error) : NULL;
    for (p.axis = 0; tuple && p.axis < p.ndim; p.axis++) {
        cask_value *item = cki_node_value(&build, unravel(&build, flat, &p));
        if (!item) {
            tuple->as.list.count = (size_t)p.axis;
            cask_value_unref(tuple);
            return NULL;
        }
        tuple->as.list.items[p.axis] = item;
    }
    return tuple;
}

/* ---- ravel_multi_index ---- */

/* The indices as one array, axis by axis: given so, or as a tuple of arrays that broadcast. */
static cask_array stacked(cki_build *build, cask_value *given)
{
    if (given->kind != CKI_TUPLE && given->kind != CKI_LIST)
        return cki_node_from_value(build, given);
    size_t count = given->as.list.count;
    cask_array *arrays = cki_arena_array(build->arena, count + 1, sizeof *arrays);
    cki_axis axes[CKI_MAX_NDIM];
    int ndim;
    if (!arrays) {
        cki_fail_memory(build->error, count * sizeof *arrays);
        return NULL;
    }
    for (size_t i = 0; i < count; i++)
        if (!(arrays[i] = cki_node_from_value(build, given->as.list.items[i])) ||
            !integers(build, arrays[i]))
            return NULL;
    if (!count || cki_elementwise_unify(build, arrays, count, axes, &ndim) != CASK_OK) {
        if (!count)
            cki_fail(build->error, CASK_INVALID, NULL, "need at least one array to stack");
        return NULL;
    }
    for (size_t i = 0; i < count; i++)
        if (!(arrays[i] = cki_view_broadcast(build, arrays[i], ndim, axes)))
            return NULL;
    return cki_join_stack(build, arrays, count, 0);
}

static cask_value *run_ravel_multi_index(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    parameters p = {0};
    cki_token token;
    cask_array index = stacked(&build, cki_operation_argument(call, "multi_index"));
    if (!index || read_shape(call, "dims", &p) != CASK_OK || read_rules(call, &p) != CASK_OK)
        return NULL;
    if (index->ndim < 1 || (index->axes[0].length >= 0 && index->axes[0].length != p.ndim)) {
        cki_fail(call->error, CASK_INVALID, NULL,
                 "parameter multi_index must be a sequence of length %d", p.ndim);
        return NULL;
    }
    index = integers(&build, index) ? cki_elementwise_cast(&build, index, cki_dtype_of(CASK_I64))
                                    : NULL;
    const void *kept = index ? own(&build, &p, &token) : NULL;
    if (!kept)
        return NULL;
    cki_mapping mapping = {.x = index, .along = {CKI_MAPPED_ALL}};
    for (int k = 1; k < index->ndim; k++)
        mapping.along[k] = (int8_t)(k - 1);
    cask_array flat =
        cki_mapped_array(&build, &(cki_mapped){.function = &cki_unravel_ravel_function,
                                               .label = "ravel_multi_index",
                                               .dtype = index->dtype,
                                               .ndim = index->ndim - 1,
                                               .axes = index->axes + 1,
                                               .inputs = {mapping},
                                               .ninputs = 1,
                                               .parameters = kept,
                                               .token = token,
                                               .working = cki_node_largest_block(index)});
    return cki_node_value(&build, flat);
}

/* ---- the records ---- */

#define FUNCTION (CKI_IN_DA | CKI_IN_NP)

static const cki_operation op_unravel_index = {
    "unravel_index",
    FUNCTION,
    "indices, shape, order='C'",
    "The indices along each axis of a shape that flat indices stand for, as a tuple.",
    run_unravel_index,
    NULL};
static const cki_operation op_ravel_multi_index = {
    "ravel_multi_index",
    FUNCTION,
    "multi_index, dims, mode='raise', order='C'",
    "The flat indices in a shape of indices along each of its axes.",
    run_ravel_multi_index,
    NULL};

const cki_operation *const cki_unravel_operations[] = {&op_unravel_index, &op_ravel_multi_index,
                                                       NULL};
