/* Factorisations: their products give the matrix back, for every type, shape and order of memory.
 */
#include "core/memory.h"
#include "kernel/lapack.h"
#include <complex.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

typedef double complex number;

static cki_error none; /* of what does not fail */

static const cask_dtype types[] = {CASK_F32, CASK_F64, CASK_C64, CASK_C128};
enum { TYPES = sizeof types / sizeof *types };

static double tolerance(cki_dtype dtype)
{
    return cki_dtype_real(dtype).id == CASK_F32 ? 2e-4 : 1e-11;
}

/* Numbers between -1 and 1; every second of a larger matrix, turned, if `odd`. */
static cask_value *matrix(cki_dtype dtype, int64_t m, int64_t n, uint64_t seed, bool odd)
{
    int64_t shape[2] = {odd ? 2 * n : m, odd ? 2 * m : n};
    cask_value *numbers = cki_array_new(cki_dtype_of(CASK_C128), 2, shape, NULL);
    cask_value *made = cki_array_new(dtype, 2, shape, NULL);
    double *x = (double *)(void *)numbers->as.array->data;

    for (int64_t i = 0; i < 2 * shape[0] * shape[1]; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        x[i] = (double)(int32_t)(seed >> 32) / 2147483648.0;
    }
    assert_int_equal(cki_array_cast(made->as.array, numbers->as.array, NULL), CASK_OK);
    cask_value_unref(numbers);
    if (!odd)
        return made;
    cask_value *part = cki_array_slice(made->as.array, (int64_t[]){0, 1}, (int64_t[]){n, m},
                                       (int64_t[]){2, 2}, NULL);
    cask_value *turned = cki_array_permute(part->as.array, (int[]){1, 0}, NULL);
    cask_value_unref(part);
    cask_value_unref(made);
    return turned;
}

static number at(const cask_value *value, int64_t i, int64_t j)
{
    const cki_array *array = cki_array_of(value);
    int64_t index[2] = {i, j};
    double parts[2] = {0};

    assert_int_equal(cki_array_cast_element(cki_dtype_of(CASK_C128), parts, array->dtype,
                                            cki_array_at(array, index), NULL),
                     CASK_OK);
    number made;
    memcpy(&made, parts, sizeof made);
    return made;
}

static void near(number got, number want, cki_dtype dtype)
{
    assert_true(cabs(got - want) <= tolerance(dtype) * (1 + cabs(want)));
}

/* Element (i, j) of a @ b, or of a^H @ b. */
static number product(const cask_value *a, const cask_value *b, int64_t i, int64_t j, bool adjoint)
{
    number sum = 0;

    for (int64_t k = 0; k < b->as.array->shape[0]; k++)
        sum += (adjoint ? conj(at(a, k, i)) : at(a, i, k)) * at(b, k, j);
    return sum;
}

static void orthonormal(const cask_value *q)
{
    for (int64_t i = 0; i < q->as.array->shape[1]; i++)
        for (int64_t j = 0; j < q->as.array->shape[1]; j++)
            near(product(q, q, i, j, true), i == j, q->as.array->dtype);
}

static const int64_t shapes[][2] = {{1, 1}, {5, 3}, {3, 5}, {6, 6}, {40, 7}, {0, 3}, {3, 0}};
enum { SHAPES = sizeof shapes / sizeof *shapes };

static void qr_of(cask_value *a)
{
    cask_value *q, *r, *alone;
    int64_t m = a->as.array->shape[0], n = a->as.array->shape[1], k = m < n ? m : n;

    assert_int_equal(cki_lapack_qr(a->as.array, &q, &r, &none), CASK_OK);
    assert_int_equal(cki_lapack_qr(a->as.array, NULL, &alone, &none), CASK_OK);
    assert_int_equal(q->as.array->shape[1], k);
    assert_int_equal(r->as.array->shape[0], k);
    assert_true(cki_value_equal(r, alone));
    orthonormal(q);
    for (int64_t i = 0; i < m; i++)
        for (int64_t j = 0; j < n; j++)
            near(product(q, r, i, j, false), at(a, i, j), a->as.array->dtype);
    for (int64_t i = 0; i < k; i++)
        for (int64_t j = 0; j < i && j < n; j++)
            assert_true(at(r, i, j) == 0);
    cask_value_unref(q);
    cask_value_unref(r);
    cask_value_unref(alone);
}

