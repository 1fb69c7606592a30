/* Prediction: an event at a time, in the order of an imaginary clock. A task takes the time that
 * its bytes need at a usual speed: only their proportions matter. */
#include "diag/predict.h"

#include "core/memory.h"
#include "exec/brain.h"

/* Nanoseconds of a task without bytes; bytes a nanosecond of memory and of disk. */
enum { LEAST = 500, MEMORY_SPEED = 4, DISK_SPEED = 1, MOST_WORKERS = 256 };

typedef struct worker {
    bool waiting, ended;
    int64_t until; /* when the action is done; 0: none */
    cki_brain_action action;
} worker;

typedef struct simulation {
    const cki_plan *plan;
    cki_brain *brain;
    worker workers[MOST_WORKERS];
    int count;
    int64_t clock;
    size_t live; /* bytes of results, and of what running tasks declare */
    cki_prediction *prediction;
    /* By task: whose memory its result is, itself + 1 or, of views, an input's; and in how many
     * results that memory is. */
    uint32_t *owner, *shared;
    bool *written; /* by task: there is a copy on disk */
} simulation;

/* ---- bytes ---- */

/* What a task declares, as buffers of those sizes are counted. */
static cki_cost cost_of(const simulation *s, uint32_t task)
{
    cki_cost cost = cki_plan_cost(s->plan, task);
    cost.output = cost.output ? cki_ledger_size(cost.output) : 0;
    return cost;
}

/* A task that declares no result but has inputs passes the memory of the largest on: a view. */
static uint32_t owner_of(const simulation *s, uint32_t task, size_t output)
{
    cki_plan_list inputs = cki_plan_arguments(s->plan, task);
    if (output > 0 || !inputs.count)
        return task + 1;
    uint32_t best = 0;
    size_t most = 0;
    for (size_t i = 0; i < inputs.count; i++) {
        uint32_t owner = s->owner[inputs.items[i]];
        size_t bytes = owner ? cost_of(s, owner - 1).output : 0;
        if (bytes > most) {
            most = bytes;
            best = owner;
        }
    }
    return best ? best : task + 1;
}

/* Bytes that go when a result does: those of its owner, if nobody else has them. */
static size_t let_go(simulation *s, uint32_t task)
{
    uint32_t owner = s->owner[task];
    if (!owner || --s->shared[owner - 1] > 0)
        return 0;
    return cost_of(s, owner - 1).output;
}

static void add_live(simulation *s, size_t bytes)
{
    s->live += bytes;
    if (s->live > s->prediction->peak)
        s->prediction->peak = s->live;
}

/* ---- events ---- */

static int64_t duration(const simulation *s, uint32_t task)
{
    cki_plan_list inputs = cki_plan_arguments(s->plan, task);
    cki_cost cost = cost_of(s, task);
    double bytes = (double)cost.output + (double)cost.working + (double)cost.read;
    for (size_t i = 0; i < inputs.count && i < 64; i++)
        bytes += (double)cost_of(s, inputs.items[i]).output;
    return LEAST + (int64_t)(bytes / MEMORY_SPEED);
}

static void begin(simulation *s, worker *w)
{
    cki_cost cost = cost_of(s, w->action.task);
    if (w->action.kind == CKI_BRAIN_RUN) {
        add_live(s, cost.output + cost.working);
        w->until = s->clock + duration(s, w->action.task);
    } else {
        w->until = s->clock + LEAST + (int64_t)(cost.output / DISK_SPEED);
        if (w->action.kind == CKI_BRAIN_LOAD)
            add_live(s, cost.output);
    }
}

static void end_task(simulation *s, int number, uint32_t task)
{
    cki_cost cost = cost_of(s, task);
    size_t before = s->live;
    s->owner[task] = owner_of(s, task, cost.output);
    s->shared[s->owner[task] - 1]++;
    size_t gone = cost.working;
    bool keeps = cki_plan_users(s->plan, task).count > 0;
    if (!keeps)
        gone += let_go(s, task);
    const uint32_t *released;
    size_t count = cki_brain_release(s->brain, number, task, &released);
    for (size_t i = 0; i < count; i++)
        if (released[i] != task)
            gone += let_go(s, released[i]);
    s->live -= gone < s->live ? gone : s->live;
    int64_t kept = (int64_t)s->live - (int64_t)(before - cost.output - cost.working);
    const cki_brain_made made = {
        .change = kept, .bytes = keeps ? cost.output : 0, .can_spill = keeps && cost.output > 0};
    cki_brain_done(s->brain, number, task, &made);
}

