/* reduction: reductions made of users' functions. */
#ifndef CKI_ARRAY_REDUCTION_H
#define CKI_ARRAY_REDUCTION_H

#include "expr/operation.h"

extern const cki_operation *const cki_reduction_operations[];

#endif
