/* Loops of SLEEF's vector functions for one instruction set, and their table: ISA is its name; the
 * including file is compiled for it.
 *
 * The functions are the `cinz` ones: within 1 ulp of the exact value, and the same bits from every
 * instruction set, so a result does not depend on the machine, nor on where in an array it stands.
 * What is not here is left to libm: sinh, cosh, log1p, arcsinh and arccosh of SLEEF 3.5 overflow
 * too early, tan and arctan2 lose the smallest numbers. */
#include "kernel/each.h"
#include <sleef.h>
#include <string.h>

#if defined(__AVX512F__)
#define MATH_f64(name) Sleef_cinz_##name##d8_u10avx512fnofma
#define MATH_f32(name) Sleef_cinz_##name##f16_u10avx512fnofma
#define LOAD_f64       _mm512_loadu_pd
#define LOAD_f32       _mm512_loadu_ps
#define STORE_f64      _mm512_storeu_pd
#define STORE_f32      _mm512_storeu_ps
enum { LANES_f64 = 8, LANES_f32 = 16 };
#elif defined(__AVX__)
#define MATH_f64(name) Sleef_cinz_##name##d4_u10avx
#define MATH_f32(name) Sleef_cinz_##name##f8_u10avx
#define LOAD_f64       _mm256_loadu_pd
#define LOAD_f32       _mm256_loadu_ps
#define STORE_f64      _mm256_storeu_pd
#define STORE_f32      _mm256_storeu_ps
enum { LANES_f64 = 4, LANES_f32 = 8 };
#else
#define MATH_f64(name) Sleef_cinz_##name##d2_u10sse2
#define MATH_f32(name) Sleef_cinz_##name##f4_u10sse2
#define LOAD_f64       _mm_loadu_pd
#define LOAD_f32       _mm_loadu_ps
#define STORE_f64      _mm_storeu_pd
#define STORE_f32      _mm_storeu_ps
enum { LANES_f64 = 2, LANES_f32 = 4 };
#endif

/* The last elements are computed in a vector of their own, so that they are what they would be
 * further in front. */
#define UNARY(op, name, D, T)                                                                      \
    static cask_status op##_##D(const cki_call *call)                                              \
    {                                                                                              \
        const T *a = call->in[0];                                                                  \
        T *r = call->out;                                                                          \
        size_t i = 0;                                                                              \
                                                                                                   \
        for (; i + LANES_##D <= call->n; i += LANES_##D)                                           \
            STORE_##D(r + i, MATH_##D(name)(LOAD_##D(a + i)));                                     \
        if (i < call->n) {                                                                         \
            T last[LANES_##D] = {0};                                                               \
            memcpy(last, a + i, (call->n - i) * sizeof(T));                                        \
            STORE_##D(last, MATH_##D(name)(LOAD_##D(last)));                                       \
            memcpy(r + i, last, (call->n - i) * sizeof(T));                                        \
        }                                                                                          \
        return CASK_OK;                                                                            \
    }

#define BINARY(op, name, D, T)                                                                     \
    static cask_status op##_##D(const cki_call *call)                                              \
    {                                                                                              \
        const T *a = call->in[0], *b = call->in[1];                                                \
        T *r = call->out;                                                                          \
        size_t i = 0;                                                                              \
                                                                                                   \
        for (; i + LANES_##D <= call->n; i += LANES_##D)                                           \
            STORE_##D(r + i, MATH_##D(name)(LOAD_##D(a + i), LOAD_##D(b + i)));                    \
        if (i < call->n) {                                                                         \
            T last[LANES_##D] = {0}, other[LANES_##D] = {0};                                       \
            memcpy(last, a + i, (call->n - i) * sizeof(T));                                        \
            memcpy(other, b + i, (call->n - i) * sizeof(T));                                       \
            STORE_##D(last, MATH_##D(name)(LOAD_##D(last), LOAD_##D(other)));                      \
            memcpy(r + i, last, (call->n - i) * sizeof(T));                                        \
        }                                                                                          \
        return CASK_OK;                                                                            \
    }

#define CKI_MATH_UNARY(X)                                                                          \
    X(exp, exp)                                                                                    \
    X(exp2, exp2)                                                                                  \
    X(expm1, expm1)                                                                                \
    X(log, log)                                                                                    \
    X(log2, log2)                                                                                  \
    X(log10, log10)                                                                                \
    X(sin, sin)                                                                                    \
    X(cos, cos)                                                                                    \
    X(arcsin, asin)                                                                                \
    X(arccos, acos)                                                                                \
    X(arctan, atan)                                                                                \
    X(tanh, tanh)                                                                                  \
    X(cbrt, cbrt)

#define LOOPS(op, name)                                                                            \
    UNARY(op, name, f32, float)                                                                    \
    UNARY(op, name, f64, double)
CKI_MATH_UNARY(LOOPS)
BINARY(power, pow, f32, float)
BINARY(power, pow, f64, double)

#define ROW(op, name) [CKI_OP_##op] = {[CASK_F32] = op##_f32, [CASK_F64] = op##_f64},
const cki_scalar_row CKI_GLUE(cki_math_loops,
                              ISA)[CKI_OP_COUNT] = {CKI_MATH_UNARY(ROW) ROW(power, pow)};
