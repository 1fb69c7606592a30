/* NumPy's conveniences that Dask has not, spelled in the language: series, windows, polynomials,
 * bits, and names for what has another one here. */
#include "lang/spelled.h"

#define BOTH (CKI_IN_DA | CKI_IN_NP)
/* One record: places, name, signature, sentence, expression; and the same with checks. */
#define SPELLED(id, places, name, signature, doc, text)                                            \
    static const cki_spelled id##_text = {text, {{NULL, NULL, NULL}}};                             \
    static const cki_operation id = {name, places, signature, doc, cki_spelled_run, &id##_text};
#define CHECKED(id, places, name, signature, doc, text, ...)                                       \
    static const cki_spelled id##_text = {text, {__VA_ARGS__}};                                    \
    static const cki_operation id = {name, places, signature, doc, cki_spelled_run, &id##_text};

/* ---- series ---- */

SPELLED(identity, BOTH, "identity", "n, dtype=None, like=None",
        "The n x n array with ones on its diagonal.", "da.eye(n, dtype=dtype)")

CHECKED(logspace, BOTH, "logspace",
        "start, stop, num=50, endpoint=True, base=10.0, dtype=None, axis=0",
        "num powers of base whose exponents are evenly spaced from start to stop.",
        "(lambda y: y if dtype is None else y.astype(dtype))"
        "(da.power(base, da.linspace(start, stop, num, endpoint)))",
        {"num >= 0", NULL, "Number of samples must be non-negative."})

CHECKED(geomspace, BOTH, "geomspace", "start, stop, num=50, endpoint=True, dtype=None, axis=0",
        "num numbers from start to stop, each the one before times the same factor.",
        "(lambda sign: (lambda y: y if dtype is None else y.astype(dtype))((lambda y: "
        "da.concatenate(([[start * 1.0]] if num > 0 else []) + [y[1:num - 1 if endpoint else num]] "
        "+ ([[stop * 1.0]] if endpoint and num > 1 else [])))"
        "(sign * da.logspace(math.log10(abs(start)), math.log10(abs(stop)), num, endpoint))))"
        "(-1.0 if start < 0 and stop < 0 else 1.0)",
        {"num >= 0", NULL, "Number of samples must be non-negative."},
        {"start != 0 and stop != 0", NULL, "Geometric sequence cannot include zero"})

CHECKED(vander, BOTH, "vander", "x, N=None, increasing=False",
        "The powers of x, a column for each: from the highest to x ** 0, or increasing.",
        "(lambda v: (lambda n: da.power(v[:, None] * 1, da.arange(n) if increasing else "
        "da.arange(n - 1, -1, -1)))(len(v) if N is None else N))(da.asarray(x))",
        {"da.asarray(x).ndim == 1", NULL, "x must be a one-dimensional array or sequence."})

SPELLED(diagflat, BOTH, "diagflat", "v, k=0",
        "The array whose k-th diagonal is the argument, raveled.", "da.diag(da.ravel(v), k)")
SPELLED(diag_indices, BOTH, "diag_indices", "n, ndim=2",
        "The indices of the diagonal of an array of ndim axes of length n.",
        "(da.arange(n),) * ndim")
CHECKED(diag_indices_from, BOTH, "diag_indices_from", "arr",
        "The indices of the diagonal of an array whose axes have one length.",
        "(da.arange(arr.shape[0]),) * arr.ndim",
        {"arr.ndim >= 2", NULL, "input array must be at least 2-d"},
        {"len(set(arr.shape)) == 1", NULL, "All dimensions of input must be of equal length"})

/* ---- windows ---- */

#define WINDOW(id, doc, of_n)                                                                      \
    SPELLED(id, BOTH, #id, "M", doc,                                                               \
            "da.ones(max(M, 0)) if M <= 1 else (lambda n: " of_n ")(da.arange(1 - M, M, 2))")
WINDOW(bartlett, "The Bartlett window of M points: a triangle that ends in zeros.",
       "da.where(n <= 0, 1 + n / (M - 1), 1 - n / (M - 1))")
WINDOW(blackman, "The Blackman window of M points.",
       "0.42 + 0.5 * da.cos(np.pi * n / (M - 1)) + 0.08 * da.cos(2.0 * np.pi * n / (M - 1))")
WINDOW(hamming, "The Hamming window of M points.", "0.54 + 0.46 * da.cos(np.pi * n / (M - 1))")
WINDOW(hanning, "The Hann window of M points.", "0.5 + 0.5 * da.cos(np.pi * n / (M - 1))")
SPELLED(kaiser, BOTH, "kaiser", "M, beta", "The Kaiser window of M points and shape beta.",
        "da.ones(max(M, 0)) if M <= 1 else (lambda a: da.i0(beta * da.sqrt(1 - ((da.arange(M) - a) "
        "/ a) ** 2.0)) / da.i0(float(beta)))((M - 1) / 2.0)")

/* ---- polynomials: coefficients from the highest power down ---- */

SPELLED(polyval, BOTH, "polyval", "p, x",
        "The polynomial of these coefficients, that of the highest power first, at x.",
        "(lambda y: accumulate([y * 0] + list(p), lambda sum, c: sum * y + c)[-1])(da.asarray(x))")
CHECKED(poly, BOTH, "poly", "seq_of_zeros",
        "The coefficients of the polynomial with these zeros, or those of a square matrix's "
        "characteristic polynomial, that of the highest power first.",
        "(lambda p: p if da.iscomplexobj(seq_of_zeros) else p.real)"
        "(da.poly(np.linalg.eigvals(seq_of_zeros))) if np.ndim(seq_of_zeros) == 2 else "
        "accumulate([da.ones(1)] + list(seq_of_zeros), lambda c, zero: da.convolve(c, "
        "da.stack([da.asarray(1.0), -da.asarray(zero)])))[-1]",
        {"np.ndim(seq_of_zeros) == 1 or np.ndim(seq_of_zeros) == 2 and "
         "len(set(np.shape(seq_of_zeros))) == 1",
         NULL, "input must be 1d or non-empty square 2d array."})
CHECKED(roots, CKI_IN_NP, "roots", "p",
        "The zeros of the polynomial with these coefficients, that of the highest power first: "
        "the eigenvalues of its companion matrix.",
        "(lambda c: (lambda some: np.array([]) if len(some) == 0 else (lambda q, zeros: "
        "(lambda r: np.concatenate([r, np.zeros(zeros, r.dtype)]))(np.array([]) if len(q) == 1 "
        "else np.linalg.eigvals(np.concatenate([(-q[1:] / q[0])[None, :], "
        "np.eye(len(q) - 1)[:-1]]))))"
        "(c[int(some[0]):int(some[-1]) + 1] * 1.0, len(c) - int(some[-1]) - 1))"
        "(np.flatnonzero(c)))(np.atleast_1d(p))",
        {"np.ndim(p) < 2", NULL, "Input must be a rank-1 array."})
SPELLED(polydiv, CKI_IN_NP, "polydiv", "u, v",
        "The quotient of two polynomials, and the remainder.",
        "(lambda a, b: (lambda steps: (lambda q, r: (q, (lambda some: "
        "r[int(some[0]) if len(some) else len(r) - 1:])(np.flatnonzero(abs(r) > 1e-8))))"
        "(np.array(steps[-1][0]) if len(steps) > 1 else np.zeros(1, a.dtype), steps[-1][1]))"
        "(accumulate([([], a)] + list(range(len(a) - len(b) + 1)), lambda s, k: (lambda d: "
        "(s[0] + [d], s[1] - np.pad(d * b, (k, len(a) - len(b) - k))))"
        "((1.0 / b[0]) * s[1][k]))))(np.atleast_1d(u) + 0.0, np.atleast_1d(v) + 0.0)")
SPELLED(polyadd, BOTH, "polyadd", "a1, a2", "The sum of two polynomials.",
        "(lambda a, b: (lambda n: da.pad(a, (n - len(a), 0), mode='constant') + "
        "da.pad(b, (n - len(b), 0), mode='constant'))(max(len(a), len(b))))"
        "(da.atleast_1d(a1), da.atleast_1d(a2))")
SPELLED(polysub, BOTH, "polysub", "a1, a2", "The difference of two polynomials.",
        "da.polyadd(a1, -da.asarray(a2))")
SPELLED(polymul, BOTH, "polymul", "a1, a2", "The product of two polynomials.",
        "da.convolve(da.atleast_1d(a1), da.atleast_1d(a2))")
CHECKED(polyder, BOTH, "polyder", "p, m=1", "The m-th derivative of a polynomial.",
        "accumulate([p if m == 0 else da.asarray(p)] + list(range(min(m, len(p)))), lambda c, k: "
        "c[:-1] * da.arange(len(c) - 1, 0, -1))[-1]",
        {"m >= 0", NULL, "Order of derivative must be positive (see polyint)"})
CHECKED(polyint, BOTH, "polyint", "p, m=1, k=None",
        "The m-th integral of a polynomial, with the constants k (zeros).",
        "accumulate([p if m == 0 else da.asarray(p)] + ([0] * m if k is None else [k] * m if "
        "np.ndim(k) == 0 else (list(k) * m if len(k) == 1 else list(k)[:m])), lambda c, constant: "
        "da.concatenate([c / da.arange(len(c), 0, -1), [constant * 1.0]]))[-1]",
        {"m >= 0", NULL, "Order of integral must be positive (see polyder)"},
        {"k is None or np.ndim(k) == 0 or len(k) == 1 or len(k) >= m", NULL,
         "k must be a scalar or a rank-1 array of length 1 or >m."})
CHECKED(polyfit, BOTH, "polyfit", "x, y, deg",
        "The polynomial of degree deg that is nearest to the points (x, y) by least squares.",
        "(lambda v: (lambda scale: (da.linalg.lstsq(v / scale, da.asarray(y) * 1.0)[0].T / scale)"
        ".T)(da.sqrt((v * v).sum(axis=0))))(da.vander(da.asarray(x) * 1.0, deg + 1))",
        {"deg >= 0", NULL, "expected deg >= 0"},
        {"da.asarray(x).ndim == 1", "TypeError", "expected 1D vector for x"},
        {"da.asarray(x).shape[0] == da.asarray(y).shape[0]", "TypeError",
         "expected x and y to have same length"})

/* ---- equations of more axes ---- */

CHECKED(tensorinv, CKI_IN_NP, "linalg.tensorinv", "a, ind=2",
        "The inverse of an array as a matrix: its first ind axes are the rows.",
        "np.linalg.inv(a.reshape(math.prod(a.shape[:ind]), -1)).reshape(a.shape[ind:] + "
        "a.shape[:ind])",
        {"ind > 0", NULL, "Invalid ind argument."})
SPELLED(tensorsolve, CKI_IN_NP, "linalg.tensorsolve", "a, b, axes=None",
        "x with tensordot(a, x, x.ndim) == b; axes are moved behind the others of a first.",
        "(lambda c: (lambda shape: np.linalg.solve(c.reshape(-1, math.prod(shape)), "
        "np.ravel(b)).reshape(shape))(c.shape[np.ndim(b):]))(a if axes is None else "
        "a.transpose([k for k in range(a.ndim) if k not in [i % a.ndim for i in axes]] + "
        "[i % a.ndim for i in axes]))")

/* ---- elements ---- */

CHECKED(trim_zeros, BOTH, "trim_zeros", "filt, trim='fb'",
        "A 1-d array without the zeros at its front and back, or with trim='f' or 'b' one of them. "
        "Its length is unknown until computed.",
        "(lambda x: (lambda full: x[((da.cumsum(full, axis=0) > 0) | ('f' not in trim.lower())) & "
        "((da.cumsum(full[::-1], axis=0)[::-1] > 0) | ('b' not in trim.lower()))])(x != 0))"
        "(da.asarray(filt))",
        {"da.asarray(filt).ndim == 1", NULL, "trim_zeros takes an array of one axis"})
SPELLED(unwrap, BOTH, "unwrap", "p, discont=None, axis=-1, *, period=6.283185307179586",
        "Angles without jumps: where two neighbours differ by more than half a period, or discont, "
        "periods are added until they do not.",
        "(lambda x: (lambda d: (lambda t, half: (lambda low, ends: (lambda m: (lambda fix: da.add("
        "x, da.concatenate([da.zeros_like(da.take(x, [0], axis=axis), dtype=t), da.cumsum("
        "da.where(da.absolute(d) < (half if discont is None else max(discont, half)), 0, fix), "
        "axis=axis % x.ndim)], axis=axis)).astype(t))((da.where((m == low) & (d > 0), half, m) if "
        "ends else m) - d))(da.remainder(d - low, period) + low))"
        "(-half, t.kind != 'i' or period % 2 == 0))"
        "(da.result_type(d, period), period // 2 if da.result_type(d, period).kind == 'i' else "
        "period / 2))(da.diff(x, axis=axis)))(da.asarray(p))")
CHECKED(resize, BOTH, "resize", "a, new_shape",
        "The elements in C order in a new shape, repeated as often as it takes.",
        "(lambda flat, shape: (lambda n: da.zeros(shape, dtype=flat.dtype) if flat.shape[0] == 0 "
        "else da.tile(flat, -(-n // flat.shape[0]))[:n].reshape(shape))(math.prod(shape)))"
        "(da.ravel(a), (new_shape,) if isinstance(new_shape, int) else tuple(new_shape))",
        {"all([n >= 0 for n in ([new_shape] if isinstance(new_shape, int) else new_shape)])", NULL,
         "all elements of `new_shape` must be non-negative"})
SPELLED(array_equiv, BOTH, "array_equiv", "a1, a2",
        "Whether two arrays are equal everywhere, once broadcast to one shape.",
        "(lambda a, b: da.all(da.equal(a, b)) if all([m == n or m == 1 or n == 1 for m, n in "
        "zip(a.shape[::-1], b.shape[::-1])]) else False)(da.asarray(a1), da.asarray(a2))")
SPELLED(broadcast_shapes, BOTH, "broadcast_shapes", "*args",
        "The shape that arrays of these shapes broadcast to.",
        "da.broadcast_arrays(*[da.zeros(shape) for shape in args])[0].shape if args else ()")
SPELLED(
    ix, BOTH, "ix_", "*args",
    "Lists of positions, one for each axis, as arrays that broadcast to all their combinations.",
    "tuple([(lambda v: (da.flatnonzero(v).compute() if v.dtype == 'bool' else v).reshape([-1 "
    "if j == k else 1 for j in range(len(args))]))(np.asarray(args[k])) for k in "
    "range(len(args))])")
SPELLED(histogram_bin_edges, CKI_IN_NP, "histogram_bin_edges", "a, bins=10, range=None",
        "The edges that a histogram has: bins equal ones over the range or from the least element "
        "to the greatest, or bins itself where that is a sequence.",
        "np.histogram(a, bins=bins, range=range)[1]")
SPELLED(np_histogram, CKI_IN_NP, "histogram", "a, bins=10, range=None, density=False, weights=None",
        "How many elements lie in each bin, and the bins' edges; bins is a number of equal ones "
        "over the range, by default from the least element to the greatest, or a list of edges.",
        "(lambda x: (lambda ends: da.histogram(x, bins=bins, range=(ends[0] - 0.5, ends[1] + 0.5) "
        "if ends and ends[0] == ends[1] else ends, weights=weights, density=density))"
        "(range if np.ndim(bins) or range is not None else (0.0, 1.0) if np.size(x) == 0 else "
        "tuple([float(v) for v in dask.compute(x.min(), x.max())])))(da.asarray(a))")
SPELLED(packbits, BOTH, "packbits", "a, axis=None, bitorder='big'",
        "Eight elements, zero or not, in each byte of the result.",
        "(lambda x, k: da.moveaxis((lambda y: da.sum(y.reshape(y.shape[:-1] + (y.shape[-1] // 8, "
        "8)) * da.asarray([128, 64, 32, 16, 8, 4, 2, 1][::1 if bitorder == 'big' else -1]), "
        "axis=-1).astype('u1'))(da.pad(da.moveaxis(x, k, -1), [(0, 0)] * (x.ndim - 1) + [(0, "
        "-x.shape[k] % 8)], mode='constant')), -1, k))((da.ravel(a) if axis is None else "
        "da.asarray(a)) != 0, 0 if axis is None else axis)")
CHECKED(unpackbits, BOTH, "unpackbits", "a, axis=None, count=None, bitorder='big'",
        "The bits of bytes as elements 0 and 1 along an axis, or of all bytes raveled.",
        "(lambda x, k: da.moveaxis((lambda y: da.bitwise_and(da.right_shift(y[..., None], "
        "da.asarray([7, 6, 5, 4, 3, 2, 1, 0][::1 if bitorder == 'big' else -1]).astype('u1')), 1)"
        ".astype('u1').reshape(y.shape[:-1] + (y.shape[-1] * 8,))[..., :count])"
        "(da.moveaxis(x, k, -1)), -1, k))"
        "(da.ravel(a) if axis is None else da.asarray(a), 0 if axis is None else axis)",
        {"da.asarray(a).dtype == 'u1'", "TypeError",
         "Expected an input array of unsigned byte data type"})
SPELLED(np_insert, CKI_IN_NP, "insert", "arr, obj, values, axis=None",
        "The array with values put before the given positions of an axis, or of the array raveled.",
        "da.insert(da.ravel(arr) if axis is None else da.asarray(arr), obj, values, "
        "0 if axis is None else axis)")
SPELLED(np_delete, CKI_IN_NP, "delete", "arr, obj, axis=None",
        "The array without the given positions of an axis, or of the array raveled.",
        "da.delete(da.ravel(arr) if axis is None else da.asarray(arr), obj, "
        "0 if axis is None else axis)")
SPELLED(np_repeat, CKI_IN_NP, "repeat", "a, repeats, axis=None",
        "Each element of an axis, or of the raveled array, several times: as often as repeats "
        "says, or as its elements say one by one.",
        "(lambda x, k, times: da.repeat(x, int(times), axis=k) if np.ndim(times) == 0 else "
        "da.take(x, [i for i, n in enumerate(np.broadcast_to(times, (x.shape[k],)).tolist()) for j "
        "in range(n)], axis=k))(da.ravel(a) if axis is None else da.asarray(a), 0 if axis is None "
        "else axis, repeats)")
SPELLED(vectorize, CKI_IN_NP, "vectorize", "pyfunc, otypes=None",
        "A function of numbers as one of arrays, which calls it for each element.",
        "lambda *arrays: da.apply_gufunc(pyfunc, ','.join(['()'] * len(arrays)) + '->()', *arrays, "
        "vectorize=True, output_dtypes=otypes if otypes is None or isinstance(otypes, str) else "
        "otypes[0])")

/* ---- chunks ---- */

#define NORMALIZE                                                                                  \
    "(lambda lengths: da.zeros(lengths, dtype=dtype or 'f8', chunks=chunks if limit is None or "   \
    "chunks != 'auto' else limit if isinstance(limit, str) else str(limit) + 'B').chunks if "      \
    "previous_chunks is None else da.zeros(lengths, dtype=dtype or 'f8', chunks=previous_chunks)"  \
    ".rechunk(chunks, block_size_limit=limit).chunks)"                                             \
    "(tuple([sum(c) for c in chunks]) if shape is None else shape)"
CHECKED(normalize_chunks, CKI_IN_DA, "core.normalize_chunks",
        "chunks, shape=None, limit=None, dtype=None, previous_chunks=None",
        "The chunks that a specification means for a shape: a tuple of sizes for each axis.",
        NORMALIZE,
        {"shape is not None or isinstance(chunks, (tuple, list)) and all([isinstance(c, (tuple, "
         "list)) for c in chunks])",
         NULL,
         "Can not use chunks without a shape, unless they are a tuple of sizes for each axis"})
CHECKED(normalize_chunks_cached, CKI_IN_DA, "core.normalize_chunks_cached",
        "chunks, shape=None, limit=None, dtype=None, previous_chunks=None",
        "The same as normalize_chunks.", NORMALIZE,
        {"shape is not None or isinstance(chunks, (tuple, list)) and all([isinstance(c, (tuple, "
         "list)) for c in chunks])",
         NULL,
         "Can not use chunks without a shape, unless they are a tuple of sizes for each axis"})
SPELLED(unify_chunks, CKI_IN_DA, "core.unify_chunks", "*args", "The same as unify_chunks.",
        "da.unify_chunks(*args)")
SPELLED(meta_from_array, CKI_IN_DA, "utils.meta_from_array", "x, ndim=None, dtype=None",
        "An array without elements, of the same type and number of axes.",
        "np.zeros((0,) * (da.asarray(x).ndim if ndim is None else ndim), dtype=da.asarray(x).dtype "
        "if dtype is None else dtype)")
CHECKED(
    shuffle, CKI_IN_DA | CKI_ARRAY_METHOD, "shuffle", "x, indexer, axis, chunks='auto'",
    "The elements of an axis in groups: each list of the indexer gives the positions of one, "
    "which stays in one chunk; chunks keep about the size they had.",
    "(lambda k: (lambda most: da.take(x, [i for group in indexer for i in group], axis=k)"
    ".rechunk({k: (lambda done, rest: done + ((rest,) if rest else ()))(*accumulate([((), 0)] + "
    "[len(group) for group in indexer], lambda s, n: (s[0] + (s[1],), n) if s[1] and s[1] + n > "
    "most else (s[0] + (s[1] + n,), 0) if s[1] + n > most / 1.25 else (s[0], s[1] + n))[-1])}))"
    "(int(x.shape[k] / len(x.chunks[k]) * 1.25)))(axis % x.ndim)",
    {"isinstance(indexer, list) and all([isinstance(group, list) for group in indexer])", NULL,
     "indexer must be a list of lists, the positions of each group"},
    {"all([0 <= i < x.shape[axis] for group in indexer for i in group])", "IndexError",
     "Indexer contains out of bounds index"},
    {"any([len(group) for group in indexer])", NULL, "indexer has no positions"})
SPELLED(to_backend, CKI_ARRAY_METHOD, "to_backend", "x, backend=None",
        "The array: there is one kind of arrays.", "x")
SPELLED(x_to_hdf5, CKI_ARRAY_METHOD, "to_hdf5", "x, filename, datapath, **kwargs",
        "Write the array to an HDF5 file under a name.",
        "da.to_hdf5(filename, datapath, x, **kwargs)")
SPELLED(load, CKI_IN_NP, "load", "file", "The array in an npy file.", "da.from_npy(file)")

/* ---- types ---- */

SPELLED(common_type, CKI_IN_NP, "common_type", "*arrays",
        "The float or complex type that holds the elements of all arrays; float64 where one has "
        "integers.",
        "np.result_type('f2', *[(lambda t: 'f8' if t.kind in 'biu' else t)(a.dtype) for a in "
        "arrays]).type")
SPELLED(
    min_scalar_type, CKI_IN_NP, "min_scalar_type", "a",
    "The smallest type that holds a number; an array's own.",
    "np.asarray(a).dtype if np.ndim(a) or isinstance(a, bool) else np.dtype([t for t in ('u1', "
    "'u2', 'u4', 'u8', 'i1', 'i2', 'i4', 'i8', 'f2', 'f4', 'f8', 'c8', 'c16') if (a >= 0 or t[0] "
    "!= 'u') and np.can_cast(a, t)][0]) if isinstance(a, int) else np.result_type(a)")
SPELLED(isscalar, CKI_IN_NP, "isscalar", "element", "Whether it is a number or a text.",
        "isinstance(element, (bool, int, float, complex, str, bytes)) or hasattr(element, 'dtype') "
        "and np.ndim(element) == 0")
SPELLED(iterable, CKI_IN_NP, "iterable", "y", "Whether it can be iterated over.",
        "isinstance(y, (list, tuple, str, bytes, dict, set, range)) or hasattr(y, 'dtype') and "
        "np.ndim(y) > 0")

/* ---- linear algebra ---- */

CHECKED(pinv, BOTH, "linalg.pinv", "a, rcond=1e-15, hermitian=False",
        "The Moore-Penrose pseudo-inverses of matrices, over the last two axes: singular values "
        "below rcond times the largest count as zero.",
        "(lambda x: (lambda u, s, v: da.matmul(da.conj(da.swapaxes(v, -1, -2)) * da.where(s > "
        "rcond * s.max(axis=-1, keepdims=True), 1 / s, 0.0)[..., None, :], "
        "da.conj(da.swapaxes(u, -1, -2))))(*(da.linalg.svd(x) if x.ndim == 2 else "
        "np.linalg.svd(x, full_matrices=False))))(da.asarray(a) * 1.0)",
        {"da.asarray(a).ndim >= 2", "LinAlgError", "pinv takes an array of two axes or more"})
CHECKED(
    cond, BOTH, "linalg.cond", "x, p=None",
    "The condition numbers of matrices, over the last two axes: of the 2-norm the largest singular "
    "value over the smallest, of other norms the norm times that of the inverse.",
    "(lambda y: (lambda s: s[..., -1] / s[..., 0] if p == -2 else s[..., 0] / s[..., -1])"
    "(da.linalg.svd(y)[1] if y.ndim == 2 else np.linalg.svd(y, compute_uv=False)) if p "
    "in (None, 2, -2) else da.linalg.norm(y, p, axis=(-2, -1)) * "
    "da.linalg.norm(np.linalg.inv(y), p, axis=(-2, -1)))(da.asarray(x) * 1.0)",
    {"da.asarray(x).ndim >= 2", "LinAlgError", "cond takes an array of two axes or more"})
CHECKED(np_bincount, CKI_IN_NP, "bincount", "x, weights=None, minlength=0",
        "How often each number from 0 on occurs, or the sum of its weights; at least minlength "
        "numbers.",
        "(lambda c: c if len(c) >= minlength else np.concatenate([c, np.zeros(minlength - len(c), "
        "dtype=c.dtype)]))(np.asarray(da.bincount(da.asarray(x), None if weights is None else "
        "da.asarray(weights)).compute()))",
        {"minlength >= 0", NULL, "'minlength' must not be negative"})
SPELLED(svd, CKI_IN_DA, "svd", "a, coerce_signs=True", "Another name of linalg.svd.",
        "da.linalg.svd(a, coerce_signs)")
SPELLED(np_lstsq, CKI_IN_NP, "linalg.lstsq", "a, b, rcond=None",
        "The x that makes |a x - b| least, the sums of squares left over, the rank of a, and its "
        "singular values.",
        "da.linalg.lstsq(da.asarray(a), da.asarray(b))")

CHECKED(
    fft_wrap, CKI_IN_DA, "fft.fft_wrap", "fft_func, kind=None, dtype=None",
    "The Fourier transform of lazy arrays that goes by the name of another function, as "
    "np.fft.rfft.",
    "[f for f in (da.fft.fft, da.fft.ifft, da.fft.rfft, da.fft.irfft, da.fft.hfft, da.fft.ihfft, "
    "da.fft.fft2, da.fft.ifft2, da.fft.rfft2, da.fft.irfft2, da.fft.fftn, da.fft.ifftn, "
    "da.fft.rfftn, da.fft.irfftn) if f.__name__ == (kind or fft_func.__name__)][0]",
    {"(kind or fft_func.__name__) in ('fft', 'ifft', 'rfft', 'irfft', 'hfft', 'ihfft', 'fft2', "
     "'ifft2', 'rfft2', 'irfft2', 'fftn', 'ifftn', 'rfftn', 'irfftn')",
     NULL, "Given unknown `kind`: fft, rfft, hfft, their inverses, and those of 2 and n axes"})

/* ---- text ---- */

SPELLED(binary_repr, CKI_IN_NP, "binary_repr", "num, width=None",
        "The binary digits of an integer; with a width, negative ones as two's complement.",
        "format(num, 'b').zfill(width or 0) if num >= 0 else '-' + format(-num, 'b') if width is "
        "None else format(2 ** width + num, 'b').zfill(width)")
SPELLED(array_str, CKI_IN_NP, "array_str", "a", "The text that str() gives.", "str(np.asarray(a))")
SPELLED(array2string, CKI_IN_NP, "array2string", "a", "The text that str() gives.",
        "str(np.asarray(a))")
SPELLED(array_repr, CKI_IN_NP, "array_repr", "arr", "The text that repr() gives.",
        "repr(np.asarray(arr))")
SPELLED(fromiter, CKI_IN_NP, "fromiter", "iter, dtype, count=-1",
        "An array of what an iterable gives.",
        "np.array(list(iter)[:None if count < 0 else count], dtype)")
SPELLED(fromstring, CKI_IN_NP, "fromstring", "string, dtype='f8', count=-1, *, sep=' '",
        "An array of the numbers in a text.",
        "np.array([float(word) for word in string.split(None if sep.isspace() else sep)"
        "[:None if count < 0 else count]]).astype(dtype)")

/* ---- along an axis ---- */

SPELLED(
    cumreduction, CKI_IN_DA, "reductions.cumreduction",
    "func, binop, ident, x, axis=None, dtype=None, out=None, method='sequential', "
    "preop=None",
    "A scan made of functions: func(block, axis=axis) of every block, and binop(what came "
    "before, block) for all but the first.",
    "(lambda y, k: (lambda m: (lambda at: (lambda part: (lambda before: da.concatenate("
    "[part(at[0], at[1])] + [binop(b, part(i, j)) for b, i, j in zip(before, at[1:-1], at[2:])], "
    "axis=k))(accumulate([part(j - 1, j) for j in at[1:-1]], binop)))(lambda i, j: m[(slice("
    "None),) * k + (slice(i, j),)]))(accumulate([0] + [n for n in y.chunks[k] if n], lambda a, "
    "b: a + b) if y.shape[k] else [0, 0]))(y.map_blocks(func, axis=k, **({} if dtype is None "
    "else {'dtype': dtype}))))"
    "(*((da.ravel(x), 0) if axis is None else (x, axis % x.ndim)))")
SPELLED(lexsort, BOTH, "lexsort", "keys, axis=-1",
        "The positions of the elements in rising order of the last key, equal ones in that of the "
        "key before it, and so on. Of 1-d keys.",
        "(lambda all: accumulate([da.arange(all[0].shape[0])] + all, lambda at, key: "
        "da.asarray(at)[da.argsort(key[da.asarray(at)])])[-1])([da.asarray(key) for key in keys])")

SPELLED(push, CKI_IN_DA, "push", "array, n=None, axis=-1",
        "Each NaN or NaT along an axis replaced by the last element before it, n of them in a row "
        "at most.",
        "da.cumfill(array, axis=axis) if n is None else (lambda i: da.where(i - da.cummax(da.where("
        "da.isnull(array), i - i - n - 1, i), axis=axis) <= n, da.cumfill(array, axis=axis), "
        "array))(da.arange(array.shape[axis]).reshape([-1 if k == axis % array.ndim else 1 for k "
        "in range(array.ndim)]) + da.zeros(array.shape, dtype='i8', chunks=array.chunks))")

/* ---- other names ---- */

SPELLED(column_stack, BOTH, "column_stack", "tup",
        "Arrays beside each other as the columns of one; 1-d ones are a column each.",
        "da.concatenate([(lambda x: x if x.ndim > 1 else da.atleast_1d(x)[:, None])(da.asarray(v)) "
        "for v in tup], axis=1)")
SPELLED(row_stack, BOTH, "row_stack", "tup", "Arrays one below the other: vstack.",
        "da.vstack(tup)")
SPELLED(round_, CKI_IN_NP, "round_", "a, decimals=0", "Another name of round.",
        "da.round(a, decimals)")
SPELLED(cumproduct, CKI_IN_NP, "cumproduct", "a, axis=None, dtype=None", "Another name of cumprod.",
        "da.cumprod(a, axis=axis, dtype=dtype)")
SPELLED(product, CKI_IN_NP, "product", "a, axis=None, dtype=None, keepdims=False",
        "Another name of prod.", "da.prod(a, axis=axis, dtype=dtype, keepdims=keepdims)")
SPELLED(sometrue, CKI_IN_NP, "sometrue", "a, axis=None, keepdims=False", "Another name of any.",
        "da.any(a, axis=axis, keepdims=keepdims)")
SPELLED(alltrue, CKI_IN_NP, "alltrue", "a, axis=None, keepdims=False", "Another name of all.",
        "da.all(a, axis=axis, keepdims=keepdims)")
SPELLED(msort, CKI_IN_NP, "msort", "a", "The elements in rising order along the first axis.",
        "da.sort(a, axis=0)")
SPELLED(asfarray, CKI_IN_NP, "asfarray", "a, dtype='f8'",
        "An array of floats: of dtype if that is a float, else float64.",
        "np.asarray(a).astype(dtype if np.dtype(dtype).kind in 'fc' else 'f8')")
SPELLED(ascontiguousarray, CKI_IN_NP, "ascontiguousarray", "a, dtype=None",
        "An array of one axis at least, in C order, as all are.",
        "np.atleast_1d(np.array(a, dtype=dtype))")
SPELLED(asfortranarray, CKI_IN_NP, "asfortranarray", "a, dtype=None",
        "The array: how its elements lie in memory is not told.", "np.array(a, dtype=dtype)")
CHECKED(asarray_chkfinite, CKI_IN_NP, "asarray_chkfinite", "a, dtype=None",
        "An array without infinities and NaN, else ValueError.", "np.array(a, dtype=dtype)",
        {"bool(np.isfinite(np.asarray(a)).all())", NULL, "array must not contain infs or NaNs"})

const cki_operation *const cki_spelled_numpy_operations[] = {&identity,
                                                             &logspace,
                                                             &geomspace,
                                                             &vander,
                                                             &diagflat,
                                                             &diag_indices,
                                                             &diag_indices_from,
                                                             &bartlett,
                                                             &blackman,
                                                             &hamming,
                                                             &hanning,
                                                             &poly,
                                                             &roots,
                                                             &polydiv,
                                                             &tensorinv,
                                                             &tensorsolve,
                                                             &kaiser,
                                                             &polyval,
                                                             &polyadd,
                                                             &polysub,
                                                             &polymul,
                                                             &polyder,
                                                             &polyint,
                                                             &polyfit,
                                                             &trim_zeros,
                                                             &unwrap,
                                                             &resize,
                                                             &array_equiv,
                                                             &broadcast_shapes,
                                                             &ix,
                                                             &histogram_bin_edges,
                                                             &np_histogram,
                                                             &packbits,
                                                             &unpackbits,
                                                             &np_insert,
                                                             &np_delete,
                                                             &np_repeat,
                                                             &vectorize,
                                                             &normalize_chunks,
                                                             &normalize_chunks_cached,
                                                             &unify_chunks,
                                                             &meta_from_array,
                                                             &shuffle,
                                                             &to_backend,
                                                             &x_to_hdf5,
                                                             &load,
                                                             &common_type,
                                                             &min_scalar_type,
                                                             &isscalar,
                                                             &iterable,
                                                             &pinv,
                                                             &cond,
                                                             &svd,
                                                             &np_bincount,
                                                             &np_lstsq,
                                                             &fft_wrap,
                                                             &binary_repr,
                                                             &array_str,
                                                             &array2string,
                                                             &array_repr,
                                                             &fromiter,
                                                             &fromstring,
                                                             &push,
                                                             &cumreduction,
                                                             &lexsort,
                                                             &column_stack,
                                                             &row_stack,
                                                             &round_,
                                                             &cumproduct,
                                                             &product,
                                                             &sometrue,
                                                             &alltrue,
                                                             &msort,
                                                             &asfarray,
                                                             &ascontiguousarray,
                                                             &asfortranarray,
                                                             &asarray_chkfinite,
                                                             NULL};
