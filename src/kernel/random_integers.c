/* Whole random numbers within bounds: a word each, and more of them where the first would favour
 * some numbers. */
#include "kernel/random_integers.h"
#include "kernel/random_stream.h"

/* The word by its position decides alone, but in one of 2**64 / range cases or fewer. */
static int64_t bounded(const cki_random_key *key, uint64_t element, uint64_t word, int64_t low,
                       int64_t last)
{
    uint64_t span = (uint64_t)last - (uint64_t)low, range = span + 1, offset = word;
    if (range != 0) {
        cki_wide_word product = (cki_wide_word)word * range;
        offset = (uint64_t)(product >> 64);
        if ((uint64_t)product < range && (uint64_t)product < -range % range) {
            cki_random_stream s = cki_random_stream_of(key, element);
            offset = cki_random_stream_below(&s, span);
        }
    }
    return (int64_t)((uint64_t)low + offset);
}

void cki_random_integers(const cki_random_key *key, uint64_t first, int64_t step, int64_t n,
                         int64_t low, int64_t last, const int64_t *lows, const int64_t *lasts,
                         int64_t *out)
{
    uint64_t words[CKI_RANDOM_BATCH];
    for (int64_t at = 0, size; at < n; at += size) {
        uint64_t element = first + (uint64_t)at * (uint64_t)step;
        size = n - at < CKI_RANDOM_BATCH ? n - at : CKI_RANDOM_BATCH;
        cki_random_words(key, element, step, size, words);
        for (int64_t i = 0; i < size; i++, element += (uint64_t)step)
            out[at + i] = bounded(key, element, words[i], lows ? lows[at + i] : low,
                                  lasts ? lasts[at + i] : last);
    }
}

void cki_random_shuffle(const cki_random_key *key, int64_t n, int64_t count, int64_t *order)
{
    for (int64_t i = 0; i < n; i++)
        order[i] = i;
    for (int64_t i = 0; i < count && i < n - 1; i++) {
        uint64_t words[2];
        cki_random_block(key, (uint64_t)i, 0, words);
        int64_t j = bounded(key, (uint64_t)i, words[0], i, n - 1), kept = order[i];
        order[i] = order[j];
        order[j] = kept;
    }
}
