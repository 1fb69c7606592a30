/* Futures: the threads that run them. There are as many at work as the context has threads; one
 * that waits for a future inside of its own lets another one work meanwhile. */
#include "future/future.h"

#include "call/call.h"
#include "core/memory.h"
#include "exec/exec.h"

enum { MOST_THREADS = 1024, FEW = 8 };

/* What this thread runs. */
static _Thread_local cask_future *current;

bool cki_future_stopped(void)
{
    return current && (atomic_load(&current->end) || atomic_load(&current->all->closing));
}

/* ---- running one ---- */

static cask_value *make_list(cask_value *const *values, size_t count, cki_error *error)
{
    cask_value *list = cki_value_list(CKI_LIST, count, error);
    for (size_t i = 0; list && i < count; i++)
        list->as.list.items[i] = cask_value_ref(values[i]);
    return list;
}

static cask_value *call(const cask_future *future, cask *ck, cask_value *const *values,
                        cki_error *error)
{
    size_t positional = future->count - future->named;
    const cki_arguments arguments = {.positional = values,
                                     .count = positional,
                                     .names = (const char *const *)future->names,
                                     .named = values + positional,
                                     .nnamed = future->named};
    cki_error own = {0};
    cask_value *result = cki_call_run(ck, future->function, &arguments, NULL, &own);
    if (result)
        return result;
    cki_text key = {0};
    cki_future_print_key(future, &key);
    cki_fail(error, own.status, own.python, "%s (in %s)", own.message, key.bytes ? key.bytes : "");
    cki_text_free(&key);
    return NULL;
}

/* Its arguments are there, and stay while it runs. */
static cask_value *run(const cask_future *future, cask *ck, cki_error *error)
{
    cask_value *few[FEW], **values = few, *result = NULL;
    if (future->node) {
        cki_collection_compute(ck, &future->node, 1, &result, error);
        return result;
    }
    if (future->count > FEW && !(values = cki_memory_alloc(future->count * sizeof *values))) {
        cki_fail_memory(error, future->count * sizeof *values);
        return NULL;
    }
    for (size_t i = 0; i < future->count; i++) {
        const cki_future_place *place = &future->places[i];
        values[i] = place->from ? place->from->result : place->value;
    }
    result = future->function ? call(future, ck, values, error)
                              : make_list(values, future->count, error);
    if (values != few)
        cki_memory_free(values);
    return result;
}

static cask_value *run_again(cask_future *future, cask *ck, cki_error *error)
{
    for (;;) {
        *error = (cki_error){0};
        cask_value *result = run(future, ck, error);
        if (result || future->retries-- <= 0 || cki_future_stopped())
            return result;
    }
}

/* Run without the lock, and end with it. */
static void work_on(cask_future *future, cask_future **dead)
{
    cki_futures *all = future->all;
    cki_error error;
    int *at_work = future->node ? &all->blocked : &all->busy;
    future->state = CASK_FUTURE_RUNNING;
    (*at_work)++;
    all->computing += future->node != NULL;
    cki_future_wake(all); /* there may be another one, for another thread */
    cki_thread_unlock(&all->mutex);
    current = future;
    cask_value *result = run_again(future, all->ck, &error);
    current = NULL;
    cki_future_failure *failure = result ? NULL : cki_future_failure_new(&error);
    cki_thread_lock(&all->mutex);
    (*at_work)--;
    all->computing -= future->node != NULL;
    future->queued = false;
    if (future->state == CASK_FUTURE_RUNNING) {
        if (!result && !failure) /* no memory to say what went wrong */
            (failure = cki_future_nil()->failure)->holders++;
        cki_future_finish(future, result ? CASK_FUTURE_FINISHED : CASK_FUTURE_ERROR, result,
                          failure, dead);
    } else { /* it was cancelled meanwhile */
        cki_thread_unlock(&all->mutex);
        cask_value_unref(result);
        cki_memory_free(failure);
        cki_thread_lock(&all->mutex);
        cki_future_settled(future, dead);
    }
}

/* ---- the threads ---- */

/* The queue from which one may begin; -1 if there is none. Calls wait while their results fill the
 * memory, but one always goes on. */
static int may_begin(const cki_futures *all)
{
    bool closing = atomic_load(&all->closing);
    if (all->ready[0].first &&
        (closing || all->busy == 0 ||
         (all->busy < all->ck->threads && cki_ledger_now(all->ck->ledger) < all->ck->memory_limit)))
        return 0;
    return all->ready[1].first && (closing || all->computing < all->ck->threads) ? 1 : -1;
}

static cask_future *pop(cki_futures *all, int which)
{
    cask_future *future = all->ready[which].first;
    all->ready[which].first = future->next;
    if (!future->next)
        all->ready[which].last = NULL;
    return future;
}

