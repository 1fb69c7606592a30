/* Tests of the schedulers: every one on many counts of threads gives what a plain walk gives, keeps
 * the memory limit, and ends well when something fails. */
#include "exec/exec.h"
#include "exec/pool.h"
#include "graph/test_graph.h"
#include "sys/thread.h"
#include "value/array.h"
#include "value/token.h"

#include <stdio.h>

enum { TASKS = 150, ROUNDS = 12, WIDE = 64, CHUNK = 1 << 16, LONG = 100000 };

static const int threads_of[] = {1, 2, 3, 8, 17};
enum { COUNTS = sizeof threads_of / sizeof *threads_of };

static uint64_t seed;
static uint32_t pick(uint32_t below)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(seed >> 33) % below;
}

/* ---- a graph of numbers: each task mixes its own number with its inputs ---- */

static _Atomic int failing = -1; /* the task to fail */
static _Atomic bool *raise_in_failing;
static _Atomic int runs;

static int64_t mix(int64_t a, int64_t b)
{
    return (int64_t)(((uint64_t)a ^ (uint64_t)b) * UINT64_C(0x9E3779B97F4A7C15) >> 8);
}

static cask_status mix_run(const cki_task *task, cask_value **result, cki_error *error)
{
    const hand_task *at = task->layer->parameters;
    int number = (int)at->cost.read;
    runs++;
    if (number == failing && raise_in_failing) {
        *raise_in_failing = true;
        if (!cki_exec_cancelled(task))
            return cki_fail(error, CASK_INTERNAL, NULL, "the task is not told");
    } else if (number == failing) {
        return cki_fail(error, CASK_ARITHMETIC, "ZeroDivisionError", "task %d fails", number);
    }
    int64_t value = number;
    for (size_t i = 0; i < task->ninputs; i++)
        value = mix(value, cask_value_i64(task->inputs[i]));
    *result = cki_value_int(value, error);
    return *result ? CASK_OK : error->status;
}

static const cki_function mix_function = {.name = "mix", .version = 1, .run = mix_run};

typedef struct numbers {
    cki_graph *graph;
    int64_t expected[TASKS];
    hand_list wanted;
    cki_plan *plan;
} numbers;

static void draw(numbers *at)
{
    *at = (numbers){.graph = cki_graph_new(NULL)};
    for (uint32_t i = 0; i < TASKS; i++) {
        uint32_t inputs[12];
        size_t count = i ? pick(5) : 0;
        if (i > 3 && pick(20) == 0)
            count = 12;
        at->expected[i] = i;
        for (size_t k = 0; k < count; k++) {
            inputs[k] = pick(3) ? i - 1 - pick(i < 10 ? i : 10) : pick(i);
            at->expected[i] = mix(at->expected[i], at->expected[inputs[k]]);
        }
        uint32_t task = hand_add(at->graph, &mix_function, pick(100), inputs, count);
        const hand_task *made = cki_graph_layer(at->graph, task)->parameters;
        ((hand_task *)(uintptr_t)made)->cost.read = i;
        if (pick(5) == 0 || i + 1 == TASKS)
            hand_put(&at->wanted, i);
    }
    hand_put(&at->wanted, at->wanted.items[0]); /* one of them twice */
    at->plan = hand_plan(at->graph, &at->wanted);
}

static void erase(numbers *at)
{
    cki_plan_free(at->plan);
    cki_graph_free(at->graph);
}

typedef struct delivery {
    const numbers *numbers;
    _Atomic int got[TASKS + 1];
    int fail_at; /* the wanted place that is refused, or -1 */
} delivery;

static cask_status receive(void *user, size_t wanted, cask_value *value, cki_error *error)
{
    delivery *at = user;
    assert_int_equal(cask_value_i64(value),
                     at->numbers->expected[at->numbers->wanted.items[wanted]]);
    at->got[wanted]++;
    if ((int)wanted == at->fail_at)
        return cki_fail(error, CASK_IO, NULL, "the disk is full");
    return CASK_OK;
}

static void check_run(const cki_scheduler *scheduler, const numbers *at, int threads, size_t limit)
{
    delivery to = {.numbers = at, .fail_at = -1};
    cki_exec_options options = {.threads = threads, .memory_limit = limit};
    cki_error error = {0};
    runs = 0;
    cask_status status = scheduler->run(at->plan, &options, receive, &to, &error);
    if (status != CASK_OK)
        fail_msg("%s with %d threads: %s", scheduler->name, threads, error.message);
    assert_int_equal(error.status, CASK_OK);
    assert_int_equal(runs, at->plan->count);
    for (size_t i = 0; i < at->wanted.count; i++)
        assert_int_equal(to.got[i], 1);
}

