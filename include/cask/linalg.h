/* Linear algebra on lazy arrays: products, decompositions, systems of equations, norms.
 *
 * All of it runs block by block, so matrices may be larger than memory; which chunks an operation
 * takes is said with it, and cask_array_rechunk() makes them. Types are float32, float64, complex64
 * and complex128; integers and bools are computed in float64. What only computing can find (a
 * singular matrix, one that is not positive definite) is a LinAlgError of cask_array_compute(). */
#include "cask.h" /* before the guard: it includes this header in its turn */

#ifndef CASK_LINALG_H
#define CASK_LINALG_H

#include "array.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- products ---- */

/* Matrix product as numpy.matmul: other axes broadcast. */
CASK_API
cask_array cask_array_matmul(cask_array a, cask_array b);
/* Sum of products over pairs of axes, as numpy.tensordot: of_a.axes[i] with of_b.axes[i]. */
CASK_API
cask_array cask_array_tensordot(cask_array a, cask_array b, cask_axes of_a, cask_axes of_b);
/* numpy.einsum: "ij,jk->ik", one term for each of `count` arrays. ValueError for subscripts that do
 * not fit. */
CASK_API
cask_array cask_array_einsum(const char *subscripts, const cask_array *arrays, size_t count);

/* ---- norms ---- */

typedef enum cask_norm_kind {
    CASK_NORM_DEFAULT, /* of a vector the 2-norm, of a matrix Frobenius' */
    CASK_NORM_NUCLEAR, /* sum of singular values: of a matrix in one column or row of blocks */
    CASK_NORM_ORDER    /* numpy.linalg.norm's `ord` as a number: 1, -1, 2, -2, 0, INFINITY, ... */
} cask_norm_kind;

/* Which norm; NULL and zero are the defaults. */
typedef struct cask_norm {
    cask_norm_kind kind;
    double order;   /* for CASK_NORM_ORDER */
    cask_axes axes; /* one for vectors, two for matrices; default all of one or two axes */
    bool keepdims;  /* leave those axes with length 1 */
} cask_norm;

/* Norms of the vectors or matrices in x, as float64. ValueError for an order that they have not. */
CASK_API
cask_array cask_array_norm(cask_array x, const cask_norm *how);

/* ---- decompositions; all members are poison arrays if the call failed ---- */

/* a (m, n) = q (m, k) @ r (k, n), k = min(m, n). a in one column of blocks (tall and skinny: direct
 * TSQR) or one row of them, the first not taller than wide; NotImplementedError otherwise. */
typedef struct cask_qr {
    cask_array q, r;
} cask_qr;
CASK_API
cask_qr cask_array_qr(cask_array a);

/* a (m, n) = u (m, k) * s (k) @ v (k, n), k = min(m, n), singular values largest first, rows of v
 * with sums >= 0. a in one column or one row of blocks; NotImplementedError otherwise. */
typedef struct cask_svd {
    cask_array u, s, v;
} cask_svd;
CASK_API
cask_svd cask_array_svd(cask_array a);

/* How svd_compressed looks for the subspace; NULL and zero are the defaults. */
typedef struct cask_compression {
    int power_iterations; /* the more, the more exact; 2 to 4 where singular values fall slowly */
    int oversamples;      /* further dimensions that are sampled; default 10 */
    bool by_qr;           /* orthonormalise between iterations: slower, more stable */
    bool seeded;          /* with `seed`: the same result every time; else never the same bits */
    int64_t seed;
    bool compute; /* keep the result of each step in memory, now */
} cask_compression;
/* The k largest singular values of a matrix in any chunks, and their vectors, approximately: u (m,
 * k), s (k), v (k, n). Halko, Martinsson and Tropp, 2011. */
CASK_API
cask_svd cask_array_svd_compressed(cask_array a, int64_t k, const cask_compression *how);

/* a = p @ l @ u with pivots from whole columns: p a permutation, l lower triangular with ones on
 * its diagonal, u upper triangular. Chunks of a are squares of one size (ValueError). */
typedef struct cask_lu {
    cask_array p, l, u;
} cask_lu;
CASK_API
cask_lu cask_array_lu(cask_array a);

/* The upper triangular u with a = u^H @ u of a hermitian positive definite matrix, or if `lower` l
 * with a = l @ l^H. Chunks of a are squares of one size. */
CASK_API
cask_array cask_array_cholesky(cask_array a, bool lower);

/* Eigenvalues w (n), ascending, and eigenvectors v (n, n), in columns, of a hermitian matrix, whose
 * lower triangle is read. The matrix is gathered into one block: it must fit into memory. */
typedef struct cask_eigh {
    cask_array w, v;
} cask_eigh;
CASK_API
cask_eigh cask_array_eigh(cask_array a);

/* ---- systems of equations ---- */

/* x with a @ x = b for a square a and b (n) or (n, k): by LU, or if `positive` (a is hermitian and
 * positive definite) by Cholesky. Chunks of a are squares of one size, b's rows are cut alike. */
CASK_API
cask_array cask_array_solve(cask_array a, cask_array b, bool positive);
/* The same for a triangular a, of which only that triangle is read. */
CASK_API
cask_array cask_array_solve_triangular(cask_array a, cask_array b, bool lower);
/* The inverse, and the determinant, of a square matrix. */
CASK_API
cask_array cask_array_inv(cask_array a);
CASK_API
cask_array cask_array_det(cask_array a);

/* x that makes a @ x closest to b, by QR: a (m, n) in one column of blocks, m >= n, b (m) or (m,
 * k). With it the sums of squared differences, the rank of a, and its singular values. */
typedef struct cask_lstsq {
    cask_array x, residuals, rank, s;
} cask_lstsq;
CASK_API
cask_lstsq cask_array_lstsq(cask_array a, cask_array b);

#ifdef __cplusplus
}
#endif

#endif
