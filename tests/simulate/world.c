/* The world around the brain: virtual workers, quick and slow ones, that fail, get lost and come
 * back, a disk that fills up, and a clock that jumps from event to event. Every action is checked
 * against what the world knows: inputs there, nothing let go of early or late, bytes in budget. */
#include "core/memory.h"
#include "simulate.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { WORKERS = 8, SLOTS = 3, MOST_TASKS = 400 };

/* What became of a task. */
typedef struct fate {
    bool done, in_memory, on_disk, released, running, moving;
    uint32_t left; /* distinct users that have not run */
    uint32_t pins; /* running tasks that use its result */
    int failed;
    uint64_t value;
} fate;

typedef struct job {
    bool busy;
    cki_brain_kind kind;
    uint32_t task;
    uint64_t ends;
} job;

typedef struct agent {
    bool started, asleep, ended, lost;
    unsigned slowness, slots;
    job jobs[SLOTS];
} agent;

typedef struct world {
    chance from;
    problem what;
    cki_brain *brain;
    cki_brain_options options;
    fate *fates;
    agent agents[WORKERS];
    uint64_t clock, events;
    size_t alive, peak;    /* bytes, really */
    size_t finished;       /* tasks */
    unsigned disk_percent; /* writes that fail */
    unsigned lose_per_mille;
    uint64_t cancel_at; /* event; 0: never */
    bool strict;        /* the budget has to hold */
    bool stopping, stuck, wrote_in_vain;
    bool verbose;
    verdict *verdict;
} world;

static void blame(world *w, const char *why, uint32_t task)
{
    if (!w->verdict->fine)
        return;
    w->verdict->fine = false;
    snprintf(w->verdict->why, sizeof w->verdict->why, "event %" PRIu64 ", task %" PRIu32 ": %s",
             w->events, task, why);
}

static void note(world *w, int worker, const char *what, uint32_t task)
{
    uint64_t h = w->verdict->trace;
    h = (h ^ w->clock) * UINT64_C(0x100000001B3);
    h = (h ^ (uint64_t)worker) * UINT64_C(0x100000001B3);
    h = (h ^ (uint64_t)(unsigned char)what[0]) * UINT64_C(0x100000001B3);
    w->verdict->trace = (h ^ task) * UINT64_C(0x100000001B3);
    if (w->verbose)
        printf("%8" PRIu64 "  worker %d  %-9s task %" PRIu32 "  (%zu bytes alive)\n", w->clock,
               worker, what, task, w->alive);
}

/* ---- sleep ---- */

/* Who is notified must have been named, as nobody else would be woken. */
static void wake(world *w, int whom)
{
    for (int i = 0; i < w->options.workers; i++) {
        agent *a = &w->agents[i];
        if (!a->asleep || !cki_brain_notified(w->brain, i))
            continue;
        if (whom == i || whom == CKI_BRAIN_ALL) {
            a->asleep = false;
            a->started = true;
        } else {
            blame(w, "a worker was notified that nobody was told to wake", (uint32_t)i);
        }
    }
}

/* ---- bytes ---- */

static void take(world *w, size_t bytes)
{
    w->alive += bytes;
    if (w->alive > w->peak)
        w->peak = w->alive;
}

static size_t kept_bytes(const world *w, uint32_t task)
{
    return cki_plan_users(w->what.plan, task).count ? w->what.burdens[task].output : 0;
}

/* ---- tasks ---- */

/* Each distinct input once: the i-th argument, if it has not occurred before. */
static bool is_first(const world *w, uint32_t task, size_t i)
{
    const uint32_t *arguments = cki_plan_arguments(w->what.plan, task).items;
    for (size_t k = 0; k < i; k++)
        if (arguments[k] == arguments[i])
            return false;
    return true;
}

static void pin_inputs(world *w, uint32_t task, bool pin)
{
    cki_plan_list inputs = cki_plan_arguments(w->what.plan, task);
    for (size_t i = 0; i < inputs.count; i++) {
        fate *input = &w->fates[inputs.items[i]];
        if (!is_first(w, task, i))
            continue;
        if (pin) {
            if (!input->done)
                blame(w, "begun before its inputs were there", task);
            else if (input->released)
                blame(w, "an input of it had been released", task);
            else if (!input->in_memory || input->moving)
                blame(w, "an input of it was not in memory", task);
            input->pins++;
        } else {
            input->pins--;
        }
    }
}

