#!/usr/bin/env python3
"""Files of arrays: what is written is read back in every format, converted, stored into, and damaged ones are told."""
import gzip
import json
import os
import pathlib
import shutil
import struct
import subprocess
import zipfile
import zlib

from cases import CASK, check, fails, finish, folder, prints, run

X = "da.arange(600, chunks=100).reshape((20, 30)).rechunk((7, 11))"
TOTAL = "179700"


def writes(*words):
    status, out, err = run("eval", *words)
    check(f"{words}", status == 0, err[:400])


def converts(*words):
    status, out, err = run("convert", *words)
    check(f"convert {words}", (status, err) == (0, ""), err[:400])


def png(width, height, rows, color=0, depth=8):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    raw = b"".join(b"\0" + row for row in rows)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b""))


def dated(path, units, values, *more):
    """A NetCDF-3 file of one variable of doubles with units and whatever else."""
    def text(s):
        return struct.pack(">I", len(s)) + s.encode() + b"\0" * (-len(s) % 4)
    header = b"CDF\1" + struct.pack(">III", 0, 10, 1) + text("time") + struct.pack(">I", len(values))
    header += struct.pack(">IIII", 0, 0, 11, 1) + text("time") + struct.pack(">II", 1, 0)
    header += struct.pack(">II", 12, 1 + len(more))
    for key, value in (("units", units), *more):
        header += text(key) + struct.pack(">I", 2) + text(value)
    header += struct.pack(">III", 6, 8 * len(values), len(header) + 12)
    path.write_bytes(header + struct.pack(f">{len(values)}d", *values))


def gridded(path):
    """t(time, lat, lon) = 0 .. 11 in Kelvin, of NetCDF-3: days, latitudes 40 and 50, longitudes 0, 1, 2."""
    def text(s):
        return struct.pack(">I", len(s)) + s.encode() + b"\0" * (-len(s) % 4)
    axes = {"time": ("days since 2000-01-01", [0, 1]), "lat": ("degrees_north", [40, 50]), "lon": ("degrees_east", [0, 1, 2])}
    variables = [(n, [i], u, v) for i, (n, (u, v)) in enumerate(axes.items())] + [("t", [0, 1, 2], "K", list(range(12)))]
    head = b"CDF\1" + struct.pack(">III", 0, 10, 3) + b"".join(text(n) + struct.pack(">I", len(v)) for n, (u, v) in axes.items())
    head += struct.pack(">IIII", 0, 0, 11, 4)
    metas = [text(n) + struct.pack(f">I{len(d)}I", len(d), *d) + struct.pack(">II", 12, 1) + text("units") + struct.pack(">I", 2) + text(u)
             + struct.pack(">II", 6, 8 * len(v)) for n, d, u, v in variables]
    at = len(head) + sum(len(m) + 4 for m in metas)
    for meta, (n, d, u, v) in zip(metas, variables):
        head += meta + struct.pack(">I", at)
        at += 8 * len(v)
    path.write_bytes(head + b"".join(struct.pack(f">{len(v)}d", *v) for n, d, u, v in variables))


