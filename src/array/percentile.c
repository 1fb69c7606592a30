/* percentile() of 1-d arrays as Dask has it: the percentiles of each block, and 0 and 100 beside
 * them, are merged by how many elements lie between. Approximate, in one pass; quantile() is exact.
 * With an axis, or internal_method='tdigest', percentile() is exact too. */
#include "array/functions.h"
#include "array/mapped.h"
#include "array/order.h"
#include "array/quantile.h"
#include "array/runs.h"
#include "core/memory.h"

#include <math.h>
#include <string.h>

typedef struct merging {
    cki_quantile block; /* percentiles of a block: 0, those asked for, 100 */
    cki_quantile_method method;
    int64_t count; /* of those asked for */
    const double *percents;
} merging;

/* ---- of a block ---- */

/* The percentiles of 1-d x: of dates by their numbers, as floats whose fractions are dropped. */
static cask_status percentiles_of(const merging *m, const cki_array *x, cki_dtype dtype,
                                  const cki_array *values, cki_error *error)
{
    bool between =
        m->block.method == CKI_QUANTILE_LINEAR || m->block.method == CKI_QUANTILE_MIDPOINT;
    bool dates = between && x->dtype.id == CASK_DATETIME;
    cki_array row = *x;
    row.ndim = 2;
    row.shape[0] = 1;
    row.shape[1] = x->shape[0];
    row.strides[0] = 0;
    row.strides[1] = x->strides[0];
    row.dtype = dates ? cki_dtype_of(CASK_I64) : x->dtype;
    dtype = dates ? cki_dtype_of(CASK_F64) : dtype;
    if (cki_quantile_lines(&m->block, &row, dtype, values->data, error) != CASK_OK || !dates)
        return error->status;
    for (int64_t i = 0; i < values->shape[0]; i++) {
        double number;
        memcpy(&number, values->data + (size_t)i * sizeof number, sizeof number);
        int64_t whole = (int64_t)number;
        memcpy(values->data + (size_t)i * sizeof whole, &whole, sizeof whole);
    }
    return CASK_OK;
}

/* The block's percentiles; the second of the LIST is how many elements it has. */
static cask_status run_block(const cki_task *task, cask_value **result, cki_error *error)
{
    const cki_mapped *spec = cki_mapped_of(task);
    const merging *m = spec->parameters;
    const cki_array *x = cki_array_of(task->inputs[0]);
    int64_t length = x ? x->shape[0] : 0, count = length ? m->block.nq : 0;
    cask_value *values = x ? cki_array_new(spec->dtype, 1, &count, error) : NULL;
    cask_value *number = values ? cki_value_int(length, error) : NULL;
    cask_value *list = number ? cki_value_list(CKI_LIST, 2, error) : NULL;
    if (!list) {
        cask_value_unref(values);
        cask_value_unref(number);
        return error->status ? error->status : cki_fail_internal(error, "array.percentile");
    }
    list->as.list.items[0] = values;
    list->as.list.items[1] = number;
    if (!length || percentiles_of(m, x, spec->dtype, cki_array_of(values), error) == CASK_OK)
        *result = list;
    else
        cask_value_unref(list);
    return error->status;
}

/* ---- merging ---- */

/* All blocks' percentiles in rising order, and how many elements lie at or below each. */
typedef struct merged {
    cask_value *values;
    double *below;
    int64_t count;
    double elements;
} merged;

static void drop(merged *all)
{
    cask_value_unref(all->values);
    cki_memory_free(all->below);
}

