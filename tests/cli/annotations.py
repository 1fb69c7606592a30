#!/usr/bin/env python3
"""dask.annotate and x.dask.layers in the language: what they say, merged and fused, and bad input.

  annotations.py CASK
"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile

CASK = sys.argv[1]
failures = 0

LAYERS = "[(k.split('-')[0], l.annotations) for k, l in {}.dask.layers.items()]"
CASES = [
    (LAYERS.format("dask.annotate(priority=10, retries=3)(lambda: da.ones(4, chunks=2) + 1)()"),
     "[('ones', {'priority': 10, 'retries': 3}), ('add', {'priority': 10, 'retries': 3})]"),
    (LAYERS.format("(dask.annotate(priority=10)(lambda: da.ones(4, chunks=2))() + 1)"), "[('ones', {'priority': 10}), ('add', None)]"),
    (LAYERS.format("dask.annotate(a=1)(lambda: dask.annotate(b=2, a=3)(lambda: da.ones(2))() + 1)()"),
     "[('ones', {'a': 3, 'b': 2}), ('add', {'a': 1})]"),
    (LAYERS.format("dask.annotate(workers='alice')(lambda: delayed(abs)(delayed(sum)([-1])))()"),
     "[('sum', {'workers': ['alice']}), ('abs', {'workers': ['alice']})]"),
    (LAYERS.format("dask.annotate(retries=1)(lambda n: da.ones(n))(n=3)"), "[('ones', {'retries': 1})]"),
    # slices move to the source and keep what it was made with
    (LAYERS.format("dask.optimize(dask.annotate(priority=2)(lambda: da.ones(9, chunks=3))()[:2])[0]") + "[:1]", "[('ones', {'priority': 2})]"),
    # fused: larger priority, retries and resources, workers of both; not with names that have no rule
    (LAYERS.format("dask.optimize(dask.annotate(priority=1, workers=['a', 'b'], resources={'GPU': 1}, allow_other_workers=True)(lambda: da.ones(4) * 3)() - "
                   "dask.annotate(priority=2, workers=['b'], resources={'GPU': 2, 'm': 1}, allow_other_workers=False)(lambda: da.zeros(4) * 2)())[0]") + "[-1][1]",
     "{'priority': 2, 'workers': ['b'], 'resources': {'GPU': 2, 'm': 1}, 'allow_other_workers': False}"),
    ("[len(dask.optimize(x)[0].dask.layers) for x in [(da.ones(4) + 1) * 2, dask.annotate(a=1)(lambda: da.ones(4) + 1)() * 2, "
     "dask.annotate(a=1)(lambda: (da.ones(4) + 1) * 2)(), dask.annotate(retries=1)(lambda: da.ones(4) + 1)() * 2]]", "[2, 3, 2, 2]"),
    ("dask.annotate(a=1)(lambda: dask.get_annotations())()", "{'a': 1}"),
    ("dask.get_annotations()", "{}"),
    ("dask.annotate(priority=3)(lambda x, y=2: x + y)(1, y=5)", "6"),
    ("dask.annotate(priority=5)(lambda: da.arange(6, chunks=2).sum())().compute()", "15"),
    ("(lambda d: [len(d.layers), [len(n) for n in d.dependencies.values()], [len(l) for l in d.layers.values()]])((da.ones(4, chunks=2) + da.zeros(4, chunks=2)).dask)",
     "[3, [0, 0, 2], [2, 2, 2]]"),
    ("(lambda l: [l.keys() == list(l), len(l.values()), len(l.items()), l[l.keys()[0]] == l.values()[0], l.get_output_keys() == l.keys()])"
     "(list(da.ones(4, chunks=2).dask.layers.values())[0])", "[True, 2, 2, True, True]"),
]
# functions of a task's key: the order of the tasks, by the trace of a run on one thread
ORDERS = [
    ("dask.annotate(priority=lambda key: key[1])(lambda: da.ones(4, chunks=1).map_blocks(lambda b: b))()", [3, 2, 1, 0]),
    ("dask.annotate(priority=lambda key: -key[1])(lambda: da.ones(4, chunks=1).map_blocks(lambda b: b))()", [0, 1, 2, 3]),
    ("dask.annotate(priority=lambda key: key[1] == 2)(lambda: da.ones(4, chunks=1).map_blocks(lambda b: b))()", [2, 0, 1, 3]),
    ("dask.annotate(priority=3)(lambda: dask.annotate(priority=lambda key: key[1] % 2)(lambda: da.ones(4, chunks=1).map_blocks(lambda b: b))())()",
     [1, 3, 0, 2]),
]
ERRORS = [
    ("dask.annotate(priority=lambda key: 'a')(lambda: da.ones(4, chunks=1) + 1)()",
     "TypeError: an annotation that is a function of keys gives a number, not 'str' (in task ('add-"),
    ("dask.annotate(priority=lambda key: math.nan)(lambda: da.ones(4))()", "ValueError: an annotation that is a function of keys gave nan"),
    ("dask.annotate(retries=lambda key: 1 // 0)(lambda: da.ones(4))()", "ZeroDivisionError: "),
    ("dask.annotate(retries=lambda key: None)(lambda: da.ones(4))()", "TypeError: "),
    ("dask.annotate(retries=lambda: 3)(lambda: da.ones(4))()", "TypeError: "),
    ("dask.annotate(priority='x')", "TypeError: 'priority' annotation must be a Number or a callable, but got x"),
    ("dask.annotate(retries=[1])", "TypeError: 'retries' annotation must be a Number or a callable, but got [1]"),
    ("dask.annotate(workers=3)", "TypeError: 'workers' annotation must be a sequence of str, a str or a callable, but got 3"),
    ("dask.annotate(resources=3)", "TypeError: 'resources' annotation must be a dict, but got 3"),
    ("dask.annotate(allow_other_workers=3)", "TypeError: 'allow_other_workers' annotations must be a bool or a callable, but got 3"),
    ("dask.annotate(priority=1)(3)", "TypeError: annotate(...) takes a function that builds"),
    ("dask.annotate(priority=1)(lambda: 1 / 0)()", "ZeroDivisionError: "),
    ("list(da.ones(2).dask.layers.values())[0]['x']", "KeyError: "),
]


def check(what, good):
    global failures
    if not good:
        failures += 1
        print(what)


def evaluate(text, *more):
    done = subprocess.run([CASK, "eval", text, *more], capture_output=True, text=True, timeout=60)
    return done.stdout.strip(), done.stderr.strip()


for text, wanted in CASES:
    got, said = evaluate(text)
    check(f"{text}: {got}{said}, not {wanted}", got == wanted)
for text, wanted in ERRORS:
    got, said = evaluate(text)
    check(f"{text}: {got}{said}, not {wanted}", said.startswith(wanted) and not got)
with tempfile.TemporaryDirectory() as folder:
    for text, wanted in ORDERS:
        path = pathlib.Path(folder) / "trace.json"
        _, said = evaluate(text, "--threads", "1", "--trace", str(path))
        events = json.loads(path.read_text())
        events = [e for e in (events["traceEvents"] if isinstance(events, dict) else events) if e["ph"] == "X" and "lambda-" in json.dumps(e)]
        got = [int(re.search(r", (\d+)\)", json.dumps(e))[1]) for e in sorted(events, key=lambda e: e["ts"])]
        check(f"{text}: {got}{said}, not {wanted}", got == wanted)
apart = "len(dask.optimize(dask.annotate(retries=1)(lambda: da.ones(4) + 1)() * 2)[0].dask.layers)"
got, said = evaluate(f"[dask.config.set({{'optimization.annotations.fuse': False}}), {apart}][1]")
check(f"not to be fused: {got}{said}", got == "3")
print(f"{failures} failures" if failures else f"{len(CASES) + len(ERRORS) + 1} cases")
sys.exit(failures > 0)
