/* Views: one primitive for transposing, adding and dropping axes, and broadcasting. */
#include "array/view.h"
#include "array/functions.h"
#include "array/pick.h"
#include "array/rechunk.h"
#include "array/runs.h"
#include "graph/spelling.h"

#include <string.h>

typedef struct view {
    int from[CKI_MAX_NDIM]; /* axis of the input, or -1 */
} view;

static const cki_primitive primitive;

static cask_array input_of(cask_array node)
{
    return cki_node_as_array(node->base.inputs[0]);
}

/* An input axis of one element that the result has more or fewer times. */
static bool repeats(const cki_axis *from, const cki_axis *to)
{
    return from->length == 1 && (to->length != 1 || to->blocks != from->blocks);
}

cask_array cki_view_make(cki_build *build, cask_array x, const char *label, int ndim,
                         const int *from, const cki_axis *axes)
{
    if (!x)
        return NULL;
    if (ndim > CKI_MAX_NDIM) {
        cki_fail(build->error, CASK_INVALID, "ValueError",
                 "maximum supported dimension for an ndarray is %d, found %d", CKI_MAX_NDIM, ndim);
        return NULL;
    }
    view *parameters = cki_arena_alloc(build->arena, sizeof *parameters);
    cki_hasher *hasher = cki_token_start(build->error);
    if (!parameters || !hasher) {
        cki_fail_memory(build->error, sizeof *parameters);
        if (hasher)
            cki_token_end(hasher);
        return NULL;
    }
    for (int i = 0; i < ndim; i++) {
        parameters->from[i] = from[i];
        cki_token_int(hasher, from[i]);
    }
    return cki_node_array(build, &(cki_array_spec){.primitive = &primitive,
                                                   .label = label,
                                                   .dtype = x->dtype,
                                                   .ndim = ndim,
                                                   .axes = axes,
                                                   .inputs = &x,
                                                   .ninputs = 1,
                                                   .parameters = parameters,
                                                   .token = cki_token_end(hasher)});
}

cask_array cki_view_transpose(cki_build *build, cask_array x, const int *axes)
{
    cki_axis *to = x ? cki_runs_axes(build, x->ndim) : NULL;
    if (!to)
        return NULL;
    for (int i = 0; i < x->ndim; i++)
        to[i] = x->axes[axes[i]];
    return cki_view_make(build, x, "transpose", x->ndim, axes, to);
}

cask_array cki_view_expand(cki_build *build, cask_array x, int axis)
{
    cki_axis *to = x ? cki_runs_axes(build, x->ndim + 1) : NULL;
    if (!to)
        return NULL;
    if (x->ndim == CKI_MAX_NDIM) {
        cki_fail(build->error, CASK_INDEX, "IndexError",
                 "number of dimensions must be within [0, %d], indexing result would have %d",
                 CKI_MAX_NDIM, x->ndim + 1);
        return NULL;
    }
    int from[CKI_MAX_NDIM];
    for (int i = 0; i <= x->ndim; i++) {
        from[i] = i < axis ? i : i == axis ? -1 : i - 1;
        if (i != axis)
            to[i] = x->axes[from[i]];
    }
    if (!cki_chunks_single(build->arena, 1, &to[axis])) {
        cki_fail_memory(build->error, sizeof(cki_run));
        return NULL;
    }
    return cki_view_make(build, x, "getitem", x->ndim + 1, from, to);
}

cask_array cki_view_squeeze(cki_build *build, cask_array x, const bool *axes)
{
    bool cut[CKI_MAX_NDIM] = {false}, cuts = false;
    for (int i = 0; x && i < x->ndim; i++) { /* an empty chunk beside the one element */
        cut[i] = axes[i] && x->axes[i].blocks > 1;
        cuts = cuts || cut[i];
    }
    if (cuts)
        x = cki_rechunk_single(build, x, cut);
    cki_axis *to = x ? cki_runs_axes(build, x->ndim) : NULL;
    if (!to)
        return NULL;
    int from[CKI_MAX_NDIM], ndim = 0;
    for (int i = 0; i < x->ndim; i++)
        if (!axes[i]) {
            from[ndim] = i;
            to[ndim++] = x->axes[i];
        }
    return ndim == x->ndim ? x : cki_view_make(build, x, "getitem", ndim, from, to);
}

cask_array cki_view_broadcast(cki_build *build, cask_array x, int ndim, const cki_axis *axes)
{
    bool cut[CKI_MAX_NDIM] = {false}, cuts = false;
    for (int i = 0; x && i < x->ndim; i++) {
        cut[i] = repeats(&x->axes[i], &axes[ndim - x->ndim + i]) && x->axes[i].blocks > 1;
        cuts = cuts || cut[i];
    }
    if (cuts)
        x = cki_rechunk_single(build, x, cut);
    if (!x || cki_runs_match(x, ndim, axes))
        return x;
    int from[CKI_MAX_NDIM];
    for (int i = 0; i < ndim && i < CKI_MAX_NDIM; i++)
        from[i] = i < ndim - x->ndim ? -1 : i - (ndim - x->ndim);
    return cki_view_make(build, x, "broadcast_to", ndim, from, axes);
}

/* ---- optimising ---- */

