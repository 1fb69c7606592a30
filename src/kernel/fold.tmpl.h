/* A fold of elements T into accumulators A: OP its name, IDENTITY, STEP(a, x) with one element
 * more, MERGE(a, b) of two accumulators. A row goes through 16 lanes, which the compiler can hold
 * in vectors of any width. Where it does not find them itself, WIDE 1 spells them: then A is T and
 * TAKES(a, x) tells of elements and of vectors whether x takes the place of a. */
#define PART(part) CKI_GLUE(CKI_GLUE(OP, part), D)
static const A PART(identity) = IDENTITY;

#if WIDE
#include "kernel/fold_wide.tmpl.h"
#else
static inline A PART(run)(const T *x, size_t n)
{
    A lane[16], total = IDENTITY;
    size_t i = 0;

    if (n >= 32) {
        for (int k = 0; k < 16; k++)
            lane[k] = total;
        for (; i + 16 <= n; i += 16) {
            for (int k = 0; k < 16; k++)
                lane[k] = STEP(lane[k], x[i + (size_t)k]);
        }
        for (int width = 8; width > 0; width /= 2) {
            for (int k = 0; k < width; k++)
                lane[k] = MERGE(lane[k], lane[k + width]);
        }
        total = lane[0];
    }
    for (; i < n; i++)
        total = STEP(total, x[i]);
    return total;
}
#endif

static void PART(rows)(const cki_reduce_run *run)
{
    const T *x = run->x;
    A *a = (A *)run->a + run->at;

    for (size_t r = 0; r < run->rows; r++, x += run->columns, a += run->step)
        *a = MERGE(*a, PART(run)(x, run->columns));
}

static void PART(columns)(const cki_reduce_run *run)
{
    const T *x = run->x;
    A *a = (A *)run->a + run->at;
    size_t n = run->columns;

    for (size_t r = 0; r < run->rows; r++, x += n, a += run->step) {
        CKI_INDEPENDENT
        for (size_t i = 0; i < n; i++)
            a[i] = STEP(a[i], x[i]);
    }
}
#undef PART
#undef OP
#undef IDENTITY
#undef STEP
#undef MERGE
