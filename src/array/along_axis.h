/* apply_along_axis, apply_over_axes: users' functions of one axis at a time. */
#ifndef CKI_ARRAY_ALONG_AXIS_H
#define CKI_ARRAY_ALONG_AXIS_H

#include "expr/operation.h"

extern const cki_operation *const cki_along_axis_operations[];

#endif
