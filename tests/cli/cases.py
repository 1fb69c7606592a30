"""What the tests of the command share: running it, and counting what passed."""
import os
import pathlib
import subprocess
import sys
import tempfile

CASK = str(pathlib.Path(sys.argv[1]).resolve())
WINDS = "/usr/share/ferret-vis/data/monthly_navy_winds.cdf"
COADS = "/usr/share/ferret-vis/data/coads_climatology.cdf"

_passed = 0
_failures = []


def run(*words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env=None, cwd=None, timeout=120, first=None):
    """Run cask, after `first` in its process; status, stdout and stderr as text."""
    done = subprocess.run([CASK, *map(str, words)], stdin=stdin, stdout=stdout, stderr=subprocess.PIPE, timeout=timeout,
                          env={**os.environ, **(env or {})}, cwd=cwd, preexec_fn=first)
    out = done.stdout.decode("utf-8", "replace") if done.stdout is not None else ""
    return done.returncode, out, done.stderr.decode("utf-8", "replace")


def check(what, good, seen=""):
    """Count one check; say what was seen if it is not good."""
    global _passed
    if good:
        _passed += 1
    else:
        _failures.append(what)
        print(f"{what}: {seen!r}")


def prints(expected, *words):
    """eval gives exactly this on stdout, nothing on stderr, status 0."""
    status, out, err = run("eval", *words)
    check(f"eval {words}", (status, out, err) == (0, expected + "\n", ""), (status, out, err[:300], "wants", expected))


def fails(kind, part, *words, status=1, **how):
    """The command fails so: class first, `part` in the message, at most three lines, no crash."""
    got, out, err = run(*words, **how)
    lines = err.splitlines()
    good = got == status and lines and lines[0].startswith(kind) and part in err and (status == 2 or len(lines) <= 3)
    check(f"{words}"[:300], good, (got, out[:200], err[:600], "wants", kind, part))
    return err


def folder():
    return tempfile.TemporaryDirectory(prefix="cask-test-")


def finish():
    print(f"{_passed} passed, {len(_failures)} failed")
    sys.exit(bool(_failures) or _passed == 0)
