/* Tests of runs that need more memory than they have: results go to files and come back, and what
 * cannot be helped is told. */
#include "exec/exec.h"
#include "graph/test_graph.h"
#include "value/array.h"

enum { WIDE = 64, CHUNK = 1 << 16 };

static const char *const schedulers[] = {"threads", "sync", NULL};
static const int threads_of[] = {1, 2, 3, 8, 0};

#define EVERY(scheduler, threads)                                                                  \
    for (const char *const *s_ = schedulers; *s_; s_++)                                            \
        for (const cki_scheduler *scheduler = cki_exec_find(*s_), *t_ = scheduler; t_; t_ = NULL)  \
            for (int n_ = 0, threads; (threads = threads_of[n_]) != 0; n_++)

/* A chunk of `output` bytes whose elements are the task's number plus the sum of the first
 * elements of its inputs. */
static cask_status filled_run(const cki_task *task, cask_value **result, cki_error *error)
{
    const hand_task *at = task->layer->parameters;
    int64_t shape[] = {(int64_t)at->cost.output / 8};
    double value = (double)at->cost.read;
    for (size_t i = 0; i < task->ninputs; i++)
        value += *(const double *)(const void *)cki_array_of(task->inputs[i])->data;
    *result = cki_array_new(cki_dtype_of(CASK_F64), 1, shape, error);
    double *elements = *result ? (double *)(void *)(*result)->as.array->data : NULL;
    for (int64_t i = 0; elements && i < shape[0]; i++)
        elements[i] = value;
    return *result ? CASK_OK : error->status;
}

static const cki_function filled_function = {.name = "filled", .version = 1, .run = filled_run};

static uint32_t add_filled(cki_graph *graph, uint64_t number, const uint32_t *inputs, size_t count)
{
    uint32_t task = hand_add(graph, &filled_function, CHUNK, inputs, count);
    const hand_task *made = cki_graph_layer(graph, task)->parameters;
    ((hand_task *)(uintptr_t)made)->cost.read = number;
    return task;
}

/* WIDE chunks, each needed again after all of them were seen. *expected is the last one's value. */
static cki_plan *draw_twice_needed(cki_graph *graph, double *expected)
{
    uint32_t chunks[WIDE], seen = 0, again;
    double a = 0, b = 0;
    for (uint32_t i = 0; i < WIDE; i++) {
        chunks[i] = add_filled(graph, i, NULL, 0);
        seen = i ? add_filled(graph, 0, (uint32_t[]){seen, chunks[i]}, 2) : chunks[0];
        a += i;
    }
    again = seen;
    b = a;
    for (uint32_t i = 0; i < WIDE; i++) {
        again = add_filled(graph, 0, (uint32_t[]){again, chunks[i]}, 2);
        b += i;
    }
    *expected = b;
    return hand_plan(graph, &(hand_list){{again}, 1});
}

static cask_status keep_first(void *user, size_t wanted, cask_value *value, cki_error *error)
{
    (void)wanted, (void)error;
    *(double *)user = *(const double *)(const void *)cki_array_of(value)->data;
    return CASK_OK;
}

static void results_go_to_disk_and_come_back(void **state)
{
    (void)state;
    cki_graph *graph = cki_graph_new(NULL);
    double expected, result;
    cki_plan *plan = draw_twice_needed(graph, &expected);
    const cki_spill_options spill = {.compress = false};
    const size_t limits[] = {4 * CHUNK, 10 * CHUNK, WIDE / 2 * CHUNK};
    for (size_t i = 0; i < 3; i++)
        EVERY(scheduler, threads)
        {
            cki_ledger *ledger = cki_ledger_new(0);
            cki_exec_options options = {
                .threads = threads, .memory_limit = limits[i], .ledger = ledger, .spill = &spill};
            cki_error error = {0};
            result = 0;
            if (scheduler->run(plan, &options, keep_first, &result, &error) != CASK_OK)
                fail_msg("%s", error.message);
            assert_true(result == expected);
            assert_int_equal(cki_ledger_now(ledger), 0);
            /* buffers are a little larger than what they hold */
            assert_true(cki_ledger_peak(ledger) <= limits[i] + limits[i] / 8 + CHUNK);
            cki_ledger_unref(ledger);
        }
    cki_plan_free(plan);
    cki_graph_free(graph);
}

