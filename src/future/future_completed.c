/* Futures as they are done. */
#include "future/future.h"

#include "core/memory.h"

/* Futures that are done wait in a list of their notices; the others have them hanging. */
struct cask_completion {
    cki_futures *all;                /* held; NULL while there is no future that has one */
    cki_future_notice *first, *last; /* done, and not given yet */
    cki_future_notice *every;
};

static void lock(const cask_completion *completion)
{
    if (completion->all)
        cki_thread_lock(&completion->all->mutex);
}

static void unlock(const cask_completion *completion)
{
    if (completion->all)
        cki_thread_unlock(&completion->all->mutex);
}

static void append(cask_completion *completion, cki_future_notice *notice)
{
    notice->next = NULL;
    if (completion->last)
        completion->last->next = notice;
    else
        completion->first = notice;
    completion->last = notice;
}

void cki_future_notify(cask_future *future)
{
    while (future->notices) {
        cki_future_notice *notice = future->notices;
        future->notices = notice->next;
        append(notice->completion, notice);
    }
}

static void hang(cask_completion *completion, cki_future_notice *notice)
{
    cask_future *future = notice->future;
    notice->after = completion->every;
    if (notice->after)
        notice->after->before = notice;
    completion->every = notice;
    if (future->state > CASK_FUTURE_RUNNING) {
        append(completion, notice);
    } else {
        notice->next = future->notices;
        future->notices = notice;
    }
}

cask_status cask_completion_add(cask_completion *completion, cask_future *future)
{
    bool nil = future == cki_future_nil();
    if (!nil && completion->all && completion->all != future->all)
        return CASK_INVALID;
    cki_future_notice *notice = cki_memory_alloc(sizeof *notice);
    if (!notice)
        return CASK_MEMORY;
    *notice = (cki_future_notice){.completion = completion, .future = cask_future_ref(future)};
    if (!nil && !completion->all) {
        completion->all = future->all;
        lock(completion);
        completion->all->holders++;
        unlock(completion);
    }
    lock(completion);
    hang(completion, notice);
    unlock(completion);
    return CASK_OK;
}

cask_completion *cask_as_completed(cask_future *const *futures, size_t count)
{
    cask_completion *completion = cki_memory_calloc(1, sizeof *completion);
    for (size_t i = 0; completion && i < count; i++)
        if (cask_completion_add(completion, futures[i]) != CASK_OK) {
            cask_completion_free(completion);
            return NULL;
        }
    return completion;
}

static bool has_some(const void *what)
{
    const cask_completion *completion = what;
    return completion->first || !completion->every;
}

static void take_out(cask_completion *completion, cki_future_notice *notice)
{
    if (notice->before)
        notice->before->after = notice->after;
    else
        completion->every = notice->after;
    if (notice->after)
        notice->after->before = notice->before;
}

cask_future *cask_completion_next(cask_completion *completion)
{
    cask_future *future = NULL;
    lock(completion);
    if (!completion->all || cki_future_await(completion->all, has_some, completion)) {
        cki_future_notice *notice = completion->first;
        if (notice) {
            completion->first = notice->next;
            if (!notice->next)
                completion->last = NULL;
            take_out(completion, notice);
            future = notice->future;
            cki_memory_free(notice);
        }
    }
    unlock(completion);
    return future;
}

/* One that hangs on a future is taken off. */
static void take_off(cki_future_notice *notice)
{
    cki_future_notice **at = &notice->future->notices;
    while (*at && *at != notice)
        at = &(*at)->next;
    if (*at)
        *at = notice->next;
}

void cask_completion_free(cask_completion *completion)
{
    if (!completion)
        return;
    cki_futures *all = completion->all;
    cask_future *dead = NULL;
    lock(completion);
    while (completion->every) {
        cki_future_notice *notice = completion->every;
        take_out(completion, notice);
        take_off(notice);
        cki_future_drop(notice->future, &dead);
        cki_memory_free(notice);
    }
    unlock(completion);
    if (all) {
        cki_future_bury(all, dead);
        cki_future_unhold(all);
    }
    cki_memory_free(completion);
}
