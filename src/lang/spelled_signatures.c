/* np's own signatures where Dask's order of parameters is another, or has fewer: what computes at
 * once takes its arguments as NumPy does. A lazy argument makes it da's operation. */
#include "lang/spelled.h"

#define SPELLED(id, name, signature, doc, text)                                                    \
    static const cki_spelled id##_text = {text, {{NULL, NULL, NULL}}};                             \
    static const cki_operation id = {name, CKI_IN_NP, signature, doc, cki_spelled_run, &id##_text};

/* Fortran's order is C's of the array with its axes reversed. */
#define REORDERED(order, c, f) "(" f ") if " order " == 'F' else (" c ")"

SPELLED(eye, "eye", "N, M=None, k=0, dtype=None, order='C', like=None",
        "Ones on the k-th diagonal of an N x M array of zeros.", "da.eye(N, M=M, k=k, dtype=dtype)")
SPELLED(arange, "arange", "start, stop=None, step=None, dtype=None, *, like=None",
        "Numbers, dates or durations from start up to stop, without it, by step.",
        "da.arange(start, stop, step, dtype=dtype)")
SPELLED(linspace, "linspace",
        "start, stop, num=50, endpoint=True, retstep=False, dtype=None, axis=0",
        "num numbers evenly spaced from start to stop, which is included unless endpoint=False.",
        "(lambda pair: (pair[0], pair[1] if (num - 1 if endpoint else num) > 0 else np.nan) if "
        "retstep else pair[0])(da.linspace(start, stop, num, endpoint, True, dtype=dtype))")
SPELLED(asarray, "asarray", "a, dtype=None, order=None, *, like=None", "The argument as an array.",
        "da.array(a, dtype=dtype)")
SPELLED(array, "array",
        "object, dtype=None, *, copy=True, order='K', subok=False, ndmin=0, like=None",
        "Array of numbers or nested lists of them, of ndmin axes at least.",
        "da.array(object, dtype=dtype, ndmin=ndmin)")
#define LIKE(id, name, text)                                                                       \
    SPELLED(id, name, "a, dtype=None, order='K', subok=True, shape=None",                          \
            "Array " text " like another in shape and dtype.",                                     \
            "da." name "(a, dtype=dtype, shape=shape)")
LIKE(ones_like, "ones_like", "of ones")
LIKE(zeros_like, "zeros_like", "of zeros")
LIKE(empty_like, "empty_like", "with any elements")
SPELLED(full_like, "full_like", "a, fill_value, dtype=None, order='K', subok=True, shape=None",
        "Array like another in shape and dtype, every element the fill value.",
        "da.full_like(a, fill_value, dtype=dtype, shape=shape)")
SPELLED(reshape, "reshape", "a, newshape, order='C'",
        "The same elements in another shape; one length may be -1.",
        REORDERED("order", "da.reshape(a, newshape)",
                  "da.reshape(da.transpose(a), tuple(newshape)[::-1] if isinstance(newshape, "
                  "(tuple, list)) else newshape).T"))
SPELLED(ravel, "ravel", "a, order='C'", "All elements, 1-d.",
        REORDERED("order", "da.ravel(a)", "da.ravel(da.transpose(a))"))
SPELLED(array_reshape, "numpy.ndarray.reshape", "a, *shape, order='C'",
        "The same elements in another shape.",
        "np.reshape(a, shape[0] if len(shape) == 1 else shape, order)")
SPELLED(indices, "indices", "dimensions, dtype=None, sparse=False", "The indices of a grid.",
        "tuple(da.meshgrid(*[da.arange(n, dtype=dtype) for n in dimensions], sparse=True, "
        "indexing='ij')) if sparse else da.indices(dimensions, dtype=dtype or 'i8')")
SPELLED(clip, "clip", "a, a_min=None, a_max=None, out=None, *, min=None, max=None",
        "The numbers, none below a_min or above a_max.",
        "da.clip(a, min if a_min is None else a_min, max if a_max is None else a_max)")
SPELLED(ptp, "ptp", "a, axis=None, out=None, keepdims=False",
        "Largest minus smallest element over axes.",
        "da.max(a, axis=axis, keepdims=keepdims) - da.min(a, axis=axis, keepdims=keepdims)")
SPELLED(
    unique, "unique",
    "ar, return_index=False, return_inverse=False, return_counts=False, axis=None, *, "
    "equal_nan=True",
    "The different elements, sorted; also where each is first, which of them each element is, "
    "and how often each occurs. With an axis, the different slices along it.",
    "da.unique(ar, return_index, return_inverse, return_counts) if axis is None else (lambda x: "
    "(lambda pairs: (lambda new: (lambda starts: (lambda first: (lambda y: "
    "y if not (return_index or return_inverse or return_counts) else tuple([y] + "
    "([np.array(first)] if return_index else []) + ([np.array([g - 1 for i, g in sorted(list(zip("
    "[p[1] for p in pairs], accumulate([int(n) for n in new], lambda a, b: a + b))))])] if "
    "return_inverse else []) + "
    "([np.array([b - a for a, b in zip(starts, starts[1:] + [len(pairs)])])] if return_counts "
    "else [])))(np.moveaxis(np.take(x, first, axis=0), 0, axis)))([pairs[j][1] for j in starts]))"
    "([j for j, n in enumerate(new) if n]))"
    "([j == 0 or pairs[j - 1][0] != pairs[j][0] for j in range(len(pairs))]))"
    "(sorted([(tuple(r), i) for i, r in enumerate(x.reshape((x.shape[0], -1)).tolist())])))"
    "(np.moveaxis(np.asarray(ar), axis, 0))")
SPELLED(isclose, "isclose", "a, b, rtol=1e-05, atol=1e-08, equal_nan=False",
        "Where two arrays are equal within atol + rtol * |b|.",
        "da.isclose(a, b, rtol, atol, equal_nan)")
SPELLED(allclose, "allclose", "a, b, rtol=1e-05, atol=1e-08, equal_nan=False",
        "Whether two arrays are equal everywhere within atol + rtol * |b|.",
        "da.allclose(a, b, rtol, atol, equal_nan)")
SPELLED(stack, "stack", "arrays, axis=0, out=None, *, dtype=None, casting='same_kind'",
        "Arrays of one shape along a new axis.",
        "(lambda y: y if dtype is None else y.astype(dtype, casting=casting))"
        "(da.stack(arrays, axis))")
SPELLED(concatenate, "concatenate", "arrays, axis=0, out=None, *, dtype=None, casting='same_kind'",
        "Arrays one after the other along an axis.",
        "(lambda y: y if dtype is None else y.astype(dtype, casting=casting))"
        "(da.concatenate(arrays, axis))")
SPELLED(matrix_rank, "linalg.matrix_rank", "A, tol=None, hermitian=False",
        "How many singular values of matrices, over the last two axes, are not zero but for "
        "rounding, or are above tol.",
        "(lambda x: int(bool((x != 0).any())) if x.ndim < 2 else (lambda s: (s > (s.max(axis=-1, "
        "keepdims=True) * max(x.shape[-2:]) * np.finfo(s.dtype).eps if tol is None else "
        "da.asarray(tol)[..., None])).sum(axis=-1))(np.linalg.svd(x, compute_uv=False)))"
        "(da.asarray(A))")
SPELLED(diag, "diag", "v, k=0", "A matrix of a diagonal, or the diagonal of a matrix.",
        "da.diag(np.asarray(v), k)")
SPELLED(broadcast_to, "broadcast_to", "array, shape, subok=False",
        "The array broadcast to a shape.", "da.broadcast_to(array, shape)")
SPELLED(size, "size", "a, axis=None", "How many elements there are, or along an axis.",
        "da.asarray(a).size if axis is None else da.asarray(a).shape[axis]")
SPELLED(take, "take", "a, indices, axis=None, out=None, mode='raise'",
        "The elements at the given positions of one axis, or of the raveled array; mode 'wrap' "
        "counts past the ends around, 'clip' takes the last element there.",
        "(lambda x, k: (lambda i, n: (lambda at: da.take(x, at, axis=k) if at.ndim == 1 else "
        "da.take(x, at.ravel(), axis=k).reshape(x.shape[:k] + at.shape + x.shape[k:][1:]))"
        "(i % n if mode == 'wrap' else np.clip(i, 0, n - 1) if mode == 'clip' else i))"
        "(np.asarray(indices), x.shape[k]))"
        "(*((da.ravel(a), 0) if axis is None else (da.asarray(a), axis % np.ndim(a))))")

const cki_operation *const cki_spelled_signatures_operations[] = {
    &eye,        &arange,      &linspace,    &asarray, &array,        &ones_like,
    &zeros_like, &empty_like,  &full_like,   &reshape, &ravel,        &array_reshape,
    &indices,    &clip,        &ptp,         &unique,  &isclose,      &allclose,
    &stack,      &concatenate, &matrix_rank, &diag,    &broadcast_to, &size,
    &take,       NULL};
