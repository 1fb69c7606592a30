/* The scheduler's brain: what a worker does next, and what follows from what it did. */
#include "exec/brain_state.h"

#include "core/memory.h"
#include "graph/annotations.h"
#include "sys/pages.h"

#define NONE CKI_BRAIN_NONE

enum { LOOK_AHEAD = 256 };

/* ---- beginning and end ---- */

static cask_status set_up(cki_brain *brain, cki_error *error)
{
    const cki_plan *plan = brain->plan;
    int workers = brain->options.workers;
    if (!brain->options.in_order)
        brain->nodes = cki_memory_calloc(plan->count, sizeof *brain->nodes);
    cki_pages_expect(brain->nodes, plan->count * sizeof *brain->nodes);
    brain->workers = cki_memory_calloc((size_t)workers, sizeof *brain->workers);
    brain->resting = cki_memory_alloc((size_t)workers * sizeof *brain->resting);
    if ((!brain->nodes && !brain->options.in_order) || !brain->workers || !brain->resting)
        return cki_fail_memory(error, plan->count * sizeof *brain->nodes);
    for (int i = workers; i-- > 0;) { /* so that the lowest number is woken first */
        brain->workers[i].hand = brain->workers[i].pending = NONE;
        cki_brain_ready_rest(brain, &brain->workers[i]);
    }
    return cki_brain_memory_init(brain, error);
}

cki_brain *cki_brain_new(const cki_plan *plan, const cki_brain_options *options, cki_error *error)
{
    cki_brain *brain = cki_memory_calloc(1, sizeof *brain);
    if (!brain) {
        cki_fail_memory(error, sizeof *brain);
        return NULL;
    }
    brain->plan = plan;
    brain->options = *options;
    cki_thread_mutex_init(&brain->mutex);
    if (set_up(brain, error) == CASK_OK)
        return brain;
    cki_brain_free(brain);
    return NULL;
}

void cki_brain_free(cki_brain *brain)
{
    if (!brain)
        return;
    for (int i = 0; brain->workers && i < brain->options.workers; i++) {
        cki_queue_free(&brain->workers[i].ready);
        cki_memory_free(brain->workers[i].released);
    }
    cki_brain_memory_free(brain);
    cki_queue_heap_free(&brain->parked);
    cki_memory_free(brain->retried);
    cki_memory_free(brain->nodes);
    cki_memory_free(brain->workers);
    cki_memory_free(brain->resting);
    cki_thread_mutex_free(&brain->mutex);
    cki_memory_free(brain);
}

bool cki_brain_counts(const cki_brain *brain)
{
    return brain->counted;
}

void cki_brain_give_up(cki_brain *brain)
{
    atomic_store(&brain->failure, CASK_MEMORY);
    atomic_store(&brain->stop, true);
}

cask_status cki_brain_failure(const cki_brain *brain)
{
    return (cask_status)atomic_load(&brain->failure);
}

bool cki_brain_stopped(const cki_brain *brain)
{
    return atomic_load_explicit(&brain->stop, memory_order_relaxed);
}

bool cki_brain_finished(const cki_brain *brain)
{
    return atomic_load(&brain->ended) && !atomic_load(&brain->stop);
}

void cki_brain_cancel(cki_brain *brain)
{
    atomic_store(&brain->stop, true);
    cki_brain_ready_notify_all(brain);
}

size_t cki_brain_needs(cki_brain *brain, uint32_t task)
{
    cki_thread_lock(&brain->mutex);
    int64_t bytes = brain->counted ? cki_brain_memory_total(brain, task) : 0;
    cki_thread_unlock(&brain->mutex);
    return (size_t)bytes;
}

cki_brain_stats cki_brain_statistics(const cki_brain *brain)
{
    int64_t live = atomic_load(&brain->live), peak = atomic_load(&brain->peak);
    return (cki_brain_stats){.live = live > 0 ? (size_t)live : 0,
                             .peak = peak > 0 ? (size_t)peak : 0,
                             .spills = atomic_load(&brain->spills),
                             .loads = atomic_load(&brain->loads),
                             .forced = atomic_load(&brain->forced)};
}

