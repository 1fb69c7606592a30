#!/usr/bin/env python3
"""The memory promise: work whose intermediates are ten times the limit ends, with the right answer, within it.

  budget.py CASK [--limit MB] [--only NAME] [--threads N]

Each workload is one `cask eval` or `cask graph run --memory-limit LIMIT` in a process of its own, under a hard limit of the
system (a control group of its own where that can be made, else RLIMIT_DATA). Its answer must be the known
one, and its resident memory at most the limit and 64 MB.
"""
import argparse
import contextlib
import json
import math
import os
import pathlib
import resource
import struct
import subprocess
import sys
import tempfile
import time

SLACK = 64 << 20
GROUPS = (("/sys/fs/cgroup", "memory.max"), ("/sys/fs/cgroup/memory", "memory.limit_in_bytes"))


def workloads(limit):
    """(name, expression with bindings, known answer); all large arrays have ten times `limit` bytes."""
    n = int(math.sqrt(10 * limit / 8)) // 64 * 64  # a square of them
    block, square = n // 64, n // 8
    tall, thin = n * 8, n // 8
    # Rows y[i, :] = i + 1, in blocks of rows, made by a running sum: not to be made twice.
    y = f"y=da.ones(({n}, {n}), chunks=({block}, {n})).cumsum(axis=0)"
    q = f"q=da.ones(({n}, {n}), chunks=({square}, {square})).cumsum(axis=0)"
    b = f"b=da.ones(({tall}, {thin}), chunks=({tall // 64}, {thin})).cumsum(axis=0)"
    rows = n * (n + 1) // 2
    down = tall * (tall + 1) // 2
    yield "reduce", [f"((x + 1) * 2).sum()", f"x=da.ones(({n}, {n}), chunks=({block}, {n}))"], 4 * n * n
    yield "fail-case", ["(a.T.dot(b) - b.mean(axis=0)).sum()", f"a=da.ones(({tall}, {thin}), chunks=({tall // 64}, {thin}))", b], \
        thin * thin * (down - (tall + 1) / 2)
    yield "anomaly", ["(y - y.mean()).std()", y], math.sqrt((n * n - 1) / 12)
    yield "all-to-all", [f"y.rechunk(({n}, {block})).cumsum(axis=0)[-1].sum()", y], n * rows
    yield "wide-tree", ["t.cumsum(axis=1).sum(axis=0, split_every=2).max()", f"t=da.ones((128, {n * block // 2}), chunks=(1, {n * block // 2}))"], 64 * n * block
    yield "diamond", ["abs(y - y[::-1]).sum()", y], n * sum(abs(2 * i + 1 - n) for i in range(n))
    yield "cumulative", ["(z / z.max()).sum()", y, "z=y.cumsum(axis=0)"], n * (n + 2) / 3 * 1.0
    yield "transposed", ["abs(q - q.T).sum()", q], n * (n - 1) * (n + 1) // 3
    yield "gram", ["(b @ (b.T @ b)).sum()", b], thin * thin * down * sum((i + 1) ** 2 for i in range(tall))
    yield "turned", [f"(y.T.rechunk(({block}, {n})) - y).std()", y], math.sqrt((n * n - 1) / 6)
    yield "by-hand", None, None
    yield "store", ["y - y.mean()", y], (n, [1 - (n + 1) / 2, n - (n + 1) / 2])


def by_hand(limit, file):
    """A graph of texts that are all needed before and after one number is known; the answer."""
    many, length = 128, 10 * limit // 128
    graph = {"m": ["$sum", [f"s{i}" for i in range(many)]], "total": ["$sum", [f"p{i}" for i in range(many)]]}
    for i in range(many):
        graph[f"x{i}"] = [f"$(lambda i: chr(40 + i % 64) * {length})", i]
        graph[f"s{i}"] = ["$(lambda a: ord(a[0]))", f"x{i}"]
        graph[f"p{i}"] = ["$(lambda a, m: (m - ord(a[-1])) * len(a))", f"x{i}", "m"]
    file.write_text(json.dumps(graph))
    m = sum(40 + i % 64 for i in range(many))
    return sum((m - 40 - i % 64) * length for i in range(many))


