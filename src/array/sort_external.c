/* Sorting 1-d arrays larger than memory: by samples.
 *
 * Of every block, sorted by itself, elements at regular distances are a sample. All samples
 * together tell splitters, which cut the whole into as many buckets as there are blocks. Then every
 * block is sorted again and cut at the splitters, and the pieces of a bucket are put together and
 * sorted. Buckets are not quite of one size, so a last step takes each chunk of the result out of
 * the buckets around it.
 *
 * Elements are ordered by value, block, and place in the sorted block: so no two are equal, many
 * equal values do no harm, and the sort is stable. With s samples of each of n blocks a splitter's
 * rank is off by at most N / s + N / (n s) elements (each block's count is off by less than one
 * sample's worth): for s > 2 n by less than half a chunk, so that chunk k lies within the buckets
 * k - 1, k and k + 1. (Parallel sorting by regular sampling: Shi and Schaeffer, 1992.) */
#include "array/functions.h"
#include "array/order.h"
#include "array/parts.h"
#include "array/rechunk.h"
#include "array/runs.h"
#include "array/sort.h"
#include "core/memory.h"

#include <string.h>

enum { MOST_BLOCKS = 1024, SAMPLES = 24 /* beside two for each block */ };

/* What blocks are while they are sorted: a LIST of these, as far as they are wanted. */
enum { VALUES, PLACES, CUTS };

typedef struct parameters {
    bool places;
    int64_t buckets, samples;
    int64_t chunk; /* of the result; 0: of unknown sizes */
} parameters;

typedef struct lowered {
    const parameters *p;
    cask_array x, out;
    uint32_t from, splitters, other; /* layers of its inputs */
} lowered;

static int64_t *numbers_of(const cask_value *value)
{
    return (int64_t *)(void *)cki_array_of(value)->data;
}

static cask_value *new_numbers(int64_t count, cki_error *error)
{
    return cki_array_new(cki_dtype_of(CASK_I64), 1, &count, error);
}

/* ---- sorting one block ---- */

/* A copy of a block's values, sorted; their places in the whole too if *places is asked for. */
static cask_value *sorted_block(const cki_array *x, int64_t start, cask_value **places,
                                cki_error *error)
{
    cask_value *values = cki_array_new(x->dtype, 1, x->shape, error);
    if (values && places && (*places = new_numbers(x->shape[0], error)))
        for (int64_t i = 0; i < x->shape[0]; i++)
            numbers_of(*places)[i] = start + i;
    if (values && error->status == CASK_OK) {
        cki_array_copy(cki_array_of(values), x);
        cki_sort_values(cki_array_of(values), places ? cki_array_of(*places) : NULL, !places,
                        error);
    }
    if (error->status == CASK_OK)
        return values;
    cask_value_unref(values);
    if (places) {
        cask_value_unref(*places);
        *places = NULL;
    }
    return NULL;
}

/* ---- samples and splitters ---- */

/* Values, their places in the sorted block, and how many elements the block has. */
static cask_status run_sample(const cki_task *task, cask_value **result, cki_error *error)
{
    const parameters *p = ((const lowered *)task->layer->parameters)->p;
    const cki_array *x = cki_array_of(task->inputs[0]);
    if (!x || x->ndim != 1)
        return cki_fail_internal(error, "array.sort_sample");
    /* compared as they will be when they are sorted for good: with places, 0.0 equals -0.0 */
    cask_value *own = NULL, *sorted = sorted_block(x, 0, p->places ? &own : NULL, error);
    if (!sorted)
        return error->status;
    int64_t count = x->shape[0], taken = count < p->samples ? count : p->samples;
    cask_value *parts[3] = {cki_array_new(x->dtype, 1, &taken, error), new_numbers(taken, error),
                            new_numbers(1, error)};
    if (parts[0] && parts[1] && parts[2]) {
        size_t size = cki_dtype_size(x->dtype);
        for (int64_t t = 0; t < taken; t++) {
            int64_t at = (int64_t)((double)(2 * t + 1) * (double)count / (double)(2 * taken));
            at = at < count ? at : count - 1;
            memcpy(cki_array_of(parts[0])->data + (size_t)t * size,
                   cki_array_of(sorted)->data + (size_t)at * size, size);
            numbers_of(parts[1])[t] = at;
        }
        numbers_of(parts[2])[0] = count;
    }
    cask_value_unref(sorted);
    cask_value_unref(own);
    *result = cki_parts_list(parts, 3, error);
    return error->status;
}

