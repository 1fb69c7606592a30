#!/usr/bin/env python3
"""x.dask: tasks shown with their parameters, and as dicts that compute what the collection does.

  spelled.py CASK
"""
import re
import subprocess
import sys

CASK = sys.argv[1]
failures = 0

# an expression, and its graph without the digits of tokens
SHOWN = [
    ("da.arange(9, chunks=5)[::2]", "{('arange', 0): (arange, 0, 5, 1, 'int64'), ('getitem', 0): (getitem, ('arange', 0), (slice(0, 6, 2),)), "
     "('arange', 1): (arange, 5, 9, 1, 'int64'), ('getitem', 1): (getitem, ('arange', 1), (slice(1, 5, 2),))}"),
    ("dask.optimize(da.arange(9, chunks=5)[::2])[0]", "{('arange', 0): (arange, 0, 6, 2, 'int64'), ('arange', 1): (arange, 6, 10, 2, 'int64'), "
     "('getitem', 0): ('arange', 0), ('getitem', 1): ('arange', 1)}"),
    ("da.bincount(da.arange(3), minlength=7)", "{('arange', 0): (arange, 0, 3, 1, 'int64'), ('bincount', 0): (bincount, ('arange', 0), {'minlength': 7})}"),
    ("da.fft.fft(da.ones(4, dtype='c16'), n=8)", "{('ones', 0): (ones, (4,), (1+0j), 'complex128'), ('fft', 0): (fft, ('ones', 0), {'n': 8})}"),
    ("da.diagonal(da.ones((3, 3)))", "{('ones', 0, 0): (ones, (3, 3), 1.0, 'float64'), ('diagonal', 0): (diagonal, ('ones', 0, 0))}"),
    ("da.unravel_index(da.arange(3), (2, 3))[0]", "{('arange', 0): (arange, 0, 3, 1, 'int64'), ('unravel_index', 0): (unravel_index, ('arange', 0), {'shape': (2, 3)})}"),
    ("da.arange(3).var(ddof=1)", "{('arange', 0): (arange, 0, 3, 1, 'int64'), ('var-aggregate',): (var-aggregate, ('arange', 0), (0,), False, 1.0)}"),
    ("(da.ones(2) + 1).persist()", "{('add', 0): array([2., 2.])}"),
    ("delayed([1, delayed(2, name='two')], name='l').persist()", "{'l': [1, 2]}"),
    ("delayed('x', name='l')", "{'l': 'x'}"),
    ("da.full((2, 3), 7, chunks=(2, 2))", "{('full', 0, 0): (full, (2, 2), 7, 'int64'), ('full', 0, 1): (full, (2, 1), 7, 'int64')}"),
    ("1 - da.ones(2)", "{('ones', 0): (ones, (2,), 1.0, 'float64'), ('subtract', 0): (subtract, 1.0, ('ones', 0))}"),
    ("da.ones(2).astype('f4')", "{('ones', 0): (ones, (2,), 1.0, 'float64'), ('astype', 0): (astype, ('ones', 0), 'float32')}"),
    ("(lambda x: x * x)(da.ones(2))", "{('ones', 0): (ones, (2,), 1.0, 'float64'), ('multiply', 0): (multiply, ('ones', 0), ('ones', 0))}"),
    ("da.ones((2, 4), chunks=2).sum(axis=1, keepdims=True)",
     "{('ones', 0, 0): (ones, (2, 2), 1.0, 'float64'), ('ones', 0, 1): (ones, (2, 2), 1.0, 'float64'), "
     "('sum-aggregate', 0, 0): (sum-aggregate, [('ones', 0, 0), ('ones', 0, 1)], (1,), True)}"),
    ("dask.optimize(da.eye(3)[1:])[0]", "{('eye', 0, 0): (eye, (2, 3), 1, 'float64'), ('getitem', 0, 0): ('eye', 0, 0)}"),
    ("da.ones((2, 3)).T", "{('ones', 0, 0): (ones, (2, 3), 1.0, 'float64'), ('transpose', 0, 0): (transpose, ('ones', 0, 0), (1, 0))}"),
    ("da.ones((2, 3)).reshape(6)", "{('ones', 0, 0): (ones, (2, 3), 1.0, 'float64'), ('reshape', 0): (reshape, ('ones', 0, 0), (6,))}"),
    ("da.ones((2, 3)).cumsum(axis=1)[0, ::-1]", "{('ones', 0, 0): (ones, (2, 3), 1.0, 'float64'), "
     "('cumsum', 0, 0): (cumsum, ('ones', 0, 0), 1), ('getitem', 0): (getitem, ('cumsum', 0, 0), (0, slice(2, None, -1)))}"),
    ("da.arange(4, chunks=2).rechunk(3)", "{('arange', 0): (arange, 0, 2, 1, 'int64'), ('arange', 1): (arange, 2, 4, 1, 'int64'), "
     "('rechunk-merge', 0): (rechunk-merge, [('arange', 0), ('arange', 1)], (slice(0, 3, None),)), "
     "('rechunk-merge', 1): (rechunk-merge, ('arange', 1), (slice(1, 2, None),))}"),
    ("da.arange(4)[[3, 1, 2]]", "{('arange', 0): (arange, 0, 4, 1, 'int64'), ('getitem', 0): (getitem, ('arange', 0), [3, 1, 2], 0)}"),
    ("da.from_array(np.arange(4) * 3, chunks=2)", "{('array', 0): array([0, 3]), ('array', 1): array([6, 9])}"),
    ("da.ones(2).map_blocks(lambda b, n: b + n, 5)", "{('ones', 0): (ones, (2,), 1.0, 'float64'), ('lambda', 0): (lambda, ('ones', 0), 5)}"),
    ("dask.optimize((da.arange(4) + 1) * 2)[0]", "{('arange', 0): (arange, 0, 4, 1, 'int64'), ('multiply', 0): (add-multiply, ('arange', 0), 1, 2)}"),
    ("delayed(sum, name='s')([1, delayed(abs, name='a')(-2, dask_key_name='b')], dask_key_name='c')",
     "{'b': (abs, -2), 'c': (sum, [1, 'b'])}"),
    ("delayed(lambda a, b: a - b)(5, 3, dask_key_name='z')", "{'z': (lambda a, b: a - b, 5, 3)}"),
]

