/* unique and union1d: each block gives its different elements, sorted, with where each is first and
 * how often; a tree of four into one merges them. */
#include "array/unique.h"
#include "array/elementwise.h"
#include "array/functions.h"
#include "array/join.h"
#include "array/mapped.h"
#include "array/order.h"
#include "array/parts.h"
#include "array/reshape.h"
#include "array/runs.h"
#include "core/memory.h"

#include <string.h>

/* What a partial result is made of, in this order: a LIST of three arrays. */
enum { VALUES, FIRST, COUNTS, PARTS };

static int64_t *numbers_of(const cask_value *value)
{
    return (int64_t *)(void *)cki_array_of(value)->data;
}

/* What there is to find: of each element where it is, and how often, from `first` and `counts`; if
 * those are NULL, from `start` on and once. */
typedef struct search {
    cki_order order;
    const int64_t *first, *counts;
    int64_t start;
    cask_value *parts[PARTS];
} search;

static int64_t place_of(const search *s, int64_t i)
{
    return s->first ? s->first[i] : s->start + i;
}

static bool make_parts(search *s, cki_dtype dtype, int64_t length, cki_error *error)
{
    const cki_dtype whole = cki_dtype_of(CASK_I64);
    return (s->parts[VALUES] = cki_array_new(dtype, 1, &length, error)) &&
           (s->parts[FIRST] = cki_array_new(whole, 1, &length, error)) &&
           (s->parts[COUNTS] = cki_array_zeros(whole, 1, &length, error));
}

/* Element i, which is the first of its kind, as result k. */
static void take(const search *s, int64_t k, int64_t i)
{
    const size_t size = (size_t)s->order.stride;
    memcpy(cki_array_of(s->parts[VALUES])->data + (size_t)k * size,
           s->order.data + (size_t)i * size, size);
}

/* The elements' places in their order; keys are sorted themselves. */
static int64_t *sorted_places(cki_order *order, cki_error *error)
{
    cki_order_room room = {0};
    if (!order->keys)
        return cki_order_sorted(order, error);
    int64_t *places = cki_memory_alloc(((size_t)order->count + 1) * sizeof *places);
    if (!places)
        cki_fail_memory(error, (size_t)order->count * sizeof *places);
    for (int64_t i = 0; places && i < order->count; i++)
        places[i] = i;
    if (places && cki_order_room_open(&room, order->count, true, error) == CASK_OK) {
        cki_order_sort_keys(order->keys, places, order->count, &room);
        cki_order_room_close(&room);
        return places;
    }
    cki_memory_free(places);
    return NULL;
}

static bool is_new(const cki_order *order, const int64_t *sorted, int64_t i)
{
    return i == 0 || (order->keys ? order->keys[i] != order->keys[i - 1]
                                  : cki_order_compare(order, sorted[i - 1], order, sorted[i]) != 0);
}

static void by_sorting(search *s, cki_error *error)
{
    int64_t *sorted = sorted_places(&s->order, error), length = 0;
    for (int64_t i = 0; sorted && i < s->order.count; i++)
        length += is_new(&s->order, sorted, i);
    if (sorted && make_parts(s, s->order.dtype, length, error)) {
        int64_t *where = numbers_of(s->parts[FIRST]), *many = numbers_of(s->parts[COUNTS]), k = -1;
        for (int64_t i = 0; i < s->order.count; i++) {
            const int64_t at = sorted[i], place = place_of(s, at);
            if (is_new(&s->order, sorted, i)) {
                take(s, ++k, at);
                where[k] = place;
            }
            where[k] = place < where[k] ? place : where[k];
            many[k] += s->counts ? s->counts[at] : 1;
        }
    }
    cki_memory_free(sorted);
}

/* Keys so close together that each possible one may be counted: categories, years, flags. */
static bool are_close(const cki_order *order, uint64_t *least, uint64_t *span)
{
    uint64_t most = 0;
    *least = UINT64_MAX;
    for (int64_t i = 0; order->keys && i < order->count; i++) {
        *least = order->keys[i] < *least ? order->keys[i] : *least;
        most = order->keys[i] > most ? order->keys[i] : most;
    }
    *span = most - *least;
    return order->keys && order->count && *span < (uint64_t)order->count;
}

/* An element of each kind, the least place of the kind, and how many. */
typedef struct kind {
    int64_t one, place, many;
} kind;

