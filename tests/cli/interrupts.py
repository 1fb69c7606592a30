#!/usr/bin/env python3
"""Ctrl-C and kill: heard at once whatever is going on, and what is left by who cannot hear is swept up."""
import os
import pathlib
import signal
import subprocess
import time

from cases import CASK, check, finish, folder

SLACK = 0.4 if "SANITIZED" not in os.environ else 5  # the promise is a tenth of a second; the machine may be busy

# in the evaluator, in values, in a task's expression, in one long task of a kernel or a library
LONG = [
    "sum([0 * x for x in range(10 ** 10)])",
    "sum(range(10 ** 12))",
    "all(x >= 0 for x in range(10 ** 12))",
    "(lambda f: f(f, 60, []) == f(f, 60, []))(lambda g, n, x: x if n == 0 else (lambda y: [y, y])(g(g, n - 1, x)))",
    "(lambda f: f(f, 60, []) < f(f, 60, []))(lambda g, n, x: x if n == 0 else (lambda y: [y, y])(g(g, n - 1, x)))",
    "hash((lambda f: f(f, 60, ()))(lambda g, n, x: x if n == 0 else (lambda y: (y, y))(g(g, n - 1, x))))",
    "delayed(lambda n: sum([0 * i for i in range(n)]))(10 ** 10)",
    "np.linalg.svd(np.random.random((3000, 3000)))[1].sum()",
    "da.ones((60000, 60000), chunks=2000).dot(da.ones((60000, 60000), chunks=2000)).sum()",
]
for text in LONG:
    for number in (signal.SIGINT, signal.SIGTERM):
        program = subprocess.Popen([CASK, "eval", text], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd="/")
        time.sleep(0.3)
        early = program.poll() is not None
        begin = time.monotonic()
        program.send_signal(number)
        out, err = program.communicate(timeout=60)
        took = time.monotonic() - begin
        check(f"{number.name}: {text}", not early and not out and program.returncode in (128 + number, -number), (program.returncode, out, err[:200]))
        check(f"{number.name} is heard soon: {text}", took < SLACK, took)
        check(f"{number.name} is told: {text}", number != signal.SIGINT or err.startswith(b"KeyboardInterrupt"), err[:200])

# A terminal that closes ends a run as Ctrl-C does: nothing is left, unless nohup lets it go on.
with folder() as name:
    write = "da.random.RandomState(1).normal(size=(20000, 1000), chunks=(100, 1000)).to_zarr('x.zarr')"
    program = subprocess.Popen([CASK, "eval", write], cwd=name, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    end = time.monotonic() + 20
    while not list(pathlib.Path(name).glob(".x.zarr.cask-*/*")) and time.monotonic() < end:
        time.sleep(0.005)
    program.send_signal(signal.SIGHUP)
    err = program.communicate(timeout=60)[1]
    check("a hang-up leaves nothing", program.returncode == 128 + signal.SIGHUP and not os.listdir(name), (program.returncode, err, os.listdir(name)))
    check("and says so in one line", err == b"KeyboardInterrupt: the computation was cancelled\n", err)

# A write that is killed leaves nothing under the name, and the next one removes what it left beside it.
with folder() as name:
    where = pathlib.Path(name)
    write = "da.random.RandomState(1).normal(size=(20000, 1000), chunks=(100, 1000)).to_zarr('x.zarr', overwrite=True)"
    program = subprocess.Popen([CASK, "eval", write], cwd=name, stdout=subprocess.DEVNULL)
    end = time.monotonic() + 20
    while not list(where.glob(".x.zarr.cask-*/*")) and time.monotonic() < end:
        time.sleep(0.005)
    program.kill()
    program.wait()
    left = [path.name for path in where.iterdir()]
    check("a kill leaves a hidden folder", len(left) == 1 and left[0].startswith(".x.zarr.cask-"), left)
    # what others write there stays: another machine's, another target's, a process that lives, one of another time
    pieces = left[0].split("-")
    living = pathlib.Path(f"/proc/{os.getpid()}/stat").read_text().rsplit(")", 1)[1].split()[19]
    kept = [".x.zarr.cask-00000000-" + "-".join(pieces[2:]), ".y.zarr.cask-" + "-".join(pieces[1:]),
            f"{pieces[0]}-{pieces[1]}-{os.getpid()}-{living}-0", ".x.zarr.cask-odd"]
    for path in kept:
        (where / path).mkdir()
    (where / f"{pieces[0]}-{pieces[1]}-{os.getpid()}-1-0").mkdir()
    done = subprocess.run([CASK, "eval", "da.ones(4, chunks=2).to_zarr('x.zarr')"], cwd=name, capture_output=True, timeout=60)
    check("the next write", done.returncode == 0, done)
    now = sorted(path.name for path in where.iterdir())
    check("sweeps up what it left, and nothing else", now == sorted([*kept, "x.zarr"]), now)

# The same of a file that has a hidden name while libhdf5 makes it.
with folder() as name:
    where = pathlib.Path(name)
    program = subprocess.Popen([CASK, "eval", "da.random.RandomState(1).normal(size=(40000, 1000), chunks=(100, 1000))", "-o", "x.h5"],
                               cwd=name, stdout=subprocess.DEVNULL)
    end = time.monotonic() + 20
    while not list(where.iterdir()) and time.monotonic() < end:
        time.sleep(0.005)
    program.kill()
    program.wait()
    left = [path.name for path in where.iterdir()]
    check("a kill leaves a hidden file", len(left) == 1 and left[0].startswith(".x.h5.cask-"), left)
    done = subprocess.run([CASK, "eval", "da.ones(4, chunks=2)", "-o", "x.h5"], cwd=name, capture_output=True, timeout=60)
    check("which the next write sweeps up", done.returncode == 0 and os.listdir(name) == ["x.h5"], (done, os.listdir(name)))
finish()
