/* bincount and histogram: the counts of each block, added up by a tree. */
#include "array/histogram.h"
#include "array/collect.h"
#include "array/creation.h"
#include "array/elementwise.h"
#include "array/functions.h"
#include "array/index.h"
#include "array/mapped.h"
#include "array/order.h"
#include "array/rechunk.h"
#include "array/reductions.h"
#include "array/reshape.h"
#include "array/runs.h"

#include <math.h>
#include <string.h>

enum { TILE = 512 }; /* elements at a time */

/* ---- bincount ---- */

typedef struct tally {
    int64_t least; /* minlength */
    bool weighted;
} tally;

/* How many bins a block needs: those that were asked for, or as many as its largest number says. */
static cask_status count_bins(const int64_t *x, int64_t count, int64_t *bins, cki_error *error)
{
    const int64_t fixed = *bins;
    for (int64_t i = 0; i < count; i++) {
        if (x[i] < 0)
            return cki_fail(error, CASK_INVALID, NULL,
                            "'list' argument must have no negative elements");
        if (x[i] == INT64_MAX)
            return cki_fail_memory(error, SIZE_MAX);
        if (fixed && x[i] >= fixed)
            return cki_fail(
                error, CASK_INVALID, NULL,
                "bincount: the number %lld is beyond the %lld bins of minlength: give a "
                "minlength above the largest number, or none",
                (long long)x[i], (long long)fixed);
        *bins = x[i] >= *bins ? x[i] + 1 : *bins;
    }
    return CASK_OK;
}

static cask_status run_bincount(const cki_task *task, cask_value **result, cki_error *error)
{
    const tally *b = cki_mapped_of(task)->parameters;
    cask_value *numbers = cki_array_compact(task->inputs[0], error);
    cask_value *weights = b->weighted ? cki_array_compact(task->inputs[1], error) : NULL;
    const cki_array *x = cki_array_of(numbers), *w = cki_array_of(weights);
    if (x && (w || !b->weighted)) {
        const int64_t *at = (const int64_t *)(const void *)x->data;
        int64_t count = x->shape[0], length = b->least;
        if (w && w->shape[0] != count)
            cki_fail(error, CASK_INVALID, NULL, "The weights and list don't have the same length.");
        cask_value *out =
            error->status == CASK_OK && count_bins(at, count, &length, error) == 0
                ? cki_array_zeros(cki_dtype_of(w ? CASK_F64 : CASK_I64), 1, &length, error)
                : NULL;
        void *to = out ? cki_array_of(out)->data : NULL;
        for (int64_t i = 0; to && i < count; i++) {
            if (w)
                ((double *)to)[at[i]] += ((const double *)(const void *)w->data)[i];
            else
                ((int64_t *)to)[at[i]]++;
        }
        *result = out;
    }
    cask_value_unref(numbers);
    cask_value_unref(weights);
    return error->status;
}

/* 1-d counts of any lengths, added from the first on; a missing one counts nothing. */
static cask_status run_add(const cki_task *task, cask_value **result, cki_error *error)
{
    int64_t length = 0;
    cki_dtype dtype = {0};
    for (size_t k = 0; k < task->ninputs; k++) {
        const cki_array *part = cki_array_of(task->inputs[k]);
        if (!part || part->ndim != 1)
            return cki_fail_internal(error, "array.bincount");
        length = part->shape[0] > length ? part->shape[0] : length;
        dtype = part->dtype;
    }
    cask_value *out = cki_array_zeros(dtype, 1, &length, error);
    for (size_t k = 0; out && k < task->ninputs; k++) {
        const cki_array *part = cki_array_of(task->inputs[k]), *sum = cki_array_of(out);
        for (int64_t i = 0; i < part->shape[0]; i++) {
            const void *from = part->data + i * part->strides[0];
            void *to = sum->data + i * sum->strides[0];
            if (dtype.id == CASK_F64)
                *(double *)to += *(const double *)from;
            else
                *(int64_t *)to += *(const int64_t *)from;
        }
    }
    *result = out;
    return error->status;
}

