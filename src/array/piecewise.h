/* piecewise: another function, or number, for each of several conditions. */
#ifndef CKI_ARRAY_PIECEWISE_H
#define CKI_ARRAY_PIECEWISE_H

#include "expr/operation.h"

extern const cki_operation *const cki_piecewise_operations[];

#endif
