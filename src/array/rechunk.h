/* Rechunking: the same array in other blocks. */
#ifndef CKI_ARRAY_RECHUNK_H
#define CKI_ARRAY_RECHUNK_H

#include "array/node.h"

/* x in the blocks of `axes` (same lengths); x itself if it has them. */
cask_array cki_rechunk_to(cki_build *build, cask_array x, const cki_axis *axes);
/* Every axis flagged in one block. */
cask_array cki_rechunk_single(cki_build *build, cask_array x, const bool *axes);

#endif
