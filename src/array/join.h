/* Joining: arrays one after the other along an axis, old or new. */
#ifndef CKI_ARRAY_JOIN_H
#define CKI_ARRAY_JOIN_H

#include "array/node.h"

/* Types are promoted, other axes unified. ValueError in NumPy's words where shapes do not fit. */
cask_array cki_join_concatenate(cki_build *build, const cask_array *arrays, size_t count,
                                int axis);
cask_array cki_join_stack(cki_build *build, const cask_array *arrays, size_t count, int axis);

#endif
