/* Reshaping: the same elements in C order under another shape. */
#ifndef CKI_ARRAY_RESHAPE_H
#define CKI_ARRAY_RESHAPE_H

#include "array/node.h"

/* `shape` complete (no -1). Chunks as Dask's reshape gives them. ValueError if the number of
 * elements differs, NotImplementedError where axes would have to be cut unevenly. */
cask_array cki_reshape_to(cki_build *build, cask_array x, int ndim, const int64_t *shape);
cask_array cki_reshape_ravel(cki_build *build, cask_array x);

/* Block by block: block k of the result is block k of x, both counted in C order, in the shape that
 * `axes` give it. */
cask_array cki_reshape_blocks(cki_build *build, cask_array x, const char *label, int ndim,
                              const cki_axis *axes);
/* The chunks that x must have, and those that result (reshape_chunks.c). */
cask_status cki_reshape_chunks(cki_build *build, cask_array x, int ndim, const int64_t *shape,
                               cki_axis *in, cki_axis *out);

extern const cki_operation *const cki_reshape_operations[];

#endif