/* All samples end to end, in the order of the blocks. */
typedef struct pooled {
    cask_value *values;
    int64_t *blocks, *at; /* where each comes from */
    double *weights;      /* how many elements each stands for */
    int64_t count;
    double elements;
} pooled;

static void drop_pool(pooled *all)
{
    cask_value_unref(all->values);
    cki_memory_free(all->blocks);
    cki_memory_free(all->at);
    cki_memory_free(all->weights);
}

static cask_status pool(const cki_task *task, pooled *all, cki_error *error)
{
    const cki_array *first = cki_parts_of(task->inputs[0], VALUES);
    for (size_t i = 0; i < task->ninputs; i++)
        all->count += cki_parts_of(task->inputs[i], VALUES)
                          ? cki_parts_of(task->inputs[i], VALUES)->shape[0]
                          : 0;
    size_t room = (size_t)all->count + 1;
    all->values = first ? cki_array_new(first->dtype, 1, &all->count, error) : NULL;
    all->blocks = cki_memory_alloc(room * sizeof *all->blocks);
    all->at = cki_memory_alloc(room * sizeof *all->at);
    all->weights = cki_memory_alloc(room * sizeof *all->weights);
    if (!all->values || !all->blocks || !all->at || !all->weights)
        return cki_fail_memory(error, room * sizeof *all->at);
    size_t size = cki_dtype_size(first->dtype), next = 0;
    for (size_t i = 0; i < task->ninputs; i++) {
        const cki_array *values = cki_parts_of(task->inputs[i], VALUES);
        const cki_array *at = cki_parts_of(task->inputs[i], 1),
                        *count = cki_parts_of(task->inputs[i], 2);
        if (!values || !at || !count)
            return cki_fail_internal(error, "array.sort_splitters");
        double elements = (double)*(const int64_t *)(const void *)count->data;
        for (int64_t t = 0; t < values->shape[0]; t++, next++) {
            memcpy(cki_array_of(all->values)->data + next * size, values->data + (size_t)t * size,
                   size);
            memcpy(&all->at[next], at->data + t * 8, 8);
            all->blocks[next] = (int64_t)i;
            all->weights[next] = elements / (double)values->shape[0];
        }
        all->elements += elements;
    }
    return CASK_OK;
}

/* The samples that are nearest to where buckets are to end: values, blocks, places. */
static cask_status run_splitters(const cki_task *task, cask_value **result, cki_error *error)
{
    const parameters *p = ((const lowered *)task->layer->parameters)->p;
    pooled all = {.values = NULL};
    int64_t wanted = p->buckets - 1, chosen = 0, *sorted = NULL;
    cask_value *parts[3] = {NULL}, *order = NULL;
    if (pool(task, &all, error) != CASK_OK || !(order = new_numbers(all.count, error)))
        goto out;
    for (int64_t i = 0; i < all.count; i++)
        numbers_of(order)[i] = i;
    const cki_array *values = cki_array_of(all.values);
    size_t size = cki_dtype_size(values->dtype);
    /* stable: equal values stay in the order of blocks and places */
    if (cki_sort_values(values, cki_array_of(order), !p->places, error) != CASK_OK)
        goto out;
    sorted = numbers_of(order);
    wanted = all.count ? wanted : 0;
    parts[0] = cki_array_new(values->dtype, 1, &wanted, error);
    parts[1] = new_numbers(wanted, error);
    parts[2] = new_numbers(wanted, error);
    if (!parts[0] || !parts[1] || !parts[2])
        goto out;
    double below = 0, each = p->chunk ? (double)p->chunk : all.elements / (double)p->buckets;
    for (int64_t i = 0; i < all.count && chosen < wanted; i++) {
        double middle = below + all.weights[sorted[i]] / 2;
        bool last = i == all.count - 1;
        while (chosen < wanted && (last || middle >= each * (double)(chosen + 1))) {
            memcpy(cki_array_of(parts[0])->data + (size_t)chosen * size,
                   values->data + (size_t)i * size, size);
            numbers_of(parts[1])[chosen] = all.blocks[sorted[i]];
            numbers_of(parts[2])[chosen++] = all.at[sorted[i]];
        }
        below += all.weights[sorted[i]];
    }
    *result = cki_parts_list(parts, 3, error);
    memset(parts, 0, sizeof parts);
out:
    for (int i = 0; i < 3; i++)
        cask_value_unref(parts[i]);
    cask_value_unref(order);
    drop_pool(&all);
    return error->status;
}

