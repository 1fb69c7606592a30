/* The context behind `cask *`: what the collections, the language and cask.c share. */
#ifndef CKI_EXPR_CONTEXT_H
#define CKI_EXPR_CONTEXT_H

#include "core/arena.h"
#include "core/fail.h"
#include "core/memory.h"
#include "value/arguments.h"
#include "value/token.h"
#include "value/value.h"

#include <stdatomic.h>

struct cki_graph;
struct cki_plan;
struct cki_annotations;
struct cki_annotated;
typedef struct cki_node cki_node;
typedef struct cki_operation cki_operation;

enum {
    CKI_SCOPES = 64,
    CKI_TABLES = 128,
    CKI_WATCHERS = 8,
    CKI_CACHES = 17,
    CKI_SCHEDULERS = 16,
    CKI_NAME = 80
};

/* A node whose blocks are wanted: each is delivered once, from any worker thread, several at once.
 * `value` is only lent. */
typedef struct cki_want {
    const cki_node *node;
    void *user;
    cask_status (*deliver)(void *user, int64_t block, cask_value *value, cki_error *error);
} cki_want;

/* Where a scope of the plan began. */
typedef struct cki_mark {
    cki_arena_mark arena;
    struct cki_owned *owned;
    const struct cki_annotated *annotated;
    bool kept; /* something of it is to outlive it */
} cki_mark;

/* What the configuration says of how plans are made and run. */
typedef struct cki_tuning {
    uint64_t chunk_bytes;      /* of chunks chosen automatically */
    uint64_t file_chunk_bytes; /* of those of files */
    uint64_t piece_bytes;      /* of those that chunks are cut into, at least */
    int split_every;           /* partial results that are combined at once */
    bool fuse;                 /* element-wise operations run in their user */
    bool fuse_delayed;         /* calls in a row are one task */
    bool fuse_annotated;       /* also where their annotations differ */
    double fuse_ave_width, fuse_max_width, fuse_max_height, fuse_max_depth; /* of graphs by hand;
                                                                               0: the default */
    int retries;        /* of a task that failed */
    bool compress;      /* what is spilled */
    char **directories; /* to spill to; NULL: the system's */
} cki_tuning;

struct cask {
    cki_error error; /* the first one */
    cki_arena arena; /* nodes and what they refer to */
    cki_ledger *ledger;
    struct cki_config *config; /* where what follows comes from: see configure.c */
    int threads;
    size_t memory_limit;
    size_t foreign;           /* bytes of the process when the context was opened */
    char scheduler[CKI_NAME]; /* chosen by name: see scheduler.h */
    const struct cask_scheduler *schedulers[CKI_SCHEDULERS]; /* the user's own */
    size_t nschedulers;
    cki_tuning tuning;
    /* Of nodes being made: annotations in force, NULL for none, and the calls that put them there.
     */
    const struct cki_annotations *annotations;
    const struct cki_annotated *annotated;
    const struct cki_call *call;      /* of an operation, that builds nodes now; NULL: none */
    const struct cask_computing *how; /* one computation is to be made so; NULL: as configured */
    cask_options options;
    cki_token entropy; /* the system's: of numbers that are not seeded */
    struct {
        cki_token seed;
        int64_t calls;    /* arrays that da.random has made of its seed */
        int64_t unseeded; /* generators without a seed of their own */
    } random;
    atomic_uint_fast64_t bytes_read;
    atomic_uint_fast64_t bytes_away; /* of results on disk at the moment */
    atomic_bool cancelled;           /* cask_cancel() was called */
    atomic_bool *cancel;             /* what ends a run: the flag above, or a program's own */
    struct cki_functions *functions; /* what tasks may name */
    const struct cki_callbacks *watchers[CKI_WATCHERS + 1]; /* told of every run; NULL-terminated */
    /* Where results are kept between runs: the last of these (see caching.c). */
    struct cask_cache *own_cache; /* as configured; NULL if none is */
    struct cask_cache *caches[CKI_CACHES];
    size_t ncaches;
    struct cki_bar *bar; /* shown while it computes, or NULL */
    double last_seconds; /* that the last one measured */
    cki_mark scopes[CKI_SCOPES];
    size_t nscopes, scopes_beyond; /* those that there was no room for */
    /* The operations, a NULL-terminated table a room. */
    const cki_operation *const *tables[CKI_TABLES];
    size_t ntables;
    /* Things to free with the context (files, values), newest first. */
    struct cki_owned *owned;
    /* Optimise, lower and run. Set by cask.c; compute.c alone knows the executors. NULL: the
     * context could not be opened, and cannot be used. */
    cask_status (*compute)(cask *ck, const cki_want *wants, size_t count, cki_error *error);
    /* Compute nodes and put each block into the chest of `how`; `values` (may be NULL) gets what it
     * has then. */
    cask_status (*store)(cask *ck, const cki_node *const *nodes, size_t count, cask_value **values,
                         cki_error *error);
    /* As computing but for running: the plan of all blocks of some nodes, to look at. The caller
     * frees the plan and then the graph. */
    cask_status (*plan)(cask *ck, const cki_node *const *nodes, size_t count,
                        struct cki_graph **graph, struct cki_plan **plan, cki_error *error);
    /* Optimise nodes, in place, as computing would; what is made on the way lives in the graph. */
    cask_status (*optimise)(cask *ck, struct cki_graph *graph, const cki_node **nodes, size_t count,
                            cki_error *error);
    /* Call a function value of the language while building: what it is given and gives may be
     * lazy. A new reference. Set by lang/, with `language` as its own; NULL where there is no
     * session. */
    cask_value *(*invoke)(void *language, cask_value *function, const cki_arguments *arguments,
                          cki_error *error);
    void *language;
    struct cki_delayed_names *delayed; /* functions of delayed calls, by name */
    struct cki_futures *futures;       /* calls under way (future/future.h) */
    struct cki_user *user;             /* functions that the user registered (call/user.h) */
    struct cki_inner *inner;           /* the language for functions inside tasks (call/inner.h) */
    /* Whether the run of a task (its `run`) is to end. */
    bool (*stopped)(void *run);
};

/* Record a failure as the context's, if it is the first, and tell the user's on_error. Without a
 * context nobody is told. Returns the error's status. */
cask_status cki_context_fail(cask *ck, const cki_error *error);
/* The same of a public function that was given NULL where it needs something. */
cask_status cki_context_lacks(cask *ck, const char *function, const char *parameter);
/* Have release(thing) called when the context closes or its present scope ends; at once if that
 * cannot be recorded. */
cask_status cki_context_own(cask *ck, void (*release)(void *thing), void *thing, cki_error *error);
/* Have somebody told of every run of the context, and no longer. LIMIT if there are too many. Not
 * while a run is under way. */
cask_status cki_context_watch(cask *ck, const struct cki_callbacks *watcher, cki_error *error);
void cki_context_unwatch(cask *ck, const struct cki_callbacks *watcher);
/* Whether element-wise operations are fused in the computation that is being made. */
bool cki_context_fuses(const cask *ck);
/* Release what was recorded since there were `keep` things. */
void cki_context_release(cask *ck, struct cki_owned *until);

typedef struct cki_owned {
    struct cki_owned *next;
    void (*release)(void *thing);
    void *thing;
} cki_owned;

#endif
