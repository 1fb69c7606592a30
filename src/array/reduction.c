/* reduction: `chunk` of every block, `combine` of groups of such results by a tree, `aggregate` of
 * the last ones. */
#include "array/reduction.h"
#include "array/blockwise.h"
#include "array/masked.h"
#include "array/out.h"
#include "array/rechunk.h"
#include "array/runs.h"
#include "array/view.h"
#include "call/call.h"

#include <math.h>
#include <string.h>

typedef struct reducing {
    cki_call *call;
    cki_build build;
    cask_value *chunk, *combine, *aggregate;
    bool axes[CKI_MAX_NDIM];
    int naxes;
    int64_t split[CKI_MAX_NDIM]; /* blocks that become one along each axis */
    cki_dtype dtype;
    bool concatenate, keepdims;
    bool masked;  /* blocks and results are masked arrays */
    int64_t size; /* of what a block becomes along a reduced axis */
    cask_value *axis_value, *yes, *no, *dtype_value;
} reducing;

/* ---- arguments ---- */

static cask_status read_split(reducing *r, int ndim)
{
    cask_value *every = cki_operation_argument(r->call, "split_every");
    bool dict = every->kind == CKI_DICT;
    int64_t number = r->call->ck->tuning.split_every > 0 ? r->call->ck->tuning.split_every : 4;
    if (every->kind != CKI_NONE && !dict &&
        cki_value_index(every, &number, r->call->error) != CASK_OK)
        return cki_fail(r->call->error, CASK_INVALID, NULL, "split_every must be a int or a dict");
    int64_t each = (int64_t)pow((double)number, 1.0 / (r->naxes ? r->naxes : 1));
    for (int k = 0; k < ndim; k++) {
        r->split[k] = each > 2 ? each : 2;
        cask_value *key = dict ? cki_value_int(k, r->call->error) : NULL;
        cask_value *own = key ? cki_value_dict_get(every, key, NULL) : NULL;
        cask_value_unref(key);
        if (dict)
            r->split[k] = 2;
        if (own && cki_value_index(own, &r->split[k], r->call->error) != CASK_OK)
            return r->call->error->status;
        if (r->split[k] < 2 || r->split[k] > INT32_MAX)
            r->split[k] = r->split[k] < 2 ? 2 : INT32_MAX;
    }
    return r->call->error->status;
}

static cask_value *function_of(reducing *r, const char *name)
{
    cask_value *given = cki_operation_argument(r->call, name);
    if (given->kind == CKI_NONE)
        return NULL;
    return cki_blockwise_function(&r->build, given, "reduction");
}

static cask_status read_arguments(reducing *r, cask_array x)
{
    int order[CKI_MAX_NDIM];
    int64_t axes[CKI_MAX_NDIM];
    cki_error *error = r->call->error;
    if (cki_node_axes(cki_operation_argument(r->call, "axis"), x->ndim, r->axes, order, &r->naxes,
                      error) != CASK_OK ||
        cki_node_dtype(cki_operation_argument(r->call, "dtype"), &r->dtype, error) != CASK_OK)
        return error->status;
    if (!r->dtype.id)
        return cki_fail(error, CASK_INVALID, NULL, "Must specify dtype");
    if (read_split(r, x->ndim) != CASK_OK ||
        cki_value_index(cki_operation_argument(r->call, "output_size"), &r->size, error))
        return error->status;
    r->concatenate = cki_operation_flag(r->call, "concatenate");
    r->keepdims = cki_operation_flag(r->call, "keepdims");
    for (int k = 0; k < r->naxes; k++)
        axes[k] = order[k];
    r->axis_value = cki_value_ints(CKI_TUPLE, axes, (size_t)r->naxes, error);
    r->yes = cki_value_bool(true);
    r->no = cki_value_bool(r->keepdims);
    r->dtype_value = cki_value_dtype(r->dtype, error);
    if (error->status == CASK_OK && (r->chunk = function_of(r, "chunk")) &&
        (r->aggregate = function_of(r, "aggregate"))) {
        cask_value *combine = function_of(r, "combine");
        r->combine = combine || error->status ? combine : cask_value_ref(r->aggregate);
    }
    if (error->status == CASK_OK && (!r->chunk || !r->aggregate))
        cki_fail(error, CASK_TYPE, NULL, "reduction() needs functions chunk and aggregate");
    return error->status;
}

