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
/* All quantiles of one sorted line: out[i * stride] is the i-th. `valid` elements are not missing.
 */
void cki_quantile_line(const cki_quantile *how, cki_dtype dtype, const unsigned char *line,
                       int64_t length, int64_t valid, cki_dtype result, unsigned char *out,
                       int64_t stride);
/* percentile(), quantile(), median() and their nan-forms (quantile_calls.c); Dask's percentile of
 * 1-d arrays (percentile.c). */
extern const cki_operation *const cki_quantile_operations[];
extern const cki_operation *const cki_percentile_operations[];

#endif