static void by_counting(search *s, uint64_t least, uint64_t span, cki_error *error)
{
    kind *kinds = cki_memory_alloc((size_t)(span + 1) * sizeof *kinds);
    int64_t length = 0;
    if (!kinds) {
        cki_fail_memory(error, (size_t)(span + 1) * sizeof *kinds);
        return;
    }
    for (uint64_t k = 0; k <= span; k++)
        kinds[k] = (kind){-1, INT64_MAX, 0};
    for (int64_t i = 0; i < s->order.count; i++) {
        kind *own = &kinds[s->order.keys[i] - least];
        const int64_t place = place_of(s, i);
        length += own->one < 0;
        own->one = own->one < 0 ? i : own->one;
        own->place = place < own->place ? place : own->place;
        own->many += s->counts ? s->counts[i] : 1;
    }
    if (make_parts(s, s->order.dtype, length, error))
        for (uint64_t k = 0, at = 0; k <= span; k++)
            if (kinds[k].one >= 0) {
                take(s, (int64_t)at, kinds[k].one);
                numbers_of(s->parts[FIRST])[at] = kinds[k].place;
                numbers_of(s->parts[COUNTS])[at++] = kinds[k].many;
            }
    cki_memory_free(kinds);
}

/* The different ones of `values` (1-d, C-contiguous), as a list of parts. */
static cask_value *distinct(const cki_array *values, const int64_t *first, const int64_t *counts,
                            int64_t start, cki_error *error)
{
    search s = {.first = first, .counts = counts, .start = start};
    uint64_t least, span;
    if (cki_order_open(&s.order, values, error) == CASK_OK) {
        if (are_close(&s.order, &least, &span))
            by_counting(&s, least, span, error);
        else
            by_sorting(&s, error);
    }
    cki_order_close(&s.order);
    return cki_parts_list(s.parts, PARTS, error);
}

/* ---- tasks ---- */

static cask_status run_block(const cki_task *task, cask_value **result, cki_error *error)
{
    cask_value *compact = cki_array_compact(task->inputs[0], error);
    cask_array x = cki_mapped_of(task)->inputs[0].x;
    /* places are asked for only where they are known */
    int64_t start = x->axes[0].length < 0 ? 0 : cki_chunks_start(&x->axes[0], task->block);
    if (compact)
        *result = distinct(cki_array_of(compact), NULL, NULL, start, error);
    cask_value_unref(compact);
    return error->status;
}

/* One part of several partial results, end to end. */
static cask_value *end_to_end(const cki_task *task, int part, int64_t length, cki_error *error)
{
    const cki_array *model = cki_array_of(task->inputs[0]->as.list.items[part]);
    size_t size = cki_dtype_size(model->dtype), at = 0;
    cask_value *joined = cki_array_new(model->dtype, 1, &length, error);
    for (size_t i = 0; joined && i < task->ninputs; i++) {
        const cki_array *one = cki_array_of(task->inputs[i]->as.list.items[part]);
        size_t bytes = (size_t)one->shape[0] * size;
        if (bytes)
            memcpy(cki_array_of(joined)->data + at, one->data, bytes);
        at += bytes;
    }
    return joined;
}

static cask_status run_merge(const cki_task *task, cask_value **result, cki_error *error)
{
    int64_t length = 0;
    for (size_t i = 0; i < task->ninputs; i++) {
        const cask_value *partial = task->inputs[i];
        if (partial->kind != CKI_LIST || partial->as.list.count != PARTS)
            return cki_fail_internal(error, "array.unique");
        length += cki_array_of(partial->as.list.items[VALUES])->shape[0];
    }
    cask_value *parts[PARTS];
    for (int i = 0; i < PARTS; i++)
        parts[i] = end_to_end(task, i, length, error);
    if (parts[VALUES] && parts[FIRST] && parts[COUNTS])
        *result = distinct(cki_array_of(parts[VALUES]), numbers_of(parts[FIRST]),
                           numbers_of(parts[COUNTS]), 0, error);
    for (int i = 0; i < PARTS; i++)
        cask_value_unref(parts[i]);
    return error->status;
}

/* Which of the different elements each element is. */
static cask_status run_inverse(const cki_task *task, cask_value **result, cki_error *error)
{
    const cask_value *partial = task->inputs[1];
    cask_value *compact = cki_array_compact(task->inputs[0], error), *out = NULL;
    const cki_array *elements = cki_array_of(compact);
    cki_order among = {0};
    if (!elements)
        return error->status;
    if (partial->kind == CKI_LIST &&
        cki_order_open(&among, cki_array_of(partial->as.list.items[VALUES]), error) == CASK_OK &&
        (out = cki_array_new(cki_dtype_of(CASK_I64), 1, elements->shape, error)))
        cki_order_places(&among, elements->data, elements->shape[0], false, numbers_of(out));
    cki_order_close(&among);
    cask_value_unref(compact);
    *result = out;
    return out || error->status ? error->status : cki_fail_internal(error, "array.unique");
}

const cki_function cki_unique_block_function = {"array.unique", 1, run_block};
const cki_function cki_unique_merge_function = {"array.unique_merge", 1, run_merge};
const cki_function cki_unique_inverse_function = {"array.unique_inverse", 1, run_inverse};