static void drop(reducing *r)
{
    cask_value *const all[] = {r->chunk, r->combine, r->aggregate,  r->axis_value,
                               r->yes,   r->no,      r->dtype_value};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        cask_value_unref(all[i]);
}

/* ---- steps ---- */

/* function(blocks..., axis=, keepdims=, [dtype=]) as an array with the blocks of `axes`; raw unless
 * it is the last. `first` are the arrays, filled in already. */
static cask_array step(reducing *r, cask_value *function, cki_blockwise_argument *arguments,
                       size_t narrays, int ndim, const cki_axis *axes, cask_value *keepdims,
                       const char *label, bool last)
{
    static const char *const names[] = {"axis", "keepdims", "dtype"};
    cask_value *const named[] = {r->axis_value, keepdims, r->dtype_value};
    size_t nnamed = cki_call_takes(function, "dtype") ? 3 : 2;
    for (size_t i = 0; i < nnamed; i++)
        arguments[narrays + i] = (cki_blockwise_argument){.value = named[i]};
    return cki_blockwise_array(&r->build, &(cki_blockwise){.function = function,
                                                           .what = "reduction",
                                                           .label = label,
                                                           .dtype = r->dtype,
                                                           .ndim = ndim,
                                                           .axes = axes,
                                                           .arguments = arguments,
                                                           .count = narrays + nnamed,
                                                           .names = names,
                                                           .nnamed = nnamed,
                                                           .concatenate = r->concatenate,
                                                           .raw = !last || r->masked});
}

/* So many blocks, each of the size that chunk's results have. */
static cask_status partial_axis(reducing *r, int64_t blocks, cki_axis *axis)
{
    cki_runs runs = {0};
    cki_runs_add(&runs, r->size, blocks);
    return cki_runs_finish(&runs, r->build.arena, axis, r->build.error);
}

static cask_array chunk_step(reducing *r, cask_array x, cask_array weights, const char *label)
{
    cki_blockwise_argument arguments[5];
    size_t narrays = weights ? 2 : 1;
    cki_axis *axes = cki_runs_axes(&r->build, x->ndim);
    memset(arguments, 0, sizeof arguments);
    arguments[0].x = x;
    arguments[1].x = weights;
    for (int k = 0; axes && k < x->ndim; k++) {
        arguments[0].along[k] = arguments[1].along[k] = (int16_t)k;
        axes[k] = x->axes[k];
        if (r->axes[k] && partial_axis(r, x->axes[k].blocks, &axes[k]) != CASK_OK)
            return NULL;
    }
    bool concatenates = r->concatenate;
    r->concatenate = true; /* a single block is no list of one */
    cask_array made =
        axes ? step(r, r->chunk, arguments, narrays, x->ndim, axes, r->yes, label, false) : NULL;
    r->concatenate = concatenates;
    return made;
}

static cask_array combine_step(reducing *r, cask_array x, const char *label)
{
    cki_blockwise_argument arguments[4];
    cki_axis *axes = cki_runs_axes(&r->build, x->ndim);
    memset(arguments, 0, sizeof arguments);
    arguments[0].x = x;
    for (int k = 0; axes && k < x->ndim; k++) {
        arguments[0].along[k] = (int16_t)k;
        axes[k] = x->axes[k];
        if (!r->axes[k])
            continue;
        arguments[0].group[k] = (int32_t)r->split[k];
        int64_t blocks = (x->axes[k].blocks + r->split[k] - 1) / r->split[k];
        if (partial_axis(r, blocks, &axes[k]) != CASK_OK)
            return NULL;
    }
    return axes ? step(r, r->combine, arguments, 1, x->ndim, axes, r->yes, label, false) : NULL;
}

static cask_array aggregate_step(reducing *r, cask_array x, const char *label)
{
    cki_blockwise_argument arguments[4];
    cki_axis *axes = cki_runs_axes(&r->build, x->ndim);
    int ndim = 0;
    memset(arguments, 0, sizeof arguments);
    arguments[0].x = x;
    for (int k = 0; axes && k < x->ndim; k++) {
        bool kept = !r->axes[k] || r->keepdims;
        arguments[0].along[k] = (int16_t)(r->axes[k] ? CKI_BLOCKWISE_ALL : ndim);
        if (kept)
            axes[ndim++] = x->axes[k];
        if (kept && r->axes[k] && partial_axis(r, 1, &axes[ndim - 1]) != CASK_OK)
            return NULL;
    }
    cask_array made =
        axes ? step(r, r->aggregate, arguments, 1, ndim, axes, r->no, label, true) : NULL;
    return made && r->masked ? cki_blockwise_masked(&r->build, made, -1, r->dtype, ndim, axes)
                             : made;
}

