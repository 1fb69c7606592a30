/* QR, LU and Cholesky of a matrix in memory, and triangular systems.
 */
#include "kernel/lapack.h"
#include "core/memory.h"
#include "kernel/lapack_memory.h"
#include "kernel/openblas.h"
#include <limits.h>
#include <string.h>

static int at_least_one(int64_t length)
{
    return length > 1 ? (int)length : 1;
}

/* ---- QR ---- */

/* The upper triangle of the first k rows of `a`, zeros below. */
static cask_value *upper_of(const cki_array *a, int64_t k, cki_error *error)
{
    int64_t n = a->shape[1], stride = (int64_t)cki_dtype_size(a->dtype);
    cask_value *made = cki_array_zeros(a->dtype, 2, (int64_t[]){k, n}, error);

    for (int64_t i = 0; made && i < k; i++) {
        cki_array from = *a, to = *cki_array_of(made);
        from.data += i * a->strides[0] + i * a->strides[1];
        to.data += (i * n + i) * stride;
        from.ndim = to.ndim = 1;
        from.shape[0] = to.shape[0] = n - i;
        from.strides[0] = a->strides[1];
        to.strides[0] = stride;
        cki_array_copy(&to, &from);
    }
    return made;
}

/* Columns that are factored at once. LAPACK's usual routines (geqrf, orgqr) take up to 128 one by
 * one, at the speed of memory; geqrt factors blocks by recursion, in products of matrices. */
enum { BLOCK = 32 };

/* The triangles that belong to the Householder vectors of each block of columns. */
typedef struct reflectors {
    void *t, *work;
    int block;
} reflectors;

static void close_reflectors(reflectors *r)
{
    cki_memory_free(r->t);
    cki_memory_free(r->work);
}

/* Factor `f` (m, n) in place: r above, Householder vectors below. */
static cask_status factor(const cki_lapack_routines *lapack, const cki_array *f, reflectors *r,
                          cki_error *error)
{
    int m = (int)f->shape[0], n = (int)f->shape[1], k = m < n ? m : n, lda = at_least_one(m);
    int info = 0;
    size_t size = cki_dtype_size(f->dtype);

    r->block = k < BLOCK ? k : BLOCK;
    r->t = cki_lapack_memory_work((int64_t)r->block * k, size, error);
    r->work = r->t ? cki_lapack_memory_work((int64_t)r->block * n, size, error) : NULL;
    if (!r->work)
        return CASK_MEMORY;
    lapack->geqrt(&m, &n, &r->block, f->data, &lda, r->t, &r->block, r->work, &info);
    return info ? cki_fail_internal(error, "geqrt") : CASK_OK;
}

/* The first k columns of Q: the blocks of reflectors, from the last to the first, applied to those
 * of the identity; each changes only what is below and to the right of where it begins. */
static cask_value *form(const cki_lapack_routines *lapack, const cki_array *f, const reflectors *r,
                        cki_error *error)
{
    int64_t m = f->shape[0], k = m < f->shape[1] ? m : f->shape[1];
    cask_value *q = cki_lapack_memory_eye(f->dtype, m, k, error);
    int64_t size = (int64_t)cki_dtype_size(f->dtype), block = r->block > 0 ? r->block : 1;
    int lda = at_least_one(m);

    for (int64_t i = (k - 1) / block * block; q && k > 0 && i >= 0; i -= block) {
        int rows = (int)(m - i), columns = (int)(k - i);
        int width = columns < r->block ? columns : r->block;
        int64_t at = (i * m + i) * size;
        lapack->larfb("L", "N", "F", "C", &rows, &columns, &width, f->data + at, &lda,
                      (const unsigned char *)r->t + i * r->block * size, &r->block,
                      cki_array_of(q)->data + at, &lda, r->work, &columns, 1, 1, 1, 1);
    }
    return q;
}

cask_status cki_lapack_qr(const cki_array *a, cask_value **q, cask_value **r, cki_error *error)
{
    const cki_lapack_routines *lapack = cki_lapack_memory_open(a, error);
    cask_value *copy = lapack ? cki_lapack_memory_copy(a, error) : NULL, *made = NULL, *up = NULL;
    reflectors w = {0};
    int64_t k = a->shape[0] < a->shape[1] ? a->shape[0] : a->shape[1];
    unsigned mode = cki_lapack_memory_flush();

    if (q)
        *q = NULL;
    *r = NULL;
    if (copy && (k == 0 || factor(lapack, cki_array_of(copy), &w, error) == CASK_OK)) {
        up = upper_of(cki_array_of(copy), k, error);
        if (up && q)
            made = form(lapack, cki_array_of(copy), &w, error);
    }
    cki_lapack_memory_restore(mode);
    close_reflectors(&w);
    cask_value_unref(copy);
    if (!up || (q && !made)) {
        cask_value_unref(up);
        cask_value_unref(made);
        return error->status;
    }
    if (q)
        *q = made;
    *r = up;
    return CASK_OK;
}

/* ---- Cholesky and LU ---- */

