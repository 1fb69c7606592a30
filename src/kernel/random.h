/* Random numbers by position: every element of an array has its own, which depend on a key and on
 * where it stands, and on nothing else. */
#ifndef CKI_KERNEL_RANDOM_H
#define CKI_KERNEL_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

/* What distinguishes one array's numbers from another's. */
typedef struct cki_random_key {
    uint32_t key[2], salt;
} cki_random_key;

/* Philox4x32-10 of J. K. Salmon, M. A. Moraes, R. O. Dror and D. E. Shaw, Parallel random numbers:
 * as easy as 1, 2, 3 (SC11, 2011): a bijection of 128 bits, chosen by a key. */
void cki_random_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

/* Which of an element's numbers: `index` is the element's (two elements share a block where one
 * word an element is all that is needed), `part` counts the blocks that an element uses by itself.
 */
static inline void cki_random_block(const cki_random_key *key, uint64_t index, uint32_t part,
                                    uint64_t words[2])
{
    uint32_t counter[4] = {(uint32_t)index, (uint32_t)(index >> 32), part, key->salt}, out[4];
    cki_random_philox(counter, key->key, out);
    words[0] = (uint64_t)out[1] << 32 | out[0];
    words[1] = (uint64_t)out[3] << 32 | out[2];
}

enum { CKI_RANDOM_BATCH = 512 }; /* elements at once, at most */

/* Elements first, first + step, ... of an array: n <= CKI_RANDOM_BATCH of them, into memory of
 * CKI_RANDOM_BATCH numbers. */
/* 64 random bits each. */
void cki_random_words(const cki_random_key *key, uint64_t first, int64_t step, int64_t n,
                      uint64_t *out);
/* Multiples of 2**-53 in [0, 1); or odd ones, in (0, 1). */
void cki_random_uniform(const cki_random_key *key, uint64_t first, int64_t step, int64_t n,
                        double *out);
void cki_random_open(const cki_random_key *key, uint64_t first, int64_t step, int64_t n,
                     double *out);
/* Of mean 1. */
void cki_random_exponential(const cki_random_key *key, uint64_t first, int64_t step, int64_t n,
                            double *out);
/* Of mean 0 and variance 1. */
void cki_random_normal(const cki_random_key *key, uint64_t first, int64_t step, int64_t n,
                       double *out);

/* Blocks `part` of elements first, first + step, ...: both words; or two normal numbers of them. */
void cki_random_blocks(const cki_random_key *key, uint64_t first, int64_t step, uint32_t part,
                       int64_t n, uint64_t *a, uint64_t *b);
void cki_random_pairs(const cki_random_key *key, uint64_t first, int64_t step, uint32_t part,
                      int64_t n, double *x, double *y);

/* A random order of 0 .. n - 1 that takes no memory: for large n, of which it is one of many. */
enum { CKI_RANDOM_ROUNDS = 8 };
typedef struct cki_random_bijection {
    uint64_t keys[CKI_RANDOM_ROUNDS];
    int64_t n;
    int low, high; /* bits of the two halves */
} cki_random_bijection;
void cki_random_bijection_make(const cki_random_key *key, int64_t n, cki_random_bijection *order);
/* The number at a place, and the place of a number; both below n. */
int64_t cki_random_bijection_at(const cki_random_bijection *order, int64_t place);
int64_t cki_random_bijection_of(const cki_random_bijection *order, int64_t number);

/* ---- for the files that hold the loops ---- */

enum { CKI_RANDOM_WIDE = 8 }; /* loops work on multiples of this many */

typedef struct cki_random_loops {
    /* Blocks `part` of the indices (first + i * step) >> shift: both words of each. */
    void (*blocks)(const cki_random_key *key, uint64_t first, int64_t step, int shift,
                   uint32_t part, int64_t n, uint64_t *a, uint64_t *b);
    /* (word >> 11) * 2**-53, with the last bit set if `open`. */
    void (*uniform)(const uint64_t *words, bool open, int64_t n, double *out);
    /* -log of the open uniform number. */
    void (*exponential)(const uint64_t *words, int64_t n, double *out);
    /* G. E. P. Box and M. E. Muller, 1958: two normal numbers of two uniform ones. */
    void (*normal)(const uint64_t *a, const uint64_t *b, int64_t n, double *x, double *y);
} cki_random_loops;

extern const cki_random_loops cki_random_baseline;
#if defined(__x86_64__)
extern const cki_random_loops cki_random_v3, cki_random_v4;
#endif

#endif