static int depth_of(const reducing *r, cask_array x)
{
    int depth = 1;
    for (int k = 0; k < x->ndim; k++) {
        int own = 0;
        for (int64_t blocks = x->axes[k].blocks; r->axes[k] && blocks > 1; own++)
            blocks = (blocks + r->split[k] - 1) / r->split[k];
        depth = own > depth ? own : depth;
    }
    return depth;
}

/* Weights in the shape and chunks of x. */
static cask_array read_weights(reducing *r, cask_array x)
{
    cask_array w = cki_node_from_value(&r->build, cki_operation_argument(r->call, "weights"));
    bool fits = w && w->ndim <= x->ndim;
    for (int k = 0; fits && k < w->ndim; k++) {
        int64_t length = w->axes[k].length;
        fits = length == 1 || length == x->axes[x->ndim - w->ndim + k].length;
    }
    if (w && !fits)
        cki_fail(r->call->error, CASK_INVALID, NULL,
                 "Weights with %d axes are not broadcastable to x with %d axes, or their lengths "
                 "differ",
                 w->ndim, x->ndim);
    cki_axis *axes = fits ? cki_runs_axes(&r->build, x->ndim) : NULL;
    for (int k = 0; axes && k < x->ndim; k++) {
        int own = k - x->ndim + w->ndim;
        axes[k] = own >= 0 && w->axes[own].length != 1 ? w->axes[own] : x->axes[k];
    }
    w = axes ? cki_view_broadcast(&r->build, w, x->ndim, axes) : NULL;
    return w ? cki_rechunk_to(&r->build, w, x->axes) : NULL;
}

static cask_array reduce(reducing *r, cask_array x)
{
    cask_array weights = NULL;
    const cask_value *name = cki_operation_argument(r->call, "name");
    const char *label = name->kind == CKI_STR ? name->as.text.bytes : "reduction";
    if (!cki_operation_is_none(r->call, "weights") && !(weights = read_weights(r, x)))
        return NULL;
    int depth = depth_of(r, x);
    cask_array made = chunk_step(r, x, weights, label);
    for (; made && depth > 1; depth--)
        made = combine_step(r, made, label);
    return made ? aggregate_step(r, made, label) : NULL;
}

static cask_value *run_reduction(cki_call *call)
{
    reducing r = {.call = call, .build = cki_node_build(call->ck, call->error)};
    cask_array x = cki_masked_lazy(cki_operation_argument(call, "x")), made = NULL;
    r.masked = x != NULL;
    if (r.masked && !cki_operation_is_none(call, "out")) {
        cki_fail(call->error, CASK_UNSUPPORTED, NULL,
                 "reduction(): the out parameter is not supported for a masked array");
        return NULL;
    }
    x = x ? x : cki_node_from_value(&r.build, cki_operation_argument(call, "x"));
    if (x && read_arguments(&r, x) == CASK_OK)
        made = reduce(&r, x);
    drop(&r);
    return r.masked ? cki_node_value(&r.build, made) : cki_out_result(call, &r.build, made);
}

#define REDUCTION                                                                                  \
    "x, chunk, aggregate, axis=None, keepdims=False, dtype=None, split_every=None, combine=None, " \
    "name=None, out=None, concatenate=True, output_size=1, meta=None, weights=None",               \
        "A reduction made of functions: chunk(block, axis=, keepdims=True) of every block, "       \
        "combine (aggregate if there is none) of split_every results, put together or, with "      \
        "concatenate=False, in nested lists, and aggregate(results, axis=, keepdims=) at the "     \
        "end.",                                                                                    \
        run_reduction, NULL

static const cki_operation op_reduction = {"reduction", CKI_IN_DA, REDUCTION};
static const cki_operation op_reduction_in = {"reductions.reduction", CKI_IN_DA, REDUCTION};

const cki_operation *const cki_reduction_operations[] = {&op_reduction, &op_reduction_in, NULL};
