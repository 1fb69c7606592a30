#!/usr/bin/env python3
"""The processes scheduler at the command line: the same answers, and what happens when somebody kills
a worker, stops it, or types Ctrl-C."""
import atexit
import os
import pathlib
import signal
import subprocess
import time

from cases import CASK, check, finish, folder, run

PROCESSES = {"CASK_SCHEDULER": "processes", "CASK_THREADS": "2"}
LONG = "da.sin(da.arange(4e9, chunks=4e6)).sum()"


def children(pid):
    try:
        return [int(word) for word in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def alive(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def at_work(pid):
    """Whether a process has computed for some time: what it did before its first task took less."""
    try:
        return int(pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11]) >= 5
    except (OSError, IndexError):
        return False


def start(*words):
    """A run in processes, once its workers are at work."""
    program = subprocess.Popen([CASK, "eval", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               env={**os.environ, **PROCESSES}, start_new_session=True)
    atexit.register(program.kill)
    until = time.monotonic() + 20
    while time.monotonic() < until and program.poll() is None:
        workers = children(program.pid)
        if len(workers) == 2 and all(map(at_work, workers)):
            break
        time.sleep(0.005)
    return program, children(program.pid)


def none_left(what, workers):
    until = time.monotonic() + 5
    while any(map(alive, workers)) and time.monotonic() < until:
        time.sleep(0.01)
    check(f"{what}: no worker is left", not any(map(alive, workers)), workers)


# The same answers, from files and into files, with matrix products.
with folder() as where:
    for name in ("m.h5", "m.nc", "m.npy"):
        status, out, err = run("eval", "-o", f"{where}/{name}", "da.arange(90000.0, chunks=9000).reshape((300, 300)) / 7")
        check(f"write {name}", status == 0, err)
    readers = ("da.from_hdf5('m.h5', 'data', chunks=(70, 90))", "da.from_netcdf('m.nc', 'data')", "da.from_npy('m.npy', chunks=50)")
    for reader in readers:
        text = f"({reader}.dot({reader}.T) - {reader}.mean(axis=0))[::3].sum(axis=1)"
        results = {}
        for scheduler in ("sync", "processes"):
            target = pathlib.Path(where, f"{scheduler}.npy")
            status, out, err = run("eval", "-o", target, text, cwd=where, env={**PROCESSES, "CASK_SCHEDULER": scheduler})
            check(f"{scheduler} {text}", status == 0, err)
            results[scheduler] = target.read_bytes() if target.exists() else scheduler
        check(f"equal, bit for bit: {text}", results["sync"] == results["processes"])
status, out, err = run("eval", "da.arange(10, chunks=2) // da.from_array([1, 'x'], chunks=1)", env=PROCESSES)
check("errors as ever", status == 1 and "Error" in err, (status, out, err))

# A worker is killed: an error that says which task died of what; nothing is left.
program, workers = start(LONG)
check("workers start", len(workers) == 2, workers)
for attempt in range(5):  # one that is between two tasks takes none with it, and is replaced
    victim = next((worker for worker in children(program.pid) if at_work(worker)), None)
    if victim:
        os.kill(victim, signal.SIGKILL)
    try:
        program.wait(timeout=10)
        break
    except subprocess.TimeoutExpired:
        pass
out, err = program.communicate(timeout=60)
check("kill -9 is an error", program.returncode == 1 and err.startswith(b"BrokenProcessPool: task (") and
      b"the worker process died of signal 9 (Killed" in err, (program.returncode, out, err))
none_left("kill -9", workers)

# A worker is stopped: it is told to go on.
text = "da.sin(da.arange(6e7, chunks=1e6)).sum()"
program, workers = start(text)
for worker in workers:
    os.kill(worker, signal.SIGSTOP)
out, err = program.communicate(timeout=60)
check("a stop is no end", (program.returncode, out, err) == (0, run("eval", text)[1].encode(), b""), (program.returncode, out, err))

# Ctrl-C, which all processes of a terminal get; a kill; a kill that cannot be caught.
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
    program, workers = start(LONG)
    begin = time.monotonic()
    if number == signal.SIGINT:
        os.killpg(program.pid, number)
    else:
        os.kill(program.pid, number)
    out, err = program.communicate(timeout=60)
    took = time.monotonic() - begin
    check(f"{number.name} ends it", program.returncode != 0 and b"BrokenProcessPool" not in err, (program.returncode, out, err))
    check(f"{number.name} ends it soon", took < (0.5 if "SANITIZED" not in os.environ else 5), took)
    none_left(number.name, workers)
    print(f"{number.name}: {took * 1000:.0f} ms")

finish()
