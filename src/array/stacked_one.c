/* One matrix of a stack, by LAPACK: determinants and inverses from one LU factorisation. */
#include "array/stacked_one.h"
#include "core/memory.h"
#include "kernel/lapack.h"

#include <complex.h>
#include <math.h>
#include <string.h>

/* A copy in C's order. */
static cask_value *copy_of(const cki_array *a, cki_error *error)
{
    cask_value *copy = cki_array_new(a->dtype, a->ndim, a->shape, error);
    if (copy && cki_array_cast(cki_array_of(copy), a, error) != CASK_OK) {
        cask_value_unref(copy);
        copy = NULL;
    }
    return copy;
}

static double complex element(const cki_array *a, int64_t i, int64_t k)
{
    double parts[2] = {0, 0};
    (void)cki_array_cast_element(cki_dtype_of(CASK_C128), parts, a->dtype,
                                 a->data + i * a->strides[0] + k * a->strides[1], NULL);
    double complex number; /* laid out as its parts (C17 6.2.5) */
    memcpy(&number, parts, sizeof number);
    return number;
}

/* A number without axes, in a type that may be real. */
static cask_value *number_of(double complex number, cki_dtype dtype, cki_error *error)
{
    double parts[2] = {creal(number), cimag(number)};
    cask_value *made = cki_array_new(dtype, 0, NULL, error);
    bool two = cki_dtype_is_complex(dtype);
    if (made && cki_array_cast_element(dtype, cki_array_of(made)->data,
                                       cki_dtype_of(two ? CASK_C128 : CASK_F64), parts, error)) {
        cask_value_unref(made);
        made = NULL;
    }
    return made;
}

/* ---- by LU ---- */

typedef struct factors {
    cask_value *lu;
    int *pivots;
} factors;

static void free_factors(factors *f)
{
    cask_value_unref(f->lu);
    cki_memory_free(f->pivots);
}

static cask_status factor(const cki_array *a, factors *f, cki_error *error)
{
    size_t n = (size_t)a->shape[0];
    f->lu = copy_of(a, error);
    f->pivots = f->lu ? cki_memory_alloc((n + 1) * sizeof *f->pivots) : NULL;
    if (!f->pivots)
        return f->lu ? cki_fail_memory(error, n * sizeof *f->pivots) : error->status;
    return cki_lapack_lu(cki_array_of(f->lu), f->pivots, error);
}

static double sign_of(const factors *f, int64_t n)
{
    double sign = 1;
    for (int64_t i = 0; i < n; i++)
        sign = f->pivots[i] == (int)i ? sign : -sign;
    return sign;
}

static cask_status determinant(const factors *f, cask_value **parts, cki_error *error)
{
    const cki_array *lu = cki_array_of(f->lu);
    double complex product = sign_of(f, lu->shape[0]);
    for (int64_t i = 0; i < lu->shape[0]; i++)
        product *= element(lu, i, i);
    parts[0] = number_of(product, lu->dtype, error);
    return error->status;
}

static cask_status logarithm(const factors *f, cask_value **parts, cki_error *error)
{
    const cki_array *lu = cki_array_of(f->lu);
    double complex sign = sign_of(f, lu->shape[0]);
    double sum = 0;
    for (int64_t i = 0; i < lu->shape[0]; i++) {
        double complex x = element(lu, i, i);
        double size = cabs(x);
        sign = size > 0 ? sign * (x / size) : 0;
        sum += log(size);
    }
    parts[0] = number_of(sign, lu->dtype, error);
    parts[1] = parts[0] ? number_of(sum, cki_dtype_real(lu->dtype), error) : NULL;
    return error->status;
}

