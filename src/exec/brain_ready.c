/* The brain's ready tasks and its workers that wait for some. A worker runs what its own tasks made
 * ready, lowest number first, so that the plan's order is kept nearly; then the tasks without
 * inputs that it has laid hands on; then it steals; then it lays hands on the next few of those. */
#include "exec/brain_state.h"

#define NONE CKI_BRAIN_NONE

enum { MOST_ROOTS = 64, SHARES = 8 };

/* Whether this was the last of `all` to be counted. The last one need not write it down. */
static bool is_last(_Atomic uint32_t *counter, size_t all)
{
    return all == 1 || atomic_load_explicit(counter, memory_order_acquire) + 1 == all ||
           atomic_fetch_add_explicit(counter, 1, memory_order_acq_rel) + 1 == all;
}

/* The worker after this one in the circle. */
static cki_brain_worker *after(const cki_brain *brain, const cki_brain_worker *worker)
{
    const cki_brain_worker *last = brain->workers + brain->options.workers - 1;
    return worker == last ? brain->workers : brain->workers + (worker - brain->workers) + 1;
}

bool cki_brain_ready_enable(cki_brain *brain, cki_brain_worker *me, uint32_t number)
{
    const cki_plan *plan = brain->plan;
    cki_plan_list users = cki_plan_users(plan, number);
    uint32_t next = NONE;
    bool surplus = me->hand != NONE;
    for (size_t i = 0; i < users.count; i++) {
        uint32_t user = users.items[i];
        if (!is_last(&brain->nodes[user].arrived, cki_plan_arguments(plan, user).count))
            continue;
        if (next == NONE) {
            next = user; /* the lowest */
            continue;
        }
        surplus = true;
        if (!cki_queue_push(&me->ready, user))
            cki_brain_give_up(brain);
    }
    if (next == NONE)
        return false;
    if (me->hand == NONE)
        me->hand = cki_queue_swap(&me->ready, next);
    else
        cki_brain_ready_put(brain, me, next);
    return surplus;
}

void cki_brain_ready_put(cki_brain *brain, cki_brain_worker *me, uint32_t task)
{
    if (me->hand == NONE)
        me->hand = task;
    else if (!cki_queue_push(&me->ready, task))
        cki_brain_give_up(brain);
}

uint32_t cki_brain_ready_steal(cki_brain *brain, cki_brain_worker *me)
{
    for (cki_brain_worker *at = after(brain, me); at != me; at = after(brain, at)) {
        uint32_t task = atomic_load_explicit(&at->ready.count, memory_order_relaxed)
                            ? cki_queue_steal(&me->ready, &at->ready)
                            : NONE;
        if (task != NONE)
            return task;
    }
    return NONE;
}

/* ---- roots ---- */

static uint64_t range(uint64_t low, uint64_t high)
{
    return high << 32 | low;
}

/* The first task without inputs in low..high, or high. */
static uint32_t scan(const cki_plan *plan, uint32_t low, uint32_t high)
{
    while (low < high && cki_plan_arguments(plan, low).count > 0)
        low++;
    return low;
}

/* The next root of the worker's own range, which others may shorten meanwhile. */
static uint32_t take_own(const cki_brain *brain, cki_brain_worker *me)
{
    uint64_t seen = atomic_load_explicit(&me->roots, memory_order_relaxed);
    for (;;) {
        uint32_t low = (uint32_t)seen, high = (uint32_t)(seen >> 32);
        if (low >= high)
            return NONE;
        uint32_t root = scan(brain->plan, low, high);
        uint64_t rest = root < high ? range(root + 1, high) : range(high, high);
        if (atomic_compare_exchange_weak_explicit(&me->roots, &seen, rest, memory_order_acq_rel,
                                                  memory_order_relaxed) &&
            root < high)
            return root;
        seen = atomic_load_explicit(&me->roots, memory_order_relaxed);
    }
}

/* A new range for the worker, smaller towards the end, so that all end at the same time. */
static bool take_range(cki_brain *brain, cki_brain_worker *me)
{
    uint32_t count = (uint32_t)brain->plan->count;
    uint32_t low = atomic_load_explicit(&brain->next_root, memory_order_relaxed), high;
    do {
        if (low >= count)
            return false;
        uint32_t share = (count - low) / ((uint32_t)brain->options.workers * SHARES);
        share = share < 1 ? 1 : share > MOST_ROOTS ? MOST_ROOTS : share;
        high = low + share;
    } while (!atomic_compare_exchange_weak(&brain->next_root, &low, high));
    atomic_store(&me->roots, range(low, high));
    return true;
}

