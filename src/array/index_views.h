/* Indexers: x.blocks[...], which picks whole chunks, and x.vindex[...], which picks points. */
#ifndef CKI_ARRAY_INDEX_VIEWS_H
#define CKI_ARRAY_INDEX_VIEWS_H

#include "array/index.h"

/* The array with only some of its chunks: an index of the grid of chunks, as Dask's x.blocks. */
cask_array cki_index_blocks(cki_build *build, cask_array x, cask_value *index);
/* Pointwise indexing: index arrays are broadcast together and their axes come first. */
cask_array cki_index_points(cki_build *build, cask_array x, cask_value *index);

#endif
