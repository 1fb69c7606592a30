#!/usr/bin/env python3
"""Records what NumPy gives for every element-wise operation, for kernel/ufunc_test.c.

    tests/golden/record_ufunc.py tests/golden

writes ufunc_values.bin (results on edge values of every type; a line of text, then raw elements)
and ufunc_types.txt (the type of the result for every pair of types, and with Python scalars).
"""
import itertools
import pathlib
import sys

import numpy as np

np.seterr(all="ignore")
LETTERS = "?bBhHiIlLefdFD"
SCALARS = [True, 3, -3, 200, 300, -300, 70000, 3000000000, 2.5, 1e6, 1e300, 1j]
UNARY = """negative positive absolute fabs sign sqrt square cbrt reciprocal exp exp2 expm1 log log2
log10 log1p sin cos tan arcsin arccos arctan sinh cosh tanh arcsinh arccosh arctanh deg2rad rad2deg
sinc i0 logical_not invert isfinite isinf isnan isneginf isposinf signbit spacing rint floor ceil
trunc fix conjugate real imag angle isreal iscomplex nan_to_num""".split()
BINARY = """add subtract multiply divide floor_divide remainder fmod power float_power logaddexp
logaddexp2 arctan2 hypot maximum minimum fmax fmin greater greater_equal less less_equal equal
not_equal logical_and logical_or logical_xor bitwise_and bitwise_or bitwise_xor left_shift
right_shift copysign nextafter heaviside gcd lcm""".split()
PARTS = {"modf_fraction": (np.modf, 0), "modf_integer": (np.modf, 1),
         "frexp_mantissa": (np.frexp, 0), "frexp_exponent": (np.frexp, 1)}
# Results that go through a mathematical library: compared within a tolerance.
NEAR = set("""cbrt exp exp2 expm1 log log2 log10 log1p sin cos tan arcsin arccos arctan sinh cosh tanh
arcsinh arccosh arctanh sinc i0 power float_power logaddexp logaddexp2 arctan2 hypot angle absolute
sqrt divide reciprocal deg2rad rad2deg""".split())
TIMES = ["M8[s]", "M8[D]", "m8[s]", "m8[h]", "m8"]


def function(name):
    if name in PARTS:
        whole, part = PARTS[name]
        return lambda x: whole(x)[part]
    return getattr(np, name)


def edges(key):
    code, _, purpose = key.partition(":")
    dtype = np.dtype(code)
    if purpose == "power":
        return np.array([0, 1, 2, 3, 5, 9], dtype)
    if purpose == "shift":
        bits = 8 * dtype.itemsize
        return np.array([0, 1, 3, bits - 1, bits, 100], "i8").astype(dtype)
    if purpose == "ldexp":
        return np.array([0, 1, -1, 3, -30, 2000, -2000], dtype)
    if purpose == "finite":
        return np.array([0, 1j, -1, 2 - 1j, 3 - 4j], dtype)
    if dtype.kind == "b":
        return np.array([False, True])
    if dtype.kind in "iu":
        info = np.iinfo(dtype)
        values = [0, 1, 2, 3, 7, 13, info.max, info.max - 1, info.min]
        return np.array(values + ([-1, -2, -7, info.min + 1] if dtype.kind == "i" else []), dtype)
    if dtype.kind == "f":
        info = np.finfo(dtype)
        return np.array([0.0, -0.0, 1, -1, 2.5, -2.5, 0.3, -7, 3, 10, 700, -700, np.nan, np.inf, -np.inf,
                         info.max, info.tiny, -info.tiny / 2], dtype)
    if dtype.kind == "c":
        return np.array([0, 1, -1, 1j, -1j, 1 + 2j, -2.5 + 0.5j, 3 - 4j, complex(1, np.nan),
                         complex(np.inf, 1), complex(0, -np.inf), complex(-0.5, -0.0)], dtype)
    if dtype.kind == "M":
        return np.array(["1970-01-01", "2000-02-29", "1969-12-31", "NaT"], dtype)
    if dtype.kind == "m":
        return np.array([0, 1, -1, 7, -7, 100, "NaT"], dtype)
    raise ValueError(key)


def values(out):
    keys = [np.dtype(c).str for c in LETTERS + "MmM" if c not in "Mm"]
    keys += [np.dtype(t).str for t in TIMES]
    used, records = {}, []

    def record(name, *inputs):
        arrays = [edges(k) for k in inputs]
        for k, a in zip(inputs, arrays):
            used[k] = a
        grid = np.ix_(*[np.arange(len(a)) for a in arrays])
        try:
            result = function(name)(*[a[g] for a, g in zip(arrays, grid)])
        except TypeError:
            return
        result = np.ascontiguousarray(result)
        if result.dtype == object:
            return
        near = name in NEAR and result.dtype.kind in "fc"
        records.append((f"{name} {result.dtype.str} {'near' if near else 'exact'} {len(inputs)} "
                        + " ".join(inputs), result.tobytes()))

    for name in UNARY + list(PARTS):
        for key in keys:
            if name not in ("i0", "imag", "isreal", "iscomplex") or np.dtype(key).kind not in "Mm":
                record(name, key)
    record("isnat", "<M8[s]"), record("isnat", "<m8[h]")
    for name in BINARY:
        for key in keys:
            kind = np.dtype(key).kind
            second = key
            if name == "power" and kind in "iu":
                second = key + ":power"
            if name.endswith("_shift") and kind in "iu":
                second = key + ":shift"
            if kind not in "Mm":
                record(name, key, second)
    times = [np.dtype(t).str for t in TIMES] + ["<i8", "<f8", "|b1"]
    for name, (a, b) in itertools.product(BINARY, itertools.product(times, times)):
        if np.dtype(a).kind in "Mm" or np.dtype(b).kind in "Mm":
            record(name, a, b)
    for key in ("<f2", "<f4", "<f8"):
        record("ldexp", key, "<i8:ldexp")
    for key in keys:
        record("where", "|b1", key, key)
        if np.dtype(key).kind not in "Mm":
            bound = key + ":finite" if np.dtype(key).kind == "c" else key
            record("clip", key, bound, bound)
    with open(out, "wb") as file:
        for key, array in used.items():
            file.write(f"edges {key} {len(array)}\n".encode() + array.tobytes() + b"\n")
        for line, data in records:
            file.write(f"{line} {len(data)}\n".encode() + data + b"\n")


def letter(name, *operands):
    try:
        result = function(name)(*operands)
    except (TypeError, ValueError):
        return "-"
    return np.asarray(result).dtype.char.replace("q", "l").replace("Q", "L")


def types(out):
    ones = [np.ones(0, c) for c in LETTERS]  # no values, so that only types count
    with open(out, "w") as file:
        for name in UNARY + list(PARTS) + ["isnat"]:
            file.write(name + " 1 " + "".join(letter(name, x) for x in ones) + "\n")
        for name in BINARY + ["ldexp"]:
            file.write(name + " 2 " + "".join(letter(name, x, y) for x in ones for y in ones)
                       + " " + "".join(letter(name, x, s) for x in ones for s in SCALARS)
                       + " " + "".join(letter(name, s, x) for x in ones for s in SCALARS) + "\n")


target = pathlib.Path(sys.argv[1])
values(target / "ufunc_values.bin")
types(target / "ufunc_types.txt")
