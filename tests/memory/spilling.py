#!/usr/bin/env python3
"""What becomes of spilling when the disk is full, and when the command is killed or interrupted in its midst.

  spilling.py CASK
"""
import contextlib
import os
import pathlib
import resource
import signal
import subprocess
import sys
import tempfile
import time

CASK = str(pathlib.Path(sys.argv[1]).resolve())
LIMIT = 20_000_000
ROWS = 4096  # 128 MB, in 64 blocks of rows


def work(rows):
    return ["eval", "abs(y - y[::-1]).sum()", f"y=da.ones(({rows}, {ROWS}), chunks=({ROWS // 64}, {ROWS})).cumsum(axis=0)",
            "--memory-limit", str(LIMIT), "--threads", "2"]


ANSWER = ROWS * sum(abs(2 * i + 1 - ROWS) for i in range(ROWS))
passed = failed = 0


def check(what, good, seen=""):
    global passed, failed
    passed += bool(good)
    failed += not good
    if not good:
        print(f"{what}: {seen}")


@contextlib.contextmanager
def small_disk(size):
    """A folder on a disk of that many bytes, and what a process must do to find it so small."""
    with tempfile.TemporaryDirectory(prefix="cask-small-") as folder:
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "cask-test", folder], capture_output=True).returncode == 0
        try:
            yield folder, (lambda: None) if mounted else (lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)))
        finally:
            if mounted:
                subprocess.run(["umount", folder], check=True)


def run(folders, confine=lambda: None, more=()):
    done = subprocess.run([CASK, *work(ROWS), "--set", f"spill.directory=[{', '.join(folders)}]", *more], capture_output=True, text=True,
                          preexec_fn=confine, timeout=300)
    return done.returncode, done.stdout, done.stderr


def right(status, out):
    try:
        return status == 0 and float(out) == ANSWER
    except ValueError:
        return False


def begin(folder, written=30_000_000):
    """A run that has written so many bytes already, and has far more to write."""
    process = subprocess.Popen([CASK, *work(8 * ROWS), "--set", f"spill.directory={folder}", "--set", "spill.compression=none"],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    until = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < until:
        counts = dict(line.split(": ") for line in pathlib.Path(f"/proc/{process.pid}/io").read_text().splitlines())
        if int(counts["wchar"]) > written:
            return process
        time.sleep(0.0005)
    check("a run spills", False, process.communicate())
    return None


with tempfile.TemporaryDirectory(prefix="cask-spill-") as roomy:
    status, out, err = run([roomy])
    check("spilling works", right(status, out), (status, out, err))
    check("it leaves nothing behind", not os.listdir(roomy), os.listdir(roomy))

    status, out, err = run([roomy, "/nowhere/at/all"])
    check("a folder that is not needed need not be there", right(status, out), (status, out, err))
    status, out, err = run(["/nowhere/at/all", roomy])
    check("nor the first one", right(status, out), (status, out, err))
    status, out, err = run(["/nowhere/at/all"])
    check("no folder is an error that names it", status == 1 and "/nowhere/at/all" in err and "OSError" in err, (status, out, err))

    # A disk that fills: the next one takes over, or it is said that there is no space.
    with small_disk(8 << 20) as (small, confine):
        status, out, err = run([small], confine, ["--set", "spill.compression=none"])
        check("a full disk is an error that names it", status == 1 and small in err and ("No space" in err or "too large" in err), (status, out, err))
        check("a full disk is left empty", not os.listdir(small), os.listdir(small))
        if os.path.ismount(small):
            status, out, err = run([small, roomy], confine, ["--set", "spill.compression=none"])
            check("after a full disk the next is used", right(status, out), (status, out, err))
            check("both are left empty", not os.listdir(small) and not os.listdir(roomy), (os.listdir(small), os.listdir(roomy)))

    process = begin(roomy)
    if process:
        process.kill()
        process.communicate()
        check("a killed run leaves nothing", not os.listdir(roomy), os.listdir(roomy))

    process = begin(roomy)
    if process:
        start = time.monotonic()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        seconds = time.monotonic() - start
        print(f"interrupted after {seconds * 1000:.0f} ms")
        check("an interrupted run says so", process.returncode == 130 and not out, (process.returncode, out, err))
        check("and soon", seconds < 2, seconds)  # the rest of its work takes longer
        check("and leaves nothing", not os.listdir(roomy), os.listdir(roomy))
print(f"{passed} passed, {failed} failed")
sys.exit(failed > 0)
