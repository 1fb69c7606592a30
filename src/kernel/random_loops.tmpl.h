/* The loops of random numbers for one instruction set: ISA names it, WIDE is how many doubles its
 * vectors have. Every operation rounds as written, so all sets give the same bits. */
#include "kernel/random.h"

#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

typedef uint64_t bits __attribute__((vector_size(8 * WIDE)));
typedef double reals __attribute__((vector_size(8 * WIDE)));

/* The products of the lower halves. */
static inline bits multiply(bits a, bits b)
{
#if defined(__x86_64__) && WIDE == 8
    return (bits)_mm512_mul_epu32((__m512i)a, (__m512i)b);
#elif defined(__x86_64__) && WIDE == 4
    return (bits)_mm256_mul_epu32((__m256i)a, (__m256i)b);
#elif defined(__x86_64__)
    return (bits)_mm_mul_epu32((__m128i)a, (__m128i)b);
#else
    return (a & 0xFFFFFFFFu) * (b & 0xFFFFFFFFu);
#endif
}

static inline bits fill(uint64_t x)
{
    return x - (bits){0};
}

static void blocks(const cki_random_key *key, uint64_t first, int64_t step, int shift,
                   uint32_t part, int64_t n, uint64_t *a, uint64_t *b)
{
    const bits m0 = fill(0xD2511F53u), m1 = fill(0xCD9E8D57u), low = fill(0xFFFFFFFFu);
    bits lanes = {0}, k0[10], k1[10];
    for (uint32_t round = 0; round < 10; round++) {
        k0[round] = fill(key->key[0] + round * 0x9E3779B9u);
        k1[round] = fill(key->key[1] + round * 0xBB67AE85u);
    }
    for (int i = 0; i < WIDE; i++)
        lanes[i] = first + (uint64_t)i * (uint64_t)step;
    for (int64_t i = 0; i < n; i += WIDE, lanes += (uint64_t)step * WIDE) {
        bits index = lanes >> (uint64_t)shift;
        bits c0 = index & low, c1 = index >> 32, c2 = fill(part), c3 = fill(key->salt);
        for (int round = 0; round < 10; round++) {
            /* upper halves of c1 and c3 may hold anything: no product sees them */
            bits p0 = multiply(c0, m0), p1 = multiply(c2, m1);
            c0 = (p1 >> 32) ^ c1 ^ k0[round];
            c2 = (p0 >> 32) ^ c3 ^ k1[round];
            c1 = p1;
            c3 = p0;
        }
        bits x = (c1 << 32) | (c0 & low), y = (c3 << 32) | (c2 & low);
        memcpy(a + i, &x, sizeof x);
        memcpy(b + i, &y, sizeof y);
    }
}

/* The upper 53 bits of a word as a fraction: two halves, each exact beside a power of 2. */
static inline reals fraction(bits word, uint64_t last)
{
    const bits exponent = fill(0x4330000000000000u); /* of 2**52 */
    bits x = (word >> 11) | last;
    reals high = (reals)((x >> 32) | exponent) - 0x1p52;
    reals low = (reals)((x & 0xFFFFFFFFu) | exponent) - 0x1p52;
    return high * 0x1p-21 + low * 0x1p-53;
}

static void uniform(const uint64_t *words, bool open, int64_t n, double *out)
{
    for (int64_t i = 0; i < n; i += WIDE) {
        bits word;
        memcpy(&word, words + i, sizeof word);
        reals x = fraction(word, open);
        memcpy(out + i, &x, sizeof x);
    }
}

/* The logarithm of numbers in (0, 1), by the reduction and the polynomial of Sun's fdlibm (e_log.c,
 * 1993): below 1 ulp. */
