#!/usr/bin/env python3
"""Configuration at the command line: files, environment, options, and cask config."""
import json
import os
import pathlib

from cases import check, fails, finish, folder, run

for name in [name for name in os.environ if name.startswith("CASK_")]:
    del os.environ[name]
HOME = {"HOME": "/nowhere", "XDG_CONFIG_HOME": "/nowhere"}
BLOCKS = ("eval", "da.ones(2**20).npartitions")


def gives(expected, *words, err="", **env):
    got = run(*words, env={**HOME, **env})
    check(f"{words} {env}", got == (0, expected, err), got)


def listed(*words, **env):
    status, out, err = run("config", "list", "--json", *words, env={**HOME, **env})
    return {row["key"]: row for row in json.loads(out)} if status == 0 else {"status": status, "err": err}


# Each place overrules the ones before it.
with folder() as name:
    home = pathlib.Path(name)
    (home / "cask").mkdir()
    user = {"XDG_CONFIG_HOME": name}
    gives("1\n", *BLOCKS)
    (home / "cask" / "a.yaml").write_text("array:\n  chunk_size: 4MiB\nthreads: 1\n")
    gives("2\n", *BLOCKS, **user)
    chosen = home / "chosen.yaml"
    chosen.write_text("array.chunk-size: 2MiB\n")
    gives("4\n", *BLOCKS, CASK_CONFIG=str(chosen), **user)
    gives("8\n", *BLOCKS, CASK_CONFIG=str(chosen), CASK_ARRAY__CHUNK_SIZE="1MiB", **user)
    gives("16\n", *BLOCKS, "--set", "array.chunk_size=512KiB", CASK_CONFIG=str(chosen), CASK_ARRAY__CHUNK_SIZE="1MiB", **user)
    gives("4\n", *BLOCKS, "--config", str(chosen), CASK_CONFIG="/nowhere", **user)
    gives("2MiB\n", "config", "get", "array.chunk-size", CASK_CONFIG=str(chosen), **user)
    gives('{"chunk-size": "4MiB", "file-chunk-size": "2MiB", "rechunk-piece-size": "64KiB"}\n', "config", "get", "array", **user)
    gives("/etc/cask/*.yaml\n" + name + "/cask/*.yaml\n$CASK_CONFIG, or --config FILE\n", "config", "files", **user)
    rows = listed("--set", "memory-limit=1GB", CASK_CONFIG=str(chosen), CASK_SCHEDULER="sync", **user)
    check("list says where from", {key: (row["value"], row["from"]) for key, row in rows.items() if row["from"] != "default"} == {
        "threads": (1, f"{name}/cask/a.yaml:3"), "array.chunk-size": ("2MiB", f"{chosen}:1"),
        "scheduler": ("sync", "environment CASK_SCHEDULER"), "memory-limit": ("1GB", "option")}, rows)
    # What list prints is a file that says the same.
    status, out, err = run("config", "list", "--set", "x.y='1: a #b'", "--set", "x.z=[1, two]", "--set", "x.on='on'", env={**HOME, **user})
    (home / "again.yaml").write_text(out)
    again = listed("--config", str(home / "again.yaml"))
    check("list is YAML", [again.get(key, {}).get("value") for key in ("threads", "array.chunk-size", "x.y", "x.z", "x.on")]
          == [1, "4MiB", "1: a #b", [1, "two"], "on"], (out, again))

# What is wrong is told with its place; what is unknown, with what is near.
    chosen.write_text("threads: 2\nmemory-limit: [\n")
    fails("cask: eval: ", f"{chosen}:3:1: ", "eval", "1", status=2, env={**HOME, "CASK_CONFIG": str(chosen)})
    fails("ValueError: ", f"{chosen}:3:1: ", "config", "list", env={**HOME, "CASK_CONFIG": str(chosen)})
    chosen.write_text("\nthreads: none\n")
    fails("cask: eval: threads: 'none' is no whole number", f"({chosen}:2)", "eval", "1", status=2, env={**HOME, "CASK_CONFIG": str(chosen)})
    chosen.write_text("thread: 2\nmine: {a: 1}\n")
    gives("1\n", "eval", "1", CASK_CONFIG=str(chosen),
          err=f"cask: warning: configuration key thread ({chosen}:1) is unknown; did you mean threads?\n"
              f"cask: warning: configuration key mine.a ({chosen}:2) is unknown\n")
