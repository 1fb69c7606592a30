/* Streams of random counts: Poisson, binomial and hypergeometric numbers, by counting where they
 * are small, and else by rejection whose cost does not grow with them. */
#include "kernel/random_stream.h"

#include <math.h>

/* log(k!) */
static double log_factorial(double k)
{
    int sign;
    return lgamma_r(k + 1, &sign);
}

/* What Stirling's formula lacks of log(k!). */
static double stirling_rest(double k)
{
    static const double small[] = {0.08106146679532726, 0.04134069595540929, 0.02767792568499834,
                                   0.02079067210376509, 0.01664469118982119, 0.01387612882307075,
                                   0.01189670994589177, 0.01041126526197209, 0.009255462182712733,
                                   0.008330563433362871};
    if (k < 10)
        return small[(int)k];
    double r = 1 / (k + 1);
    return (1.0 / 12 - (1.0 / 360 - 1.0 / 1260 * r * r) * r * r) * r;
}

/* ---- Poisson ---- */

/* W. Hoermann, The transformed rejection method for generating Poisson random variables, 1993
 * (PTRS). */
static int64_t poisson_large(cki_random_stream *s, double mean)
{
    const double root = sqrt(mean), b = 0.931 + 2.53 * root, a = -0.059 + 0.02483 * b;
    const double inverse_alpha = 1.1239 + 1.1328 / (b - 3.4), v_r = 0.9277 - 3.6224 / (b - 2);
    for (;;) {
        double u = cki_random_stream_uniform(s) - 0.5, v = cki_random_stream_open(s);
        double us = 0.5 - fabs(u), k = floor((2 * a / us + b) * u + mean + 0.43);
        if (us >= 0.07 && v <= v_r)
            return (int64_t)k;
        if (!(k >= 0 && k < 0x1p63) || (us < 0.013 && v > us))
            continue;
        if (log(v * inverse_alpha / (a / (us * us) + b)) <= k * log(mean) - mean - log_factorial(k))
            return (int64_t)k;
    }
}

int64_t cki_random_stream_poisson(cki_random_stream *s, double mean)
{
    if (mean >= 10)
        return poisson_large(s, mean);
    if (!(mean > 0))
        return 0;
    /* how many intervals of mean length 1 fit */
    double bound = exp(-mean), product = cki_random_stream_open(s);
    int64_t k = 0;
    for (; product > bound; k++)
        product *= cki_random_stream_open(s);
    return k;
}

/* ---- binomial ---- */

/* W. Hoermann, The generation of binomial random variates, 1993 (BTRD's simpler form, BTRS). */
static int64_t binomial_large(cki_random_stream *s, double n, double p)
{
    const double q = 1 - p, deviation = sqrt(n * p * q), b = 1.15 + 2.53 * deviation;
    const double a = -0.0873 + 0.0248 * b + 0.01 * p, c = n * p + 0.5, v_r = 0.92 - 4.2 / b;
    const double r = p / q, alpha = (2.83 + 5.1 / b) * deviation, m = floor((n + 1) * p);
    for (;;) {
        double u = cki_random_stream_uniform(s) - 0.5, v = cki_random_stream_open(s);
        double us = 0.5 - fabs(u), k = floor((2 * a / us + b) * u + c);
        if (us >= 0.07 && v <= v_r)
            return (int64_t)k;
        if (!(k >= 0 && k <= n))
            continue;
        double bound = (m + 0.5) * log((m + 1) / (r * (n - m + 1))) +
                       (n + 1) * log((n - m + 1) / (n - k + 1)) +
                       (k + 0.5) * log(r * (n - k + 1) / (k + 1)) + stirling_rest(m) +
                       stirling_rest(n - m) - stirling_rest(k) - stirling_rest(n - k);
        if (log(v * alpha / (a / (us * us) + b)) <= bound)
            return (int64_t)k;
    }
}

/* Successes are geometric distances apart. */
static int64_t binomial_small(cki_random_stream *s, int64_t n, double p)
{
    const double scale = log1p(-p);
    int64_t k = 0;
    for (double at = 0;; k++) {
        at += floor(log(cki_random_stream_open(s)) / scale) + 1;
        if (!(at <= (double)n))
            return k;
    }
}

int64_t cki_random_stream_binomial(cki_random_stream *s, int64_t n, double p)
{
    const bool mirrored = p > 0.5;
    const double less = mirrored ? 1 - p : p;
    int64_t k = n <= 0 || less <= 0      ? 0
                : (double)n * less >= 10 ? binomial_large(s, (double)n, less)
                                         : binomial_small(s, n, less);
    return mirrored ? n - k : k;
}

/* ---- hypergeometric ---- */

/* One draw after the other. */
static int64_t hypergeometric_small(cki_random_stream *s, int64_t good, int64_t bad, int64_t sample)
{
    const int64_t all = good;
    for (; sample > 0 && good > 0; sample--)
        if ((int64_t)cki_random_stream_below(s, (uint64_t)(good + bad - 1)) < good)
            good--;
        else
            bad--;
    return all - good;
}

/* E. Stadlober, The ratio of uniforms approach for generating discrete random variates, 1990
 * (HRUA), for few = min(good, bad), and a sample of at most half of all. */
static int64_t hypergeometric_large(cki_random_stream *s, double few, double many, double sample)
{
    const double all = few + many, share = few / all, mean = sample * share + 0.5;
    const double deviation = sqrt((all - sample) * sample * share * (1 - share) / (all - 1) + 0.5);
    const double width = 1.7155277699214135 * deviation + 0.8989161620588988;
    const double mode = floor((sample + 1) * (few + 1) / (all + 2));
    const double peak = log_factorial(mode) + log_factorial(few - mode) +
                        log_factorial(sample - mode) + log_factorial(many - sample + mode);
    const double most = fmin(fmin(sample, few) + 1, floor(mean + 16 * deviation));
    for (;;) {
        double u = cki_random_stream_open(s), v = cki_random_stream_uniform(s);
        double w = mean + width * (v - 0.5) / u, k = floor(w);
        if (w < 0 || w >= most)
            continue;
        double t = peak - (log_factorial(k) + log_factorial(few - k) + log_factorial(sample - k) +
                           log_factorial(many - sample + k));
        if (u * (4 - u) - 3 <= t || (u * (u - t) < 1 && 2 * log(u) <= t))
            return (int64_t)k;
    }
}

int64_t cki_random_stream_hypergeometric(cki_random_stream *s, int64_t good, int64_t bad,
                                         int64_t sample)
{
    enum { FEW = 10 };
    const int64_t all = good + bad, half = sample <= all - sample ? sample : all - sample;
    if (half <= FEW) {
        int64_t k = hypergeometric_small(s, good, bad, half);
        return half == sample ? k : good - k;
    }
    int64_t few = good < bad ? good : bad;
    int64_t k = hypergeometric_large(s, (double)few, (double)(all - few), (double)half);
    k = good <= bad ? k : half - k;
    return half == sample ? k : good - k;
}
