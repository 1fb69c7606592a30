/* Ufuncs as operations: one record each, all computed by elementwise.c. A new one is a line here
 * and its row in the kernel's table. */
#include "array/elementwise.h"
#include "array/out.h"

#include <math.h>
#include <string.h>

/* dtype= converts the arguments first, as NumPy's choice of a loop does. */
static cask_value *converted(cki_build *build, cask_value *value, cki_dtype dtype)
{
    cask_array lazy = dtype.id ? cki_node_from_value(build, value) : NULL;
    if (!dtype.id)
        return cask_value_ref(value);
    return lazy ? cki_node_value(build, cki_elementwise_cast(build, lazy, dtype)) : NULL;
}

/* Lazy integers to a negative integer power: refused before anything is computed, with the class
 * that Dask has for it. */
static bool refuse_power(cki_call *call)
{
    cask_array base = cki_node_lazy(call->arguments[0]);
    int64_t exponent;
    if (!base || !(cki_dtype_is_integer(base->dtype) || base->dtype.id == CASK_BOOL) ||
        cki_node_lazy(call->arguments[1]) ||
        cki_value_index(call->arguments[1], &exponent, &(cki_error){0}) != CASK_OK || exponent >= 0)
        return false;
    cki_fail(call->error, CASK_TYPE, NULL,
             "Integers to negative integer powers are not allowed: make one of them a float");
    return true;
}

/* Dask computes in the operands' own types, and then makes the result what was asked for. */
static cask_array enforced(cki_build *build, cask_array made, cki_dtype dtype)
{
    char wanted[48], got[48];
    if (!made || !dtype.id)
        return made;
    if (cki_dtype_can_cast(made->dtype, dtype, "same_kind"))
        return cki_elementwise_cast(build, made, dtype);
    cki_fail(build->error, CASK_INVALID, NULL,
             "Inferred dtype from function '%s' was '%s' but got '%s', which can't be cast using "
             "casting='same_kind'",
             made->label, cki_dtype_name(dtype, wanted), cki_dtype_name(made->dtype, got));
    return NULL;
}

static cask_array compute(cki_call *call, cki_build *build, size_t count, cki_dtype dtype)
{
    cask_value *arguments[CKI_UFUNC_INPUTS] = {0};
    bool ready = true;
    for (size_t i = 0; ready && i < count; i++)
        ready = (arguments[i] = converted(build, call->arguments[i], dtype)) != NULL;
    cask_array result =
        ready ? cki_elementwise_values(build, call->operation->name, arguments, count) : NULL;
    for (size_t i = 0; i < count; i++)
        cask_value_unref(arguments[i]);
    return result;
}

/* Of lazy complex numbers Dask asks whether they equal an infinity, which NumPy refuses to. */
static cask_array infinite(cki_call *call, cki_build *build)
{
    bool minus = strcmp(call->operation->name, "isneginf") == 0;
    cask_array x = cki_node_lazy(call->arguments[0]);
    if (!x || !cki_dtype_is_complex(x->dtype) ||
        (!minus && strcmp(call->operation->name, "isposinf") != 0))
        return NULL;
    cask_value *pair[2] = {
        call->arguments[0],
        cki_value_float(minus ? -(double)INFINITY : (double)INFINITY, call->error)};
    cask_array made = pair[1] ? cki_elementwise_values(build, "equal", pair, 2) : NULL;
    cask_value_unref(pair[1]);
    return made;
}

