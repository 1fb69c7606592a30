/* Norms of vectors and matrices. */
#ifndef CKI_ARRAY_NORM_H
#define CKI_ARRAY_NORM_H

#include "array/node.h"

extern const cki_operation *const cki_norm_operations[];

#endif
