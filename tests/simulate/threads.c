/* The brain under real threads: tasks write and read plain memory, so that the thread sanitizer
 * sees whether each input happened before its user and each release after it. */
#include "core/memory.h"
#include "simulate.h"
#include "sys/thread.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

enum { WORKERS = 4, MOST_TASKS = 300 };

typedef struct hall {
    problem what;
    cki_brain *brain;
    uint64_t *memory, *disk, *answers; /* plain: the brain alone keeps threads apart */
    cki_mutex mutex;
    cki_condition wake;
    atomic_bool wrong;
    int workers;
} hall;

typedef struct hand {
    hall *in;
    int number;
    cki_thread thread;
    chance from;
} hand;

static void rouse(hall *h, int whom)
{
    if (whom == CKI_BRAIN_NOBODY)
        return;
    cki_thread_lock(&h->mutex);
    cki_thread_broadcast(&h->wake);
    cki_thread_unlock(&h->mutex);
}

static void compute(hand *me, uint32_t task)
{
    hall *h = me->in;
    bool used = cki_plan_users(h->what.plan, task).count > 0;
    for (uint64_t spin = chance_below(&me->from, 200); spin > 0; spin--)
        cki_thread_pause();
    uint64_t value = problem_value(&h->what, task, h->memory);
    h->memory[task] = value;
    h->answers[task] = value;
    const uint32_t *released;
    size_t count = cki_brain_release(h->brain, me->number, task, &released);
    int64_t change = used ? (int64_t)h->what.burdens[task].output : 0;
    for (size_t i = 0; i < count; i++) {
        if (h->memory[released[i]] != 0)
            change -= (int64_t)h->what.burdens[released[i]].output;
        h->memory[released[i]] = h->disk[released[i]] = 0; /* what uses it now is wrong */
    }
    cki_brain_made made = {
        .change = change, .bytes = used ? h->what.burdens[task].output : 0, .can_spill = true};
    bool counts = cki_brain_counts(h->brain);
    rouse(h, cki_brain_done(h->brain, me->number, task, counts ? &made : NULL));
}

static void move(hand *me, uint32_t task, bool away)
{
    hall *h = me->in;
    int64_t bytes = (int64_t)h->what.burdens[task].output;
    if (away) {
        h->disk[task] = h->memory[task];
        h->memory[task] = 0;
        rouse(h, cki_brain_spilled(h->brain, me->number, task, true, -bytes));
    } else {
        h->memory[task] = h->disk[task];
        rouse(h, cki_brain_loaded(h->brain, me->number, task, true, bytes));
    }
}

static void sleep_till_notified(hand *me)
{
    hall *h = me->in;
    cki_thread_lock(&h->mutex);
    while (!cki_brain_notified(h->brain, me->number))
        cki_thread_wait(&h->wake, &h->mutex);
    cki_thread_unlock(&h->mutex);
}

static void work(void *given)
{
    hand *me = given;
    hall *h = me->in;
    for (;;) {
        cki_brain_action action = cki_brain_next(h->brain, me->number);
        rouse(h, action.wake);
        switch (action.kind) {
        case CKI_BRAIN_RUN:
            compute(me, action.task);
            break;
        case CKI_BRAIN_SPILL:
        case CKI_BRAIN_LOAD:
            move(me, action.task, action.kind == CKI_BRAIN_SPILL);
            break;
        case CKI_BRAIN_WAIT:
            sleep_till_notified(me);
            break;
        case CKI_BRAIN_STUCK:
            atomic_store(&h->wrong, true);
            cki_brain_cancel(h->brain);
            rouse(h, CKI_BRAIN_ALL);
            break;
        case CKI_BRAIN_END:
            return;
        }
    }
}

static void blame(verdict *v, const char *why, size_t task)
{
    if (v->fine)
        snprintf(v->why, sizeof v->why, "task %zu: %s", task, why);
    v->fine = false;
}

static void check(hall *h, verdict *v)
{
    uint64_t *values = cki_memory_calloc(h->what.plan->count, sizeof *values);
    for (size_t i = 0; values && i < h->what.plan->count; i++) {
        values[i] = problem_value(&h->what, i, values);
        if (h->answers[i] != values[i])
            blame(v, "a wrong result, or none", i);
        if (cki_plan_users(h->what.plan, i).count > 0 && h->memory[i])
            blame(v, "kept to the end", i);
    }
    cki_memory_free(values);
    if (atomic_load(&h->wrong))
        blame(v, "stuck, though all can be spilled", 0);
}

static void run_all(hall *h, uint64_t seed, verdict *v)
{
    hand hands[WORKERS];
    int started = 0;
    cki_thread_mutex_init(&h->mutex);
    cki_thread_condition_init(&h->wake);
    for (int i = 0; i < h->workers; i++) {
        hands[i] = (hand){.in = h, .number = i, .from = {seed + (uint64_t)i}};
        if (i > 0 && cki_thread_start(&hands[i].thread, work, &hands[i], "hand", NULL) == CASK_OK)
            started = i;
        else if (i > 0)
            break;
    }
    work(&hands[0]);
    for (int i = 1; i <= started; i++)
        cki_thread_join(&hands[i].thread);
    cki_thread_condition_free(&h->wake);
    cki_thread_mutex_free(&h->mutex);
    check(h, v);
}

verdict threads_run(uint64_t seed)
{
    verdict v = {.fine = true};
    chance from = {seed * 2 + 1};
    hall h = {0};
    if (!problem_make(&h.what, &from, MOST_TASKS)) {
        v.fine = false;
        return v;
    }
    size_t count = h.what.plan->count, total = 0, most = 0;
    for (size_t i = 0; i < count; i++) {
        size_t needs = problem_needs(&h.what, i), takes = problem_takes(&h.what, i);
        needs = needs > takes ? needs : takes; /* some declare nothing */
        most = needs > most ? needs : most;
        total += h.what.burdens[i].output;
        h.what.burdens[i].can_spill = true;
    }
    h.workers = 1 + (int)chance_below(&from, WORKERS);
    const cki_brain_options options = {
        .workers = h.workers,
        .memory_limit =
            chance_percent(&from, 50) ? most + chance_below(&from, total / 2 + 1) + 1 : 0,
        .can_spill = true};
    h.brain = cki_brain_new(h.what.plan, &options, NULL);
    h.memory = cki_memory_calloc(count, sizeof *h.memory);
    h.disk = cki_memory_calloc(count, sizeof *h.disk);
    h.answers = cki_memory_calloc(count, sizeof *h.answers);
    if (h.brain && h.memory && h.disk && h.answers)
        run_all(&h, seed, &v);
    else
        blame(&v, "it could not begin", 0);
    cki_brain_free(h.brain);
    cki_memory_free(h.memory);
    cki_memory_free(h.disk);
    cki_memory_free(h.answers);
    problem_free(&h.what);
    return v;
}
