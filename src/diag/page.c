/* The page of a profile: page.html and page.js with the data between them. The data is numbers in
 * JSON, and of so many tasks at most that any browser can draw them. */
#include "diag/page.h"

#include "core/memory.h"
#include "diag/out.h"
#include "diag/profile.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_SPANS = 50000, MOST_RESULTS = 2000 };

static void put_numbers(cki_text *text, const int64_t *numbers, size_t count)
{
    for (size_t i = 0; i < count; i++)
        cki_text_format(text, i ? ",%lld" : "%lld", (long long)numbers[i]);
}

/* ---- spans ---- */

typedef struct lanes {
    cki_out *out;
    size_t count;       /* lanes written */
    size_t spans;       /* of all lanes */
    int64_t resolution; /* of the coarsest */
} lanes;

static void count_spans(void *user, size_t run, int worker, cki_lane *lane)
{
    lanes *all = user;
    (void)run, (void)worker;
    all->count++;
    all->spans += lane->spans.count;
    if (lane->spans.resolution > all->resolution)
        all->resolution = lane->spans.resolution;
}

static void put_span(cki_out *out, const cki_span *span, int64_t *at)
{
    int64_t numbers[] = {span->begin - *at,
                         span->end - span->begin,
                         span->label,
                         span->count,
                         span->count == 1 ? span->block : span->busy,
                         (int64_t)span->bytes,
                         span->released,
                         span->failed};
    put_numbers(&out->text, numbers, sizeof numbers / sizeof *numbers);
    *at = span->end;
    cki_out_flush(out);
}

/* The spans of a lane, those that are too short for the page made one. */
static void put_lane(void *user, size_t run, int worker, cki_lane *lane)
{
    lanes *all = user;
    cki_text *text = &all->out->text;
    cki_text_format(text, "%s{\"run\":%zu,\"worker\":%d,\"tasks\":%llu,\"busy\":%lld,\"spans\":[",
                    all->count++ ? ",\n" : "", run, worker, (unsigned long long)lane->tasks,
                    (long long)lane->busy);
    int64_t at = 0;
    for (size_t i = 0; i < lane->spans.count;) {
        cki_span span = lane->spans.items[i++];
        while (i < lane->spans.count && lane->spans.items[i].end - span.begin <= all->resolution)
            cki_span_merge(&span, &lane->spans.items[i++]);
        if (at > 0)
            cki_text_char(text, ',');
        put_span(all->out, &span, &at);
    }
    cki_text_put(text, "]}");
}

static void put_lanes(cki_out *out, const cki_profile *profile, const lanes *all)
{
    lanes writing = {.out = out, .resolution = all->resolution};
    cki_text_format(&out->text, "\"resolution\":%lld,\n\"lanes\":[", (long long)all->resolution);
    cki_record_each(profile->recorder, put_lane, &writing);
    cki_text_put(&out->text, "],\n");
}

/* ---- results alive ---- */

typedef struct changes {
    cki_change *items;
    size_t count;
} changes;

static void count_changes(void *user, size_t run, int worker, cki_lane *lane)
{
    (void)run, (void)worker;
    ((changes *)user)->count += lane->nchanges;
}

static void gather_changes(void *user, size_t run, int worker, cki_lane *lane)
{
    changes *all = user;
    (void)run, (void)worker;
    if (lane->nchanges)
        memcpy(all->items + all->count, lane->changes, lane->nchanges * sizeof *all->items);
    all->count += lane->nchanges;
}

static int by_time(const void *a, const void *b)
{
    const cki_change *one = a, *other = b;
    return (one->time > other->time) - (one->time < other->time);
}

/* Bytes over time, as steps: of each short while the most, and what is left at its end. */
static void put_steps(cki_text *text, const changes *all)
{
    int64_t whole = all->count ? all->items[all->count - 1].time - all->items[0].time : 0;
    int64_t slice = whole / MOST_RESULTS, alive = 0;
    bool any = false;
    for (size_t i = 0; i < all->count;) {
        int64_t begin = all->items[i].time, most = INT64_MIN, when = begin, last = begin;
        while (i < all->count && all->items[i].time - begin <= slice) {
            last = all->items[i].time;
            do /* what happens at the same moment is one */
                alive += all->items[i++].bytes;
            while (i < all->count && all->items[i].time == last);
            if (alive > most) {
                most = alive;
                when = last;
            }
        }
        cki_text_format(text, "%s%lld,%lld", any ? "," : "", (long long)when,
                        (long long)(most > 0 ? most : 0));
        if (last != when)
            cki_text_format(text, ",%lld,%lld", (long long)last,
                            (long long)(alive > 0 ? alive : 0));
        any = true;
    }
}

static void put_results(cki_out *out, const cki_profile *profile)
{
    changes all = {0};
    cki_record_each(profile->recorder, count_changes, &all);
    all.items = cki_memory_alloc(all.count * sizeof *all.items);
    if (!all.items) {
        cki_fail_memory(&out->error, all.count * sizeof *all.items);
        return;
    }
    all.count = 0;
    cki_record_each(profile->recorder, gather_changes, &all);
    qsort(all.items, all.count, sizeof *all.items, by_time);
    cki_text_put(&out->text, "\"results\":[");
    put_steps(&out->text, &all);
    cki_text_put(&out->text, "]\n");
    cki_memory_free(all.items);
}

/* ---- the rest ---- */

