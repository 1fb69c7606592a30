/* Masks: selecting by a computed bool array, block by block. */
#include "array/index_mask.h"
#include "array/elementwise.h"
#include "array/functions.h"
#include "array/rechunk.h"
#include "array/reshape.h"
#include "array/runs.h"
#include "core/memory.h"
#include "kernel/select.h"

#include <string.h>

typedef struct selection {
    int axis;      /* of x that the 1-d mask goes along; -1: it has x's shape */
    int dimension; /* of `shape`, whose indices are wanted */
    int ndim;
    int64_t shape[CKI_MAX_NDIM];
} selection;

static const cki_primitive elements_primitive, where_primitive;

static cask_array make(cki_build *build, const cki_primitive *primitive, const selection *how,
                       cki_dtype dtype, int ndim, const cki_axis *axes, const cask_array *inputs,
                       size_t ninputs)
{
    selection *parameters = cki_arena_copy(build->arena, how, sizeof *how);
    cki_hasher *hasher = cki_token_start(build->error);
    if (!parameters || !hasher) {
        cki_fail_memory(build->error, sizeof *parameters);
        if (hasher)
            cki_token_end(hasher);
        return NULL;
    }
    cki_token_int(hasher, how->axis);
    cki_token_int(hasher, how->dimension);
    cki_token_int(hasher, how->ndim);
    for (int i = 0; i < how->ndim; i++)
        cki_token_int(hasher, how->shape[i]);
    return cki_node_array(build, &(cki_array_spec){.primitive = primitive,
                                                   .label = "getitem",
                                                   .dtype = dtype,
                                                   .ndim = ndim,
                                                   .axes = axes,
                                                   .inputs = inputs,
                                                   .ninputs = ninputs,
                                                   .parameters = parameters,
                                                   .token = cki_token_end(hasher)});
}

/* One axis of as many blocks of unknown length as x has blocks. */
static bool unknown(cki_build *build, int64_t blocks, cki_axis *axis)
{
    if (cki_chunks_unknown(build->arena, blocks, axis))
        return true;
    cki_fail_memory(build->error, sizeof(cki_run));
    return false;
}

static bool all_known(cask_array x)
{
    int64_t shape[CKI_MAX_NDIM];
    return cki_node_shape(x, shape);
}

cask_array cki_index_mask(cki_build *build, cask_array x, cask_array mask)
{
    if (!x || !mask)
        return NULL;
    cask_array pair[2] = {x, mask};
    cki_axis aligned[CKI_MAX_NDIM], axis;
    int ndim;
    if (all_known(x) && all_known(mask)) {
        pair[0] = cki_reshape_ravel(build, x);
        pair[1] = cki_reshape_ravel(build, mask);
        if (!pair[0] || !pair[1] ||
            cki_elementwise_unify(build, pair, 2, aligned, &ndim) != CASK_OK)
            return NULL;
    }
    for (int i = 0; i < pair[0]->ndim; i++)
        if (pair[0]->axes[i].blocks != pair[1]->axes[i].blocks) {
            cki_fail(build->error, CASK_SHAPE, "ValueError",
                     "the array and the mask are cut differently along axis %d (%lld and %lld "
                     "chunks), and their chunk sizes are unknown",
                     i, (long long)pair[0]->axes[i].blocks, (long long)pair[1]->axes[i].blocks);
            return NULL;
        }
    if (!unknown(build, cki_node_blocks(pair[0]), &axis))
        return NULL;
    return make(build, &elements_primitive, &(selection){.axis = -1}, x->dtype, 1, &axis, pair, 2);
}