# the dict computes what the collection does
SAME = [
    "da.arange(17, chunks=5)[3:15:2]", "da.linspace(0, 1, 7, chunks=3)", "da.tri(5, chunks=2)",
    "da.random.RandomState(3).normal(size=(6, 4), chunks=3)", "da.random.RandomState(3).randint(0, 9, size=7, chunks=3)",
    "(da.arange(12, chunks=5) * 2 + 1) ** 2", "da.ones((7, 5), chunks=3).std(axis=0)", "da.arange(30, chunks=3).sum(split_every=2)",
    "da.arange(20, chunks=6).argmax()", "da.arange(24, chunks=5).reshape(4, 6)", "da.arange(24, chunks=6).reshape(4, 6).T.rechunk((4, 3))",
    "da.arange(9, chunks=4).cumprod(axis=0)", "da.arange(9, chunks=4)[[8, 0, 3]]", "da.arange(9, chunks=4)[da.arange(9, chunks=4) > 3]",
    "da.arange(12, chunks=5).reshape(3, 4).vindex[[0, 2], [1, 3]]", "da.ones((4, 6), chunks=3).dot(da.ones((6, 2), chunks=3))",
    "da.einsum('ij,kj->ik', da.ones((4, 6), chunks=3), da.ones((2, 6), chunks=3))", "da.topk(da.arange(11, chunks=4), -3)",
    "da.concatenate([da.ones(3, chunks=2), da.zeros(3)])", "da.stack([da.ones(3, chunks=2), da.zeros(3, chunks=2)])",
    "da.arange(10, chunks=5).map_overlap(lambda b: b + b[::-1], depth=1, boundary='reflect')", "da.arange(10, chunks=4).map_blocks(lambda b, n: b + n, 3)",
    "da.blockwise(lambda a, b: a + b.sum(), 'i', da.ones(4, chunks=2), 'i', da.ones(6, chunks=3), 'j', dtype='f8', concatenate=True)",
    "da.histogram(da.arange(20, chunks=7), bins=4, range=(0, 20))[0]", "da.percentile(da.arange(20, chunks=7), [25, 50])",
    "da.fft.fft(da.arange(8, chunks=8))", "da.linalg.qr(da.ones((6, 2), chunks=(3, 2)))[1]", "da.linalg.svd(da.ones((6, 2), chunks=(3, 2)))[1]",
    "da.linalg.cholesky(da.eye(4, chunks=2) * 4)", "da.linalg.inv(da.eye(4, chunks=2) * 4)", "da.unique(da.arange(12, chunks=5) % 4)",
    "da.diag(da.arange(4, chunks=2))", "da.where(da.arange(6, chunks=3) > 2, 1, da.arange(6, chunks=3))", "da.pad(da.arange(6, chunks=3), 2)",
    "da.searchsorted(da.arange(6, chunks=3), da.arange(4, chunks=2))", "da.isin(da.arange(6, chunks=3), [1, 2])", "da.median(da.ones((4, 4), chunks=2), axis=0)",
    "da.from_delayed(delayed(lambda: np.arange(3))(), (3,), 'i8') + 1", "da.arange(6, chunks=3).persist() * 2", "da.bincount(da.arange(6, chunks=3))",
    "da.histogram(da.arange(9, chunks=4), bins=3, range=(0, 9))[0]", "da.fft.fft(da.ones((4, 4), chunks=(2, 4)), n=6).real", "da.percentile(da.arange(20, chunks=6), [5, 50])",
    "da.linalg.qr(da.ones((6, 2), chunks=(3, 2)))[1]", "da.linalg.cholesky(da.eye(4, chunks=2), lower=True)", "da.convolve(da.arange(5, chunks=3), [1, 2], mode='same')",
    "da.arange(8, chunks=4).map_overlap(lambda b: b * 2, depth=1, boundary='reflect')", "da.interp(da.arange(4, chunks=2), [0, 2], [5, 9], left=3)",
    "da.nanmean(da.from_array([[1., 2.], [4., 5.]], chunks=1), axis=0)", "da.apply_along_axis(lambda v: v.sum(), 1, da.ones((4, 3), chunks=(2, 3)))",
    "da.arange(12, chunks=4).reshape(3, 4)[1, :, None]", "da.broadcast_to(da.arange(3, chunks=2), (2, 3))", "da.coarsen(np.sum, da.arange(8, chunks=4), {0: 2})",
]

