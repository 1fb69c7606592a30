/* Tests of the order of elements: places and counts that NumPy 1.24's argsort (stable) and
 * searchsorted give. */
#include "array/order.h"
#include "core/memory.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static cask_value *array_of(cki_dtype dtype, int64_t count, const void *elements)
{
    cask_value *array = cki_array_new(dtype, 1, &count, NULL);
    assert_non_null(array);
    memcpy(cki_array_of(array)->data, elements, (size_t)count * cki_dtype_size(dtype));
    return array;
}

/* numpy.argsort(elements, kind='stable') is `want`. */
static void sorts_as(cki_dtype dtype, int64_t count, const void *elements, const int64_t *want)
{
    cki_error error = {0};
    cki_order order;
    cask_value *array = array_of(dtype, count, elements);
    assert_int_equal(cki_order_open(&order, cki_array_of(array), &error), CASK_OK);
    int64_t *sorted = cki_order_sorted(&order, &error);
    assert_non_null(sorted);
    for (int64_t i = 0; i < count; i++)
        assert_int_equal(sorted[i], want[i]);
    cki_memory_free(sorted);
    cki_order_close(&order);
    cask_value_unref(array);
}

static void sorts_numbers(void **state)
{
    (void)state;
    const double doubles[] = {3, (double)NAN, -0.0, 0.0, -(double)INFINITY, (double)INFINITY, -2.5,
                              3};
    sorts_as(cki_dtype_of(CASK_F64), 8, doubles, (int64_t[]){4, 6, 2, 3, 0, 7, 5, 1});
    const float floats[] = {NAN, 1, -1};
    sorts_as(cki_dtype_of(CASK_F32), 3, floats, (int64_t[]){2, 1, 0});
    const int8_t bytes[] = {-128, 127, 0, -1};
    sorts_as(cki_dtype_of(CASK_I8), 4, bytes, (int64_t[]){0, 3, 2, 1});
    const uint64_t naturals[] = {UINT64_MAX, 0, (uint64_t)1 << 63};
    sorts_as(cki_dtype_of(CASK_U64), 3, naturals, (int64_t[]){1, 2, 0});
    const int64_t integers[] = {INT64_MAX, INT64_MIN, 0, 5, -5};
    sorts_as(cki_dtype_of(CASK_I64), 5, integers, (int64_t[]){1, 4, 2, 3, 0});
}

static void sorts_the_rest(void **state)
{
    (void)state;
    const int64_t times[] = {CKI_NAT, INT64_MAX, 0, -7};
    cki_dtype days = {.id = CASK_DATETIME, .unit = CKI_UNIT_DAY, .count = 1};
    sorts_as(days, 4, times, (int64_t[]){3, 2, 1, 0});
    const double numbers[][2] = {{1, (double)NAN}, {(double)NAN, 0},           {2, 1},
                                 {2, -1},          {(double)NAN, (double)NAN}, {1, 0}};
    sorts_as(cki_dtype_of(CASK_C128), 6, numbers, (int64_t[]){5, 3, 2, 0, 1, 4});
    const uint32_t texts[] = {'b', 0, 'a', 'b', 'a', 0, 0x1F600, 0};
    sorts_as((cki_dtype){.id = CASK_STR, .count = 2}, 4, texts, (int64_t[]){2, 1, 0, 3});
}

static void searches(void **state)
{
    (void)state;
    const double sorted[] = {1, 2, 2, 2, 5, (double)NAN}, wanted[] = {0, 2, 3, 5, 9, (double)NAN};
    const int64_t left[] = {0, 1, 4, 4, 5, 5}, right[] = {0, 4, 4, 5, 5, 6};
    cki_error error = {0};
    cki_order in, of;
    cask_value *a = array_of(cki_dtype_of(CASK_F64), 6, sorted);
    cask_value *b = array_of(cki_dtype_of(CASK_F64), 6, wanted);
    assert_int_equal(cki_order_open(&in, cki_array_of(a), &error), CASK_OK);
    assert_int_equal(cki_order_open(&of, cki_array_of(b), &error), CASK_OK);
    for (int64_t i = 0; i < 6; i++) {
        assert_int_equal(cki_order_search(&in, NULL, &of, i, false), left[i]);
        assert_int_equal(cki_order_search(&in, NULL, &of, i, true), right[i]);
        assert_int_equal(cki_order_missing(&of, i), i == 5);
    }
    cki_order_close(&in);
    cki_order_close(&of);
    cask_value_unref(a);
    cask_value_unref(b);
}

/* numpy.argsort(numpy.arange(60) * 37 % 7 * 1.0), whose order of equal elements is its own */
static void sorts_as_numpy(void **state)
{
    (void)state;
    const int64_t wanted[] = {0,  28, 35, 14, 7,  49, 42, 56, 21, 4,  46, 11, 39, 53, 32,
                              18, 25, 43, 22, 36, 57, 50, 29, 8,  1,  15, 19, 26, 47, 40,
                              12, 54, 33, 5,  9,  37, 23, 16, 30, 58, 2,  44, 51, 6,  48,
                              55, 41, 20, 13, 34, 27, 10, 38, 52, 3,  31, 17, 24, 45, 59};
    double numbers[60];
    for (int i = 0; i < 60; i++)
        numbers[i] = i * 37 % 7;
    cki_error error = {0};
    cki_order order;
    cask_value *a = array_of(cki_dtype_of(CASK_F64), 60, numbers);
    assert_int_equal(cki_order_open(&order, cki_array_of(a), &error), CASK_OK);
    int64_t *at = cki_order_quick(&order, &error);
    assert_non_null(at);
    assert_memory_equal(at, wanted, sizeof wanted);
    cki_memory_free(at);
    cki_order_close(&order);
    cask_value_unref(a);
}

/* Runs of rising keys, few or many, with and without places: in order, equal ones as they came. */
static void sorts_runs(void **state)
{
    (void)state;
    enum { COUNT = 5000 };
    static uint64_t keys[COUNT], alone[COUNT], drawn[COUNT];
    static int64_t places[COUNT];
    cki_error error = {0};
    cki_order_room room;
    assert_int_equal(cki_order_room_open(&room, COUNT, true, &error), CASK_OK);
    for (int64_t runs = 1; runs <= 12; runs++)
        for (int64_t count = runs; count <= COUNT; count = count * 3 + runs) {
            uint64_t seed = (uint64_t)(runs * 31 + count);
            for (int64_t i = 0, at = 0; i < count; i++, at++) {
                seed = seed * 6364136223846793005u + 1442695040888963407u;
                at = i % ((count + runs - 1) / runs) ? at : 0;
                drawn[i] = keys[i] = alone[i] =
                    (uint64_t)at / 3 + (seed >> 60) * (uint64_t)(at == 0);
                places[i] = i;
            }
            cki_order_sort_keys(keys, places, count, &room);
            cki_order_sort_keys(alone, NULL, count, &room);
            for (int64_t i = 0; i < count; i++) {
                assert_true(keys[i] == alone[i] && keys[i] == drawn[places[i]]);
                assert_true(i == 0 || keys[i - 1] < keys[i] ||
                            (keys[i - 1] == keys[i] && places[i - 1] < places[i]));
            }
        }
    cki_order_room_close(&room);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sorts_runs),     cmocka_unit_test(sorts_numbers),
        cmocka_unit_test(sorts_the_rest), cmocka_unit_test(searches),
        cmocka_unit_test(sorts_as_numpy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
