#!/usr/bin/env python3
"""Records tests/graph/cases.jsonl: graphs in JSON, made from seeds, with what Dask makes of them.

  record.py > cases.jsonl          needs Dask; run by hand

Each line is a request as `cask graph run` reads it, with `expected`: a value, a graph, or
{"error": [the exception's class and its bases]}.
"""
import ast
import json
import operator as op
import random

import dask
from dask import core, optimization, rewrite

FUNCTIONS = {
    "inc": lambda x: x + 1, "dec": lambda x: x - 1, "double": lambda x: 2 * x, "neg": op.neg,
    "abs": abs, "add": op.add, "sub": op.sub, "mul": op.mul, "floordiv": op.floordiv, "sum": sum,
    "max": max, "len": len, "sorted": sorted, "list": list, "getitem": op.getitem,
    "identity": lambda x: x, "concat": lambda ls: [x for l in ls for x in l],
}
NAMES = {f: "$" + n for n, f in FUNCTIONS.items()}
UNARY = ["inc", "dec", "double", "neg", "identity", "abs"]
BINARY = ["add", "sub", "mul"]


def key_of(text):
    return ast.literal_eval(text) if isinstance(text, str) and text.startswith("('") else text


def task(v, keys):
    if isinstance(v, list):
        if v and isinstance(v[0], str) and v[0].startswith("$"):
            return (FUNCTIONS[v[0][1:]],) + tuple(task(a, keys) for a in v[1:])
        return [task(a, keys) for a in v]
    return key_of(v) if v in keys else v


def untask(v):
    if isinstance(v, tuple) and v and callable(v[0]):
        return [NAMES[v[0]]] + [untask(a) for a in v[1:]]
    if isinstance(v, tuple):
        return repr(v)
    if isinstance(v, list):
        return [untask(a) for a in v]
    return v


def text_of(key):
    return repr(key) if isinstance(key, tuple) else key


def nested(keys):
    return [nested(k) for k in keys] if isinstance(keys, list) else key_of(keys)


def answer(case):
    keys = set(case["graph"])
    dsk = {key_of(k): task(v, keys) for k, v in case["graph"].items()}
    wanted, what = nested(case.get("keys", [])), case["op"]
    try:
        if what == "get":
            got = dask.get(dsk, wanted)
            return json.loads(json.dumps(got))
        if what == "cull":
            made = optimization.cull(dsk, wanted)[0]
        elif what == "fuse":
            bounds = {k: case[k] for k in ("ave_width", "max_width", "max_height", "max_depth_new_edges") if k in case}
            made = optimization.fuse(dsk, keys=wanted, rename_keys=case.get("rename", False), **bounds)[0]
        elif what == "inline":
            made = optimization.inline(dsk, keys=wanted, inline_constants=case["constants"])
        elif what == "inline_functions":
            made = optimization.inline_functions(
                dsk, wanted, fast_functions=[FUNCTIONS[n[1:]] for n in case["fast"]], inline_constants=case["constants"])
        elif what == "rewrite":
            rules = []
            for rule in case["rules"]:
                names = set(rule["vars"])
                rules.append(rewrite.RewriteRule(task(rule["lhs"], names), task(rule["rhs"], names), tuple(rule["vars"])))
            net = rewrite.RuleSet(*rules)
            made = {k: net.rewrite(v, case.get("strategy", "bottom_up")) for k, v in dsk.items()}
        elif what == "cycle":
            return len(core.getcycle(dsk, None)) > 0
        else:
            raise SystemExit(what)
    except Exception as error:  # noqa: BLE001
        return {"error": [c.__name__ for c in type(error).__mro__ if c not in (BaseException, object)]}
    return {text_of(k): untask(v) for k, v in sorted(made.items(), key=lambda kv: text_of(kv[0]))}


