/* Tables of counts: the shares from the most frequent count on downwards and upwards, each by its
 * ratio to the one before, until they no longer matter to a number of 53 bits. */
#include "kernel/random_table.h"

#include <math.h>

/* How much more often k + 1 comes than k. */
typedef double ratio_of(const double *p, double k);

static const double negligible = 0x1p-70;

/* Shares downwards from `mode`, upwards from its next; false if they do not end in time. */
static bool add_shares(cki_random_table *t, const double *p, ratio_of *ratio, double first,
                       double mode, int *middle, int *count)
{
    double share = 1, down[CKI_RANDOM_TABLE_COUNTS];
    int lower = 0, n = 0;
    for (double k = mode; k > first; k--) {
        share /= ratio(p, k - 1);
        if (!(share > negligible))
            break;
        if (lower == CKI_RANDOM_TABLE_COUNTS - 1)
            return false;
        down[lower++] = share;
    }
    for (; n < lower; n++)
        t->below[n] = down[lower - 1 - n];
    *middle = n;
    t->least = (int64_t)mode - lower;
    for (share = 1; share > negligible; share *= ratio(p, mode++)) {
        if (n == CKI_RANDOM_TABLE_COUNTS)
            return false;
        t->below[n++] = share;
    }
    *count = n;
    return true;
}

static bool build(cki_random_table *t, const double *p, ratio_of *ratio, double first, double mode)
{
    int count, middle;
    if (!(mode < 0x1p53) || !add_shares(t, p, ratio, first, mode, &middle, &count))
        return false;
    double total = 0, upper = 0;
    for (int i = 0; i < middle; i++) /* small ones first */
        total += t->below[i];
    for (int i = count - 1; i >= middle; i--)
        upper += t->below[i];
    total += upper;
    double sum = 0;
    for (int i = 0; i < count; i++) {
        sum += t->below[i];
        t->below[i] = sum / total;
    }
    t->below[count - 1] = 1;
    for (int g = 0, i = 0; g < CKI_RANDOM_TABLE_GUIDES; g++) {
        while (t->below[i] <= (double)g / CKI_RANDOM_TABLE_GUIDES)
            i++;
        t->guide[g] = (uint16_t)i;
    }
    return true;
}

void cki_random_table_counts(const cki_random_table *t, const double *x, int64_t n, int64_t *counts)
{
    for (int64_t k = 0; k < n; k++) {
        int i = t->guide[(int)(x[k] * CKI_RANDOM_TABLE_GUIDES)];
        while (t->below[i] <= x[k])
            i++;
        counts[k] = t->least + i;
    }
}

/* ---- the distributions ---- */

static double poisson_ratio(const double *p, double k)
{
    return p[0] / (k + 1);
}

bool cki_random_table_poisson(cki_random_table *t, const double *p)
{
    return build(t, p, poisson_ratio, 0, floor(p[0]));
}

static double binomial_ratio(const double *p, double k)
{
    return (p[0] - k) / (k + 1) * (p[1] / (1 - p[1]));
}

bool cki_random_table_binomial(cki_random_table *t, const double *p)
{
    if (p[1] == 1)
        return false;
    return build(t, p, binomial_ratio, 0, fmin(floor((p[0] + 1) * p[1]), p[0]));
}

static double negative_binomial_ratio(const double *p, double k)
{
    return (k + p[0]) / (k + 1) * (1 - p[1]);
}

bool cki_random_table_negative_binomial(cki_random_table *t, const double *p)
{
    return build(t, p, negative_binomial_ratio, 0, fmax(floor((p[0] - 1) * (1 - p[1]) / p[1]), 0));
}

static double geometric_ratio(const double *p, double k)
{
    (void)k;
    return 1 - p[0];
}

bool cki_random_table_geometric(cki_random_table *t, const double *p)
{
    return build(t, p, geometric_ratio, 1, 1);
}

static double hypergeometric_ratio(const double *p, double k)
{
    return (p[0] - k) / (k + 1) * ((p[2] - k) / (p[1] - p[2] + k + 1));
}

bool cki_random_table_hypergeometric(cki_random_table *t, const double *p)
{
    const double good = p[0], bad = p[1], sample = p[2], all = good + bad;
    const double mode = floor((sample + 1) * ((good + 1) / (all + 2)));
    const double first = fmax(0, sample - bad), last = fmin(sample, good);
    return all < 0x1p53 && build(t, p, hypergeometric_ratio, first, fmin(fmax(mode, first), last));
}

static double logseries_ratio(const double *p, double k)
{
    return p[0] * (k / (k + 1));
}

bool cki_random_table_logseries(cki_random_table *t, const double *p)
{
    return build(t, p, logseries_ratio, 1, 1);
}
