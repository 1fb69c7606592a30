/* Flat indices and indices along axes, each made from the other. */
#ifndef CKI_ARRAY_UNRAVEL_H
#define CKI_ARRAY_UNRAVEL_H

#include "array/node.h"

extern const cki_operation *const cki_unravel_operations[];

#endif
