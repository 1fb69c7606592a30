/* Sampling: when the list is full every other sample goes, and from then on they are taken half as
 * often: a run of days has as many as one of a minute. */
#include "diag/sample.h"

#include "sys/clock.h"
#include "sys/usage.h"

enum { USUAL_INTERVAL = 5000000, MOST = 4096 };

static void take(cki_sampler *sampler)
{
    cki_usage usage = cki_usage_now();
    if (sampler->count == MOST) {
        /* what remains shows the peaks of what goes */
        for (size_t i = 0; i < MOST / 2; i++) {
            const cki_sample *first = &sampler->samples[2 * i];
            cki_sample kept = sampler->samples[2 * i + 1];
            kept.resident = first->resident > kept.resident ? first->resident : kept.resident;
            kept.live = first->live > kept.live ? first->live : kept.live;
            kept.away = first->away > kept.away ? first->away : kept.away;
            sampler->samples[i] = kept;
        }
        sampler->count = MOST / 2;
        sampler->interval *= 2;
    }
    sampler->samples[sampler->count++] =
        (cki_sample){.time = cki_clock_now() - sampler->begin,
                     .processor = usage.processor - sampler->base.processor,
                     .resident = usage.resident,
                     .live = cki_ledger_now(sampler->ledger),
                     .away = sampler->away ? atomic_load(sampler->away) : 0,
                     .read = usage.read - sampler->base.read,
                     .written = usage.written - sampler->base.written};
}

static void watch(void *given)
{
    cki_sampler *sampler = given;
    cki_thread_lock(&sampler->mutex);
    int64_t next = cki_clock_now() + sampler->interval;
    while (!sampler->stop) {
        if (cki_thread_wait_until(&sampler->wake, &sampler->mutex, next))
            continue;
        take(sampler);
        next = cki_clock_now() + sampler->interval;
    }
    cki_thread_unlock(&sampler->mutex);
}

cask_status cki_sample_start(cki_sampler *sampler, int64_t begin, int64_t interval,
                             cki_ledger *ledger, const atomic_uint_fast64_t *away, cki_error *error)
{
    cki_usage usage = cki_usage_now();
    *sampler = (cki_sampler){
        .begin = begin,
        .interval = interval > 0 ? interval : USUAL_INTERVAL,
        .ledger = cki_ledger_ref(ledger),
        .away = away,
        .samples = cki_memory_alloc(MOST * sizeof *sampler->samples),
        .base = {.processor = usage.processor, .read = usage.read, .written = usage.written}};
    cki_thread_mutex_init(&sampler->mutex);
    cki_thread_condition_init(&sampler->wake);
    if (!sampler->samples)
        return cki_fail_memory(error, MOST * sizeof *sampler->samples);
    take(sampler);
    cask_status status = cki_thread_start(&sampler->thread, watch, sampler, "cask-watch", error);
    sampler->started = status == CASK_OK;
    return status;
}

void cki_sample_stop(cki_sampler *sampler)
{
    if (sampler->started) {
        cki_thread_lock(&sampler->mutex);
        sampler->stop = true;
        cki_thread_signal(&sampler->wake);
        cki_thread_unlock(&sampler->mutex);
        cki_thread_join(&sampler->thread);
        take(sampler);
    }
    sampler->started = false;
}

void cki_sample_free(cki_sampler *sampler)
{
    cki_sample_stop(sampler);
    cki_thread_condition_free(&sampler->wake);
    cki_thread_mutex_free(&sampler->mutex);
    cki_memory_free(sampler->samples);
    cki_ledger_unref(sampler->ledger);
    *sampler = (cki_sampler){0};
}