/* Do it with every scheduler and count of threads. */
#define EVERY(scheduler, threads)                                                                  \
    for (const cki_scheduler *scheduler, *const *s_ =                                              \
                                             (const cki_scheduler *[]){cki_exec_at(0),             \
                                                                       cki_exec_at(1), NULL};      \
         (scheduler = *s_) != NULL; s_++)                                                          \
        for (int t_ = 0, threads; t_ < COUNTS && (threads = threads_of[t_], true); t_++)

static void all_give_what_a_walk_gives(void **state)
{
    (void)state;
    for (seed = 1; seed < 1000; seed += 1000 / ROUNDS) {
        uint64_t start = seed;
        numbers at;
        draw(&at);
        EVERY(scheduler, threads)
        {
            check_run(scheduler, &at, threads, 0);
            check_run(scheduler, &at, threads, 1000000);
            check_run(scheduler, &at, threads, hand_least(at.plan)); /* no room for two */
        }
        erase(&at);
        seed = start;
    }
}

static void a_failing_task_ends_the_run(void **state)
{
    (void)state;
    seed = 5;
    numbers at;
    draw(&at);
    for (int round = 0; round < 6; round++) {
        uint32_t bad = pick((uint32_t)at.plan->count);
        EVERY(scheduler, threads)
        {
            delivery to = {.numbers = &at, .fail_at = -1};
            cki_exec_options options = {.threads = threads, .memory_limit = 2000};
            cki_error error = {0};
            failing = (int)at.plan->layer[bad];
            assert_int_equal(scheduler->run(at.plan, &options, receive, &to, &error),
                             CASK_ARITHMETIC);
            assert_string_equal(error.python, "ZeroDivisionError");
            char message[96];
            snprintf(message, sizeof message, "task %d fails (in task ('hand', 0), function mix)",
                     (int)failing);
            assert_string_equal(error.message, message);
        }
    }
    failing = -1;
    erase(&at);
}

static void a_refused_delivery_ends_the_run(void **state)
{
    (void)state;
    seed = 6;
    numbers at;
    draw(&at);
    EVERY(scheduler, threads)
    {
        delivery to = {.numbers = &at, .fail_at = (int)pick((uint32_t)at.wanted.count)};
        cki_exec_options options = {.threads = threads};
        cki_error error = {0};
        assert_int_equal(scheduler->run(at.plan, &options, receive, &to, &error), CASK_IO);
        assert_string_equal(error.message, "the disk is full");
    }
    erase(&at);
}

static void cancelling_ends_the_run(void **state)
{
    (void)state;
    seed = 7;
    numbers at;
    draw(&at);
    EVERY(scheduler, threads)
    {
        _Atomic bool cancel = false;
        delivery to = {.numbers = &at, .fail_at = -1};
        cki_exec_options options = {.threads = threads, .cancel = &cancel};
        cki_error error = {0};
        failing = (int)at.plan->layer[at.plan->count / 3];
        raise_in_failing = &cancel;
        assert_int_equal(scheduler->run(at.plan, &options, receive, &to, &error), CASK_CANCELLED);
        assert_string_equal(error.python, "KeyboardInterrupt");
    }
    failing = -1;
    raise_in_failing = NULL;
    erase(&at);
}

static void no_memory_is_an_error(void **state)
{
    (void)state;
    seed = 8;
    numbers at;
    draw(&at);
    EVERY(scheduler, threads)
    {
        if (threads > 3)
            continue;
        cask_status status = CASK_MEMORY;
        /* without all allocations after the n-th; from some n on it does */
        for (int64_t n = 1; status != CASK_OK; n += n < 20 ? 1 : 13) {
            delivery to = {.numbers = &at, .fail_at = -1};
            cki_exec_options options = {.threads = threads, .memory_limit = hand_least(at.plan)};
            cki_error error = {0};
            cki_memory_fail_at(n, true);
            status = scheduler->run(at.plan, &options, receive, &to, &error);
            cki_memory_fail_at(0, false);
            assert_true(status == CASK_OK || status == CASK_MEMORY);
            assert_int_equal(error.status, status);
            assert_true(n < 10 * TASKS);
        }
    }
    erase(&at);
}

