/* Where values stand among sorted ones: searchsorted and digitize. */
#ifndef CKI_ARRAY_SEARCH_H
#define CKI_ARRAY_SEARCH_H

#include "array/node.h"

/* numpy.searchsorted: how many of a sorted 1-d array are less than each value, or with `right` less
 * or equal. */
cask_array cki_search_sorted(cki_build *build, cask_array sorted, cask_array values, bool right);

extern const cki_operation *const cki_search_operations[];

#endif
