/* Histograms of several coordinates: the bins of each coordinate are searched, put together to one
 * number, and these are counted. What lies in no bin is counted in one more, which is left out. */
#include "array/histogram_nd.h"
#include "array/collect.h"
#include "array/compose.h"
#include "array/elementwise.h"
#include "array/index.h"
#include "array/reductions.h"
#include "array/reshape.h"
#include "array/runs.h"
#include "array/search.h"

#include <math.h>
#include <string.h>

enum { MOST = 16 }; /* coordinates */

typedef struct counting {
    cki_call *call;
    cki_build *build;
    cki_compose *steps;
    size_t count;
    cask_array coordinates[MOST], edges[MOST];
    cask_array weights;
} counting;

static cask_status refuse(counting *c, const char *why)
{
    return cki_fail(c->call->error, CASK_INVALID, NULL, "%s", why);
}

/* ---- coordinates ---- */

/* The columns of an array, or arrays of one axis. */
static cask_status read_sample(counting *c, cask_value *sample)
{
    bool list = sample->kind == CKI_LIST || sample->kind == CKI_TUPLE;
    cask_array x = list ? NULL : cki_node_from_value(c->build, sample);
    if (!list && !x)
        return c->call->error->status;
    if (x && x->ndim != 2)
        return refuse(c, "Single array input to histogramdd should be columnar");
    if (x && x->axes[1].blocks != 1)
        return refuse(c, "Input array can only be chunked along the 0th axis.");
    c->count = x ? (size_t)x->axes[1].length : sample->as.list.count;
    if (c->count == 0 || c->count > MOST || (x && x->axes[1].length < 0))
        return refuse(c, "histogramdd takes from 1 to 16 coordinates");
    for (size_t i = 0; i < c->count; i++) {
        cask_array one = x ? cki_index_range(c->build, x, 1, (int64_t)i, (int64_t)i + 1)
                           : cki_node_from_value(c->build, sample->as.list.items[i]);
        c->coordinates[i] = one ? cki_reshape_ravel(c->build, one) : NULL;
        if (!c->coordinates[i])
            return c->call->error->status;
        if (!cki_runs_match(c->coordinates[i], 1, c->coordinates[0]->axes))
            return refuse(c, "All coordinate arrays must be chunked identically.");
    }
    return CASK_OK;
}

static cask_status read_weights(counting *c)
{
    if (cki_operation_is_none(c->call, "weights"))
        return CASK_OK;
    c->weights = cki_node_from_value(c->build, cki_operation_argument(c->call, "weights"));
    cask_array first = c->coordinates[0];
    if (c->weights && first && !cki_runs_match(c->weights, 1, first->axes))
        return refuse(c, "Input array and weights must have the same shape and chunk structure.");
    return c->call->error->status;
}

/* ---- edges ---- */

/* The smallest and the largest element of what is in memory, as NumPy finds them. */
static cask_status extremes(counting *c, cask_array x, double *ends)
{
    for (int i = 0; i < 2; i++) {
        cask_array one = cki_reductions_reduce(
            c->build, x,
            &(cki_reduce_spec){.kind = i ? CKI_REDUCE_MAX : CKI_REDUCE_MIN, .all = true});
        cask_value *value = one ? cki_collect_value(c->call->ck, one, c->call->error) : NULL;
        if (!value || cki_value_real(value, &ends[i], c->call->error) != CASK_OK) {
            cask_value_unref(value);
            return c->call->error->status;
        }
        cask_value_unref(value);
    }
    if (ends[0] == ends[1]) {
        ends[0] -= 0.5;
        ends[1] += 0.5;
    }
    return CASK_OK;
}

static cask_status read_range(counting *c, size_t i, double *ends)
{
    cask_value *range = cki_operation_argument(c->call, "range");
    if (range->kind == CKI_NONE) {
        if (c->call->operation->places & CKI_IN_NP) /* all is in memory */
            return extremes(c, c->coordinates[i], ends);
        return cki_fail(c->call->error, CASK_TYPE, NULL,
                        "histogramdd: a number of bins needs their range: range=((min, max), ...)");
    }
    cask_value *pairs = cki_value_items(range, c->call->error);
    if (!pairs)
        return c->call->error->status;
    cask_value *pair = NULL;
    if (pairs->as.list.count != c->count)
        refuse(c, "range argument requires one entry, a min max pair, per dimension.");
    else
        pair = cki_value_items(pairs->as.list.items[i], c->call->error);
    if (pair && pair->as.list.count != 2)
        refuse(c, "range argument should be a sequence of pairs");
    for (size_t k = 0; pair && k < 2 && c->call->error->status == CASK_OK; k++)
        cki_value_real(pair->as.list.items[k], &ends[k], c->call->error);
    cask_value_unref(pair);
    cask_value_unref(pairs);
    return c->call->error->status;
}

