/* Tests of the system room: threads, clock, what the machine allows, Ctrl-C. */
#include "sys/clock.h"
#include "sys/crash.h"
#include "sys/interrupt.h"
#include "sys/machine.h"
#include "sys/terminal.h"
#include "sys/thread.h"

#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

typedef struct counter {
    cki_spin spin;
    cki_mutex mutex;
    cki_condition full;
    int spun, locked, arrived;
} counter;

enum { THREADS = 4, ROUNDS = 2000 };

static void count(void *given)
{
    counter *at = given;
    for (int i = 0; i < ROUNDS; i++) {
        cki_thread_spin_lock(&at->spin);
        at->spun++;
        cki_thread_spin_unlock(&at->spin);
        cki_thread_lock(&at->mutex);
        at->locked++;
        cki_thread_unlock(&at->mutex);
    }
    cki_thread_lock(&at->mutex);
    at->arrived++;
    cki_thread_broadcast(&at->full);
    while (at->arrived < THREADS)
        cki_thread_wait(&at->full, &at->mutex);
    cki_thread_unlock(&at->mutex);
}

static void locks_exclude(void **state)
{
    (void)state;
    counter at = {0};
    cki_thread threads[THREADS];
    cki_thread_mutex_init(&at.mutex);
    cki_thread_condition_init(&at.full);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(cki_thread_start(&threads[i], count, &at, "counter", NULL), CASK_OK);
    for (int i = 0; i < THREADS; i++)
        cki_thread_join(&threads[i]);
    assert_int_equal(at.spun, THREADS * ROUNDS);
    assert_int_equal(at.locked, THREADS * ROUNDS);
    cki_thread_condition_free(&at.full);
    cki_thread_mutex_free(&at.mutex);
}

static void waits_end_at_their_deadline(void **state)
{
    (void)state;
    counter at = {0};
    cki_thread_mutex_init(&at.mutex);
    cki_thread_condition_init(&at.full);
    int64_t begin = cki_clock_now(), deadline = begin + 20000000;
    cki_thread_lock(&at.mutex);
    while (cki_thread_wait_until(&at.full, &at.mutex, deadline))
        continue;
    cki_thread_unlock(&at.mutex);
    assert_true(cki_clock_now() >= deadline);
    begin = cki_clock_now();
    cki_clock_sleep(5000000);
    assert_true(cki_clock_now() - begin >= 5000000);
    cki_thread_condition_free(&at.full);
    cki_thread_mutex_free(&at.mutex);
}

static int made;
static void make(void)
{
    made++;
}

static void once_is_once(void **state)
{
    (void)state;
    static cki_once control = CKI_ONCE_INIT;
    cki_thread_once(&control, make);
    cki_thread_once(&control, make);
    assert_int_equal(made, 1);
}

static void processors_follow_the_affinity(void **state)
{
    (void)state;
    cpu_set_t before, one;
    assert_int_equal(sched_getaffinity(0, sizeof before, &before), 0);
    assert_in_range(cki_machine_processors(), 1, CPU_COUNT(&before));
    CPU_ZERO(&one);
    for (size_t i = 0; i < CPU_SETSIZE && !CPU_COUNT(&one); i++)
        if (CPU_ISSET(i, &before))
            CPU_SET(i, &one);
    assert_int_equal(sched_setaffinity(0, sizeof one, &one), 0);
    assert_int_equal(cki_machine_processors(), 1);
    assert_int_equal(sched_setaffinity(0, sizeof before, &before), 0);
}

/* Write a file under a fake root, with the folders that lead to it. */
static void put(const char *root, const char *file, const char *text)
{
    char path[600];
    snprintf(path, sizeof path, "%s%s", root, file);
    for (char *at = path + strlen(root) + 1; (at = strchr(at, '/')) != NULL; at++) {
        *at = '\0';
        mkdir(path, 0700);
        *at = '/';
    }
    FILE *stream = fopen(path, "w");
    assert_non_null(stream);
    assert_true(fputs(text, stream) >= 0);
    assert_int_equal(fclose(stream), 0);
}

static char *new_root(char path[64])
{
    strcpy(path, "/tmp/cask-sys-test-XXXXXX");
    char *root = mkdtemp(path);
    assert_non_null(root);
    return root;
}

static void remove_root(const char *root)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", root);
    assert_int_equal(system(command), 0);
}

static void groups_of_version_2_limit(void **state)
{
    (void)state;
    char path[64], *root = new_root(path);
    put(root, "/proc/self/cgroup", "0::/a/b\n");
    put(root, "/sys/fs/cgroup/a/b/memory.max", "max\n");
    put(root, "/sys/fs/cgroup/a/b/cpu.max", "250000 100000\n");
    put(root, "/sys/fs/cgroup/a/memory.max", "1000000000\n");
    put(root, "/sys/fs/cgroup/a/cpu.max", "max 100000\n");
    cki_machine_limits limits = cki_machine_group(root);
    assert_true(limits.processors > 2.49 && limits.processors < 2.51);
    assert_int_equal(limits.memory, 1000000000);
    remove_root(root);
}

