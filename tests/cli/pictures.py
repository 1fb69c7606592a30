#!/usr/bin/env python3
"""Pictures: lines, maps, montages, moving maps and chunks; decoded here and compared pixel by pixel."""
import pathlib
import xml.dom.minidom

from cases import COADS, WINDS, check, fails, finish, folder, run
from images import gif, png

INK = bytes([0x26] * 3)


def frame_of(width, height, pixels):
    """The first frame of ink: left, top, width and height of what is in it."""
    def at(x, y):
        return pixels[3 * (y * width + x):3 * (y * width + x) + 3]

    def reach(x, y, dx, dy):
        n = 0
        while x + n * dx < width and y + n * dy < height and at(x + n * dx, y + n * dy) == INK:
            n += 1
        return n

    for y in range(height):
        found = pixels.find(INK * 40, 3 * y * width, 3 * (y + 1) * width)
        if found >= 0 and found % 3 == 0:
            x = found % (3 * width) // 3
            across, down = reach(x, y, 1, 0), reach(x, y, 0, 1)
            if down > 20:
                return x + 1, y + 1, across - 2, down - 2
    raise AssertionError("no map")


def cells(picture, frame, rows, columns):
    """Colours in the middle of each cell of the first map."""
    width, height, frames = picture[:3]
    left, top, w, h = frame_of(width, height, frames[0])
    middle = [(left + w * (2 * x + 1) // (2 * columns), top + h * (2 * y + 1) // (2 * rows)) for y in range(rows) for x in range(columns)]
    return [tuple(frames[frame][3 * (y * width + x):3 * (y * width + x) + 3]) for x, y in middle]


def near(got, wanted):
    return all(abs(a - b) <= 4 for g, w in zip(got, wanted) for a, b in zip(g, w)) and len(got) == len(wanted)


GREY = {i: (round(i * 255 / 11),) * 3 for i in range(12)}

with folder() as place:
    where = pathlib.Path(place)

    def draw(name, *words):
        status, out, err = run("eval", *words, "-o", where / name)
        check(f"{name}: {words}", (status, out, err) == (0, "", ""), (status, out, err))
        return (where / name).read_bytes()

    x = "da.arange(12, chunks=5).reshape((3, 4))"
    still = png(draw("map.png", x, "--cmap", "gray"))
    check("a map", len(still[2]) == 1 and near(cells(still, 0, 3, 4), [GREY[i] for i in range(12)]), cells(still, 0, 3, 4))
    one = gif(draw("map.gif", x, "--cmap", "gray"))
    check("a map as GIF", near(cells(one, 0, 3, 4), [GREY[i] for i in range(12)]) and one[:2] == still[:2], one[:2])
    check("eager elements too", draw("list.png", "[[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]]", "--cmap", "gray") == (where / "map.png").read_bytes())

    # The same picture whatever the threads, the scheduler and the chunks.
    big = "da.sin(da.arange(2000 * 3000, chunks=99999).reshape((2000, 3000)) / 1e5)"
    wanted = draw("big.png", big, "--threads", "1")
    for more in (["--threads", "3"], ["--scheduler", "sync"], ["--threads", "2", "--memory-limit", "60MB"]):
        check(f"the same picture with {more}", draw("big2.png", big, *more) == wanted)

    # Both animations show the same, frame by frame.
    moving = "da.arange(12, chunks=5).reshape((3, 2, 2))"
    a, b = gif(draw("x.gif", moving, "--cmap", "gray", "--fps", "4")), png(draw("x.png", moving, "--cmap", "gray", "--animate", "--fps", "4"))
    check("frames", len(a[2]) == len(b[2]) == 3 and a[3] == b[3] == [0.25] * 3, (a[3], b[3]))
    check("GIF and PNG show the same", a[:3] == b[:3])
    for i in range(3):
        check(f"frame {i}", near(cells(b, i, 2, 2), [GREY[4 * i + k] for k in range(4)]), cells(b, i, 2, 2))
    check("frames of an array in memory", gif(draw("y.gif", "[[[0, 1], [2, 3]], [[4, 5], [6, 7]], [[8, 9], [10, 11]]]", "--cmap", "gray", "--fps", "4")) == a)
    check("one range, two passes", draw("z.png", moving, "--cmap", "gray", "--animate", "--fps", "4", "--vmin", "0", "--vmax", "11") == (where / "x.png").read_bytes())
    check("frames in many runs", len(png(draw("long.png", "da.arange(30 * 700 * 900, chunks=10**6).reshape((30, 700, 900)) % 251", "--animate"))[2]) == 30)

    montage = png(draw("m.png", moving, "--cmap", "gray"))
    check("a montage", near(cells(montage, 0, 2, 2), [GREY[k] for k in range(4)]) and montage[2] != b[2], cells(montage, 0, 2, 2))
    line = png(draw("l.png", "da.arange(100, chunks=7) ** 2", "--title", "Squares", "--units", "m²"))
    left, top, w, h = frame_of(line[0], line[1], line[2][0])
    blue = bytes([0x1f, 0x77, 0xb4])
    column = [line[2][0][3 * ((top + y) * line[0] + left + w // 2):][:3] for y in range(h)]
    check("a line", blue in column and 0.68 < column.index(blue) / h < 0.74, [i for i, c in enumerate(column) if c == blue])  # 1/4 of the way up, in 10 % air

    # Real data: latitudes, longitudes, dates; a year without a year.
    winds = f"u=da.from_netcdf('{WINDS}', 'UWND')"
    check("a montage of winds", len(png(draw("w.png", "u[:12]", winds))[2]) == 1)
    check("winds that move", len(gif(draw("w.gif", "u[:5]", winds))[2]) == 5)
    check("a line of winds", len(png(draw("wl.png", "u[:, 30, 20]", winds))[2]) == 1)
    check("a mean year", len(png(draw("c.png", "t[::3]", f"t=da.from_netcdf('{COADS}', 'SST')"))[2]) == 1)

    chunks = draw("c.svg", "da.ones((20, 30), chunks=7) * 2").decode()
    root = xml.dom.minidom.parseString(chunks).documentElement
    check("chunks", root.tagName == "svg" and len(root.getElementsByTagName("line")) == 4 + 6 and "(20, 30)" in chunks and "4.69 kiB" in chunks, chunks)
    check("a billion chunks", len(draw("b.svg", "da.ones((10**9, 10**9), chunks=1000)")) < 9000)

    none = where / "none.png"
    fails("ValueError", "not 0", "eval", "da.ones(3, chunks=2).sum()", "-o", none)
    fails("ValueError", "not 4", "eval", "da.ones((2, 2, 2, 2), chunks=2)", "-o", none)
    fails("ValueError", "axis 1 has length 0", "eval", "da.ones((2, 0), chunks=2)", "-o", none)
    fails("ValueError", "x[::3]", "eval", "da.ones((201, 2, 2), chunks=2)", "-o", none)
    fails("ValueError", "3 dimensions", "eval", "da.ones((2, 2), chunks=2)", "-o", none, "--animate")
    fails("TypeError", "complex128", "eval", "da.ones((2, 2), chunks=2) * 1j", "-o", none)
    fails("ValueError", "jet", "eval", "da.ones((2, 2, 2), chunks=2)", "-o", none, "--cmap", "jet", "--animate")
    fails("NotImplementedError", "unknown chunk sizes", "eval", "x[x > 1]", "x=da.arange(5, chunks=2)", "-o", where / "none.svg")
    fails("TypeError", "lazy array", "eval", "[1, 2]", "-o", where / "none.svg")
    fails("ZeroDivisionError", "division", "eval", "da.map_blocks(lambda b: b + 1 // 0, da.ones((9, 4, 4), chunks=2), dtype='f8')", "-o", none, "--animate")
    for words in (["--fps", "0"], ["--fps", "101"]):
        fails("cask", "0.02 to 100", "eval", "1", "-o", none, *words, status=2)
    fails("cask", "--animate", "eval", "1", "--animate", status=2)
    check("nothing is left", sorted(p.name for p in where.glob("none*")) == [] and not list(where.glob("*.tmp*")), list(where.glob("*")))

finish()
