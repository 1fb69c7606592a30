/* Eigenvalues of hermitian matrices that fit into memory. */
#ifndef CKI_ARRAY_EIGH_H
#define CKI_ARRAY_EIGH_H

#include "array/node.h"

extern const cki_operation *const cki_eigh_operations[];

#endif
