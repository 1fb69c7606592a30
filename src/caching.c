/* Caching: where caches meet contexts: every result of a run is offered, every plan asks first. */
#include "caching.h"

#include "call/call.h"
#include "core/memory.h"
#include "exec/cache.h"
#include "sys/clock.h"
#include "value/array.h"
#include "value/token.h"

#include <stdio.h>
#include <string.h>

static cask_cache *cache_of(const cask *ck)
{
    return ck->ncaches ? ck->caches[ck->ncaches - 1] : NULL;
}

/* The name of a block's result; false if its layer has none. */
static bool key_of(const cki_layer *layer, int64_t block, cki_token *key)
{
    *key =
        layer->block_token ? layer->block_token(layer, block) : cki_token_nth(layer->token, block);
    return layer->block_token || (layer->token.low | layer->token.high) != 0;
}

/* ---- plans ---- */

static cask_value *find(void *user, const cki_layer *layer, int64_t block)
{
    cask_cache *cache = user;
    cki_token key;
    char name[64] = "", hex[33];
    if (!key_of(layer, block, &key))
        return NULL;
    if (cki_cache_tells(cache))
        snprintf(name, sizeof name, "%s %lld",
                 cki_token_hex(layer->block_token ? key : layer->token, hex), (long long)block);
    return cki_cache_get(cache, key, name);
}

const cki_plan_known *cki_caching_known(cask *ck, cki_plan_known *known)
{
    *known = (cki_plan_known){cache_of(ck), find};
    return known->user ? known : NULL;
}

/* ---- runs ---- */

static double now(void)
{
    return (double)cki_clock_now() / 1e9;
}

static void begin(void *user, const cki_plan *plan, size_t task, int worker)
{
    cki_caching *caching = user;
    (void)plan, (void)worker;
    caching->seconds[task] = now();
}

/* The bytes that keeping a value keeps: of views the whole of what they look at. */
static size_t kept_bytes(const cask_value *value)
{
    const cki_array *array = cki_array_of(value);
    size_t bytes = cki_value_nbytes(value), whole = 0;
    if (array)
        whole = array->buffer ? cki_array_buffer_size(array->buffer) : 0;
    else if (value->kind == CKI_LIST || value->kind == CKI_TUPLE)
        for (size_t i = 0; i < value->as.list.count; i++)
            whole += kept_bytes(value->as.list.items[i]);
    return whole > bytes ? whole : bytes;
}

/* What it took to have a result: its own time, and the longest chain of its inputs'. */
static void offer(void *user, const cki_plan *plan, size_t task, int worker, cask_value *value)
{
    cki_caching *caching = user;
    cki_plan_list inputs = cki_plan_arguments(plan, task);
    double longest = 0, own = now() - caching->seconds[task];
    cki_token key;
    (void)worker;
    if (plan->known && plan->known[task]) { /* it is there already, and took no time now */
        caching->seconds[task] = 0;
        return;
    }
    for (size_t i = 0; i < inputs.count; i++)
        if (caching->seconds[inputs.items[i]] > longest)
            longest = caching->seconds[inputs.items[i]];
    caching->seconds[task] = own + longest;
    if (!key_of(cki_plan_layer(plan, task), plan->block[task], &key))
        return;
    size_t bytes = kept_bytes(value);
    cki_cache_put(caching->cache, key, value, cask_cache_cost(own + longest, bytes), bytes);
}

bool cki_caching_start(cki_caching *caching, cask *ck, const cki_plan *plan)
{
    *caching = (cki_caching){.cache = cache_of(ck)};
    if (!caching->cache)
        return false;
    caching->seconds = cki_memory_calloc(plan->count + 1, sizeof *caching->seconds);
    caching->callbacks = (cki_callbacks){.user = caching, .before = begin, .value = offer};
    return caching->seconds != NULL;
}

void cki_caching_end(cki_caching *caching)
{
    cki_memory_free(caching->seconds);
}

