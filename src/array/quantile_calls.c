/* The operations of quantiles. NumPy's forms take any axes; Dask's percentile() of 1-d arrays is
 * its own affair (percentile.c). */
#include "array/compose.h"
#include "array/quantile.h"

#include <string.h>

typedef struct form {
    bool percent, skip_nan, median;
} form;

/* Between 0 and 1. */
static cask_status read_q(cki_call *call, cki_build *build, const form *f, cki_quantile *how)
{
    cask_value *natural =
        cki_array_from_value(cki_operation_argument(call, "q"), (cki_dtype){0}, call->error);
    const cki_array *given = cki_array_of(natural);
    cask_value *plain =
        given ? cki_array_new(cki_dtype_of(CASK_F64), given->ndim, given->shape, call->error)
              : NULL;
    if (plain && cki_array_cast(cki_array_of(plain), given, call->error) == CASK_OK) {
        const cki_array *q = cki_array_of(plain);
        how->nq = cki_array_size(q);
        how->qdim = q->ndim;
        memcpy(how->qshape, q->shape, sizeof how->qshape);
        double *own = cki_arena_array(build->arena, (size_t)how->nq + 1, sizeof *own);
        if (!own)
            cki_fail_memory(call->error, (size_t)how->nq * sizeof *own);
        for (int64_t i = 0; own && i < how->nq; i++) {
            own[i] = ((const double *)(const void *)q->data)[i] / (f->percent ? 100 : 1);
            if (!(own[i] >= 0 && own[i] <= 1))
                cki_fail(call->error, CASK_INVALID, NULL,
                         f->percent ? "Percentiles must be in the range [0, 100]"
                                    : "Quantiles must be in the range [0, 1]");
        }
        how->q = own;
    }
    cask_value_unref(natural);
    cask_value_unref(plain);
    return call->error->status;
}

static cask_status read_method(cki_call *call, cki_quantile *how)
{
    const cask_value *old = cki_operation_argument(call, "interpolation");
    const cask_value *method = old->kind != CKI_NONE ? old : cki_operation_argument(call, "method");
    if (method->kind != CKI_STR)
        return cki_fail(call->error, CASK_INVALID, NULL, "method must be a text, not %s",
                        cki_value_type(method));
    return cki_quantile_rule_method(method->as.text.bytes, &how->method, call->error);
}

/* Half the sum of the two in the middle, which are one where the number is odd. */
static cask_array median_of_times(cki_build *build, cask_array x, cki_quantile *how)
{
    static const double half = 0.5;
    cki_compose s = {.build = build};
    how->q = &half;
    how->nq = 1;
    how->method = CKI_QUANTILE_LOWER;
    cask_array low = cki_quantile_array(build, x, how);
    how->method = CKI_QUANTILE_HIGHER;
    cask_array high = low ? cki_quantile_array(build, x, how) : NULL;
    cask_value *sum = high ? cki_compose_call(&s, "add", cki_compose_array(&s, low),
                                              cki_compose_array(&s, high), NULL, NULL)
                           : NULL;
    cask_value *mean =
        sum ? cki_compose_call(&s, "divide", sum, cki_compose_int(&s, 2), NULL, NULL) : NULL;
    cask_array made = mean ? cki_compose_lazy(&s, mean) : NULL;
    cask_value_unref(cki_compose_drop(&s, NULL));
    return made;
}

static cask_value *run(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    const form *f = call->operation->detail;
    cki_quantile how;
    int order[CKI_MAX_NDIM], count;
    memset(&how, 0, sizeof how);
    how.skip_nan = f->skip_nan;
    cask_array x = cki_node_from_value(&build, cki_operation_argument(call, "a"));
    cask_value *axis = cki_operation_argument(call, "axis");
    if (!x || cki_node_axes(axis, x->ndim, how.axes, order, &count, call->error) != CASK_OK)
        return NULL;
    how.keepdims = cki_operation_flag(call, "keepdims");
    if (f->median && cki_dtype_is_time(x->dtype))
        return cki_node_value(&build, median_of_times(&build, x, &how));
    if (f->median) {
        static const double half = 0.5;
        how.method = CKI_QUANTILE_MEDIAN;
        how.q = &half;
        how.nq = 1;
    } else if (read_q(call, &build, f, &how) != CASK_OK || read_method(call, &how) != CASK_OK) {
        return NULL;
    }
    return cki_node_value(&build, cki_quantile_array(&build, x, &how));
}

/* Dask's median() wants an axis, and says so; NumPy's takes all. */
static cask_value *run_median(cki_call *call)
{
    if (cki_operation_is_none(call, "axis")) {
        cki_fail(call->error, CASK_UNSUPPORTED, "NotImplementedError",
                 "The da.%s function only works along an axis or a subset of axes: "
                 "da.%squantile(x, 0.5) is the exact median of all elements",
                 call->operation->name, *call->operation->name == 'n' ? "nan" : "");
        return NULL;
    }
    return run(call);
}

#define QUANTILE                                                                                   \
    "a, q, axis=None, out=None, overwrite_input=False, method='linear', keepdims=False, *, "       \
    "interpolation=None"
#define MEDIAN "a, axis=None, keepdims=False, out=None"
#define NOTE                                                                                       \
    "exact. method: 'linear', 'lower', 'higher', 'midpoint', 'nearest', 'hazen' and the others "   \
    "of NumPy. Over all axes, arrays larger than memory are sorted through files."

static const form percentile = {.percent = true},
                  nanpercentile = {.percent = true, .skip_nan = true};
static const form quantile = {.percent = false}, nanquantile = {.skip_nan = true};
static const form median = {.median = true}, nanmedian = {.median = true, .skip_nan = true};

static const cki_operation op_percentile = {
    "percentile", CKI_IN_NP,  QUANTILE, "Percentiles (q from 0 to 100) over axes, " NOTE,
    run,          &percentile};
static const cki_operation op_nanpercentile = {
    "nanpercentile",
    CKI_IN_NP | CKI_IN_DA,
    QUANTILE,
    "Percentiles (q from 0 to 100) over axes without NaN, " NOTE,
    run,
    &nanpercentile};
static const cki_operation op_quantile = {"quantile", CKI_IN_NP | CKI_IN_DA,
                                          QUANTILE,   "Quantiles (q from 0 to 1) over axes, " NOTE,
                                          run,        &quantile};
static const cki_operation op_nanquantile = {
    "nanquantile", CKI_IN_NP | CKI_IN_DA,
    QUANTILE,      "Quantiles (q from 0 to 1) over axes without NaN, " NOTE,
    run,           &nanquantile};
static const cki_operation op_median = {"median", CKI_IN_NP, MEDIAN, "The median over axes, exact.",
                                        run,      &median};
static const cki_operation op_nanmedian = {
    "nanmedian", CKI_IN_NP, MEDIAN, "The median over axes without NaN, exact.", run, &nanmedian};
static const cki_operation op_da_median = {
    "median",   CKI_IN_DA, MEDIAN, "The median along an axis or several, exact.",
    run_median, &median};
static const cki_operation op_da_nanmedian = {
    "nanmedian", CKI_IN_DA, MEDIAN, "The median along an axis or several without NaN, exact.",
    run_median,  &nanmedian};

const cki_operation *const cki_quantile_operations[] = {
    &op_percentile, &op_nanpercentile, &op_quantile, &op_nanquantile, &op_median, &op_nanmedian,
    &op_da_median,  &op_da_nanmedian,  NULL};
