/* The math module on doubles: C's functions with Python's errors. The integer ones are in
 * math_integer.c, those over many numbers in math_many.c. */
#include "eval/math.h"
#include "eval/operate.h"

#include <math.h>

bool cki_math_real(cki_call *call, int slot, double *number)
{
    cask_value *value = cki_function_concrete(call->scope, call->slot[slot], call->error);
    bool ok = value && cki_value_real(value, number, call->error) == CASK_OK;
    cask_value_unref(value);
    return ok;
}

cask_value *cki_math_domain(cki_call *call)
{
    return cki_function_value_error(call, "math domain error");
}

cask_value *cki_math_range(cki_call *call)
{
    cki_fail(call->error, CASK_ARITHMETIC, "OverflowError", "math range error");
    return NULL;
}

/* A result by CPython's rule: NaN from a number is a domain error, infinity from a finite one a
 * range error (or, at a pole, a domain error). */
static cask_value *checked(cki_call *call, double argument, double result, bool can_overflow)
{
    if (isnan(result) && !isnan(argument))
        return cki_math_domain(call);
    if (isinf(result) && isfinite(argument))
        return can_overflow ? cki_math_range(call) : cki_math_domain(call);
    return cki_value_float(result, call->error);
}

/* One function of one number. X(name, C expression of x, whether it can overflow) */
#define ONE_ARGUMENT(X)                                                                            \
    X(acos, acos(x), false)                                                                        \
    X(acosh, acosh(x), false)                                                                      \
    X(asin, asin(x), false)                                                                        \
    X(asinh, asinh(x), false)                                                                      \
    X(atan, atan(x), false)                                                                        \
    X(atanh, atanh(x), false)                                                                      \
    X(cbrt, cbrt(x), false)                                                                        \
    X(cos, cos(x), false)                                                                          \
    X(cosh, cosh(x), true)                                                                         \
    X(degrees, x *(180.0 / M_PI), true)                                                            \
    X(erf, erf(x), false)                                                                          \
    X(erfc, erfc(x), false)                                                                        \
    X(exp, exp(x), true)                                                                           \
    X(exp2, exp2(x), true)                                                                         \
    X(expm1, expm1(x), true)                                                                       \
    X(fabs, fabs(x), false)                                                                        \
    X(log10, log10(x), false)                                                                      \
    X(log1p, log1p(x), false)                                                                      \
    X(log2, log2(x), false)                                                                        \
    X(radians, x *(M_PI / 180.0), false)                                                           \
    X(sin, sin(x), false)                                                                          \
    X(sinh, sinh(x), true)                                                                         \
    X(sqrt, sqrt(x), false)                                                                        \
    X(tan, tan(x), false)                                                                          \
    X(tanh, tanh(x), false)

#define RUN(name, expression, overflow)                                                            \
    static cask_value *run_##name(cki_call *call)                                                  \
    {                                                                                              \
        double x;                                                                                  \
        return cki_math_real(call, 0, &x) ? checked(call, x, expression, overflow) : NULL;         \
    }
ONE_ARGUMENT(RUN)
#undef RUN

static cask_value *run_gamma(cki_call *call)
{
    double x;
    if (!cki_math_real(call, 0, &x))
        return NULL;
    if (x == -(double)INFINITY || (isfinite(x) && x <= 0 && floor(x) == x))
        return cki_math_domain(call);
    return checked(call, x, tgamma(x), true);
}

/* lgamma writes a global; the thread's own sign does not */
static cask_value *run_lgamma(cki_call *call)
{
    double x;
    int sign;
    if (!cki_math_real(call, 0, &x))
        return NULL;
    if (isfinite(x) && x <= 0 && floor(x) == x)
        return cki_math_domain(call);
    return checked(call, x, lgamma_r(x, &sign), true);
}

static cask_value *run_log(cki_call *call)
{
    double x, base;
    if (!cki_math_real(call, 0, &x))
        return NULL;
    if (!call->slot[1])
        return checked(call, x, log(x), false);
    if (!cki_math_real(call, 1, &base))
        return NULL;
    if (x <= 0 || base <= 0)
        return cki_math_domain(call);
    if (log(base) == 0) {
        cki_fail(call->error, CASK_ARITHMETIC, "ZeroDivisionError", "float division by zero");
        return NULL;
    }
    return cki_value_float(log(x) / log(base), call->error);
}

