/* Blocks for products of large matrices: neither slivers nor slabs. */
#ifndef CKI_ARRAY_CONTRACT_CHUNKS_H
#define CKI_ARRAY_CONTRACT_CHUNKS_H

#include "array/node.h"

/* The matrices a (m, k) and b (k, n) in blocks that multiply well, if theirs do not and the product
 * is large enough to pay for moving them; else both stay. False with the error set on failure. */
bool cki_contract_chunks_choose(cki_build *build, cask_array *a, cask_array *b);

#endif