/* ---- building ---- */

/* The partial results of all blocks as one; no array yet, but for the nodes below. */
static cask_array gather(cki_build *build, cask_array flat)
{
    cki_axis *axis = cki_runs_axes(build, 1);
    if (!axis || !cki_chunks_unknown(build->arena, flat->axes[0].blocks, axis)) {
        cki_fail_memory(build->error, sizeof(cki_run));
        return NULL;
    }
    size_t size = cki_dtype_size(flat->dtype), block = cki_node_largest_block(flat);
    size_t bytes = block + block / (size ? size : 1) * 2 * sizeof(int64_t);
    cki_mapped spec = {.function = &cki_unique_block_function,
                       .label = "unique",
                       .dtype = flat->dtype,
                       .ndim = 1,
                       .axes = axis,
                       .inputs = {cki_mapped_same(flat)},
                       .ninputs = 1,
                       .working = 2 * bytes,
                       .output = bytes};
    cask_array partial = cki_mapped_array(build, &spec);
    spec.function = &cki_unique_merge_function;
    return cki_mapped_fold(build, partial, 0, 4, -1, &spec);
}

static cask_array part_of(cki_build *build, cask_array gathered, int part)
{
    return cki_parts_pick(
        build, part,
        &(cki_mapped){.dtype = part == VALUES ? gathered->dtype : cki_dtype_of(CASK_I64),
                      .ndim = 1,
                      .axes = gathered->axes,
                      .inputs = {cki_mapped_same(gathered)}});
}

static cask_array inverse(cki_build *build, cask_array flat, cask_array gathered)
{
    return cki_mapped_array(
        build, &(cki_mapped){.function = &cki_unique_inverse_function,
                             .label = "unique-inverse",
                             .dtype = cki_dtype_of(CASK_I64),
                             .ndim = 1,
                             .axes = flat->axes,
                             .inputs = {cki_mapped_same(flat), cki_mapped_whole(gathered)},
                             .ninputs = 2,
                             .working = 3 * cki_node_largest_block(flat)});
}

/* ---- operations ---- */

/* What was asked for, alone or as a tuple. */
static cask_value *results_of(cki_build *build, const cask_array *arrays, size_t count)
{
    if (count == 1)
        return cki_node_value(build, arrays[0]);
    return cki_node_tuple(build, arrays, count);
}

static cask_value *run_unique(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array x = cki_node_from_value(&build, cki_operation_argument(call, "ar"));
    cask_array flat = x ? cki_reshape_ravel(&build, x) : NULL;
    cask_array gathered = flat ? gather(&build, flat) : NULL;
    if (!gathered)
        return NULL;
    bool index = cki_operation_flag(call, "return_index");
    if (index && !cki_chunks_is_known(&flat->axes[0])) {
        cki_fail(call->error, CASK_INVALID, NULL,
                 "unique: places in chunks of unknown sizes.\n\nA possible solution: "
                 "x.compute_chunk_sizes()");
        return NULL;
    }
    cask_array arrays[4];
    size_t count = 0;
    arrays[count++] = part_of(&build, gathered, VALUES);
    if (index)
        arrays[count++] = part_of(&build, gathered, FIRST);
    if (cki_operation_flag(call, "return_inverse"))
        arrays[count++] = inverse(&build, flat, gathered);
    if (cki_operation_flag(call, "return_counts"))
        arrays[count++] = part_of(&build, gathered, COUNTS);
    return results_of(&build, arrays, count);
}

static cask_value *run_union1d(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array pair[2];
    for (size_t i = 0; i < 2; i++) {
        cask_array x = cki_node_from_value(&build, call->arguments[i]);
        if (!x || !(pair[i] = cki_reshape_ravel(&build, x)))
            return NULL;
    }
    cask_array both = cki_join_concatenate(&build, pair, 2, 0);
    cask_array gathered = both ? gather(&build, both) : NULL;
    return gathered ? cki_node_value(&build, part_of(&build, gathered, VALUES)) : NULL;
}

/* ---- the records ---- */

#define FUNCTION (CKI_IN_DA | CKI_IN_NP)

static const cki_operation op_unique = {
    "unique",
    CKI_IN_DA,
    "ar, return_index=False, return_inverse=False, return_counts=False",
    "The different elements, sorted; also where each is first, which of them each element is, and "
    "how often each occurs.",
    run_unique,
    NULL};
static const cki_operation op_union1d = {
    "union1d",   FUNCTION, "ar1, ar2", "The different elements of two arrays, sorted.",
    run_union1d, NULL};

const cki_operation *const cki_unique_operations[] = {&op_unique, &op_union1d, NULL};
