/* Tests of the brain in a small world: made-up workers, results that are only sizes, and a check of
 * each of its answers. What it may never do: run a task before its inputs, let go of a result that
 * is needed or keep one that is not, pass the limit where spilling could prevent it, or stop short
 * of the end. */
#include "core/memory.h"
#include "exec/brain.h"
#include "graph/test_graph.h"

enum { TASKS = 60, WORKERS = 5, FLIGHT = 3, SEEDS = 400 };

static uint64_t seed;
static uint32_t pick(uint32_t below)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(seed >> 33) % below;
}

/* ---- the world ---- */

typedef struct slot {
    bool taken;
    cki_brain_action action;
} slot;

typedef struct world {
    const cki_plan *plan;
    cki_brain *brain;
    cki_brain_options options;
    int flight; /* what a worker may have under way at once */
    slot slots[WORKERS][FLIGHT];
    bool ended[WORKERS], asleep[WORKERS];
    bool ran[TASKS], resident[TASKS], disk[TASKS], released[TASKS], running[TASKS];
    int runs[TASKS], failures[TASKS];
    uint32_t fail_one_in, stay_one_in; /* tasks that fail; results that cannot be spilled */
    bool disk_full;
    int64_t live, peak;
    uint64_t trace; /* of all answers, for comparing runs */
    bool stuck;
} world;

static int64_t output_of(const world *at, uint32_t task)
{
    return (int64_t)cki_plan_cost(at->plan, task).output;
}

static int64_t running_bytes(const world *at, uint32_t task)
{
    return output_of(at, task) + (int64_t)cki_plan_cost(at->plan, task).working;
}

static void change_live(world *at, int64_t change)
{
    at->live += change;
    at->peak = at->live > at->peak ? at->live : at->peak;
}

static void wake(world *at, int whom)
{
    for (int i = 0; i < at->options.workers; i++)
        if (whom == CKI_BRAIN_ALL || whom == i) {
            assert_true(whom == CKI_BRAIN_ALL || cki_brain_notified(at->brain, i));
            at->asleep[i] = at->asleep[i] && !cki_brain_notified(at->brain, i);
        }
}

/* What must hold when a task begins. */
static void check_begin(world *at, uint32_t task)
{
    cki_plan_list inputs = cki_plan_arguments(at->plan, task);
    assert_false(at->ran[task]);
    assert_false(at->running[task]);
    for (size_t i = 0; i < inputs.count; i++) {
        uint32_t input = inputs.items[i];
        assert_true(at->ran[input]);
        assert_true(at->resident[input]);
    }
    at->running[task] = true;
    change_live(at, running_bytes(at, task));
}

static bool is_input_of_running(const world *at, uint32_t result)
{
    cki_plan_list users = cki_plan_users(at->plan, result);
    for (size_t u = 0; u < users.count; u++)
        if (at->running[users.items[u]])
            return true;
    return false;
}

static bool all_users_ran(const world *at, uint32_t result)
{
    cki_plan_list users = cki_plan_users(at->plan, result);
    for (size_t u = 0; u < users.count; u++)
        if (!at->ran[users.items[u]])
            return false;
    return true;
}

static void finish_run(world *at, int worker, uint32_t task)
{
    at->running[task] = false;
    at->runs[task]++;
    if (at->fail_one_in && pick(at->fail_one_in) == 0) {
        bool again;
        change_live(at, -running_bytes(at, task));
        at->failures[task]++;
        wake(at, cki_brain_failed(at->brain, worker, task, 0, &again));
        assert_int_equal(again, at->failures[task] <= at->options.retries);
        return;
    }
    at->ran[task] = true;
    bool kept = cki_plan_users(at->plan, task).count > 0;
    int64_t change = kept ? output_of(at, task) : 0;
    change_live(at, change - running_bytes(at, task));
    const uint32_t *released;
    size_t count = cki_brain_release(at->brain, worker, task, &released);
    for (size_t i = 0; i < count; i++) {
        uint32_t result = released[i];
        assert_false(at->released[result]);
        assert_true(at->resident[result]);
        assert_true(all_users_ran(at, result));
        at->released[result] = true;
        at->resident[result] = false;
        change_live(at, -output_of(at, result));
        change -= output_of(at, result);
    }
    at->resident[task] = kept;
    cki_brain_made made = {.change = change,
                           .bytes = kept ? (size_t)output_of(at, task) : 0,
                           .can_spill = !at->stay_one_in || pick(at->stay_one_in) != 0};
    wake(at, cki_brain_done(at->brain, worker, task, cki_brain_counts(at->brain) ? &made : NULL));
}

