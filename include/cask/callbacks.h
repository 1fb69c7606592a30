/* Callbacks: told what happens while a computation runs. Nothing is spent where there are none. */
#include "cask.h" /* before the guard: it includes this header in its turn */

#ifndef CASK_CALLBACKS_H
#define CASK_CALLBACKS_H

#ifdef __cplusplus
extern "C" {
#endif

/* A task, while it is told of. */
typedef struct cask_task {
    size_t number;        /* from 0: its place in the order of the computation */
    size_t count;         /* of tasks in the computation */
    const char *key;      /* "('sum-partial', 3)" */
    const char *function; /* "array.reduce" */
    int worker;           /* from 0: the worker that runs it */
} cask_task;

/* A static record; every function may be NULL. `before` and `after` are called on the thread that
 * runs the task, several at once; the others on the thread that computes. Errors come as a status
 * and a message, which is only lent; CASK_OK and "" mean that there was none. */
typedef struct cask_callbacks {
    void (*start)(void *user, size_t tasks);
    void (*before)(void *user, const cask_task *task);
    void (*after)(void *user, const cask_task *task, cask_status status, const char *message);
    /* Called for everyone who was told of the start, also if the computation failed. */
    void (*finish)(void *user, cask_status status, const char *message);
    void *user;
} cask_callbacks;

/* Have them told of every computation of a context, until the matching end. Blocks may stand within
 * one another; all are told, the outermost first. LIMIT if there are too many. Not while the
 * context computes. */
CASK_API
CASK_CHECKED
cask_status cask_callbacks_begin(cask *ck, const cask_callbacks *callbacks);
CASK_API
void cask_callbacks_end(cask *ck, const cask_callbacks *callbacks);

/* Have them told of every computation of every context in the process. A computation within a task
 * of another one is not told of. False if there is no memory for it; unregistering returns when
 * nobody tells them any more, so not from within a callback. */
CASK_API
CASK_CHECKED
bool cask_callbacks_register(const cask_callbacks *callbacks);
CASK_API
void cask_callbacks_unregister(const cask_callbacks *callbacks);

#ifdef __cplusplus
}
#endif

#endif
