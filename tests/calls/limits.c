/* What ends computations: time-outs, cancelling from threads and signal handlers; contexts in many
 * threads; records that are released. */
#include "testing.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

static void nap(long milliseconds)
{
    nanosleep(&(struct timespec){.tv_nsec = milliseconds * 1000000}, NULL);
}

/* Waits until it is told to end: ten seconds at most. */
static cask_value *dawdle(cask_call *call)
{
    atomic_bool *begun = cask_call_user(call);
    atomic_store(begun, true);
    for (int i = 0; i < 10000 && !cask_call_cancelled(call); i++)
        nap(1);
    return cask_value_ref(cask_call_argument(call, 0));
}

static cask_array slow_array(cask *ck, atomic_bool *begun)
{
    static cask_function slow;
    slow = (cask_function){.name = "my.slow", .run = dawdle, .user = begun};
    assert_int_equal(cask_register(ck, &slow, 1), CASK_OK);
    cask_array x = cask_array_ones(ck, CASK_F64, CASK_SHAPE(8), CASK_SHAPE(2));
    return cask_array_map_blocks(&x, 1, "my.slow", &(cask_blocks){.dtype = CASK_F64});
}

static void time_outs(void **state)
{
    (void)state;
    const char *const schedulers[] = {"threads", "sync", "processes"};
    for (int i = 0; i < 3; i++) {
        atomic_bool begun = false;
        cask *ck =
            cask_open(&(cask_options){.scheduler = schedulers[i], .threads = 2, .timeout = 0.05});
        cask_array x = slow_array(ck, &begun);
        cask_value *value;
        assert_int_equal(cask_array_compute(x, &value), CASK_CANCELLED);
        assert_null(value);
        expect_error(ck, "TimeoutError", "took longer than 0.05 s");
        /* the next one has its own time, and more is no matter */
        cask_array quick = cask_array_ones(ck, CASK_F64, CASK_SHAPE(2), CASK_SHAPE(1));
        expect(quick, "[1. 1.]");
        cask_lazy thing = CASK_LAZY(x);
        assert_int_equal(cask_compute_with(&thing, 1, &(cask_computing){.timeout = 0.01}, &value),
                         CASK_CANCELLED);
        expect_error(ck, "TimeoutError", "took longer than 0.01 s");
        cask_close(ck);
    }
}

typedef struct canceller {
    cask *ck;
    atomic_bool *begun;
} canceller;

static void *cancel_soon(void *self)
{
    canceller *c = self;
    while (!atomic_load(c->begun))
        nap(1);
    cask_cancel(c->ck);
    return NULL;
}

static void from_a_thread(void **state)
{
    (void)state;
    atomic_bool begun = false;
    cask *ck = cask_open(&(cask_options){.threads = 2});
    cask_array x = slow_array(ck, &begun);
    canceller c = {ck, &begun};
    pthread_t thread;
    cask_value *value;
    assert_int_equal(pthread_create(&thread, NULL, cancel_soon, &c), 0);
    assert_int_equal(cask_array_compute(x, &value), CASK_CANCELLED);
    pthread_join(thread, NULL);
    expect_error(ck, "KeyboardInterrupt", "the computation was cancelled");
    expect(cask_array_ones(ck, CASK_F64, CASK_SHAPE(2), CASK_SHAPE(1)), "[1. 1.]");
    cask_close(ck);
}

static cask *interrupted;

static void on_alarm(int number)
{
    (void)number;
    cask_cancel(interrupted); /* NOLINT(bugprone-signal-handler): made for it */
}

static void from_a_signal(void **state)
{
    (void)state;
    atomic_bool begun = false;
    cask *ck = interrupted = cask_open(&(cask_options){.threads = 2});
    cask_array x = slow_array(ck, &begun);
    cask_value *value;
    signal(SIGALRM, on_alarm);
    ualarm(50000, 0);
    assert_int_equal(cask_array_compute(x, &value), CASK_CANCELLED);
    signal(SIGALRM, SIG_DFL);
    cask_close(ck);
}

/* ---- contexts ---- */