static inline reals logarithm(reals x)
{
    const double ln2_high = 6.93147180369123816490e-01, ln2_low = 1.90821492927058770002e-10;
    /* mantissa from sqrt(1/2) to sqrt(2) */
    const bits root = fill(0x3FE6A09E00000000u);
    bits all = (bits)x, shifted = all - root;
    bits k = shifted >> 52; /* the exponent modulo 2**12, at most 0 */
    bits mantissa = all - (k << 52);
    reals f = (reals)mantissa - 1.0;
    /* k - 4096 or k = 0, as a double */
    const bits exponent = fill(0x4330000000000000u);
    bits wrapped = (k + 2048) & 4095;
    reals e = (reals)(wrapped | exponent) - (0x1p52 + 2048);
    reals s = f / (f + 2.0), z = s * s, w = z * z;
    reals t1 = w * (w * (w * 1.531383769920937332e-01 + 2.222219843214978396e-01) +
                    3.999999999940941908e-01);
    reals t2 = z * (w * (w * (w * 1.479819860511658591e-01 + 1.818357216161805012e-01) +
                         2.857142874366239149e-01) +
                    6.666666666666735130e-01);
    reals half = f * f * 0.5;
    return e * ln2_high - ((half - (s * (half + t1 + t2) + e * ln2_low)) - f);
}

static void exponential(const uint64_t *words, int64_t n, double *out)
{
    for (int64_t i = 0; i < n; i += WIDE) {
        bits word;
        memcpy(&word, words + i, sizeof word);
        reals x = -logarithm(fraction(word, 1));
        memcpy(out + i, &x, sizeof x);
    }
}

static inline reals root_of(reals x)
{
#if defined(__x86_64__) && WIDE == 8
    return (reals)_mm512_sqrt_pd((__m512d)x);
#elif defined(__x86_64__) && WIDE == 4
    return (reals)_mm256_sqrt_pd((__m256d)x);
#elif defined(__x86_64__)
    return (reals)_mm_sqrt_pd((__m128d)x);
#else
    for (int i = 0; i < WIDE; i++)
        x[i] = __builtin_sqrt(x[i]);
    return x;
#endif
}

/* Cosine and sine of a whole turn's part in [0, 1), by fdlibm's polynomials (k_sin.c, k_cos.c). */
static inline void turn(reals part, reals *cosine, reals *sine)
{
    /* the nearest quarter: 0 to 4 */
    reals quarters = part * 4.0, nearest = (quarters + 0x1.8p52) - 0x1.8p52;
    bits q = (bits)(quarters + 0x1.8p52);
    reals x = (quarters - nearest) * 1.57079632679489661923, z = x * x;
    reals s = z * (z * (z * (z * (z * 1.58969099521155010221e-10 - 2.50507602534068634195e-08) +
                             2.75573137070700676789e-06) -
                        1.98412698298579493134e-04) +
                   8.33333333332248946124e-03);
    s = x + x * z * (s - 1.66666666666666324348e-01);
    reals c = z * (z * (z * (z * (z * -1.13596475577881948265e-11 + 2.08757232129817482790e-09) -
                             2.75573143513906633035e-07) +
                        2.48015872894767294178e-05) -
                   1.38888888888741095749e-03);
    c = z * (z * (c + 4.16666666666666019037e-02));
    c = 1.0 - (z * 0.5 - c);
    bits odd = -(q & 1);
    bits re = ((bits)s & odd) | ((bits)c & ~odd), im = ((bits)c & odd) | ((bits)s & ~odd);
    /* the cosine is negative in quarters 1 and 2, the sine in 2 and 3 */
    *cosine = (reals)(re ^ (((q + 1) & 2) << 62));
    *sine = (reals)(im ^ ((q & 2) << 62));
}

static void normal(const uint64_t *a, const uint64_t *b, int64_t n, double *x, double *y)
{
    for (int64_t i = 0; i < n; i += WIDE) {
        bits first, second;
        reals cosine, sine;
        memcpy(&first, a + i, sizeof first);
        memcpy(&second, b + i, sizeof second);
        reals radius = root_of(logarithm(fraction(first, 1)) * -2.0);
        turn(fraction(second, 0), &cosine, &sine);
        cosine *= radius;
        sine *= radius;
        memcpy(x + i, &cosine, sizeof cosine);
        memcpy(y + i, &sine, sizeof sine);
    }
}

#define TABLE_OF(isa) cki_random_##isa
#define TABLE(isa)    TABLE_OF(isa)

const cki_random_loops TABLE(ISA) = {blocks, uniform, exponential, normal};
