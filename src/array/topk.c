/* The topk node: each block gives its k best, and a tree of four into one keeps the k best of
 * those. Ties go to the lower index, so the answer does not depend on the blocks. */
#include "array/topk.h"
#include "array/functions.h"
#include "array/topk_choose.h"
#include "graph/spelling.h"

#include <string.h>

enum { SPLIT = CKI_TOPK_ARRAYS }; /* partial results that become one */

typedef struct parameters {
    int64_t k; /* how many, >= 0 */
    int axis;
    bool smallest, places;
} parameters;

typedef struct stage {
    const parameters *p;
    cask_array in, out;
    uint32_t from;
    int64_t before, length; /* blocks along the axis: of the layer before, and of this */
    bool first, last;
} stage;

/* ---- tasks ---- */

/* The chosen pair, or in the last stage the result. */
static cask_status deliver(const stage *s, cask_value *pair, cask_value **result, cki_error *error)
{
    if (!pair)
        return error->status;
    if (!s->last) {
        *result = pair;
        return CASK_OK;
    }
    *result = cask_value_ref(pair->as.list.items[s->p->places ? 1 : 0]);
    cask_value_unref(pair);
    return CASK_OK;
}

/* The same elements with those of a line beside each other. */
static cask_value *lined_up(cask_value *value, int axis, cki_error *error)
{
    const cki_array *x = cki_array_of(value);
    int last[CKI_MAX_NDIM], back[CKI_MAX_NDIM];
    if (x->strides[axis] == (int64_t)cki_dtype_size(x->dtype) || x->shape[axis] < 2)
        return cask_value_ref(value);
    for (int k = 0; k < x->ndim; k++) {
        last[k] = k < axis ? k : k + 1 < x->ndim ? k + 1 : axis;
        back[k] = k < axis ? k : k == axis ? x->ndim - 1 : k - 1;
    }
    cask_value *turned = cki_array_permute(x, last, error);
    cask_value *dense = turned ? cki_array_compact(turned, error) : NULL;
    cask_value *made = dense ? cki_array_permute(cki_array_of(dense), back, error) : NULL;
    cask_value_unref(turned);
    cask_value_unref(dense);
    return made;
}

static cask_status run_block(const cki_task *task, cask_value **result, cki_error *error)
{
    const stage *s = task->layer->parameters;
    int64_t position[CKI_MAX_NDIM], start[CKI_MAX_NDIM];
    if (!cki_array_of(task->inputs[0]))
        return cki_fail_internal(error, "topk: an input is no array");
    cki_node_position(s->in, task->block, position);
    cki_node_block_start(s->in, position, start);
    cask_value *lines = lined_up(task->inputs[0], s->p->axis, error), *pair = NULL;
    if (lines) /* of unknown length it is the only block */
        pair = cki_topk_choose(
            &(cki_topk_contest){.elements = {cki_array_of(lines)},
                                .count = 1,
                                .first = start[s->p->axis] < 0 ? 0 : start[s->p->axis],
                                .k = s->p->k,
                                .axis = s->p->axis,
                                .smallest = s->p->smallest,
                                .sorted = s->last},
            error);
    cask_value_unref(lines);
    return deliver(s, pair, result, error);
}

static cask_status run_merge(const cki_task *task, cask_value **result, cki_error *error)
{
    const stage *s = task->layer->parameters;
    cki_topk_contest c = {
        .k = s->p->k, .axis = s->p->axis, .smallest = s->p->smallest, .sorted = s->last};
    for (; c.count < task->ninputs && c.count < SPLIT; c.count++) {
        cask_value *const *pair = task->inputs[c.count]->as.list.items;
        c.elements[c.count] = cki_array_of(pair[0]);
        c.places[c.count] = cki_array_of(pair[1]);
    }
    if (!c.count)
        return cki_fail_internal(error, "topk: nothing to merge");
    return deliver(s, cki_topk_choose(&c, error), result, error);
}

const cki_function cki_topk_block_function = {"array.topk_block", 1, run_block};
const cki_function cki_topk_merge_function = {"array.topk_merge", 1, run_merge};

/* ---- layers ---- */

static int64_t blocks_behind(const stage *s)
{
    int64_t behind = 1;
    for (int i = s->p->axis + 1; i < s->in->ndim; i++)
        behind *= s->in->axes[i].blocks;
    return behind;
}

static void stage_inputs(const cki_layer *layer, int64_t block, cki_keys *keys)
{
    const stage *s = layer->parameters;
    if (s->first) {
        cki_graph_key(keys, s->from, block);
        return;
    }
    int64_t behind = blocks_behind(s), inner = block % behind;
    int64_t outer = block / behind / s->length, place = block / behind % s->length;
    for (int64_t i = place * SPLIT; i < (place + 1) * SPLIT && i < s->before; i++)
        cki_graph_key(keys, s->from, (outer * s->before + i) * behind + inner);
}

static void stage_cost(const cki_layer *layer, int64_t block, cki_cost *cost)
{
    const stage *s = layer->parameters;
    (void)block;
    int64_t length = cki_chunks_largest(&s->in->axes[s->p->axis]);
    size_t itemsize = cki_dtype_size(s->in->dtype), whole = cki_node_largest_block(s->in);
    length = length > 1 ? length : 1;
    size_t kept = (size_t)(s->p->k < length ? s->p->k : length);
    cost->output = whole / (itemsize ? itemsize : 1) / (size_t)length * kept * (itemsize + 8);
    size_t room =
        cki_topk_choose_bytes(s->in->dtype, s->p->k, s->first ? length : (int64_t)kept * SPLIT);
    bool turned = s->p->axis != s->in->ndim - 1;
    cost->working = (s->first && turned ? whole : 0) + room;
}

