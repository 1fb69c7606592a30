/* Futures: results, equal calls, failures, cancelling, holding, waiting inside, completion. */
#include "core/memory.h"
#include "future/future.h"
#include "sys/clock.h"

#include <cask/cask.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static atomic_int calls, stopped, tries;
static atomic_bool gate;

static cask_value *give(cask_call *call, int64_t number)
{
    cask_value *value = cask_value_from_int(number);
    return value ? value : cask_call_fail(call, CASK_MEMORY, "no memory for a number");
}

static cask_value *inc(cask_call *call)
{
    atomic_fetch_add(&calls, 1);
    return give(call, cask_value_i64(cask_call_argument(call, 0)) + 1);
}

static cask_value *add(cask_call *call)
{
    const cask_value *third = cask_call_named(call, "c");
    return give(call, cask_value_i64(cask_call_argument(call, 0)) +
                          cask_value_i64(cask_call_argument(call, 1)) +
                          (third ? cask_value_i64(third) : 0));
}

static cask_value *refuse(cask_call *call)
{
    return cask_call_fail(call, CASK_INVALID, "this one fails");
}

/* Fails twice, and then does not. */
static cask_value *shaky(cask_call *call)
{
    if (atomic_fetch_add(&tries, 1) < 2)
        return cask_call_fail(call, CASK_IO, "not yet");
    return cask_value_from_int(7);
}

/* Waits until the gate is open, or it is cancelled. */
static cask_value *wait_gate(cask_call *call)
{
    while (!atomic_load(&gate))
        if (cask_call_cancelled(call)) {
            atomic_fetch_add(&stopped, 1);
            return cask_call_fail(call, CASK_CANCELLED, "told to end");
        } else {
            cki_clock_sleep(200000);
        }
    return cask_value_from_int(1);
}

/* The Fibonacci number, by futures inside of futures. */
static cask_value *fibonacci(cask_call *call)
{
    cask *ck = cask_call_context(call);
    int64_t n = cask_value_i64(cask_call_argument(call, 0));
    if (n < 2)
        return cask_value_from_int(n);
    cask_future *parts[2] = {cask_submit(ck, "t.fibonacci", n - 1),
                             cask_submit(ck, "t.fibonacci", n - 2)};
    cask_value *values[2], *sum = NULL;
    cask_status status = cask_gather(parts, 2, values);
    if (status == CASK_OK)
        sum = cask_value_from_int(cask_value_i64(values[0]) + cask_value_i64(values[1]));
    else
        cask_call_fail(call, status, "%s", cask_future_message(parts[0]));
    for (int i = 0; i < 2; i++) {
        cask_value_unref(values[i]);
        cask_future_release(parts[i]);
    }
    return sum;
}

static const cask_function functions[] = {
    {.name = "t.inc", .run = inc},        {.name = "t.add", .run = add},
    {.name = "t.fail", .run = refuse},    {.name = "t.shaky", .run = shaky},
    {.name = "t.gate", .run = wait_gate}, {.name = "t.fibonacci", .run = fibonacci},
};

static cask *open_context(int threads)
{
    cask *ck = cask_open(&(cask_options){.threads = threads});
    assert_int_equal(cask_register(ck, functions, sizeof functions / sizeof *functions), CASK_OK);
    atomic_store(&calls, 0);
    atomic_store(&stopped, 0);
    atomic_store(&tries, 0);
    atomic_store(&gate, false);
    return ck;
}

/* The integer, and the future is released. */
static int64_t integer_of(cask_future *future)
{
    cask_value *value = NULL;
    assert_int_equal(cask_future_result(future, &value), CASK_OK);
    int64_t integer = cask_value_i64(value);
    cask_value_unref(value);
    cask_future_release(future);
    return integer;
}

