/* A run: what the executors share while they carry out what the brain says. One that runs tasks in
 * this process is a loop over cki_brain_next() and cki_run_act(). */
#ifndef CKI_EXEC_RUN_H
#define CKI_EXEC_RUN_H

#include "exec/brain.h"
#include "exec/exec.h"
#include "exec/spill.h"
#include "sys/thread.h"

typedef struct cki_run {
    const cki_plan *plan;
    const cki_exec_options *options;
    cki_deliver deliver;
    void *user;
    cki_brain *brain;    /* NULL: a scheduler of the user's own does without */
    atomic_bool ended;   /* without a brain: no more is to be run... */
    bool complete;       /* ...as all was */
    cask_value **values; /* of each task: its result while it is in memory */
    /* The first place in the plan's wanted list that wants a task, + 1 (0 is none), and the next
     * place that wants the same task, + 1. */
    uint32_t *wanted, *next_wanted;
    int64_t *charges;    /* of each result: bytes that the ledger does not know; if counted */
    size_t *told_bytes;  /* of each result, if some callback wants to know of results */
    cki_spill *spill;    /* if results can be spilled */
    cki_spilled *places; /* of each result: its copy there */
    bool counted;        /* whether bytes are counted: cki_brain_counts() */
    bool told;           /* whether there are callbacks */
    bool plain;          /* neither of them */
    /* Told when a result is in memory no more; NULL if nobody needs to know. */
    void (*forget)(void *forget_user, uint32_t task);
    void *forget_user;
    cki_mutex mutex;        /* of all below */
    cki_error error;        /* the first failure */
    size_t failed;          /* the task that failed, or SIZE_MAX */
    cki_error unspilled;    /* why a result could not be spilled, the first time */
    _Atomic int64_t looked; /* when the process's memory was looked at last */
} cki_run;

/* What one thread has for its own. */
typedef struct cki_worker {
    cki_run *run;
    int number;
    cask_value **inputs;
    size_t inputs_capacity;
    cki_error error;
} cki_worker;

/* LIMIT if some task cannot run within the limit. Tells callbacks of the start. `brain` says how
 * the brain is asked (NULL: not at all); limit, spilling and retries come from the options. */
cask_status cki_run_init(cki_run *run, const cki_plan *plan, const cki_exec_options *options,
                         const cki_brain_options *brain, cki_deliver deliver, void *user,
                         cki_error *error);
/* Releases what is left, tells callbacks of the end. */
cask_status cki_run_end(cki_run *run, cki_error *error);

/* Whether somebody outside wants it to end, of which the brain does not know yet. */
static inline bool cki_run_cancelled(const cki_run *run)
{
    return run->options->cancel && atomic_load_explicit(run->options->cancel, memory_order_relaxed);
}
/* Whether it should end: something failed, or it was cancelled. */
bool cki_run_stopped(const cki_run *run);
/* Record that `task` failed (plan->count: no task did, but something else). The first task counts.
 * Does not stop the brain. */
void cki_run_fail(cki_run *run, size_t task, const cki_error *error);
/* Say where: "(in task ('sum-partial', 3), function array.reduce)" is appended to its message. */
void cki_run_place(const cki_run *run, size_t task, cki_error *error);
/* The text of a task's key: ('sum-partial', 3). */
void cki_run_key(const cki_plan *plan, size_t task, cki_text *text);

/* This thread begins to work for the run, and ends: its ledger is the run's meanwhile. */
cki_ledger *cki_run_enter(const cki_run *run);
void cki_run_leave(cki_ledger *previous);
/* Run a task; whom to wake. */
int cki_run_task(cki_worker *worker, uint32_t task);
/* Carry out RUN, SPILL, LOAD or STUCK; whom to wake. */
int cki_run_act(cki_worker *worker, const cki_brain_action *action);
void cki_run_worker_free(cki_worker *worker);
/* Look how much memory the process has beside what is counted, if the last look is some time ago;
 * done with every task and spill. */
void cki_run_watch(cki_run *run);

/* ---- run_task.c, for executors that run tasks elsewhere or otherwise ---- */

/* A task was run and gave this value, whose reference is taken over; or NULL, and worker->error
 * says why. It is delivered, kept and told of. `before` was this thread's balance when the task
 * began here; whom to wake. */
int cki_run_finish(cki_worker *worker, uint32_t task, cask_value *value, int64_t before);
/* A result that was spilled is in run->values again, or, if it is NULL, `error` says why not. */
int cki_run_loaded(cki_worker *worker, uint32_t task, int64_t before, cki_error *error);
/* Run a task here for a scheduler without a brain: its value, which is delivered and told of. On
 * failure worker->error says what went wrong. */
cask_status cki_run_compute(cki_worker *worker, uint32_t task, cask_value **value);

/* ---- run_tell.c: callbacks; nothing happens where there are none ---- */

/* Until told 0: when what is told now happened, for cki_exec_now(). */
void cki_run_tell_time(int64_t time);
void cki_run_tell_start(const cki_run *run);
void cki_run_tell_before(const cki_run *run, uint32_t task, int worker);
void cki_run_tell_after(const cki_run *run, uint32_t task, int worker, const cki_error *error);
/* A result is there: its bytes are kept until it is released. */
void cki_run_tell_value(const cki_run *run, uint32_t task, int worker, cask_value *value);
void cki_run_tell_result(const cki_run *run, uint32_t task, int worker, size_t bytes);
void cki_run_tell_released(const cki_run *run, uint32_t task, int worker);
void cki_run_tell_finish(const cki_run *run, const cki_error *error);

#endif
