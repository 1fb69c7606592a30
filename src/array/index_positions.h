/* NumPy's indexing by several lists, as the flat positions of the elements that it takes. */
#ifndef CKI_ARRAY_INDEX_POSITIONS_H
#define CKI_ARRAY_INDEX_POSITIONS_H

#include "array/node.h"

/* Whether an index has more than one list, mask or array, or one of several axes: what Dask's lazy
 * arrays do not take. Lazy arrays in it count for nothing. */
bool cki_index_positions_many(cask_value *index);
/* Where the elements of x[index] are in x in C order: an int64 array of the shape that NumPy gives
 * x[index]. IndexError in NumPy's words. `index` holds nothing lazy. */
cask_value *cki_index_positions_of(const int64_t *shape, int ndim, cask_value *index,
                                   cki_error *error);

#endif