static void results(void **state)
{
    (void)state;
    static const int threads[] = {1, 2, 3, 8};
    for (size_t i = 0; i < sizeof threads / sizeof *threads; i++) {
        cask *ck = open_context(threads[i]);
        cask_future *x = cask_submit(ck, "t.inc", 1), *y = cask_submit(ck, "t.inc", 2);
        cask_future *z = cask_submit(ck, "t.add", x, y, CASK_NAMED("c", x));
        cask_future *w = cask_submit(ck, "lambda a, b: a * b", z, 10);
        cask_future_release(x);
        cask_future_release(y);
        assert_int_equal(integer_of(w), 70);
        assert_int_equal(integer_of(z), 7);
        cask_close(ck);
    }
}

static void equal_calls(void **state)
{
    (void)state;
    cask *ck = open_context(2);
    cask_future *x = cask_submit(ck, "t.inc", 1), *same = cask_submit(ck, "t.inc", 1);
    cask_future *other = cask_submit(ck, "t.inc", 2);
    cask_future *again =
        cask_submit_call(ck, CASK_ARGUMENTS("t.inc", 1), &(cask_submitting){.impure = true});
    char key[64], same_key[64], other_key[64], again_key[64];
    assert_ptr_equal(x, same);
    assert_string_equal(cask_future_key(x, key, sizeof key),
                        cask_future_key(same, same_key, sizeof same_key));
    assert_string_not_equal(key, cask_future_key(other, other_key, sizeof other_key));
    assert_string_not_equal(key, cask_future_key(again, again_key, sizeof again_key));
    assert_memory_equal(key, "inc-", 4);
    cask_wait((cask_future *[]){x, other, again}, 3);
    assert_int_equal(atomic_load(&calls), 3);
    cask_future_release(same);
    cask_future *later = cask_submit(ck, "t.inc", 1); /* the result is held: nothing is called */
    assert_int_equal(integer_of(later), 2);
    assert_int_equal(atomic_load(&calls), 3);
    cask_future_release(x);
    assert_int_equal(integer_of(cask_submit(ck, "t.inc", 1)), 2); /* it was not: called again */
    assert_int_equal(atomic_load(&calls), 4);
    cask_future_release(other);
    cask_future_release(again);
    cask_future *named =
        cask_submit_call(ck, CASK_ARGUMENTS("t.inc", 5), &(cask_submitting){.key = "mine"});
    assert_string_equal(cask_future_key(named, key, sizeof key), "mine");
    assert_int_equal(integer_of(named), 6);
    cask_close(ck);
}

static void failures(void **state)
{
    (void)state;
    cask *ck = open_context(2);
    cask_future *bad = cask_submit(ck, "t.fail", 1);
    cask_future *after = cask_submit(ck, "t.inc", bad), *last = cask_submit(ck, "t.inc", after);
    cask_value *value = NULL;
    assert_int_equal(cask_future_result(last, &value), CASK_INVALID);
    assert_null(value);
    assert_int_equal(cask_future_now(after), CASK_FUTURE_ERROR);
    assert_non_null(strstr(cask_future_message(last), "this one fails (in fail-"));
    assert_string_equal(cask_future_error_class(last), "ValueError");
    assert_int_equal(atomic_load(&calls), 0);
    cask_future *late = cask_submit(ck, "t.inc", last); /* of what has failed already */
    assert_int_equal(cask_future_now(late), CASK_FUTURE_ERROR);
    cask_future *unknown = cask_submit(ck, "t.ink", 1);
    assert_int_equal(cask_future_result(unknown, &value), CASK_NOT_FOUND);
    assert_non_null(strstr(cask_future_message(unknown), "t.inc"));
    cask_array x = cask_array_ones(ck, CASK_F64, CASK_SHAPE(4), CASK_SHAPE(2));
    cask_future *lazy = cask_submit(ck, "t.inc", x);
    assert_int_equal(cask_future_result(lazy, &value), CASK_TYPE);
    cask_future *zero = cask_submit(ck, "lambda: 1 / 0");
    assert_int_equal(cask_future_result(zero, &value), CASK_ARITHMETIC);
    assert_string_equal(cask_future_error_class(zero), "ZeroDivisionError");
    cask_value *values[2];
    cask_future *good = cask_submit(ck, "t.inc", 1);
    assert_int_equal(cask_gather((cask_future *[]){good, bad}, 2, values), CASK_INVALID);
    assert_null(values[0]);
    cask_future *all[] = {bad, after, last, late, unknown, lazy, zero, good};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        cask_future_release(all[i]);
    cask_future *tried =
        cask_submit_call(ck, CASK_ARGUMENTS("t.shaky"), &(cask_submitting){.retries = 2});
    assert_int_equal(integer_of(tried), 7);
    assert_int_equal(atomic_load(&tries), 3);
    cask_close(ck);
}