static bool two(cki_call *call, double *x, double *y)
{
    return cki_math_real(call, 0, x) && cki_math_real(call, 1, y);
}

static cask_value *run_atan2(cki_call *call)
{
    double y, x;
    return two(call, &y, &x) ? cki_value_float(atan2(y, x), call->error) : NULL;
}

static cask_value *run_copysign(cki_call *call)
{
    double x, y;
    return two(call, &x, &y) ? cki_value_float(copysign(x, y), call->error) : NULL;
}

static cask_value *run_fmod(cki_call *call)
{
    double x, y;
    if (!two(call, &x, &y))
        return NULL;
    double result = fmod(x, y);
    return isnan(result) && !isnan(x) && !isnan(y) ? cki_math_domain(call)
                                                   : cki_value_float(result, call->error);
}

static cask_value *run_remainder(cki_call *call)
{
    double x, y;
    if (!two(call, &x, &y))
        return NULL;
    double result = remainder(x, y);
    return isnan(result) && !isnan(x) && !isnan(y) ? cki_math_domain(call)
                                                   : cki_value_float(result, call->error);
}

static cask_value *run_nextafter(cki_call *call)
{
    double x, y;
    return two(call, &x, &y) ? cki_value_float(nextafter(x, y), call->error) : NULL;
}

static cask_value *run_pow(cki_call *call)
{
    double x, y;
    if (!two(call, &x, &y))
        return NULL;
    double result = pow(x, y);
    if (isfinite(x) && isfinite(y)) {
        if (isnan(result) || (x == 0 && y < 0))
            return cki_math_domain(call);
        if (isinf(result))
            return cki_math_range(call);
    }
    return cki_value_float(result, call->error);
}

static cask_value *run_ldexp(cki_call *call)
{
    double x;
    int64_t exponent;
    if (!cki_math_real(call, 0, &x))
        return NULL;
    if (call->slot[1]->kind != CKI_INT && call->slot[1]->kind != CKI_BOOL)
        return cki_function_type_error(call, "Expected an int as second argument to ldexp.");
    if (cki_value_index(call->slot[1], &exponent, call->error) != CASK_OK)
        return NULL;
    int clipped = exponent > 10000 ? 10000 : exponent < -10000 ? -10000 : (int)exponent;
    double result = ldexp(x, clipped);
    return isinf(result) && isfinite(x) ? cki_math_range(call)
                                        : cki_value_float(result, call->error);
}

static cask_value *pair(cki_call *call, cask_value *a, cask_value *b)
{
    cask_value *tuple = cki_value_list(CKI_TUPLE, 2, call->error);
    if (!tuple || !a || !b) {
        cask_value_unref(a);
        cask_value_unref(b);
        cask_value_unref(tuple);
        return NULL;
    }
    tuple->as.list.items[0] = a;
    tuple->as.list.items[1] = b;
    return tuple;
}

static cask_value *run_frexp(cki_call *call)
{
    double x;
    int exponent = 0;
    if (!cki_math_real(call, 0, &x))
        return NULL;
    double part = isfinite(x) ? frexp(x, &exponent) : x;
    return pair(call, cki_value_float(part, call->error), cki_value_int(exponent, call->error));
}

static cask_value *run_modf(cki_call *call)
{
    double x, whole;
    if (!cki_math_real(call, 0, &x))
        return NULL;
    double part = modf(x, &whole);
    return pair(call, cki_value_float(part, call->error), cki_value_float(whole, call->error));
}

static cask_value *run_ulp(cki_call *call)
{
    double x;
    if (!cki_math_real(call, 0, &x))
        return NULL;
    x = fabs(x);
    if (!isfinite(x))
        return cki_value_float(x, call->error);
    double next = nextafter(x, (double)INFINITY);
    return cki_value_float(isinf(next) ? x - nextafter(x, 0) : next - x, call->error);
}

static cask_value *test(cki_call *call, bool (*is)(double))
{
    double x;
    return cki_math_real(call, 0, &x) ? cki_value_bool(is(x)) : NULL;
}

static bool is_finite(double x)
{
    return isfinite(x) != 0;
}

static bool is_inf(double x)
{
    return isinf(x) != 0;
}

static bool is_nan(double x)
{
    return isnan(x) != 0;
}

static cask_value *run_isfinite(cki_call *call)
{
    return test(call, is_finite);
}

