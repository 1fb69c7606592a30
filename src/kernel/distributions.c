/* Distributions of random numbers: the table of them, their parameters' domains, and filling memory
 * with their elements. */
#include "kernel/distributions.h"
#include "kernel/distributions_draw.h"

#include <math.h>
#include <string.h>

/* ---- parameters that do not go together ---- */

static const char *wrong_range(const double *p)
{
    return isfinite(p[1] - p[0]) ? NULL : "Range exceeds valid bounds";
}

static const char *wrong_triangle(const double *p)
{
    return p[0] > p[1]    ? "left > mode"
           : p[1] > p[2]  ? "mode > right"
           : p[0] == p[2] ? "left == right"
                          : NULL;
}

static const char *wrong_sample(const double *p)
{
    return p[0] + p[1] < p[2] ? "ngood + nbad < nsample" : NULL;
}

/* ---- the table ---- */

#define ANY(name)                                                                                  \
    {                                                                                              \
#name, CKI_DOMAIN_ANY                                                                      \
    }
#define LEAST_0(name)                                                                              \
    {                                                                                              \
#name, CKI_DOMAIN_NOT_NEGATIVE                                                             \
    }
#define POSITIVE(name)                                                                             \
    {                                                                                              \
#name, CKI_DOMAIN_POSITIVE                                                                 \
    }
#define IS(name, kind)                                                                             \
    {                                                                                              \
#name, CKI_DOMAIN_##kind                                                                   \
    }
#define MAP(base, how) CKI_BASE_##base, cki_distributions_draw_##how, NULL, NULL, NULL, NULL, false
#define DRAW(how)      CKI_BASE_DRAW, NULL, cki_distributions_draw_##how, NULL, NULL, NULL, true
#define TALLY(how)                                                                                 \
    CKI_BASE_COUNT, NULL, NULL, cki_distributions_draw_##how, cki_random_table_##how, NULL, false

static const cki_distribution distributions[] = {
    {"random_sample", 0, {{0}}, CKI_BASE_UNIFORM, NULL, NULL, NULL, NULL, NULL, false},
    {"standard_normal", 0, {{0}}, CKI_BASE_NORMAL, NULL, NULL, NULL, NULL, NULL, false},
    {"standard_exponential", 0, {{0}}, CKI_BASE_EXPONENTIAL, NULL, NULL, NULL, NULL, NULL, false},
    {"standard_cauchy", 0, {{0}}, MAP(OPEN, cauchy)},
    {"uniform",
     2,
     {ANY(low), ANY(high)},
     CKI_BASE_UNIFORM,
     cki_distributions_draw_uniform,
     NULL,
     NULL,
     NULL,
     wrong_range,
     false},
    {"normal", 2, {ANY(loc), LEAST_0(scale)}, MAP(NORMAL, affine)},
    {"lognormal", 2, {ANY(mean), LEAST_0(sigma)}, MAP(NORMAL, lognormal)},
    {"exponential", 1, {LEAST_0(scale)}, MAP(EXPONENTIAL, scaled)},
    {"gumbel", 2, {ANY(loc), LEAST_0(scale)}, MAP(EXPONENTIAL, gumbel)},
    {"laplace", 2, {ANY(loc), LEAST_0(scale)}, MAP(OPEN, laplace)},
    {"logistic", 2, {ANY(loc), LEAST_0(scale)}, MAP(OPEN, logistic)},
    {"pareto", 1, {POSITIVE(a)}, MAP(EXPONENTIAL, pareto)},
    {"power", 1, {POSITIVE(a)}, MAP(OPEN, power)},
    {"rayleigh", 1, {LEAST_0(scale)}, MAP(EXPONENTIAL, rayleigh)},
    {"weibull", 1, {LEAST_0(a)}, MAP(EXPONENTIAL, weibull)},
    {"triangular",
     3,
     {ANY(left), ANY(mode), ANY(right)},
     CKI_BASE_UNIFORM,
     cki_distributions_draw_triangular,
     NULL,
     NULL,
     NULL,
     wrong_triangle,
     false},
    {"standard_gamma", 1, {LEAST_0(shape)}, DRAW(standard_gamma)},
    {"gamma", 2, {LEAST_0(shape), LEAST_0(scale)}, DRAW(gamma)},
    {"beta", 2, {POSITIVE(a), POSITIVE(b)}, DRAW(beta)},
    {"chisquare", 1, {POSITIVE(df)}, DRAW(chisquare)},
    {"noncentral_chisquare", 2, {POSITIVE(df), LEAST_0(nonc)}, DRAW(noncentral_chisquare)},
    {"f", 2, {POSITIVE(dfnum), POSITIVE(dfden)}, DRAW(f)},
    {"noncentral_f", 3, {POSITIVE(dfnum), POSITIVE(dfden), LEAST_0(nonc)}, DRAW(noncentral_f)},
    {"standard_t", 1, {POSITIVE(df)}, DRAW(standard_t)},
    {"vonmises", 2, {ANY(mu), LEAST_0(kappa)}, DRAW(vonmises)},
    {"wald", 2, {POSITIVE(mean), POSITIVE(scale)}, DRAW(wald)},
    {"poisson", 1, {IS(lam, RATE)}, TALLY(poisson)},
    {"binomial", 2, {IS(n, COUNT), IS(p, SHARE)}, TALLY(binomial)},
    {"negative_binomial",
     2,
     {POSITIVE(n), IS(p, SHARE_POSITIVE)},
     CKI_BASE_COUNT,
     NULL,
     NULL,
     cki_distributions_draw_negative_binomial,
     cki_random_table_negative_binomial,
     NULL,
     true},
    {"geometric", 1, {IS(p, SHARE_POSITIVE)}, TALLY(geometric)},
    {"hypergeometric",
     3,
     {IS(ngood, COUNT), IS(nbad, COUNT), IS(nsample, COUNT_POSITIVE)},
     CKI_BASE_COUNT,
     NULL,
     NULL,
     cki_distributions_draw_hypergeometric,
     cki_random_table_hypergeometric,
     wrong_sample,
     false},
    {"logseries", 1, {IS(p, SHARE_BELOW)}, TALLY(logseries)},
    {"zipf",
     1,
     {IS(a, ABOVE_ONE)},
     CKI_BASE_COUNT,
     NULL,
     NULL,
     cki_distributions_draw_zipf,
     NULL,
     NULL,
     false},
};

