"""Operations on values and places: from a text and a model, with dice, to those of the result; None where they do not
apply."""
import cmath
import math

from bases import base, chunks
from naive import Naive, along, each, joined, made, product, reduce, rounded, taken, transposed


def arithmetic(r, text, a):
    if a.kind in "bu":
        return f"({text} * 1 + 2)", each(lambda x: x * 1 + 2, a, kind="i" if a.kind == "b" else "u")
    k = r.choice([2, 3, 0.5]) if a.kind in "fc" else r.choice([2, 3])
    return r.choice([(f"({text} + {k})", each(lambda x: x + k, a)), (f"({k} - {text})", each(lambda x: k - x, a)),
                     (f"(-{text})", each(lambda x: -x, a)), (f"({text} * {k} + 1)", each(lambda x: x * k + 1, a)),
                     (f"da.square({text})", each(lambda x: x * x, a))])


def division(r, text, a):
    if a.kind not in "if":
        return None
    return r.choice([(f"({text} // 2)", each(lambda x: x // 2, a)), (f"({text} % 3)", each(lambda x: x % 3, a)),
                     (f"({text} / 4)", each(lambda x: x / 4, a, kind="f"))])


def comparison(r, text, a):
    if a.kind == "c":
        return f"({text} == 1)", each(lambda x: x == 1, a, kind="b")
    return r.choice([(f"({text} > 1)", each(lambda x: x > 1, a, kind="b")), (f"({text} != 2)", each(lambda x: x != 2, a, kind="b"))])


def pair(r, text, a):
    shape = tuple(1 if r.random() < .2 else size for size in a.shape)[r.randint(0, a.ndim):] if r.random() < .4 else a.shape
    other, b = base(r, shape, a.kind)
    if a.kind == "b":
        return f"({text} & {other})", each(lambda x, y: x and y, a, b)
    choices = [(f"({text} + {other})", each(lambda x, y: x + y, a, b)), (f"({text} * {other})", each(lambda x, y: x * y, a, b))]
    if a.kind != "c":
        choices += [(f"da.maximum({text}, {other})", each(max, a, b)), (f"({text} < {other})", each(lambda x, y: x < y, a, b, kind="b")),
                    (f"da.where({text} > {other}, {text}, {other})", each(lambda x, y: x if x > y else y, a, b))]
    return r.choice(choices)


def reduction(r, text, a):
    axes = sorted(r.sample(range(a.ndim), r.randint(0, a.ndim)))
    axes = axes or list(range(a.ndim))
    keep = r.random() < .3
    axis = "None" if len(axes) == a.ndim and r.random() < .5 else str(tuple(axes) if len(axes) != 1 else axes[0] - a.ndim)
    count = math.prod(a.shape[k] for k in axes)
    names = {"sum": (sum, "i" if a.kind == "b" else a.kind), "any": (any, "b"), "all": (all, "b")}
    if count:
        names["mean"] = (lambda v: sum(v) / len(v), "c" if a.kind == "c" else "f")
    if count and a.kind != "c":
        names.update(min=(min, a.kind), max=(max, a.kind))
        names["var"] = (lambda v: sum((x - sum(v) / len(v)) ** 2 for x in v) / len(v), "f")
    name = r.choice(sorted(names))
    function, kind = names[name]
    every = r.choice(["", ", split_every=2"])
    result = reduce(function, a, axes, keep, kind)
    result.rounded = name in ("mean", "var")
    return f"da.{name}({text}, axis={axis}, keepdims={keep}{every})", result


def extreme(r, text, a):
    if a.ndim == 0 or a.kind in "cb" or 0 in a.shape:
        return None
    axis = r.randrange(a.ndim)
    name, choose = r.choice([("argmin", min), ("argmax", max)])
    return f"da.{name}({text}, axis={axis})", reduce(lambda v: v.index(choose(v)), a, [axis], False, "i")


def scan(r, text, a):
    if a.ndim == 0 or a.kind == "b":
        return None
    axis = r.randrange(a.ndim)

    def sums(line):
        return [sum(line[:i + 1]) for i in range(len(line))]
    method = r.choice(["", ", method='blelloch'"])
    return f"da.cumsum({text}, axis={axis}{method})", along(sums, a, axis, a.shape[axis])


def sliced(r, text, a):
    words, wheres = [], []
    for size in a.shape:
        if size and r.random() < .2:
            i = r.randrange(-size, size)
            words.append(str(i))
            wheres.append(i % size)
            continue
        ends = [r.choice([None, r.randint(-size - 1, size + 1)]) for _ in range(2)]
        s = slice(*ends, r.choice([None, None, 2, 3, -1, -2]))
        words.append(":".join("" if v is None else str(v) for v in (s.start, s.stop, s.step)))
        wheres.append(list(range(size))[s])
    return (f"{text}[{', '.join(words)}]", taken(a, wheres)) if words else None


def picked(r, text, a):
    if a.ndim == 0 or 0 in a.shape:
        return None
    axis = r.randrange(a.ndim)
    where = [r.randrange(a.shape[axis]) for _ in range(r.randint(1, 5))]
    wheres = [list(range(size)) for size in a.shape]
    wheres[axis] = where
    if r.random() < .5:
        return f"da.take({text}, {where}, axis={axis})", taken(a, wheres)
    mask = [r.random() < .5 for _ in range(a.shape[axis])]
    wheres[axis] = [i for i, chosen in enumerate(mask) if chosen]
    return f"{text}[{':, ' * axis}{mask}]", taken(a, wheres)


def turned(r, text, a):
    order = r.sample(range(a.ndim), a.ndim)
    if r.random() < .5:
        return f"da.transpose({text}, {tuple(order)})", transposed(a, order)
    return f"{text}.T", transposed(a, list(range(a.ndim))[::-1])


def shaped(r, text, a):
    size = math.prod(a.shape)
    if r.random() < .3:
        return f"da.ravel({text})", Naive((size,), a.items, a.kind)
    if size == 0:
        return None
    shape, left = [], size
    while left > 1 and len(shape) < 3:
        shape.append(r.choice([d for d in range(1, left + 1) if left % d == 0]))
        left //= shape[-1]
    shape.append(left)
    return f"{text}.ravel().reshape({tuple(shape)})", Naive(shape, a.items, a.kind)


def moved(r, text, a):
    if a.ndim == 0 or 0 in a.shape:
        return None
    axis = r.randrange(a.ndim)
    size, n = a.shape[axis], r.randint(-3, 3)
    wheres = [list(range(s)) for s in a.shape]

    def along_axis(where):
        return taken(a, wheres[:axis] + [where] + wheres[axis + 1:])
    twice = [i for i in range(size) for _ in range(2)]
    return r.choice([(f"da.flip({text}, {axis})", along_axis(wheres[axis][::-1])),
                     (f"da.roll({text}, {n}, axis={axis})", along_axis([(i - n) % size for i in range(size)])),
                     (f"da.repeat({text}, 2, axis={axis})", along_axis(twice))])


def padded(r, text, a):
    if a.ndim == 0 or a.kind == "b":
        return None
    before, after = r.randint(0, 2), r.randint(0, 2)

    def value(place):
        inside = [i - before for i in place]
        return a.at(inside) if all(0 <= i < s for i, s in zip(inside, a.shape)) else type(a.items[0])(0) if a.items else 0
    return f"da.pad({text}, ({before}, {after}), mode='constant')", made([s + before + after for s in a.shape], a.kind, value)


def joining(r, text, a):
    other, b = base(r, a.shape, a.kind)
    if a.ndim == 0 or r.random() < .4:
        axis = r.randint(0, a.ndim)
        lift = [Naive(x.shape[:axis] + (1,) + x.shape[axis:], x.items, x.kind) for x in (a, b)]
        return f"da.stack([{text}, {other}], axis={axis})", joined(lift, axis)
    axis = r.randrange(a.ndim)
    return f"da.concatenate([{text}, {other}], axis={axis})", joined([a, b], axis)


def multiplied(r, text, a):
    if a.ndim != 2 or a.kind == "b":
        return None
    other, b = base(r, (a.shape[1], r.randint(1, 4)), a.kind)
    return f"da.dot({text}, {other})", product(a, b)


def differences(r, text, a):
    if a.ndim == 0 or a.kind not in "if":
        return None
    axis = r.randrange(a.ndim)
    return f"da.diff({text}, axis={axis})", along(lambda v: [y - x for x, y in zip(v, v[1:])], a, axis, max(0, a.shape[axis] - 1))


def rechunked(r, text, a):
    return f"{text}.rechunk({chunks(r, a.shape)})", a


def mapped(r, text, a):
    if a.kind == "b":
        return None
    return f"{text}.map_blocks(lambda b: b * 2)", each(lambda x: x * 2, a)


def sorting(r, text, a):
    if a.ndim == 0 or a.kind == "c":
        return None
    axis = r.randrange(a.ndim)
    k = r.choice([1, 2, -1])
    if r.random() < .5 or a.shape[axis] < 2:
        return f"da.sort({text}, axis={axis})", along(sorted, a, axis, a.shape[axis])
    return f"da.topk({text}, {k}, axis={axis})", along(lambda v: sorted(v, reverse=k > 0)[:abs(k)], a, axis, min(abs(k), a.shape[axis]))


def counting(r, text, a):
    if a.kind == "c":
        return None
    flat = sorted(set(a.items))
    return r.choice([(f"da.unique({text}).compute_chunk_sizes()", Naive((len(flat),), flat, a.kind)),
                     (f"da.count_nonzero({text})", Naive((), [sum(map(bool, a.items))], "i")),
                     (f"da.isin({text}, [1, 2, 5])", each(lambda x: x in (1, 2, 5), a, kind="b"))])


def clipped(r, text, a):
    if a.kind not in "if":
        return None
    return f"da.clip({text}, -1, 3)", each(lambda x: min(max(x, -1), 3), a)


def triangle(r, text, a):
    if a.ndim < 2 or a.kind == "b":
        return None
    k = r.randint(-2, 2)
    return f"da.tril({text}, {k})", made(a.shape, a.kind, lambda p: a.at(p) if p[-1] - p[-2] <= k else type(a.at(p))(0))


def summed(r, text, a):
    if a.ndim != 2 or a.kind == "b":
        return None
    return r.choice([(f"da.einsum('ij->ji', {text})", transposed(a, [1, 0])),
                     (f"da.einsum('ij->j', {text})", reduce(sum, a, [0], False, a.kind)),
                     (f"da.einsum('ij,kj->ik', {text}, {text})", product(a, transposed(a, [1, 0])))])


def windows(r, text, a):
    if a.ndim != 1 or a.shape[0] < 3 or a.kind == "b":
        return None
    size = a.shape[0]
    around = made(a.shape, a.kind, lambda p: sum(a.items[i] for i in range(p[0] - 1, p[0] + 2) if 0 <= i < size))
    return r.choice([
        (f"{text}.map_overlap(lambda b: b[2:] + b[1:-1] + b[:-2], depth=1, boundary=0, trim=False)", around),
        (f"da.lib.stride_tricks.sliding_window_view({text}, 3).sum(axis=-1)",
         made((size - 2,), a.kind, lambda p: sum(a.items[p[0]:p[0] + 3])))])


def assigned(r, text, a):
    if a.ndim == 0 or a.kind not in "if":
        return None
    return f"da.where(da.isin({text}, [1]), 2, {text})", each(lambda x: 2 if x == 1 else x, a)


def splitting(r, text, a):
    if a.ndim == 0:
        return None
    axis = r.randrange(a.ndim)
    size, wheres = a.shape[axis], [list(range(s)) for s in a.shape]
    if r.random() < .5:
        parts = r.randint(1, 4)
        cuts = [0] + [sum(size // parts + (j < size % parts) for j in range(i + 1)) for i in range(parts)]
        how = parts
    else:
        how = sorted(r.randint(0, size) for _ in range(r.randint(1, 2)))
        cuts = [0] + how + [size]
    i = r.randrange(len(cuts) - 1)
    wheres[axis] = list(range(cuts[i], cuts[i + 1]))
    return f"da.array_split({text}, {how}, axis={axis})[{i}]", taken(a, wheres)


def line_by_line(r, text, a):
    """take_along_axis and put_along_axis, by argsort or by positions."""
    if a.ndim == 0 or 0 in a.shape or a.kind == "c":
        return None
    axis = r.randrange(a.ndim)
    if r.random() < .5:
        return (f"(lambda x: da.take_along_axis(x, da.argsort(x, axis={axis}), {axis}))({text})",
                along(sorted, a, axis, a.shape[axis]))
    i = r.randrange(-a.shape[axis], a.shape[axis])
    ones = f"da.full({[1] * a.ndim}, {i})"
    if r.random() < .5:
        wheres = [list(range(s)) for s in a.shape]
        wheres[axis] = [i % a.shape[axis]]
        return f"da.take_along_axis({text}, {ones}, {axis})", taken(a, wheres)
    value = True if a.kind == "b" else 2
    return (f"da.put_along_axis({text}, {ones}, {value}, {axis})",
            made(a.shape, a.kind, lambda p: value if p[axis] == i % a.shape[axis] else a.at(p)))


def assigning(r, text, a):
    """x[index] = value, as an operation."""
    if a.ndim == 0 or a.kind == "c":
        return None
    words, chosen = [], []
    for size in a.shape:
        kind = r.choice(["slice", "slice", "int", "list"]) if size else "slice"
        if kind == "int":
            i = r.randrange(-size, size)
            words.append(str(i))
            chosen.append({i % size})
        elif kind == "list" and not any("[" in w for w in words):
            where = [r.randrange(size) for _ in range(r.randint(1, 3))]
            words.append(str(where))
            chosen.append(set(where))
        else:
            s = slice(r.choice([None, r.randint(-size, size)]), r.choice([None, r.randint(-size, size)]), r.choice([None, 2, -1]))
            words.append(repr(s))
            chosen.append(set(range(size)[s]))
    value = True if a.kind == "b" else 2
    index = "(" + ", ".join(words) + ",)"
    return (f"da.setitem({text}, {index}, {value})",
            made(a.shape, a.kind, lambda p: value if all(i in c for i, c in zip(p, chosen)) else a.at(p)))


def masked(r, text, a):
    if a.ndim == 0 or a.kind == "c":
        return None
    if a.kind == "b":
        return f"(lambda x: x[x].compute_chunk_sizes())({text})", Naive((sum(a.items),), [True] * sum(a.items), "b")
    kept = [v for v in a.items if v > 1]
    if r.random() < .5:
        return f"da.setitem({text}, {text} > 1, 0)", each(lambda x: type(x)(0) if x > 1 else x, a)
    return f"(lambda x: x[x > 1].compute_chunk_sizes())({text})", Naive((len(kept),), kept, a.kind)


def so_far(r, text, a):
    if a.ndim == 0 or a.kind == "c":
        return None
    axis = r.randrange(a.ndim)
    name, pick = r.choice([("cummax", max), ("cummin", min)])
    return (f"da.{name}({text}, axis={axis})",
            along(lambda v: [pick(v[:i + 1]) for i in range(len(v))], a, axis, a.shape[axis]))


def moving_axes(r, text, a):
    if a.ndim < 2:
        return None
    i, j = r.randrange(a.ndim), r.randrange(a.ndim)
    order = [k for k in range(a.ndim) if k != i]
    order.insert(j, i)
    swapped = list(range(a.ndim))
    swapped[i], swapped[j] = j, i
    return r.choice([(f"da.moveaxis({text}, {i}, {j})", transposed(a, order)),
                     (f"da.swapaxes({text}, {i}, {j})", transposed(a, swapped)),
                     (f"da.squeeze(da.expand_dims({text}, {i}), axis={i})", a)])


def spreading(r, text, a):
    if a.ndim == 0:
        return f"da.broadcast_to({text}, (2, 3))", made((2, 3), a.kind, lambda p: a.items[0])
    times = [r.randint(1, 2) for _ in a.shape]
    wheres = [list(range(s)) * n for s, n in zip(a.shape, times)]
    if r.random() < .5:
        return f"da.tile({text}, {tuple(times)})", taken(a, wheres)
    return f"da.broadcast_to({text}, {(2,) + a.shape})", made((2,) + a.shape, a.kind, lambda p: a.at(p[1:]))


def inserting(r, text, a):
    if a.ndim == 0 or 0 in a.shape or a.kind in "bc":
        return None
    axis = r.randrange(a.ndim)
    size, i = a.shape[axis], r.randrange(a.shape[axis])
    wheres = [list(range(s)) for s in a.shape]
    if r.random() < .5:
        wheres[axis] = [k for k in range(size) if k != i]
        return f"da.delete({text}, {i - size}, axis={axis})", taken(a, wheres)
    longer = a.shape[:axis] + (size + 1,) + a.shape[axis + 1:]
    return (f"da.insert({text}, {i}, 1, axis={axis})",
            made(longer, a.kind, lambda p: type(a.items[0])(1) if p[axis] == i else
                 a.at(p[:axis] + (p[axis] - (p[axis] > i),) + p[axis + 1:])))


def middle(r, text, a):
    if a.ndim == 0 or 0 in a.shape or a.kind not in "iuf":
        return None
    axis = r.randrange(a.ndim)

    def median(v):
        v = sorted(v)
        return (v[(len(v) - 1) // 2] + v[len(v) // 2]) / 2
    return r.choice([(f"da.median({text}, axis={axis})", reduce(median, a, [axis], False, "f")),
                     (f"da.quantile({text}, 0.5, axis={axis}, keepdims=True)", reduce(median, a, [axis], True, "f")),
                     (f"da.ptp({text}, axis={axis})", reduce(lambda v: max(v) - min(v), a, [axis], False, a.kind))])


def arranging(r, text, a):
    if a.ndim == 0 or a.kind == "c":
        return None
    axis = r.randrange(a.ndim)
    return (f"da.argsort({text}, axis={axis})",
            Naive(a.shape, along(lambda v: sorted(range(len(v)), key=lambda i: v[i]), a, axis, a.shape[axis]).items, "i"))


def tallying(r, text, a):
    if a.kind != "i" or not a.items or min(a.items) < 0:  # NumPy's bincount takes no uint64 either
        return None
    edges = [0, 2, 5, 100]
    counts = [sum(lo <= v < hi for v in a.items) for lo, hi in zip(edges, edges[1:])]
    bins = max(a.items) + 1
    return r.choice([(f"da.histogram({text}, bins={edges})[0]", Naive((3,), counts, "i")),
                     (f"da.bincount(da.ravel({text}), minlength={bins})",
                      Naive((bins,), [a.items.count(v) for v in range(bins)], "i")),
                     (f"da.digitize({text}, {edges})", each(lambda x: sum(x >= e for e in edges), a, kind="i"))])


def transforming(r, text, a):
    """There and back by Fourier transforms, and sums of roots of unity."""
    if a.ndim == 0 or 0 in a.shape or a.kind == "b":
        return None
    axis = r.randrange(a.ndim)
    back = f"da.fft.ifft(da.fft.fft({text}, axis={axis}), axis={axis})"
    if a.kind == "c":
        return back, rounded(a)

    def line(v):
        n = len(v)
        return [sum(x * cmath.exp(-2j * math.pi * i * k / n) for i, x in enumerate(v)) for k in range(n // 2 + 1)]
    half = along(line, a, axis, a.shape[axis] // 2 + 1)
    half.kind = "c"
    return r.choice([(f"da.real({back})", rounded(each(float, a, kind="f"))), (f"da.fft.rfft({text}, axis={axis})", rounded(half))])


def solving(r, text, a):
    """a x = b with a plain matrix: back to what b is."""
    if a.ndim != 2 or 0 in a.shape or a.kind not in "if":
        return None
    n = a.shape[0]
    cut = r.choice([k for k in range(1, n + 1) if n % k == 0])  # blocks are squares of one size
    matrix = f"(da.eye({n}, chunks={cut}) * 3 + da.tri({n}, chunks={cut}))"
    return f"da.linalg.solve({matrix}, da.dot({matrix}, {text}))", rounded(each(float, a, kind="f"))


def choosing(r, text, a):
    if a.kind not in "if":
        return None
    return (f"da.select([{text} > 2, {text} < 0], [{text} * 0, -{text}], {text} + 1)",
            each(lambda x: x * 0 if x > 2 else -x if x < 0 else x + 1, a))


def finding(r, text, a):
    if a.ndim == 0:
        return None
    places = [p for p in a.places() if a.at(p)]
    k = r.randrange(a.ndim)
    return f"da.nonzero({text})[{k}].compute_chunk_sizes()", Naive((len(places),), [p[k] for p in places], "i")


def coarser(r, text, a):
    if a.ndim != 1 or a.shape[0] < 2 or a.kind not in "if":
        return None
    n = a.shape[0] // 2
    return (f"da.coarsen(np.sum, {text}[:{2 * n}].rechunk({2 * n}), {{0: 2}})",
            Naive((n,), [a.items[2 * i] + a.items[2 * i + 1] for i in range(n)], a.kind))


OPERATIONS = [splitting, line_by_line, assigning, masked, so_far, moving_axes, spreading, inserting, middle, arranging, tallying,
              transforming, solving, choosing, finding, coarser, sorting, counting, clipped, triangle, summed, windows, assigned,
              arithmetic, division, comparison, pair, reduction, extreme, scan, sliced, picked, turned, shaped, moved, padded,
              joining, multiplied, differences, rechunked, mapped]