size_t cki_caching_limit(const cask *ck)
{
    /* what it holds now: what it takes during the run is counted there */
    size_t cached = cache_of(ck) ? cask_cache_total_bytes(cache_of(ck)) : 0;
    return ck->memory_limit > cached ? ck->memory_limit - cached : 1;
}

/* ---- the public face ---- */

static cask_status check_size(cask *ck, cask_cache *cache)
{
    size_t bytes = cache ? cask_cache_available_bytes(cache) : 0;
    char have[32], limit[32];
    if (!ck || ck->memory_limit == 0) /* a context that could not be opened */
        return cask_error(ck);
    if (bytes < ck->memory_limit)
        return CASK_OK;
    cki_error error = {0};
    cki_fail(&error, CASK_INVALID, "ValueError",
             "a cache of %s leaves nothing of the memory limit of %s: use a smaller cache",
             cki_text_size(bytes, have), cki_text_size(ck->memory_limit, limit));
    return cki_context_fail(ck, &error);
}

cask_status cask_cache_register(cask *ck, cask_cache *cache)
{
    cask_status status = check_size(ck, cache);
    if (status != CASK_OK)
        return status;
    /* the first place is the registered one's; those of scopes stand behind it */
    if (ck->ncaches == 0)
        ck->ncaches = 1;
    ck->caches[0] = cache;
    if (ck->ncaches == 1 && !cache)
        ck->ncaches = 0;
    return CASK_OK;
}

cask_status cask_cache_begin(cask *ck, cask_cache *cache)
{
    cask_status status = check_size(ck, cache);
    if (status != CASK_OK)
        return status;
    if (ck->ncaches == 0)
        ck->caches[ck->ncaches++] = NULL;
    if (ck->ncaches == CKI_CACHES) {
        cki_error error = {0};
        cki_fail(&error, CASK_LIMIT, NULL, "more than %d caches within one another",
                 CKI_CACHES - 1);
        return cki_context_fail(ck, &error);
    }
    ck->caches[ck->ncaches++] = cache;
    return CASK_OK;
}

void cask_cache_end(cask *ck)
{
    if (!ck || ck->ncaches < 2)
        return;
    ck->ncaches--;
    if (ck->ncaches == 1 && !ck->caches[0])
        ck->ncaches = 0;
}

/* Its value from the cache; else from the function, and then into the cache. */
static cask_value *remembered(cask *ck, cask_cache *cache, cask_value *function,
                              const cki_arguments *arguments, cki_error *error)
{
    cki_token key = {0};
    char hex[33];
    cki_hasher *hasher = cki_token_start(error);
    if (!hasher)
        return NULL;
    bool known = cki_call_token(function, &key, error);
    cki_token_token(hasher, key);
    for (size_t i = 0; i < arguments->count; i++)
        cki_token_value(hasher, arguments->positional[i]);
    key = cki_token_end(hasher);
    if (error->status != CASK_OK)
        return NULL;
    cask_value *value = known ? cki_cache_get(cache, key, cki_token_hex(key, hex)) : NULL;
    if (value)
        return value;
    double start = now();
    value = cki_call_run(ck, function, arguments, NULL, error);
    size_t bytes = value ? kept_bytes(value) : 0;
    if (value && known)
        cki_cache_put(cache, key, value, cask_cache_cost(now() - start, bytes), bytes);
    return value;
}

cask_value *cask_cache_call(cask *ck, cask_cache *cache, const char *function,
                            cask_value *const *arguments, size_t count)
{
    const cki_arguments all = {.positional = arguments, .count = count};
    cki_error error = {0};
    cask_value *found = cki_call_find(ck, function, &error);
    cask_value *value = found ? remembered(ck, cache, found, &all, &error) : NULL;
    cask_value_unref(found);
    if (!value)
        cki_context_fail(ck, &error);
    return value;
}
