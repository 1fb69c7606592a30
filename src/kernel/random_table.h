/* Counts of a distribution that has few of them, drawn by one uniform number each: the least count
 * whose cumulative share is above the number, found by a guide. H.-C. Chen and Y. Asau, 1974. */
#ifndef CKI_KERNEL_RANDOM_TABLE_H
#define CKI_KERNEL_RANDOM_TABLE_H

#include <stdbool.h>
#include <stdint.h>

enum { CKI_RANDOM_TABLE_COUNTS = 1024, CKI_RANDOM_TABLE_GUIDES = 256 };

typedef struct cki_random_table {
    int64_t least;                         /* the first count */
    double below[CKI_RANDOM_TABLE_COUNTS]; /* what share is at most the count; of the last 1 */
    uint16_t guide[CKI_RANDOM_TABLE_GUIDES];
} cki_random_table;

/* The tables of the distributions' parameters p; false if the counts that come at all are too many.
 * Made by elementary arithmetic alone: the same on every machine. */
#define CKI_RANDOM_TABLES(X)                                                                       \
    X(poisson)                                                                                     \
    X(binomial)                                                                                    \
    X(negative_binomial)                                                                           \
    X(geometric)                                                                                   \
    X(hypergeometric)                                                                              \
    X(logseries)
#define CKI_RANDOM_TABLE(name) bool cki_random_table_##name(cki_random_table *t, const double *p);
CKI_RANDOM_TABLES(CKI_RANDOM_TABLE)
#undef CKI_RANDOM_TABLE

/* The counts of n numbers in [0, 1). */
void cki_random_table_counts(const cki_random_table *t, const double *x, int64_t n,
                             int64_t *counts);

#endif
