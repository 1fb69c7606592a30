"""Ufuncs, each with its plain form: those of one array, of two, and the few with several results."""
import cmath
import math

from bases import base
from naive import each, number


def sign(x):
    return (x > 0) - (x < 0)


def sinc(x):
    return math.sin(math.pi * x) / (math.pi * x) if x else 1


def bessel(x):
    """I0: the series."""
    total = term = 1.0
    for k in range(1, 60):
        term *= (x / 2) ** 2 / k ** 2
        total += term
    return total


def quotient(x, y):
    return math.floor(x / y) if isinstance(x, float) else x // y


# What the argument is made of first, so that the function is defined there: a text, and the same in Python.
ANY = ("{}", lambda x: x)
SMALL = ("da.clip({}, -2, 2)", lambda x: min(max(x, -2), 2))
UNIT = ("da.clip({}, -1, 1)", lambda x: min(max(x, -1), 1))
INNER = ("(da.clip({}, -2, 2) / 4)", lambda x: min(max(x, -2), 2) / 4)
NOT_LESS = ("da.absolute({})", abs)
ABOVE = ("(da.fabs({}) + 1)", lambda x: abs(x) + 1)

# name: of a number; the domain; kinds of arrays; the kind of the result, None for that of the array
ONE = {
    "abs": (abs, ANY, "iuf", None), "absolute": (abs, ANY, "iuf", None), "fabs": (abs, ANY, "iuf", "f"),
    "negative": (lambda x: -x, ANY, "ifc", None), "positive": (lambda x: x, ANY, "iufc", None),
    "sign": (sign, ANY, "iuf", None), "square": (lambda x: x * x, SMALL, "iuf", None),
    "reciprocal": (lambda x: 1 / x, ABOVE, "f", None), "rint": (round, ANY, "f", None), "round": (round, ANY, "iuf", None),
    "around": (round, ANY, "iuf", None), "ceil": (math.ceil, ANY, "f", None), "floor": (math.floor, ANY, "f", None),
    "trunc": (math.trunc, ANY, "f", None), "fix": (math.trunc, ANY, "f", None), "sqrt": (math.sqrt, NOT_LESS, "iuf", "f"),
    "cbrt": (lambda x: math.copysign(abs(x) ** (1 / 3), x), ANY, "iuf", "f"), "exp": (math.exp, SMALL, "iuf", "f"),
    "exp2": (lambda x: 2.0 ** x, SMALL, "iuf", "f"), "expm1": (math.expm1, SMALL, "iuf", "f"),
    "log": (math.log, ABOVE, "iuf", "f"), "log2": (math.log2, ABOVE, "iuf", "f"), "log10": (math.log10, ABOVE, "iuf", "f"),
    "log1p": (math.log1p, NOT_LESS, "iuf", "f"), "sin": (math.sin, ANY, "iuf", "f"), "cos": (math.cos, ANY, "iuf", "f"),
    "tan": (math.tan, UNIT, "iuf", "f"), "arcsin": (math.asin, UNIT, "iuf", "f"), "arccos": (math.acos, UNIT, "iuf", "f"),
    "arctan": (math.atan, ANY, "iuf", "f"), "sinh": (math.sinh, SMALL, "iuf", "f"), "cosh": (math.cosh, SMALL, "iuf", "f"),
    "tanh": (math.tanh, ANY, "iuf", "f"), "arcsinh": (math.asinh, ANY, "iuf", "f"), "arccosh": (math.acosh, ABOVE, "iuf", "f"),
    "arctanh": (math.atanh, INNER, "iuf", "f"), "deg2rad": (math.radians, ANY, "iuf", "f"),
    "radians": (math.radians, ANY, "iuf", "f"), "rad2deg": (math.degrees, INNER, "iuf", "f"),
    "degrees": (math.degrees, INNER, "iuf", "f"), "sinc": (sinc, SMALL, "f", "f"), "i0": (bessel, SMALL, "f", "f"),
    "signbit": (lambda x: x < 0, ("({} + 0.125)", lambda x: x + .125), "if", "b"), "isnan": (lambda x: False, ANY, "iufc", "b"),
    "isinf": (lambda x: False, ANY, "iufc", "b"), "isfinite": (lambda x: True, ANY, "iufc", "b"),
    "isneginf": (lambda x: False, ANY, "iuf", "b"), "isposinf": (lambda x: False, ANY, "iuf", "b"),
    "isreal": (lambda x: complex(x).imag == 0, ANY, "iufc", "b"), "iscomplex": (lambda x: complex(x).imag != 0, ANY, "iufc", "b"),
    "isnull": (lambda x: False, ANY, "iuf", "b"), "notnull": (lambda x: True, ANY, "iuf", "b"),
    "logical_not": (lambda x: not x, ANY, "biuf", "b"), "invert": (lambda x: ~x, ANY, "i", None),
    "bitwise_not": (lambda x: ~x, ANY, "i", None), "conj": (lambda x: complex(x).conjugate(), ANY, "c", None),
    "conjugate": (lambda x: x, ANY, "if", None), "angle": (cmath.phase, ("({} + 1j)", lambda x: x + 1j), "ifc", "f"),
    "real": (lambda x: x.real, ANY, "ifc", "f"), "imag": (lambda x: x.imag, ANY, "ifc", "f"),
    "nan_to_num": (lambda x: 7 if x == 1 else x, ("da.where({0} == 1, np.nan, {0})", lambda x: x), "f", None),
    "real_if_close": (lambda x: x, ANY, "f", None), "asarray": (lambda x: x, ANY, "biufc", None), "ones_like": (lambda x: 1, ANY, "iuf", None),
    "zeros_like": (lambda x: 0, ANY, "iuf", None),
}
EXACT = {"abs", "absolute", "fabs", "negative", "positive", "sign", "square", "rint", "round", "around", "ceil", "floor", "trunc",
         "fix", "conj", "conjugate", "real", "imag", "nan_to_num", "real_if_close", "asarray", "ones_like", "zeros_like",
         "invert", "bitwise_not"}


