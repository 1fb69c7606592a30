/* Computing: the operations on anything lazy that compute it, hold it, or only optimise it. */
#ifndef CKI_SPEC_COMPUTING_H
#define CKI_SPEC_COMPUTING_H

#include "expr/operation.h"

/* compute, persist, optimize. */
extern const cki_operation *const cki_computing_operations[];

#endif
