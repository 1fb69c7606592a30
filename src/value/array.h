/* N-d arrays: strided views on shared buffers. Nothing here copies elements unless it says so. */
#ifndef CKI_VALUE_ARRAY_H
#define CKI_VALUE_ARRAY_H

#include "value/value.h"

/* Buffers: `bytes` from the current ledger's pool (64-byte aligned), or foreign memory that
 * release(user) gives back. Counted. */
cki_buffer *cki_array_buffer(size_t bytes, bool zero, cki_error *error);
cki_buffer *cki_array_foreign(size_t bytes, void (*release)(void *user), void *user,
                              cki_error *error);
cki_buffer *cki_array_buffer_ref(cki_buffer *buffer);
void cki_array_buffer_unref(cki_buffer *buffer);
size_t cki_array_buffer_size(const cki_buffer *buffer);
/* Where its memory begins, or the `user` of a foreign one: to know it again. */
void *cki_array_buffer_origin(const cki_buffer *buffer);

/* shape product * itemsize, checked: MemoryError-class failure on overflow. */
cask_status cki_array_bytes(cki_dtype dtype, int ndim, const int64_t *shape, size_t *bytes,
                            cki_error *error);

/* A new array value in C order, elements unset (or zeroed). */
cask_value *cki_array_new(cki_dtype dtype, int ndim, const int64_t *shape, cki_error *error);
cask_value *cki_array_zeros(cki_dtype dtype, int ndim, const int64_t *shape, cki_error *error);
/* A view: the buffer is referenced, not copied. `strides` NULL means C order. */
cask_value *cki_array_view(cki_buffer *buffer, void *data, cki_dtype dtype, int ndim,
                           const int64_t *shape, const int64_t *strides, cki_error *error);
/* An array of 0 dimensions holding a copy of one element. */
cask_value *cki_array_scalar(cki_dtype dtype, const void *element, cki_error *error);
/* A 0-d array of any type from a Python scalar, in its natural dtype (or `dtype` if id is set:
 * casting as NumPy's array(value, dtype); OverflowError and ValueError as there). */
cask_value *cki_array_from_scalar(const cask_value *value, cki_dtype dtype, cki_error *error);
/* numpy.array(value, dtype): nested lists and tuples of numbers, strings, arrays, dates.
 * dtype.id 0: found from the elements. ValueError for ragged nesting. Copies. */
cask_value *cki_array_from_value(const cask_value *value, cki_dtype dtype, cki_error *error);

/* The array in a value, NULL if it is none. */
static inline const cki_array *cki_array_of(const cask_value *value)
{
    return value && value->kind == CKI_ARRAY ? value->as.array : NULL;
}
int64_t cki_array_size(const cki_array *array);    /* elements */
bool cki_array_contiguous(const cki_array *array); /* C order without gaps */
/* The address of the element at `index` (ndim numbers). */
unsigned char *cki_array_at(const cki_array *array, const int64_t *index);

/* Views. start/count/step per axis (step may be negative; start is the first element taken). */
cask_value *cki_array_slice(const cki_array *array, const int64_t *start, const int64_t *count,
                            const int64_t *step, cki_error *error);
cask_value *cki_array_permute(const cki_array *array, const int *axes, cki_error *error);
/* Axes of length 1 (or missing in front) become `shape`, with stride 0. */
cask_value *cki_array_broadcast(const cki_array *array, int ndim, const int64_t *shape,
                                cki_error *error);
/* Same elements in C order under another shape: a view where strides allow, else a copy. */
cask_value *cki_array_reshape(cask_value *value, int ndim, const int64_t *shape, cki_error *error);
/* The array `value` itself (a new reference) if C-contiguous, else a copy that is. */
cask_value *cki_array_compact(cask_value *value, cki_error *error);

/* Copy elements between arrays of one shape and one dtype, any strides; cache-blocked. */
void cki_array_copy(const cki_array *target, const cki_array *source);
/* Copy with conversion as NumPy's astype does ('unsafe' casting), any dtypes. ValueError for text
 * that is no number. Same shape. */
cask_status cki_array_cast(const cki_array *to, const cki_array *from, cki_error *error);
/* One element converted. */
cask_status cki_array_cast_element(cki_dtype to, void *out, cki_dtype from, const void *in,
                                   cki_error *error);

/* One element as a Python value (int, float, complex, bool, str, bytes; dates stay 0-d arrays). */
cask_value *cki_array_item(cki_dtype dtype, const void *element, cki_error *error);
/* array.tolist(): nested lists of Python values; a 0-d array gives the value itself. */
cask_value *cki_array_tolist(const cki_array *array, cki_error *error);

/* NumPy's text: repr as "array([1, 2, 3])" with dtype where NumPy shows it, str as "[1 2 3]".
 * print options are NumPy's defaults (precision 8, threshold 1000, edgeitems 3, linewidth 75). */
void cki_array_repr(const cki_array *array, cki_text *text);
void cki_array_print(const cki_array *array, cki_text *text);
/* Every element, of an array of any size but 0 dimensions. */
void cki_array_print_whole(const cki_array *array, cki_text *text);

#endif
