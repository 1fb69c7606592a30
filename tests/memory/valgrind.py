#!/usr/bin/env python3
"""Run the demo's job and others under valgrind: no invalid access, no leak.

  valgrind.py CASK      a build without sanitizers
"""
import pathlib
import subprocess
import sys
import tempfile

CASK = sys.argv[1]
WINDS = "/usr/share/ferret-vis/data/monthly_navy_winds.cdf"
# Libraries keep some memory until the process ends; what is reachable then is not lost.
VALGRIND = ["valgrind", "--quiet", "--leak-check=full", "--show-leak-kinds=definite,possible", "--errors-for-leak-kinds=definite",
            "--error-exitcode=99", "--fair-sched=yes"]


def jobs(folder):
    wind = [f"u=da.from_netcdf('{WINDS}', 'UWND')", f"v=da.from_netcdf('{WINDS}', 'VWND')", "w=np.sqrt(u**2 + v**2)"]
    diff = "w[6::12].mean(axis=0) - w[0::12].mean(axis=0)"
    yield 0, ["eval", diff, *wind, "-o", str(folder / "diff.png"), "--threads", "2"]
    yield 0, ["eval", diff, *wind, "-o", str(folder / "diff.nc")]
    yield 0, ["eval", f"({diff}).max()", *wind, "--scheduler", "sync"]
    yield 0, ["eval", "[str(x) for x in range(3)], {'a': (1, 2.5)}, (lambda x: x + 1)(2)"]
    yield 0, ["info", WINDS]
    yield 0, ["help"]
    yield 1, ["eval", "da.ones(3, chunks=2) + da.ones(4, chunks=2)"]
    yield 1, ["eval", f"da.from_netcdf('{WINDS}', 'nope')"]
    yield 1, ["eval", "[1, 2, (3"]


failed = 0
with tempfile.TemporaryDirectory() as name:
    done = list(jobs(pathlib.Path(name)))
    for wanted, words in done:
        result = subprocess.run([*VALGRIND, CASK, *words], capture_output=True, text=True)
        if result.returncode != wanted or "==" in result.stderr:
            failed += 1
            print(f"{words}: status {result.returncode}\n{result.stderr[-3000:]}")
print(f"{len(done) - failed} passed, {failed} failed")
sys.exit(bool(failed))
