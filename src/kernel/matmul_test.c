/* Products against the definition: small whole numbers, which every type holds exactly.
 */
#include "core/memory.h"
#include "kernel/matmul.h"
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const cask_dtype types[] = {CASK_BOOL, CASK_I8,  CASK_U8,  CASK_I16, CASK_U16,
                                   CASK_I32,  CASK_U32, CASK_I64, CASK_U64, CASK_F16,
                                   CASK_F32,  CASK_F64, CASK_C64, CASK_C128};

/* Numbers 0, 1, 2 in some order, in another order of memory if `turned`. */
static cask_value *matrix(cki_dtype dtype, int64_t rows, int64_t columns, int64_t seed, bool turned)
{
    int64_t shape[2] = {turned ? columns : rows, turned ? rows : columns};
    cask_value *numbers = cki_array_new(cki_dtype_of(CASK_I64), 2, shape, NULL);
    cask_value *value = cki_array_new(dtype, 2, shape, NULL), *back;
    int64_t *x = (int64_t *)(void *)numbers->as.array->data;
    int axes[2] = {1, 0};

    for (int64_t i = 0; i < rows * columns; i++)
        x[i] = (i * 7 + seed) % 11 % 3;
    assert_int_equal(cki_array_cast(value->as.array, numbers->as.array, NULL), CASK_OK);
    cask_value_unref(numbers);
    if (!turned)
        return value;
    back = cki_array_permute(value->as.array, axes, NULL);
    cask_value_unref(value);
    return back;
}

static double at(const cki_array *array, int64_t i, int64_t k)
{
    double number[2];

    assert_int_equal(cki_array_cast_element(cki_dtype_of(CASK_C128), number, array->dtype,
                                            cki_array_at(array, (int64_t[]){i, k}), NULL),
                     CASK_OK);
    return number[0];
}

static void check(const cki_array *a, const cki_array *b, bool accumulate)
{
    int64_t shape[2] = {a->shape[0], b->shape[1]};
    cask_value *out = cki_array_zeros(a->dtype, 2, shape, NULL);
    bool truth = a->dtype.id == CASK_BOOL;
    cki_error error = {0};

    if (accumulate)
        assert_int_equal(cki_matmul_run(a, b, out->as.array, false, &error), CASK_OK);
    assert_int_equal(cki_matmul_run(a, b, out->as.array, accumulate, &error), CASK_OK);
    for (int64_t i = 0; i < shape[0]; i++) {
        for (int64_t j = 0; j < shape[1]; j++) {
            double sum = 0;

            for (int64_t k = 0; k < a->shape[1]; k++)
                sum += at(a, i, k) * at(b, k, j);
            sum = truth ? sum > 0 : accumulate ? 2 * sum : sum;
            assert_true(at(out->as.array, i, j) == sum);
        }
    }
    cask_value_unref(out);
}

static void products(void **state)
{
    static const int64_t sizes[][3] = {{1, 1, 1}, {3, 4, 5}, {5, 1, 2}, {2, 9, 1}, {4, 0, 3}};

    (void)state;
    for (size_t t = 0; t < sizeof types / sizeof *types; t++) {
        for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
            for (int turned = 0; turned < 4; turned++) {
                cki_dtype dtype = cki_dtype_of(types[t]);
                cask_value *a = matrix(dtype, sizes[s][0], sizes[s][1], 1, turned & 1);
                cask_value *b = matrix(dtype, sizes[s][1], sizes[s][2], 5, turned & 2);

                check(a->as.array, b->as.array, false);
                check(a->as.array, b->as.array, true);
                cask_value_unref(a);
                cask_value_unref(b);
            }
        }
    }
}

/* Every second row and column, backwards: no BLAS stride. */
static void strided(void **state)
{
    cask_value *whole = matrix(cki_dtype_of(CASK_F64), 8, 8, 3, false);
    cask_value *part = cki_array_slice(whole->as.array, (int64_t[]){7, 6}, (int64_t[]){4, 4},
                                       (int64_t[]){-2, -2}, NULL);

    (void)state;
    check(part->as.array, part->as.array, false);
    check(part->as.array, whole->as.array, false);
    cask_value_unref(part);
    cask_value_unref(whole);
}

static void wraps(void **state)
{
    int64_t shape[2] = {1, 1};
    cask_value *a = cki_array_new(cki_dtype_of(CASK_I8), 2, shape, NULL);
    cask_value *out = cki_array_new(cki_dtype_of(CASK_I8), 2, shape, NULL);

    (void)state;
    a->as.array->data[0] = 100;
    assert_int_equal(cki_matmul_run(a->as.array, a->as.array, out->as.array, false, NULL), CASK_OK);
    assert_int_equal((int8_t)out->as.array->data[0], 16); /* 10000 modulo 256 */
    cask_value_unref(a);
    cask_value_unref(out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(products), cmocka_unit_test(strided),
                                       cmocka_unit_test(wraps)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