def argument(rng, before, depth=0):
    kind = rng.random()
    if before and kind < 0.55:
        return rng.choice(before)
    if kind < 0.7 and depth < 2:
        return ["$" + rng.choice(UNARY), argument(rng, before, depth + 1)]
    if kind < 0.76 and depth < 2:
        return ["$sum", [argument(rng, before, depth + 1) for _ in range(rng.randrange(1, 4))]]
    return rng.randrange(-3, 9)


def term(rng, before, style):
    kind = rng.random()
    if not before or kind < 0.12:
        return rng.randrange(10)
    if kind < 0.18:
        return rng.choice(before)  # an alias
    if kind < 0.22 and style != "numbers":
        return [argument(rng, before) for _ in range(rng.randrange(3))]
    near = before[-3:] if style == "chains" else before
    if kind < 0.6:
        return ["$" + rng.choice(UNARY), argument(rng, near)]
    if kind < 0.85:
        return ["$" + rng.choice(BINARY), argument(rng, near), argument(rng, near)]
    return ["$sum", [rng.choice(near) for _ in range(rng.randrange(1, 4))]]


def random_graph(rng, style):
    names = rng.choice([["k%d" % i for i in range(26)], list("abcdefghijklmnopqrstuvwxyz"),
                        ["%s-%d" % (rng.choice(["load", "clean", "sum-part"]), i) for i in range(26)],
                        ["('x%d', %d)" % (i % 3, i) for i in range(26)]])
    size = rng.randrange(2, 18)
    graph, before = {}, []
    for name in names[:size]:
        graph[name] = term(rng, before, style)
        before.append(name)
    shuffled = list(graph)
    rng.shuffle(shuffled)
    return {k: graph[k] for k in shuffled}


def tree(rng):
    """Trees with shared inputs: what the bounds on width and height decide about."""
    graph, level, number = {}, [], 0
    for i in range(rng.choice([2, 3, 4, 8])):
        graph["r%d" % i] = rng.choice([i, ["$inc", i], ["$inc", "shared"]])
        level.append("r%d" % i)
    graph["shared"] = ["$inc", 1]
    while len(level) > 1:
        fan, above = rng.choice([2, 2, 3]), []
        for i in range(0, len(level), fan):
            name = "t%d" % number
            number += 1
            part = level[i:i + fan]
            graph[name] = ["$sum", part] if rng.random() < 0.8 else ["$sum", part + ["shared"]]
            if rng.random() < 0.3:
                graph[name + "i"] = ["$inc", name]
                name += "i"
            above.append(name)
        level = above
    return graph


