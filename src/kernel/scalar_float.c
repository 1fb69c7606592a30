/* Floating operations that are compiled once: they call libm for each element. And the two that
 * must see float16's own bits; a program computes its others in float32.
 */
#include "kernel/each.h"
#include <limits.h>
#include <math.h>

#define PI         3.14159265358979323846
#define PIf        3.14159265358979323846f
#define LOG2       0.693147180559945309417
#define LOG2f      0.693147180559945309417f
#define LOG2E      1.44269504088896340736
#define LOG2Ef     1.44269504088896340736f
#define TINY       1.0e-20
#define TINYf      1.0e-20f
#define UNBOUNDED  HUGE_VAL
#define UNBOUNDEDf HUGE_VALF

/* The modified Bessel function I0: its power series, whose terms are all positive, and from where
 * that takes long its asymptotic series (Abramowitz and Stegun 9.6.12, 9.7.1). */
static double bessel(double x)
{
    double square = x * x / 4, term = 1, sum = 1, magnitude = fabs(x);

    if (x != x || magnitude == HUGE_VAL)
        return magnitude;
    if (magnitude < 40) {
        for (int k = 1; term > sum * 1e-17; k++) {
            term *= square / ((double)k * k);
            sum += term;
        }
        return sum;
    }
    for (int k = 1; k < 40 && term > sum * 1e-17; k++) {
        double odd = 2.0 * k - 1;

        term *= odd * odd / (8 * k * magnitude);
        sum += term;
    }
    /* In two factors, so that the largest results do not overflow on the way. */
    return exp(magnitude / 2) * (sum / sqrt(2 * PI) / sqrt(magnitude)) * exp(magnitude / 2);
}

#define CKI_TEMPLATE "kernel/scalar_float.tmpl.h"
#include "kernel/each_float.h"

static uint16_t half_next(uint16_t a, uint16_t b)
{
    float x = cki_dtype_from_half(a), y = cki_dtype_from_half(b);

    if (x != x || y != y)
        return 0x7E00;
    if (x == y)
        return a;
    if (x == 0)
        return (uint16_t)((b & 0x8000) | 1);
    return (uint16_t)((x < y) == (x > 0) ? a + 1 : a - 1);
}

static uint16_t half_spacing(uint16_t a)
{
    float x = cki_dtype_from_half(a);

    if ((a & 0x7C00) == 0x7C00)
        return 0x7E00;
    return cki_dtype_to_half(cki_dtype_from_half(half_next(a, 0x7C00)) - x);
}

/* NaN is 0, an infinity the largest number of its sign. */
static uint16_t half_number(uint16_t a)
{
    if ((a & 0x7FFF) > 0x7C00)
        return 0;
    return (a & 0x7FFF) == 0x7C00 ? (uint16_t)(a - 1) : a;
}

#define D          f16
#define T          uint16_t
#define OP         nextafter
#define EXPR(a, b) half_next(a, b)
#include "kernel/binary.tmpl.h"
#define OP      spacing
#define EXPR(a) half_spacing(a)
#include "kernel/unary.tmpl.h"
#define OP      nan_to_num
#define EXPR(a) half_number(a)
#include "kernel/unary.tmpl.h"
#define OP      positive
#define EXPR(a) (a)
#include "kernel/unary.tmpl.h"

#define FLOATS(op) [CASK_F32] = op##_f32, [CASK_F64] = op##_f64
#define ROW(op)    [CKI_OP_##op] = {FLOATS(op)}

const cki_scalar_row cki_scalar_float_loops[CKI_OP_COUNT] = {
    ROW(floor_divide),
    ROW(remainder),
    ROW(fmod),
    ROW(power),
    ROW(logaddexp),
    ROW(logaddexp2),
    ROW(arctan2),
    ROW(hypot),
    ROW(heaviside),
    ROW(cbrt),
    ROW(exp),
    ROW(exp2),
    ROW(expm1),
    ROW(log),
    ROW(log2),
    ROW(log10),
    ROW(log1p),
    ROW(sin),
    ROW(cos),
    ROW(tan),
    ROW(arcsin),
    ROW(arccos),
    ROW(arctan),
    ROW(sinh),
    ROW(cosh),
    ROW(tanh),
    ROW(arcsinh),
    ROW(arccosh),
    ROW(arctanh),
    ROW(sinc),
    ROW(i0),
    ROW(angle),
    ROW(modf_fraction),
    ROW(modf_integer),
    ROW(frexp_mantissa),
    ROW(frexp_exponent),
    ROW(ldexp),
    [CKI_OP_nextafter] = {[CASK_F16] = nextafter_f16, FLOATS(nextafter)},
    [CKI_OP_spacing] = {[CASK_F16] = spacing_f16, FLOATS(spacing)},
    [CKI_OP_nan_to_num] = {[CASK_F16] = nan_to_num_f16},
    [CKI_OP_positive] = {[CASK_F16] = positive_f16},
    [CKI_OP_conjugate] = {[CASK_F16] = positive_f16},
    [CKI_OP_real] = {[CASK_F16] = positive_f16},
};
