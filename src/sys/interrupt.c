/* Ctrl-C: a handler that only stores, and lets go of the signal, as handlers must. */
#include "sys/interrupt.h"

#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/time.h>
#include <unistd.h>

enum { PATIENCE_US = 70000, HANGUP_PATIENCE = 5 /* seconds: nobody is looking */ };

static _Atomic(_Atomic bool *) raised;
static atomic_int caught;

/* A task may be deep in a library that asks nobody. What it was writing has no name as yet, or one
 * that the next process sweeps up. */
static void give_up(int number)
{
    static const char said[] = "KeyboardInterrupt: the computation was cancelled\n";
    (void)number;
    if (atomic_load(&caught) == SIGINT && write(STDERR_FILENO, said, sizeof said - 1) < 0)
        atomic_store(&caught, SIGINT); /* nobody reads it */
    raise(atomic_load(&caught));
}

static void handle(int number)
{
    _Atomic bool *flag = atomic_load(&raised);
    struct itimerval soon = {.it_value = {.tv_usec = PATIENCE_US}};
    if (number == SIGHUP)
        soon.it_value = (struct timeval){.tv_sec = HANGUP_PATIENCE};
    atomic_store(&caught, number);
    if (flag)
        atomic_store(flag, true);
    setitimer(ITIMER_REAL, &soon, NULL);
}

void cki_interrupt_catch(_Atomic bool *flag)
{
    atomic_store(&raised, flag);
    struct sigaction action = {.sa_handler = handle, .sa_flags = (int)SA_RESETHAND | SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    struct sigaction before;
    if (sigaction(SIGHUP, NULL, &before) == 0 && before.sa_handler != SIG_IGN) /* not under nohup */
        sigaction(SIGHUP, &action, NULL);
    action.sa_handler = give_up;
    sigaction(SIGALRM, &action, NULL);
}

void cki_interrupt_heard(void)
{
    const struct itimerval never = {.it_value = {0}};
    if (atomic_load(&caught))
        setitimer(ITIMER_REAL, &never, NULL);
}

int cki_interrupt_signal(void)
{
    return atomic_load(&caught);
}