/* Take the next one and do with it what is to be done. */
static void step(cki_futures *all, int which, cask_future **dead)
{
    cask_future *future = pop(all, which);
    if (future->state == CASK_FUTURE_PENDING && future->holders > 1 &&
        !atomic_load(&all->closing)) {
        work_on(future, dead);
    } else { /* cancelled, or nobody would see it */
        future->queued = false;
        if (future->state == CASK_FUTURE_PENDING)
            cki_future_finish(future, CASK_FUTURE_CANCELLED, NULL, NULL, dead);
        else
            cki_future_settled(future, dead);
    }
    cki_future_drop(future, dead); /* the queue's hold */
}

static void work(void *given)
{
    cki_futures *all = given;
    cki_ledger_enter(all->ck->ledger);
    cki_thread_lock(&all->mutex);
    for (;;) {
        int which = may_begin(all);
        if (which >= 0) {
            cask_future *dead = NULL;
            step(all, which, &dead);
            if (dead) {
                cki_thread_unlock(&all->mutex);
                cki_future_bury(all, dead);
                cki_thread_lock(&all->mutex);
            }
        } else if (atomic_load(&all->closing)) {
            break;
        } else {
            all->idle++;
            cki_thread_wait(&all->work, &all->mutex);
            all->idle--;
        }
    }
    cki_thread_unlock(&all->mutex);
}

static void start_thread(cki_futures *all)
{
    if (all->count == all->room) {
        int room = all->room * 2 + 8;
        cki_thread *threads = cki_memory_realloc(all->threads, (size_t)room * sizeof *threads);
        if (!threads)
            return;
        all->threads = threads;
        all->room = room;
    }
    if (cki_thread_start(&all->threads[all->count], work, all, "cask-future", NULL) == CASK_OK)
        all->count++;
}

void cki_future_wake(cki_futures *all)
{
    if (may_begin(all) < 0)
        return;
    if (all->idle)
        cki_thread_signal(&all->work);
    else if (!atomic_load(&all->closing) && all->count - all->blocked < all->ck->threads &&
             all->count < MOST_THREADS)
        start_thread(all);
}

/* Whether there is a thread that could end it: one that may begin a call, or one that computes,
 * unless it is this computation that waits. */
static bool somebody_works(const cki_futures *all)
{
    return all->count > all->blocked || (all->computing > 0 && cki_exec_depth() == 0);
}

bool cki_future_await(cki_futures *all, bool (*is_so)(const void *what), const void *what)
{
    bool inside = current && current->all == all && !current->node, can = true;
    if (is_so(what))
        return true;
    all->blocked += inside;
    all->busy -= inside;
    all->waiters++;
    cki_future_wake(all);
    while (can && !is_so(what)) {
        can = somebody_works(all);
        if (can)
            cki_thread_wait(&all->done, &all->mutex);
    }
    all->waiters--;
    all->blocked -= inside;
    all->busy += inside;
    return can;
}

/* ---- opening and closing ---- */

cki_futures *cki_future_open(cask *ck, cki_error *error)
{
    cki_futures *all = cki_memory_calloc(1, sizeof *all);
    if (!all) {
        cki_fail_memory(error, sizeof *all);
        return NULL;
    }
    all->ck = ck;
    all->holders = 1;
    cki_thread_mutex_init(&all->mutex);
    cki_thread_condition_init(&all->work);
    cki_thread_condition_init(&all->done);
    return all;
}

void cki_future_close(cki_futures *all)
{
    if (!all)
        return;
    cki_thread_lock(&all->mutex);
    atomic_store(&all->closing, true);
    if (all->busy || all->blocked)
        atomic_store(all->ck->cancel, true); /* of what they compute */
    cki_thread_broadcast(&all->work);
    int count = all->count;
    cki_thread_unlock(&all->mutex);
    for (int i = 0; i < count; i++)
        cki_thread_join(&all->threads[i]);
    cask_future *dead = NULL;
    cki_thread_lock(&all->mutex);
    for (int which; (which = may_begin(all)) >= 0;) /* there never was a thread */
        step(all, which, &dead);
    cki_thread_unlock(&all->mutex);
    cki_future_bury(all, dead);
    cki_future_unhold(all);
}

void cki_future_unhold(cki_futures *all)
{
    cki_thread_lock(&all->mutex);
    bool gone = --all->holders == 0;
    cki_thread_unlock(&all->mutex);
    if (gone)
        cki_future_free(all);
}

void cki_future_free(cki_futures *all)
{
    cki_thread_mutex_free(&all->mutex);
    cki_thread_condition_free(&all->work);
    cki_thread_condition_free(&all->done);
    cki_memory_free(all->threads);
    cki_memory_free(all->keys);
    cki_memory_free(all);
}
