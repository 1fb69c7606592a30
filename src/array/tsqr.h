/* Tall and skinny matrices, a column of blocks: their QR and singular value decompositions. */
#ifndef CKI_ARRAY_TSQR_H
#define CKI_ARRAY_TSQR_H

#include "array/node.h"

typedef struct cki_tsqr {
    cask_array q, r;     /* x = q @ r: (m, k) and (k, n), k = min(m, n) */
    cask_array u, s, vh; /* x = u * s @ vh: (m, k), (k), (k, n) */
} cki_tsqr;

/* Of x (m, n), n in one chunk: q and r; or, if `svd`, u, s and vh, in which with `signs` the rows
 * of vh have sums >= 0. Direct TSQR (Benson, Gleich and Demmel, 2013): each block is factored, the
 * R's, stacked, are factored in their turn, in steps as long as they fill more than the largest
 * block, and the Q's are multiplied. ValueError if x is no such matrix. */
bool cki_tsqr_factor(cki_build *build, cask_array x, bool svd, bool signs, cki_tsqr *result);

#endif
