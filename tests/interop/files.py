#!/usr/bin/env python3
"""Files between cask and zarr-python, h5py, netCDF4, NumPy and Dask, both ways, bit for bit. Needs Debian's python3-zarr, python3-h5py, python3-netcdf4
and python3-dask; what is not there is left out, and without NumPy and zarr the test is skipped (exit status 77)."""
import pathlib
import shutil
import subprocess
import sys
import tempfile

try:
    import numpy as np
    import zarr
except ImportError:
    print("no NumPy or no zarr: skipped")
    sys.exit(77)
try:
    import h5py
except ImportError:
    h5py = None
try:
    import netCDF4
except ImportError:
    netCDF4 = None
try:
    import dask.array as da
except ImportError:
    da = None

CASK = str(pathlib.Path(sys.argv[1]).resolve())
here = pathlib.Path(tempfile.mkdtemp(prefix="cask-interop-"))
passed, failed = 0, 0


def cask(*words):
    done = subprocess.run([CASK, *map(str, words)], capture_output=True, text=True, timeout=120)
    if done.returncode:
        print(words, done.stderr.splitlines()[:1])
    return done.returncode == 0


def same(what, got, want):
    global passed, failed
    good = got is not None and got.dtype == want.dtype and got.shape == want.shape and got.tobytes() == want.tobytes()
    passed, failed = passed + good, failed + (not good)
    if not good:
        print(f"{what}: {got!r:.200} instead of {want!r:.200}")


def evaluated(expression):
    out = here / "out.npy"
    return np.load(out) if cask("eval", expression, "-o", out) else None


x = np.arange(35 * 23).reshape(35, 23)
source = here / "x.npy"
np.save(source, x)
X = f"da.from_npy('{source}').rechunk((10, 7))"
z = here / "z.zarr"

# zarr-python reads what we write, and we what it writes.
for dtype in ("?", "i1", "u2", "i4", "u8", "f2", "f4", "f8", "c8", "c16", "M8[D]", "m8[ns]", "S4", "U3"):
    want = x.astype(dtype)
    if cask("eval", f"{X}.astype('{dtype}').to_zarr('{z}', overwrite=True)"):
        same(f"zarr of {dtype}", zarr.open(str(z), "r")[...], want)
    for order in "CF":
        shutil.rmtree(z)
        zarr.save_array(str(z), want, chunks=(9, 8), order=order)
        same(f"from zarr of {dtype}", evaluated(f"da.from_zarr('{z}')"), want)
CODECS = {"None": None, "'zstd:3'": zarr.Zstd(3), "'gzip:2'": zarr.GZip(2), "'zlib'": zarr.Zlib(1), "'lz4'": zarr.LZ4(), "'bz2'": zarr.BZ2(1),
          "'lzma'": zarr.LZMA(preset=1), "'blosc:zstd:5:bitshuffle'": zarr.Blosc("zstd", 5, 2), "'blosc:blosclz:9:noshuffle'": zarr.Blosc("blosclz", 9, 0)}
for name, codec in CODECS.items():
    if cask("eval", f"{X}.to_zarr('{z}', overwrite=True, compressor={name})"):
        same(f"zarr by {name}", zarr.open(str(z), "r")[...], x)
    shutil.rmtree(z)
    zarr.save_array(str(z), x, chunks=(9, 8), compressor=codec)
    same(f"from zarr by {codec}", evaluated(f"da.from_zarr('{z}')"), x)
FILTERS = ({"id": "delta", "dtype": "<i8"}, {"id": "fixedscaleoffset", "dtype": "<i8", "astype": "<i4", "offset": 5, "scale": 1},
           {"id": "astype", "encode_dtype": "<i4", "decode_dtype": "<i8"}, {"id": "shuffle", "elementsize": 8})
for record in FILTERS:
    if cask("eval", f"{X}.to_zarr('{z}', overwrite=True, filters=[{record}])"):
        same(f"zarr through {record['id']}", zarr.open(str(z), "r")[...], x)

# Archives.
if cask("eval", f"{X}.to_zarr('{here}/w.zarr.zip')"):
    with zarr.ZipStore(str(here / "w.zarr.zip"), mode="r") as store:
        same("zarr in an archive", zarr.open(store, "r")[...], x)
cask("eval", f"da.to_hdf5('{here}/pair.h5', {{'/a': {X}, '/g/b': {X} * 2}})")
if cask("convert", here / "pair.h5", here / "pair.zarr.zip", "--codec", "zstd:3"):
    with zarr.ZipStore(str(here / "pair.zarr.zip"), mode="r") as store:
        same("a group in an archive", zarr.open_consolidated(store)["g/b"][...], x * 2)
