/* Element-wise operations made of several ufuncs: where, clip, round, divmod, modf, frexp... */
#include "array/elementwise.h"

#include <math.h>

/* A ufunc of values, as a value. */
static cask_value *apply(cki_build *build, const char *ufunc, cask_value *a, cask_value *b,
                         cask_value *c)
{
    cask_value *arguments[CKI_UFUNC_INPUTS] = {a, b, c};
    return cki_node_value(build, cki_elementwise_values(build, ufunc, arguments,
                                                        c   ? 3
                                                        : b ? 2
                                                            : 1));
}

static cask_value *run_where(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_value *x = cki_operation_argument(call, "x"), *y = cki_operation_argument(call, "y");
    if (x->kind == CKI_NONE && y->kind == CKI_NONE) { /* the indices: another operation */
        const cki_operation *nonzero = cki_operation_find(call->ck, "nonzero", CKI_IN_DA);
        cki_arguments condition = {.positional = call->arguments, .count = 1};
        if (nonzero)
            return cki_operation_call(call->ck, nonzero, &condition, call->error);
    }
    if (x->kind == CKI_NONE || y->kind == CKI_NONE) {
        cki_fail(call->error, CASK_INVALID, NULL,
                 "either both or neither of x and y should be given");
        return NULL;
    }
    return apply(&build, "where", cki_operation_argument(call, "condition"), x, y);
}

/* clip(a, min, max): either bound may be None. */
static cask_value *run_clip(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_value *a = call->arguments[0], *low = call->arguments[1], *high = call->arguments[2];
    bool has_low = low->kind != CKI_NONE, has_high = high->kind != CKI_NONE;
    if (has_low && has_high)
        return apply(&build, "clip", a, low, high);
    if (!has_low && !has_high) {
        cki_fail(call->error, CASK_INVALID, NULL, "One of max or min must be given");
        return NULL;
    }
    return apply(&build, has_low ? "maximum" : "minimum", a, has_low ? low : high, NULL);
}

/* Rounding to a power of ten: scale, round halves to even, scale back, as NumPy does it. */
static cask_value *round_scaled(cki_build *build, cask_array a, int64_t decimals)
{
    double scale = pow(10, fabs((double)decimals));
    cask_value *factor = cki_value_float(scale, build->error), *x = cki_node_value(build, a);
    bool up = decimals >= 0;
    cask_value *scaled =
        x && factor ? apply(build, up ? "multiply" : "divide", x, factor, NULL) : NULL;
    cask_value *rounded = scaled ? apply(build, "rint", scaled, NULL, NULL) : NULL;
    cask_value *result =
        rounded ? apply(build, up ? "divide" : "multiply", rounded, factor, NULL) : NULL;
    cask_value_unref(factor);
    cask_value_unref(x);
    cask_value_unref(scaled);
    cask_value_unref(rounded);
    return result;
}

static cask_value *run_round(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array a = cki_node_from_value(&build, call->arguments[0]);
    int64_t decimals;
    if (!a || cki_value_index(cki_operation_argument(call, "decimals"), &decimals, call->error))
        return NULL;
    bool whole = cki_dtype_is_integer(a->dtype) || a->dtype.id == CASK_BOOL;
    if (whole && decimals >= 0 && a->dtype.id != CASK_BOOL)
        return cki_node_value(&build, a);
    if (a->dtype.id == CASK_BOOL && decimals == 0)
        return cki_node_value(&build, cki_elementwise_cast(&build, a, cki_dtype_of(CASK_F16)));
    if (!whole && decimals == 0)
        return cki_node_value(&build, cki_elementwise_arrays(&build, "rint", &a, 1));
    cask_value *rounded = round_scaled(&build, a, decimals);
    if (!rounded || !cki_dtype_is_integer(a->dtype))
        return rounded;
    cask_array exact = cki_elementwise_cast(&build, cki_node_lazy(rounded), a->dtype);
    cask_value_unref(rounded);
    return cki_node_value(&build, exact);
}

/* Two ufuncs of the same arguments as a pair: divmod, modf, frexp. */
static cask_value *run_pair(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    const char *const *ufuncs = call->operation->detail;
    cask_value *pair = cki_value_list(CKI_TUPLE, 2, call->error);
    for (size_t i = 0; pair && i < 2; i++) {
        cask_value *part = apply(&build, ufuncs[i], call->arguments[0],
                                 call->count > 1 ? call->arguments[1] : NULL, NULL);
        if (!part) {
            cask_value_unref(pair);
            return NULL;
        }
        pair->as.list.items[i] = part;
    }
    return pair;
}

static cask_value *run_angle(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_value *radians = apply(&build, "angle", call->arguments[0], NULL, NULL);
    if (!radians || !cki_operation_flag(call, "deg"))
        return radians;
    cask_value *degrees = apply(&build, "rad2deg", radians, NULL, NULL);
    cask_value_unref(radians);
    return degrees;
}

