/* Reshaping: the same elements in C order under another shape. */
#ifndef CKI_ARRAY_RESHAPE_H
#define CKI_ARRAY_RESHAPE_H

#include "array/node.h"

/* `shape` complete (no -1). Chunks as Dask's reshape gives them. */
cask_array cki_reshape_to(cki_build *build, cask_array x, int ndim, const int64_t *shape);
cask_array cki_reshape_ravel(cki_build *build, cask_array x);

#endif
