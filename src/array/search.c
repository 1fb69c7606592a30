/* searchsorted and digitize. Each block of the sorted array is searched for each block of values;
 * if there are several, the counts are then summed along a first axis, with an element for each. */
#include "array/search.h"
#include "array/collect.h"
#include "array/elementwise.h"
#include "array/functions.h"
#include "array/mapped.h"
#include "array/order.h"
#include "array/reductions.h"
#include "array/runs.h"

#include <string.h>

typedef struct parameters {
    bool right;
} parameters;

/* The counts of one block; if there are several sorted blocks, with an axis of length 1 in front.
 */
static cask_status run(const cki_task *task, cask_value **result, cki_error *error)
{
    const cki_mapped *spec = cki_mapped_of(task);
    const parameters *p = spec->parameters;
    cask_value *in = cki_array_compact(task->inputs[0], error);
    cask_value *of = in ? cki_array_compact(task->inputs[1], error) : NULL;
    const cki_array *values = cki_array_of(of);
    int64_t shape[CKI_MAX_NDIM] = {1};
    cask_value *out = NULL;
    cki_order sorted = {0};
    if (values && cki_order_open(&sorted, cki_array_of(in), error) == CASK_OK) {
        memcpy(shape + spec->ndim - values->ndim, values->shape,
               (size_t)values->ndim * sizeof *shape);
        out = cki_array_new(cki_dtype_of(CASK_I64), spec->ndim, shape, error);
    }
    if (out)
        cki_order_places(&sorted, values->data, cki_array_size(values), p->right,
                         (int64_t *)(void *)cki_array_of(out)->data);
    cki_order_close(&sorted);
    cask_value_unref(in);
    cask_value_unref(of);
    *result = out;
    return error->status;
}

const cki_function cki_search_function = {"array.searchsorted", 1, run};

/* Both in one type. */
static cask_status promote(cki_build *build, cask_array *a, cask_array *b)
{
    cki_dtype dtype;
    if (cki_dtype_promote((*a)->dtype, (*b)->dtype, &dtype, build->error) != CASK_OK ||
        !(*a = cki_elementwise_cast(build, *a, dtype)))
        return build->error->status;
    *b = cki_elementwise_cast(build, *b, dtype);
    return build->error->status;
}

/* The axes of the counts: those of the values, behind one for several sorted blocks. */
static cki_axis *count_axes(cki_build *build, cask_array sorted, cask_array values, int front)
{
    cki_axis *axes = cki_runs_axes(build, front + values->ndim);
    if (axes && front && !cki_chunks_regular(build->arena, sorted->axes[0].blocks, 1, &axes[0])) {
        cki_fail_memory(build->error, sizeof *axes);
        return NULL;
    }
    if (axes)
        memcpy(axes + front, values->axes, (size_t)values->ndim * sizeof *axes);
    return axes;
}

cask_array cki_search_sorted(cki_build *build, cask_array sorted, cask_array values, bool right)
{
    if (!sorted || !values || promote(build, &sorted, &values) != CASK_OK)
        return NULL;
    int front = sorted->axes[0].blocks != 1;
    if (values->ndim + front > CKI_MAX_NDIM) {
        cki_fail(build->error, CASK_INVALID, NULL, "searchsorted: at most %d axes",
                 CKI_MAX_NDIM - 1);
        return NULL;
    }
    cki_axis *axes = count_axes(build, sorted, values, front);
    parameters *p = axes ? cki_arena_alloc(build->arena, sizeof *p) : NULL;
    cki_hasher *hasher = p ? cki_token_start(build->error) : NULL;
    if (!hasher) {
        cki_fail_memory(build->error, sizeof *p);
        return NULL;
    }
    p->right = right;
    cki_token_int(hasher, right);
    cki_mapping mapping = {.x = values};
    for (int k = 0; k < values->ndim; k++)
        mapping.along[k] = (int8_t)(k + front);
    size_t in = cki_node_largest_block(sorted), size = cki_dtype_size(sorted->dtype);
    cki_mapped spec = {
        .function = &cki_search_function,
        .label = "searchsorted",
        .dtype = cki_dtype_of(CASK_I64),
        .ndim = front + values->ndim,
        .axes = axes,
        .inputs = {front ? cki_mapped_same(sorted) : cki_mapped_whole(sorted), mapping},
        .ninputs = 2,
        .parameters = p,
        .token = cki_token_end(hasher),
        .working = in / (size ? size : 1) * sizeof(uint64_t)};
    cask_array counts = cki_mapped_array(build, &spec);
    cki_reduce_spec sum = {.kind = CKI_REDUCE_SUM, .axes = {true}};
    return counts && front ? cki_reductions_reduce(build, counts, &sum) : counts;
}

/* ---- operations ---- */

