/* How elements of the distributions are drawn: of one number by a formula, or from a stream. */
#include "kernel/distributions_draw.h"

#include <math.h>

/* ---- of one number: x is replaced ---- */

void cki_distributions_draw_uniform(double *x, int64_t n, const double *p)
{
    const double low = p[0], range = p[1] - p[0];
    for (int64_t i = 0; i < n; i++)
        x[i] = low + range * x[i];
}

void cki_distributions_draw_affine(double *x, int64_t n, const double *p)
{
    const double loc = p[0], scale = p[1];
    for (int64_t i = 0; i < n; i++)
        x[i] = loc + scale * x[i];
}

void cki_distributions_draw_scaled(double *x, int64_t n, const double *p)
{
    const double scale = p[0];
    for (int64_t i = 0; i < n; i++)
        x[i] *= scale;
}

void cki_distributions_draw_lognormal(double *x, int64_t n, const double *p)
{
    for (int64_t i = 0; i < n; i++)
        x[i] = exp(p[0] + p[1] * x[i]);
}

void cki_distributions_draw_gumbel(double *x, int64_t n, const double *p)
{
    for (int64_t i = 0; i < n; i++)
        x[i] = p[0] - p[1] * log(x[i]);
}

void cki_distributions_draw_laplace(double *x, int64_t n, const double *p)
{
    for (int64_t i = 0; i < n; i++)
        x[i] = x[i] < 0.5 ? p[0] + p[1] * log(2 * x[i]) : p[0] - p[1] * log(2 - 2 * x[i]);
}

void cki_distributions_draw_logistic(double *x, int64_t n, const double *p)
{
    for (int64_t i = 0; i < n; i++)
        x[i] = p[0] + p[1] * log(x[i] / (1 - x[i]));
}

void cki_distributions_draw_pareto(double *x, int64_t n, const double *p)
{
    for (int64_t i = 0; i < n; i++)
        x[i] = expm1(x[i] / p[0]);
}

void cki_distributions_draw_power(double *x, int64_t n, const double *p)
{
    for (int64_t i = 0; i < n; i++)
        x[i] = pow(x[i], 1 / p[0]);
}

void cki_distributions_draw_rayleigh(double *x, int64_t n, const double *p)
{
    for (int64_t i = 0; i < n; i++)
        x[i] = p[0] * sqrt(2 * x[i]);
}

void cki_distributions_draw_weibull(double *x, int64_t n, const double *p)
{
    for (int64_t i = 0; i < n; i++)
        x[i] = p[0] == 0 ? 0 : pow(x[i], 1 / p[0]);
}

void cki_distributions_draw_cauchy(double *x, int64_t n, const double *p)
{
    (void)p;
    for (int64_t i = 0; i < n; i++)
        x[i] = tan(M_PI * (x[i] - 0.5));
}

void cki_distributions_draw_triangular(double *x, int64_t n, const double *p)
{
    const double left = p[0], mode = p[1], right = p[2], base = right - left;
    for (int64_t i = 0; i < n; i++)
        x[i] = x[i] * base <= mode - left ? left + sqrt(x[i] * base * (mode - left))
                                          : right - sqrt((1 - x[i]) * base * (right - mode));
}

/* ---- of a stream ---- */

double cki_distributions_draw_standard_gamma(cki_random_stream *s, const double *p)
{
    return cki_random_stream_gamma(s, p[0]);
}

double cki_distributions_draw_gamma(cki_random_stream *s, const double *p)
{
    return p[1] * cki_random_stream_gamma(s, p[0]);
}

/* M. D. Joehnk, 1964, where both parameters are small, by logarithms where the powers vanish;
 * otherwise the share of one gamma number in two. */
double cki_distributions_draw_beta(cki_random_stream *s, const double *p)
{
    if (!(p[0] <= 1 && p[1] <= 1)) {
        double a = cki_random_stream_gamma(s, p[0]), b = cki_random_stream_gamma(s, p[1]);
        return a / (a + b);
    }
    for (;;) {
        double log_x = log(cki_random_stream_open(s)) / p[0];
        double log_y = log(cki_random_stream_open(s)) / p[1];
        if (exp(log_x) + exp(log_y) <= 1)
            return 1 / (1 + exp(log_y - log_x));
    }
}

double cki_distributions_draw_chisquare(cki_random_stream *s, const double *p)
{
    return cki_random_stream_chisquare(s, p[0]);
}

double cki_distributions_draw_noncentral_chisquare(cki_random_stream *s, const double *p)
{
    const double df = p[0], nonc = p[1];
    if (isnan(nonc))
        return nonc;
    if (df > 1) {
        double x = cki_random_stream_normal(s) + sqrt(nonc);
        return cki_random_stream_chisquare(s, df - 1) + x * x;
    }
    int64_t k = nonc > 0 ? cki_random_stream_poisson(s, nonc / 2) : 0;
    return cki_random_stream_chisquare(s, df + 2 * (double)k);
}

double cki_distributions_draw_f(cki_random_stream *s, const double *p)
{
    double above = cki_random_stream_chisquare(s, p[0]) * p[1];
    return above / (cki_random_stream_chisquare(s, p[1]) * p[0]);
}

