#!/usr/bin/env python3
"""Lists of positions read from files what they need, and give what the same array in memory gives."""
import json
import random
import tempfile

from cases import check, finish, run

# Rows are large enough that two far apart are worth being read each by itself.
SHAPE, CHUNKS = (90, 240, 21), (40, 160, 21)
MEMORY = f"(da.arange({SHAPE[0] * SHAPE[1] * SHAPE[2]}, chunks=-1) * 7919 % 10007).reshape({SHAPE}).rechunk({CHUNKS}).astype('f8')"
FILES = {"plain.npy": f"da.from_npy('%s', chunks={CHUNKS})", "plain.nc3": f"da.from_netcdf('%s', 'data', chunks={CHUNKS})",
         "deflated.h5": f"da.from_hdf5('%s', '/x', chunks={CHUNKS})", "z.zarr": f"da.from_zarr('%s', chunks={CHUNKS})"}


def positions(r, length):
    """A list of few positions: in order, backwards or any, some twice, some evenly apart."""
    count = r.choice((1, 2, 3, 5, 9))
    found = [r.randrange(-length, length) for _ in range(count)]
    if r.random() < 0.3:
        found += [found[0]] * 2
    if r.random() < 0.6:
        found.sort(key=lambda i: i % length, reverse=r.random() < 0.3)
    if r.random() < 0.2:
        found = list(range(1, length, max(3, length // 4)))
    return found


def index(r, axes):
    """An index of so many axes with a list on one of them, and anything on the others."""
    listed, parts = r.randrange(len(axes)), []
    for axis, length in enumerate(axes):
        kind = r.choice(("all", "all", "slice", "number"))
        if axis == listed:
            parts.append(str(positions(r, length)))
        elif kind == "number" and len(axes) > 1:
            parts.append(str(r.randrange(length)))
        else:
            step = r.choice((1, 2, 3, -1, -2))
            parts.append(":" if kind == "all" else f"::{step}")
    return "[" + ", ".join(parts) + "]"


def expression(seed):
    r = random.Random(seed)
    text = "x" + r.choice(("", "", "[:, 3:30]", "[::-2]")) if seed % 3 else "(x * 2 + x[0])"
    text += index(r, (5, 5, 5)) if seed % 2 else index(r, (45, 27, 21))
    return text if seed % 5 else text + ".sum(axis=0)"


def seen(text):
    """The shape of an array, its sum, and its sum by places: whole numbers, so exact."""
    return f"(lambda y: (y.shape, float(y.sum()), float((y.ravel() * (np.arange(y.size) % 97)).sum())))(({text}).compute())"


with tempfile.TemporaryDirectory() as folder:
    for name in FILES:
        made = ("x", "-o", f"{folder}/{name}") if name[0] != "d" else (f"da.to_hdf5('{folder}/{name}', '/x', x, compression='gzip')",)
        status, out, err = run("eval", *made, f"x={MEMORY}")
        check(f"{name} is written", status == 0, err)
    every = "[" + ", ".join(seen(expression(seed)) for seed in range(60)) + "]"
    status, wanted, err = run("eval", every, f"x={MEMORY}")
    check("lists in memory", status == 0, err)
    for name, source in FILES.items():
        for more in ((), ("--threads", "1"), ("--set", "optimization.fuse.active=false")):
            status, out, err = run("eval", every, "x=" + source % f"{folder}/{name}", *more)
            check(f"lists of {name} {more}", status == 0 and out == wanted, (status, out[:300], err))

    def reads(text, name):
        status, out, err = run("explain", text, "x=" + FILES[name] % f"{folder}/{name}", "--json")
        check(f"explain {text}", status == 0, err)
        return sum(layer["bytes_read"] for layer in json.loads(out)["layers"])

    row = SHAPE[1] * SHAPE[2] * 8
    for text, name, rows in (("x[[2, 50, 81]]", "plain.npy", 3), ("(x * 2 + 1)[[2, 50, 81]]", "plain.nc3", 3), ("x[[1, 36, 35]]", "plain.npy", 3),
                             ("x[[3, 0, 1, 39]]", "plain.nc3", 4), ("x[[4, 7]]", "plain.npy", 2), ("x[[4, 5, 7]]", "plain.npy", 4)):
        check(f"{text} of {name} reads {rows} rows", reads(text, name) == rows * row, reads(text, name) / row)
    chunk = CHUNKS[0] * CHUNKS[1] * CHUNKS[2] * 8  # the file's chunks are these
    check("of a chunk all that is needed once", reads("x[[0, 5, 9, 17]]", "z.zarr") == 2 * chunk, (reads("x[[0, 5, 9, 17]]", "z.zarr"), chunk))
finish()