/* ---- blocks cut at the splitters ---- */

/* Where the splitters cut a sorted block: bucket j's elements are those from cut j on. */
static cask_status find_cuts(const cki_array *sorted, int64_t block, const cask_value *splitters,
                             bool exact, int64_t *cuts, int64_t buckets, cki_error *error)
{
    const cki_array *values = cki_parts_of(splitters, 0), *blocks = cki_parts_of(splitters, 1);
    const cki_array *at = cki_parts_of(splitters, 2);
    cki_order in = {0}, of = {0};
    if (!values || !blocks || !at)
        return cki_fail_internal(error, "array.sort_block");
    if (cki_order_open(&in, sorted, error) == CASK_OK &&
        cki_order_open(&of, values, error) == CASK_OK) {
        if (exact && in.keys && of.keys) { /* as they were sorted: -0.0 before 0.0 */
            cki_order_exact(in.dtype, in.data, in.stride, in.count, in.keys);
            cki_order_exact(of.dtype, of.data, of.stride, of.count, of.keys);
        }
        for (int64_t j = 0; j <= buckets; j++)
            cuts[j] = j == 0 ? 0 : sorted->shape[0];
        for (int64_t j = 0; j < of.count && j + 1 < buckets; j++) {
            int64_t own = ((const int64_t *)(const void *)blocks->data)[j];
            cuts[j + 1] = own == block ? ((const int64_t *)(const void *)at->data)[j]
                                       : cki_order_search(&in, NULL, &of, j, block < own);
        }
    }
    cki_order_close(&in);
    cki_order_close(&of);
    return error->status;
}

static cask_status run_block(const cki_task *task, cask_value **result, cki_error *error)
{
    const lowered *l = task->layer->parameters;
    const cki_array *x = cki_array_of(task->inputs[0]);
    if (!x || x->ndim != 1)
        return cki_fail_internal(error, "array.sort_block");
    int64_t start = l->p->places ? cki_chunks_start(&l->x->axes[0], task->block) : 0;
    cask_value *parts[3] = {NULL};
    cask_value **places = l->p->places ? &parts[PLACES] : NULL;
    parts[VALUES] = sorted_block(x, start, places, error);
    if (parts[VALUES] && !places)
        parts[PLACES] = cki_value_none();
    if (parts[VALUES] && (parts[CUTS] = new_numbers(l->p->buckets + 1, error)) &&
        find_cuts(cki_array_of(parts[VALUES]), task->block, task->inputs[1], !places,
                  numbers_of(parts[CUTS]), l->p->buckets, error) != CASK_OK) {
        cask_value_unref(parts[CUTS]);
        parts[CUTS] = NULL;
    }
    *result = cki_parts_list(parts, 3, error);
    return error->status;
}

static cask_value *copy_of(const cki_array *x, int64_t from, int64_t to, cki_error *error)
{
    int64_t count = to - from, step = 1;
    cask_value *part = cki_array_slice(x, &from, &count, &step, error), *copy = NULL;
    if (part && 2 * count > x->shape[0])
        return part; /* most of the block: no need to copy it */
    if (part && (copy = cki_array_new(x->dtype, 1, &count, error)))
        cki_array_copy(cki_array_of(copy), cki_array_of(part));
    cask_value_unref(part);
    return copy;
}

