#!/usr/bin/env python3
"""Each row of the tables of docs/from-cdo-nco.md and docs/from-xarray.md: what CDO, NCO or xarray gives, against the
expression beside it: verbs.py CASK

Compares with what is installed of the three; every expression must run in any case."""
import json
import pathlib
import re
import shlex
import shutil
import struct
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
CASK = pathlib.Path(sys.argv[1]).resolve()
LAT, LON = [60 - 5 * i for i in range(25)], [5 * i for i in range(72)]
TOLERANCE, WEIGHTED = 1e-9, 1e-5  # CDO's cells have great circles for edges
DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]


def name(text):
    return struct.pack(">I", len(text)) + text.encode() + b"\0" * (-len(text) % 4)


def text_attribute(key, text):
    return name(key) + struct.pack(">I", 2) + name(text)


def write(path, first_year, months, seed):
    """t(time, lat, lon) in doubles, in the classic format, time in days since 2001 without leap years."""
    days, day = [], 365 * (first_year - 2001)
    for month in range(months):
        days.append(day + DAYS[month % 12] / 2)
        day += DAYS[month % 12]
    head = b"CDF\x01" + struct.pack(">III", months, 10, 3)
    head += b"".join(name(n) + struct.pack(">I", size) for n, size in (("time", 0), ("lat", len(LAT)), ("lon", len(LON))))
    head += struct.pack(">IIII", 0, 0, 11, 4)
    parts = [("time", [0], text_attribute("units", "days since 2001-01-01 00:00:00") + text_attribute("calendar", "standard"), 2, 8),
             ("lat", [1], text_attribute("units", "degrees_north"), 1, 8 * len(LAT)),
             ("lon", [2], text_attribute("units", "degrees_east"), 1, 8 * len(LON)),
             ("t", [0, 1, 2], text_attribute("units", "K"), 1, 8 * len(LAT) * len(LON))]
    metas = [name(n) + struct.pack(f">I{len(dims)}I", len(dims), *dims) + struct.pack(">II", 12, count) + attributes + struct.pack(">II", 6, size)
             for n, dims, attributes, count, size in parts]
    at = len(head) + sum(len(meta) + 4 for meta in metas)
    lat_at, lon_at = at, at + 8 * len(LAT)
    record = lon_at + 8 * len(LON)
    begins = [record, lat_at, lon_at, record + 8]
    raw = head + b"".join(meta + struct.pack(">I", begin) for meta, begin in zip(metas, begins))
    raw += struct.pack(f">{len(LAT)}d", *LAT) + struct.pack(f">{len(LON)}d", *LON)
    for step, when in enumerate(days):
        cells = [280 + 0.25 * lat - lon / 90 + 5 * ((step * 7 + i * 13 + k * 17 + seed) % 11) / 11 + step / 50
                 for i, lat in enumerate(LAT) for k, lon in enumerate(LON)]
        raw += struct.pack(">d", when) + struct.pack(f">{len(cells)}d", *cells)
    path.write_bytes(raw)


def evaluate(expression, bindings, folder, out):
    done = subprocess.run([CASK, "eval", expression, *bindings, "-o", out], cwd=folder, capture_output=True, text=True, timeout=120)
    return done.stderr.strip()


def run(words, folder):
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=120)
    return (done.stderr.strip() or "failed") if done.returncode else ""


def ask_cdo(command, folder):
    """Runs it; None if it is not installed, else what went wrong."""
    words = shlex.split(command)
    if not shutil.which(words[0]):
        return None
    (folder / "out.nc").unlink(missing_ok=True)
    return run([words[0], *(["-s", "-b", "F64"] if words[0] == "cdo" else ["-O"]), *words[1:]], folder)


XARRAY = """import json, numpy as np, sys, xarray as xr
t, u = xr.open_dataset('in.nc').t, xr.open_dataset('two.nc').t
for number, expression in enumerate(json.load(sys.stdin)):
    np.save(f'{number}.npy', eval(expression).values.astype('f8'))"""


def ask_xarray(expressions, folder):
    """All of them in one process, since it takes a second to start: N.npy each; False if it is not installed."""
    if subprocess.run([PYTHON, "-c", "import xarray, netCDF4"], capture_output=True).returncode:
        return False
    subprocess.run([PYTHON, "-W", "ignore", "-c", XARRAY], cwd=folder, input=json.dumps(expressions), text=True, timeout=120, check=True)
    return True


def rows_of(page, head):
    """Bindings, and (peer, expression) of the rows whose first cell begins with `head`."""
    text = (ROOT / "docs" / page).read_text()
    bindings = [line.replace('"', "") for line in re.findall(r'^    (\w+="(?:da\.|np\.|time\.).*)$', text, re.M)]
    return bindings, re.findall(rf"^\| `({head}[^`]*)` \| `([^`]*)` \|.*\|$", text, re.M)


def differs(theirs, tolerance, folder):
    """What is wrong about own.npy beside what the expression `theirs` opens."""
    error = evaluate(f"np.isnan(p).sum() == np.isnan(q).sum() and float(abs(da.nan_to_num(p - q)).max() / (1 + abs(da.nan_to_num(q)).max())) < {tolerance}",
                     [f"p={theirs}.ravel()", "q=da.from_npy('own.npy').ravel()"], folder, "same.json")
    return error or ("" if (folder / "same.json").read_text().strip() == "true" else "differs")


def report(peer, expression, error):
    global passed, failed
    passed += not error
    failed += bool(error)
    if error:
        print(f"{peer}: {expression}: {error.splitlines()[0]}")


def check_cdo(folder):
    global compared
    bindings, rows = rows_of("from-cdo-nco.md", "(?:cdo|nc)")
    for command, expression in rows:
        error = evaluate(f"np.float64(1) * ({expression})", bindings, folder, "own.npy")
        asked = None if error else ask_cdo(command, folder)
        compared += asked is not None
        if asked == "":
            asked = differs("da.from_netcdf('out.nc', 't')", WEIGHTED if "weights=w" in expression else TOLERANCE, folder)
        report(command, expression, error or asked)


def check_xarray(folder):
    global compared
    bindings, rows = rows_of("from-xarray.md", r"(?:t\.|xr\.|np\.)")
    there = ask_xarray([peer for peer, _ in rows], folder)
    for number, (peer, expression) in enumerate(rows):
        error = evaluate(f"np.float64(1) * ({expression})", bindings, folder, "own.npy")
        if there and not error:
            error = differs(f"da.from_npy('{number}.npy')", TOLERANCE, folder)
            compared += 1
        report(peer, expression, error)


PYTHON = "/usr/bin/python3"  # Debian's, which has xarray if any has
passed = failed = compared = 0
with tempfile.TemporaryDirectory() as made:
    folder = pathlib.Path(made)
    for file, year, seed in (("in.nc", 2001, 0), ("two.nc", 2001, 5), ("later.nc", 2004, 3)):
        write(folder / file, year, 36, seed)
    check_cdo(folder)
    check_xarray(folder)
print(f"{passed} passed, {failed} failed, {compared} compared with CDO, NCO and xarray")
sys.exit(failed > 0 or not passed)
