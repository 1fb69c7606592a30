/* Taking: elements at listed positions of one axis, the list known now or computed later. */
#ifndef CKI_ARRAY_INDEX_TAKE_H
#define CKI_ARRAY_INDEX_TAKE_H

#include "array/index.h"

/* x at positions of `axis`, the result having chunks `axes`, each within one chunk of x. Positions
 * stay where they are: in the build's arena, or a node's parameters. */
cask_array cki_index_take_make(cki_build *build, cask_array x, int axis, const int64_t *positions,
                               int64_t count, const cki_axis *axes);
/* The picked part of a take node, made from that part of its input; NULL without error if `node` is
 * none. */
cask_array cki_index_take_push(cki_build *build, cask_array node, const cki_pick *picks,
                               const cki_axis *axes);
/* The input of a take node, its axis, and the positions there of the result's elements; NULL if
 * `node` is none. */
cask_array cki_index_take_is(cask_array node, int *axis, const int64_t **positions);
/* x at positions given by a lazy 1-d array of integers, whose chunks the result has. IndexError
 * when it is computed if one is out of range. */
cask_array cki_index_gather(cki_build *build, cask_array x, int axis, cask_array positions);

#endif
