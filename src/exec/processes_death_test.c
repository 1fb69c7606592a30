/* Tests of the processes scheduler: tasks that fail, processes that die in the middle or are
 * stopped, runs that are cancelled, at once, and inside one another. */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "exec/test_processes.h"

/* ---- errors and deaths ---- */

typedef enum way {
    FAILS = 1,
    FAILS_SILENTLY,
    GIVES_NOTHING,
    SEGFAULTS,
    ABORTS,
    EXITS,
    IS_KILLED,
    IS_STOPPED,
    DIES_FIRST, /* and not when it is tried again */
    FAILS_FIRST,
    SLEEPS,
    GIVES_OBJECT
} way;

static const cki_class thing = {.name = "thing"};

static cask_status misbehave(const cki_task *task, cask_value **result, cki_error *error)
{
    int number = number_of(task);
    bool again = atomic_fetch_add(&pad->tries[number], 1) > 0;
    switch ((way)number) {
    case FAILS:
        return cki_fail(error, CASK_ARITHMETIC, "ZeroDivisionError", "division by zero");
    case FAILS_SILENTLY:
        return CASK_SHAPE;
    case GIVES_NOTHING:
        return CASK_OK;
    case SEGFAULTS:
        raise(SIGSEGV);
        break;
    case ABORTS:
        abort();
    case EXITS:
        _exit(3);
    case IS_KILLED:
        raise(SIGKILL);
        break;
    case IS_STOPPED:
        raise(SIGSTOP);
        break;
    case DIES_FIRST:
        if (!again)
            raise(SIGKILL);
        break;
    case FAILS_FIRST:
        if (!again)
            return cki_fail(error, CASK_IO, NULL, "not yet");
        break;
    case SLEEPS:
        atomic_fetch_add(&pad->begun, 1);
        cki_clock_sleep(20 * (int64_t)1000 * MILLISECOND);
        break;
    case GIVES_OBJECT:
        *result = cki_value_object(&thing, pad, error);
        return CASK_OK;
    }
    *result = cki_value_int(number, error);
    return *result ? CASK_OK : error->status;
}

static const cki_function bad_function = {.name = "test.bad", .version = 1, .run = misbehave};

/* A graph in which one task among others behaves that way. */
static cki_graph *graph_with(way how, uint32_t *last)
{
    cki_graph *graph = cki_graph_new(NULL);
    uint32_t row[12];
    for (int i = 0; i < 12; i++)
        row[i] = i == 5 ? add(graph, &bad_function, (int)how, NULL, 0)
                        : add(graph, &add_function, 0, row, (size_t)i % 3);
    *last = add(graph, &add_function, 0, row, 12);
    return graph;
}

static cask_status try_with(way how, int retries, cki_error *error)
{
    uint32_t last;
    cki_graph *graph = graph_with(how, &last);
    results got;
    cki_exec_options options = {.threads = 2, .retries = retries};
    *error = (cki_error){0};
    cask_status status = run("processes", graph, &last, 1, &options, &got, error);
    let_go(&got);
    cki_graph_free(graph);
    return status;
}

static void errors_of_tasks_travel(void **state)
{
    (void)state;
    cki_error error;
    assert_int_equal(try_with(FAILS, 0, &error), CASK_ARITHMETIC);
    assert_string_equal(error.python, "ZeroDivisionError");
    assert_string_equal(error.message, "division by zero (in task ('hand', 0), function test.bad)");
    assert_int_equal(try_with(FAILS_SILENTLY, 0, &error), CASK_SHAPE);
    assert_non_null(strstr(error.message, "did not say why"));
    assert_int_equal(try_with(GIVES_NOTHING, 0, &error), CASK_INTERNAL);
    assert_int_equal(try_with(GIVES_OBJECT, 0, &error), CASK_TYPE);
    assert_non_null(strstr(error.message, "the result cannot leave the process that made it"));
}

