"""Arrays in the plainest Python: a shape and a flat list of numbers, in C order. Slow, and easy to believe."""
import itertools
import math


class Naive:
    rounded = False  # whether its numbers are known but for their last digits

    def __init__(self, shape, items, kind):
        self.shape, self.items, self.kind = tuple(shape), list(items), kind  # kind: b, i, u, f or c
        assert len(self.items) == math.prod(self.shape)

    @property
    def ndim(self):
        return len(self.shape)

    def places(self):
        return itertools.product(*map(range, self.shape))

    def at(self, place):
        number = 0
        for size, i in zip(self.shape, place):
            number = number * size + i
        return self.items[number]

    def tolist(self):
        items = self.items
        if not self.shape:
            return items[0]
        for size in self.shape[:0:-1]:
            items = [items[i:i + size] for i in range(0, len(items), size)] if size else [[]] * math.prod(self.shape[:-1])
        return items if math.prod(self.shape) or self.ndim < 2 else empty(self.shape)


def rounded(a):
    """The same, known but for the last digits."""
    result = Naive(a.shape, a.items, a.kind)
    result.rounded = True
    return result


def number(value, kind):
    return Naive((), [value], kind)


def empty(shape):
    return [] if len(shape) == 1 or shape[0] == 0 else [empty(shape[1:]) for _ in range(shape[0])]


def made(shape, kind, value_at):
    return Naive(shape, [value_at(place) for place in itertools.product(*map(range, shape))], kind)


def each(function, *arrays, kind=None):
    """Element by element, with broadcasting."""
    ndim = max(a.ndim for a in arrays)
    shapes = [(1,) * (ndim - a.ndim) + a.shape for a in arrays]
    shape = [next((s for s in sizes if s != 1), 1) for sizes in zip(*shapes)]

    def value(place):
        return function(*(a.at([0 if s == 1 else i for s, i in zip(full, place)][ndim - a.ndim:])
                          for a, full in zip(arrays, shapes)))
    return made(shape, kind or arrays[0].kind, value)


def reduce(function, a, axes, keepdims, kind):
    """`function` of the list of all elements that differ along `axes` only."""
    kept = [1 if k in axes else size for k, size in enumerate(a.shape)]
    ranges = [range(size) if k in axes else None for k, size in enumerate(a.shape)]
    result = made(kept, kind, lambda place: function(
        [a.at(p) for p in itertools.product(*(r if r is not None else (place[k],) for k, r in enumerate(ranges)))]))
    if not keepdims:
        result.shape = tuple(size for k, size in enumerate(kept) if k not in axes)
    return result


def along(function, a, axis, length=None):
    """Each line along an axis by what `function` makes of the list; all of the same length."""
    lines = {}
    for rest in itertools.product(*(range(s) for k, s in enumerate(a.shape) if k != axis)):
        lines[rest] = function([a.at(rest[:axis] + (i,) + rest[axis:]) for i in range(a.shape[axis])])
    if length is None:
        length = len(next(iter(lines.values()))) if lines else 0
    shape = a.shape[:axis] + (length,) + a.shape[axis + 1:]
    return made(shape, a.kind, lambda place: lines[place[:axis] + place[axis + 1:]][place[axis]])


def transposed(a, order):
    return made([a.shape[k] for k in order], a.kind,
                lambda place: a.at([place[order.index(k)] for k in range(a.ndim)]))


def taken(a, wheres):
    """wheres: for each axis a list of positions, or a position, which drops the axis."""
    shape = [len(w) for w in wheres if not isinstance(w, int)]

    def value(place):
        rest = iter(place)
        return a.at([w if isinstance(w, int) else w[next(rest)] for w in wheres])
    return made(shape, a.kind, value)


def joined(arrays, axis):
    def value(place):
        at = place[axis]
        for a in arrays:
            if at < a.shape[axis]:
                return a.at(place[:axis] + (at,) + place[axis + 1:])
            at -= a.shape[axis]
    total = sum(a.shape[axis] for a in arrays)
    return made(arrays[0].shape[:axis] + (total,) + arrays[0].shape[axis + 1:], arrays[0].kind, value)


def product(a, b):
    """The matrix product of two arrays of two axes."""
    return made((a.shape[0], b.shape[1]), a.kind,
                lambda place: sum(a.at((place[0], k)) * b.at((k, place[1])) for k in range(a.shape[1])))
