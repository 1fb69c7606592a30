/* Choosing between arrays: select and choose. */
#ifndef CKI_ARRAY_CHOICE_H
#define CKI_ARRAY_CHOICE_H

#include "array/node.h"

extern const cki_operation *const cki_choice_operations[];

#endif
