#!/usr/bin/python3
"""Record what the expressions of stats.txt give, where scipy is not at hand for Dask.

Defines dask.array.stats by the textbook's formulas, in 40 digits, and then runs scripts/record-golden for
that area. Needs Dask, NumPy and mpmath.
"""
import pathlib
import runpy
import sys
import types

import dask
import dask.array as da
import numpy as np
from mpmath import mp, mpf

mp.dps = 40
stats = types.SimpleNamespace()


def exact(x):
    return np.vectorize(mpf, otypes=[object])(np.asarray(dask.compute(x)[0], dtype=float))


def out(x):
    """Objects as float64."""
    x = np.asarray(x, dtype=object)
    return np.array([float(v) for v in x.ravel()]).reshape(x.shape)[()]


def each(function, *arrays):
    return np.vectorize(function, otypes=[object])(*arrays)


def beta(a, b, x):
    return mp.betainc(a, b, 0, x, regularized=True)


def student(t, df):
    return each(lambda t, df: beta(df / 2, mpf(1) / 2, df / (df + t * t)), t, df)


def normal(z):
    return each(lambda z: mp.erfc(abs(z) / mp.sqrt(2)), z)


def chi(x, df):
    return each(lambda x: mp.gammainc(mpf(df) / 2, x / 2, mp.inf, regularized=True), x)


def of_axis(a, axis):
    return exact(a).reshape(-1) if axis is None else np.moveaxis(exact(a), axis, 0)


def refuse(policy):
    if policy != "propagate":
        raise NotImplementedError(policy)


def central(x, k):
    return ((x - x.mean(axis=0)) ** k).mean(axis=0)


def var(x):
    return central(x, 2) * len(x) / (len(x) - 1)


def sqrt(x):
    return each(mp.sqrt, x)


def moment(a, moment=1, axis=0, nan_policy="propagate"):
    refuse(nan_policy)
    return out(central(of_axis(a, axis), moment))


def ratio(x, k, power):
    m2 = central(x, 2)
    return each(lambda m, m2: m / m2 ** power if m2 else mpf(0), central(x, k), m2)


def skew(a, axis=0, bias=True, nan_policy="propagate"):
    refuse(nan_policy)
    x = of_axis(a, axis)
    n = len(x)
    g = ratio(x, 3, mpf(3) / 2)
    return out(g if bias else g * mp.sqrt(mpf((n - 1) * n)) / (n - 2))


def kurtosis(a, axis=0, fisher=True, bias=True, nan_policy="propagate"):
    refuse(nan_policy)
    x = of_axis(a, axis)
    n = mpf(len(x))
    g = ratio(x, 4, 2)
    if not bias:
        g = each(lambda g, m2: (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * g - 3 * (n - 1)) + 3 if m2 else mpf(0), g, central(x, 2))
    return out(g - 3 if fisher else g)


def ttest_ind(a, b, axis=0, equal_var=True):
    x, y = of_axis(a, axis), of_axis(b, axis)
    n, m = len(x), len(y)
    if equal_var:
        df = mpf(n + m - 2)
        spread = ((n - 1) * var(x) + (m - 1) * var(y)) / df * (mpf(1) / n + mpf(1) / m)
    else:
        p, q = var(x) / n, var(y) / m
        spread = p + q
        df = spread ** 2 / (p ** 2 / (n - 1) + q ** 2 / (m - 1))
    t = (x.mean(axis=0) - y.mean(axis=0)) / sqrt(spread)
    return out(t), out(student(t, df))


def ttest_1samp(a, popmean, axis=0, nan_policy="propagate"):
    refuse(nan_policy)
    x = of_axis(a, axis)
    t = (x.mean(axis=0) - exact(popmean)) / sqrt(var(x) / len(x))
    return out(t), out(student(t, mpf(len(x) - 1)))


def ttest_rel(a, b, axis=0, nan_policy="propagate"):
    return ttest_1samp(out(exact(a) - exact(b)), 0, axis, nan_policy)


LAMBDAS = {"pearson": 1, "log-likelihood": 0, "freeman-tukey": -0.5, "mod-log-likelihood": -1, "neyman": -2,
           "cressie-read": mpf(2) / 3, None: 1}


