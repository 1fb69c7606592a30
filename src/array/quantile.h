/* Quantiles along axes, exact. */
#ifndef CKI_ARRAY_QUANTILE_H
#define CKI_ARRAY_QUANTILE_H

#include "array/node.h"
#include "array/quantile_rule.h"

typedef struct cki_quantile {
    cki_quantile_method method;
    bool skip_nan, keepdims;
    bool axes[CKI_MAX_NDIM]; /* over which */
    const double *q;         /* between 0 and 1; in the build's arena */
    int qdim;                /* the shape of q: axes before the others' */
    int64_t qshape[CKI_MAX_NDIM], nq;
} cki_quantile;

/* Of lines in one block at once, axes being made one chunk; of all elements of an array of several
 * blocks by sorting it, within the memory limit. */
cask_array cki_quantile_array(cki_build *build, cask_array x, const cki_quantile *how);
/* quantile_lines.c: quantiles of the rows of a 2-d array that is not sorted: those of row r are
 * out[i * rows + r]. And the bytes that it takes for rows of so many elements, beside the array's
 * where all is sorted. */
cask_status cki_quantile_lines(const cki_quantile *how, const cki_array *rows, cki_dtype result,
                               unsigned char *out, cki_error *error);
size_t cki_quantile_lines_bytes(const cki_quantile *how, cki_dtype dtype, int64_t length);
/* percentile(), quantile(), median() and their nan-forms (quantile_calls.c); Dask's percentile of
 * 1-d arrays (percentile.c). */
extern const cki_operation *const cki_quantile_operations[];
extern const cki_operation *const cki_percentile_operations[];

#endif