static cask_status put_together(const cki_task *task, const merging *m, merged *all,
                                cki_error *error)
{
    cki_dtype dtype = cki_mapped_of(task)->inputs[0].x->dtype;
    size_t size = cki_dtype_size(dtype), next = 0;
    for (size_t i = 0; i < task->ninputs; i++)
        all->count += cki_array_of(task->inputs[i]->as.list.items[0])->shape[0];
    if (!all->count)
        return cki_fail(error, CASK_INVALID, NULL, "No non-trivial arrays found");
    cask_value *values = cki_array_new(dtype, 1, &all->count, error);
    double *counts = cki_memory_alloc((size_t)all->count * sizeof *counts);
    all->below = cki_memory_alloc((size_t)all->count * sizeof *all->below);
    all->values = values;
    if (!values || !counts || !all->below) {
        cki_memory_free(counts);
        return cki_fail_memory(error, (size_t)all->count * sizeof *counts);
    }
    for (size_t i = 0; i < task->ninputs; i++) {
        const cki_array *own = cki_array_of(task->inputs[i]->as.list.items[0]);
        double elements = (double)task->inputs[i]->as.list.items[1]->as.integer;
        for (int64_t k = 0; k < own->shape[0]; k++, next++) {
            memcpy(cki_array_of(values)->data + next * size, own->data + k * own->strides[0], size);
            double gap = k ? m->percents[k] - m->percents[k - 1] : m->percents[0];
            counts[next] = gap * elements;
        }
        all->elements += own->shape[0] ? elements : 0;
    }
    cki_order order = {0};
    int64_t *sorted = NULL;
    if (cki_order_open(&order, cki_array_of(values), error) == CASK_OK)
        sorted = cki_order_quick(&order, error);
    cask_value *rising = sorted ? cki_array_new(dtype, 1, &all->count, error) : NULL;
    double sum = 0;
    for (int64_t i = 0; rising && i < all->count; i++) {
        memcpy(cki_array_of(rising)->data + (size_t)i * size,
               cki_array_of(values)->data + (size_t)sorted[i] * size, size);
        all->below[i] = sum += counts[sorted[i]];
    }
    cki_order_close(&order);
    cki_memory_free(sorted);
    cki_memory_free(counts);
    cask_value_unref(values);
    all->values = rising;
    return error->status;
}

