/* The brain's budget of bytes: what tasks reserve before they run, what is counted afterwards, and
 * which results running tasks hold fast. */
#include "exec/brain_state.h"

#include "core/memory.h"
#include "core/text.h"

#define NONE CKI_BRAIN_NONE
#define MOST (INT64_MAX / 8) /* so that sums of a few do not overflow */

enum { MOST_UNCOUNTED = 1 << 16 };

static int64_t clamp(size_t bytes)
{
    return bytes > (size_t)MOST ? MOST : (int64_t)bytes;
}

static int64_t add(int64_t a, int64_t b)
{
    return a > MOST - b ? MOST : a + b;
}

/* ---- beginning: must bytes be counted, and can the plan be run at all ---- */

/* Where the declared bytes of everything at once are within the limit, nothing need be counted. */
static bool must_count(const cki_plan *plan, const cki_brain_options *options)
{
    size_t most;
    return options->memory_limit != 0 &&
           (plan->undeclared ||
            __builtin_mul_overflow(plan->largest_bytes, (size_t)options->workers, &most) ||
            __builtin_add_overflow(most, plan->output_bytes, &most) ||
            __builtin_add_overflow(most, options->memory_base, &most) ||
            most > options->memory_limit);
}

static cask_status refuse(const cki_brain *brain, uint32_t task, int64_t bytes, bool inputs,
                          cki_error *error)
{
    const cki_plan *plan = brain->plan;
    const char *name = cki_plan_layer(plan, task)->name;
    char needs[32], limit[32];
    return cki_fail(
        error, CASK_LIMIT, NULL,
        "a task of %.*s (block %lld) needs %s%s but the memory limit is %s: use smaller "
        "chunks (rechunk) or a higher --memory-limit",
        (int)cki_graph_label(name), name, (long long)plan->block[task],
        cki_text_size((uint64_t)bytes, needs), inputs ? " with its inputs" : "",
        cki_text_size(brain->options.memory_limit, limit));
}

/* What the results of a task's inputs take, by `sizes`, each input once: a size that was added is
 * negative until the end. */
static int64_t sum_inputs(cki_brain *brain, uint32_t task)
{
    size_t count;
    const uint32_t *arguments = cki_brain_arguments(brain, task, &count);
    int64_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        int64_t *size = &brain->sizes[arguments[i]];
        if (*size > 0) {
            sum = add(sum, *size);
            *size = -*size;
        }
    }
    for (size_t i = 0; i < count; i++) {
        int64_t *size = &brain->sizes[arguments[i]];
        *size = *size < 0 ? -*size : *size;
    }
    return sum;
}

/* A task runs with its inputs in memory: all that it declares must fit. Uses `sizes` for scratch:
 * what each task's result takes. */
static cask_status check_limit(cki_brain *brain, cki_error *error)
{
    const cki_plan *plan = brain->plan;
    for (uint32_t i = 0; i < plan->count; i++) {
        cki_cost cost = cki_plan_cost(plan, i);
        int64_t own = add(clamp(cost.output), clamp(cost.working));
        int64_t all = add(own, sum_inputs(brain, i));
        if (all > brain->limit)
            return refuse(brain, i, own > brain->limit ? own : all, own <= brain->limit, error);
        brain->sizes[i] = clamp(cost.output);
    }
    for (size_t i = 0; i < plan->count; i++)
        brain->sizes[i] = 0;
    return CASK_OK;
}

cask_status cki_brain_memory_init(cki_brain *brain, cki_error *error)
{
    const cki_plan *plan = brain->plan;
    size_t limit = brain->options.memory_limit;
    brain->counted = must_count(plan, &brain->options);
    brain->limit = clamp(limit);
    brain->slack = brain->limit / (16 * brain->options.workers);
    brain->slack = brain->slack < MOST_UNCOUNTED ? brain->slack : MOST_UNCOUNTED;
    atomic_init(&brain->live, clamp(brain->options.memory_base));
    atomic_init(&brain->peak, clamp(brain->options.memory_base));
    if (!brain->counted)
        return CASK_OK;
    brain->sizes = cki_memory_calloc(plan->count, sizeof *brain->sizes);
    if (brain->options.can_spill)
        brain->marks = cki_memory_calloc(plan->count, sizeof *brain->marks);
    if (plan->undeclared)
        brain->measured = cki_memory_calloc(cki_graph_layers(plan->graph), sizeof *brain->measured);
    if (!brain->sizes || (brain->options.can_spill && !brain->marks) ||
        (plan->undeclared && !brain->measured))
        return cki_fail_memory(error, plan->count * sizeof *brain->sizes);
    return check_limit(brain, error);
}