static void groups_of_version_1_limit(void **state)
{
    (void)state;
    char path[64], *root = new_root(path);
    put(root, "/proc/self/cgroup", "5:cpu,cpuacct:/docker/x\n4:memory:/docker/x\n3:cpuset:/\n");
    put(root, "/sys/fs/cgroup/memory/memory.limit_in_bytes", "536870912\n");
    put(root, "/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n");
    put(root, "/sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
    cki_machine_limits limits = cki_machine_group(root);
    assert_true(limits.processors <= 0);
    assert_int_equal(limits.memory, 536870912);
    put(root, "/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "150000\n");
    limits = cki_machine_group(root);
    assert_true(limits.processors > 1.49 && limits.processors < 1.51);
    remove_root(root);
}

static void no_groups_no_limits(void **state)
{
    (void)state;
    cki_machine_limits limits = cki_machine_group("/nowhere");
    assert_true(limits.processors <= 0);
    assert_true(limits.memory == UINT64_MAX);
}

static void the_machine_is_plausible(void **state)
{
    (void)state;
    FILE *nproc = popen("nproc", "r");
    int count = 0;
    assert_non_null(nproc);
    assert_int_equal(fscanf(nproc, "%d", &count), 1);
    pclose(nproc);
    int mine = cki_machine_processors();
    assert_true(mine >= 1 && mine <= count);
    assert_true(cki_machine_memory() > (uint64_t)16 << 20);
    assert_true(cki_machine_cache(1) >= 4096 && cki_machine_cache(2) >= cki_machine_cache(1));
    assert_true(cki_machine_peak() > 100000 && cki_machine_peak() < (uint64_t)1 << 45);
}

static _Atomic bool flag;

static void ctrl_c_raises_a_flag_once(void **state)
{
    (void)state;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        cki_interrupt_catch(&flag);
        raise(SIGINT);
        if (!flag || cki_interrupt_signal() != SIGINT)
            _exit(1);
        raise(SIGINT); /* now it ends the process */
        _exit(2);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT);
}

static void a_hang_up_raises_it_too_unless_ignored(void **state)
{
    (void)state;
    for (int ignored = 0; ignored < 2; ignored++) {
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            signal(SIGHUP, ignored ? SIG_IGN : SIG_DFL);
            cki_interrupt_catch(&flag);
            raise(SIGHUP);
            _exit(flag == !ignored && cki_interrupt_signal() == (ignored ? 0 : SIGHUP) ? 0 : 1);
        }
        int status;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
}

static void a_pipe_is_no_terminal(void **state)
{
    (void)state;
    int ends[2];
    char text[8] = "";
    assert_int_equal(pipe(ends), 0);
    assert_false(cki_terminal_is(ends[1]));
    assert_int_equal(cki_terminal_width(ends[1]), 80);
    assert_true(cki_terminal_write(ends[1], "hello", 5));
    assert_int_equal(read(ends[0], text, sizeof text), 5);
    assert_string_equal(text, "hello");
    close(ends[0]);
    close(ends[1]);
    assert_false(cki_terminal_write(ends[1], "hello", 5));
}

static void crash(void *argument)
{
    raise(*(int *)argument);
}

static void keep_still(void *argument)
{
    (void)argument;
}

/* In a process of its own: what crashed may be its heap, of which it then dies with a word. */
static void a_crash_is_outlived(void **state)
{
    (void)state;
    int ends[2], status, signals[] = {SIGFPE, SIGBUS, SIGSEGV};
    char words[40] = "";
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        bool good = cki_crash_outlive(keep_still, NULL, "never said");
        for (int i = 0; i < 3; i++)
            good &= !cki_crash_outlive(crash, &signals[i], "it was the library");
        if (good)
            abort();
        _exit(7);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 1);
    assert_true(read(ends[0], words, sizeof words - 1) > 0);
    assert_string_equal(words, "it was the library\n");
    close(ends[0]);
    close(ends[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(locks_exclude),
        cmocka_unit_test(waits_end_at_their_deadline),
        cmocka_unit_test(once_is_once),
        cmocka_unit_test(processors_follow_the_affinity),
        cmocka_unit_test(groups_of_version_2_limit),
        cmocka_unit_test(groups_of_version_1_limit),
        cmocka_unit_test(no_groups_no_limits),
        cmocka_unit_test(the_machine_is_plausible),
        cmocka_unit_test(ctrl_c_raises_a_flag_once),
        cmocka_unit_test(a_hang_up_raises_it_too_unless_ignored),
        cmocka_unit_test(a_pipe_is_no_terminal),
        cmocka_unit_test(a_crash_is_outlived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
