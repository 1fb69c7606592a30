/* Schedulers and callbacks of the user's own, through the public calls alone. */
#include <cask/cask.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* A sum of 20 blocks whose value is known. */
static cask_array build(cask *ck)
{
    cask_array x = cask_array_ones(ck, CASK_F64, CASK_SHAPE(1000), CASK_SHAPE(50));
    return cask_array_sum(cask_array_divide(x, cask_array_sum(x, NULL)), NULL);
}
enum { EXPECTED = 1 };

static cask_status compute(cask *ck, double *result)
{
    cask_value *value = NULL;
    *result = 0;
    cask_status status = cask_array_compute(build(ck), &value);
    if (status == CASK_OK)
        *result = cask_value_f64(value);
    cask_value_unref(value);
    return status;
}

static cask *open_with(const cask_scheduler *scheduler)
{
    cask *ck = cask_open(&(cask_options){.threads = 3, .scheduler = scheduler->name});
    assert_int_equal(cask_scheduler_register(ck, scheduler), CASK_OK);
    return ck;
}

/* ---- schedulers ---- */

typedef struct notes {
    size_t tasks, keys, functions, inputs, users;
    int threads;
} notes;

/* First to last, looking at everything on the way. */
static cask_status run_in_order(cask_run *run, void *user)
{
    notes *seen = user;
    seen->threads = cask_run_threads(run);
    for (size_t i = 0; i < cask_run_count(run); i++) {
        char key[100];
        const uint32_t *others;
        seen->tasks++;
        size_t length = cask_run_key(run, i, key, sizeof key);
        seen->keys += key[0] == '(' && key[1] == '\'' && key[length - 1] == ')';
        seen->functions += cask_run_function(run, i) != NULL;
        size_t inputs = cask_run_inputs(run, i, &others);
        for (size_t k = 0; k < inputs; k++)
            assert_true(others[k] < i);
        seen->inputs += inputs;
        size_t users = cask_run_users(run, i, &others);
        for (size_t k = 0; k < users; k++)
            assert_true(others[k] > i);
        seen->users += users;
        assert_false(cask_run_cancelled(run));
        cask_status status = cask_run_task(run, i);
        if (status != CASK_OK)
            return status;
    }
    assert_int_equal(cask_run_key(run, seen->tasks, NULL, 0), 0);
    assert_null(cask_run_function(run, seen->tasks));
    return CASK_OK;
}

static void tasks_are_run_by_ones_own(void **state)
{
    (void)state;
    notes seen = {0};
    cask_scheduler own = {.name = "me.order", .run = run_in_order, .user = &seen};
    cask *ck = open_with(&own);
    double result;
    assert_int_equal(compute(ck, &result), CASK_OK);
    assert_true(result > EXPECTED - 1e-9 && result < EXPECTED + 1e-9);
    assert_true(seen.tasks > 20);
    assert_int_equal(seen.keys, seen.tasks);
    assert_int_equal(seen.functions, seen.tasks);
    assert_true(seen.inputs >= seen.users && seen.users > 20);
    assert_int_equal(seen.threads, 3);
    cask_close(ck);
}

/* "get2": hands on to a built-in one. */
static cask_status hand_on(cask_run *run, void *user)
{
    ++*(int *)user;
    return cask_run_with(run, "threading");
}

static void a_wrapper_hands_on(void **state)
{
    (void)state;
    int calls = 0;
    cask_scheduler own = {.name = "me.get2", .run = hand_on, .user = &calls};
    cask *ck = open_with(&own);
    double result;
    assert_int_equal(compute(ck, &result), CASK_OK);
    assert_true(result > EXPECTED - 1e-9 && result < EXPECTED + 1e-9);
    assert_int_equal(calls, 1);
    cask_close(ck);
}

static cask_status run_none(cask_run *run, void *user)
{
    (void)run, (void)user;
    return CASK_OK;
}

static cask_status run_some(cask_run *run, void *user)
{
    (void)user;
    return cask_run_task(run, 0);
}

static cask_status run_backwards(cask_run *run, void *user)
{
    (void)user;
    return cask_run_task(run, cask_run_count(run) - 1);
}

static cask_status run_twice(cask_run *run, void *user)
{
    (void)user;
    assert_int_equal(cask_run_task(run, 0), CASK_OK);
    assert_int_not_equal(cask_run_task(run, 0), CASK_OK);
    return CASK_OK; /* told anyway */
}

static cask_status run_beyond(cask_run *run, void *user)
{
    (void)user;
    return cask_run_task(run, cask_run_count(run));
}

static cask_status hand_on_late(cask_run *run, void *user)
{
    (void)user;
    assert_int_equal(cask_run_task(run, 0), CASK_OK);
    return cask_run_with(run, "sync");
}