ERRORS = [
    ("(lambda d: dask.get({**d, 'z': (list(d.values())[0][0], 0, 6, 1, 'int64')}, 'z'))(dict(da.arange(10, chunks=5).dask))",
     "TypeError: arange: block 0 takes the arguments that its graph shows"),
    ("(lambda d: dask.get({**d, 'z': (list(d.values())[0][0],)}, 'z'))(dict(da.arange(10, chunks=5).dask))",
     "TypeError: arange: block 0 takes the arguments that its graph shows"),
    ("da.arange(10, chunks=5).dask['nothing']", "KeyError: "),
]


def check(what, good):
    global failures
    if not good:
        failures += 1
        print(what)


def evaluate(text):
    done = subprocess.run([CASK, "eval", text], capture_output=True, text=True, timeout=60)
    return done.stdout.strip(), done.stderr.strip()


for text, wanted in SHOWN:
    got, said = evaluate(f"({text}).dask")
    got = re.sub("-[0-9a-f]{32}'", "'", got)
    check(f"{text}: {got}{said}, not {wanted}", got == wanted)
    count, _ = evaluate(f"(lambda d: (len(d), len([v for v in d.values() if isinstance(v, tuple)])))(dict(({text}).dask))")
    flat = re.sub(r"\{[^{}]*\}", "", wanted[1:-1])
    keys, tasks = len(re.findall(r"['\)]: ", flat)), len(re.findall(r": \(", flat))
    check(f"{text}: {count}", count == f"({keys}, {tasks})")

for text in SAME:
    # keys come in lists as the blocks stand
    blocks = "(list(g) if x.ndim == 1 else [list(row) for row in g] if x.ndim == 2 else g)"
    got, said = evaluate(f"(lambda x: (lambda y, g: [np.array_equal(y, np.block({blocks}) if x.ndim else g[0]), "
                         f"x.ndim == 0 or np.block({blocks}).dtype == x.dtype])"
                         f"(x.compute(), dask.get(dict(x.dask), x.__dask_keys__())))({text})")
    check(f"{text}: {got} {said}", got == "[True, True]")

for text, wanted in ERRORS:
    got, said = evaluate(text)
    check(f"{text}: {got}{said}", said.startswith(wanted) and not got)

print(f"{failures} failures" if failures else f"{len(SHOWN) + len(SAME) + len(ERRORS)} expressions")
sys.exit(failures > 0)
