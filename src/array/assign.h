/* Assignment as a function: the array that x would be after x[index] = value. */
#ifndef CKI_ARRAY_ASSIGN_H
#define CKI_ARRAY_ASSIGN_H

#include "expr/operation.h"

extern const cki_operation *const cki_assign_operations[];

#endif
