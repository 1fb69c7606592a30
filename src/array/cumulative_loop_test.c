/* Tests of the cumulative loops, against numpy.cumsum and numpy.cumprod. */
#include "array/cumulative_loop.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static cask_value *make(cask_dtype id, int ndim, const int64_t *shape, const void *data,
                        size_t size)
{
    cask_value *value = cki_array_new(cki_dtype_of(id), ndim, shape, NULL);
    assert_non_null(value);
    memcpy(cki_array_of(value)->data, data, size);
    return value;
}

static void check(cask_value *value, const void *expected, size_t size)
{
    assert_memory_equal(cki_array_of(value)->data, expected, size);
    cask_value_unref(value);
}

/* numpy.arange(1, 7).reshape(2, 3).cumsum(axis=0), .cumsum(axis=1), .cumprod(axis=1) */
static void test_axes(void **state)
{
    (void)state;
    const int64_t shape[] = {2, 3}, data[] = {1, 2, 3, 4, 5, 6};
    const int64_t down[] = {1, 2, 3, 5, 7, 9}, across[] = {1, 3, 6, 4, 9, 15};
    const int64_t product[] = {1, 2, 6, 4, 20, 120};
    cask_value *x = make(CASK_I64, 2, shape, data, sizeof data);
    assert_int_equal(cki_cumulative_loop_scan(cki_array_of(x), 0, CKI_CUMULATIVE_SUM, NULL, NULL),
                     CASK_OK);
    check(x, down, sizeof down);
    x = make(CASK_I64, 2, shape, data, sizeof data);
    assert_int_equal(cki_cumulative_loop_scan(cki_array_of(x), 1, CKI_CUMULATIVE_SUM, NULL, NULL),
                     CASK_OK);
    check(x, across, sizeof across);
    x = make(CASK_I64, 2, shape, data, sizeof data);
    assert_int_equal(
        cki_cumulative_loop_scan(cki_array_of(x), 1, CKI_CUMULATIVE_PRODUCT, NULL, NULL), CASK_OK);
    check(x, product, sizeof product);
}

/* The same with 10 and 20 before the rows: cumsum of [10, 1, 2, 3] and [20, 4, 5, 6]. */
static void test_before(void **state)
{
    (void)state;
    const int64_t shape[] = {2, 3}, column[] = {2, 1};
    const double data[] = {1, 2, 3, 4, 5, 6}, before[] = {10, 20};
    const double expected[] = {11, 13, 16, 24, 29, 35};
    cask_value *x = make(CASK_F64, 2, shape, data, sizeof data);
    cask_value *start = make(CASK_F64, 2, column, before, sizeof before);
    assert_int_equal(
        cki_cumulative_loop_scan(cki_array_of(x), 1, CKI_CUMULATIVE_SUM, cki_array_of(start), NULL),
        CASK_OK);
    check(x, expected, sizeof expected);
    cask_value_unref(start);
}

/* Integers wrap: numpy.array([2**62, 2**62, 2**62]).cumsum() and cumprod of the first two. */
static void test_wrap(void **state)
{
    (void)state;
    const int64_t shape[] = {3}, big = INT64_C(1) << 62;
    const int64_t data[] = {big, big, big}, expected[] = {big, INT64_MIN, -big};
    cask_value *x = make(CASK_I64, 1, shape, data, sizeof data);
    assert_int_equal(cki_cumulative_loop_scan(cki_array_of(x), 0, CKI_CUMULATIVE_SUM, NULL, NULL),
                     CASK_OK);
    check(x, expected, sizeof expected);
}

/* numpy.float16 rounds at each step: cumsum of 2048, 1, 1 stays at 2048. */
static void test_half(void **state)
{
    (void)state;
    const int64_t shape[] = {3};
    const uint16_t data[] = {0x6800, 0x3c00, 0x3c00}, expected[] = {0x6800, 0x6800, 0x6800};
    cask_value *x = make(CASK_F16, 1, shape, data, sizeof data);
    assert_int_equal(cki_cumulative_loop_scan(cki_array_of(x), 0, CKI_CUMULATIVE_SUM, NULL, NULL),
                     CASK_OK);
    check(x, expected, sizeof expected);
}

static void test_types(void **state)
{
    (void)state;
    const cask_dtype from[] = {CASK_BOOL, CASK_I8, CASK_U16, CASK_U64, CASK_F32, CASK_C128};
    const cask_dtype to[] = {CASK_I64, CASK_I64, CASK_U64, CASK_U64, CASK_F32, CASK_C128};
    for (size_t i = 0; i < sizeof from / sizeof *from; i++)
        assert_int_equal(cki_cumulative_loop_dtype(cki_dtype_of(from[i])).id, to[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_axes), cmocka_unit_test(test_before), cmocka_unit_test(test_wrap),
        cmocka_unit_test(test_half), cmocka_unit_test(test_types),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
