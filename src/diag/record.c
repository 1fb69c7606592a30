/* Recording: the callbacks. Each finds its run and its worker's lane, and writes there; what a lane
 * holds is read when the runs are over. */
#include "diag/record.h"

#include "core/memory.h"
#include "sys/clock.h"

#include <string.h>

enum {
    USUAL_BYTES = 64 << 20,
    MOST_RELEASES = 1 << 20, /* tasks of one run whose results' ends are kept */
    MOST_CHANGES = 1 << 14,  /* of one lane */
    SHORT_GAP = 100000       /* ns; after a longer pause a worker has waited */
};

typedef struct cki_recorded_layer {
    uint32_t number; /* of the label */
    cki_label label;
    const cki_group *group;
} recorded_layer;

static const recorded_layer unknown = {0, {.name = "?"}, &(const cki_group){"?", "?"}};

/* ---- runs and lanes ---- */

static cki_recorded_run *run_of(cki_recorder *recorder, const cki_plan *plan)
{
    for (size_t i = 0; i < CKI_RECORD_RUNS; i++)
        if (atomic_load_explicit(&recorder->runs[i].plan, memory_order_relaxed) == plan)
            return &recorder->runs[i];
    return NULL;
}

static cki_lane *lane_of(cki_recorder *recorder, cki_recorded_run *run, int worker)
{
    if (!run || worker < 0 || worker >= CKI_RECORD_WORKERS)
        return NULL;
    cki_lane *lane = atomic_load_explicit(&run->lanes[worker], memory_order_acquire);
    if (lane)
        return lane;
    cki_thread_lock(&recorder->mutex);
    lane = atomic_load(&run->lanes[worker]);
    if (!lane && (lane = cki_memory_calloc(1, sizeof *lane)) != NULL)
        atomic_store(&run->lanes[worker], lane);
    cki_thread_unlock(&recorder->mutex);
    return lane;
}

static int64_t now(const cki_recorder *recorder)
{
    return cki_exec_now() - recorder->begin;
}

/* ---- what a lane notes ---- */

static cki_total *total_of(cki_lane *lane, uint32_t group)
{
    if (!lane->totals || group >= lane->ntotals) {
        size_t count = group + 16;
        cki_total *totals = cki_memory_realloc(lane->totals, count * sizeof *totals);
        if (!totals)
            return NULL;
        memset(totals + lane->ntotals, 0, (count - lane->ntotals) * sizeof *totals);
        lane->totals = totals;
        lane->ntotals = count;
    }
    return &lane->totals[group];
}

/* Changes that are close together become one. */
static void halve_changes(cki_lane *lane)
{
    int64_t whole = lane->changes[lane->nchanges - 1].time - lane->changes[0].time;
    lane->changes_resolution = 2 * (whole / (int64_t)(lane->nchanges / 2) + 1);
    size_t count = 0;
    for (size_t i = 0; i < lane->nchanges; i++) {
        const cki_change *change = &lane->changes[i];
        if (count && change->time - lane->changes[count - 1].time <= lane->changes_resolution)
            lane->changes[count - 1].bytes += change->bytes;
        else
            lane->changes[count++] = *change;
    }
    lane->nchanges = count;
}

static void note_change(cki_lane *lane, int64_t time, int64_t bytes)
{
    cki_change *last = lane->nchanges ? &lane->changes[lane->nchanges - 1] : NULL;
    if (last && time - last->time <= lane->changes_resolution) {
        last->bytes += bytes;
        return;
    }
    if (lane->nchanges == lane->changes_capacity && lane->changes_capacity < MOST_CHANGES) {
        size_t capacity = lane->changes_capacity * 2 + 64;
        cki_change *changes = cki_memory_realloc(lane->changes, capacity * sizeof *changes);
        if (changes) {
            lane->changes = changes;
            lane->changes_capacity = capacity;
        }
    }
    if (!lane->changes)
        return;
    if (lane->nchanges == lane->changes_capacity && lane->nchanges > 1)
        halve_changes(lane);
    if (lane->nchanges < lane->changes_capacity)
        lane->changes[lane->nchanges++] = (cki_change){time, bytes};
    else
        lane->changes[lane->nchanges - 1].bytes += bytes;
}

static void note_span(cki_recorder *recorder, cki_lane *lane, const cki_span *span, uint32_t group)
{
    cki_total *total = total_of(lane, group);
    lane->tasks++;
    lane->busy += span->busy;
    if (total) {
        total->count++;
        total->failed += span->failed;
        total->bytes += span->bytes;
        total->busy += span->busy;
        total->longest = span->busy > total->longest ? span->busy : total->longest;
    }
    size_t before = lane->spans.capacity;
    bool may_grow = atomic_load_explicit(&recorder->spans, memory_order_relaxed) + before <=
                    recorder->most_spans;
    if (!cki_span_add(&lane->spans, span, may_grow))
        lane->lost++;
    if (lane->spans.capacity != before)
        atomic_fetch_add(&recorder->spans, lane->spans.capacity - before);
}

