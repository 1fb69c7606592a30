/* Random numbers by position: a batch of Philox blocks, and what is made of them. */
#include "kernel/random.h"
#include "kernel/loop.h"

#include <string.h>

enum { BATCH = CKI_RANDOM_BATCH, PAIRS = BATCH / 2 + CKI_RANDOM_WIDE };

static const cki_random_loops *loops(void)
{
#if defined(__x86_64__)
    const char *isa = cki_loop_vector()->isa;
    if (!strcmp(isa, "x86-64-v4"))
        return &cki_random_v4;
    if (!strcmp(isa, "x86-64-v3"))
        return &cki_random_v3;
#endif
    return &cki_random_baseline;
}

void cki_random_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4])
{
    uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
    uint32_t k0 = key[0], k1 = key[1];
    for (int round = 0; round < 10; round++, k0 += 0x9E3779B9u, k1 += 0xBB67AE85u) {
        uint64_t p0 = (uint64_t)0xD2511F53u * c0, p1 = (uint64_t)0xCD9E8D57u * c2;
        c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
        c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
        c1 = (uint32_t)p1;
        c3 = (uint32_t)p0;
    }
    out[0] = c0;
    out[1] = c1;
    out[2] = c2;
    out[3] = c3;
}

/* Two neighbours share a block. Elements that follow one another use both of its words; others
 * choose. How many blocks, and in which of them the first element is. */
typedef struct batch {
    uint64_t first;
    int64_t step, n;
    bool dense;
} batch;

static batch arrange(uint64_t first, int64_t step, int64_t n)
{
    if (step == 1 || n <= 1)
        return (batch){first >> 1, 1, (n + (int64_t)(first & 1) + 1) / 2, true};
    return (batch){first, step, n, false};
}

static int64_t rounded(int64_t n)
{
    return (n + CKI_RANDOM_WIDE - 1) / CKI_RANDOM_WIDE * CKI_RANDOM_WIDE;
}

void cki_random_words(const cki_random_key *key, uint64_t first, int64_t step, int64_t n,
                      uint64_t *out)
{
    const batch b = arrange(first, step, n);
    if (b.dense) {
        uint64_t x[PAIRS], y[PAIRS];
        loops()->blocks(key, b.first, 1, 0, 0, rounded(b.n), x, y);
        int64_t i = 0, pair = 0;
        if (n && (first & 1))
            out[i++] = y[pair++];
        for (; i + 1 < n; i += 2, pair++) {
            out[i] = x[pair];
            out[i + 1] = y[pair];
        }
        if (i < n)
            out[i] = x[pair];
        return;
    }
    uint64_t x[BATCH], y[BATCH];
    loops()->blocks(key, first, step, 1, 0, rounded(n), x, y);
    for (int64_t i = 0; i < n; i++)
        out[i] = (first + (uint64_t)i * (uint64_t)step) & 1 ? y[i] : x[i];
}

void cki_random_uniform(const cki_random_key *key, uint64_t first, int64_t step, int64_t n,
                        double *out)
{
    uint64_t words[BATCH];
    cki_random_words(key, first, step, n, words);
    loops()->uniform(words, false, rounded(n), out);
}

void cki_random_open(const cki_random_key *key, uint64_t first, int64_t step, int64_t n,
                     double *out)
{
    uint64_t words[BATCH];
    cki_random_words(key, first, step, n, words);
    loops()->uniform(words, true, rounded(n), out);
}

void cki_random_exponential(const cki_random_key *key, uint64_t first, int64_t step, int64_t n,
                            double *out)
{
    uint64_t words[BATCH];
    cki_random_words(key, first, step, n, words);
    loops()->exponential(words, rounded(n), out);
}

void cki_random_normal(const cki_random_key *key, uint64_t first, int64_t step, int64_t n,
                       double *out)
{
    const batch b = arrange(first, step, n);
    uint64_t x[BATCH], y[BATCH];
    double cosines[BATCH], sines[BATCH];
    loops()->blocks(key, b.first, b.step, b.dense ? 0 : 1, 0, rounded(b.n), x, y);
    loops()->normal(x, y, rounded(b.n), cosines, sines);
    if (!b.dense) {
        for (int64_t i = 0; i < n; i++)
            out[i] = (first + (uint64_t)i * (uint64_t)step) & 1 ? sines[i] : cosines[i];
        return;
    }
    int64_t i = 0, pair = 0;
    if (n && first & 1)
        out[i++] = sines[pair++];
    for (; i + 1 < n; i += 2, pair++) {
        out[i] = cosines[pair];
        out[i + 1] = sines[pair];
    }
    if (i < n)
        out[i] = cosines[pair];
}

void cki_random_blocks(const cki_random_key *key, uint64_t first, int64_t step, uint32_t part,
                       int64_t n, uint64_t *a, uint64_t *b)
{
    loops()->blocks(key, first, step, 0, part, rounded(n), a, b);
}

void cki_random_pairs(const cki_random_key *key, uint64_t first, int64_t step, uint32_t part,
                      int64_t n, double *x, double *y)
{
    uint64_t a[BATCH], b[BATCH];
    loops()->blocks(key, first, step, 0, part, rounded(n), a, b);
    loops()->normal(a, b, rounded(n), x, y);
}