static void finish_spill(world *at, int worker, uint32_t task)
{
    bool ok = at->disk[task] || !at->disk_full;
    if (ok) {
        change_live(at, -output_of(at, task));
        at->resident[task] = false;
        at->disk[task] = true;
    }
    wake(at, cki_brain_spilled(at->brain, worker, task, ok, ok ? -output_of(at, task) : 0));
}

static void finish(world *at, int worker, int which)
{
    slot *s = &at->slots[worker][which];
    s->taken = false;
    at->asleep[worker] = false; /* who reports asks again */
    if (s->action.kind == CKI_BRAIN_RUN) {
        finish_run(at, worker, s->action.task);
    } else if (s->action.kind == CKI_BRAIN_SPILL) {
        finish_spill(at, worker, s->action.task);
    } else {
        at->resident[s->action.task] = true;
        change_live(at, output_of(at, s->action.task));
        wake(at, cki_brain_loaded(at->brain, worker, s->action.task, true,
                                  output_of(at, s->action.task)));
    }
}

/* Ask for one worker, and note what it is told. */
static void ask(world *at, int worker, int which)
{
    cki_brain_action action = cki_brain_next(at->brain, worker);
    at->trace = at->trace * 31 + (uint64_t)action.kind * 1000 + action.task;
    at->asleep[worker] = action.kind == CKI_BRAIN_WAIT;
    wake(at, action.wake);
    switch (action.kind) {
    case CKI_BRAIN_RUN:
        check_begin(at, action.task);
        break;
    case CKI_BRAIN_SPILL:
        assert_true(at->resident[action.task]);
        assert_false(is_input_of_running(at, action.task));
        assert_false(at->released[action.task]);
        break;
    case CKI_BRAIN_LOAD:
        assert_true(at->disk[action.task]);
        assert_false(at->resident[action.task]);
        change_live(at, output_of(at, action.task));
        change_live(at, -output_of(at, action.task)); /* while it is read there must be room */
        break;
    case CKI_BRAIN_WAIT:
        return;
    case CKI_BRAIN_END:
        at->ended[worker] = true;
        return;
    case CKI_BRAIN_STUCK:
        at->stuck = true;
        cki_brain_cancel(at->brain);
        return;
    }
    at->slots[worker][which] = (slot){.taken = true, .action = action};
}

/* Let one thing happen; false when nothing can any more. */
static bool step(world *at)
{
    int choices[2 * WORKERS * FLIGHT], count = 0;
    for (int w = 0; w < at->options.workers; w++) {
        int free = -1;
        for (int f = 0; f < at->flight; f++)
            if (at->slots[w][f].taken)
                choices[count++] = w * FLIGHT + f;
            else
                free = f;
        bool notified = !at->asleep[w] || cki_brain_stopped(at->brain);
        if (free >= 0 && notified && !at->ended[w])
            choices[count++] = WORKERS * FLIGHT + w * FLIGHT + free;
    }
    if (count == 0)
        return false;
    int choice = choices[pick((uint32_t)count)];
    if (choice >= WORKERS * FLIGHT) /* an idle slot asks; below that, a taken one is done */
        ask(at, choice / FLIGHT - WORKERS, choice % FLIGHT);
    else
        finish(at, choice / FLIGHT, choice % FLIGHT);
    return true;
}

static void live_in(world *at, const cki_plan *plan, const cki_brain_options *options, int flight)
{
    at->plan = plan;
    at->options = *options;
    at->flight = flight;
    cki_error error = {0};
    at->brain = cki_brain_new(plan, options, &error);
    if (!at->brain)
        fail_msg("%s", error.message);
    int steps = 0;
    while (step(at))
        assert_true(steps++ < 100000);
}

/* ---- graphs ---- */

static cki_plan *draw(cki_graph *graph)
{
    hand_list wanted = {.count = 0};
    uint32_t near = 2 + pick(20);
    for (uint32_t i = 0; i < TASKS; i++) {
        uint32_t inputs[4];
        size_t count = i ? pick(4) : 0;
        for (size_t k = 0; k < count; k++) /* one may be named twice */
            inputs[k] = i - 1 - pick(i < near ? i : near);
        uint32_t task = hand_add(graph, &hand_function, 1 + pick(50), inputs, count);
        hand_task *made = (hand_task *)(uintptr_t)cki_graph_layer(graph, task)->parameters;
        made->cost.working = pick(3) ? 0 : pick(30);
        if (pick(6) == 0 || i + 1 == TASKS)
            hand_put(&wanted, i);
    }
    return hand_plan(graph, &wanted);
}