fails("cask: eval: [Errno 2]", "/nope", "eval", "1", "--config", "/nope", status=2)
fails("cask: eval: memory-limit: 'big'", "(environment CASK_MEMORY_LIMIT)", "eval", "1", status=2, env={**HOME, "CASK_MEMORY_LIMIT": "big"})
fails("cask: eval: scheduler 'magic' is unknown", "threads", "eval", "1", status=2, env={**HOME, "CASK_SCHEDULER": "magic"})
fails("cask: eval: '=3' is not", "KEY=VALUE", "eval", "1", "--set", "=3", status=2)
fails("cask: eval: threads: 0", "(option)", "eval", "1", "--set", "threads=0", status=2)
fails("KeyError: there is no configuration key memory", "", "config", "get", "memory")
fails("KeyError: there is no configuration key chunk-size; did you mean array.chunk-size?", "", "config", "get", "chunk_size")
fails("cask: config: ", "get needs one key", "config", "get", status=2)
fails("cask: config: ", "there is list", "config", status=2)
fails("cask: config: ", "there is list", "config", "show", status=2)
gives("3\n", "config", "get", "num_workers", CASK_THREADS="3")
gives("60%\n", "config", "get", "memory-limit", CASK_MEMORY_LIMIT="")
gives("null\n", "config", "get", "threads")

# A key is written into a file; the rest of it stays as it was.
with folder() as name:
    home = {"HOME": name}
    file = pathlib.Path(name) / ".config" / "cask" / "cask.yaml"
    env = {key: value for key, value in os.environ.items() if key != "XDG_CONFIG_HOME"}

    def sets(text, *words):
        got = run("config", "set", *words, env={"XDG_CONFIG_HOME": "", **home})
        check(f"set {words}", got == (0, "", "") and file.read_text() == text, (got, file.exists() and file.read_text()))
    sets("threads: 2\n", "threads", "2")
    sets("threads: 3\n", "num_workers", "3")
    file.write_text("# mine\nthreads : 1   # few\narray:\n  chunk-size: 1MiB")
    sets("# mine\nthreads: 4\narray:\n  chunk-size: 1MiB\n", "threads", "4")
    sets("# mine\nthreads: 4\narray:\n  chunk-size: 1MiB\narray.chunk-size: 2MiB\n", "array.chunk_size", "2MiB")
    sets("# mine\nthreads: 4\narray:\n  chunk-size: 1MiB\narray.chunk-size: null\n", "array.chunk_size", "null")
    text = file.read_text() + 'spill.directory: ["/a b", "/c"]\n'
    sets(text, "spill.directory", "[/a b, /c]")
    fails("ValueError: threads: 'many'", "", "config", "set", "threads", "many", env=home)
    fails("ValueError: array is a group", "", "config", "set", "array", "1", env=home)
    check("a refused value changes nothing", file.read_text() == text, file.read_text())
    (pathlib.Path(name) / "odd.yaml").write_text("threads:\n  1\n")
    fails("ValueError: threads cannot be set line by line", "edit the file", "config", "set", "threads", "2", "--config",
          str(pathlib.Path(name) / "odd.yaml"))
fails("cask: config: ", "set needs a key and a value", "config", "set", "threads", status=2)

# Each key reaches what it is for.
WINDS = "da.from_netcdf('/usr/share/ferret-vis/data/monthly_navy_winds.cdf', 'UWND')"
if os.path.exists("/usr/share/ferret-vis/data/monthly_navy_winds.cdf"):
    sizes = [int(run("eval", WINDS + ".npartitions", "--set", f"array.file-chunk-size={size}", env=HOME)[1]) for size in ("512KiB", "2MiB", "1GB")]
    check("file chunks have the size that is set", sizes[0] > 2 * sizes[1] > 2 * sizes[2] == 2, sizes)
