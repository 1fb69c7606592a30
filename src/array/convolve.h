/* convolve, correlate: sums of products along a 1-d array. */
#ifndef CKI_ARRAY_CONVOLVE_H
#define CKI_ARRAY_CONVOLVE_H

#include "expr/operation.h"

extern const cki_operation *const cki_convolve_operations[];

#endif
