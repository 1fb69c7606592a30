#!/usr/bin/env python3
"""The protocol of collections: code that computes them by itself, keys by graph, and puts them together again.

    collected.py CASK
"""
import subprocess
import sys

CASK = sys.argv[1]
failures = 0

COLLECTIONS = [
    "da.arange(12, chunks=5) * 2", "da.ones((4, 6), chunks=(3, 4))[1:, ::2].T", "da.arange(6, chunks=2).sum()",
    "da.concatenate([da.ones(3, chunks=2), da.zeros(2)])", "da.stack([da.arange(3, chunks=2), da.arange(3)])",
    "da.arange(24, chunks=7).reshape(4, 6).rechunk((3, 2))", "da.linalg.inv(da.eye(4, chunks=2) * 4)", "da.ones((0, 3))",
    "da.arange(9, chunks=4).map_blocks(lambda b: b * 2)", "da.ones(4, chunks=2).persist() + 1", "da.from_array(np.arange(5), chunks=2)",
    "dask.optimize((da.arange(9, chunks=2) + 1)[::2])[0]", "da.linalg.svd(da.ones((6, 2), chunks=(3, 2)))[1]", "da.arange(5, chunks=2)[da.arange(5, chunks=2) > 1]",
    "da.from_delayed(delayed(np.ones)(3), (3,), 'f8')", "da.arange(8, chunks=4).map_overlap(lambda b: b, depth=1, boundary=0)",
    # the levels of trees have names of their own
    "da.ones(50, chunks=1).std()", "da.arange(30, chunks=1).argmin(axis=0)", "da.topk(da.arange(30, chunks=1), 3)", "da.cumsum(da.ones(30, chunks=1), axis=0)",
    "da.mean(da.ones((6, 7), chunks=1))", "da.ones((9, 9), chunks=2).dot(da.ones((9, 9), chunks=2))",
    "delayed(sum)([delayed(abs)(-2), 3])", "delayed([1, delayed(2)])", "delayed(abs)(-1, dask_key_name='a')", "delayed({'a': [delayed(2)]})['a']",
    "delayed((abs, -1), name='l')", "delayed('l', name='l')", "delayed([('l', 0), ['l'], (abs, -1)], name='l')",
]

# of any of them, as x
ALWAYS = [
    "all([k in dict(x.dask) for k in dask.core.flatten(x.__dask_keys__())])",
    "x.__dask_layers__() == ((x.key if repr(type(x)) == repr(type(delayed(1))) else x.name),) == (x.__dask_tokenize__(),)",
    "same([f(dask.get(x.__dask_graph__(), x.__dask_keys__()), *a) for f, a in [x.__dask_postcompute__()]][0], x.compute())",
    "same([f(dask.get(dict(x.dask), x.__dask_keys__()), *a) for f, a in [x.__dask_postcompute__()]][0], x.compute())",
    "same([r(dict(x.dask), *a).compute() for r, a in [x.__dask_postpersist__()]][0], x.compute())",
    "[r(x.dask, *a).__dask_keys__() for r, a in [x.__dask_postpersist__()]][0] == x.__dask_keys__()",
    "same([f(dask.get(x.__dask_optimize__(x.dask, x.__dask_keys__()), x.__dask_keys__()), *a) for f, a in [x.__dask_postcompute__()]][0], x.compute())",
    "same([f(x.__dask_scheduler__(x.dask, x.__dask_keys__()), *a) for f, a in [x.__dask_postcompute__()]][0], x.compute())",
    "dask.persist(x)[0].__dask_keys__() == dask.optimize(x)[0].__dask_keys__() == x.__dask_keys__()",
    "same(x.compute(scheduler=lambda d, keys: dask.get(d, keys)), x.compute()) and dask.is_dask_collection(x)",
]