const cki_distribution *cki_distributions_find(const char *name)
{
    for (size_t i = 0; i < sizeof distributions / sizeof *distributions; i++)
        if (!strcmp(distributions[i].name, name))
            return &distributions[i];
    return NULL;
}

/* ---- checking ---- */

static const double most_poisson = 9.2e18; /* so that numbers above the mean are int64s too */

static bool belongs(cki_domain domain, double x)
{
    switch (domain) {
    case CKI_DOMAIN_ANY:
        return true;
    case CKI_DOMAIN_NOT_NEGATIVE:
        return !(x < 0);
    case CKI_DOMAIN_POSITIVE:
        return !(x <= 0);
    case CKI_DOMAIN_SHARE:
        return x >= 0 && x <= 1;
    case CKI_DOMAIN_SHARE_POSITIVE:
        return x > 0 && x <= 1;
    case CKI_DOMAIN_SHARE_BELOW:
        return x >= 0 && x < 1;
    case CKI_DOMAIN_ABOVE_ONE:
        return x > 1;
    case CKI_DOMAIN_RATE:
        return x >= 0 && x <= most_poisson;
    case CKI_DOMAIN_COUNT:
        return x >= 0 && x < 0x1p63 && floor(x) == x;
    case CKI_DOMAIN_COUNT_POSITIVE:
        return x >= 1 && x < 0x1p63 && floor(x) == x;
    }
    return false;
}

/* What NumPy says of a value outside a domain: of every %s the first is the name. */
static cask_status refuse(const char *name, cki_domain domain, double x, bool among,
                          cki_error *error)
{
    const char *nan = among ? "contains NaNs" : "is NaN";
    if (domain >= CKI_DOMAIN_COUNT && floor(x) != x)
        return cki_fail(error, CASK_TYPE, NULL, "%s: a whole number is wanted, not %g", name, x);
    switch (domain) {
    case CKI_DOMAIN_SHARE:
        return cki_fail(error, CASK_INVALID, NULL, "%s < 0, %s > 1 or %s %s", name, name, name,
                        nan);
    case CKI_DOMAIN_SHARE_POSITIVE:
        return cki_fail(error, CASK_INVALID, NULL, "%s <= 0, %s > 1 or %s contains NaNs", name,
                        name, name);
    case CKI_DOMAIN_SHARE_BELOW:
        return cki_fail(error, CASK_INVALID, NULL, "%s < 0, %s >= 1 or %s %s", name, name, name,
                        nan);
    case CKI_DOMAIN_ABOVE_ONE:
        return cki_fail(error, CASK_INVALID, NULL, "%s <= 1 or %s %s", name, name, nan);
    case CKI_DOMAIN_RATE:
        if (x > most_poisson)
            return cki_fail(error, CASK_INVALID, NULL, "%s value too large", name);
        return cki_fail(error, CASK_INVALID, NULL, "%s < 0 or %s %s", name, name, nan);
    case CKI_DOMAIN_COUNT_POSITIVE:
        return cki_fail(error, CASK_INVALID, NULL, "%s < 1 or %s %s", name, name, nan);
    case CKI_DOMAIN_POSITIVE:
        return cki_fail(error, CASK_INVALID, NULL, "%s <= 0", name);
    case CKI_DOMAIN_ANY:
    case CKI_DOMAIN_NOT_NEGATIVE:
    case CKI_DOMAIN_COUNT:
        break;
    }
    return cki_fail(error, CASK_INVALID, NULL, x >= 0x1p63 ? "%s is beyond int64" : "%s < 0", name);
}

