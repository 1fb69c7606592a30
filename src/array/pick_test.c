/* Tests of picks: Python's slices, and the chunks that Dask 2022.12 gives for them. */
#include "array/pick.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { NONE = INT32_MAX };

static cask_value *number(int64_t value)
{
    return value == NONE ? NULL : cki_value_int(value, NULL);
}

static cki_pick pick_of(int64_t start, int64_t stop, int64_t step, int64_t length, int64_t *last)
{
    cki_error error = {0};
    cki_pick pick;
    cask_value *slice = cki_value_slice(number(start), number(stop), number(step), &error);
    assert_non_null(slice);
    assert_int_equal(cki_pick_slice(slice, length, &pick, last, &error), CASK_OK);
    cask_value_unref(slice);
    return pick;
}

/* One row: a slice of an axis of 30 in chunks (3, 7, 1, 9, 10), and the chunks of the result. */
typedef struct row {
    int64_t start, stop, step;
    int64_t count, sizes[5];
} row;

static const row rows[] = {
    {2, 25, NONE, 5, {1, 7, 1, 9, 5}},
    {NONE, NONE, 4, 4, {1, 2, 2, 3}},
    {4, 28, 11, 3, {1, 1, 1}},
    {1, 29, 6, 4, {1, 1, 2, 1}},
    {NONE, NONE, -1, 5, {10, 9, 1, 7, 3}},
    {29, 3, -3, 3, {4, 3, 2}},
    {9, 11, NONE, 2, {1, 1}},
    {5, 5, NONE, 1, {0}},
    {2, 22, 9, 3, {1, 1, 1}},
    {NONE, NONE, NONE, 5, {3, 7, 1, 9, 10}},
    {-100, 100, NONE, 5, {3, 7, 1, 9, 10}},
    {11, 7, NONE, 1, {0}},
};

static void gives_chunks(void **state)
{
    (void)state;
    const int64_t sizes[] = {3, 7, 1, 9, 10};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        cki_arena arena = {0};
        cki_error error = {0};
        cki_axis from, axis;
        int64_t stop;
        assert_true(cki_chunks_list(&arena, sizes, 5, &from));
        cki_pick pick = pick_of(rows[i].start, rows[i].stop, rows[i].step, 30, &stop);
        assert_int_equal(cki_pick_axis(&arena, &from, &pick, stop, &axis, &error), CASK_OK);
        assert_int_equal(axis.blocks, rows[i].count);
        assert_int_equal(axis.length, pick.count);
        for (int64_t k = 0; k < axis.blocks; k++)
            assert_int_equal(cki_chunks_size(&axis, k), rows[i].sizes[k]);
        cki_arena_free(&arena);
    }
}

/* Dask: da.arange(20, chunks=6)[1:13:4].chunks is ((2, 1, 0),). */
static void keeps_the_empty_chunk(void **state)
{
    (void)state;
    cki_arena arena = {0};
    cki_error error = {0};
    cki_axis from, axis;
    int64_t stop;
    assert_true(cki_chunks_regular(&arena, 20, 6, &from));
    cki_pick pick = pick_of(1, 13, 4, 20, &stop);
    assert_int_equal(pick.count, 3);
    assert_int_equal(cki_pick_axis(&arena, &from, &pick, stop, &axis, &error), CASK_OK);
    assert_int_equal(axis.blocks, 3);
    assert_int_equal(cki_chunks_size(&axis, 2), 0);
    cki_arena_free(&arena);
}

static void composes(void **state)
{
    (void)state;
    int64_t stop;
    /* range(20)[2:18][::-2][1:4] is [15, 13, 11] */
    cki_pick a = pick_of(2, 18, NONE, 20, &stop);
    cki_pick b = pick_of(NONE, NONE, -2, a.count, &stop);
    cki_pick c = pick_of(1, 4, NONE, b.count, &stop);
    cki_pick ab = cki_pick_compose(&a, &b), abc = cki_pick_compose(&ab, &c);
    assert_int_equal(abc.start, 15);
    assert_int_equal(abc.step, -2);
    assert_int_equal(abc.count, 3);
}

static void stays_small(void **state)
{
    (void)state;
    cki_arena arena = {0};
    cki_error error = {0};
    cki_axis from, axis;
    int64_t stop;
    assert_true(cki_chunks_regular(&arena, 1000000000000, 1000, &from));
    cki_pick pick = pick_of(5, NONE, 2, 1000000000000, &stop);
    assert_int_equal(cki_pick_axis(&arena, &from, &pick, stop, &axis, &error), CASK_OK);
    assert_int_equal(axis.blocks, 1000000000);
    assert_true(axis.nruns <= 3);
    cki_arena_free(&arena);
}

static void refuses(void **state)
{
    (void)state;
    cki_error error = {0};
    cki_pick pick;
    int64_t stop, integer;
    cask_value *slice = cki_value_slice(NULL, NULL, cki_value_int(0, NULL), &error);
    assert_int_equal(cki_pick_slice(slice, 5, &pick, &stop, &error), CASK_INVALID);
    assert_string_equal(error.message, "slice step cannot be zero");
    cask_value_unref(slice);
    error = (cki_error){0};
    cask_value *half = cki_value_float(0.5, &error), *whole = cki_value_float(3.0, &error);
    assert_int_equal(cki_pick_integer(half, &integer, &error), CASK_INDEX);
    assert_string_equal(error.message, "Bad index.  Must be integer-like: 0.5");
    assert_int_equal(cki_pick_integer(whole, &integer, NULL), CASK_OK);
    assert_int_equal(integer, 3);
    cask_value_unref(half);
    cask_value_unref(whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_chunks), cmocka_unit_test(keeps_the_empty_chunk),
        cmocka_unit_test(composes),     cmocka_unit_test(stays_small),
        cmocka_unit_test(refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