/* ---- chunks: the limit is kept ---- */

static cask_status chunk_run(const cki_task *task, cask_value **result, cki_error *error)
{
    const hand_task *at = task->layer->parameters;
    int64_t shape[] = {(int64_t)at->cost.output / 8};
    *result = cki_array_zeros(cki_dtype_of(CASK_F64), 1, shape, error);
    return *result ? CASK_OK : error->status;
}

static const cki_function chunk_function = {.name = "chunk", .version = 1, .run = chunk_run};

/* Chunks that become smaller, and a sum of those. */
static cki_plan *draw_chunks(cki_graph *graph)
{
    hand_list small = {.count = 0};
    for (int i = 0; i < WIDE; i++) {
        uint32_t chunk = hand_add(graph, &chunk_function, CHUNK, NULL, 0);
        uint32_t same = hand_add(graph, &chunk_function, CHUNK, &chunk, 1);
        hand_put(&small, hand_add(graph, &chunk_function, 64, &same, 1));
    }
    uint32_t sum = hand_add(graph, &chunk_function, 64, small.items, small.count);
    return hand_plan(graph, &(hand_list){{sum}, 1});
}

static void the_limit_is_kept(void **state)
{
    (void)state;
    cki_graph *graph = cki_graph_new(NULL);
    cki_plan *plan = draw_chunks(graph);
    const size_t limits[] = {3 * CHUNK, 5 * CHUNK, 10 * CHUNK, 1000 * CHUNK};
    const cki_spill_options spill = {.compress = false};
    for (size_t i = 0; i < 4; i++)
        EVERY(scheduler, threads)
        {
            cki_ledger *ledger = cki_ledger_new(0);
            cki_exec_options options = {
                .threads = threads, .memory_limit = limits[i], .ledger = ledger, .spill = &spill};
            cki_error error = {0};
            assert_int_equal(scheduler->run(plan, &options, NULL, NULL, &error), CASK_OK);
            assert_int_equal(cki_ledger_now(ledger), 0);
            /* buffers are a little larger than what they hold, and small results are not exact */
            assert_true(cki_ledger_peak(ledger) <= limits[i] + limits[i] / 8);
            assert_true(cki_ledger_peak(ledger) >= 2 * CHUNK);
            cki_ledger_unref(ledger);
        }
    cki_plan_free(plan);
    cki_graph_free(graph);
}

static void a_task_beyond_the_limit_is_refused(void **state)
{
    (void)state;
    cki_graph *graph = cki_graph_new(NULL);
    uint32_t small = hand_add(graph, &chunk_function, 8, NULL, 0);
    uint32_t large = hand_add(graph, &mix_function, 3200000000, &small, 1);
    cki_plan *plan = hand_plan(graph, &(hand_list){{large}, 1});
    runs = 0;
    EVERY(scheduler, threads)
    {
        cki_exec_options options = {.threads = threads, .memory_limit = 500000000};
        cki_error error = {0};
        assert_int_equal(scheduler->run(plan, &options, NULL, NULL, &error), CASK_LIMIT);
        assert_string_equal(error.python, "MemoryError");
        assert_string_equal(error.message,
                            "a task of hand (block 0) needs 3.2 GB but the memory limit is "
                            "500 MB: use smaller chunks (rechunk) or a higher --memory-limit");
    }
    assert_int_equal(runs, 0);
    cki_plan_free(plan);
    cki_graph_free(graph);
}

/* ---- tasks that fail for a while ---- */

static _Atomic int stumbles;

static cask_status stumble_run(const cki_task *task, cask_value **result, cki_error *error)
{
    if (stumbles-- > 0)
        return cki_fail(error, CASK_IO, NULL, "not yet");
    return mix_run(task, result, error);
}

