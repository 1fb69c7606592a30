#!/usr/bin/env python3
"""cask eval, help and info: what they print, and in which format they save."""
import json
import os
import pathlib
import pty
import re
import struct
import subprocess
import zlib

from cases import CASK, COADS, WINDS, check, finish, folder, prints, run

# As Python and NumPy print at a prompt; values by NumPy 1.24.
prints("2", "1+1")
# Real data, with the answers of netCDF4 and NumPy in float64.
prints("18.0953416139", "round(float(da.nanmean(t)), 10)", f"t=da.from_netcdf('{COADS}', 'SST').astype('f8')")
prints("(-2.0, 29.507777214)", "(float(da.nanmin(a)), round(float(da.nanmax(a)), 9))",
       f"t=da.from_netcdf('{COADS}', 'SST').astype('f8')", "a=da.nanmean(t, axis=0)")
prints("(-12.142, 8.609)", "(round(float(d.min()), 3), round(float(d.max()), 3))", f"u=da.from_netcdf('{WINDS}', 'UWND')",
       f"v=da.from_netcdf('{WINDS}', 'VWND')", "w=np.sqrt(u**2 + v**2)", "d=w[6::12].mean(axis=0) - w[0::12].mean(axis=0)")
prints("0.30000000000000004", "0.1 + 0.2")
prints("'it''s'".replace("''", ""), "'it' 's'")
prints("\"it's\"", "\"it's\"")
prints("[1, (2, 3), {'a': None}]", "[1, (2, 3), {'a': None}]")
prints("True", "1 < 2")
prints("(1+2j)", "1 + 2j")
prints("array([0, 1, 2])", "da.arange(3, chunks=2)")
prints("array([1.  , 0.5 , 0.25])", "0.5 ** da.arange(3, chunks=2)")
prints("array([[0, 1],\n       [2, 3]])", "arange(4, chunks=2).reshape((2, 2))")
prints("array([ True, False])", "da.arange(2, chunks=1) < 1")
prints("array([], dtype=float64)", "da.zeros(0, chunks=1)")
prints("array([1., 1.], dtype=float32)", "da.ones(2, chunks=1, dtype='f4')")
prints("array([0, 1, 2], dtype=uint8)", "da.arange(3, chunks=2, dtype='u1')")
prints("array([   0,    1,    2, ..., 1997, 1998, 1999])",
       "da.arange(2000, chunks=100)")
prints("1605", "(arange(15, chunks=(5,)) + 100).sum()")
prints("4.5", "da.arange(10, chunks=3).mean()")
prints("((8, 8, 8), (3, 2, 3, 2))", "ones((20, 24), chunks=(5, 8))[::2].T.chunks")
prints("dtype('float64')", "da.ones(2, chunks=1).dtype")
# Bindings: left to right, before or behind the expression; options anywhere.
prints("5", "x + y", "x=2", "y=x+1")
prints("5", "x=2", "--threads", "1", "x + y", "y = x + 1")
prints("-3", "-x", "x=3")
prints("True", "x==3", "x=3")
prints("3", "--scheduler", "sync", "--memory-limit", "100MB", "da.arange(3, chunks=1).sum()")
for threads in (1, 2, 3, 8):
    prints("499999500000", f"--threads={threads}", "da.arange(1000000, chunks=9999).sum()")

status, out, err = run("--version")
check("version", status == 0 and re.fullmatch(r"cask \d+\.\d+\.\d+\n", out) and not err, (out, err))
status, out, err = run("--help")
check("help", status == 0 and "cask eval" in out, (out, err))
for name in ("eval", "info", "help"):
    status, out, err = run(name, "--help")
    check(f"{name} --help", status == 0 and out.startswith(f"usage: cask {name}") and not err, (out, err))
status, out, err = run("help")
check("help lists operations", status == 0 and all(f"{op}" in out for op in ("mean", "from_netcdf", "concatenate")), out[:300])
status, out, err = run("help", "mean")
check("help of one", status == 0 and "axis" in out and "mean" in out, (out, err))
status, out, err = run("help", "meen")
check("help of a misspelt one", status == 1 and "mean" in err, (out, err))

