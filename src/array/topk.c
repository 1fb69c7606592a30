/* The topk node: each block gives its k best, and a tree of four into one keeps the k best of
 * those. Ties go to the lower index, so the answer does not depend on the blocks. */
#include "array/topk.h"
#include "array/compose.h"
#include "array/elementwise.h"
#include "array/functions.h"
#include "core/memory.h"
#include "graph/spelling.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SPLIT = 4 }; /* partial results that become one */

typedef struct parameters {
    int64_t k; /* how many, >= 0 */
    int axis;
    bool smallest, places;
    cki_dtype work; /* float64, int64 or uint64: what elements are compared as */
} parameters;

typedef struct stage {
    const parameters *p;
    cask_array in, out;
    uint32_t from;
    int64_t before, length; /* blocks along the axis: of the layer before, and of this */
    bool first, last;
} stage;

typedef struct entry {
    union {
        double real;
        int64_t integer;
        uint64_t natural;
    } key;
    int64_t at;
} entry;

/* ---- choosing ---- */

static int by_place(const entry *a, const entry *b)
{
    return (a->at > b->at) - (a->at < b->at);
}

/* Rising order of each kind; NaN is above all numbers. */
static int rising_real(const void *one, const void *other)
{
    const entry *a = one, *b = other;
    int nan = (isnan(a->key.real) != 0) - (isnan(b->key.real) != 0);
    int order = (a->key.real > b->key.real) - (a->key.real < b->key.real);
    return nan ? nan : order ? order : by_place(a, b);
}

static int rising_integer(const void *one, const void *other)
{
    const entry *a = one, *b = other;
    int order = (a->key.integer > b->key.integer) - (a->key.integer < b->key.integer);
    return order ? order : by_place(a, b);
}

static int rising_natural(const void *one, const void *other)
{
    const entry *a = one, *b = other;
    int order = (a->key.natural > b->key.natural) - (a->key.natural < b->key.natural);
    return order ? order : by_place(a, b);
}

static int falling_real(const void *one, const void *other)
{
    const entry *a = one, *b = other;
    int nan = (isnan(b->key.real) != 0) - (isnan(a->key.real) != 0);
    int order = (a->key.real < b->key.real) - (a->key.real > b->key.real);
    return nan ? nan : order ? order : by_place(a, b);
}

static int falling_integer(const void *one, const void *other)
{
    const entry *a = one, *b = other;
    int order = (a->key.integer < b->key.integer) - (a->key.integer > b->key.integer);
    return order ? order : by_place(a, b);
}

static int falling_natural(const void *one, const void *other)
{
    const entry *a = one, *b = other;
    int order = (a->key.natural < b->key.natural) - (a->key.natural > b->key.natural);
    return order ? order : by_place(a, b);
}

typedef int (*comparison)(const void *, const void *);

static comparison comparison_of(const parameters *p)
{
    if (p->work.id == CASK_F64)
        return p->smallest ? rising_real : falling_real;
    if (p->work.id == CASK_U64)
        return p->smallest ? rising_natural : falling_natural;
    return p->smallest ? rising_integer : falling_integer;
}

/* Several pairs of arrays (keys and places, C-contiguous, alike but for the axis) to the best k. */
typedef struct contest {
    const parameters *p;
    const cki_array *keys[SPLIT], *places[SPLIT];
    size_t count;
    int64_t total; /* elements along the axis, of all */
} contest;

static void choose_lane(const contest *c, entry *entries, int64_t outer, int64_t inner,
                        int64_t width, const cki_array *keys, const cki_array *places)
{
    int64_t n = 0, kept = keys->shape[c->p->axis];
    for (size_t i = 0; i < c->count; i++) {
        int64_t length = c->keys[i]->shape[c->p->axis];
        for (int64_t j = 0; j < length; j++, n++) {
            int64_t at = (outer * length + j) * width + inner;
            memcpy(&entries[n].key, c->keys[i]->data + at * 8, 8);
            memcpy(&entries[n].at, c->places[i]->data + at * 8, 8);
        }
    }
    qsort(entries, (size_t)n, sizeof *entries, comparison_of(c->p));
    for (int64_t j = 0; j < kept; j++) {
        int64_t at = (outer * kept + j) * width + inner;
        memcpy(keys->data + at * 8, &entries[j].key, 8);
        memcpy(places->data + at * 8, &entries[j].at, 8);
    }
}