static void failed_tasks_are_tried_again(void **state)
{
    (void)state;
    static const cki_function stumble = {.name = "stumble", .version = 1, .run = stumble_run};
    cki_graph *graph = cki_graph_new(NULL);
    uint32_t a = hand_add(graph, &mix_function, 8, NULL, 0);
    uint32_t b = hand_add(graph, &stumble, 8, (uint32_t[]){a, a}, 2);
    cki_plan *plan = hand_plan(graph, &(hand_list){{b}, 1});
    EVERY(scheduler, threads)
    {
        cki_exec_options options = {.threads = threads, .retries = 2};
        stumbles = 2;
        assert_int_equal(scheduler->run(plan, &options, NULL, NULL, NULL), CASK_OK);
        stumbles = 3;
        cki_error error = {0};
        assert_int_equal(scheduler->run(plan, &options, NULL, NULL, &error), CASK_IO);
        assert_string_equal(error.message, "not yet (in task ('hand', 0), function stumble)");
        assert_int_equal(stumbles, 0);
    }
    cki_plan_free(plan);
    cki_graph_free(graph);
}

/* ---- runs within tasks ---- */

static const numbers *within;

static cask_status nested_run(const cki_task *task, cask_value **result, cki_error *error)
{
    (void)task;
    assert_true(cki_exec_depth() > 0);
    delivery to = {.numbers = within, .fail_at = -1};
    cki_exec_options options = {.threads = 3};
    cask_status status = cki_exec_find("threads")->run(within->plan, &options, receive, &to, error);
    *result = status == CASK_OK ? cki_value_int(1, error) : NULL;
    return status;
}

static void tasks_may_run_plans(void **state)
{
    (void)state;
    static const cki_function nested = {.name = "nested", .version = 1, .run = nested_run};
    seed = 11;
    numbers at;
    draw(&at);
    within = &at;
    cki_graph *graph = cki_graph_new(NULL);
    hand_list parts = {.count = 0};
    for (int i = 0; i < 12; i++)
        hand_put(&parts, hand_add(graph, &nested, 8, NULL, 0));
    cki_plan *plan = hand_plan(graph, &parts);
    EVERY(scheduler, threads)
    {
        cki_exec_options options = {.threads = threads};
        assert_int_equal(scheduler->run(plan, &options, NULL, NULL, NULL), CASK_OK);
    }
    assert_int_equal(cki_exec_depth(), 0);
    cki_plan_free(plan);
    cki_graph_free(graph);
    erase(&at);
}

static void threads_are_kept_for_the_next_run(void **state)
{
    (void)state;
    seed = 12;
    numbers at;
    draw(&at);
    cki_pool_open();
    int busy, idle;
    for (int i = 0; i < 20; i++)
        check_run(cki_exec_find("threads"), &at, 3, 0);
    cki_pool_counts(&busy, &idle);
    assert_int_equal(busy, 0);
    cki_pool_close();
    cki_pool_counts(&busy, &idle);
    assert_int_equal(busy + idle, 0);
    erase(&at);
}

/* ---- callbacks, long graphs, several runs at once ---- */

typedef struct events {
    _Atomic int starts, befores, afters, failures, finishes;
    _Atomic int results, released;
    _Atomic int64_t bytes; /* of results that were not released yet */
    _Atomic int workers;   /* a bit each */
} events;

static void count_start(void *user, const cki_plan *plan)
{
    (void)plan;
    ((events *)user)->starts++;
}

static void count_before(void *user, const cki_plan *plan, size_t task, int worker)
{
    assert_true(task < plan->count);
    ((events *)user)->befores++;
    ((events *)user)->workers |= 1 << worker;
}

static void count_after(void *user, const cki_plan *plan, size_t task, int worker,
                        const cki_error *error)
{
    (void)plan, (void)task, (void)worker;
    ((events *)user)->afters++;
    ((events *)user)->failures += error != NULL;
}

static void count_result(void *user, const cki_plan *plan, size_t task, int worker, size_t bytes)
{
    (void)plan, (void)task, (void)worker;
    ((events *)user)->results++;
    ((events *)user)->bytes += (int64_t)bytes;
}

static void count_released(void *user, const cki_plan *plan, size_t task, int worker, size_t bytes)
{
    (void)plan, (void)task, (void)worker;
    ((events *)user)->released++;
    ((events *)user)->bytes -= (int64_t)bytes;
}

static void count_finish(void *user, const cki_plan *plan, const cki_error *error)
{
    (void)plan;
    ((events *)user)->finishes++;
    ((events *)user)->failures += error != NULL;
}

