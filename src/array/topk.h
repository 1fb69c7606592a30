/* The largest or smallest elements along an axis, and where they are. */
#ifndef CKI_ARRAY_TOPK_H
#define CKI_ARRAY_TOPK_H

#include "array/node.h"

/* The k largest along an axis, largest first (k < 0: the -k smallest, smallest first), or with
 * `places` their indices. NaN and NaT count as largest, as in numpy.sort. */
cask_array cki_topk_select(cki_build *build, cask_array x, int64_t k, int axis, bool places);

extern const cki_operation *const cki_topk_operations[];

#endif
