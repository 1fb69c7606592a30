/* Tests of sorting blocks: against plain insertion, for few and many elements, and stability. */
#include "array/order.h"
#include "array/sort.h"
#include "core/memory.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static uint64_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 33;
}

/* Doubles with many equal ones, a NaN here and there. */
static cask_value *sample(int ndim, const int64_t *shape, uint64_t seed)
{
    cask_value *made = cki_array_new(cki_dtype_of(CASK_F64), ndim, shape, NULL);
    assert_non_null(made);
    double *to = (double *)(void *)cki_array_of(made)->data;
    for (int64_t i = 0; i < cki_array_size(cki_array_of(made)); i++) {
        double number = (double)(next_random(&seed) % 1000) - 500;
        to[i] = next_random(&seed) % 50 == 0 ? (double)NAN : number / 8;
    }
    return made;
}

static double number_at(const cki_array *x, const int64_t *index)
{
    double number;
    memcpy(&number, cki_array_at(x, index), sizeof number);
    return number;
}

/* Whether a comes before b or equals it, NaN last. */
static bool rises(double a, double b)
{
    return isnan(b) || (!isnan(a) && a <= b);
}

/* Each line along the axis rises; places are a permutation of each line that gives it, equal ones
 * as they stand. */
static void check_lines(int ndim, const int64_t *shape, int axis, uint64_t seed)
{
    cki_error error = {0};
    cask_value *x = sample(ndim, shape, seed);
    cask_value *sorted = cki_sort_block(cki_array_of(x), axis, false, &error);
    cask_value *places = cki_sort_block(cki_array_of(x), axis, true, &error);
    assert_int_equal(error.status, CASK_OK);
    int64_t index[2] = {0}, before[2], source[2];
    for (index[0] = 0; index[0] < shape[0]; index[0]++)
        for (index[1] = 0; index[1] < shape[1]; index[1]++) {
            double here = number_at(cki_array_of(sorted), index);
            int64_t place, other;
            memcpy(&place, cki_array_at(cki_array_of(places), index), sizeof place);
            assert_in_range(place, 0, shape[axis] - 1);
            memcpy(source, index, sizeof source);
            source[axis] = place;
            double from = number_at(cki_array_of(x), source);
            assert_true(from == here || (isnan(from) && isnan(here)));
            if (index[axis] == 0)
                continue;
            memcpy(before, index, sizeof before);
            before[axis]--;
            double last = number_at(cki_array_of(sorted), before);
            memcpy(&other, cki_array_at(cki_array_of(places), before), sizeof other);
            assert_true(rises(last, here));
            if (last == here || (isnan(last) && isnan(here)))
                assert_true(other < place);
        }
    cask_value_unref(x);
    cask_value_unref(sorted);
    cask_value_unref(places);
}

static void lines_along_both_axes_rise(void **state)
{
    static const int64_t shapes[][2] = {{1, 1}, {1, 13}, {7, 100}, {3, 2047}, {2, 2049}, {5, 9000}};
    (void)state;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        for (int axis = 0; axis < 2; axis++)
            check_lines(2, shapes[i], axis, i + 1);
}

/* All 256 elements of a type of one byte, and of two bytes all that there are. */
static void every_element_comes_back(cki_dtype dtype, int64_t count)
{
    cki_error error = {0};
    cask_value *x = cki_array_new(dtype, 1, &count, NULL);
    size_t size = cki_dtype_size(dtype);
    assert_non_null(x);
    for (int64_t i = 0; i < count; i++) {
        uint16_t bits = (uint16_t)(i * 40503); /* odd: all of them, in some order */
        memcpy(cki_array_of(x)->data + (size_t)i * size, &bits, size);
    }
    cask_value *sorted = cki_sort_block(cki_array_of(x), 0, false, &error);
    cki_order order;
    assert_non_null(sorted);
    assert_int_equal(cki_order_open(&order, cki_array_of(sorted), &error), CASK_OK);
    for (int64_t i = 1; i < count; i++)
        assert_true(cki_order_compare(&order, i - 1, &order, i) <= 0);
    cki_order_close(&order);
    unsigned char *seen = cki_memory_calloc((size_t)count, 1);
    int64_t missing = 0;
    for (int64_t i = 0; i < count; i++) {
        uint16_t bits = 0;
        memcpy(&bits, cki_array_of(sorted)->data + (size_t)i * size, size);
        seen[bits % count] = 1;
    }
    for (int64_t i = 0; i < count; i++)
        missing += !seen[i];
    /* of halves all NaN but one come back as that one */
    assert_int_equal(missing, dtype.id == CASK_F16 ? 2046 - 1 : 0);
    cki_memory_free(seen);
    cask_value_unref(x);
    cask_value_unref(sorted);
}

static void small_types_are_sorted_whole(void **state)
{
    (void)state;
    every_element_comes_back(cki_dtype_of(CASK_I8), 256);
    every_element_comes_back(cki_dtype_of(CASK_U8), 256);
    every_element_comes_back(cki_dtype_of(CASK_I16), 65536);
    every_element_comes_back(cki_dtype_of(CASK_U16), 65536);
    every_element_comes_back(cki_dtype_of(CASK_F16), 65536);
}

static void allocations_may_fail(void **state)
{
    (void)state;
    cask_value *x = sample(2, (const int64_t[]){2, 3000}, 9);
    for (int64_t n = 1; n < 40; n++) {
        cki_error error = {0};
        cki_memory_fail_at(n, false);
        cask_value *sorted = cki_sort_block(cki_array_of(x), 0, n % 2, &error);
        cki_memory_fail_at(0, false);
        assert_int_equal(sorted == NULL, error.status == CASK_MEMORY);
        cask_value_unref(sorted);
    }
    cask_value_unref(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_along_both_axes_rise),
        cmocka_unit_test(small_types_are_sorted_whole),
        cmocka_unit_test(allocations_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
