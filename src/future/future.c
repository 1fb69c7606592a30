/* Futures: how they begin and end, and who holds them. Chains of a million are ended and freed
 * without recursion. */
#include "future/future.h"

#include "call/call.h"
#include "core/memory.h"

#include <string.h>

/* ---- making and freeing ---- */

static cki_future_failure nil_failure = {
    .holders = 1,
    .error = {.status = CASK_MEMORY,
              .python = "MemoryError",
              .message = "no memory for a future, or no context that could have one"}};
static cask_future nil = {.holders = 1, .state = CASK_FUTURE_ERROR, .failure = &nil_failure};

cask_future *cki_future_nil(void)
{
    return &nil;
}

cask_future *cki_future_new(cki_futures *all, size_t count)
{
    cask_future *future = NULL;
    size_t bytes;
    if (!__builtin_mul_overflow(count, sizeof *future->places, &bytes) && bytes < SIZE_MAX / 2)
        future = cki_memory_calloc(1, sizeof *future + bytes);
    if (!future)
        return NULL;
    future->all = all;
    future->holders = 1;
    future->state = CASK_FUTURE_PENDING;
    cki_thread_lock(&all->mutex);
    all->holders++;
    cki_thread_unlock(&all->mutex);
    return future;
}

cki_future_failure *cki_future_failure_new(const cki_error *error)
{
    cki_future_failure *failure = cki_memory_alloc(sizeof *failure);
    if (!failure)
        return NULL;
    failure->holders = 1;
    failure->error = *error;
    return failure;
}

static cask_future **slot_of(cki_futures *all, const cask_future *future)
{
    return &all->keys[future->token.low & (all->slots - 1)];
}

static void forget_key(cask_future *future)
{
    if (!future->keyed)
        return;
    cask_future **at = slot_of(future->all, future);
    while (*at != future)
        at = &(*at)->next_key;
    *at = future->next_key;
    future->keyed = false;
    future->all->keyed--;
}

static void unlink_from(cki_future_link *link)
{
    if (!link->back)
        return;
    *link->back = link->next;
    if (link->next)
        link->next->back = link->back;
    link->back = NULL;
}

/* The dead are buried later, without the lock: nobody may come upon them meanwhile. */
void cki_future_drop(cask_future *future, cask_future **dead)
{
    if (future == &nil || --future->holders)
        return;
    forget_key(future);
    for (size_t i = 0; i < future->count; i++)
        unlink_from(&future->places[i].link);
    future->next = *dead;
    *dead = future;
}

static void link_to(cki_future_link *link, cask_future *from, cask_future *waits)
{
    *link = (cki_future_link){from->users, &from->users, waits};
    if (link->next)
        link->next->back = &link->next;
    from->users = link;
}

/* What a future held that never will run, or has run: its arguments. */
static void drop_arguments(cask_future *future, cask_future **dead)
{
    for (size_t i = 0; i < future->count; i++) {
        unlink_from(&future->places[i].link);
        cask_future *from = future->places[i].from;
        future->places[i].from = NULL;
        if (from)
            cki_future_drop(from, dead);
    }
}

static void free_one(cask_future *future)
{
    for (size_t i = 0; i < future->count; i++)
        cask_value_unref(future->places[i].value);
    for (size_t i = 0; future->names && i < future->named; i++)
        cki_memory_free(future->names[i]);
    cki_memory_free(future->names);
    cki_memory_free(future->key);
    cask_value_unref(future->function);
    cask_value_unref(future->result);
    cki_memory_free(future);
}

void cki_future_bury(cki_futures *all, cask_future *dead)
{
    while (dead) {
        cask_future *future = dead;
        cki_future_failure *failure = future->failure;
        cki_thread_lock(&all->mutex);
        dead = future->next;
        drop_arguments(future, &dead);
        bool last = failure && --failure->holders == 0;
        bool gone = --all->holders == 0;
        cki_future_wake(all); /* there may be memory again */
        cki_thread_unlock(&all->mutex);
        if (last)
            cki_memory_free(failure);
        free_one(future);
        if (gone)
            cki_future_free(all);
    }
}

/* ---- ending ---- */

static void enqueue(cask_future *future)
{
    cki_futures *all = future->all;
    future->queued = true;
    future->next = NULL;
    future->holders++; /* the queue's */
    int which = future->node != NULL;
    if (all->ready[which].last)
        all->ready[which].last->next = future;
    else
        all->ready[which].first = future;
    all->ready[which].last = future;
}