/* Elements from .. to - 1 of values and places. */
static cask_value *piece_of(const cask_value *run, int64_t from, int64_t to, cki_error *error)
{
    const cki_array *values = cki_parts_of(run, VALUES), *places = cki_parts_of(run, PLACES);
    cask_value *parts[2] = {copy_of(values, from, to, error)};
    if (parts[0])
        parts[1] = places ? copy_of(places, from, to, error) : cki_value_none();
    return cki_parts_list(parts, 2, error);
}

static cask_status run_cut(const cki_task *task, cask_value **result, cki_error *error)
{
    const lowered *l = task->layer->parameters;
    const cki_array *cuts = cki_parts_of(task->inputs[0], CUTS);
    if (!cuts || !cki_parts_of(task->inputs[0], VALUES))
        return cki_fail_internal(error, "array.sort_cut");
    const int64_t *at = (const int64_t *)(const void *)cuts->data + task->block % l->p->buckets;
    *result = piece_of(task->inputs[0], at[0], at[1], error);
    return error->status;
}

static cask_status run_counts(const cki_task *task, cask_value **result, cki_error *error)
{
    if (!cki_parts_of(task->inputs[0], CUTS))
        return cki_fail_internal(error, "array.sort_counts");
    *result = cask_value_ref(task->inputs[0]->as.list.items[CUTS]);
    return CASK_OK;
}

/* The rank of the first element of each bucket: the sum of the cuts. */
static cask_status run_ranks(const cki_task *task, cask_value **result, cki_error *error)
{
    const parameters *p = ((const lowered *)task->layer->parameters)->p;
    int64_t count = p->buckets + 1;
    cask_value *sums = cki_array_zeros(cki_dtype_of(CASK_I64), 1, &count, error);
    for (size_t i = 0; sums && i < task->ninputs; i++)
        for (int64_t j = 0; j < count; j++)
            numbers_of(sums)[j] += numbers_of(task->inputs[i])[j];
    *result = sums;
    return error->status;
}

/* ---- buckets ---- */

/* One part of all pieces, end to end. */
static cask_value *end_to_end(const cki_task *task, size_t part, cki_error *error)
{
    int64_t count = 0, at = 0;
    const cki_array *first = cki_parts_of(task->inputs[0], part);
    for (size_t i = 0; i < task->ninputs; i++)
        count +=
            cki_parts_of(task->inputs[i], part) ? cki_parts_of(task->inputs[i], part)->shape[0] : 0;
    cask_value *all = first ? cki_array_new(first->dtype, 1, &count, error) : NULL;
    for (size_t i = 0; all && i < task->ninputs; i++) {
        const cki_array *from = cki_parts_of(task->inputs[i], part);
        cki_array to = *cki_array_of(all);
        if (!from)
            continue;
        to.data += at * to.strides[0];
        to.shape[0] = from->shape[0];
        cki_array_copy(&to, from);
        at += from->shape[0];
    }
    return all;
}

static cask_status run_merge(const cki_task *task, cask_value **result, cki_error *error)
{
    cask_value *parts[2] = {end_to_end(task, VALUES, error)};
    bool places = cki_parts_of(task->inputs[0], PLACES) != NULL;
    if (parts[0])
        parts[1] = places ? end_to_end(task, PLACES, error) : cki_value_none();
    if (parts[0] && parts[1])
        cki_sort_values(cki_array_of(parts[0]), places ? cki_array_of(parts[1]) : NULL, !places,
                        error);
    *result = cki_parts_list(parts, 2, error);
    if (!*result && error->status == CASK_OK)
        return cki_fail_internal(error, "array.sort_merge");
    if (error->status != CASK_OK) {
        cask_value_unref(*result);
        *result = NULL;
    }
    return error->status;
}

