/* Threads, locks and conditions. None of the locking calls can fail: they are used on objects that
 * were initialised here, in the ways described here. */
#ifndef CKI_SYS_THREAD_H
#define CKI_SYS_THREAD_H

#include "core/fail.h"

#include <pthread.h>
#include <stdatomic.h>

typedef struct cki_thread {
    pthread_t id;
} cki_thread;
typedef struct cki_mutex {
    pthread_mutex_t native;
} cki_mutex;
typedef struct cki_condition {
    pthread_cond_t native; /* waits by the monotonic clock */
} cki_condition;
typedef struct cki_once {
    pthread_once_t native;
} cki_once;
#define CKI_ONCE_INIT                                                                              \
    {                                                                                              \
        PTHREAD_ONCE_INIT                                                                          \
    }

/* A lock for a few instructions, without a system call; {0} is open. */
typedef struct cki_spin {
    atomic_bool busy;
} cki_spin;

/* Start run(argument) on a new thread of that name (cut to 15 bytes), to be joined. IO "cannot
 * start a thread" when the system has no more. */
cask_status cki_thread_start(cki_thread *thread, void (*run)(void *), void *argument,
                             const char *name, cki_error *error);
void cki_thread_join(cki_thread *thread);
void cki_thread_yield(void);
/* Tell the processor that this is a waiting loop. */
void cki_thread_pause(void);

void cki_thread_mutex_init(cki_mutex *mutex);
void cki_thread_mutex_free(cki_mutex *mutex);
void cki_thread_lock(cki_mutex *mutex);
void cki_thread_unlock(cki_mutex *mutex);

void cki_thread_condition_init(cki_condition *condition);
void cki_thread_condition_free(cki_condition *condition);
void cki_thread_wait(cki_condition *condition, cki_mutex *mutex);
/* False when `deadline` (cki_clock_now()'s time) came first. */
bool cki_thread_wait_until(cki_condition *condition, cki_mutex *mutex, int64_t deadline);
void cki_thread_signal(cki_condition *condition);
void cki_thread_broadcast(cki_condition *condition);

/* Run `once` if nobody has yet; returns when it has been run. */
void cki_thread_once(cki_once *control, void (*once)(void));

void cki_thread_spin_slowly(cki_spin *spin);

static inline void cki_thread_spin_lock(cki_spin *spin)
{
    if (atomic_exchange_explicit(&spin->busy, true, memory_order_acquire))
        cki_thread_spin_slowly(spin);
}

static inline void cki_thread_spin_unlock(cki_spin *spin)
{
    atomic_store_explicit(&spin->busy, false, memory_order_release);
}

#endif
