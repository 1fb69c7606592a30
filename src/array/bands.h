/* Blocks for a file in C order: bands of whole rows, which lie in it in one piece. */
#ifndef CKI_ARRAY_BANDS_H
#define CKI_ARRAY_BANDS_H

#include "array/node.h"

/* x in blocks that are each one piece of such a file, if x is larger than `limit` bytes, its own
 * blocks are many short pieces, and a band of them takes little beside the limit; else x itself.
 * NULL on failure. */
cask_array cki_bands_make(cki_build *build, cask_array x, size_t limit);

#endif
