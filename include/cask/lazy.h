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

/* And back: what cask_persist() and the others below give, as what it is. Poison for another kind
 * of thing (TypeError), and for NULL. */
CASK_API
cask_array cask_array_from_lazy(cask_lazy x);
CASK_API
cask_delayed cask_delayed_from_lazy(cask_lazy x);

/* Compute things of any kinds in one run: what they have in common is computed once. values[i] are
 * new references that the caller unrefs, all NULL on failure. All must be of one context. LIMIT
 * where the results alone exceed the memory limit. */
CASK_API
CASK_CHECKED
cask_status cask_compute(const cask_lazy *things, size_t count, cask_value **values);

/* How one computation is made; NULL, and zero in a field, mean as the context is configured. */
typedef struct cask_computing {
    const char *scheduler; /* its name: "sync", "threads", "processes", or one of your own */
    int threads;           /* worker threads, or processes */
    bool as_built;         /* run what was built: nothing is fused */
    double timeout;        /* seconds that it may take, as in cask_options */
    /* Where the results go, one entry a block: ('ones-5a3f...', 0, 1) is the block at 0, 1 of the
     * array of that name, a delayed value has its key. What is in a chest need not fit into memory,
     * so the results may be larger than the limit; let the chest keep far less than that. */
    struct cask_chest *chest;
} cask_computing;

/* Compute things in the way that `how` says. With a chest `values` may be NULL: then nothing stays
 * in memory. ValueError for a scheduler that nobody knows. */
CASK_API
CASK_CHECKED
cask_status cask_compute_with(const cask_lazy *things, size_t count, const cask_computing *how,
                              cask_value **values);

/* Equal things whose plans are optimised already, all together: what they have in common is one,
 * element-wise operations are fused. optimized[i] is a thing of the same kind and name as
 * things[i]; the context's, like persisted ones. All NULL on failure. */
CASK_API
CASK_CHECKED
cask_status cask_optimize(const cask_lazy *things, size_t count, cask_lazy *optimized);

/* Compute things, but leave the results lazy: held[i] is a thing of the same kind and name as
 * things[i] whose parts are in memory, so that nothing is computed again. The context holds them
 * until it is closed, or the scope ends in which this was called. All NULL on failure. `held` may
 * be `things`.
 */
CASK_API
CASK_CHECKED
cask_status cask_persist(const cask_lazy *things, size_t count, cask_lazy *held);

/* A delayed None that is there when all blocks of all things are. They come together `split_every`
 * at a time: 0 is 8, negative is all at once. Poison on failure. */
CASK_API
cask_delayed cask_checkpoint(cask *ck, const cask_lazy *things, size_t count, int64_t split_every);

/* waiting[i] is things[i], of which nothing is used before all blocks of all things are computed.
 * All NULL on failure. `waiting` may not be `things`. */
CASK_API
CASK_CHECKED
cask_status cask_wait_on(const cask_lazy *things, size_t count, cask_lazy *waiting);

/* How things are made anew. */
typedef struct cask_binding {
    const cask_lazy *parents; /* computed, all of them, before anything new begins */
    size_t nparents;
    const cask_lazy *omit; /* what stays shared with the things they are made from */
    size_t nomit;
    uint64_t seed;       /* equal seeds, equal keys; 0: keys that nothing else has */
    int64_t split_every; /* of the parents, as for a checkpoint */
} cask_binding;

/* bound[i] is equal to things[i], but computed on its own: all operations under it are there again
 * under other keys. Without parents these are clones. All NULL on failure. */
CASK_API
CASK_CHECKED
cask_status cask_bind(const cask_lazy *things, size_t count, const cask_binding *how,
                      cask_lazy *bound);

/* What is wanted of the tasks of some operations, apart from their results. NULL, and zero in a
 * field, say nothing of it. */
typedef struct cask_annotations {
    double priority; /* tasks of a higher one, and what they need, run first; usual is 0 */
    int retries;     /* how often each is tried again if it fails */
    /* The same of each task by its key: functions by name, or lambdas, which are called once for
     * each when a plan is made: "lambda key: key[1]". They stand above the numbers. */
    const char *priority_of, *retries_of;
    /* For a cluster, and carried along elsewhere: workers to run on, a list that ends with NULL,
     * and whether others may help. */
    const char *const *workers;
    bool allow_other_workers;
    const char *json; /* more, by name: {"resources": {"GPU": 1}, "retries": 0, "of": "me"} */
} cask_annotations;

/* Annotate all operations that are made from here to the matching end, also by functions that are
 * called between. Within one another they merge, the inner ones first. A scope that ends (see
 * cask_scope_begin()) ends those that were begun in it. TypeError, ValueError: what is wrong. */
CASK_API
CASK_CHECKED
cask_status cask_annotate_begin(cask *ck, const cask_annotations *annotations);
CASK_API
void cask_annotate_end(cask *ck);
/* The annotations of the operation that made it, a dict; a new reference, NULL without memory. */
CASK_API
cask_value *cask_lazy_annotations(cask_lazy x);

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
