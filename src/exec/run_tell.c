/* Callbacks of a run: each is told, in their order. */
#include "exec/run.h"

#include "sys/clock.h"

#define EACH(run, at)                                                                              \
    for (const cki_callbacks *const *at = (run)->options->callbacks; (run)->told && *at; at++)

static _Thread_local int64_t told_time;

void cki_run_tell_time(int64_t time)
{
    told_time = time;
}

int64_t cki_exec_now(void)
{
    return told_time != 0 ? told_time : cki_clock_now();
}

void cki_run_tell_start(const cki_run *run)
{
    EACH(run, at)
    if ((*at)->start)
        (*at)->start((*at)->user, run->plan);
}

void cki_run_tell_before(const cki_run *run, uint32_t task, int worker)
{
    EACH(run, at)
    if ((*at)->before)
        (*at)->before((*at)->user, run->plan, task, worker);
}

void cki_run_tell_after(const cki_run *run, uint32_t task, int worker, const cki_error *error)
{
    EACH(run, at)
    if ((*at)->after)
        (*at)->after((*at)->user, run->plan, task, worker, error);
}

void cki_run_tell_value(const cki_run *run, uint32_t task, int worker, cask_value *value)
{
    EACH(run, at)
    if ((*at)->value)
        (*at)->value((*at)->user, run->plan, task, worker, value);
}

void cki_run_tell_result(const cki_run *run, uint32_t task, int worker, size_t bytes)
{
    if (!run->told_bytes)
        return;
    run->told_bytes[task] = bytes;
    EACH(run, at)
    if ((*at)->result)
        (*at)->result((*at)->user, run->plan, task, worker, bytes);
}

void cki_run_tell_released(const cki_run *run, uint32_t task, int worker)
{
    if (!run->told_bytes)
        return;
    EACH(run, at)
    if ((*at)->released)
        (*at)->released((*at)->user, run->plan, task, worker, run->told_bytes[task]);
}

void cki_run_tell_finish(const cki_run *run, const cki_error *error)
{
    EACH(run, at)
    if ((*at)->finish)
        (*at)->finish((*at)->user, run->plan, error);
}
