"""Routines of whole arrays: joining and cutting, lines, sets, statistics, products, linear algebra, users' functions."""
import cmath
import math

from bases import base, chunks
from naive import Naive, along, each, joined, made, number, product, reduce, rounded, taken, transposed


def line(values, kind):
    return Naive((len(values),), values, kind)


def flat(a):
    return Naive((len(a.items),), a.items, a.kind)


def whole(a):
    return [list(range(s)) for s in a.shape]


def reshaped(a, *shape):
    return Naive(shape, a.items, a.kind)


# ---- shapes ----

def raised(r, text, a):
    """atleast_nd, and what stacks by them."""
    n = r.choice([1, 2, 3])
    shape = a.shape
    if n == 3 and len(shape) == 2:
        shape = shape + (1,)
    elif n == 3 and len(shape) == 1:
        shape = (1,) + shape + (1,)
    else:
        shape = (1,) * (n - len(shape)) + shape
    return f"da.atleast_{n}d({text})", reshaped(a, *shape)


def stacked(r, text, a):
    if a.ndim not in (1, 2):
        return None
    other, b = base(r, a.shape, a.kind)
    rows = [reshaped(x, 1, *x.shape) if a.ndim == 1 else x for x in (a, b)]
    deep = [reshaped(x, *((1,) + x.shape + (1,) if a.ndim == 1 else x.shape + (1,))) for x in (a, b)]
    columns = [reshaped(x, *x.shape, 1) if a.ndim == 1 else x for x in (a, b)]
    return r.choice([(f"da.vstack([{text}, {other}])", joined(rows, 0)), (f"da.row_stack([{text}, {other}])", joined(rows, 0)),
                     (f"da.hstack([{text}, {other}])", joined([a, b], a.ndim - 1)),
                     (f"da.dstack([{text}, {other}])", joined(deep, 2)),
                     (f"da.append({text}, {other})", joined([flat(a), flat(b)], 0)),
                     (f"da.column_stack([{text}, {other}])", joined(columns, 1)),
                     (f"da.block([[{text}, {other}]])", joined([a, b], a.ndim - 1) if a.ndim == 2 else
                      joined([reshaped(x, 1, *x.shape) for x in (a, b)], 1))])


def halves(r, text, a):
    if a.ndim < 2:
        return None
    name, axis = r.choice([("vsplit", 0), ("hsplit", 1)] + [("dsplit", 2)] * (a.ndim > 2))
    at = r.randint(0, a.shape[axis])
    i = r.randrange(2)
    wheres = whole(a)
    wheres[axis] = wheres[axis][at:] if i else wheres[axis][:at]
    return f"da.{name}({text}, [{at}])[{i}]", taken(a, wheres)


def corners(r, text, a):
    if a.ndim != 2:
        return None
    n, m = a.shape
    k = r.randint(-2, 2)
    places = [(i, i + k) for i in range(n) if 0 <= i + k < m]
    upper = made(a.shape, a.kind, lambda p: a.at(p) if p[1] - p[0] >= k else type(a.at(p))(0))
    choices = [(f"da.diagonal({text}, {k})", line([a.at(p) for p in places], a.kind)),
               (f"da.triu({text}, {k})", upper), (f"da.flipud({text})", taken(a, [list(range(n))[::-1], list(range(m))])),
               (f"da.fliplr({text})", taken(a, [list(range(n)), list(range(m))[::-1]])),
               (f"da.rot90({text})", made((m, n), a.kind, lambda p: a.at((p[1], m - 1 - p[0])))),
               (f"da.rot90({text}, 2)", taken(a, [list(range(n))[::-1], list(range(m))[::-1]])),
               (f"da.rollaxis({text}, 1)", transposed(a, [1, 0]))]
    if a.kind != "b" and places:
        choices.append((f"da.trace({text}, {k})", number(sum(a.at(p) for p in places), a.kind)))
    return r.choice(choices)