def power_divergence(f_obs, f_exp=None, ddof=0, axis=0, lambda_=None):
    if isinstance(lambda_, str) and lambda_ not in LAMBDAS:
        raise ValueError(lambda_)
    power = LAMBDAS.get(lambda_, lambda_)
    seen = of_axis(f_obs, axis)
    expected = of_axis(f_exp, axis) if f_exp is not None else seen.mean(axis=0) + 0 * seen

    def term(o, e):
        if power == 0:
            return 2 * o * mp.log(o / e) if o else mpf(0)
        if power == -1:
            return 2 * e * mp.log(e / o)
        return o * ((o / e) ** mpf(power) - 1) * 2 / (mpf(power) * (mpf(power) + 1))

    terms = each(term, seen, expected)
    if power == 1:
        terms = (seen - expected) ** 2 / expected
    sum_ = terms.sum(axis=0)
    return out(sum_), out(chi(sum_, len(seen) - 1 - ddof))


def chisquare(f_obs, f_exp=None, ddof=0, axis=0):
    return power_divergence(f_obs, f_exp, ddof, axis)


def skew_score(x):
    n = mpf(len(x))
    if n < 8:
        raise ValueError("too few")
    y = ratio(x, 3, mpf(3) / 2) * mp.sqrt((n + 1) * (n + 3) / (6 * (n - 2)))
    b = 3 * (n ** 2 + 27 * n - 70) * (n + 1) * (n + 3) / ((n - 2) * (n + 5) * (n + 7) * (n + 9))
    w2 = mp.sqrt(2 * (b - 1)) - 1
    return each(lambda y: mp.asinh(y / mp.sqrt(2 / (w2 - 1))) / mp.sqrt(mp.log(w2) / 2), y)


def kurtosis_score(x):
    n = mpf(len(x))
    mean = 3 * (n - 1) / (n + 1)
    v = 24 * n * (n - 2) * (n - 3) / ((n + 1) ** 2 * (n + 3) * (n + 5))
    g = 6 * (n * n - 5 * n + 2) / ((n + 7) * (n + 9)) * mp.sqrt(6 * (n + 3) * (n + 5) / (n * (n - 2) * (n - 3)))
    a = 6 + 8 / g * (2 / g + mp.sqrt(1 + 4 / g ** 2))
    d = 1 + (ratio(x, 4, 2) - mean) / mp.sqrt(v) * mp.sqrt(2 / (a - 4))
    return each(lambda d: (1 - 2 / (9 * a) - mp.cbrt((1 - 2 / a) / d)) / mp.sqrt(2 / (9 * a)), d)


def skewtest(a, axis=0, nan_policy="propagate"):
    refuse(nan_policy)
    z = skew_score(of_axis(a, axis))
    return out(z), out(normal(z))


def kurtosistest(a, axis=0, nan_policy="propagate"):
    refuse(nan_policy)
    z = kurtosis_score(of_axis(a, axis))
    return out(z), out(normal(z))


def normaltest(a, axis=0, nan_policy="propagate"):
    refuse(nan_policy)
    x = of_axis(a, axis)
    k = skew_score(x) ** 2 + kurtosis_score(x) ** 2
    return out(k), out(chi(k, 2))


def f_oneway(*groups):
    if len(groups) < 2:
        raise TypeError("at least two inputs are required")
    groups = [exact(g) for g in groups]
    whole = np.concatenate(groups)
    between = sum(len(g) * (g.mean(axis=0) - whole.mean(axis=0)) ** 2 for g in groups) / mpf(len(groups) - 1)
    n = mpf(len(whole) - len(groups))
    within = sum(((g - g.mean(axis=0)) ** 2).sum(axis=0) for g in groups) / n
    k = mpf(len(groups) - 1)
    return out(between / within), out(each(lambda f: beta(n / 2, k / 2, n / (n + k * f)), between / within))


for name, function in list(globals().items()):
    if isinstance(function, types.FunctionType):
        setattr(stats, name, function)
da.stats = stats
sys.argv = ["record-golden", "stats"]
runpy.run_path(str(pathlib.Path(__file__).resolve().parent.parent.parent / "scripts/record-golden"))
