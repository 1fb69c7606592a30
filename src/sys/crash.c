/* Outliving a crash: handlers that jump back, in place only while the guarded function runs, on a
 * stack of their own, as the fault may be that there is none left. */
#include "sys/crash.h"

#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { SIGNALS = 3, STACK = 64 << 10, WORDS = 1000 };

static const int numbers[SIGNALS] = {SIGSEGV, SIGBUS, SIGFPE};
static struct sigaction before[SIGNALS];
static char stack[STACK], last_words[WORDS];
static _Thread_local sigjmp_buf *landing; /* set on the thread that is guarded */

/* Another thread's fault happens once more when this returns, under the handler that was there. */
static void jump_back(int number)
{
    sigjmp_buf *back = landing;
    if (back) {
        landing = NULL;
        siglongjmp(*back, 1);
    }
    for (int i = 0; i < SIGNALS; i++)
        if (numbers[i] == number)
            sigaction(number, &before[i], NULL);
}

static void speak_and_die(int number)
{
    (void)number;
    ssize_t told = write(STDERR_FILENO, last_words, strlen(last_words));
    _exit(told > 0 ? 1 : 2);
}

bool cki_crash_outlive(void (*function)(void *), void *argument, const char *words)
{
    sigjmp_buf back;
    stack_t own = {.ss_sp = stack, .ss_size = STACK}, old;
    struct sigaction action = {.sa_handler = jump_back, .sa_flags = SA_ONSTACK};
    sigemptyset(&action.sa_mask);
    sigaltstack(&own, &old);
    for (int i = 0; i < SIGNALS; i++)
        sigaction(numbers[i], &action, &before[i]);
    bool good = sigsetjmp(back, 1) == 0;
    if (good) {
        landing = &back;
        function(argument);
        landing = NULL;
    }
    struct sigaction last = {.sa_handler = speak_and_die};
    sigemptyset(&last.sa_mask);
    for (int i = 0; i < SIGNALS; i++)
        sigaction(numbers[i], good ? &before[i] : &last, NULL);
    sigaltstack(&old, NULL);
    if (!good) {
        snprintf(last_words, sizeof last_words, "%s\n", words);
        sigaction(SIGABRT, &last, NULL);
    }
    return good;
}
