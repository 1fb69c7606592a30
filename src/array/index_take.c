/* Taking: the primitive behind x[[1, 5, 3]]. A block of the result comes from one block of the
 * input: positions that follow each other in one input block make one block, as in Dask. */
#include "array/index_take.h"
#include "array/elementwise.h"
#include "array/functions.h"
#include "array/pick.h"
#include "array/runs.h"
#include "array/source.h"
#include "core/memory.h"
#include "graph/spelling.h"
#include "kernel/select.h"

#include <string.h>

typedef struct take {
    int axis;
    int64_t count;
    const int64_t *positions;
} take;

static const cki_primitive primitive;

static cask_array input_of(cask_array node)
{
    return cki_node_as_array(node->base.inputs[0]);
}

cask_array cki_index_take_make(cki_build *build, cask_array x, int axis, const int64_t *positions,
                               int64_t count, const cki_axis *axes)
{
    take *parameters = cki_arena_alloc(build->arena, sizeof *parameters);
    cki_hasher *hasher = cki_token_start(build->error);
    if (!parameters || !hasher) {
        cki_fail_memory(build->error, sizeof *parameters);
        if (hasher)
            cki_token_end(hasher);
        return NULL;
    }
    *parameters = (take){axis, count, positions};
    cki_token_int(hasher, axis);
    cki_token_bytes(hasher, positions, (size_t)count * sizeof *positions);
    return cki_node_array(build, &(cki_array_spec){.primitive = &primitive,
                                                   .label = "getitem",
                                                   .dtype = x->dtype,
                                                   .ndim = x->ndim,
                                                   .axes = axes,
                                                   .inputs = &x,
                                                   .ninputs = 1,
                                                   .parameters = parameters,
                                                   .token = cki_token_end(hasher)});
}

/* The chunks: a cut wherever the input block changes. */
static cask_status cut(cki_arena *arena, const cki_axis *from, const int64_t *positions,
                       int64_t count, cki_axis *axis, cki_error *error)
{
    cki_runs runs = {0};
    for (int64_t i = 0; i < count && !runs.failed;) {
        int64_t block = cki_chunks_find(from, positions[i]);
        int64_t low = cki_chunks_start(from, block), high = low + cki_chunks_size(from, block);
        int64_t first = i;
        while (i < count && positions[i] >= low && positions[i] < high)
            i++;
        cki_runs_add(&runs, i - first, 1);
    }
    return cki_runs_finish(&runs, arena, axis, error);
}

cask_array cki_index_take(cki_build *build, cask_array x, int axis, const int64_t *positions,
                          int64_t count)
{
    if (!x)
        return NULL;
    if (count == 0) /* as Dask: an empty slice */
        return cki_index_range(build, x, axis, 0, 0);
    cki_axis *axes = cki_runs_axes(build, x->ndim);
    int64_t *copy = cki_arena_copy(build->arena, positions, (size_t)count * sizeof *positions);
    if (!axes || !copy) {
        cki_fail_memory(build->error, (size_t)count * sizeof *positions);
        return NULL;
    }
    memcpy(axes, x->axes, (size_t)x->ndim * sizeof *axes);
    if (cut(build->arena, &x->axes[axis], copy, count, &axes[axis], build->error) != CASK_OK)
        return NULL;
    return cki_index_take_make(build, x, axis, copy, count, axes);
}

/* ---- optimising ---- */

/* Whether each block of the input is wanted by one block of the result at most, and of it less than
 * half: then the source makes the positions alone. */
static bool is_sparse(const take *t, cask_array out, cask_array in)
{
    const cki_axis *to = &out->axes[t->axis], *from = &in->axes[t->axis];
    if (t->count > in->axes[t->axis].length / 2)
        return false;
    int64_t last = -1, direction = 0, at = 0;
    for (int64_t b = 0; b < to->blocks; at += cki_chunks_size(to, b++)) {
        const int64_t block = cki_chunks_find(from, t->positions[at]);
        const int64_t turn = block > last ? 1 : -1;
        if (b > 0 && (block == last || (direction && turn != direction)))
            return false;
        direction = b > 0 ? turn : 0;
        last = block;
    }
    return true;
}

