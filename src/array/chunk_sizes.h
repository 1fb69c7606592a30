/* Arrays under another description: chunk sizes found by computing, elements seen as another type.
 */
#ifndef CKI_ARRAY_CHUNK_SIZES_H
#define CKI_ARRAY_CHUNK_SIZES_H

#include "expr/operation.h"

extern const cki_operation *const cki_chunk_sizes_operations[];

#endif