const cki_function cki_histogram_bincount_function = {"array.bincount", 1, run_bincount};
const cki_function cki_histogram_add_function = {"array.bincount_add", 1, run_add};

/* The counts of each block: blocks of `least` bins, or of unknown length. */
static cask_array count_blocks(cki_build *build, cask_array x, cask_array weights, int64_t least)
{
    tally *b = cki_arena_alloc(build->arena, sizeof *b);
    cki_hasher *hasher = b ? cki_token_start(build->error) : NULL;
    cki_axis *axis = cki_runs_axes(build, 1);
    int64_t length, blocks = x->axes[0].blocks;
    bool known = least > 0 && !__builtin_mul_overflow(least, blocks, &length);
    if (!hasher || !axis ||
        !(known ? cki_chunks_regular(build->arena, length, least, axis)
                : cki_chunks_unknown(build->arena, blocks, axis))) {
        if (hasher)
            cki_token_end(hasher);
        cki_fail_memory(build->error, sizeof *b);
        return NULL;
    }
    *b = (tally){least, weights != NULL};
    cki_token_int(hasher, least);
    cki_token_int(hasher, b->weighted);
    cki_mapped spec = {.function = &cki_histogram_bincount_function,
                       .label = "bincount",
                       .dtype = cki_dtype_of(weights ? CASK_F64 : CASK_I64),
                       .ndim = 1,
                       .axes = axis,
                       .inputs = {cki_mapped_same(x)},
                       .ninputs = 1,
                       .parameters = b,
                       .token = cki_token_end(hasher),
                       .working = 2 * cki_node_largest_block(x)};
    if (weights)
        spec.inputs[spec.ninputs++] = cki_mapped_same(weights);
    return cki_mapped_array(build, &spec);
}

/* x, and weights of the same chunks, in the types that are counted in. */
static cask_status read_counted(cki_call *call, cki_build *build, cask_array *x,
                                cask_array *weights)
{
    *x = cki_node_from_value(build, cki_operation_argument(call, "x"));
    *weights = NULL;
    if (!*x)
        return call->error->status;
    if ((*x)->ndim != 1)
        return cki_fail(call->error, CASK_INVALID, NULL,
                        "Input array must be one dimensional. Try using x.ravel()");
    if (!cki_dtype_can_cast((*x)->dtype, cki_dtype_of(CASK_I64), "safe")) {
        char name[48];
        return cki_fail(call->error, CASK_TYPE, NULL,
                        "Cannot cast array data from dtype('%s') to dtype('int64') according to "
                        "the rule 'safe'",
                        cki_dtype_name((*x)->dtype, name));
    }
    *x = cki_elementwise_cast(build, *x, cki_dtype_of(CASK_I64));
    if (!*x || cki_operation_is_none(call, "weights"))
        return call->error->status;
    cask_array w = cki_node_from_value(build, cki_operation_argument(call, "weights"));
    if (w && !cki_runs_match(w, 1, (*x)->axes))
        return cki_fail(call->error, CASK_INVALID, NULL,
                        "Chunks of input array x and weights must match.");
    *weights = w ? cki_elementwise_cast(build, w, cki_dtype_of(CASK_F64)) : NULL;
    return call->error->status;
}

static cask_value *run_op_bincount(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array x, weights;
    int64_t least, every;
    if (read_counted(call, &build, &x, &weights) != CASK_OK ||
        cki_value_index(cki_operation_argument(call, "minlength"), &least, call->error) ||
        cki_mapped_every(cki_operation_argument(call, "split_every"), &every, call->error))
        return NULL;
    if (least < 0) {
        cki_fail(call->error, CASK_INVALID, NULL, "'minlength' must not be negative");
        return NULL;
    }
    cask_array counts = count_blocks(&build, x, weights, least);
    cki_mapped add = {.function = &cki_histogram_add_function, .label = "bincount"};
    return cki_node_value(&build,
                          cki_mapped_fold(&build, counts, 0, every, least > 0 ? least : -1, &add));
}