/* The positions of an element-wise result are those of its inputs. */
static cask_array push_elementwise(cki_build *build, cask_array self, cask_array x, const take *t)
{
    const size_t count = x->base.ninputs;
    cask_array *inputs = cki_arena_array(build->arena, count ? count : 1, sizeof *inputs);
    for (size_t i = 0; inputs && i < count; i++) {
        cask_array input = cki_node_as_array(x->base.inputs[i]);
        const int a = t->axis - (x->ndim - input->ndim);
        inputs[i] = input;
        if (a < 0 || (input->axes[a].length == 1 && x->axes[t->axis].length != 1))
            continue;
        cki_axis *axes = cki_runs_axes(build, input->ndim);
        if (!axes || !cki_chunks_same(&input->axes[a], &x->axes[t->axis]))
            return NULL;
        memcpy(axes, input->axes, (size_t)input->ndim * sizeof *axes);
        axes[a] = self->axes[t->axis];
        if (!(inputs[i] = cki_index_take_make(build, input, a, t->positions, t->count, axes)))
            return NULL;
    }
    return inputs ? cki_elementwise_rebuild(build, x, inputs, self->ndim, self->axes) : NULL;
}

/* Towards a file of which little is wanted. */
static const cki_node *push(cki_build *build, cask_array self, const take *t)
{
    cask_array x = input_of(self), pushed = NULL;
    if (!is_sparse(t, self, x))
        return &self->base;
    if (cki_source_may_take(x, t->axis))
        pushed = cki_source_take(build, x, t->axis, t->positions, t->count, self->axes);
    else if (cki_elementwise_is(&x->base))
        pushed = push_elementwise(build, self, x, t);
    return pushed || build->error->status ? (pushed ? &pushed->base : NULL) : &self->base;
}

/* Positions at equal distances are a slice, which readers understand. */
static const cki_node *simplify(cki_optimiser *optimiser, const cki_node *node, cki_error *error)
{
    const take *t = node->parameters;
    int64_t step = t->count > 1 ? t->positions[1] - t->positions[0] : 1;
    bool even = step != 0;
    for (int64_t i = 1; i < t->count && even; i++)
        even = t->positions[i] - t->positions[i - 1] == step;
    cki_build build = cki_optimise_build(optimiser, error);
    cask_array self = cki_node_as_array(node), x = input_of(self);
    if (!even)
        return push(&build, self, t);
    cki_pick picks[CKI_MAX_NDIM];
    for (int i = 0; i < x->ndim; i++)
        picks[i] = cki_pick_all(x->axes[i].length);
    picks[t->axis] = (cki_pick){.start = t->positions[0], .step = step, .count = t->count};
    cask_array slice = cki_index_make(&build, x, picks, self->ndim, self->axes);
    return slice ? &slice->base : NULL;
}

cask_array cki_index_take_is(cask_array node, int *axis, const int64_t **positions)
{
    if (node->base.primitive != &primitive)
        return NULL;
    const take *t = node->base.parameters;
    *axis = t->axis;
    *positions = t->positions;
    return input_of(node);
}

cask_array cki_index_take_push(cki_build *build, cask_array node, const cki_pick *picks,
                               const cki_axis *axes)
{
    if (node->base.primitive != &primitive)
        return NULL;
    const take *t = node->base.parameters;
    cask_array x = input_of(node);
    const cki_pick *pick = &picks[t->axis];
    cki_pick inner[CKI_MAX_NDIM];
    cki_axis *middle = cki_runs_axes(build, x->ndim);
    int64_t *positions = cki_arena_array(build->arena, (size_t)pick->count + 1, sizeof *positions);
    if (!middle || !positions) {
        cki_fail_memory(build->error, (size_t)pick->count * sizeof *positions);
        return NULL;
    }
    for (int64_t i = 0; i < pick->count; i++)
        positions[i] = t->positions[pick->start + i * pick->step];
    int ndim = 0, kept = 0, axis = 0;
    for (int i = 0; i < x->ndim; i++) {
        inner[i] = picks[i];
        if (i == t->axis && !picks[i].drop) {
            inner[i] = cki_pick_all(x->axes[i].length);
            middle[axis = ndim++] = x->axes[i];
            kept++;
        } else if (!picks[i].drop)
            middle[ndim++] = axes[kept++];
    }
    if (pick->drop) { /* one position: no list any more */
        inner[t->axis].start = positions[0];
        return cki_index_make(build, x, inner, ndim, axes);
    }
    cask_array part = cki_index_make(build, x, inner, ndim, middle);
    return part ? cki_index_take_make(build, part, axis, positions, pick->count, axes) : NULL;
}

