#!/usr/bin/python3
"""Record the tails of distributions that kernel_special_test compares ours with.

Writes special_values.data beside this file, lines "NAME ARGUMENT... VALUE". Needs mpmath.
"""
import pathlib

from mpmath import mp, mpf

mp.dps = 40


def fraction(terms):
    """b0 + a1 / (b1 + a2 / (b2 + ...)) of pairs (a, b), the first being (_, b0); by Lentz's method."""
    terms = iter(terms)
    f = c = next(terms)[1]
    d = mpf(0)
    for a, b in terms:
        d = 1 / (b + a * d)
        c = b + a / c
        f *= c * d
        if abs(c * d - 1) < mpf(10) ** -35:
            return f


def beta_terms(a, b, x):
    yield 0, mpf(1)
    m = 0
    while True:
        yield -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)), mpf(1)
        m += 1
        yield m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)), mpf(1)


def beta(a, b, x):
    if x > (a + 1) / (a + b + 2):
        return 1 - beta(b, a, 1 - x)
    front = mp.exp(a * mp.log(x) + b * mp.log(1 - x) + mp.loggamma(a + b) - mp.loggamma(a + 1) - mp.loggamma(b))
    return front / fraction(beta_terms(a, b, x))


def gamma_terms(a, x):
    yield 0, x + 1 - a
    k = 1
    while True:
        yield -k * (k - a), x + 2 * k + 1 - a
        k += 1


def above(shape, x):
    if x < shape + 1:
        return 1 - below(shape, x)
    return mp.exp(shape * mp.log(x) - x - mp.loggamma(shape)) / fraction(gamma_terms(shape, x))


def below(shape, x):
    front = mp.exp(shape * mp.log(x) - x - mp.loggamma(shape + 1))
    total = term = mpf(1)
    k = 1
    while term > mpf(10) ** -38 * total:
        term *= x / (shape + k)
        total += term
        k += 1
    return front * total


out = []


def put(name, arguments, value):
    out.append(" ".join([name, *[repr(float(a)) for a in arguments], mp.nstr(value, 20)]))


for z in [0, 1e-10, 0.1, 1, 2.5, -3, 6, 12, 30]:
    put("normal", [z], mp.erfc(abs(mpf(z)) / mp.sqrt(2)))
for df in [0.5, 1, 2, 3.7, 10, 29, 100, 998, 1e5, 1e7]:
    for t in [0, 1e-6, 0.3, 1, 1.96, -4, 10, 37]:
        d, x = mpf(df), mpf(t) ** 2
        put("student", [t, df], beta(d / 2, mpf(1) / 2, d / (d + x)) if t else mpf(1))
for df in [0.5, 1, 2, 3, 7, 30, 101, 1000, 1e5, 1e6]:
    for share in [1e-4, 0.1, 0.5, 0.9, 0.99, 1, 1.01, 1.2, 2, 10]:
        if df < 1e4 or 0.9 < share < 1.1:
            put("chisquare", [df * share, df], above(mpf(df) / 2, mpf(df * share) / 2))
for dfnum, dfden in [(1, 1), (2, 3), (3, 20), (5, 2), (10, 100), (99, 4), (500, 700), (1, 1e6), (1e5, 1e5)]:
    for x in [1e-3, 0.2, 0.7, 0.99, 1, 1.05, 1.5, 3, 20]:
        if dfnum < 1e4 or 0.9 < x < 1.1:
            a, b = mpf(dfnum), mpf(dfden)
            put("fisher", [x, dfnum, dfden], beta(b / 2, a / 2, b / (b + a * mpf(x))))
(pathlib.Path(__file__).parent / "special_values.data").write_text("\n".join(out) + "\n")
