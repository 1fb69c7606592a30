/* Loops that reduce a tile of rows and columns into accumulators, and the tables of them. All add
 * in one fixed order, so that every processor gives the same bits. */
#ifndef CKI_KERNEL_REDUCE_LOOP_H
#define CKI_KERNEL_REDUCE_LOOP_H

#include "kernel/loop.h"
#include "kernel/reduce.h"

/* A tile of `rows` times `columns` elements. A rows loop reduces each row into one accumulator, a
 * columns loop each column. The first accumulator is number `at`; that of the next row is `step`
 * further. The accumulators: `a`; `b`, what goes with it (the error of a sum, the squared
 * deviations of a variance, the index of an extreme); `n`, elements counted (NULL if nobody asks).
 * `index` is that of the first element among those that its accumulator takes, in a rows loop of
 * the next row `index_step` further; in a columns loop likewise of the next row's. */
typedef struct cki_reduce_run {
    const void *x;
    size_t rows, columns;
    void *a, *b;
    int64_t *n;
    int64_t at, step;
    int64_t index, index_step;
} cki_reduce_run;

typedef void cki_reduce_loop(const cki_reduce_run *run);

typedef struct cki_reduce_loops {
    cki_reduce_loop *rows, *columns;
    const void *identity; /* what an accumulator `a` begins as; NULL is zero */
} cki_reduce_loops;

/* The kinds with loops: those of cki_reduce_kind, each also in a form that passes NaN over. */
enum { CKI_REDUCE_KINDS = CKI_REDUCE_COUNT + 1 };

/* By kind, skip_nan and type of element. MEAN has those of SUM, STD those of VAR. */
typedef cki_reduce_loops cki_reduce_table[2][CASK_DTYPE_COUNT];
extern const cki_reduce_table cki_reduce_fold_baseline[CKI_REDUCE_KINDS];
extern const cki_reduce_table cki_reduce_moment_baseline[CKI_REDUCE_KINDS];
#if defined(__x86_64__)
extern const cki_reduce_table cki_reduce_fold_v3[CKI_REDUCE_KINDS];
extern const cki_reduce_table cki_reduce_moment_v3[CKI_REDUCE_KINDS];
#endif
extern const cki_reduce_table cki_reduce_arg_table[CKI_REDUCE_KINDS]; /* reduce_arg.c */

/* The loops of a reduction on elements of a type, which is one that cki_reduce_element gave. */
const cki_reduce_loops *cki_reduce_find(cki_reduce_kind kind, bool skip_nan, cki_dtype element);

/* What the elements of a reduction are computed as, and what its parts are: the types of a and b
 * (id 0: none), and whether elements are counted for each accumulator, or only once for all. */
typedef struct cki_reduce_layout {
    cki_dtype element, a, b;
    bool count_each, count_one;
    int parts;
} cki_reduce_layout;

void cki_reduce_plan(const cki_reduction *reduction, cki_reduce_layout *layout);

/* sum + x exactly, what does not fit in sum going to *error. */
static inline void cki_reduce_add(double *sum, double *error, double x)
{
    double s = *sum + x, of_x = s - *sum;

    *error += (*sum - (s - of_x)) + (x - of_x);
    *sum = s;
}

#endif
