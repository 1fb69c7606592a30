#!/usr/bin/env python3
"""Operations on random arrays in random chunks, beside a model of them in plain Python (naive.py): run.py CASK [SEED
[COUNT]]. Each chain of operations is computed by the scheduler for one thread without fusing, and by several threads
with it; what both give must be the same text, and the numbers those of the model. One in twenty goes by way of a file
too."""
import json
import math
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

import elementwise
import operations
import routines
from bases import base
from naive import Naive

CASK = str(pathlib.Path(sys.argv[1]).resolve())
SEED = int(sys.argv[2]) if len(sys.argv) > 2 else 1
COUNT = int(sys.argv[3]) if len(sys.argv) > 3 else 400
BATCH = 40
OPERATIONS = operations.OPERATIONS + elementwise.OPERATIONS + routines.OPERATIONS
WAYS = [["--scheduler", "sync", "--set", "optimization.fuse.active=false"], ["--threads", "3"]]


def chain(seed):
    r = random.Random(seed)
    text, a = base(r)
    for _ in range(r.randint(1, 5)):
        step = r.choice(OPERATIONS)(r, text, a)
        if step and math.prod(step[1].shape) <= 300 and all(abs(v) < 100 for v in step[1].items):
            text, a = step
            if a.rounded:  # what follows could tell rounding from rounding
                break
    return text, a


def same(x, y, within):
    if isinstance(x, list) or isinstance(y, list):
        return (isinstance(x, list) and isinstance(y, list) and len(x) == len(y) and
                all(same(i, j, within) for i, j in zip(x, y)))
    if isinstance(x, bool) != isinstance(y, bool) or isinstance(x, str):
        return False
    return abs(x - y) <= within * max(1, abs(y))


def agrees(x, case):
    half = "'f2'" in case[0] or (case[1].rounded and any(f"'{d}'" in case[0] for d in ("i1", "u1", "?")))
    return same(x, model(case[1]), 4e-3 if half else 2e-6)


def computed(cases, way):
    """The text of a JSON list, or of an error. A complex array is two: its parts."""
    names = [f"x{i}={text}" for i, (text, _) in enumerate(cases)]
    wanted = ", ".join(f"[da.real(x{i}), da.imag(x{i})]" if a.kind == "c" else f"x{i}" for i, (_, a) in enumerate(cases))
    done = subprocess.run([CASK, "eval", "-o", OUT, f"dask.compute({wanted})", *names, *way], capture_output=True, text=True,
                          timeout=300)
    return OUT.read_text() if done.returncode == 0 else done.stderr.splitlines()[0]


def stored(r, case, folder):
    """What is read from the file that the array is saved to; None where the format has no such arrays."""
    text, a = case
    if a.kind == "c":
        return None
    end, read = r.choice([("npy", "da.from_npy('{0}.npy')"), ("zarr", "da.from_zarr('{0}.zarr')"),
                          ("h5", "da.from_hdf5('{0}.h5')")])
    if end != "npy" and a.ndim == 0:
        return None
    path = str(folder / f"stored{r.randrange(10**9)}")
    saved = subprocess.run([CASK, "eval", "-o", f"{path}.{end}", "--", text], capture_output=True, text=True, timeout=300)
    if saved.returncode:
        return saved.stderr.splitlines()[0]
    done = subprocess.run([CASK, "eval", "-o", OUT, read.format(path)], capture_output=True, text=True, timeout=300)
    for left in folder.glob(pathlib.Path(path).name + "*"):
        shutil.rmtree(left) if left.is_dir() else left.unlink()
    return json.loads(OUT.read_text()) if done.returncode == 0 else done.stderr.splitlines()[0]


def model(a):
    if a.kind != "c":
        return a.tolist()
    return [Naive(a.shape, [part(complex(v)) for v in a.items], "f").tolist() for part in (lambda v: v.real, lambda v: v.imag)]


def check(seed, case, outs):
    results = [json.loads(out) if out.startswith("[") else out for out in outs]
    if repr(results[0]) == repr(results[1]) and len(results[0]) == 1 and agrees(results[0][0], case):
        return True
    print(f"seed {seed}: {case[0]}\n  one thread {outs[0]}\n  threads    {outs[1]}\n  model      {model(case[1])}")
    return False


failures = 0
with tempfile.TemporaryDirectory(prefix="cask-model-") as folder:
    OUT = pathlib.Path(folder, "out.json")
    for seed in range(SEED, SEED + COUNT, 20):
        case = chain(seed)
        found = stored(random.Random(seed), case, pathlib.Path(folder))
        if found is not None and not agrees(found, case):
            failures += 1
            print(f"seed {seed}, by way of a file: {case[0]}\n  read  {found}\n  model {model(case[1])}")
    for start in range(SEED, SEED + COUNT, BATCH):
        cases = [chain(seed) for seed in range(start, min(start + BATCH, SEED + COUNT))]
        outs = [computed(cases, way) for way in WAYS]
        if outs[0] == outs[1] and outs[0].startswith("[") and all(map(agrees, json.loads(outs[0]), cases)):
            continue
        for i, case in enumerate(cases):  # one by one, to see which
            failures += not check(start + i, case, [computed([case], way) for way in WAYS])
print(f"{COUNT - failures} passed, {failures} failed")
sys.exit(failures > 0)