/* A chunk of the result out of the buckets around it; or a bucket as a chunk. */
static cask_status run_chunk(const cki_task *task, cask_value **result, cki_error *error)
{
    const lowered *l = task->layer->parameters;
    size_t part = l->p->places ? PLACES : VALUES, nbuckets = task->ninputs - 1;
    if (!l->p->chunk) {
        *result = cki_parts_of(task->inputs[0], part)
                      ? cask_value_ref(task->inputs[0]->as.list.items[part])
                      : NULL;
        return *result ? CASK_OK : cki_fail_internal(error, "array.sort_chunk");
    }
    const cki_array *ranks = cki_array_of(task->inputs[nbuckets]);
    int64_t begin = cki_chunks_start(&l->out->axes[0], task->block);
    int64_t count = cki_chunks_size(&l->out->axes[0], task->block), filled = 0;
    cask_value *out = ranks ? cki_array_new(l->out->dtype, 1, &count, error) : NULL;
    int64_t bucket = task->block > 0 ? task->block - 1 : 0;
    for (size_t i = 0; out && i < nbuckets; i++, bucket++) {
        const cki_array *values = cki_parts_of(task->inputs[i], part);
        int64_t rank = numbers_of(task->inputs[nbuckets])[bucket];
        int64_t from = begin > rank ? begin - rank : 0;
        int64_t to = begin + count - rank;
        if (!values)
            continue;
        to = to < values->shape[0] ? to : values->shape[0];
        if (from >= to)
            continue;
        cki_array target = *cki_array_of(out), source = *values;
        target.data += (rank + from - begin) * target.strides[0];
        target.shape[0] = source.shape[0] = to - from;
        source.data += from * source.strides[0];
        cki_array_copy(&target, &source);
        filled += to - from;
    }
    if (out && filled != count) {
        cask_value_unref(out);
        return cki_fail_internal(error, "array.sort_chunk: a bucket is not where it must be");
    }
    *result = out;
    return out ? CASK_OK : error->status ? error->status : cki_fail_internal(error, "array.sort");
}

const cki_function cki_sort_external_sample_function = {"array.sort_sample", 1, run_sample};
const cki_function cki_sort_external_splitters_function = {"array.sort_splitters", 1,
                                                           run_splitters};
const cki_function cki_sort_external_block_function = {"array.sort_block", 1, run_block};
const cki_function cki_sort_external_cut_function = {"array.sort_cut", 1, run_cut};
const cki_function cki_sort_external_counts_function = {"array.sort_counts", 1, run_counts};
const cki_function cki_sort_external_ranks_function = {"array.sort_ranks", 1, run_ranks};
const cki_function cki_sort_external_merge_function = {"array.sort_merge", 1, run_merge};
const cki_function cki_sort_external_chunk_function = {"array.sort_chunk", 1, run_chunk};

/* ---- layers ---- */

static void input_same(const cki_layer *layer, int64_t block, cki_keys *keys)
{
    const lowered *l = layer->parameters;
    cki_graph_key(keys, l->from, block);
}

static void input_block(const cki_layer *layer, int64_t block, cki_keys *keys)
{
    const lowered *l = layer->parameters;
    cki_graph_key(keys, l->from, block);
    cki_graph_key(keys, l->splitters, 0);
}

static void input_cut(const cki_layer *layer, int64_t block, cki_keys *keys)
{
    const lowered *l = layer->parameters;
    cki_graph_key(keys, l->from, block / l->p->buckets);
}

static void input_all(const cki_layer *layer, int64_t block, cki_keys *keys)
{
    const lowered *l = layer->parameters;
    (void)block;
    for (int64_t i = 0; i < l->x->axes[0].blocks && !keys->failed; i++)
        cki_graph_key(keys, l->from, i);
}

static void input_bucket(const cki_layer *layer, int64_t block, cki_keys *keys)
{
    const lowered *l = layer->parameters;
    for (int64_t i = 0; i < l->x->axes[0].blocks && !keys->failed; i++)
        cki_graph_key(keys, l->from, i * l->p->buckets + block);
}