with zarr.ZipStore(str(here / "v.zarr.zip"), mode="w") as store:
    zarr.save_array(store, x, chunks=(9, 8))
same("from an archive", evaluated(f"da.from_zarr('{here}/v.zarr.zip')"), x)

# Members of structured arrays.
table = np.zeros((9, 4), np.dtype([("a", "<i4"), ("b", ">f8"), ("s", "S3"), ("z", "c8")], align=True))
table["a"], table["b"], table["s"], table["z"] = x[:9, :4], x[:9, :4] / 4, b"ab", x[:9, :4] * 1j
for order in "CF":
    np.save(here / "table.npy", np.asarray(table, order=order))
    for name in table.dtype.names:
        same(f"{name} of a structured npy {order}", evaluated(f"da.from_npy('{here}/table.npy', field='{name}')"), table[name].astype(table[name].dtype.newbyteorder("=")))
vectors = np.zeros(5, [("v", "f4", (2, 3)), ("w", "u1")])
vectors["v"] = np.arange(30).reshape(5, 2, 3)
np.save(here / "vectors.npy", vectors)
same("vectors of a structured npy", evaluated(f"da.from_npy('{here}/vectors.npy', field='v')[::2, 1]"), vectors["v"][::2, 1])
if h5py:
    with h5py.File(here / "table.h5", "w") as f:
        for name, how in {"plain": {}, "packed": {"chunks": (4, 3), "compression": "gzip", "shuffle": True}, "chunks": {"chunks": (4, 3)}}.items():
            f.create_dataset(f"g/{name}", data=table, **how)
        f.create_dataset("g/never", shape=(2,), dtype=table.dtype, fillvalue=table[3, 1])
    for kind in ("plain", "packed", "chunks", "never"):
        for name in table.dtype.names:
            want = np.array([table[3, 1]] * 2, table.dtype)[name] if kind == "never" else table[name]
            same(f"{name} of a compound, {kind}", evaluated(f"da.from_hdf5('{here}/table.h5', 'g/{kind}/{name}')"), want.astype(want.dtype.newbyteorder("=")))

# HDF5 and NetCDF.
if h5py:
    path = here / "x.h5"
    for name, how in {"plain": "", "gzip": ", compression='gzip'", "sum": ", fletcher32=True", "chunks": ", chunks=(4, 4)"}.items():
        if cask("eval", f"da.to_hdf5('{path}', '/g/{name}', {X}{how})"):
            with h5py.File(path) as f:
                same(f"hdf5 {name}", f[f"g/{name}"][...], x)
    with h5py.File(path, "a") as f:
        for name, how in {"a": {}, "b": {"chunks": (8, 9), "compression": "gzip", "shuffle": True}, "c": {"scaleoffset": 0, "chunks": (8, 9)},
                          "d": {"compression": "lzf"}, "e": {"fletcher32": True, "chunks": (5, 5)}}.items():
            f.create_dataset(name, data=x, **how)
    for name in "abcde":
        same(f"from hdf5 {name}", evaluated(f"da.from_hdf5('{path}', '/{name}')"), x)
    words = np.array([["one", "zwölf", ""], ["日本", "x" * 40, "é"]], dtype=object)
    with h5py.File(here / "words.h5", "w") as f:
        for name, how in {"plain": {}, "packed": {"chunks": (1, 2), "compression": "gzip"}}.items():
            f.create_dataset(name, data=words, dtype=h5py.string_dtype(), **how)
        f.create_dataset("bytes", data=np.array([b"ab", b"\xff"], dtype=object), dtype=h5py.string_dtype("ascii"))
    for name in ("plain", "packed"):
        same(f"strings of variable length, {name}", evaluated(f"da.from_hdf5('{here}/words.h5', '{name}')"), words.astype("U"))
    same("bytes of variable length", evaluated(f"da.from_hdf5('{here}/words.h5', 'bytes')"), np.array([b"ab", b"\xff"]))
    with h5py.File(here / "links.h5", "w") as f:
        f["outside"], f["soft"] = h5py.ExternalLink("x.h5", "/b"), h5py.SoftLink("/outside")
        layout = h5py.VirtualLayout(shape=(2, *x.shape), dtype=x.dtype)
        layout[0], layout[1] = h5py.VirtualSource("x.h5", "a", shape=x.shape), h5py.VirtualSource("x.h5", "e", shape=x.shape)
        f.create_virtual_dataset("both", layout)
    for name, want in {"outside": x, "soft": x, "both": np.stack([x, x])}.items():
        same(f"from hdf5 {name}", evaluated(f"da.from_hdf5('{here}/links.h5', '/{name}')"), want)
