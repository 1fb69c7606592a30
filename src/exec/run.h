/* A run: what every scheduler keeps while it runs a plan, and how one task is run. */
#ifndef CKI_EXEC_RUN_H
#define CKI_EXEC_RUN_H

#include "exec/exec.h"
#include "sys/thread.h"

/* A task's result, from when it is there until its last user has run. */
typedef struct cki_result {
    cask_value *value;
    size_t charge;            /* bytes that are counted as alive for it */
    _Atomic uint32_t waiting; /* inputs that are not there yet */
    _Atomic uint32_t left;    /* arguments of tasks that have not run: repeated ones count each */
    uint32_t wanted;          /* its first place in the plan's wanted list, + 1; 0 is none */
    uint32_t mark;            /* the task, + 1, that was last seen to name it; while setting up */
} cki_result;

typedef struct cki_run {
    const cki_plan *plan;
    const cki_exec_options *options;
    cki_deliver deliver;
    void *user;
    cki_result *results;   /* one a task */
    uint32_t *next_wanted; /* the next place that wants the same task, + 1 */
    bool counted;          /* whether bytes alive have to be counted at all */
    bool results_told;     /* some callback wants to know of results */
    _Atomic int64_t live;  /* declared bytes of running tasks, and bytes of results */
    atomic_bool stop;
    cki_mutex mutex; /* of the two below */
    cki_error error; /* the first failure */
    size_t failed;   /* the task that failed, or SIZE_MAX */
} cki_run;

/* What one thread has for its own. */
typedef struct cki_worker {
    cki_run *run;
    int number;
    int64_t declared;  /* bytes that the task it is about to run was admitted with */
    int64_t uncounted; /* change of bytes alive that run->live does not show yet */
    cask_value **inputs;
    size_t inputs_capacity;
    cki_error error;
} cki_worker;

/* LIMIT if one task declares more than the limit allows. Tells callbacks of the start. */
cask_status cki_run_init(cki_run *run, const cki_plan *plan, const cki_exec_options *options,
                         cki_deliver deliver, void *user, cki_error *error);
/* Releases what is left, tells callbacks of the end; `done` says whether all tasks were run. */
cask_status cki_run_end(cki_run *run, bool done, cki_error *error);

/* Whether it should end: something failed, or it was cancelled. */
bool cki_run_stopped(const cki_run *run);
/* Record that `task` failed, and stop. */
void cki_run_fail(cki_run *run, size_t task, const cki_error *error);
/* Run a task whose inputs are there, deliver and keep its result, release its inputs. False if it
 * failed (and the run with it). */
bool cki_run_task(cki_worker *worker, size_t task);
void cki_run_worker_free(cki_worker *worker);

#endif