@contextlib.contextmanager
def control_group(limit):
    """The file that a process writes itself into to be in a group of that limit; None if there is none."""
    for root, knob in GROUPS:
        path = pathlib.Path(root) / f"cask-test-{os.getpid()}"
        try:
            if not (pathlib.Path(root) / "cgroup.procs").exists():
                continue
            path.mkdir()
            try:
                (path / knob).write_text(str(limit))
                yield path / "cgroup.procs"
                return
            finally:
                path.rmdir()
        except OSError:
            continue
    yield None


def run(words, bound, group, folder):
    """Status, output, errors, seconds and peak resident bytes."""
    def confine():
        resource.setrlimit(resource.RLIMIT_DATA, (4 * bound + (1 << 30),) * 2)
        if group:
            group.write_text("0")  # itself
    out, err = folder / "out", folder / "err"
    start = time.perf_counter()
    with open(out, "w") as to, open(err, "w") as errors:
        process = subprocess.Popen(words, stdout=to, stderr=errors, preexec_fn=confine, cwd=folder)
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, out.read_text(), err.read_text(), time.perf_counter() - start, usage.ru_maxrss * 1024


def stored(file, n, ends):
    """Whether an npy file is an n by n array of doubles whose first and last rows are `ends`."""
    with open(file, "rb") as f:
        head = f.read(10)
        data = 10 + struct.unpack("<H", head[8:10])[0]
        good = os.path.getsize(file) == data + 8 * n * n
        for row, wanted in ((0, ends[0]), (n - 1, ends[1])):
            f.seek(data + 8 * n * row)
            good = good and set(struct.unpack(f"<{n}d", f.read(8 * n))) == {wanted}
    return good


def right(name, wanted, out, folder):
    if name == "store":
        return stored(folder / "out.npy", *wanted)
    try:
        return abs(float(out) - wanted) <= 1e-9 * abs(wanted)
    except ValueError:
        return False


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("cask")
    parser.add_argument("--limit", type=float, default=32, help="MB; at a hundredth of the full size there is nothing to see")
    parser.add_argument("--only", default="")
    parser.add_argument("--threads", default="2")
    parser.add_argument("--scheduler", default="threads")
    asked = parser.parse_args()
    cask, limit = str(pathlib.Path(asked.cask).resolve()), int(asked.limit * 1e6)
    passed = failed = 0
    for name, words, wanted in workloads(limit):
        if asked.only not in name:
            continue
        with tempfile.TemporaryDirectory(prefix="cask-budget-") as place, control_group(limit + SLACK) as group:
            folder = pathlib.Path(place)
            if name == "by-hand":
                wanted = by_hand(limit, folder / "graph.json")
                command = [cask, "graph", "run", str(folder / "graph.json"), "total"]
            else:
                command = [cask, "eval", *words, "--stats"]
            command += ["--memory-limit", str(limit), "--threads", asked.threads, "--scheduler", asked.scheduler,
                        "--set", f"temporary-directory={folder}"]
            if name == "store":
                command += ["-o", str(folder / "out.npy")]
            status, out, err, seconds, peak = run(command, limit, group, folder)
            good = status == 0 and right(name, wanted, out, folder)
            left = sorted(f.name for f in folder.iterdir() if f.name not in ("out", "err", "out.npy", "graph.json"))
        fits = peak <= limit + SLACK
        print(f"{name:12} {seconds:7.2f} s  {peak / 1e6:8.1f} MB resident, limit {limit / 1e6:.0f} MB"
              f"{'' if group else ', no control group'}: {'right' if good else 'WRONG'}{'' if fits else ', TOO MUCH'}{', LEFT ' + str(left) if left else ''}")
        if good and fits and not left:
            passed += 1
        else:
            failed += 1
            print(f"  status {status}, wanted {wanted!r}, got {out[:100]!r}\n  {err[-500:]}\n  {' '.join(repr(w) for w in command)}")
        sys.stdout.flush()
    print(f"{passed} passed, {failed} failed")
    return failed > 0 or not passed


if __name__ == "__main__":
    sys.exit(main())
