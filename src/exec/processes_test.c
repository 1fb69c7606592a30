/* Tests of the processes scheduler: what it gives, what travels and what stays in place, how much
 * memory it takes. */
#include <sys/wait.h>
#include <unistd.h>

#include "exec/test_processes.h"

/* ---- what travels ---- */

/* One value of each kind, by the task's number; with inputs, a list of them and it. */
static cask_status make(const cki_task *task, cask_value **result, cki_error *error)
{
    static const char *const texts[] = {"null",
                                        "true",
                                        "-12345678901",
                                        "2.5",
                                        "\"text\"",
                                        "[1, [2, [3, {\"a\": [null]}]]]",
                                        "{\"k\": [1.5, \"v\"]}",
                                        "[]"};
    int number = number_of(task);
    cask_value *value = NULL;
    if (number < 8) {
        value = cki_value_from_json(texts[number], strlen(texts[number]), error);
    } else if (number < 40) {
        const int64_t shape[] = {number * 7, number};
        value = cki_array_new(cki_dtype_of(CASK_F64), 2, shape, error);
        for (int64_t i = 0; value && i < shape[0] * shape[1]; i++)
            ((double *)(void *)value->as.array->data)[i] = (double)(i * number);
    } else {
        value = cki_value_range(number, 100, 3, error);
    }
    if (!value || task->ninputs == 0) {
        *result = value;
        return value ? CASK_OK : error->status;
    }
    cask_value *list = cki_value_list(CKI_TUPLE, 0, error);
    size_t room = 0;
    bool good = list && cki_value_list_push(list, &room, value, error);
    for (size_t i = 0; good && i < task->ninputs; i++)
        good = cki_value_list_push(list, &room, cask_value_ref(task->inputs[i]), error);
    *result = list;
    return good ? CASK_OK : error->status;
}

static const cki_function make_function = {.name = "test.make", .version = 1, .run = make};

static void values_of_every_kind_travel(void **state)
{
    (void)state;
    cki_graph *graph = cki_graph_new(NULL);
    uint32_t tasks[50], inputs[3];
    for (int i = 0; i < 50; i++) {
        size_t count = i < 20 ? 0 : (size_t)(i % 4);
        for (size_t k = 0; k < count; k++)
            inputs[k] = tasks[(size_t)(i * 7 + (int)k * 11) % 20];
        tasks[i] = add(graph, &make_function, i, inputs, count);
    }
    results expected, got;
    cki_exec_options options = {.threads = 3};
    cki_error error = {0};
    assert_int_equal(run("sync", graph, tasks, 50, &options, &expected, &error), CASK_OK);
    if (run("processes", graph, tasks, 50, &options, &got, &error) != CASK_OK)
        fail_msg("%s", error.message);
    for (size_t i = 0; i < 50; i++) {
        assert_non_null(got.values[i]);
        assert_int_equal(got.values[i]->kind, expected.values[i]->kind);
        assert_true(cki_value_equal(got.values[i], expected.values[i]));
    }
    let_go(&expected);
    let_go(&got);
    cki_graph_free(graph);
}

/* ---- what stays in place ---- */

enum { SIDE = 1000 };

static cask_status fill(const cki_task *task, cask_value **result, cki_error *error)
{
    const int64_t shape[] = {SIDE, SIDE};
    int number = number_of(task);
    *result = cki_array_new(cki_dtype_of(CASK_F64), 2, shape, error);
    if (!*result)
        return error->status;
    double *data = (double *)(void *)(*result)->as.array->data;
    for (int i = 0; i < SIDE * SIDE; i++)
        data[i] = number + i;
    pad->addresses[number] = (uintptr_t)data;
    pad->pids[number] = getpid();
    return CASK_OK;
}

/* A transposed view of the input, which notes where that lies. */
static cask_status turn(const cki_task *task, cask_value **result, cki_error *error)
{
    const cki_array *input = task->inputs[0]->as.array;
    pad->addresses[number_of(task)] = (uintptr_t)input->data;
    pad->pids[number_of(task)] = getpid();
    cki_clock_sleep(20 * MILLISECOND); /* so that another process takes the next one */
    *result = cki_array_permute(input, (const int[]){1, 0}, error);
    return *result ? CASK_OK : error->status;
}

static const cki_function fill_function = {.name = "test.fill", .version = 1, .run = fill};
static const cki_function turn_function = {.name = "test.turn", .version = 1, .run = turn};

