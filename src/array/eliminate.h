/* Elimination by blocks: triangular systems and Cholesky factors, each block made of the blocks
 * before it. */
#ifndef CKI_ARRAY_ELIMINATE_H
#define CKI_ARRAY_ELIMINATE_H

#include "array/node.h"

/* x with a @ x = b: a (n, n) triangular, the same chunks on both its axes as b (n, k) has on its
 * first; of one type, which LAPACK has. The other triangle is not read. `unit`: the diagonal counts
 * as ones. LinAlgError, when it is computed, if an element of the diagonal is zero. */
cask_array cki_eliminate_solve(cki_build *build, cask_array a, cask_array b, bool lower, bool unit);
/* The lower triangular l with a = l @ l^H; a has the same chunks on both axes, and only its lower
 * triangle is read. LinAlgError, when it is computed, if a is not positive definite. */
cask_array cki_eliminate_cholesky(cki_build *build, cask_array a);

#endif
