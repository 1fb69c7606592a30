/* Arrays from delayed values. */
#ifndef CKI_ARRAY_FROM_DELAYED_H
#define CKI_ARRAY_FROM_DELAYED_H

#include "array/node.h"

/* A lazy thing of one block, of another collection, that will be an array (or a number) of that
 * shape; its elements are converted to the type. */
cask_array cki_from_delayed_array(cki_build *build, const cki_node *value, cki_dtype dtype,
                                  int ndim, const int64_t *shape);

extern const cki_operation *const cki_from_delayed_operations[];

#endif