/* ---- histogram ---- */

/* The last bin has its upper edge too. Where there are keys, that edge is therefore put up by one;
 * if nothing comes behind it, what is beyond it is it. */
typedef struct upper {
    bool raised, highest;
    cki_order elements; /* to compare with the edge if there are no keys */
} upper;

static cask_status raise_last(cki_order *edges, const cki_array *x, upper *e, cki_error *error)
{
    int64_t last = edges->count - 1;
    *e = (upper){.raised = edges->keys != NULL};
    if (!e->raised)
        return cki_order_open(&e->elements, x, error);
    e->highest = edges->keys[last] == UINT64_MAX;
    edges->keys[last] += !e->highest;
    return CASK_OK;
}

/* Whether element i, which is at the last edge or beyond, is at it. */
static bool is_last(const cki_order *edges, const upper *e, int64_t i)
{
    return e->raised ? e->highest
                     : cki_order_compare(edges, edges->count - 1, &e->elements, i) == 0;
}

/* Counts of one block. The edges rise; they are changed. */
static cask_status fill(cki_order *edges, const cki_array *x, const double *weights, double *sums,
                        int64_t *counts, cki_error *error)
{
    const int64_t last = edges->count - 1, count = cki_array_size(x);
    int64_t places[TILE];
    upper e;
    if (raise_last(edges, x, &e, error) != CASK_OK)
        return error->status;
    for (int64_t i = 0; i < count; i += TILE) {
        int64_t many = count - i < TILE ? count - i : TILE;
        cki_order_places(edges, x->data + i * edges->stride, many, true, places);
        for (int64_t k = 0; k < many; k++) {
            int64_t bin = places[k] - 1;
            if (bin == last && is_last(edges, &e, i + k))
                bin--;
            if (bin < 0 || bin >= last)
                continue;
            if (weights)
                sums[bin] += weights[i + k];
            else
                counts[bin]++;
        }
    }
    cki_order_close(&e.elements);
    return CASK_OK;
}

/* ---- bins of one width ---- */

/* The bin of a number from the first edge on, as if all were of one width. */
static int64_t guess_bin(const double *edges, double per_width, double number)
{
    return (int64_t)((number - edges[0]) * per_width);
}

/* Bins per width of doubles; 0 unless the edges are finite and a guess is never off by more than
 * one: it does not fall as numbers rise, so it is enough that no edge is far from its place. */
static double even_width(const cki_array *edges, const cki_array *x)
{
    const double *edge = (const double *)(const void *)edges->data;
    int64_t bins = edges->ndim == 1 ? edges->shape[0] - 1 : 0;
    if (x->dtype.id != CASK_F64 || edges->dtype.id != CASK_F64 || bins < 1 || bins >= INT32_MAX ||
        !isfinite(edge[bins] - edge[0]) || edge[bins] <= edge[0])
        return 0;
    double per_width = (double)bins / (edge[bins] - edge[0]);
    for (int64_t i = 0; i <= bins; i++) {
        if (!(edge[i] >= edge[0] && edge[i] <= edge[bins]))
            return 0;
        int64_t guess = guess_bin(edge, per_width, edge[i]);
        if (guess != i && guess != i - 1)
            return 0;
    }
    return per_width;
}

/* The counts of doubles in such bins: a guess, and from there a neighbour. */
static void fill_even(const cki_array *edges, double per_width, const cki_array *x,
                      const double *weights, double *sums, int64_t *counts)
{
    const double *at = (const double *)(const void *)x->data;
    const double *edge = (const double *)(const void *)edges->data;
    const int64_t bins = edges->shape[0] - 1, count = cki_array_size(x);
    const double first = edge[0], last = edge[bins];
    for (int64_t i = 0; i < count; i++) {
        if (!(at[i] >= first && at[i] <= last))
            continue;
        int64_t bin = guess_bin(edge, per_width, at[i]); /* all without branches from here */
        bin -= bin >= bins;
        bin -= at[i] < edge[bin];
        bin += (bin + 1 < bins) & (at[i] >= edge[bin + 1]);
        if (weights)
            sums[bin] += weights[i];
        else
            counts[bin]++;
    }
}