static void arrays_stay_in_place(void **state)
{
    (void)state;
    cki_graph *graph = cki_graph_new(NULL);
    uint32_t source = add(graph, &fill_function, 1, NULL, 0), turned[4];
    for (int i = 0; i < 4; i++)
        turned[i] = add(graph, &turn_function, 2 + i, &source, 1);
    results got;
    cki_error error = {0};
    cki_ledger *ledger = cki_ledger_new(0);
    cki_exec_options options = {.threads = 2, .ledger = ledger};
    assert_int_equal(run("processes", graph, turned, 4, &options, &got, &error), CASK_OK);
    bool another = false;
    for (int i = 0; i < 4; i++) {
        assert_int_equal(pad->addresses[2 + i], pad->addresses[1]);
        assert_int_equal((uintptr_t)got.values[i]->as.array->data, pad->addresses[1]);
        another = another || pad->pids[2 + i] != pad->pids[1];
    }
    assert_true(another);
    /* the run is over, its processes are gone, the memory is there: once */
    const double *data = (const double *)(const void *)got.values[3]->as.array->data;
    assert_int_equal(got.values[3]->as.array->strides[0], 8);
    for (int i = 0; i < SIDE * SIDE; i++)
        assert_true(data[i] == 1 + i);
    assert_in_range(cki_ledger_now(ledger), 8 * SIDE * SIDE, 8 * SIDE * SIDE * 3 / 2);
    let_go(&got);
    assert_int_equal(cki_ledger_now(ledger), 0);
    cki_ledger_unref(ledger);
    cki_graph_free(graph);
}

static cask_status give_kept(const cki_task *task, cask_value **result, cki_error *error)
{
    static cask_value *kept;
    (void)task;
    if (!kept) {
        const int64_t shape[] = {5000};
        kept = cki_array_zeros(cki_dtype_of(CASK_F64), 1, shape, error);
        if (!kept)
            return error->status;
    }
    for (int64_t i = 0; i < 5000; i++)
        if (((double *)(void *)kept->as.array->data)[i] != 0)
            return cki_fail(error, CASK_INTERNAL, NULL, "somebody wrote into it");
    *result = cask_value_ref(kept);
    return CASK_OK;
}

/* Takes memory and writes into it. */
static cask_status scribble(const cki_task *task, cask_value **result, cki_error *error)
{
    const int64_t shape[] = {5000};
    (void)task;
    *result = cki_array_new(cki_dtype_of(CASK_F64), 1, shape, error);
    if (!*result)
        return error->status;
    memset((*result)->as.array->data, 0xEE, 5000 * sizeof(double));
    return CASK_OK;
}

static const cki_function kept_function = {.name = "test.kept", .version = 1, .run = give_kept};
static const cki_function scribble_function = {
    .name = "test.scribble", .version = 1, .run = scribble};

/* A value that a process keeps for itself and gives away several times is not used again. */
static void kept_values_are_not_used_again(void **state)
{
    (void)state;
    cki_graph *graph = cki_graph_new(NULL);
    uint32_t wanted[40];
    for (int i = 0; i < 40; i++) {
        uint32_t first = add(graph, &kept_function, i, NULL, 0);
        wanted[i] = add(graph, &scribble_function, i, &first, 1);
    }
    results got;
    cki_error error = {0};
    cki_exec_options options = {.threads = 1};
    if (run("processes", graph, wanted, 40, &options, &got, &error) != CASK_OK)
        fail_msg("%s", error.message);
    let_go(&got);
    cki_graph_free(graph);
}

/* ---- many ---- */

static void many_small_tasks(void **state)
{
    (void)state;
    enum { WIDE = 500, DEEP = 20 };
    cki_graph *graph = cki_graph_new(NULL);
    uint32_t *row = test_calloc(WIDE, sizeof *row);
    for (int d = 0; d < DEEP; d++) {
        uint32_t before[2], first = row[0];
        for (int i = 0; i < WIDE; i++) {
            before[0] = row[i];
            before[1] = i + 1 < WIDE ? row[i + 1] : first;
            row[i] = add(graph, &add_function, 0, before, d ? 2 : 0);
        }
    }
    uint32_t last = add(graph, &add_function, 0, row, WIDE);
    for (int threads = 1; threads <= 4; threads++) {
        results got;
        cki_error error = {0};
        cki_exec_options options = {.threads = threads};
        if (run("processes", graph, &last, 1, &options, &got, &error) != CASK_OK)
            fail_msg("%s", error.message);
        assert_int_equal(cask_value_i64(got.values[0]), 1 + WIDE * ((1 << DEEP) - 1));
        let_go(&got);
    }
    test_free(row);
    cki_graph_free(graph);
}

