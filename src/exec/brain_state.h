/* The brain's state, shared by the files that are named brain*.c and by nobody else.
 *
 * Where nothing is counted, all is done with atomics: a task's inputs arrive and its users go by
 * counters, which are touched only where there are several. With a budget, tasks are admitted by
 * adding what they declare to the bytes alive; those that do not fit wait in a heap. Once the
 * first does not fit, and results can be spilled, the run is under pressure: from then on every
 * admission takes the mutex, and a second heap holds the results that could go. */
#ifndef CKI_EXEC_BRAIN_STATE_H
#define CKI_EXEC_BRAIN_STATE_H

#include "exec/brain.h"
#include "exec/queue.h"
#include "sys/thread.h"

#define CKI_BRAIN_NONE CKI_QUEUE_NONE

/* Of one task. Kept as what has happened, so that zeroed memory is the beginning. */
typedef struct cki_brain_node {
    _Atomic uint32_t arrived; /* inputs that are there */
    _Atomic uint32_t used;    /* users that have run */
} cki_brain_node;

/* What is known of a task's result where results can be spilled: flags, and below them how many
 * running tasks use it. */
enum {
    CKI_BRAIN_PIN = 1, /* one of them */
    CKI_BRAIN_PINS = (1 << 24) - 1,
    CKI_BRAIN_RESIDENT = 1 << 24, /* in memory */
    CKI_BRAIN_ON_DISK = 1 << 25,  /* a copy is */
    CKI_BRAIN_MOVING = 1 << 26,   /* being spilled or loaded */
    CKI_BRAIN_FIXED = 1 << 27,    /* cannot be spilled */
    CKI_BRAIN_RAN = 1 << 28,      /* the task was run */
    CKI_BRAIN_SEEN = 1 << 29      /* while a list is walked, with the mutex */
};

typedef struct cki_brain_worker {
    cki_queue ready;          /* tasks that it made ready */
    uint32_t hand;            /* the one to run next, or NONE */
    uint32_t pending;         /* admitted, but inputs must be loaded first; or NONE */
    uint32_t load_at;         /* the argument of it to look at next */
    bool loading;             /* one of them is being loaded */
    _Atomic uint32_t running; /* tasks, spills and loads that it has not reported yet */
    _Atomic uint64_t roots;   /* task numbers from low half to high half: roots are taken there */
    atomic_bool waits;        /* registered as waiting, or gone */
    atomic_bool notified;
    int64_t uncounted; /* change of bytes alive that brain->live does not show yet */
    uint32_t *released;
    size_t released_capacity;
    char apart[64]; /* no cache line is shared with the next one */
} cki_brain_worker;

/* The results that could be spilled, the one that is needed last on top. With the mutex. */
typedef struct cki_brain_evictable {
    uint32_t *items;
    uint64_t *keys; /* of each item */
    size_t count, capacity;
    uint32_t *place;  /* of each task's result in `items`, + 1; 0: not there */
    uint32_t *cursor; /* of each task: the first of its users that may not have run */
    int64_t bytes;    /* of all items */
} cki_brain_evictable;

struct cki_brain {
    const cki_plan *plan;
    cki_brain_options options;
    int64_t limit, slack; /* bytes alive; bytes that a worker may leave uncounted */
    bool counted;         /* whether bytes have to be counted at all */
    cki_brain_node *nodes;
    cki_brain_worker *workers;
    int64_t *sizes;            /* counted: bytes reserved by running tasks, then of their results */
    _Atomic uint32_t *marks;   /* counted and can_spill: see above */
    _Atomic int64_t *measured; /* by layer: what its tasks took, where they declare nothing */

    _Atomic uint32_t next_root; /* below it all roots were handed out */
    uint32_t in_order;          /* the next task, if options.in_order */
    _Atomic int64_t live, peak;
    _Atomic int64_t beside; /* of them: what was found by looking */
    atomic_size_t waiting;  /* tasks in `parked` */
    atomic_bool stop, pressed, ended;
    atomic_int failure; /* a cask_status */
    atomic_int idle;    /* workers on the stack below */

    cki_mutex mutex; /* of all below */
    int *resting;    /* workers that wait, the last one on top */
    cki_heap parked; /* ready tasks that did not fit */
    cki_brain_evictable evictable;
    int64_t leaving;   /* bytes that are being spilled */
    bool spill_failed; /* once is enough */
    struct cki_brain_retry {
        uint32_t task;
        int count;
    } * retried;
    size_t nretried, retried_capacity;
    _Atomic uint64_t spills, loads, forced;
};

static inline const uint32_t *cki_brain_arguments(const cki_brain *brain, uint32_t task,
                                                  size_t *count)
{
    cki_plan_list arguments = cki_plan_arguments(brain->plan, task);
    *count = arguments.count;
    return arguments.items;
}

/* The brain has no memory for itself: stop. */
void cki_brain_give_up(cki_brain *brain);

/* ---- brain_ready.c: ready tasks, and workers that wait ---- */

/* The users of a task that was run: ready ones go to the worker. Whether there is work for others
 * too. */
