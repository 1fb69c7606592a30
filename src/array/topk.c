/* The topk node: each block gives its k best, and a tree of four into one keeps the k best of
 * those. Ties go to the lower index, so the answer does not depend on the blocks. */
#include "array/topk.h"
#include "array/functions.h"
#include "array/order.h"
#include "core/memory.h"
#include "graph/spelling.h"

#include <string.h>

enum { SPLIT = 4 }; /* partial results that become one */

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

/* ---- choosing ---- */

/* Several arrays and the places of their elements (C-contiguous, alike but for the axis) to the
 * best k. Equal elements come in the order of their places, along the axis and array by array. */
typedef struct contest {
    const parameters *p;
    const cki_array *elements[SPLIT], *places[SPLIT];
    size_t count;
    int64_t first; /* the place of the first element, where there are no places */
    int64_t total; /* elements along the axis, of all */
} contest;

/* One line of it, and room for choosing. */
typedef struct lane {
    cki_dtype dtype;
    unsigned char *elements;
    int64_t *places, count;
    uint64_t *keys, *parted;
    int64_t *chosen; /* the best, best first: which of the line */
    cki_order_room room;
} lane;

static void close_lane(lane *l)
{
    cki_memory_free(l->elements);
    cki_memory_free(l->places);
    cki_memory_free(l->keys);
    cki_memory_free(l->parted);
    cki_memory_free(l->chosen);
    cki_order_room_close(&l->room);
}

static cask_status open_lane(const contest *c, lane *l, cki_error *error)
{
    size_t count = (size_t)c->total + 1;
    *l = (lane){.dtype = c->elements[0]->dtype, .count = c->total};
    bool keyed = cki_order_has_keys(l->dtype);
    l->elements = cki_memory_calloc(count, cki_dtype_size(l->dtype));
    l->places = cki_memory_calloc(count, sizeof *l->places);
    l->chosen = cki_memory_calloc(count, sizeof *l->chosen);
    l->keys = keyed ? cki_memory_calloc(count, sizeof *l->keys) : NULL;
    l->parted = keyed ? cki_memory_calloc(count, sizeof *l->parted) : NULL;
    if (!l->elements || !l->places || !l->chosen || (keyed && (!l->keys || !l->parted)))
        cki_fail_memory(error, count * sizeof *l->places);
    else if (keyed)
        cki_order_room_open(&l->room, c->p->k < c->total ? c->p->k : c->total, true, error);
    if (error->status != CASK_OK)
        close_lane(l);
    return error->status;
}

static void fill_lane(const contest *c, lane *l, int64_t outer, int64_t inner, int64_t width)
{
    size_t size = cki_dtype_size(l->dtype), n = 0;
    for (size_t i = 0; i < c->count; i++) {
        int64_t length = c->elements[i]->shape[c->p->axis];
        for (int64_t j = 0; j < length; j++, n++) {
            int64_t at = (outer * length + j) * width + inner;
            memcpy(l->elements + n * size, c->elements[i]->data + (size_t)at * size, size);
            l->places[n] = c->first + j;
            if (c->places[i])
                memcpy(&l->places[n], c->places[i]->data + at * 8, 8);
        }
    }
}

/* The best are those of the least keys. */
static void choose_by_keys(lane *l, bool smallest, int64_t kept)
{
    cki_order_keys(l->dtype, l->elements, (int64_t)cki_dtype_size(l->dtype), l->count, l->keys);
    for (int64_t i = 0; !smallest && i < l->count; i++)
        l->keys[i] = ~l->keys[i];
    if (!kept)
        return;
    const int64_t last = kept - 1;
    memcpy(l->parted, l->keys, (size_t)l->count * sizeof *l->keys);
    cki_order_select(l->parted, l->count, &last, 1);
    const uint64_t bound = l->parted[last];
    int64_t like = kept, found = 0;
    for (int64_t i = 0; i < kept; i++)
        like -= l->parted[i] < bound;
    for (int64_t i = 0; found < kept && i < l->count; i++) {
        if (l->keys[i] > bound || (l->keys[i] == bound && like-- <= 0))
            continue;
        l->chosen[found] = i;
        l->parted[found++] = l->keys[i];
    }
    cki_order_sort_keys(l->parted, l->chosen, kept, &l->room);
}

/* Of elements without keys all are sorted; where the greatest are wanted, from behind, so that
 * equal ones keep their order. */
