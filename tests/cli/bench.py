"""cask bench: every shape and scheduler runs, the figures add up, and bad options are named."""
import json

from cases import check, fails, finish, run

KEYS = {"shape", "tasks", "threads", "scheduler", "work_ns", "bytes", "repeat", "build_s", "lower_s", "order_s", "run_s",
        "release_s", "total_s", "ns_per_task", "bytes_per_task", "peak_rss"}


def figures(*words):
    status, out, err = run("bench", "tasks", "--json", *words)
    check(f"bench tasks {words}", status == 0 and not err and out.count("\n") == 1, (status, out, err))
    return json.loads(out) if status == 0 else {}


for shape, tasks in (("independent", 1000), ("chain", 1000), ("tree", 999), ("grid", 31 * 31), ("random", 1000)):
    for scheduler in ("threads", "sync"):
        seen = figures("--shape", shape, "--tasks", 1000, "--scheduler", scheduler, "--threads", 2)
        check(f"keys of {shape}", set(seen) == KEYS, seen)
        check(f"tasks of {shape}", (seen["tasks"], seen["scheduler"], seen["threads"]) == (tasks, scheduler, 2), seen)
        parts = sum(seen[k] for k in ("lower_s", "order_s", "run_s", "release_s"))
        check("parts add up", abs(parts - seen["total_s"]) < 1e-7, seen)
        check("ns a task", abs(seen["ns_per_task"] - seen["total_s"] / tasks * 1e9) < 0.01, seen)

seen = figures("--shape", "chain", "--tasks", 1, "--repeat", 3)
check("one task", seen["tasks"] == 1 and seen["repeat"] == 3, seen)
seen = figures("--shape", "tree", "--tasks", 8)
check("a tree has an odd number of tasks", seen["tasks"] == 7, seen)
# work is done: 100 tasks of 100 us on one thread take 10 ms at least
seen = figures("--tasks", 100, "--work", 100000, "--threads", 1)
check("work takes time", seen["run_s"] >= 0.01 and seen["work_ns"] == 100000, seen)
# results of a chain are released: 200 of 1 MB never are in memory together, and fit under 10 MB (200 MB in all)
seen = figures("--shape", "chain", "--tasks", 200, "--bytes", "1MB", "--memory-limit", "10MB")
check("results are made and released", seen["bytes"] == 10 ** 6 and seen["peak_rss"] < 100e6, seen)

status, out, err = run("bench", "tasks", "--tasks", "1e3")
check("the table", status == 0 and out.startswith("independent, 1000 tasks, threads,") and "in all" in out and not err, out)
for words in ("--help",), ("tasks", "--help"):
    status, out, err = run("bench", *words)
    check(f"help {words}", status == 0 and out.startswith("usage: cask bench tasks"), out)

fails("cask: bench: what?", "there is: tasks", "bench", status=2)
fails("cask: bench: there is no such benchmark", "usage", "bench", "nothing", status=2)
fails("cask: bench tasks: --tasks takes", "from 1", "bench", "tasks", "--tasks", "0", status=2)
fails("cask: bench tasks: --tasks takes", "whole", "bench", "tasks", "--tasks", "1.5", status=2)
fails("cask: bench tasks: --work takes", "nanoseconds", "bench", "tasks", "--work", "-1", status=2)
fails("cask: bench tasks: --bytes takes", "a size", "bench", "tasks", "--bytes", "much", status=2)
fails("cask: bench tasks: --shape takes", "grid or random", "bench", "tasks", "--shape", "round", status=2)
fails("cask: bench tasks: --scheduler takes", "the name of one", "bench", "tasks", "--scheduler", "none", status=2)
fails("cask: bench tasks: it takes options only", "see", "bench", "tasks", "chain", status=2)
fails("cask: bench tasks: there is no option", "did you mean --tasks", "bench", "tasks", "--task", status=2)
# a result that cannot fit is refused before anything runs
fails("MemoryError", "memory limit", "bench", "tasks", "--tasks", "10", "--bytes", "1GB", "--memory-limit", "1MB")
finish()
