/* compute_chunk_sizes, copy, view: the same blocks, described anew. */
#include "array/chunk_sizes.h"
#include "array/collect.h"
#include "array/functions.h"
#include "array/mapped.h"
#include "array/runs.h"
#include "array/view.h"

#include <string.h>

/* ---- chunk sizes ---- */

/* A block's shape, as an element for each axis of it in a last axis. */
static cask_status run_sizes(const cki_task *task, cask_value **result, cki_error *error)
{
    const cki_array *x = cki_array_of(task->inputs[0]);
    int64_t shape[CKI_MAX_NDIM];
    if (!x || x->ndim >= CKI_MAX_NDIM)
        return cki_fail_internal(error, "array.sizes");
    for (int k = 0; k < x->ndim; k++)
        shape[k] = 1;
    shape[x->ndim] = x->ndim;
    *result = cki_array_new(cki_dtype_of(CASK_I64), x->ndim + 1, shape, error);
    if (*result)
        memcpy(cki_array_of(*result)->data, x->shape, (size_t)x->ndim * sizeof *x->shape);
    return error->status;
}

/* The block itself, if it is what was found before. */
static cask_status run_sized(const cki_task *task, cask_value **result, cki_error *error)
{
    const cki_mapped *spec = cki_mapped_of(task);
    const cki_array *x = cki_array_of(task->inputs[0]);
    int64_t position[CKI_MAX_NDIM], shape[CKI_MAX_NDIM];
    cki_node_position(spec->out, task->block, position);
    cki_node_block_shape(spec->out, position, shape);
    if (!x)
        return cki_fail_internal(error, "array.sized");
    for (int k = 0; k < x->ndim; k++)
        if (x->shape[k] != shape[k])
            return cki_fail(error, CASK_SHAPE, NULL,
                            "a block has %lld elements along axis %d, where compute_chunk_sizes() "
                            "found %lld: what it is computed from gives something else each time",
                            (long long)x->shape[k], k, (long long)shape[k]);
    *result = cask_value_ref(task->inputs[0]);
    return CASK_OK;
}

const cki_function cki_chunk_sizes_function = {"array.sizes", 1, run_sizes};
const cki_function cki_chunk_sizes_sized_function = {"array.sized", 1, run_sized};

/* The shapes of all blocks, computed. */
static cask_value *find_sizes(cki_build *build, cask_array x)
{
    cki_axis *axes = x->ndim < CKI_MAX_NDIM ? cki_runs_axes(build, x->ndim + 1) : NULL;
    bool made = axes && cki_chunks_single(build->arena, x->ndim, &axes[x->ndim]);
    for (int k = 0; made && k < x->ndim; k++)
        made = cki_chunks_regular(build->arena, x->axes[k].blocks, 1, &axes[k]);
    if (!made) {
        cki_fail_memory(build->error, sizeof(cki_run));
        return NULL;
    }
    cask_array sizes = cki_mapped_array(build, &(cki_mapped){.function = &cki_chunk_sizes_function,
                                                             .label = "chunk-sizes",
                                                             .dtype = cki_dtype_of(CASK_I64),
                                                             .ndim = x->ndim + 1,
                                                             .axes = axes,
                                                             .inputs = {cki_mapped_same(x)},
                                                             .ninputs = 1});
    cask_value *found = sizes ? cki_collect_value(build->ck, sizes, build->error) : NULL;
    cask_value *compact = found ? cki_array_compact(found, build->error) : NULL;
    cask_value_unref(found);
    return compact;
}

/* The sizes along an axis: those of the blocks that are first along all others. */
static cask_status read_axis(cki_build *build, cask_array x, const int64_t *sizes, int axis,
                             cki_axis *made)
{
    cki_runs runs = {0};
    int64_t position[CKI_MAX_NDIM] = {0};
    for (int64_t i = 0; i < x->axes[axis].blocks; i++) {
        position[axis] = i;
        cki_runs_add(&runs, sizes[cki_node_block(x, position) * x->ndim + axis], 1);
    }
    return cki_runs_finish(&runs, build->arena, made, build->error);
}

cask_array cki_chunk_sizes_known(cki_build *build, cask_array x)
{
    int64_t shape[CKI_MAX_NDIM];
    if (cki_node_shape(x, shape))
        return x;
    cask_value *sizes = find_sizes(build, x);
    cki_axis *axes = sizes ? cki_runs_axes(build, x->ndim) : NULL;
    cask_status status = axes ? CASK_OK : build->error->status;
    for (int k = 0; axes && k < x->ndim && status == CASK_OK; k++) {
        axes[k] = x->axes[k];
        if (axes[k].length < 0)
            status = read_axis(build, x, (const int64_t *)(const void *)cki_array_of(sizes)->data,
                               k, &axes[k]);
    }
    cask_value_unref(sizes);
    if (status != CASK_OK)
        return NULL;
    return cki_mapped_array(build, &(cki_mapped){.function = &cki_chunk_sizes_sized_function,
                                                 .label = "sized",
                                                 .dtype = x->dtype,
                                                 .ndim = x->ndim,
                                                 .axes = axes,
                                                 .inputs = {cki_mapped_same(x)},
                                                 .ninputs = 1,
                                                 .view = true});
}

static cask_value *run_compute_sizes(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array x = cki_node_from_value(&build, call->arguments[0]);
    return x ? cki_node_value(&build, cki_chunk_sizes_known(&build, x)) : NULL;
}

/* ---- another type for the same bytes ---- */

