/* Numbers: Python's arithmetic on bool, int, float and complex. Integers have 64 bits: beyond them
 * is an OverflowError, not a wrong number. */
#include "eval/operate.h"

#include <math.h>
#include <stdlib.h>

static cask_value *zero_division(cki_error *error, const char *message)
{
    cki_fail(error, CASK_ARITHMETIC, "ZeroDivisionError", "%s", message);
    return NULL;
}

static cask_value *overflow(cki_error *error, int64_t a, const char *sign, int64_t b)
{
    cki_fail(error, CASK_ARITHMETIC, "OverflowError",
             "integer result of %lld %s %lld does not fit in 64 bits; use floats", (long long)a,
             sign, (long long)b);
    return NULL;
}

static int64_t integer_of(const cask_value *value)
{
    return value->kind == CKI_BOOL ? value->as.boolean : value->as.integer;
}

static double real_of(const cask_value *value)
{
    return value->kind == CKI_FLOAT ? value->as.real : (double)integer_of(value);
}

static int64_t floor_quotient(int64_t a, int64_t b)
{
    int64_t quotient = a / b;
    return quotient - (a % b != 0 && (a < 0) != (b < 0));
}

cask_value *cki_number_whole(double value, cki_error *error)
{
    if (isnan(value)) {
        cki_fail(error, CASK_INVALID, NULL, "cannot convert float NaN to integer");
        return NULL;
    }
    if (isinf(value)) {
        cki_fail(error, CASK_ARITHMETIC, "OverflowError",
                 "cannot convert float infinity to integer");
        return NULL;
    }
    if (value >= 0x1p63 || value < -0x1p63) {
        cki_fail(error, CASK_ARITHMETIC, "OverflowError", "float %g does not fit in 64 bits",
                 value);
        return NULL;
    }
    return cki_value_int((int64_t)value, error);
}

/* base**exponent of integers by squaring; false beyond 64 bits. */
static bool integer_power(int64_t base, int64_t exponent, int64_t *result)
{
    *result = 1;
    while (exponent > 0) {
        if ((exponent & 1) && __builtin_mul_overflow(*result, base, result))
            return false;
        exponent >>= 1;
        if (exponent && __builtin_mul_overflow(base, base, &base))
            return false;
    }
    return true;
}

/* float ** float as CPython has it: infinities by C, a negative base to a fraction is complex. */
static cask_value *real_power(double a, double b, cki_error *error)
{
    if (a == 0 && b < 0)
        return zero_division(error, "0.0 cannot be raised to a negative power");
    if (a < 0 && isfinite(a) && isfinite(b) && floor(b) != b) {
        double size = pow(-a, b), angle = atan2(0, a) * b;
        return cki_value_complex(size * cos(angle), size * sin(angle), error);
    }
    double power = pow(a, b);
    if (isinf(power) && isfinite(a) && isfinite(b)) {
        cki_fail(error, CASK_ARITHMETIC, "OverflowError", "(34, 'Numerical result out of range')");
        return NULL;
    }
    return cki_value_float(power, error);
}

static cask_value *shift(cki_operator op, int64_t a, int64_t b, cki_error *error)
{
    if (b < 0) {
        cki_fail(error, CASK_INVALID, NULL, "negative shift count");
        return NULL;
    }
    if (op == CKI_OP_RSHIFT)
        return cki_value_int(a >> (b > 63 ? 63 : b), error);
    if (a == 0)
        return cki_value_int(0, error);
    int64_t shifted = b < 63 ? (int64_t)((uint64_t)a << b) : 0;
    if (b >= 63 || shifted >> b != a)
        return overflow(error, a, "<<", b);
    return cki_value_int(shifted, error);
}

static cask_value *operate_integers(cki_operator op, int64_t a, int64_t b, cki_error *error)
{
    int64_t result;
    bool fits = true;
    if ((op == CKI_OP_DIV || op == CKI_OP_FLOORDIV || op == CKI_OP_MOD) && b == 0)
        return zero_division(error, op == CKI_OP_DIV        ? "division by zero"
                                    : op == CKI_OP_FLOORDIV ? "integer division or modulo by zero"
                                                            : "integer modulo by zero");
    if (op == CKI_OP_DIV)
        return cki_value_float((double)((long double)a / (long double)b), error);
    if (op == CKI_OP_LSHIFT || op == CKI_OP_RSHIFT)
        return shift(op, a, b, error);
    if (op == CKI_OP_POW && b < 0)
        return a == 0 ? zero_division(error, "0.0 cannot be raised to a negative power")
                      : real_power((double)a, (double)b, error);
    if (op == CKI_OP_ADD)
        fits = !__builtin_add_overflow(a, b, &result);
    else if (op == CKI_OP_SUB)
        fits = !__builtin_sub_overflow(a, b, &result);
    else if (op == CKI_OP_MUL)
        fits = !__builtin_mul_overflow(a, b, &result);
    else if (op == CKI_OP_POW)
        fits = integer_power(a, b, &result);
    else if (op == CKI_OP_FLOORDIV)
        fits = b != -1 ? (result = floor_quotient(a, b), true)
                       : !__builtin_sub_overflow((int64_t)0, a, &result);
    else if (op == CKI_OP_MOD)
        result = b == -1 ? 0 : a - floor_quotient(a, b) * b;
    else if (op == CKI_OP_AND)
        result = a & b;
    else if (op == CKI_OP_OR)
        result = a | b;
    else if (op == CKI_OP_XOR)
        result = a ^ b;
    else
        return NULL;
    return fits ? cki_value_int(result, error) : overflow(error, a, cki_host_sign(op), b);
}