def of_one(r, text, a):
    names = [n for n, row in ONE.items() if a.kind in row[2]]
    name = r.choice(names)
    function, (words, before), _, kind = ONE[name]
    extra = ", nan=7" if name == "nan_to_num" else ""
    result = each(lambda x: function(before(x)), a, kind=kind or a.kind)
    if result.kind == "f":
        result.items = [float(v) for v in result.items]
    result.rounded = name not in EXACT and kind != "b"
    return f"da.{name}({words.format(text)}{extra})", result


def bits(x):
    return x.bit_length()


# name: of two numbers; what the second argument is made of; kinds; the kind of the result
TWO = {
    "add": (lambda x, y: x + y, ANY, "iufc", None), "subtract": (lambda x, y: x - y, ANY, "ifc", None),
    "multiply": (lambda x, y: x * y, SMALL, "iuf", None), "divide": (lambda x, y: x / y, ABOVE, "iuf", "f"),
    "true_divide": (lambda x, y: x / y, ABOVE, "iuf", "f"), "floor_divide": (quotient, ABOVE, "f", None),
    "mod": (lambda x, y: x - y * math.floor(x / y), ABOVE, "f", None),
    "remainder": (lambda x, y: x - y * math.floor(x / y), ABOVE, "f", None), "fmod": (math.fmod, ABOVE, "f", None),
    "float_power": (lambda x, y: x ** y, SMALL, "u", "f"), "power": (lambda x, y: x * x, ("({} * 0 + 2)", lambda x: 2), "iuf", None),
    "maximum": (max, ANY, "iuf", None), "minimum": (min, ANY, "iuf", None), "fmax": (max, ANY, "iuf", None),
    "fmin": (min, ANY, "iuf", None), "hypot": (math.hypot, ANY, "iuf", "f"), "arctan2": (math.atan2, ABOVE, "if", "f"),
    "copysign": (lambda x, y: math.copysign(x, -1 if y < 0 else 1), ANY, "if", "f"),
    "logaddexp": (lambda x, y: math.log(math.exp(x) + math.exp(y)), SMALL, "iuf", "f"),
    "logaddexp2": (lambda x, y: math.log2(2.0 ** x + 2.0 ** y), SMALL, "iuf", "f"),
    "heaviside": (lambda x, y: 0 if x < 0 else y if x == 0 else 1, ANY, "if", "f"),
    "gcd": (math.gcd, ANY, "iu", None), "lcm": (math.lcm, ("da.minimum({}, 2)", lambda x: min(x, 2)), "iu", None),
    "bitwise_and": (lambda x, y: x & y, ANY, "biu", None), "bitwise_or": (lambda x, y: x | y, ANY, "biu", None),
    "bitwise_xor": (lambda x, y: x ^ y, ANY, "biu", None),
    "left_shift": (lambda x, y: x << y, ("da.absolute(da.clip({}, -2, 2))", lambda x: abs(min(max(x, -2), 2))), "i", None),
    "right_shift": (lambda x, y: x >> y, ("da.absolute(da.clip({}, -2, 2))", lambda x: abs(min(max(x, -2), 2))), "i", None),
    "logical_and": (lambda x, y: bool(x and y), ANY, "biuf", "b"), "logical_or": (lambda x, y: bool(x or y), ANY, "biuf", "b"),
    "logical_xor": (lambda x, y: bool(x) != bool(y), ANY, "biuf", "b"), "equal": (lambda x, y: x == y, ANY, "biufc", "b"),
    "not_equal": (lambda x, y: x != y, ANY, "biufc", "b"), "greater": (lambda x, y: x > y, ANY, "iuf", "b"),
    "greater_equal": (lambda x, y: x >= y, ANY, "iuf", "b"), "less": (lambda x, y: x < y, ANY, "iuf", "b"),
    "less_equal": (lambda x, y: x <= y, ANY, "iuf", "b"), "isclose": (lambda x, y: x == y, ANY, "iuf", "b"),
}
SHARP = {"add", "subtract", "multiply", "maximum", "minimum", "fmax", "fmin", "power", "copysign", "heaviside", "gcd", "lcm",
         "bitwise_and", "bitwise_or", "bitwise_xor", "left_shift", "right_shift"}