static void put_facts(cki_text *text, const cki_profile *profile, const cki_summary *summary)
{
    const cki_recorder *recorder = profile->recorder;
    const cki_sampler *sampler = &profile->sampler;
    int64_t end = recorder->last > 0 ? recorder->last : 0;
    int64_t total = sampler->count ? sampler->samples[sampler->count - 1].time : end;
    cki_text_put(text, "\"cask\":");
    cki_out_string(text, profile->version);
    cki_text_put(text, ",\"title\":");
    cki_out_string(text, profile->title);
    cki_text_format(text,
                    ",\"threads\":%d,\"limit\":%zu,\"begin\":%lld,\"end\":%lld,\"total\":%lld,"
                    "\"running\":%lld,\"runs\":%llu,\"tasks\":%llu,\"toRead\":%llu,",
                    profile->threads, profile->memory_limit,
                    (long long)(recorder->first > 0 ? recorder->first : 0), (long long)end,
                    (long long)(total > end ? total : end), (long long)recorder->running,
                    (unsigned long long)recorder->nruns, (unsigned long long)recorder->tasks,
                    (unsigned long long)recorder->to_read);
    cki_text_format(text,
                    "\"peak\":{\"resident\":%llu,\"chunks\":%zu},"
                    "\"io\":{\"read\":%llu,\"written\":%llu},\"gaps\":[%lld,%llu],\"lost\":%llu,\n",
                    (unsigned long long)summary->resident_peak, profile->chunks_peak,
                    (unsigned long long)summary->read, (unsigned long long)summary->written,
                    (long long)summary->gaps, (unsigned long long)summary->ngaps,
                    (unsigned long long)summary->lost);
    cki_text_put(text, "\"error\":");
    if (recorder->error.status == CASK_OK) {
        cki_text_put(text, "null");
    } else {
        cki_text_put(text, "{\"class\":");
        cki_out_string(text, recorder->error.python);
        cki_text_put(text, ",\"message\":");
        cki_out_string(text, recorder->error.message);
        cki_text_char(text, '}');
    }
    cki_text_put(text, ",\n");
}

static void put_names(cki_out *out, const cki_profile *profile, const cki_summary *summary)
{
    const cki_labels *labels = &profile->recorder->labels;
    cki_text *text = &out->text;
    cki_text_put(text, "\"groups\":[");
    for (size_t i = 0; i < labels->ngroups; i++) {
        const cki_total *total = &summary->groups[i];
        cki_text_put(text, i ? ",\n[" : "[");
        cki_out_string(text, labels->groups[i].name);
        cki_text_char(text, ',');
        cki_out_string(text, labels->groups[i].function);
        const int64_t numbers[] = {(int64_t)total->count, (int64_t)total->failed, total->busy,
                                   total->longest, (int64_t)total->bytes};
        cki_text_char(text, ',');
        put_numbers(text, numbers, sizeof numbers / sizeof *numbers);
        cki_text_char(text, ']');
    }
    cki_text_put(text, "],\n\"labels\":[");
    for (size_t i = 0; i < labels->count; i++) {
        cki_text_put(text, i ? ",[" : "[");
        cki_out_string(text, labels->items[i].name);
        cki_text_format(text, ",%u", labels->items[i].group);
        for (int k = 0; k < labels->items[i].ndim; k++)
            cki_text_format(text, ",%lld", (long long)labels->items[i].grid[k]);
        cki_text_char(text, ']');
        cki_out_flush(out);
    }
    cki_text_put(text, "],\n");
}

static void put_samples(cki_out *out, const cki_sampler *sampler)
{
    cki_text_put(&out->text, "\"samples\":[");
    for (size_t i = 0; i < sampler->count; i++) {
        const cki_sample *sample = &sampler->samples[i];
        const int64_t numbers[] = {
            sample->time,          sample->processor,     (int64_t)sample->resident,
            (int64_t)sample->live, (int64_t)sample->read, (int64_t)sample->written,
            (int64_t)sample->away};
        cki_text_put(&out->text, i ? ",[" : "[");
        put_numbers(&out->text, numbers, sizeof numbers / sizeof *numbers);
        cki_text_char(&out->text, ']');
        cki_out_flush(out);
    }
    cki_text_put(&out->text, "],\n");
}

static void put_data(cki_out *out, const cki_profile *profile, const cki_summary *summary)
{
    const cki_recorder *recorder = profile->recorder;
    lanes all = {0};
    cki_record_each(recorder, count_spans, &all);
    if (all.spans > MOST_SPANS) {
        int64_t whole = recorder->last - recorder->first;
        int64_t needed = 2 * (whole / MOST_SPANS + 1) * (int64_t)all.count;
        all.resolution = needed > all.resolution ? needed : all.resolution;
    }
    cki_text_char(&out->text, '{');
    put_facts(&out->text, profile, summary);
    put_names(out, profile, summary);
    put_lanes(out, profile, &all);
    put_samples(out, &profile->sampler);
    put_results(out, profile);
    cki_text_char(&out->text, '}');
}

/* The text up to a mark; gives what follows the mark. */
static const char *put_until(cki_text *text, const char *from, const char *mark)
{
    const char *at = strstr(from, mark);
    size_t length = at ? (size_t)(at - from) : strlen(from);
    cki_text_add(text, from, length);
    return at ? at + strlen(mark) : from + length;
}

cask_status cki_page_write(const cki_profile *profile, const char *path, cki_error *error)
{
    cki_out out;
    cki_summary *summary = cki_memory_alloc(sizeof *summary);
    if (!summary)
        return cki_fail_memory(error, sizeof *summary);
    if (cki_out_open(&out, path, error) == CASK_OK) {
        cki_profile_sum(profile, summary);
        const char *rest = put_until(&out.text, cki_page_html, "/*DATA*/");
        put_data(&out, profile, summary);
        rest = put_until(&out.text, rest, "/*SCRIPT*/");
        cki_text_put(&out.text, cki_page_js);
        cki_text_put(&out.text, rest);
        cki_out_close(&out, error);
    }
    cki_memory_free(summary);
    return error->status;
}
