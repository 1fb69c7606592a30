/* Cumulative sums, products and extremes along an axis. */
#ifndef CKI_ARRAY_CUMULATIVE_H
#define CKI_ARRAY_CUMULATIVE_H

#include "array/cumulative_loop.h"
#include "array/node.h"

/* numpy.cumsum, cumprod and their nan-forms (NaN counts as nothing); the largest or smallest
 * element so far; the last one so far that is not NaN. dtype id 0: NumPy's default. */
cask_array cki_cumulative_scan(cki_build *build, cask_array x, int axis, cki_cumulative_kind kind,
                               bool skip_nan, cki_dtype dtype);

extern const cki_operation *const cki_cumulative_operations[];

#endif
