/* Loops of SLEEF's vector functions for one instruction set, and their table: ISA is its name; the
 * including file is compiled for it.
 *
 * The functions are the `finz` ones: within 1 ulp of the exact value, and the same bits from every
 * instruction set with fused multiply-add, so a result does not depend on the machine, nor on where
 * in an array it stands. Beyond the bounds given here, where those of SLEEF 3.5 overflow too early
 * or lose the smallest numbers, an element is libm's. Processors without fused multiply-add (before
 * 2013) are left to libm. */
#include "kernel/each.h"
#include <math.h>
#include <sleef.h>
#include <string.h>

#if defined(__AVX512F__)
typedef __m512d vector_f64;
typedef __m512 vector_f32;
enum { LANES_f64 = 8, LANES_f32 = 16 };
#define SLEEF_f64(name, ulp) Sleef_finz_##name##d8_##ulp##avx512f
#define SLEEF_f32(name, ulp) Sleef_finz_##name##f16_##ulp##avx512f
#define INTRINSIC(name)      _mm512_##name
#else
typedef __m256d vector_f64;
typedef __m256 vector_f32;
enum { LANES_f64 = 4, LANES_f32 = 8 };
#define SLEEF_f64(name, ulp) Sleef_finz_##name##d4_##ulp##avx2
#define SLEEF_f32(name, ulp) Sleef_finz_##name##f8_##ulp##avx2
#define INTRINSIC(name)      _mm256_##name
#endif
#define LOAD_f64       INTRINSIC(loadu_pd)
#define LOAD_f32       INTRINSIC(loadu_ps)
#define STORE_f64      INTRINSIC(storeu_pd)
#define STORE_f32      INTRINSIC(storeu_ps)
#define LIBM_f64(name) name
#define LIBM_f32(name) name##f

/* A bit for each element whose magnitude is not within the bounds; NaN's is not. */
static inline unsigned outside_f64(vector_f64 x, double low, double high)
{
#if defined(__AVX512F__)
    __m512d size = _mm512_abs_pd(x);
    return 0xFFu & ~(unsigned)(_mm512_cmp_pd_mask(size, _mm512_set1_pd(low), _CMP_GE_OQ) &
                               _mm512_cmp_pd_mask(size, _mm512_set1_pd(high), _CMP_LE_OQ));
#else
    __m256d size = _mm256_andnot_pd(_mm256_set1_pd(-0.0), x);
    return 0xFu & ~(unsigned)_mm256_movemask_pd(
                      _mm256_and_pd(_mm256_cmp_pd(size, _mm256_set1_pd(low), _CMP_GE_OQ),
                                    _mm256_cmp_pd(size, _mm256_set1_pd(high), _CMP_LE_OQ)));
#endif
}

static inline unsigned outside_f32(vector_f32 x, float low, float high)
{
#if defined(__AVX512F__)
    __m512 size = _mm512_abs_ps(x);
    return 0xFFFFu & ~(unsigned)(_mm512_cmp_ps_mask(size, _mm512_set1_ps(low), _CMP_GE_OQ) &
                                 _mm512_cmp_ps_mask(size, _mm512_set1_ps(high), _CMP_LE_OQ));
#else
    __m256 size = _mm256_andnot_ps(_mm256_set1_ps(-0.0F), x);
    return 0xFFu & ~(unsigned)_mm256_movemask_ps(
                       _mm256_and_ps(_mm256_cmp_ps(size, _mm256_set1_ps(low), _CMP_GE_OQ),
                                     _mm256_cmp_ps(size, _mm256_set1_ps(high), _CMP_LE_OQ)));
#endif
}

/* The last elements are computed in a vector of their own, so that they are what they would be
 * further in front. A and B are what a vector's elements are called in `odd`, the bits of those
 * that are libm's. */
