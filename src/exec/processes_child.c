/* A process of the processes scheduler: takes orders, runs tasks on values in the shared heap, and
 * reports. It has the graph, the plan and the functions from the fork. */
#include "exec/processes.h"

#include "sys/clock.h"

#define NONE UINT32_MAX

enum { LOOKS = 200, YIELDS = 20, LATE = 20000 /* ns that a report may wait for others */ };

typedef struct child {
    const cki_crew *crew;
    cki_station *station;
    cki_segment segment;
    cask_value **inputs;
    size_t capacity;
    uint32_t ahead;  /* tasks that it ran ahead */
    int64_t unheard; /* when the first report was made that the bell has not been rung for */
} child;

static void free_inputs(child *me, size_t count)
{
    while (count > 0)
        cask_value_unref(me->inputs[--count]);
}

static cask_status gather(child *me, cki_plan_list arguments, cki_error *error)
{
    if (arguments.count > me->capacity) {
        size_t capacity = arguments.count + me->capacity + 8;
        cask_value **inputs = cki_memory_realloc((void *)me->inputs, capacity * sizeof *inputs);
        if (!inputs)
            return cki_fail_memory(error, capacity * sizeof *inputs);
        me->inputs = inputs;
        me->capacity = capacity;
    }
    for (size_t i = 0; i < arguments.count; i++) {
        me->inputs[i] = cki_parcel_peek(me->crew->heap, me->crew->cells[arguments.items[i]], error);
        if (!me->inputs[i]) {
            free_inputs(me, i);
            return error->status;
        }
    }
    return CASK_OK;
}

/* Call the task's function and pack what it gives. */
static cask_status call(child *me, uint32_t number, cki_cell *cell, cki_error *error)
{
    const cki_plan *plan = me->crew->plan;
    const cki_layer *layer = cki_plan_layer(plan, number);
    cki_plan_list arguments = cki_plan_arguments(plan, number);
    cask_value *value = NULL;
    cask_status status = gather(me, arguments, error);
    if (status != CASK_OK)
        return status;
    cki_task task = {.layer = layer,
                     .block = plan->block[number],
                     .inputs = me->inputs,
                     .ninputs = arguments.count};
    status = layer->function->run(&task, &value, error);
    if (status == CASK_OK && !value)
        status = cki_fail_internal(error, "a function gave no result");
    if (status == CASK_OK && error->status != CASK_OK) /* something that the function got over */
        *error = (cki_error){0};
    if (status == CASK_OK)
        status = cki_parcel_pack(&me->segment, value, cell, error);
    cask_value_unref(value);
    free_inputs(me, arguments.count);
    return status;
}

/* There is one place for errors: wait until the one before was read. */
static void leave_error(child *me, const cki_error *error)
{
    while (atomic_load(&me->station->failed))
        cki_clock_sleep(LATE);
    me->station->error = *error;
    atomic_store(&me->station->failed, 1);
}

static void ring(child *me)
{
    if (me->unheard == 0)
        return;
    me->unheard = 0;
    atomic_thread_fence(memory_order_seq_cst);
    if (atomic_load(&me->crew->commons->asleep) && atomic_exchange(&me->crew->commons->asleep, 0))
        cki_wake_bell_ring(&me->crew->bell);
}

/* The task to run next, unasked, if there is one and nothing else to do: the only user of one that
 * was run, if it needs nothing else. */
static uint32_t next_of_chain(const child *me, uint32_t number)
{
    const cki_plan *plan = me->crew->plan;
    uint32_t ahead = me->ahead - atomic_load(&me->station->caught_up);
    if (!me->crew->ahead || ahead >= CKI_PROCESSES_AHEAD ||
        cki_ring_has_order(&me->station->orders))
        return NONE;
    return cki_processes_crew_follower(plan, number);
}

/* Run a task and report it; which one to run next. */
static uint32_t run(child *me, uint32_t number)
{
    uint32_t next = NONE;
    cki_error error = {0};
    cki_report report = {.task = number, .begin = cki_clock_now()};
    atomic_store_explicit(&me->station->begun, report.begin, memory_order_relaxed);
    atomic_store(&me->station->running, number + 1);
    report.status = (uint16_t)call(me, number, &report.result, &error);
    report.end = cki_clock_now();
    if (report.status != CASK_OK)
        leave_error(me, &error);
    else
        next = next_of_chain(me, number);
    me->crew->cells[number] = report.result;
    report.goes_on = next != NONE;
    me->ahead += next != NONE;
    while (!cki_ring_report(&me->station->reports, &report))
        cki_clock_sleep(LATE); /* there is room for as many as may be under way */
    if (me->unheard == 0)
        me->unheard = report.end;
    if (report.end - me->unheard > LATE)
        ring(me);
    return next;
}

/* Wait for an order: at first awake, as the next one often comes at once. */
static void rest(child *me)
{
    cki_station *station = me->station;
    ring(me);
    for (int i = 0; i < LOOKS + YIELDS; i++) {
        if (cki_ring_has_order(&station->orders))
            return;
        if (i < LOOKS)
            cki_thread_pause();
        else
            cki_thread_yield();
    }
    atomic_store(&station->asleep, 1);
    atomic_thread_fence(memory_order_seq_cst);
    while (!cki_ring_has_order(&station->orders) && atomic_load(&station->asleep))
        cki_wake_sleep(&station->asleep, 1);
    atomic_store(&station->asleep, 0);
}

void cki_processes_child_work(void *given)
{
    const cki_member *member = given;
    cki_crew *crew = member->crew;
    child me = {.crew = crew, .station = member->station};
    cki_sharedheap_own(&me.segment, crew->heap, member->number + 1, member->begin,
                       atomic_load(&crew->commons->spare));
    cki_ledger_abandon(crew->outer);
    cki_ledger *ledger = cki_sharedheap_ledger(&me.segment);
    if (!ledger)
        return;
    cki_ledger_enter(ledger);
    for (;;) {
        cki_order order;
        size_t spare = atomic_load_explicit(&crew->commons->spare, memory_order_relaxed);
        if (spare != me.segment.most_spare)
            cki_sharedheap_trim(&me.segment, spare);
        if (!cki_ring_next_order(&me.station->orders, &order))
            rest(&me);
        else if (order.kind == CKI_ORDER_RUN)
            for (uint32_t task = order.number; task != NONE;)
                task = run(&me, task);
        else
            cki_sharedheap_return(&me.segment, cki_sharedheap_at(crew->heap, order.block),
                                  order.number);
    }
}