wide = [run("eval", "da.ones(64, chunks=1).sum()", "--set", f"split-every={n}", "--stats", env=HOME)[1] for n in (2, 64)]
check("split-every changes no sum", wide == ["64.0\n"] * 2, wide)
fused = run("eval", "((da.arange(10, chunks=3) + 1) * 2).sum()", "--set", "optimization.fuse.active=false", env=HOME)
check("nothing depends on fusing", fused == (0, "110\n", ""), fused)
fails("cask: eval: optimization.fuse.active: 'maybe' is neither", "(option)", "eval", "1", "--set", "optimization.fuse.active=maybe", status=2)

cached = run("eval", "(da.arange(10, chunks=3) + 1).sum()", "--set", "cache.bytes=1MB", "--set", "cache.halflife=10", env=HOME)
check("a cache changes no answer", cached == (0, "55\n", ""), cached)
fails("cask: eval: ", "cache", "eval", "1", "--set", "cache.bytes=2MB", "--memory-limit", "1MB", status=2)

# What commands show and save may be configured.
with folder() as name:
    page, events = pathlib.Path(name) / "p.html", pathlib.Path(name) / "t.json"
    got = run("eval", "da.ones(100, chunks=10).sum()", env={**HOME, "CASK_PROFILE": str(page), "CASK_TRACE": str(events), "CASK_PROGRESS": "true"})
    check("a page and a trace", got == (0, "100.0\n", "") and "<html" in page.read_text() and json.loads(events.read_text()), got)
    got = run("eval", "1 + 1", "--set", "progress=null", env=HOME)
    check("no bar", got == (0, "2\n", ""), got)
fails("FileNotFoundError: ", "/nowhere/x.html", "eval", "1 + 1", "--set", "profile=/nowhere/x.html", status=1)
across = "da.ones((1500, 1500), chunks=(10, 1500)).rechunk((1500, 10))"
split = [run("explain", across, "--memory-limit", "10MB", "--set", f"array.rechunk-piece-size={size}", env=HOME)[1].count("rechunk-split") for size in ("1B", "64KiB")]
check("larger pieces take more steps", 0 < split[0] < split[1], split)

# cask bench heeds it.
for env, words, wanted in [({"CASK_SCHEDULER": "sync"}, (), ("sync", 2)), ({"CASK_THREADS": "3"}, (), ("threads", 3)), ({"CASK_THREADS": "3"}, ("--threads", "1"), ("threads", 1)),
                           ({}, ("--set", "scheduler=sync"), ("sync", 2)), ({"CASK_SCHEDULER": "sync"}, ("--scheduler", "threads"), ("threads", 2))]:
    status, out, err = run("bench", "tasks", "--tasks", "1e3", "--json", *words, env={**HOME, **env})
    seen = json.loads(out) if status == 0 else {"err": err}
    check(f"bench {env} {words}", seen.get("scheduler") == wanted[0] and (wanted[1] == 2 or seen["threads"] == wanted[1]), seen)
fails("cask: bench tasks: threads: 'many' is no whole number", "environment CASK_THREADS", "bench", "tasks", env={**HOME, "CASK_THREADS": "many"}, status=2)
status, out, err = run("bench", "tasks", "--tasks", "100", "--shape", "tree", "--bytes", "1kB", env={**HOME, "CASK_MEMORY_LIMIT": "1kB"})
check("the bench heeds a limit that is set", status == 1 and "MemoryError" in err, (status, err))

# The environment reaches what it is for: half a gigabyte does not fit.
status, out, err = run("eval", "da.ones((8000, 8000), chunks=-1) @ da.ones((8000, 8000), chunks=-1)", env={**HOME, "CASK_MEMORY_LIMIT": "50MB"})
check("the limit of the environment holds", status == 1 and "MemoryError" in err, (status, err))
finish()