static void deaths_are_errors(void **state)
{
    (void)state;
    static const struct {
        way how;
        const char *cause;
    } cases[] = {
        {SEGFAULTS, "signal 11 (Segmentation fault)"},
        {ABORTS, "signal 6 (Aborted)"},
        {EXITS, "exit status 3"},
        {IS_KILLED, "signal 9 (Killed: probably out of memory, or killed by somebody)"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cki_error error;
        char expected[200];
        assert_int_equal(try_with(cases[i].how, 0, &error), CASK_IO);
        assert_string_equal(error.python, "BrokenProcessPool");
        snprintf(expected, sizeof expected,
                 "task ('hand', 0), function test.bad: the worker process died of %s",
                 cases[i].cause);
        assert_string_equal(error.message, expected);
        assert_int_equal(pad->tries[cases[i].how], 1);
        assert_int_equal(try_with(cases[i].how, 2, &error), CASK_IO); /* every time */
        assert_int_equal(pad->tries[cases[i].how], 4);
    }
}

static void what_works_at_last_is_no_error(void **state)
{
    (void)state;
    cki_error error;
    assert_int_equal(try_with(DIES_FIRST, 1, &error), CASK_OK);
    assert_int_equal(pad->tries[DIES_FIRST], 2);
    assert_int_equal(try_with(FAILS_FIRST, 1, &error), CASK_OK);
    assert_int_equal(pad->tries[FAILS_FIRST], 2);
    assert_int_equal(try_with(IS_STOPPED, 0, &error), CASK_OK);
    assert_int_equal(pad->tries[IS_STOPPED], 1);
}

/* The processes that this one has started. */
static size_t children(pid_t *pids, size_t room)
{
    char path[80];
    size_t count = 0;
    int one;
    snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
    FILE *file = fopen(path, "r");
    while (file && count < room && fscanf(file, "%d", &one) == 1)
        pids[count++] = one;
    if (file)
        fclose(file);
    return count;
}

typedef struct killer {
    int signal;
    atomic_int kills;
    atomic_bool end;
} killer;

/* Sends a signal to some child again and again. */
static void kill_some(void *given)
{
    killer *at = given;
    for (unsigned turn = 0; !atomic_load(&at->end); turn++) {
        pid_t pids[16];
        size_t count = children(pids, 16);
        if (count && atomic_load(&pad->begun) > 3 && kill(pids[turn % count], at->signal) == 0)
            at->kills++;
        atomic_store(&pad->begun, 0);
        cki_clock_sleep(3 * MILLISECOND);
    }
}

/* Takes a while, and memory. */
static cask_status work(const cki_task *task, cask_value **result, cki_error *error)
{
    const int64_t shape[] = {40000};
    double sum = number_of(task);
    atomic_fetch_add(&pad->begun, 1);
    for (size_t i = 0; i < task->ninputs; i++) {
        const double *data = (const double *)(const void *)task->inputs[i]->as.array->data;
        for (int64_t k = 0; k < shape[0]; k++)
            if (data[k] != data[0])
                return cki_fail(error, CASK_INTERNAL, NULL, "an input is not whole");
        sum += data[0];
    }
    *result = cki_array_new(cki_dtype_of(CASK_F64), 1, shape, error);
    for (int64_t i = 0; *result && i < shape[0]; i++)
        ((double *)(void *)(*result)->as.array->data)[i] = sum;
    return *result ? CASK_OK : error->status;
}

static const cki_function work_function = {.name = "test.work", .version = 1, .run = work};

static void work_under_fire(int signal, int least)
{
    enum { TASKS = 1500 };
    cki_graph *graph = cki_graph_new(NULL);
    uint32_t *tasks = test_calloc(TASKS, sizeof *tasks);
    for (int i = 0; i < TASKS; i++) {
        const uint32_t inputs[] = {i ? tasks[i - 1 - i % 7 % i] : 0, i ? tasks[i / 2] : 0};
        tasks[i] = add(graph, &work_function, i % 10, inputs, i < 10 ? 0 : 1 + (size_t)(i % 2));
    }
    results expected, got;
    cki_exec_options options = {.threads = 3, .retries = 100};
    cki_error error = {0};
    assert_int_equal(run("sync", graph, tasks + TASKS - 60, 60, &options, &expected, &error),
                     CASK_OK);
    killer at = {.signal = signal};
    cki_thread thread;
    int rounds = 0;
    assert_int_equal(cki_thread_start(&thread, kill_some, &at, "killer", NULL), CASK_OK);
    do {
        if (run("processes", graph, tasks + TASKS - 60, 60, &options, &got, &error) != CASK_OK)
            fail_msg("%s", error.message);
        for (int i = 0; i < 60; i++)
            assert_true(cki_value_equal(got.values[i], expected.values[i]));
        let_go(&got);
    } while (at.kills < least && ++rounds < 100);
    atomic_store(&at.end, true);
    cki_thread_join(&thread);
    assert_true(at.kills >= least);
    let_go(&expected);
    test_free(tasks);
    cki_graph_free(graph);
}

static void killed_processes_are_replaced(void **state)
{
    (void)state;
    work_under_fire(SIGKILL, 10);
}

static void stopped_processes_go_on(void **state)
{
    (void)state;
    work_under_fire(SIGSTOP, 5);
}

/* ---- cancelling ---- */

static void raise_soon(void *given)
{
    _Atomic bool *flag = given;
    while (atomic_load(&pad->begun) == 0)
        cki_clock_sleep(MILLISECOND);
    atomic_store(flag, true);
}

static void cancelling_ends_the_processes(void **state)
{
    (void)state;
    uint32_t last;
    cki_graph *graph = graph_with(SLEEPS, &last);
    results got;
    _Atomic bool cancel = false;
    cki_exec_options options = {.threads = 2, .cancel = &cancel};
    cki_error error = {0};
    cki_thread thread;
    assert_int_equal(cki_thread_start(&thread, raise_soon, &cancel, "raiser", NULL), CASK_OK);
    int64_t begin = cki_clock_now();
    assert_int_equal(run("processes", graph, &last, 1, &options, &got, &error), CASK_CANCELLED);
    assert_true(cki_clock_now() - begin < 3000 * (int64_t)MILLISECOND);
    cki_thread_join(&thread);
    let_go(&got);
    cki_graph_free(graph);
}

/* ---- several at once, and inside one another ---- */

/* A run on threads or in processes, by the task's number. */
static cask_status run_inside(const cki_task *task, cask_value **result, cki_error *error)
{
    uint32_t last;
    cki_graph *graph = graph_with(FAILS_FIRST, &last);
    results got;
    cki_exec_options options = {.threads = 4, .retries = 1, .ledger = cki_ledger_current()};
    const char *how = number_of(task) % 2 ? "processes" : "threads";
    cask_status status = run(how, graph, &last, 1, &options, &got, error);
    *result = cask_value_ref(got.values[0]);
    let_go(&got);
    cki_graph_free(graph);
    return status;
}

static const cki_function inside_function = {
    .name = "test.inside", .version = 1, .run = run_inside};

static void tasks_may_run_others(void **state)
{
    (void)state;
    cki_graph *graph = cki_graph_new(NULL);
    uint32_t wanted[2] = {add(graph, &inside_function, 0, NULL, 0),
                          add(graph, &inside_function, 1, NULL, 0)};
    results got;
    cki_error error = {0};
    cki_exec_options options = {.threads = 2};
    /* threads of the pool that are idle here are not there in the processes */
    assert_int_equal(run("threads", graph, wanted, 2, &options, &got, &error), CASK_OK);
    let_go(&got);
    memset(pad, 0, sizeof *pad);
    if (run("processes", graph, wanted, 2, &options, &got, &error) != CASK_OK)
        fail_msg("%s", error.message);
    assert_true(cki_value_equal(got.values[0], got.values[1]));
    let_go(&got);
    cki_graph_free(graph);
}

static void run_some(void *given)
{
    (void)given;
    for (int i = 0; i < 5; i++) {
        uint32_t last;
        cki_graph *graph = graph_with(IS_STOPPED, &last);
        results got;
        cki_error error = {0};
        cki_exec_options options = {.threads = 2};
        assert_int_equal(run("processes", graph, &last, 1, &options, &got, &error), CASK_OK);
        let_go(&got);
        cki_graph_free(graph);
    }
}

static void threads_may_run_processes(void **state)
{
    (void)state;
    cki_thread threads[3];
    for (int i = 0; i < 3; i++)
        assert_int_equal(cki_thread_start(&threads[i], run_some, NULL, "runner", NULL), CASK_OK);
    for (int i = 0; i < 3; i++)
        cki_thread_join(&threads[i]);
}

int main(void)
{
    if (!map_pad())
        return 1;
    const struct CMUnitTest tests[] = {
        TEST(errors_of_tasks_travel),         TEST(deaths_are_errors),
        TEST(what_works_at_last_is_no_error), TEST(killed_processes_are_replaced),
        TEST(stopped_processes_go_on),        TEST(cancelling_ends_the_processes),
        TEST(tasks_may_run_others),           TEST(threads_may_run_processes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
