/* Cumulative sums and products along an axis. */
#ifndef CKI_ARRAY_CUMULATIVE_H
#define CKI_ARRAY_CUMULATIVE_H

#include "array/node.h"

/* numpy.cumsum, cumprod and their nan-forms (NaN counts as nothing). dtype id 0: NumPy's default.
 */
cask_array cki_cumulative_scan(cki_build *build, cask_array x, int axis, bool product,
                               bool skip_nan, cki_dtype dtype);

extern const cki_operation *const cki_cumulative_operations[];

#endif