static void begin_task(world *w, uint32_t task)
{
    fate *f = &w->fates[task];
    if (f->done || f->running)
        blame(w, "run twice", task);
    f->running = true;
    if (w->verbose)
        printf("%18stakes %zu and %zu\n", "", w->what.burdens[task].output,
               w->what.burdens[task].working);
    pin_inputs(w, task, true);
    take(w, w->what.burdens[task].output + w->what.burdens[task].working);
}

static void leave_task(world *w, uint32_t task)
{
    w->fates[task].running = false;
    pin_inputs(w, task, false);
    w->alive -= w->what.burdens[task].output + w->what.burdens[task].working;
}

static void work_out(world *w, uint32_t task)
{
    cki_plan_list inputs = cki_plan_arguments(w->what.plan, task);
    uint64_t value = (uint64_t)w->what.plan->block[task] + 1;
    for (size_t i = 0; i < inputs.count; i++)
        value = (value ^ w->fates[inputs.items[i]].value) * UINT64_C(0x100000001B3);
    w->fates[task].value = value;
    w->fates[task].done = true;
    w->finished++;
}

/* What the brain says is released must be what has no more users: no more, and no less. */
static int64_t release_results(world *w, int worker, uint32_t task)
{
    cki_plan_list inputs = cki_plan_arguments(w->what.plan, task);
    size_t due = 0;
    for (size_t i = 0; i < inputs.count; i++) {
        uint32_t input = inputs.items[i];
        if (--w->fates[input].left == 0)
            due++;
    }
    const uint32_t *released;
    size_t count = cki_brain_release(w->brain, worker, task, &released);
    int64_t change = 0;
    for (size_t i = 0; i < count; i++) {
        fate *f = &w->fates[released[i]];
        if (f->left > 0)
            blame(w, "released while somebody needs it", released[i]);
        if (f->released)
            blame(w, "released twice", released[i]);
        if (f->moving)
            blame(w, "released on its way to or from the disk", released[i]);
        if (f->in_memory) {
            change -= (int64_t)kept_bytes(w, released[i]);
            w->alive -= kept_bytes(w, released[i]);
        }
        f->released = true;
        f->in_memory = f->on_disk = false;
    }
    if (count != due)
        blame(w, "a result that nobody needs was not released", task);
    return change;
}

static void end_well(world *w, int worker, uint32_t task)
{
    work_out(w, task);
    leave_task(w, task);
    size_t kept = kept_bytes(w, task);
    w->fates[task].in_memory = cki_plan_users(w->what.plan, task).count > 0;
    take(w, kept);
    note(w, worker, "done", task);
    cki_brain_made made = {.change = (int64_t)kept + release_results(w, worker, task),
                           .bytes = kept,
                           .can_spill = w->what.burdens[task].can_spill};
    bool counts = cki_brain_counts(w->brain);
    wake(w, cki_brain_done(w->brain, worker, task, counts ? &made : NULL));
}

static void end_badly(world *w, int worker, uint32_t task)
{
    bool again;
    w->fates[task].failed++;
    leave_task(w, task);
    note(w, worker, "failed", task);
    wake(w, cki_brain_failed(w->brain, worker, task, 0, &again));
    if (again != (w->fates[task].failed <= problem_retries(&w->what, task, w->options.retries)) &&
        !w->stopping)
        blame(w, again ? "tried too often" : "not tried again", task);
    w->stopping = w->stopping || !again;
}

static void end_job(world *w, int worker, job *j)
{
    fate *f = &w->fates[j->task];
    int64_t bytes = (int64_t)kept_bytes(w, j->task);
    bool counts = cki_brain_counts(w->brain), ok = true;
    j->busy = false;
    switch (j->kind) {
    case CKI_BRAIN_RUN:
        if (f->failed < w->what.burdens[j->task].failures)
            end_badly(w, worker, j->task);
        else
            end_well(w, worker, j->task);
        return;
    case CKI_BRAIN_SPILL:
        ok = f->on_disk || !chance_percent(&w->from, w->disk_percent);
        f->moving = false;
        f->on_disk = f->on_disk || ok;
        f->in_memory = !ok;
        w->wrote_in_vain = w->wrote_in_vain || !ok;
        w->alive -= ok ? (size_t)bytes : 0;
        note(w, worker, ok ? "spilled" : "unspilled", j->task);
        wake(w, cki_brain_spilled(w->brain, worker, j->task, ok, ok && counts ? -bytes : 0));
        return;
    case CKI_BRAIN_LOAD:
        f->moving = false;
        f->in_memory = true;
        note(w, worker, "loaded", j->task);
        wake(w, cki_brain_loaded(w->brain, worker, j->task, true, counts ? bytes : 0));
        return;
    case CKI_BRAIN_WAIT:
    case CKI_BRAIN_END:
    case CKI_BRAIN_STUCK:
        return;
    }
}