static void check_all_ran(const world *at)
{
    assert_true(cki_brain_finished(at->brain));
    for (size_t i = 0; i < at->plan->count; i++) {
        assert_true(at->ran[i]);
        assert_int_equal(at->runs[i], 1 + at->failures[i]);
        assert_int_equal(at->released[i], cki_plan_users(at->plan, i).count > 0);
        assert_false(at->resident[i]);
    }
    for (int w = 0; w < at->options.workers; w++)
        assert_true(at->ended[w]);
    assert_int_equal(at->live, 0);
}

/* ---- tests ---- */

static void without_a_limit_all_is_run(void **state)
{
    (void)state;
    for (uint64_t s = 1; s <= SEEDS; s++) {
        seed = s;
        cki_graph *graph = cki_graph_new(NULL);
        cki_plan *plan = draw(graph);
        world at = {.fail_one_in = s % 3 ? 0 : 20};
        cki_brain_options options = {.workers = 1 + (int)pick(WORKERS), .retries = 50};
        options.in_order = options.workers == 1 && pick(2);
        live_in(&at, plan, &options, options.in_order ? 1 : 1 + (int)pick(FLIGHT));
        assert_false(cki_brain_counts(at.brain));
        check_all_ran(&at);
        cki_brain_free(at.brain);
        cki_plan_free(plan);
        cki_graph_free(graph);
    }
}

static void the_limit_is_kept_by_spilling(void **state)
{
    (void)state;
    uint64_t spills = 0, loads = 0;
    for (uint64_t s = 1; s <= SEEDS; s++) {
        seed = s;
        cki_graph *graph = cki_graph_new(NULL);
        cki_plan *plan = draw(graph);
        size_t limit = hand_least(plan);
        limit += pick(2) ? 0 : pick((uint32_t)limit);
        world at = {.fail_one_in = s % 3 ? 0 : 20};
        cki_brain_options options = {.workers = 1 + (int)pick(WORKERS),
                                     .memory_limit = limit,
                                     .can_spill = true,
                                     .retries = 50};
        options.in_order = options.workers == 1 && pick(2);
        live_in(&at, plan, &options, options.in_order ? 1 : 1 + (int)pick(FLIGHT));
        check_all_ran(&at);
        cki_brain_stats stats = cki_brain_statistics(at.brain);
        if (at.peak > (int64_t)limit || stats.forced > 0 || stats.peak > limit)
            fail_msg("seed %d: %d alive of %d, forced %d", (int)s, (int)at.peak, (int)limit,
                     (int)stats.forced);
        assert_int_equal(stats.live, 0);
        assert_true(at.peak <= (int64_t)stats.peak || !cki_brain_counts(at.brain));
        spills += stats.spills;
        loads += stats.loads;
        cki_brain_free(at.brain);
        cki_plan_free(plan);
        cki_graph_free(graph);
    }
    assert_true(spills > SEEDS && loads > SEEDS);
}

/* With results that cannot be spilled, or none that can, it ends all the same. */
static void what_cannot_be_helped_is_forced(void **state)
{
    (void)state;
    uint64_t forced = 0;
    for (uint64_t s = 1; s <= SEEDS; s++) {
        seed = s;
        cki_graph *graph = cki_graph_new(NULL);
        cki_plan *plan = draw(graph);
        world at = {.stay_one_in = 1 + pick(3)};
        cki_brain_options options = {.workers = 1 + (int)pick(WORKERS),
                                     .memory_limit = hand_least(plan),
                                     .can_spill = pick(2) != 0};
        live_in(&at, plan, &options, 1 + (int)pick(FLIGHT));
        check_all_ran(&at);
        forced += cki_brain_statistics(at.brain).forced;
        cki_brain_free(at.brain);
        cki_plan_free(plan);
        cki_graph_free(graph);
    }
    assert_true(forced > 0);
}

static void a_full_disk_ends_in_stuck_or_well(void **state)
{
    (void)state;
    int stuck = 0, well = 0;
    for (uint64_t s = 1; s <= SEEDS; s++) {
        seed = s;
        cki_graph *graph = cki_graph_new(NULL);
        cki_plan *plan = draw(graph);
        world at = {.disk_full = true};
        size_t limit = hand_least(plan);
        cki_brain_options options = {.workers = 1 + (int)pick(WORKERS),
                                     .memory_limit = limit + pick((uint32_t)limit * 2),
                                     .can_spill = true};
        live_in(&at, plan, &options, 1);
        assert_true(at.peak <= (int64_t)options.memory_limit);
        assert_true(at.stuck != cki_brain_finished(at.brain));
        *(at.stuck ? &stuck : &well) += 1;
        cki_brain_free(at.brain);
        cki_plan_free(plan);
        cki_graph_free(graph);
    }
    assert_true(stuck > 0 && well > 0);
}

