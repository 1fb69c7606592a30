/* Taking by positions that are themselves computed: a block of the result reads one block of the
 * positions and every block of the input along the axis. */
#include "array/elementwise.h"
#include "array/functions.h"
#include "array/index_take.h"
#include "array/runs.h"
#include "graph/spelling.h"
#include "kernel/select.h"

#include <string.h>

static const cki_primitive primitive;

cask_array cki_index_gather(cki_build *build, cask_array x, int axis, cask_array positions)
{
    positions = positions ? cki_elementwise_cast(build, positions, cki_dtype_of(CASK_I64)) : NULL;
    if (!x || !positions)
        return NULL;
    if (positions->ndim != 1) {
        cki_fail(build->error, CASK_UNSUPPORTED, "NotImplementedError",
                 "Slicing with dask.array of ints only permitted when the indexer has zero or one "
                 "dimensions, this one has %d: use ravel() and reshape()",
                 positions->ndim);
        return NULL;
    }
    if (!cki_chunks_is_known(&x->axes[axis])) {
        cki_fail(build->error, CASK_UNSUPPORTED, "NotImplementedError",
                 "Slicing an array with unknown chunks with a dask.array of ints is not supported");
        return NULL;
    }
    cki_axis *axes = cki_runs_axes(build, x->ndim);
    int *parameters = cki_arena_alloc(build->arena, sizeof *parameters);
    cki_hasher *hasher = cki_token_start(build->error);
    if (!axes || !parameters || !hasher) {
        cki_fail_memory(build->error, sizeof *parameters);
        if (hasher)
            cki_token_end(hasher);
        return NULL;
    }
    memcpy(axes, x->axes, (size_t)x->ndim * sizeof *axes);
    axes[axis] = positions->axes[0];
    *parameters = axis;
    cki_token_int(hasher, axis);
    const cask_array inputs[2] = {x, positions};
    return cki_node_array(build, &(cki_array_spec){.primitive = &primitive,
                                                   .label = "getitem",
                                                   .dtype = x->dtype,
                                                   .ndim = x->ndim,
                                                   .axes = axes,
                                                   .inputs = inputs,
                                                   .ninputs = 2,
                                                   .parameters = parameters,
                                                   .token = cki_token_end(hasher)});
}

typedef struct lowered {
    cask_array out, in;
    uint32_t layer, positions;
    int axis;
} lowered;

static void inputs(const cki_layer *layer, int64_t block, cki_keys *keys)
{
    const lowered *l = layer->parameters;
    int64_t position[CKI_MAX_NDIM];
    cki_node_position(l->out, block, position);
    cki_graph_key(keys, l->positions, position[l->axis]);
    for (int64_t i = 0; i < l->in->axes[l->axis].blocks; i++) {
        position[l->axis] = i;
        cki_graph_key(keys, l->layer, cki_node_block(l->in, position));
    }
}

static void cost(const cki_layer *layer, int64_t block, cki_cost *cost)
{
    const lowered *l = layer->parameters;
    *cost = (cki_cost){.output = cki_node_block_bytes(l->out, block)};
}

static int64_t number_at(const cki_array *positions, int64_t i)
{
    int64_t number;
    memcpy(&number, positions->data + i * positions->strides[0], sizeof number);
    return number;
}

/* The slab out[..., i, ...], which an element of the axis fills. */
static cki_array slab(const cki_array *array, int axis, int64_t i)
{
    cki_array part = *array;
    part.data += i * part.strides[axis];
    part.shape[axis] = 1;
    return part;
}

/* The block that was read last: positions near one another are often in one. */
typedef struct block_read {
    const cki_array *x;
    int64_t low, high;
    size_t row; /* bytes of an element of the axis, if they lie side by side; else 0 */
} block_read;

/* Bytes behind one index of axis 0, if they are all that lies between two; else 0. */
static size_t row_of(const cki_array *x, int axis)
{
    size_t bytes = cki_dtype_size(x->dtype);
    for (int k = x->ndim - 1; k > 0; k--) {
        if (axis != 0 || (x->shape[k] > 1 && x->strides[k] != (int64_t)bytes))
            return 0;
        bytes *= (size_t)x->shape[k];
    }
    return bytes;
}