/* Missing means NaN, or NaT for dates; other types have nothing missing. */
static cask_value *run_missing(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array a = cki_node_from_value(&build, call->arguments[0]);
    if (!a)
        return NULL;
    bool inexact = cki_dtype_is_float(a->dtype) || cki_dtype_is_complex(a->dtype) ||
                   cki_dtype_is_time(a->dtype);
    cask_value *x = cki_node_value(&build, a);
    cask_value *missing = x && inexact ? apply(&build, "isnan", x, NULL, NULL)
                          : x          ? apply(&build, "not_equal", x, x, NULL)
                                       : NULL;
    cask_value_unref(x);
    if (!missing || !call->operation->detail)
        return missing;
    cask_value *present = apply(&build, "logical_not", missing, NULL, NULL);
    cask_value_unref(missing);
    return present;
}

/* What a keyword of nan_to_num puts for the elements that `test` finds; `made` is taken over. */
static cask_value *put_for(cki_call *call, cki_build *build, const char *name, const char *test,
                           cask_value *made)
{
    if (!made || cki_operation_is_none(call, name))
        return made;
    cask_value *where = apply(build, test, call->arguments[0], NULL, NULL);
    cask_value *x = where ? cki_node_value(build, cki_node_from_value(build, made)) : NULL;
    cask_array lazy = x ? cki_node_lazy(x) : NULL;
    cask_value *put =
        lazy ? apply(build, "where", where, cki_operation_argument(call, name), x) : NULL;
    cask_array cast = put ? cki_elementwise_cast(build, cki_node_lazy(put), lazy->dtype) : NULL;
    cask_value_unref(where);
    cask_value_unref(x);
    cask_value_unref(put);
    cask_value_unref(made);
    return cki_node_value(build, cast);
}

/* The usual replacements first; then those that are given. */
static cask_value *run_nan_to_num(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array x = cki_node_from_value(&build, call->arguments[0]);
    cask_value *made = apply(&build, "nan_to_num", call->arguments[0], NULL, NULL);
    if (!x || !made || cki_dtype_is_complex(x->dtype) || !cki_dtype_is_float(x->dtype))
        return made;
    made = put_for(call, &build, "nan", "isnan", made);
    made = put_for(call, &build, "posinf", "isposinf", made);
    return put_for(call, &build, "neginf", "isneginf", made);
}

static cask_value *run_conj(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    return apply(&build, "conjugate", call->arguments[0], NULL, NULL);
}

static const char *const divmod_pair[] = {"floor_divide", "remainder"};
static const char *const modf_pair[] = {"modf_fraction", "modf_integer"};
static const char *const frexp_pair[] = {"frexp_mantissa", "frexp_exponent"};

enum { EVERYWHERE = CKI_IN_DA | CKI_IN_NP, WITH_METHOD = CKI_IN_DA | CKI_IN_NP | CKI_ARRAY_METHOD };

static const cki_operation where = {
    "where",
    EVERYWHERE,
    "condition, x=None, y=None",
    "Elements of x where the condition is true, else of y; with the condition alone, the indices "
    "where it is true.",
    run_where,
    NULL};
static const cki_operation clip = {"clip",
                                   CKI_IN_DA | CKI_ARRAY_METHOD,
                                   "a, min=None, max=None",
                                   "The numbers, none below min or above max.",
                                   run_clip,
                                   NULL};
static const cki_operation round_ = {
    "round",   WITH_METHOD, "a, decimals=0", "Rounded to this many decimals, halves to even.",
    run_round, NULL};
static const cki_operation around = {
    "around",  EVERYWHERE, "a, decimals=0", "Rounded to this many decimals, halves to even.",
    run_round, NULL};
static const cki_operation divmod_ = {"divmod", EVERYWHERE,
                                      "x1, x2", "Floored quotient and remainder, as a pair.",
                                      run_pair, divmod_pair};
static const cki_operation modf_ = {
    "modf", EVERYWHERE, "x", "Fraction and integer part, as a pair.", run_pair, modf_pair};
static const cki_operation frexp_ = {
    "frexp", EVERYWHERE, "x", "Mantissa and exponent of 2, as a pair.", run_pair, frexp_pair};
static const cki_operation angle = {
    "angle",   EVERYWHERE, "x, deg=False", "Angle of complex numbers, in radians or degrees.",
    run_angle, NULL};
static const cki_operation conj_ = {"conj", CKI_ARRAY_METHOD, "x", "Complex conjugate.", run_conj,
                                    NULL};
static const cki_operation isnull = {"isnull",    CKI_IN_DA,
                                     "values",    "True where a value is missing (NaN or NaT).",
                                     run_missing, NULL};
static const cki_operation notnull = {
    "notnull", CKI_IN_DA, "values", "True where a value is not missing.", run_missing, "not"};
static const cki_operation nan_to_num = {
    "nan_to_num",
    EVERYWHERE,
    "x, copy=True, nan=None, posinf=None, neginf=None",
    "NaN replaced by 0 and infinities by the largest finite numbers, or by the numbers given.",
    run_nan_to_num,
    NULL};

const cki_operation *const cki_compound_operations[] = {
    &where, &clip,  &round_, &around,  &divmod_,    &modf_, &frexp_,
    &angle, &conj_, &isnull, &notnull, &nan_to_num, NULL};
