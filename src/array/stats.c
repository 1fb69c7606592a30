/* Statistics: moments, skew and kurtosis, as scipy.stats has them. */
#include "array/stats.h"
#include "array/elementwise.h"
#include "array/formula.h"
#include "array/reductions.h"

#include <math.h>
#include <string.h>

/* ---- samples ---- */

static cask_status read_policy(cki_call *call)
{
    if (!strstr(call->operation->signature, "nan_policy"))
        return CASK_OK;
    const cask_value *policy = cki_operation_argument(call, "nan_policy");
    if (policy->kind == CKI_STR && !strcmp(policy->as.text.bytes, "propagate"))
        return CASK_OK;
    return cki_fail(call->error, CASK_UNSUPPORTED, "NotImplementedError",
                    "`nan_policy` other than 'propagate' have not been implemented: leave NaN out "
                    "beforehand, as in x[~da.isnan(x)]");
}

cask_status cki_stats_read(cki_call *call, cki_build *build, const char *parameter,
                           cki_stats_sample *sample)
{
    cask_value *where = cki_operation_argument(call, "axis");
    cask_array x = cki_node_from_value(build, cki_operation_argument(call, parameter));
    char name[48];
    int axis = -1;
    *sample = (cki_stats_sample){.n = 1};
    if (!x || read_policy(call) != CASK_OK)
        return call->error->status;
    if (!cki_dtype_is_number(x->dtype) || cki_dtype_is_complex(x->dtype))
        return cki_fail(call->error, CASK_TYPE, NULL, "%s: real numbers are wanted, not %s",
                        call->operation->name, cki_dtype_name(x->dtype, name));
    if (where->kind != CKI_NONE && cki_node_axis(where, x->ndim, &axis, call->error) != CASK_OK)
        return call->error->status;
    for (int k = 0; k < x->ndim; k++) {
        sample->axes[k] = axis < 0 || k == axis;
        if (sample->axes[k] && x->axes[k].length < 0)
            return cki_fail(call->error, CASK_INVALID, NULL,
                            "%s: axis %d has chunks of unknown size: use compute_chunk_sizes() "
                            "first",
                            call->operation->name, k);
        sample->n *= sample->axes[k] ? (double)x->axes[k].length : 1;
    }
    bool small = x->dtype.id == CASK_F32 || x->dtype.id == CASK_F64;
    sample->x = small ? x : cki_elementwise_cast(build, x, cki_dtype_of(CASK_F64));
    return call->error->status;
}

cki_stats_sample cki_stats_same(const cki_stats_sample *sample, cask_array x)
{
    cki_stats_sample same = *sample;
    same.x = x;
    return same;
}

static cask_array reduce(cki_build *build, const cki_stats_sample *s, cki_reduce_kind kind,
                         double ddof, bool keepdims)
{
    cki_reduce_spec spec = {.kind = kind, .ddof = ddof, .keepdims = keepdims};
    if (!s->x)
        return NULL;
    memcpy(spec.axes, s->axes, sizeof spec.axes);
    if (s->x->ndim == 0)
        spec.all = true;
    return cki_reductions_reduce(build, s->x, &spec);
}

cask_array cki_stats_mean(cki_build *build, const cki_stats_sample *s, bool keepdims)
{
    return reduce(build, s, CKI_REDUCE_MEAN, 0, keepdims);
}

cask_array cki_stats_var(cki_build *build, const cki_stats_sample *s, double ddof)
{
    return reduce(build, s, CKI_REDUCE_VAR, ddof, false);
}

cask_array cki_stats_sum(cki_build *build, const cki_stats_sample *s)
{
    return reduce(build, s, CKI_REDUCE_SUM, 0, false);
}

/* ---- moments ---- */

/* Whole powers by multiplication, which is exact where it can be; what is above a cube by power. */
static cask_array power_of(cki_build *build, cask_array x, int64_t order)
{
    cask_array square = order > 1 ? cki_formula_of(build, "square", x) : x;
    if (order <= 2)
        return square;
    if (order == 3)
        return cki_formula_two(build, "multiply", square, x);
    return order == 4 ? cki_formula_of(build, "square", square)
                      : cki_formula_right(build, "power", x, (double)order);
}

cask_array cki_stats_moment(cki_build *build, const cki_stats_sample *s, int64_t order)
{
    cask_array centred = cki_formula_two(build, "subtract", s->x, cki_stats_mean(build, s, true));
    if (order == 2)
        return cki_stats_var(build, s, 0);
    cki_stats_sample powers = cki_stats_same(s, power_of(build, centred, order));
    return cki_stats_mean(build, &powers, false);
}