void cki_brain_memory_free(cki_brain *brain)
{
    cki_memory_free(brain->sizes);
    cki_memory_free((void *)(uintptr_t)brain->marks);
    cki_memory_free((void *)(uintptr_t)brain->measured);
    cki_brain_evict_free(&brain->evictable);
}

/* ---- bytes alive ---- */

static void note_peak(cki_brain *brain, int64_t live)
{
    int64_t peak = atomic_load_explicit(&brain->peak, memory_order_relaxed);
    while (live > peak &&
           !atomic_compare_exchange_weak_explicit(&brain->peak, &peak, live, memory_order_relaxed,
                                                  memory_order_relaxed))
        continue;
}

void cki_brain_memory_add(cki_brain *brain, int64_t bytes)
{
    note_peak(brain, atomic_fetch_add(&brain->live, bytes) + bytes);
}

void cki_brain_beside(cki_brain *brain, int64_t bytes)
{
    int64_t before = atomic_load(&brain->beside), now;
    do
        now = bytes > before - before / 8 ? bytes : before - before / 8;
    while (!atomic_compare_exchange_weak(&brain->beside, &before, now));
    cki_brain_memory_add(brain, now - before);
}

void cki_brain_memory_show(cki_brain *brain, cki_brain_worker *me)
{
    if (me->uncounted == 0)
        return;
    cki_brain_memory_add(brain, me->uncounted);
    me->uncounted = 0;
}

/* What a task declares; where its layer does not say, what such tasks took before. */
static int64_t declared(const cki_brain *brain, uint32_t task)
{
    cki_cost cost = cki_plan_cost(brain->plan, task);
    if (brain->measured && !cki_plan_layer(brain->plan, task)->cost) {
        int64_t measured =
            atomic_load_explicit(&brain->measured[brain->plan->layer[task]], memory_order_relaxed);
        return measured < brain->limit / 2 ? measured : brain->limit / 2;
    }
    return add(clamp(cost.output), clamp(cost.working));
}

/* A running mean, which follows what the last few tasks took. */
static void measure(cki_brain *brain, uint32_t task, int64_t took)
{
    if (!brain->measured || cki_plan_layer(brain->plan, task)->cost)
        return;
    _Atomic int64_t *mean = &brain->measured[brain->plan->layer[task]];
    int64_t before = atomic_load_explicit(mean, memory_order_relaxed);
    atomic_store_explicit(mean, before + (took - before) / 4 + (took > before),
                          memory_order_relaxed);
}

/* `own` bytes, and what the task's inputs take, each once: those that carry none of `but`. */
static int64_t sum_needs(const cki_brain *brain, uint32_t task, int64_t own, uint32_t but)
{
    int64_t bytes = own;
    size_t count;
    const uint32_t *arguments = cki_brain_arguments(brain, task, &count);
    for (size_t i = 0; brain->marks && i < count; i++) {
        _Atomic uint32_t *mark = &brain->marks[arguments[i]];
        if (atomic_load(mark) & (but | CKI_BRAIN_SEEN))
            continue;
        bytes = add(bytes, brain->sizes[arguments[i]]);
        atomic_fetch_or(mark, CKI_BRAIN_SEEN);
    }
    for (size_t i = 0; brain->marks && i < count; i++)
        if (atomic_load(&brain->marks[arguments[i]]) & CKI_BRAIN_SEEN)
            atomic_fetch_and(&brain->marks[arguments[i]], ~(uint32_t)CKI_BRAIN_SEEN);
    return bytes;
}

int64_t cki_brain_memory_need(const cki_brain *brain, uint32_t task)
{
    return sum_needs(brain, task, declared(brain, task), CKI_BRAIN_RESIDENT);
}

int64_t cki_brain_memory_total(const cki_brain *brain, uint32_t task)
{
    cki_cost cost = cki_plan_cost(brain->plan, task); /* what is known, nothing estimated */
    return sum_needs(brain, task, add(clamp(cost.output), clamp(cost.working)), 0);
}

bool cki_brain_memory_fits(const cki_brain *brain, uint32_t task)
{
    return atomic_load(&brain->live) <= brain->limit - cki_brain_memory_need(brain, task);
}

/* ---- pins: results that running tasks use ---- */

/* Whether all inputs are in memory and stay there now. Each mention of one is a pin. */
static bool pin_all(const cki_brain *brain, uint32_t task)
{
    bool there = true;
    size_t count;
    const uint32_t *arguments = cki_brain_arguments(brain, task, &count);
    for (size_t i = 0; i < count; i++) {
        uint32_t mark = atomic_fetch_add(&brain->marks[arguments[i]], CKI_BRAIN_PIN);
        there = there && (mark & (CKI_BRAIN_RESIDENT | CKI_BRAIN_MOVING)) == CKI_BRAIN_RESIDENT;
    }
    return there;
}

