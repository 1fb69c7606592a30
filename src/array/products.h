/* Products made of others: kron, cross, inner, multi_dot, matrix_power. */
#ifndef CKI_ARRAY_PRODUCTS_H
#define CKI_ARRAY_PRODUCTS_H

#include "array/node.h"

extern const cki_operation *const cki_products_operations[];

#endif
