/* Routines: operations that are nothing but others put together. */
#ifndef CKI_ARRAY_ROUTINES_H
#define CKI_ARRAY_ROUTINES_H

#include "array/node.h"

extern const cki_operation *const cki_routines_operations[];

#endif
