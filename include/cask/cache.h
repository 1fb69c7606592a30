/* A cache that keeps what is worth keeping: results that took long to compute, are small, and are
 * asked for often and lately. Every access adds to a score that fades; when bytes run out, the
 * lowest score goes. Used by hand, or by the computations of a context, which then find again what
 * earlier ones have computed. Any thread may use a cache. */
#include "cask.h" /* before the guard: it includes this header in its turn */

#ifndef CASK_CACHE_H
#define CASK_CACHE_H

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cask_cache cask_cache;

/* NULL, and zero in a field, mean the default. */
typedef struct cask_cache_options {
    double limit;    /* what costs less is not kept; default 0 */
    double halflife; /* so many accesses later, an access counts half of a new one; default 1000 */
    /* Told of each get that finds its key, or does not, from the thread where it happens. Of
     * results of computations the key is 32 hexadecimal digits and a block number. Both are only
     * lent. */
    void (*hit)(void *user, const char *key, cask_value *value);
    void (*miss)(void *user, const char *key);
    void *user;
} cask_cache_options;

/* A new, empty cache that may hold so many bytes of values. NULL when there is no memory. */
CASK_API
cask_cache *cask_cache_new(size_t available_bytes, const cask_cache_options *options);
/* Free it, with its references to values; NULL is accepted. Contexts must not use it any more. */
CASK_API
void cask_cache_free(cask_cache *cache);

/* Offer a value, of which the cache takes a reference of its own. `cost` is its worth a byte, by
 * convention cask_cache_cost(); nbytes 0 stands for the value's own bytes. True if it is held now:
 * it is not if it costs less than the limit, has as many bytes as the cache or more, or if the
 * cache is full of things with higher scores. Then the access counts all the same. */
CASK_API
bool cask_cache_put(cask_cache *cache, const char *key, cask_value *value, double cost,
                    size_t nbytes);
/* The value, a new reference; NULL if it is not held. Counts as an access, also of a key whose
 * value was held before: it will come back the sooner. */
CASK_API
cask_value *cask_cache_get(cask_cache *cache, const char *key);
/* Whether it is held; no access. */
CASK_API
bool cask_cache_contains(cask_cache *cache, const char *key);
/* Its score: the sum over all accesses of cost * (1 + ln(2) / halflife)^t, t being the number of
 * accesses before; NaN for a key that was never put. (All scores are divided by one number when
 * they become large.) */
CASK_API
double cask_cache_score(cask_cache *cache, const char *key);

/* Let a value go; its score stays known. False if it was not held. */
CASK_API
bool cask_cache_retire(cask_cache *cache, const char *key);
/* Let the lowest scores go until all fits. */
CASK_API
void cask_cache_shrink(cask_cache *cache);
/* Change the bytes it may hold, and shrink. */
CASK_API
void cask_cache_resize(cask_cache *cache, size_t available_bytes);
/* Let all values go. */
CASK_API
void cask_cache_clear(cask_cache *cache);

CASK_API
size_t cask_cache_total_bytes(cask_cache *cache);
CASK_API
size_t cask_cache_available_bytes(cask_cache *cache);
CASK_API
size_t cask_cache_count(cask_cache *cache); /* values held */

/* What a value of so many bytes that took so many seconds costs:
 * seconds / nbytes / 1e9. */
CASK_API
double cask_cache_cost(double seconds, size_t nbytes);

/* function(user, arguments, count), or what it gave when it was last called with equal arguments:
 * a new reference. NULL if the function gave NULL, which is not kept. The function is known by its
 * address and `user`; arguments by their contents. */
CASK_API
cask_value *cask_cache_memoize(cask_cache *cache,
                               cask_value *(*function)(void *user, cask_value *const *arguments,
                                                       size_t count),
                               void *user, cask_value *const *arguments, size_t count);
/* The same of a function known to a context by name: a registered one, a builtin, or the text of a
 * lambda. NULL with the error on the context. */
CASK_API
cask_value *cask_cache_call(cask *ck, cask_cache *cache, const char *function,
                            cask_value *const *arguments, size_t count);

/* From now on all computations of the context offer the result of every task to the cache, with the
 * time that it and its longest chain of inputs took, and take from it what they need instead of
 * computing it. The bytes it holds come off the memory limit. NULL ends that. ValueError if the
 * cache may hold as much as the limit or more. The cache is borrowed. */
CASK_API
CASK_CHECKED
cask_status cask_cache_register(cask *ck, cask_cache *cache);
/* The same until end, which goes back to the cache before; to be nested at most 16 deep. */
CASK_API
CASK_CHECKED
cask_status cask_cache_begin(cask *ck, cask_cache *cache);
CASK_API
void cask_cache_end(cask *ck);

#ifdef __cplusplus
}
#endif

#endif
