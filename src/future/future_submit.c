/* Futures: from the arguments of a call to a future. */
#include "future/future.h"

#include "call/call.h"
#include "core/memory.h"
#include "expr/argument.h"

#include <string.h>

/* ---- failing ---- */

/* A future that has failed already, as itself or in the place of `made`. */
static cask_future *fail(cki_futures *all, cask_future *made, const cki_error *error)
{
    cki_future_failure *failure = cki_future_failure_new(error);
    cask_future *failed = made ? made : cki_future_new(all, 0), *dead = NULL;
    if (!failed || !failure) {
        cask_future_release(failed);
        cki_memory_free(failure);
        return cki_future_nil();
    }
    cki_thread_lock(&all->mutex);
    cki_future_finish(failed, CASK_FUTURE_ERROR, NULL, failure, &dead);
    cki_thread_unlock(&all->mutex);
    cki_future_bury(all, dead);
    return failed;
}

/* ---- tokens ---- */

static cki_token unique(void)
{
    static atomic_uint_fast64_t counter;
    uint64_t x = atomic_fetch_add_explicit(&counter, 1, memory_order_relaxed) + 1;
    x = (x ^ x >> 31) * 0x7fb5d329728ea185u; /* a bijection: no two are alike */
    x ^= x >> 27;
    return (cki_token){.low = x, .high = ~x * 0x81dadef4bc2dd44du};
}

static cask_status set_token(cask_future *future, const cask_submitting *how, cki_error *error)
{
    cki_token part;
    bool known = !how->impure || how->key;
    future->token = unique();
    cki_hasher *hasher = known ? cki_token_start(error) : NULL;
    if (!hasher)
        return error->status;
    if (how->key) {
        cki_token_text(hasher, how->key);
    } else {
        known = !future->function || cki_call_token(future->function, &part, error);
        if (known && future->function)
            cki_token_token(hasher, part);
        for (size_t i = 0; i < future->count; i++) {
            const cki_future_place *place = &future->places[i];
            if (place->from)
                cki_token_token(hasher, place->from->token);
            else if (place->value->kind != CKI_OBJECT)
                cki_token_value(hasher, place->value);
            else if ((known = known && cki_call_token(place->value, &part, error)))
                cki_token_token(hasher, part);
        }
        for (size_t i = 0; i < future->named; i++)
            cki_token_text(hasher, future->names[i]);
    }
    const cki_token token = cki_token_end(hasher);
    if (known)
        future->token = token;
    return error->status;
}

/* ---- arguments ---- */

static bool set_place(cask_future *future, size_t i, const cask_argument *argument,
                      cki_error *error)
{
    cki_future_place *place = &future->places[i];
    if (argument->kind == CASK_ARGUMENT_DEFAULT && argument->future) {
        if (argument->future != cki_future_nil() && argument->future->all != future->all)
            cki_fail(error, CASK_INVALID, NULL, "futures of two contexts cannot meet in one call");
        else
            place->from = cask_future_ref(argument->future);
        return place->from != NULL;
    }
    place->value = cki_argument_value(argument, error);
    if (place->value && place->value->kind >= CKI_LIST && cki_collection_in(place->value))
        cki_fail(error, CASK_TYPE, NULL,
                 "something lazy is no argument of what begins at once: cask_future_of() has it "
                 "computed in the background");
    return error->status == CASK_OK;
}

static bool set_arguments(cask_future *future, const cask_argument *items, cki_error *error)
{
    size_t named = 0;
    for (size_t i = 0; i < future->count; i++)
        named += items[i].name != NULL;
    if (named && !(future->names = cki_memory_calloc(named, sizeof *future->names)))
        cki_fail_memory(error, named * sizeof *future->names);
    for (size_t i = 0; i < future->count && error->status == CASK_OK; i++) {
        const char *name = items[i].name;
        if (!set_place(future, i, &items[i], error))
            break;
        if (!name && future->named)
            cki_fail(error, CASK_TYPE, NULL, "positional argument follows keyword argument");
        else if (name && !(future->names[future->named++] = cki_memory_copy(name, strlen(name))))
            cki_fail_memory(error, strlen(name));
    }
    return error->status == CASK_OK;
}