static void input_chunk(const cki_layer *layer, int64_t block, cki_keys *keys)
{
    const lowered *l = layer->parameters;
    int64_t first = block > 0 ? block - 1 : 0, last = block + 1;
    if (!l->p->chunk)
        first = last = block;
    for (int64_t i = first; i <= last && i < l->p->buckets; i++)
        cki_graph_key(keys, l->from, i);
    cki_graph_key(keys, l->other, 0);
}

/* Bytes of so many elements as they are passed on: values, and places. */
static size_t passed(const lowered *l, double elements)
{
    return (size_t)(elements *
                    (double)(cki_dtype_size(l->x->dtype) + (l->p->places ? sizeof(int64_t) : 0)));
}

static double largest(const lowered *l)
{
    int64_t size = cki_chunks_largest(&l->x->axes[0]);
    return size > 0 ? (double)size : 0;
}

static void cost_sample(const cki_layer *layer, int64_t block, cki_cost *cost)
{
    const lowered *l = layer->parameters;
    (void)block;
    *cost = (cki_cost){
        .output = (size_t)l->p->samples * (cki_dtype_size(l->x->dtype) + 8),
        .working = passed(l, largest(l)) +
                   cki_sort_bytes(l->x->dtype, cki_chunks_largest(&l->x->axes[0]), l->p->places)};
}

static void cost_splitters(const cki_layer *layer, int64_t block, cki_cost *cost)
{
    const lowered *l = layer->parameters;
    double all = (double)l->p->samples * (double)l->x->axes[0].blocks;
    (void)block;
    *cost = (cki_cost){.output = (size_t)l->p->buckets * (cki_dtype_size(l->x->dtype) + 16),
                       .working = (size_t)(all * (double)(cki_dtype_size(l->x->dtype) + 80))};
}

static void cost_block(const cki_layer *layer, int64_t block, cki_cost *cost)
{
    const lowered *l = layer->parameters;
    (void)block;
    *cost = (cki_cost){
        .output = passed(l, largest(l)) + (size_t)l->p->buckets * 8,
        .working = cki_sort_bytes(l->x->dtype, cki_chunks_largest(&l->x->axes[0]), l->p->places)};
}

static void cost_cut(const cki_layer *layer, int64_t block, cki_cost *cost)
{
    const lowered *l = layer->parameters;
    (void)block;
    *cost = (cki_cost){.output = passed(l, largest(l) / (double)l->p->buckets)};
}

static void cost_small(const cki_layer *layer, int64_t block, cki_cost *cost)
{
    const lowered *l = layer->parameters;
    (void)block;
    *cost = (cki_cost){.output = (size_t)(l->p->buckets + 1) * 8};
}

static void cost_merge(const cki_layer *layer, int64_t block, cki_cost *cost)
{
    const lowered *l = layer->parameters;
    double most = 1.5 * largest(l);
    (void)block;
    *cost = (cki_cost){.output = passed(l, most),
                       .working = cki_sort_bytes(l->x->dtype, (int64_t)most, l->p->places)};
}

static void cost_chunk(const cki_layer *layer, int64_t block, cki_cost *cost)
{
    const lowered *l = layer->parameters;
    *cost = (cki_cost){.output = l->p->chunk ? cki_node_block_bytes(l->out, block) : 0};
}

typedef void (*input_rule)(const cki_layer *layer, int64_t block, cki_keys *keys);
typedef void (*cost_rule)(const cki_layer *layer, int64_t block, cki_cost *cost);

