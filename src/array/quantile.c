/* Quantiles: lines of a block are read off (quantile_lines.c). Where all elements of many blocks
 * are one line, they are sorted as sort_external.c does it; each sorted block then gives those that
 * are asked for, and one task weighs them. */
#include "array/quantile.h"
#include "array/elementwise.h"
#include "array/functions.h"
#include "array/mapped.h"
#include "array/order.h"
#include "array/rechunk.h"
#include "array/reductions.h"
#include "array/reshape.h"
#include "array/runs.h"
#include "array/sort.h"

#include <math.h>
#include <string.h>

/* ---- a block ---- */

/* The block's lines as rows: kept axes first, then those that are reduced, as one. */
static cask_value *rows_of(const cki_quantile *how, const cki_array *x, int64_t *lines,
                           int64_t *length, cki_error *error)
{
    int order[CKI_MAX_NDIM], count = 0;
    *lines = *length = 1;
    for (int pass = 0; pass < 2; pass++)
        for (int k = 0; k < x->ndim; k++)
            if (how->axes[k] == (pass == 1)) {
                order[count++] = k;
                *(pass ? length : lines) *= x->shape[k];
            }
    cask_value *turned = cki_array_permute(x, order, error);
    cask_value *rows =
        turned ? cki_array_reshape(turned, 2, (const int64_t[2]){*lines, *length}, error) : NULL;
    cask_value_unref(turned);
    return rows;
}

static cask_status run_block(const cki_task *task, cask_value **result, cki_error *error)
{
    const cki_mapped *spec = cki_mapped_of(task);
    const cki_quantile *how = spec->parameters;
    const cki_array *x = cki_array_of(task->inputs[0]);
    int64_t lines, length, shape[CKI_MAX_NDIM], position[CKI_MAX_NDIM];
    if (!x)
        return cki_fail_internal(error, "array.quantile");
    cki_node_position(spec->out, task->block, position);
    cki_node_block_shape(spec->out, position, shape);
    for (int k = 0, at = how->qdim; k < x->ndim; k++) /* where the plan does not know it */
        if (!how->axes[k] || how->keepdims)
            shape[at++] = how->axes[k] ? 1 : x->shape[k];
    cask_value *rows = rows_of(how, x, &lines, &length, error);
    cask_value *out = NULL;
    if (rows && length == 0 && lines > 0 && how->method != CKI_QUANTILE_MEDIAN && !how->skip_nan)
        cki_fail(error, CASK_INDEX, NULL, "cannot do a non-empty take from an empty axes.");
    else if (rows && (out = cki_array_new(spec->dtype, spec->ndim, shape, error)) &&
             cki_quantile_lines(how, cki_array_of(rows), spec->dtype, cki_array_of(out)->data,
                                error) != CASK_OK) {
        cask_value_unref(out);
        out = NULL;
    }
    cask_value_unref(rows);
    *result = out;
    return error->status;
}

/* ---- all elements ---- */

/* What a sorted block gives: numbers of the elements, two for each quantile, up to a negative one;
 * the elements; and the quantiles' weights. A LIST of these arrays. */
enum { SLOTS, ELEMENTS, WEIGHTS, PARTS };

static cask_value *new_picks(cki_dtype dtype, int64_t most, cki_error *error)
{
    cask_value *list = cki_value_list(CKI_LIST, PARTS, error);
    const cki_dtype types[PARTS] = {cki_dtype_of(CASK_I64), dtype, cki_dtype_of(CASK_F64)};
    for (size_t i = 0; list && i < PARTS; i++)
        if (!(list->as.list.items[i] = cki_array_zeros(types[i], 1, &most, error))) {
            list->as.list.count = i;
            cask_value_unref(list);
            return NULL;
        }
    return list;
}

static unsigned char *data_of(const cask_value *list, size_t part)
{
    return cki_array_of(list->as.list.items[part])->data;
}

static cask_status run_pick(const cki_task *task, cask_value **result, cki_error *error)
{
    const cki_mapped *spec = cki_mapped_of(task);
    const cki_quantile *how = spec->parameters;
    const cki_array *sorted = cki_array_of(task->inputs[0]);
    cask_array x = spec->inputs[0].x;
    int64_t start = cki_chunks_start(&x->axes[0], task->block), most = 2 * how->nq, found = 0;
    int64_t n = x->axes[0].length - (how->skip_nan ? cask_value_i64(task->inputs[1]) : 0);
    size_t size = cki_dtype_size(x->dtype);
    cask_value *picks = sorted ? new_picks(x->dtype, most, error) : NULL;
    if (!picks)
        return error->status ? error->status : cki_fail_internal(error, "array.quantile_pick");
    int64_t *slots = (int64_t *)(void *)data_of(picks, SLOTS);
    double *weights = (double *)(void *)data_of(picks, WEIGHTS);
    for (int64_t i = 0; n > 0 && i < most; i++) {
        cki_quantile_place at = cki_quantile_rule_place(how->method, how->q[i / 2], n);
        int64_t place = (i % 2 ? at.next : at.previous) - start;
        if (place < 0 || place >= sorted->shape[0])
            continue;
        memcpy(data_of(picks, ELEMENTS) + (size_t)found * size,
               sorted->data + place * sorted->strides[0], size);
        weights[found] = at.weight;
        slots[found++] = i;
    }
    if (found < most)
        slots[found] = -1;
    *result = picks;
    return CASK_OK;
}

