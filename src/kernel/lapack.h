/* Factorisations of one matrix in memory, by LAPACK on one thread. Matrices are 2-d arrays of
 * float32, float64, complex64 or complex128 in any strides; results are new arrays (some in
 * Fortran's order), NULL on failure. Sizes of 0 are allowed; `error` is never NULL. */
#ifndef CKI_KERNEL_LAPACK_H
#define CKI_KERNEL_LAPACK_H

#include "value/array.h"

/* a (m, n) = q (m, k) @ r (k, n), k = min(m, n), r upper triangular. `q` may be NULL: not wanted.
 */
cask_status cki_lapack_qr(const cki_array *a, cask_value **q, cask_value **r, cki_error *error);

/* a (m, n) = u (m, k) * s (k) @ vh (k, n), k = min(m, n), or with all of u (m, m) and vh (n, n) if
 * `full`. `u` and `vh` may both be NULL: not wanted. LinAlgError "SVD did not converge". */
cask_status cki_lapack_svd(const cki_array *a, bool full, cask_value **u, cask_value **s,
                           cask_value **vh, cki_error *error);

/* Eigenvalues, ascending, and eigenvectors (columns; NULL: not wanted) of a hermitian matrix, of
 * which only the lower (upper) triangle is read. LinAlgError "Eigenvalues did not converge". */
cask_status cki_lapack_eigh(const cki_array *a, bool lower, cask_value **w, cask_value **v,
                            cki_error *error);

/* Eigenvalues and right eigenvectors (columns of length 1; NULL: not wanted) of any square matrix:
 * complex128, computed in double precision. LinAlgError "Eigenvalues did not converge", and "Array
 * must not contain infs or NaNs". */
cask_status cki_lapack_eig(const cki_array *a, cask_value **w, cask_value **v, cki_error *error);

/* The lower triangular l with a = l @ l^H; only a's lower triangle is read. LinAlgError "Matrix is
 * not positive definite". */
cask_status cki_lapack_cholesky(const cki_array *a, cask_value **l, cki_error *error);

/* In place, a (m, n) C-contiguous, m >= n: the unit lower l below the diagonal and u above it, rows
 * exchanged: row i with row pivots[i] (>= i), one after the other. A singular matrix gives a zero
 * in u. */
cask_status cki_lapack_lu(const cki_array *a, int *pivots, cki_error *error);

/* How cki_lapack_triangular takes its matrix. */
enum {
    CKI_LAPACK_LOWER = 1,
    CKI_LAPACK_UNIT = 2,    /* ones on the diagonal, whatever is stored there */
    CKI_LAPACK_ADJOINT = 4, /* its conjugate transpose */
    CKI_LAPACK_RIGHT = 8    /* x @ a = b instead of a @ x = b */
};
/* b (m, n) C-contiguous = x, in place. LinAlgError "singular matrix: resolution failed at diagonal
 * 3", counted from `first`. */
cask_status cki_lapack_triangular(const cki_array *a, const cki_array *b, int how, int64_t first,
                                  cki_error *error);

/* A new C-contiguous array of the conjugates. */
cask_value *cki_lapack_conjugate(const cki_array *a, cki_error *error);

#endif
