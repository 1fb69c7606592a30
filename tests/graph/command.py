#!/usr/bin/env python3
"""`cask graph`: the files of examples/graphs, options, errors, pictures, figures.

  command.py CASK
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

CASK = os.path.abspath(sys.argv[1])
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
GRAPHS = ROOT / "examples" / "graphs"
failures = 0


def run(*words, status=0, stdin=None, env=None):
    done = subprocess.run([CASK, "graph", *map(str, words)], capture_output=True, text=True, timeout=120, env=env)
    check(f"{' '.join(map(str, words))}: exit status {done.returncode}: {done.stderr}", done.returncode == status)
    return done


def check(what, good):
    global failures
    if not good:
        failures += 1
        print(what)


def out(wanted, *words):
    got = run(*words).stdout
    check(f"{' '.join(map(str, words))}: {got!r}, not {wanted!r}", got == wanted)


def error(wanted, *words, status=1):
    got = run(*words, status=status).stderr
    check(f"{' '.join(map(str, words))}: {got!r}, not {wanted!r}", got.startswith(wanted))


# the seeds' graphs, on every scheduler
for scheduler in ["sync", "threads"]:
    how = ["--scheduler", scheduler]
    out("12\n", "run", GRAPHS / "add.json", "z", *how)
    out("z: 3\nw: 6\nnested: 4\nlist: [1, 1, 2]\nalias: 6\ntext: 'NOT A KEY'\nquoted: ['$inc', 'x']\nparts: [0, 1, 2, 3, 4, 5]\n",
        "run", GRAPHS / "terms.json", "z", "w", "nested", "list", "alias", "text", "quoted", "parts", *how)
    out("'stored myfile.a.data, myfile.b.data, myfile.c.data'\n", "run", GRAPHS / "pipeline.json", "store", *how)
    out("153.33333333333334\n", "run", GRAPHS / "cross_validation.json", "test_score", *how)
    out("153.33333333333334\n", "run", GRAPHS / "cross_validation.json", "test_score", "--optimize", *how)
out('{"store": ["$str", ["$sum", ["$sorted", ["$range", 10]]]]}\n', "run", GRAPHS / "fuse.json")

with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    pathlib.Path("bad.json").write_text('{"x": [1, }')
    pathlib.Path("odd.json").write_text('{"op": "melt", "graph": {"x": 1}}')
    pathlib.Path("nokeys.json").write_text('{"graph": {"x": 1}}')
    pathlib.Path("cycle.json").write_text('{"a": ["$inc", "b"], "b": ["$inc", "a"]}')
    pathlib.Path("get.json").write_text('{"graph": {"x": 1, "y": ["$inc", "x"]}, "keys": [["x"], "y"]}')
    run("run", "get.json", "-o", "out.json")
    check("out.json", json.loads(pathlib.Path("out.json").read_text()) == [[1], 2])
    out("[[1], 2]\n", "run", "get.json")

    error("JSONDecodeError: Expecting value: line 1 column 11 (char 10)", "run", "bad.json", "x")
    error("ValueError: there is no operation 'melt' on graphs", "run", "odd.json")
    error('ValueError: "get" needs "keys"', "run", "nokeys.json")
    error("ValueError: which keys?", "run", "cycle.json")
    error("RuntimeError: Cycle detected in Dask: a->b->a", "run", "cycle.json", "a")
    error("RuntimeError: Cycle detected in Dask: a->b->a", "show", "cycle.json", "-o", "x.dot")
    error("KeyError: the graph has no key 'zz'", "run", GRAPHS / "add.json", "zz")
    error("FileNotFoundError: ", "run", "nothing.json", "x")
    error("KeyError: there is no function 'geo.hypot'", "run", GRAPHS / "plugin.json", "c")
    error("cask: graph run: no file given", "run", status=2)
    error("cask: graph: there is run, show and stats", "draw", status=2)
    error("cask: graph show: say where to", "show", GRAPHS / "add.json", status=2)
    error("cask: graph show: --color takes", "show", GRAPHS / "add.json", "-o", "x.dot", "--color", "red", status=2)
    error("ValueError: 'x.jpg' is no name for a picture of a graph", "show", GRAPHS / "add.json", "-o", "x.jpg")
    error("ValueError: a picture of 8 tasks", "show", GRAPHS / "pipeline.json", "-o", "x.dot", "--limit", 3)
    error("TypeError: '1 + 1' has no tasks", "show", "1 + 1", "-o", "x.dot")
    error("NameError: name 'nope' is not defined\n  nope\n  ^~~~", "stats", "nope")
    check("files left: " + " ".join(os.listdir(".")), not any(n.startswith("x.") for n in os.listdir(".")))
    error("cask: graph run: cannot load the plug-in './libnone.so'", "run", GRAPHS / "add.json", "z", "--preload", "./libnone.so",
          status=2)

    # pictures: every task is a box, every call a circle
    run("show", GRAPHS / "pipeline.json", "-o", "p.dot")
    dot = pathlib.Path("p.dot").read_text()
    check("boxes and circles of the pipeline", len(re.findall("shape=box", dot)) == 8 and
          len(re.findall("shape=(?:circle|ellipse)", dot)) == 8 and len(re.findall(" -> ", dot)) == 8 + 8 - 1)
    run("show", "(x + 1).sum()", "x=da.ones((4, 4), chunks=2)", "-o", "e.dot", "--color", "order")
    dot = pathlib.Path("e.dot").read_text()
    check("numbers of the order", [int(n) for n in re.findall(r"\\n#(\d+)", dot)] == list(range(len(re.findall("shape=box", dot)))))
    run("show", "(x + 1).sum()", "x=da.ones((4, 4), chunks=2)", "-o", "f.dot", "--optimize", "--color", "memory", "--left-right")
    check("fewer tasks when fused", pathlib.Path("f.dot").read_text().count("shape=box") < dot.count("shape=box"))
    if shutil.which("dot"):
        for name, begin in [("p.svg", b"<?xml"), ("p.png", b"\x89PNG"), ("p.pdf", b"%PDF")]:
            run("show", GRAPHS / "cross_validation.json", "-o", name, "--color", "time")
            check(name, pathlib.Path(name).read_bytes().startswith(begin))
    done = subprocess.run([CASK, "graph", "show", str(GRAPHS / "add.json"), "-o", "x.svg"], capture_output=True, text=True,
                          env={"PATH": folder})
    check("without Graphviz: " + done.stderr, done.returncode == 1 and "apt-get install graphviz" in done.stderr and
          not os.path.exists("x.svg"))

    def evaluate(*words):
        return subprocess.run([CASK, "eval", *words], capture_output=True, text=True, timeout=60)

    got = re.sub("-[0-9a-f]{32}'", "'", evaluate("x.dask", "x=da.arange(15, chunks=5)").stdout)
    check(got, got == "{('arange', 0): (arange, 0, 5, 1, 'int64'), ('arange', 1): (arange, 5, 10, 1, 'int64'), ('arange', 2): (arange, 10, 15, 1, 'int64')}\n")
    got = re.sub("-[0-9a-f]{32}'", "'", evaluate("(x + 100).sum().dask", "x=da.arange(15, chunks=5)").stdout)
    check(got, got.count("(arange, ") == 3 and got.count("(add, ") == 3 and "(add, ('arange', 1), 100)" in got
          and "('sum-aggregate',): (sum-aggregate, [(" in got)
    # lazy things in a graph by hand: their graphs are merged into it, and what they share is computed once
    for text, wanted in [
            ("dask.get({'x': da.ones(4, chunks=2) + 1, 'y': (lambda a: a.sum(), 'x'), 'z': (lambda a, b: [a, b], [delayed(abs)(-1), da.arange(3), 'y'], "
             "{'k': da.arange(4, chunks=2).sum(), 2: [da.zeros(2)]})}, ['y', 'z', 'x'])",
             "(8.0, [[1, array([0, 1, 2]), 8.0], {'k': 6, 2: [array([0., 0.])]}], array([2., 2., 2., 2.]))"),
            ("dask.get({'x': delayed(abs)(-3), 'y': (lambda a, b, c: (a, b, c), 'x', delayed(abs)(-4), 'x')}, 'y')", "(3, 4, 3)"),
            ("dask.get({'x': (sum, [da.ones(3, chunks=1)[i] for i in range(3)])}, 'x')", "3.0"),
            ("dask.get({'x': delayed(lambda: 1 / 0)(), 'y': 2}, 'y')", "2"),
            ("(lambda r: dask.get({'x': r, 'y': (lambda a, b: a is b, 'x', r)}, 'y'))(delayed(lambda: [1, 2], pure=False)())", "True")]:
        check(f"{text}: {evaluate(text)}", evaluate(text).stdout == wanted + "\n")
    # the graph itself, instead of a picture of it
    run("show", "(da.arange(6, chunks=3) + 1)[::2]", "-o", "a.json")
    text = re.sub("-[0-9a-f]{32}'", "'", pathlib.Path("a.json").read_text())
    check(text, json.loads(text) == {
        "('arange', 0)": ["$arange", 0, 3, 1, "int64"], "('add', 0)": ["$add", "('arange', 0)", 1],
        "('getitem', 0)": ["$getitem", "('add', 0)", ["$tuple", [["$slice", 0, 4, 2]]]],
        "('arange', 1)": ["$arange", 3, 6, 1, "int64"], "('add', 1)": ["$add", "('arange', 1)", 1],
        "('getitem', 1)": ["$getitem", "('add', 1)", ["$tuple", [["$slice", 1, 3, 2]]]]})
    run("show", "da.ones((4, 2)).cumsum(axis=0)[1:3, 0]", "-o", "s.json")
    check("slices", list(json.loads(pathlib.Path("s.json").read_text()).values())[-1][2] == ["$tuple", [["$slice", 1, 3, None], 0]])
    run("show", "delayed(lambda x: x + 1)(delayed(abs)(-2, dask_key_name='a'), dask_key_name='b')", "-o", "d.json")
    out("3\n", "run", "d.json", "b")
    run("show", GRAPHS / "add.json", "y", "-o", "y.json")
    check("only what is needed", json.loads(pathlib.Path("y.json").read_text()) == {"x": 1, "y": ["$inc", "x"]})
    run("show", GRAPHS / "add.json", "y", "--optimize", "-o", "o.json")
    out("2\n", "run", "o.json", "y")
    # single tasks and their dependencies, as dask.core has them
    for text in ["[dask.core.istask(t) for t in [(abs, 1), (), [1], (1, 2)]] == [True, False, False, False]",
                 "list(dask.core.flatten([[1, (2, 3)], [4, [5]]])) == [1, (2, 3), 4, 5] and list(dask.core.flatten('abc')) == ['abc']",
                 "dask.core.subs((sum, ['x', 1, (abs, 'x')]), 'x', 5) == (sum, [5, 1, (abs, 5)])",
                 "dask.core.subs((sum, [1, True]), 1, 7) == (sum, [7, True])",
                 "list(dask.core.preorder_traversal((sum, ['x', (abs, 1)]))) == [sum, list, 'x', abs, 1]",
                 "dask.core.keys_in_tasks({'x', 'y'}, [(abs, 'x'), 'z', {'a': 'y'}]) == {'x', 'y'}",
                 "dask.core.keys_in_tasks({'x', 'y'}, [(abs, 'x'), 'x'], as_list=True) == ['x', 'x']",
                 "dask.core.reverse_dict({'a': {'b', 'c'}, 'b': {'c'}, 'c': set()}) == {'a': set(), 'b': {'a'}, 'c': {'a', 'b'}}",
                 "dask.core.get_deps({'x': 1, 'y': (abs, 'x'), 'z': (sum, ['x', 'y'])}) == "
                 "({'x': set(), 'y': {'x'}, 'z': {'x', 'y'}}, {'x': {'y', 'z'}, 'y': {'z'}, 'z': set()})",
                 "dask.optimization.functions_of((abs, (sum, [1, (len, 'x')]))) == {abs, sum, len}",
                 "dask.base.key_split('x-abcdefab') == 'x'",
                 "(lambda g: [len(g.get_all_dependencies()), len(g.to_dict())] == [4, 4])((da.ones(4, chunks=2) + 1).dask)"]:
        check(f"{text}: {evaluate(text)}", evaluate(text).stdout == "True\n")
    for text, wanted in [("dask.core.keys_in_tasks(3, [1])", "TypeError: keys_in_tasks takes"), ("dask.core.reverse_dict([1])", "TypeError: reverse_dict takes"),
                         ("dask.core.get_deps(3)", "TypeError: get_deps takes"), ("dask.core.flatten(3)", "TypeError: ")]:
        check(f"{text}: {evaluate(text)}", evaluate(text).stderr.startswith(wanted))
    check("a number as a scheduler", evaluate("[da.ones(4, chunks=2).sum().compute(scheduler=n) for n in (1, 3)]").stdout == "[4.0, 4.0]\n"
          and "at least 1, not 0" in evaluate("da.ones(2).compute(scheduler=0)").stderr)
    check("what is configured is seen in tasks", evaluate("delayed(lambda: dask.config.get('split-every'))()").stdout == "4\n")
    check("of a lazy one that fails", "division by zero (in lambda) (in task lambda-"
          in evaluate("dask.get({'x': delayed(lambda: 1 / 0)(), 'y': (abs, 'x')}, 'y')").stderr)
    check("visualize", evaluate("dask.visualize(x, [x.mean()], filename='v.dot', color='order')", "x=da.ones(4, chunks=2)").stdout
          == "'v.dot'\n" and pathlib.Path("v.dot").read_text().count("shape=box") == 3)
    check("x.visualize", evaluate("x.visualize(filename='w', format='dot')", "x=da.ones(4, chunks=2)").returncode == 0
          and pathlib.Path("w.dot").read_text().count("shape=box") == 2)
    check("of an array", evaluate("np.ones(3).dask").stderr.startswith("AttributeError: 'numpy.ndarray' object has no attribute 'dask'"))

    stats = json.loads(run("stats", GRAPHS / "pipeline.json", "--json").stdout)
    check(f"figures {stats}", (stats["tasks"], stats["edges"], stats["depth"], stats["width"], stats["roots"]) == (8, 7, 4, 3, 3))
    stats = json.loads(run("stats", "x.sum()", "x=da.arange(1600, chunks=100)", "--json").stdout)
    check(f"figures of an expression {stats}", stats["roots"] == 16 and stats["functions"]["arange"] == 16 and
          stats["bytes_results"] >= 40 * 40 * 8)
    got = run("stats", GRAPHS / "pipeline.json").stdout
    check(got, "longest    store <- analyze <- ('clean', 0) <- ('load', 0)\n" in got)

print(f"{failures} failures")
sys.exit(failures > 0)