static bool is_done(const void *what)
{
    const cask_future *future = what;
    return future->state > CASK_FUTURE_RUNNING;
}

void cki_future_settled(cask_future *future, cask_future **dead)
{
    drop_arguments(future, dead);
}

/* Set the end of one that is not done; those that wait for it are left in its list. */
static void settle(cask_future *future, cask_future_state state, cask_value *result,
                   cki_future_failure *failure)
{
    future->state = state;
    future->result = result;
    future->failure = failure;
    if (failure)
        failure->holders++;
    if (state == CASK_FUTURE_CANCELLED)
        atomic_store(&future->end, true);
    cki_future_notify(future);
}

void cki_future_finish(cask_future *future, cask_future_state state, cask_value *result,
                       cki_future_failure *failure, cask_future **dead)
{
    cki_futures *all = future->all;
    cask_future *ended = future;
    settle(future, state, result, failure);
    future->holders++; /* while it is in the list of the ended, which goes by `next_ended` */
    future->next_ended = NULL;
    while (ended) {
        cask_future *one = ended;
        ended = one->next_ended;
        while (one->users) {
            cask_future *user = one->users->waits;
            unlink_from(one->users);
            if (is_done(user))
                continue;
            if (state != CASK_FUTURE_FINISHED) {
                settle(user, state, NULL, failure);
                user->holders++;
                user->next_ended = ended;
                ended = user;
            } else if (--user->waiting == 0) {
                enqueue(user);
            }
        }
        if (!one->queued) /* a thread that runs it needs its arguments still */
            drop_arguments(one, dead);
        cki_future_drop(one, dead);
    }
    if (failure && --failure->holders == 0)
        cki_memory_free(failure);
    if (all->waiters)
        cki_thread_broadcast(&all->done);
    cki_future_wake(all);
}

/* ---- beginning ---- */

static cask_future *find_equal(const cki_futures *all, const cask_future *future)
{
    cask_future *at = all->slots ? all->keys[future->token.low & (all->slots - 1)] : NULL;
    while (at && !(cki_token_same(at->token, future->token) && at->state != CASK_FUTURE_CANCELLED))
        at = at->next_key;
    return at;
}

/* A table without room for it is no harm: it will not be found. */
static void remember_key(cki_futures *all, cask_future *future)
{
    if (all->keyed >= all->slots) {
        size_t slots = all->slots ? all->slots * 2 : 256;
        cask_future **keys = cki_memory_calloc(slots, sizeof *keys);
        if (!keys)
            return;
        for (size_t i = 0; i < all->slots; i++)
            for (cask_future *at = all->keys[i], *next; at; at = next) {
                next = at->next_key;
                at->next_key = keys[at->token.low & (slots - 1)];
                keys[at->token.low & (slots - 1)] = at;
            }
        cki_memory_free(all->keys);
        all->keys = keys;
        all->slots = slots;
    }
    cask_future **slot = slot_of(all, future);
    future->next_key = *slot;
    *slot = future;
    future->keyed = true;
    all->keyed++;
}

/* Wait for the arguments that are not there; a failed one fails the call. */
static void link_arguments(cask_future *future, cask_future **dead)
{
    const cask_future *bad = NULL;
    for (size_t i = 0; i < future->count; i++) {
        cask_future *from = future->places[i].from;
        if (!from || from->state == CASK_FUTURE_FINISHED)
            continue;
        if (is_done(from)) {
            bad = bad ? bad : from;
            continue;
        }
        link_to(&future->places[i].link, from, future);
        future->waiting++;
    }
    if (bad) {
        if (bad->failure)
            bad->failure->holders++;
        cki_future_finish(future, bad->state, NULL, bad->failure, dead);
    } else if (!future->waiting) {
        enqueue(future);
        cki_future_wake(future->all);
    }
}

cask_future *cki_future_begin(cask_future *future)
{
    cki_futures *all = future->all;
    cask_future *dead = NULL;
    cki_thread_lock(&all->mutex);
    cask_future *same = find_equal(all, future);
    if (same) {
        same->holders++;
        cki_future_drop(future, &dead);
    } else {
        remember_key(all, future);
        if (all->closing)
            cki_future_finish(future, CASK_FUTURE_CANCELLED, NULL, NULL, &dead);
        else
            link_arguments(future, &dead);
    }
    cki_thread_unlock(&all->mutex);
    cki_future_bury(all, dead);
    return same ? same : future;
}

/* ---- holding ---- */

cask_future *cask_future_ref(cask_future *future)
{
    if (!future || future == &nil)
        return future;
    cki_thread_lock(&future->all->mutex);
    future->holders++;
    cki_thread_unlock(&future->all->mutex);
    return future;
}

