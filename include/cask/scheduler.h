/* Schedulers of the user's own: who runs a computation's tasks, where and in which order. */
#include "cask.h" /* before the guard: it includes this header in its turn */

#ifndef CASK_SCHEDULER_H
#define CASK_SCHEDULER_H

#ifdef __cplusplus
extern "C" {
#endif

/* A computation, as a scheduler sees it: tasks 0 to count - 1, numbered so that a task's inputs
 * have lower numbers than it has; so running them from first to last is one good schedule. Lives
 * while the scheduler's `run` does. */
typedef struct cask_run cask_run;

/* A scheduler of one's own has no memory budget: what it begins is begun, whatever is alive, and
 * nothing is spilled. One that should keep the limit hands the computation on (cask_run_with). */

/* A scheduler: a static record, borrowed for as long as the context lives. */
typedef struct cask_scheduler {
    const char *name; /* "me.backwards": letters, digits, _ and at least one dot */
    /* Run every task once, a task's inputs before it, from any threads; return when that is done
     * and no thread calls anything of `run` any more. OK, or what cask_run_task() and the others
     * returned. */
    cask_status (*run)(cask_run *run, void *user);
    void *user;      /* handed to it */
    const char *doc; /* one sentence; may be NULL */
} cask_scheduler;

/* Make a scheduler known to a context, so that it can be chosen by its name like "threads" and
 * "sync": in cask_options, by the configuration key `scheduler`, for a context, a block of code
 * (cask_config_begin) or the process. From a program, or from a plug-in's cask_plugin(). ValueError
 * if the name is taken or has no dot. */
CASK_API
CASK_CHECKED
cask_status cask_scheduler_register(cask *ck, const cask_scheduler *scheduler);

/* The name of the i-th scheduler that a context can use, the built-in ones first; NULL past the
 * last. */
CASK_API
const char *cask_scheduler_name(const cask *ck, size_t i);

/* How many tasks there are. */
CASK_API
size_t cask_run_count(const cask_run *run);
/* How many worker threads the context was opened with. */
CASK_API
int cask_run_threads(const cask_run *run);
/* The text of a task's key, "('sum-partial', 3)", cut to `room` bytes with the NUL; its whole
 * length, 0 past the last task. */
CASK_API
size_t cask_run_key(const cask_run *run, size_t task, char *text, size_t room);
/* The name of the function that a task calls; NULL past the last task. */
CASK_API
const char *cask_run_function(const cask_run *run, size_t task);
/* The tasks whose results a task takes, in the function's order (one may occur twice), and those
 * that take its result, as often as they take it: how many; *tasks is the run's. */
CASK_API
size_t cask_run_inputs(const cask_run *run, size_t task, const uint32_t **tasks);
CASK_API
size_t cask_run_users(const cask_run *run, size_t task, const uint32_t **tasks);
/* Whether the computation is to end early: cancelled, or a task failed. */
CASK_API
bool cask_run_cancelled(const cask_run *run);

/* Run one task, on this thread; several threads may run different ones at once. Its result is kept
 * until the last of its users has run, and delivered if it is wanted. An error ends the computation
 * with it. RuntimeError if the task was run before, or one of its inputs was not. */
CASK_API
CASK_CHECKED
cask_status cask_run_task(cask_run *run, size_t task);

/* Hand the whole computation on to a built-in scheduler, in the place of running its tasks.
 * RuntimeError if some were run already; ValueError if there is no scheduler of that name. */
CASK_API
CASK_CHECKED
cask_status cask_run_with(cask_run *run, const char *scheduler);

/* Say why the scheduler itself fails; returns `status`, to be returned in turn. */
CASK_API
cask_status cask_run_fail(cask_run *run, cask_status status, const char *message);

#ifdef __cplusplus
}
#endif

#endif
