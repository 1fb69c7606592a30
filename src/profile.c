/* Watching a context: where the public calls of cask/profile.h meet a context and the recorders. */
#include "diag/profile.h"
#include "core/memory.h"
#include "diag/bar.h"
#include "expr/context.h"
#include "sys/terminal.h"

#include <string.h>

struct cask_profile {
    cask *ck;
    cki_profile *recording;
    bool ended;
};

/* The status of a failure, kept by the context too. */
static cask_status failed(cask *ck, const cki_error *error)
{
    cki_context_fail(ck, error);
    return error->status;
}

cask_status cask_profile_begin(cask *ck, const cask_profile_options *options,
                               cask_profile **profile)
{
    static const cask_profile_options usual;
    const cask_profile_options *o = options ? options : &usual;
    cki_error error = {0};
    if (!ck || !profile)
        return cki_context_lacks(ck, "cask_profile_begin", ck ? "profile" : "ck");
    *profile = NULL;
    if (!ck->compute) /* a context that could not be opened */
        return cask_error(ck);
    cask_profile *made = cki_memory_calloc(1, sizeof *made);
    if (!made) {
        cki_fail_memory(&error, sizeof *made);
        return failed(ck, &error);
    }
    const cki_profile_options how = {.title = o->title,
                                     .version = cask_version(),
                                     .trace = o->trace,
                                     .threads = ck->threads,
                                     .memory_limit = ck->memory_limit,
                                     .most_bytes = o->memory,
                                     .interval = (int64_t)(o->interval * 1e9),
                                     .ledger = ck->ledger,
                                     .away = &ck->bytes_away};
    *made = (cask_profile){.ck = ck, .recording = cki_profile_new(&how, &error)};
    if (made->recording)
        cki_context_watch(ck, &made->recording->recorder->callbacks, &error);
    if (error.status != CASK_OK) {
        cki_profile_free(made->recording);
        cki_memory_free(made);
        return failed(ck, &error);
    }
    *profile = made;
    return CASK_OK;
}

cask_status cask_profile_end(cask_profile *profile)
{
    if (profile->ended)
        return CASK_OK;
    cki_error error = {0};
    profile->ended = true;
    cki_context_unwatch(profile->ck, &profile->recording->recorder->callbacks);
    if (cki_profile_stop(profile->recording, &error) != CASK_OK)
        return failed(profile->ck, &error);
    return CASK_OK;
}

cask_status cask_profile_save(cask_profile *profile, const char *path)
{
    cki_error error = {0};
    cask_status status = cask_profile_end(profile);
    if (status != CASK_OK)
        return status;
    if (cki_page_write(profile->recording, path, &error) != CASK_OK)
        return failed(profile->ck, &error);
    return CASK_OK;
}

void cask_profile_free(cask_profile *profile)
{
    if (!profile)
        return;
    if (!profile->ended)
        cki_context_unwatch(profile->ck, &profile->recording->recorder->callbacks);
    cki_profile_free(profile->recording);
    cki_memory_free(profile);
}

typedef struct walk {
    const cki_labels *labels;
    bool (*visit)(void *user, const cask_profile_task *task);
    void *user;
    bool done;
} walk;

static void visit_lane(void *user, size_t run, int worker, cki_lane *lane)
{
    walk *w = user;
    (void)run;
    for (size_t i = 0; i < lane->spans.count && !w->done; i++) {
        const cki_span *span = &lane->spans.items[i];
        uint32_t group = cki_label_group(w->labels, span->label);
        const cask_profile_task task = {
            .name = cki_label_name(w->labels, span->label),
            .function = group < w->labels->ngroups ? w->labels->groups[group].function : "?",
            .block = span->count == 1 ? span->block : -1,
            .worker = worker,
            .begin = span->begin,
            .end = span->end,
            .released = span->released,
            .bytes = span->bytes,
            .tasks = span->count,
            .failed = span->failed > 0};
        w->done = !w->visit(w->user, &task);
    }
}

void cask_profile_tasks(cask_profile *profile,
                        bool (*visit)(void *user, const cask_profile_task *task), void *user)
{
    const cki_recorder *recorder = profile->recording->recorder;
    walk w = {.labels = &recorder->labels, .visit = visit, .user = user};
    cask_profile_end(profile);
    cki_record_each(recorder, visit_lane, &w);
}

void cask_profile_samples(cask_profile *profile,
                          bool (*visit)(void *user, const cask_profile_sample *sample), void *user)
{
    cask_profile_end(profile);
    const cki_sampler *sampler = &profile->recording->sampler;
    for (size_t i = 0; i < sampler->count; i++) {
        const cki_sample *at = &sampler->samples[i];
        const cask_profile_sample sample = {.time = at->time,
                                            .processor = at->processor,
                                            .resident = at->resident,
                                            .chunks = at->live,
                                            .read = at->read,
                                            .written = at->written};
        if (!visit(user, &sample))
            return;
    }
}

/* ---- progress ---- */

static void free_bar(void *bar)
{
    cki_bar_free(bar);
    cki_memory_free(bar);
}

cask_status cask_progress_begin(cask *ck, const cask_progress_options *options)
{
    static const cask_progress_options usual;
    const cask_progress_options *o = options ? options : &usual;
    cki_error error = {0};
    if (!ck || !ck->compute)
        return cask_error(ck);
    cask_progress_end(ck);
    cki_bar *bar = cki_memory_alloc(sizeof *bar);
    if (!bar) {
        cki_fail_memory(&error, sizeof *bar);
        return failed(ck, &error);
    }
    const cki_bar_options how = {.stream = CKI_STDERR,
                                 .minimum = (int64_t)(o->minimum * 1e9),
                                 .every = (int64_t)(o->dt * 1e9),
                                 .width = o->width,
                                 .always = o->always};
    cki_bar_init(bar, &how);
    if (cki_context_watch(ck, &bar->callbacks, &error) != CASK_OK) {
        free_bar(bar);
        return failed(ck, &error);
    }
    ck->bar = bar;
    return CASK_OK;
}

void cask_progress_end(cask *ck)
{
    if (!ck || !ck->bar)
        return;
    cki_context_unwatch(ck, &ck->bar->callbacks);
    ck->last_seconds = (double)ck->bar->last * 1e-9;
    free_bar(ck->bar);
    ck->bar = NULL;
}

double cask_progress_seconds(const cask *ck)
{
    if (!ck)
        return 0;
    return ck->bar ? (double)ck->bar->last * 1e-9 : ck->last_seconds;
}