/* a v = w v for all of them, whatever matrix it is. */
static void eig_of(const cask_value *a)
{
    cask_value *w, *v, *alone;
    int64_t n = a->as.array->shape[0];

    assert_int_equal(cki_lapack_eig(a->as.array, &w, &v, &none), CASK_OK);
    assert_int_equal(cki_lapack_eig(a->as.array, &alone, NULL, &none), CASK_OK);
    assert_int_equal(cki_array_size(alone->as.array), n);
    for (int64_t k = 0; k < n; k++) {
        number value;
        memcpy(&value, w->as.array->data + k * w->as.array->strides[0], sizeof value);
        for (int64_t i = 0; i < n; i++)
            near(product(a, v, i, k, false), value * at(v, i, k), a->as.array->dtype);
    }
    cask_value_unref(w);
    cask_value_unref(v);
    cask_value_unref(alone);
}

static void svd_of(cask_value *a, bool full)
{
    cask_value *u, *s, *vh, *alone;
    int64_t m = a->as.array->shape[0], n = a->as.array->shape[1], k = m < n ? m : n;
    cki_dtype dtype = a->as.array->dtype;

    assert_int_equal(cki_lapack_svd(a->as.array, full, &u, &s, &vh, &none), CASK_OK);
    assert_int_equal(cki_lapack_svd(a->as.array, full, NULL, &alone, NULL, &none), CASK_OK);
    assert_int_equal(u->as.array->shape[1], full ? m : k);
    assert_int_equal(vh->as.array->shape[0], full ? n : k);
    orthonormal(u);
    cask_value *v = cki_array_permute(vh->as.array, (int[]){1, 0}, NULL);
    orthonormal(v);
    for (int64_t i = 0; i < m; i++)
        for (int64_t j = 0; j < n; j++) {
            number sum = 0;
            for (int64_t l = 0; l < k; l++)
                sum += at(u, i, l) * at(s, l, 0) * at(vh, l, j);
            near(sum, at(a, i, j), dtype);
        }
    for (int64_t l = 0; l < k; l++) {
        near(at(s, l, 0), at(alone, l, 0), dtype);
        assert_true(l == 0 || creal(at(s, l, 0)) <= creal(at(s, l - 1, 0)));
    }
    cask_value_unref(u);
    cask_value_unref(s);
    cask_value_unref(v);
    cask_value_unref(vh);
    cask_value_unref(alone);
}

static void factors(void **state)
{
    (void)state;
    for (size_t t = 0; t < TYPES; t++)
        for (size_t i = 0; i < SHAPES; i++)
            for (int odd = 0; odd < 2; odd++) {
                cask_value *a =
                    matrix(cki_dtype_of(types[t]), shapes[i][0], shapes[i][1], i + 1, odd);
                qr_of(a);
                svd_of(a, false);
                svd_of(a, true);
                if (shapes[i][0] == shapes[i][1])
                    eig_of(a);
                cask_value_unref(a);
            }
}

/* a^H a + I: hermitian and positive definite. */
static cask_value *positive(cki_dtype dtype, int64_t n)
{
    cask_value *a = matrix(dtype, n, n, 9, false), *wide, *made;

    wide = cki_array_new(cki_dtype_of(CASK_C128), 2, (int64_t[]){n, n}, NULL);
    made = cki_array_new(dtype, 2, (int64_t[]){n, n}, NULL);
    number *x = (number *)(void *)wide->as.array->data;
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < n; j++)
            x[i * n + j] = product(a, a, i, j, true) + (i == j);
    assert_int_equal(cki_array_cast(made->as.array, wide->as.array, NULL), CASK_OK);
    cask_value_unref(a);
    cask_value_unref(wide);
    return made;
}

static void symmetric(void **state)
{
    (void)state;
    for (size_t t = 0; t < TYPES; t++) {
        cki_dtype dtype = cki_dtype_of(types[t]);
        cask_value *a = positive(dtype, 6), *l, *w, *v;
        cki_error error = {0};
        assert_int_equal(cki_lapack_cholesky(a->as.array, &l, &none), CASK_OK);
        for (int lower = 0; lower < 2; lower++) {
            assert_int_equal(cki_lapack_eigh(a->as.array, lower, &w, &v, &none), CASK_OK);
            orthonormal(v);
            for (int64_t i = 0; i < 6; i++)
                for (int64_t j = 0; j < 6; j++)
                    near(product(a, v, i, j, false), at(v, i, j) * at(w, j, 0), dtype);
            cask_value_unref(w);
            cask_value_unref(v);
        }
        for (int64_t i = 0; i < 6; i++)
            for (int64_t j = 0; j < 6; j++) {
                number sum = 0;
                for (int64_t k = 0; k < 6; k++)
                    sum += at(l, i, k) * conj(at(l, j, k));
                near(sum, at(a, i, j), dtype);
                assert_true(j <= i || at(l, i, j) == 0);
            }
        cask_value_unref(l);
        /* minus a is not positive */
        for (size_t i = 0; i < 36 * cki_dtype_size(dtype); i++)
            a->as.array->data[i] = 0;
        assert_int_equal(cki_lapack_cholesky(a->as.array, &l, &error), CASK_INVALID);
        assert_string_equal(error.python, "LinAlgError");
        assert_null(l);
        cask_value_unref(a);
    }
}