static void end(simulation *s, int number)
{
    worker *w = &s->workers[number];
    uint32_t task = w->action.task;
    size_t bytes = cost_of(s, task).output;
    w->until = 0;
    if (w->action.kind == CKI_BRAIN_RUN) {
        end_task(s, number, task);
    } else if (w->action.kind == CKI_BRAIN_SPILL) {
        s->live -= bytes < s->live ? bytes : s->live;
        s->prediction->spilled += s->written[task] ? 0 : bytes;
        s->written[task] = true;
        cki_brain_spilled(s->brain, number, task, true, -(int64_t)bytes);
    } else {
        s->prediction->loads++;
        cki_brain_loaded(s->brain, number, task, true, (int64_t)bytes);
    }
}

/* Let everybody ask who may. False when nobody does anything any more. */
static bool ask_all(simulation *s)
{
    bool busy = false;
    for (int i = 0; i < s->count; i++) {
        worker *w = &s->workers[i];
        if (!w->until && !w->ended && (!w->waiting || cki_brain_notified(s->brain, i))) {
            w->action = cki_brain_next(s->brain, i);
            w->waiting = w->action.kind == CKI_BRAIN_WAIT;
            w->ended = w->action.kind == CKI_BRAIN_END || w->action.kind == CKI_BRAIN_STUCK;
            if (!w->waiting && !w->ended)
                begin(s, w);
        }
        busy = busy || w->until;
    }
    return busy;
}

static void run(simulation *s)
{
    while (ask_all(s)) {
        int next = 0; /* the busy one that ends first: there is one */
        for (int i = 1; i < s->count; i++)
            if (s->workers[i].until &&
                (!s->workers[next].until || s->workers[i].until < s->workers[next].until))
                next = i;
        s->clock = s->workers[next].until;
        end(s, next);
    }
}

static cask_status outcome(const simulation *s, cki_error *error)
{
    if (cki_brain_failure(s->brain) != CASK_OK)
        return cki_fail_memory(error, s->plan->count * sizeof(uint32_t));
    if (!cki_brain_finished(s->brain))
        return cki_fail(error, CASK_LIMIT, NULL,
                        "the plan cannot be run within the memory limit: use smaller chunks "
                        "(rechunk) or a higher --memory-limit");
    s->prediction->forced = cki_brain_statistics(s->brain).forced;
    return CASK_OK;
}

cask_status cki_predict(const cki_plan *plan, const cki_prediction_options *options,
                        cki_prediction *prediction, cki_error *error)
{
    *prediction = (cki_prediction){.peak = options->memory_base};
    const cki_brain_options how = {.workers = options->threads < MOST_WORKERS ? options->threads
                                                                              : MOST_WORKERS,
                                   .memory_limit = options->memory_limit,
                                   .memory_base = options->memory_base,
                                   .can_spill = true,
                                   .in_order = options->threads <= 1};
    simulation *s = cki_memory_calloc(1, sizeof *s);
    if (!s)
        return cki_fail_memory(error, sizeof *s);
    s->plan = plan;
    s->count = how.workers;
    s->prediction = prediction;
    s->live = options->memory_base;
    s->owner = cki_memory_calloc(plan->count, sizeof *s->owner);
    s->shared = cki_memory_calloc(plan->count, sizeof *s->shared);
    s->written = cki_memory_calloc(plan->count, sizeof *s->written);
    cask_status status = CASK_OK;
    if (!s->owner || !s->shared || !s->written)
        status = cki_fail_memory(error, plan->count * sizeof *s->owner);
    else if (!(s->brain = cki_brain_new(plan, &how, error)))
        status = CASK_LIMIT;
    if (status == CASK_OK) {
        run(s);
        status = outcome(s, error);
    }
    cki_brain_free(s->brain);
    cki_memory_free(s->owner);
    cki_memory_free(s->shared);
    cki_memory_free(s->written);
    cki_memory_free(s);
    return status;
}