typedef struct worker {
    const cask_value *shared;
    cask_value *made;
    double sum;
    size_t peak;
} worker;

/* A context of its own, with a limit of its own, and a value of another one's. */
static void *work(void *self)
{
    worker *w = self;
    cask *ck = cask_open(&(cask_options){.threads = 2, .memory_limit = "8MB"});
    cask_value *shared = cask_value_ref((cask_value *)(uintptr_t)w->shared);
    cask_array x = cask_array_from_value(ck, shared, CASK_SHAPE(1000));
    cask_array all = cask_array_ones(ck, CASK_F64, CASK_SHAPE(2000, 1000), CASK_SHAPE(100, 1000));
    cask_array sum = cask_array_sum(cask_array_multiply(all, x), NULL);
    assert_int_equal(cask_array_compute_into(sum, CASK_F64, &w->sum, sizeof w->sum, NULL), CASK_OK);
    assert_int_equal(cask_array_compute(cask_array_slice(x, "::100"), &w->made), CASK_OK);
    w->peak = cask_memory_peak(ck);
    cask_value_unref(shared);
    cask_close(ck);
    return NULL;
}

static void in_threads(void **state)
{
    (void)state;
    enum { THREADS = 4 };
    pthread_t threads[THREADS];
    worker workers[THREADS] = {{0}};
    cask *ck = cask_open(NULL);
    cask_value *shared;
    assert_int_equal(cask_array_compute(cask_array_arange(ck, CASK_F64, 0, 1000, 1, 100), &shared),
                     CASK_OK);
    cask_close(ck); /* values live on */
    for (int i = 0; i < THREADS; i++) {
        workers[i].shared = shared;
        assert_int_equal(pthread_create(&threads[i], NULL, work, &workers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        assert_true(workers[i].sum == 2000 * 499500.0);
        assert_true(workers[i].peak <= 8000000);
        assert_true(((const double *)cask_value_data(workers[i].made))[9] == 900);
        cask_value_unref(workers[i].made);
    }
    cask_value_unref(shared);
}

/* ---- records ---- */

static void count(void *user)
{
    ++*(int *)user;
}

static cask_value *same(cask_call *call)
{
    return cask_value_ref(cask_call_argument(call, 0));
}

static void functions_are_released(void **state)
{
    (void)state;
    int released = 0;
    const cask_function good[] = {
        {.name = "my.a", .run = same, .user = &released, .release = count},
        {.name = "my.b", .run = same, .user = &released, .release = count}};
    cask *ck = cask_open(NULL);
    assert_int_equal(cask_register(ck, good, 2), CASK_OK);
    assert_int_equal(cask_register(ck, good, 2), CASK_OK); /* changes nothing */
    assert_int_equal(released, 0);
    const cask_function bad[] = {
        {.name = "my.c", .run = same, .user = &released, .release = count},
        {.name = "my c", .run = same, .user = &released, .release = count},
        {.name = "my.d", .run = same, .user = &released, .release = count}};
    assert_int_equal(cask_register(ck, bad, 3), CASK_INVALID);
    assert_int_equal(released, 2); /* the first is known */
    expect_error(ck, "ValueError", "'my c' is no name");
    cask_close(ck);
    assert_int_equal(released, 5);
    assert_int_equal(cask_register(NULL, good, 2), CASK_INVALID);
    assert_int_equal(released, 7);
}

static void scopes_beyond(void **state)
{
    (void)state;
    cask *ck = cask_open(NULL);
    for (int i = 0; i < 63; i++)
        cask_scope_begin(ck);
    cask_scope_begin(ck);
    cask_array x = cask_array_ones(ck, CASK_F64, CASK_SHAPE(2), CASK_SHAPE(1));
    cask_scope_begin(ck); /* one too many */
    expect_error(ck, "MemoryError", "more than 64 scopes");
    cask_scope_end(ck);
    expect(x, "[1. 1.]");
    for (int i = 0; i < 64; i++)
        cask_scope_end(ck);
    cask_close(ck);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(time_outs),  TEST(from_a_thread),          TEST(from_a_signal),
        TEST(in_threads), TEST(functions_are_released), TEST(scopes_beyond)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
