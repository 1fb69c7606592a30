/* Threads, locks and conditions, on POSIX threads. Their calls can only fail when misused, so their
 * results are not looked at; starting a thread is the exception. */
#include "sys/thread.h"
#include "core/memory.h"

#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* Enough for kernels with tiles on the stack, whatever the shell's limit is. */
enum { STACK_BYTES = 8 << 20, NAME_BYTES = 16, SPINS = 64 };

typedef struct start {
    void (*run)(void *);
    void *argument;
    char name[NAME_BYTES];
} start;

static void *enter(void *given)
{
    start *at = given;
    start copy = *at;
    cki_memory_free(at);
    pthread_setname_np(pthread_self(), copy.name);
    copy.run(copy.argument);
    return NULL;
}

cask_status cki_thread_start(cki_thread *thread, void (*run)(void *), void *argument,
                             const char *name, cki_error *error)
{
    start *at = cki_memory_alloc(sizeof *at);
    if (!at)
        return cki_fail_memory(error, sizeof *at);
    *at = (start){.run = run, .argument = argument};
    snprintf(at->name, sizeof at->name, "%s", name);
    pthread_attr_t attributes;
    int code = pthread_attr_init(&attributes);
    if (code == 0) {
        pthread_attr_setstacksize(&attributes, STACK_BYTES);
        code = pthread_create(&thread->id, &attributes, enter, at);
        pthread_attr_destroy(&attributes);
    }
    if (code == 0)
        return CASK_OK;
    cki_memory_free(at);
    return cki_fail(error, CASK_IO, "RuntimeError", "cannot start a thread: %s", strerror(code));
}

void cki_thread_join(cki_thread *thread)
{
    pthread_join(thread->id, NULL);
}

void cki_thread_yield(void)
{
    sched_yield();
}

void cki_thread_pause(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

void cki_thread_mutex_init(cki_mutex *mutex)
{
    pthread_mutex_init(&mutex->native, NULL);
}

void cki_thread_mutex_free(cki_mutex *mutex)
{
    pthread_mutex_destroy(&mutex->native);
}

void cki_thread_lock(cki_mutex *mutex)
{
    pthread_mutex_lock(&mutex->native);
}

void cki_thread_unlock(cki_mutex *mutex)
{
    pthread_mutex_unlock(&mutex->native);
}

void cki_thread_condition_init(cki_condition *condition)
{
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&condition->native, &attributes);
    pthread_condattr_destroy(&attributes);
}

void cki_thread_condition_free(cki_condition *condition)
{
    pthread_cond_destroy(&condition->native);
}

void cki_thread_wait(cki_condition *condition, cki_mutex *mutex)
{
    pthread_cond_wait(&condition->native, &mutex->native);
}

bool cki_thread_wait_until(cki_condition *condition, cki_mutex *mutex, int64_t deadline)
{
    struct timespec at = {.tv_sec = (time_t)(deadline / 1000000000),
                          .tv_nsec = (long)(deadline % 1000000000)};
    return pthread_cond_timedwait(&condition->native, &mutex->native, &at) == 0;
}

void cki_thread_signal(cki_condition *condition)
{
    pthread_cond_signal(&condition->native);
}

void cki_thread_broadcast(cki_condition *condition)
{
    pthread_cond_broadcast(&condition->native);
}

void cki_thread_once(cki_once *control, void (*once)(void))
{
    pthread_once(&control->native, once);
}

/* The holder may have lost its processor, so after a while ours is given away. */
void cki_thread_spin_slowly(cki_spin *spin)
{
    for (int i = 0;; i++) {
        if (i < SPINS)
            cki_thread_pause();
        else
            cki_thread_yield();
        if (!atomic_load_explicit(&spin->busy, memory_order_relaxed) &&
            !atomic_exchange_explicit(&spin->busy, true, memory_order_acquire))
            return;
    }
}
