#!/usr/bin/env python3
"""Run the examples of README.md and docs/*.md, and compare with what stands there.

  examples.py CASK

In a block marked `console` each `$ command` is run by sh in a folder of its own, with cask on the
path; what follows it must be its output, a line `...` standing for any lines. A block marked `c` must
stand, word for word, in one of the files of examples/, which another test builds and runs. A picture that
the page shows and its commands have made must be the same, but for what another version of FreeType makes of letters.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "cli"))
from images import png  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
CASK = pathlib.Path(sys.argv[1]).resolve()


def blocks(text):
    """(language, line number, body) of each fenced block."""
    for match in re.finditer(r"^```(\w+)\n(.*?)^```$", text, re.M | re.S):
        yield match[1], text[:match.start()].count("\n") + 2, match[2]


def commands(body):
    """(command, expected output); a command ending in a backslash goes on in the next line, one with <<'END' up to END."""
    for part in re.split(r"^\$ ", body, flags=re.M)[1:]:
        lines = part.splitlines(keepends=True)
        size = 1
        while lines[size - 1].endswith("\\\n") or "".join(lines[:size]).count('"') % 2:
            size += 1
        here = re.search(r"<<'(\w+)'", lines[0])
        while here and size < len(lines) and lines[size - 1] != here[1] + "\n":
            size += 1
        yield "".join(lines[:size]).rstrip("\n"), "".join(lines[size:])


def matches(got, wanted):
    pattern = "".join(r"(.*\n)*" if line.strip() == "..." else re.escape(line) for line in wanted.splitlines(keepends=True))
    return re.fullmatch(pattern, got) is not None


def same_picture(made, shown):
    if made.suffix == ".svg":
        return made.read_text() == shown.read_text()
    a, b = png(made.read_bytes()), png(shown.read_bytes())
    different = sum(x != y for x, y in zip(b"".join(a[2]), b"".join(b[2])))
    return a[3] == b[3] and len(a[2]) == len(b[2]) and abs(a[0] - b[0]) + abs(a[1] - b[1]) < 9 and \
        (a[:2] != b[:2] or different < 0.02 * len(a[2]) * len(a[2][0]))


passed = failed = 0
env = {**os.environ, "PATH": f"{CASK.parent}:{os.environ['PATH']}"}
programs = [f.read_text() for f in (ROOT / "examples").glob("*.c")]
for file in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
    with tempfile.TemporaryDirectory() as folder:
        for language, line, body in blocks(file.read_text()):
            tried = []
            if language == "console":
                for command, wanted in commands(body):
                    done = subprocess.run(["/bin/sh", "-c", command], cwd=folder, env=env, text=True, timeout=120,
                                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
                    tried.append((matches(done.stdout, wanted), f"{command}\n{done.stdout}"))
            elif language == "c":
                tried.append((any(body in program for program in programs), "is in none of examples/*.c"))
            for good, seen in tried:
                passed += good
                failed += not good
                if not good:
                    print(f"{file.name}:{line}: {seen}")
        for shown in re.findall(r"!\[.*?\]\((.*?)\)", file.read_text()):
            made = pathlib.Path(folder) / pathlib.Path(shown).name
            if made.exists():
                good = same_picture(made, file.parent / shown)
                passed += good
                failed += not good
                print(f"{file.name}: {shown} is another picture" * (not good), end="\n" * (not good))
print(f"{passed} passed, {failed} failed")
sys.exit(failed > 0 or not passed)
