/* Caching: how the runs of a context use the caches registered with it. */
#ifndef CKI_CACHING_H
#define CKI_CACHING_H

#include "exec/exec.h"
#include "expr/context.h"

/* A run that is watched. */
typedef struct cki_caching {
    struct cask_cache *cache;
    cki_callbacks callbacks;
    double *seconds; /* of each task: when it began, then what it and its inputs took */
} cki_caching;

/* The results that are known to the context's cache, for the plan; NULL if it has none. */
const cki_plan_known *cki_caching_known(cask *ck, cki_plan_known *known);
/* Begin to offer a plan's results to the context's cache, by callbacks for the run. False if there
 * is no cache, or no memory for it: then nothing is to be ended. */
bool cki_caching_start(cki_caching *caching, cask *ck, const cki_plan *plan);
void cki_caching_end(cki_caching *caching);
/* The bytes that a run may use beside the cache. */
size_t cki_caching_limit(const cask *ck);

#endif