GIVEN = [
    ("(lambda x: [(y.name, y, (y + 1).compute(), y[1:].sum().compute()) for r, a in [x.__dask_postpersist__()] for y in "
     "[r({('new', i): np.arange(3) * i for i in range(2)}, *a, rename={x.name: 'new'})]])(da.ones(6, chunks=3, dtype='i8'))",
     "[('new', array([0, 0, 0, 0, 1, 2]), array([1, 1, 1, 1, 2, 3]), 3)]"),
    ("(lambda x: x._rebuild({('n', 0): (np.ones, 'k'), 'k': 2, ('n', 1): (np.add, da.ones(2), ('n', 0))}, rename={x.name: 'n'}))(da.ones(4, chunks=2))",
     "array([1., 1., 2., 2.])"),
    ("(lambda x: x._rebuild({('n', 0): (abs, ['k', ('n', 1)]), 'k': 'n', ('n', 1): (sum, (max, 1, 'k'), 2)}, rename={x.name: 'n'}).dask)(da.ones(4, chunks=2))",
     "{'k': 'n', ('n', 1): (sum, (max, 1, 'k'), 2), ('n', 0): (abs, ['k', ('n', 1)])}"),
    ("(lambda x: [x._rebuild({'new': (abs, -3)}, rename={x.key: 'new'}).key, x._rebuild({'new': (abs, -3)}, rename={x.key: 'new'}) + 1])(delayed(len)([]))",
     "['new', 4]"),
    ("(lambda x: x._rebuild({(x.name,): 5}))(da.ones(2).sum())", "5.0"),
    ("(lambda x: x._rebuild({(x.name, 0): [1, 2]}).dtype)(da.ones(2))", "dtype('float64')"),
    ("dask.compute(*[x._rebuild({('n', 0): np.full(2, i)}, rename={x.name: 'n'}) for x in [da.ones(2)] for i in range(3)])",
     "(array([0., 0.]), array([1., 1.]), array([2., 2.]))"),
    ("(lambda x: x._rebuild({}))(da.ones(2))", "KeyError: the graph has no key '('ones-"),
    ("(lambda x: x._rebuild({(x.name, 0): np.ones(3)}))(da.ones(2))", "ValueError: ones: "),
    ("(lambda x: x._rebuild(3))(da.ones(2))", "TypeError: a graph is a dict of keys and tasks, not 'int'"),
    ("(lambda x: x._rebuild({}, rename=3))(da.ones(2))", "TypeError: rename is a dict of names, not 'int'"),
    ("(lambda x: x._rebuild({}, rename={x.name: 3}))(da.ones(2))", "TypeError: a collection's name is a string, not 'int'"),
    ("(lambda x: x._finalize([np.ones(2)]))(da.ones(4, chunks=2))", "ValueError: ones has 2 keys, but there are 1 values for them"),
    ("(lambda x: x._finalize([np.ones(2), np.ones(3)]))(da.ones(4, chunks=2))", "ValueError: ones: "),
    ("(lambda x: x._finalize(3))(da.ones(4, chunks=2))", "ValueError: results must be in lists as their keys are"),
    ("(lambda x: x._rebuild({(x.name, 0): (lambda: 1 / 0,)}))(da.ones(2))", "ZeroDivisionError: division by zero"),
]


def evaluate(*words):
    done = subprocess.run([CASK, "eval", *words], capture_output=True, text=True, timeout=60)
    return done.stdout.strip() or done.stderr.strip()


def check(what, good):
    global failures
    if not good:
        failures += 1
        print(what)


for text in COLLECTIONS:
    for claim in ALWAYS:
        got = evaluate(claim, "same=lambda a, b: bool(np.all(a == b)) if hasattr(a, 'shape') and a.shape == b.shape else a == b", f"x={text}")
        check(f"{claim} of x={text}: {got}", got == "True")
for text, wanted in GIVEN:
    got = evaluate(text)
    check(f"{text}: {got}, not {wanted}", got.startswith(wanted))

print(f"{failures} failures" if failures else f"{len(COLLECTIONS)} collections")
sys.exit(failures > 0)