static recorded_layer labelled(const cki_labels *labels, uint32_t number)
{
    recorded_layer layer = unknown;
    if (number < labels->count) {
        layer.number = number;
        layer.label = labels->items[number];
        layer.group = &labels->groups[layer.label.group];
    }
    return layer;
}

/* A block that has a name of its own. */
static recorded_layer name_block(cki_recorder *recorder, cki_lane *lane, const cki_layer *layer,
                                 int64_t block)
{
    lane->key.length = lane->call.length = 0;
    cki_graph_describe(layer, block, &lane->key, &lane->call);
    if (lane->key.failed || lane->call.failed || !lane->key.length)
        return unknown;
    const char *call = lane->call.length ? lane->call.bytes : layer->function->name;
    cki_thread_lock(&recorder->mutex);
    uint32_t number = cki_label_named(&recorder->labels, lane->key.bytes, call);
    recorded_layer named = labelled(&recorder->labels, number);
    cki_thread_unlock(&recorder->mutex);
    return named;
}

/* A task has ended: with a result, or failed. */
static void note_task(cki_recorder *recorder, cki_recorded_run *run, cki_lane *lane,
                      const cki_plan *plan, size_t task, int worker, size_t bytes, bool failed)
{
    int64_t block = plan->block[task];
    const cki_layer *of = cki_plan_layer(plan, task);
    recorded_layer layer = of->describe  ? name_block(recorder, lane, of, block)
                           : run->layers ? run->layers[plan->layer[task]]
                                         : unknown;
    cki_span span = {.begin = lane->started,
                     .end = lane->ended,
                     .busy = lane->ended - lane->started,
                     .bytes = bytes,
                     .block = of->describe ? -1 : block,
                     .task = (uint32_t)task,
                     .label = layer.number,
                     .count = 1,
                     .failed = failed};
    note_span(recorder, lane, &span, layer.label.group);
    if (recorder->sink)
        recorder->sink->task(recorder->sink->user, (size_t)(run - recorder->runs), worker, &span,
                             &layer.label, layer.group);
}

/* A view declares no result: its bytes are another result's, and are not counted twice. */
static size_t own_bytes(const cki_plan *plan, size_t task, size_t bytes)
{
    enum { WORTH_ASKING = 4096 };
    const cki_layer *layer = cki_plan_layer(plan, task);
    bool view = bytes >= WORTH_ASKING && layer->cost && cki_plan_arguments(plan, task).count > 0 &&
                cki_plan_cost(plan, task).output == 0;
    return view ? 0 : bytes;
}

/* ---- the callbacks ---- */

/* Layers without tasks, and those whose blocks have names, need none. */
static recorded_layer layer_of(cki_labels *labels, const cki_layer *layer)
{
    return layer->alias || layer->describe ? unknown
                                           : labelled(labels, cki_label_of(labels, layer));
}

static void start(void *user, const cki_plan *plan)
{
    cki_recorder *recorder = user;
    cki_thread_lock(&recorder->mutex);
    int64_t time = now(recorder);
    recorder->nruns++;
    recorder->first = recorder->first < 0 ? time : recorder->first;
    recorder->tasks += plan->count;
    recorder->to_read += plan->bytes_read;
    cki_recorded_run *run = run_of(recorder, NULL);
    if (run) {
        size_t layers = cki_graph_layers(plan->graph);
        run->begin = time;
        run->layers = cki_memory_calloc(layers, sizeof *run->layers);
        run->released = plan->count <= MOST_RELEASES
                            ? cki_memory_calloc(plan->count, sizeof *run->released)
                            : NULL;
        for (size_t i = 0; run->layers && i < layers; i++)
            run->layers[i] = layer_of(&recorder->labels, cki_graph_layer(plan->graph, (uint32_t)i));
        atomic_store(&run->plan, plan);
    }
    cki_thread_unlock(&recorder->mutex);
}

static void before(void *user, const cki_plan *plan, size_t task, int worker)
{
    cki_recorder *recorder = user;
    (void)task;
    cki_recorded_run *run = run_of(recorder, plan);
    cki_lane *lane = lane_of(recorder, run, worker);
    if (!lane) {
        atomic_fetch_add_explicit(&recorder->unseen, 1, memory_order_relaxed);
        return;
    }
    int64_t time = now(recorder);
    int64_t gap = time - lane->ended;
    if (lane->run == run->begin && lane->tasks && gap < SHORT_GAP) {
        lane->gaps += gap;
        lane->ngaps++;
    }
    lane->run = run->begin;
    lane->started = time;
}

