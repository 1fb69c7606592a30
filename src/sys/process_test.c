/* Tests of child processes, shared memory and waking. */
#include "sys/clock.h"
#include "sys/shared.h"
#include "sys/wake.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { BYTES = 1 << 22, SECOND = 1000000000 };

typedef struct common {
    _Atomic uint32_t word, answer;
    int what;
    cki_bell bell;
} common;

static common *map(void)
{
    size_t got;
    cki_error error = {0};
    common *at = cki_shared_map(BYTES, BYTES, &got, &error);
    assert_non_null(at);
    assert_int_equal(got, BYTES);
    return at;
}

static cki_process start(void (*run)(void *), void *argument)
{
    cki_process process;
    cki_error error = {0};
    assert_int_equal(cki_process_start(&process, run, argument, &error), CASK_OK);
    return process;
}

static void answer(void *given)
{
    common *at = given;
    while (atomic_load(&at->word) == 0)
        cki_wake_sleep(&at->word, 0);
    atomic_store(&at->answer, cki_process_is_child() ? atomic_load(&at->word) + 1 : 0);
    cki_wake_bell_ring(&at->bell);
    cki_wake_sleep(&at->word, 41);
    for (;;)
        cki_clock_sleep(SECOND);
}

static void children_share_and_wake(void **state)
{
    (void)state;
    common *at = map();
    cki_process_end end;
    assert_int_equal(cki_wake_bell_open(&at->bell, NULL), CASK_OK);
    cki_process child = start(answer, at);
    const cki_process *children[] = {&child};
    assert_false(cki_process_is_child());
    cki_clock_sleep(1000000);
    atomic_store(&at->word, 41);
    cki_wake_rouse(&at->word);
    while (atomic_load(&at->answer) == 0)
        cki_wake_bell_wait(&at->bell, children, 1, SECOND);
    assert_int_equal(atomic_load(&at->answer), 42);
    assert_false(cki_process_ended(&child, false, &end));
    cki_process_kill(&child);
    int64_t begin = cki_clock_now();
    while (!cki_process_ended(&child, false, &end)) /* a bell that the death rings */
        cki_wake_bell_wait(&at->bell, children, 1, 10 * (int64_t)SECOND);
    assert_true(cki_clock_now() - begin < 5 * (int64_t)SECOND);
    assert_true(end.known && end.signal == SIGKILL);
    cki_wake_bell_close(&at->bell);
    cki_shared_unmap(at, BYTES);
}

static void end_somehow(void *given)
{
    const common *at = given;
    if (at->what == 0)
        return;
    if (at->what < 0)
        raise(-at->what);
    _exit(at->what > 0 ? at->what : 0);
}

static void check_end(int what, int signal, int status, const char *words)
{
    char text[120];
    common *at = map();
    at->what = what;
    cki_process child = start(end_somehow, at);
    cki_process_end end;
    assert_true(cki_process_ended(&child, true, &end));
    assert_int_equal(child.id, 0);
    assert_true(end.known);
    assert_int_equal(end.signal, signal);
    assert_int_equal(end.status, status);
    assert_string_equal(cki_process_words(&end, text, sizeof text), words);
    cki_shared_unmap(at, BYTES);
}

static void ends_are_told(void **state)
{
    (void)state;
    check_end(0, 0, 0, "exit status 0");
    check_end(3, 0, 3, "exit status 3");
    check_end(-SIGSEGV, SIGSEGV, 0, "signal 11 (Segmentation fault)");
    check_end(-SIGKILL, SIGKILL, 0,
              "signal 9 (Killed: probably out of memory, or killed by somebody)");
    check_end(-SIGINT, 0, 0, "exit status 0"); /* Ctrl-C is for the parent */
    check_end(-SIGTERM, SIGTERM, 0, "signal 15 (Terminated)");
}

static void an_end_that_was_collected_is_unknown(void **state)
{
    (void)state;
    char text[40];
    common *at = map();
    cki_process child = start(end_somehow, at);
    cki_process_end end;
    assert_int_equal(waitpid(child.id, NULL, 0), child.id);
    assert_true(cki_process_ended(&child, true, &end));
    assert_false(end.known);
    assert_string_equal(cki_process_words(&end, text, sizeof text), "an unknown cause");
    cki_shared_unmap(at, BYTES);
}

static void stop_and_answer(void *given)
{
    common *at = given;
    raise(SIGSTOP);
    atomic_store(&at->answer, 1);
}

static void stopped_children_go_on(void **state)
{
    (void)state;
    common *at = map();
    cki_process child = start(stop_and_answer, at);
    cki_process_end end;
    while (!cki_process_ended(&child, false, &end)) {
        cki_process_resume(&child);
        cki_clock_sleep(1000000);
    }
    assert_int_equal(atomic_load(&at->answer), 1);
    cki_shared_unmap(at, BYTES);
}