cask_array cki_index_mask_axis(cki_build *build, cask_array x, int axis, cask_array mask)
{
    if (!x || !mask)
        return NULL;
    if (x->ndim == 1)
        return cki_index_mask(build, x, mask);
    const cki_axis *own = &x->axes[axis], *other = &mask->axes[0];
    if (own->length >= 0 && other->length >= 0 && own->length != other->length) {
        cki_fail(build->error, CASK_INDEX, "ValueError", /* as Dask, whose chunks do not add up */
                 "Boolean array with size %lld is not long enough for axis %d with size %lld",
                 (long long)other->length, axis, (long long)own->length);
        return NULL;
    }
    cki_axis *axes = cki_runs_axes(build, x->ndim);
    if (!axes)
        return NULL;
    memcpy(axes, x->axes, (size_t)x->ndim * sizeof *axes);
    if (cki_runs_refine(build->arena, own, other, &axes[axis], build->error) != CASK_OK)
        return NULL;
    cask_array pair[2] = {cki_rechunk_to(build, x, axes), cki_rechunk_to(build, mask, &axes[axis])};
    cki_axis *out = cki_runs_axes(build, x->ndim);
    if (!pair[0] || !pair[1] || !out)
        return NULL;
    memcpy(out, axes, (size_t)x->ndim * sizeof *out);
    if (!unknown(build, axes[axis].blocks, &out[axis]))
        return NULL;
    return make(build, &elements_primitive, &(selection){.axis = axis}, x->dtype, x->ndim, out,
                pair, 2);
}

cask_array cki_index_mask_where(cki_build *build, cask_array x, int dimension)
{
    if (!x)
        return NULL;
    selection how = {.dimension = dimension, .ndim = x->ndim};
    if (!cki_node_shape(x, how.shape)) {
        cki_fail(build->error, CASK_SHAPE, "ValueError",
                 "Arrays chunk sizes are unknown: places of nonzero elements cannot be told.\n\n"
                 "A possible solution: x.compute_chunk_sizes()");
        return NULL;
    }
    cask_array flat = cki_reshape_ravel(build, cki_elementwise_nonzero(build, x));
    cki_axis axis;
    if (!flat || !unknown(build, flat->axes[0].blocks, &axis))
        return NULL;
    return make(build, &where_primitive, &how, cki_dtype_of(CASK_I64), 1, &axis, &flat, 1);
}

/* ---- lowering ---- */

typedef struct lowered {
    cask_array out, in;
    uint32_t x, mask;
    const selection *how;
} lowered;

static void element_inputs(const cki_layer *layer, int64_t block, cki_keys *keys)
{
    const lowered *l = layer->parameters;
    cki_graph_key(keys, l->x, block); /* the grids agree, or are of one axis each */
    int64_t position[CKI_MAX_NDIM];
    cki_node_position(l->out, block, position);
    cki_graph_key(keys, l->mask, l->how->axis < 0 ? block : position[l->how->axis]);
}

static void element_cost(const cki_layer *layer, int64_t block, cki_cost *cost)
{
    const lowered *l = layer->parameters;
    *cost = (cki_cost){.output = cki_node_block_bytes(l->in, block)};
    if (l->how->axis >= 0) { /* the positions */
        int64_t position[CKI_MAX_NDIM];
        cki_node_position(l->in, block, position);
        int64_t size = cki_chunks_size(&l->in->axes[l->how->axis], position[l->how->axis]);
        cost->working = size > 0 ? (size_t)size * sizeof(int64_t) : 0;
    }
}

static cask_status check_shapes(const cki_array *x, const cki_array *mask, cki_error *error)
{
    bool same = x->ndim == mask->ndim;
    for (int i = 0; same && i < x->ndim; i++)
        same = x->shape[i] == mask->shape[i];
    return same ? CASK_OK
                : cki_fail(error, CASK_INDEX, "IndexError",
                           "boolean index did not match indexed array: a chunk of the mask has "
                           "another length than the array's");
}