static void lu(void **state)
{
    (void)state;
    for (size_t t = 0; t < TYPES; t++) {
        cki_dtype dtype = cki_dtype_of(types[t]);
        cask_value *a = matrix(dtype, 9, 4, 3, false), *f = matrix(dtype, 9, 4, 3, false);
        int pivots[4];
        int64_t rows[9] = {0, 1, 2, 3, 4, 5, 6, 7, 8};
        assert_int_equal(cki_lapack_lu(f->as.array, pivots, &none), CASK_OK);
        for (int i = 0; i < 4; i++) {
            int64_t row = rows[i];
            assert_in_range(pivots[i], i, 8);
            rows[i] = rows[pivots[i]];
            rows[pivots[i]] = row;
        }
        for (int64_t i = 0; i < 9; i++)
            for (int64_t j = 0; j < 4; j++) {
                number sum = 0;
                for (int64_t k = 0; k <= i && k <= j; k++)
                    sum += (k == i ? 1 : at(f, i, k)) * at(f, k, j);
                near(sum, at(a, rows[i], j), dtype);
            }
        cask_value_unref(a);
        cask_value_unref(f);
    }
}

static number entry(const cask_value *a, int64_t i, int64_t j, int how)
{
    bool adjoint = how & CKI_LAPACK_ADJOINT;
    int64_t row = adjoint ? j : i, column = adjoint ? i : j;

    if (row == column && (how & CKI_LAPACK_UNIT))
        return 1;
    if (how & CKI_LAPACK_LOWER ? row < column : row > column)
        return 0;
    return adjoint ? conj(at(a, row, column)) : at(a, row, column);
}

static void triangular(void **state)
{
    enum { N = 4 };
    (void)state;
    for (size_t t = 0; t < TYPES; t++)
        for (int how = 0; how < 16; how++) {
            cki_dtype dtype = cki_dtype_of(types[t]);
            cask_value *a = positive(dtype, N);
            cask_value *b = matrix(dtype, N, N, 5, false), *x = matrix(dtype, N, N, 5, false);
            assert_int_equal(cki_lapack_triangular(a->as.array, x->as.array, how, 0, &none),
                             CASK_OK);
            for (int64_t i = 0; i < N; i++)
                for (int64_t j = 0; j < N; j++) {
                    number sum = 0;
                    for (int64_t k = 0; k < N; k++)
                        sum += how & CKI_LAPACK_RIGHT ? at(x, i, k) * entry(a, k, j, how)
                                                      : entry(a, i, k, how) * at(x, k, j);
                    near(sum, at(b, i, j), dtype);
                }
            cask_value_unref(a);
            cask_value_unref(b);
            cask_value_unref(x);
        }
}

static void singular(void **state)
{
    cask_value *a = cki_array_zeros(cki_dtype_of(CASK_F64), 2, (int64_t[]){2, 2}, NULL);
    cask_value *b = cki_array_zeros(cki_dtype_of(CASK_F64), 2, (int64_t[]){2, 1}, NULL);
    cki_error error = {0};

    (void)state;
    assert_int_equal(cki_lapack_triangular(a->as.array, b->as.array, 0, 7, &error), CASK_INVALID);
    assert_string_equal(error.python, "LinAlgError");
    assert_string_equal(error.message, "singular matrix: resolution failed at diagonal 7");
    cask_value_unref(a);
    cask_value_unref(b);
}

static void conjugates(void **state)
{
    (void)state;
    for (size_t t = 0; t < TYPES; t++) {
        cask_value *a = matrix(cki_dtype_of(types[t]), 3, 2, 4, true);
        cask_value *c = cki_lapack_conjugate(a->as.array, &none);
        for (int64_t i = 0; i < 3; i++)
            for (int64_t j = 0; j < 2; j++)
                assert_true(at(c, i, j) == conj(at(a, i, j)));
        cask_value_unref(a);
        cask_value_unref(c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(factors),  cmocka_unit_test(symmetric),
                                       cmocka_unit_test(lu),       cmocka_unit_test(triangular),
                                       cmocka_unit_test(singular), cmocka_unit_test(conjugates)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