bool cki_brain_ready_enable(cki_brain *brain, cki_brain_worker *me, uint32_t task);
/* A task to the worker's hand, or its queue if it has one in hand. */
void cki_brain_ready_put(cki_brain *brain, cki_brain_worker *me, uint32_t task);
/* Take the upper half of what another one has ready; the newest of it. NONE if there is none. */
uint32_t cki_brain_ready_steal(cki_brain *brain, cki_brain_worker *me);
/* Where nothing is counted: a task without inputs, from the worker's own range of them; from a new
 * range, or one that is stolen. */
uint32_t cki_brain_ready_own_root(cki_brain *brain, cki_brain_worker *me);
uint32_t cki_brain_ready_root(cki_brain *brain, cki_brain_worker *me);
/* Where bytes are counted: the next task without inputs, left where it is; NONE if none is left.
 * It is taken by moving brain->next_root on from `*seen`. */
uint32_t cki_brain_ready_peek(cki_brain *brain, uint32_t *seen);
/* Whether there is a task in some queue, or where nothing is counted a range that may have roots.
 */
bool cki_brain_ready_any(cki_brain *brain);
/* Register the worker as waiting; take it off again. With the mutex. */
void cki_brain_ready_rest(cki_brain *brain, cki_brain_worker *me);
void cki_brain_ready_rise(cki_brain *brain, cki_brain_worker *me);
/* The same without the mutex, if it is registered. */
static inline void cki_brain_ready_awake(cki_brain *brain, cki_brain_worker *me)
{
    if (!atomic_load_explicit(&me->waits, memory_order_relaxed))
        return;
    cki_thread_lock(&brain->mutex);
    cki_brain_ready_rise(brain, me);
    cki_thread_unlock(&brain->mutex);
}
/* Whether no worker does anything. With the mutex. */
bool cki_brain_ready_quiet(const cki_brain *brain);
/* Take one off the list, or all, and set their flags. Without the mutex; then with it. */
int cki_brain_ready_notify(cki_brain *brain);
int cki_brain_ready_notify_all(cki_brain *brain);
int cki_brain_ready_notify_one_held(cki_brain *brain);
int cki_brain_ready_notify_all_held(cki_brain *brain);

/* ---- brain_memory.c: bytes alive, admission ---- */

cask_status cki_brain_memory_init(cki_brain *brain, cki_error *error);
void cki_brain_memory_free(cki_brain *brain);
/* Count a task as running, and its inputs as used, if it fits. Where inputs must be loaded first
 * it becomes the worker's pending one. */
bool cki_brain_memory_admit(cki_brain *brain, cki_brain_worker *me, uint32_t task);
/* With the mutex, under pressure or not. */
typedef enum cki_brain_fit {
    CKI_BRAIN_FITS,
    CKI_BRAIN_TOO_MUCH,
    CKI_BRAIN_BLOCKED /* an input is being spilled or loaded */
} cki_brain_fit;
cki_brain_fit cki_brain_memory_admit_held(cki_brain *brain, cki_brain_worker *me, uint32_t task,
                                          bool must);
/* Whether it would fit now. With the mutex. */
bool cki_brain_memory_fits(const cki_brain *brain, uint32_t task);
/* What the task takes, with those of its inputs that must be loaded. With the mutex. */
int64_t cki_brain_memory_need(const cki_brain *brain, uint32_t task);
/* The same with all of its inputs. With the mutex. */
int64_t cki_brain_memory_total(const cki_brain *brain, uint32_t task);
/* A ready task waits until there is memory for it. */
void cki_brain_memory_park(cki_brain *brain, uint32_t task);
/* The first that waits, if it can go now. */
uint32_t cki_brain_memory_unpark(cki_brain *brain, cki_brain_worker *me);
/* The next one whose result the worker's pending task needs; NONE when all are there. */
uint32_t cki_brain_memory_missing(cki_brain *brain, cki_brain_worker *me);
/* It has run, or has not: what it had reserved is let go, `change` counts instead. */
void cki_brain_memory_settle(cki_brain *brain, cki_brain_worker *me, uint32_t task, int64_t change,
                             const cki_brain_made *made);
/* Show the others how this worker changed the bytes alive. */
void cki_brain_memory_show(cki_brain *brain, cki_brain_worker *me);
void cki_brain_memory_add(cki_brain *brain, int64_t bytes);
/* A task's inputs are in use, and no longer: with the mutex; the last without. */
void cki_brain_memory_pin(cki_brain *brain, uint32_t task);
void cki_brain_memory_unpin(cki_brain *brain, uint32_t task);
void cki_brain_memory_let_go(cki_brain *brain, uint32_t task);
/* The worker is gone with a pending task: undo its admission. With the mutex. */
void cki_brain_memory_withdraw(cki_brain *brain, cki_brain_worker *me);

/* ---- brain_evict.c: results that could be spilled; all with the mutex ---- */

/* From now on the heap is kept. False if there is no memory for it. */
bool cki_brain_evict_begin(cki_brain *brain);
void cki_brain_evict_free(cki_brain_evictable *heap);
/* The result may have become one that can be spilled, or is needed at another time. */
void cki_brain_evict_consider(cki_brain *brain, uint32_t task);
void cki_brain_evict_remove(cki_brain *brain, uint32_t task);
/* Room for `task`: the result to spill, NONE if it is better to wait, or there is none. */
uint32_t cki_brain_evict_choose(cki_brain *brain, uint32_t task);

#endif