static cask_status run_view(const cki_task *task, cask_value **result, cki_error *error)
{
    const cki_mapped *spec = cki_mapped_of(task);
    cask_value *compact = cki_array_compact(task->inputs[0], error);
    const cki_array *x = cki_array_of(compact);
    int64_t shape[CKI_MAX_NDIM];
    if (!x)
        return error->status;
    memcpy(shape, x->shape, sizeof shape);
    if (x->ndim) {
        int64_t bytes = shape[x->ndim - 1] * (int64_t)cki_dtype_size(x->dtype);
        shape[x->ndim - 1] = bytes / (int64_t)cki_dtype_size(spec->dtype);
    }
    *result = cki_array_view(x->buffer, x->data, spec->dtype, x->ndim, shape, NULL, error);
    cask_value_unref(compact);
    return error->status;
}

const cki_function cki_chunk_sizes_view_function = {"array.retype", 1, run_view};

/* The last axis in elements of another size. */
static cask_status scale_axis(cki_build *build, const cki_axis *axis, size_t from, size_t to,
                              cki_axis *made)
{
    cki_runs runs = {0};
    for (size_t i = 0; i < axis->nruns; i++) {
        int64_t size = axis->runs[i].size, bytes;
        if (size >= 0 &&
            (__builtin_mul_overflow(size, (int64_t)from, &bytes) || bytes % (int64_t)to != 0)) {
            cki_fail(build->error, CASK_INVALID, NULL,
                     "When changing to a larger dtype, its size must be a divisor of the total "
                     "size in bytes of the last axis of the array: a chunk of %lld elements of "
                     "%zu bytes holds no whole number of %zu bytes",
                     (long long)size, from, to);
            break;
        }
        cki_runs_add(&runs, size < 0 ? -1 : bytes / (int64_t)to, axis->runs[i].count);
    }
    cask_status status = cki_runs_finish(&runs, build->arena, made, build->error);
    return build->error->status ? build->error->status : status;
}

/* The array with its axes in reverse. */
static cask_array reversed(cki_build *build, cask_array x)
{
    int order[CKI_MAX_NDIM];
    for (int k = 0; k < x->ndim; k++)
        order[k] = x->ndim - 1 - k;
    return cki_view_transpose(build, x, order);
}

/* The same bytes as elements of another type: the last axis has more or fewer of them. */
static cask_array retyped(cki_build *build, cask_array x, cki_dtype dtype)
{
    if (!x)
        return NULL;
    size_t from = cki_dtype_size(x->dtype), to = cki_dtype_size(dtype);
    cki_axis *axes = cki_runs_axes(build, x->ndim);
    if (!axes)
        return NULL;
    if (x->ndim)
        memcpy(axes, x->axes, (size_t)x->ndim * sizeof *axes);
    if (from == 0 || to == 0 || (x->ndim == 0 && from != to)) {
        cki_fail(build->error, CASK_INVALID, NULL,
                 "Changing the dtype of a 0d array is only supported if the itemsize is unchanged");
        return NULL;
    }
    if (from != to &&
        scale_axis(build, &x->axes[x->ndim - 1], from, to, &axes[x->ndim - 1]) != CASK_OK)
        return NULL;
    return cki_mapped_array(build, &(cki_mapped){.function = &cki_chunk_sizes_view_function,
                                                 .label = "view",
                                                 .dtype = dtype,
                                                 .ndim = x->ndim,
                                                 .axes = axes,
                                                 .inputs = {cki_mapped_same(x)},
                                                 .ninputs = 1});
}

static cask_value *run_retype(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array x = cki_node_from_value(&build, cki_operation_argument(call, "x"));
    const cask_value *order = cki_operation_argument(call, "order");
    cki_dtype dtype;
    if (!x || cki_node_dtype(cki_operation_argument(call, "dtype"), &dtype, call->error) != CASK_OK)
        return NULL;
    bool first = order->kind == CKI_STR && strcmp(order->as.text.bytes, "F") == 0;
    if (!first && (order->kind != CKI_STR || strcmp(order->as.text.bytes, "C") != 0)) {
        cki_fail(call->error, CASK_INVALID, NULL, "Order must be one of 'C' or 'F'");
        return NULL;
    }
    dtype = dtype.id ? dtype : x->dtype;
    cask_array made = retyped(&build, first ? reversed(&build, x) : x, dtype);
    return cki_node_value(&build, first && made ? reversed(&build, made) : made);
}

/* Arrays do not change: a copy is the array. */
static cask_value *run_copy(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array x = cki_node_from_value(&build, call->arguments[0]);
    return x ? cki_node_value(&build, x) : NULL;
}

static const cki_operation op_sizes = {
    "compute_chunk_sizes",
    CKI_ARRAY_METHOD,
    "x",
    "The array with its unknown chunk sizes (nan, as of x[x > 0]) found by computing its blocks.",
    run_compute_sizes,
    NULL};
static const cki_operation op_copy = {"copy",   CKI_ARRAY_METHOD | CKI_IN_NP,
                                      "x",      "The array itself: arrays do not change.",
                                      run_copy, NULL};
static const cki_operation op_view = {
    "view",
    CKI_ARRAY_METHOD,
    "x, dtype=None, order='C'",
    "The same bytes as elements of another type; the last axis gets longer or shorter, or with "
    "order='F' the first.",
    run_retype,
    NULL};

const cki_operation *const cki_chunk_sizes_operations[] = {&op_sizes, &op_copy, &op_view, NULL};