/* ---- memory ---- */

enum { BIG = 1 << 20, WIDE_RUN = 48, HELD = 8 };

/* Many numbers, the task's own; and the sum of some of each input. */
static cask_status make_big(const cki_task *task, cask_value **result, cki_error *error)
{
    const int64_t shape[] = {BIG / 8};
    *result = cki_array_new(cki_dtype_of(CASK_F64), 1, shape, error);
    double *data = *result ? (double *)(void *)(*result)->as.array->data : NULL;
    for (int64_t i = 0; data && i < shape[0]; i++)
        data[i] = number_of(task) * 1e6 + (double)i;
    return *result ? CASK_OK : error->status;
}

static cask_status look(const cki_task *task, cask_value **result, cki_error *error)
{
    double sum = 0;
    for (size_t i = 0; i < task->ninputs; i++) {
        const cki_array *input = cki_array_of(task->inputs[i]);
        const double *data = input ? (const double *)(const void *)input->data : NULL;
        for (int64_t k = 0; data && k < BIG / 8; k += 1000)
            sum += data[k];
        sum += data ? data[BIG / 8 - 1] : cask_value_f64(task->inputs[i]);
    }
    *result = cki_value_float(sum, error);
    return *result ? CASK_OK : error->status;
}

static const cki_function big_function = {.name = "test.big", .version = 1, .run = make_big};
static const cki_function look_function = {.name = "test.look", .version = 1, .run = look};

/* Every large result is needed before and after all of them were: six times what may be held. */
static cki_graph *large_graph(uint32_t *last)
{
    cki_graph *graph = cki_graph_new(NULL);
    uint32_t big[WIDE_RUN], first = 0, second = 0;
    for (int i = 0; i < WIDE_RUN; i++) {
        big[i] = hand_add(graph, &big_function, BIG, NULL, 0);
        const hand_task *made = cki_graph_layer(graph, big[i])->parameters;
        ((hand_task *)(uintptr_t)made)->cost.read = (size_t)i;
        first = hand_add(graph, &look_function, 64, (const uint32_t[]){big[i], first}, i ? 2 : 1);
    }
    for (int i = 0; i < WIDE_RUN; i++)
        second = hand_add(graph, &look_function, 64, (const uint32_t[]){big[i], first, second},
                          i ? 3 : 2);
    *last = second;
    return graph;
}

static void results_beyond_the_limit_are_spilled(void **state)
{
    (void)state;
    uint32_t last;
    cki_graph *graph = large_graph(&last);
    results expected, got;
    cki_error error = {0};
    const cki_exec_options plain = {.threads = 1};
    assert_int_equal(run("sync", graph, &last, 1, &plain, &expected, &error), CASK_OK);
    for (int threads = 1; threads <= 3; threads++) {
        cki_ledger *ledger = cki_ledger_new(0);
        const cki_spill_options spill = {.directories = NULL};
        cki_exec_options options = {
            .threads = threads, .memory_limit = HELD * BIG, .spill = &spill, .ledger = ledger};
        if (run("processes", graph, &last, 1, &options, &got, &error) != CASK_OK)
            fail_msg("%s", error.message);
        assert_true(cki_value_equal(got.values[0], expected.values[0]));
        let_go(&got);
        assert_int_equal(cki_ledger_now(ledger), 0);
        assert_in_range(cki_ledger_peak(ledger), BIG, (HELD + 1) * BIG);
        cki_ledger_unref(ledger);
    }
    let_go(&expected);
    cki_graph_free(graph);
}