static cask_status hand_on_nowhere(cask_run *run, void *user)
{
    (void)user;
    return cask_run_with(run, "nobody");
}

static cask_status fail_with_words(cask_run *run, void *user)
{
    (void)user;
    return cask_run_fail(run, CASK_IO, "the machines are out");
}

static cask_status fail_without(cask_run *run, void *user)
{
    (void)run, (void)user;
    return CASK_IO;
}

static void misuse_is_an_error(void **state)
{
    (void)state;
    static const struct {
        cask_scheduler own;
        cask_status status;
        const char *class, *says;
    } cases[] = {
        {{.name = "me.a", .run = run_none},
         CASK_INVALID,
         "RuntimeError",
         "'me.a' left out task ('"},
        {{.name = "me.b", .run = run_some},
         CASK_INVALID,
         "RuntimeError",
         "'me.b' left out task ('"},
        {{.name = "me.c", .run = run_backwards},
         CASK_INVALID,
         "RuntimeError",
         "before its input ('"},
        {{.name = "me.d", .run = run_twice}, CASK_INVALID, "RuntimeError", "ran twice task ('"},
        {{.name = "me.e", .run = run_beyond}, CASK_INDEX, "IndexError", "that there is not"},
        {{.name = "me.f", .run = hand_on_late}, CASK_INVALID, "RuntimeError", "as a whole"},
        {{.name = "me.g", .run = hand_on_nowhere},
         CASK_INVALID,
         "ValueError",
         "'nobody' is unknown"},
        {{.name = "me.h", .run = fail_with_words}, CASK_IO, "OSError", "the machines are out"},
        {{.name = "me.i", .run = fail_without}, CASK_IO, "OSError", "did not say why"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cask *ck = open_with(&cases[i].own);
        double result;
        assert_int_equal(compute(ck, &result), cases[i].status);
        if (!strstr(cask_message(ck), cases[i].says))
            fail_msg("%s: %s", cases[i].own.name, cask_message(ck));
        assert_string_equal(cask_error_class(ck), cases[i].class);
        cask_close(ck);
    }
}

static void schedulers_are_chosen_by_name(void **state)
{
    (void)state;
    int calls = 0;
    cask_scheduler own = {.name = "me.get2", .run = hand_on, .user = &calls};
    cask_scheduler other = {.name = "me.get2", .run = hand_on, .user = &calls};
    cask_scheduler nameless = {.name = "threads", .run = hand_on};
    cask *ck = cask_open(NULL);
    double result;
    assert_int_equal(cask_scheduler_register(ck, &own), CASK_OK);
    assert_int_equal(cask_scheduler_register(ck, &own), CASK_OK);
    assert_int_equal(cask_scheduler_register(ck, &other), CASK_INVALID);
    assert_string_equal(cask_message(ck), "there is a scheduler 'me.get2' already");
    cask_clear(ck);
    assert_int_equal(cask_scheduler_register(ck, &nameless), CASK_INVALID);
    cask_clear(ck);
    size_t names = 0;
    while (cask_scheduler_name(ck, names))
        names++;
    assert_string_equal(cask_scheduler_name(ck, 0), "threads");
    assert_string_equal(cask_scheduler_name(ck, names - 1), "me.get2");
    assert_int_equal(cask_config_begin(ck), CASK_OK); /* for one block of code */
    assert_int_equal(cask_config_set(ck, "scheduler", "me.get2"), CASK_OK);
    assert_int_equal(compute(ck, &result), CASK_OK);
    assert_int_equal(calls, 1);
    cask_config_end(ck);
    assert_int_equal(compute(ck, &result), CASK_OK);
    assert_int_equal(calls, 1);
    static const char *const synonyms[] = {"threading", "synchronous", "single-threaded", "sync"};
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(cask_config_set(ck, "scheduler", synonyms[i]), CASK_OK);
        assert_int_equal(compute(ck, &result), CASK_OK);
        assert_true(result > EXPECTED - 1e-9 && result < EXPECTED + 1e-9);
    }
    assert_int_equal(cask_config_set(ck, "scheduler", "you.none"), CASK_OK); /* may come yet */
    assert_int_equal(compute(ck, &result), CASK_INVALID);
    assert_non_null(strstr(cask_message(ck), "scheduler 'you.none' is unknown: use one of "
                                             "'threads', 'sync'"));
    assert_non_null(strstr(cask_message(ck), "'me.get2'"));
    assert_string_equal(cask_error_class(ck), "ValueError");
    cask_close(ck);
}

/* ---- callbacks ---- */

typedef struct tally {
    _Atomic int starts, befores, afters, finishes, failures;
    size_t tasks;
    char last[200];
} tally;

static void on_start(void *user, size_t tasks)
{
    tally *t = user;
    t->starts++;
    t->tasks = tasks;
}

