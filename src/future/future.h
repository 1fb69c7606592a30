/* Futures: calls under way, and the threads that make them. One lock guards a context's futures:
 * what is done under it is a few links and numbers. */
#ifndef CKI_FUTURE_FUTURE_H
#define CKI_FUTURE_FUTURE_H

#include "expr/collection.h"
#include "sys/thread.h"
#include "value/token.h"
#include <cask/future.h>

typedef struct cki_futures cki_futures;

/* Why something failed, shared by all that failed with it. */
typedef struct cki_future_failure {
    atomic_uint holders;
    cki_error error;
} cki_future_failure;

/* One that waits for another, as a link in that one's list. */
typedef struct cki_future_link {
    struct cki_future_link *next, **back; /* `back` is NULL when it is in no list */
    cask_future *waits;
} cki_future_link;

/* One that an iterator is to hear of: in the future's list, and then in the iterator's. */
typedef struct cki_future_notice {
    struct cki_future_notice *next;
    struct cki_future_notice *before, *after; /* all that the iterator has */
    cask_completion *completion;
    cask_future *future; /* held */
} cki_future_notice;

/* An argument: a value, or where it comes from. */
typedef struct cki_future_place {
    cask_value *value;
    cask_future *from; /* held until the call is made, or never will be */
    cki_future_link link;
} cki_future_place;

struct cask_future {
    cki_futures *all; /* held */
    uint32_t holders; /* users, calls that wait for it, iterators */
    uint32_t waiting; /* arguments that are not there yet */
    cask_future_state state;
    bool queued;     /* in the queue, or with a thread */
    bool keyed;      /* in the table of keys */
    atomic_bool end; /* it is running and should not be */
    int retries;
    cask_future *next; /* in the queue, or among the dead */
    cask_future *next_ended;
    cask_future *next_key;
    cki_future_link *users; /* calls that wait for it */
    cki_future_notice *notices;
    cki_token token;
    char *key;            /* its name, if the user gave one */
    cask_value *function; /* NULL: the list of its arguments, or `node` */
    const cki_node *node; /* to be computed */
    cask_value *result;
    cki_future_failure *failure;
    char **names; /* of the last `named` arguments */
    size_t count, named;
    cki_future_place places[];
};

/* All futures of a context. */
struct cki_futures {
    cask *ck; /* NULL when it is closed */
    cki_mutex mutex;
    cki_condition work, done; /* threads wait for one, holders for the other */
    uint32_t holders;         /* the context, and each future */
    /* What is ready: calls, and computations, which have threads of their own. */
    struct {
        cask_future *first, *last;
    } ready[2];
    cask_future **keys; /* by token; chains */
    size_t slots, keyed;
    cki_thread *threads;
    int count, room; /* threads */
    int idle;        /* of them: waiting for work */
    int busy;        /* in a call, and not waiting for a future in it */
    int blocked;     /* waiting for a future in what they run, or computing */
    int computing;
    int waiters; /* holders that wait */
    atomic_bool closing;
};

/* ---- future.c: the life of one ---- */

/* A new one with room for `count` arguments, held once, by the caller; no thread knows of it. NULL
 * when there is no memory. */
cask_future *cki_future_new(cki_futures *all, size_t count);
/* The one for want of memory or of a context, already failed. */
cask_future *cki_future_nil(void);
/* Let it be called when its arguments are there. Gives the future to hold: that of an equal call if
 * there is one (then `future` is released). Locks. */
cask_future *cki_future_begin(cask_future *future);
/* With the lock held: it is done in this way, and so are, after it, those that can only fail with
 * it; what can run now is queued. `failure` is held by the call. The dead are linked to *dead. */
void cki_future_finish(cask_future *future, cask_future_state state, cask_value *result,
                       cki_future_failure *failure, cask_future **dead);
/* With the lock held: it was ended while it was with a thread, and is so no more. */
void cki_future_settled(cask_future *future, cask_future **dead);
/* With the lock held: one holder less. */
void cki_future_drop(cask_future *future, cask_future **dead);
/* Without the lock: free them, and all that dies with them. */
void cki_future_bury(cki_futures *all, cask_future *dead);
/* Failures as futures keep them; NULL when there is no memory. */
cki_future_failure *cki_future_failure_new(const cki_error *error);
void cki_future_print_key(const cask_future *future, cki_text *text);

/* ---- future_pool.c: the threads ---- */

cki_futures *cki_future_open(cask *ck, cki_error *error);
/* Cancel what there is, wait for what runs, and leave the rest to those who hold it. */
void cki_future_close(cki_futures *all);
/* One holder less, without the lock; the last one frees it. */
void cki_future_unhold(cki_futures *all);
void cki_future_free(cki_futures *all);
/* With the lock held: something may be ready. */
void cki_future_wake(cki_futures *all);
/* With the lock held: wait until it is so; looked at after each future that is done. False if
 * nobody could ever do it. */
bool cki_future_await(cki_futures *all, bool (*is_so)(const void *what), const void *what);
/* Whether the future that this thread runs is to end; false where there is none. */
bool cki_future_stopped(void);

/* ---- future_completed.c ---- */

/* With the lock held: tell those who asked to hear of it. */
void cki_future_notify(cask_future *future);

#endif
