/* What only arrays in memory have.
 */
#ifndef CKI_ARRAY_CONCRETE_H
#define CKI_ARRAY_CONCRETE_H

#include "expr/operation.h"

extern const cki_operation *const cki_concrete_operations[];

#endif