/* moment / m2 ** power where there is any variance, 0 elsewhere; *varies says where. */
static cask_array standardise(cki_build *build, const cki_stats_sample *s, int64_t order,
                              double power, cask_array *varies)
{
    cask_array m2 = cki_stats_moment(build, s, 2), m = cki_stats_moment(build, s, order);
    *varies = cki_formula_right(build, "not_equal", m2, 0);
    /* what is left out is not divided by either */
    cask_array safe = cki_formula_where(build, *varies, m2, 1);
    cask_array ratio =
        cki_formula_two(build, "divide", m, cki_formula_right(build, "power", safe, power));
    return cki_formula_where(build, *varies, ratio, 0);
}

cask_array cki_stats_skew(cki_build *build, const cki_stats_sample *s, bool bias)
{
    cask_array varies, g = standardise(build, s, 3, 1.5, &varies);
    if (bias || s->n <= 2)
        return g;
    return cki_formula_right(build, "multiply", g, sqrt((s->n - 1) * s->n) / (s->n - 2));
}

cask_array cki_stats_kurtosis(cki_build *build, const cki_stats_sample *s, bool fisher, bool bias)
{
    const double n = s->n;
    cask_array varies, g = standardise(build, s, 4, 2, &varies);
    if (!bias && n > 3) {
        double scale = (n * n - 1) / (n - 2) / (n - 3),
               less = 3 * (n - 1) / (n - 2) * (n - 1) / (n - 3);
        cask_array whole = cki_formula_right(build, "multiply", g, scale);
        whole = cki_formula_right(build, "subtract", whole, less - 3);
        g = cki_formula_where(build, varies, whole, 0);
    }
    return fisher ? cki_formula_right(build, "subtract", g, 3) : g;
}

/* ---- the records ---- */

static cask_value *run_moment(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cki_stats_sample s;
    int64_t order;
    if (cki_stats_read(call, &build, "a", &s) != CASK_OK ||
        cki_value_index(cki_operation_argument(call, "moment"), &order, call->error) != CASK_OK)
        return NULL;
    if (order < 0) {
        cki_fail(call->error, CASK_INVALID, NULL,
                 "moment: an order of at least 0 is wanted, not %lld", (long long)order);
        return NULL;
    }
    cask_array m = cki_stats_moment(&build, &s, order > 1 ? order : 2);
    /* those of order 0 and 1 are 1 and 0, whatever the numbers */
    if (order < 2)
        m = cki_formula_right(&build, "add", cki_formula_right(&build, "multiply", m, 0),
                              order == 0 ? 1 : 0);
    return cki_node_value(&build, m);
}

static cask_value *run_skew(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cki_stats_sample s;
    if (cki_stats_read(call, &build, "a", &s) != CASK_OK)
        return NULL;
    return cki_node_value(&build, cki_stats_skew(&build, &s, cki_operation_flag(call, "bias")));
}

static cask_value *run_kurtosis(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cki_stats_sample s;
    if (cki_stats_read(call, &build, "a", &s) != CASK_OK)
        return NULL;
    return cki_node_value(&build, cki_stats_kurtosis(&build, &s, cki_operation_flag(call, "fisher"),
                                                     cki_operation_flag(call, "bias")));
}

static const cki_operation op_moment = {
    "stats.moment",
    CKI_IN_DA,
    "a, moment=1, axis=0, nan_policy='propagate'",
    "The mean of (a - mean) ** moment along an axis, or of all with axis=None.",
    run_moment,
    NULL};
static const cki_operation op_skew = {"stats.skew",
                                      CKI_IN_DA,
                                      "a, axis=0, bias=True, nan_policy='propagate'",
                                      "Skewness: the third moment over the deviation's cube. 0 "
                                      "where all numbers are equal; bias=False "
                                      "corrects for the sample's size.",
                                      run_skew,
                                      NULL};
static const cki_operation op_kurtosis = {
    "stats.kurtosis",
    CKI_IN_DA,
    "a, axis=0, fisher=True, bias=True, nan_policy='propagate'",
    "Kurtosis: the fourth moment over the variance's square, less 3 with fisher=True (a normal "
    "distribution's is then 0); bias=False corrects for the sample's size.",
    run_kurtosis,
    NULL};

const cki_operation *const cki_stats_operations[] = {&op_moment, &op_skew, &op_kurtosis, NULL};
