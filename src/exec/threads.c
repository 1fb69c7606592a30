/* The threads scheduler: the calling thread and helpers, which are started as there is work.
 *
 * Each worker runs what its own tasks made ready (lowest number first, so that the plan's order is
 * kept nearly), then steals, then takes the next task without inputs. A task starts when its
 * declared bytes fit under the limit. One that does not fit waits in a heap, and as long as one
 * waits no new task without inputs is begun: running ones free memory, those only fill it. When
 * nothing runs any more the lowest number starts whether it fits or not, so every plan ends. */
#include "core/memory.h"
#include "exec/queue.h"
#include "exec/run.h"
#include "exec/schedulers.h"

#include <stdio.h>

#define NONE CKI_QUEUE_NONE

enum { MOST_UNCOUNTED = 1 << 16, LOOKS = 64 };

typedef struct crew crew;

typedef struct member {
    cki_worker worker;
    cki_queue ready;
    crew *team;
    cki_thread thread;
    char apart[64]; /* no cache line is shared with the next one */
} member;

struct crew {
    cki_run *run;
    member *members; /* as many as there may be threads */
    atomic_int most;
    int64_t limit;   /* of bytes alive */
    int64_t slack;   /* bytes that a worker may leave uncounted */
    uint32_t *roots; /* tasks without inputs */
    size_t nroots;
    _Atomic size_t next_root;
    atomic_int idle;       /* workers that look for work or sleep */
    atomic_int active;     /* workers that were started */
    atomic_int starved;    /* sleepers that wait for memory */
    atomic_size_t waiting; /* tasks in the heap */
    cki_mutex mutex;       /* of the heap, of starting helpers, and of sleep */
    cki_condition wake;
    cki_heap heap; /* ready tasks that did not fit */
    bool done;     /* all tasks were run */
};

static void wake_all(crew *team)
{
    cki_thread_lock(&team->mutex);
    cki_thread_broadcast(&team->wake);
    cki_thread_unlock(&team->mutex);
}

/* Show the others how this worker changed the bytes alive, and wake those who wait for it. */
static void settle(member *me)
{
    if (me->worker.uncounted == 0)
        return;
    bool less = me->worker.uncounted < 0;
    atomic_fetch_add(&me->team->run->live, me->worker.uncounted);
    me->worker.uncounted = 0;
    if (less && atomic_load(&me->team->starved) > 0)
        wake_all(me->team);
}

/* Within the limit, as otherwise the run would not have begun. */
static int64_t declared(const crew *team, uint32_t task)
{
    cki_cost cost = cki_plan_cost(team->run->plan, task);
    return (int64_t)(cost.output + cost.working);
}

static bool fits(const crew *team, uint32_t task)
{
    return !team->run->counted ||
           atomic_load(&team->run->live) <= team->limit - declared(team, task);
}

/* Count a task as running if it fits, or must run. */
static bool admit(member *me, uint32_t task, bool must)
{
    cki_run *run = me->team->run;
    if (!run->counted)
        return true;
    int64_t bytes = declared(me->team, task);
    int64_t live = atomic_load_explicit(&run->live, memory_order_relaxed);
    do {
        if (!must && live > me->team->limit - bytes)
            return false;
    } while (!atomic_compare_exchange_weak(&run->live, &live, live + bytes));
    me->worker.declared = bytes;
    return true;
}

/* Somebody took it before us. */
static void dismiss(member *me)
{
    me->worker.uncounted -= me->worker.declared;
    me->worker.declared = 0;
    settle(me);
}

static void run_out_of_memory(member *me, uint32_t task)
{
    cki_error error = {0};
    cki_fail_memory(&error, sizeof task);
    cki_run_fail(me->team->run, task, &error);
    wake_all(me->team);
}

/* Let a ready task wait until there is memory for it. */
static void park(member *me, uint32_t task)
{
    crew *team = me->team;
    cki_thread_lock(&team->mutex);
    bool kept = cki_queue_heap_push(&team->heap, task);
    atomic_store(&team->waiting, team->heap.count);
    cki_thread_unlock(&team->mutex);
    if (!kept)
        run_out_of_memory(me, task);
}

/* The first of those that wait for memory, if there is enough now. */
static uint32_t unpark(member *me)
{
    crew *team = me->team;
    if (atomic_load_explicit(&team->waiting, memory_order_relaxed) == 0)
        return NONE;
    settle(me);
    cki_thread_lock(&team->mutex);
    uint32_t task = cki_queue_heap_top(&team->heap);
    if (task != NONE && admit(me, task, false))
        cki_queue_heap_pop(&team->heap);
    else
        task = NONE;
    atomic_store(&team->waiting, team->heap.count);
    cki_thread_unlock(&team->mutex);
    return task;
}

