/* Indexing: integers, slices, None, Ellipsis, and one list of integers or bools. */
#ifndef CKI_ARRAY_INDEX_H
#define CKI_ARRAY_INDEX_H

#include "array/node.h"

/* What basic indexing takes of one axis: `count` elements from `start` by `step` (negative too);
 * an integer index has count 1 and drop. */
typedef struct cki_pick {
    int64_t start, step, count;
    bool drop;
} cki_pick;

/* x[picks]: chunks as Dask's. One pick an axis of x. */
cask_array cki_index_basic(cki_build *build, cask_array x, const cki_pick *picks);
/* x[:, :, positions, :] on one axis; positions in range, any order. */
cask_array cki_index_take(cki_build *build, cask_array x, int axis, const int64_t *positions,
                          int64_t count);
/* x[index] for any index of the language: a value or a tuple of them, lazy arrays included. */
cask_array cki_index_value(cki_build *build, cask_array x, cask_value *index);
/* x[mask] for a lazy bool mask of x's shape: 1-d, unknown chunks. */
cask_array cki_index_mask(cki_build *build, cask_array x, cask_array mask);

#endif