def diagonals(r, text, a):
    if a.ndim != 1 or not a.items or a.kind == "b":
        return None
    n, k, zero = len(a.items), r.randint(-2, 2), type(a.items[0])(0)
    size = n + abs(k)
    square = made((size, size), a.kind, lambda p: a.items[min(p)] if p[1] - p[0] == k else zero)
    name = r.choice(["diag", "diagflat"])
    powers = made((n, 3), a.kind, lambda p: a.items[p[0]] ** (2 - p[1]))
    return r.choice([(f"da.{name}({text}, {k})", square), (f"da.vander({text}, 3)", powers)])


def grids(r, text, a):
    if a.ndim != 1:
        return None
    m, k = r.randint(1, 3), r.randrange(2)
    n = len(a.items)
    index = made((2, n, m), "i", lambda p: p[1 + p[0]])
    return r.choice([
        (f"da.meshgrid({text}, da.arange({m}), indexing='ij')[0]", made((n, m), a.kind, lambda p: a.items[p[0]])),
        (f"da.meshgrid({text}, da.arange({m}))[0]", made((m, n), a.kind, lambda p: a.items[p[1]])),
        (f"da.indices({(n, m)}, chunks={chunks(r, (n, m))})[{k}]", taken(index, [k, list(range(n)), list(range(m))])),
        (f"da.fromfunction(lambda i, j: i * 2 + j, shape={(n, m)}, chunks={chunks(r, (n, m))})",
         made((n, m), "f", lambda p: float(p[0] * 2 + p[1]))),
        (f"da.broadcast_arrays({text}, da.zeros(({m}, 1)))[0]", made((m, n), a.kind, lambda p: a.items[p[1]]))])


