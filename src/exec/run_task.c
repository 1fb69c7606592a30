/* Carrying out what the brain says, in this process: a task is run, a result is spilled or loaded.
 * What each of them changes of the bytes alive is the change of this thread's balance. */
#include "exec/run.h"

#include "core/memory.h"
#include "core/text.h"
#include "value/array.h"

/* ---- running a task ---- */

void cki_run_worker_free(cki_worker *worker)
{
    cki_memory_free((void *)worker->inputs);
    worker->inputs = NULL;
}

/* The values of a task's arguments, in the worker's own list. */
static cask_status gather(cki_worker *worker, cki_plan_list arguments)
{
    const cki_run *run = worker->run;
    if (arguments.count > worker->inputs_capacity) {
        size_t capacity = arguments.count + worker->inputs_capacity + 8;
        cask_value **inputs = cki_memory_realloc((void *)worker->inputs, capacity * sizeof *inputs);
        if (!inputs)
            return cki_fail_memory(&worker->error, capacity * sizeof *inputs);
        worker->inputs = inputs;
        worker->inputs_capacity = capacity;
    }
    for (size_t i = 0; i < arguments.count; i++)
        worker->inputs[i] = run->values[arguments.items[i]];
    return CASK_OK;
}

/* The task's function, with its inputs; a value or a status, never neither. */
static cask_status call(cki_worker *worker, uint32_t number, cask_value **value)
{
    cki_run *run = worker->run;
    if (run->plan->known && run->plan->known[number]) {
        *value = cask_value_ref(run->plan->known[number]);
        return CASK_OK;
    }
    cki_plan_list arguments = cki_plan_arguments(run->plan, number);
    const cki_layer *layer = cki_plan_layer(run->plan, number);
    cki_task task = {
        .layer = layer, .block = run->plan->block[number], .ninputs = arguments.count, .run = run};
    *value = NULL;
    cask_status status = gather(worker, arguments);
    task.inputs = worker->inputs;
    if (status == CASK_OK)
        status = layer->function->run(&task, value, &worker->error);
    if (status == CASK_OK && *value)
        return CASK_OK;
    cask_value_unref(*value);
    *value = NULL;
    if (status == CASK_OK)
        cki_fail_internal(&worker->error, "a function gave no result");
    else
        cki_fail(&worker->error, status, NULL, "it failed and did not say why");
    if (worker->error.status != CASK_CANCELLED)
        cki_run_place(run, number, &worker->error);
    return worker->error.status;
}

/* Hand the result of a task to all who want it, if any do. */
static cask_status deliver(const cki_run *run, uint32_t task, cask_value *value, cki_error *error)
{
    cask_status status = CASK_OK;
    uint32_t place = run->wanted[task];
    for (; status == CASK_OK && run->deliver && place != 0; place = run->next_wanted[place - 1])
        status = run->deliver(run->user, place - 1, value, error);
    if (status != CASK_OK)
        cki_fail(error, status, NULL, "a result was refused without a reason");
    return status;
}

/* The task's function gave this value, or NULL and an error: deliver it, and tell of the end. */
static cask_status conclude(cki_worker *worker, uint32_t task, cask_value **value)
{
    const cki_run *run = worker->run;
    cask_status status = *value ? CASK_OK : worker->error.status;
    if (*value && worker->error.status != CASK_OK) /* something that the function got over */
        worker->error = (cki_error){0};
    if (*value && run->wanted[task] != 0)
        status = deliver(run, task, *value, &worker->error);
    if (run->told)
        cki_run_tell_after(run, task, worker->number, status == CASK_OK ? NULL : &worker->error);
    if (status != CASK_OK) {
        cask_value_unref(*value);
        *value = NULL;
    }
    return status;
}

cask_status cki_run_compute(cki_worker *worker, uint32_t task, cask_value **value)
{
    if (worker->run->told)
        cki_run_tell_before(worker->run, task, worker->number);
    call(worker, task, value);
    return conclude(worker, task, value);
}