static cask_status check_edges(const cki_order *edges, cki_error *error)
{
    for (int64_t i = 1; i < edges->count; i++)
        if (cki_order_compare(edges, i - 1, edges, i) > 0)
            return cki_fail(error, CASK_INVALID, NULL,
                            "`bins` must increase monotonically, when an array");
    return CASK_OK;
}

static cask_status run_histogram(const cki_task *task, cask_value **result, cki_error *error)
{
    const cki_mapped *spec = cki_mapped_of(task);
    cask_value *values[3] = {NULL};
    for (size_t i = 0; i < task->ninputs && i < 3; i++)
        if (!(values[i] = cki_array_compact(task->inputs[i], error)))
            break;
    const cki_array *x = cki_array_of(values[0]), *e = cki_array_of(values[1]);
    const cki_array *w = cki_array_of(values[2]);
    cki_order edges = {0};
    int64_t shape[CKI_MAX_NDIM];
    cask_value *out = NULL;
    for (int k = 0; k < spec->ndim; k++)
        shape[k] = k < spec->ndim - 1 ? 1 : spec->axes[k].length;
    if (error->status == CASK_OK && x && e && (!w || cki_array_size(w) == cki_array_size(x)) &&
        cki_order_open(&edges, e, error) == CASK_OK && check_edges(&edges, error) == CASK_OK &&
        (out = cki_array_zeros(spec->dtype, spec->ndim, shape, error))) {
        void *to = cki_array_of(out)->data;
        const double *weights = w ? (const double *)(const void *)w->data : NULL;
        const double per_width = even_width(e, x);
        if (per_width > 0)
            fill_even(e, per_width, x, weights, to, to);
        else
            fill(&edges, x, weights, to, to, error);
    }
    if (error->status == CASK_OK && !out)
        cki_fail_internal(error, "array.histogram");
    if (error->status == CASK_OK)
        *result = out;
    else
        cask_value_unref(out);
    cki_order_close(&edges);
    for (int i = 0; i < 3; i++)
        cask_value_unref(values[i]);
    return error->status;
}

const cki_function cki_histogram_function = {"array.histogram", 1, run_histogram};

/* A row of counts for each block, in a grid as x's; then the sum of the rows. */
static cask_array count_edges(cki_build *build, cask_array x, cask_array edges, cask_array weights)
{
    int ndim = x->ndim + 1;
    cki_axis *axes = ndim <= CKI_MAX_NDIM ? cki_runs_axes(build, ndim) : NULL;
    bool made = axes != NULL;
    for (int k = 0; made && k < x->ndim; k++)
        made = cki_chunks_regular(build->arena, x->axes[k].blocks, 1, &axes[k]);
    if (!made || !cki_chunks_single(build->arena, edges->axes[0].length - 1, &axes[x->ndim])) {
        cki_fail_memory(build->error, sizeof(cki_run));
        return NULL;
    }
    cki_mapped spec = {.function = &cki_histogram_function,
                       .label = "histogram",
                       .dtype = cki_dtype_of(weights ? CASK_F64 : CASK_I64),
                       .ndim = ndim,
                       .axes = axes,
                       .inputs = {cki_mapped_same(x), cki_mapped_whole(edges)},
                       .ninputs = 2,
                       .working = 4 * cki_node_largest_block(x)};
    if (weights)
        spec.inputs[spec.ninputs++] = cki_mapped_same(weights);
    cki_reduce_spec sum = {.kind = CKI_REDUCE_SUM};
    for (int k = 0; k < x->ndim; k++)
        sum.axes[k] = true;
    cask_array rows = cki_mapped_array(build, &spec);
    return rows ? cki_reductions_reduce(build, rows, &sum) : NULL;
}