#define UNARY(op, name, D, T, odd)                                                                 \
    static inline void op##_vector_##D(const T *a, T *r)                                           \
    {                                                                                              \
        const vector_##D A = LOAD_##D(a);                                                          \
        unsigned left = odd;                                                                       \
        T x[LANES_##D];                                                                            \
        STORE_##D(x, A); /* r may be a */                                                          \
        STORE_##D(r, SLEEF_##D(name, u10)(A));                                                     \
        for (; left; left &= left - 1)                                                             \
            r[__builtin_ctz(left)] = LIBM_##D(name)(x[__builtin_ctz(left)]);                       \
    }                                                                                              \
    static cask_status op##_##D(const cki_call *call)                                              \
    {                                                                                              \
        const T *a = call->in[0];                                                                  \
        T *r = call->out, last[LANES_##D] = {0};                                                   \
        size_t i = 0;                                                                              \
        for (; i + LANES_##D <= call->n; i += LANES_##D)                                           \
            op##_vector_##D(a + i, r + i);                                                         \
        if (i < call->n) {                                                                         \
            memcpy(last, a + i, (call->n - i) * sizeof(T));                                        \
            op##_vector_##D(last, last);                                                           \
            memcpy(r + i, last, (call->n - i) * sizeof(T));                                        \
        }                                                                                          \
        return CASK_OK;                                                                            \
    }

#define BINARY(op, function, libm, D, T, odd)                                                      \
    static inline void op##_vector_##D(const T *a, const T *b, T *r)                               \
    {                                                                                              \
        const vector_##D A = LOAD_##D(a), B = LOAD_##D(b);                                         \
        unsigned left = odd;                                                                       \
        T x[LANES_##D], y[LANES_##D];                                                              \
        STORE_##D(x, A);                                                                           \
        STORE_##D(y, B);                                                                           \
        STORE_##D(r, function(A, B));                                                              \
        for (; left; left &= left - 1)                                                             \
            r[__builtin_ctz(left)] = libm(x[__builtin_ctz(left)], y[__builtin_ctz(left)]);         \
    }                                                                                              \
    static cask_status op##_##D(const cki_call *call)                                              \
    {                                                                                              \
        const T *a = call->in[0], *b = call->in[1];                                                \
        T *r = call->out, last[LANES_##D] = {0}, other[LANES_##D] = {0};                           \
        size_t i = 0;                                                                              \
        for (; i + LANES_##D <= call->n; i += LANES_##D)                                           \
            op##_vector_##D(a + i, b + i, r + i);                                                  \
        if (i < call->n) {                                                                         \
            memcpy(last, a + i, (call->n - i) * sizeof(T));                                        \
            memcpy(other, b + i, (call->n - i) * sizeof(T));                                       \
            op##_vector_##D(last, other, last);                                                    \
            memcpy(r + i, last, (call->n - i) * sizeof(T));                                        \
        }                                                                                          \
        return CASK_OK;                                                                            \
    }

/* Good everywhere. */
#define CKI_MATH_UNARY(X)                                                                          \
    X(exp, exp)                                                                                    \
    X(exp2, exp2)                                                                                  \
    X(expm1, expm1)                                                                                \
    X(log, log)                                                                                    \
    X(log2, log2)                                                                                  \
    X(log10, log10)                                                                                \
    X(sin, sin)                                                                                    \
    X(cos, cos)                                                                                    \
    X(tan, tan)                                                                                    \
    X(arcsin, asin)                                                                                \
    X(arccos, acos)                                                                                \
    X(arctan, atan)                                                                                \
    X(cbrt, cbrt)

/* Good for magnitudes within bounds, of doubles and of floats. */
#define CKI_MATH_WITHIN(X)                                                                         \
    X(sinh, sinh, 0, 709, 0, 88)                                                                   \
    X(cosh, cosh, 0, 709, 0, 88)                                                                   \
    X(tanh, tanh, 1e-15, HUGE_VAL, 1e-7F, HUGE_VALF)                                               \
    X(log1p, log1p, 0, 1e300, 0, 1e37F)                                                            \
    X(arcsinh, asinh, 1e-15, 1e150, 1e-7F, 1e18F)                                                  \
    X(arccosh, acosh, 0, 1e150, 0, 1e18F)                                                          \
    X(arctanh, atanh, 1e-15, 1, 1e-7F, 1)

#define LOOPS(op, name)                                                                            \
    UNARY(op, name, f32, float, 0)                                                                 \
    UNARY(op, name, f64, double, 0)
#define LOOPS_WITHIN(op, name, low64, high64, low32, high32)                                       \
    UNARY(op, name, f32, float, outside_f32(A, low32, high32))                                     \
    UNARY(op, name, f64, double, outside_f64(A, low64, high64))
CKI_MATH_UNARY(LOOPS)
CKI_MATH_WITHIN(LOOPS_WITHIN)
BINARY(power, SLEEF_f32(pow, u10), powf, f32, float, 0)
BINARY(power, SLEEF_f64(pow, u10), pow, f64, double, 0)
BINARY(arctan2, SLEEF_f32(atan2, u10), atan2f, f32, float,
       outside_f32(A, 1e-12F, 1e12F) | outside_f32(B, 1e-12F, 1e12F))
BINARY(arctan2, SLEEF_f64(atan2, u10), atan2, f64, double,
       outside_f64(A, 1e-100, 1e100) | outside_f64(B, 1e-100, 1e100))
BINARY(hypot, SLEEF_f32(hypot, u05), hypotf, f32, float,
       outside_f32(A, 1e-12F, 1e12F) | outside_f32(B, 1e-12F, 1e12F))
BINARY(hypot, SLEEF_f64(hypot, u05), hypot, f64, double,
       outside_f64(A, 1e-100, 1e100) | outside_f64(B, 1e-100, 1e100))

/* Of a complex number what is a function of its two parts. */
#define PARTS(op, of, first, second, D, T)                                                         \
    static cask_status op##_parts_##D(const cki_call *call)                                        \
    {                                                                                              \
        const T *z = call->in[0];                                                                  \
        T *r = call->out, re[LANES_##D] = {0}, im[LANES_##D] = {0};                                \
        for (size_t i = 0; i < call->n; i += LANES_##D) {                                          \
            size_t n = call->n - i < LANES_##D ? call->n - i : LANES_##D;                          \
            for (size_t k = 0; k < n; k++) {                                                       \
                re[k] = z[2 * (i + k)];                                                            \
                im[k] = z[2 * (i + k) + 1];                                                        \
            }                                                                                      \
            of##_vector_##D(first, second, re);                                                    \
            memcpy(r + i, re, n * sizeof(T));                                                      \
        }                                                                                          \
        return CASK_OK;                                                                            \
    }
PARTS(absolute, hypot, re, im, f64, double)
PARTS(absolute, hypot, re, im, f32, float)
PARTS(angle, arctan2, im, re, f64, double)
PARTS(angle, arctan2, im, re, f32, float)

#include "kernel/math_modulus.tmpl.h"

#define ROW(op, ...) [CKI_OP_##op] = {[CASK_F32] = op##_f32, [CASK_F64] = op##_f64},
const cki_scalar_row CKI_GLUE(cki_math_loops, ISA)[CKI_OP_COUNT] = {
    CKI_MATH_UNARY(ROW) CKI_MATH_WITHIN(ROW) ROW(power) ROW(arctan2) ROW(fmod) ROW(remainder)
        ROW(floor_divide) ROW(hypot)[CKI_OP_absolute] =
            {[CASK_C64] = absolute_parts_f32, [CASK_C128] = absolute_parts_f64},
    [CKI_OP_angle] = {[CASK_C64] = angle_parts_f32, [CASK_C128] = angle_parts_f64}};