status, out, err = run("eval", "da.ones((400, 400), chunks=100).sum()", "--stats", "--progress")
check("stats", status == 0 and out == "160000.0\n" and re.search(r"\d s, .* read, .* chunks", err), (out, err))
check("no bar where nobody looks", "%" not in err, err)
try:
    master, terminal = pty.openpty()
except OSError:  # a machine without pseudo-terminals has nobody to show a bar to
    master = None
if master is not None:
    process = subprocess.Popen([CASK, "eval", "(da.arange(3 * 10**7, chunks=10**5) ** 1.5).sum()", "--progress"], stderr=terminal,
                               stdout=subprocess.DEVNULL)
    os.close(terminal)
    process.wait(60)
    check("a bar on a terminal", b"100%" in os.read(master, 65536))
    os.close(master)

status, out, err = run("info", WINDS)
check("info of NetCDF", status == 0 and all(s in out for s in ("UWND", "float32", "132", "73", "144", "M/S", "from_netcdf")), (out, err))
status, out, err = run("info", "/nonexistent", WINDS)
check("info goes on after a failure", status == 1 and "UWND" in out and "/nonexistent" in err, (out[:100], err))

X = "da.arange(6, chunks=4).reshape((2, 3)) / 2"
with folder() as name:
    here = pathlib.Path(name)

    def save(suffix, expression=X, *more):
        path = here / f"x{suffix}"
        status, out, err = run("eval", expression, "-o", path, *more)
        check(f"saving {suffix}", status == 0 and out == "" and path.exists(), (status, out, err))
        return path.read_bytes() if path.exists() else b""

    raw = save(".npy")
    size = struct.unpack_from("<H", raw, 8)[0] if len(raw) > 10 else 0
    check("npy", raw[:8] == b"\x93NUMPY\x01\x00" and (10 + size) % 64 == 0 and b"'<f8'" in raw[:10 + size]
          and struct.unpack_from("<6d", raw, 10 + size) == (0, .5, 1, 1.5, 2, 2.5), raw)
    check("json of an array", json.loads(save(".json") or "0") == [[0.0, 0.5, 1.0], [1.5, 2.0, 2.5]])
    check("json of a value", json.loads(save(".json", "{'a': (1, 2.0, None)}") or "0") == {"a": [1, 2.0, None]})
    check("json tells 3.0 from 3", save(".json", "[3, 3.0]").split() == b"[3, 3.0]".split())
    check("txt", bool(save(".txt")))
    rows = [line.split(",") for line in save(".csv").decode().split()]
    check("csv", [[float(x) for x in row] for row in rows[-2:]] == [[0, .5, 1], [1.5, 2, 2.5]], rows)
    check("nc", save(".nc")[:3] in (b"CDF", b"\x89HD"))
    check("h5", save(".h5")[:4] == b"\x89HDF")
    for suffix, opener in ((".npy", "da.from_npy('{}')"), (".nc", "da.from_netcdf('{}', 'x')"), (".h5", "da.from_hdf5('{}', '/x')")):
        path = here / f"x{suffix}"
        status, out, err = run("info", path)
        check(f"info of {suffix}", status == 0 and "float64" in out and "from_" in out, (out, err))
        opened = re.search(r"(?:da\.)?from_\w+\(.*\)", out)
        if opened:
            prints("array([[0. , 0.5, 1. ],\n       [1.5, 2. , 2.5]])", opened[0])
    raw = save(".png", X, "--cmap", "viridis", "--vmin", "0", "--vmax", "3", "--title", "a title", "--units", "m/s")
    check("png", raw[:8] == b"\x89PNG\r\n\x1a\n" and raw[-8:-4] == b"IEND" and zlib.crc32(b"IEND") == int.from_bytes(raw[-4:], "big"))
    fewer = sorted(p.name for p in here.iterdir())
    check("nothing else is left", fewer == sorted(f"x{s}" for s in (".npy", ".json", ".txt", ".csv", ".nc", ".h5", ".png")), fewer)
finish()
