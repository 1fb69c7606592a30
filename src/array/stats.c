/* Statistics: moments, skew and kurtosis, as scipy.stats has them. */
#include "array/stats.h"
#include "array/chunk_sizes.h"
#include "array/collect.h"
#include "array/elementwise.h"
#include "array/formula.h"
#include "array/index.h"
#include "array/reductions.h"
#include "array/reshape.h"

#include <math.h>
#include <string.h>

/* ---- samples ---- */

/* ---- NaN ---- */

typedef enum policy { PROPAGATE, OMIT, RAISE } policy;

static cask_status read_policy(cki_call *call, policy *which)
{
    static const char *const names[] = {"propagate", "omit", "raise"};
    *which = PROPAGATE;
    if (!strstr(call->operation->signature, "nan_policy"))
        return CASK_OK;
    const cask_value *given = cki_operation_argument(call, "nan_policy");
    for (int i = 0; given->kind == CKI_STR && i < 3; i++)
        if (!strcmp(given->as.text.bytes, names[i])) {
            *which = (policy)i;
            return CASK_OK;
        }
    return cki_fail(call->error, CASK_INVALID, NULL,
                    "nan_policy must be one of {'propagate', 'raise', 'omit'}");
}

/* Where x is NaN, or the other one of a pair of samples is. */
static cask_array where_nan(cki_call *call, cki_build *build, cask_array x, const char *parameter)
{
    const char *other = strcmp(parameter, "a") == 0 ? "b" : "a";
    cask_array nan = cki_formula_of(build, "isnan", x);
    if (!strstr(call->operation->signature, "a, b"))
        return nan;
    cask_array pair = cki_node_from_value(build, cki_operation_argument(call, other));
    return cki_formula_two(build, "logical_or", nan, cki_formula_of(build, "isnan", pair));
}

/* ValueError if there is a NaN, which is looked for now. */
static cask_status refuse_nan(cki_build *build, cask_array nan)
{
    const cki_reduce_spec any = {.kind = CKI_REDUCE_ANY, .all = true};
    cask_array found = nan ? cki_reductions_reduce(build, nan, &any) : NULL;
    cask_value *known = found ? cki_collect_value(build->ck, found, build->error) : NULL;
    bool is = false;
    if (known && cki_value_truth(known, &is, build->error) == CASK_OK && is)
        cki_fail(build->error, CASK_INVALID, NULL, "The input contains nan values");
    cask_value_unref(known);
    return build->error->status;
}

/* The numbers of x that are none, as one line; how many there are is found out now. */
static cask_array leave_out(cki_build *build, cask_array x, cask_array nan)
{
    cask_array kept = cki_formula_of(build, "logical_not", nan);
    x = kept && x->ndim > 1 ? cki_reshape_ravel(build, x) : x;
    kept = kept && kept->ndim > 1 ? cki_reshape_ravel(build, kept) : kept;
    cask_array chosen = x && kept ? cki_index_mask(build, x, kept) : NULL;
    return chosen ? cki_chunk_sizes_known(build, chosen) : NULL;
}

/* x as the policy has it: NaN left out makes one line of all. */
static cask_array by_policy(cki_call *call, cki_build *build, cask_array x, const char *parameter,
                            bool line)
{
    policy which;
    if (read_policy(call, &which) != CASK_OK)
        return NULL;
    if (which == PROPAGATE || !(cki_dtype_is_float(x->dtype)))
        return x;
    cask_array nan = where_nan(call, build, x, parameter);
    if (!nan || which == RAISE)
        return nan && refuse_nan(build, nan) == CASK_OK ? x : NULL;
    if (line)
        return leave_out(build, x, nan);
    cki_fail(
        build->error, CASK_UNSUPPORTED, "NotImplementedError",
        "nan_policy='omit' is for 1-d arrays, or axis=None: along an axis of several lines each "
        "would have another number of elements");
    return NULL;
}

cask_status cki_stats_read(cki_call *call, cki_build *build, const char *parameter,
                           cki_stats_sample *sample)
{
    cask_value *where = cki_operation_argument(call, "axis");
    cask_array x = cki_node_from_value(build, cki_operation_argument(call, parameter));
    char name[48];
    int axis = -1;
    *sample = (cki_stats_sample){.n = 1};
    bool line = x && (x->ndim < 2 || where->kind == CKI_NONE);
    if (!x || !(x = by_policy(call, build, x, parameter, line)))
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