static cask_value *function_of(cask *ck, const cask_argument *first, cki_error *error)
{
    if (first && first->kind == CASK_ARGUMENT_TEXT && first->text)
        return cki_call_find(ck, first->text, error);
    if (first && first->kind == CASK_ARGUMENT_DEFAULT && first->value &&
        cki_call_callable(first->value))
        return cask_value_ref(first->value);
    cki_fail(error, CASK_TYPE, NULL,
             "what is to be called comes first: a function's name, or a value that can be called");
    return NULL;
}

/* ---- submitting ---- */

static cki_futures *futures_of(const cask *ck)
{
    return ck ? ck->futures : NULL;
}

/* A call of `function`, whose reference is taken over; NULL: the list of the arguments. */
static cask_future *submit(cki_futures *all, cask_value *function, const cask_argument *items,
                           size_t count, const cask_submitting *how)
{
    cki_error error = {0};
    cask_future *future = cki_future_new(all, count);
    if (!future) {
        cask_value_unref(function);
        return cki_future_nil();
    }
    future->count = count;
    future->function = function;
    future->retries = how->retries;
    if (how->key && !(future->key = cki_memory_copy(how->key, strlen(how->key))))
        cki_fail_memory(&error, strlen(how->key));
    if (error.status == CASK_OK && set_arguments(future, items, &error) &&
        set_token(future, how, &error) == CASK_OK)
        return cki_future_begin(future);
    return fail(all, future, &error);
}

static const cask_submitting usual;

cask_future *cask_submit_call(cask *ck, cask_arguments call, const cask_submitting *how)
{
    cki_futures *all = futures_of(ck);
    cki_error error = {0};
    if (!all)
        return cki_future_nil();
    cki_ledger *before = cki_ledger_enter(ck->ledger);
    cask_value *function = function_of(ck, call.count ? call.items : NULL, &error);
    cask_future *future =
        function ? submit(all, function, call.items + 1, call.count - 1, how ? how : &usual)
                 : fail(all, NULL, &error);
    cki_ledger_enter(before);
    return future;
}

void cask_map(cask *ck, const char *function, const cask_argument *items, size_t count,
              cask_future **futures)
{
    cki_futures *all = futures_of(ck);
    cki_error error = {0};
    cask_value *value = all && function ? cki_call_find(ck, function, &error) : NULL;
    if (!function)
        cki_fail(&error, CASK_TYPE, NULL, "cask_map: no function was named");
    cki_ledger *before = cki_ledger_enter(all ? ck->ledger : NULL);
    for (size_t i = 0; i < count; i++)
        futures[i] = !all    ? cki_future_nil()
                     : value ? submit(all, cask_value_ref(value), &items[i], 1, &usual)
                             : fail(all, NULL, &error);
    cki_ledger_enter(before);
    cask_value_unref(value);
}

cask_future *cask_future_list(cask *ck, cask_future *const *futures, size_t count)
{
    cki_futures *all = futures_of(ck);
    cask_future *list = all ? cki_future_new(all, count) : NULL;
    cki_error error = {0};
    if (!list)
        return cki_future_nil();
    list->count = count;
    for (size_t i = 0; i < count && error.status == CASK_OK; i++) {
        const cask_argument item = {.future = futures[i]};
        set_place(list, i, &item, &error);
    }
    if (error.status != CASK_OK || set_token(list, &usual, &error) != CASK_OK)
        return fail(all, list, &error);
    return cki_future_begin(list);
}

cask_future *cask_future_of(cask_lazy x)
{
    cki_futures *all = x ? futures_of(x->ck) : NULL;
    cask_status status = x ? x->collection->status(x) : CASK_INVALID;
    if (!all)
        return cki_future_nil();
    if (status != CASK_OK) {
        cki_error error = {0};
        cki_fail(&error, status, NULL, "%s",
                 x->ck->error.status == status ? x->ck->error.message : cask_status_text(status));
        return fail(all, NULL, &error);
    }
    cask_future *future = cki_future_new(all, 0);
    if (!future)
        return cki_future_nil();
    future->node = x;
    future->token = x->token;
    return cki_future_begin(future);
}