def cases():
    for seed in range(60):
        rng = random.Random(seed)
        style = ["numbers", "mixed", "chains"][seed % 3]
        graph = random_graph(rng, style)
        keys = rng.sample(list(graph), rng.randrange(1, min(4, len(graph)) + 1))
        yield {"op": "fuse", "graph": graph, "keys": keys}
        yield {"op": "cull", "graph": graph, "keys": keys}
        yield {"op": "inline", "graph": graph, "keys": keys, "constants": seed % 2 == 0}
        yield {"op": "inline_functions", "graph": graph, "keys": keys, "constants": seed % 4 == 0,
               "fast": ["$" + n for n in rng.sample(UNARY + BINARY, 4)]}
        if style == "numbers":
            yield {"op": "get", "graph": graph, "keys": rng.choice([keys, keys[0], [keys, [keys[0], keys]]])}
    for seed in range(80):
        rng = random.Random(1000 + seed)
        graph = tree(rng) if seed % 2 else random_graph(rng, "chains")
        case = {"op": "fuse", "graph": graph, "keys": rng.sample(list(graph), rng.randrange(0, 3))}
        case["ave_width"] = rng.choice([0.5, 1, 1.5, 2, 3, 4, 8])
        if rng.random() < 0.4:
            case["max_width"] = rng.choice([1, 2, 5])
        if rng.random() < 0.4:
            case["max_height"] = rng.choice([1, 2, 3])
        if rng.random() < 0.4:
            case["max_depth_new_edges"] = rng.choice([1, 2, 10])
        if rng.random() < 0.5:
            case["rename"] = True
        yield case
    rules = [{"lhs": ["$add", "a", "a"], "rhs": ["$mul", "a", 2], "vars": ["a"]},
             {"lhs": ["$add", "a", 0], "rhs": "a", "vars": ["a"]},
             {"lhs": ["$neg", ["$neg", "a"]], "rhs": "a", "vars": ["a"]},
             {"lhs": ["$mul", 1, "b"], "rhs": "b", "vars": ["b"]},
             {"lhs": ["$sub", "a", "b"], "rhs": ["$add", "a", ["$neg", "b"]], "vars": ["a", "b"]},
             {"lhs": ["$inc", ["$inc", "a"]], "rhs": ["$add", "a", 2], "vars": ["a"]},
             {"lhs": ["$inc", "a"], "rhs": ["$add", "a", 1], "vars": ["a"]},
             {"lhs": ["$sum", ["a", "b"]], "rhs": ["$add", "a", "b"], "vars": ["a", "b"]},
             {"lhs": ["$identity", "a"], "rhs": "a", "vars": ["a"]}]
    for seed in range(40):
        rng = random.Random(2000 + seed)

        def grow(depth):
            kind = rng.random()
            if depth == 0 or kind < 0.2:
                return rng.choice([0, 0, 1, 1, 2, "x", "y"])
            if kind < 0.5:
                return ["$" + rng.choice(["inc", "neg", "identity"]), grow(depth - 1)]
            if kind < 0.9:
                part = grow(depth - 1)
                return ["$" + rng.choice(["add", "sub", "mul"]), part, rng.choice([part, grow(depth - 1)])]
            return ["$sum", [grow(depth - 1) for _ in range(2)]]

        graph = {"x": 3, "y": 4, **{"k%d" % i: grow(4) for i in range(4)}}
        case = {"op": "rewrite", "graph": graph, "rules": rng.sample(rules, rng.randrange(1, 6))}
        if seed % 4 == 3:
            case["strategy"] = "top_level"
        yield case
    for graph, keys in [
            ({"a": ["$inc", "b"], "b": ["$inc", "a"]}, "a"), ({"a": "b", "b": "c", "c": "a"}, "a"),
            ({"a": "a"}, "a"), ({"a": 1}, "b"), ({"a": 1}, ["a", ["b"]]), ({"a": ["$inc", "x"]}, "a"),
            ({"a": ["$floordiv", 1, 0]}, "a"), ({"a": ["$getitem", [1], 3]}, "a"), ({"a": ["$inc", 1, 2]}, "a"),
            ({"a": ["$add", "b", "c"], "b": [1, 2], "c": ["x", "d"], "d": 5}, ["a", "c"]),
            ({"a": [["b", ["$inc", "b"]], []], "b": 1}, "a"), ({"a": "text", "b": ["$len", "a"]}, "b"),
            ({"('x', 0)": 1, "('x', 1)": ["$inc", "('x', 0)"], "s": ["$sum", ["('x', 0)", "('x', 1)"]]}, ["s", "('x', 1)"]),
            ({"a": None, "b": ["$list", ["a", True, 1.5]]}, "b")]:
        yield {"op": "get", "graph": graph, "keys": keys}
        yield {"op": "cull", "graph": graph, "keys": keys}
    for seed in range(12):
        rng = random.Random(3000 + seed)
        names = "abcdefgh"
        yield {"op": "cycle", "graph": {n: ["$inc", rng.choice(names + "123")] for n in names}}


if __name__ == "__main__":
    for number, case in enumerate(cases()):
        case = {"id": "%s-%03d" % (case["op"], number), **case, "expected": answer(case)}
        print(json.dumps(case, separators=(",", ":")))