/* ---- what a worker does next ---- */

static cki_brain_action act(cki_brain_kind kind, uint32_t task, int wake)
{
    return (cki_brain_action){.kind = kind, .task = task, .wake = wake};
}

/* `running` is the worker's own to write. */
static void count_running(cki_brain_worker *me, uint32_t change)
{
    uint32_t running = atomic_load_explicit(&me->running, memory_order_relaxed);
    atomic_store_explicit(&me->running, running + change, memory_order_release);
}

/* An admitted task is run, or an input of it is loaded first. */
static cki_brain_action begin(cki_brain *brain, cki_brain_worker *me, uint32_t task, int wake)
{
    count_running(me, 1);
    if (me->pending != NONE) {
        uint32_t missing = cki_brain_memory_missing(brain, me);
        me->loading = missing != NONE;
        if (missing != NONE)
            return act(CKI_BRAIN_LOAD, missing, wake);
        me->pending = NONE;
    }
    size_t arguments = cki_plan_arguments(brain->plan, task).count;
    if (arguments > me->released_capacity) {
        size_t capacity = 2 * arguments + 16;
        uint32_t *released = cki_memory_realloc(me->released, capacity * sizeof *released);
        if (!released) {
            cki_brain_give_up(brain);
            return act(CKI_BRAIN_END, 0, cki_brain_ready_notify_all(brain));
        }
        me->released = released;
        me->released_capacity = capacity;
    }
    return act(CKI_BRAIN_RUN, task, wake);
}

/* Whether another worker would find a task without inputs; a long way off counts as yes. */
static bool more_roots(const cki_brain *brain, const cki_brain_worker *me)
{
    const cki_plan *plan = brain->plan;
    uint64_t own = atomic_load_explicit(&me->roots, memory_order_relaxed);
    size_t at =
        (uint32_t)own < (uint32_t)(own >> 32) ? (uint32_t)own : atomic_load(&brain->next_root);
    for (size_t i = 0; i < LOOK_AHEAD; i++, at++)
        if (at >= plan->count || cki_plan_arguments(plan, at).count == 0)
            return at < plan->count;
    return true;
}

/* The next task without inputs where bytes are counted, or in order any task. One that does not
 * fit waits, and as long as one waits no other is begun: running ones free memory, those only fill
 * it. */
static uint32_t take_counted_root(cki_brain *brain, cki_brain_worker *me)
{
    uint32_t seen, root;
    do {
        if (atomic_load_explicit(&brain->waiting, memory_order_relaxed) > 0)
            return NONE;
        if (brain->options.in_order)
            root = brain->in_order < brain->plan->count ? brain->in_order++ : NONE;
        else
            root = cki_brain_ready_peek(brain, &seen);
    } while (root != NONE && !brain->options.in_order &&
             !atomic_compare_exchange_strong(&brain->next_root, &seen, root + 1));
    if (root == NONE || cki_brain_memory_admit(brain, me, root))
        return root;
    cki_brain_memory_park(brain, root);
    return NONE;
}

/* The same or a task that is ready: admitted, or waiting for memory from now on. */
static uint32_t admitted(cki_brain *brain, cki_brain_worker *me, uint32_t task)
{
    if (task == NONE || !brain->counted || cki_brain_memory_admit(brain, me, task))
        return task;
    cki_brain_memory_park(brain, task);
    return NONE;
}

static uint32_t look_counted(cki_brain *brain, cki_brain_worker *me, int *wake)
{
    uint32_t task = cki_brain_memory_unpark(brain, me), ready;
    while (task == NONE && (ready = cki_queue_pop(&me->ready)) != NONE)
        task = admitted(brain, me, ready);
    if (task == NONE && !brain->options.in_order)
        task = admitted(brain, me, cki_brain_ready_steal(brain, me));
    if (task == NONE)
        task = take_counted_root(brain, me);
    if (task != NONE && *wake == CKI_BRAIN_NOBODY && atomic_load(&brain->idle) > 0 &&
        (atomic_load(&brain->waiting) > 0 || more_roots(brain, me)))
        *wake = cki_brain_ready_notify(brain);
    return task;
}