with folder() as name:
    here = pathlib.Path(name)
    z = here / "x.zarr"

    # Zarr: versions, codecs, shards, groups, regions.
    for how in ("", ", zarr_format=3", ", compressor='zstd:3'", ", compressor=None, order='F'", ", dimension_separator='/'",
                ", zarr_format=3, chunks=(7, 11), shards=(14, 22)", ", compressor={'id': 'zlib', 'level': 1}, filters=[{'id': 'delta', 'dtype': '<i8'}]"):
        writes(f"({X}).to_zarr('{z}', overwrite=True{how})")
        prints(TOTAL, f"da.from_zarr('{z}').sum()")
    prints("((7, 7, 6), (11, 11, 8))", f"da.from_zarr('{z}').chunks")
    fails("ContainsArrayError", "overwrite", "eval", f"({X}).to_zarr('{z}')")
    prints("array([100, 107, 114])", f"da.from_zarr('{z}')[3, 10:30:7].compute()")
    writes(f"da.zeros((4, 6), chunks=(2, 3)).to_zarr('{z}', region=(slice(3, 7), slice(9, 15)))")
    prints(str(179700 - sum(30 * i + j for i in range(3, 7) for j in range(9, 15))), f"da.from_zarr('{z}').sum()")
    fails("ValueError", "region has 4", "eval", f"da.zeros((5, 6), chunks=2).to_zarr('{z}', region=(slice(3, 7), slice(9, 15)))")
    prints("0", f"({X}).to_zarr('{here}/later.zarr', compute=False).compute()")
    prints(TOTAL, f"da.from_zarr('{here}/later.zarr').sum()")
    writes(f"({X}).to_zarr('{here}/g.zarr', component='a/b')")
    prints(TOTAL, f"da.from_zarr('{here}/g.zarr', 'a/b').sum()")
    check("groups between", (here / "g.zarr/.zgroup").exists() and (here / "g.zarr/a/.zgroup").exists())
    fails("ArrayNotFoundError", "nope", "eval", f"da.from_zarr('{here}/g.zarr', 'nope')")
    fails("ValueError", "unknown chunk sizes", "eval", f"x[x > 3].to_zarr('{here}/u.zarr')", "x=da.arange(9, chunks=3)")
    fails("ValueError", "no codec", "eval", f"({X}).to_zarr('{here}/n.zarr', compressor='mp3')")
    check("nothing left", not [f for f in os.listdir(here) if f.startswith(".")], os.listdir(here))

    # A chunk that is damaged, one that is missing.
    writes(f"({X}).to_zarr('{z}', overwrite=True, compressor='zstd')")
    (z / "1.1").write_bytes((z / "1.1").read_bytes()[:-3])
    fails("OSError", "1.1", "eval", f"da.from_zarr('{z}').sum()")
    (z / "1.1").unlink()
    prints(str(179700 - sum(30 * i + j for i in range(7, 14) for j in range(11, 22))), f"da.from_zarr('{z}').sum()")
    meta = json.loads((z / ".zarray").read_text())
    (z / ".zarray").write_text(json.dumps({**meta, "fill_value": 1}))
    prints(str(179700 + 77 - sum(30 * i + j for i in range(7, 14) for j in range(11, 22))), f"da.from_zarr('{z}').sum()")
    (z / ".zarray").write_text(json.dumps({**meta, "dtype": [["a", "<i4"]]}))
    fails("NotImplementedError", "structured", "eval", f"da.from_zarr('{z}')")

    # Times become dates, in whatever calendar, and files with clocks of their own go together.
    t = here / "t.nc"
    dated(t, "hours since 1900-01-01 00:00:0.0", [1043136, 1043136.5, float("nan")])
    prints("array(['2019-01-01T00:30:00.000000000',                           'NaT'],\n      dtype='datetime64[ns]')",
           f"da.from_netcdf('{t}')[1:].compute()")
    prints("array([1043136. , 1043136.5])", f"da.from_netcdf('{t}', decode_times=False)[:2].compute()")
    prints("array(['2019-01-01T00', '2019-01-01T00'], dtype='datetime64[h]')", f"da.from_netcdf('{t}', decode_times='h')[:2].compute()")
    prints("1", f"int((da.from_netcdf('{t}') > np.datetime64('2019-01-01')).sum())")
    fails("ValueError", "decode_times", "eval", f"da.from_netcdf('{t}', decode_times='century')")
    dated(t, "days since 2000-01-01", [59, 719], ("calendar", "360_day"))
    prints("array(['2000-02-29', '2001-12-30'], dtype='datetime64[D]')", f"da.from_netcdf('{t}').astype('M8[D]').compute()")
    dated(t, "days since 0001-01-01", [-3.5])
    prints("array(['0000-12-28T12:00:00'], dtype='datetime64[s]')", f"da.from_netcdf('{t}').compute()")
    dated(t, "days since 2000-01-01", [1e9])
    fails("OutOfBoundsDatetime", "decode_times", "eval", f"da.from_netcdf('{t}', decode_times='ns').compute()")
    dated(t, "months since 2000-01-01", [3])
    prints("array([3.])", f"da.from_netcdf('{t}').compute()")
    dated(here / "t1.nc", "days since 2000-01-01", [1, 2])
    dated(here / "t2.nc", "hours since 2000-01-04", [0, 24])
    prints("array(['2000-01-02', '2000-01-03', '2000-01-04', '2000-01-05'],\n      dtype='datetime64[D]')",
           f"da.from_netcdf('{here}/t?.nc').astype('M8[D]').compute()")
    for unit in ("D", "s", "ns"):
        writes(f"da.arange(3, chunks=2).astype('M8[{unit}]')", "-o", str(t))
        prints("True", f"bool((da.from_netcdf('{t}') == da.arange(3, chunks=2).astype('M8[{unit}]')).all())")

    # What is saved keeps its name, dimensions, coordinates and, where they hold, attributes.
    grid, kept = here / "grid.nc", here / "kept.nc"
    gridded(grid)
    source = f"t=da.from_netcdf('{grid}')"
    for expression, values, said in (("t.mean(axis=0)[::-1]", "[50.0, 40.0]", True), ("t[[1]].max(axis=2) * 2", "[40.0, 50.0]", False),
                                     ("t.transpose((1, 0, 2))", "[40.0, 50.0]", True), ("t[:, [1]]", "[50.0]", True)):
        writes(expression, source, "-o", str(kept))
        prints(values, f"da.from_netcdf('{kept}', 'lat').compute().tolist()")
        status, out, err = run("info", str(kept))
        check(f"names of {expression}", (" t " in out or "t  " in out) and ("units K" in out) == said and "degrees_north" in out, out + err)
        prints("True", f"bool((da.from_netcdf('{kept}') == {expression}).all())", source)
    writes("t[1:] - t[:1]", source, "-o", str(kept))
    prints("['2000-01-02']", f"da.from_netcdf('{kept}', 'time').astype('M8[D]').astype(str).compute().tolist()")
    writes("t[0] @ t[0].T", source, "-o", str(kept))
    prints("(2, 2)", f"da.from_netcdf('{kept}').shape")
    writes(f"da.from_netcdf(['{grid}', '{grid}'], 't')", "-o", str(kept))
    prints("['2000-01-01', '2000-01-02', '2000-01-01', '2000-01-02']",
           f"da.from_netcdf('{kept}', 'time').astype('M8[D]').astype(str).compute().tolist()")

    # Arrays that share no lengths, and names in groups, as one NetCDF file.
    writes(f"da.to_hdf5('{here}/p.h5', {{'/a/x': da.ones(3), '/b/x': da.ones((4, 3)), '/y': da.zeros((3, 3))}})")
    converts(f"{here}/p.h5", str(kept))
    prints("[(3,), (4, 3), (3, 3)]", f"[da.from_netcdf('{kept}', n).shape for n in ['a_x', 'b_x', 'y']]")
    writes(f"da.to_hdf5('{here}/complex.h5', '/z', da.ones(3) * 1j)")
    fails("TypeError", f"{here}/complex.h5: z", "convert", f"{here}/complex.h5", str(kept))
    writes(f"da.to_hdf5('{here}/other.h5', {{'/x': da.ones(3, chunks=2), '/y': {X}}}, compression='gzip')")
    converts(f"{here}/other.h5", f"{here}/other.zarr", "--chunks", "(5, 10)")
    prints("((2, 1), (5, 5, 5, 5))", f"(da.from_zarr('{here}/other.zarr', 'x').chunks[0], da.from_zarr('{here}/other.zarr', 'y').chunks[0])")

    # Masked arrays go into files whose attributes say what stands for masked elements.
    for suffix in ("nc", "nc3", "h5", "zarr"):
        writes("da.ma.masked_array(da.arange(6, chunks=2), mask=[0, 1, 0, 0, 1, 0], fill_value=-1)", "-o", f"{here}/masked.{suffix}")
        status, out, err = run("info", f"{here}/masked.{suffix}")
        check(f"_FillValue in {suffix}", "_FillValue -1" in out, out + err)
    prints("[0.0, 1.0, 2.0, 3.0, 1.0, 5.0]", f"da.where(np.isnan(x), 1, x).compute().tolist()", f"x=da.from_netcdf('{here}/masked.nc')")
    prints("array([ 0, -1,  2,  3, -1,  5])", f"da.from_zarr('{here}/masked.zarr').compute()")
    check("a Zarr array's own fill value", json.loads((here / "masked.zarr/.zarray").read_text())["fill_value"] == -1)
    writes("da.ma.masked_array(da.arange(3, chunks=2).astype('M8[D]'), mask=[0, 1, 0])", "-o", f"{here}/masked.nc")
    prints("array([False,  True, False])", f"np.isnat(da.from_netcdf('{here}/masked.nc')).compute()")
    writes("da.ma.masked_array(da.arange(3, chunks=2) * 1.0, mask=[0, 1, 0])", "-o", f"{here}/masked.nc")
    prints("array([False,  True, False])", f"np.isnan(da.from_netcdf('{here}/masked.nc')).compute()")
    fails("TypeError", "masked", "eval", "da.ma.masked_array(da.arange(3, chunks=2), mask=[0, 1, 0])", "-o", f"{here}/masked.csv")

    # A disk that takes no more, here for files beyond 100 kB: one line with the name that was asked for, and nothing left.
    full = here / "full"
    full.mkdir()
    noise = "da.random.default_rng(1).random((400, 200), chunks=(150, 200))"
    for words in ([noise, "-o", "x.npy"], [noise, "-o", "x.npz"], [noise, "-o", "x.h5"], [noise, "-o", "x.nc"], [noise, "-o", "x.nc3"],
                  [noise, "-o", "x.csv"], [f"{noise}.to_zarr('x.zarr', compressor=None)"], [f"da.to_npy_stack('x.stack', {noise})"],
                  [f"da.to_hdf5('x.h5', '/a', {noise}, compression='gzip')"]):
        done = subprocess.run(["sh", "-c", "trap '' XFSZ; ulimit -f 200; exec \"$@\"", "sh", CASK, "eval", *words], cwd=full,
                              capture_output=True, text=True, timeout=60)
        said = done.stderr.splitlines()[0] if done.stderr else ""
        check(f"a full disk: {words}", done.returncode == 1 and said.startswith("OSError: [Errno 27]") and "'x." in said and not os.listdir(full),
              (done.returncode, done.stderr, os.listdir(full)))

    # What NetCDF has no type for comes back all the same.
    for suffix in ("nc", "nc3", "nc5"):
        for made in ("da.arange(6, chunks=2) % 2 == 0", "da.arange(6, chunks=2).astype('m8[s]')", "da.arange(6, chunks=2).astype('S3')"):
            writes(made, "-o", f"{here}/typed.{suffix}")
            prints("True", f"(x.dtype == y.dtype, (x == y).all().compute()) == (True, True)", f"x={made}", f"y=da.from_netcdf('{here}/typed.{suffix}')")

    # A zip archive of a Zarr folder needs no name of its own.
    writes(f"{X}.to_zarr('{here}/zipped.zarr')")
    shutil.make_archive(str(here / "zipped"), "zip", here / "zipped.zarr")
    prints(TOTAL, f"da.from_zarr('{here}/zipped.zip').sum()")

    # An archive is written whole, from files of its own.
    for path, how in ((here / "w.zarr.zip", ""), (here / "v.zip", ", zarr_format=3, chunks=(5, 10), shards=(10, 30)")):
        writes(f"{X}.to_zarr('{path}'{how})")
        prints(TOTAL, f"da.from_zarr('{path}').sum()")
        with zipfile.ZipFile(path) as archive:
            check(f"members of {path}", archive.testzip() is None and len(archive.namelist()) == (10 if not how else 3)
                  and {m.compress_type for m in archive.infolist()} == {0}, archive.namelist())
    fails("ContainsArrayError", "overwrite", "eval", f"da.ones(3).to_zarr('{here}/w.zarr.zip')")
    writes(f"da.from_zarr('{here}/w.zarr.zip') * 2", "-o", here / "w.zarr.zip")
    prints(str(2 * int(TOTAL)), f"da.from_zarr('{here}/w.zarr.zip').sum()")
    fails("ValueError", "archive", "eval", f"da.ones(3).to_zarr('{here}/q.zarr.zip', component='a')")
    fails("ValueError", "archive", "eval", f"da.ones(3).to_zarr('{here}/q.zarr.zip', compute=False)")
    fails("ValueError", "archive", "eval", f"da.zeros((2, 2)).to_zarr('{here}/w.zarr.zip', region=(slice(2), slice(2)))")
    fails("ZeroDivisionError", "", "eval", "x", "x=da.arange(8, chunks=2).map_blocks(lambda b: b if b[0] < 4 else 1 // 0, dtype='i8')", "-o", f"{here}/q.zarr.zip")
    check("no half of an archive", not [f for f in os.listdir(here) if f.startswith((".", "q"))], os.listdir(here))

    # A shard that is compressed once more, its chunks too, and one of shards.
    packed, gz = here / "packed.zarr", {"name": "gzip", "configuration": {"level": 5}}
    bytes_ = {"name": "bytes", "configuration": {"endian": "little"}}
    def sharded(shape, codecs):
        return {"name": "sharding_indexed", "configuration": {"chunk_shape": shape, "codecs": codecs, "index_codecs": [bytes_], "index_location": "end"}}
    for nested in (False, True):
        shutil.rmtree(packed, ignore_errors=True)
        inner = [sharded([2, 2], [bytes_, gz]), gz] if nested else [bytes_, gz]
        (packed / "c/0").mkdir(parents=True)
        (packed / "zarr.json").write_text(json.dumps({
            "zarr_format": 3, "node_type": "array", "shape": [4, 8], "data_type": "int64", "fill_value": 7, "attributes": {},
            "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [4, 8]}},
            "chunk_key_encoding": {"name": "default", "configuration": {"separator": "/"}},
            "codecs": [sharded([2, 4], inner), gz]}))
        def shard(parts):
            index, body = b"", b""
            for part in parts:
                index += struct.pack("<QQ", *((2**64 - 1,) * 2 if part is None else (len(body), len(part))))
                body += part or b""
            return body + index
        def chunk(rows, columns):
            return gzip.compress(struct.pack("<%dq" % (len(rows) * len(columns)), *[8 * i + j for i in rows for j in columns]))
        def part(i, j):
            rows, columns = range(2 * i, 2 * i + 2), range(4 * j, 4 * j + 4)
            return gzip.compress(shard([chunk(rows, columns[:2]), chunk(rows, columns[2:])])) if nested else chunk(rows, columns)
        (packed / "c/0/0").write_bytes(gzip.compress(shard([part(0, 0), None, part(1, 0), part(1, 1)])))
        want = [[7 if i < 2 and j > 3 else 8 * i + j for j in range(8)] for i in range(4)]
        prints(str(want), f"da.from_zarr('{packed}').compute().tolist()")
        prints(str([row[2:7:3] for row in want[1:3]]), f"da.from_zarr('{packed}')[1:3, 2:7:3].compute().tolist()")
        writes(f"da.zeros((2, 3)).to_zarr('{packed}', region=(slice(1, 3), slice(3, 6)))")
        want = [[0 if i in (1, 2) and j in (3, 4, 5) else v for j, v in enumerate(row)] for i, row in enumerate(want)]
        prints(str(want), f"da.from_zarr('{packed}').compute().tolist()")
        gzip.decompress((packed / "c/0/0").read_bytes())
        (packed / "c/0/0").write_bytes(gzip.compress(b"short"))
        fails("OSError", "c/0/0", "eval", f"da.from_zarr('{packed}').sum()")

    # Masked arrays into files whose attributes say what stands for masked elements.
    M = "da.ma.masked_greater(da.arange(6, chunks=3), 3)"
    writes(f"{M}.to_zarr('{here}/m.zarr')")
    writes(f"da.to_hdf5('{here}/m.h5', {{'/x': {M}, '/y': {M} * 1.5}})")
    writes(f"{M}.to_zarr('{here}/m.zarr.zip', fill_value=-1)")
    least = -2**63 + 2
    prints(str([0, 1, 2, 3, least, least]), f"da.from_zarr('{here}/m.zarr').compute().tolist()")
    prints("array([ 0.,  1.,  2.,  3., nan, nan])", f"da.from_netcdf('{here}/m.h5', 'x')")
    prints("array([ 0,  1,  2,  3, -1, -1])", f"da.from_zarr('{here}/m.zarr.zip')")
    check("its fill value", json.loads((here / "m.zarr/.zarray").read_text())["fill_value"] == least)
    writes(f"da.store([{M}[::-1], {M}], ['{here}/m.zarr', '{here}/m.h5::/y'])")
    prints(str([least, least, 3, 2, 1, 0]), f"da.from_zarr('{here}/m.zarr').compute().tolist()")
    prints("array([ 0.,  1.,  2.,  3., nan, nan])", f"da.from_hdf5('{here}/m.h5', 'y')")
    writes(f"{M}[2:5].to_zarr('{here}/m.zarr', region=slice(3))")
    prints(str([2, 3, least, 2, 1, 0]), f"da.from_zarr('{here}/m.zarr').compute().tolist()")
    writes(f"da.arange(6).to_zarr('{here}/unmarked.zarr')")
    fails("TypeError", "_FillValue", "eval", f"{M}.store('{here}/unmarked.zarr')")

    # A field of a structured npy, between padding and others.
    def structured(path, descr, shape, data):
        header = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}".encode()
        header += b" " * (-(len(header) + 11) % 64) + b"\n"
        path.write_bytes(b"\x93NUMPY\x01\0" + struct.pack("<H", len(header)) + header + data)
    fields = "[('a', '<i2'), ('', '|V2'), (('long', 'b'), '>f4', (2,)), ('s', '|S3')]"
    structured(here / "fields.npy", fields, (3,), b"".join(struct.pack("<hxx", i) + struct.pack(">ff", i / 2, -i) + b"ab\0" for i in range(3)))
    prints("array([0, 1, 2], dtype=int16)", f"da.from_npy('{here}/fields.npy', field='a')")
    prints("array([ 0., -1., -2.], dtype=float32)", f"da.from_npy('{here}/fields.npy', field='b')[:, 1]")
    prints("array([b'ab', b'ab', b'ab'], dtype='|S3')", f"da.from_npy('{here}/fields.npy', field='s')")
    status, text, err = run("info", here / "fields.npy")
    check("info of fields", (status, text.count("\n")) == (0, 5) and "field='b'" in text, text + err)
    fails("ValueError", "say which", "eval", f"da.from_npy('{here}/fields.npy')")
    fails("KeyError", "'a', 'b', 's'", "eval", f"da.from_npy('{here}/fields.npy', field='c')")
    structured(here / "fields.npy", fields, (3,), b"\0" * 44)
    fails("ValueError", "truncated", "eval", f"da.from_npy('{here}/fields.npy', field='a')")
    for descr in ("[('a', [('b', '<i4')])]", "[('a', '|O')]", "[('a', '<i4', (2", "[('a', '<i4')", "[]", "[('a', '|S0')]", "[('a', '<f8', (3000000000, 3000000000))]"):
        structured(here / "fields.npy", descr, (3,), b"\0" * 64)
        fails("ValueError", "fields.npy", "eval", f"da.from_npy('{here}/fields.npy', field='a')")

    # A stack of npy appears whole or not at all.
    fails("ZeroDivisionError", "", "eval", f"da.to_npy_stack('{here}/half.stack', x)",
          "x=da.arange(8, chunks=2).map_blocks(lambda b: b if b[0] < 4 else 1 // 0, dtype='i8')")
    check("no half of a stack", not (here / "half.stack").exists() and not [f for f in os.listdir(here) if f.startswith(".half")])

    writes(f"da.to_npy_stack('{here}/bad.stack', da.ones((4, 2), chunks=(2, 2)))")
    (here / "bad.stack/info").write_bytes(b"\x80\x02}((X\x01\0\0\0au.")
    fails("UnpicklingError", "bad.stack/info: ", "eval", f"da.from_npy_stack('{here}/bad.stack')")

    # Files stacked on a new axis.
    for i in range(3):
        writes(f"da.arange(6, chunks=3).reshape((2, 3)) + {i}", "-o", f"{here}/s{i}.npy")
        writes(f"da.arange(6, chunks=3).reshape((2, 3)) + {i}", "-o", f"{here}/s{i}.nc")
    prints("[[[0, 1, 2], [3, 4, 5]], [[1, 2, 3], [4, 5, 6]], [[2, 3, 4], [5, 6, 7]]]", f"da.from_npy('{here}/s?.npy', stack=True).compute().tolist()")
    prints("[[0, 1, 2], [1, 2, 3], [2, 3, 4]]", f"da.from_netcdf('{here}/s?.nc', stack=True, axis=-1)[0].compute().tolist()")
    prints("(1, 2, 3)", f"da.from_npy('{here}/s1.npy', stack=True).shape")
    fails("AxisError", "axis 4", "eval", f"da.from_netcdf('{here}/s?.nc', stack=True, axis=4)")
    writes("da.ones(3)", "-o", f"{here}/odd.npy")
    fails("ValueError", "one shape", "eval", f"da.from_npy(['{here}/s0.npy', '{here}/odd.npy'], stack=True)")

    # What is in a file, for programs.
    status, out, err = run("info", "--json", "--stats", str(grid), f"{here}/masked.zarr")
    told = [json.loads(line) for line in out.splitlines()]
    check("info --json", status == 0 and len(told) == 2 and told[0]["format"].startswith("NetCDF-3") and
          [v["name"] for v in told[0]["variables"]] == ["time", "lat", "lon", "t"], out + err)
    t_said = told[0]["variables"][-1]
    check("info --json: a variable", (t_said["shape"], t_said["dimensions"], t_said["attributes"], t_said["stats"]["max"], t_said["chunks"]) ==
          ([2, 2, 3], ["time", "lat", "lon"], {"units": "K"}, 11.0, None), t_said)
    check("info --json: chunks", told[1]["variables"][0]["chunks"] == [6], told[1])
    writes(f"da.to_npy_stack('{here}/info.stack', da.ones((6, 4), chunks=(2, 4)))")
    status, out, err = run("info", f"{here}/info.stack")
    check("info of a stack", "3 files along axis 0" in out and "(6, 4)" in out and "from_npy_stack" in out, out + err)

    # HDF5: compressed, several in a file, into what is there.
    h = here / "x.h5"
    writes(f"da.to_hdf5('{h}', {{'/x': {X}, '/g/y': {X} * 2}}, compression='gzip')")
    writes(f"da.to_hdf5('{h}', '/z', {X}.astype('f4'), chunks=(5, 5))")
    prints(TOTAL, f"da.from_hdf5('{h}', '/x').sum()")
    prints("359400", f"da.from_hdf5('{h}::/g/y').sum()")
    prints("179700.0", f"da.from_hdf5('{h}', '/z').astype('f8').sum()")
    fails("TypeError", "/x", "eval", f"da.to_hdf5('{h}', '/x', da.ones(3))")
    fails("ValueError", "dictionary", "eval", f"da.to_hdf5('{h}', 3)")
    writes(f"da.store([{X} + 1, {X} + 2], ['{h}::/x', '{h}::/z'])")
    prints("180300", f"da.from_hdf5('{h}', '/x').sum()")
    prints("180900.0", f"da.from_hdf5('{h}', '/z').astype('f8').sum()")
    fails("ValueError", "Different number", "eval", f"da.store([{X}], ['{h}::/x', '{h}::/z'])")
    fails("KeyError", "/x", "eval", f"da.store({X}, '{h}::/nope')")

    # npz, stacks, raw bytes, pictures.
    writes(X, "-o", here / "x.npz")
    prints(TOTAL, f"da.from_npz('{here}/x.npz', 'arr_0').sum()")
    data = bytearray((here / "x.npz").read_bytes())
    (here / "cut.npz").write_bytes(data[:-30])
    fails("BadZipFile", "cut.npz", "eval", f"da.from_npz('{here}/cut.npz')")
    for axis in (0, 1):
        writes(f"da.to_npy_stack('{here}/stack{axis}', {X}, axis={axis})")
        prints(TOTAL, f"da.from_npy_stack('{here}/stack{axis}').sum()")
    prints("((20,), (11, 11, 8))", f"da.from_npy_stack('{here}/stack1').chunks")
    (here / "x.bin").write_bytes(struct.pack(">600h", *range(600)))
    prints(TOTAL, f"da.from_raw('{here}/x.bin', '>i2', (-1, 30)).astype('i8').sum()")
    prints("array([20, 21], dtype=int16)", f"da.from_raw('{here}/x.bin', '>i2', (20, 30), order='F')[:2, 1].compute()")
    fails("ValueError", "needs 1240", "eval", f"da.from_raw('{here}/x.bin', 'i2', (20, 31))")
    for i in range(3):
        (here / f"p{i}.png").write_bytes(png(4, 2, [bytes([i, 1, 2, 3]), bytes([4, 5, 6, 7])]))
    prints("(3, 2, 4)", f"da.image.imread('{here}/p*.png').shape")
    prints("array([0, 1, 2], dtype=uint8)", f"da.image.imread('{here}/p*.png')[:, 0, 0].compute()")
    (here / "p9.png").write_bytes((here / "p0.png").read_bytes().replace(b"IDAT", b"IDAX"))
    fails("OSError", "p9.png", "eval", f"da.image.imread('{here}/p9.png')")
    fails("ValueError", "No files found", "eval", f"da.image.imread('{here}/q*.png')")

    # From file to file.
    writes(f"da.to_hdf5('{here}/c.h5', {{'/x': {X}, '/y': {X} * 0.5}})")
    for out in ("c.zarr", "c.zarr.zip", "c.nc", "d.h5"):
        shutil.rmtree(here / out, ignore_errors=True)
        converts(here / "c.h5", here / out, "--codec", "gzip:1", "--chunks", "(5, 10)")
        status, text, err = run("info", here / out, "--stats")
        check(f"info {out}", status == 0 and text.count("(5, 10)") == 2 and "max 599" in text and "mean 149.75" in text, (text, err))
    converts(here / "c.zarr", here / "e.zarr", "--zarr-format", "3", "--chunks", "(5, 10)", "--shards", "(10, 20)", "--memory-limit", "100MB")
    prints(TOTAL, f"da.from_zarr('{here}/e.zarr', 'x').sum()")
    converts(here / "c.nc", here / "y.npy", "--variable", "y")
    prints("89850.0", f"da.from_npy('{here}/y.npy').sum()")
    for i in range(2):
        writes(f"{X} + {i}", "-o", here / f"part{i}.npy")
    converts(f"{here}/part*.npy", here / "parts.zarr")
    prints("(40, 30)", f"da.from_zarr('{here}/parts.zarr').shape")
    converts(f"{here}/part*.npy", here / "stacked.zarr", "--stack")
    prints("((2, 20, 30), 0, 601)", f"(lambda x: (x.shape, x[0, 0, 0].compute(), x[:, 0, 1:3].sum(axis=1)[1].compute() + x[0, 19, 29].compute() - 3))(da.from_zarr('{here}/stacked.zarr'))")
    shutil.copy(here / "c.h5", here / "c2.h5")
    converts(f"{here}/c[2.]*h5", here / "stacked.nc3", "--stack", "--chunks", "(1, 5, 10)")
    prints("(('y', (2, 20, 30)), 299.5, 89850.0)", f"(lambda y: (('y', y.shape), y.max().compute(), y[1].sum().compute()))(da.from_netcdf('{here}/stacked.nc3', 'y'))")
    status, text, err = run("info", here / "stacked.nc3")
    check("the new axis has a name", text.count("(file: 2, dim_1: 20, dim_2: 30)") == 2, text)

    # NetCDF-3 and npz hold several arrays.
    for out, form in (("v.nc3", "NetCDF-3 (CDF-5), 2"), ("v.nc5", "NetCDF-3 (CDF-5), 2"), ("v.npz", "npz, 2")):
        converts(here / "c.h5", here / out)
        status, text, err = run("info", here / out, "--stats")
        check(f"info {out}", status == 0 and form in text and "max 599" in text and "mean 149.75" in text, (text, err))
    writes(f"({X}).astype('f4')", "-o", here / "f.nc5")
    check("nc5 is CDF-5", (here / "f.nc5").read_bytes()[:4] == b"CDF\5")
    dated(here / "days.nc", "days since 2000-01-01", [0.0, 1.0, 2.5, 4.0])
    writes("da.from_netcdf('%s')" % (here / "days.nc"), "-o", here / "days.nc3")
    prints("array(['2000-01-01T00', '2000-01-05T00'], dtype='datetime64[h]')", f"da.from_netcdf('{here}/days.nc3')[::3].astype('M8[h]').compute()")
    fails("ValueError", "written once", "eval", f"da.to_hdf5('{here}/v.nc3', '/x', {X})")
    fails("ValueError", "written once", "eval", f"da.to_hdf5('{here}/v.npz', '/x', {X})")
    masked = f"da.ma.masked_array(({X})[:2, :2], mask=[[0, 1], [0, 0]], fill_value=7)"
    writes(masked, "-o", here / "m.npz")
    prints("((2, 2), 1, True, 7)", f"(lambda f: (f('data').shape, f('data')[0, 1].compute(), f('mask')[0, 1].compute(), f('fill_value').compute()))(lambda n: da.from_npz('{here}/m.npz', n))")
    fails("ValueError", "--variable", "convert", here / "c.nc", here / "two.npy")
    fails("KeyError", "nope", "convert", here / "c.nc", here / "two.npy", "--variable", "nope")
    fails("ValueError", ".zarr", "convert", here / "c.nc", here / "x.nosuch")
    fails("cask", "file", "convert", here / "c.nc", status=2)
    (here / "broken.npy").write_bytes((here / "part0.npy").read_bytes()[:1000])
    before = (here / "y.npy").read_bytes()
    fails("ValueError", "broken.npy", "convert", here / "broken.npy", here / "y.npy")
    check("the old file stays", (here / "y.npy").read_bytes() == before)
    (here / "mine").mkdir()
    (here / "mine/letter.txt").write_text("keep me")
    fails("FileExistsError", "mine", "eval", f"({X}).to_zarr('{here}/mine', overwrite=True)")
    check("a folder that is no array is kept", (here / "mine/letter.txt").exists())
    check("nothing left at the end", not [f for f in os.listdir(here) if f.startswith(".")], os.listdir(here))
finish()