/* The range with its lazy ends computed, as the edges are told now; `ends` is given up. */
static cask_value *with_known_ends(cki_call *call, cask_value *ends)
{
    cask_value *known = cki_value_list(CKI_LIST, ends->as.list.count, call->error);
    for (size_t i = 0; known && i < ends->as.list.count; i++) {
        cask_array lazy = cki_node_lazy(ends->as.list.items[i]);
        cask_value *end = lazy ? cki_collect_value(call->ck, lazy, call->error)
                               : cask_value_ref(ends->as.list.items[i]);
        if (!(known->as.list.items[i] = end)) {
            known->as.list.count = i;
            cask_value_unref(known);
            known = NULL;
        }
    }
    cask_value_unref(ends);
    return known;
}

/* So many bins of equal width in a range: their edges. */
static cask_array even_edges(cki_call *call, cki_build *build, cask_value *bins)
{
    const cask_value *range = cki_operation_argument(call, "range");
    const cki_operation *linspace = cki_operation_find(call->ck, "linspace", CKI_IN_DA);
    int64_t count;
    if (range->kind == CKI_NONE || bins->kind == CKI_NONE || !linspace) {
        cki_fail(call->error, CASK_INVALID, NULL,
                 "dask.array.histogram requires either specifying bins as an iterable or "
                 "specifying both a range and the number of bins");
        return NULL;
    }
    cask_value *ends = cki_value_items(range, call->error);
    if (ends && !(ends = with_known_ends(call, ends)))
        return NULL;
    if (!ends || cki_value_index(bins, &count, call->error) != CASK_OK)
        goto failed;
    if (ends->as.list.count != 2 || count < 1 || count == INT64_MAX) {
        if (count < 1 || count == INT64_MAX)
            cki_fail(call->error, CASK_INVALID, NULL, "`bins` must be positive, when an integer");
        else
            cki_fail(call->error, CASK_INVALID, NULL,
                     "range must be a sequence or array of length 2, but got %zu items",
                     ends->as.list.count);
        goto failed;
    }
    cask_value *arguments[3] = {ends->as.list.items[0], ends->as.list.items[1],
                                cki_value_int(count + 1, call->error)};
    cki_arguments given = {.positional = arguments, .count = 3};
    cask_value *made =
        arguments[2] ? cki_operation_call(call->ck, linspace, &given, call->error) : NULL;
    cask_array edges = made ? cki_node_from_value(build, made) : NULL;
    cask_value_unref(arguments[2]);
    cask_value_unref(made);
    cask_value_unref(ends);
    return edges;
failed:
    cask_value_unref(ends);
    return NULL;
}

static cask_array read_edges(cki_call *call, cki_build *build)
{
    cask_value *bins = cki_operation_argument(call, "bins");
    const cki_array *eager = cki_array_of(bins);
    bool number = bins->kind == CKI_INT || bins->kind == CKI_BOOL || (eager && eager->ndim == 0);
    if (number || bins->kind == CKI_NONE)
        return even_edges(call, build, bins);
    if (bins->kind == CKI_STR || bins->kind == CKI_FLOAT) {
        cki_fail(call->error, CASK_TYPE, NULL,
                 "bins is a number of them, an integer, or a sequence of edges, not of type '%s'",
                 cki_value_type(bins));
        return NULL;
    }
    cask_array edges = cki_node_from_value(build, bins);
    if (edges && (edges->ndim != 1 || edges->axes[0].length < 1)) {
        cki_fail(call->error, CASK_INVALID, NULL,
                 "bins must be a 1-dimensional array or sequence of known length, got %d axes",
                 edges->ndim);
        return NULL;
    }
    return edges;
}

