/* Distributions of random numbers: what they are called, which parameters they take, and their
 * numbers by position. */
#ifndef CKI_KERNEL_DISTRIBUTIONS_H
#define CKI_KERNEL_DISTRIBUTIONS_H

#include "core/fail.h"
#include "kernel/random_stream.h"
#include "kernel/random_table.h"

enum { CKI_DISTRIBUTION_PARAMETERS = 3 };

/* What a parameter may be; other values are refused in NumPy's words. */
typedef enum cki_domain {
    CKI_DOMAIN_ANY,
    CKI_DOMAIN_NOT_NEGATIVE,
    CKI_DOMAIN_POSITIVE,
    CKI_DOMAIN_SHARE,          /* 0 to 1 */
    CKI_DOMAIN_SHARE_POSITIVE, /* without 0 */
    CKI_DOMAIN_SHARE_BELOW,    /* without 1 */
    CKI_DOMAIN_ABOVE_ONE,
    CKI_DOMAIN_RATE,  /* of Poisson numbers: not negative, and not beyond int64 */
    CKI_DOMAIN_COUNT, /* whole and not negative */
    CKI_DOMAIN_COUNT_POSITIVE
} cki_domain;

/* What an element is made of. */
typedef enum cki_base {
    CKI_BASE_UNIFORM,     /* one number in [0, 1), changed by `map` */
    CKI_BASE_OPEN,        /* in (0, 1) */
    CKI_BASE_NORMAL,      /* of mean 0 and variance 1 */
    CKI_BASE_EXPONENTIAL, /* of mean 1 */
    CKI_BASE_DRAW,        /* a stream of its own */
    CKI_BASE_COUNT        /* the same, and it is an int64 */
} cki_base;

typedef struct cki_distribution {
    const char *name;
    int count;
    struct {
        const char *name;
        cki_domain domain;
    } parameters[CKI_DISTRIBUTION_PARAMETERS];
    cki_base base;
    void (*map)(double *x, int64_t n, const double *p); /* NULL: as they are */
    double (*draw)(cki_random_stream *s, const double *p);
    int64_t (*tally)(cki_random_stream *s, const double *p);
    /* Where one set of parameters is for all elements and gives few counts, drawn by one number
     * each; NULL: there is none. */
    bool (*table)(cki_random_table *t, const double *p);
    /* What is wrong with the parameters together, or NULL. */
    const char *(*wrong)(const double *p);
    bool normals; /* drawing takes normal numbers */
} cki_distribution;

/* By name; NULL if there is none. */
const cki_distribution *cki_distributions_find(const char *name);

/* ValueError naming the parameter; `among`: they are elements of arrays. */
cask_status cki_distributions_check(const cki_distribution *d, const double *p, bool among,
                                    cki_error *error);

/* The table that counts of the distribution are drawn by, made in `room`; NULL if they are not, as
 * where parameters are arrays (`each`). */
const cki_random_table *cki_distributions_table(const cki_distribution *d, const double *p,
                                                const double *const *each, cki_random_table *room);

/* Elements first, first + step, ... of an array, n of them, as doubles or int64s to `out`. The
 * parameters are p's, or where each[k] is not NULL its n numbers, which are checked; `table` is
 * theirs. */
cask_status cki_distributions_run(const cki_distribution *d, const cki_random_table *table,
                                  const cki_random_key *key, uint64_t first, int64_t step,
                                  int64_t n, const double *p, const double *const *each, void *out,
                                  cki_error *error);

#endif