void cki_brain_memory_pin(cki_brain *brain, uint32_t task)
{
    size_t count;
    const uint32_t *arguments = cki_brain_arguments(brain, task, &count);
    for (size_t i = 0; i < count; i++) {
        atomic_fetch_add(&brain->marks[arguments[i]], CKI_BRAIN_PIN);
        if (atomic_load(&brain->pressed))
            cki_brain_evict_remove(brain, arguments[i]);
    }
}

void cki_brain_memory_unpin(cki_brain *brain, uint32_t task)
{
    size_t count;
    const uint32_t *arguments = cki_brain_arguments(brain, task, &count);
    for (size_t i = 0; i < count; i++) {
        atomic_fetch_sub(&brain->marks[arguments[i]], CKI_BRAIN_PIN);
        if (atomic_load(&brain->pressed))
            cki_brain_evict_consider(brain, arguments[i]);
    }
}

void cki_brain_memory_let_go(cki_brain *brain, uint32_t task)
{
    if (!brain->marks)
        return;
    if (atomic_load(&brain->pressed)) {
        cki_thread_lock(&brain->mutex);
        cki_brain_memory_unpin(brain, task);
        cki_thread_unlock(&brain->mutex);
        return;
    }
    size_t count;
    const uint32_t *arguments = cki_brain_arguments(brain, task, &count);
    for (size_t i = 0; i < count; i++)
        atomic_fetch_sub(&brain->marks[arguments[i]], CKI_BRAIN_PIN);
    if (!atomic_load(&brain->pressed))
        return;
    cki_thread_lock(&brain->mutex); /* pressure began meanwhile */
    for (size_t i = 0; i < count; i++)
        cki_brain_evict_consider(brain, arguments[i]);
    cki_thread_unlock(&brain->mutex);
}

/* ---- admission ---- */

static bool reserve(cki_brain *brain, uint32_t task, int64_t bytes, bool must)
{
    int64_t live = atomic_load_explicit(&brain->live, memory_order_relaxed);
    do {
        if (!must && live > brain->limit - bytes)
            return false;
    } while (!atomic_compare_exchange_weak(&brain->live, &live, live + bytes));
    note_peak(brain, live + bytes);
    brain->sizes[task] = bytes;
    return true;
}

/* Mark the inputs that are on disk alone as being loaded; whether there are any. False in *clear
 * if another worker moves one of them. */
static bool claim_loads(cki_brain *brain, uint32_t task, bool *clear)
{
    bool any = false;
    size_t count;
    const uint32_t *arguments = cki_brain_arguments(brain, task, &count);
    *clear = true;
    for (size_t i = 0; i < count && *clear; i++)
        *clear = !(atomic_load(&brain->marks[arguments[i]]) & CKI_BRAIN_MOVING);
    for (size_t i = 0; i < count && *clear; i++)
        if (!(atomic_load(&brain->marks[arguments[i]]) & CKI_BRAIN_RESIDENT))
            any = true;
    return any;
}

static void begin_loads(cki_brain *brain, cki_brain_worker *me, uint32_t task)
{
    size_t count;
    const uint32_t *arguments = cki_brain_arguments(brain, task, &count);
    for (size_t i = 0; i < count; i++)
        if (!(atomic_load(&brain->marks[arguments[i]]) & CKI_BRAIN_RESIDENT))
            atomic_fetch_or(&brain->marks[arguments[i]], CKI_BRAIN_MOVING);
    me->pending = task;
    me->load_at = 0;
}

cki_brain_fit cki_brain_memory_admit_held(cki_brain *brain, cki_brain_worker *me, uint32_t task,
                                          bool must)
{
    if (!brain->marks)
        return reserve(brain, task, declared(brain, task), must) ? CKI_BRAIN_FITS
                                                                 : CKI_BRAIN_TOO_MUCH;
    bool clear, loads = claim_loads(brain, task, &clear);
    if (!clear)
        return CKI_BRAIN_BLOCKED;
    int64_t own = declared(brain, task), need = cki_brain_memory_need(brain, task);
    if (!reserve(brain, task, need, must))
        return CKI_BRAIN_TOO_MUCH;
    brain->sizes[task] = own; /* the rest goes over to the loaded results */
    cki_brain_memory_pin(brain, task);
    if (loads)
        begin_loads(brain, me, task);
    return CKI_BRAIN_FITS;
}

