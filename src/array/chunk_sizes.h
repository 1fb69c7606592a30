/* Arrays under another description: chunk sizes found by computing, elements seen as another type.
 */
#ifndef CKI_ARRAY_CHUNK_SIZES_H
#define CKI_ARRAY_CHUNK_SIZES_H

#include "array/node.h"

/* x with its unknown chunk sizes found by computing its blocks, once here and again for what is
 * made of them; x itself if it has none. */
cask_array cki_chunk_sizes_known(cki_build *build, cask_array x);

extern const cki_operation *const cki_chunk_sizes_operations[];

#endif
