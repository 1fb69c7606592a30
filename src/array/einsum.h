/* einsum: sums of products by subscripts. */
#ifndef CKI_ARRAY_EINSUM_H
#define CKI_ARRAY_EINSUM_H

#include "array/node.h"

extern const cki_operation *const cki_einsum_operations[];

#endif