static void after(void *user, const cki_plan *plan, size_t task, int worker, const cki_error *error)
{
    cki_recorder *recorder = user;
    cki_recorded_run *run = run_of(recorder, plan);
    cki_lane *lane = lane_of(recorder, run, worker);
    if (!lane)
        return;
    int64_t time = now(recorder);
    lane->ended = time;
    if (error)
        note_task(recorder, run, lane, plan, task, worker, 0, true);
}

static void result(void *user, const cki_plan *plan, size_t task, int worker, size_t bytes)
{
    cki_recorder *recorder = user;
    cki_recorded_run *run = run_of(recorder, plan);
    cki_lane *lane = lane_of(recorder, run, worker);
    if (!lane)
        return;
    bytes = own_bytes(plan, task, bytes);
    note_task(recorder, run, lane, plan, task, worker, bytes, false);
    if (bytes)
        note_change(lane, lane->ended, (int64_t)bytes);
}

/* The clock is not asked: inputs are released when the task that used them last has just ended. */
static void released(void *user, const cki_plan *plan, size_t task, int worker, size_t bytes)
{
    cki_recorder *recorder = user;
    cki_recorded_run *run = run_of(recorder, plan);
    cki_lane *lane = lane_of(recorder, run, worker);
    if (!lane)
        return;
    if (run->released)
        run->released[task] = lane->ended;
    bytes = own_bytes(plan, task, bytes);
    if (bytes)
        note_change(lane, lane->ended, -(int64_t)bytes);
}

/* Tell the spans of this run when their results went. Those are the last in each lane. */
static void tell_spans(cki_recorded_run *run)
{
    for (int worker = 0; worker < CKI_RECORD_WORKERS; worker++) {
        cki_lane *lane = atomic_load(&run->lanes[worker]);
        if (!lane)
            continue;
        for (size_t i = lane->spans.count; i-- > 0 && lane->spans.items[i].begin >= run->begin;) {
            cki_span *span = &lane->spans.items[i];
            if (span->count == 1)
                span->released = run->released[span->task];
        }
    }
}

static void finish(void *user, const cki_plan *plan, const cki_error *error)
{
    cki_recorder *recorder = user;
    cki_thread_lock(&recorder->mutex);
    int64_t time = now(recorder);
    recorder->last = time > recorder->last ? time : recorder->last;
    if (error && recorder->error.status == CASK_OK)
        recorder->error = *error;
    cki_recorded_run *run = run_of(recorder, plan);
    if (run) {
        recorder->running += time - run->begin;
        if (run->released)
            tell_spans(run);
        cki_memory_free(run->released);
        cki_memory_free(run->layers);
        run->released = NULL;
        run->layers = NULL;
        atomic_store(&run->plan, NULL);
    }
    cki_thread_unlock(&recorder->mutex);
}

/* ---- the recorder ---- */

cki_recorder *cki_record_new(size_t most_bytes, const cki_record_sink *sink, cki_error *error)
{
    cki_recorder *recorder = cki_memory_calloc(1, sizeof *recorder);
    if (!recorder) {
        cki_fail_memory(error, sizeof *recorder);
        return NULL;
    }
    recorder->callbacks = (cki_callbacks){.user = recorder,
                                          .start = start,
                                          .before = before,
                                          .after = after,
                                          .result = result,
                                          .released = released,
                                          .finish = finish};
    recorder->most_spans = (most_bytes ? most_bytes : USUAL_BYTES) / sizeof(cki_span);
    recorder->sink = sink;
    recorder->first = recorder->last = -1;
    cki_thread_mutex_init(&recorder->mutex);
    recorder->begin = cki_clock_now();
    return recorder;
}

static void free_lane(void *user, size_t run, int worker, cki_lane *lane)
{
    (void)user, (void)run, (void)worker;
    cki_span_free(&lane->spans);
    cki_memory_free(lane->totals);
    cki_memory_free(lane->changes);
    cki_text_free(&lane->key);
    cki_text_free(&lane->call);
    cki_memory_free(lane);
}

void cki_record_free(cki_recorder *recorder)
{
    if (!recorder)
        return;
    cki_record_each(recorder, free_lane, NULL);
    cki_label_free(&recorder->labels);
    cki_thread_mutex_free(&recorder->mutex);
    cki_memory_free(recorder);
}

void cki_record_each(const cki_recorder *recorder,
                     void (*visit)(void *user, size_t run, int worker, cki_lane *lane), void *user)
{
    for (size_t run = 0; run < CKI_RECORD_RUNS; run++)
        for (int worker = 0; worker < CKI_RECORD_WORKERS; worker++) {
            cki_lane *lane = atomic_load(&recorder->runs[run].lanes[worker]);
            if (lane)
                visit(user, run, worker, lane);
        }
}
