/* Splitting an array along an axis into a list of arrays. */
#ifndef CKI_ARRAY_SPLIT_H
#define CKI_ARRAY_SPLIT_H

#include "array/node.h"

extern const cki_operation *const cki_split_operations[];

#endif
