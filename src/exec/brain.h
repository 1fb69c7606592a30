/* The scheduler's brain: which task runs where and when, and what is spilled to make room for it.
 * Events in, actions out: it does no I/O, has no clock, sees no values and calls nobody. Executors
 * carry its actions out: on this thread, on threads, in processes, or in a simulation.
 *
 * A worker is a number, whatever stands behind it. The life of one:
 *
 *     for (;;) {
 *         cki_brain_action action = cki_brain_next(brain, worker);
 *         wake(action.wake);
 *         if (action.kind == CKI_BRAIN_END)
 *             break;
 *         switch (action.kind) {
 *         case CKI_BRAIN_WAIT:  sleep until cki_brain_notified(brain, worker); break;
 *         case CKI_BRAIN_RUN:   run action.task and keep its result;
 *                               cki_brain_release() says which of its inputs to let go of;
 *                               wake(cki_brain_done(...)); break;
 *         case CKI_BRAIN_SPILL: write the result of action.task, unless a copy is on disk already,
 *                               and drop it from memory; wake(cki_brain_spilled(...)); break;
 *         case CKI_BRAIN_LOAD:  read it back; wake(cki_brain_loaded(...)); break;
 *         case CKI_BRAIN_STUCK: fail: there is no memory for the task.
 *         }
 *     }
 *
 * Any number of workers may call at once; the calls of one worker come one after another. One that
 * keeps several tasks running asks several times before it says `done`, and asks again after each
 * event. Called from one thread it is deterministic: equal calls, equal answers.
 *
 * Sleep and wake. A worker that is told to WAIT is registered as waiting, and asks again once
 * cki_brain_notified(): before any call returns `wake`, the flags of those that it names are set.
 * So an executor that looks at the flag with its own mutex held before it sleeps, and takes that
 * mutex to wake, never misses one. Asking earlier does no harm. Workers count as waiting from the
 * beginning, so the first `wake` of each may be the moment to start it.
 *
 * Bytes. Each event tells by how much the bytes alive changed by what it reports: for a task from
 * its start until its inputs were let go of, so views that hold a whole buffer count for what they
 * hold. A running task stands for the bytes that it declares. Where everything that the plan
 * declares fits at once nothing is counted, and `cki_brain_counts` is false. */
#ifndef CKI_EXEC_BRAIN_H
#define CKI_EXEC_BRAIN_H

#include "graph/plan.h"

typedef struct cki_brain cki_brain;

typedef struct cki_brain_options {
    int workers;         /* at least 1 */
    size_t memory_limit; /* bytes that may be alive; 0: any number */
    size_t memory_base;  /* bytes alive that are not the run's, within the limit */
    bool can_spill;      /* SPILL and LOAD can be carried out */
    bool in_order;       /* the one worker ends each task before it asks again: the plan's order is
                            followed, at least cost */
    int retries;         /* how often a failed task is tried again */
} cki_brain_options;

enum { CKI_BRAIN_NOBODY = -1, CKI_BRAIN_ALL = -2 };

typedef enum cki_brain_kind {
    CKI_BRAIN_RUN,   /* the task: its inputs are there */
    CKI_BRAIN_SPILL, /* its result, out of memory; the copy on disk stays valid till released */
    CKI_BRAIN_LOAD,  /* its result, back into memory */
    CKI_BRAIN_WAIT,  /* until notified */
    CKI_BRAIN_END,   /* nothing more to do: all was run, or the run was stopped */
    CKI_BRAIN_STUCK  /* the task cannot have the memory it needs, as spilling failed, or as it and
                        its inputs turned out to take more than the limit: end the run */
} cki_brain_kind;

typedef struct cki_brain_action {
    cki_brain_kind kind;
    uint32_t task;
    int wake; /* a worker to wake, NOBODY or ALL */
} cki_brain_action;

/* What a task left behind. */
typedef struct cki_brain_made {
    int64_t change; /* of bytes alive, by the task, its delivery and the release of its inputs */
    size_t bytes;   /* of its result, as much as loading it would take; 0 if none was kept */
    bool can_spill; /* whether the result can be written at all */
} cki_brain_made;

/* LIMIT if a task with its inputs declares more than the limit: which operation, block, how many
 * bytes, and what to do. */
cki_brain *cki_brain_new(const cki_plan *plan, const cki_brain_options *options, cki_error *error);
void cki_brain_free(cki_brain *brain);

/* Whether events must tell of bytes: if not, changes are 0 and `made` may be NULL. */
bool cki_brain_counts(const cki_brain *brain);

/* What the worker does now. MEMORY shows as END, with cki_brain_failure(). */
cki_brain_action cki_brain_next(cki_brain *brain, int worker);
/* The same, but WAIT comes without the worker being registered as waiting: to look a few times
 * before going to sleep. */
cki_brain_action cki_brain_try(cki_brain *brain, int worker);
/* Whether a worker that waits should ask again. */
bool cki_brain_notified(const cki_brain *brain, int worker);

/* The task was run: *released lists the results that nobody needs any more, to be let go of, in
 * memory and on disk; the list is the worker's until its next call. Then comes cki_brain_done. */
size_t cki_brain_release(cki_brain *brain, int worker, uint32_t task, const uint32_t **released);
/* Each of the following returns whom to wake. */
int cki_brain_done(cki_brain *brain, int worker, uint32_t task, const cki_brain_made *made);
/* Instead of release and done. *again says that it will be tried again; if not, the run stops. */
int cki_brain_failed(cki_brain *brain, int worker, uint32_t task, int64_t change, bool *again);
/* Instead of release and done: it was never begun (its worker is lost), and is to be run later. */
int cki_brain_returned(cki_brain *brain, int worker, uint32_t task);
/* If not `ok` it is still in memory, and stays there. */
int cki_brain_spilled(cki_brain *brain, int worker, uint32_t task, bool ok, int64_t change);
/* If not `ok` the run stops. */
int cki_brain_loaded(cki_brain *brain, int worker, uint32_t task, bool ok, int64_t change);
/* The worker will not ask again (unless it does): others take over what was ready. Report what it
 * was running with cki_brain_failed() or cki_brain_returned() before. */
int cki_brain_leave(cki_brain *brain, int worker);

/* So many bytes are alive beside what events tell, as was found out by looking. What was found
 * before is forgotten slowly. From any thread. */
void cki_brain_beside(cki_brain *brain, int64_t bytes);

/* What a task takes with its inputs, as far as that is known by now: for messages. */
size_t cki_brain_needs(cki_brain *brain, uint32_t task);

/* Stop: whoever asks is told to END, and all are notified. From any thread. */
void cki_brain_cancel(cki_brain *brain);
/* Whether it was stopped: by a cancellation, a task that failed, or want of memory. */
bool cki_brain_stopped(const cki_brain *brain);
/* Whether it ended with all tasks run. */
bool cki_brain_finished(const cki_brain *brain);
/* MEMORY if the brain itself ran out of it, else OK. */
cask_status cki_brain_failure(const cki_brain *brain);

/* For reports and tests: bytes alive with those declared by running tasks, now and at most, and
 * how many tasks were begun although they did not fit, as nothing could make them. */
typedef struct cki_brain_stats {
    size_t live, peak;
    uint64_t spills, loads, forced;
} cki_brain_stats;
cki_brain_stats cki_brain_statistics(const cki_brain *brain);

#endif