/* A task that may start now. */
static uint32_t look(cki_brain *brain, cki_brain_worker *me, int *wake)
{
    uint32_t task = me->hand;
    if (task != NONE) {
        me->hand = NONE;
        if ((task = admitted(brain, me, task)) != NONE)
            return task;
    }
    if (brain->counted)
        return look_counted(brain, me, wake);
    if ((task = cki_queue_pop(&me->ready)) != NONE)
        return task;
    if (brain->options.in_order)
        return brain->in_order < brain->plan->count ? brain->in_order++ : NONE;
    if ((task = cki_brain_ready_own_root(brain, me)) != NONE)
        return task;
    if ((task = cki_brain_ready_steal(brain, me)) == NONE)
        task = cki_brain_ready_root(brain, me);
    if (task != NONE && atomic_load_explicit(&brain->idle, memory_order_relaxed) > 0 &&
        more_roots(brain, me))
        *wake = cki_brain_ready_notify(brain);
    return task;
}

/* ---- when there is nothing that may start: with the mutex, and registered as waiting ---- */

/* The lowest number of those that wait for memory. While nothing runs, the next task without
 * inputs is among them. */
static uint32_t first_parked(cki_brain *brain, bool quiet)
{
    uint32_t task = cki_queue_heap_top(&brain->parked), seen;
    if (!quiet || brain->options.in_order || !brain->counted)
        return task;
    uint32_t root = cki_brain_ready_peek(brain, &seen);
    if (root >= task || !atomic_compare_exchange_strong(&brain->next_root, &seen, root + 1))
        return task;
    if (!cki_queue_heap_push(&brain->parked, root))
        cki_brain_give_up(brain);
    atomic_store(&brain->waiting, brain->parked.count);
    return cki_queue_heap_top(&brain->parked);
}

static cki_brain_action unpark_first(cki_brain *brain, cki_brain_worker *me, uint32_t task)
{
    cki_queue_heap_pop(&brain->parked);
    atomic_store(&brain->waiting, brain->parked.count);
    cki_brain_ready_rise(brain, me);
    return act(CKI_BRAIN_RUN, task, CKI_BRAIN_NOBODY);
}

/* Nothing runs, nothing can be spilled: the end, or the lowest number starts whether it fits or
 * not, so that every plan ends. */
static cki_brain_action conclude(cki_brain *brain, cki_brain_worker *me, uint32_t task)
{
    if (task == NONE) {
        cki_brain_ready_rise(brain, me);
        atomic_store(&brain->ended, true);
        return act(CKI_BRAIN_END, 0, cki_brain_ready_notify_all_held(brain));
    }
    if (brain->spill_failed ||
        (brain->marks && cki_brain_memory_total(brain, task) > brain->limit)) {
        cki_brain_ready_rise(brain, me);
        return act(CKI_BRAIN_STUCK, task, CKI_BRAIN_NOBODY);
    }
    atomic_fetch_add(&brain->forced, 1);
    cki_brain_memory_admit_held(brain, me, task, true); /* nothing moves, as nothing runs */
    return unpark_first(brain, me, task);
}

/* RUN stands for an admitted task, pending ones included; WAIT with a task says to look again. */
static cki_brain_action decide(cki_brain *brain, cki_brain_worker *me)
{
    if (atomic_load(&brain->stop) || atomic_load(&brain->ended) || cki_brain_ready_any(brain)) {
        cki_brain_ready_rise(brain, me);
        return act(CKI_BRAIN_WAIT, 1, CKI_BRAIN_NOBODY);
    }
    bool quiet = cki_brain_ready_quiet(brain);
    for (int i = 0; quiet && i < brain->options.workers; i++)
        cki_brain_memory_show(brain, &brain->workers[i]); /* nobody else touches them now */
    uint32_t task = first_parked(brain, quiet);
    if (task != NONE) {
        cki_brain_fit fit = cki_brain_memory_admit_held(brain, me, task, false);
        if (fit == CKI_BRAIN_FITS)
            return unpark_first(brain, me, task);
        uint32_t victim =
            fit == CKI_BRAIN_TOO_MUCH && brain->marks ? cki_brain_evict_choose(brain, task) : NONE;
        if (victim != NONE) {
            cki_brain_ready_rise(brain, me);
            return act(CKI_BRAIN_SPILL, victim, CKI_BRAIN_NOBODY);
        }
    } else if (brain->counted && !brain->options.in_order) {
        uint32_t seen;
        if (cki_brain_ready_peek(brain, &seen) != NONE) { /* it may be begun now */
            cki_brain_ready_rise(brain, me);
            return act(CKI_BRAIN_WAIT, 1, CKI_BRAIN_NOBODY);
        }
    }
    return quiet ? conclude(brain, me, task) : act(CKI_BRAIN_WAIT, 0, CKI_BRAIN_NOBODY);
}