static bool steal_range(cki_brain *brain, cki_brain_worker *me)
{
    for (cki_brain_worker *other = after(brain, me); other != me; other = after(brain, other)) {
        uint64_t seen = atomic_load_explicit(&other->roots, memory_order_relaxed);
        uint32_t low = (uint32_t)seen, high = (uint32_t)(seen >> 32);
        uint32_t middle = low + (high - low) / 2;
        if (low < high &&
            atomic_compare_exchange_strong(&other->roots, &seen, range(low, middle))) {
            atomic_store(&me->roots, range(middle, high));
            return true;
        }
    }
    return false;
}

uint32_t cki_brain_ready_own_root(cki_brain *brain, cki_brain_worker *me)
{
    return take_own(brain, me);
}

uint32_t cki_brain_ready_root(cki_brain *brain, cki_brain_worker *me)
{
    while (take_range(brain, me) || steal_range(brain, me)) {
        uint32_t root = take_own(brain, me);
        if (root != NONE)
            return root;
    }
    return NONE;
}

uint32_t cki_brain_ready_peek(cki_brain *brain, uint32_t *seen)
{
    uint32_t count = (uint32_t)brain->plan->count;
    *seen = atomic_load_explicit(&brain->next_root, memory_order_relaxed);
    for (;;) {
        uint32_t root = scan(brain->plan, *seen < count ? *seen : count, count);
        if (root == *seen || *seen >= count)
            return root < count ? root : NONE;
        if (atomic_compare_exchange_strong(&brain->next_root, seen, root))
            *seen = root;
    }
}

bool cki_brain_ready_any(cki_brain *brain)
{
    if (brain->options.in_order)
        return !brain->counted && brain->in_order < brain->plan->count;
    for (int i = 0; i < brain->options.workers; i++) {
        const cki_brain_worker *worker = &brain->workers[i];
        uint64_t roots = atomic_load(&worker->roots);
        if (atomic_load(&worker->ready.count) > 0 || (uint32_t)roots < (uint32_t)(roots >> 32))
            return true;
    }
    return !brain->counted && atomic_load(&brain->next_root) < brain->plan->count;
}

/* ---- workers that wait ---- */

void cki_brain_ready_rest(cki_brain *brain, cki_brain_worker *me)
{
    int top = atomic_load_explicit(&brain->idle, memory_order_relaxed);
    atomic_store(&me->notified, false);
    atomic_store(&me->waits, true);
    brain->resting[top] = (int)(me - brain->workers);
    atomic_store(&brain->idle, top + 1);
}

void cki_brain_ready_rise(cki_brain *brain, cki_brain_worker *me)
{
    int own = (int)(me - brain->workers), count = atomic_load(&brain->idle), at = 0;
    atomic_store(&me->waits, false);
    while (at < count && brain->resting[at] != own)
        at++;
    if (at == count)
        return; /* it was gone, not waiting */
    for (; at + 1 < count; at++)
        brain->resting[at] = brain->resting[at + 1];
    atomic_store(&brain->idle, count - 1);
}

bool cki_brain_ready_quiet(const cki_brain *brain)
{
    for (int i = 0; i < brain->options.workers; i++) {
        const cki_brain_worker *worker = &brain->workers[i];
        if (!atomic_load(&worker->waits) || atomic_load(&worker->running) > 0)
            return false;
    }
    return true;
}

int cki_brain_ready_notify_one_held(cki_brain *brain)
{
    int count = atomic_load(&brain->idle);
    if (count == 0)
        return CKI_BRAIN_NOBODY;
    int number = brain->resting[count - 1];
    atomic_store(&brain->idle, count - 1);
    atomic_store(&brain->workers[number].waits, false);
    atomic_store(&brain->workers[number].notified, true);
    return number;
}

int cki_brain_ready_notify_all_held(cki_brain *brain)
{
    bool any = false;
    while (cki_brain_ready_notify_one_held(brain) != CKI_BRAIN_NOBODY)
        any = true;
    return any ? CKI_BRAIN_ALL : CKI_BRAIN_NOBODY;
}

int cki_brain_ready_notify(cki_brain *brain)
{
    if (atomic_load(&brain->idle) == 0)
        return CKI_BRAIN_NOBODY;
    cki_thread_lock(&brain->mutex);
    int number = cki_brain_ready_notify_one_held(brain);
    cki_thread_unlock(&brain->mutex);
    return number;
}

int cki_brain_ready_notify_all(cki_brain *brain)
{
    cki_thread_lock(&brain->mutex);
    int whom = cki_brain_ready_notify_all_held(brain);
    cki_thread_unlock(&brain->mutex);
    return whom;
}
