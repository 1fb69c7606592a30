/* interp: piecewise linear functions. */
#ifndef CKI_ARRAY_INTERP_H
#define CKI_ARRAY_INTERP_H

#include "expr/operation.h"

extern const cki_operation *const cki_interp_operations[];

#endif