/* What comes next can only be told when the load that is under way has ended. */
static cki_brain_action wait_for_load(cki_brain *brain, cki_brain_worker *me, bool may_rest)
{
    if (may_rest) {
        cki_thread_lock(&brain->mutex);
        cki_brain_ready_rest(brain, me);
        cki_thread_unlock(&brain->mutex);
    }
    return act(CKI_BRAIN_WAIT, 0, CKI_BRAIN_NOBODY);
}

static cki_brain_action answer(cki_brain *brain, cki_brain_worker *me, bool may_rest)
{
    cki_brain_ready_awake(brain, me);
    for (;;) {
        if (atomic_load_explicit(&brain->stop, memory_order_relaxed) ||
            atomic_load_explicit(&brain->ended, memory_order_relaxed))
            return act(CKI_BRAIN_END, 0, cki_brain_ready_notify_all(brain));
        if (me->loading)
            return wait_for_load(brain, me, may_rest);
        int wake = CKI_BRAIN_NOBODY;
        uint32_t task = me->pending != NONE ? me->pending : look(brain, me, &wake);
        if (task != NONE)
            return begin(brain, me, task, wake);
        if (!may_rest)
            return act(CKI_BRAIN_WAIT, 0, wake);
        cki_brain_memory_show(brain, me);
        cki_thread_lock(&brain->mutex);
        cki_brain_ready_rest(brain, me);
        cki_brain_action action = decide(brain, me);
        cki_thread_unlock(&brain->mutex);
        if (action.kind == CKI_BRAIN_RUN)
            return begin(brain, me, action.task, CKI_BRAIN_NOBODY);
        if (action.kind == CKI_BRAIN_SPILL)
            count_running(me, 1);
        if (action.kind != CKI_BRAIN_WAIT || action.task == 0)
            return action;
    }
}

/* The answer in the usual case where nothing is counted: what is in hand, else the next of the
 * worker's own tasks without inputs. NONE if there is more to be looked at. */
static inline uint32_t answer_at_once(cki_brain *brain, cki_brain_worker *me)
{
    if (brain->counted || atomic_load_explicit(&me->waits, memory_order_relaxed) ||
        atomic_load_explicit(&brain->stop, memory_order_relaxed))
        return NONE;
    uint32_t task = me->hand;
    if (task != NONE)
        me->hand = NONE;
    else if (atomic_load_explicit(&me->ready.count, memory_order_relaxed) > 0)
        task = cki_queue_pop(&me->ready);
    else if (brain->options.in_order)
        task = brain->in_order < brain->plan->count ? brain->in_order++ : NONE;
    else
        task = cki_brain_ready_own_root(brain, me);
    return task;
}

static inline cki_brain_action ask(cki_brain *brain, int worker, bool may_rest)
{
    cki_brain_worker *me = &brain->workers[worker];
    uint32_t task = answer_at_once(brain, me);
    if (task == NONE)
        return answer(brain, me, may_rest);
    if (cki_plan_arguments(brain->plan, task).count > me->released_capacity)
        return begin(brain, me, task, CKI_BRAIN_NOBODY);
    count_running(me, 1);
    return act(CKI_BRAIN_RUN, task, CKI_BRAIN_NOBODY);
}

cki_brain_action cki_brain_next(cki_brain *brain, int worker)
{
    return ask(brain, worker, true);
}

cki_brain_action cki_brain_try(cki_brain *brain, int worker)
{
    return ask(brain, worker, false);
}

