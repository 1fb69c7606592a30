/* How elements of the distributions are drawn, for the table of them. */
#ifndef CKI_KERNEL_DISTRIBUTIONS_DRAW_H
#define CKI_KERNEL_DISTRIBUTIONS_DRAW_H

#include "kernel/random_stream.h"

#define CKI_DISTRIBUTIONS_MAPS(X)                                                                  \
    X(uniform)                                                                                     \
    X(affine)                                                                                      \
    X(scaled)                                                                                      \
    X(lognormal)                                                                                   \
    X(gumbel)                                                                                      \
    X(laplace)                                                                                     \
    X(logistic)                                                                                    \
    X(pareto)                                                                                      \
    X(power)                                                                                       \
    X(rayleigh)                                                                                    \
    X(weibull)                                                                                     \
    X(cauchy)                                                                                      \
    X(triangular)
#define CKI_DISTRIBUTIONS_MAP(name)                                                                \
    void cki_distributions_draw_##name(double *x, int64_t n, const double *p);
CKI_DISTRIBUTIONS_MAPS(CKI_DISTRIBUTIONS_MAP)
#undef CKI_DISTRIBUTIONS_MAP

#define CKI_DISTRIBUTIONS_DRAWS(X)                                                                 \
    X(standard_gamma)                                                                              \
    X(gamma)                                                                                       \
    X(beta)                                                                                        \
    X(chisquare)                                                                                   \
    X(noncentral_chisquare)                                                                        \
    X(f)                                                                                           \
    X(noncentral_f)                                                                                \
    X(standard_t)                                                                                  \
    X(vonmises)                                                                                    \
    X(wald)
#define CKI_DISTRIBUTIONS_DRAW(name)                                                               \
    double cki_distributions_draw_##name(cki_random_stream *s, const double *p);
CKI_DISTRIBUTIONS_DRAWS(CKI_DISTRIBUTIONS_DRAW)
#undef CKI_DISTRIBUTIONS_DRAW

#define CKI_DISTRIBUTIONS_TALLIES(X)                                                               \
    X(poisson)                                                                                     \
    X(binomial)                                                                                    \
    X(negative_binomial)                                                                           \
    X(geometric)                                                                                   \
    X(hypergeometric)                                                                              \
    X(logseries)                                                                                   \
    X(zipf)
#define CKI_DISTRIBUTIONS_TALLY(name)                                                              \
    int64_t cki_distributions_draw_##name(cki_random_stream *s, const double *p);
CKI_DISTRIBUTIONS_TALLIES(CKI_DISTRIBUTIONS_TALLY)
#undef CKI_DISTRIBUTIONS_TALLY

#endif