def of_two(r, text, a):
    names = [n for n, row in TWO.items() if a.kind in row[2]]
    name = r.choice(names)
    function, (words, before), _, kind = TWO[name]
    shape = a.shape if r.random() < .6 else tuple(1 if r.random() < .3 else s for s in a.shape)[r.randint(0, a.ndim):]
    other, b = base(r, shape, a.kind)
    if name in ("logaddexp", "logaddexp2"):
        text, a = f"da.clip({text}, -2, 2)", each(SMALL[1], a)
    result = each(lambda x, y: function(x, before(y)), a, b, kind=kind or a.kind)
    if result.kind == "f":
        result.items = [float(v) for v in result.items]
    result.rounded = name not in SHARP and kind != "b"
    return f"da.{name}({text}, {words.format(other)})", result


def of_several(r, text, a):
    """modf, frexp and ldexp, divmod; nextafter and spacing by their order only."""
    if a.kind != "f":
        return None
    k = r.randrange(2)
    several = each(lambda x: math.frexp(x)[k], a, kind="fi"[k])
    return r.choice([
        (f"da.modf({text})[{k}]", each(lambda x: math.modf(x)[k], a)),
        (f"da.frexp({text})[{k}]", several),
        (f"da.ldexp(*da.frexp({text}))", a),
        (f"da.divmod({text}, 2)[{k}]", each(lambda x: float(divmod(x, 2)[k]), a)),
        (f"(da.nextafter({text}, np.inf) > {text})", each(lambda x: True, a, kind="b")),
        (f"(da.spacing({text}) < da.fabs({text}) / 100 + 1e-7)", each(lambda x: True, a, kind="b"))])


def times(r, text, a):
    """Days and spans of time: numbers that are dates on the way."""
    if a.kind != "i" or "i8" not in text:
        return None
    k = r.choice([1, 7, -3])
    span, date = f"({text}).astype('m8[h]')", f"({text}).astype('M8[D]')"
    return r.choice([
        (f"({span} * {k}).astype('i8')", each(lambda x: x * k, a)),
        (f"({span} / np.timedelta64(4, 'h'))", each(lambda x: x / 4, a, kind="f")),
        (f"({span} // np.timedelta64(5, 'h')).astype('i8')", each(lambda x: x // 5, a)),
        (f"({date} + np.timedelta64({k}, 'D')).astype('i8')", each(lambda x: x + k, a)),
        (f"({date} - np.datetime64('1970-01-03')).astype('i8')", each(lambda x: x - 2, a)),
        (f"({date} > np.datetime64('1970-01-02'))", each(lambda x: x > 1, a, kind="b")),
        (f"{date}.astype('M8[h]').astype('i8')", each(lambda x: x * 24, a))])


def filled(r, text, a):
    """Masked where it is large, and what is there counted, summed, filled."""
    if a.kind not in "if" or not a.items:
        return None
    k = r.choice([1, 2, 3])
    mask = r.choice([f"da.ma.masked_greater({text}, {k})", f"da.ma.masked_where({text} > {k}, {text})",
                     f"da.ma.masked_array({text}, mask={text} > {k})"])
    kept = [x for x in a.items if x <= k]
    choices = [(f"da.ma.filled({mask}, 9)", each(lambda x: type(x)(9) if x > k else x, a)),
               (f"da.ma.getmaskarray({mask})", each(lambda x: x > k, a, kind="b")),
               (f"da.ma.getdata({mask})", a), (f"da.ma.filled({mask} * 2 + 1, 0)", each(lambda x: type(x)(0) if x > k else x * 2 + 1, a)),
               (f"da.ma.count({mask})", number(len(kept), "i"))]
    if kept:
        choices += [(f"da.ma.filled({mask}.{name}(), 0)", number(function(kept), a.kind))
                    for name, function in (("sum", sum), ("max", max), ("min", min))]
    return r.choice(choices)


OPERATIONS = [of_one, of_one, of_one, of_two, of_two, of_several, times, filled]
