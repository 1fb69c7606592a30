/* Index notation: which axes of the arguments of a blockwise call meet, and the chunks that result.
 */
#ifndef CKI_ARRAY_BLOCKWISE_INDEX_H
#define CKI_ARRAY_BLOCKWISE_INDEX_H

#include "array/blockwise.h"

enum { CKI_BLOCKWISE_LABELS = 96 };

/* A blockwise call in the making. Axes are known by labels, small numbers; those that the result
 * does not have go along none of its axes. */
typedef struct cki_blockwise_index {
    cki_blockwise spec; /* arguments' `along` and the result's axes are filled here */
    cki_blockwise_argument *arguments;          /* spec.arguments, to be filled */
    int16_t (*labels)[CKI_MAX_NDIM];            /* of each argument's axes */
    int16_t out[CKI_MAX_NDIM];                  /* of the result's; spec.ndim of them */
    bool align;                                 /* arrays are rechunked to have the same chunks */
    cask_value *added[CKI_BLOCKWISE_LABELS];    /* chunks of a label that no array has; borrowed */
    cask_value *adjusted[CKI_BLOCKWISE_LABELS]; /* new chunks: int, tuple, function; borrowed */
} cki_blockwise_index;

/* Find the chunks of the result. ValueError "Unknown dimension", "Dimension 0 has 2 blocks, ...".
 */
cask_status cki_blockwise_index_resolve(cki_build *build, cki_blockwise_index *index);

#endif
