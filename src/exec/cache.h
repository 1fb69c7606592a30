/* The cache of include/cask/cache.h by token instead of text, and as a run and a plan use it. */
#ifndef CKI_EXEC_CACHE_H
#define CKI_EXEC_CACHE_H

#include "value/token.h"
#include <cask/cache.h>

/* As cask_cache_put(), _get() and _contains(); the name is for those who are told, and may be NULL.
 */
bool cki_cache_put(cask_cache *cache, cki_token key, cask_value *value, double cost, size_t nbytes);
cask_value *cki_cache_get(cask_cache *cache, cki_token key, const char *name);
bool cki_cache_contains(cask_cache *cache, cki_token key);
/* Whether anybody is told of hits and misses: names need be made for them. */
bool cki_cache_tells(const cask_cache *cache);

#endif
