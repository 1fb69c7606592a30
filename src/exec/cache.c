/* The cache: a table of all keys ever scored, and a heap of those that are held, the lowest score
 * on top. The rules are cachey's. */
#include "exec/cache.h"
#include "core/memory.h"
#include "sys/clock.h"
#include "sys/thread.h"
#include "value/value.h"

#include <math.h>
#include <string.h>

enum {
    HALFLIFE = 1000,
    LEAST_SLOTS = 64,
    GHOSTS = 1 << 16 /* scores remembered of what is not held */
};
#define LARGEST_BASE 1e120

typedef struct entry {
    cki_token key;
    cask_value *value;  /* NULL: a ghost, of which only the score is known */
    double cost, times; /* the score is their product; `times` sums the base at each access */
    size_t nbytes;
    size_t place; /* in the heap, + 1 */
    bool used;    /* the slot */
} entry;

struct cask_cache {
    cki_mutex mutex; /* of all below */
    cask_cache_options options;
    double base, growth;
    size_t available, total;
    entry *slots; /* open addressing: heap and table name entries by slot */
    size_t capacity, count;
    size_t *heap;
    size_t held;
};

/* ---- the table ---- */

static size_t home(const cask_cache *cache, cki_token key)
{
    return (size_t)key.low & (cache->capacity - 1);
}

/* The slot of a key, or where it would go. */
static size_t find(const cask_cache *cache, cki_token key)
{
    size_t at = home(cache, key);
    while (cache->slots[at].used && !cki_token_same(cache->slots[at].key, key))
        at = (at + 1) & (cache->capacity - 1);
    return at;
}

static double score(const entry *e)
{
    return e->cost * e->times;
}

static void place(cask_cache *cache, size_t where, size_t slot)
{
    cache->heap[where] = slot;
    cache->slots[slot].place = where + 1;
}

/* Make a new table, with or without ghosts. False if there is no memory: nothing has
 * changed. */
static bool rebuild(cask_cache *cache, size_t capacity, bool ghosts)
{
    entry *slots = cki_memory_calloc(capacity, sizeof *slots);
    size_t *heap = cki_memory_calloc(capacity, sizeof *heap);
    if (!slots || !heap) {
        cki_memory_free(slots);
        cki_memory_free(heap);
        return false;
    }
    cask_cache old = *cache;
    cache->slots = slots;
    cache->heap = heap;
    cache->capacity = capacity;
    cache->count = 0;
    for (size_t i = 0; i < old.capacity; i++) {
        const entry *e = &old.slots[i];
        if (!e->used || (!ghosts && !e->value))
            continue;
        size_t at = find(cache, e->key);
        slots[at] = *e;
        cache->count++;
        if (e->value)
            heap[e->place - 1] = at;
    }
    cki_memory_free(old.slots);
    cki_memory_free(old.heap);
    return true;
}

/* Room for one more entry: too many ghosts are forgotten. */
static bool make_room(cask_cache *cache)
{
    if (cache->count - cache->held > GHOSTS)
        return rebuild(cache, cache->capacity, false);
    if (3 * (cache->count + 1) <= 2 * cache->capacity)
        return true;
    return rebuild(cache, cache->capacity ? cache->capacity * 2 : LEAST_SLOTS, true);
}

/* ---- the heap ---- */

static bool below(const cask_cache *cache, size_t a, size_t b)
{
    return score(&cache->slots[cache->heap[a]]) < score(&cache->slots[cache->heap[b]]);
}

static void swap(cask_cache *cache, size_t a, size_t b)
{
    size_t slot = cache->heap[a];
    place(cache, a, cache->heap[b]);
    place(cache, b, slot);
}

static void sift(cask_cache *cache, size_t at)
{
    while (at && below(cache, at, (at - 1) / 2)) {
        swap(cache, at, (at - 1) / 2);
        at = (at - 1) / 2;
    }
    for (;;) {
        size_t least = at;
        for (size_t child = 2 * at + 1; child <= 2 * at + 2; child++)
            if (child < cache->held && below(cache, child, least))
                least = child;
        if (least == at)
            return;
        swap(cache, at, least);
        at = least;
    }
}