static void cancelling(void **state)
{
    (void)state;
    cask *ck = open_context(1);
    cask_future *running = cask_submit(ck, "t.gate");
    while (cask_future_now(running) == CASK_FUTURE_PENDING)
        cki_clock_sleep(100000);
    cask_future *pending = cask_submit(ck, "t.inc", 1), *user = cask_submit(ck, "t.inc", pending);
    char *text = cask_future_text(running);
    assert_memory_equal(text, "<Future: status: running, key: gate-", 36);
    cask_text_free(text);
    cask_future_cancel(pending);
    assert_int_equal(cask_future_now(user), CASK_FUTURE_CANCELLED);
    cask_value *value = NULL;
    assert_int_equal(cask_future_result(pending, &value), CASK_CANCELLED);
    cask_future_cancel(running);
    assert_true(cask_future_done(running));
    while (!atomic_load(&stopped)) /* it is told */
        cki_clock_sleep(100000);
    cask_future_release(running);
    cask_future_release(pending);
    cask_future_release(user);
    assert_int_equal(integer_of(cask_submit(ck, "t.inc", 1)), 2); /* a cancelled one is not found */
    cask_close(ck);
}

/* What it waited for ends after its last holder let go of it, and before it is freed. */
static void ends_between_death_and_burial(void **state)
{
    (void)state;
    cask *ck = open_context(1);
    cask_future *running = cask_submit(ck, "t.gate");
    cask_future *pending = cask_submit(ck, "t.inc", 1), *user = cask_submit(ck, "t.inc", pending);
    cask_future *dead = NULL, *ended = NULL;
    cki_futures *all = pending->all;
    cki_thread_lock(&all->mutex);
    cki_future_drop(user, &dead);
    cki_future_finish(pending, CASK_FUTURE_CANCELLED, NULL, NULL, &ended);
    assert_ptr_equal(dead, user);
    assert_null(user->next);
    assert_int_equal(user->state, CASK_FUTURE_PENDING);
    assert_int_equal(user->holders, 0);
    cki_thread_unlock(&all->mutex);
    cki_future_bury(all, ended);
    cki_future_bury(all, dead);
    cask_future_release(pending);
    cask_future_cancel(running);
    cask_future_release(running);
    cask_close(ck);
}

static void closing_ends_all(void **state)
{
    (void)state;
    cask *ck = open_context(2);
    cask_future *running = cask_submit(ck, "t.gate");
    while (cask_future_now(running) == CASK_FUTURE_PENDING)
        cki_clock_sleep(100000);
    cask_future *user = cask_submit(ck, "t.inc", running);
    cask_close(ck);
    cask_value *value = NULL;
    assert_int_equal(atomic_load(&stopped), 1);
    assert_true(cask_future_done(running));
    assert_int_not_equal(cask_future_result(user, &value), CASK_OK);
    assert_null(value);
    cask_future_release(user);
    cask_future_release(running);
}