/* Quotient and remainder as CPython's float_divmod: the remainder has the divisor's sign. */
static void real_divide(double a, double b, double *quotient, double *remainder)
{
    double mod = fmod(a, b), div = (a - mod) / b;
    if (mod != 0) {
        if ((b < 0) != (mod < 0)) {
            mod += b;
            div -= 1;
        }
    } else {
        mod = copysign(0, b);
    }
    *remainder = mod;
    if (div != 0) {
        *quotient = floor(div);
        if (div - *quotient > 0.5)
            *quotient += 1;
    } else {
        *quotient = copysign(0, a / b);
    }
}

static cask_value *operate_reals(cki_operator op, double a, double b, cki_error *error)
{
    double quotient, remainder;
    if (op == CKI_OP_ADD)
        return cki_value_float(a + b, error);
    if (op == CKI_OP_SUB)
        return cki_value_float(a - b, error);
    if (op == CKI_OP_MUL)
        return cki_value_float(a * b, error);
    if (op == CKI_OP_POW)
        return real_power(a, b, error);
    if (op != CKI_OP_DIV && op != CKI_OP_FLOORDIV && op != CKI_OP_MOD)
        return NULL;
    if (b == 0)
        return zero_division(error, op == CKI_OP_DIV        ? "float division by zero"
                                    : op == CKI_OP_FLOORDIV ? "float floor division by zero"
                                                            : "float modulo");
    if (op == CKI_OP_DIV)
        return cki_value_float(a / b, error);
    real_divide(a, b, &quotient, &remainder);
    return cki_value_float(op == CKI_OP_MOD ? remainder : quotient, error);
}

typedef struct complex_number {
    double re, im;
} complex_number;

static complex_number complex_of(const cask_value *value)
{
    if (value->kind == CKI_COMPLEX)
        return (complex_number){value->as.complex.re, value->as.complex.im};
    return (complex_number){real_of(value), 0};
}

