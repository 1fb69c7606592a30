/* The array room's operations: the tables of its files, in one list for the context. */
#ifndef CKI_ARRAY_OPERATIONS_H
#define CKI_ARRAY_OPERATIONS_H

#include "expr/operation.h"

extern const cki_operation *const *const cki_operations_tables[];

#endif
