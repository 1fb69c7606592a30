/* Profiles: beginning, ending and adding up. */
#include "diag/profile.h"

#include "diag/trace.h"

#include <string.h>

static cask_status begin(cki_profile *profile, const cki_profile_options *options, cki_error *error)
{
    const char *title = options->title ? options->title : "";
    profile->title = cki_memory_copy(title, strlen(title));
    if (!profile->title)
        return cki_fail_memory(error, strlen(title));
    if (options->trace) {
        profile->trace = cki_trace_open(options->trace, title, error);
        if (!profile->trace)
            return error->status;
    }
    const cki_record_sink *sink = profile->trace ? cki_trace_sink(profile->trace) : NULL;
    profile->recorder = cki_record_new(options->most_bytes, sink, error);
    if (!profile->recorder)
        return error->status;
    /* A profile without samples is better than none. */
    cki_sample_start(&profile->sampler, profile->recorder->begin, options->interval,
                     options->ledger, options->away, NULL);
    profile->sampling = true;
    return CASK_OK;
}

cki_profile *cki_profile_new(const cki_profile_options *options, cki_error *error)
{
    cki_profile *profile = cki_memory_calloc(1, sizeof *profile);
    if (!profile) {
        cki_fail_memory(error, sizeof *profile);
        return NULL;
    }
    profile->version = options->version ? options->version : "";
    profile->threads = options->threads;
    profile->memory_limit = options->memory_limit;
    profile->ledger = cki_ledger_ref(options->ledger);
    if (begin(profile, options, error) != CASK_OK) {
        cki_profile_free(profile);
        return NULL;
    }
    return profile;
}

cask_status cki_profile_stop(cki_profile *profile, cki_error *error)
{
    cki_sample_stop(&profile->sampler);
    profile->chunks_peak = cki_ledger_peak(profile->ledger);
    struct cki_trace *trace = profile->trace;
    profile->trace = NULL;
    return trace ? cki_trace_close(trace, profile, error) : CASK_OK;
}

void cki_profile_free(cki_profile *profile)
{
    if (!profile)
        return;
    if (profile->sampling)
        cki_sample_free(&profile->sampler);
    cki_trace_abort(profile->trace);
    cki_record_free(profile->recorder);
    cki_memory_free(profile->title);
    cki_ledger_unref(profile->ledger);
    cki_memory_free(profile);
}

static void add_total(cki_total *sum, const cki_total *total)
{
    sum->count += total->count;
    sum->failed += total->failed;
    sum->bytes += total->bytes;
    sum->busy += total->busy;
    sum->longest = total->longest > sum->longest ? total->longest : sum->longest;
}

static void add_lane(void *user, size_t run, int worker, cki_lane *lane)
{
    cki_summary *summary = user;
    (void)run, (void)worker;
    summary->lanes++;
    summary->gaps += lane->gaps;
    summary->ngaps += lane->ngaps;
    summary->lost += lane->lost;
    for (size_t i = 0; i < lane->ntotals && i < CKI_LABEL_GROUPS; i++) {
        add_total(&summary->groups[i], &lane->totals[i]);
        add_total(&summary->all, &lane->totals[i]);
        if (lane->totals[i].count && i >= summary->ngroups)
            summary->ngroups = i + 1;
    }
}

void cki_profile_sum(const cki_profile *profile, cki_summary *summary)
{
    memset(summary, 0, sizeof *summary);
    cki_record_each(profile->recorder, add_lane, summary);
    summary->lost += atomic_load(&profile->recorder->unseen);
    const cki_sampler *sampler = &profile->sampler;
    for (size_t i = 0; i < sampler->count; i++) {
        const cki_sample *sample = &sampler->samples[i];
        if (sample->resident > summary->resident_peak)
            summary->resident_peak = sample->resident;
        if (sample->live > summary->live_peak)
            summary->live_peak = sample->live;
        summary->read = sample->read;
        summary->written = sample->written;
    }
}