static void a_failure_stops_all(void **state)
{
    (void)state;
    for (uint64_t s = 1; s <= SEEDS; s++) {
        seed = s;
        cki_graph *graph = cki_graph_new(NULL);
        cki_plan *plan = draw(graph);
        world at = {.fail_one_in = 10};
        cki_brain_options options = {.workers = 1 + (int)pick(WORKERS),
                                     .memory_limit = hand_least(plan),
                                     .can_spill = true,
                                     .retries = (int)pick(2)};
        live_in(&at, plan, &options, 1 + (int)pick(FLIGHT));
        int most = 0;
        for (size_t i = 0; i < plan->count; i++)
            most = at.failures[i] > most ? at.failures[i] : most;
        assert_int_equal(cki_brain_stopped(at.brain), most > options.retries);
        assert_int_equal(cki_brain_finished(at.brain), most <= options.retries);
        for (int w = 0; w < options.workers; w++)
            assert_true(at.ended[w]);
        cki_brain_free(at.brain);
        cki_plan_free(plan);
        cki_graph_free(graph);
    }
}

static void equal_seeds_give_equal_answers(void **state)
{
    (void)state;
    for (uint64_t s = 1; s <= 20; s++) {
        uint64_t traces[2];
        for (int round = 0; round < 2; round++) {
            seed = s;
            cki_graph *graph = cki_graph_new(NULL);
            cki_plan *plan = draw(graph);
            world at = {.plan = NULL};
            cki_brain_options options = {
                .workers = WORKERS, .memory_limit = hand_least(plan), .can_spill = true};
            live_in(&at, plan, &options, 2);
            traces[round] = at.trace;
            cki_brain_free(at.brain);
            cki_plan_free(plan);
            cki_graph_free(graph);
        }
        assert_int_equal(traces[0], traces[1]);
    }
}

/* Tasks of a worker that is gone are run by the others, its pending one included. */
static void workers_that_leave_are_replaced(void **state)
{
    (void)state;
    for (uint64_t s = 1; s <= SEEDS; s++) {
        seed = s;
        cki_graph *graph = cki_graph_new(NULL);
        cki_plan *plan = draw(graph);
        world at = {.plan = plan, .flight = 2};
        at.options = (cki_brain_options){
            .workers = 3, .memory_limit = hand_least(plan) + pick(50), .can_spill = true};
        at.brain = cki_brain_new(plan, &at.options, NULL);
        assert_non_null(at.brain);
        int steps = 0, gone = 0;
        while (step(&at)) {
            assert_true(steps++ < 100000);
            bool moves = false;
            for (int f = 0; f < 2; f++)
                moves = moves ||
                        (at.slots[gone][f].taken && at.slots[gone][f].action.kind != CKI_BRAIN_RUN);
            if (gone == 2 || moves || at.ended[gone] || pick(30) != 0)
                continue;
            for (int f = 0; f < 2; f++)
                if (at.slots[gone][f].taken) {
                    uint32_t task = at.slots[gone][f].action.task;
                    at.slots[gone][f].taken = at.running[task] = false;
                    change_live(&at, -running_bytes(&at, task));
                    wake(&at, cki_brain_returned(at.brain, gone, task));
                }
            at.ended[gone] = true;
            wake(&at, cki_brain_leave(at.brain, gone));
            gone++;
        }
        check_all_ran(&at);
        assert_true(at.peak <= (int64_t)at.options.memory_limit);
        cki_brain_free(at.brain);
        cki_plan_free(plan);
        cki_graph_free(graph);
    }
}

