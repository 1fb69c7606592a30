/* Sets: intersect1d, setdiff1d, setxor1d, in1d. */
#ifndef CKI_ARRAY_SETOPS_H
#define CKI_ARRAY_SETOPS_H

#include "expr/operation.h"

extern const cki_operation *const cki_setops_operations[];

#endif