/* All picks in their slots; false if there are none. */
static bool gather_picks(const cki_task *task, size_t count, size_t size, const cask_value *all)
{
    bool any = false;
    int64_t most = cki_array_of(all->as.list.items[SLOTS])->shape[0];
    for (size_t i = 0; i < count; i++) {
        const cask_value *picks = task->inputs[i];
        const int64_t *slots = (const int64_t *)(const void *)data_of(picks, SLOTS);
        for (int64_t k = 0; k < most && slots[k] >= 0; k++) {
            memcpy(data_of(all, ELEMENTS) + (size_t)slots[k] * size,
                   data_of(picks, ELEMENTS) + (size_t)k * size, size);
            memcpy(data_of(all, WEIGHTS) + (size_t)slots[k] * sizeof(double),
                   data_of(picks, WEIGHTS) + (size_t)k * sizeof(double), sizeof(double));
            any = true;
        }
    }
    return any;
}

/* Every quantile of its two elements. */
static cask_status run_finish(const cki_task *task, cask_value **result, cki_error *error)
{
    const cki_mapped *spec = cki_mapped_of(task);
    const cki_quantile *how = spec->parameters;
    cki_dtype dtype = spec->inputs[0].x->dtype;
    size_t count = task->ninputs - 1, size = cki_dtype_size(dtype);
    int64_t missing = cask_value_i64(task->inputs[count]), shape[CKI_MAX_NDIM];
    for (int k = 0; k < spec->ndim; k++)
        shape[k] = spec->axes[k].length;
    cask_value *all = new_picks(dtype, 2 * how->nq, error);
    cask_value *out = all ? cki_array_new(spec->dtype, spec->ndim, shape, error) : NULL;
    if (out) {
        bool none = !gather_picks(task, count, size, all);
        none = none || (!how->skip_nan && missing && !cki_dtype_is_time(dtype));
        for (int64_t i = 0; i < how->nq; i++) {
            unsigned char *to = cki_array_of(out)->data + (size_t)i * cki_dtype_size(spec->dtype);
            const unsigned char *two = data_of(all, ELEMENTS) + (size_t)(2 * i) * size;
            double weight = ((const double *)(const void *)data_of(all, WEIGHTS))[2 * i];
            if (none)
                cki_quantile_rule_missing(spec->dtype, to);
            else
                cki_quantile_rule_value(how->method, dtype, two, two + size, weight, to);
        }
    }
    cask_value_unref(all);
    *result = out;
    return error->status;
}

const cki_function cki_quantile_function = {"array.quantile", 1, run_block};
const cki_function cki_quantile_pick_function = {"array.quantile_pick", 1, run_pick};
const cki_function cki_quantile_finish_function = {"array.quantile_finish", 1, run_finish};

/* ---- building ---- */

static bool tokenize(cki_build *build, const cki_quantile *how, cki_token *token)
{
    cki_hasher *hasher = cki_token_start(build->error);
    if (!hasher)
        return false;
    cki_token_int(hasher, how->method);
    cki_token_int(hasher, how->skip_nan + 2 * how->keepdims);
    for (int k = 0; k < CKI_MAX_NDIM; k++)
        cki_token_int(hasher, how->axes[k]);
    for (int k = 0; k < how->qdim; k++)
        cki_token_int(hasher, how->qshape[k]);
    cki_token_bytes(hasher, how->q, (size_t)how->nq * sizeof *how->q);
    *token = cki_token_end(hasher);
    return true;
}

/* The axes of q, then those of x that stay. */
static cki_axis *result_axes(cki_build *build, cask_array x, const cki_quantile *how, int *ndim)
{
    *ndim = how->qdim;
    for (int k = 0; k < x->ndim; k++)
        *ndim += !how->axes[k] || how->keepdims;
    cki_axis *axes = *ndim <= CKI_MAX_NDIM ? cki_runs_axes(build, *ndim) : NULL;
    bool made = axes != NULL;
    int at = 0;
    for (; made && at < how->qdim; at++)
        made = cki_chunks_single(build->arena, how->qshape[at], &axes[at]);
    for (int k = 0; made && k < x->ndim; k++) {
        if (!how->axes[k])
            axes[at++] = x->axes[k];
        else if (how->keepdims)
            made = cki_chunks_single(build->arena, 1, &axes[at++]);
    }
    if (!made && *ndim > CKI_MAX_NDIM)
        cki_fail(build->error, CASK_INVALID, NULL, "a result of more than %d axes", CKI_MAX_NDIM);
    else if (!made)
        cki_fail_memory(build->error, sizeof(cki_run));
    return made ? axes : NULL;
}

