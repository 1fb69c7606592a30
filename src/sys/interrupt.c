/* Ctrl-C: a handler that only stores, and lets go of the signal, as handlers must. */
#include "sys/interrupt.h"

#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>

static _Atomic(_Atomic bool *) raised;
static atomic_int caught;

static void handle(int number)
{
    _Atomic bool *flag = atomic_load(&raised);
    atomic_store(&caught, number);
    if (flag)
        atomic_store(flag, true);
}

void cki_interrupt_catch(_Atomic bool *flag)
{
    atomic_store(&raised, flag);
    struct sigaction action = {.sa_handler = handle, .sa_flags = (int)SA_RESETHAND | SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

int cki_interrupt_signal(void)
{
    return atomic_load(&caught);
}