/* A child that starts a child and dies: the grandchild dies too. */
static void sleep_long(void *given)
{
    common *at = given;
    atomic_store(&at->answer, (uint32_t)getpid());
    for (;;)
        cki_clock_sleep(SECOND);
}

static void start_one_and_die(void *given)
{
    common *at = given;
    cki_process grandchild;
    if (cki_process_start(&grandchild, sleep_long, at, NULL) != CASK_OK)
        _exit(1);
    while (atomic_load(&at->answer) == 0)
        cki_clock_sleep(100000);
}

static void children_do_not_outlive_us(void **state)
{
    (void)state;
    common *at = map();
    cki_process_end end;
    cki_process child = start(start_one_and_die, at);
    assert_true(cki_process_ended(&child, true, &end));
    assert_int_equal(end.status, 0);
    pid_t grandchild = (pid_t)atomic_load(&at->answer);
    int64_t begin = cki_clock_now();
    char path[40], line[200] = "";
    for (;;) { /* gone, or dead and waiting for init to notice */
        snprintf(path, sizeof path, "/proc/%d/stat", (int)grandchild);
        FILE *file = fopen(path, "r");
        if (!file)
            break;
        bool dead = fgets(line, sizeof line, file) && strstr(line, ") Z");
        fclose(file);
        if (dead)
            break;
        assert_true(cki_clock_now() - begin < 5 * (int64_t)SECOND);
        cki_clock_sleep(1000000);
    }
    cki_shared_unmap(at, BYTES);
}

/* ---- locks ---- */

typedef struct holder {
    cki_mutex first, second;
    atomic_bool end;
} holder;

static holder held;

static void lock_again_and_again(void *given)
{
    (void)given;
    for (int i = 0; !atomic_load(&held.end); i++) {
        cki_thread_lock(&held.second);
        cki_thread_lock(&held.first);
        cki_thread_pause();
        cki_thread_unlock(&held.first);
        cki_thread_unlock(&held.second);
        if (i % 8 == 0)
            cki_clock_sleep(10000);
    }
}

static void lock_both(void *given)
{
    (void)given;
    alarm(20); /* rather than hanging */
    cki_thread_lock(&held.first);
    cki_thread_lock(&held.second);
}

static void guarded_locks_are_open_in_children(void **state)
{
    (void)state;
    cki_thread thread;
    cki_thread_mutex_init(&held.first);
    cki_thread_mutex_init(&held.second);
    cki_process_guard(&held.first);
    cki_process_guard(&held.second);
    assert_int_equal(cki_thread_start(&thread, lock_again_and_again, NULL, "locks", NULL), CASK_OK);
    for (int i = 0; i < 100; i++) {
        cki_process_end end;
        cki_process child = start(lock_both, NULL);
        assert_true(cki_process_ended(&child, true, &end));
        assert_true(end.known && end.signal == 0 && end.status == 0);
    }
    atomic_store(&held.end, true);
    cki_thread_join(&thread);
}

/* ---- shared memory ---- */

static void dropped_pages_are_zeros(void **state)
{
    (void)state;
    size_t got;
    unsigned char *at = cki_shared_map(BYTES, BYTES, &got, NULL);
    assert_non_null(at);
    size_t page = cki_shared_page();
    memset(at, 7, 4 * page);
    cki_shared_drop(at + page - 1, 2 * page); /* one whole page is within */
    assert_int_equal(at[page - 1], 7);
    assert_int_equal(at[page], 0);
    assert_int_equal(at[2 * page - 1], 0);
    assert_int_equal(at[2 * page], 7);
    cki_shared_drop(at + 3 * page, page - 1);
    assert_int_equal(at[3 * page], 7);
    cki_shared_unmap(at, got);
}

static void less_is_mapped_where_there_is_less(void **state)
{
    (void)state;
    size_t got = 0;
    void *at = cki_shared_map((size_t)1 << 62, 1 << 20, &got, NULL);
    assert_non_null(at);
    assert_true(got >= 1 << 20 && got < (size_t)1 << 62);
    cki_shared_unmap(at, got);
    cki_error error = {0};
    assert_null(cki_shared_map((size_t)1 << 62, (size_t)1 << 61, &got, &error));
    assert_int_equal(error.status, CASK_MEMORY);
    assert_non_null(strstr(error.message, "cannot map"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(children_share_and_wake),
        cmocka_unit_test(ends_are_told),
        cmocka_unit_test(an_end_that_was_collected_is_unknown),
        cmocka_unit_test(stopped_children_go_on),
        cmocka_unit_test(children_do_not_outlive_us),
        cmocka_unit_test(guarded_locks_are_open_in_children),
        cmocka_unit_test(dropped_pages_are_zeros),
        cmocka_unit_test(less_is_mapped_where_there_is_less),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