/* The best as a LIST of two arrays. */
static cask_value *choose(const contest *c, cki_error *error)
{
    int axis = c->p->axis;
    int64_t shape[CKI_MAX_NDIM], outer = 1, width = 1;
    int ndim = c->keys[0]->ndim;
    memcpy(shape, c->keys[0]->shape, (size_t)ndim * sizeof *shape);
    shape[axis] = c->total < c->p->k ? c->total : c->p->k;
    for (int i = 0; i < ndim; i++)
        if (i != axis)
            *(i < axis ? &outer : &width) *= shape[i];
    cask_value *keys = cki_array_new(c->p->work, ndim, shape, error);
    cask_value *places = cki_array_new(cki_dtype_of(CASK_I64), ndim, shape, error);
    entry *entries = cki_memory_calloc((size_t)c->total + 1, sizeof *entries);
    cask_value *pair = keys && places && entries ? cki_value_list(CKI_LIST, 2, error) : NULL;
    if (!pair) {
        cki_fail_memory(error, (size_t)c->total * sizeof *entries);
        cask_value_unref(keys);
        cask_value_unref(places);
        cki_memory_free(entries);
        return NULL;
    }
    for (int64_t o = 0; o < outer; o++)
        for (int64_t i = 0; i < width; i++)
            choose_lane(c, entries, o, i, width, cki_array_of(keys), cki_array_of(places));
    cki_memory_free(entries);
    pair->as.list.items[0] = keys;
    pair->as.list.items[1] = places;
    return pair;
}

/* ---- tasks ---- */

/* A block's elements in the type of comparison, and their indices in the whole. */
static cask_value *prepare(const stage *s, const cki_array *block, int64_t block_number,
                           cask_value **places, cki_error *error)
{
    int axis = s->p->axis;
    cask_value *keys = cki_array_new(s->p->work, block->ndim, block->shape, error);
    *places = keys ? cki_array_new(cki_dtype_of(CASK_I64), block->ndim, block->shape, error) : NULL;
    if (!*places || cki_array_cast(cki_array_of(keys), block, error) != CASK_OK) {
        cask_value_unref(keys);
        return NULL;
    }
    int64_t position[CKI_MAX_NDIM], start[CKI_MAX_NDIM], width = 1;
    cki_node_position(s->in, block_number, position);
    cki_node_block_start(s->in, position, start);
    int64_t first = start[axis] < 0 ? 0 : start[axis]; /* of unknown length: the only block */
    for (int i = axis + 1; i < block->ndim; i++)
        width *= block->shape[i];
    int64_t *at = (int64_t *)(void *)cki_array_of(*places)->data;
    for (int64_t i = 0; i < cki_array_size(block); i++)
        at[i] = first + i / width % block->shape[axis];
    return keys;
}

/* The chosen pair, or in the last stage the result. */
static cask_status deliver(const stage *s, cask_value *pair, cask_value **result, cki_error *error)
{
    if (!pair)
        return error->status;
    if (!s->last) {
        *result = pair;
        return CASK_OK;
    }
    cask_value *chosen = pair->as.list.items[s->p->places ? 1 : 0];
    const cki_array *array = cki_array_of(chosen);
    if (cki_dtype_same(array->dtype, s->out->dtype))
        *result = cask_value_ref(chosen);
    else if ((*result = cki_array_new(s->out->dtype, array->ndim, array->shape, error)))
        cki_array_cast(cki_array_of(*result), array, error);
    cask_value_unref(pair);
    return error->status;
}

