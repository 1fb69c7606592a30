#!/usr/bin/python3
"""Record the distribution functions that kernel_random_test compares random numbers with.

Writes random_cdf.data beside this file: a line is a distribution's name, its parameters, ":", and then pairs
of a point and the exact probability of a number at most there. Needs mpmath and NumPy, whose samples only
say where the points are.
"""
import pathlib

import numpy as np
from mpmath import mp, mpf

mp.dps = 30
LEVELS = [0.001, 0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99, 0.999]


def phi(x):
    return mp.ncdf(x)


def gamma_cdf(shape, x):
    return mp.gammainc(shape, 0, x, regularized=True) if x > 0 else mpf(0)


def beta_cdf(a, b, x):
    return mp.betainc(a, b, 0, x, regularized=True)


def student(df, x):
    tail = beta_cdf(mpf(df) / 2, mpf(1) / 2, df / (df + mpf(x) ** 2)) / 2
    return 1 - tail if x > 0 else tail


def noncentral(df, nonc, below):
    """Poisson weights of central ones; below(df) is the central distribution function."""
    half = mpf(nonc) / 2
    return mp.fsum(mp.exp(-half) * half ** j / mp.factorial(j) * below(df + 2 * j) for j in range(80))


def triangular(left, mode, right, x):
    if x <= mode:
        return (x - left) ** 2 / (right - left) / (mode - left)
    return 1 - (right - x) ** 2 / (right - left) / (right - mode)


def wald(mean, scale, x):
    root = mp.sqrt(scale / x)
    return phi(root * (x / mean - 1)) + mp.exp(2 * scale / mpf(mean)) * phi(-root * (x / mean + 1))


def vonmises(mu, kappa, x):
    return mp.quad(lambda t: mp.exp(kappa * mp.cos(t - mu)), mp.linspace(-mp.pi, x, 9)) / (2 * mp.pi * mp.besseli(0, kappa))


def downwards(pmf, k):
    """The sum of pmf(k), pmf(k - 1), ... as far as it counts."""
    total, term = mpf(0), pmf(k)
    while k >= 0 and (term > mpf(10) ** -25 * total or total == 0):
        total, k = total + term, k - 1
        term = pmf(k) if k >= 0 else mpf(0)
    return total


def binomial(n, p, x):
    return downwards(lambda k: mp.exp(mp.loggamma(n + 1) - mp.loggamma(k + 1) - mp.loggamma(n - k + 1)
                                      + k * mp.log(p) + (n - k) * mp.log(1 - p)), int(x))


def poisson(lam, x):
    return downwards(lambda k: mp.exp(k * mp.log(lam) - lam - mp.loggamma(k + 1)), int(x))


def choose(n, k):
    return mp.binomial(n, k) if 0 <= k <= n else mpf(0)


def hypergeometric(good, bad, sample, x):
    return mp.fsum(choose(good, k) * choose(bad, sample - k) for k in range(int(x) + 1)) / mp.binomial(good + bad, sample)


