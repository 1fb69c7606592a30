/* Least squares, and the rank of matrices. */
#ifndef CKI_ARRAY_LSTSQ_H
#define CKI_ARRAY_LSTSQ_H

#include "array/node.h"

extern const cki_operation *const cki_lstsq_operations[];

#endif
