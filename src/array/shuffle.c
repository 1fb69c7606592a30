/* Shuffling rows: of each block of x, those that go to one block of the result are put side by
 * side with their places (split), and cut off (cut); pieces of a block of the result are put where
 * they belong (merge). Where a row goes is computed, or looked up in the inverse of a given order.
 */
#include "array/shuffle.h"
#include "array/functions.h"
#include "array/mapped.h"
#include "array/parts.h"
#include "array/rechunk.h"
#include "array/runs.h"
#include "core/memory.h"

#include <math.h>
#include <string.h>

enum { MOST_BLOCKS = 512, FEW_BLOCKS = 16 };

/* What a split block is: a LIST of these; a piece of it has the first two. */
enum { VALUES, PLACES, CUTS };

typedef struct parameters {
    cki_random_bijection order;
    bool given; /* the inverse of the order is the second input */
} parameters;

typedef struct lowered {
    const parameters *p;
    cask_array x, out;
    uint32_t from, inverse;     /* layers of its inputs */
    int64_t blocks, beside, to; /* of x along axis 0, along the others, and of the result */
} lowered;

/* ---- orders ---- */

static int64_t *numbers_of(const cask_value *value)
{
    return (int64_t *)(void *)cki_array_of(value)->data;
}

static cask_value *new_numbers(int64_t count, cki_error *error)
{
    return cki_array_new(cki_dtype_of(CASK_I64), 1, &count, error);
}

static cask_status run_order(const cki_task *task, cask_value **result, cki_error *error)
{
    const cki_mapped *spec = cki_mapped_of(task);
    const cki_random_bijection *order = spec->parameters;
    int64_t start = cki_chunks_start(spec->axes, task->block);
    int64_t count = cki_chunks_size(spec->axes, task->block);
    *result = new_numbers(count, error);
    for (int64_t i = 0; *result && i < count; i++)
        numbers_of(*result)[i] = cki_random_bijection_at(order, start + i);
    return error->status;
}

const cki_function cki_shuffle_order_function = {"array.shuffle_order", 1, run_order};

static cask_status run_inverse(const cki_task *task, cask_value **result, cki_error *error)
{
    const cki_array *order = cki_array_of(task->inputs[0]);
    int64_t count = order->shape[0];
    *result = new_numbers(count, error);
    for (int64_t i = 0; *result && i < count; i++) {
        int64_t from;
        memcpy(&from, order->data + i * order->strides[0], sizeof from);
        numbers_of(*result)[from] = i;
    }
    return error->status;
}

const cki_function cki_shuffle_inverse_function = {"array.shuffle_inverse", 1, run_inverse};

cask_array cki_shuffle_order(cki_build *build, const cki_random_key *key, const cki_axis *axis)
{
    cki_random_bijection *order = cki_arena_alloc(build->arena, sizeof *order);
    const cki_axis *own = cki_arena_copy(build->arena, axis, sizeof *own);
    cki_hasher *hasher = order && own ? cki_token_start(build->error) : NULL;
    if (!hasher) {
        cki_fail_memory(build->error, sizeof *order);
        return NULL;
    }
    cki_random_bijection_make(key, axis->length, order);
    cki_token_bytes(hasher, order->keys, sizeof order->keys);
    return cki_mapped_array(build, &(cki_mapped){.function = &cki_shuffle_order_function,
                                                 .label = "permutation",
                                                 .dtype = cki_dtype_of(CASK_I64),
                                                 .ndim = 1,
                                                 .axes = own,
                                                 .parameters = order,
                                                 .token = cki_token_end(hasher)});
}

static cask_array inverse_of(cki_build *build, cask_array order)
{
    return cki_mapped_array(build, &(cki_mapped){.function = &cki_shuffle_inverse_function,
                                                 .label = "permutation-inverse",
                                                 .dtype = order->dtype,
                                                 .ndim = 1,
                                                 .axes = order->axes,
                                                 .inputs = {cki_mapped_same(order)},
                                                 .ninputs = 1});
}

/* ---- the tasks ---- */

static size_t row_bytes(const cki_array *x)
{
    size_t bytes = cki_dtype_size(x->dtype);
    for (int k = 1; k < x->ndim; k++)
        bytes *= (size_t)x->shape[k];
    return bytes;
}

