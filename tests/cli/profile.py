#!/usr/bin/env python3
"""--profile, --trace and --progress: what the files hold, and that a browser shows the page whole."""
import html.parser
import json
import os
import pathlib
import re
import shutil
import subprocess

from cases import CASK, check, fails, finish, folder, run

X = "x=da.ones((4000, 4000), chunks=500) * 2"
E = "(x + x.T).sum(axis=0).mean()"
BROWSER = next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None)


class Page(html.parser.HTMLParser):
    """The attributes of <html>, what is loaded from elsewhere, and the text of the parts that have an id."""

    def __init__(self, text):
        super().__init__()
        self.root, self.foreign, self.texts, self.open, self.void = {}, [], {}, [], {"meta", "link", "br", "img", "input"}
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "html":
            self.root = attributes
        self.foreign += [f"{tag} {name}={value}" for name, value in attributes.items() if name in ("src", "href", "srcset")]
        if tag not in self.void:
            self.open.append(attributes.get("id"))

    def handle_endtag(self, tag):
        if self.open and tag not in self.void:
            self.open.pop()

    def handle_data(self, data):
        for name in self.open:
            if name:
                self.texts[name] = self.texts.get(name, "") + data


def data_of(path):
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', path.read_text(), re.S)
    return json.loads(found[1])


def shown(path, *flags):
    """The page after its script has run."""
    with folder() as profile:
        done = subprocess.run([BROWSER, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={profile}", *flags,
                               "--virtual-time-budget=20000", "--dump-dom", path.as_uri()],
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, timeout=120)
    return Page(done.stdout)


def check_page(what, path, tasks, spans=None, rows=None, error=False):
    """The data is sound, and a browser shows all of it."""
    data = data_of(path)
    count = sum(group[2] for group in data["groups"])
    in_lanes = sum(sum(lane["spans"][3::8]) for lane in data["lanes"])
    check(f"{what}: all tasks are there", count == in_lanes == tasks, (count, in_lanes, tasks))
    check(f"{what}: no overlaps", all(step >= 0 for lane in data["lanes"] for step in lane["spans"][0::8]))
    check(f"{what}: nothing from elsewhere", not Page(path.read_text()).foreign and "http" not in path.read_text().lower())
    check(f"{what}: small", path.stat().st_size < 10 << 20, path.stat().st_size)
    if not BROWSER:
        return data
    for size in ("1400,900", "420,800"):
        page = shown(path, f"--window-size={size}")
        told = {name[5:]: value for name, value in page.root.items() if name.startswith("data-")}
        wanted = {"ready": "yes", "hit": "yes", "tasks": str(tasks), "shown": str(tasks), "lanes": str(len(data["lanes"]))}
        check(f"{what}: shown at {size}", all(told.get(name) == value for name, value in wanted.items()) and "error" not in told, told)
        check(f"{what}: rows", rows is None or told.get("rows") == str(rows), told)
        check(f"{what}: spans", spans is None or int(told.get("spans", -1)) <= spans, told)
        check(f"{what}: the error", bool(page.texts.get("failure", "").strip()) == error, page.texts.get("failure"))
        check(f"{what}: facts", "Wall time" in page.texts.get("facts", "") and "NaN" not in page.texts["facts"], page.texts.get("facts"))
    return data


def check_trace(what, path, tasks, failed=0):
    events = json.loads(path.read_text())["traceEvents"]
    complete = [event for event in events if event["ph"] == "X"]
    check(f"{what}: all tasks", len(complete) == tasks, len(complete))
    check(f"{what}: sound", all(event["dur"] >= 0 and event["ts"] >= 0 and event["args"]["key"] and event["cat"] for event in complete))
    check(f"{what}: failures", sum("failed" in event["args"] for event in complete) == failed)
    named = {event["tid"] for event in events if event["ph"] == "M" and event["name"] == "thread_name"}
    check(f"{what}: threads have names", {event["tid"] for event in complete} <= named, named)
    for thread in named:
        mine = sorted((event["ts"], event["dur"]) for event in complete if event["tid"] == thread)
        check(f"{what}: one after another", all(a + b <= c + 0.002 for (a, b), (c, _) in zip(mine, mine[1:])))
    check(f"{what}: counters", any(event["ph"] == "C" and event["args"].get("bytes", 0) > 1e6 for event in events))


