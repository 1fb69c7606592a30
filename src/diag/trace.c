/* Traces: each lane gathers its events in a buffer of its own, and appends it to the file when it
 * is full, so workers seldom meet. */
#include "diag/trace.h"

#include "core/memory.h"
#include "diag/out.h"

#include <stdio.h>

enum { BUFFER = 1 << 15 };

/* The events of one lane that are not in the file yet; only its worker adds to it. */
typedef struct buffer {
    cki_text text, key;
} buffer;

struct cki_trace {
    cki_record_sink sink;
    cki_mutex mutex; /* of `out` */
    cki_out out;
    buffer buffers[CKI_RECORD_RUNS][CKI_RECORD_WORKERS];
};

/* Workers of a second run at the same time are threads of their own. */
static unsigned thread_of(size_t run, int worker)
{
    return (unsigned)run * CKI_RECORD_WORKERS + (unsigned)worker;
}

static void append(cki_trace *trace, cki_text *text)
{
    cki_thread_lock(&trace->mutex);
    if (text->failed)
        cki_fail_memory(&trace->out.error, text->length);
    else if (text->length)
        cki_text_add(&trace->out.text, text->bytes, text->length);
    cki_out_flush(&trace->out);
    cki_thread_unlock(&trace->mutex);
    text->length = 0;
}

/* Microseconds with the nanoseconds behind the point. */
static void put_time(cki_text *text, const char *name, int64_t nanoseconds)
{
    cki_text_format(text, "\"%s\":%lld.%03d,", name, (long long)(nanoseconds / 1000),
                    (int)(nanoseconds % 1000));
}

static void put_task(void *user, size_t run, int worker, const cki_span *span,
                     const cki_label *label, const cki_group *group)
{
    cki_trace *trace = user;
    cki_text *text = &trace->buffers[run][worker].text;
    cki_text *key = &trace->buffers[run][worker].key;
    key->length = 0;
    cki_label_key(label, span->block, key);
    cki_text_put(text, ",\n{\"ph\":\"X\",\"name\":");
    cki_out_string(text, group->name);
    cki_text_put(text, ",\"cat\":");
    cki_out_string(text, group->function);
    cki_text_char(text, ',');
    put_time(text, "ts", span->begin);
    put_time(text, "dur", span->end - span->begin);
    cki_text_format(text, "\"pid\":1,\"tid\":%u,\"args\":{\"key\":", thread_of(run, worker));
    cki_out_string(text, key->length ? key->bytes : "");
    cki_text_format(text, ",\"task\":%u,\"bytes\":%llu%s}}", span->task,
                    (unsigned long long)span->bytes, span->failed ? ",\"failed\":true" : "");
    if (text->length >= BUFFER || text->failed)
        append(trace, text);
}

cki_trace *cki_trace_open(const char *path, const char *title, cki_error *error)
{
    cki_trace *trace = cki_memory_calloc(1, sizeof *trace);
    if (!trace) {
        cki_fail_memory(error, sizeof *trace);
        return NULL;
    }
    if (cki_out_open(&trace->out, path, error) != CASK_OK) {
        cki_memory_free(trace);
        return NULL;
    }
    cki_thread_mutex_init(&trace->mutex);
    trace->sink = (cki_record_sink){trace, put_task};
    cki_text_put(&trace->out.text, "{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n"
                                   "{\"ph\":\"M\",\"name\":\"process_name\",\"pid\":1,"
                                   "\"args\":{\"name\":");
    cki_out_string(&trace->out.text, *title ? title : "cask");
    cki_text_put(&trace->out.text, "}}");
    return trace;
}

const cki_record_sink *cki_trace_sink(const cki_trace *trace)
{
    return &trace->sink;
}

static void put_lane(void *user, size_t run, int worker, cki_lane *lane)
{
    cki_trace *trace = user;
    unsigned number = thread_of(run, worker);
    (void)lane;
    append(trace, &trace->buffers[run][worker].text);
    cki_text_format(&trace->out.text,
                    ",\n{\"ph\":\"M\",\"name\":\"thread_name\",\"pid\":1,\"tid\":%u,"
                    "\"args\":{\"name\":\"worker %d",
                    number, worker);
    if (run > 0)
        cki_text_format(&trace->out.text, " of run %zu at once", run + 1);
    cki_text_format(&trace->out.text,
                    "\"}},\n{\"ph\":\"M\",\"name\":\"thread_sort_index\",\"pid\":1,\"tid\":%u,"
                    "\"args\":{\"sort_index\":%u}}",
                    number, number);
}

static void put_counter(cki_text *text, int64_t time, const char *name, const char *series,
                        uint64_t value)
{
    cki_text_format(text, ",\n{\"ph\":\"C\",\"name\":\"%s\",", name);
    put_time(text, "ts", time);
    cki_text_format(text, "\"pid\":1,\"args\":{\"%s\":%llu}}", series, (unsigned long long)value);
}

static void put_samples(cki_trace *trace, const cki_sampler *sampler)
{
    cki_text *text = &trace->out.text;
    for (size_t i = 0; i < sampler->count; i++) {
        const cki_sample *sample = &sampler->samples[i];
        put_counter(text, sample->time, "resident memory", "bytes", sample->resident);
        put_counter(text, sample->time, "chunks alive", "bytes", sample->live);
        if (i > 0 && sample->time > sample[-1].time) {
            int64_t part = sample->processor - sample[-1].processor;
            double share = 100.0 * (double)part / (double)(sample->time - sample[-1].time);
            put_counter(text, sample->time, "processor", "percent",
                        share > 0 ? (uint64_t)share : 0);
        }
        cki_out_flush(&trace->out);
    }
}

static void release(cki_trace *trace)
{
    for (size_t run = 0; run < CKI_RECORD_RUNS; run++)
        for (size_t worker = 0; worker < CKI_RECORD_WORKERS; worker++) {
            cki_text_free(&trace->buffers[run][worker].text);
            cki_text_free(&trace->buffers[run][worker].key);
        }
    cki_thread_mutex_free(&trace->mutex);
    cki_memory_free(trace);
}

cask_status cki_trace_close(cki_trace *trace, const cki_profile *profile, cki_error *error)
{
    cki_record_each(profile->recorder, put_lane, trace);
    put_samples(trace, &profile->sampler);
    cki_text_put(&trace->out.text, "\n]}\n");
    cask_status status = cki_out_close(&trace->out, error);
    release(trace);
    return status;
}

void cki_trace_abort(cki_trace *trace)
{
    if (!trace)
        return;
    cki_out_abort(&trace->out);
    release(trace);
}
