#!/usr/bin/env python3
"""Records what NumPy gives for every reduction, for kernel/reduce_test.c.

    tests/golden/record_reduce.py tests/golden

writes reduce_values.bin: arrays ("array KEY DTYPE SHAPE BYTES", then the elements; "noise KEY DTYPE
SHAPE DIVISOR OFFSET" for large ones that noise() makes), then results ("result KIND SKIP AXES
ARGUMENT DDOF KEY DTYPE STEP BYTES": every STEP-th element; AXES has a digit for each axis, 1 where it
is reduced; ARGUMENT is dtype= or -).
"""
import itertools
import pathlib
import sys
import warnings

import numpy as np

warnings.simplefilter("ignore")
np.seterr(all="ignore")
KINDS = "sum prod min max any all mean var std argmin argmax count".split()
ARRAYS = {}
SMALL = ["small" + letter for letter in "?bhilefdFD"]  # whose products no float overflows
NOISE = [("wide", "<f8", (3, 7000), 3, 0), ("widei", "<i4", (3, 7000), 1, 0),
         ("widef", "<f4", (3, 7000), 3, 1000), ("tall", "<f8", (7000, 3), 7, 0),
         ("tallb", "|i1", (3000, 7), 40, 0), ("middle", "<f8", (10, 300, 7), 9, 0),
         ("band", "<f8", (4, 9000), 11, 0)]


def noise(shape, divisor, offset):
    i = np.arange(np.prod(shape))
    return ((i * 7919 % 10007 - 5000) / divisor + offset).reshape(shape)


def build():
    whole = (np.arange(60) * 37 % 53 - 20).reshape(3, 4, 5)
    for code in "?bBhHiIlLefdFD":
        ARRAYS["small" + code] = whole.astype(code)
    for code in "efdFD":
        holes = whole.astype(code) / 8
        holes[0, 1, 2] = holes[2, :, 3] = holes[1, 0, 0] = np.nan
        ARRAYS["holes" + code] = holes
    ARRAYS["holesc"] = ARRAYS["holesD"] + 1j * whole
    ties = whole % 4
    ARRAYS["ties"] = ties.astype("i2")
    for code in ("M8[s]", "m8[h]"):
        times = whole.astype("i8").astype(code)
        ARRAYS["times" + code] = times
        times = times.copy()
        times[1, 2, 3] = times[:, 0, 0] = "NaT"
        ARRAYS["nats" + code] = times
    for key, code, shape, divisor, offset in NOISE:
        ARRAYS[key] = noise(shape, divisor, offset).astype(code)
    ARRAYS["huge"] = np.array([1e16, 1.0, -1e16, 3.0] * 2000)
    ARRAYS["ends"] = np.array([1.0, np.inf, 2.0, -np.inf, 5.0])
    ARRAYS["inf"] = np.array([1.0, np.inf, 2.0])
    ARRAYS["nans"] = np.array([[np.nan, np.nan], [np.nan, 1.0]])
    ARRAYS["none"] = np.zeros((0, 3))
    ARRAYS["scalar"] = np.array(7)


def reduce(kind, skip, array, axes, dtype, ddof):
    if kind == "count":
        return np.asarray(np.count_nonzero(array, axis=axes))
    function = getattr(np, ("nan" if skip else "") + kind)
    arguments = {"axis": axes}
    if dtype:
        arguments["dtype"] = dtype
    if kind in ("var", "std"):
        arguments["ddof"] = ddof
    if kind in ("argmin", "argmax"):
        if len(axes) == array.ndim:
            arguments["axis"] = None
        elif len(axes) == 1:
            arguments["axis"] = axes[0]
        else:
            raise TypeError
    return np.asarray(function(array, **arguments))


def main(target):
    build()
    with open(target / "reduce_values.bin", "wb") as file:
        for key, code, shape, divisor, offset in NOISE:
            file.write(f"noise {key} {code} {'x'.join(map(str, shape))} {divisor} {offset}\n".encode())
        for key, array in ARRAYS.items():
            if any(key == row[0] for row in NOISE):
                continue
            shape = "x".join(map(str, array.shape)) or "0d"
            file.write(f"array {key} {array.dtype.str} {shape} {array.nbytes}\n".encode()
                       + array.tobytes() + b"\n")
        for key, array in ARRAYS.items():
            masks = itertools.product((0, 1), repeat=array.ndim)
            for kind, mask, skip in itertools.product(KINDS, list(masks), (0, 1)):
                axes = tuple(i for i, m in enumerate(mask) if m)
                if (not axes and array.ndim) or (skip and kind in ("any", "all", "count")):
                    continue
                if kind == "prod" and array.dtype.kind == "f" and array.size > 100:
                    continue  # overflows, in an order of its own
                options = [("", 0)]
                if kind in ("var", "std"):
                    options.append(("", 1))
                if kind in ("sum", "mean", "prod") and key in SMALL:
                    options += [("<f4", 0), ("<i8", 0), ("<c16", 0)]
                for dtype, ddof in options:
                    try:
                        out = reduce(kind, skip, array, axes, dtype, ddof)
                    except (TypeError, ValueError):
                        continue
                    digits = "".join(map(str, mask)) or "-"
                    step = -(-out.size // 64) or 1
                    some = np.ascontiguousarray(out.reshape(-1)[::step])
                    file.write(f"result {kind} {skip} {digits} {dtype or '-'} {ddof} {key} "
                               f"{out.dtype.str} {step} {some.nbytes}\n".encode()
                               + some.tobytes() + b"\n")


main(pathlib.Path(sys.argv[1]))