static const cki_node *simplify(cki_optimiser *optimiser, const cki_node *node, cki_error *error)
{
    cask_array outer = cki_node_as_array(node), inner = input_of(outer);
    const view *to = node->parameters;
    bool same = outer->ndim == inner->ndim;
    for (int i = 0; same && i < outer->ndim; i++)
        same = to->from[i] == i && cki_chunks_same(&outer->axes[i], &inner->axes[i]);
    if (same)
        return &inner->base;
    if (inner->base.primitive != &primitive)
        return node;
    cki_build build = cki_optimise_build(optimiser, error);
    const view *mid = inner->base.parameters;
    int from[CKI_MAX_NDIM];
    for (int i = 0; i < outer->ndim; i++)
        from[i] = to->from[i] < 0 ? -1 : mid->from[to->from[i]];
    cask_array merged =
        cki_view_make(&build, input_of(inner), outer->label, outer->ndim, from, outer->axes);
    return merged ? &merged->base : NULL;
}

cask_array cki_view_is(cask_array node, const int **from)
{
    if (node->base.primitive != &primitive)
        return NULL;
    const view *v = node->base.parameters;
    *from = v->from;
    return input_of(node);
}

cask_array cki_view_push(cki_build *build, cask_array node, const cki_pick *picks,
                         const cki_axis *axes)
{
    if (node->base.primitive != &primitive)
        return NULL;
    const view *to = node->base.parameters;
    cask_array x = input_of(node);
    cki_pick inner[CKI_MAX_NDIM];
    int kept = 0, from[CKI_MAX_NDIM], rank[CKI_MAX_NDIM];
    const cki_axis *given[CKI_MAX_NDIM] = {NULL}; /* the chunks that an axis of x gets */
    for (int i = 0; i < x->ndim; i++)
        inner[i] = cki_pick_all(x->axes[i].length);
    for (int i = 0; i < node->ndim; i++) {
        int a = to->from[i];
        bool own = a >= 0 && !repeats(&x->axes[a], &node->axes[i]);
        if (own)
            inner[a] = picks[i];
        else if (a >= 0)
            inner[a].drop = picks[i].drop;
        if (picks[i].drop)
            continue;
        if (own)
            given[a] = &axes[kept];
        from[kept++] = a;
    }
    cki_axis *to_axes = cki_runs_axes(build, x->ndim);
    if (!to_axes)
        return NULL;
    int ndim = 0;
    for (int i = 0; i < x->ndim; i++) {
        rank[i] = ndim;
        if (!inner[i].drop)
            to_axes[ndim++] = given[i] ? *given[i] : x->axes[i];
    }
    for (int k = 0; k < kept; k++)
        from[k] = from[k] < 0 ? -1 : rank[from[k]];
    cask_array part = cki_index_make(build, x, inner, ndim, to_axes);
    return cki_view_make(build, part, node->label, kept, from, axes);
}

/* ---- lowering ---- */

typedef struct lowered {
    cask_array out, in;
    uint32_t layer;
    const view *view;
} lowered;

static void inputs(const cki_layer *layer, int64_t block, cki_keys *keys)
{
    const lowered *l = layer->parameters;
    int64_t to[CKI_MAX_NDIM], from[CKI_MAX_NDIM] = {0};
    cki_node_position(l->out, block, to);
    for (int i = 0; i < l->out->ndim; i++) {
        int a = l->view->from[i];
        if (a >= 0 && l->in->axes[a].blocks > 1)
            from[a] = to[i];
    }
    cki_graph_key(keys, l->layer, cki_node_block(l->in, from));
}

static void cost(const cki_layer *layer, int64_t block, cki_cost *cost)
{
    (void)layer, (void)block;
    *cost = (cki_cost){0};
}

static cask_status run(const cki_task *task, cask_value **result, cki_error *error)
{
    const lowered *l = task->layer->parameters;
    const cki_array *x = cki_array_of(task->inputs[0]);
    if (!x)
        return cki_fail_internal(error, "array.view");
    int64_t position[CKI_MAX_NDIM], shape[CKI_MAX_NDIM], strides[CKI_MAX_NDIM];
    cki_node_position(l->out, task->block, position);
    for (int i = 0; i < l->out->ndim; i++) {
        int a = l->view->from[i];
        bool own = a >= 0 && !repeats(&l->in->axes[a], &l->out->axes[i]);
        shape[i] = own ? x->shape[a] : cki_chunks_size(&l->out->axes[i], position[i]);
        strides[i] = own ? x->strides[a] : 0;
    }
    *result = cki_array_view(x->buffer, x->data, x->dtype, l->out->ndim, shape, strides, error);
    return *result ? CASK_OK : CASK_MEMORY;
}

const cki_function cki_view_function = {"array.view", 1, run};

static void spell(const cki_layer *layer, int64_t block, cki_spelling *spelling)
{
    const lowered *l = layer->parameters;
    int64_t position[CKI_MAX_NDIM], axes[CKI_MAX_NDIM], shape[CKI_MAX_NDIM];
    bool repeated = false;
    cki_node_position(l->out, block, position);
    for (int i = 0; i < l->out->ndim; i++) {
        axes[i] = l->view->from[i];
        repeated |= axes[i] >= 0 && repeats(&l->in->axes[axes[i]], &l->out->axes[i]);
    }
    cki_spelling_ints(spelling, axes, (size_t)l->out->ndim);
    if (!repeated)
        return;
    cki_node_block_shape(l->out, position, shape);
    cki_spelling_ints(spelling, shape, (size_t)l->out->ndim);
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
                          (cki_layer){.function = &cki_view_function,
                                      .parameters = l,
                                      .inputs = inputs,
                                      .cost = cost,
                                      .spell = spell},
                          "", error);
}

static const cki_primitive primitive = {.name = "array.view",
                                        .size = sizeof(struct cask_array_node),
                                        .simplify = simplify,
                                        .lower = lower,
                                        .repeatable = cki_node_bytes};
