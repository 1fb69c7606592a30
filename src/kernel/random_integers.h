/* Whole random numbers within bounds, by position. */
#ifndef CKI_KERNEL_RANDOM_INTEGERS_H
#define CKI_KERNEL_RANDOM_INTEGERS_H

#include "kernel/random.h"

/* Elements first, first + step, ... of an array: numbers from low to `last`, both included and all
 * alike. lows and lasts, where not NULL, hold an element's own bounds; low <= last. */
void cki_random_integers(const cki_random_key *key, uint64_t first, int64_t step, int64_t n,
                         int64_t low, int64_t last, const int64_t *lows, const int64_t *lasts,
                         int64_t *out);

/* A random order of 0 .. n - 1, by R. Durstenfeld's form of R. A. Fisher and F. Yates' shuffle;
 * only the first `count` of them are in order. */
void cki_random_shuffle(const cki_random_key *key, int64_t n, int64_t count, int64_t *order);

#endif