if netCDF4:
    path = here / "x.nc"
    for form in ("NETCDF3_CLASSIC", "NETCDF4"):
        words = np.array([b"one", b"three", b""])
        with netCDF4.Dataset(path, "w", format=form) as f:
            f.createDimension("n", 3)
            f.createDimension("letters", 5)
            f.createVariable("words", "S1", ("n", "letters"))[...] = netCDF4.stringtochar(words)
            f.createVariable("flags", "i1", ("n",))[...] = [1, 0, 1]
            f["flags"].setncattr("dtype", "bool")  # as xarray does
        same(f"text from {form}", evaluated(f"da.from_netcdf('{path}', 'words')"), words)
        if form == "NETCDF4":
            with netCDF4.Dataset(path, "a") as f:
                f.createVariable("stations", str, ("n",))[...] = np.array(["Bern", "Zürich", ""], dtype=object)
            same("strings from NETCDF4", evaluated(f"da.from_netcdf('{path}', 'stations')"), np.array(["Bern", "Zürich", ""]))
        same(f"bools from {form}", evaluated(f"da.from_netcdf('{path}', 'flags')"), np.array([True, False, True]))
    with netCDF4.Dataset(here / "v.nc", "w") as f:
        f.createDimension("n", 6)
        for name, kind, bounds in (("p", "i2", {"valid_range": np.array([0, 100], "i2"), "scale_factor": 0.5, "add_offset": 10.0}),
                                   ("f", "f4", {"valid_min": np.float32(2), "valid_max": np.float32(4.5)}), ("i", "u1", {"valid_max": np.uint8(3)})):
            v = f.createVariable(name, kind, ("n",))
            v.set_auto_maskandscale(False)
            v[...] = [1, 0, 3, 4, 5, 101]
            v.setncatts(bounds)
    with netCDF4.Dataset(here / "v.nc") as f:
        for name in "pfi":
            want = f[name][...]
            same(f"valid range of {name}", evaluated(f"da.from_netcdf('{here}/v.nc', '{name}', valid_range=True)"),
                 want.astype("f4" if name == "f" else "f8").filled(np.nan))
    cask("convert", source, path, "--codec", "gzip:4", "--chunks", "(5, 6)")
    with netCDF4.Dataset(path) as f:
        same("netcdf", np.asarray(f["data"][...]), x)
    cask("eval", f"da.to_hdf5('{here}/two.h5', {{'/a': {X}, '/b': ({X}).astype('f4')}})")
    for suffix, form in (("nc3", "NETCDF3_64BIT_DATA"), ("nc5", "NETCDF3_64BIT_DATA")):
        if cask("convert", here / "two.h5", here / f"two.{suffix}"):
            with netCDF4.Dataset(here / f"two.{suffix}") as f:
                same(f"{suffix} a", np.asarray(f["a"][...]), x)
                same(f"{suffix} b", np.asarray(f["b"][...]) if f.data_model == form else None, x.astype("f4"))
    for form in ("NETCDF3_CLASSIC", "NETCDF3_64BIT_OFFSET", "NETCDF3_64BIT_DATA", "NETCDF4", "NETCDF4_CLASSIC"):
        with netCDF4.Dataset(path, "w", format=form) as f:
            f.createDimension("y", 35)
            f.createDimension("x", 23)
            f.createVariable("v", "f4", ("y", "x"))[...] = x
        same(f"from {form}", evaluated(f"da.from_netcdf('{path}', 'v', mask_and_scale=False)"), x.astype("f4"))

# NumPy and Dask.
np.savez(here / "s.npz", a=x, b=x.T)
np.savez_compressed(here / "c.npz", a=np.asfortranarray(x))
same("from npz", evaluated(f"da.from_npz('{here}/s.npz', 'b')"), x.T.copy())
same("from compressed npz", evaluated(f"da.from_npz('{here}/c.npz', 'a')"), x)
if cask("eval", X, "-o", here / "o.npz"):
    same("npz", np.load(here / "o.npz")["arr_0"], x)
if cask("eval", f"da.ma.masked_greater({X}, 100)", "-o", here / "m.npz"):
    with np.load(here / "m.npz") as f:
        same("masked npz", f["data"], x)
        same("its mask", f["mask"], x > 100)
if da:
    for axis in (0, 1):
        da.to_npy_stack(str(here / f"s{axis}"), da.from_array(x, chunks=(10, 7)), axis=axis)
        same("from a stack", evaluated(f"da.from_npy_stack('{here}/s{axis}')"), x)
        if cask("eval", f"da.to_npy_stack('{here}/t{axis}', {X}, axis={axis})"):
            same("a stack", da.from_npy_stack(str(here / f"t{axis}")).compute(), x)
shutil.rmtree(here)
print(f"{passed} passed, {failed} failed")
sys.exit(failed > 0 or not passed)
