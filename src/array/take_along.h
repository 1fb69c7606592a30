/* Elements at positions that differ from line to line of an axis, as argsort gives them. */
#ifndef CKI_ARRAY_TAKE_ALONG_H
#define CKI_ARRAY_TAKE_ALONG_H

#include "array/node.h"

/* out[i, j] = x[i, indices[i, j]] for axis 1, and so for any: numpy.take_along_axis. */
cask_array cki_take_along_axis(cki_build *build, cask_array x, cask_array indices, int axis);
/* What x would be after numpy.put_along_axis(x, indices, values, axis). */
cask_array cki_take_along_put(cki_build *build, cask_array x, cask_array indices, cask_array values,
                              int axis);

extern const cki_operation *const cki_take_along_operations[];

#endif