/* How many of the counts are below, or with `right` at or below. */
static int64_t search(const merged *all, double wanted, bool right)
{
    int64_t low = 0, high = all->count;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        bool less = right ? all->below[middle] <= wanted : all->below[middle] < wanted;
        if (less)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* A value's real part, or (part 1) the other one. */
static double number_at(const merged *all, int64_t i, int part)
{
    const cki_array *values = cki_array_of(all->values);
    double numbers[2] = {0};
    (void)cki_array_cast_element(cki_dtype_of(CASK_C128), numbers, values->dtype,
                                 values->data + (size_t)i * cki_dtype_size(values->dtype), NULL);
    return numbers[part];
}

/* numpy.interp of the counts. */
static double interpolated(const merged *all, double wanted, int part)
{
    int64_t j = search(all, wanted, true) - 1, last = all->count - 1;
    if (isnan(wanted))
        return wanted;
    if (j < 0)
        return number_at(all, 0, part);
    if (j >= last)
        return number_at(all, last, part);
    double x0 = all->below[j], x1 = all->below[j + 1];
    double y0 = number_at(all, j, part), y1 = number_at(all, j + 1, part);
    if (x0 == wanted)
        return y0;
    double slope = (y1 - y0) / (x1 - x0), value = slope * (wanted - x0) + y0;
    if (isnan(value)) {
        value = slope * (wanted - x1) + y1;
        value = isnan(value) && y0 == y1 ? y0 : value;
    }
    return value;
}

/* Which of the values stands for `wanted` elements; and the other one of two. */
static int64_t choose(const merging *m, const merged *all, double wanted, int64_t *other)
{
    int64_t left = search(all, wanted, false), right = search(all, wanted, true) - 1;
    left = left < all->count ? left : all->count - 1;
    int64_t lower = left < right ? left : right, upper = left < right ? right : left;
    lower = lower < 0 ? all->count - 1 : lower; /* NumPy's -1: the last */
    *other = upper;
    if (m->method == CKI_QUANTILE_HIGHER)
        return upper;
    bool nearer = fabs(all->below[lower] - wanted) > fabs(all->below[upper] - wanted);
    return m->method == CKI_QUANTILE_NEAREST && nearer ? upper : lower;
}

static cask_status run_merge(const cki_task *task, cask_value **result, cki_error *error)
{
    const cki_mapped *spec = cki_mapped_of(task);
    const merging *m = spec->parameters;
    merged all = {.values = NULL};
    cask_value *out = NULL;
    if (put_together(task, m, &all, error) == CASK_OK && all.below &&
        (out = cki_array_new(spec->dtype, 1, &m->count, error))) {
        size_t size = cki_dtype_size(spec->dtype);
        for (int64_t i = 0; i < m->count; i++) {
            unsigned char *to = cki_array_of(out)->data + (size_t)i * size;
            double wanted = m->percents[i + 1] * all.elements, value[2];
            int64_t other, at = choose(m, &all, wanted, &other);
            for (int part = 0; part < 2; part++)
                value[part] =
                    m->method == CKI_QUANTILE_LINEAR
                        ? interpolated(&all, wanted, part)
                        : 0.5 * (number_at(&all, at, part) + number_at(&all, other, part));
            if (m->method == CKI_QUANTILE_LINEAR || m->method == CKI_QUANTILE_MIDPOINT)
                cki_array_cast_element(spec->dtype, to, cki_dtype_of(CASK_C128), value, error);
            else
                memcpy(to, cki_array_of(all.values)->data + (size_t)at * size, size);
        }
    }
    drop(&all);
    *result = out;
    return error->status;
}

const cki_function cki_percentile_function = {"array.percentile", 1, run_block};
const cki_function cki_percentile_merge_function = {"array.percentile_merge", 1, run_merge};

/* ---- building ---- */

static cask_array merge_blocks(cki_build *build, cask_array x, const merging *m, cki_dtype dtype)
{
    cki_axis *partial = cki_runs_axes(build, 1), *axis = cki_runs_axes(build, 1);
    cki_hasher *hasher = axis ? cki_token_start(build->error) : NULL;
    if (!hasher || !partial || !cki_chunks_unknown(build->arena, x->axes[0].blocks, partial) ||
        !cki_chunks_single(build->arena, m->count, axis)) {
        if (hasher)
            cki_token_end(hasher);
        cki_fail_memory(build->error, sizeof *axis);
        return NULL;
    }
    cki_token_int(hasher, m->method);
    cki_token_bytes(hasher, m->percents, (size_t)m->block.nq * sizeof *m->percents);
    cki_mapped spec = {
        .function = &cki_percentile_function,
        .label = "percentile",
        .dtype = dtype,
        .ndim = 1,
        .axes = partial,
        .inputs = {cki_mapped_same(x)},
        .ninputs = 1,
        .parameters = m,
        .token = cki_token_end(hasher),
        .working = cki_node_largest_block(x) +
                   cki_quantile_lines_bytes(&m->block, x->dtype, cki_chunks_largest(&x->axes[0])),
        .output = (size_t)m->block.nq * cki_dtype_size(dtype)};
    cask_array blocks = cki_mapped_array(build, &spec);
    if (!blocks)
        return NULL;
    spec.function = &cki_percentile_merge_function;
    spec.axes = axis;
    spec.inputs[0] = cki_mapped_whole(blocks);
    spec.working = (size_t)x->axes[0].blocks * (size_t)m->block.nq * 64;
    spec.output = 0;
    return cki_mapped_array(build, &spec);
}

/* q in percent, with 0 before and 100 behind, as Dask adds them. */
static cask_status read_percents(cki_call *call, cki_build *build, merging *m)
{
    cask_value *given = cki_operation_argument(call, "q");
    cask_value *natural = cki_array_from_value(given, (cki_dtype){0}, call->error);
    const cki_array *q = cki_array_of(natural);
    if (q && q->ndim > 1)
        cki_fail(call->error, CASK_INVALID, NULL, "q must be a number or a list of numbers");
    m->count = q && q->ndim ? q->shape[0] : 1;
    double *percents = cki_arena_array(build->arena, (size_t)m->count + 2, sizeof *percents);
    double *parts = cki_arena_array(build->arena, (size_t)m->count + 2, sizeof *parts);
    if (!percents || !parts)
        cki_fail_memory(call->error, (size_t)m->count * sizeof *parts);
    for (int64_t i = 0; percents && parts && q && i < m->count + 2; i++) {
        percents[i] = i == 0 ? 0 : 100;
        if (i > 0 && i <= m->count)
            cki_array_cast_element(cki_dtype_of(CASK_F64), &percents[i], q->dtype,
                                   q->data + (q->ndim ? (i - 1) * q->strides[0] : 0), call->error);
        if (!(percents[i] >= 0 && percents[i] <= 100))
            cki_fail(call->error, CASK_INVALID, NULL, "Percentiles must be in the range [0, 100]");
        parts[i] = percents[i] / 100;
    }
    m->percents = percents;
    m->block.q = parts;
    m->block.nq = m->count + 2;
    cask_value_unref(natural);
    return call->error->status;
}

/* method=, once interpolation=; and once method= was what internal_method= is now. */
static cask_status read_methods(cki_call *call, merging *m, bool *exact)
{
    const cask_value *old = cki_operation_argument(call, "interpolation");
    const cask_value *method = old->kind != CKI_NONE ? old : cki_operation_argument(call, "method");
    const cask_value *internal = cki_operation_argument(call, "internal_method");
    const char *name = method->kind == CKI_STR ? method->as.text.bytes : "";
    const char *way = internal->kind == CKI_STR ? internal->as.text.bytes : "";
    if (!strcmp(name, "default") || !strcmp(name, "dask") || !strcmp(name, "tdigest")) {
        way = name;
        name = "linear";
    }
    if (strcmp(way, "default") != 0 && strcmp(way, "dask") != 0 && strcmp(way, "tdigest") != 0)
        return cki_fail(call->error, CASK_INVALID, NULL,
                        "`internal_method=` must be one of ['default', 'dask', 'tdigest']");
    *exact = !strcmp(way, "tdigest") && !strcmp(name, "linear");
    if (cki_quantile_rule_method(name, &m->method, call->error) != CASK_OK)
        return call->error->status;
    if (m->method > CKI_QUANTILE_NEAREST && !*exact)
        return cki_fail(call->error, CASK_INVALID, NULL,
                        "interpolation method can only be 'linear', 'lower', 'higher', "
                        "'midpoint', or 'nearest': quantile() has the others");
    return CASK_OK;
}

/* Exactly, over an axis or the whole. */
static cask_array exactly(cki_call *call, cki_build *build, cask_array x, const merging *m)
{
    cki_quantile how = m->block;
    int order[CKI_MAX_NDIM], count;
    how.q = m->block.q + 1;
    how.nq = m->count;
    how.method = m->method;
    how.qdim = cki_operation_argument(call, "q")->kind == CKI_INT ||
                       cki_operation_argument(call, "q")->kind == CKI_FLOAT
                   ? 0
                   : 1;
    if (x->ndim == 1)
        how.qdim = 1; /* as the other way gives it */
    how.qshape[0] = m->count;
    how.keepdims = cki_operation_flag(call, "keepdims");
    if (cki_node_axes(cki_operation_argument(call, "axis"), x->ndim, how.axes, order, &count,
                      call->error) != CASK_OK)
        return NULL;
    return cki_quantile_array(build, x, &how);
}

static cask_value *run_percentile(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array x = cki_node_from_value(&build, cki_operation_argument(call, "a"));
    merging *m = cki_arena_alloc(build.arena, sizeof *m);
    bool exact = false;
    cki_dtype dtype;
    if (!x || !m) {
        cki_fail_memory(call->error, sizeof *m);
        return NULL;
    }
    memset(m, 0, sizeof *m);
    if (x->ndim != 1 && cki_operation_is_none(call, "axis")) {
        cki_fail(call->error, CASK_UNSUPPORTED, "NotImplementedError",
                 "Percentiles only implemented for 1-d arrays: give an axis, or use "
                 "quantile(), which is exact");
        return NULL;
    }
    if (read_methods(call, m, &exact) != CASK_OK || read_percents(call, &build, m) != CASK_OK)
        return NULL;
    exact = exact && cki_dtype_is_number(x->dtype); /* t-digests are of numbers */
    if (exact || !cki_operation_is_none(call, "axis"))
        return cki_node_value(&build, exactly(call, &build, x, m));
    if (x->dtype.id == CASK_BOOL ||
        (!cki_dtype_is_number(x->dtype) && !cki_dtype_is_time(x->dtype)))
        m->method = CKI_QUANTILE_NEAREST;
    m->block.method = m->method;
    if (cki_quantile_rule_dtype(m->method, x->dtype, &dtype, call->error) != CASK_OK)
        return NULL;
    if (cki_dtype_is_time(x->dtype)) /* merged as they are: times are not averaged */
        m->method = CKI_QUANTILE_NEAREST;
    return cki_node_value(&build, merge_blocks(&build, x, m, dtype));
}

static const cki_operation op_percentile = {
    "percentile",
    CKI_IN_DA,
    "a, q, method='linear', internal_method='default', *, axis=None, keepdims=False, "
    "interpolation=None",
    "Percentiles of a 1-d array, approximately, in one pass: those of each chunk, merged by how "
    "many elements lie between. Along an axis, or with internal_method='tdigest', exact; so is "
    "quantile().",
    run_percentile,
    NULL};

const cki_operation *const cki_percentile_operations[] = {&op_percentile, NULL};
