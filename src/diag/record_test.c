/* Tests of recording: what is noted of runs on every scheduler, what merging keeps, names. */
#include "core/memory.h"
#include "diag/record.h"
#include "graph/test_graph.h"
#include "sys/clock.h"

#include <stdio.h>

/* ---- spans ---- */

static cki_span task_span(int64_t begin, int64_t end, uint32_t label)
{
    return (cki_span){.begin = begin,
                      .end = end,
                      .busy = end - begin,
                      .bytes = 10,
                      .block = 7,
                      .label = label,
                      .count = 1};
}

static void merging_keeps_totals(void **state)
{
    (void)state;
    cki_spans spans = {0};
    const size_t most = 1000;
    size_t count = 0;
    int64_t busy = 0, now = 0;
    for (int i = 0; i < 100000; i++) {
        int64_t length = i % 1000 == 999 ? 100000 : i % 7;
        cki_span span = task_span(now, now + length, (uint32_t)(i % 3));
        busy += length;
        now += length + i % 5;
        assert_true(cki_span_add(&spans, &span, spans.capacity < most));
    }
    assert_in_range(spans.count, most / 8, spans.capacity);
    assert_in_range(spans.capacity, 1, 2 * most);
    int64_t last = -1, kept_busy = 0;
    uint64_t bytes = 0;
    int long_ones = 0;
    for (size_t i = 0; i < spans.count; i++) {
        const cki_span *span = &spans.items[i];
        assert_true(span->begin >= last && span->end >= span->begin);
        assert_true(span->busy <= span->end - span->begin);
        last = span->end;
        count += span->count;
        kept_busy += span->busy;
        bytes += span->bytes;
        long_ones += span->end - span->begin >= 100000;
    }
    assert_int_equal(count, 100000);
    assert_int_equal(kept_busy, busy);
    assert_int_equal(bytes, 1000000);
    assert_int_equal(long_ones, 100); /* what is long is never merged away */
    cki_span_free(&spans);
}

static void the_label_of_most_time_wins(void **state)
{
    (void)state;
    cki_span span = task_span(0, 30, 1);
    const cki_span others[] = {task_span(30, 50, 2), task_span(50, 75, 2), task_span(75, 80, 3)};
    for (size_t i = 0; i < 3; i++)
        cki_span_merge(&span, &others[i]);
    assert_int_equal(span.label, 2);
    assert_int_equal(span.count, 4);
    assert_int_equal(span.end, 80);
}

static void without_memory_spans_shrink(void **state)
{
    (void)state;
    cki_spans spans = {0};
    cki_span span = task_span(0, 1, 0);
    cki_memory_fail_at(1, true);
    assert_false(cki_span_add(&spans, &span, true));
    cki_memory_fail_at(0, false);
    for (int i = 0; i < 256; i++) {
        span = task_span(10 * i, 10 * i + 1, 0);
        assert_true(cki_span_add(&spans, &span, true));
    }
    cki_memory_fail_at(1, true);
    for (int i = 256; i < 10000; i++) {
        span = task_span(10 * i, 10 * i + 1, 0);
        assert_true(cki_span_add(&spans, &span, true));
    }
    cki_memory_fail_at(0, false);
    size_t count = 0;
    for (size_t i = 0; i < spans.count; i++)
        count += spans.items[i].count;
    assert_int_equal(count, 10000);
    assert_int_equal(spans.capacity, 256);
    cki_span_free(&spans);
}

/* ---- names ---- */

