/* The pool of threads: one for the process. Each thread waits for a job by its own condition; idle
 * ones form a stack, so that the one whose memory is warm comes first. */
#include "exec/pool.h"

#include "core/memory.h"
#include "sys/process.h"

#include <stdio.h>

typedef struct hand {
    cki_thread thread;
    cki_condition called;
    cki_pool_job *job;
    bool leave;        /* it is to end */
    struct hand *next; /* on the stack of idle ones */
} hand;

static cki_once once = CKI_ONCE_INIT;
static cki_mutex mutex; /* of all below */
static cki_condition finished;
static hand *idle;
static int busy_count, idle_count, users, named;

/* In a child process there are no such threads. */
static void forget_threads(void)
{
    idle = NULL;
    busy_count = idle_count = 0;
}

static void initialise(void)
{
    cki_thread_mutex_init(&mutex);
    cki_thread_condition_init(&finished);
    cki_process_guard(&mutex);
    cki_process_inform(forget_threads);
}

static void lock(void)
{
    cki_thread_once(&once, initialise);
    cki_thread_lock(&mutex);
}

static void unlock(void)
{
    cki_thread_unlock(&mutex);
}

static void serve(void *given)
{
    hand *me = given;
    lock();
    while (!me->leave) {
        while (!me->job && !me->leave)
            cki_thread_wait(&me->called, &mutex);
        if (!me->job)
            break;
        cki_pool_job *job = me->job;
        unlock();
        job->run(job->argument);
        lock();
        me->job = NULL;
        job->done = true;
        busy_count--;
        idle_count++;
        me->next = idle;
        idle = me;
        cki_thread_broadcast(&finished);
    }
    unlock();
}

static hand *new_hand(cki_pool_job *job)
{
    hand *made = cki_memory_calloc(1, sizeof *made);
    if (!made)
        return NULL;
    cki_thread_condition_init(&made->called);
    made->job = job;
    char name[24];
    snprintf(name, sizeof name, "cask-%d", ++named);
    if (cki_thread_start(&made->thread, serve, made, name, NULL) == CASK_OK)
        return made;
    cki_thread_condition_free(&made->called);
    cki_memory_free(made);
    return NULL;
}

bool cki_pool_start(cki_pool_job *job, int most)
{
    if (cki_process_is_child()) /* the pool's threads stayed with the parent */
        return false;
    lock();
    hand *taken = busy_count < most ? idle : NULL;
    bool started = taken != NULL;
    job->done = false;
    if (taken) {
        idle = taken->next;
        idle_count--;
        taken->job = job;
        cki_thread_signal(&taken->called);
    } else if (busy_count < most) {
        started = new_hand(job) != NULL;
    }
    busy_count += started;
    unlock();
    return started;
}

void cki_pool_wait(cki_pool_job *job)
{
    lock();
    while (!job->done)
        cki_thread_wait(&finished, &mutex);
    unlock();
}

void cki_pool_open(void)
{
    lock();
    users++;
    unlock();
}

void cki_pool_close(void)
{
    lock();
    hand *leaving = NULL;
    if (--users == 0) {
        leaving = idle;
        idle = NULL;
        idle_count = 0;
    }
    for (hand *at = leaving; at; at = at->next) {
        at->leave = true;
        cki_thread_signal(&at->called);
    }
    unlock();
    for (hand *next; leaving; leaving = next) {
        next = leaving->next;
        cki_thread_join(&leaving->thread);
        cki_thread_condition_free(&leaving->called);
        cki_memory_free(leaving);
    }
}

void cki_pool_counts(int *busy, int *waiting)
{
    lock();
    *busy = busy_count;
    *waiting = idle_count;
    unlock();
}
