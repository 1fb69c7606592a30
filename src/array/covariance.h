/* Covariances and correlations. */
#ifndef CKI_ARRAY_COVARIANCE_H
#define CKI_ARRAY_COVARIANCE_H

#include "array/node.h"

extern const cki_operation *const cki_covariance_operations[];

#endif