bool cki_brain_memory_admit(cki_brain *brain, cki_brain_worker *me, uint32_t task)
{
    if (!brain->marks)
        return reserve(brain, task, declared(brain, task), false);
    if (!atomic_load(&brain->pressed)) {
        if (pin_all(brain, task) && !atomic_load(&brain->pressed) &&
            reserve(brain, task, declared(brain, task), false))
            return true;
        cki_brain_memory_let_go(brain, task);
    }
    cki_thread_lock(&brain->mutex);
    bool fits = true;
    if (!atomic_load(&brain->pressed) && !cki_brain_evict_begin(brain))
        fits = false;
    fits = fits && cki_brain_memory_admit_held(brain, me, task, false) == CKI_BRAIN_FITS;
    cki_thread_unlock(&brain->mutex);
    return fits;
}

void cki_brain_memory_park(cki_brain *brain, uint32_t task)
{
    cki_thread_lock(&brain->mutex);
    bool kept = cki_queue_heap_push(&brain->parked, task);
    atomic_store(&brain->waiting, brain->parked.count);
    cki_thread_unlock(&brain->mutex);
    if (!kept)
        cki_brain_give_up(brain);
}

enum { LOOK_PAST = 8 };

/* The lowest goes first. Others may go before it only while its inputs are on their way. */
uint32_t cki_brain_memory_unpark(cki_brain *brain, cki_brain_worker *me)
{
    if (atomic_load_explicit(&brain->waiting, memory_order_relaxed) == 0)
        return NONE;
    cki_brain_memory_show(brain, me);
    uint32_t blocked[LOOK_PAST], task = NONE;
    int nblocked = 0;
    cki_thread_lock(&brain->mutex);
    while (nblocked < LOOK_PAST && (task = cki_queue_heap_top(&brain->parked)) != NONE) {
        cki_brain_fit fit = cki_brain_memory_admit_held(brain, me, task, false);
        if (fit == CKI_BRAIN_TOO_MUCH)
            task = NONE;
        if (task == NONE)
            break;
        cki_queue_heap_pop(&brain->parked);
        if (fit == CKI_BRAIN_FITS)
            break;
        blocked[nblocked++] = task;
        task = NONE;
    }
    while (nblocked > 0) /* there was room for them */
        cki_queue_heap_push(&brain->parked, blocked[--nblocked]);
    atomic_store(&brain->waiting, brain->parked.count);
    cki_thread_unlock(&brain->mutex);
    return task;
}

uint32_t cki_brain_memory_missing(cki_brain *brain, cki_brain_worker *me)
{
    size_t count;
    const uint32_t *arguments = cki_brain_arguments(brain, me->pending, &count);
    while (me->load_at < count &&
           atomic_load(&brain->marks[arguments[me->load_at]]) & CKI_BRAIN_RESIDENT)
        me->load_at++;
    return me->load_at < count ? arguments[me->load_at] : NONE;
}

void cki_brain_memory_settle(cki_brain *brain, cki_brain_worker *me, uint32_t task, int64_t change,
                             const cki_brain_made *made)
{
    int64_t reserved = brain->sizes[task];
    brain->sizes[task] = made ? clamp(made->bytes) : 0;
    if (made)
        measure(brain, task, brain->sizes[task]);
    me->uncounted += change - reserved;
    if (me->uncounted > 0 || me->uncounted < -brain->slack || atomic_load(&brain->pressed) ||
        atomic_load_explicit(&brain->waiting, memory_order_relaxed) > 0 ||
        atomic_load_explicit(&brain->idle, memory_order_relaxed) > 0)
        cki_brain_memory_show(brain, me);
    if (!brain->marks || !made)
        return;
    bool can = made->can_spill && made->bytes > 0;
    uint32_t flags = CKI_BRAIN_RESIDENT | (can ? 0 : CKI_BRAIN_FIXED);
    atomic_fetch_or(&brain->marks[task], flags);
    if (!atomic_load(&brain->pressed))
        return;
    cki_thread_lock(&brain->mutex);
    cki_brain_evict_consider(brain, task);
    cki_thread_unlock(&brain->mutex);
}

void cki_brain_memory_withdraw(cki_brain *brain, cki_brain_worker *me)
{
    uint32_t task = me->pending;
    size_t count;
    const uint32_t *arguments = cki_brain_arguments(brain, task, &count);
    int64_t reserved = brain->sizes[task];
    for (size_t i = 0; i < count; i++)
        if (atomic_load(&brain->marks[arguments[i]]) & CKI_BRAIN_MOVING) {
            atomic_fetch_and(&brain->marks[arguments[i]], ~(uint32_t)CKI_BRAIN_MOVING);
            reserved += brain->sizes[arguments[i]];
        }
    brain->sizes[task] = 0;
    me->pending = NONE;
    cki_brain_memory_add(brain, -reserved);
    cki_brain_memory_unpin(brain, task);
}
