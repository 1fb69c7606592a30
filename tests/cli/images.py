"""Pictures read with Python's standard library: PNG, its animations, and GIF, as frames of RGB bytes."""
import struct
import zlib


def _unfilter(raw, width, height, size):
    """Rows of PNG scanlines, `size` bytes a pixel."""
    stride, rows, before = width * size, [], bytes(width * size)
    for y in range(height):
        kind, row = raw[y * (stride + 1)], bytearray(raw[y * (stride + 1) + 1:(y + 1) * (stride + 1)])
        for i in range(stride if kind else 0):
            left, up = row[i - size] if i >= size else 0, before[i]
            corner = before[i - size] if i >= size else 0
            if kind == 4:
                guess = left + up - corner
                best = min((abs(guess - left), 0, left), (abs(guess - up), 1, up), (abs(guess - corner), 2, corner))[2]
            else:
                best = (0, left, up, (left + up) // 2)[kind]
            row[i] = (row[i] + best) & 255
        before = bytes(row)
        rows.append(before)
    return rows


def _chunks(data):
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    at = 8
    while at < len(data):
        length, name = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + length]
        assert zlib.crc32(name + body) == struct.unpack(">I", data[at + 8 + length:at + 12 + length])[0], name
        yield name.decode(), body
        at += 12 + length
    assert name == b"IEND"


def _lay(canvas, width, rows, left, top):
    """A copy of the canvas with rows of RGB in it."""
    canvas = bytearray(canvas)
    for y, row in enumerate(rows):
        at = 3 * ((top + y) * width + left)
        canvas[at:at + len(row)] = row
    return bytes(canvas)


def png(data):
    """(width, height, frames, seconds of each): 8 bits, RGB or a palette."""
    frames, delays, palette, declared, sequence = [], [], None, 1, 0
    parts = []  # left, top, width, height and deflated bytes of each frame
    for name, body in _chunks(data):
        if name == "IHDR":
            width, height, bits, kind = struct.unpack(">IIBB", body[:10])
            assert bits == 8 and kind in (2, 3)
        elif name == "PLTE":
            palette = [body[i:i + 3] for i in range(0, len(body), 3)]
        elif name == "acTL":
            declared, plays = struct.unpack(">II", body)
            assert plays == 0
        elif name == "fcTL":
            number, w, h, left, top, over, under, dispose, blend = struct.unpack(">IIIIIHHBB", body)
            assert number == sequence and dispose == 0 and blend == 0
            sequence += 1
            parts.append([left, top, w, h, b""])
            delays.append(over / under)
        elif name == "IDAT":
            parts = parts or [[0, 0, width, height, b""]]
            parts[0][4] += body
        elif name == "fdAT":
            assert struct.unpack(">I", body[:4])[0] == sequence
            sequence += 1
            parts[-1][4] += body[4:]
    assert len(parts) == declared
    canvas = bytes(3 * width * height)
    for left, top, w, h, packed in parts:
        assert left + w <= width and top + h <= height
        rows = _unfilter(zlib.decompress(packed), w, h, 1 if palette else 3)
        canvas = _lay(canvas, width, [b"".join(palette[i] for i in row) for row in rows] if palette else rows, left, top)
        frames.append(canvas)
    return width, height, frames, delays


def _lzw(data, least, count):
    """GIF's variable-width codes, least bits first."""
    clear, out, table, size, before, bits, held = 1 << least, bytearray(), [], 0, None, 0, 0
    for byte in data:
        bits |= byte << held
        held += 8
        while True:
            size = size or least + 1
            if held < size:
                break
            code, bits, held = bits & ((1 << size) - 1), bits >> size, held - size
            if code == clear:
                table, size, before = [bytes([i]) for i in range(clear)] + [b"", b""], least + 1, None
                continue
            if code == clear + 1:
                assert len(out) == count
                return bytes(out)
            word = table[code] if code < len(table) else before + before[:1]
            out += word
            if before is not None and len(table) < 4096:
                table.append(before + word[:1])
            if len(table) == 1 << size and size < 12:
                size += 1
            before = word
    raise AssertionError("no end")


def gif(data):
    """(width, height, frames, seconds of each)."""
    assert data[:6] == b"GIF89a"
    width, height, flags = struct.unpack("<HHB", data[6:11])
    at, entries = 13, 2 << (flags & 7)
    palette = [data[at + 3 * i:at + 3 * i + 3] for i in range(entries)]
    at += 3 * entries
    canvas, frames, delays, loops = bytes(3 * width * height), [], [], False

    def blocks(at):
        out = b""
        while data[at]:
            out += data[at + 1:at + 1 + data[at]]
            at += 1 + data[at]
        return out, at + 1

    while data[at] != 0x3b:
        if data[at] == 0x21:
            kind = data[at + 1]
            body, at = blocks(at + 2)
            if kind == 0xf9:
                delays.append(struct.unpack("<H", body[1:3])[0] / 100)
            loops |= body.startswith(b"NETSCAPE2.0")
        else:
            left, top, w, h, flags = struct.unpack("<HHHHB", data[at + 1:at + 10])
            assert flags == 0
            least = data[at + 10]
            body, at = blocks(at + 11)
            indices = _lzw(body, least, w * h)
            canvas = _lay(canvas, width, [b"".join(palette[i] for i in indices[y * w:(y + 1) * w]) for y in range(h)], left, top)
            frames.append(canvas)
    assert loops == (len(frames) > 1) and at == len(data) - 1
    return width, height, frames, delays
