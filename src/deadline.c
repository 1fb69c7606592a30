/* Deadlines: a thread that sleeps until the time is over, or the run. */
#include "deadline.h"

#include "sys/clock.h"

#include <math.h>

static void wait_for_end(void *self)
{
    cki_deadline *deadline = self;
    cki_thread_lock(&deadline->mutex);
    while (!deadline->ended && !deadline->passed)
        deadline->passed =
            !cki_thread_wait_until(&deadline->condition, &deadline->mutex, deadline->at) &&
            !deadline->ended;
    if (deadline->passed)
        atomic_store(deadline->cancel, true);
    cki_thread_unlock(&deadline->mutex);
}

cask_status cki_deadline_start(cki_deadline *deadline, double seconds, atomic_bool *cancel,
                               cki_error *error)
{
    enum { NANOSECONDS = 1000000000 };
    const double most = 1e9; /* decades */
    if (isnan(seconds))
        return cki_fail(error, CASK_INVALID, NULL, "timeout: nan is no number of seconds");
    *deadline = (cki_deadline){.cancel = cancel, .seconds = seconds};
    if (!(seconds > 0)) {
        deadline->seconds = 0;
        return CASK_OK;
    }
    double wait = fmin(seconds, most) * NANOSECONDS;
    deadline->at = cki_clock_now() + (int64_t)wait;
    cki_thread_mutex_init(&deadline->mutex);
    cki_thread_condition_init(&deadline->condition);
    cask_status status =
        cki_thread_start(&deadline->thread, wait_for_end, deadline, "cask-deadline", error);
    if (status == CASK_OK)
        return CASK_OK;
    cki_thread_condition_free(&deadline->condition);
    cki_thread_mutex_free(&deadline->mutex);
    return status;
}

cask_status cki_deadline_end(cki_deadline *deadline, cask_status status, cki_error *error)
{
    if (deadline->seconds == 0)
        return status;
    cki_thread_lock(&deadline->mutex);
    deadline->ended = true;
    cki_thread_signal(&deadline->condition);
    cki_thread_unlock(&deadline->mutex);
    cki_thread_join(&deadline->thread);
    cki_thread_condition_free(&deadline->condition);
    cki_thread_mutex_free(&deadline->mutex);
    if (!deadline->passed || status != CASK_CANCELLED)
        return status;
    *error = (cki_error){0};
    return cki_fail(error, CASK_CANCELLED, "TimeoutError",
                    "the computation took longer than %g s: give it more time, or less to do",
                    deadline->seconds);
}