cask_status cki_lapack_cholesky(const cki_array *a, cask_value **l, cki_error *error)
{
    const cki_lapack_routines *lapack = cki_lapack_memory_open(a, error);
    int n = (int)a->shape[0], lda = at_least_one(n), info = 0;
    cask_value *copy = lapack ? cki_array_zeros(a->dtype, 2, a->shape, error) : NULL;
    int64_t stride = (int64_t)cki_dtype_size(a->dtype);

    *l = NULL;
    if (!copy)
        return error->status;
    /* In C's order the lower triangle of a is Fortran's upper one of its transpose, whose factor
     * u has u^H u = a^T: so u^T, the same memory, is the l wanted. */
    for (int64_t i = 0; i < n; i++) {
        cki_array from = *a, to = *cki_array_of(copy);
        from.data += i * a->strides[0];
        to.data += i * n * stride;
        from.ndim = to.ndim = 1;
        from.shape[0] = to.shape[0] = i + 1;
        from.strides[0] = a->strides[1];
        to.strides[0] = stride;
        cki_array_copy(&to, &from);
    }
    if (n > 0)
        lapack->potrf("U", &n, cki_array_of(copy)->data, &lda, &info, 1);
    if (info) {
        cask_value_unref(copy);
        return cki_fail(error, CASK_INVALID, "LinAlgError", "Matrix is not positive definite");
    }
    *l = copy;
    return CASK_OK;
}

cask_status cki_lapack_lu(const cki_array *a, int *pivots, cki_error *error)
{
    const cki_lapack_routines *lapack = cki_lapack_memory_open(a, error);
    cask_value *copy = lapack ? cki_lapack_memory_copy(a, error) : NULL;
    int m = (int)a->shape[0], n = (int)a->shape[1], lda = at_least_one(m), info = 0;

    if (!copy)
        return error->status;
    if (m > 0 && n > 0)
        lapack->getrf(&m, &n, cki_array_of(copy)->data, &lda, pivots, &info);
    for (int i = 0; i < (m < n ? m : n); i++)
        pivots[i]--;
    cki_array_copy(a, cki_array_of(copy));
    cask_value_unref(copy);
    return info < 0 ? cki_fail_internal(error, "getrf") : CASK_OK;
}

/* ---- triangular systems ---- */

static bool is_zero(const cki_array *a, int64_t i)
{
    static const unsigned char zeros[16];
    const unsigned char *at = a->data + i * (a->strides[0] + a->strides[1]);
    double number[2] = {0};

    if (memcmp(at, zeros, cki_dtype_size(a->dtype)) == 0)
        return true;
    cki_error none = {0};
    (void)cki_array_cast_element(cki_dtype_of(CASK_C128), number, a->dtype, at, &none);
    return number[0] == 0 && number[1] == 0;
}

static void solve(const cki_openblas *blas, const cki_array *a, const cki_array *b, int how)
{
    blasint m = (blasint)b->shape[0], n = (blasint)b->shape[1];
    blasint lda = at_least_one(a->shape[1]), ldb = at_least_one(n);
    const double one[2] = {1, 0};
    const float one_single[2] = {1, 0};
    CBLAS_SIDE side = how & CKI_LAPACK_RIGHT ? CblasRight : CblasLeft;
    CBLAS_UPLO uplo = how & CKI_LAPACK_LOWER ? CblasLower : CblasUpper;
    CBLAS_TRANSPOSE turn = how & CKI_LAPACK_ADJOINT ? CblasConjTrans : CblasNoTrans;
    CBLAS_DIAG diagonal = how & CKI_LAPACK_UNIT ? CblasUnit : CblasNonUnit;

    if (b->dtype.id == CASK_F64)
        blas->dtrsm(CblasRowMajor, side, uplo, turn, diagonal, m, n, 1, (void *)a->data, lda,
                    (void *)b->data, ldb);
    else if (b->dtype.id == CASK_F32)
        blas->strsm(CblasRowMajor, side, uplo, turn, diagonal, m, n, 1, (void *)a->data, lda,
                    (void *)b->data, ldb);
    else if (b->dtype.id == CASK_C128)
        blas->ztrsm(CblasRowMajor, side, uplo, turn, diagonal, m, n, one, a->data, lda, b->data,
                    ldb);
    else
        blas->ctrsm(CblasRowMajor, side, uplo, turn, diagonal, m, n, one_single, a->data, lda,
                    b->data, ldb);
}

cask_status cki_lapack_triangular(const cki_array *a, const cki_array *b, int how, int64_t first,
                                  cki_error *error)
{
    const cki_openblas *blas = cki_lapack_memory_open(b, error) ? cki_openblas_load(error) : NULL;
    int64_t n = a->shape[0];
    cki_array compact = *a;
    cask_value *copy = NULL;

    if (!blas)
        return error->status;
    for (int64_t i = 0; i < n && !(how & CKI_LAPACK_UNIT); i++)
        if (is_zero(a, i)) {
            long long at = first + i;
            return cki_fail(error, CASK_INVALID, "LinAlgError",
                            "singular matrix: resolution failed at diagonal %lld", at);
        }
    if (b->shape[0] == 0 || b->shape[1] == 0)
        return CASK_OK;
    if (!cki_array_contiguous(a)) {
        copy = cki_array_new(a->dtype, 2, a->shape, error);
        if (!copy)
            return error->status;
        cki_array_copy(cki_array_of(copy), a);
        compact = *cki_array_of(copy);
    }
    solve(blas, &compact, b, how);
    cask_value_unref(copy);
    return CASK_OK;
}

cask_value *cki_lapack_conjugate(const cki_array *a, cki_error *error)
{
    cask_value *made = cki_array_new(a->dtype, a->ndim, a->shape, error);

    if (!made)
        return NULL;
    cki_array_copy(cki_array_of(made), a);
    int64_t count = cki_array_size(a);
    if (a->dtype.id == CASK_C128)
        for (int64_t i = 0; i < count; i++)
            ((double *)(void *)cki_array_of(made)->data)[2 * i + 1] *= -1;
    else if (a->dtype.id == CASK_C64)
        for (int64_t i = 0; i < count; i++)
            ((float *)(void *)cki_array_of(made)->data)[2 * i + 1] *= -1;
    return made;
}
