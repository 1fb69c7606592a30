#!/usr/bin/env python3
"""dask.graph_manipulation: the values that Dask 2022.12 gives, sizes of graphs, who waits for whom.

  manipulation.py CASK
"""
import subprocess
import sys

CASK = sys.argv[1]
failures = 0

# recorded from Dask 2022.12 with the same expressions; gm is dask.graph_manipulation
CASES = [
    ("gm.checkpoint(da.ones(10, chunks=2)).compute()", "None"),
    ("gm.checkpoint().compute()", "None"),
    ("gm.checkpoint(da.ones(10, chunks=2), [delayed(abs)(-1), {'a': da.zeros(3)}], split_every=2).compute()", "None"),
    ("gm.checkpoint(da.ones(20, chunks=1), split_every=2.9).compute()", "None"),
    ("len(gm.checkpoint(da.ones(20, chunks=20)).dask)", "2"),
    ("len(gm.checkpoint(da.ones(20, chunks=1), split_every=False).dask)", "41"),
    ("gm.wait_on(da.arange(10, chunks=3)).compute()", "array([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])"),
    ("len(gm.wait_on(da.arange(10, chunks=3)).dask)", "13"),
    ("[x.compute().tolist() for x in gm.wait_on(da.arange(4, chunks=3), da.zeros((2, 2)))]", "[[0, 1, 2, 3], [[0.0, 0.0], [0.0, 0.0]]]"),
    ("gm.wait_on([da.arange(4, chunks=3), {'k': delayed(abs)(-4)}, 5])[1]['k'].compute()", "4"),
    ("(gm.wait_on(da.arange(10, chunks=3)) + 1)[2:5].sum().compute()", "12"),
    ("gm.wait_on(da.arange(12, chunks=5).reshape(3, 4)).shape", "(3, 4)"),
    ("gm.clone(da.arange(10, chunks=3) + 1).compute()", "array([ 1,  2,  3,  4,  5,  6,  7,  8,  9, 10])"),
    ("len(gm.clone(da.arange(10, chunks=3) + 1).dask)", "8"),
    ("(lambda x: (gm.clone(x) - x).compute().tolist())(da.arange(4, chunks=3) + 1)", "[0, 0, 0, 0]"),
    ("(lambda x: len((gm.clone(x) - x).dask))(da.arange(4, chunks=2) + 1)", "10"),
    ("(lambda x: gm.clone(x + 1, omit=x).compute())(da.arange(4, chunks=2))", "array([1, 2, 3, 4])"),
    ("(lambda x: len(gm.clone(x + 1, omit=x).dask))(da.arange(4, chunks=2))", "4"),
    ("(lambda x: [a == b for a, b in zip(gm.clone(x, seed=1).__dask_keys__(), gm.clone(x, seed=1).__dask_keys__())])(da.arange(4, chunks=2))", "[True, True]"),
    ("(lambda x: [a == b for a, b in zip(gm.clone(x, seed=1).__dask_keys__(), gm.clone(x, seed=2).__dask_keys__())])(da.arange(4, chunks=2))", "[False, False]"),
    ("(lambda x: [a == b for a, b in zip(gm.clone(x).__dask_keys__(), gm.clone(x).__dask_keys__())])(da.arange(4, chunks=2))", "[False, False]"),
    ("(lambda x: [a == b for a, b in zip(gm.clone(x).__dask_keys__(), x.__dask_keys__())])(da.arange(4, chunks=2))", "[False, False]"),
    ("[y.compute() for y in gm.clone(da.arange(4, chunks=2), delayed(abs)(-7))][1]", "7"),
    ("gm.clone([da.arange(4, chunks=2), 3])[1]", "3"),
    ("gm.clone(5)", "5"),
    ("(lambda a: len(gm.bind(a + 1, a).dask))(da.ones(4, chunks=2))", "9"),
    ("(lambda a: gm.bind(a + 1, a).compute())(da.ones(4, chunks=2))", "array([2., 2., 2., 2.])"),
    ("(lambda a: [y.compute().tolist() for y in gm.bind((a + 1, a + 2), a, omit=a)])(da.ones(4, chunks=2))", "[[2.0, 2.0, 2.0, 2.0], [3.0, 3.0, 3.0, 3.0]]"),
    ("(lambda a: gm.bind(delayed(abs)(-3), [a, a.sum()]).compute())(da.ones(4, chunks=2))", "3"),
    ("(lambda a: gm.bind(a.sum(axis=0) * 2, delayed(abs)(1), split_every=False).compute())(da.ones((4, 4), chunks=2))", "array([8., 8., 8., 8.])"),
    ("(lambda d: gm.bind(delayed(sum)([d, delayed(abs)(-5)]), d, omit=d).compute())(delayed(abs)(-2))", "7"),
    ("(lambda d: gm.bind({'x': delayed(sum)([d, 1])}, d)['x'].compute())(delayed(abs)(-2, dask_key_name='u'))", "3"),
    ("gm.bind(da.ones(3), 5).compute()", "array([1., 1., 1.])"),
    ("gm.bind(da.ones(3), None).compute()", "array([1., 1., 1.])"),
    ("(lambda x: (gm.clone(x).compute() == x.compute()).all())(da.random.RandomState(1).normal(size=4, chunks=2))", "True"),
    ("gm.clone(da.ones((4, 4), chunks=2).dot(da.ones((4, 4), chunks=2)).rechunk(3)).sum().compute()", "64.0"),
    ("gm.bind(da.from_array([1, 2, 3], chunks=2).map_blocks(lambda b: b * 2), da.ones(2)).compute()", "array([2, 4, 6])"),
    ("gm.wait_on(gm.clone(da.ones(3)) + 1).mean().compute()", "2.0"),
    # a failure of what is waited for is that of who waits
    ("(lambda d: gm.bind(da.ones(3), d).persist())(delayed(abs)(-2)).sum().compute()", "3.0"),
]
ERRORS = [
    ("gm.checkpoint(da.ones(4), split_every=1)", "ValueError: split_every must be False, None, or >= 2"),
    ("gm.checkpoint(da.ones(4), split_every=1.5)", "ValueError: split_every must be False, None, or >= 2"),
    ("gm.bind(da.ones(3), da.zeros(2), split_every=1)", "ValueError: split_every must be False, None, or >= 2"),
    ("gm.bind(da.ones(3), delayed(lambda: 1 / 0)()).compute()", "ZeroDivisionError: division by zero"),
    ("gm.wait_on(da.ones(3), delayed(lambda: 1 / 0)())[0].compute()", "ZeroDivisionError: division by zero"),
    ("gm.clone(da.ones(3), seed=da)", "TypeError: "),
]


def evaluate(text):
    text = text.replace("gm.", "dask.graph_manipulation.")
    done = subprocess.run([CASK, "eval", text], capture_output=True, text=True, timeout=60)
    return done.stdout.strip(), done.stderr.strip()


def check(what, good):
    global failures
    if not good:
        failures += 1
        print(what)


for text, wanted in CASES:
    got, said = evaluate(text)
    check(f"{text}: {got}{said}, not {wanted}", got == wanted)
for text, wanted in ERRORS:
    got, said = evaluate(text)
    check(f"{text}: {got}{said}, not {wanted}", said.startswith(wanted) and not got)
print(f"{failures} failures" if failures else f"{len(CASES) + len(ERRORS)} cases")
sys.exit(failures > 0)