static cask_value *run_ufunc(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    const char *name = call->operation->name;
    size_t count = (size_t)cki_ufunc_inputs(cki_ufunc_find(name));
    cask_value *where = cki_operation_argument(call, "where");
    cki_dtype dtype;
    cask_array out = NULL;
    bool lazy = cki_node_lazy(where) != NULL;
    for (size_t i = 0; i < count; i++)
        lazy = lazy || cki_node_lazy(call->arguments[i]);
    if (count == 2 && !strcmp(name, "power") && cki_operation_is_none(call, "dtype") &&
        refuse_power(call))
        return NULL;
    if (cki_node_dtype(cki_operation_argument(call, "dtype"), &dtype, call->error) != CASK_OK ||
        cki_out_find(call, lazy, &out) != CASK_OK)
        return NULL;
    cki_dtype inner = dtype;
    if (lazy)
        inner = (cki_dtype){0};
    cask_array made = infinite(call, &build);
    if (!made && call->error->status == CASK_OK)
        made = compute(call, &build, count, inner);
    made = cki_out_where(&build, made, where, out);
    if (lazy)
        made = enforced(&build, made, dtype);
    return cki_node_value(&build, cki_out_put(&build, made, out, lazy));
}

/* X(name, what it gives). */
#define UNARY(X)                                                                                   \
    X(absolute, "Absolute value, element by element; of complex numbers the modulus.")             \
    X(abs, "Absolute value, element by element; of complex numbers the modulus.")                  \
    X(fabs, "Absolute value of real numbers, as floats.")                                          \
    X(negative, "The numbers with their signs changed.")                                           \
    X(positive, "The numbers as they are.")                                                        \
    X(sign, "-1, 0 or 1 for negative, zero and positive numbers.")                                 \
    X(sqrt, "Square root.")                                                                        \
    X(square, "The numbers times themselves.")                                                     \
    X(cbrt, "Cube root.")                                                                          \
    X(reciprocal, "One divided by each number.")                                                   \
    X(exp, "e to the power of each number.")                                                       \
    X(exp2, "2 to the power of each number.")                                                      \
    X(expm1, "exp(x) - 1, precise for small x.")                                                   \
    X(log, "Natural logarithm.")                                                                   \
    X(log2, "Logarithm to base 2.")                                                                \
    X(log10, "Logarithm to base 10.")                                                              \
    X(log1p, "log(1 + x), precise for small x.")                                                   \
    X(sin, "Sine of angles in radians.")                                                           \
    X(cos, "Cosine of angles in radians.")                                                         \
    X(tan, "Tangent of angles in radians.")                                                        \
    X(arcsin, "Inverse sine, in radians.")                                                         \
    X(arccos, "Inverse cosine, in radians.")                                                       \
    X(arctan, "Inverse tangent, in radians.")                                                      \
    X(sinh, "Hyperbolic sine.")                                                                    \
    X(cosh, "Hyperbolic cosine.")                                                                  \
    X(tanh, "Hyperbolic tangent.")                                                                 \
    X(arcsinh, "Inverse hyperbolic sine.")                                                         \
    X(arccosh, "Inverse hyperbolic cosine.")                                                       \
    X(arctanh, "Inverse hyperbolic tangent.")                                                      \
    X(deg2rad, "Degrees to radians.")                                                              \
    X(rad2deg, "Radians to degrees.")                                                              \
    X(degrees, "Radians to degrees.")                                                              \
    X(radians, "Degrees to radians.")                                                              \
    X(sinc, "sin(pi x) / (pi x), 1 at zero.")                                                      \
    X(i0, "Modified Bessel function of the first kind, order 0.")                                  \
    X(isfinite, "True where a number is neither infinite nor NaN.")                                \
    X(isinf, "True where a number is infinite.")                                                   \
    X(isnan, "True where a number is NaN (or a date NaT).")                                        \
    X(isnat, "True where a date or duration is NaT.")                                              \
    X(isneginf, "True where a number is minus infinity.")                                          \
    X(isposinf, "True where a number is plus infinity.")                                           \
    X(signbit, "True where the sign bit is set: also for -0.0.")                                   \
    X(spacing, "Distance to the next representable number.")                                       \
    X(rint, "Rounded to the nearest integer, halves to even.")                                     \
    X(floor, "The largest integer not above.")                                                     \
    X(ceil, "The smallest integer not below.")                                                     \
    X(trunc, "The integer part, towards zero.")                                                    \
    X(fix, "The integer part, towards zero.")                                                      \
    X(conjugate, "Complex conjugate.")                                                             \
    X(conj, "Complex conjugate.")                                                                  \
    X(real, "Real part.")                                                                          \
    X(imag, "Imaginary part.")                                                                     \
    X(isreal, "True where the imaginary part is zero.")                                            \
    X(iscomplex, "True where the imaginary part is not zero.")                                     \
    X(logical_not, "True where an element is zero or false.")                                      \
    X(invert, "Bits flipped; of bools, not.")                                                      \
    X(bitwise_not, "Bits flipped; of bools, not.")

