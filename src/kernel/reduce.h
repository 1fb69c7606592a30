/* Reductions of one block, fused with the element-wise program that makes its elements; and the
 * combining of partial results in a fixed order. */
#ifndef CKI_KERNEL_REDUCE_H
#define CKI_KERNEL_REDUCE_H

#include "kernel/program.h"

typedef enum cki_reduce_kind {
    CKI_REDUCE_SUM,
    CKI_REDUCE_PROD,
    CKI_REDUCE_MIN, /* NaN and NaT propagate */
    CKI_REDUCE_MAX,
    CKI_REDUCE_ANY,
    CKI_REDUCE_ALL,
    CKI_REDUCE_MEAN,
    CKI_REDUCE_VAR, /* with ddof; a complex one's is real */
    CKI_REDUCE_STD,
    CKI_REDUCE_ARGMIN, /* the first of equals; NaN counts as smallest and largest, as in NumPy */
    CKI_REDUCE_ARGMAX,
    CKI_REDUCE_COUNT /* of nonzero elements */
} cki_reduce_kind;

typedef struct cki_reduction {
    cki_reduce_kind kind;
    bool skip_nan; /* the nan-forms */
    cki_dtype in;  /* elements are cast to this first (sum of int8 adds int64) */
    cki_dtype out; /* of the finished result */
    double ddof;
} cki_reduction;

/* The types of NumPy's reduction of `input` with `dtype` (id 0: the default). TypeError where NumPy
 * has none (sum of datetime64). */
cask_status cki_reduce_resolve(cki_reduce_kind kind, bool skip_nan, cki_dtype input,
                               cki_dtype dtype, double ddof, cki_reduction *reduction,
                               cki_error *error);

/* Where a block lies, for the arg-reductions: its first element's index, and the whole shape. */
typedef struct cki_block_place {
    const int64_t *offset, *shape;
} cki_block_place;

/* Partial result of one block: `program` over `inputs` broadcast to shape, reduced over the axes
 * whose flag is set. It is a LIST of arrays, each of the block's shape with 1 on reduced axes; what
 * they hold is this file's affair (sums and counts, moments, values and indices). An axis reduced
 * over no elements gives the identity, or "no element" for min, max and arg-forms. An arg-form's
 * index counts in C order over the reduced axes of the whole array.
 *
 * If *partial is not NULL it is one of this reduction, not an arg-form, that the caller alone
 * holds: the block's elements are added to it, which must have the same shape. */
cask_status cki_reduce_block(const cki_reduction *reduction, const cki_program *program,
                             const cki_array *const *inputs, int ndim, const int64_t *shape,
                             const bool *axes, const cki_block_place *place, cask_value **partial,
                             cki_error *error);
/* Several partial results, in the order given, as one. Same bits for the same list. */
cask_status cki_reduce_combine(const cki_reduction *reduction, cask_value *const *partials,
                               size_t count, cask_value **combined, cki_error *error);
/* The result array (reduced axes still there with length 1). ValueError for min, max or arg-forms
 * of no element ("zero-size array to reduction operation minimum which has no identity"), or of
 * only NaN for nanarg-forms ("All-NaN slice encountered"). */
cask_status cki_reduce_finish(const cki_reduction *reduction, cask_value *partial,
                              cask_value **result, cki_error *error);

/* Bytes of a partial result of `elements` elements. */
size_t cki_reduce_partial_bytes(const cki_reduction *reduction, int64_t elements);

#endif