bool cki_brain_notified(const cki_brain *brain, int worker)
{
    return atomic_load(&brain->workers[worker].notified);
}

/* ---- events ---- */

/* Whether the user that has just run was the last one: it is asked for each mention of the input.
 * In order, a user is the last if its number is; the first mention is the one that counts. */
static bool used_up(const cki_brain *brain, const cki_brain_worker *me, size_t kept, uint32_t input,
                    uint32_t user)
{
    cki_plan_list users = cki_plan_users(brain->plan, input);
    if (users.count == 1)
        return true;
    if (brain->options.in_order) {
        bool last = users.items[users.count - 1] == user;
        for (size_t i = 0; last && users.items[users.count - 2] == user && i < kept; i++)
            last = me->released[i] != input;
        return last;
    }
    _Atomic uint32_t *used = &brain->nodes[input].used;
    return atomic_load_explicit(used, memory_order_acquire) + 1 == users.count ||
           atomic_fetch_add_explicit(used, 1, memory_order_acq_rel) + 1 == users.count;
}

size_t cki_brain_release(cki_brain *brain, int worker, uint32_t task, const uint32_t **released)
{
    cki_brain_worker *me = &brain->workers[worker];
    cki_plan_list inputs = cki_plan_arguments(brain->plan, task);
    size_t kept = 0;
    for (size_t i = 0; i < inputs.count; i++)
        if (used_up(brain, me, kept, inputs.items[i], task))
            me->released[kept++] = inputs.items[i];
    *released = me->released;
    if (brain->marks) {
        atomic_fetch_or(&brain->marks[task], CKI_BRAIN_RAN);
        for (size_t i = 0; i < kept; i++)
            atomic_fetch_and(&brain->marks[me->released[i]], ~(uint32_t)CKI_BRAIN_RESIDENT);
        cki_brain_memory_let_go(brain, task);
    }
    return kept;
}

static int done_counted(cki_brain *brain, cki_brain_worker *me, uint32_t task,
                        const cki_brain_made *made)
{
    cki_brain_memory_settle(brain, me, task, made->change, made);
    bool surplus = !brain->options.in_order && cki_brain_ready_enable(brain, me, task);
    count_running(me, UINT32_MAX);
    if (surplus || atomic_load_explicit(&brain->waiting, memory_order_relaxed) > 0)
        return cki_brain_ready_notify(brain);
    return CKI_BRAIN_NOBODY;
}

int cki_brain_done(cki_brain *brain, int worker, uint32_t task, const cki_brain_made *made)
{
    cki_brain_worker *me = &brain->workers[worker];
    cki_brain_ready_awake(brain, me);
    if (brain->counted)
        return done_counted(brain, me, task, made);
    bool surplus = brain->nodes && cki_plan_users(brain->plan, task).count > 0 &&
                   cki_brain_ready_enable(brain, me, task);
    count_running(me, UINT32_MAX);
    return surplus ? cki_brain_ready_notify(brain) : CKI_BRAIN_NOBODY;
}

/* How often a task may be tried again: as its layer says, or the options. */
static int64_t retries_of(const cki_brain *brain, uint32_t task)
{
    const cki_annotations *own = cki_plan_layer(brain->plan, task)->annotations;
    if (brain->plan->said && brain->plan->said[task].retries >= 0)
        return brain->plan->said[task].retries;
    return own && own->retries >= 0 ? own->retries : brain->options.retries;
}

/* Count one more failure of the task; whether it may be tried again. With the mutex. */
static bool may_retry(cki_brain *brain, uint32_t task)
{
    size_t i = 0;
    while (i < brain->nretried && brain->retried[i].task != task)
        i++;
    if (i == brain->retried_capacity) {
        size_t capacity = 2 * i + 8;
        struct cki_brain_retry *retried =
            cki_memory_realloc(brain->retried, capacity * sizeof *retried);
        if (!retried)
            return false;
        brain->retried = retried;
        brain->retried_capacity = capacity;
    }
    if (i == brain->nretried)
        brain->retried[brain->nretried++] = (struct cki_brain_retry){.task = task};
    return brain->retried[i].count++ < retries_of(brain, task);
}

