/* Division of many integers by one: a multiplication and shifts instead of the processor's slow
 * division. T. Granlund and P. L. Montgomery, "Division by Invariant Integers using
 * Multiplication", PLDI 1994, figure 4.1. */
#ifndef CKI_CORE_DIVISOR_H
#define CKI_CORE_DIVISOR_H

#include <stdint.h>

__extension__ typedef unsigned __int128 cki_divisor_wide;

typedef struct cki_divisor {
    uint64_t factor;
    int first, second; /* shifts */
} cki_divisor;

/* by is at least 1. */
static inline cki_divisor cki_divisor_of(uint64_t by)
{
    int bits = by > 1 ? 64 - __builtin_clzll(by - 1) : 0; /* 2**bits is the next power of 2 */
    uint64_t above = (bits < 64 ? (uint64_t)1 << bits : 0) - by;
    cki_divisor_wide factor = ((cki_divisor_wide)above << 64) / by + 1;
    return (cki_divisor){(uint64_t)factor, bits > 0, bits > 0 ? bits - 1 : 0};
}

static inline uint64_t cki_divisor_quotient(const cki_divisor *d, uint64_t x)
{
    uint64_t t = (uint64_t)(((cki_divisor_wide)d->factor * x) >> 64);
    return (t + ((x - t) >> d->first)) >> d->second;
}

#endif