/* Edges of one coordinate: a number of equal bins, or the edges themselves. */
static cask_status read_edges(counting *c, size_t i, cask_value *bins)
{
    cki_compose *s = c->steps;
    bool number = bins->kind == CKI_INT || (cki_array_of(bins) && cki_array_of(bins)->ndim == 0);
    if (cki_node_lazy(bins))
        return cki_fail(c->call->error, CASK_UNSUPPORTED, "NotImplementedError",
                        "Passing dask collections to bins=... or range=... is not supported.");
    if (number) {
        int64_t count;
        double ends[2];
        if (cki_value_index(bins, &count, c->call->error) != CASK_OK ||
            read_range(c, i, ends) != CASK_OK)
            return c->call->error->status;
        if (count < 1 || count > INT32_MAX)
            return refuse(c, "`bins` must be positive, when an integer");
        c->edges[i] =
            cki_compose_lazy(s, cki_compose_call(s, "linspace", cki_compose_float(s, ends[0]),
                                                 cki_compose_float(s, ends[1]),
                                                 cki_compose_int(s, count + 1), NULL));
    } else {
        c->edges[i] = cki_node_from_value(c->build, bins);
    }
    if (c->edges[i] && (c->edges[i]->ndim != 1 || c->edges[i]->axes[0].length < 2))
        return refuse(c, "`bins` must be a number, or 1-d edges of at least one bin");
    return c->call->error->status;
}

static cask_status read_bins(counting *c)
{
    cask_value *bins = cki_operation_argument(c->call, "bins");
    bool list = bins->kind == CKI_LIST || bins->kind == CKI_TUPLE;
    bool number = bins->kind == CKI_INT;
    if (!list && !number && !cki_array_of(bins) && !cki_node_lazy(bins))
        return cki_fail(c->call->error, CASK_TYPE, NULL, "bins must be a number or a sequence");
    if (list && bins->as.list.count != c->count)
        return refuse(c, "The dimension of bins must be equal to the dimension of the sample.");
    for (size_t i = 0; i < c->count; i++)
        if (read_edges(c, i, list ? bins->as.list.items[i] : bins) != CASK_OK)
            return c->call->error->status;
    return CASK_OK;
}

/* ---- counting ---- */

static cask_value *binary(counting *c, const char *ufunc, cask_value *a, cask_value *b)
{
    return a && b ? cki_compose_call(c->steps, ufunc, a, b, NULL, NULL) : NULL;
}

/* The number of the bin of one coordinate; the last bin has its upper edge too. */
static cask_value *bin_of(counting *c, size_t i)
{
    cki_compose *s = c->steps;
    cask_array edges = c->edges[i], x = c->coordinates[i];
    cask_value *self = cki_compose_array(s, x);
    cask_array found = cki_search_sorted(c->build, edges, x, true);
    cask_value *place = binary(c, "subtract", cki_compose_array(s, found), cki_compose_int(s, 1));
    cask_value *last = cki_compose_range(s, cki_compose_array(s, edges), 0,
                                         edges->axes[0].length - 1, edges->axes[0].length);
    return binary(c, "subtract", place, binary(c, "equal", self, last));
}

/* All bins as one number in C order; `outside` where a coordinate is in none. */
static cask_value *numbers(counting *c, int64_t outside)
{
    cki_compose *s = c->steps;
    cask_value *all = NULL, *good = NULL;
    for (size_t i = 0; i < c->count && c->edges[i]; i++) {
        int64_t bins = c->edges[i]->axes[0].length - 1;
        cask_value *own = bin_of(c, i), *count = cki_compose_int(s, bins);
        cask_value *inside =
            binary(c, "logical_and", binary(c, "greater_equal", own, cki_compose_int(s, 0)),
                   binary(c, "less", own, count));
        all = i ? binary(c, "add", binary(c, "multiply", all, count), own) : own;
        good = i ? binary(c, "logical_and", good, inside) : inside;
    }
    return all && good ? cki_compose_call(s, "where", good, all, cki_compose_int(s, outside), NULL)
                       : NULL;
}

static cask_array counts_of(counting *c)
{
    cki_compose *s = c->steps;
    int64_t shape[MOST], bins = 1;
    for (size_t i = 0; i < c->count; i++) {
        shape[i] = c->edges[i] ? c->edges[i]->axes[0].length - 1 : 0;
        if (__builtin_mul_overflow(bins, shape[i], &bins) || bins > INT32_MAX) {
            refuse(c, "histogramdd: too many bins");
            return NULL;
        }
    }
    cask_value *which = numbers(c, bins), *least = cki_compose_int(s, bins + 1);
    cask_value *weights =
        c->weights ? cki_compose_array(s, c->weights) : cki_compose_keep(s, cki_value_none());
    cask_value *counted = cki_compose_call(s, "bincount", which, weights, least, NULL);
    cask_value *inside = counted ? cki_compose_range(s, counted, 0, 0, bins) : NULL;
    cask_array flat = inside ? cki_compose_lazy(s, inside) : NULL;
    cask_array made = flat ? cki_reshape_to(c->build, flat, (int)c->count, shape) : NULL;
    return made ? cki_elementwise_cast(c->build, made,
                                       c->weights ? c->weights->dtype : cki_dtype_of(CASK_F64))
                : NULL;
}

