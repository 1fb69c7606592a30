/* Methods that eager arrays have beside those of lazy ones, spelled in the language; and np.mgrid
 * and its kin, which are indexed. */
#include "lang/spelled.h"

#define SPELLED(id, name, signature, doc, text)                                                    \
    static const cki_spelled id##_text = {text, {{NULL, NULL, NULL}}};                             \
    static const cki_operation id = {name, CKI_ARRAY_PROTOCOL, signature,                          \
                                     doc,  cki_spelled_run,    &id##_text};

/* ---- eager arrays ---- */

SPELLED(take, "numpy.ndarray.take", "a, indices, axis=None", "The elements at positions.",
        "np.take(a, indices, axis)")
SPELLED(searchsorted, "numpy.ndarray.searchsorted", "a, v, side='left'",
        "Where values would be put into a sorted array.", "np.searchsorted(a, v, side)")
SPELLED(diagonal, "numpy.ndarray.diagonal", "a, offset=0, axis1=0, axis2=1",
        "The diagonal of two axes.", "np.diagonal(a, offset, axis1, axis2)")
SPELLED(ptp, "numpy.ndarray.ptp", "a, axis=None, keepdims=False",
        "The greatest element less the least.",
        "np.max(a, axis=axis, keepdims=keepdims) - np.min(a, axis=axis, keepdims=keepdims)")
SPELLED(conjugate, "numpy.ndarray.conjugate", "a", "The complex conjugate.", "np.conj(a)")
SPELLED(compress, "numpy.ndarray.compress", "a, condition, axis=None",
        "The parts along an axis where a 1-d condition is true.", "np.compress(condition, a, axis)")
SPELLED(argsort, "numpy.ndarray.argsort", "a, axis=-1, kind=None, order=None",
        "The positions of the elements in rising order.", "np.argsort(a, axis)")

/* ---- attributes ---- */

#define ATTRIBUTE(id, name, doc, text)                                                             \
    static const cki_spelled id##_text = {text, {{NULL, NULL, NULL}}};                             \
    static const cki_operation id = {                                                              \
        name, CKI_ARRAY_PROTOCOL | CKI_OWN_ATTRIBUTE, "x", doc, cki_spelled_run, &id##_text};

ATTRIBUTE(computed, "Array.A", "The array, computed.", "x.compute()")
ATTRIBUTE(meta, "Array._meta", "An array of no elements of the same type and axes.",
          "np.zeros((0,) * x.ndim, dtype=x.dtype)")
ATTRIBUTE(flat, "numpy.ndarray.flat", "All elements, 1-d.", "np.ravel(x)")
ATTRIBUTE(strides, "numpy.ndarray.strides", "Bytes from an element to the next along each axis.",
          "tuple([x.itemsize * math.prod(x.shape[k + 1:]) for k in range(x.ndim)])")
SPELLED(to_array, "Array.__array__", "x, dtype=None", "The array, computed.",
        "x.compute() if dtype is None else x.compute().astype(dtype)")

/* ---- np.mgrid[0:2, 0:3:4j] and its kin ---- */

/* A slice as an array: an imaginary step is how many, both ends included. */
#define SLICE                                                                                      \
    "(lambda s: np.linspace(s.start or 0, s.stop, int(abs(s.step))) if isinstance(s.step, "        \
    "complex) else np.arange(s.start or 0, s.stop, 1 if s.step is None else s.step))"
#define KEYS "(key if isinstance(key, tuple) else (key,))"

SPELLED(mgrid, "mgrid.__getitem__", "self, key", "A full grid of coordinates.",
        SLICE "(key) if isinstance(key, slice) else np.array(np.meshgrid(*[" SLICE
              "(k) for k in key], indexing='ij'))")
SPELLED(ogrid, "ogrid.__getitem__", "self, key", "A grid of coordinates that broadcasts.",
        SLICE "(key) if isinstance(key, slice) else np.meshgrid(*[" SLICE
              "(k) for k in key], indexing='ij', sparse=True)")
SPELLED(rows, "RClass.__getitem__", "self, key", "Slices, numbers and arrays one after the other.",
        "np.concatenate([" SLICE "(k) if isinstance(k, slice) else np.atleast_1d(k) for k in " KEYS
        "], axis=-1)")
SPELLED(columns, "CClass.__getitem__", "self, key",
        "Slices, numbers and arrays as columns beside each other.",
        "np.column_stack([" SLICE "(k) if isinstance(k, slice) else np.atleast_1d(k) for k in " KEYS
        "])")
SPELLED(index_itself, "IndexExpression.__getitem__", "self, key", "The index itself.", "key")

const cki_operation *const cki_spelled_array_operations[] = {
    &computed,     &meta,     &flat, &strides,   &to_array,     &take,
    &searchsorted, &diagonal, &ptp,  &conjugate, &compress,     &argsort,
    &mgrid,        &ogrid,    &rows, &columns,   &index_itself, NULL};
