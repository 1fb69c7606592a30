#!/usr/bin/env python3
"""Expressions that go to extremes: deep, long, large; and arithmetic at its edges as NumPy does it."""
import os
import resource
import struct
import tempfile

from cases import check, fails, finish, prints, run

DEEP = 100000
# Deep nesting is refused or computed, but never crashes.
for text in ("(" * DEEP, "(" * 60000 + "1" + ")" * 60000, "[" * DEEP, "-" * DEEP + "1", "not " * 30000 + "1", "lambda: " * 15000 + "1",
             "1 if 1 else " * 10000 + "1", "f(" * 60000, "x[" * 60000, "1" + "**1" * 30000, "{1:" * 40000):
    status, out, err = run("eval", "--", text)
    good = status == 0 or (status == 1 and len(err.splitlines()) <= 3 and max(map(len, err.splitlines())) < 1000)
    check(f"deep {text[:12]!r}", good, (status, out[:80], err[:300]))
# Long flat ones are computed: no depth in them.
prints(str(DEEP // 4), "+".join(["1"] * (DEEP // 4)))
prints(str(20000), "len([" + "1," * 20000 + "])")
status, out, err = run("eval", "x" + " + 1" * 20000, "x=da.zeros(2, chunks=1)")
check("a chain of 20000 array operations", status == 0 and out == "array([20000., 20000.])\n", (status, out[:80], err[:300]))

# Where there is memory for it a line in several chunks is partitioned as one, else it is sorted.
for limit, wholly in (("1GB", False), ("9MB", True)):
    prints(f"((True, True, True, True), {wholly}, True, (True, True))",
           "(lambda v: ((v[30000] == s[30000], v[-7] == s[-7], (np.sort(v[:30000]) == s[:30000]).all(), (np.sort(v[30000:-7]) == s[30000:-7]).all()), "
           "(v == s).all(), p.chunks == x.chunks, (lambda at: ((x.compute()[at][:30000] <= s[30000]).all(), (np.sort(at) == np.arange(100000)).all()))"
           "(da.argpartition(x, 30000).compute())))(p.compute())", "--memory-limit", limit,
           "x=da.arange(100000, chunks=9000) * 48271 % 65537", "p=da.partition(x, [30000, -7])", "s=np.sort(x.compute())")

# Division by zero and the rest as NumPy has them: values, no errors.
prints("array([nan, inf, inf])", "da.arange(3, chunks=2) / 0")
prints("array([-inf,  nan,  inf])", "da.from_array([-1.0, 0.0, 1.0], chunks=2) / 0.0")
prints("array([0, 0, 0])", "da.arange(3, chunks=2) // 0")
prints("array([0, 0])", "da.from_array([-9223372036854775808, 0], chunks=1) // -1 * 0")
prints("array([ nan, -inf])", "da.log(da.from_array([-1.0, 0.0], chunks=2))")
prints("array([255, 254], dtype=uint8)", "da.zeros(2, chunks=1, dtype='u1') - da.from_array([1, 2], chunks=1).astype('u1')")

# Sizes that cannot be.
fails("", "", "eval", "da.ones(10**30, chunks=1)")
fails("ValueError", "negative", "eval", "da.ones(-3, chunks=1)")
fails("ValueError", "zarr_format is 2 or 3, not 7", "eval", "da.to_zarr(da.ones(4), 'x.zarr', zarr_format=7)")
fails("MemoryError", "", "eval", "da.ones((10**9, 10**6), chunks=-1)", "--memory-limit", "100MB")
fails("", "", "eval", "'a' * 10**15")
fails("", "", "eval", "[0] * 10**15")
prints("1000000000000", "da.ones((10**9, 10**9), chunks=10**6).npartitions * 10**6")
prints("((1000000000,), (4,))", "da.ones((10**9, 4), chunks=(10**9, 4)).chunks")

# OpenBLAS gets its buffers, or is not called: without them it never returns.
if "SANITIZED" not in os.environ:  # their shadow takes more address space than there is
    space = lambda: resource.setrlimit(resource.RLIMIT_AS, (150 << 20, 150 << 20))
    fails("MemoryError", "OpenBLAS needs", "eval", "x.dot(x).sum()", "x=da.ones((200, 200), chunks=100)", first=space)

# A sum of 2 GB within 200 MB.
status, out, err = run("eval", "(da.ones((16, 1024, 16384), chunks=(1, 256, 16384)) * 2).sum()", "--memory-limit", "200MB")
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
little = peak < 400000 or "SANITIZED" in os.environ  # sanitizers keep freed memory for a while
check("a large sum in little memory", (status, out) == (0, "536870912.0\n") and little, (status, out, err, peak))

# Blocks that lie across one another are cut into pieces where whole ones are too many.
for before, after in (("(7, 350)", "(300, 11)"), ("(300, 11)", "(7, 350)"), ("(64, 64)", "(300, 5)"), ("(50, 40)", "((1, 99, 100, 100), (350,))"),
                      ("((100, 0, 200), 20)", "(30, 350)")):
    status, out, err = run("eval", f"abs(z({before}).cumsum(axis=0).rechunk({after}) - z({before}).cumsum(axis=0).rechunk({after}).T.T).max() +"
                           f" abs(z({before}).rechunk({after}) - z({after})).max() + z({before}).rechunk({after}).cumsum(axis=1)[299, 349]",
                           "z=lambda c: da.zeros((300, 350), chunks=c) + da.arange(300)[:, None] * 1000 + da.arange(350)", "--memory-limit", "700kB")
    check(f"rechunk {before} to {after} in little memory", (status, out) == (0, f"{350 * 299000.0 + 350 * 349 / 2}\n"), (status, out, err))

# Files larger than the limit, from blocks that lie in many short pieces of them, or in one.
with tempfile.TemporaryDirectory() as folder:
    wanted = b"".join(struct.pack("<d", i * 1000 + k) for i in range(1500) for k in range(1000))
    for suffix in ("npy", "h5", "nc", "nc3", "zarr"):
        for chunks in ("(500, 90)", "(100, 90)", "(30, 7)", "(1, 1000)", "(375, 1000)", "(1500, 8)", "(301, 77)"):
            x = f"x=(da.arange(1500, chunks=500)[:, None] * 1000.0 + da.arange(1000, chunks=250)).rechunk({chunks})"
            path = f"{folder}/x.{suffix}"
            status, out, err = run("eval", "x", x, "-o", path, "--memory-limit", "10MB")
            check(f"{chunks} to .{suffix} within 10MB", (status, err) == (0, ""), (status, err))
            back = run("eval", "(da.arange(1500)[:, None] * 1000.0 + da.arange(1000) - y).any()", f"y=da.from_{suffix.replace('h5', 'hdf5').replace('nc3', 'nc').replace('nc', 'netcdf')}('{path}')")
            check(f"{chunks} from .{suffix}", back[:2] == (0, "False\n"), back)
            if suffix == "npy":
                data = open(path, "rb").read()
                check(f"{chunks}: an .npy file of pages", len(data) == 4096 + len(wanted) and data.endswith(wanted) and data[4095:4096] == b"\n",
                      (len(data), data[:80]))
finish()
