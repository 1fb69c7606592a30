/* Child processes by fork: what they inherit is all they need, so nothing is sent before they run.
 * Guarded mutexes are held over the fork, so that no other thread's work is torn in the child. */
#include "sys/process.h"
#include "sys/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { GUARDED = 16, RETRY_AFTER = 20000 /* ns */ };

static pthread_mutex_t list = PTHREAD_MUTEX_INITIALIZER; /* of all below */
static cki_mutex *guarded[GUARDED];
static void (*informed[GUARDED])(void);
static size_t nguarded, ninformed;
static cki_once watched = CKI_ONCE_INIT;
static bool is_child;

/* All or none, so that no order among them is needed. */
static bool lock_all(void)
{
    for (size_t i = 0; i < nguarded; i++) {
        if (pthread_mutex_trylock(&guarded[i]->native) == 0)
            continue;
        while (i > 0)
            pthread_mutex_unlock(&guarded[--i]->native);
        return false;
    }
    return true;
}

static void before_fork(void)
{
    pthread_mutex_lock(&list);
    while (!lock_all())
        cki_clock_sleep(RETRY_AFTER);
}

static void after_fork(void)
{
    for (size_t i = nguarded; i > 0; i--)
        pthread_mutex_unlock(&guarded[i - 1]->native);
    pthread_mutex_unlock(&list);
}

static void watch_forks(void)
{
    pthread_atfork(before_fork, after_fork, after_fork);
}

void cki_process_guard(cki_mutex *mutex)
{
    cki_thread_once(&watched, watch_forks);
    pthread_mutex_lock(&list);
    if (nguarded < GUARDED)
        guarded[nguarded++] = mutex;
    pthread_mutex_unlock(&list);
}

void cki_process_inform(void (*begun)(void))
{
    cki_thread_once(&watched, watch_forks);
    pthread_mutex_lock(&list);
    if (ninformed < GUARDED)
        informed[ninformed++] = begun;
    pthread_mutex_unlock(&list);
}

static void reset_signals(void)
{
    for (int number = 1; number < NSIG; number++)
        if (number != SIGKILL && number != SIGSTOP)
            signal(number, SIG_DFL); /* refused for the C library's own */
    signal(SIGINT, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    sigset_t none;
    sigemptyset(&none);
    pthread_sigmask(SIG_SETMASK, &none, NULL);
}

/* When memory ends, end the child and not the program. */
static void offer_to_be_killed(void)
{
    int file = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (file < 0)
        return;
    if (write(file, "500", 3) != 3) /* then the system chooses as it likes */
        errno = 0;
    close(file);
}

static _Noreturn void be_child(pid_t parent, void (*run)(void *), void *argument)
{
    const struct rlimit none = {0};
    is_child = true;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) /* it died before we could ask */
        _exit(0);
    reset_signals();
    setrlimit(RLIMIT_CORE, &none);
    offer_to_be_killed();
    for (size_t i = 0; i < ninformed; i++)
        informed[i]();
    run(argument);
    _exit(0);
}

cask_status cki_process_start(cki_process *process, void (*run)(void *), void *argument,
                              cki_error *error)
{
    pid_t parent = getpid(), id = fork();
    if (id == 0)
        be_child(parent, run, argument);
    *process = (cki_process){.id = 0, .handle = -1};
    if (id < 0)
        return cki_fail(error, CASK_IO, "OSError", "cannot start a process: %s", strerror(errno));
    process->id = id;
#ifdef SYS_pidfd_open
    process->handle = (int)syscall(SYS_pidfd_open, id, 0);
#endif
    return CASK_OK;
}

bool cki_process_ended(cki_process *process, bool wait, cki_process_end *end)
{
    int status = 0;
    pid_t id;
    do
        id = waitpid(process->id, &status, wait ? 0 : WNOHANG);
    while (id < 0 && errno == EINTR);
    if (id == 0)
        return false;
    *end = (cki_process_end){.known = id > 0};
    if (id > 0 && WIFSIGNALED(status))
        end->signal = WTERMSIG(status);
    else if (id > 0)
        end->status = WEXITSTATUS(status);
    if (process->handle >= 0)
        close(process->handle);
    *process = (cki_process){.id = 0, .handle = -1};
    return true;
}

void cki_process_kill(const cki_process *process)
{
    if (process->id > 0) /* 0 would be our whole group */
        kill(process->id, SIGKILL);
}

void cki_process_resume(const cki_process *process)
{
    siginfo_t about = {.si_pid = 0};
    if (process->id > 0 && waitid(P_PID, (id_t)process->id, &about, WSTOPPED | WNOHANG) == 0 &&
        about.si_pid != 0)
        kill(process->id, SIGCONT);
}

bool cki_process_is_child(void)
{
    return is_child;
}

const char *cki_process_words(const cki_process_end *end, char *text, size_t room)
{
    const char *hint = end->signal == SIGKILL  ? ": probably out of memory, or killed by somebody"
                       : end->signal == SIGBUS ? ": probably out of shared memory"
                                               : "";
    if (!end->known)
        snprintf(text, room, "an unknown cause");
    else if (end->signal)
        snprintf(text, room, "signal %d (%s%s)", end->signal, strsignal(end->signal), hint);
    else
        snprintf(text, room, "exit status %d", end->status);
    return text;
}
