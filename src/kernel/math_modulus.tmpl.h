/* fmod, remainder and floor_divide in vectors, part of math.tmpl.h: exact, as the truncated
 * quotient of two numbers is at most one too large, and what it leaves is known exactly by one
 * fused multiply-add. Very large quotients, infinities and NaN are left to the loop of one element.
 */
#include <float.h>

#if defined(__AVX512F__)
#define ROUNDED_f64 _mm512_roundscale_pd
#define ROUNDED_f32 _mm512_roundscale_ps
#else
#define ROUNDED_f64 _mm256_round_pd
#define ROUNDED_f32 _mm256_round_ps
#endif
#define ROUNDING(name, D, how)                                                                     \
    static inline vector_##D name##_##D(vector_##D x)                                              \
    {                                                                                              \
        return ROUNDED_##D(x, _MM_FROUND_NO_EXC | (how));                                          \
    }
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion" /* gcc's own macros */
ROUNDING(truncated, f64, _MM_FROUND_TO_ZERO)
ROUNDING(truncated, f32, _MM_FROUND_TO_ZERO)
ROUNDING(lower, f64, _MM_FROUND_TO_NEG_INF)
ROUNDING(lower, f32, _MM_FROUND_TO_NEG_INF)
#pragma GCC diagnostic pop
#define LEFT_f64 INTRINSIC(fnmadd_pd)
#define LEFT_f32 INTRINSIC(fnmadd_ps)

typedef int64_t bits_f64 __attribute__((vector_size(sizeof(vector_f64))));
typedef int32_t bits_f32 __attribute__((vector_size(sizeof(vector_f32))));

#define MODULUS(D, T)                                                                              \
    static inline vector_##D sign_of_##D(vector_##D x, vector_##D sign)                            \
    {                                                                                              \
        const bits_##D top = (bits_##D)(-(vector_##D){0});                                         \
        return (vector_##D)(((bits_##D)x & ~top) | ((bits_##D)sign & top));                        \
    }                                                                                              \
    static inline vector_##D fmod_of_##D(vector_##D a, vector_##D b)                               \
    {                                                                                              \
        vector_##D r = LEFT_##D(truncated_##D(a / b), b, a);                                       \
        bits_##D beyond = (bits_##D)(((bits_##D)r ^ (bits_##D)a) < 0) & (bits_##D)(r != 0);        \
        r += (vector_##D)((bits_##D)sign_of_##D(b, a) & beyond);                                   \
        return sign_of_##D(r, a);                                                                  \
    }                                                                                              \
    /* where a remainder, of the sign of a, becomes one of the sign of b */                        \
    static inline bits_##D turns_##D(vector_##D r, vector_##D b)                                   \
    {                                                                                              \
        return (bits_##D)(((bits_##D)r ^ (bits_##D)b) < 0) & (bits_##D)(r != 0);                   \
    }                                                                                              \
    static inline vector_##D remainder_of_##D(vector_##D a, vector_##D b)                          \
    {                                                                                              \
        vector_##D r = fmod_of_##D(a, b);                                                          \
        return sign_of_##D(r + (vector_##D)((bits_##D)b & turns_##D(r, b)), b);                    \
    }                                                                                              \
    static inline vector_##D floor_divide_of_##D(vector_##D a, vector_##D b)                       \
    {                                                                                              \
        const vector_##D one = (vector_##D){0} + 1;                                                \
        vector_##D r = fmod_of_##D(a, b), q = (a - r) / b;                                         \
        q -= (vector_##D)((bits_##D)one & turns_##D(r, b));                                        \
        vector_##D whole = lower_##D(q);                                                           \
        whole += (vector_##D)((bits_##D)one & (bits_##D)(q - whole > (T)0.5));                     \
        bits_##D none = (bits_##D)(q == 0);                                                        \
        return (vector_##D)(((bits_##D)whole & ~none) |                                            \
                            ((bits_##D)sign_of_##D((vector_##D){0}, a / b) & none));               \
    }
MODULUS(f64, double)
MODULUS(f32, float)

#define ALONE(op, D, T, TYPE)                                                                      \
    static T op##_alone_##D(T a, T b)                                                              \
    {                                                                                              \
        T r = 0;                                                                                   \
        cki_scalar_float_loops[CKI_OP_##op][TYPE](&(cki_call){.out = &r, .in = {&a, &b}, .n = 1}); \
        return r;                                                                                  \
    }
#define MODULUS_LOOPS(op)                                                                          \
    ALONE(op, f64, double, CASK_F64)                                                               \
    ALONE(op, f32, float, CASK_F32)                                                                \
    BINARY(op, op##_of_f64, op##_alone_f64, f64, double,                                           \
           outside_f64(A / B, 0, 0x1p51) | outside_f64(B, 0, DBL_MAX))                             \
    BINARY(op, op##_of_f32, op##_alone_f32, f32, float,                                            \
           outside_f32(A / B, 0, 0x1p22F) | outside_f32(B, 0, FLT_MAX))
MODULUS_LOOPS(fmod)
MODULUS_LOOPS(remainder)
MODULUS_LOOPS(floor_divide)