static void exchange_rows(const cki_array *b, const int *pivots, int64_t n)
{
    size_t row = (size_t)b->shape[1] * cki_dtype_size(b->dtype);
    for (int64_t i = 0; i < n && row > 0; i++) {
        unsigned char *x = b->data + (size_t)i * row, *y = b->data + (size_t)pivots[i] * row;
        for (size_t k = 0; x != y && k < row; k++) {
            unsigned char kept = x[k];
            x[k] = y[k];
            y[k] = kept;
        }
    }
}

/* x with a @ x = b; `b` is a new array, which becomes x. */
static cask_status solve(const factors *f, const cki_array *b, cki_error *error)
{
    const cki_array *lu = cki_array_of(f->lu);
    for (int64_t i = 0; i < lu->shape[0]; i++)
        if (element(lu, i, i) == 0)
            return cki_fail(error, CASK_INVALID, "LinAlgError", "Singular matrix");
    exchange_rows(b, f->pivots, lu->shape[0]);
    cask_status status = cki_lapack_triangular(lu, b, CKI_LAPACK_LOWER | CKI_LAPACK_UNIT, 0, error);
    return status == CASK_OK ? cki_lapack_triangular(lu, b, 0, 0, error) : status;
}

static cask_value *identity(const cki_array *like, cki_error *error)
{
    cask_value *made = cki_array_zeros(like->dtype, 2, like->shape, error);
    const cki_array *to = cki_array_of(made);
    double one = 1;
    for (int64_t i = 0; to && i < to->shape[0]; i++)
        (void)cki_array_cast_element(to->dtype, to->data + i * (to->strides[0] + to->strides[1]),
                                     cki_dtype_of(CASK_F64), &one, NULL);
    return made;
}

static cask_status by_lu(cki_stacked_kind kind, const cki_array *a, const cki_array *b,
                         cask_value **parts, cki_error *error)
{
    factors f = {0};
    if (factor(a, &f, error) != CASK_OK) {
        free_factors(&f);
        return error->status;
    }
    if (kind == CKI_STACKED_DET)
        determinant(&f, parts, error);
    else if (kind == CKI_STACKED_SLOGDET)
        logarithm(&f, parts, error);
    else
        parts[0] = kind == CKI_STACKED_INV ? identity(a, error) : b ? copy_of(b, error) : NULL;
    bool solving = kind == CKI_STACKED_INV || kind == CKI_STACKED_SOLVE;
    if (solving && parts[0])
        solve(&f, cki_array_of(parts[0]), error);
    free_factors(&f);
    return error->status;
}

cask_status cki_stacked_one(cki_stacked_kind kind, bool upper, const cki_array *a,
                            const cki_array *b, cask_value **parts, cki_error *error)
{
    switch (kind) {
    case CKI_STACKED_DET:
    case CKI_STACKED_SLOGDET:
    case CKI_STACKED_INV:
    case CKI_STACKED_SOLVE:
        return by_lu(kind, a, b, parts, error);
    case CKI_STACKED_CHOLESKY:
        return cki_lapack_cholesky(a, &parts[0], error);
    case CKI_STACKED_QR:
        return cki_lapack_qr(a, &parts[0], &parts[1], error);
    case CKI_STACKED_SVD:
    case CKI_STACKED_SVD_FULL:
        return cki_lapack_svd(a, kind == CKI_STACKED_SVD_FULL, &parts[0], &parts[1], &parts[2],
                              error);
    case CKI_STACKED_SINGULAR:
        return cki_lapack_svd(a, false, NULL, &parts[0], NULL, error);
    case CKI_STACKED_EIGH:
        return cki_lapack_eigh(a, !upper, &parts[0], &parts[1], error);
    case CKI_STACKED_EIGVALSH:
        return cki_lapack_eigh(a, !upper, &parts[0], NULL, error);
    case CKI_STACKED_EIG:
        return cki_lapack_eig(a, &parts[0], &parts[1], error);
    case CKI_STACKED_EIGVALS:
        return cki_lapack_eig(a, &parts[0], NULL, error);
    }
    return cki_fail_internal(error, "array.stacked");
}