static void spell(const cki_layer *layer, int64_t block, cki_spelling *spelling)
{
    const stage *s = layer->parameters;
    (void)block;
    cki_spelling_int(spelling, s->p->smallest ? -s->p->k : s->p->k);
    cki_spelling_int(spelling, s->p->axis);
}

static cask_status lower(cki_lowering *lowering, const cki_node *node, cki_error *error)
{
    cki_graph *graph = cki_lower_graph(lowering);
    const parameters *p = node->parameters;
    stage now = {.p = p, .in = cki_node_as_array(node->inputs[0]), .out = cki_node_as_array(node)};
    now.from = cki_lower_input(lowering, node->inputs[0]);
    now.length = now.in->axes[p->axis].blocks;
    now.first = true;
    for (;;) {
        now.last = now.length == 1;
        stage *s = cki_arena_copy(cki_graph_arena(graph), &now, sizeof now);
        if (!s)
            return cki_fail_memory(error, sizeof now);
        cki_layer layer = {
            .function = s->first ? &cki_topk_block_function : &cki_topk_merge_function,
            .parameters = s,
            .blocks = cki_node_blocks(s->in) / s->in->axes[p->axis].blocks * s->length,
            .inputs = stage_inputs,
            .cost = stage_cost,
            .spell = spell};
        if (s->last)
            return cki_node_lower(lowering, s->out, layer, "", error);
        layer.name = cki_lower_name(lowering, node, s->out->label, "partial");
        if (cki_graph_add(graph, &layer, &now.from, error) != CASK_OK)
            return error->status;
        now.before = now.length;
        now.length = (now.length + SPLIT - 1) / SPLIT;
        now.first = false;
    }
}

static const cki_primitive topk_primitive = {
    .name = "topk", .size = sizeof(struct cask_array_node), .lower = lower, .barrier = true};

/* ---- building ---- */

cask_array cki_topk_select(cki_build *build, cask_array x, int64_t k, int axis, bool places)
{
    parameters *p = cki_arena_alloc(build->arena, sizeof *p);
    cki_axis *axes = cki_arena_copy(build->arena, x->axes, (size_t)x->ndim * sizeof *axes);
    if (!p || !axes) {
        cki_fail_memory(build->error, sizeof *p);
        return NULL;
    }
    *p = (parameters){.k = k < 0 ? -k : k, .axis = axis, .smallest = k < 0, .places = places};
    int64_t length = cki_node_length(x, axis);
    if (places && length < 0 && x->axes[axis].blocks > 1) {
        cki_fail(build->error, CASK_INVALID, NULL,
                 "argtopk() needs blocks of known length along axis %d; compute the array first",
                 axis);
        return NULL;
    }
    bool good = length < 0
                    ? cki_chunks_unknown(build->arena, 1, &axes[axis])
                    : cki_chunks_single(build->arena, p->k < length ? p->k : length, &axes[axis]);
    cki_hasher *hasher = good ? cki_token_start(build->error) : NULL;
    if (!hasher) {
        cki_fail_memory(build->error, sizeof(cki_run));
        return NULL;
    }
    cki_token_int(hasher, k);
    cki_token_int(hasher, axis);
    cki_token_int(hasher, places);
    return cki_node_array(
        build, &(cki_array_spec){
                   .primitive = &topk_primitive,
                   .label = places ? "argtopk_aggregate-aggregate" : "topk_aggregate-aggregate",
                   .dtype = places ? cki_dtype_of(CASK_I64) : x->dtype,
                   .ndim = x->ndim,
                   .axes = axes,
                   .inputs = &x,
                   .ninputs = 1,
                   .parameters = p,
                   .token = cki_token_end(hasher),
               });
}

static cask_value *run_topk(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array x = cki_node_from_value(&build, cki_operation_argument(call, "a"));
    int64_t k;
    int axis;
    if (!x || cki_value_index(cki_operation_argument(call, "k"), &k, call->error) != CASK_OK ||
        cki_node_axis(cki_operation_argument(call, "axis"), x->ndim, &axis, call->error) != CASK_OK)
        return NULL;
    if (k == INT64_MIN)
        k++;
    bool places = strcmp(call->operation->name, "argtopk") == 0;
    return cki_node_value(&build, cki_topk_select(&build, x, k, axis, places));
}

#define PARAMETERS "a, k, axis=-1, split_every=None"
static const cki_operation op_topk = {
    "topk",     CKI_IN_DA | CKI_ARRAY_METHOD,
    PARAMETERS, "The k largest elements along an axis, largest first; k < 0: the -k smallest.",
    run_topk,   NULL};
static const cki_operation op_argtopk = {
    "argtopk",  CKI_IN_DA | CKI_ARRAY_METHOD,
    PARAMETERS, "Where the k largest elements along an axis are; k < 0: the -k smallest.",
    run_topk,   NULL};

const cki_operation *const cki_topk_operations[] = {&op_topk, &op_argtopk, NULL};