/* ---- lowering ---- */

typedef struct lowered {
    cask_array out, in;
    uint32_t layer;
    const take *take;
} lowered;

/* The input block's number along the axis, and the first position of the result's block. */
static int64_t locate(const lowered *l, const int64_t *to, int64_t *first)
{
    const take *t = l->take;
    *first = cki_chunks_start(&l->out->axes[t->axis], to[t->axis]);
    return *first < t->count ? cki_chunks_find(&l->in->axes[t->axis], t->positions[*first]) : 0;
}

static void inputs(const cki_layer *layer, int64_t block, cki_keys *keys)
{
    const lowered *l = layer->parameters;
    int64_t position[CKI_MAX_NDIM], first;
    cki_node_position(l->out, block, position);
    position[l->take->axis] = locate(l, position, &first);
    cki_graph_key(keys, l->layer, cki_node_block(l->in, position));
}

static void cost(const cki_layer *layer, int64_t block, cki_cost *cost)
{
    const lowered *l = layer->parameters;
    int64_t position[CKI_MAX_NDIM];
    cki_node_position(l->out, block, position);
    int64_t count = cki_chunks_size(&l->out->axes[l->take->axis], position[l->take->axis]);
    *cost = (cki_cost){.output = cki_node_block_bytes(l->out, block),
                       .working = (size_t)count * sizeof(int64_t)};
}

static cask_status run(const cki_task *task, cask_value **result, cki_error *error)
{
    const lowered *l = task->layer->parameters;
    const take *t = l->take;
    const cki_array *x = cki_array_of(task->inputs[0]);
    if (!x)
        return cki_fail_internal(error, "array.take");
    int64_t to[CKI_MAX_NDIM], shape[CKI_MAX_NDIM], first;
    cki_node_position(l->out, task->block, to);
    int64_t start = cki_chunks_start(&l->in->axes[t->axis], locate(l, to, &first));
    int64_t count = cki_chunks_size(&l->out->axes[t->axis], to[t->axis]);
    memcpy(shape, x->shape, sizeof shape);
    shape[t->axis] = count;
    size_t bytes = (size_t)(count > 0 ? count : 1) * sizeof(int64_t);
    int64_t *positions = cki_memory_alloc(bytes);
    if (!positions)
        return cki_fail_memory(error, bytes);
    for (int64_t i = 0; i < count; i++)
        positions[i] = t->positions[first + i] - start;
    *result = cki_array_new(x->dtype, x->ndim, shape, error);
    if (*result)
        cki_select_take(x, t->axis, positions, count, cki_array_of(*result));
    cki_memory_free(positions);
    return *result ? CASK_OK : CASK_MEMORY;
}

const cki_function cki_index_take_function = {"array.take", 1, run};

static void spell(const cki_layer *layer, int64_t block, cki_spelling *spelling)
{
    const lowered *l = layer->parameters;
    int64_t to[CKI_MAX_NDIM], first;
    cki_node_position(l->out, block, to);
    int64_t from = locate(l, to, &first);
    int axis = l->take->axis;
    int64_t begin = cki_chunks_start(&l->in->axes[axis], from);
    int64_t count = cki_chunks_size(&l->out->axes[axis], to[axis]);
    cki_spelling_inputs(spelling, 0, 1);
    cki_spelling_open(spelling);
    for (int64_t i = 0; i < count; i++)
        cki_spelling_int(spelling, l->take->positions[first + i] - begin);
    cki_spelling_close(spelling);
    cki_spelling_int(spelling, axis);
}

static cask_status lower(cki_lowering *lowering, const cki_node *node, cki_error *error)
{
    lowered *l = cki_arena_alloc(cki_graph_arena(cki_lower_graph(lowering)), sizeof *l);
    if (!l)
        return cki_fail_memory(error, sizeof *l);
    cask_array out = cki_node_as_array(node);
    *l =
        (lowered){out, input_of(out), cki_lower_input(lowering, node->inputs[0]), node->parameters};
    return cki_node_lower(lowering, out,
                          (cki_layer){.function = &cki_index_take_function,
                                      .parameters = l,
                                      .inputs = inputs,
                                      .cost = cost,
                                      .spell = spell},
                          "", error);
}

static const cki_primitive primitive = {.name = "array.take",
                                        .size = sizeof(struct cask_array_node),
                                        .simplify = simplify,
                                        .lower = lower};