static void callbacks_are_told(void **state)
{
    (void)state;
    seed = 9;
    numbers at;
    draw(&at);
    EVERY(scheduler, threads)
    {
        events tally = {0};
        const cki_callbacks counts = {.user = &tally,
                                      .start = count_start,
                                      .before = count_before,
                                      .after = count_after,
                                      .result = count_result,
                                      .released = count_released,
                                      .finish = count_finish};
        const cki_callbacks silent = {0};
        const cki_callbacks *const callbacks[] = {&silent, &counts, NULL};
        delivery to = {.numbers = &at, .fail_at = -1};
        cki_exec_options options = {.threads = threads, .callbacks = callbacks};
        assert_int_equal(scheduler->run(at.plan, &options, receive, &to, NULL), CASK_OK);
        assert_int_equal(tally.starts, 1);
        assert_int_equal(tally.befores, at.plan->count);
        assert_int_equal(tally.afters, at.plan->count);
        assert_int_equal(tally.results, at.plan->count);
        assert_int_equal(tally.released, at.plan->count);
        assert_int_equal(tally.bytes, 0);
        assert_int_equal(tally.finishes, 1);
        assert_int_equal(tally.failures, 0);
        assert_true(tally.workers < 1 << threads);
        failing = (int)at.plan->layer[0];
        assert_int_equal(scheduler->run(at.plan, &options, receive, &to, NULL), CASK_ARITHMETIC);
        assert_int_equal(tally.befores, tally.afters);
        assert_int_equal(tally.finishes, 2);
        assert_int_equal(tally.failures, 2); /* of the task and of the run */
        failing = -1;
    }
    erase(&at);
}

static void before_inputs(const cki_layer *layer, int64_t block, cki_keys *keys)
{
    cki_graph_key(keys, *(const uint32_t *)layer->parameters, block);
}

static cask_status add_one(const cki_task *task, cask_value **result, cki_error *error)
{
    *result = cki_value_int(task->ninputs ? cask_value_i64(task->inputs[0]) + 1 : 1, error);
    return *result ? CASK_OK : error->status;
}

static cask_status keep_number(void *user, size_t wanted, cask_value *value, cki_error *error)
{
    (void)wanted, (void)error;
    *(int64_t *)user = cask_value_i64(value);
    return CASK_OK;
}

static void long_chains_need_no_stack(void **state)
{
    (void)state;
    static const cki_function function = {.name = "add_one", .version = 1, .run = add_one};
    cki_graph *graph = cki_graph_new(NULL);
    uint32_t links[LONG];
    for (uint32_t i = 0; i < LONG; i++) {
        cki_layer layer = {.name = "link",
                           .function = &function,
                           .blocks = 1,
                           .parameters = i ? &links[i - 1] : NULL,
                           .inputs = i ? before_inputs : NULL};
        assert_int_equal(cki_graph_add(graph, &layer, &links[i], NULL), CASK_OK);
    }
    cki_plan *plan;
    assert_int_equal(cki_plan_build(graph, &(cki_key){LONG - 1, 0}, 1, &plan, NULL), CASK_OK);
    EVERY(scheduler, threads)
    {
        cki_exec_options options = {.threads = threads, .memory_limit = 1000};
        int64_t result = 0;
        assert_int_equal(scheduler->run(plan, &options, keep_number, &result, NULL), CASK_OK);
        assert_int_equal(result, LONG);
    }
    cki_plan_free(plan);
    cki_graph_free(graph);
}

/* Knows the result of the task after `user`. */
static cask_value *find_after(void *user, const cki_layer *layer, int64_t block)
{
    (void)block;
    return layer->parameters == user ? cki_value_int(1000, NULL) : NULL;
}

static void known_results_are_taken(void **state)
{
    (void)state;
    static const cki_function function = {.name = "add_one", .version = 1, .run = add_one};
    cki_graph *graph = cki_graph_new(NULL);
    uint32_t links[10];
    for (uint32_t i = 0; i < 10; i++) {
        cki_layer layer = {.name = "link",
                           .function = &function,
                           .blocks = 1,
                           .parameters = i ? &links[i - 1] : NULL,
                           .inputs = i ? before_inputs : NULL};
        assert_int_equal(cki_graph_add(graph, &layer, &links[i], NULL), CASK_OK);
    }
    cki_plan *plan;
    cki_plan_known known = {.user = &links[5], .find = find_after}; /* the seventh link's */
    assert_int_equal(cki_plan_build_known(graph, &(cki_key){9, 0}, 1, &known, &plan, NULL),
                     CASK_OK);
    assert_int_equal(plan->count, 4);
    EVERY(scheduler, threads)
    {
        cki_exec_options options = {.threads = threads, .memory_limit = 1000};
        int64_t result = 0;
        assert_int_equal(scheduler->run(plan, &options, keep_number, &result, NULL), CASK_OK);
        assert_int_equal(result, 1003);
    }
    cki_plan_free(plan);
    cki_graph_free(graph);
}

