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
    int split_every; /* 0: Dask's default of 4, per axis the root */
} cki_reduce_spec;

cask_array cki_reductions_reduce(cki_build *build, cask_array x, const cki_reduce_spec *spec);

#endif
