/* Half precision: float16 to float32 and back, in integer arithmetic. */
#include "value/dtype.h"

#include <string.h>

float cki_dtype_from_half(uint16_t half)
{
    uint32_t sign = (uint32_t)(half >> 15) << 31, exponent = half >> 10 & 31,
             mantissa = half & 1023;
    uint32_t bits;
    if (exponent == 31) {
        bits = sign | 0x7F800000U | mantissa << 13;
    } else if (exponent) {
        bits = sign | (exponent + 112) << 23 | mantissa << 13;
    } else { /* a subnormal is mantissa * 2**-24, which a float holds exactly */
        float small = (float)mantissa * 0x1p-24F;
        return sign ? -small : small;
    }
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

uint16_t cki_dtype_to_half(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    uint16_t sign = (uint16_t)(bits >> 16 & 0x8000);
    uint32_t exponent = bits >> 23 & 255, mantissa = bits & 0x7FFFFF;
    if (exponent == 255) { /* keep a NaN a NaN though its upper bits may be zero */
        uint32_t upper = mantissa >> 13;
        return (uint16_t)(sign | 0x7C00U | (mantissa && !upper ? 1 : upper));
    }
    if (exponent > 142) /* 2**16 and beyond */
        return (uint16_t)(sign | 0x7C00);
    if (exponent < 102) /* below half of the smallest subnormal */
        return sign;
    uint32_t drop, kept;
    if (exponent < 113) { /* subnormal: the implied bit becomes a real one */
        mantissa |= 0x800000;
        drop = 126 - exponent;
        kept = mantissa >> drop;
    } else {
        drop = 13;
        kept = (exponent - 112) << 10 | mantissa >> 13;
    }
    uint32_t rest = mantissa & ((1U << drop) - 1), half = 1U << (drop - 1);
    if (rest > half || (rest == half && kept & 1)) /* ties to even; may carry into infinity */
        kept++;
    return (uint16_t)(sign | kept);
}
