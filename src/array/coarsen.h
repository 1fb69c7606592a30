/* coarsen: reducing over neighbouring elements. */
#ifndef CKI_ARRAY_COARSEN_H
#define CKI_ARRAY_COARSEN_H

#include "expr/operation.h"

extern const cki_operation *const cki_coarsen_operations[];

#endif
