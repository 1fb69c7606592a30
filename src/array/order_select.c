/* Selecting keys: those that belong at some places come there, the lesser ones before and the
 * greater ones behind: quickselect by a sample's element, after Floyd and Rivest ("Expected Time
 * Bounds for Selection", 1975), whose pivot is so chosen that the smaller part is likely left. */
#include "array/order.h"

enum { SMALL = 24, MIDDLING = 1024, LARGE = 16384, SAMPLE = 127, PATIENCE = 64, DEPTH = 64 };

static void insert(uint64_t *keys, int64_t count)
{
    for (int64_t i = 1; i < count; i++) {
        uint64_t key = keys[i];
        int64_t k = i;
        for (; k > 0 && keys[k - 1] > key; k--)
            keys[k] = keys[k - 1];
        keys[k] = key;
    }
}

/* ---- dividing ---- */

/* Those less than the pivot come first: how many there are. Nothing is decided by a branch. */
static int64_t divide(uint64_t *keys, int64_t count, uint64_t pivot)
{
    int64_t less = 0;
    for (int64_t i = 0; i < count; i++) {
        uint64_t key = keys[i];
        keys[i] = keys[less];
        keys[less] = key;
        less += key < pivot;
    }
    return less;
}

/* An element whose rank is a little beyond `at`, seen from the nearer end; whether there are
 * probably several like it. */
static uint64_t choose(const uint64_t *keys, int64_t count, int64_t at, bool *several)
{
    uint64_t sample[SAMPLE];
    int64_t n = count < MIDDLING ? 7 : count < LARGE ? 31 : SAMPLE, step = count / n;
    int64_t beyond = n == 7 ? 1 : n == 31 ? 3 : 6;
    for (int64_t i = 0; i < n; i++)
        sample[i] = keys[i * step + step / 2];
    insert(sample, n);
    int64_t rank = (int64_t)((double)at / (double)count * (double)n);
    rank += at < count / 2 ? beyond : -beyond;
    rank = rank < 0 ? 0 : rank >= n ? n - 1 : rank;
    *several = (rank > 0 && sample[rank - 1] == sample[rank]) ||
               (rank + 1 < n && sample[rank + 1] == sample[rank]);
    return sample[rank];
}

static void ends(const uint64_t *keys, int64_t count, uint64_t *least, uint64_t *greatest)
{
    *least = *greatest = keys[0];
    for (int64_t i = 1; i < count; i++) {
        *least = keys[i] < *least ? keys[i] : *least;
        *greatest = keys[i] > *greatest ? keys[i] : *greatest;
    }
}

/* Halves the range of numbers, so that 64 times are enough whatever the keys are; 0 if they are
 * all equal. */
static uint64_t halve(const uint64_t *keys, int64_t count)
{
    uint64_t least, greatest;
    ends(keys, count, &least, &greatest);
    return least == greatest ? 0 : least + (greatest - least) / 2 + 1;
}

/* ---- one place ---- */

/* The least key comes first. */
static void bring_least(uint64_t *keys, int64_t count)
{
    int64_t at = 0;
    for (int64_t i = 1; i < count; i++)
        at = keys[i] < keys[at] ? i : at;
    uint64_t least = keys[at];
    keys[at] = keys[0];
    keys[0] = least;
}

static void select_one(uint64_t *keys, int64_t first, int64_t end, int64_t at)
{
    for (int pass = 0; end - first > SMALL; pass++) {
        bool several = false;
        if (at == first) {
            bring_least(keys + first, end - first);
            return;
        }
        uint64_t pivot = pass < PATIENCE ? choose(keys + first, end - first, at - first, &several)
                                         : halve(keys + first, end - first);
        int64_t less = first + divide(keys + first, end - first, pivot);
        if (at < less) {
            end = less;
            continue;
        }
        if (several || less == first) { /* those like the pivot leave too: else none may */
            if (pivot < UINT64_MAX)
                less += divide(keys + less, end - less, pivot + 1);
            if (at < less || pivot == UINT64_MAX)
                return;
        }
        first = less;
    }
    insert(keys + first, end - first);
}

/* ---- several places ---- */

typedef struct part {
    int64_t first, end, from, to; /* of the keys, and of the places wanted among them */
} part;

void cki_order_select(uint64_t *keys, int64_t count, const int64_t *wanted, int64_t nwanted)
{
    part waiting[DEPTH + 1];
    int depth = 0;
    if (nwanted > 0)
        waiting[depth++] = (part){0, count, 0, nwanted};
    while (depth) {
        part now = waiting[--depth];
        int64_t middle = now.from + (now.to - now.from) / 2, at = wanted[middle];
        int64_t left = middle, right = middle + 1;
        select_one(keys, now.first, now.end, at);
        while (left > now.from && wanted[left - 1] == at)
            left--;
        while (right < now.to && wanted[right] == at)
            right++;
        if (left > now.from)
            waiting[depth++] = (part){now.first, at, now.from, left};
        if (right < now.to)
            waiting[depth++] = (part){at + 1, now.end, right, now.to};
    }
}
