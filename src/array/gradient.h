/* Differences and sums along axes: gradient, ediff1d, trapz. */
#ifndef CKI_ARRAY_GRADIENT_H
#define CKI_ARRAY_GRADIENT_H

#include "expr/operation.h"

extern const cki_operation *const cki_gradient_operations[];

#endif