CDF = {
    "random_sample": lambda x: x,
    "standard_normal": phi,
    "standard_exponential": lambda x: 1 - mp.exp(-x),
    "standard_cauchy": lambda x: mp.atan(x) / mp.pi + 0.5,
    "uniform": lambda low, high, x: (x - low) / (high - low),
    "normal": lambda loc, scale, x: phi((x - loc) / scale),
    "lognormal": lambda mean, sigma, x: phi((mp.log(x) - mean) / sigma),
    "exponential": lambda scale, x: 1 - mp.exp(-x / scale),
    "gumbel": lambda loc, scale, x: mp.exp(-mp.exp(-(x - loc) / scale)),
    "laplace": lambda loc, scale, x: mp.exp((x - loc) / scale) / 2 if x < loc else 1 - mp.exp(-(x - loc) / scale) / 2,
    "logistic": lambda loc, scale, x: 1 / (1 + mp.exp(-(x - loc) / scale)),
    "pareto": lambda a, x: 1 - (1 + x) ** -a,
    "power": lambda a, x: x ** a,
    "rayleigh": lambda scale, x: 1 - mp.exp(-(x / scale) ** 2 / 2),
    "weibull": lambda a, x: 1 - mp.exp(-x ** a),
    "triangular": triangular,
    "standard_gamma": gamma_cdf,
    "gamma": lambda shape, scale, x: gamma_cdf(shape, x / scale),
    "beta": beta_cdf,
    "chisquare": lambda df, x: gamma_cdf(df / 2, x / 2),
    "noncentral_chisquare": lambda df, nonc, x: noncentral(df, nonc, lambda d: gamma_cdf(d / 2, x / 2)),
    "f": lambda a, b, x: beta_cdf(a / 2, b / 2, a * x / (a * x + b)),
    "noncentral_f": lambda a, b, nonc, x: noncentral(a, nonc, lambda d: beta_cdf(d / 2, b / 2, a * x / (a * x + b))),
    "standard_t": student,
    "vonmises": vonmises,
    "wald": wald,
    "poisson": poisson,
    "binomial": binomial,
    "negative_binomial": lambda n, p, x: beta_cdf(n, x + 1, p),
    "geometric": lambda p, x: 1 - (1 - p) ** int(x),
    "hypergeometric": hypergeometric,
    "logseries": lambda p, x: mp.fsum(-p ** k / k / mp.log(1 - p) for k in range(1, int(x) + 1)),
    "zipf": lambda a, x: mp.fsum(mpf(k) ** -a for k in range(1, int(x) + 1)) / mp.zeta(a),
}

CASES = """random_sample; standard_normal; standard_exponential; standard_cauchy; uniform -2 5; normal 10 0.1
lognormal 0 0.5; lognormal 1 2; exponential 3; gumbel 1 2; laplace -1 2; logistic 2 0.5; pareto 3; pareto 0.5; power 0.5
power 4; rayleigh 2; weibull 0.7; weibull 3; triangular -1 0.5 4; triangular 0 0 1; triangular 0 1 1; standard_gamma 0.2
standard_gamma 1; standard_gamma 7.5; gamma 0.5 3; gamma 100 0.1; beta 0.3 0.6; beta 1 1; beta 0.05 0.02; beta 2 5; beta 0.5 3
chisquare 1; chisquare 5; noncentral_chisquare 0.5 2; noncentral_chisquare 4 3; f 3 7; f 10 1.5; noncentral_f 3 8 2
noncentral_f 0.8 8 2; standard_t 1; standard_t 4; standard_t 50; vonmises 0 2; vonmises 1 0.2; vonmises 0 1e-9
vonmises 0.5 400; wald 1 2; wald 5 0.3; poisson 0.1; poisson 3; poisson 9.99; poisson 10; poisson 45.5; poisson 2000
poisson 1000000; binomial 10 0.3; binomial 7 0.9; binomial 100 0.3; binomial 1000 0.004; binomial 400 0.75
binomial 1000000 0.4; binomial 50 0.2; negative_binomial 3 0.3; negative_binomial 0.5 0.6; negative_binomial 50 0.1
geometric 0.7; geometric 0.02; hypergeometric 5 6 4; hypergeometric 20 30 40; hypergeometric 100 300 80
hypergeometric 300 100 80; hypergeometric 100 300 350; hypergeometric 1000 1500 700; logseries 0.3; logseries 0.95
zipf 1.5; zipf 3; zipf 6"""

out = []
sample = np.random.default_rng(1)
for case in CASES.replace("\n", ";").split(";"):
    name, *words = case.split()
    p = [float(w) for w in words]
    draw = sample.random if name == "random_sample" else getattr(sample, name)
    numbers = np.sort(draw(*[int(x) if name in ("binomial", "hypergeometric") and x >= 1 else x for x in p], size=20000))
    points = sorted({float(f"{numbers[int(level * len(numbers))]:.4g}") for level in LEVELS})
    if numbers.dtype.kind == "i":
        points = sorted({float(int(x)) for x in points})
        if name in ("zipf", "logseries"):
            points = [x for x in points if x < 2000]
    pairs = []
    for x in points:
        # as the test reads them: both parameters and point are doubles
        value = CDF[name](*[mpf(v) for v in p], mpf(x))
        pairs.append(f"{x!r} {mp.nstr(value, 17)}")
    out.append(" ".join([name, *words, ":", *pairs]))
(pathlib.Path(__file__).parent / "random_cdf.data").write_text("\n".join(out) + "\n")
