/* Basic indexing: the primitive behind integers and slices. A block of the result is a view of one
 * block of the input. */
#include "array/index.h"
#include "array/functions.h"
#include "array/pick.h"
#include "array/runs.h"
#include "graph/spelling.h"

#include <string.h>

static const cki_primitive primitive;

static cask_array input_of(cask_array node)
{
    return cki_node_as_array(node->base.inputs[0]);
}

bool cki_index_is(cask_array node, cask_array *x, const cki_pick **picks)
{
    if (node->base.primitive != &primitive)
        return false;
    *x = input_of(node);
    *picks = node->base.parameters;
    return true;
}

cask_array cki_index_make(cki_build *build, cask_array x, const cki_pick *picks, int ndim,
                          const cki_axis *axes)
{
    if (!x)
        return NULL;
    bool all = cki_runs_match(x, ndim, axes);
    for (int i = 0; all && i < x->ndim; i++)
        all = cki_pick_is_all(&picks[i], x->axes[i].length);
    if (all)
        return x;
    size_t count = x->ndim ? (size_t)x->ndim : 1;
    cki_pick *parameters = cki_arena_array(build->arena, count, sizeof *parameters);
    cki_hasher *hasher = cki_token_start(build->error);
    if (!parameters || !hasher) {
        cki_fail_memory(build->error, count * sizeof *parameters);
        if (hasher)
            cki_token_end(hasher);
        return NULL;
    }
    for (int i = 0; i < x->ndim; i++) {
        parameters[i] = picks[i];
        cki_token_int(hasher, picks[i].start);
        cki_token_int(hasher, picks[i].step);
        cki_token_int(hasher, picks[i].count);
        cki_token_int(hasher, picks[i].drop);
    }
    return cki_node_array(build, &(cki_array_spec){.primitive = &primitive,
                                                   .label = "getitem",
                                                   .dtype = x->dtype,
                                                   .ndim = ndim,
                                                   .axes = axes,
                                                   .inputs = &x,
                                                   .ninputs = 1,
                                                   .parameters = parameters,
                                                   .token = cki_token_end(hasher)});
}

cask_array cki_index_basic(cki_build *build, cask_array x, const cki_pick *picks)
{
    cki_axis *axes = x ? cki_runs_axes(build, x->ndim) : NULL;
    if (!axes)
        return NULL;
    int ndim = 0;
    for (int i = 0; i < x->ndim; i++)
        if (!picks[i].drop && cki_pick_axis(build->arena, &x->axes[i], &picks[i], -1, &axes[ndim++],
                                            build->error) != CASK_OK)
            return NULL;
    return cki_index_make(build, x, picks, ndim, axes);
}

cask_array cki_index_range(cki_build *build, cask_array x, int axis, int64_t start, int64_t stop)
{
    if (!x)
        return NULL;
    cki_pick picks[CKI_MAX_NDIM];
    for (int i = 0; i < x->ndim; i++)
        picks[i] = cki_pick_all(x->axes[i].length);
    picks[axis] = (cki_pick){
        .start = stop > start ? start : 0, .step = 1, .count = stop > start ? stop - start : 0};
    return cki_index_basic(build, x, picks);
}

/* ---- optimising ---- */

static const cki_node *simplify(cki_optimiser *optimiser, const cki_node *node, cki_error *error)
{
    cki_build build = cki_optimise_build(optimiser, error);
    cask_array self = cki_node_as_array(node);
    cask_array pushed = cki_index_push(&build, input_of(self), node->parameters, self);
    if (pushed)
        return &pushed->base;
    return error->status ? NULL : node;
}

/* ---- lowering ---- */

typedef struct lowered {
    cask_array out, in;
    uint32_t layer;
    const cki_pick *picks;
    bool whole[CKI_MAX_NDIM]; /* axes of the input whose blocks pass unchanged */
    bool copies; /* so little is kept of a block that holding all of it would cost more */
} lowered;

/* Which block of the input holds block `block` of the result, and where in it that begins. */
static void locate(const lowered *l, int64_t block, int64_t *from, int64_t *start)
{
    int64_t to[CKI_MAX_NDIM];
    cki_node_position(l->out, block, to);
    for (int i = 0, k = 0; i < l->in->ndim; i++) {
        const cki_axis *axis = &l->in->axes[i];
        const cki_pick *pick = &l->picks[i];
        start[i] = 0;
        if (l->whole[i]) {
            from[i] = to[k++];
            continue;
        }
        int64_t at = pick->start;
        if (!pick->drop) {
            at += cki_chunks_start(&l->out->axes[k], to[k]) * pick->step;
            k++;
        }
        at = at >= axis->length ? axis->length - 1 : at; /* an empty block is anywhere */
        from[i] = axis->length > 0 ? cki_chunks_find(axis, at) : 0;
        start[i] = axis->length > 0 ? at - cki_chunks_start(axis, from[i]) : 0;
    }
}

