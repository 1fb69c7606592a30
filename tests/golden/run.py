#!/usr/bin/env python3
"""Compare `cask eval` with the values recorded from Dask and NumPy (scripts/record-golden).

  run.py CASK [AREA...]      one line for each difference, last `N passed, M failed`

Arrays must agree in dtype and shape, and in every element: exactly, but floats within a few units of
their type's precision. Errors must have Python's class (or a builtin base of it) and status 1.
"""
import ast
import concurrent.futures
import json
import math
import os
import pathlib
import struct
import subprocess
import sys
import tempfile

GOLDEN = pathlib.Path(__file__).resolve().parent
TOLERANCE = {"f2": 2e-3, "f4": 2e-6, "f8": 1e-12, "c8": 2e-6, "c16": 1e-12}
JOBS = 2


def read_npy(path):
    """dtype, shape and elements in C order of an .npy file; dates as integers."""
    raw = path.read_bytes()
    if raw[:6] != b"\x93NUMPY":
        raise ValueError("not an .npy file")
    size, start = (struct.unpack_from("<H", raw, 8)[0], 10) if raw[6] == 1 else (struct.unpack_from("<I", raw, 8)[0], 12)
    header = ast.literal_eval(raw[start:start + size].decode("latin1"))
    dtype, shape, data = header["descr"], tuple(header["shape"]), raw[start + size:]
    count = math.prod(shape)
    kind, width = dtype[1], dtype[2:].split("[")[0]
    if kind in "SU":
        step = int(width) * (4 if kind == "U" else 1)
        cells = [data[i * step:(i + 1) * step] for i in range(count)]
        items = [c.decode("utf-32-le" if kind == "U" else "latin1").rstrip("\0") for c in cells]
    else:
        code = {"b1": "?", "i1": "b", "u1": "B", "i2": "h", "u2": "H", "i4": "i", "u4": "I", "i8": "q", "u8": "Q",
                "f2": "e", "f4": "f", "f8": "d", "c8": "f", "c16": "d", "M8": "q", "m8": "q"}[kind + width]
        many = count * (2 if kind == "c" else 1)
        items = list(struct.unpack(f"<{many}{code}", data))
        if kind == "c":
            items = [list(pair) for pair in zip(items[::2], items[1::2])]
    if header["fortran_order"] and len(shape) > 1:
        raise ValueError("in Fortran order")
    return dtype, list(shape), items


def close(got, want, tolerance):
    if isinstance(want, list) and isinstance(got, list):
        if len(got) == 2 == len(want) and all(isinstance(x, (int, float)) for x in got + want):
            got, want = complex(*got), complex(*want)  # relative to the whole number, not its parts
            if math.isfinite(abs(want)):
                return abs(got - want) <= tolerance * abs(want) + 1e-15
            got, want = [got.real, got.imag], [want.real, want.imag]
        return len(got) == len(want) and all(close(g, w, tolerance) for g, w in zip(got, want))
    if isinstance(want, str) and want in ("nan", "inf", "-inf"):
        want = float(want)
    if isinstance(want, float) and isinstance(got, (int, float)):
        if math.isnan(want) or math.isnan(got):
            return math.isnan(want) and math.isnan(got)
        if math.isinf(want) or math.isinf(got):
            return want == got
        return abs(got - want) <= tolerance * abs(want) + (tolerance if tolerance > 1e-9 else 1e-15)
    return type(got) is type(want) and got == want


def same(got, want):
    """Plain values: containers alike, ints and floats told apart, floats to 1e-12."""
    if isinstance(want, list):
        return isinstance(got, list) and len(got) == len(want) and all(same(g, w) for g, w in zip(got, want))
    if isinstance(want, dict):
        return isinstance(got, dict) and got.keys() == want.keys() and all(same(got[k], want[k]) for k in want)
    if want == "nan" and got is None:
        return True
    if want in ("nan", "inf", "-inf") and isinstance(got, float):
        return close(got, want, 1e-12)
    return type(got) is type(want) and close(got, want, 1e-12)


def run(cask, line, want, folder, number):
    """None if all is well, else what is not."""
    array = "array" in want
    out = folder / f"{number}.{'npy' if array else 'json'}"
    try:
        done = subprocess.run([cask, "eval", "-o", str(out), "--", *line.split("\t")],
                              capture_output=True, timeout=60, stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        return "took more than 60 s"
    message = done.stderr.decode("utf-8", "replace")
    first = message.splitlines()[0] if message else ""
    if "error" in want:
        accepted = set(want["error"]) - {"Exception"}
        if done.returncode != 1:
            return f"status {done.returncode}, not 1; wants {want['error'][0]}; says {first!r}"
        if out.exists():
            return "left a file in spite of the error"
        if len(message.splitlines()) > 3:
            return "more than three lines of message"
        if accepted & {"ValueError", "IndexError"}:
            accepted.add("AxisError")  # which is both
        return None if first.split(":")[0] in accepted else f"wants {want['error'][0]}; says {first!r}"
    if done.returncode != 0:
        return f"status {done.returncode}: {first}"
    if not array:
        got = json.loads(out.read_text())
        return None if same(got, want["value"]) else f"gives {got!r}, wants {want['value']!r}"
    want = want["array"]
    dtype, shape, items = read_npy(out)
    if dtype != want["dtype"] or shape != want["shape"]:
        return f"is {dtype} {shape}, wants {want['dtype']} {want['shape']}"
    tolerance = TOLERANCE.get(dtype[1:], 0.0)
    bad = [i for i, (g, w) in enumerate(zip(items, want["data"])) if not close(g, w, tolerance)]
    return f"element {bad[0]} is {items[bad[0]]!r}, wants {want['data'][bad[0]]!r}" if bad else None


def main():
    cask, areas = sys.argv[1], sys.argv[2:]
    cases = [(file.stem, line, want) for file in sorted(GOLDEN.glob("*.json")) if not areas or file.stem in areas
             for line, want in json.loads(file.read_text()).items()]
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # hundreds of short runs: threads only cost
    failed = 0
    with tempfile.TemporaryDirectory() as name, concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        folder = pathlib.Path(name)
        results = pool.map(lambda c: run(cask, c[1][1], c[1][2], folder, c[0]), enumerate(cases))
        for (area, line, _), bad in zip(cases, results):
            if bad:
                failed += 1
                print(f"{area}: {line!r}: {bad}")
    print(f"{len(cases) - failed} passed, {failed} failed")
    sys.exit(failed > 0 or not cases)


main()
