/* A random order of 0 .. n - 1 of which every place can be computed by itself, and from it back:
 * an alternating Feistel network over the least power of two that holds them (M. Luby and C.
 * Rackoff, How to construct pseudorandom permutations, 1988), walked on until it gives one that is
 * below n (J. Black and P. Rogaway, Ciphers with arbitrary finite domains, 2002). */
#include "kernel/random.h"

void cki_random_bijection_make(const cki_random_key *key, int64_t n, cki_random_bijection *order)
{
    int bits = 2;
    while (bits < 62 && ((int64_t)1 << bits) < n)
        bits++;
    *order = (cki_random_bijection){.n = n, .low = bits / 2, .high = bits - bits / 2};
    for (int i = 0; i < CKI_RANDOM_ROUNDS; i += 2)
        cki_random_block(key, (uint64_t)i, 0, &order->keys[i]);
}

/* The last step of SplitMix64 in D. Stafford's variant 13: each bit depends on all. */
static uint64_t mix(uint64_t x)
{
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

static uint64_t pass(const cki_random_bijection *o, uint64_t place, bool back)
{
    const uint64_t low_mask = ((uint64_t)1 << o->low) - 1, high_mask = ((uint64_t)1 << o->high) - 1;
    uint64_t low = place & low_mask, high = place >> o->low;
    for (int i = 0; i < CKI_RANDOM_ROUNDS; i++) {
        int round = back ? CKI_RANDOM_ROUNDS - 1 - i : i;
        if (round % 2 == 0)
            low ^= mix(high + o->keys[round]) >> 8 & low_mask;
        else
            high ^= mix(low + o->keys[round]) >> 8 & high_mask;
    }
    return high << o->low | low;
}

static int64_t walk(const cki_random_bijection *order, int64_t place, bool back)
{
    uint64_t at = (uint64_t)place;
    do
        at = pass(order, at, back);
    while (at >= (uint64_t)order->n);
    return (int64_t)at;
}

int64_t cki_random_bijection_at(const cki_random_bijection *order, int64_t place)
{
    return walk(order, place, false);
}

int64_t cki_random_bijection_of(const cki_random_bijection *order, int64_t number)
{
    return walk(order, number, true);
}
