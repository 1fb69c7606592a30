/* The different elements of an array: unique, union1d. */
#ifndef CKI_ARRAY_UNIQUE_H
#define CKI_ARRAY_UNIQUE_H

#include "array/node.h"

extern const cki_operation *const cki_unique_operations[];

#endif
