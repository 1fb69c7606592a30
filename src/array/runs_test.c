/* Tests of runs: building axes, and the common refinement (values from Dask 2022.12). */
#include "array/runs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void check(const cki_axis *axis, const int64_t *sizes, int64_t count)
{
    int64_t start = 0;
    assert_int_equal(axis->blocks, count);
    for (int64_t i = 0; i < count; i++) {
        assert_int_equal(cki_chunks_size(axis, i), sizes[i]);
        assert_int_equal(cki_chunks_start(axis, i), start);
        start += sizes[i];
    }
    assert_int_equal(axis->length, start);
}

static void builds_in_order(void **state)
{
    (void)state;
    cki_arena arena = {0};
    cki_error error = {0};
    cki_axis axis, part;
    cki_runs runs = {0};
    cki_runs_add(&runs, 4, 2);
    cki_runs_add(&runs, 4, 1);
    cki_runs_add(&runs, 5, 0);
    cki_runs_add(&runs, 1, 2);
    assert_int_equal(runs.count, 2);
    assert_int_equal(cki_runs_finish(&runs, &arena, &axis, &error), CASK_OK);
    check(&axis, (const int64_t[]){4, 4, 4, 1, 1}, 5);
    cki_runs_copy(&runs, &axis, 2, 2);
    cki_runs_reverse(&runs);
    assert_int_equal(cki_runs_finish(&runs, &arena, &part, &error), CASK_OK);
    check(&part, (const int64_t[]){1, 4}, 2);
    assert_int_equal(cki_runs_finish(&runs, &arena, &part, &error), CASK_OK);
    check(&part, (const int64_t[]){0}, 1); /* no blocks: an empty one */
    cki_arena_free(&arena);
}

static void knows_what_is_unknown(void **state)
{
    (void)state;
    cki_arena arena = {0};
    cki_error error = {0};
    cki_axis axis;
    cki_runs runs = {0};
    cki_runs_add(&runs, 4, 1);
    cki_runs_add(&runs, -1, 3);
    assert_int_equal(cki_runs_finish(&runs, &arena, &axis, &error), CASK_OK);
    assert_int_equal(axis.length, -1);
    assert_int_equal(axis.blocks, 4);
    cki_runs_add(&runs, INT64_MAX / 2, 3);
    assert_int_equal(cki_runs_finish(&runs, &arena, &axis, &error), CASK_INVALID);
    cki_arena_free(&arena);
}

static void refine(const int64_t *a, int64_t na, const int64_t *b, int64_t nb,
                   const int64_t *expected, int64_t count)
{
    cki_arena arena = {0};
    cki_error error = {0};
    cki_axis one, two, axis;
    assert_true(cki_chunks_list(&arena, a, na, &one));
    assert_true(cki_chunks_list(&arena, b, nb, &two));
    assert_int_equal(cki_runs_refine(&arena, &one, &two, &axis, &error), CASK_OK);
    check(&axis, expected, count);
    assert_int_equal(cki_runs_refine(&arena, &two, &one, &axis, &error), CASK_OK);
    check(&axis, expected, count);
    cki_arena_free(&arena);
}

static void refines(void **state)
{
    (void)state;
    const int64_t uneven[] = {3, 7, 1, 9, 10}, sevens[] = {7, 7, 7, 7, 2}, two[] = {10, 20};
    refine(uneven, 5, sevens, 5, (const int64_t[]){3, 4, 3, 1, 3, 6, 1, 7, 2}, 9);
    refine(uneven, 5, two, 2, uneven, 5);
    refine((const int64_t[]){4, 4, 4}, 3, (const int64_t[]){2, 2, 2, 2, 2, 2}, 6,
           (const int64_t[]){2, 2, 2, 2, 2, 2}, 6);
}

/* 1e9 blocks against 4e9: as quick as one. */
static void refines_by_pattern(void **state)
{
    (void)state;
    cki_arena arena = {0};
    cki_error error = {0};
    cki_axis one, two, axis;
    assert_true(cki_chunks_regular(&arena, 1000000000000, 1000, &one));
    assert_true(cki_chunks_regular(&arena, 1000000000000, 250, &two));
    assert_int_equal(cki_runs_refine(&arena, &one, &two, &axis, &error), CASK_OK);
    assert_true(cki_chunks_same(&axis, &two));
    cki_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(builds_in_order),
        cmocka_unit_test(knows_what_is_unknown),
        cmocka_unit_test(refines),
        cmocka_unit_test(refines_by_pattern),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