static cask_value *run_searchsorted(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array a = cki_node_from_value(&build, cki_operation_argument(call, "a"));
    cask_array v = a ? cki_node_from_value(&build, cki_operation_argument(call, "v")) : NULL;
    const cask_value *side = cki_operation_argument(call, "side");
    const char *name = side->kind == CKI_STR ? side->as.text.bytes : "";
    if (!v)
        return NULL;
    if (a->ndim != 1) {
        cki_fail(call->error, CASK_INVALID, NULL, "Input array a must be one dimensional");
        return NULL;
    }
    if (!cki_operation_is_none(call, "sorter")) {
        cki_fail(call->error, CASK_UNSUPPORTED, "NotImplementedError",
                 "da.searchsorted with a sorter argument is not supported: take a[sorter] first");
        return NULL;
    }
    if (strcmp(name, "left") != 0 && strcmp(name, "right") != 0) {
        cki_fail(call->error, CASK_INVALID, NULL,
                 "search side must be 'left' or 'right' (got '%s')", name);
        return NULL;
    }
    return cki_node_value(&build, cki_search_sorted(&build, a, v, *name == 'r'));
}

/* 1: rising, -1: falling, 0: neither. */
static int direction(const cki_order *bins)
{
    bool rises = true, falls = true;
    for (int64_t i = 1; i < bins->count; i++) {
        int order = cki_order_compare(bins, i - 1, bins, i);
        rises = rises && order <= 0;
        falls = falls && order >= 0;
    }
    return rises ? 1 : falls ? -1 : 0;
}

/* The bins in memory, C-contiguous, and how they run. */
static cask_value *read_bins(cki_call *call, int *way)
{
    cask_value *given = cki_operation_argument(call, "bins");
    cask_array lazy = cki_node_lazy(given); /* which way they go is known now */
    cask_value *natural = lazy ? cki_collect_value(call->ck, lazy, call->error)
                          : cki_array_of(given)
                              ? cask_value_ref(given)
                              : cki_array_from_value(given, (cki_dtype){0}, call->error);
    cask_value *bins = natural ? cki_array_compact(natural, call->error) : NULL;
    cki_order order = {0};
    cask_value_unref(natural);
    if (!bins)
        return NULL;
    if (cki_array_of(bins)->ndim != 1)
        cki_fail(call->error, CASK_INVALID, NULL, "object of too small depth for desired array");
    else if (cki_order_open(&order, cki_array_of(bins), call->error) == CASK_OK &&
             !(*way = direction(&order)))
        cki_fail(call->error, CASK_INVALID, NULL,
                 "bins must be monotonically increasing or decreasing");
    cki_order_close(&order);
    if (call->error->status == CASK_OK)
        return bins;
    cask_value_unref(bins);
    return NULL;
}

/* The bins as a lazy array, in rising order. */
static cask_array rising(cki_build *build, cask_value *bins, int way)
{
    const cki_array *array = cki_array_of(bins);
    int64_t last = array->shape[0] - 1, step = -1;
    if (way > 0)
        return cki_node_from_value(build, bins);
    cask_value *turned = cki_array_slice(array, &last, array->shape, &step, build->error);
    cask_array made = turned ? cki_node_from_value(build, turned) : NULL;
    cask_value_unref(turned);
    return made;
}

static cask_value *run_digitize(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    int way = 1;
    cask_array a = cki_node_from_value(&build, cki_operation_argument(call, "a"));
    if (a && cki_dtype_is_complex(a->dtype)) {
        cki_fail(call->error, CASK_TYPE, NULL, "x may not be complex");
        return NULL;
    }
    cask_value *bins = a ? read_bins(call, &way) : NULL;
    if (!bins)
        return NULL;
    cask_array places =
        cki_search_sorted(&build, rising(&build, bins, way), a, !cki_operation_flag(call, "right"));
    if (places && way < 0) { /* counted from the other end */
        cask_value *pair[2] = {cki_value_int(cki_array_of(bins)->shape[0], call->error),
                               cki_node_value(&build, places)};
        places = pair[0] && pair[1] ? cki_elementwise_values(&build, "subtract", pair, 2) : NULL;
        cask_value_unref(pair[0]);
        cask_value_unref(pair[1]);
    }
    cask_value_unref(bins);
    return cki_node_value(&build, places);
}

/* ---- the records ---- */

#define FUNCTION (CKI_IN_DA | CKI_IN_NP)

static const cki_operation op_searchsorted = {
    "searchsorted",
    FUNCTION,
    "a, v, side='left', sorter=None",
    "Where each value would be put into a sorted 1-d array to keep it sorted.",
    run_searchsorted,
    NULL};
static const cki_operation op_digitize = {
    "digitize",
    FUNCTION,
    "a, bins, right=False",
    "The number of the bin that each element falls into; bins rise or fall.",
    run_digitize,
    NULL};

const cki_operation *const cki_search_operations[] = {&op_searchsorted, &op_digitize, NULL};