/* The task is not running any more, and has no result. */
static void take_back(cki_brain *brain, cki_brain_worker *me, uint32_t task, int64_t change)
{
    cki_brain_ready_awake(brain, me);
    if (brain->counted)
        cki_brain_memory_settle(brain, me, task, change, NULL);
    cki_brain_memory_let_go(brain, task);
    count_running(me, UINT32_MAX);
}

int cki_brain_failed(cki_brain *brain, int worker, uint32_t task, int64_t change, bool *again)
{
    cki_brain_worker *me = &brain->workers[worker];
    take_back(brain, me, task, change);
    cki_thread_lock(&brain->mutex);
    *again = !atomic_load(&brain->stop) && retries_of(brain, task) > 0 && may_retry(brain, task);
    cki_thread_unlock(&brain->mutex);
    if (*again) {
        cki_brain_ready_put(brain, me, task);
        return CKI_BRAIN_NOBODY;
    }
    atomic_store(&brain->stop, true);
    return cki_brain_ready_notify_all(brain);
}

int cki_brain_returned(cki_brain *brain, int worker, uint32_t task)
{
    cki_brain_worker *me = &brain->workers[worker];
    take_back(brain, me, task, 0);
    cki_brain_ready_put(brain, me, task);
    return CKI_BRAIN_NOBODY;
}

int cki_brain_spilled(cki_brain *brain, int worker, uint32_t task, bool ok, int64_t change)
{
    cki_brain_worker *me = &brain->workers[worker];
    cki_brain_ready_awake(brain, me);
    cki_thread_lock(&brain->mutex);
    brain->leaving -= brain->sizes[task];
    cki_brain_memory_add(brain, change);
    atomic_fetch_or(&brain->marks[task], ok ? CKI_BRAIN_ON_DISK : CKI_BRAIN_FIXED);
    atomic_fetch_and(&brain->marks[task],
                     ~(uint32_t)(CKI_BRAIN_MOVING | (ok ? CKI_BRAIN_RESIDENT : 0)));
    brain->spill_failed = brain->spill_failed || !ok;
    atomic_fetch_add(&brain->spills, ok);
    count_running(me, UINT32_MAX);
    int wake = cki_brain_ready_notify_all_held(brain);
    cki_thread_unlock(&brain->mutex);
    return wake;
}

int cki_brain_loaded(cki_brain *brain, int worker, uint32_t task, bool ok, int64_t change)
{
    cki_brain_worker *me = &brain->workers[worker];
    cki_brain_ready_awake(brain, me);
    me->loading = false;
    cki_thread_lock(&brain->mutex);
    cki_brain_memory_add(brain, change - brain->sizes[task]);
    atomic_fetch_and(&brain->marks[task], ~(uint32_t)CKI_BRAIN_MOVING);
    if (ok)
        atomic_fetch_or(&brain->marks[task], CKI_BRAIN_RESIDENT);
    else
        atomic_store(&brain->stop, true);
    atomic_fetch_add(&brain->loads, ok);
    count_running(me, UINT32_MAX);
    int wake = cki_brain_ready_notify_all_held(brain);
    cki_thread_unlock(&brain->mutex);
    return wake;
}

int cki_brain_leave(cki_brain *brain, int worker)
{
    cki_brain_worker *me = &brain->workers[worker];
    uint32_t left[2] = {me->hand, me->pending};
    me->hand = NONE;
    cki_thread_lock(&brain->mutex);
    cki_brain_ready_rise(brain, me);
    if (me->pending != NONE)
        cki_brain_memory_withdraw(brain, me);
    cki_thread_unlock(&brain->mutex);
    for (int i = 0; i < 2; i++)
        if (left[i] != NONE && !cki_queue_push(&me->ready, left[i]))
            cki_brain_give_up(brain);
    cki_thread_lock(&brain->mutex);
    atomic_store(&me->running, 0);
    atomic_store(&me->waits, true); /* but not on the list of those that could be woken */
    int wake = cki_brain_ready_notify_one_held(brain);
    cki_thread_unlock(&brain->mutex);
    return wake;
}
