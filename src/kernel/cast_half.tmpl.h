/* Conversions between float16 and float32, float64, by bits: exact one way, to nearest even the
 * other. */
static inline float half_single(uint16_t half)
{
    uint32_t bits = (uint32_t)(half & 0x7FFFu) << 13, sign = (uint32_t)(half & 0x8000u) << 16;
    union {
        uint32_t u;
        float f;
    } x = {.u = bits};

    x.f *= 0x1p112f; /* the difference of the exponents' biases; exact for subnormals too */
    x.u |= (half & 0x7C00u) == 0x7C00u ? 0x7F800000u : 0;
    x.u |= sign;
    return x.f;
}

static inline uint16_t single_half(float number)
{
    union {
        float f;
        uint32_t u;
    } x = {.f = number}, small;
    uint32_t sign = (x.u >> 16) & 0x8000u, bits = x.u & 0x7FFFFFFFu, normal, half;

    small.u = bits;
    small.f += 0.5f; /* the sum's last bit is that of a subnormal half */
    normal = (bits + 0xC8000FFFu + ((bits >> 13) & 1)) >> 13;
    half = bits < 0x38800000u ? small.u - 0x3F000000u : normal;
    half = bits >= 0x47800000u ? 0x7C00u : half;
    half = bits > 0x7F800000u ? 0x7E00u : half;
    return (uint16_t)(half | sign);
}

/* Through a single rounded to odd, so that rounding once more is right. */
static inline uint16_t double_half(double number)
{
    union {
        float f;
        uint32_t u;
    } x = {.f = (float)number};
    double back = (double)x.f;

    if (back != number && number == number) {
        x.u -= fabs(back) > fabs(number);
        x.u |= 1;
    }
    return single_half(x.f);
}

#define D       f16
#define T       uint16_t
#define OP      to_f32
#define R       float
#define EXPR(a) half_single(a)
#include "kernel/unary.tmpl.h"
#undef T
#undef D
#define T       float
#define D       f32
#define OP      to_f16
#define R       uint16_t
#define EXPR(a) single_half(a)
#include "kernel/unary.tmpl.h"
#undef T
#undef D
#define T       double
#define D       f64
#define OP      to_f16
#define R       uint16_t
#define EXPR(a) double_half(a)
#include "kernel/unary.tmpl.h"
#undef T
#undef D