def windowed(r, text, a):
    if a.ndim != 2 or 0 in a.shape or a.kind not in "iuf":
        return None
    n, m = a.shape[0] // 2 * 2, a.shape[1]
    if n == 0:
        return None
    half = made((n // 2, m), a.kind, lambda p: max(a.at((2 * p[0], p[1])), a.at((2 * p[0] + 1, p[1]))))
    return f"da.coarsen(np.max, {text}[:{n}].rechunk(({n}, {m})), {{0: 2}})", half


def padding(r, text, a):
    if a.ndim == 0 or 0 in a.shape or a.kind == "b":
        return None
    before, after, mode = r.randint(0, 3), r.randint(0, 3), r.choice(["edge", "wrap", "symmetric", "reflect"])

    def inside(i, n):
        if mode == "edge":
            return min(max(i, 0), n - 1)
        if mode == "wrap":
            return i % n
        if mode == "symmetric":
            i %= 2 * n
            return i if i < n else 2 * n - 1 - i
        i %= max(1, 2 * n - 2)
        return i if i < n else 2 * n - 2 - i
    return (f"da.pad({text}, ({before}, {after}), mode='{mode}')",
            made([s + before + after for s in a.shape], a.kind,
                 lambda p: a.at([inside(i - before, s) for i, s in zip(p, a.shape)])))


# ---- lines and positions ----

def without_nan(r, text, a):
    """What is 1 becomes NaN, and is passed over."""
    if a.ndim == 0 or a.kind != "f" or 0 in a.shape:
        return None
    axis = r.randrange(a.ndim)
    source = f"da.where({text} == 1, np.nan, {text})"
    kept = along(lambda v: [sum(x != 1 for x in v)], a, axis, 1)
    if not all(kept.items):
        return None

    def over(function, kind="f"):
        return reduce(lambda v: function([x for x in v if x != 1]), a, [axis], False, kind)

    def variance(v):
        return sum((x - sum(v) / len(v)) ** 2 for x in v) / len(v)

    def median(v):
        v = sorted(v)
        return (v[(len(v) - 1) // 2] + v[len(v) // 2]) / 2
    rows = {"nansum": (sum, True), "nanmax": (max, True), "nanmin": (min, True), "nanprod": (math.prod, False),
            "nanmean": (lambda v: sum(v) / len(v), False), "nanvar": (variance, False),
            "nanstd": (lambda v: math.sqrt(variance(v)), False), "nanmedian": (median, True)}
    name = r.choice(sorted(rows) + ["nanargmax", "nanargmin", "nancumsum", "nancumprod", "nanquantile", "nanpercentile"])
    if name in rows:
        result = over(rows[name][0])
        result.rounded = not rows[name][1]
        return f"da.{name}({source}, axis={axis})", result
    if name in ("nanquantile", "nanpercentile"):
        return f"da.{name}({source}, {.5 if name == 'nanquantile' else 50}, axis={axis})", over(median)
    if name.startswith("nanarg"):
        pick = max if name == "nanargmax" else min
        return (f"da.{name}({source}, axis={axis})",
                reduce(lambda v: v.index(pick(x for x in v if x != 1)), a, [axis], False, "i"))
    fold = sum if name == "nancumsum" else math.prod
    empty = 0 if name == "nancumsum" else 1
    return (f"da.{name}({source}, axis={axis})",
            along(lambda v: [fold(x if x != 1 else empty for x in v[:i + 1]) for i in range(len(v))], a, axis, a.shape[axis]))


def folded(r, text, a):
    if a.ndim == 0 or a.kind == "b":
        return None
    axis = r.randrange(a.ndim)
    small, b = f"da.clip({text}, 0, 2)", each(lambda x: min(max(x, 0), 2), a) if a.kind != "c" else a
    if a.kind == "c":
        return None
    return r.choice([(f"da.prod({small}, axis={axis})", reduce(math.prod, b, [axis], False, a.kind)),
                     (f"da.cumprod({small}, axis={axis})",
                      along(lambda v: [math.prod(v[:i + 1]) for i in range(len(v))], b, axis, a.shape[axis]))])


def spread(r, text, a):
    if a.ndim == 0 or 0 in a.shape or a.kind not in "iuf":
        return None
    axis = r.randrange(a.ndim)

    def moment(order, v):
        return sum((x - sum(v) / len(v)) ** order for x in v) / len(v)
    weights = [k % 3 + 1 for k in range(a.shape[axis])]
    return r.choice([
        (f"da.std({text}, axis={axis})", rounded(reduce(lambda v: math.sqrt(moment(2, v)), a, [axis], False, "f"))),
        (f"da.moment({text}, 3, axis={axis})", rounded(reduce(lambda v: moment(3, v), a, [axis], False, "f"))),
        (f"da.average({text}, axis={axis}, weights={weights})",
         rounded(reduce(lambda v: sum(x * w for x, w in zip(v, weights)) / sum(weights), a, [axis], False, "f")))])


def ordered(r, text, a):
    if a.ndim == 0 or 0 in a.shape or a.kind not in "iuf":
        return None
    axis = r.randrange(a.ndim)
    size = a.shape[axis]
    k = r.randrange(size)
    many = r.choice([n for n in range(-size, size + 1) if n])
    kth = [0 if i == axis else slice(None) for i in range(a.ndim)]
    kth[axis] = k
    index = ", ".join(":" if isinstance(i, slice) else str(i) for i in kth)

    def chosen(v):
        return sorted(range(len(v)), key=lambda i: v[i], reverse=many > 0)[:abs(many)]
    best = along(lambda v: [v[i] for i in chosen(v)], a, axis, abs(many))
    return r.choice([
        (f"da.partition({text}, {k}, axis={axis})[{index}]", reduce(lambda v: sorted(v)[k], a, [axis], False, a.kind)),
        (f"(lambda x: da.take_along_axis(x, da.argpartition(x, {k}, axis={axis}), {axis}))({text})[{index}]",
         reduce(lambda v: sorted(v)[k], a, [axis], False, a.kind)),
        (f"(lambda x: da.take_along_axis(x, da.argtopk(x, {many}, axis={axis}), {axis}))({text})", best),
        (f"np.msort({text})", along(sorted, a, 0, a.shape[0]))])


def looked_up(r, text, a):
    if a.kind not in "if" or not a.items:
        return None
    edges = [-2, 0, 1, 4]
    slopes = [(0, 5), (1, 7), (4, 1)]

    def straight(x):
        if x <= 0 or x >= 4:
            return float(5 if x <= 0 else 1)
        (x0, y0), (x1, y1) = (slopes[0], slopes[1]) if x <= 1 else (slopes[1], slopes[2])
        return y0 + (y1 - y0) * (x - x0) / (x1 - x0)
    below = each(lambda x: sum(e < x for e in edges), a, kind="i")
    not_above = each(lambda x: sum(e <= x for e in edges), a, kind="i")
    picked = f"da.absolute({text}).astype('i8') % 3"
    places = each(lambda x: int(abs(x)) % 3, a, kind="i")
    return r.choice([
        (f"da.searchsorted(da.from_array({edges}, chunks=2), {text})", below),
        (f"da.searchsorted(da.from_array({edges}, chunks=2), {text}, side='right')", not_above),
        (f"da.interp({text}, [0, 1, 4], [5, 7, 1])", rounded(each(straight, a, kind="f"))),
        (f"da.choose({picked}, [10, 20, 30])", each(lambda i: [10, 20, 30][i], places)),
        (f"da.take(da.arange(3, chunks=2) * 10, da.ravel({picked}))", flat(each(lambda i: i * 10, places))),
        (f"da.unravel_index({picked}, (2, 2))[1]", each(lambda i: i % 2, places)),
        (f"da.ravel_multi_index(({picked}, {picked}), (3, 3))", each(lambda i: i * 4, places)),
        (f"da.piecewise({text}, [{text} > 1, {text} < 0], [lambda x: x * 2, -1, lambda x: x + 1])",
         each(lambda x: x * 2 if x > 1 else type(x)(-1) if x < 0 else x + 1, a)),
        (f"da.in1d({text}, [0, 2])", flat(each(lambda x: x in (0, 2), a, kind="b")))])


def conditions(r, text, a):
    if a.ndim == 0 or a.kind == "c":
        return None
    axis = r.randrange(a.ndim)
    mask = [r.random() < .5 for _ in range(a.shape[axis])]
    wheres = whole(a)
    wheres[axis] = [i for i, m in enumerate(mask) if m]
    places = [p for p in a.places() if a.at(p)]
    odd = [x for i, x in enumerate(a.items) if i % 2]
    return r.choice([
        (f"da.compress({mask}, {text}, axis={axis})", taken(a, wheres)),
        (f"da.extract(da.arange({len(a.items)}).reshape({a.shape}) % 2 == 1, {text}).compute_chunk_sizes()", line(odd, a.kind)),
        (f"da.flatnonzero({text}).compute_chunk_sizes()", line([i for i, x in enumerate(a.items) if x], "i")),
        (f"da.argwhere({text}).compute_chunk_sizes()", Naive((len(places), a.ndim), [i for p in places for i in p], "i"))])


def by_points(r, text, a):
    if a.ndim != 2 or 0 in a.shape:
        return None
    count = r.randint(1, 4)
    rows, columns = ([r.randrange(s) for _ in range(count)] for s in a.shape)
    return f"{text}.vindex[{rows}, {columns}]", line([a.at(p) for p in zip(rows, columns)], a.kind)


def steps(r, text, a):
    if a.ndim == 0 or a.kind not in "if" or 0 in a.shape:
        return None
    axis = r.randrange(a.ndim)
    n = a.shape[axis]

    def slope(v):
        inner = [(v[i + 1] - v[i - 1]) / 2 for i in range(1, n - 1)]
        return [v[1] - v[0]] + inner + [v[-1] - v[-2]]
    areas = reduce(lambda v: sum((x + y) / 2 for x, y in zip(v, v[1:])), a, [axis], False, "f")
    choices = [(f"da.trapz({text}, axis={axis})", areas),
               (f"da.ediff1d({text})", line([y - x for x, y in zip(a.items, a.items[1:])], a.kind))]
    if n > 1:
        sloped = along(slope, each(float, a, kind="f"), axis, n)
        choices.append((f"da.gradient({text}.rechunk({{{axis}: -1}}), axis={axis})", sloped))
    return r.choice(choices)


def folding(r, text, a):
    """convolve and correlate of lines."""
    if a.ndim != 1 or not a.items or a.kind not in "if":
        return None
    other, b = base(r, (r.randint(1, 4),), a.kind)
    n, m = len(a.items), len(b.items)

    def full(x, y):
        return [sum(x[j] * y[i - j] for j in range(len(x)) if 0 <= i - j < len(y)) for i in range(len(x) + len(y) - 1)]
    both = full(a.items, b.items)
    mirrored = full(a.items, b.items[::-1])
    most, least = max(n, m), min(n, m)
    start = (least - 1) // 2
    return r.choice([(f"da.convolve({text}, {other})", line(both, a.kind)),
                     (f"da.convolve({text}, {other}, mode='same')", line(both[start:start + most], a.kind)),
                     (f"da.convolve({text}, {other}, mode='valid')", line(both[least - 1:most], a.kind)),
                     (f"da.correlate({text}, {other}, mode='full')", line(mirrored, a.kind))])


# ---- sets and tallies ----

def sets(r, text, a):
    if a.kind not in "iuf" or a.ndim == 0:
        return None
    other, b = base(r, (r.randint(1, 6),), a.kind)
    x, y = set(a.items), set(b.items)
    values = sorted(x)
    firsts = [a.items.index(v) for v in values]
    return r.choice([
        (f"da.union1d({text}, {other}).compute_chunk_sizes()", line(sorted(x | y), a.kind)),
        (f"da.intersect1d({text}, {other}).compute_chunk_sizes()", line(sorted(x & y), a.kind)),
        (f"da.setdiff1d({text}, {other}).compute_chunk_sizes()", line(sorted(x - y), a.kind)),
        (f"da.setxor1d({text}, {other}).compute_chunk_sizes()", line(sorted(x ^ y), a.kind)),
        (f"da.unique({text}, return_counts=True)[1].compute_chunk_sizes()", line([a.items.count(v) for v in values], "i")),
        (f"da.unique({text}, return_index=True)[1].compute_chunk_sizes()", line(firsts, "i")),
        (f"da.unique({text}.ravel(), return_inverse=True)[1]", line([values.index(v) for v in a.items], "i")),
        (f"np.array_equal({text}, {text} + 0)", number(True, "b")), (f"da.allclose({text}, {text} + 1)", number(not a.items, "b"))])


def tables(r, text, a):
    if a.ndim != 1 or a.kind not in "if" or not a.items:
        return None
    other, b = base(r, a.shape, a.kind)
    edges = [-3, 0, 2, 4]

    def place(v):
        return next((i for i in range(3) if edges[i] <= v < edges[i + 1] or (i == 2 and v == edges[3])), None)
    pairs = [(place(v), place(w)) for v, w in zip(a.items, b.items)]
    table = made((3, 3), "f", lambda p: float(pairs.count(p)))
    how = f"bins=[np.array({edges}), np.array({edges})]"
    same = f"{text}.rechunk({len(a.items)}), {other}.rechunk({len(a.items)})"
    return r.choice([(f"da.histogram2d({same}, {how})[0]", table),
                     (f"da.histogramdd(({same}), bins=[{edges}, {edges}])[0]", table)])


# ---- products and linear algebra ----

def products(r, text, a):
    if a.kind == "b" or a.ndim == 0 or 0 in a.shape:
        return None
    if a.ndim == 2:
        other, b = base(r, (a.shape[1], r.randint(1, 3)), a.kind)
        choices = [(f"da.matmul({text}, {other})", product(a, b)), (f"({text} @ {other})", product(a, b)),
                   (f"da.tensordot({text}, {other}, axes=1)", product(a, b))]
        same, c = base(r, a.shape, a.kind)
        if a.kind != "c":
            choices += [(f"da.vdot({text}, {same})", number(sum(x * y for x, y in zip(a.items, c.items)), a.kind)),
                        (f"da.tensordot({text}, {same}, axes=([0, 1], [0, 1]))",
                         number(sum(x * y for x, y in zip(a.items, c.items)), a.kind))]
        small, d = base(r, (1, 2), a.kind)
        choices.append((f"da.kron({text}, {small})",
                        made((a.shape[0], a.shape[1] * 2), a.kind, lambda p: a.at((p[0], p[1] // 2)) * d.items[p[1] % 2])))
        return r.choice(choices)
    if a.ndim > 1:
        return None
    other, b = base(r, a.shape, a.kind)
    wide, c = base(r, (r.randint(1, 3),), a.kind)
    choices = [(f"da.outer({text}, {wide})", made((len(a.items), len(c.items)), a.kind, lambda p: a.items[p[0]] * c.items[p[1]])),
               (f"da.inner({text}, {other})", number(sum(x * y for x, y in zip(a.items, b.items)), a.kind)),
               (f"da.einsum('i,i->', {text}, {other})", number(sum(x * y for x, y in zip(a.items, b.items)), a.kind))]
    if len(a.items) == 3:
        x, y = a.items, b.items
        choices.append((f"da.cross({text}, {other})",
                        line([x[1] * y[2] - x[2] * y[1], x[2] * y[0] - x[0] * y[2], x[0] * y[1] - x[1] * y[0]], a.kind)
                        if a.kind != "u" else number(0, "u")))
        if a.kind == "u":
            choices.pop()
    return r.choice(choices)


def norms(r, text, a):
    if a.kind not in "if" or a.ndim not in (1, 2) or 0 in a.shape:
        return None
    squares = rounded(number(math.sqrt(sum(x * x for x in a.items)), "f"))
    choices = [(f"da.linalg.norm({text})", squares)]
    if a.ndim == 1:
        choices += [(f"da.linalg.norm({text}, 1)", number(float(sum(map(abs, a.items))), "f")),
                    (f"da.linalg.norm({text}, np.inf)", number(float(max(map(abs, a.items))), "f"))]
    else:
        columns = [sum(abs(a.at((i, j))) for i in range(a.shape[0])) for j in range(a.shape[1])]
        choices += [(f"da.linalg.norm({text}, 1)", number(float(max(columns)), "f")),
                    (f"da.linalg.norm({text}, 'fro')", squares)]
    return r.choice(choices)


def factors(r, text, a):
    """Put together again what was taken apart."""
    if a.kind not in "if" or a.ndim != 2 or 0 in a.shape:
        return None
    n, m = a.shape
    cut = r.choice([k for k in range(1, m + 1) if m % k == 0])
    square = f"(da.dot({text}.T, {text}) + da.eye({m})).rechunk(({cut}, {cut}))"
    gram = product(transposed(a, [1, 0]), a)
    plus = each(float, made((m, m), "f", lambda p: gram.at(p) + (p[0] == p[1])), kind="f")
    unit = made((m, m), "f", lambda p: float(p[0] == p[1]))
    floats = each(float, a, kind="f")
    choices = [(f"(lambda l: da.dot(l, l.T))(da.linalg.cholesky({square}, lower=True))", plus),
               (f"da.dot(da.linalg.inv({square}), {square})", unit),
               (f"(lambda f: da.dot(da.dot(f[0], f[1]), f[2]))(da.linalg.lu({square}))", plus)]
    tall = f"{text}.astype('f8').rechunk(({max(1, n // 2)}, {m}))"
    choices += [(f"(lambda f: da.dot(f[0], f[1]))(da.linalg.qr({tall}))", floats),
                (f"(lambda f: da.dot(f[0] * f[1], f[2]))(da.linalg.svd({tall}))", floats)] if n >= m else []
    text, result = r.choice(choices)
    return text, rounded(result)


def related(r, text, a):
    if a.kind not in "if" or a.ndim != 2 or a.shape[0] < 1 or a.shape[1] < 2:
        return None
    n, m = a.shape
    means = [sum(a.at((i, k)) for k in range(m)) / m for i in range(n)]
    table = made((n, n), "f", lambda p: sum((a.at((p[0], k)) - means[p[0]]) * (a.at((p[1], k)) - means[p[1]])
                                            for k in range(m)) / (m - 1))
    if n == 1:
        table = number(table.items[0], "f")
    return f"da.cov({text})", rounded(table)


def transforms(r, text, a):
    """Two axes, shifted, and of Hermitian halves."""
    if a.ndim != 2 or 0 in a.shape or a.kind not in "if":
        return None
    n, m = a.shape

    def at(p):
        return sum(a.at((i, j)) * cmath.exp(-2j * math.pi * (i * p[0] / n + j * p[1] / m)) for i in range(n) for j in range(m))
    table = rounded(made((n, m), "c", at))
    shifted = made((n, m), a.kind, lambda p: a.at(((p[0] - n // 2) % n, (p[1] - m // 2) % m)))
    return r.choice([(f"da.fft.fft2({text})", table), (f"da.fft.fftn({text})", table),
                     (f"da.fft.irfft(da.fft.rfft({text}, axis=0), n={n}, axis=0)", rounded(each(float, a, kind="f"))),
                     (f"da.fft.ifftshift(da.fft.fftshift({text}))", a), (f"da.fft.fftshift({text})", shifted)])


# ---- functions of the user ----

def users(r, text, a):
    if a.ndim == 0 or 0 in a.shape or a.kind not in "iuf":
        return None
    axis = r.randrange(a.ndim)
    sums = reduce(sum, a, [axis], False, "f")
    letters = "ijkl"[:a.ndim]
    other, b = base(r, a.shape, a.kind)
    both = f"{text}.rechunk(2), '{letters}', {other}.rechunk(2), '{letters}'"
    fold = "lambda x, axis, keepdims: x.sum(axis=axis, keepdims=keepdims)"
    text, result = r.choice([
        (f"da.apply_along_axis(lambda v: v.sum(), {axis}, {text})", sums),
        (f"da.apply_over_axes(da.sum, {text}, [{axis}])", reduce(sum, a, [axis], True, "f")),
        (f"da.apply_gufunc(lambda v: v.sum(axis=-1), '(i)->()', {text}, axis={axis}, allow_rechunk=True, output_dtypes='f8')", sums),
        (f"da.blockwise(lambda x, y: x + y, '{letters}', {both}, dtype='f8')", each(lambda x, y: x + y, a, b)),
        (f"da.reduction({text}, chunk={fold}, aggregate={fold}, axis={axis}, dtype='f8')", sums),
        (f"da.map_blocks(lambda x, y: x * 2 + y, {text}.rechunk(2), {other}.rechunk(2))", each(lambda x, y: x * 2 + y, a, b)),
        (f"da.frompyfunc(lambda x: x + 1, 1, 1)({text})", each(lambda x: x + 1, a))])
    return f"{text}.astype('f8')", Naive(result.shape, [float(v) for v in result.items], "f")


def shared(r, text, a):
    """Random numbers do not depend on chunks."""
    if a.ndim == 0 or 0 in a.shape:
        return None
    seed, name = r.randrange(99), r.choice(["random", "normal", "exponential", "standard_gamma(2.5, ", "poisson(3, "])
    call = name if "(" in name else name + "("
    one, other = (f"da.random.default_rng({seed}).{call}size={a.shape}, chunks={chunks(r, a.shape)})" for _ in range(2))
    return f"({one} == {other}).all()", number(True, "b")


# ---- what begins anew ----

def created(r, text, a):
    n, k = r.randint(2, 9), r.randint(-2, 2)
    cuts = f"chunks={chunks(r, (n,))}"
    ramp = [i / (n - 1) for i in range(n)]
    lower = [(i, j) for i in range(n) for j in range(n) if j <= i + k]
    which = r.randrange(2)

    def cosine(at, rest):
        return line([at - rest * math.cos(2 * math.pi * i) for i in ramp], "f")
    text, result = r.choice([
        (f"da.linspace(1, 3, {n}, {cuts})", line([1 + 2 * i for i in ramp], "f")),
        (f"np.logspace(0, 1, {n})", line([10 ** i for i in ramp], "f")), (f"np.geomspace(1, 8, {n})", line([8 ** i for i in ramp], "f")),
        (f"np.hanning({n})", cosine(.5, .5)), (f"np.hamming({n})", cosine(.54, .46)),
        (f"np.bartlett({n})", line([1 - abs(2 * i - 1) for i in ramp], "f")),
        (f"da.eye({n}, chunks={r.randint(1, n)}, k={k})", made((n, n), "f", lambda p: float(p[1] - p[0] == k))),
        (f"np.identity({n})", made((n, n), "f", lambda p: float(p[1] == p[0]))),
        (f"da.tri({n}, k={k}, chunks={r.randint(1, n)})", made((n, n), "f", lambda p: float(p[1] - p[0] <= k))),
        (f"da.tril_indices({n}, {k}, chunks={r.randint(1, n)})[{which}].compute_chunk_sizes()", line([p[which] for p in lower], "i")),
        (f"da.full_like({text}, 3, dtype='f8')", each(lambda x: 3.0, a, kind="f"))])
    return text, rounded(result)


def polynomials(r, text, a):
    if a.kind != "f":
        return None
    small, b = f"da.clip({text}, -2, 2)", each(lambda x: min(max(x, -2), 2), a)
    return r.choice([(f"np.polyval([1, -2, 3], {small})", each(lambda x: x * x - 2 * x + 3, b)),
                     (f"np.polyval(np.polyadd([1, 2], [1, 0, 1]), {small})", each(lambda x: x * x + x + 3, b)),
                     (f"np.polyval(np.polymul([1, 2], [1, -1]), {small})", each(lambda x: (x + 2) * (x - 1), b)),
                     (f"np.polyval(np.polyder([1, 0, 3]), {small})", each(lambda x: 2 * x, b)),
                     (f"np.polyval(np.polyint([2, 1]), {small})", each(lambda x: x * x + x, b))])


def rearranged(r, text, a):
    """Bits, lines filled up, blocks reshaped one by one, keys of several kinds."""
    if a.ndim != 1 or a.kind not in "iu" or not a.items:
        return None
    odd = [x % 2 for x in a.items]
    packed = [sum(bit << (7 - i) for i, bit in enumerate(odd[at:at + 8])) for at in range(0, len(odd), 8)]
    n = len(a.items)
    other, b = base(r, a.shape, a.kind)
    keys = sorted(range(n), key=lambda i: (a.items[i], b.items[i]))
    return r.choice([
        (f"da.unpackbits(da.packbits(({text} % 2).astype('u1').rechunk({n})))[:{n}]", line(odd, "u")),
        (f"(da.packbits(({text} % 2).astype('u1').rechunk({n})) // 4)", line([v // 4 for v in packed], "u")),
        (f"np.lexsort(({other}, {text}))", line(keys, "i")), (f"np.resize({text}, {n + 3})", line((a.items * 4)[:n + 3], a.kind)),
        (f"{text}.astype('i8').view('u8').astype('i8')", line(a.items, "i"))])


OPERATIONS = [created, polynomials, rearranged, raised, stacked, halves, corners, diagonals, grids, windowed, padding, without_nan, folded, spread, ordered, looked_up,
              conditions, by_points, steps, folding, sets, tables, products, norms, factors, related, transforms, users, shared]