static complex_number multiply(complex_number a, complex_number b)
{
    return (complex_number){a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}

/* Smith's algorithm, as CPython's. False for a division by zero. */
static bool divide(complex_number a, complex_number b, complex_number *quotient)
{
    if (fabs(b.re) >= fabs(b.im)) {
        if (b.re == 0)
            return false;
        double ratio = b.im / b.re, scale = b.re + b.im * ratio;
        *quotient = (complex_number){(a.re + a.im * ratio) / scale, (a.im - a.re * ratio) / scale};
    } else if (fabs(b.im) >= fabs(b.re)) {
        double ratio = b.re / b.im, scale = b.re * ratio + b.im;
        *quotient = (complex_number){(a.re * ratio + a.im) / scale, (a.im * ratio - a.re) / scale};
    } else {
        *quotient = (complex_number){(double)NAN, (double)NAN};
    }
    return true;
}

/* Small whole powers by squaring, exactly as CPython does them; others by logarithms. */
static bool complex_power(complex_number a, complex_number b, complex_number *power)
{
    if (b.im == 0 && b.re == floor(b.re) && fabs(b.re) <= 100) {
        long count = labs((long)b.re), mask = 1;
        complex_number square = a;
        *power = (complex_number){1, 0};
        for (; mask > 0 && count >= mask; mask <<= 1) {
            if (count & mask)
                *power = multiply(*power, square);
            square = multiply(square, square);
        }
        return b.re >= 0 || divide((complex_number){1, 0}, *power, power);
    }
    if (a.re == 0 && a.im == 0) {
        *power = (complex_number){0, 0};
        return b.im == 0 && b.re >= 0;
    }
    double size = hypot(a.re, a.im), length = pow(size, b.re);
    double angle = atan2(a.im, a.re), phase = angle * b.re;
    if (b.im != 0) {
        length *= exp(-angle * b.im);
        phase += b.im * log(size);
    }
    *power = (complex_number){length * cos(phase), length * sin(phase)};
    return true;
}

static cask_value *operate_complex(cki_operator op, complex_number a, complex_number b,
                                   cki_error *error)
{
    complex_number result;
    if (op == CKI_OP_ADD)
        result = (complex_number){a.re + b.re, a.im + b.im};
    else if (op == CKI_OP_SUB)
        result = (complex_number){a.re - b.re, a.im - b.im};
    else if (op == CKI_OP_MUL)
        result = multiply(a, b);
    else if (op == CKI_OP_DIV) {
        if (!divide(a, b, &result))
            return zero_division(error, "complex division by zero");
    } else if (op == CKI_OP_POW) {
        if (!complex_power(a, b, &result))
            return zero_division(error, "0.0 to a negative or complex power");
        if ((!isfinite(result.re) || !isfinite(result.im)) && isfinite(a.re) && isfinite(a.im) &&
            isfinite(b.re) && isfinite(b.im)) {
            cki_fail(error, CASK_ARITHMETIC, "OverflowError", "complex exponentiation");
            return NULL;
        }
    } else
        return NULL;
    return cki_value_complex(result.re, result.im, error);
}

static cask_value *operate_unary(cki_operator op, const cask_value *a, cki_error *error)
{
    if (a->kind == CKI_COMPLEX) {
        double re = a->as.complex.re, im = a->as.complex.im;
        if (op == CKI_OP_ABS)
            return cki_value_float(hypot(re, im), error);
        if (op == CKI_OP_INVERT)
            return NULL;
        return op == CKI_OP_NEG ? cki_value_complex(-re, -im, error)
                                : cki_value_complex(re, im, error);
    }
    if (a->kind == CKI_FLOAT) {
        double real = a->as.real;
        if (op == CKI_OP_INVERT)
            return NULL;
        return cki_value_float(op == CKI_OP_ABS   ? fabs(real)
                               : op == CKI_OP_NEG ? -real
                                                  : real,
                               error);
    }
    int64_t integer = integer_of(a);
    if (op == CKI_OP_INVERT)
        return cki_value_int(~integer, error);
    if (op == CKI_OP_POS || (op == CKI_OP_ABS && integer >= 0))
        return cki_value_int(integer, error);
    if (integer == INT64_MIN)
        return overflow(error, 0, "-", integer);
    return cki_value_int(-integer, error);
}

cask_value *cki_number_operate(cki_operator op, const cask_value *a, const cask_value *b,
                               cki_error *error)
{
    if (!b)
        return operate_unary(op, a, error);
    if (a->kind == CKI_COMPLEX || b->kind == CKI_COMPLEX)
        return operate_complex(op, complex_of(a), complex_of(b), error);
    if (a->kind == CKI_FLOAT || b->kind == CKI_FLOAT)
        return operate_reals(op, real_of(a), real_of(b), error);
    bool logical = op == CKI_OP_AND || op == CKI_OP_OR || op == CKI_OP_XOR;
    if (logical && a->kind == CKI_BOOL && b->kind == CKI_BOOL) {
        bool x = a->as.boolean, y = b->as.boolean;
        return cki_value_bool(op == CKI_OP_AND ? x && y : op == CKI_OP_OR ? x || y : x != y);
    }
    return operate_integers(op, integer_of(a), integer_of(b), error);
}

static int64_t modulo(cki_wide a, int64_t m)
{
    cki_wide rest = a % m;
    return (int64_t)(rest != 0 && (rest < 0) != (m < 0) ? rest + m : rest);
}

/* The inverse of a modulo m by Euclid's algorithm; false if there is none. */
static bool inverse(int64_t a, int64_t m, int64_t *result)
{
    cki_wide r = m < 0 ? -(cki_wide)m : m, next = modulo(a, m), t = 0, u = 1;
    if (next < 0)
        next += r;
    while (next != 0) {
        cki_wide quotient = r / next, rest = r - quotient * next, step = t - quotient * u;
        r = next;
        next = rest;
        t = u;
        u = step;
    }
    *result = modulo(t, m);
    return r == 1;
}

cask_value *cki_number_power_modulo(int64_t base, int64_t exponent, int64_t m, cki_error *error)
{
    if (m == 0) {
        cki_fail(error, CASK_INVALID, NULL, "pow() 3rd argument cannot be 0");
        return NULL;
    }
    base = modulo(base, m);
    uint64_t count = (uint64_t)exponent;
    if (exponent < 0) {
        if (!inverse(base, m, &base)) {
            cki_fail(error, CASK_INVALID, NULL, "base is not invertible for the given modulus");
            return NULL;
        }
        count = 0 - count;
    }
    int64_t result = modulo(1, m);
    for (; count; count >>= 1) {
        if (count & 1)
            result = modulo((cki_wide)result * base, m);
        base = modulo((cki_wide)base * base, m);
    }
    return cki_value_int(result, error);
}
