/* Searching sorted keys: a binary search of many keys step by step together, without branches, for
 * which processors could only guess; among few sorted keys, they are counted. */
#include "kernel/search.h"

#include <string.h>

/* Two keys: what every x86-64 and ARMv8 has vectors for. Pairs that go together keep as many loads
 * under way. */
typedef uint64_t pair __attribute__((vector_size(16)));
enum { PAIRS = 16, LANES = 2 * PAIRS };

/* Up to so many sorted keys are all compared, which is less work than steps that depend on each
 * other. */
enum { FEW = 12 };

/* All bits of a lane whose sorted key comes before the key. */
static inline pair before(pair sorted, pair key, bool right)
{
    return right ? (pair) ~(key < sorted) : (pair)(sorted < key);
}

/* at[] of the keys; all of them take steps of one length, the same for all. */
static inline void step_down(const uint64_t *sorted, size_t nsorted, const pair *key, bool right,
                             pair *at)
{
    for (size_t left = nsorted; left > 1;) {
        size_t half = left / 2;
        const uint64_t *last = sorted + half - 1;

        for (int k = 0; k < PAIRS; k++) {
            pair met = {last[at[k][0]], last[at[k][1]]};

            at[k] += half & before(met, key[k], right);
        }
        left -= half;
    }
    for (int k = 0; k < PAIRS; k++) {
        pair met = {sorted[at[k][0]], sorted[at[k][1]]};

        at[k] -= before(met, key[k], right);
    }
}

static inline void count_up(const uint64_t *sorted, size_t nsorted, const pair *key, bool right,
                            pair *at)
{
    for (size_t i = 0; i < nsorted; i++) {
        pair met = {sorted[i], sorted[i]};

        for (int k = 0; k < PAIRS; k++)
            at[k] -= before(met, key[k], right);
    }
}

static inline void search(const uint64_t *sorted, size_t nsorted, const uint64_t *keys,
                          size_t count, bool right, int64_t *found)
{
    for (size_t i = 0; i < count; i += LANES) {
        size_t many = count - i < LANES ? count - i : LANES;
        pair key[PAIRS] = {0}, at[PAIRS] = {0};

        memcpy(key, keys + i, many < LANES ? many * sizeof *keys : sizeof key);
        if (nsorted <= FEW)
            count_up(sorted, nsorted, key, right, at);
        else
            step_down(sorted, nsorted, key, right, at);
        memcpy(found + i, at, many < LANES ? many * sizeof *found : sizeof at);
    }
}

void cki_search_keys(const uint64_t *sorted, size_t nsorted, const uint64_t *keys, size_t count,
                     bool right, int64_t *found)
{
    /* A loop for each side: compiled with what `right` is. */
    if (right)
        search(sorted, nsorted, keys, count, true, found);
    else
        search(sorted, nsorted, keys, count, false, found);
}