static void run_repeatedly(void *given)
{
    const numbers *at = given;
    for (int i = 0; i < 20; i++) {
        delivery to = {.numbers = at, .fail_at = -1};
        cki_exec_options options = {.threads = 2, .memory_limit = 1500};
        assert_int_equal(cki_exec_find("threads")->run(at->plan, &options, receive, &to, NULL),
                         CASK_OK);
    }
}

static void several_runs_at_once(void **state)
{
    (void)state;
    seed = 10;
    numbers at;
    draw(&at);
    cki_thread threads[3];
    for (int i = 0; i < 3; i++)
        assert_int_equal(cki_thread_start(&threads[i], run_repeatedly, &at, "run", NULL), CASK_OK);
    for (int i = 0; i < 3; i++)
        cki_thread_join(&threads[i]);
    erase(&at);
}

static void schedulers_have_names(void **state)
{
    (void)state;
    for (size_t i = 0; cki_exec_at(i); i++)
        assert_ptr_equal(cki_exec_find(cki_exec_at(i)->name), cki_exec_at(i));
    assert_string_equal(cki_exec_find("sync")->name, "sync");
    assert_string_equal(cki_exec_find("threads")->name, "threads");
    assert_null(cki_exec_find("processes of another kind"));
    cki_graph *graph = cki_graph_new(NULL);
    cki_plan *plan = hand_plan(graph, &(hand_list){.count = 0});
    EVERY(scheduler, threads)
    {
        cki_exec_options options = {.threads = threads, .memory_limit = 1};
        assert_int_equal(scheduler->run(plan, &options, NULL, NULL, NULL), CASK_OK);
    }
    cki_plan_free(plan);
    cki_graph_free(graph);
}

/* A value that several threads read, count and hash at once. */
typedef struct sharer {
    cki_thread thread;
    cask_value *list;
    int wrong;
} sharer;

static void share(void *user)
{
    sharer *s = user;
    cki_token token = cki_token_of(s->list);
    for (int i = 0; i < 2000; i++) {
        cask_value *item = cki_value_item(s->list, i % 2, NULL);
        cask_value *again = cask_value_ref(item);
        cask_value_unref(item);
        cask_value_unref(cki_value_none());
        s->wrong += !cki_token_same(token, cki_token_of(s->list));
        cask_value_unref(again);
    }
    cask_value_unref(s->list);
}

static void values_are_shared_by_threads(void **state)
{
    (void)state;
    sharer sharers[4];
    static const char text[] = "[[1, 2, {\"a\": null}], \"text\"]";
    cask_value *list = cki_value_from_json(text, sizeof text - 1, NULL);
    assert_non_null(list);
    for (size_t i = 0; i < 4; i++) {
        sharers[i] = (sharer){.list = cask_value_ref(list)};
        assert_int_equal(cki_thread_start(&sharers[i].thread, share, &sharers[i], "share", NULL),
                         CASK_OK);
    }
    cask_value_unref(list);
    for (size_t i = 0; i < 4; i++) {
        cki_thread_join(&sharers[i].thread);
        assert_int_equal(sharers[i].wrong, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(schedulers_have_names),
        cmocka_unit_test(all_give_what_a_walk_gives),
        cmocka_unit_test(a_failing_task_ends_the_run),
        cmocka_unit_test(a_refused_delivery_ends_the_run),
        cmocka_unit_test(cancelling_ends_the_run),
        cmocka_unit_test(no_memory_is_an_error),
        cmocka_unit_test(the_limit_is_kept),
        cmocka_unit_test(a_task_beyond_the_limit_is_refused),
        cmocka_unit_test(failed_tasks_are_tried_again),
        cmocka_unit_test(tasks_may_run_plans),
        cmocka_unit_test(threads_are_kept_for_the_next_run),
        cmocka_unit_test(callbacks_are_told),
        cmocka_unit_test(long_chains_need_no_stack),
        cmocka_unit_test(known_results_are_taken),
        cmocka_unit_test(several_runs_at_once),
        cmocka_unit_test(values_are_shared_by_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
