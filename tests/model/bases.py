"""Random arrays to begin with: a text, and the same in plain Python."""
import math

from naive import Naive

DTYPES = {"b": ["?"], "i": ["i1", "i2", "i4", "i8"], "u": ["u1", "u2", "u4", "u8"], "f": ["f2", "f4", "f8"],
          "c": ["c8", "c16"]}


def chunks(r, shape):
    return tuple(tuple(cut(r, size)) for size in shape)


def cut(r, size):
    """A random way to cut an axis."""
    if size == 0:
        return [0]
    most, sizes = r.choice([1, 2, 3, size]), []
    while sum(sizes) < size:
        sizes.append(min(r.randint(1, most), size - sum(sizes)))
    return sizes


def base(r, shape=None, kind=None):
    shape = shape if shape is not None else tuple(r.choice([0, 1, 2, 3, 4, 5, 7] if r.random() < .2 else [1, 2, 3, 4, 5, 7])
                                                  for _ in range(r.randint(0, 3)))
    kind = kind or r.choice("biufffc")
    if r.random() < .15:  # one element in memory, seen everywhere
        value = {"b": True, "i": 3, "u": 2, "f": 0.5, "c": 1 + 0j}[kind]
        text = f"da.full({shape}, {value}, dtype='{r.choice(DTYPES[kind])}', chunks={chunks(r, shape)})"
        return text, Naive(shape, [value] * math.prod(shape), kind)
    size, times, mod, less = math.prod(shape), r.choice([3, 5, 7]), r.choice([4, 9, 11]), r.choice([0, 3])
    less = 0 if kind in "bu" else less
    part = 4 if kind in "fc" else 1
    items = [(i * times % mod - less) / part if part > 1 else i * times % mod - less for i in range(size)]
    items = [bool(v) for v in items] if kind == "b" else [complex(v) for v in items] if kind == "c" else items
    text = f"(da.arange({size}, chunks={max(1, size)}) * {times} % {mod} - {less})" + (f" / {part}" if part > 1 else "")
    text = f"({text}).astype('{r.choice(DTYPES[kind])}').reshape({shape}).rechunk({chunks(r, shape)})"
    return text, Naive(shape, items, kind)