/* A pending call that nobody holds is not made; results go with their last holder. */
static void holding(void **state)
{
    (void)state;
    cask *ck = open_context(1);
    cask_future *blocker = cask_submit(ck, "t.gate");
    while (cask_future_now(blocker) == CASK_FUTURE_PENDING)
        cki_clock_sleep(100000);
    cask_future_release(cask_submit(ck, "t.inc", 1));
    cask_future *x = cask_submit(ck, "t.inc", 10), *y = cask_submit(ck, "t.inc", x);
    cask_future_release(x);
    cask_future_release(cask_submit(ck, "t.inc", y));
    atomic_store(&gate, true);
    assert_int_equal(integer_of(y), 12);
    assert_int_equal(integer_of(blocker), 1);
    assert_int_equal(atomic_load(&calls), 2);
    cask_future *big = cask_submit(ck, "np.ones", 1000000);
    cask_wait(&big, 1);
    assert_true(cask_memory_now(ck) >= 8000000);
    cask_future_release(big);
    assert_true(cask_memory_now(ck) < 8000000);
    cask_close(ck);
}

static void inside(void **state)
{
    (void)state;
    for (int threads = 1; threads <= 3; threads++) {
        cask *ck = open_context(threads);
        assert_int_equal(integer_of(cask_submit(ck, "t.fibonacci", 14)), 377);
        cask_close(ck);
    }
}

static void many(void **state)
{
    (void)state;
    enum { COUNT = 20000 };
    static cask_argument items[COUNT];
    static cask_future *futures[COUNT];
    static cask_value *values[COUNT];
    cask *ck = open_context(2);
    for (int i = 0; i < COUNT; i++)
        items[i] = CASK_ARGUMENT(i);
    cask_map(ck, "t.inc", items, COUNT, futures);
    cask_future *list = cask_future_list(ck, futures, COUNT), *sum = cask_submit(ck, "sum", list);
    cask_future_release(list);
    assert_int_equal(cask_gather(futures, COUNT, values), CASK_OK);
    for (int i = 0; i < COUNT; i++) {
        assert_int_equal(cask_value_i64(values[i]), i + 1);
        cask_value_unref(values[i]);
        cask_future_release(futures[i]);
    }
    assert_int_equal(integer_of(sum), (int64_t)COUNT * (COUNT + 1) / 2);
    cask_close(ck);
}

/* A chain of links that ends, fails and is freed without recursion. */
static void chain(void **state)
{
    (void)state;
    enum { LINKS = 200000 };
    for (int bad = 0; bad < 2; bad++) {
        cask *ck = open_context(2);
        cask_future *x = cask_submit(ck, "t.gate");
        cask_future *start = x;
        for (int i = 0; i < LINKS; i++) {
            cask_future *next = cask_submit(ck, "t.inc", x);
            if (i)
                cask_future_release(x);
            x = next;
        }
        cask_value *value = NULL;
        if (bad)
            cask_future_cancel(start);
        else
            atomic_store(&gate, true);
        assert_int_equal(cask_future_result(x, &value), bad ? CASK_CANCELLED : CASK_OK);
        assert_int_equal(cask_value_i64(value), bad ? 0 : LINKS + 1);
        cask_value_unref(value);
        cask_future_release(start);
        cask_future_release(x);
        cask_close(ck);
    }
}

static void completion(void **state)
{
    (void)state;
    cask *ck = open_context(2);
    cask_future *first[3];
    for (int i = 0; i < 3; i++)
        first[i] = cask_submit(ck, "t.inc", i);
    cask_completion *done = cask_as_completed(first, 3);
    for (int i = 0; i < 3; i++)
        cask_future_release(first[i]);
    int64_t sum = 0;
    int count = 0;
    for (cask_future *future; (future = cask_completion_next(done)); count++) {
        assert_true(cask_future_done(future));
        sum += integer_of(future);
        if (count < 10) { /* more while it goes on */
            cask_future *more = cask_submit(ck, "t.inc", 100 + count);
            assert_int_equal(cask_completion_add(done, more), CASK_OK);
            cask_future_release(more);
        }
    }
    assert_int_equal(count, 13);
    assert_int_equal(sum, 1 + 2 + 3 + 1055);
    cask_completion_free(done);
    cask_future *blocked = cask_submit(ck, "t.gate");
    done = cask_as_completed(&blocked, 1);
    cask_completion_free(done); /* before it is done */
    atomic_store(&gate, true);
    assert_int_equal(integer_of(blocked), 1);
    cask_close(ck);
}