void cask_future_release(cask_future *future)
{
    if (!future || future == &nil)
        return;
    cki_futures *all = future->all;
    cask_future *dead = NULL;
    cki_thread_lock(&all->mutex);
    cki_future_drop(future, &dead);
    cki_thread_unlock(&all->mutex);
    cki_future_bury(all, dead);
}

void cask_future_cancel(cask_future *future)
{
    if (!future || future == &nil)
        return;
    cask_future *dead = NULL;
    cki_thread_lock(&future->all->mutex);
    if (!is_done(future))
        cki_future_finish(future, CASK_FUTURE_CANCELLED, NULL, NULL, &dead);
    cki_thread_unlock(&future->all->mutex);
    cki_future_bury(future->all, dead);
}

/* ---- asking ---- */

cask_future_state cask_future_now(cask_future *future)
{
    if (future == &nil)
        return future->state;
    cki_thread_lock(&future->all->mutex);
    cask_future_state state = future->state;
    cki_thread_unlock(&future->all->mutex);
    return state;
}

bool cask_future_done(cask_future *future)
{
    return cask_future_now(future) > CASK_FUTURE_RUNNING;
}

/* Its failure does not change once it is there. */
static const cki_error *error_of(cask_future *future)
{
    static const cki_error none, cancelled = {.status = CASK_CANCELLED,
                                              .python = "CancelledError",
                                              .message = "the future was cancelled"};
    cask_future_state state = cask_future_now(future);
    if (state == CASK_FUTURE_CANCELLED)
        return &cancelled;
    return state == CASK_FUTURE_ERROR ? &future->failure->error : &none;
}

const char *cask_future_message(cask_future *future)
{
    return error_of(future)->message;
}

const char *cask_future_error_class(cask_future *future)
{
    return error_of(future)->python;
}

cask_status cask_future_result(cask_future *future, cask_value **value)
{
    *value = NULL;
    if (future != &nil) {
        cki_thread_lock(&future->all->mutex);
        bool can = cki_future_await(future->all, is_done, future);
        *value = can ? cask_value_ref(future->result) : NULL;
        cki_thread_unlock(&future->all->mutex);
        if (!can)
            return CASK_LIMIT;
    }
    return error_of(future)->status;
}

void cki_future_print_key(const cask_future *future, cki_text *text)
{
    char hex[33];
    const char *name = future->function ? cki_call_name(future->function)
                       : future->node   ? future->node->collection->label(future->node)
                                        : "list";
    const char *dot = strrchr(name, '.');
    if (future->key)
        cki_text_put(text, future->key);
    else if (future != &nil)
        cki_text_format(text, "%s-%s", dot ? dot + 1 : name, cki_token_hex(future->token, hex));
}

const char *cask_future_key(cask_future *future, char *buffer, size_t size)
{
    cki_text text = {0};
    cki_future_print_key(future, &text);
    size_t length = text.length < size ? text.length : size - 1;
    if (size) {
        memcpy(buffer, text.bytes ? text.bytes : "", length);
        buffer[length] = '\0';
    }
    cki_text_free(&text);
    return buffer;
}

char *cask_future_text(cask_future *future)
{
    static const char *const states[] = {"pending", "running", "finished", "error", "cancelled"};
    cki_text text = {0};
    cask_future_state state = cask_future_now(future);
    cki_text_format(&text, "<Future: status: %s, ", states[state]);
    if (state == CASK_FUTURE_FINISHED)
        cki_text_format(&text, "type: %s, ", cki_value_type(future->result));
    cki_text_put(&text, "key: ");
    cki_future_print_key(future, &text);
    cki_text_char(&text, '>');
    return cki_text_take(&text);
}

/* ---- many ---- */

void cask_wait(cask_future *const *futures, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (futures[i] != &nil) {
            cki_thread_lock(&futures[i]->all->mutex);
            (void)cki_future_await(futures[i]->all, is_done, futures[i]);
            cki_thread_unlock(&futures[i]->all->mutex);
        }
}

cask_status cask_gather(cask_future *const *futures, size_t count, cask_value **values)
{
    cask_status status = CASK_OK;
    for (size_t i = 0; i < count; i++) {
        cask_status own = cask_future_result(futures[i], &values[i]);
        status = status == CASK_OK ? own : status;
    }
    for (size_t i = 0; i < count && status != CASK_OK; i++) {
        cask_value_unref(values[i]);
        values[i] = NULL;
    }
    return status;
}