/* Shares of the whole for each unit of volume. */
static cask_array densities(counting *c, cask_array counts)
{
    cki_compose *s = c->steps;
    cask_value *self = cki_compose_array(s, counts), *made = self;
    for (size_t i = 0; i < c->count && c->edges[i]; i++) {
        int64_t length = c->edges[i]->axes[0].length, shape[MOST];
        cask_value *edges = cki_compose_array(s, c->edges[i]);
        cask_value *width = binary(c, "subtract", cki_compose_range(s, edges, 0, 1, length),
                                   cki_compose_range(s, edges, 0, 0, length - 1));
        cask_array flat = cki_compose_lazy(s, width);
        for (size_t k = 0; k < c->count; k++)
            shape[k] = k == i ? length - 1 : 1;
        cask_array along = flat ? cki_reshape_to(c->build, flat, (int)c->count, shape) : NULL;
        made = along ? binary(c, "divide", made, cki_compose_array(s, along)) : NULL;
    }
    cask_value *sum = self ? cki_compose_call(s, "sum", self, NULL, NULL, NULL) : NULL;
    cask_value *shares = binary(c, "divide", made, sum);
    return shares ? cki_compose_lazy(s, shares) : NULL;
}

/* ---- operations ---- */

static cask_value *result_of(counting *c, cask_array counts, bool flat)
{
    cask_value *edges = flat ? NULL : cki_value_list(CKI_LIST, c->count, c->call->error);
    cask_value *tuple = cki_value_list(CKI_TUPLE, flat ? 1 + c->count : 2, c->call->error);
    for (size_t i = 0; tuple && i < c->count && (flat || edges); i++) {
        cask_value *own = cki_node_value(c->build, c->edges[i]);
        own = own ? own : cki_value_none();
        if (flat)
            tuple->as.list.items[1 + i] = own;
        else
            edges->as.list.items[i] = own;
    }
    cask_value *first = cki_node_value(c->build, counts);
    if (!tuple || !first || (!flat && !edges)) {
        if (tuple)
            tuple->as.list.count = 0;
        cask_value_unref(tuple);
        cask_value_unref(first);
        cask_value_unref(edges);
        return NULL;
    }
    tuple->as.list.items[0] = first;
    if (!flat)
        tuple->as.list.items[1] = edges;
    return cki_compose_keep(c->steps, tuple);
}

static cask_value *run(cki_call *call, cask_value *sample, bool flat)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cki_compose s = {.build = &build};
    counting c = {.call = call, .build = &build, .steps = &s};
    cask_value *result = NULL;
    const char *density = "density";
    if (sample && read_sample(&c, sample) == CASK_OK && read_weights(&c) == CASK_OK &&
        read_bins(&c) == CASK_OK) {
        cask_array counts = counts_of(&c);
        if (counts && cki_operation_flag(call, density))
            counts = densities(&c, counts);
        if (counts)
            result = result_of(&c, counts, flat);
    }
    return cki_compose_drop(&s, result);
}

static cask_value *run_dd(cki_call *call)
{
    return run(call, cki_operation_argument(call, "sample"), false);
}

static cask_value *run_2d(cki_call *call)
{
    cask_value *pair = cki_value_list(CKI_LIST, 2, call->error);
    if (!pair)
        return NULL;
    pair->as.list.items[0] = cask_value_ref(cki_operation_argument(call, "x"));
    pair->as.list.items[1] = cask_value_ref(cki_operation_argument(call, "y"));
    cask_value *result = run(call, pair, true);
    cask_value_unref(pair);
    return result;
}

#define OPTIONS "range=None, normed=None, weights=None, density=None"
#define DD_DOC                                                                                     \
    "How many points fall into each bin of several coordinates (the columns of an array, or a "    \
    "list of arrays), and the bins' edges: numbers of bins in ranges, or edges."
#define TWO_DOC "How many points (x, y) fall into each bin of both, and the edges of these."

static const cki_operation op_dd = {"histogramdd", CKI_IN_DA, "sample, bins, " OPTIONS,
                                    DD_DOC,        run_dd,    NULL};
static const cki_operation op_np_dd = {"histogramdd", CKI_IN_NP, "sample, bins=10, " OPTIONS,
                                       DD_DOC,        run_dd,    NULL};
static const cki_operation op_2d = {"histogram2d", CKI_IN_DA, "x, y, bins=10, " OPTIONS,
                                    TWO_DOC,       run_2d,    NULL};
static const cki_operation op_np_2d = {"histogram2d", CKI_IN_NP, "x, y, bins=10, " OPTIONS,
                                       TWO_DOC,       run_2d,    NULL};

const cki_operation *const cki_histogram_nd_operations[] = {&op_dd, &op_np_dd, &op_2d, &op_np_2d,
                                                            NULL};
