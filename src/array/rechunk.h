/* Rechunking: the same array in other blocks. */
#ifndef CKI_ARRAY_RECHUNK_H
#define CKI_ARRAY_RECHUNK_H

#include "array/index.h"

/* x in the blocks of `axes` (same lengths); x itself if it has them. */
cask_array cki_rechunk_to(cki_build *build, cask_array x, const cki_axis *axes);
/* Every axis flagged in one block. */
cask_array cki_rechunk_single(cki_build *build, cask_array x, const bool *axes);
/* x.rechunk(chunks, balance=...) with Dask's forms of `chunks`; `limit` bytes a block, 0 the
 * default. */
cask_array cki_rechunk_value(cki_build *build, cask_array x, const cask_value *chunks,
                             uint64_t limit, bool balance);
/* The picked part of a rechunk node, made from that part of its input; NULL without error if `node`
 * is none. */
cask_array cki_rechunk_push(cki_build *build, cask_array node, const cki_pick *picks,
                            const cki_axis *axes);

extern const cki_operation *const cki_rechunk_operations[];

#endif
