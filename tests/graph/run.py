#!/usr/bin/env python3
"""Graphs that were recorded with Dask (record.py), given to `cask graph run`.

  run.py CASK [ID-PREFIX]
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

CASK = sys.argv[1]
CHOICE = sys.argv[2] if len(sys.argv) > 2 else ""
CASES = pathlib.Path(__file__).with_name("cases.jsonl")


def same(got, wanted):
    """Equal, and of equal types: 1, 1.0 and True differ."""
    if isinstance(wanted, dict):
        return isinstance(got, dict) and set(got) == set(wanted) and all(same(got[k], wanted[k]) for k in wanted)
    if isinstance(wanted, list):
        return isinstance(got, list) and len(got) == len(wanted) and all(map(same, got, wanted))
    return type(got) is type(wanted) and got == wanted


def unhashed(graph):
    """Names that were cut to 120 bytes end in a hash, which is Python's own there."""
    cut = {k: k[:115] for k in graph if len(k.encode()) == 120}
    return json.loads(json.dumps({cut.get(k, k): cut.get(v, v) if isinstance(v, str) else v for k, v in graph.items()}))


passed = failed = 0
with tempfile.TemporaryDirectory() as folder:
    file, out = os.path.join(folder, "graph.json"), os.path.join(folder, "out.json")
    for line in CASES.read_text().splitlines():
        case = json.loads(line)
        name, wanted = case.pop("id"), case.pop("expected")
        if not name.startswith(CHOICE):
            continue
        pathlib.Path(file).write_text(json.dumps(case))
        done = subprocess.run([CASK, "graph", "run", file, "-o", out], capture_output=True, text=True, timeout=60)
        if isinstance(wanted, dict) and set(wanted) == {"error"}:
            good = done.returncode == 1 and done.stderr.split(":")[0] in wanted["error"]
        else:
            got = json.loads(pathlib.Path(out).read_text()) if done.returncode == 0 else None
            if case["op"] == "cycle":
                got = got is not None and len(got) > 0
            good = done.returncode == 0 and (same(unhashed(got), unhashed(wanted)) if case.get("rename") else same(got, wanted))
        passed += good
        failed += not good
        if not good:
            print(f"{name}: {json.dumps(case)}\n  wanted {json.dumps(wanted)}\n  got    "
                  f"{pathlib.Path(out).read_text() if done.returncode == 0 else done.stderr}")
        if os.path.exists(out):
            os.unlink(out)
print(f"{passed} passed, {failed} failed")
sys.exit(failed > 0 or passed == 0)