/* One more layer, whose parameters are `l` as it is now; its number is the result's `from`. */
static cask_status add(cki_lowering *lowering, const cki_node *node, const lowered *l,
                       const cki_function *function, int64_t blocks, input_rule inputs,
                       cost_rule cost, const char *part, uint32_t *number, cki_error *error)
{
    cki_graph *graph = cki_lower_graph(lowering);
    lowered *own = cki_arena_copy(cki_graph_arena(graph), l, sizeof *own);
    if (!own)
        return cki_fail_memory(error, sizeof *own);
    const cki_layer layer = {
        .name = cki_lower_name(lowering, node, cki_node_as_array(node)->label, part),
        .function = function,
        .parameters = own,
        .blocks = blocks,
        .inputs = inputs,
        .cost = cost,
        .soon = function == &cki_sort_external_cut_function};
    return cki_graph_add(graph, &layer, number, error);
}

static cask_status lower_splitters(cki_lowering *lowering, const cki_node *node, cki_error *error)
{
    lowered l = {.p = node->parameters, .x = cki_node_as_array(node->inputs[0])};
    l.from = cki_lower_input(lowering, node->inputs[0]);
    if (add(lowering, node, &l, &cki_sort_external_sample_function, l.x->axes[0].blocks, input_same,
            cost_sample, "sample", &l.from, error) != CASK_OK)
        return error->status;
    lowered *own = cki_arena_copy(cki_graph_arena(cki_lower_graph(lowering)), &l, sizeof *own);
    if (!own)
        return cki_fail_memory(error, sizeof *own);
    return cki_node_lower(lowering, cki_node_as_array(node),
                          (cki_layer){.function = &cki_sort_external_splitters_function,
                                      .parameters = own,
                                      .inputs = input_all,
                                      .cost = cost_splitters},
                          "splitters", error);
}

static cask_status lower_sorted(cki_lowering *lowering, const cki_node *node, cki_error *error)
{
    lowered l = {.p = node->parameters,
                 .x = cki_node_as_array(node->inputs[0]),
                 .out = cki_node_as_array(node)};
    int64_t blocks = l.x->axes[0].blocks;
    l.from = cki_lower_input(lowering, node->inputs[0]);
    l.splitters = cki_lower_input(lowering, node->inputs[1]);
    uint32_t sorted;
    if (add(lowering, node, &l, &cki_sort_external_block_function, blocks, input_block, cost_block,
            "block", &sorted, error) != CASK_OK)
        return error->status;
    l.from = sorted;
    if (add(lowering, node, &l, &cki_sort_external_counts_function, blocks, input_same, cost_small,
            "counts", &l.from, error) != CASK_OK ||
        add(lowering, node, &l, &cki_sort_external_ranks_function, 1, input_all, cost_small,
            "ranks", &l.other, error) != CASK_OK)
        return error->status;
    l.from = sorted;
    if (add(lowering, node, &l, &cki_sort_external_cut_function, blocks * l.p->buckets, input_cut,
            cost_cut, "cut", &l.from, error) != CASK_OK ||
        add(lowering, node, &l, &cki_sort_external_merge_function, l.p->buckets, input_bucket,
            cost_merge, "merge", &l.from, error) != CASK_OK)
        return error->status;
    lowered *own = cki_arena_copy(cki_graph_arena(cki_lower_graph(lowering)), &l, sizeof *own);
    if (!own)
        return cki_fail_memory(error, sizeof *own);
    return cki_node_lower(lowering, l.out,
                          (cki_layer){.function = &cki_sort_external_chunk_function,
                                      .parameters = own,
                                      .inputs = input_chunk,
                                      .cost = cost_chunk},
                          "", error);
}

static const cki_primitive splitters_primitive = {.name = "array.sort_splitters",
                                                  .size = sizeof(struct cask_array_node),
                                                  .lower = lower_splitters,
                                                  .barrier = true};
static const cki_primitive sorted_primitive = {.name = "array.sort_external",
                                               .size = sizeof(struct cask_array_node),
                                               .lower = lower_sorted,
                                               .barrier = true};

/* ---- building ---- */

/* x in blocks that can be sorted beside one another within the memory limit, and not too many: a
 * bucket, half as large again as a block, is held in pieces, whole, and as what sorting it takes.
 */