static uint32_t steal(member *me)
{
    crew *team = me->team;
    int active = atomic_load_explicit(&team->active, memory_order_relaxed);
    for (int i = 1; i < active; i++) {
        member *other = &team->members[(me->worker.number + i) % active];
        uint32_t task = cki_queue_steal(&me->ready, &other->ready);
        if (task != NONE)
            return task;
    }
    return NONE;
}

static uint32_t take_root(member *me)
{
    crew *team = me->team;
    size_t next = atomic_load_explicit(&team->next_root, memory_order_relaxed);
    while (next < team->nroots && atomic_load_explicit(&team->waiting, memory_order_relaxed) == 0) {
        uint32_t task = team->roots[next];
        if (!admit(me, task, false))
            return NONE;
        if (atomic_compare_exchange_strong(&team->next_root, &next, next + 1))
            return task;
        dismiss(me);
    }
    return NONE;
}

/* A task that may start now, without waiting for one. */
static uint32_t look(member *me)
{
    uint32_t task = unpark(me);
    while (task == NONE && (task = cki_queue_pop(&me->ready)) != NONE)
        if (!admit(me, task, false)) {
            park(me, task);
            task = NONE;
        }
    if (task == NONE && (task = steal(me)) != NONE && !admit(me, task, false)) {
        park(me, task);
        task = NONE;
    }
    return task != NONE ? task : take_root(me);
}

/* Whether look() might find something. With the mutex. */
static bool is_hopeful(const crew *team)
{
    int active = atomic_load(&team->active);
    for (int i = 0; i < active; i++)
        if (atomic_load(&team->members[i].ready.count) > 0)
            return true;
    uint32_t first = cki_queue_heap_top(&team->heap);
    size_t next = atomic_load(&team->next_root);
    if (first == NONE && next < team->nroots)
        first = team->roots[next];
    return first != NONE && fits(team, first);
}

/* With the mutex, when nothing runs: the lowest number of all that wait; NONE when all is done. */
static uint32_t force(member *me)
{
    crew *team = me->team;
    uint32_t task = cki_queue_heap_top(&team->heap);
    size_t next = atomic_load(&team->next_root);
    if (next < team->nroots && team->roots[next] < task) {
        task = team->roots[next];
        atomic_store(&team->next_root, next + 1);
    } else {
        cki_queue_heap_pop(&team->heap);
        atomic_store(&team->waiting, team->heap.count);
    }
    if (task == NONE)
        return NONE;
    admit(me, task, true);
    return task;
}

/* Sleep until there may be work: false when there will be none, or the run is to end. *task is set
 * if nothing else could run. */
static bool rest(member *me, uint32_t *task)
{
    crew *team = me->team;
    bool more = true;
    settle(me);
    cki_thread_lock(&team->mutex);
    atomic_fetch_add(&team->idle, 1);
    for (;;) {
        if (team->done || cki_run_stopped(team->run)) {
            more = false;
            break;
        }
        bool short_of_memory = team->heap.count > 0 || atomic_load(&team->next_root) < team->nroots;
        atomic_fetch_add(&team->starved, short_of_memory);
        bool hopeful = is_hopeful(team);
        if (!hopeful && atomic_load(&team->idle) < atomic_load(&team->active))
            cki_thread_wait(&team->wake, &team->mutex);
        else if (!hopeful && (*task = force(me)) == NONE)
            team->done = true;
        atomic_fetch_sub(&team->starved, short_of_memory);
        if (hopeful || *task != NONE)
            break;
    }
    atomic_fetch_sub(&team->idle, 1);
    if (!more)
        cki_thread_broadcast(&team->wake);
    cki_thread_unlock(&team->mutex);
    return more;
}

static uint32_t next_task(member *me)
{
    uint32_t task = NONE;
    for (;;) {
        for (int i = 0; task == NONE && i < LOOKS; i++) {
            if (cki_run_stopped(me->team->run))
                return NONE;
            task = look(me);
            if (task == NONE)
                cki_thread_pause();
        }
        if (task != NONE || !rest(me, &task))
            return task;
        if (task != NONE)
            return task;
    }
}

static void start_helper(crew *team);

/* There is more than this worker can do at once: call another one. */
static void offer(crew *team)
{
    if (atomic_load(&team->idle) > 0) {
        cki_thread_lock(&team->mutex);
        cki_thread_signal(&team->wake);
        cki_thread_unlock(&team->mutex);
    } else if (atomic_load_explicit(&team->active, memory_order_relaxed) < team->most) {
        start_helper(team);
    }
}

/* Tell the users of a task that it is done. The lowest of those that became ready is returned, to
 * be run next; the others are there for anybody. */
