/* Methods of ufuncs, spelled in the language: np.add.outer, np.maximum.reduce,
 * np.multiply.accumulate, np.add.reduceat. */
#include "lang/spelled.h"

#define SPELLED(id, name, signature, doc, text)                                                    \
    static const cki_spelled id##_text = {text, {{NULL, NULL, NULL}}};                             \
    static const cki_operation id = {name, CKI_ARRAY_PROTOCOL, signature,                          \
                                     doc,  cki_spelled_run,    &id##_text}

/* ---- outer ---- */

#define OUTER                                                                                      \
    "(lambda a, b: f(a[(...,) + (None,) * b.ndim], b, **others))(da.asarray(A), da.asarray(B))"

SPELLED(outer, "function.outer", "f, A, B, **others",
        "The function of each element of A with each of B.", OUTER);
SPELLED(outer_of_users, "gufunc.outer", "f, A, B, **others",
        "The function of each element of A with each of B.", OUTER);

/* ---- reduce ---- */

/* Those that are reductions of their own. */
#define REDUCTIONS                                                                                 \
    "{'add': da.sum, 'multiply': da.prod, 'maximum': da.max, 'minimum': da.min, 'logical_and': "   \
    "da.all, 'logical_or': da.any}"
/* What gives the same however the elements are grouped, so neighbours go together by halves. */
#define GROUPED                                                                                    \
    "('bitwise_and', 'bitwise_or', 'bitwise_xor', 'logical_xor', 'gcd', 'lcm', 'hypot', "          \
    "'logaddexp', 'logaddexp2', 'fmax', 'fmin')"

#define BY_HALVES                                                                                  \
    "accumulate([x] + list(range(len(x).bit_length())), lambda y, step: y if len(y) < 2 else "     \
    "da.concatenate([f(y[:-1:2], y[1::2])] + ([y[-1:].astype(f(y[:1], y[:1]).dtype)] "             \
    "if len(y) % 2 else [])))[-1]"
#define ONE_BY_ONE                                                                                 \
    "accumulate([x[:1]] + [x[i:i + 1] for i in range(1, len(x))], lambda y, z: f(y, z))[-1]"
/* An axis in front to one element; of none, what changes nothing. */
#define REDUCED                                                                                    \
    "(lambda x: (da.full_like(x, 0 if f.identity is None else f.identity, "                        \
    "shape=(1,) + x.shape[1:]) if len(x) == 0 else " BY_HALVES " if f.__name__ in " GROUPED        \
    " else " ONE_BY_ONE "))"

#define ALONG_AXES                                                                                 \
    "(lambda x, axes: (lambda y: y if keepdims else da.squeeze(y, axis=tuple(axes)))("             \
    "accumulate([x] + axes, lambda y, k: da.moveaxis(" REDUCED "(da.moveaxis(y, k, 0)), 0, k))"    \
    "[-1]))"
#define AXES                                                                                       \
    "(lambda n: list(range(n)) if axis is None else [k % n for k in "                              \
    "(axis if isinstance(axis, tuple) else (axis,))])"

static const cki_spelled reduce_text = {
    "(lambda x: " REDUCTIONS "[f.__name__](x, axis=axis, keepdims=keepdims, initial=initial, "
    "where=where, **({} if dtype is None else {'dtype': dtype})) if f.__name__ in ('add', "
    "'multiply', 'maximum', 'minimum') else " REDUCTIONS "[f.__name__](x if where is True else "
    "da.where(where, x, f.identity), axis=axis, keepdims=keepdims) if f.__name__ in " REDUCTIONS
    " else (lambda y: y if initial is None else f(initial, y))(" ALONG_AXES
    "((lambda y: y if where is True else da.where(where, y, f.identity if initial is None else "
    "initial))(x != 0 if f.__name__.startswith('logical') else x if dtype is None else "
    "x.astype(dtype)), " AXES "(x.ndim))))(da.asarray(array))",
    {{"f.nin == 2 and f.nout == 1", NULL, "reduce only supported for binary functions"},
     {"da.asarray(array).size != 0 or f.identity is not None or initial is not None or "
      "f.__name__ in ('maximum', 'minimum')",
      NULL, "zero-size array to reduction operation, which has no identity"},
     {"where is True or f.identity is not None or initial is not None", NULL,
      "reduction operation does not have an identity, so to use a where mask one has to specify "
      "'initial'"}}};
static const cki_operation reduce = {
    "function.reduce",
    CKI_ARRAY_PROTOCOL,
    "f, array, axis=0, dtype=None, out=None, keepdims=False, initial=None, where=True",
    "The function over an axis: add.reduce is sum.",
    cki_spelled_run,
    &reduce_text};

/* ---- accumulate ---- */

static const cki_spelled accumulate_text = {
    "(lambda x: da.cumsum(x, axis=axis, dtype=dtype) if f.__name__ == 'add' else da.cumprod(x, "
    "axis=axis, dtype=dtype) if f.__name__ == 'multiply' else da.cummax(x, axis=axis) if "
    "f.__name__ == 'maximum' and x.dtype.kind != 'c' else da.cummin(x, axis=axis) if f.__name__ == "
    "'minimum' and x.dtype.kind != 'c' else da.cummax(x != 0, axis=axis) if f.__name__ == "
    "'logical_or' else da.cummin(x != 0, axis=axis) if f.__name__ == 'logical_and' else "
    "(lambda y: x if len(y) == 0 else da.moveaxis(da.concatenate((lambda all: [all[0].astype("
    "all[-1].dtype)] + all[1:])(accumulate([y[i:i + 1] for i in range(len(y))], lambda a, b: "
    "f(a, b)))), 0, axis))(da.moveaxis(x if dtype is None else x.astype(dtype), axis, 0)))"
    "(da.asarray(array))",
    {{"f.nin == 2 and f.nout == 1", NULL, "accumulate only supported for binary functions"},
     {"da.asarray(array).ndim > 0", "TypeError", "cannot accumulate on a scalar"}}};
static const cki_operation accumulate = {"function.accumulate",
                                         CKI_ARRAY_PROTOCOL,
                                         "f, array, axis=0, dtype=None",
                                         "The function's results so far along an axis.",
                                         cki_spelled_run,
                                         &accumulate_text};

/* ---- reduceat ---- */

/* From each position to the next one, or where that is not behind it, the element alone. */
static const cki_spelled reduceat_text = {
    "(lambda x, at: (lambda parts: da.moveaxis(da.concatenate(parts), 0, axis))("
    "[f.reduce(x[i:j] if i < j else x[i:i + 1], axis=0, dtype=dtype, keepdims=True) "
    "for i, j in zip(at, at[1:] + [len(x)])] if len(at) else [f.reduce(x[:1], axis=0, "
    "keepdims=True)[:0]]))(da.moveaxis(da.asarray(array), axis, 0), [int(i) for i in indices])",
    {{"f.nin == 2 and f.nout == 1", NULL, "reduceat only supported for binary functions"},
     {"da.asarray(array).ndim > 0", "TypeError", "cannot reduceat on a scalar"},
     {"all([0 <= i < da.asarray(array).shape[axis] for i in indices])", "IndexError",
      "an index is out-of-bounds in reduceat"}}};
static const cki_operation reduceat = {
    "function.reduceat",
    CKI_ARRAY_PROTOCOL,
    "f, array, indices, axis=0, dtype=None",
    "The function over parts of an axis: each begins at an index and ends before the next one.",
    cki_spelled_run,
    &reduceat_text};

const cki_operation *const cki_spelled_ufunc_operations[] = {&outer,      &outer_of_users, &reduce,
                                                             &accumulate, &reduceat,       NULL};