static cask_status open_block(const lowered *l, const cki_task *task, int64_t at, block_read *b,
                              cki_error *error)
{
    const cki_axis *axis = &l->in->axes[l->axis];
    int64_t block = cki_chunks_find(axis, at);
    b->x = cki_array_of(task->inputs[1 + block]);
    if (!b->x)
        return cki_fail_internal(error, "array.gather");
    b->low = cki_chunks_start(axis, block);
    b->high = b->low + cki_chunks_size(axis, block);
    b->row = row_of(b->x, l->axis);
    return CASK_OK;
}

static void copy_element(const block_read *b, int axis, int64_t at, const cki_array *out, int64_t i)
{
    if (b->row == sizeof(int64_t)) { /* of a size known here, as most are */
        memcpy(out->data + i * out->strides[0], b->x->data + at * b->x->strides[0],
               sizeof(int64_t));
    } else if (b->row) {
        memcpy(out->data + i * out->strides[0], b->x->data + at * b->x->strides[0], b->row);
    } else {
        cki_array to = slab(out, axis, i), from = slab(b->x, axis, at);
        cki_array_copy(&to, &from);
    }
}

static cask_status gather(const lowered *l, const cki_task *task, const cki_array *positions,
                          const cki_array *out, cki_error *error)
{
    const int64_t length = l->in->axes[l->axis].length;
    block_read b = {NULL, 0, 0, 0};
    for (int64_t i = 0; i < positions->shape[0]; i++) {
        int64_t at = number_at(positions, i);
        if (at < -length || at >= length)
            return cki_fail(error, CASK_INDEX, "IndexError",
                            "index %lld is out of bounds for axis %d with size %lld", (long long)at,
                            l->axis, (long long)length);
        at += at < 0 ? length : 0;
        if ((at < b.low || at >= b.high) && open_block(l, task, at, &b, error) != CASK_OK)
            return error->status;
        copy_element(&b, l->axis, at - b.low, out, i);
    }
    return CASK_OK;
}

static cask_status run(const cki_task *task, cask_value **result, cki_error *error)
{
    const lowered *l = task->layer->parameters;
    const cki_array *positions = cki_array_of(task->inputs[0]);
    const cki_array *x = cki_array_of(task->inputs[1]);
    if (!positions || !x)
        return cki_fail_internal(error, "array.gather");
    int64_t shape[CKI_MAX_NDIM];
    memcpy(shape, x->shape, sizeof shape);
    shape[l->axis] = positions->shape[0];
    cask_value *out = cki_array_new(x->dtype, x->ndim, shape, error);
    if (!out)
        return CASK_MEMORY;
    cask_status status = gather(l, task, positions, cki_array_of(out), error);
    if (status != CASK_OK) {
        cask_value_unref(out);
        return status;
    }
    *result = out;
    return CASK_OK;
}

const cki_function cki_index_gather_function = {"array.gather", 1, run};

static void spell(const cki_layer *layer, int64_t block, cki_spelling *spelling)
{
    const lowered *l = layer->parameters;
    (void)block;
    cki_spelling_input(spelling, 0);
    cki_spelling_open(spelling);
    cki_spelling_inputs(spelling, 1, (size_t)l->in->axes[l->axis].blocks);
    cki_spelling_close(spelling);
    cki_spelling_int(spelling, l->axis);
}

static cask_status lower(cki_lowering *lowering, const cki_node *node, cki_error *error)
{
    lowered *l = cki_arena_alloc(cki_graph_arena(cki_lower_graph(lowering)), sizeof *l);
    if (!l)
        return cki_fail_memory(error, sizeof *l);
    cask_array out = cki_node_as_array(node);
    const int *axis = node->parameters;
    *l = (lowered){out, cki_node_as_array(node->inputs[0]),
                   cki_lower_input(lowering, node->inputs[0]),
                   cki_lower_input(lowering, node->inputs[1]), *axis};
    return cki_node_lower(lowering, out,
                          (cki_layer){.function = &cki_index_gather_function,
                                      .parameters = l,
                                      .inputs = inputs,
                                      .cost = cost,
                                      .spell = spell},
                          "", error);
}

static const cki_primitive primitive = {
    .name = "array.gather", .size = sizeof(struct cask_array_node), .lower = lower};