/* Where the rows from `start` on go, and in which blocks: how many into each, from cuts[1] on. */
static void find_places(const lowered *l, const cki_array *inverse, int64_t start, int64_t rows,
                        int64_t *places, int64_t *cuts)
{
    memset(cuts, 0, (size_t)(l->to + 1) * sizeof *cuts);
    for (int64_t i = 0; i < rows; i++) {
        if (inverse)
            memcpy(&places[i], inverse->data + (start + i) * inverse->strides[0], sizeof *places);
        else
            places[i] = cki_random_bijection_of(&l->p->order, start + i);
        cuts[cki_chunks_find(&l->out->axes[0], places[i]) + 1]++;
    }
    for (int64_t j = 0; j < l->to; j++)
        cuts[j + 1] += cuts[j];
}

/* Rows and their places, those of one block of the result side by side. */
static void group(const lowered *l, const unsigned char *rows, size_t bytes, const int64_t *places,
                  int64_t count, int64_t *next, unsigned char *grouped, int64_t *grouped_places)
{
    for (int64_t i = 0; i < count; i++) {
        int64_t at = next[cki_chunks_find(&l->out->axes[0], places[i])]++;
        memcpy(grouped + (size_t)at * bytes, rows + (size_t)i * bytes, bytes);
        grouped_places[at] = places[i];
    }
}

static cask_status run_split(const cki_task *task, cask_value **result, cki_error *error)
{
    const lowered *l = task->layer->parameters;
    const cki_array *inverse = l->p->given ? cki_array_of(task->inputs[1]) : NULL;
    cask_value *compact = cki_array_compact(task->inputs[0], error);
    const cki_array *x = cki_array_of(compact);
    if (!x)
        return error->status;
    int64_t start = cki_chunks_start(&l->x->axes[0], task->block / l->beside), rows = x->shape[0];
    int64_t *places = cki_memory_calloc((size_t)rows + 1, sizeof *places);
    int64_t *next = cki_memory_calloc((size_t)l->to + 1, sizeof *next);
    cask_value *parts[3] = {cki_array_new(x->dtype, x->ndim, x->shape, error)};
    parts[PLACES] = parts[VALUES] ? new_numbers(rows, error) : NULL;
    parts[CUTS] = parts[PLACES] ? new_numbers(l->to + 1, error) : NULL;
    if (!places || !next)
        cki_fail_memory(error, (size_t)rows * sizeof *places);
    if (parts[CUTS] && places && next) {
        find_places(l, inverse, start, rows, places, numbers_of(parts[CUTS]));
        memcpy(next, numbers_of(parts[CUTS]), (size_t)l->to * sizeof *next);
        group(l, x->data, row_bytes(x), places, rows, next, cki_array_of(parts[VALUES])->data,
              numbers_of(parts[PLACES]));
    }
    cki_memory_free(places);
    cki_memory_free(next);
    cask_value_unref(compact);
    cask_value *list = cki_parts_list(parts, 3, error);
    if (error->status == CASK_OK)
        *result = list;
    else
        cask_value_unref(list);
    return error->status;
}

const cki_function cki_shuffle_split_function = {"array.shuffle_split", 1, run_split};

/* Rows from .. to - 1, of their own unless they are most of them. */
static cask_value *rows_of(const cki_array *x, int64_t from, int64_t to, cki_error *error)
{
    int64_t start[CKI_MAX_NDIM] = {from}, count[CKI_MAX_NDIM], step[CKI_MAX_NDIM];
    for (int k = 0; k < x->ndim; k++) {
        count[k] = k ? x->shape[k] : to - from;
        step[k] = 1;
    }
    cask_value *part = cki_array_slice(x, start, count, step, error), *copy = NULL;
    if (!part || 2 * (to - from) > x->shape[0])
        return part;
    if ((copy = cki_array_new(x->dtype, x->ndim, count, error)))
        cki_array_copy(cki_array_of(copy), cki_array_of(part));
    cask_value_unref(part);
    return copy;
}

static cask_status run_cut(const cki_task *task, cask_value **result, cki_error *error)
{
    const lowered *l = task->layer->parameters;
    const cki_array *cuts = cki_parts_of(task->inputs[0], CUTS);
    const cki_array *values = cki_parts_of(task->inputs[0], VALUES);
    const cki_array *places = cki_parts_of(task->inputs[0], PLACES);
    if (!cuts || !values || !places)
        return cki_fail_internal(error, "array.shuffle_cut");
    const int64_t *at = (const int64_t *)(const void *)cuts->data + task->block % l->to;
    cask_value *parts[2] = {rows_of(values, at[0], at[1], error)};
    parts[1] = parts[0] ? rows_of(places, at[0], at[1], error) : NULL;
    *result = cki_parts_list(parts, 2, error);
    return error->status;
}

