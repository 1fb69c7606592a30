/* Creation: arrays made of nothing but a rule. */
#ifndef CKI_ARRAY_CREATION_H
#define CKI_ARRAY_CREATION_H

#include "array/node.h"

extern const cki_operation *const cki_creation_operations[];

/* Every element `value`, as NumPy would convert it to dtype. Costs nothing however large. */
cask_array cki_creation_full(cki_build *build, const char *label, double value, cki_dtype dtype,
                             int ndim, const cki_axis *axes);

#endif