#define BINARY(X)                                                                                  \
    X(add, "Sum, element by element.")                                                             \
    X(subtract, "Difference.")                                                                     \
    X(multiply, "Product.")                                                                        \
    X(divide, "Quotient; of integers a float.")                                                    \
    X(true_divide, "Quotient; of integers a float.")                                               \
    X(floor_divide, "Quotient rounded down; of integers by zero, 0.")                              \
    X(remainder, "Remainder with the sign of the divisor, as Python's %.")                         \
    X(mod, "Remainder with the sign of the divisor, as Python's %.")                               \
    X(fmod, "Remainder with the sign of the dividend, as in C.")                                   \
    X(power, "The first to the power of the second.")                                              \
    X(float_power, "The first to the power of the second, in at least float64.")                   \
    X(logaddexp, "log(exp(x1) + exp(x2)).")                                                        \
    X(logaddexp2, "log2(2**x1 + 2**x2).")                                                          \
    X(arctan2, "Angle of the point (x2, x1), in radians, in the right quadrant.")                  \
    X(hypot, "sqrt(x1**2 + x2**2), without overflow on the way.")                                  \
    X(maximum, "The larger of two; NaN if either is.")                                             \
    X(minimum, "The smaller of two; NaN if either is.")                                            \
    X(fmax, "The larger of two; a number rather than NaN.")                                        \
    X(fmin, "The smaller of two; a number rather than NaN.")                                       \
    X(greater, "True where x1 > x2.")                                                              \
    X(greater_equal, "True where x1 >= x2.")                                                       \
    X(less, "True where x1 < x2.")                                                                 \
    X(less_equal, "True where x1 <= x2.")                                                          \
    X(equal, "True where x1 == x2.")                                                               \
    X(not_equal, "True where x1 != x2.")                                                           \
    X(logical_and, "True where both are nonzero.")                                                 \
    X(logical_or, "True where either is nonzero.")                                                 \
    X(logical_xor, "True where exactly one is nonzero.")                                           \
    X(bitwise_and, "Bits set in both.")                                                            \
    X(bitwise_or, "Bits set in either.")                                                           \
    X(bitwise_xor, "Bits set in exactly one.")                                                     \
    X(left_shift, "Bits of x1 shifted left by x2.")                                                \
    X(right_shift, "Bits of x1 shifted right by x2.")                                              \
    X(copysign, "x1 with the sign of x2.")                                                         \
    X(nextafter, "The next representable number after x1 towards x2.")                             \
    X(ldexp, "x1 * 2**x2.")                                                                        \
    X(heaviside, "0, x2 or 1 for negative, zero and positive x1.")                                 \
    X(gcd, "Greatest common divisor.")                                                             \
    X(lcm, "Least common multiple.")

#define RECORD(name, signature, text)                                                              \
    static const cki_operation name##_record = {#name,                                             \
                                                CKI_IN_DA | CKI_IN_NP,                             \
                                                signature ", out=None, *, where=True, dtype=None", \
                                                text,                                              \
                                                run_ufunc,                                         \
                                                NULL};
#define UNARY_RECORD(name, text)  RECORD(name, "x", text)
#define BINARY_RECORD(name, text) RECORD(name, "x1, x2", text)
UNARY(UNARY_RECORD)
BINARY(BINARY_RECORD)

#define POINTER(name, text) &name##_record,
const cki_operation *const cki_ufuncs_operations[] = {UNARY(POINTER) BINARY(POINTER) NULL};