static void inputs(const cki_layer *layer, int64_t block, cki_keys *keys)
{
    const lowered *l = layer->parameters;
    int64_t from[CKI_MAX_NDIM], start[CKI_MAX_NDIM];
    locate(l, block, from, start);
    cki_graph_key(keys, l->layer, cki_node_block(l->in, from));
}

static void cost(const cki_layer *layer, int64_t block, cki_cost *cost)
{
    const lowered *l = layer->parameters;
    *cost = (cki_cost){.output = l->copies ? cki_node_block_bytes(l->out, block) : 0};
}

/* A constant block is one element in memory, whatever its shape. */
static bool is_constant(const cki_array *x)
{
    for (int i = 0; i < x->ndim; i++)
        if (x->strides[i] != 0 && x->shape[i] > 1)
            return false;
    return true;
}

static cask_status run(const cki_task *task, cask_value **result, cki_error *error)
{
    const lowered *l = task->layer->parameters;
    const cki_array *x = cki_array_of(task->inputs[0]);
    if (!x)
        return cki_fail_internal(error, "array.index");
    int64_t to[CKI_MAX_NDIM], from[CKI_MAX_NDIM], start[CKI_MAX_NDIM];
    int64_t shape[CKI_MAX_NDIM], strides[CKI_MAX_NDIM], offset = 0;
    bool empty = false;
    cki_node_position(l->out, task->block, to);
    locate(l, task->block, from, start);
    int ndim = 0;
    for (int i = 0; i < x->ndim; i++) {
        offset += start[i] * x->strides[i];
        if (l->picks[i].drop)
            continue;
        shape[ndim] = l->whole[i] ? x->shape[i] : cki_chunks_size(&l->out->axes[ndim], to[ndim]);
        strides[ndim] = l->whole[i] ? x->strides[i] : x->strides[i] * l->picks[i].step;
        empty = empty || shape[ndim] == 0;
        ndim++;
    }
    cask_value *view = cki_array_view(x->buffer, x->data + (empty ? 0 : offset), x->dtype, ndim,
                                      shape, strides, error);
    if (!view)
        return CASK_MEMORY;
    *result = view;
    if (!l->copies || is_constant(x))
        return CASK_OK;
    *result = cki_array_new(x->dtype, ndim, shape, error);
    if (*result)
        cki_array_copy(cki_array_of(*result), cki_array_of(view));
    cask_value_unref(view);
    return *result ? CASK_OK : CASK_MEMORY;
}

const cki_function cki_index_function = {"array.index", 1, run};

static void spell(const cki_layer *layer, int64_t block, cki_spelling *spelling)
{
    const lowered *l = layer->parameters;
    int64_t to[CKI_MAX_NDIM], from[CKI_MAX_NDIM], start[CKI_MAX_NDIM];
    cask_value *parts = cki_value_list(CKI_TUPLE, 0, NULL);
    size_t room = 0;
    bool fine = parts != NULL;
    cki_node_position(l->out, block, to);
    locate(l, block, from, start);
    for (int i = 0, k = 0; fine && i < l->in->ndim; i++) {
        const cki_pick *pick = &l->picks[i];
        cask_value *part =
            pick->drop    ? cki_value_int(start[i], NULL)
            : l->whole[i] ? cki_value_slice(NULL, NULL, NULL, NULL)
                          : cki_spelling_slice(start[i], cki_chunks_size(&l->out->axes[k], to[k]),
                                               pick->step);
        k += !pick->drop;
        fine = cki_value_list_push(parts, &room, part, NULL);
    }
    if (!fine)
        cask_value_unref(parts);
    cki_spelling_take(spelling, fine ? parts : NULL);
}

static cask_status lower(cki_lowering *lowering, const cki_node *node, cki_error *error)
{
    lowered *l = cki_arena_alloc(cki_graph_arena(cki_lower_graph(lowering)), sizeof *l);
    if (!l)
        return cki_fail_memory(error, sizeof *l);
    cask_array out = cki_node_as_array(node), in = input_of(out);
    *l = (lowered){.out = out,
                   .in = in,
                   .layer = cki_lower_input(lowering, node->inputs[0]),
                   .picks = node->parameters,
                   .copies = cki_node_size(out) >= 0 && cki_node_size(in) >= 0 &&
                             cki_node_largest_block(out) <= cki_node_largest_block(in) / 2};
    for (int i = 0, k = 0; i < in->ndim; i++)
        if (!l->picks[i].drop) {
            l->whole[i] = cki_pick_is_all(&l->picks[i], in->axes[i].length) &&
                          cki_chunks_same(&out->axes[k], &in->axes[i]);
            k++;
        }
    return cki_node_lower(lowering, out,
                          (cki_layer){.function = &cki_index_function,
                                      .parameters = l,
                                      .inputs = inputs,
                                      .cost = cost,
                                      .spell = spell},
                          "", error);
}

static const cki_primitive primitive = {.name = "array.index",
                                        .size = sizeof(struct cask_array_node),
                                        .simplify = simplify,
                                        .lower = lower,
                                        .repeatable = cki_node_bytes};