static cask_status run_elements(const cki_task *task, cask_value **result, cki_error *error)
{
    const lowered *l = task->layer->parameters;
    const cki_array *x = cki_array_of(task->inputs[0]), *mask = cki_array_of(task->inputs[1]);
    int axis = l->how->axis;
    if (!x || !mask)
        return cki_fail_internal(error, "array.mask");
    if (axis < 0) {
        cask_status status = check_shapes(x, mask, error);
        return status ? status : cki_select_mask(x, mask, result, error);
    }
    int64_t *positions = NULL, count = 0, shape[CKI_MAX_NDIM];
    cask_status status = cki_select_true(mask, &positions, &count, error);
    if (status != CASK_OK)
        return status;
    memcpy(shape, x->shape, sizeof shape);
    shape[axis] = count;
    if (count && positions[count - 1] >= x->shape[axis])
        status = check_shapes(x, mask, error);
    else if (!(*result = cki_array_new(x->dtype, x->ndim, shape, error)))
        status = CASK_MEMORY;
    else
        cki_select_take(x, axis, positions, count, cki_array_of(*result));
    cki_memory_free(positions);
    return status;
}

static void where_inputs(const cki_layer *layer, int64_t block, cki_keys *keys)
{
    const lowered *l = layer->parameters;
    cki_graph_key(keys, l->x, block);
}

static void where_cost(const cki_layer *layer, int64_t block, cki_cost *cost)
{
    const lowered *l = layer->parameters;
    size_t bytes = (size_t)cki_chunks_size(&l->in->axes[0], block) * sizeof(int64_t);
    *cost = (cki_cost){.output = bytes, .working = bytes};
}

/* Positions in the flat array become indices along one of its dimensions. */
static cask_status run_where(const cki_task *task, cask_value **result, cki_error *error)
{
    const lowered *l = task->layer->parameters;
    const cki_array *mask = cki_array_of(task->inputs[0]);
    if (!mask)
        return cki_fail_internal(error, "array.where");
    int64_t *positions = NULL, count = 0;
    cask_status status = cki_select_true(mask, &positions, &count, error);
    if (status != CASK_OK)
        return status;
    int64_t start = cki_chunks_start(&l->in->axes[0], task->block), inner = 1;
    for (int i = l->how->dimension + 1; i < l->how->ndim; i++)
        inner *= l->how->shape[i];
    int64_t length = l->how->shape[l->how->dimension];
    *result = cki_array_new(cki_dtype_of(CASK_I64), 1, &count, error);
    int64_t *out = *result ? (int64_t *)(void *)cki_array_of(*result)->data : NULL;
    for (int64_t i = 0; out && i < count; i++)
        out[i] = (start + positions[i]) / inner % length;
    cki_memory_free(positions);
    return *result ? CASK_OK : CASK_MEMORY;
}

const cki_function cki_index_mask_elements_function = {"array.mask", 1, run_elements};
const cki_function cki_index_mask_where_function = {"array.where", 1, run_where};

static cask_status lower(cki_lowering *lowering, const cki_node *node, cki_error *error)
{
    lowered *l = cki_arena_alloc(cki_graph_arena(cki_lower_graph(lowering)), sizeof *l);
    if (!l)
        return cki_fail_memory(error, sizeof *l);
    cask_array out = cki_node_as_array(node);
    *l = (lowered){.out = out,
                   .in = cki_node_as_array(node->inputs[0]),
                   .x = cki_lower_input(lowering, node->inputs[0]),
                   .how = node->parameters};
    bool selects = node->primitive == &elements_primitive;
    if (selects)
        l->mask = cki_lower_input(lowering, node->inputs[1]);
    return cki_node_lower(lowering, out,
                          (cki_layer){.function = selects ? &cki_index_mask_elements_function
                                                          : &cki_index_mask_where_function,
                                      .parameters = l,
                                      .inputs = selects ? element_inputs : where_inputs,
                                      .cost = selects ? element_cost : where_cost},
                          "", error);
}

static const cki_primitive elements_primitive = {
    .name = "array.mask", .size = sizeof(struct cask_array_node), .lower = lower};
static const cki_primitive where_primitive = {
    .name = "array.where", .size = sizeof(struct cask_array_node), .lower = lower};