static void prefixes_are_what_dask_calls_them(void **state)
{
    (void)state;
    /* dask.utils.key_split, version 2022.12 */
    static const char *const cases[][2] = {{"x", "x"},
                                           {"x-1", "x"},
                                           {"x-1-2-3", "x"},
                                           {"('x-2', 1)", "x"},
                                           {"('x', 1)", "x"},
                                           {"hello-world-1", "hello-world"},
                                           {"x_1-2", "x_1"},
                                           {"3-x", "3-x"},
                                           {"x-abcdefab", "x"},
                                           {"sum-partial-1f3a9c02", "sum-partial"},
                                           {"mean_agg-aggregate-00112233", "mean_agg-aggregate"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t start, length = cki_label_prefix(cases[i][0], &start);
        assert_int_equal(length, strlen(cases[i][1]));
        assert_memory_equal(cases[i][0] + start, cases[i][1], length);
    }
}

static void many_names_share_groups(void **state)
{
    (void)state;
    cki_labels labels = {0};
    static const cki_function one = {.name = "one", .version = 1}, two = {.name = "two"};
    char name[64];
    for (int i = 0; i < 200000; i++) {
        snprintf(name, sizeof name, "%c%d-%d", 'a' + i % 26, i, i);
        cki_layer layer = {.name = name, .function = i % 2 ? &one : &two};
        uint32_t label = cki_label_of(&labels, &layer);
        assert_true(label < labels.count);
        assert_true(cki_label_group(&labels, label) < labels.ngroups);
        if (i < 100)
            assert_string_equal(cki_label_name(&labels, label), name);
    }
    assert_in_range(labels.ngroups, 10, CKI_LABEL_GROUPS);
    assert_in_range(labels.count, 1 << 16, 1 << 17);
    cki_layer again = {.name = "b1-1", .function = &one};
    assert_string_equal(cki_label_name(&labels, cki_label_of(&labels, &again)), "b1-1");
    cki_label_free(&labels);
}

/* ---- runs ---- */

enum { LEAVES = 60 };

static cask_status make_bytes(const cki_task *task, cask_value **result, cki_error *error)
{
    (void)task;
    static const char zeros[1000];
    cki_clock_sleep(200000);
    *result = cki_value_bytes(zeros, sizeof zeros, error);
    return *result ? CASK_OK : error->status;
}

static const cki_function bytes_function = {.name = "test.bytes", .version = 1, .run = make_bytes};

/* LEAVES tasks, and one that uses them all. */
static cki_plan *fan_in(cki_graph **graph, const cki_function *last)
{
    *graph = cki_graph_new(NULL);
    hand_list leaves = {.count = 0}, wanted = {.count = 0};
    for (int i = 0; i < LEAVES; i++)
        hand_put(&leaves, hand_add(*graph, &bytes_function, 1000, NULL, 0));
    hand_put(&wanted, hand_add(*graph, last, 1000, leaves.items, leaves.count));
    return hand_plan(*graph, &wanted);
}

typedef struct seen {
    uint64_t tasks, bytes, failed, released;
    int64_t change, most, last;
    size_t lanes;
} seen;

static void see_lane(void *user, size_t run, int worker, cki_lane *lane)
{
    seen *all = user;
    (void)run, (void)worker;
    all->lanes++;
    int64_t before = 0;
    for (size_t i = 0; i < lane->spans.count; i++) {
        const cki_span *span = &lane->spans.items[i];
        assert_true(span->begin >= before && span->end > span->begin);
        before = span->end;
        all->tasks += span->count;
        all->bytes += span->bytes;
        all->failed += span->failed;
        all->released += span->released >= span->end;
        all->last = span->end > all->last ? span->end : all->last;
    }
    for (size_t i = 0; i < lane->nchanges; i++)
        all->change += lane->changes[i].bytes;
}

static void runs_are_recorded(void **state)
{
    (void)state;
    for (int threads = 1; threads <= 4; threads++) {
        cki_graph *graph;
        cki_plan *plan = fan_in(&graph, &bytes_function);
        cki_recorder *recorder = cki_record_new(0, NULL, NULL);
        const cki_callbacks *const callbacks[] = {&recorder->callbacks, NULL};
        cki_exec_options options = {.threads = threads, .callbacks = callbacks};
        const cki_scheduler *scheduler = cki_exec_find("threads");
        for (unsigned runs = 1; runs <= 2; runs++) {
            assert_int_equal(scheduler->run(plan, &options, NULL, NULL, NULL), CASK_OK);
            seen all = {0};
            cki_record_each(recorder, see_lane, &all);
            assert_int_equal(all.tasks, runs * (LEAVES + 1));
            assert_int_equal(all.released, runs * (LEAVES + 1));
            assert_true(all.bytes >= all.tasks * 1000);
            assert_int_equal(all.change, 0);
            assert_in_range(all.lanes, 1, threads);
            assert_int_equal(recorder->tasks, all.tasks);
            assert_int_equal(recorder->nruns, runs);
            assert_true(recorder->first >= 0 && recorder->last >= all.last);
            assert_true(recorder->running >= (int64_t)all.tasks * 200000 / threads);
        }
        assert_int_equal(recorder->error.status, CASK_OK);
        assert_int_equal(recorder->labels.ngroups, 1);
        assert_string_equal(recorder->labels.groups[0].name, "hand");
        assert_string_equal(recorder->labels.groups[0].function, "test.bytes");
        cki_record_free(recorder);
        cki_plan_free(plan);
        cki_graph_free(graph);
    }
}

static cask_status refuse(const cki_task *task, cask_value **result, cki_error *error)
{
    (void)task, (void)result;
    return cki_fail(error, CASK_ARITHMETIC, NULL, "division by zero");
}

static void failures_are_recorded(void **state)
{
    (void)state;
    static const cki_function function = {.name = "test.refuse", .version = 1, .run = refuse};
    cki_graph *graph;
    cki_plan *plan = fan_in(&graph, &function);
    cki_recorder *recorder = cki_record_new(0, NULL, NULL);
    const cki_callbacks *const callbacks[] = {&recorder->callbacks, NULL};
    cki_exec_options options = {.threads = 2, .callbacks = callbacks};
    assert_int_equal(cki_exec_find("threads")->run(plan, &options, NULL, NULL, NULL),
                     CASK_ARITHMETIC);
    seen all = {0};
    cki_record_each(recorder, see_lane, &all);
    assert_int_equal(all.tasks, LEAVES + 1);
    assert_int_equal(all.failed, 1);
    assert_non_null(strstr(recorder->error.message, "division by zero"));
    cki_record_free(recorder);
    cki_plan_free(plan);
    cki_graph_free(graph);
}

/* The callbacks alone, by hand, as a scheduler with many tasks calls them. */
static void millions_take_bounded_memory(void **state)
{
    (void)state;
    cki_graph *graph;
    cki_plan *plan = fan_in(&graph, &hand_function);
    cki_recorder *recorder = cki_record_new(1 << 20, NULL, NULL);
    const cki_callbacks *to = &recorder->callbacks;
    enum { TASKS = 1000000, RUNS = 4 };
    int64_t begin = cki_clock_now();
    to->start(to->user, plan);
    for (int i = 0; i < TASKS; i++) {
        int worker = i % 4;
        size_t task = (size_t)i % plan->count;
        to->before(to->user, plan, task, worker);
        to->after(to->user, plan, task, worker, NULL);
        to->result(to->user, plan, task, worker, 8);
        to->released(to->user, plan, task, worker, 8);
    }
    to->finish(to->user, plan, NULL);
    double each = (double)(cki_clock_now() - begin) / TASKS;
    seen all = {0};
    cki_record_each(recorder, see_lane, &all);
    assert_int_equal(all.tasks, TASKS);
    assert_int_equal(all.bytes, 8 * (uint64_t)TASKS);
    assert_int_equal(all.change, 0);
    assert_true(atomic_load(&recorder->spans) * sizeof(cki_span) <= 4 << 20);
    print_message("%.0f ns a task\n", each);
    cki_record_free(recorder);
    cki_plan_free(plan);
    cki_graph_free(graph);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(merging_keeps_totals),
        cmocka_unit_test(the_label_of_most_time_wins),
        cmocka_unit_test(without_memory_spans_shrink),
        cmocka_unit_test(prefixes_are_what_dask_calls_them),
        cmocka_unit_test(many_names_share_groups),
        cmocka_unit_test(runs_are_recorded),
        cmocka_unit_test(failures_are_recorded),
        cmocka_unit_test(millions_take_bounded_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