/* Take an entry's value out; it becomes a ghost. The reference is the caller's. */
static cask_value *take_out(cask_cache *cache, entry *e)
{
    cask_value *value = e->value;
    size_t at = e->place - 1;
    cache->held--;
    if (at < cache->held) {
        place(cache, at, cache->heap[cache->held]);
        sift(cache, at);
    }
    cache->total -= e->nbytes;
    e->value = NULL;
    e->place = 0;
    return value;
}

static void put_in(cask_cache *cache, entry *e, cask_value *value, size_t nbytes)
{
    e->value = cask_value_ref(value);
    e->nbytes = nbytes;
    cache->total += nbytes;
    place(cache, cache->held++, (size_t)(e - cache->slots));
    sift(cache, cache->held - 1);
}

static void shrink(cask_cache *cache)
{
    while (cache->total > cache->available && cache->held)
        cask_value_unref(take_out(cache, &cache->slots[cache->heap[0]]));
}

/* ---- scores ---- */

/* One more access, which makes every later one count more. */
static void touch(cask_cache *cache, entry *e)
{
    e->times += cache->base;
    cache->base *= cache->growth;
    if (e->value)
        sift(cache, e->place - 1);
    if (cache->base < LARGEST_BASE)
        return;
    for (size_t i = 0; i < cache->capacity; i++) /* their order stays */
        cache->slots[i].times /= cache->base;
    cache->base = 1;
}

/* ---- by token ---- */

bool cki_cache_put(cask_cache *cache, cki_token key, cask_value *value, double cost, size_t nbytes)
{
    if (nbytes == 0)
        nbytes = cki_value_nbytes(value);
    cki_thread_lock(&cache->mutex);
    bool held = false;
    if (cost >= cache->options.limit && nbytes < cache->available && make_room(cache)) {
        entry *e = &cache->slots[find(cache, key)];
        cache->count += !e->used;
        if (!e->used)
            *e = (entry){.key = key, .used = true};
        if (e->value)
            cask_value_unref(take_out(cache, e));
        e->cost = cost;
        touch(cache, e);
        if (nbytes + cache->total < cache->available || !cache->held ||
            score(e) > score(&cache->slots[cache->heap[0]]))
            put_in(cache, e, value, nbytes);
        shrink(cache);
        held = e->value != NULL;
    }
    cki_thread_unlock(&cache->mutex);
    return held;
}

cask_value *cki_cache_get(cask_cache *cache, cki_token key, const char *name)
{
    cask_value *value = NULL;
    cki_thread_lock(&cache->mutex);
    entry *e = cache->capacity ? &cache->slots[find(cache, key)] : NULL;
    if (e && e->used) {
        touch(cache, e);
        value = cask_value_ref(e->value);
    }
    cki_thread_unlock(&cache->mutex);
    if (value && cache->options.hit)
        cache->options.hit(cache->options.user, name, value);
    else if (!value && cache->options.miss)
        cache->options.miss(cache->options.user, name);
    return value;
}

bool cki_cache_contains(cask_cache *cache, cki_token key)
{
    cki_thread_lock(&cache->mutex);
    bool held = cache->capacity && cache->slots[find(cache, key)].value;
    cki_thread_unlock(&cache->mutex);
    return held;
}

bool cki_cache_tells(const cask_cache *cache)
{
    return cache->options.hit || cache->options.miss;
}

/* ---- the public face ---- */

cask_cache *cask_cache_new(size_t available_bytes, const cask_cache_options *options)
{
    cask_cache *cache = cki_memory_calloc(1, sizeof *cache);
    if (!cache)
        return NULL;
    if (options)
        cache->options = *options;
    double halflife = cache->options.halflife > 0 ? cache->options.halflife : HALFLIFE;
    cki_thread_mutex_init(&cache->mutex);
    cache->base = 1;
    cache->growth = 1 + log(2) / halflife;
    cache->available = available_bytes;
    return cache;
}

void cask_cache_free(cask_cache *cache)
{
    if (!cache)
        return;
    cask_cache_clear(cache);
    cki_thread_mutex_free(&cache->mutex);
    cki_memory_free(cache->slots);
    cki_memory_free(cache->heap);
    cki_memory_free(cache);
}

