#!/usr/bin/env python3
"""Make a stack of NetCDF-3 files for out-of-core work: stack.py FOLDER [FILES [STEPS]].

Each file holds t(time, lat, lon) as float32, STEPS x 721 x 1440 (4 MB a step), with one row of data
in each step and the rest a hole, so 12 GB take little disk. The default is 12 files of 241 steps,
12 GB. The mean over time of row 0 is the mean of the steps' numbers."""
import pathlib
import struct
import sys

LAT, LON = 721, 1440


def name(text):
    raw = text.encode()
    return struct.pack(">I", len(raw)) + raw + b"\0" * (-len(raw) % 4)


def header(steps):
    """A classic file with 64-bit offsets, fixed dimensions, and one variable."""
    size = steps * LAT * LON * 4
    raw = b"CDF\x02" + struct.pack(">I", 0)
    raw += struct.pack(">II", 10, 3) + b"".join(name(n) + struct.pack(">I", length) for n, length in (("time", steps), ("lat", LAT), ("lon", LON)))
    raw += struct.pack(">II", 0, 0) + struct.pack(">II", 11, 1)
    raw += name("t") + struct.pack(">IIII", 3, 0, 1, 2) + struct.pack(">II", 12, 1)
    raw += name("units") + struct.pack(">II", 2, 1) + b"K\0\0\0"
    raw += struct.pack(">II", 5, min(size, 0xFFFFFFFC))
    return raw + struct.pack(">Q", len(raw) + 8), size


def main():
    folder = pathlib.Path(sys.argv[1])
    files = int(sys.argv[2]) if len(sys.argv) > 2 else 12
    steps = int(sys.argv[3]) if len(sys.argv) > 3 else 241
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(files):
        head, size = header(steps)
        with open(folder / f"stack-{number:03d}.nc", "wb") as out:
            out.write(head)
            for step in range(steps):
                out.seek(len(head) + step * LAT * LON * 4)
                out.write(struct.pack(f">{LON}f", *([number * steps + step] * LON)))
            out.truncate(len(head) + size)


main()