static void on_before(void *user, const cask_task *task)
{
    tally *t = user;
    t->befores++;
    assert_true(task->number < task->count && task->count == t->tasks);
    assert_true(task->key[0] == '(' && task->function[0] != '\0' && task->worker < 3);
}

static void on_after(void *user, const cask_task *task, cask_status status, const char *message)
{
    tally *t = user;
    (void)task;
    t->afters++;
    assert_true((status == CASK_OK) == (message[0] == '\0'));
}

static void on_finish(void *user, cask_status status, const char *message)
{
    tally *t = user;
    t->finishes++;
    t->failures += status != CASK_OK;
    snprintf(t->last, sizeof t->last, "%s", message);
}

static cask_callbacks listening(tally *t)
{
    return (cask_callbacks){
        .start = on_start, .before = on_before, .after = on_after, .finish = on_finish, .user = t};
}

static void callbacks_hear_of_every_computation(void **state)
{
    (void)state;
    tally inner = {0}, outer = {0}, global = {0};
    cask_callbacks in = listening(&inner), out = listening(&outer), all = listening(&global);
    cask_callbacks silent = {0};
    cask *ck = cask_open(&(cask_options){.threads = 3});
    double result;
    assert_true(cask_callbacks_register(&all));
    assert_int_equal(cask_callbacks_begin(ck, &out), CASK_OK);
    assert_int_equal(cask_callbacks_begin(ck, &silent), CASK_OK);
    assert_int_equal(cask_callbacks_begin(ck, &in), CASK_OK);
    assert_int_equal(compute(ck, &result), CASK_OK);
    cask_callbacks_end(ck, &in);
    cask_callbacks_end(ck, &silent);
    assert_int_equal(compute(ck, &result), CASK_OK);
    cask_callbacks_end(ck, &out);
    assert_int_equal(compute(ck, &result), CASK_OK);
    cask_callbacks_unregister(&all);
    assert_int_equal(compute(ck, &result), CASK_OK);
    assert_int_equal(inner.starts, 1);
    assert_int_equal(outer.starts, 2);
    assert_int_equal(global.starts, 3);
    assert_true(inner.tasks > 20);
    assert_int_equal(inner.befores, inner.tasks);
    assert_int_equal(inner.afters, inner.tasks);
    assert_int_equal(outer.finishes, 2);
    assert_int_equal(global.finishes, 3);
    assert_int_equal(global.failures, 0);
    cask_close(ck);
}

static void callbacks_hear_the_end_of_a_failure(void **state)
{
    (void)state;
    tally t = {0};
    cask_callbacks callbacks = listening(&t);
    cask_scheduler own = {.name = "me.some", .run = run_some};
    cask *ck = open_with(&own);
    double result;
    assert_int_equal(cask_callbacks_begin(ck, &callbacks), CASK_OK);
    assert_int_equal(compute(ck, &result), CASK_INVALID);
    cask_callbacks_end(ck, &callbacks);
    assert_int_equal(t.starts, 1);
    assert_int_equal(t.befores, 1);
    assert_int_equal(t.afters, 1);
    assert_int_equal(t.finishes, 1);
    assert_int_equal(t.failures, 1);
    assert_string_equal(t.last, cask_message(ck));
    cask_close(ck);
}

/* A callback that computes in its turn: on the thread that runs a task, where registered ones do
 * not hear of it. */
static void compute_within(void *user, const cask_task *task)
{
    double result;
    if (task->number == 0)
        assert_int_equal(compute(user, &result), CASK_OK);
}

static void a_computation_within_a_task_is_not_told_of(void **state)
{
    (void)state;
    tally global = {0};
    cask *inner = cask_open(&(cask_options){.threads = 2});
    cask *ck = cask_open(&(cask_options){.threads = 2});
    cask_callbacks all = listening(&global);
    cask_callbacks nesting = {.before = compute_within, .user = inner};
    double result;
    assert_true(cask_callbacks_register(&all));
    assert_int_equal(cask_callbacks_begin(ck, &nesting), CASK_OK);
    assert_int_equal(compute(ck, &result), CASK_OK);
    assert_true(result > EXPECTED - 1e-9 && result < EXPECTED + 1e-9);
    assert_int_equal(global.starts, 1);
    assert_int_equal(global.befores, global.tasks);
    cask_callbacks_end(ck, &nesting);
    cask_callbacks_unregister(&all);
    cask_close(ck);
    cask_close(inner);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tasks_are_run_by_ones_own),
        cmocka_unit_test(a_wrapper_hands_on),
        cmocka_unit_test(misuse_is_an_error),
        cmocka_unit_test(schedulers_are_chosen_by_name),
        cmocka_unit_test(callbacks_hear_of_every_computation),
        cmocka_unit_test(callbacks_hear_the_end_of_a_failure),
        cmocka_unit_test(a_computation_within_a_task_is_not_told_of),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