/* Texts are their own kind of key: no array's bytes give the same. */
static cki_token text_token(const char *key)
{
    cask_value text = {.kind = CKI_STR};
    text.as.text.length = strlen(key);
    text.as.text.bytes = (char *)(uintptr_t)key;
    return cki_token_of(&text);
}

bool cask_cache_put(cask_cache *cache, const char *key, cask_value *value, double cost,
                    size_t nbytes)
{
    return value && cki_cache_put(cache, text_token(key), value, cost, nbytes);
}

cask_value *cask_cache_get(cask_cache *cache, const char *key)
{
    return cki_cache_get(cache, text_token(key), key);
}

bool cask_cache_contains(cask_cache *cache, const char *key)
{
    return cki_cache_contains(cache, text_token(key));
}

double cask_cache_score(cask_cache *cache, const char *key)
{
    cki_thread_lock(&cache->mutex);
    const entry *e = cache->capacity ? &cache->slots[find(cache, text_token(key))] : NULL;
    double found = e && e->used ? score(e) : (double)NAN;
    cki_thread_unlock(&cache->mutex);
    return found;
}

bool cask_cache_retire(cask_cache *cache, const char *key)
{
    cki_thread_lock(&cache->mutex);
    entry *e = cache->capacity ? &cache->slots[find(cache, text_token(key))] : NULL;
    cask_value *value = e && e->value ? take_out(cache, e) : NULL;
    cki_thread_unlock(&cache->mutex);
    cask_value_unref(value);
    return value != NULL;
}

void cask_cache_shrink(cask_cache *cache)
{
    cki_thread_lock(&cache->mutex);
    shrink(cache);
    cki_thread_unlock(&cache->mutex);
}

void cask_cache_resize(cask_cache *cache, size_t available_bytes)
{
    cki_thread_lock(&cache->mutex);
    cache->available = available_bytes;
    shrink(cache);
    cki_thread_unlock(&cache->mutex);
}

void cask_cache_clear(cask_cache *cache)
{
    cki_thread_lock(&cache->mutex);
    while (cache->held)
        cask_value_unref(take_out(cache, &cache->slots[cache->heap[0]]));
    cki_thread_unlock(&cache->mutex);
}

/* One of the cache's numbers. */
static size_t look(cask_cache *cache, const size_t *number)
{
    cki_thread_lock(&cache->mutex);
    size_t now = *number;
    cki_thread_unlock(&cache->mutex);
    return now;
}

size_t cask_cache_total_bytes(cask_cache *cache)
{
    return look(cache, &cache->total);
}

size_t cask_cache_available_bytes(cask_cache *cache)
{
    return look(cache, &cache->available);
}

size_t cask_cache_count(cask_cache *cache)
{
    return look(cache, &cache->held);
}

double cask_cache_cost(double seconds, size_t nbytes)
{
    return seconds / (double)(nbytes ? nbytes : 1) / 1e9;
}

cask_value *cask_cache_memoize(cask_cache *cache,
                               cask_value *(*function)(void *user, cask_value *const *arguments,
                                                       size_t count),
                               void *user, cask_value *const *arguments, size_t count)
{
    char name[64];
    cki_hasher *hasher = cki_token_start(NULL);
    if (!hasher) /* without memory for a name it is still a call */
        return function(user, arguments, count);
    cki_token_bytes(hasher, &function, sizeof function);
    cki_token_bytes(hasher, &user, sizeof user);
    for (size_t i = 0; i < count; i++)
        cki_token_value(hasher, arguments[i]);
    cki_token key = cki_token_end(hasher);
    cask_value *value = cki_cache_get(cache, key, cki_token_hex(key, name));
    if (value)
        return value;
    int64_t start = cki_clock_now();
    value = function(user, arguments, count);
    if (!value)
        return NULL;
    size_t nbytes = cki_value_nbytes(value);
    double seconds = (double)(cki_clock_now() - start) / 1e9;
    cki_cache_put(cache, key, value, cask_cache_cost(seconds, nbytes), nbytes);
    return value;
}
