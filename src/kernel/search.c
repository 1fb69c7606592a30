/* Searching sorted keys: a binary search of many keys step by step together, without branches, for
 * which processors could only guess; among few sorted keys, they are counted. */
#include "kernel/search.h"

#include <string.h>

/* Two keys: what every x86-64 and ARMv8 has vectors for. Pairs that go together keep as many loads
 * under way. */
typedef uint64_t pair __attribute__((vector_size(16)));
enum { PAIRS = 16, LANES = 2 * PAIRS };

/* Up to so many sorted keys are all compared, which is less work than steps that depend on each
 * other; so many pairs at once, which with their counts fit the registers. */
enum { FEW = 12, ABREAST = 4 };

/* All loops are compiled for either side. */
#define BY_SIDE static inline __attribute__((always_inline))

/* All bits of a lane whose sorted key comes before the key. */
BY_SIDE pair before(pair sorted, pair key, bool right)
{
    return right ? (pair) ~(key < sorted) : (pair)(sorted < key);
}

/* Places of LANES keys; all of them take steps of one length. */
BY_SIDE void step_down(const uint64_t *sorted, size_t nsorted, const uint64_t *keys, bool right,
                       int64_t *found)
{
    pair key[PAIRS], at[PAIRS];

    for (int k = 0; k < PAIRS; k++) {
        memcpy(&key[k], keys + 2 * k, sizeof *key);
        at[k] = (pair){0};
    }
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
        memcpy(found + 2 * k, &at[k], sizeof *at);
    }
}

/* The same by comparing all with all. */
BY_SIDE void count_up(const uint64_t *sorted, size_t nsorted, const uint64_t *keys, bool right,
                      int64_t *found)
{
    for (int i = 0; i < LANES; i += 2 * ABREAST) {
        pair key[ABREAST], at[ABREAST];

        for (int k = 0; k < ABREAST; k++) {
            memcpy(&key[k], keys + i + 2 * k, sizeof *key);
            at[k] = (pair){0};
        }
        for (size_t j = 0; j < nsorted; j++) {
            pair met = {sorted[j], sorted[j]};

            for (int k = 0; k < ABREAST; k++)
                at[k] -= before(met, key[k], right);
        }
        for (int k = 0; k < ABREAST; k++)
            memcpy(found + i + 2 * k, &at[k], sizeof *at);
    }
}

BY_SIDE void search(const uint64_t *sorted, size_t nsorted, const uint64_t *keys, size_t count,
                    bool right, int64_t *found)
{
    uint64_t rest[LANES] = {0}; /* what is left over, filled up */
    int64_t places[LANES];

    for (size_t i = 0; i < count; i += LANES) {
        size_t many = count - i < LANES ? count - i : LANES;
        const uint64_t *from = keys + i;
        int64_t *to = found + i;

        if (many < LANES) {
            from = memcpy(rest, from, many * sizeof *rest);
            to = places;
        }
        if (nsorted <= FEW)
            count_up(sorted, nsorted, from, right, to);
        else
            step_down(sorted, nsorted, from, right, to);
        if (many < LANES)
            memcpy(found + i, places, many * sizeof *places);
    }
}

void cki_search_keys(const uint64_t *sorted, size_t nsorted, const uint64_t *keys, size_t count,
                     bool right, int64_t *found)
{
    if (right)
        search(sorted, nsorted, keys, count, true, found);
    else
        search(sorted, nsorted, keys, count, false, found);
}