static void lazy_things(void **state)
{
    (void)state;
    cask *ck = open_context(2);
    cask_array x = cask_array_ones(ck, CASK_I64, CASK_SHAPE(1000), CASK_SHAPE(100));
    cask_delayed d = cask_delayed_call(ck, "t.inc", 4);
    cask_future *futures[] = {cask_future_of(CASK_LAZY(cask_array_sum(x, NULL))),
                              cask_future_of(CASK_LAZY(d)), NULL};
    futures[2] = cask_submit(ck, "t.add", futures[0], futures[1]);
    assert_int_equal(integer_of(futures[2]), 1005);
    assert_int_equal(integer_of(futures[1]), 5);
    assert_int_equal(integer_of(futures[0]), 1000);
    cask_delayed wrong = cask_delayed_call(ck, "nothing of the kind", 4);
    cask_future *failed = cask_future_of(CASK_LAZY(wrong));
    assert_int_equal(cask_future_now(failed), CASK_FUTURE_ERROR);
    cask_future_release(failed);
    cask_close(ck);
}

static void open_gate_soon(void *unused)
{
    (void)unused;
    cki_clock_sleep(5000000);
    atomic_store(&gate, true);
}

/* One that is being computed is waited for, also where there is no thread besides. */
static void waiting_for_the_only_thread(void **state)
{
    (void)state;
    cask *ck = open_context(1);
    cask_future *computing = cask_future_of(CASK_LAZY(cask_delayed_call(ck, "t.gate")));
    while (cask_future_now(computing) == CASK_FUTURE_PENDING)
        cki_clock_sleep(100000);
    cki_thread opener;
    assert_int_equal(cki_thread_start(&opener, open_gate_soon, NULL, "opener", NULL), CASK_OK);
    assert_int_equal(integer_of(computing), 1);
    cki_thread_join(&opener);
    atomic_store(&gate, false);
    cask_close(ck);
}

/* Every allocation fails in turn: the answer or MemoryError, and nothing is lost. */
static void without_memory(void **state)
{
    (void)state;
    for (int64_t n = 1; n < 120; n++) {
        cask *ck = open_context(1);
        cki_memory_fail_at(n, false);
        cask_future *x = cask_submit(ck, "t.inc", 1);
        cask_future *y = cask_submit(ck, "t.add", x, 5, CASK_NAMED("c", 1));
        cask_future *pair[2] = {x, y}, *list = cask_future_list(ck, pair, 2);
        cask_completion *done = cask_as_completed(pair, 2);
        cask_value *value = NULL;
        cask_status status = cask_future_result(list, &value);
        cki_memory_fail_at(0, false);
        assert_true(status == CASK_OK ? value != NULL
                                      : status == CASK_MEMORY || status == CASK_LIMIT);
        cask_value_unref(value);
        cask_completion_free(done);
        cask_future_release(list);
        cask_future_release(x);
        cask_future_release(y);
        cask_close(ck);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(results),
        cmocka_unit_test(equal_calls),
        cmocka_unit_test(failures),
        cmocka_unit_test(cancelling),
        cmocka_unit_test(ends_between_death_and_burial),
        cmocka_unit_test(closing_ends_all),
        cmocka_unit_test(holding),
        cmocka_unit_test(inside),
        cmocka_unit_test(many),
        cmocka_unit_test(chain),
        cmocka_unit_test(completion),
        cmocka_unit_test(lazy_things),
        cmocka_unit_test(waiting_for_the_only_thread),
        cmocka_unit_test(without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
