/* Indexing: integers, slices, None, Ellipsis, and one list of integers or bools. */
#ifndef CKI_ARRAY_INDEX_H
#define CKI_ARRAY_INDEX_H

#include "array/node.h"

/* What basic indexing takes of one axis: `count` elements from `start` by `step` (negative too);
 * an integer index has count 1 and drop. An axis of unknown length can only be taken whole. */
typedef struct cki_pick {
    int64_t start, step, count;
    bool drop;
} cki_pick;

/* x[picks]: chunks as Dask's. One pick an axis of x. */
cask_array cki_index_basic(cki_build *build, cask_array x, const cki_pick *picks);
/* The same with the chunks of the axes that stay given: each in one chunk of x at most. */
cask_array cki_index_make(cki_build *build, cask_array x, const cki_pick *picks, int ndim,
                          const cki_axis *axes);
/* Elements start .. stop - 1 of one axis. */
cask_array cki_index_range(cki_build *build, cask_array x, int axis, int64_t start, int64_t stop);
/* x[:, :, positions, :] on one axis; positions in range, any order. */
cask_array cki_index_take(cki_build *build, cask_array x, int axis, const int64_t *positions,
                          int64_t count);
/* x[index] for any index of the language: a value or a tuple of them, lazy arrays included. */
cask_array cki_index_value(cki_build *build, cask_array x, cask_value *index);
/* x[mask] for a lazy bool mask of x's shape: 1-d, unknown chunks. */
cask_array cki_index_mask(cki_build *build, cask_array x, cask_array mask);

/* A cheaper node equal to the part of `x` that an index node picks (index_push.c): NULL without
 * error if there is none. */
cask_array cki_index_push(cki_build *build, cask_array x, const cki_pick *picks, cask_array result);
/* The input and picks of an index node; false if it is none. */
bool cki_index_is(cask_array node, cask_array *x, const cki_pick **picks);

extern const cki_operation *const cki_index_operations[];

#endif
