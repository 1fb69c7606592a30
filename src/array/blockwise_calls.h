/* blockwise, the operation. */
#ifndef CKI_ARRAY_BLOCKWISE_CALLS_H
#define CKI_ARRAY_BLOCKWISE_CALLS_H

#include "expr/operation.h"

extern const cki_operation *const cki_blockwise_operations[];

#endif