/* Each allocation fails in turn, here and, counted from the fork on, in the processes. */
static void want_of_memory_is_an_error(void **state)
{
    (void)state;
    enum { MOST = 2000 };
    cki_graph *graph = cki_graph_new(NULL);
    uint32_t first[2] = {add(graph, &fill_function, 1, NULL, 0),
                         add(graph, &make_function, 5, NULL, 0)};
    uint32_t last = add(graph, &make_function, 6, first, 2);
    hand_list list = {.items = {last}, .count = 1};
    cki_plan *plan = hand_plan(graph, &list);
    results expected, got;
    cki_error error = {0};
    cki_exec_options options = {.threads = 2};
    assert_int_equal(run("sync", graph, &last, 1, &options, &expected, &error), CASK_OK);
    int n = 1, failures = 0;
    for (int good = 0; good < 20 && n < MOST; n++) {
        error = (cki_error){0};
        got = (results){0};
        cki_memory_fail_at(n, false);
        cask_status status = cki_exec_find("processes")->run(plan, &options, keep, &got, &error);
        cki_memory_fail_at(0, false);
        good = status == CASK_OK ? good + 1 : 0;
        failures += status != CASK_OK;
        if (status == CASK_OK)
            assert_true(cki_value_equal(got.values[0], expected.values[0]));
        else if (status != CASK_MEMORY)
            fail_msg("allocation %d: %s: %s", n, error.python, error.message);
        let_go(&got);
    }
    assert_true(failures > 20 && n < MOST);
    let_go(&expected);
    cki_plan_free(plan);
    cki_graph_free(graph);
}

/* ---- callbacks ---- */

typedef struct told {
    int64_t begin[64], end[64];
    int tasks, results, released, finished;
} told;

static void hear_before(void *user, const cki_plan *plan, size_t task, int worker)
{
    told *at = user;
    (void)plan;
    assert_in_range(worker, 0, 1);
    at->begin[task] = cki_exec_now();
}

static void hear_after(void *user, const cki_plan *plan, size_t task, int worker,
                       const cki_error *error)
{
    told *at = user;
    (void)plan, (void)worker;
    assert_null(error);
    at->end[task] = cki_exec_now();
    at->tasks++;
}

static void hear_result(void *user, const cki_plan *plan, size_t task, int worker, size_t bytes)
{
    (void)plan, (void)task, (void)worker;
    assert_true(bytes > 0);
    ((told *)user)->results++;
}

static void hear_released(void *user, const cki_plan *plan, size_t task, int worker, size_t bytes)
{
    (void)plan, (void)task, (void)worker;
    assert_true(bytes > 0);
    ((told *)user)->released++;
}

static void hear_finish(void *user, const cki_plan *plan, const cki_error *error)
{
    (void)plan;
    assert_null(error);
    ((told *)user)->finished++;
}

static void callbacks_hear_when_it_happened(void **state)
{
    (void)state;
    cki_graph *graph = cki_graph_new(NULL);
    uint32_t tasks[5];
    tasks[0] = add(graph, &fill_function, 0, NULL, 0);
    for (int i = 1; i < 5; i++)
        tasks[i] = add(graph, &turn_function, i, &tasks[i - 1], 1); /* 20 ms each */
    told at = {.tasks = 0};
    const cki_callbacks callbacks = {.user = &at,
                                     .before = hear_before,
                                     .after = hear_after,
                                     .result = hear_result,
                                     .released = hear_released,
                                     .finish = hear_finish};
    const cki_callbacks *list[] = {&callbacks, NULL};
    results got;
    cki_error error = {0};
    cki_exec_options options = {.threads = 2, .callbacks = list};
    int64_t begin = cki_clock_now();
    assert_int_equal(run("processes", graph, &tasks[4], 1, &options, &got, &error), CASK_OK);
    int64_t end = cki_clock_now();
    assert_int_equal(at.tasks, 5);
    assert_int_equal(at.results, 5);
    assert_int_equal(at.released, 5);
    assert_int_equal(at.finished, 1);
    for (int i = 1; i < 5; i++) {
        assert_true(at.begin[i] >= begin && at.begin[i] >= at.end[i - 1]);
        assert_true(at.end[i] - at.begin[i] >= 20 * MILLISECOND);
    }
    assert_true(at.end[4] <= end);
    let_go(&got);
    cki_graph_free(graph);
}

int main(void)
{
    if (!map_pad())
        return 1;
    const struct CMUnitTest tests[] = {
        TEST(values_of_every_kind_travel),          TEST(arrays_stay_in_place),
        TEST(kept_values_are_not_used_again),       TEST(many_small_tasks),
        TEST(results_beyond_the_limit_are_spilled), TEST(want_of_memory_is_an_error),
        TEST(callbacks_hear_when_it_happened),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