const cki_function cki_shuffle_cut_function = {"array.shuffle_cut", 1, run_cut};

static cask_status run_merge(const cki_task *task, cask_value **result, cki_error *error)
{
    const lowered *l = task->layer->parameters;
    int64_t position[CKI_MAX_NDIM], shape[CKI_MAX_NDIM];
    cki_node_position(l->out, task->block, position);
    cki_node_block_shape(l->out, position, shape);
    int64_t start = cki_chunks_start(&l->out->axes[0], position[0]);
    *result = cki_array_new(l->out->dtype, l->out->ndim, shape, error);
    for (size_t i = 0; *result && i < task->ninputs; i++) {
        const cki_array *values = cki_parts_of(task->inputs[i], VALUES);
        const cki_array *places = cki_parts_of(task->inputs[i], PLACES);
        if (!values || !places)
            return cki_fail_internal(error, "array.shuffle_merge");
        size_t bytes = row_bytes(values);
        for (int64_t k = 0; k < places->shape[0]; k++) {
            int64_t place;
            memcpy(&place, places->data + k * places->strides[0], sizeof place);
            memcpy(cki_array_of(*result)->data + (size_t)(place - start) * bytes,
                   values->data + (size_t)k * bytes, bytes);
        }
    }
    return error->status;
}

const cki_function cki_shuffle_merge_function = {"array.shuffle_merge", 1, run_merge};

/* ---- layers ---- */

static void split_inputs(const cki_layer *layer, int64_t block, cki_keys *keys)
{
    const lowered *l = layer->parameters;
    cki_graph_key(keys, l->from, block);
    if (l->p->given)
        cki_graph_key(keys, l->inverse, 0);
}

static void cut_inputs(const cki_layer *layer, int64_t block, cki_keys *keys)
{
    const lowered *l = layer->parameters;
    cki_graph_key(keys, l->from, block / l->to);
}

static void merge_inputs(const cki_layer *layer, int64_t block, cki_keys *keys)
{
    const lowered *l = layer->parameters;
    int64_t row = block / l->beside, beside = block % l->beside;
    for (int64_t i = 0; i < l->blocks && !keys->failed; i++)
        cki_graph_key(keys, l->from, (i * l->beside + beside) * l->to + row);
}

/* Bytes of a share of the largest block's rows, with their places. */
static size_t passed(const lowered *l, double share)
{
    double rows = (double)cki_chunks_largest(&l->x->axes[0]);
    double bytes = rows > 0 ? (double)cki_node_largest_block(l->x) / rows : 0;
    double kept = rows * share, most = kept + 8 * sqrt(kept) + 8;
    return (size_t)((most < rows ? most : rows) * (bytes + (double)sizeof(int64_t)));
}

static void split_cost(const cki_layer *layer, int64_t block, cki_cost *cost)
{
    const lowered *l = layer->parameters;
    size_t rows = (size_t)cki_chunks_largest(&l->x->axes[0]);
    (void)block;
    *cost = (cki_cost){.output = passed(l, 1) + (size_t)(l->to + 1) * sizeof(int64_t),
                       .working = rows * sizeof(int64_t) + cki_node_largest_block(l->x)};
}

static void cut_cost(const cki_layer *layer, int64_t block, cki_cost *cost)
{
    const lowered *l = layer->parameters;
    (void)block;
    *cost = (cki_cost){.output = passed(l, 1 / (double)l->to)};
}

static void merge_cost(const cki_layer *layer, int64_t block, cki_cost *cost)
{
    const lowered *l = layer->parameters;
    *cost = (cki_cost){.output = cki_node_block_bytes(l->out, block)};
}

static cask_status add(cki_lowering *lowering, const cki_node *node, const lowered *l,
                       cki_layer layer, const char *part, uint32_t *number, cki_error *error)
{
    cki_graph *graph = cki_lower_graph(lowering);
    layer.parameters = cki_arena_copy(cki_graph_arena(graph), l, sizeof *l);
    layer.name = cki_lower_name(lowering, node, l->out->label, part);
    if (!layer.parameters)
        return cki_fail_memory(error, sizeof *l);
    return cki_graph_add(graph, &layer, number, error);
}