/* ---- workers ---- */

static void begin_move(world *w, uint32_t task, bool away)
{
    fate *f = &w->fates[task];
    if (!f->done || f->released || f->moving)
        blame(w, "there is no result to spill or load", task);
    if (away && (!f->in_memory || f->pins > 0))
        blame(w, f->pins ? "spilled under a running task" : "spilled, but not in memory", task);
    if (away && !w->what.burdens[task].can_spill)
        blame(w, "spilled, though it cannot be written", task);
    if (!away && (f->in_memory || !f->on_disk))
        blame(w, "loaded, but not on disk alone", task);
    if (!w->options.can_spill)
        blame(w, "there is nowhere to spill to", task);
    f->moving = true;
    if (!away)
        take(w, kept_bytes(w, task));
}

static uint64_t lasting(world *w, const agent *a)
{
    return 1 + chance_below(&w->from, 20) * a->slowness;
}

static job *free_job(agent *a)
{
    for (unsigned i = 0; i < a->slots; i++)
        if (!a->jobs[i].busy)
            return &a->jobs[i];
    return NULL;
}

static void end_run(world *w, int worker, uint32_t task)
{
    if (!w->wrote_in_vain && cki_brain_needs(w->brain, task) <= w->options.memory_limit)
        blame(w, "stuck, though no write failed and it would fit", task);
    note(w, worker, "stuck", task);
    w->stuck = w->stopping = true;
    cki_brain_cancel(w->brain);
    wake(w, CKI_BRAIN_ALL);
}

/* Ask once, and begin what is said. */
static void ask(world *w, int worker)
{
    agent *a = &w->agents[worker];
    cki_brain_action action = chance_percent(&w->from, 20) ? cki_brain_try(w->brain, worker)
                                                           : cki_brain_next(w->brain, worker);
    if (action.kind == CKI_BRAIN_WAIT)
        action = cki_brain_next(w->brain, worker);
    if (action.kind == CKI_BRAIN_WAIT)
        a->asleep = true;
    wake(w, action.wake);
    job *j = free_job(a);
    static const char *const names[] = {"run", "spill", "load", "wait", "end", "stuck"};
    if (action.kind != CKI_BRAIN_STUCK)
        note(w, worker, names[action.kind], action.kind > CKI_BRAIN_LOAD ? 0 : action.task);
    switch (action.kind) {
    case CKI_BRAIN_RUN:
        begin_task(w, action.task);
        break;
    case CKI_BRAIN_SPILL:
    case CKI_BRAIN_LOAD:
        begin_move(w, action.task, action.kind == CKI_BRAIN_SPILL);
        break;
    case CKI_BRAIN_WAIT:
        return;
    case CKI_BRAIN_END:
        a->ended = true;
        if (!w->stopping && w->finished < w->what.plan->count)
            blame(w, "told to end with tasks left", 0);
        return;
    case CKI_BRAIN_STUCK:
        end_run(w, worker, action.task);
        return;
    }
    *j = (job){true, action.kind, action.task, w->clock + lasting(w, a)};
}

static bool may_ask(agent *a)
{
    return a->started && !a->asleep && !a->ended && !a->lost && free_job(a);
}

/* A worker dies with all that it was running; another time it comes back. */
static void lose(world *w, int worker)
{
    agent *a = &w->agents[worker];
    for (unsigned i = 0; i < a->slots; i++) {
        job *j = &a->jobs[i];
        if (!j->busy)
            continue;
        j->busy = false;
        if (chance_percent(&w->from, 50)) {
            end_badly(w, worker, j->task);
        } else {
            leave_task(w, j->task);
            note(w, worker, "returned", j->task);
            wake(w, cki_brain_returned(w->brain, worker, j->task));
        }
    }
    note(w, worker, "lost", 0);
    wake(w, cki_brain_leave(w->brain, worker));
    a->lost = true;
    a->asleep = false;
}