/* ---- afterwards ---- */

static int fail(cki_worker *worker, uint32_t task, int64_t change)
{
    cki_run *run = worker->run;
    bool again;
    cki_error error = worker->error;
    worker->error = (cki_error){0};
    int wake = cki_brain_failed(run->brain, worker->number, task, change, &again);
    if (!again)
        cki_run_fail(run, task, &error);
    return wake;
}

/* A result is in memory no more. */
static void drop(const cki_run *run, uint32_t task)
{
    cask_value_unref(run->values[task]);
    run->values[task] = NULL;
    if (run->forget)
        run->forget(run->forget_user, task);
}

/* Keep a result for its users, if it has any. What is known of it for the brain. */
static cki_brain_made keep(cki_worker *worker, uint32_t number, cask_value *value)
{
    cki_run *run = worker->run;
    cki_brain_made made = {0};
    bool used = cki_plan_users(run->plan, number).count > 0;
    if (run->told)
        cki_run_tell_value(run, number, worker->number, value);
    if (run->told_bytes)
        cki_run_tell_result(run, number, worker->number, cki_value_nbytes(value));
    if (run->counted && used) {
        bool held = (run->plan->known && run->plan->known[number]) ||
                    atomic_load(&value->references) > 1; /* dropping it would free nothing */
        made.bytes = cki_value_nbytes(value);
        made.can_spill = run->spill && !held && cki_spill_can(value);
        made.change = run->charges[number] = held ? 0 : (int64_t)cki_value_own_bytes(value);
    }
    if (used) {
        run->values[number] = value;
    } else {
        cki_run_tell_released(run, number, worker->number);
        cask_value_unref(value);
        if (run->forget)
            run->forget(run->forget_user, number);
    }
    return made;
}

/* Let go of what nobody needs any more; what they were charged with. */
static int64_t release(cki_worker *worker, const uint32_t *results, size_t count)
{
    cki_run *run = worker->run;
    int64_t charged = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t result = results[i];
        drop(run, result);
        if (run->told_bytes)
            cki_run_tell_released(run, result, worker->number);
        if (run->counted)
            charged += run->charges[result];
        if (run->places && run->places[result].file != 0)
            cki_spill_drop(run->spill, &run->places[result]);
    }
    return charged;
}

int cki_run_finish(cki_worker *worker, uint32_t task, cask_value *value, int64_t before)
{
    cki_run *run = worker->run;
    if (conclude(worker, task, &value) != CASK_OK)
        return fail(worker, task, run->counted ? cki_ledger_balance() - before : 0);
    cki_brain_made made = keep(worker, task, value);
    const uint32_t *released;
    size_t count = cki_brain_release(run->brain, worker->number, task, &released);
    int64_t charged = release(worker, released, count);
    if (run->counted)
        made.change += cki_ledger_balance() - before - charged;
    return cki_brain_done(run->brain, worker->number, task, &made);
}

/* The same where nothing is counted, nobody is told, and the result is this process's alone. */
static int finish_plain(cki_worker *worker, uint32_t task, cask_value *value)
{
    cki_run *run = worker->run;
    if ((!value || run->wanted[task] != 0 || worker->error.status != CASK_OK) &&
        conclude(worker, task, &value) != CASK_OK)
        return fail(worker, task, 0);
    if (cki_plan_users(run->plan, task).count > 0)
        run->values[task] = value;
    else
        cask_value_unref(value);
    if (cki_plan_arguments(run->plan, task).count > 0) {
        const uint32_t *released;
        size_t count = cki_brain_release(run->brain, worker->number, task, &released);
        for (size_t i = 0; i < count; i++) {
            cask_value_unref(run->values[released[i]]);
            run->values[released[i]] = NULL;
        }
    }
    return cki_brain_done(run->brain, worker->number, task, NULL);
}

