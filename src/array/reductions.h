/* Reductions: over chunks, then by a fixed tree, with NumPy's results. */
#ifndef CKI_ARRAY_REDUCTIONS_H
#define CKI_ARRAY_REDUCTIONS_H

#include "array/node.h"
#include "kernel/reduce.h"

/* How to reduce; zero is the default. */
typedef struct cki_reduce_spec {
    cki_reduce_kind kind;
    bool skip_nan, keepdims;
    cki_dtype dtype; /* id 0: NumPy's default */
    double ddof;
    bool axes[CKI_MAX_NDIM]; /* which; none set and `all`: every axis */
    bool all;
    int split_every;         /* 0: Dask's default of 4, per axis the root */
    int split[CKI_MAX_NDIM]; /* the same for single axes, 0: from split_every */
    const char *label;       /* what the name begins with; NULL: by the kind */
} cki_reduce_spec;

cask_array cki_reductions_reduce(cki_build *build, cask_array x, const cki_reduce_spec *spec);

/* Whether x is a reduction, and then which axes of its input (x->base.inputs[0], as it was built)
 * it reduces, and whether they stay with length 1. For pushing slices through it. */
bool cki_reductions_is(cask_array x, bool axes[CKI_MAX_NDIM], bool *keepdims);
/* The reduction `node` of another input: same dtype and number of axes, the reduced ones alike, the
 * others in any lengths and chunks. */
cask_array cki_reductions_rebuild(cki_build *build, cask_array node, cask_array input);

extern const cki_operation *const cki_reductions_operations[];

#endif