/* Weights in the chunks of a, if there are any. */
static cask_status read_weights(cki_call *call, cki_build *build, cask_array a, cask_array *weights)
{
    *weights = NULL;
    if (cki_operation_is_none(call, "weights"))
        return CASK_OK;
    cask_array w = cki_node_from_value(build, cki_operation_argument(call, "weights"));
    if (w && !cki_runs_match(w, a->ndim, a->axes))
        return cki_fail(call->error, CASK_INVALID, NULL,
                        "Input array and weights must have the same chunked structure");
    if (w && cki_dtype_is_complex(w->dtype))
        return cki_fail(call->error, CASK_TYPE, NULL,
                        "histogram: weights are real numbers; count real and imaginary parts one "
                        "after the other");
    *weights = w;
    return call->error->status;
}

/* Counts as shares of the whole for each unit of width. */
static cask_array densities(cki_build *build, cask_array counts, cask_array edges)
{
    int64_t length = edges->axes[0].length;
    cask_array pair[2] = {cki_index_range(build, edges, 0, 1, length),
                          cki_index_range(build, edges, 0, 0, length - 1)};
    cask_array width =
        pair[0] && pair[1] ? cki_elementwise_arrays(build, "subtract", pair, 2) : NULL;
    width = width ? cki_elementwise_cast(build, width, cki_dtype_of(CASK_F64)) : NULL;
    cask_array whole = cki_reductions_reduce(
        build, counts, &(cki_reduce_spec){.kind = CKI_REDUCE_SUM, .all = true});
    cask_array each =
        width ? cki_elementwise_arrays(build, "divide", (cask_array[]){counts, width}, 2) : NULL;
    return each && whole ? cki_elementwise_arrays(build, "divide", (cask_array[]){each, whole}, 2)
                         : NULL;
}

/* All in one type, the edges in one block. */
static cask_array histogram(cki_build *build, cask_array a, cask_array edges, cask_array weights)
{
    cki_dtype dtype, out = weights ? weights->dtype : cki_dtype_of(CASK_I64);
    if (cki_dtype_promote(a->dtype, edges->dtype, &dtype, build->error) != CASK_OK)
        return NULL;
    a = cki_elementwise_cast(build, a, dtype);
    edges = a ? cki_elementwise_cast(build, edges, dtype) : NULL;
    edges = edges ? cki_rechunk_single(build, edges, (bool[CKI_MAX_NDIM]){true}) : NULL;
    if (edges && weights)
        weights = cki_elementwise_cast(build, weights, cki_dtype_of(CASK_F64));
    if (!a || !edges || build->error->status != CASK_OK)
        return NULL;
    cask_array counts = count_edges(build, a, edges, weights);
    return counts ? cki_elementwise_cast(build, counts, out) : NULL;
}

static cask_value *run_op_histogram(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array weights, a = cki_node_from_value(&build, cki_operation_argument(call, "a"));
    if (!cki_operation_is_none(call, "normed")) {
        cki_fail(call->error, CASK_INVALID, NULL,
                 "histogram(): normed is of old; density=True gives densities");
        return NULL;
    }
    cask_array edges = a ? read_edges(call, &build) : NULL;
    if (!edges || read_weights(call, &build, a, &weights) != CASK_OK)
        return NULL;
    cask_array counts = histogram(&build, a, edges, weights);
    if (counts && cki_operation_flag(call, "density"))
        counts = densities(&build, counts, edges);
    return counts ? cki_node_tuple(&build, (cask_array[]){counts, edges}, 2) : NULL;
}

/* ---- the records ---- */

#define FUNCTION (CKI_IN_DA | CKI_IN_NP)

static const cki_operation op_bincount = {
    "bincount",
    CKI_IN_DA,
    "x, weights=None, minlength=0, split_every=None",
    "How often each number from 0 on occurs, or the sum of its weights.",
    run_op_bincount,
    NULL};

static const cki_operation op_histogram = {
    "histogram",
    CKI_IN_DA,
    "a, bins=None, range=None, normed=None, weights=None, density=None",
    "How many elements fall into each bin, and the bins' edges; bins are edges, or a number of "
    "them in a range.",
    run_op_histogram,
    NULL};

const cki_operation *const cki_histogram_operations[] = {&op_bincount, &op_histogram, NULL};