static cask_array by_lines(cki_build *build, cask_array x, const cki_quantile *how,
                           cki_mapped *spec)
{
    cki_mapping mapping = {.x = x};
    int64_t length = 1;
    int at = how->qdim;
    for (int k = 0; k < x->ndim; k++) {
        mapping.along[k] = (int8_t)(how->axes[k] ? CKI_MAPPED_ALL : at);
        at += !how->axes[k] || how->keepdims;
        if (how->axes[k] &&
            __builtin_mul_overflow(length, x->axes[k].length < 0 ? 1 : x->axes[k].length, &length))
            length = INT64_MAX / 64;
    }
    spec->function = &cki_quantile_function;
    spec->inputs[0] = mapping;
    spec->ninputs = 1;
    spec->working = 2 * cki_node_largest_block(x) + cki_quantile_lines_bytes(how, x->dtype, length);
    return cki_mapped_array(build, spec);
}

/* How many elements are NaN or NaT, as an array of 0 dimensions. */
static cask_array count_missing(cki_build *build, cask_array x)
{
    bool may = cki_dtype_is_float(x->dtype) || cki_dtype_is_time(x->dtype);
    cask_array which = cki_elementwise_arrays(build, may ? "isnan" : "not_equal",
                                              (cask_array[]){x, x}, may ? 1 : 2);
    return which ? cki_reductions_reduce(build, which,
                                         &(cki_reduce_spec){.kind = CKI_REDUCE_COUNT, .all = true})
                 : NULL;
}

static cask_array of_all(cki_build *build, cask_array x, const cki_quantile *how, cki_mapped *spec)
{
    cask_array flat = cki_reshape_ravel(build, x);
    if (flat && flat->axes[0].length < 0) {
        cki_fail(build->error, CASK_INVALID, NULL,
                 "quantiles of all elements: the chunk sizes of the array are unknown.\n\nA "
                 "possible solution: x.compute_chunk_sizes()");
        return NULL;
    }
    cask_array missing = flat ? count_missing(build, flat) : NULL;
    cask_array sorted = missing ? cki_sort_external(build, flat, false) : NULL;
    cki_axis *axis = sorted ? cki_runs_axes(build, 1) : NULL;
    if (!axis || !cki_chunks_unknown(build->arena, sorted->axes[0].blocks, axis)) {
        cki_fail_memory(build->error, sizeof *axis);
        return NULL;
    }
    cki_mapped pick = *spec;
    pick.function = &cki_quantile_pick_function;
    pick.label = "quantile-pick";
    pick.dtype = sorted->dtype;
    pick.ndim = 1;
    pick.axes = axis;
    pick.inputs[0] = cki_mapped_same(sorted);
    pick.inputs[1] = cki_mapped_whole(missing);
    pick.ninputs = 2;
    pick.output = (size_t)how->nq * 2 * (16 + cki_dtype_size(sorted->dtype));
    cask_array picks = cki_mapped_array(build, &pick);
    if (!picks)
        return NULL;
    spec->function = &cki_quantile_finish_function;
    spec->inputs[0] = cki_mapped_whole(picks);
    spec->inputs[1] = cki_mapped_whole(missing);
    spec->ninputs = 2;
    return cki_mapped_array(build, spec);
}

cask_array cki_quantile_array(cki_build *build, cask_array x, const cki_quantile *how)
{
    cki_quantile *own = cki_arena_copy(build->arena, how, sizeof *own);
    bool all = true, several = false;
    for (int k = 0; k < x->ndim; k++) {
        all = all && how->axes[k];
        several = several || (how->axes[k] && x->axes[k].blocks > 1);
    }
    all = all && several;
    cki_mapped spec = {.label = how->method == CKI_QUANTILE_MEDIAN ? "median" : "quantile",
                       .parameters = own};
    if (!own) {
        cki_fail_memory(build->error, sizeof *own);
        return NULL;
    }
    if (cki_quantile_rule_dtype(how->method, x->dtype, &spec.dtype, build->error) != CASK_OK ||
        !tokenize(build, how, &spec.token) ||
        (several && !all && !(x = cki_sort_gathered(build, x, how->axes))) ||
        !(spec.axes = result_axes(build, x, how, &spec.ndim)))
        return NULL;
    return all && x->ndim ? of_all(build, x, how, &spec) : by_lines(build, x, how, &spec);
}
