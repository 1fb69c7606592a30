/* Callbacks of the user's own: what the executors tell is told on in public terms. */
#include "callbacks.h"

#include "core/memory.h"
#include "exec/run.h"
#include "expr/context.h"
#include "sys/thread.h"

#include <cask/callbacks.h>

/* One that is told; the first member is what executors see. */
typedef struct listener {
    cki_callbacks told;
    const cask_callbacks *own;
    struct listener *next;
    int held; /* by runs */
} listener;

/* ---- telling on ---- */

static void tell_start(void *user, const cki_plan *plan)
{
    const cask_callbacks *own = ((const listener *)user)->own;
    if (own->start)
        own->start(own->user, plan->count);
}

static void tell_finish(void *user, const cki_plan *plan, const cki_error *error)
{
    const cask_callbacks *own = ((const listener *)user)->own;
    (void)plan;
    if (own->finish)
        own->finish(own->user, error ? error->status : CASK_OK, error ? error->message : "");
}

/* What a user learns of a task; `key` is the text that it points to. */
static cask_task describe(const cki_plan *plan, size_t task, int worker, cki_text *key)
{
    cki_run_key(plan, task, key);
    return (cask_task){.number = task,
                       .count = plan->count,
                       .key = key->bytes && !key->failed ? key->bytes : "",
                       .function = cki_plan_layer(plan, task)->function->name,
                       .worker = worker};
}

static void tell_before(void *user, const cki_plan *plan, size_t task, int worker)
{
    const cask_callbacks *own = ((const listener *)user)->own;
    if (!own->before)
        return;
    cki_text key = {0};
    cask_task at = describe(plan, task, worker, &key);
    own->before(own->user, &at);
    cki_text_free(&key);
}

static void tell_after(void *user, const cki_plan *plan, size_t task, int worker,
                       const cki_error *error)
{
    const cask_callbacks *own = ((const listener *)user)->own;
    if (!own->after)
        return;
    cki_text key = {0};
    cask_task at = describe(plan, task, worker, &key);
    own->after(own->user, &at, error ? error->status : CASK_OK, error ? error->message : "");
    cki_text_free(&key);
}

static listener *new_listener(const cask_callbacks *own)
{
    listener *made = cki_memory_calloc(1, sizeof *made);
    if (!made)
        return NULL;
    made->own = own;
    made->told = (cki_callbacks){.user = made,
                                 .start = tell_start,
                                 .before = tell_before,
                                 .after = tell_after,
                                 .finish = tell_finish};
    return made;
}

/* ---- of a context ---- */

cask_status cask_callbacks_begin(cask *ck, const cask_callbacks *callbacks)
{
    cki_error error = {0};
    if (!ck || !callbacks)
        return cki_context_lacks(ck, "cask_callbacks_begin", ck ? "callbacks" : "ck");
    listener *made = new_listener(callbacks);
    if (!made)
        cki_fail_memory(&error, sizeof *made);
    else if (cki_context_watch(ck, &made->told, &error) != CASK_OK)
        cki_memory_free(made);
    return error.status == CASK_OK ? CASK_OK : cki_context_fail(ck, &error);
}

void cask_callbacks_end(cask *ck, const cask_callbacks *callbacks)
{
    for (size_t i = ck ? CKI_WATCHERS : 0; i-- > 0;) { /* the newest first */
        const cki_callbacks *at = ck->watchers[i];
        if (!at || at->start != tell_start || ((const listener *)at->user)->own != callbacks)
            continue;
        cki_context_unwatch(ck, at);
        cki_memory_free(at->user);
        return;
    }
}

/* ---- of the process ---- */

static cki_once once = CKI_ONCE_INIT;
static cki_mutex mutex; /* of all below */
static cki_condition idle;
static listener *first;

static void initialise(void)
{
    cki_thread_mutex_init(&mutex);
    cki_thread_condition_init(&idle);
}

static void lock(void)
{
    cki_thread_once(&once, initialise);
    cki_thread_lock(&mutex);
}

bool cask_callbacks_register(const cask_callbacks *callbacks)
{
    listener *made = new_listener(callbacks);
    if (!made)
        return false;
    lock();
    listener **end = &first;
    while (*end)
        end = &(*end)->next;
    *end = made;
    cki_thread_unlock(&mutex);
    return true;
}

void cask_callbacks_unregister(const cask_callbacks *callbacks)
{
    lock();
    listener **link = &first;
    while (*link && (*link)->own != callbacks)
        link = &(*link)->next;
    listener *found = *link;
    if (found)
        *link = found->next;
    while (found && found->held > 0)
        cki_thread_wait(&idle, &mutex);
    cki_thread_unlock(&mutex);
    cki_memory_free(found);
}

cask_status cki_callbacks_hold(cki_callbacks_list *list, const cki_callbacks *const *own,
                               cki_error *error)
{
    bool outermost = cki_exec_depth() == 0;
    size_t count = 1;
    for (; own && own[count - 1]; count++)
        continue;
    lock();
    for (listener *at = first; outermost && at; at = at->next)
        count++;
    *list = (cki_callbacks_list){.items = cki_memory_calloc(count, sizeof *list->items)};
    for (listener *at = first; list->items && outermost && at; at = at->next) {
        at->held++;
        list->items[list->held++] = &at->told;
    }
    cki_thread_unlock(&mutex);
    for (size_t i = 0; list->items && own && own[i]; i++)
        list->items[list->held + i] = own[i];
    return list->items ? CASK_OK : cki_fail_memory(error, count * sizeof *list->items);
}

void cki_callbacks_release(cki_callbacks_list *list)
{
    lock();
    for (size_t i = 0; i < list->held; i++)
        ((listener *)list->items[i]->user)->held--;
    cki_thread_broadcast(&idle);
    cki_thread_unlock(&mutex);
    cki_memory_free((void *)list->items);
}
