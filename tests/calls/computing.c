/* Ways of computing in C: schedulers and threads of one call, results in chests, optimised things.
 */
#include <cask/cask.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static cask *open_context(const char *limit)
{
    cask *ck = cask_open(&(cask_options){.threads = 2, .memory_limit = limit});
    assert_int_equal(cask_error(ck), CASK_OK);
    return ck;
}

static void expect(cask_value *value, const char *text)
{
    char *got = value ? cask_value_text(value) : NULL;
    assert_non_null(got);
    assert_string_equal(got, text);
    cask_text_free(got);
    cask_value_unref(value);
}

static cask_array sum_of_ones(cask *ck)
{
    cask_array x = cask_array_ones(ck, CASK_F64, CASK_SHAPE(100, 90), CASK_SHAPE(30, 20));
    return cask_array_sum(cask_array_add(x, x), NULL);
}

/* Runs everything itself, and counts the runs. */
static cask_status run_here(cask_run *run, void *user)
{
    int *runs = user;
    ++*runs;
    for (size_t i = 0; i < cask_run_count(run); i++) {
        cask_status status = cask_run_task(run, i);
        if (status != CASK_OK)
            return status;
    }
    return CASK_OK;
}

static void a_scheduler_for_one_call(void **state)
{
    (void)state;
    int runs = 0;
    const cask_scheduler own = {.name = "me.here", .run = run_here, .user = &runs};
    cask *ck = open_context(NULL);
    assert_int_equal(cask_scheduler_register(ck, &own), CASK_OK);
    cask_lazy things[] = {CASK_LAZY(sum_of_ones(ck)),
                          CASK_LAZY(cask_delayed_call(ck, "len", "abc"))};
    cask_value *values[2];
    static const char *const names[] = {NULL, "sync", "threads", "processes", "me.here"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const cask_computing how = {.scheduler = names[i], .threads = 1, .as_built = i % 2};
        assert_int_equal(cask_compute_with(things, 2, &how, values), CASK_OK);
        expect(values[0], "18000.0");
        expect(values[1], "3");
    }
    assert_int_equal(runs, 1);
    assert_int_equal(cask_compute_with(things, 2, NULL, values), CASK_OK); /* as configured again */
    expect(values[0], "18000.0");
    expect(values[1], "3");
    assert_int_equal(runs, 1);
    const cask_computing unknown = {.scheduler = "nobody"};
    assert_int_equal(cask_compute_with(things, 2, &unknown, values), CASK_INVALID);
    assert_null(values[0]);
    assert_non_null(strstr(cask_message(ck), "'threads'"));
    cask_clear(ck);
    assert_int_equal(cask_compute_with(things, 2, &(cask_computing){.threads = 1}, NULL),
                     CASK_INVALID);
    cask_close(ck);
}

static void results_larger_than_memory(void **state)
{
    (void)state;
    cask *ck = open_context("20MB");
    cask_chest *chest = cask_chest_open(&(cask_chest_options){.available_memory = 2000000});
    cask_array x = cask_array_ones(ck, CASK_F64, CASK_SHAPE(5000, 1000), CASK_SHAPE(500, 500));
    cask_lazy thing = CASK_LAZY(cask_array_add(x, x)); /* 40 MB */
    cask_value *value;
    assert_int_equal(cask_compute_with(&thing, 1, &(cask_computing){.chest = chest}, &value),
                     CASK_LIMIT);
    cask_clear(ck);
    assert_int_equal(cask_compute_with(&thing, 1, &(cask_computing){.chest = chest}, NULL),
                     CASK_OK);
    assert_int_equal(cask_chest_length(chest), 20);
    assert_true(cask_chest_writes(chest) >= 18);
    assert_true(cask_memory_peak(ck) < 20000000);
    /* small ones come back as a value too */
    cask_lazy sum = CASK_LAZY(sum_of_ones(ck));
    assert_int_equal(cask_compute_with(&sum, 1, &(cask_computing){.chest = chest}, &value),
                     CASK_OK);
    expect(value, "18000.0");
    assert_int_equal(cask_chest_length(chest), 21);
    assert_int_equal(cask_chest_drop(chest), CASK_OK);
    cask_close(ck);
}

static void values_of_a_graph_in_a_chest(void **state)
{
    (void)state;
    cask *ck = open_context(NULL);
    cask_chest *chest = cask_chest_open(NULL);
    cask_graph *g = cask_graph_new(ck);
    assert_int_equal(cask_graph_parse(g, "{\"x\": 1, \"('y', 3)\": [\"$inc\", \"x\"], "
                                         "\"z\": [\"$add\", \"('y', 3)\", 10]}"),
                     CASK_OK);
    assert_int_equal(cask_graph_store(g, CASK_KEYS("('y', 3)"), chest), CASK_OK);
    assert_int_equal(cask_graph_store(g, CASK_KEYS("z"), chest), CASK_OK);
    assert_int_equal(cask_chest_length(chest), 2);
    expect(cask_chest_keys(chest), "[('y', 3), 'z']");
    expect(cask_chest_inmem(chest), "{('y', 3): 2, 'z': 12}");
    assert_int_equal(cask_graph_store(g, CASK_KEYS("nope"), chest), CASK_NOT_FOUND);
    cask_graph_free(g);
    assert_int_equal(cask_chest_drop(chest), CASK_OK);
    cask_close(ck);
}

static void optimised_things_are_equal(void **state)
{
    (void)state;
    cask *ck = open_context(NULL);
    cask_array x = cask_array_ones(ck, CASK_F64, CASK_SHAPE(100), CASK_SHAPE(30));
    cask_array y = cask_array_slice(cask_array_add(cask_array_add(x, x), x), "::2");
    cask_lazy things[] = {CASK_LAZY(y), CASK_LAZY(cask_array_sum(y, NULL)),
                          CASK_LAZY(cask_delayed_call(ck, "len", "abc"))};
    cask_lazy made[3];
    cask_value *values[3], *again[3];
    assert_int_equal(cask_optimize(things, 3, made), CASK_OK);
    assert_int_equal(cask_compute(made, 3, values), CASK_OK);
    assert_int_equal(cask_optimize(made, 3, made), CASK_OK);
    assert_int_equal(cask_compute(made, 3, again), CASK_OK);
    for (int i = 0; i < 3; i++) {
        char *text = cask_value_text(values[i]);
        expect(again[i], text);
        cask_text_free(text);
        cask_value_unref(values[i]);
    }
    cask_close(ck);
}

static void chunks_as_a_picture(void **state)
{
    (void)state;
    cask *ck = open_context(NULL);
    cask_array x = cask_array_ones(ck, CASK_F64, CASK_SHAPE(6, 9), CASK_SHAPE(3, 3));
    char *small = cask_array_svg(x, 120), *usual = cask_array_svg(x, 0);
    assert_non_null(small);
    assert_non_null(usual);
    assert_non_null(strstr(small, "<svg width=\"170\" height=\"130\""));
    assert_non_null(strstr(usual, "<svg width=\"550\" height=\"383\""));
    cask_text_free(small);
    cask_text_free(usual);
    assert_null(cask_array_svg(x, -1));
    assert_int_equal(cask_error(ck), CASK_INVALID);
    cask_close(ck);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_scheduler_for_one_call),
        cmocka_unit_test(results_larger_than_memory),
        cmocka_unit_test(values_of_a_graph_in_a_chest),
        cmocka_unit_test(optimised_things_are_equal),
        cmocka_unit_test(chunks_as_a_picture),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