static void misfortune(world *w)
{
    int worker = (int)chance_below(&w->from, (uint64_t)w->options.workers);
    agent *a = &w->agents[worker];
    if (chance_below(&w->from, 1000) >= w->lose_per_mille || a->ended || !a->started)
        return;
    if (a->lost) {
        a->lost = false;
        return;
    }
    int others = 0;
    for (int i = 0; i < w->options.workers; i++)
        others += i != worker && w->agents[i].started && !w->agents[i].lost;
    bool plain = !a->asleep;
    for (unsigned i = 0; i < a->slots; i++)
        plain = plain && !(a->jobs[i].busy && a->jobs[i].kind != CKI_BRAIN_RUN);
    if (others > 0 && plain)
        lose(w, worker);
}

/* The job that ends next; NULL if there is none. */
static job *next_job(world *w, int *worker)
{
    job *first = NULL;
    for (int i = 0; i < w->options.workers; i++)
        for (unsigned k = 0; k < w->agents[i].slots; k++) {
            job *j = &w->agents[i].jobs[k];
            if (j->busy && (!first || j->ends < first->ends)) {
                first = j;
                *worker = i;
            }
        }
    return first;
}

static void ask_all(world *w)
{
    bool asked = true;
    while (asked && w->verdict->fine) {
        asked = false;
        int first = (int)chance_below(&w->from, (uint64_t)w->options.workers);
        for (int i = 0; i < w->options.workers; i++) {
            int worker = (first + i) % w->options.workers;
            if (may_ask(&w->agents[worker])) {
                ask(w, worker);
                asked = true;
            }
        }
    }
}

static void check_budget(world *w)
{
    size_t alive = w->alive + w->options.memory_base;
    if (w->strict && alive > w->options.memory_limit) {
        if (w->verbose)
            printf("%zu bytes alive\n", alive);
        blame(w, "more bytes alive than the limit", 0);
    }
}

static bool bring_back(world *w)
{
    bool any = false;
    for (int i = 0; i < w->options.workers; i++)
        if (w->agents[i].lost && !w->agents[i].ended) {
            w->agents[i].lost = false;
            any = true;
        }
    return any;
}

static void live(world *w)
{
    uint64_t most = 20000 + 400 * (uint64_t)w->what.plan->count;
    while (w->verdict->fine) {
        ask_all(w);
        check_budget(w);
        int worker = 0;
        job *j = next_job(w, &worker);
        if (!j) {
            if (bring_back(w))
                continue;
            break;
        }
        w->clock = j->ends > w->clock ? j->ends : w->clock;
        end_job(w, worker, j);
        w->agents[worker].asleep = false; /* it asks again after each event of its own */
        check_budget(w);
        misfortune(w);
        if (++w->events == w->cancel_at) {
            note(w, -1, "cancel", 0);
            w->stopping = true;
            cki_brain_cancel(w->brain);
            wake(w, CKI_BRAIN_ALL);
        }
        if (w->events > most)
            blame(w, "no end in sight", 0);
    }
}

/* ---- beginning and end ---- */

static void judge(world *w)
{
    verdict *v = w->verdict;
    v->finished = w->finished == w->what.plan->count;
    v->stats = cki_brain_statistics(w->brain);
    v->within_budget =
        w->options.memory_limit == 0 || w->peak + w->options.memory_base <= w->options.memory_limit;
    if (!v->finished && !w->stopping)
        blame(w, "everybody sleeps, and tasks are left", 0);
    for (int i = 0; i < w->options.workers; i++)
        if (w->agents[i].started && !w->agents[i].ended)
            blame(w, "a worker was left asleep at the end", (uint32_t)i);
    if (v->finished != cki_brain_finished(w->brain) && !w->stopping)
        blame(w, "the brain does not know that it is finished", 0);
    uint64_t *values = cki_memory_calloc(w->what.plan->count, sizeof *values);
    for (size_t i = 0; values && i < w->what.plan->count; i++) {
        values[i] = problem_value(&w->what, i, values);
        if (w->fates[i].done && w->fates[i].value != values[i])
            blame(w, "a wrong result", (uint32_t)i);
        if (v->finished && cki_plan_users(w->what.plan, i).count > 0 && !w->fates[i].released)
            blame(w, "kept to the end", (uint32_t)i);
    }
    cki_memory_free(values);
    if (w->strict && v->stats.forced)
        blame(w, "a task was forced, though all could be spilled", 0);
}