static cask_status lower(cki_lowering *lowering, const cki_node *node, cki_error *error)
{
    lowered l = {.p = node->parameters,
                 .x = cki_node_as_array(node->inputs[0]),
                 .out = cki_node_as_array(node)};
    l.from = cki_lower_input(lowering, node->inputs[0]);
    l.inverse = l.p->given ? cki_lower_input(lowering, node->inputs[1]) : 0;
    l.blocks = l.x->axes[0].blocks;
    l.to = l.out->axes[0].blocks;
    l.beside = cki_node_blocks(l.x) / l.blocks;
    cki_layer split = {.function = &cki_shuffle_split_function,
                       .blocks = l.blocks * l.beside,
                       .inputs = split_inputs,
                       .cost = split_cost};
    cki_layer cut = {.function = &cki_shuffle_cut_function,
                     .blocks = l.blocks * l.beside * l.to,
                     .inputs = cut_inputs,
                     .cost = cut_cost,
                     .soon = true};
    if (add(lowering, node, &l, split, "split", &l.from, error) != CASK_OK ||
        add(lowering, node, &l, cut, "cut", &l.from, error) != CASK_OK)
        return error->status;
    lowered *own = cki_arena_copy(cki_graph_arena(cki_lower_graph(lowering)), &l, sizeof *own);
    if (!own)
        return cki_fail_memory(error, sizeof *own);
    return cki_node_lower(lowering, l.out,
                          (cki_layer){.function = &cki_shuffle_merge_function,
                                      .parameters = own,
                                      .inputs = merge_inputs,
                                      .cost = merge_cost},
                          "", error);
}

static const cki_primitive primitive = {.name = "array.shuffle",
                                        .size = sizeof(struct cask_array_node),
                                        .lower = lower,
                                        .barrier = true};

/* ---- building ---- */

/* x in blocks of rows of which several fit into memory, neither too many nor too small: as many
 * pieces are made as the square of their number. */
static cask_array suitable(cki_build *build, cask_array x)
{
    int64_t length = x->axes[0].length, most = cki_chunks_largest(&x->axes[0]);
    int64_t row = (int64_t)(cki_node_largest_block(x) / (size_t)(most > 0 ? most : 1)) + 1;
    int64_t wanted = (int64_t)(build->ck->memory_limit / 48) / row;
    int64_t least = length / MOST_BLOCKS + 1;
    wanted = wanted > least ? wanted : least;
    if (most <= wanted && (x->axes[0].blocks <= FEW_BLOCKS ||
                           (x->axes[0].blocks <= MOST_BLOCKS && 2 * most > wanted)))
        return x;
    cki_axis *axes = cki_arena_copy(build->arena, x->axes, (size_t)x->ndim * sizeof *axes);
    if (!axes || !cki_chunks_regular(build->arena, length, wanted, &axes[0])) {
        cki_fail_memory(build->error, sizeof(cki_run));
        return NULL;
    }
    return cki_rechunk_to(build, x, axes);
}

cask_array cki_shuffle_rows(cki_build *build, cask_array x, cask_array order,
                            const cki_random_key *key)
{
    cask_array inputs[2] = {suitable(build, x), order ? inverse_of(build, order) : NULL};
    parameters *p = cki_arena_alloc(build->arena, sizeof *p);
    bool ready = inputs[0] && (inputs[1] || !order) && p;
    cki_hasher *hasher = ready ? cki_token_start(build->error) : NULL;
    if (!hasher) {
        cki_fail_memory(build->error, sizeof *p);
        return NULL;
    }
    *p = (parameters){.given = order != NULL};
    cki_random_bijection_make(key, x->axes[0].length, &p->order);
    cki_token_bytes(hasher, p->order.keys, sizeof p->order.keys);
    cki_token_int(hasher, p->given);
    cask_array made = cki_node_array(build, &(cki_array_spec){.primitive = &primitive,
                                                              .label = "permutation",
                                                              .dtype = x->dtype,
                                                              .ndim = x->ndim,
                                                              .axes = inputs[0]->axes,
                                                              .inputs = inputs,
                                                              .ninputs = order ? 2 : 1,
                                                              .parameters = p,
                                                              .token = cki_token_end(hasher)});
    return made ? cki_rechunk_to(build, made, x->axes) : NULL;
}
