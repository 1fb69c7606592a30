/* The threads scheduler: the calling thread and others from the pool, each a loop over what the
 * brain says. Here is how they sleep and are woken. */
#include "core/memory.h"
#include "exec/pool.h"
#include "exec/run.h"
#include "exec/schedulers.h"
#include "sys/clock.h"

#include <limits.h>

enum { LOOKS = 64, SPINS = 256, POLL = 20000000 /* ns between looks at the cancel flag */ };

typedef struct crew crew;

typedef struct member {
    cki_worker worker;
    crew *team;
    cki_pool_job job;
    cki_condition wake;
    atomic_bool started, asleep;
    atomic_bool helping; /* it has a thread of the pool */
    char apart[64];
} member;

struct crew {
    cki_run *run;
    cki_brain *brain;
    member *members;
    int count;
    int most_busy;   /* threads of the pool that may be busy when another one is asked for */
    cki_mutex mutex; /* of sleep */
};

static void work(void *given);
static void wake(crew *team, int whom);

/* One more thread. If there is none to have, the others do the work. */
static void start(crew *team, member *helper)
{
    if (atomic_exchange(&helper->started, true) || cki_run_stopped(team->run) ||
        cki_brain_finished(team->brain))
        return;
    helper->job = (cki_pool_job){.run = work, .argument = helper};
    bool started = cki_pool_start(&helper->job, team->most_busy);
    atomic_store(&helper->helping, started);
    if (!started)
        wake(team, cki_brain_leave(team->brain, helper->worker.number));
}

/* The flag that it will look at is set already: see brain.h. */
static void rouse(crew *team, member *sleeper)
{
    if (!atomic_load(&sleeper->asleep))
        return;
    cki_thread_lock(&team->mutex);
    cki_thread_signal(&sleeper->wake);
    cki_thread_unlock(&team->mutex);
}

static void wake(crew *team, int whom)
{
    if (whom == CKI_BRAIN_NOBODY)
        return;
    for (int i = whom == CKI_BRAIN_ALL ? 0 : whom; i < team->count; i++) {
        member *at = &team->members[i];
        if (atomic_load(&at->started))
            rouse(team, at);
        else
            start(team, at);
        if (whom != CKI_BRAIN_ALL)
            break;
    }
}

static void rest(member *me)
{
    crew *team = me->team;
    int number = me->worker.number;
    for (int i = 0; i < SPINS && !cki_brain_notified(team->brain, number); i++)
        cki_thread_pause();
    if (cki_brain_notified(team->brain, number))
        return;
    cki_thread_lock(&team->mutex);
    atomic_store(&me->asleep, true);
    while (!cki_brain_notified(team->brain, number) && !cki_run_stopped(team->run)) {
        if (team->run->options->cancel)
            cki_thread_wait_until(&me->wake, &team->mutex, cki_clock_now() + POLL);
        else
            cki_thread_wait(&me->wake, &team->mutex);
    }
    atomic_store(&me->asleep, false);
    cki_thread_unlock(&team->mutex);
}

/* What to do now: looked for several times before the worker is registered as waiting, as then
 * others have to wake it. */
static cki_brain_action ask(member *me)
{
    cki_brain *brain = me->team->brain;
    int number = me->worker.number;
    cki_brain_action action = cki_brain_try(brain, number);
    for (int i = 0; i < LOOKS && action.kind == CKI_BRAIN_WAIT; i++) {
        cki_thread_pause();
        action = cki_brain_try(brain, number);
    }
    return action.kind == CKI_BRAIN_WAIT ? cki_brain_next(brain, number) : action;
}

static void work(void *given)
{
    member *me = given;
    crew *team = me->team;
    cki_ledger *previous = cki_run_enter(team->run);
    while (!cki_run_cancelled(team->run)) {
        cki_brain_action action = ask(me);
        int whom = CKI_BRAIN_NOBODY;
        if (action.wake != CKI_BRAIN_NOBODY)
            wake(team, action.wake);
        if (action.kind == CKI_BRAIN_END)
            break;
        if (action.kind == CKI_BRAIN_RUN)
            whom = cki_run_task(&me->worker, action.task);
        else if (action.kind == CKI_BRAIN_WAIT)
            rest(me);
        else
            whom = cki_run_act(&me->worker, &action);
        if (whom != CKI_BRAIN_NOBODY)
            wake(team, whom);
    }
    if (cki_run_stopped(team->run)) {
        cki_brain_cancel(team->brain);
        for (int i = 0; i < team->count; i++)
            rouse(team, &team->members[i]);
    }
    cki_run_leave(previous);
}

static cask_status assemble(crew *team, cki_run *run, int threads, cki_error *error)
{
    *team = (crew){.run = run, .brain = run->brain, .count = threads};
    /* a run within a task takes what others leave of the threads */
    team->most_busy = cki_exec_depth() > 0 ? threads - 1 : INT_MAX;
    team->members = cki_memory_calloc((size_t)threads, sizeof *team->members);
    if (!team->members)
        return cki_fail_memory(error, (size_t)threads * sizeof *team->members);
    for (int i = 0; i < threads; i++) {
        member *at = &team->members[i];
        at->team = team;
        at->worker = (cki_worker){.run = run, .number = i};
        cki_thread_condition_init(&at->wake);
    }
    atomic_store(&team->members[0].started, true);
    cki_thread_mutex_init(&team->mutex);
    return CASK_OK;
}

static void dissolve(crew *team)
{
    for (int i = 1; i < team->count;) {
        bool waited = atomic_exchange(&team->members[i].helping, false);
        if (waited)
            cki_pool_wait(&team->members[i].job);
        i = waited ? 1 : i + 1; /* it may have started others until its end */
    }
    for (int i = 0; i < team->count; i++) {
        cki_run_worker_free(&team->members[i].worker);
        cki_thread_condition_free(&team->members[i].wake);
    }
    cki_thread_mutex_free(&team->mutex);
    cki_memory_free(team->members);
}

static cask_status run_on_threads(const cki_plan *plan, const cki_exec_options *options,
                                  cki_deliver deliver, void *user, cki_error *error)
{
    if (plan->count <= 1 || options->threads <= 1)
        return cki_sync_scheduler.run(plan, options, deliver, user, error);
    int threads = (size_t)options->threads < plan->count ? options->threads : (int)plan->count;
    cki_run run;
    cki_brain_options brain = {.workers = threads};
    cask_status status = cki_run_init(&run, plan, options, &brain, deliver, user, error);
    if (status != CASK_OK)
        return status;
    crew team;
    cki_error failure = {0};
    if (assemble(&team, &run, threads, &failure) == CASK_OK) {
        work(&team.members[0]);
        dissolve(&team);
    } else {
        cki_run_fail(&run, plan->count, &failure);
    }
    return cki_run_end(&run, error);
}

const cki_scheduler cki_threads_scheduler = {.name = "threads", .run = run_on_threads};