static uint32_t enable_users(member *me, uint32_t number)
{
    const cki_plan_task *task = &me->team->run->plan->tasks[number];
    const uint32_t *users = me->team->run->plan->users + task->users;
    uint32_t next = NONE;
    bool surplus = false;
    for (size_t i = task->nusers; i-- > 0;) {
        _Atomic uint32_t *waiting = &me->team->run->results[users[i]].waiting;
        /* the last input need not say so to anybody */
        if (atomic_load_explicit(waiting, memory_order_acquire) != 1 &&
            atomic_fetch_sub_explicit(waiting, 1, memory_order_acq_rel) != 1)
            continue;
        if (next != NONE && !cki_queue_push(&me->ready, next)) {
            run_out_of_memory(me, next);
            return NONE;
        }
        surplus = surplus || next != NONE;
        next = users[i];
    }
    if (surplus)
        offer(me->team);
    return next == NONE ? NONE : cki_queue_swap(&me->ready, next);
}

static void work(void *given)
{
    member *me = given;
    crew *team = me->team;
    cki_ledger *previous = cki_ledger_enter(team->run->options->ledger);
    if (atomic_load(&team->next_root) + 1 < team->nroots)
        offer(team);
    uint32_t task = NONE;
    while (task != NONE || (task = next_task(me)) != NONE) {
        if (!cki_run_task(&me->worker, task))
            break;
        if (me->worker.uncounted > team->slack || me->worker.uncounted < -team->slack)
            settle(me);
        task = enable_users(me, task);
        if (cki_run_stopped(team->run))
            break;
        if (task != NONE && !admit(me, task, false)) {
            park(me, task);
            task = NONE;
        }
    }
    if (cki_run_stopped(team->run))
        wake_all(team);
    cki_ledger_enter(previous);
}

/* One more worker. If the system has none to give, the others do the work. */
static void start_helper(crew *team)
{
    cki_thread_lock(&team->mutex);
    int number = atomic_load(&team->active);
    if (number < team->most && !team->done && !cki_run_stopped(team->run)) {
        char name[24];
        snprintf(name, sizeof name, "cask-%d", number);
        member *helper = &team->members[number];
        atomic_store(&team->active, number + 1);
        if (cki_thread_start(&helper->thread, work, helper, name, NULL) != CASK_OK) {
            atomic_store(&team->active, number);
            team->most = number;
        }
    }
    cki_thread_unlock(&team->mutex);
}

static cask_status assemble(crew *team, cki_run *run, int threads, cki_error *error)
{
    const cki_plan *plan = run->plan;
    size_t limit = run->options->memory_limit, share = limit / (16 * (size_t)threads);
    team->run = run;
    atomic_init(&team->most, threads);
    atomic_init(&team->active, 1);
    team->limit = limit > INT64_MAX / 2 ? INT64_MAX / 2 : (int64_t)limit;
    team->slack = share < MOST_UNCOUNTED ? (int64_t)share : MOST_UNCOUNTED;
    for (size_t i = 0; i < plan->count; i++)
        team->nroots += plan->tasks[i].ninputs == 0;
    team->roots = cki_memory_alloc(team->nroots * sizeof *team->roots);
    team->members = cki_memory_calloc((size_t)threads, sizeof *team->members);
    if (!team->roots || !team->members)
        return cki_fail_memory(error, (size_t)threads * sizeof *team->members +
                                          team->nroots * sizeof *team->roots);
    size_t at = 0;
    for (size_t i = 0; i < plan->count; i++)
        if (plan->tasks[i].ninputs == 0)
            team->roots[at++] = (uint32_t)i;
    for (int i = 0; i < threads; i++) {
        team->members[i].team = team;
        team->members[i].worker.run = run;
        team->members[i].worker.number = i;
    }
    cki_thread_mutex_init(&team->mutex);
    cki_thread_condition_init(&team->wake);
    return CASK_OK;
}

static void dissolve(crew *team)
{
    int active = atomic_load(&team->active);
    for (int i = 1; i < active; i++)
        cki_thread_join(&team->members[i].thread);
    for (int i = 0; i < active; i++) {
        cki_run_worker_free(&team->members[i].worker);
        cki_queue_free(&team->members[i].ready);
    }
    cki_queue_heap_free(&team->heap);
    cki_thread_condition_free(&team->wake);
    cki_thread_mutex_free(&team->mutex);
}

static cask_status run_on_threads(const cki_plan *plan, const cki_exec_options *options,
                                  cki_deliver deliver, void *user, cki_error *error)
{
    if (plan->count <= 1 || options->threads <= 1)
        return cki_sync_scheduler.run(plan, options, deliver, user, error);
    int threads = (size_t)options->threads < plan->count ? options->threads : (int)plan->count;
    cki_run run;
    cask_status status = cki_run_init(&run, plan, options, deliver, user, error);
    if (status != CASK_OK)
        return status;
    crew team = {.run = NULL};
    cki_error failure = {0};
    if (assemble(&team, &run, threads, &failure) == CASK_OK) {
        work(&team.members[0]);
        dissolve(&team);
    } else {
        cki_run_fail(&run, plan->count, &failure);
    }
    cki_memory_free(team.roots);
    cki_memory_free(team.members);
    return cki_run_end(&run, team.done, error);
}

const cki_scheduler cki_threads_scheduler = {.name = "threads", .run = run_on_threads};