int cki_run_task(cki_worker *worker, uint32_t task)
{
    cki_run *run = worker->run;
    cask_value *value = NULL;
    if (run->plain) {
        call(worker, task, &value);
        return finish_plain(worker, task, value);
    }
    cki_run_watch(run);
    int64_t before = run->counted ? cki_ledger_balance() : 0;
    int64_t working = run->counted ? (int64_t)cki_plan_cost(run->plan, task).working : 0;
    if (run->told)
        cki_run_tell_before(run, task, worker->number);
    cki_ledger_expect(run->options->ledger, working);
    call(worker, task, &value);
    cki_ledger_expect(run->options->ledger, -working);
    return cki_run_finish(worker, task, value, before);
}

/* ---- spilling and loading ---- */

static int spill(cki_worker *worker, uint32_t task)
{
    cki_run *run = worker->run;
    cki_run_watch(run);
    int64_t before = cki_ledger_balance();
    cki_error error = {0};
    cask_status status = CASK_OK;
    if (run->places[task].file == 0)
        status = cki_spill_write(run->spill, run->values[task], &run->places[task], &error);
    if (status != CASK_OK) {
        cki_thread_lock(&run->mutex);
        if (run->unspilled.status == CASK_OK)
            run->unspilled = error;
        cki_thread_unlock(&run->mutex);
        return cki_brain_spilled(run->brain, worker->number, task, false,
                                 cki_ledger_balance() - before);
    }
    drop(run, task);
    return cki_brain_spilled(run->brain, worker->number, task, true,
                             cki_ledger_balance() - before - run->charges[task]);
}

int cki_run_loaded(cki_worker *worker, uint32_t task, int64_t before, cki_error *error)
{
    cki_run *run = worker->run;
    bool there = run->values[task] != NULL;
    if (!there) {
        cki_run_place(run, task, error);
        cki_run_fail(run, task, error);
    }
    int64_t change = cki_ledger_balance() - before + (there ? run->charges[task] : 0);
    return cki_brain_loaded(run->brain, worker->number, task, there, change);
}

static int load(cki_worker *worker, uint32_t task)
{
    int64_t before = cki_ledger_balance();
    cki_error error = {0};
    cki_run *run = worker->run;
    run->values[task] = cki_spill_read(run->spill, &run->places[task], &error);
    return cki_run_loaded(worker, task, before, &error);
}

/* There is no memory for the task: what should go to disk could not, or it is too large. */
static void give_up(cki_run *run, uint32_t task)
{
    cki_error error = {0};
    char limit[32], needs[32];
    const char *name = cki_plan_layer(run->plan, task)->name;
    long long block = run->plan->block[task];
    cki_text_size(run->options->memory_limit, limit);
    cki_text_size(cki_brain_needs(run->brain, task), needs);
    const int label = (int)cki_graph_label(name);
    if (run->unspilled.status != CASK_OK)
        cki_fail(&error, run->unspilled.status, run->unspilled.python,
                 "%s; so a task of %.*s (block %lld) does not fit into the memory limit of %s",
                 run->unspilled.message, label, name, block, limit);
    else
        cki_fail(&error, CASK_LIMIT, NULL,
                 "a task of %.*s (block %lld) needs %s with its inputs but the memory limit is %s: "
                 "use smaller chunks (rechunk) or a higher --memory-limit",
                 label, name, block, needs, limit);
    cki_run_fail(run, run->plan->count, &error);
    cki_brain_cancel(run->brain);
}

int cki_run_act(cki_worker *worker, const cki_brain_action *action)
{
    switch (action->kind) {
    case CKI_BRAIN_RUN:
        return cki_run_task(worker, action->task);
    case CKI_BRAIN_SPILL:
        return spill(worker, action->task);
    case CKI_BRAIN_LOAD:
        return load(worker, action->task);
    case CKI_BRAIN_STUCK:
        give_up(worker->run, action->task);
        return CKI_BRAIN_ALL;
    case CKI_BRAIN_WAIT:
    case CKI_BRAIN_END:
        break;
    }
    return CKI_BRAIN_NOBODY;
}