def planned(*words):
    return json.loads(run("explain", "--json", *words)[1])["tasks"]


with folder() as name:
    here = pathlib.Path(name)
    page, trace = here / "p.html", here / "t.json"

    tasks = planned(E, X)
    for threads in ("1", "2", "5"):
        status, out, err = run("eval", E, X, "--threads", threads, "--profile", page, "--trace", trace)
        check(f"eval with {threads} threads", (status, out, err) == (0, "16000.0\n", ""), (status, out, err))
        data = check_page(f"page, {threads} threads", page, tasks) if threads == "2" else data_of(page)
        check("threads are told", data["threads"] == int(threads) and len(data["lanes"]) <= int(threads), data["threads"])
        check("what was run is told", data["title"] == E, data["title"])
        check("memory is sampled", len(data["samples"]) >= 2 and data["samples"][-1][2] > 1e6, data["samples"][-1:])
        results = data["results"]
        check("results come and go", max(results[1::2]) > 1e6 and results[-1] == 0, results[-4:])
        check("times are in order", results[0::2] == sorted(results[0::2]) and data["begin"] <= results[0] and results[-2] <= data["end"])
        check_trace(f"trace, {threads} threads", trace, tasks)

    status, out, err = run("eval", "1 + 1", "--profile", page, "--trace", trace)
    check("nothing lazy", (status, out) == (0, "2\n"), (status, out, err))
    check_page("no task", page, 0, rows=0)
    check("an empty trace", json.loads(trace.read_text())["traceEvents"])

    run("eval", "da.ones(3, chunks=3)", "--profile", page)
    check_page("one task", page, 1, rows=1)

    long = "a_very_long_name_of_a_key_" * 12
    graph = {f"{long}{i}": ["$inc", i] for i in range(30)} | {"<b>&\"'\u00fc": ["$sum", [f"{long}{i}" for i in range(30)]]}
    (here / "long.json").write_text(json.dumps(graph))
    status, out, err = run("graph", "run", here / "long.json", "<b>&\"'\u00fc", "--profile", page, "--trace", trace)
    check("a graph", (status, out) == (0, "465\n"), (status, out, err))
    check_page("long names", page, 31)
    check_trace("trace of a graph", trace, 31)

    (here / "bad.json").write_text(json.dumps({"a": ["$inc", 1], "b": ["$div", "a", 0], "c": ["$inc", "b"]}))
    err = fails("ZeroDivisionError", "in task b, function div", "graph", "run", here / "bad.json", "c", "--profile", page, "--trace", trace)
    data = check_page("a failure", page, 2, rows=2, error=True)
    check("its message", data["error"]["class"] == "ZeroDivisionError" and data["tasks"] == 3, data["error"])
    check_trace("trace of a failure", trace, 2, failed=1)

    many = ("da.ones(100000, chunks=1).sum()", "--memory-limit", "1GB")
    tasks = planned(*many)
    status, out, err = run("eval", *many, "--profile", page, "--trace", trace)
    check("many tasks run", (status, out) == (0, "100000.0\n"), (status, out, err))
    data = check_page("many tasks", page, tasks, spans=60000)
    check("it says that tasks were joined", data["resolution"] > 0, data["resolution"])
    check("the trace has each", trace.read_text().count('"ph":"X"') == tasks)

    # Files that cannot be written are told before anything is computed.
    fails("FileNotFoundError", "nowhere", "eval", "1 // 0", "--profile", here / "nowhere" / "p.html")
    fails("FileNotFoundError", "nowhere", "eval", "1 // 0", "--trace", here / "nowhere" / "t.json")
    fails("IsADirectoryError", name, "eval", "1 // 0", "--trace", here)
    left = {path.name for path in here.iterdir()}
    check("nothing else is left", left == {"p.html", "t.json", "long.json", "bad.json"}, left)

if not BROWSER and os.environ.get("REQUIRE_BROWSER"):
    check("a browser", False, "REQUIRE_BROWSER is set, and there is no chromium")
elif not BROWSER:
    print("no chromium: pages were checked without a browser")
finish()
