/* Lazy things of any kind together: arrays, delayed values, and what else can be computed. */
#include "cask.h" /* before the guard: it includes this header in its turn */

#ifndef CASK_LAZY_H
#define CASK_LAZY_H

#include "argument.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Any lazy thing; a handle like its own, copied like a number. */
typedef const struct cki_node *cask_lazy;

/* CASK_LAZY(x): an array or a delayed value as a lazy thing. */
CASK_API
cask_lazy cask_lazy_from_array(cask_array x);
CASK_API
cask_lazy cask_lazy_from_delayed(cask_delayed x);
static inline cask_lazy cask_lazy_same(cask_lazy x)
{
    return x;
}

/* Compute things of any kinds in one run: what they have in common is computed once. values[i] are
 * new references that the caller unrefs, all NULL on failure. All must be of one context. LIMIT
 * where the results alone exceed the memory limit. */
CASK_API
CASK_CHECKED
cask_status cask_compute(const cask_lazy *things, size_t count, cask_value **values);

/* The same, but the results stay lazy: held[i] is a thing of the same kind and name as things[i]
 * whose parts are in memory, so that nothing is computed again. The context holds them until it is
 * closed, or the scope ends in which this was called. All NULL on failure. `held` may be `things`.
 */
CASK_API
CASK_CHECKED
cask_status cask_persist(const cask_lazy *things, size_t count, cask_lazy *held);

#ifdef __cplusplus
}
inline cask_lazy cask_lazy_from(cask_array x)
{
    return cask_lazy_from_array(x);
}
inline cask_lazy cask_lazy_from(cask_delayed x)
{
    return cask_lazy_from_delayed(x);
}
inline cask_lazy cask_lazy_from(cask_lazy x)
{
    return x;
}
#define CASK_LAZY(x) cask_lazy_from(x)
#else
#define CASK_LAZY(x)                                                                               \
    _Generic((x), cask_array                                                                       \
             : cask_lazy_from_array, cask_delayed                                                  \
             : cask_lazy_from_delayed, cask_lazy                                                   \
             : cask_lazy_same)(x)
#endif

#endif
