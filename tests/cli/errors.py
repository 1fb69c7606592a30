#!/usr/bin/env python3
"""Errors of the command: classes, places, the nearest name, exit statuses."""
from cases import check, fails, finish, run

# The command line makes no sense: status 2, and how it is meant.
fails("cask: no command given", "usage:", status=2)
fails("cask: evil", "no such command", "evil", "1", status=2)
fails("cask: eval", "no expression", "eval", status=2)
fails("cask: eval", "no expression", "eval", "x=1", status=2)
fails("cask: eval", "more than one expression", "eval", "1", "2", status=2)
fails("cask: eval", "did you mean --threads?", "eval", "1", "--thread", "2", status=2)
fails("cask: eval", "'many'", "eval", "1", "--threads", "many", status=2)
fails("cask: eval", "'magic' is unknown", "eval", "1", "--scheduler", "magic", status=2)
fails("cask: eval", "500MB", "eval", "1", "--memory-limit", "lots", status=2)
fails("cask: eval", "-o needs", "eval", "1", "-o", status=2)
fails("cask: eval", "-o OUT.png", "eval", "1", "--cmap", "gray", status=2)
fails("cask: info", "no file", "info", status=2)
fails("cask: help", "one name", "help", "a", "b", status=2)

# Evaluation: Python's class, the place, status 1.
CARETS = [
    ("1 + nope", "NameError", "nope"),
    ("1 +", "SyntaxError", None),
    ("(1, 2", "SyntaxError", None),
    ("'abc", "SyntaxError", None),
    ("1 / 0", "ZeroDivisionError", None),
    ("[1, 2, 3][7]", "IndexError", None),
    ("{'a': 1}['b']", "KeyError", None),
    ("'a' + 1", "TypeError", None),
    ("da.arange(5, chunks=2)[10]", "IndexError", None),
    ("da.ones(3, chunks=2) + da.ones(4, chunks=2)", "ValueError", None),
    ("da.ones((3, 3), chunks=2).sum(axis=5)", "AxisError", None),
    ("da.arange(5, chunks=2).astype('notatype')", "TypeError", "notatype"),
    ("2 ** 64", "OverflowError", None),
    ("9223372036854775807 + 1", "OverflowError", None),
]
for text, kind, part in CARETS:
    err = fails(kind, part or "", "eval", text)
    lines = err.splitlines()
    shown = len(lines) == 3 and text in lines[1] and lines[2].strip().startswith("^")
    check(f"place of {text!r}", shown and len(lines[2]) <= len(lines[1]) + 1, lines)

def place(text, *bindings):
    """The text over the caret and its tildes."""
    lines = run("eval", text, *bindings)[2].splitlines()
    if len(lines) != 3:
        return lines
    start = lines[2].index("^")
    return lines[1][start:start + len(lines[2].strip())]


check("place of a name", place("1 + nope * 2") == "nope", place("1 + nope * 2"))
check("place in a binding", place("x", "x=1 + nope") == "nope", place("x", "x=1 + nope"))
check("place behind wide characters", place("'日本' + nope")[:3] in ("nop", "pe"), place("'日本' + nope"))
check("place in the second line", place("(1 +\n nope)") == "nope", place("(1 +\n nope)"))

# Names that are nearly right.
for wrong, right in (("da.aragne(3)", "arange"), ("da.ones(3, chunks=1).meann()", "mean"), ("concatnate([])", "concatenate"),
                     ("da.sqrtt(da.ones(2, chunks=1))", "sqrt")):
    fails("", right, "eval", wrong)

# Text that is hostile.
for text in ("\x1b[31m", "\x00"[:0] + "\x7f", "'\udcff' +", "\u202e1", "é" * 10 + "("):
    status, out, err = run("eval", text.encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape"))
    check(f"hostile {text!r}", status == 1 and "\x1b" not in err and len(err.splitlines()) <= 3, (status, err))
fails("SyntaxError", "", "eval", "")
fails("SyntaxError", "", "eval", "   ")
finish()