static size_t largest_need(const world *w)
{
    size_t most = 0;
    for (size_t i = 0; i < w->what.plan->count; i++) {
        size_t needs = problem_needs(&w->what, i);
        most = needs > most ? needs : most;
    }
    return most;
}

static void choose_options(world *w)
{
    chance *from = &w->from;
    cki_brain_options *o = &w->options;
    size_t total = 0, most = largest_need(w);
    for (size_t i = 0; i < w->what.plan->count; i++)
        total += w->what.burdens[i].output + w->what.burdens[i].working;
    o->workers = 1 + (int)chance_below(from, WORKERS);
    o->can_spill = chance_percent(from, 80);
    o->retries = (int)chance_below(from, 4);
    o->in_order = o->workers == 1 && chance_percent(from, 50);
    if (chance_percent(from, 85)) {
        o->memory_base = chance_percent(from, 20) ? chance_below(from, 300) : 0;
        size_t room = chance_percent(from, 40) ? 0 : chance_below(from, total / 2 + 1);
        o->memory_limit = most + room + o->memory_base;
        o->memory_limit += o->memory_limit == 0;
        if (chance_percent(from, 5) && most > 1)
            o->memory_limit = o->memory_base + most - 1; /* to be refused */
    }
    w->disk_percent = chance_percent(from, 10) ? 20 : 0;
    w->lose_per_mille = chance_percent(from, 15) && !o->in_order ? 50 : 0;
    w->cancel_at = chance_percent(from, 8) ? 1 + chance_below(from, w->what.plan->count) : 0;
    bool all_spill = true;
    for (size_t i = 0; i < w->what.plan->count; i++)
        all_spill = all_spill && w->what.burdens[i].can_spill;
    w->strict = o->memory_limit && o->can_spill && all_spill && !w->what.undeclared &&
                w->disk_percent == 0 && most + o->memory_base <= o->memory_limit;
}

static void staff(world *w)
{
    bool late = chance_percent(&w->from, 50), wide = chance_percent(&w->from, 25);
    for (int i = 0; i < w->options.workers; i++) {
        agent *a = &w->agents[i];
        a->started = i == 0 || !late;
        a->asleep = !a->started;
        a->slowness = chance_percent(&w->from, 15) ? 50 : 1;
        a->slots = wide && !w->options.in_order ? 1 + (unsigned)chance_below(&w->from, SLOTS) : 1;
    }
}

/* Whether it was right to refuse the plan, or to take it. */
static void check_refusal(world *w, const cki_error *error)
{
    bool fits = !w->options.memory_limit ||
                largest_need(w) + w->options.memory_base <= w->options.memory_limit;
    if (!w->brain && (fits || error->status != CASK_LIMIT))
        blame(w, "a plan was refused that fits", 0);
    if (w->brain && !fits && !w->what.undeclared && w->options.memory_base == 0)
        blame(w, "a plan was taken that cannot fit", 0);
}

verdict world_run(uint64_t seed, bool verbose)
{
    verdict v = {.fine = true, .trace = UINT64_C(0xCBF29CE484222325)};
    world w = {.from = {seed * 2 + 1}, .verbose = verbose, .verdict = &v};
    if (!problem_make(&w.what, &w.from, MOST_TASKS)) {
        v.fine = false;
        snprintf(v.why, sizeof v.why, "no plan could be made");
        return v;
    }
    choose_options(&w);
    staff(&w);
    if (verbose)
        printf("seed %" PRIu64 ": %s of %zu tasks, %d workers, limit %zu (base %zu), spilling %s, "
               "retries %d%s\n",
               seed, w.what.shape, w.what.plan->count, w.options.workers, w.options.memory_limit,
               w.options.memory_base, w.options.can_spill ? "on" : "off", w.options.retries,
               w.options.in_order ? ", in order" : "");
    w.fates = cki_memory_calloc(w.what.plan->count, sizeof *w.fates);
    cki_error error = {0};
    w.brain = w.fates ? cki_brain_new(w.what.plan, &w.options, &error) : NULL;
    check_refusal(&w, &error);
    if (!problem_in_order(&w.what))
        blame(&w, "the plan's order is not that of priorities", 0);
    for (size_t i = 0; w.fates && i < w.what.plan->count; i++)
        w.fates[i].left = (uint32_t)cki_plan_users(w.what.plan, i).count;
    if (w.brain && v.fine) {
        live(&w);
        judge(&w);
    }
    cki_brain_free(w.brain);
    cki_memory_free(w.fates);
    problem_free(&w.what);
    return v;
}
