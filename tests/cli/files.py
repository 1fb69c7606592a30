#!/usr/bin/env python3
"""Bad input and bad output: one clear line, status 1, and no file left half written."""
import os
import pathlib
import struct
import subprocess

from cases import CASK, WINDS, check, fails, finish, folder, run

with folder() as name:
    here = pathlib.Path(name)
    (here / "empty.nc").write_bytes(b"")
    (here / "empty.npy").write_bytes(b"")
    (here / "empty.h5").write_bytes(b"")
    (here / "text.nc").write_text("this is no data\n" * 10)
    good = pathlib.Path(WINDS).read_bytes()
    (here / "head.nc").write_bytes(good[:200])
    (here / "half.nc").write_bytes(good[:len(good) // 2])
    X = "da.arange(10000, chunks=1000) * 0.5"
    for suffix in ("npy", "h5", "nc"):
        path = here / f"whole.{suffix}"
        status, out, err = run("eval", X, "-o", path)
        check(f"write {suffix}", status == 0, err)
        raw = path.read_bytes() if path.exists() else b"x" * 100
        (here / f"cut.{suffix}").write_bytes(raw[:len(raw) * 2 // 3])

    # Reading what is not there or not what it says.
    OPEN = {".nc": "da.from_netcdf('{}', 'UWND').sum()", ".h5": "da.from_hdf5('{}', '/x').sum()", ".npy": "da.from_npy('{}').sum()"}
    for suffix, text in OPEN.items():
        fails("FileNotFoundError", "missing", "eval", text.format(f"{here}/missing{suffix}"))
        fails("", "", "eval", text.format(here))
        fails("", f"empty{suffix}", "eval", text.format(f"{here}/empty{suffix}"))
        fails("", f"cut{suffix}", "eval", text.format(f"{here}/cut{suffix}").replace("UWND", "x"))
        fails("", "", "eval", text.format(f"{here}/text.nc"))
    fails("", "head.nc", "eval", OPEN[".nc"].format(f"{here}/head.nc"))
    fails("", "half.nc", "eval", OPEN[".nc"].format(f"{here}/half.nc"))
    err = fails("KeyError", "UWND", "eval", f"da.from_netcdf('{WINDS}', 'WIND')")
    check("the variables that there are", "VWND" in err, err)
    fails("FileNotFoundError", "none", "eval", f"da.from_netcdf('{here}/none*.nc', 'x')")
    for path in (here, here / "empty.nc", here / "text.nc", here / "missing"):
        fails("", path.name, "info", path)

    # Writing where that cannot be: the file that was there stays as it was.
    fails("FileNotFoundError", "nowhere", "eval", "da.ones(3, chunks=1)", "-o", here / "nowhere/x.npy")
    (here / "folder.npy").mkdir()
    fails("IsADirectoryError", "folder.npy", "eval", "da.ones(3, chunks=1)", "-o", here / "folder.npy")
    fails("ValueError", ".npy", "eval", "da.ones(3, chunks=1)", "-o", here / "x.nosuch")
    fails("ValueError", "not 4", "eval", "da.ones((2, 2, 2, 2), chunks=1)", "-o", here / "x.png")
    fails("", "nosuch", "eval", "da.ones((3, 3), chunks=1)", "-o", here / "x.png", "--cmap", "nosuch")
    before = sorted(os.listdir(here))
    old = here / "whole.npy"
    content = old.read_bytes()
    for suffix in ("npy", "h5", "nc", "csv", "json", "txt", "png"):
        target = here / f"late.{suffix}"
        # The last chunk of a column fails, when others may have been written already.
        fails("", "", "eval", f"da.concatenate([da.ones((9, 4), chunks=3), da.from_npy('{here}/cut.npy')[:4].reshape((1, 4)) * 1, "
              f"da.from_npy('{here}/cut.npy')[9996:].reshape((1, 4))])", "-o", target)
        check(f"no {suffix} after an error", not target.exists())
    fails("", "", "eval", f"da.from_npy('{here}/cut.npy') + 1", "-o", old)
    check("an older file is kept", old.read_bytes() == content)
    status, out, err = run("eval", f"da.from_npy('{old}') + 1", "-o", old)
    check("a file may be its own source", status == 0 and len(old.read_bytes()) == len(content), (status, err))
    check("nothing else is left", sorted(os.listdir(here)) == before, sorted(os.listdir(here)))

    # A limit on the size of files stands for a full disk.
    for suffix in ("npy", "h5", "nc", "csv", "png"):
        target = here / f"full.{suffix}"
        shape = "((300, 300), chunks=100)"
        done = subprocess.run(["/bin/sh", "-c", 'ulimit -f 8; trap "" XFSZ; exec "$0" "$@"', CASK, "eval", f"da.ones{shape} * da.arange(300, chunks=90)",
                               "-o", str(target)], capture_output=True, timeout=60)
        lines = done.stderr.decode().splitlines()
        small = suffix == "png" and done.returncode == 0
        check(f"full disk, {suffix}", small or (done.returncode == 1 and 1 <= len(lines) <= 3 and not target.exists()), (done.returncode, lines))
    left = [n for n in os.listdir(here) if n not in before and not n.startswith("full.png")]
    check("nothing is left of them", not left, left)
    if os.geteuid() != 0:
        here.chmod(0o555)
        fails("PermissionError", "", "eval", "1", "-o", here / "x.json")
        here.chmod(0o755)

# Standard output that fails is an error too.
with open("/dev/full", "wb") as full:
    status, _, err = run("eval", "da.arange(3, chunks=1)", stdout=full)
    check("full standard output", status == 1 and "No space left" in err, (status, err))
read, write = os.pipe()
os.close(read)
with os.fdopen(write, "wb") as closed:
    status, _, err = run("eval", "1 + 1", stdout=closed)
    check("closed pipe", status == 1 and err.startswith("BrokenPipeError"), (status, err))
done = subprocess.run(["/bin/sh", "-c", '"$0" eval 1+1 >&-', CASK], capture_output=True)
check("no standard output", done.returncode == 1 and b"Error" in done.stderr, done)

# Damaged headers: sizes that overflow are refused.
with folder() as name:
    here = pathlib.Path(name)
    raw = bytearray(good)
    for at in range(4, 400, 4):
        broken = bytearray(raw)
        struct.pack_into(">I", broken, at, 0xFFFFFFF0)
        (here / "x.nc").write_bytes(broken)
        status, out, err = run("eval", f"da.from_netcdf('{here}/x.nc', 'UWND')[0, 0].sum()", "--memory-limit", "200MB", timeout=60)
        check(f"damage at {at}", status in (0, 1) and len(err.splitlines()) <= 3, (status, err[:300]))
# Blocks in a chest: more than the limit, and values of a graph by their keys.
with folder() as where:
    status, out, err = run("eval", "da.ones((2000, 1000), chunks=500) + 1", "-o", f"{where}/x.chest", "--memory-limit", "10MB")
    blocks = sorted(pathlib.Path(where, "x.chest").glob("[!.]*"))
    check("blocks in a chest", status == 0 and out == "" and len(blocks) >= 8, (status, out, err, blocks))
    check("of their size", sum(b.stat().st_size for b in blocks) >= 16_000_000, blocks)
    status, out, err = run("eval", "5", "-o", f"{where}/y.chest")
    check("a number has no blocks", status == 1 and err.startswith("TypeError: a chest takes"), (status, err))
    pathlib.Path(where, "g.json").write_text('{"x": 1, "y": ["$inc", "x"]}')
    status, out, err = run("graph", "run", f"{where}/g.json", "x", "y", "-o", f"{where}/g.chest")
    check("a graph's values in a chest", status == 0 and {"x", "y"} <= {f.name for f in pathlib.Path(where, "g.chest").iterdir()}, err)
    status, out, err = run("graph", "run", f"{where}/g.json", "z", "-o", f"{where}/h.chest")
    check("keys that are not there", status == 1 and err.startswith("KeyError"), (status, err))

# A cache for what one command computes several times.
text = "[(x * x).sum().compute() for i in range(3)]"
status, out, err = run("eval", text, "x=da.arange(10, chunks=5)", "--cache", "10MB")
check("--cache", (status, out) == (0, "[285, 285, 285]\n"), (status, out, err))
status, out, err = run("eval", text, "x=da.arange(10, chunks=5)", "--cache", "much")
check("--cache takes a size", status == 2 and "--cache takes a size" in err, (status, err))

finish()