static cask_array suitable(cki_build *build, cask_array x, bool places)
{
    int64_t length = x->axes[0].length, most = cki_chunks_largest(&x->axes[0]);
    int64_t size = (int64_t)cki_dtype_size(x->dtype);
    if (length < 0 || size == 0)
        return x;
    size_t parts = places || !cki_order_has_keys(x->dtype) ? 48 : 24;
    int64_t bytes = (int64_t)(build->ck->memory_limit / parts);
    int64_t least = length / MOST_BLOCKS + 1, wanted = bytes / size > 0 ? bytes / size : 1;
    wanted = wanted > least ? wanted : least;
    bool good = most <= wanted && (x->axes[0].blocks <= MOST_BLOCKS / 8 || 2 * most > wanted);
    cki_axis axis;
    if (good && x->axes[0].blocks <= MOST_BLOCKS)
        return x;
    if (!cki_chunks_regular(build->arena, length, wanted, &axis)) {
        cki_fail_memory(build->error, sizeof(cki_run));
        return NULL;
    }
    return cki_rechunk_to(build, x, &axis);
}

static cask_array node_of(cki_build *build, const cki_primitive *primitive, const parameters *p,
                          const char *label, cki_dtype dtype, const cki_axis *axis,
                          const cask_array *inputs, size_t ninputs)
{
    cki_hasher *hasher = cki_token_start(build->error);
    if (!hasher)
        return NULL;
    cki_token_int(hasher, p->places);
    cki_token_int(hasher, p->buckets);
    cki_token_int(hasher, p->samples);
    cki_token_int(hasher, p->chunk);
    return cki_node_array(build, &(cki_array_spec){.primitive = primitive,
                                                   .label = label,
                                                   .dtype = dtype,
                                                   .ndim = 1,
                                                   .axes = axis,
                                                   .inputs = inputs,
                                                   .ninputs = ninputs,
                                                   .parameters = p,
                                                   .token = cki_token_end(hasher)});
}

cask_array cki_sort_external(cki_build *build, cask_array x, bool places)
{
    int64_t length = x->axes[0].length;
    if (places && length < 0) {
        cki_fail(build->error, CASK_INVALID, NULL,
                 "argsort: the chunk sizes of the array are unknown, and so the places of its "
                 "elements.\n\nA possible solution: x.compute_chunk_sizes()");
        return NULL;
    }
    cask_array blocks = suitable(build, x, places);
    parameters *p = cki_arena_alloc(build->arena, sizeof *p);
    cki_axis *axis = cki_runs_axes(build, 1), *single = cki_runs_axes(build, 1);
    if (!blocks || !p || !axis || !single) {
        cki_fail_memory(build->error, sizeof *p);
        return NULL;
    }
    if (blocks->axes[0].blocks == 1)
        return cki_sort_array(build, blocks, 0, places) == NULL
                   ? NULL
                   : cki_rechunk_to(build, cki_sort_array(build, blocks, 0, places), x->axes);
    int64_t n = blocks->axes[0].blocks;
    *p = (parameters){.places = places, .buckets = n, .samples = 2 * n + SAMPLES};
    if (length > 0) {
        p->chunk = (length + n - 1) / n;
        p->buckets = (length + p->chunk - 1) / p->chunk;
    }
    bool made = length < 0   ? cki_chunks_unknown(build->arena, n, axis)
                : length > 0 ? cki_chunks_regular(build->arena, length, p->chunk, axis)
                             : true;
    if (length == 0)
        return x;
    if (!made || !cki_chunks_unknown(build->arena, 1, single)) {
        cki_fail_memory(build->error, sizeof(cki_run));
        return NULL;
    }
    cask_array pair[2] = {blocks};
    pair[1] = node_of(build, &splitters_primitive, p, "sort-splitters", x->dtype, single, pair, 1);
    if (!pair[1])
        return NULL;
    cask_array sorted = node_of(build, &sorted_primitive, p, places ? "argsort" : "sort",
                                places ? cki_dtype_of(CASK_I64) : x->dtype, axis, pair, 2);
    return sorted && length >= 0 ? cki_rechunk_to(build, sorted, x->axes) : sorted;
}
