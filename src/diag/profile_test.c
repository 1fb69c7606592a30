/* Tests of profiles: pages and traces, with each allocation failing in turn. */
#include "core/memory.h"
#include "diag/profile.h"
#include "diag/trace.h"
#include "graph/test_graph.h"
#include "sys/clock.h"

#include <stdio.h>
#include <unistd.h>

static cki_plan *make_plan(cki_graph **graph)
{
    hand_list leaves = {.count = 0}, wanted = {.count = 0};
    *graph = cki_graph_new(NULL);
    for (int i = 0; i < 20; i++)
        hand_put(&leaves, hand_add(*graph, &hand_function, 100, NULL, 0));
    hand_put(&wanted, hand_add(*graph, &hand_function, 100, leaves.items, leaves.count));
    return hand_plan(*graph, &wanted);
}

/* Profile a run and write both files; the first failure's status. */
static cask_status profile_run(const cki_plan *plan, const char *page, const char *trace,
                               cki_error *error)
{
    const cki_profile_options options = {.title = "</script><b>", .trace = trace, .threads = 2};
    cki_profile *profile = cki_profile_new(&options, error);
    if (!profile)
        return error->status;
    const cki_callbacks *const callbacks[] = {&profile->recorder->callbacks, NULL};
    cki_exec_options how = {.threads = 1, .callbacks = callbacks};
    cask_status status = cki_exec_find("sync")->run(plan, &how, NULL, NULL, error);
    if (status == CASK_OK)
        status = cki_profile_stop(profile, error);
    if (status == CASK_OK)
        status = cki_page_write(profile, page, error);
    cki_profile_free(profile);
    return status;
}

static size_t count(const char *path, const char *text)
{
    static char all[1 << 18];
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    size_t length = fread(all, 1, sizeof all - 1, file), found = 0;
    fclose(file);
    all[length] = '\0';
    for (const char *at = all; (at = strstr(at, text)) != NULL; at++)
        found++;
    return found;
}

static const char page[] = "profile_test.html", trace[] = "profile_test.json";

static void files_are_whole(void **state)
{
    (void)state;
    cki_graph *graph;
    cki_plan *plan = make_plan(&graph);
    cki_error error = {0};
    assert_int_equal(profile_run(plan, page, trace, &error), CASK_OK);
    assert_int_equal(count(page, "<html"), 1);
    assert_int_equal(count(page, "</html>"), 1);
    assert_int_equal(count(page, "/*DATA*/"), 0);
    assert_int_equal(count(page, "/*SCRIPT*/"), 0);
    assert_int_equal(count(page, "</script><b>"), 0); /* what it is called is no markup */
    assert_int_equal(count(page, "\"title\":\"\\u003c/script\\u003e\\u003cb\\u003e\""), 1);
    assert_int_equal(count(trace, "\"ph\":\"X\""), 21);
    assert_int_equal(count(trace, "\n]}\n"), 1);
    cki_plan_free(plan);
    cki_graph_free(graph);
    unlink(page);
    unlink(trace);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    cki_graph *graph;
    cki_plan *plan = make_plan(&graph);
    bool done = false;
    int failures = 0;
    for (int n = 1; !done && n < 1000; n++) {
        cki_error error = {0};
        cki_memory_fail_at(n, false);
        cask_status status = profile_run(plan, page, trace, &error);
        cki_memory_fail_at(0, false);
        failures += status != CASK_OK;
        if (status != CASK_OK)
            assert_int_equal(status, CASK_MEMORY);
        else
            assert_int_equal(count(page, "</html>"), 1); /* whole, though details may be missing */
        done = status == CASK_OK && n > 200;
        unlink(page);
        unlink(trace);
    }
    assert_true(done);
    assert_in_range(failures, 5, 200);
    cki_plan_free(plan);
    cki_graph_free(graph);
}

static void samples_never_become_too_many(void **state)
{
    (void)state;
    cki_sampler sampler;
    cki_ledger *ledger = cki_ledger_new(0);
    atomic_uint_fast64_t away = 12345;
    void *chunk = cki_ledger_take(ledger, 1000000, false);
    assert_int_equal(cki_sample_start(&sampler, cki_clock_now(), 20000, ledger, &away, NULL),
                     CASK_OK);
    cki_clock_sleep(300000000);
    cki_sample_stop(&sampler);
    assert_in_range(sampler.count, 3, 4096);
    assert_true(sampler.samples[0].live >= 1000000);
    assert_int_equal(sampler.samples[0].away, 12345);
    for (size_t i = 1; i < sampler.count; i++) {
        assert_true(sampler.samples[i].time >= sampler.samples[i - 1].time);
        assert_true(sampler.samples[i].processor >= sampler.samples[i - 1].processor);
        assert_true(sampler.samples[i].resident > 100000);
    }
    cki_sample_free(&sampler);
    cki_ledger_give(ledger, chunk, 1000000);
    cki_ledger_unref(ledger);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_are_whole),
        cmocka_unit_test(every_allocation_may_fail),
        cmocka_unit_test(samples_never_become_too_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
