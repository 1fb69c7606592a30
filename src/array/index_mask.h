/* Masks: elements where a computed bool array is true, and where those are. Lengths are unknown
 * until computed. */
#ifndef CKI_ARRAY_INDEX_MASK_H
#define CKI_ARRAY_INDEX_MASK_H

#include "array/index.h"

/* x where a lazy 1-d bool mask along `axis` is true. */
cask_array cki_index_mask_axis(cki_build *build, cask_array x, int axis, cask_array mask);
/* numpy.nonzero(x)[dimension] for x of any type and known shape: 1-d, int64. */
cask_array cki_index_mask_where(cki_build *build, cask_array x, int dimension);

#endif