static void the_needed_last_goes_first(void **state)
{
    (void)state;
    cki_graph *graph = cki_graph_new(NULL);
    uint32_t a = hand_add(graph, &hand_function, 10, NULL, 0);
    uint32_t b = hand_add(graph, &hand_function, 10, &a, 1);
    uint32_t c = hand_add(graph, &hand_function, 10, &b, 1);
    uint32_t d = hand_add(graph, &hand_function, 10, (uint32_t[]){b, c}, 2);
    uint32_t e = hand_add(graph, &hand_function, 10, (uint32_t[]){a, d}, 2);
    cki_plan *plan = hand_plan(graph, &(hand_list){{e}, 1});
    cki_brain_options options = {
        .workers = 1, .memory_limit = 30, .can_spill = true, .in_order = true};
    world at = {.plan = NULL};
    cki_brain_action expected[] = {{CKI_BRAIN_RUN, 0, 0}, {CKI_BRAIN_RUN, 1, 0},
                                   {CKI_BRAIN_RUN, 2, 0}, {CKI_BRAIN_SPILL, 0, 0},
                                   {CKI_BRAIN_RUN, 3, 0}, {CKI_BRAIN_LOAD, 0, 0},
                                   {CKI_BRAIN_RUN, 4, 0}, {CKI_BRAIN_END, 0, 0}};
    at.plan = plan;
    at.options = options;
    at.flight = 1;
    at.brain = cki_brain_new(plan, &options, NULL);
    assert_non_null(at.brain);
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        ask(&at, 0, 0);
        if (expected[i].kind == CKI_BRAIN_END) {
            assert_true(at.ended[0]);
            break;
        }
        assert_true(at.slots[0][0].taken);
        assert_int_equal(at.slots[0][0].action.kind, expected[i].kind);
        assert_int_equal(at.slots[0][0].action.task, expected[i].task);
        finish(&at, 0, 0);
    }
    check_all_ran(&at);
    cki_brain_free(at.brain);
    cki_plan_free(plan);
    cki_graph_free(graph);
}

static void what_cannot_fit_is_refused(void **state)
{
    (void)state;
    cki_graph *graph = cki_graph_new(NULL);
    uint32_t a = hand_add(graph, &hand_function, 400, NULL, 0);
    uint32_t b = hand_add(graph, &hand_function, 400, (uint32_t[]){a, a}, 2);
    uint32_t c = hand_add(graph, &hand_function, 300, (uint32_t[]){a, b}, 2);
    cki_plan *plan = hand_plan(graph, &(hand_list){{c}, 1});
    cki_brain_options options = {.workers = 2, .memory_limit = 1099, .can_spill = true};
    cki_error error = {0};
    assert_null(cki_brain_new(plan, &options, &error));
    assert_int_equal(error.status, CASK_LIMIT);
    assert_string_equal(error.message,
                        "a task of hand (block 0) needs 1.1 kB with its inputs but the memory "
                        "limit is 1.1 kB: use smaller chunks (rechunk) or a higher --memory-limit");
    options.memory_limit = 1100;
    cki_brain *brain = cki_brain_new(plan, &options, NULL);
    assert_non_null(brain);
    assert_true(cki_brain_counts(brain));
    cki_brain_free(brain);
    cki_plan_free(plan);
    cki_graph_free(graph);
}

static void no_memory_for_the_brain_is_an_error(void **state)
{
    (void)state;
    seed = 3;
    cki_graph *graph = cki_graph_new(NULL);
    cki_plan *plan = draw(graph);
    bool done = false;
    for (int64_t n = 1; !done; n++) {
        world at = {.plan = plan, .flight = 1};
        at.options =
            (cki_brain_options){.workers = 2, .memory_limit = hand_least(plan), .can_spill = true};
        seed = 4;
        cki_memory_fail_at(n, true);
        at.brain = cki_brain_new(plan, &at.options, NULL);
        int steps = 0;
        while (at.brain && step(&at))
            assert_true(steps++ < 100000);
        cki_memory_fail_at(0, false);
        done = at.brain && cki_brain_finished(at.brain);
        if (at.brain && !done) {
            assert_int_equal(cki_brain_failure(at.brain), CASK_MEMORY);
            assert_true(at.ended[0] && at.ended[1]);
        }
        cki_brain_free(at.brain);
        assert_true(n < 1000);
    }
    cki_plan_free(plan);
    cki_graph_free(graph);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_limit_all_is_run),
        cmocka_unit_test(the_limit_is_kept_by_spilling),
        cmocka_unit_test(what_cannot_be_helped_is_forced),
        cmocka_unit_test(a_full_disk_ends_in_stuck_or_well),
        cmocka_unit_test(a_failure_stops_all),
        cmocka_unit_test(equal_seeds_give_equal_answers),
        cmocka_unit_test(workers_that_leave_are_replaced),
        cmocka_unit_test(the_needed_last_goes_first),
        cmocka_unit_test(what_cannot_fit_is_refused),
        cmocka_unit_test(no_memory_for_the_brain_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
