/* Inner: building and computing in a context is for one thread at a time, and tasks run on many. So
 * a function that uses arrays or np inside a task gets a context of its own for that while: they
 * are made when first needed and kept in a pool. Most functions never ask for one. */
#include "call/inner.h"

#include "call/user.h"
#include "core/memory.h"
#include "expr/collection.h"
#include "sys/thread.h"

typedef struct cki_inner_place {
    cki_inner_context context;
    struct cki_inner_place *next;
} place;

struct cki_inner {
    const cki_inner_maker *maker;
    cki_mutex mutex; /* of the list of idle ones */
    place *idle;
};

cki_inner *cki_inner_new(const cki_inner_maker *maker, cki_error *error)
{
    cki_inner *inner = cki_memory_calloc(1, sizeof *inner);
    if (!inner) {
        cki_fail_memory(error, sizeof *inner);
        return NULL;
    }
    inner->maker = maker;
    cki_thread_mutex_init(&inner->mutex);
    return inner;
}

void cki_inner_free(cki_inner *inner)
{
    if (!inner)
        return;
    while (inner->idle) {
        place *first = inner->idle;
        inner->idle = first->next;
        inner->maker->close(&first->context);
        cki_memory_free(first);
    }
    cki_thread_mutex_free(&inner->mutex);
    cki_memory_free(inner);
}

/* ---- taking and giving back ---- */

static place *take_idle(cki_inner *inner)
{
    cki_thread_lock(&inner->mutex);
    place *first = inner->idle;
    if (first)
        inner->idle = first->next;
    cki_thread_unlock(&inner->mutex);
    return first;
}

/* The call's language; NULL without error if there is none to be had. */
static const cki_host *language(cki_inner_call *call, cki_error *error)
{
    if (call->place)
        return &call->place->context.host;
    cki_inner *inner = call->ck->inner;
    if (!inner || !inner->maker)
        return NULL;
    place *taken = take_idle(inner);
    if (!taken) {
        taken = cki_memory_calloc(1, sizeof *taken);
        if (!taken) {
            cki_fail_memory(error, sizeof *taken);
            return NULL;
        }
        if (inner->maker->open(call->ck, &taken->context, error) != CASK_OK) {
            cki_memory_free(taken);
            return NULL;
        }
    }
    inner->maker->enter(&taken->context);
    call->place = taken;
    return &taken->context.host;
}

cask_value *cki_inner_end(cki_inner_call *call, cask_value *result, cki_error *error)
{
    place *taken = call->place;
    if (!taken)
        return result;
    call->place = NULL;
    const cki_host *host = &taken->context.host;
    if (result && cki_collection_in(result)) {
        cask_value *computed = host->concrete(host->self, result, error);
        cask_value_unref(result);
        result = computed;
    }
    cki_inner *inner = call->ck->inner;
    inner->maker->leave(&taken->context);
    cki_thread_lock(&inner->mutex);
    taken->next = inner->idle;
    inner->idle = taken;
    cki_thread_unlock(&inner->mutex);
    return result;
}

/* ---- the host: the language's, once it is there ---- */

static cask_value *find_name(void *self, const char *name, cki_error *error)
{
    cki_inner_call *call = self;
    cask_value *user = cki_user_name(call->ck->user, name, error);
    if (user || error->status != CASK_OK)
        return user;
    const cki_host *host = language(call, error);
    return host ? host->name(host->self, name, error) : NULL;
}

static const char *nearest(void *self, const char *name)
{
    const cki_host *host = language(self, NULL);
    return host ? host->nearest(host->self, name) : NULL;
}

static cask_value *operate(void *self, cki_operator op, cask_value *a, cask_value *b,
                           cki_error *error)
{
    const cki_host *host = language(self, error);
    return host ? host->operate(host->self, op, a, b, error) : NULL;
}

static cask_value *attribute(void *self, cask_value *object, const char *name, cki_error *error)
{
    cask_value *user = cki_user_member(object, name, error);
    if (user || error->status != CASK_OK)
        return user;
    const cki_host *host = language(self, error);
    return host ? host->attribute(host->self, object, name, error) : NULL;
}

static cask_value *item(void *self, cask_value *object, cask_value *index, cki_error *error)
{
    const cki_host *host = language(self, error);
    return host ? host->item(host->self, object, index, error) : NULL;
}

static cask_value *call_function(void *self, cask_value *function, const cki_arguments *arguments,
                                 cki_error *error)
{
    cki_inner_call *call = self;
    const cask_function *user = cki_user_of(function);
    if (user)
        return cki_user_run(call->ck, user, arguments, call->run, error);
    const cki_host *host = language(call, error);
    return host ? host->call(host->self, function, arguments, error) : NULL;
}

static cask_value *concrete(void *self, cask_value *value, cki_error *error)
{
    const cki_host *host = value->kind == CKI_OBJECT ? language(self, error) : NULL;
    if (error->status != CASK_OK)
        return NULL;
    return host ? host->concrete(host->self, value, error) : cask_value_ref(value);
}

static cask_status truth(void *self, cask_value *value, bool *is, cki_error *error)
{
    const cki_host *host = value->kind == CKI_OBJECT ? language(self, error) : NULL;
    if (error->status != CASK_OK)
        return error->status;
    return host ? host->truth(host->self, value, is, error) : cki_value_truth(value, is, error);
}

static int64_t length(void *self, cask_value *value, cki_error *error)
{
    int64_t count = -1;
    const cki_host *host = value->kind == CKI_OBJECT ? language(self, error) : NULL;
    if (host)
        return host->length(host->self, value, error);
    return error->status == CASK_OK && cki_value_length(value, &count, error) == CASK_OK ? count
                                                                                         : -1;
}

static cask_value *items(void *self, cask_value *value, cki_error *error)
{
    const cki_host *host = value->kind == CKI_OBJECT ? language(self, error) : NULL;
    if (error->status != CASK_OK)
        return NULL;
    return host ? host->items(host->self, value, error) : cki_value_items(value, error);
}

static cask_status print(void *self, cask_value *value, bool repr, cki_text *text, cki_error *error)
{
    const cki_host *host = value->kind == CKI_OBJECT ? language(self, error) : NULL;
    if (host)
        return host->print(host->self, value, repr, text, error);
    if (repr)
        cki_value_repr(value, text);
    else
        cki_value_print(value, text);
    return error->status;
}

cki_host cki_inner_host(cki_inner_call *call)
{
    return (cki_host){.self = call,
                      .name = find_name,
                      .nearest = nearest,
                      .operate = operate,
                      .attribute = attribute,
                      .item = item,
                      .call = call_function,
                      .concrete = concrete,
                      .truth = truth,
                      .length = length,
                      .items = items,
                      .print = print};
}