cask_status cki_distributions_check(const cki_distribution *d, const double *p, bool among,
                                    cki_error *error)
{
    for (int k = 0; k < d->count; k++)
        if (!belongs(d->parameters[k].domain, p[k]))
            return refuse(d->parameters[k].name, d->parameters[k].domain, p[k], among, error);
    const char *wrong = d->wrong ? d->wrong(p) : NULL;
    if (!wrong)
        return CASK_OK;
    return d->wrong == wrong_range ? cki_fail(error, CASK_ARITHMETIC, "OverflowError", "%s", wrong)
                                   : cki_fail(error, CASK_INVALID, NULL, "%s", wrong);
}

/* ---- filling ---- */

static void fill_base(cki_base base, const cki_random_key *key, uint64_t first, int64_t step,
                      int64_t n, double *x)
{
    switch (base) {
    case CKI_BASE_UNIFORM:
        cki_random_uniform(key, first, step, n, x);
        break;
    case CKI_BASE_OPEN:
        cki_random_open(key, first, step, n, x);
        break;
    case CKI_BASE_NORMAL:
        cki_random_normal(key, first, step, n, x);
        break;
    case CKI_BASE_EXPONENTIAL:
        cki_random_exponential(key, first, step, n, x);
        break;
    case CKI_BASE_DRAW:
    case CKI_BASE_COUNT:
        break;
    }
}

/* A batch of elements, their parameters p or a set of parameters each, or counts by a table. */
static void fill(const cki_distribution *d, const cki_random_table *table,
                 const cki_random_key *key, uint64_t first, int64_t step, int64_t n,
                 const double *p, bool one_set, double *x, int64_t *tallies)
{
    if (table) {
        double numbers[CKI_RANDOM_BATCH];
        cki_random_uniform(key, first, step, n, numbers);
        cki_random_table_counts(table, numbers, n, tallies);
        return;
    }
    if (d->base < CKI_BASE_DRAW) {
        fill_base(d->base, key, first, step, n, x);
        if (d->map && one_set)
            d->map(x, n, p);
        for (int64_t i = 0; d->map && !one_set && i < n; i++)
            d->map(x + i, 1, p + i * CKI_DISTRIBUTION_PARAMETERS);
        return;
    }
    cki_random_stream streams[CKI_RANDOM_BATCH];
    cki_random_stream_open_many(key, first, step, n, d->normals, streams);
    for (int64_t i = 0; i < n; i++) {
        const double *own = one_set ? p : p + i * CKI_DISTRIBUTION_PARAMETERS;
        if (d->base == CKI_BASE_DRAW)
            x[i] = d->draw(&streams[i], own);
        else
            tallies[i] = d->tally(&streams[i], own);
    }
}

/* The parameters of each element of a batch, which are checked. */
static cask_status gather(const cki_distribution *d, const double *p, const double *const *each,
                          int64_t at, int64_t n, double *sets, cki_error *error)
{
    for (int64_t i = 0; i < n; i++) {
        double *own = sets + i * CKI_DISTRIBUTION_PARAMETERS;
        for (int k = 0; k < d->count; k++)
            own[k] = each[k] ? each[k][at + i] : p[k];
        if (cki_distributions_check(d, own, true, error) != CASK_OK)
            return error->status;
    }
    return CASK_OK;
}

/* The last numbers, fewer than a batch, are drawn aside: where they belong the memory may end. */
static void fill_rest(const cki_distribution *d, const cki_random_table *table,
                      const cki_random_key *key, uint64_t first, int64_t step, int64_t size,
                      const double *sets, bool one_set, void *out)
{
    union {
        double numbers[CKI_RANDOM_BATCH];
        int64_t counts[CKI_RANDOM_BATCH];
    } batch = {.counts = {0}};
    fill(d, table, key, first, step, size, sets, one_set, batch.numbers, batch.counts);
    memcpy(out, &batch, (size_t)size * sizeof *batch.counts);
}

static bool is_one_set(const cki_distribution *d, const double *const *each)
{
    bool one_set = true;
    for (int k = 0; k < d->count; k++)
        one_set = one_set && !each[k];
    return one_set;
}

const cki_random_table *cki_distributions_table(const cki_distribution *d, const double *p,
                                                const double *const *each, cki_random_table *room)
{
    return d->table && is_one_set(d, each) && d->table(room, p) ? room : NULL;
}

cask_status cki_distributions_run(const cki_distribution *d, const cki_random_table *table,
                                  const cki_random_key *key, uint64_t first, int64_t step,
                                  int64_t n, const double *p, const double *const *each, void *out,
                                  cki_error *error)
{
    double sets[CKI_RANDOM_BATCH * CKI_DISTRIBUTION_PARAMETERS], *numbers = out;
    int64_t *counts = out;
    const bool one_set = is_one_set(d, each);
    for (int64_t at = 0, size; at < n; at += size) {
        size = n - at < CKI_RANDOM_BATCH ? n - at : CKI_RANDOM_BATCH;
        if (!one_set && gather(d, p, each, at, size, sets, error) != CASK_OK)
            return error->status;
        uint64_t from = first + (uint64_t)at * (uint64_t)step;
        if (size == CKI_RANDOM_BATCH)
            fill(d, table, key, from, step, size, one_set ? p : sets, one_set, numbers + at,
                 counts + at);
        else
            fill_rest(d, table, key, from, step, size, one_set ? p : sets, one_set, counts + at);
    }
    return CASK_OK;
}
