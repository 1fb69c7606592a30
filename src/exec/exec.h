/* Executors: run a plan on threads or here, within a budget of bytes, each result released after
 * its last user. */
#ifndef CKI_EXEC_EXEC_H
#define CKI_EXEC_EXEC_H

#include "core/memory.h"
#include "exec/spill.h"
#include "graph/plan.h"

/* Told what happens, from the thread where it happens, one thing after another for each worker of a
 * run; every entry may be NULL. */
typedef struct cki_callbacks {
    void *user;
    void (*start)(void *user, const cki_plan *plan);
    void (*before)(void *user, const cki_plan *plan, size_t task, int worker);
    void (*after)(void *user, const cki_plan *plan, size_t task, int worker,
                  const cki_error *error);
    /* The result itself, only lent. */
    void (*value)(void *user, const cki_plan *plan, size_t task, int worker, cask_value *value);
    /* A result of so many bytes is there, and it is given up: at once if it has no users, else
     * after the last of them. What is left when a run fails goes without a word. */
    void (*result)(void *user, const cki_plan *plan, size_t task, int worker, size_t bytes);
    void (*released)(void *user, const cki_plan *plan, size_t task, int worker, size_t bytes);
    void (*finish)(void *user, const cki_plan *plan, const cki_error *error);
} cki_callbacks;

/* For callbacks: when what they are told happened (cki_clock_now()'s time). Where tasks run in
 * other processes they are told of a task's beginning and end when it has ended. */
int64_t cki_exec_now(void);

typedef struct cki_exec_options {
    int threads;         /* at least 1 */
    size_t memory_limit; /* bytes of chunks that may be alive; tasks wait while it is reached */
    const cki_spill_options *spill; /* where results may go meanwhile; NULL: nowhere */
    int retries;                    /* how often a task that failed is tried again */
    cki_ledger *ledger;             /* entered by every worker */
    bool watched;   /* what the process has beside the ledger counts too, once bytes are counted */
    size_t foreign; /* bytes of it that do not */
    const cki_callbacks *const *callbacks; /* NULL-terminated; may be NULL */
    _Atomic bool *cancel;                  /* becomes true when the run should end; may be NULL */
} cki_exec_options;

/* Gets each wanted result once, as soon as it is there, on the thread that made it (so several at
 * once): index in the plan's wanted list, value only lent. A failure ends the run. */
typedef cask_status (*cki_deliver)(void *user, size_t wanted, cask_value *value, cki_error *error);

/* A scheduler: one record, found by name. */
typedef struct cki_scheduler {
    const char *name; /* "sync", "threads" */
    cask_status (*run)(const cki_plan *plan, const cki_exec_options *options, cki_deliver deliver,
                       void *user, cki_error *error);
} cki_scheduler;

/* The built-in one of that name or a synonym ("threading", "synchronous"); NULL if there is none.
 */
const cki_scheduler *cki_exec_find(const char *name);
const cki_scheduler *cki_exec_at(size_t i); /* all of them; NULL after the last */

/* Whether the run that `task` belongs to should end early; for long tasks to ask now and then. */
bool cki_exec_cancelled(const cki_task *task);
/* The same of a task's `run`, which may be NULL. */
bool cki_exec_stopped(void *run);
/* How many runs this thread works for at the moment: above 0 within a task. */
int cki_exec_depth(void);

#endif