static cask_status run_block(const cki_task *task, cask_value **result, cki_error *error)
{
    const stage *s = task->layer->parameters;
    const cki_array *block = cki_array_of(task->inputs[0]);
    if (!block)
        return cki_fail_internal(error, "topk: an input is no array");
    cask_value *places = NULL, *keys = prepare(s, block, task->block, &places, error);
    cask_value *pair = NULL;
    if (keys)
        pair = choose(&(contest){.p = s->p,
                                 .keys = {cki_array_of(keys)},
                                 .places = {cki_array_of(places)},
                                 .count = 1,
                                 .total = block->shape[s->p->axis]},
                      error);
    cask_value_unref(keys);
    cask_value_unref(places);
    return deliver(s, pair, result, error);
}

static cask_status run_merge(const cki_task *task, cask_value **result, cki_error *error)
{
    const stage *s = task->layer->parameters;
    contest c = {.p = s->p};
    for (; c.count < task->ninputs && c.count < SPLIT; c.count++) {
        cask_value *const *pair = task->inputs[c.count]->as.list.items;
        c.keys[c.count] = cki_array_of(pair[0]);
        c.places[c.count] = cki_array_of(pair[1]);
        c.total += c.keys[c.count]->shape[s->p->axis];
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
    size_t pairs = whole / (itemsize ? itemsize : 1) * 16; /* key and place of each element */
    length = length > 1 ? length : 1;
    cost->output = pairs / (size_t)length * (size_t)(s->p->k < length ? s->p->k : length);
    cost->working = s->first ? pairs : cost->output * SPLIT;
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

/* What elements are compared as; false if they have no order here. */
static bool choose_work(cki_build *build, cki_dtype dtype, cki_dtype *work)
{
    bool ordered = (cki_dtype_is_number(dtype) && !cki_dtype_is_complex(dtype));
    if (!ordered) {
        char name[48];
        cki_fail(build->error, CASK_TYPE, NULL, "topk and argtopk take real numbers, not %s",
                 cki_dtype_name(dtype, name));
        return false;
    }
    *work = cki_dtype_of(cki_dtype_is_float(dtype) ? CASK_F64
                         : dtype.id == CASK_U64    ? CASK_U64
                                                   : CASK_I64);
    return true;
}

cask_array cki_topk_select(cki_build *build, cask_array x, int64_t k, int axis, bool places)
{
    parameters *p = cki_arena_alloc(build->arena, sizeof *p);
    cki_axis *axes = cki_arena_copy(build->arena, x->axes, (size_t)x->ndim * sizeof *axes);
    if (!p || !axes) {
        cki_fail_memory(build->error, sizeof *p);
        return NULL;
    }
    *p = (parameters){.k = k < 0 ? -k : k, .axis = axis, .smallest = k < 0, .places = places};
    if (!choose_work(build, x->dtype, &p->work))
        return NULL;
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

/* Dates and durations by their numbers, NaT above all of them as NaN is. */
static cask_array select_times(cki_build *build, cask_array x, int64_t k, int axis, bool places)
{
    cki_compose s = {.build = build};
    cask_array numbers = cki_elementwise_cast(build, x, cki_dtype_of(CASK_I64));
    cask_value *n = numbers ? cki_compose_array(&s, numbers) : NULL;
    cask_value *least = cki_compose_int(&s, INT64_MIN), *most = cki_compose_int(&s, INT64_MAX);
    cask_value *missing = n ? cki_compose_call(&s, "equal", n, least, NULL, NULL) : NULL;
    cask_value *keys = missing ? cki_compose_call(&s, "where", missing, most, n, NULL) : NULL;
    cask_array made = keys ? cki_compose_lazy(&s, keys) : NULL;
    made = made ? cki_topk_select(build, made, k, axis, places) : NULL;
    if (made && !places) {
        n = cki_compose_array(&s, made);
        missing = cki_compose_call(&s, "equal", n, most, NULL, NULL);
        keys = missing ? cki_compose_call(&s, "where", missing, least, n, NULL) : NULL;
        made = keys ? cki_elementwise_cast(build, cki_compose_lazy(&s, keys), x->dtype) : NULL;
    }
    cask_value_unref(cki_compose_drop(&s, NULL));
    return made;
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
    cask_array made = cki_dtype_is_time(x->dtype) ? select_times(&build, x, k, axis, places)
                                                  : cki_topk_select(&build, x, k, axis, places);
    return cki_node_value(&build, made);
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
