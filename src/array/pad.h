/* Padding: an array with more elements around it. */
#ifndef CKI_ARRAY_PAD_H
#define CKI_ARRAY_PAD_H

#include "array/node.h"

/* x with one value before and behind it along each axis; widths[axis][before, behind]. The value is
 * an array of 0 dimensions. */
cask_array cki_pad_constant(cki_build *build, cask_array x, int64_t (*widths)[2], cask_array value);

extern const cki_operation *const cki_pad_operations[];

#endif