static cask_value *run_isinf(cki_call *call)
{
    return test(call, is_inf);
}

static cask_value *run_isnan(cki_call *call)
{
    return test(call, is_nan);
}

static cask_value *run_isclose(cki_call *call)
{
    double x, y, relative = 1e-9, absolute = 0;
    if (!two(call, &x, &y) || (call->slot[2] && !cki_math_real(call, 2, &relative)) ||
        (call->slot[3] && !cki_math_real(call, 3, &absolute)))
        return NULL;
    if (relative < 0 || absolute < 0)
        return cki_function_value_error(call, "tolerances must be non-negative");
    double difference = fabs(x - y);
    bool close = x == y || (isfinite(x) && isfinite(y) &&
                            (difference <= fabs(relative * y) || difference <= fabs(relative * x) ||
                             difference <= absolute));
    return cki_value_bool(close);
}

/* An integer is its own floor. */
static cask_value *whole(cki_call *call, double (*to)(double))
{
    double x;
    const cask_value *given = call->slot[0];
    if (given->kind == CKI_INT)
        return cask_value_ref(call->slot[0]);
    if (given->kind == CKI_BOOL)
        return cki_value_int(given->as.boolean, call->error);
    return cki_math_real(call, 0, &x) ? cki_number_whole(to(x), call->error) : NULL;
}

static cask_value *run_floor(cki_call *call)
{
    return whole(call, floor);
}

static cask_value *run_ceil(cki_call *call)
{
    return whole(call, ceil);
}

static cask_value *run_trunc(cki_call *call)
{
    const cask_value *given = call->slot[0];
    if (!cki_operate_is_host(call->slot[0]) && (given->kind < CKI_BOOL || given->kind > CKI_FLOAT))
        return cki_function_type_error(call, "type %s doesn't define __trunc__ method",
                                       cki_value_type(given));
    return whole(call, trunc);
}

#define ROW(name, expression, overflow) {#name, run_##name, "x /", "math"},
static const cki_builtin functions[] = {ONE_ARGUMENT(ROW){"atan2", run_atan2, "y x /", "math"},
                                        {"ceil", run_ceil, "x /", "math"},
                                        {"comb", cki_math_comb, "n k /", "math"},
                                        {"copysign", run_copysign, "x y /", "math"},
                                        {"dist", cki_math_dist, "p q /", "math"},
                                        {"factorial", cki_math_factorial, "x /", "math"},
                                        {"floor", run_floor, "x /", "math"},
                                        {"fmod", run_fmod, "x y /", "math"},
                                        {"frexp", run_frexp, "x /", "math"},
                                        {"fsum", cki_math_fsum, "seq /", "math"},
                                        {"gamma", run_gamma, "x /", "math"},
                                        {"gcd", cki_math_gcd, NULL, "math"},
                                        {"hypot", cki_math_hypot, NULL, "math"},
                                        {"isclose", run_isclose, "a b * rel_tol= abs_tol=", "math"},
                                        {"isfinite", run_isfinite, "x /", "math"},
                                        {"isinf", run_isinf, "x /", "math"},
                                        {"isnan", run_isnan, "x /", "math"},
                                        {"isqrt", cki_math_isqrt, "n /", "math"},
                                        {"lcm", cki_math_lcm, NULL, "math"},
                                        {"ldexp", run_ldexp, "x i /", "math"},
                                        {"lgamma", run_lgamma, "x /", "math"},
                                        {"log", run_log, "x base= /", "math"},
                                        {"modf", run_modf, "x /", "math"},
                                        {"nextafter", run_nextafter, "x y /", "math"},
                                        {"perm", cki_math_perm, "n k= /", "math"},
                                        {"pow", run_pow, "x y /", "math"},
                                        {"prod", cki_math_prod, "iterable / * start=", "math"},
                                        {"remainder", run_remainder, "x y /", "math"},
                                        {"trunc", run_trunc, "x /", "math"},
                                        {"ulp", run_ulp, "x /", "math"},
                                        {NULL, NULL, NULL, NULL}};
#undef ROW

static const cki_constant constants[] = {{"pi", M_PI},         {"e", M_E},
                                         {"tau", 2 * M_PI},    {"inf", (double)INFINITY},
                                         {"nan", (double)NAN}, {NULL, 0}};

const cki_module cki_math_module = {"math", functions, constants};
