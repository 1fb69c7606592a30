/* Singular value decompositions of lazy matrices. */
#ifndef CKI_ARRAY_SVD_H
#define CKI_ARRAY_SVD_H

#include "array/node.h"

typedef struct cki_svd {
    cask_array u, s, vh; /* (m, k), (k), (k, n) */
} cki_svd;

/* Of x in one column or one row of blocks; `signs`: rows of vh have sums >= 0. ValueError unless x
 * has two axes, NotImplementedError if both are cut. */
bool cki_svd_factor(cki_build *build, cask_array x, bool signs, cki_svd *result);
/* Multiply by -1 the rows of vh with a negative sum, and the columns of u with them. */
bool cki_svd_coerce(cki_build *build, cask_array *u, cask_array *vh);

extern const cki_operation *const cki_svd_operations[];

#endif