double cki_distributions_draw_noncentral_f(cki_random_stream *s, const double *p)
{
    double above = cki_distributions_draw_noncentral_chisquare(s, (double[]){p[0], p[2]}) * p[1];
    return above / (cki_random_stream_chisquare(s, p[1]) * p[0]);
}

double cki_distributions_draw_standard_t(cki_random_stream *s, const double *p)
{
    double above = cki_random_stream_normal(s) * sqrt(p[0] / 2);
    return above / sqrt(cki_random_stream_gamma(s, p[0] / 2));
}

/* D. J. Best and N. I. Fisher, Efficient simulation of the von Mises distribution, 1979. */
static double vonmises_from_zero(cki_random_stream *s, double kappa)
{
    if (isnan(kappa))
        return kappa;
    if (kappa < 1e-8)
        return M_PI * (2 * cki_random_stream_uniform(s) - 1);
    if (kappa > 1e6) /* a normal number, as good as round the circle */
        return cki_random_stream_normal(s) / sqrt(kappa);
    double r = 1 + sqrt(1 + 4 * kappa * kappa), rho = (r - sqrt(2 * r)) / (2 * kappa);
    double q = kappa < 1e-5 ? 1 / kappa + kappa : (1 + rho * rho) / (2 * rho);
    for (;;) {
        double z = cos(M_PI * cki_random_stream_uniform(s)), w = (1 + q * z) / (q + z);
        double y = kappa * (q - w), v = cki_random_stream_open(s);
        if (y * (2 - y) - v >= 0 || log(y / v) + 1 - y >= 0) {
            double angle = acos(w);
            return cki_random_stream_uniform(s) < 0.5 ? -angle : angle;
        }
    }
}

double cki_distributions_draw_vonmises(cki_random_stream *s, const double *p)
{
    double angle = p[0] + vonmises_from_zero(s, p[1]);
    double wrapped = fmod(fabs(angle) + M_PI, 2 * M_PI) - M_PI;
    return angle < 0 ? -wrapped : wrapped;
}

/* J. R. Michael, W. R. Schucany and R. W. Haas, 1976; the smaller root without cancellation. */
double cki_distributions_draw_wald(cki_random_stream *s, const double *p)
{
    const double mean = p[0], z = cki_random_stream_normal(s), y = mean * z * z / p[1];
    double x = mean / (1 + y / 2 + sqrt(y + y * y / 4));
    return cki_random_stream_uniform(s) <= mean / (mean + x) ? x : mean * (mean / x);
}

/* ---- counts ---- */

int64_t cki_distributions_draw_poisson(cki_random_stream *s, const double *p)
{
    return cki_random_stream_poisson(s, p[0]);
}

int64_t cki_distributions_draw_binomial(cki_random_stream *s, const double *p)
{
    return cki_random_stream_binomial(s, (int64_t)p[0], p[1]);
}

/* Poisson numbers whose mean is a gamma number. */
int64_t cki_distributions_draw_negative_binomial(cki_random_stream *s, const double *p)
{
    double mean = cki_random_stream_gamma(s, p[0]) * (1 - p[1]) / p[1];
    return mean < 0x1p62 ? cki_random_stream_poisson(s, mean) : INT64_MAX;
}

int64_t cki_distributions_draw_geometric(cki_random_stream *s, const double *p)
{
    double k = ceil(-cki_random_stream_exponential(s) / log1p(-p[0]));
    return k < 1 ? 1 : k < 0x1p63 ? (int64_t)k : INT64_MAX;
}

int64_t cki_distributions_draw_hypergeometric(cki_random_stream *s, const double *p)
{
    return cki_random_stream_hypergeometric(s, (int64_t)p[0], (int64_t)p[1], (int64_t)p[2]);
}

/* A. W. Kemp, Efficient generation of logarithmically distributed pseudo-random variables, 1981
 * (LK). */
int64_t cki_distributions_draw_logseries(cki_random_stream *s, const double *p)
{
    const double r = log1p(-p[0]);
    for (;;) {
        double v = cki_random_stream_open(s);
        if (v >= p[0])
            return 1;
        double q = -expm1(r * cki_random_stream_open(s));
        if (v > q * q)
            return v >= q ? 1 : 2;
        double k = floor(1 + log(v) / log(q));
        if (k >= 1 && k < 0x1p63)
            return (int64_t)k;
    }
}

/* L. Devroye, Non-uniform random variate generation, 1986, X.6.1. */
int64_t cki_distributions_draw_zipf(cki_random_stream *s, const double *p)
{
    const double less = p[0] - 1, b = pow(2, less);
    if (p[0] >= 1025) /* 2 comes once in 2**1025 times */
        return 1;
    for (;;) {
        double u = cki_random_stream_open(s), v = cki_random_stream_uniform(s);
        double k = floor(pow(u, -1 / less)), t = pow(1 + 1 / k, less);
        if (k < 0x1p63 && v * k * (t - 1) / (b - 1) <= t / b)
            return (int64_t)k;
    }
}