/* Of this small limit all that the process has besides takes its quarter. Several threads may be
 * past that before the one that looks has said what it saw, so theirs is only the limit itself. */
static void what_is_beside_takes_a_part_of_the_limit(void **state)
{
    (void)state;
    cki_graph *graph = cki_graph_new(NULL);
    double expected, result;
    cki_plan *plan = draw_twice_needed(graph, &expected);
    const cki_spill_options spill = {.compress = false};
    const size_t limit = WIDE / 2 * CHUNK;
    for (int watched = 0; watched < 2; watched++)
        EVERY(scheduler, threads)
        {
            cki_ledger *ledger = cki_ledger_new(0);
            cki_exec_options options = {.threads = threads,
                                        .memory_limit = limit,
                                        .ledger = ledger,
                                        .watched = watched,
                                        .spill = &spill};
            cki_error error = {0};
            assert_int_equal(scheduler->run(plan, &options, keep_first, &result, &error), CASK_OK);
            assert_true(result == expected);
            size_t peak = cki_ledger_peak(ledger);
            assert_true(peak <= limit + limit / 8 + CHUNK);
            if (threads == 1)
                assert_int_equal(peak <= limit / 4 * 3 + 2 * CHUNK, watched);
            cki_ledger_unref(ledger);
        }
    cki_plan_free(plan);
    cki_graph_free(graph);
}

static void a_disk_that_fails_is_told(void **state)
{
    (void)state;
    cki_graph *graph = cki_graph_new(NULL);
    double expected, result;
    cki_plan *plan = draw_twice_needed(graph, &expected);
    const char *const nowhere[] = {"/no/such/folder", NULL};
    const cki_spill_options spill = {.directories = nowhere};
    EVERY(scheduler, threads)
    {
        cki_exec_options options = {
            .threads = threads, .memory_limit = 10 * CHUNK, .spill = &spill};
        cki_error error = {0};
        assert_int_equal(scheduler->run(plan, &options, keep_first, &result, &error), CASK_IO);
        assert_non_null(strstr(error.message, "/no/such/folder"));
        if (!strstr(error.message, "does not fit into the memory limit of 655 kB"))
            fail_msg("%s", error.message);
    }
    cki_plan_free(plan);
    cki_graph_free(graph);
}

static cask_status larger_run(const cki_task *task, cask_value **result, cki_error *error)
{
    int64_t shape[] = {CHUNK};
    (void)task;
    *result = cki_array_zeros(cki_dtype_of(CASK_F64), 1, shape, error);
    return *result ? CASK_OK : error->status;
}

/* Tasks that declared too little are refused when that is known, and not run beyond the limit. */
static void what_turns_out_too_large_is_refused(void **state)
{
    (void)state;
    static const cki_function larger = {.name = "larger", .version = 1, .run = larger_run};
    cki_graph *graph = cki_graph_new(NULL);
    hand_list parts = {.count = 0};
    for (int i = 0; i < 8; i++)
        hand_put(&parts, hand_add(graph, &larger, 8, NULL, 0));
    hand_list wanted = {.count = 0};
    hand_put(&wanted, hand_add(graph, &larger, 8, parts.items, parts.count));
    for (int i = 0; i < 8; i++) /* so that all together declare more than the limit */
        hand_put(&wanted, hand_add(graph, &hand_function, 8, NULL, 0));
    cki_plan *plan = hand_plan(graph, &wanted);
    const cki_spill_options spill = {.compress = false};
    EVERY(scheduler, threads)
    {
        cki_exec_options options = {.threads = threads, .memory_limit = 80, .spill = &spill};
        cki_error error = {0};
        assert_int_equal(scheduler->run(plan, &options, NULL, NULL, &error), CASK_LIMIT);
        assert_non_null(strstr(error.message, "a task of hand (block 0) needs 4.2 MB with its "
                                              "inputs but the memory limit is 80 B"));
    }
    cki_plan_free(plan);
    cki_graph_free(graph);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(results_go_to_disk_and_come_back),
        cmocka_unit_test(what_is_beside_takes_a_part_of_the_limit),
        cmocka_unit_test(a_disk_that_fails_is_told),
        cmocka_unit_test(what_turns_out_too_large_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