static cask_status choose_by_sorting(lane *l, bool smallest, int64_t kept, cki_error *error)
{
    int64_t size = (int64_t)cki_dtype_size(l->dtype), last = l->count - 1;
    const cki_order order = {.dtype = l->dtype,
                             .data =
                                 smallest || !l->count ? l->elements : l->elements + last * size,
                             .stride = smallest ? size : -size,
                             .count = l->count};
    int64_t *sorted = cki_order_sorted(&order, error);
    for (int64_t i = 0; sorted && i < kept; i++)
        l->chosen[i] = smallest ? sorted[i] : last - sorted[last - i];
    cki_memory_free(sorted);
    return error->status;
}

static cask_status choose_lane(const contest *c, lane *l, const cki_array *elements,
                               const cki_array *places, int64_t outer, int64_t inner, int64_t width,
                               cki_error *error)
{
    int64_t kept = elements->shape[c->p->axis];
    size_t size = cki_dtype_size(l->dtype);
    fill_lane(c, l, outer, inner, width);
    if (l->keys)
        choose_by_keys(l, c->p->smallest, kept);
    else if (choose_by_sorting(l, c->p->smallest, kept, error) != CASK_OK)
        return error->status;
    for (int64_t j = 0; j < kept; j++) {
        size_t at = (size_t)((outer * kept + j) * width + inner);
        memcpy(elements->data + at * size, l->elements + (size_t)l->chosen[j] * size, size);
        memcpy(places->data + at * 8, &l->places[l->chosen[j]], 8);
    }
    return CASK_OK;
}

/* The best as a LIST of two arrays. */
static cask_value *choose(const contest *c, cki_error *error)
{
    int axis = c->p->axis, ndim = c->elements[0]->ndim;
    int64_t shape[CKI_MAX_NDIM], outer = 1, width = 1;
    memcpy(shape, c->elements[0]->shape, (size_t)ndim * sizeof *shape);
    shape[axis] = c->total < c->p->k ? c->total : c->p->k;
    for (int i = 0; i < ndim; i++)
        if (i != axis)
            *(i < axis ? &outer : &width) *= shape[i];
    cask_value *elements = cki_array_new(c->elements[0]->dtype, ndim, shape, error);
    cask_value *places =
        elements ? cki_array_new(cki_dtype_of(CASK_I64), ndim, shape, error) : NULL;
    cask_value *pair = places ? cki_value_list(CKI_LIST, 2, error) : NULL;
    lane l;
    if (!pair || open_lane(c, &l, error) != CASK_OK) {
        if (pair)
            pair->as.list.count = 0;
        cask_value_unref(pair);
        cask_value_unref(elements);
        cask_value_unref(places);
        return NULL;
    }
    pair->as.list.items[0] = elements;
    pair->as.list.items[1] = places;
    for (int64_t o = 0; o < outer && error->status == CASK_OK; o++)
        for (int64_t i = 0; i < width && error->status == CASK_OK; i++)
            choose_lane(c, &l, cki_array_of(elements), cki_array_of(places), o, i, width, error);
    close_lane(&l);
    if (error->status == CASK_OK)
        return pair;
    cask_value_unref(pair);
    return NULL;
}

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

static cask_status run_block(const cki_task *task, cask_value **result, cki_error *error)
{
    const stage *s = task->layer->parameters;
    const cki_array *block = cki_array_of(task->inputs[0]);
    if (!block)
        return cki_fail_internal(error, "topk: an input is no array");
    int64_t position[CKI_MAX_NDIM], start[CKI_MAX_NDIM];
    cki_node_position(s->in, task->block, position);
    cki_node_block_start(s->in, position, start);
    cask_value *compact = cki_array_compact(task->inputs[0], error), *pair = NULL;
    const cki_array *elements = cki_array_of(compact);
    if (elements) /* of unknown length it is the only block */
        pair = choose(&(contest){.p = s->p,
                                 .elements = {elements},
                                 .count = 1,
                                 .first = start[s->p->axis] < 0 ? 0 : start[s->p->axis],
                                 .total = block->shape[s->p->axis]},
                      error);
    cask_value_unref(compact);
    return deliver(s, pair, result, error);
}

static cask_status run_merge(const cki_task *task, cask_value **result, cki_error *error)
{
    const stage *s = task->layer->parameters;
    contest c = {.p = s->p};
    for (; c.count < task->ninputs && c.count < SPLIT; c.count++) {
        cask_value *const *pair = task->inputs[c.count]->as.list.items;
        c.elements[c.count] = cki_array_of(pair[0]);
        c.places[c.count] = cki_array_of(pair[1]);
        c.total += c.elements[c.count]->shape[s->p->axis];
    }
    if (!c.count)
        return cki_fail_internal(error, "topk: nothing to merge");
    return deliver(s, choose(&c, error), result, error);
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
    cost->working = s->first ? whole + (size_t)length * (itemsize + 32)
                             : kept * SPLIT * (itemsize + 32); /* a line, and room for choosing */
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
