/* Futures: calls that begin at once, on the context's threads, while the program goes on.
 *
 *     cask_future *x = cask_submit(ck, "inc", 1);
 *     cask_future *y = cask_submit(ck, "inc", 2);
 *     cask_future *z = cask_submit(ck, "add", x, y);
 *     cask_value *five;
 *     cask_status status = cask_future_result(z, &five);
 *
 * A future has a star: who has it releases it, with cask_future_release(). A result is kept as long
 * as somebody holds its future, or a call that waits for it. All functions here may be called from
 * any thread, and from inside of functions that futures run: what waits there gives its thread to
 * others meanwhile. */
#include "cask.h" /* before the guard: it includes this header in its turn */

#ifndef CASK_FUTURE_H
#define CASK_FUTURE_H

#include "lazy.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum cask_future_state {
    CASK_FUTURE_PENDING,
    CASK_FUTURE_RUNNING,
    CASK_FUTURE_FINISHED,
    CASK_FUTURE_ERROR,
    CASK_FUTURE_CANCELLED
} cask_future_state;

/* ---- submitting ---- */

/* How a call is submitted; NULL and zero are the defaults. */
typedef struct cask_submitting {
    const char *key; /* its name; what has the same key is taken to be the same call */
    bool impure;     /* call again even if an equal call's future is there */
    int retries;     /* how often to try again if it fails */
} cask_submitting;

/* Call a function now, elsewhere: cask_submit(ck, "me.inc", x). What is to be called comes first,
 * as in cask_delayed_call(); arguments are numbers, texts, values and futures, which stand for
 * their results. Equal calls have one key: while the future of one is there, another one gets the
 * same, and nothing is called. Never NULL: what cannot be called gives a future that has failed. */
#define cask_submit(ck, ...) cask_submit_call(ck, CASK_ARGUMENTS(__VA_ARGS__), NULL)
CASK_API
cask_future *cask_submit_call(cask *ck, cask_arguments call, const cask_submitting *how);
/* One call of a function for each item; futures[i] is that of items[i]. */
CASK_API
void cask_map(cask *ck, const char *function, const cask_argument *items, size_t count,
              cask_future **futures);
/* The future of a list of the results of others. */
CASK_API
cask_future *cask_future_list(cask *ck, cask_future *const *futures, size_t count);
/* Compute something lazy in the background. What it is built of must stay: no scope that it was
 * built in may end before the future is done. */
CASK_API
cask_future *cask_future_of(cask_lazy x);

/* One more holder, and one less; NULL is accepted. Work that has not begun and that nobody holds,
 * nor any call waits for, is not done. */
CASK_API
cask_future *cask_future_ref(cask_future *future);
CASK_API
void cask_future_release(cask_future *future);

/* ---- asking ---- */

CASK_API
cask_future_state cask_future_now(cask_future *future);
/* Whether it is finished, failed or cancelled. */
CASK_API
bool cask_future_done(cask_future *future);
/* Wait, and give the result: a new reference. On failure *value is NULL and the status is that of
 * the error; CASK_CANCELLED if it was cancelled. */
CASK_API
CASK_CHECKED
cask_status cask_future_result(cask_future *future, cask_value **value);
/* What went wrong, and the Python exception class: "" while nothing has. The texts live as long as
 * the future. Of a call that failed because an argument did, the message is that argument's, which
 * names the call that failed first. */
CASK_API
const char *cask_future_message(cask_future *future);
CASK_API
const char *cask_future_error_class(cask_future *future);
/* Its key, "inc-1f3a...", written to the caller's buffer, which is returned. */
CASK_API
const char *cask_future_key(cask_future *future, char *buffer, size_t size);
/* "<Future: status: pending, key: inc-1f3a...>": the caller frees it with cask_text_free(). NULL
 * when there is no memory. */
CASK_API
char *cask_future_text(cask_future *future);

/* ---- many ---- */

/* Wait until all are done, however they end. */
CASK_API
void cask_wait(cask_future *const *futures, size_t count);
/* Wait for all and give their results, new references. If any failed all are NULL, and the status
 * is that of the first that did. */
CASK_API
CASK_CHECKED
cask_status cask_gather(cask_future *const *futures, size_t count, cask_value **values);
/* Cancel: what has not begun does not, what runs is told (cask_call_cancelled) and its result
 * dropped; with it all that waits for it. What is done stays done. */
CASK_API
void cask_future_cancel(cask_future *future);

/* Futures in the order in which they are done. More may be added at any time. */
typedef struct cask_completion cask_completion;

/* NULL when there is no memory. */
CASK_API
cask_completion *cask_as_completed(cask_future *const *futures, size_t count);
CASK_API
CASK_CHECKED
cask_status cask_completion_add(cask_completion *completion, cask_future *future);
/* Wait for the next one: a reference that the caller releases. NULL when all have been given. */
CASK_API
cask_future *cask_completion_next(cask_completion *completion);
CASK_API
void cask_completion_free(cask_completion *completion);

#ifdef __cplusplus
}
#endif

#endif
