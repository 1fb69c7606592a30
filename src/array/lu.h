/* LU decomposition with partial pivoting, out of core: by panels, which are columns of blocks. */
#ifndef CKI_ARRAY_LU_H
#define CKI_ARRAY_LU_H

#include "array/node.h"

/* A factored matrix (n, n): rows exchanged, it is l @ u. */
typedef struct cki_lu {
    cask_array panels; /* blocks are lists: a panel of l and u in one matrix, and its pivots */
    cask_array pivots; /* (n), the exchanges of rows */
} cki_lu;

/* Of a square matrix of known length, of a type that LAPACK has. */
bool cki_lu_factor(cki_build *build, cask_array a, cki_lu *lu);
/* The factors, and the permutation matrix p with a = p @ l @ u, in the chunks of `axes`. */
cask_array cki_lu_lower(cki_build *build, const cki_lu *lu, const cki_axis *axes);
cask_array cki_lu_upper(cki_build *build, const cki_lu *lu, const cki_axis *axes);
cask_array cki_lu_permutation(cki_build *build, const cki_lu *lu, const cki_axis *axes);
/* The rows of b (n, k) exchanged as a's were; rows in the chunks of that axis, columns in b's. */
cask_array cki_lu_exchange(cki_build *build, const cki_lu *lu, cask_array b, const cki_axis *rows);
/* The diagonal of u (n), and 1 or -1 by the parity of the exchanges, in the same type. */
cask_array cki_lu_diagonal(cki_build *build, const cki_lu *lu);
cask_array cki_lu_parity(cki_build *build, const cki_lu *lu);

#endif
