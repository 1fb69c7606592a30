/* Special functions of statistics: incomplete beta and gamma functions by continued fractions and
 * series, with C. Loader's deviance form of what stands before them. */
#include "kernel/special.h"

#include <float.h>
#include <math.h>

enum { MOST_TERMS = 1000000 }; /* about the root of the largest parameter is needed */

/* log(gamma(x + 1)) without Stirling's formula's part: (x + 1/2) log x - x + log(2 pi) / 2. */
static double stirling_rest(double x)
{
    if (x < 16) {
        int sign;
        return lgamma_r(x + 1, &sign) - (x + 0.5) * log(x) + x - 0.91893853320467274178;
    }
    double r = 1 / (x * x);
    return (1.0 / 12 -
            (1.0 / 360 -
             (1.0 / 1260 - (1.0 / 1680 - (1.0 / 1188 - 691.0 / 360360 * r) * r) * r) * r) *
                r) /
           x;
}

/* x log(x / mean) + mean - x, without cancellation where they are near (C. Loader, Fast and
 * accurate computation of binomial probabilities, 2000). */
static double deviance(double x, double mean)
{
    double d = x - mean;
    if (!(fabs(d) < 0.1 * (x + mean)))
        return x * log(x / mean) + mean - x;
    double v = d / (x + mean), sum = d * v, term = 2 * x * v;
    for (int j = 1; j < 1000; j++) {
        double before = sum;
        term *= v * v;
        sum += term / (2 * j + 1);
        if (sum == before)
            break;
    }
    return sum;
}

/* ---- beta ---- */

/* x^a y^b / B(a, b) */
static double beta_front(double a, double b, double x, double y)
{
    const double n = a + b;
    double power = stirling_rest(n) - stirling_rest(a) - stirling_rest(b) - deviance(a, n * x) -
                   deviance(b, n * y);
    return sqrt(a * b / (2 * M_PI * n)) * exp(power);
}

/* What it is divided by: a continued fraction that does not subtract x from 1 (A. R. DiDonato and
 * A. H. Morris, Significant digit computation of the incomplete beta function ratios, 1992, 9). */
static double beta_fraction(double a, double b, double x, double y)
{
    double f = a * (a * y - b * x + 1) / (a + 1), c, d = 0;
    f = fabs(f) < DBL_MIN ? DBL_MIN : f;
    c = f;
    for (int m = 1; m < MOST_TERMS; m++) {
        double odd = a + 2 * m - 1, step = m * (b - m) * x / odd;
        double above = step * x * (a + m - 1) * (a + b + m - 1) / odd;
        double below = m + step + (a + m) * (a * y - b * x + 1 + m * (1 + y)) / (odd + 2);
        d = below + above * d;
        c = below + above / c;
        d = 1 / (fabs(d) < DBL_MIN ? DBL_MIN : d);
        c = fabs(c) < DBL_MIN ? DBL_MIN : c;
        f *= c * d;
        if (fabs(c * d - 1) < 1e-16)
            break;
    }
    return f;
}

double cki_special_beta(double a, double b, double x, double y)
{
    if (isnan(a) || isnan(b) || isnan(x) || isnan(y) || a <= 0 || b <= 0)
        return (double)NAN;
    if (x <= 0 || y <= 0)
        return x <= 0 ? 0 : 1;
    if (x > (a + 1) / (a + b + 2))
        return 1 - beta_front(b, a, y, x) / beta_fraction(b, a, y, x);
    return beta_front(a, b, x, y) / beta_fraction(a, b, x, y);
}

/* ---- gamma ---- */

/* x^a exp(-x) / gamma(a + 1) */
static double gamma_front(double a, double x)
{
    return exp(-stirling_rest(a) - deviance(a, x)) / sqrt(2 * M_PI * a);
}

double cki_special_gamma_above(double shape, double x)
{
    if (isnan(shape) || isnan(x) || shape <= 0)
        return (double)NAN;
    if (x <= 0 || isinf(x))
        return x <= 0 ? 1 : 0;
    if (x < shape + 1) { /* 1 - the share below, DLMF 8.11.4 */
        double sum = 1, term = 1;
        for (int k = 1; k < MOST_TERMS && term > sum * 1e-17; k++)
            sum += term *= x / (shape + k);
        return 1 - gamma_front(shape, x) * sum;
    }
    /* DLMF 8.9.2 by Lentz's method */
    double b = x + 1 - shape, c = 1 / DBL_MIN, d = 1 / b, f = d;
    for (int k = 1; k < MOST_TERMS; k++) {
        double above = -k * (k - shape);
        b += 2;
        d = above * d + b;
        c = b + above / c;
        d = 1 / (fabs(d) < DBL_MIN ? DBL_MIN : d);
        c = fabs(c) < DBL_MIN ? DBL_MIN : c;
        f *= c * d;
        if (fabs(c * d - 1) < 1e-16)
            break;
    }
    return gamma_front(shape, x) * shape * f;
}

/* ---- tails ---- */

double cki_special_normal_beyond(double z)
{
    return erfc(fabs(z) * M_SQRT1_2);
}

double cki_special_student_beyond(double t, double df)
{
    if (isinf(df) && df > 0)
        return cki_special_normal_beyond(t);
    if (isinf(t))
        return isnan(df) ? df : 0;
    double whole = df + t * t;
    return cki_special_beta(df / 2, 0.5, df / whole, t * t / whole);
}

double cki_special_chisquare_above(double x, double df)
{
    return cki_special_gamma_above(df / 2, x / 2);
}

double cki_special_fisher_above(double x, double dfnum, double dfden)
{
    if (x <= 0)
        return 1;
    if (isinf(x))
        return 0;
    double whole = dfden + dfnum * x;
    return cki_special_beta(dfden / 2, dfnum / 2, dfden / whole, dfnum * x / whole);
}
