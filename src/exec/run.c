/* A run: results and their counts, one task, the first failure. */
#include "exec/run.h"

#include "core/text.h"

#include <string.h>

static cask_status check_limit(const cki_plan *plan, const cki_exec_options *options,
                               cki_error *error)
{
    if (options->memory_limit == 0 || plan->largest_bytes <= options->memory_limit)
        return CASK_OK;
    char needs[32], limit[32];
    return cki_fail(
        error, CASK_LIMIT, NULL,
        "a task of %s (block %lld) needs %s but the memory limit is %s: use smaller "
        "chunks (rechunk) or a higher --memory-limit",
        cki_plan_layer(plan, plan->largest)->name, (long long)plan->tasks[plan->largest].block,
        cki_text_size(plan->largest_bytes, needs), cki_text_size(options->memory_limit, limit));
}

/* Where the declared bytes of everything at once are within the limit, nothing need be counted. */
static bool must_count(const cki_plan *plan, const cki_exec_options *options)
{
    size_t most;
    return options->memory_limit != 0 &&
           (plan->undeclared ||
            __builtin_mul_overflow(plan->largest_bytes, (size_t)options->threads, &most) ||
            __builtin_add_overflow(most, plan->output_bytes, &most) ||
            most > options->memory_limit);
}

/* An argument that occurs again in one task's list is one more use to release. */
static void count_repeated(cki_run *run, size_t task)
{
    const cki_plan_task *at = &run->plan->tasks[task];
    const uint32_t *arguments = run->plan->arguments + at->arguments;
    for (size_t i = 0; i < at->narguments; i++) {
        cki_result *input = &run->results[arguments[i]];
        if (input->mark == (uint32_t)task + 1)
            atomic_fetch_add_explicit(&input->left, 1, memory_order_relaxed);
        input->mark = (uint32_t)task + 1;
    }
}

static void set_up(cki_run *run)
{
    const cki_plan *plan = run->plan;
    for (size_t i = 0; i < plan->count; i++) {
        atomic_init(&run->results[i].waiting, plan->tasks[i].ninputs);
        atomic_init(&run->results[i].left, plan->tasks[i].nusers);
    }
    for (size_t i = 0; i < plan->count; i++)
        if (plan->tasks[i].ninputs != plan->tasks[i].narguments)
            count_repeated(run, i);
    for (size_t i = plan->nwanted; i-- > 0;) {
        cki_result *result = &run->results[plan->wanted[i]];
        run->next_wanted[i] = result->wanted;
        result->wanted = (uint32_t)i + 1;
    }
}

cask_status cki_run_init(cki_run *run, const cki_plan *plan, const cki_exec_options *options,
                         cki_deliver deliver, void *user, cki_error *error)
{
    *run = (cki_run){.plan = plan,
                     .options = options,
                     .deliver = deliver,
                     .user = user,
                     .counted = must_count(plan, options),
                     .failed = SIZE_MAX};
    cask_status status = check_limit(plan, options, error);
    if (status != CASK_OK)
        return status;
    run->results = cki_memory_calloc(plan->count, sizeof *run->results);
    run->next_wanted = cki_memory_calloc(plan->nwanted, sizeof *run->next_wanted);
    if (!run->results || !run->next_wanted) {
        cki_memory_free(run->results);
        cki_memory_free(run->next_wanted);
        return cki_fail_memory(error, plan->count * sizeof *run->results);
    }
    cki_thread_mutex_init(&run->mutex);
    set_up(run);
    for (const cki_callbacks *const *at = options->callbacks; at && *at; at++) {
        run->results_told = run->results_told || (*at)->result || (*at)->released;
        if ((*at)->start)
            (*at)->start((*at)->user, plan);
    }
    return CASK_OK;
}

/* Which task ran out of memory, or has a defect, is worth knowing; other messages speak of what
 * the user wrote. */
static void say_where(cki_run *run)
{
    if (run->failed >= run->plan->count ||
        (run->error.status != CASK_MEMORY && run->error.status != CASK_INTERNAL))
        return;
    cki_error first = run->error;
    run->error.status = CASK_OK;
    cki_fail(&run->error, first.status, first.python, "%s (in a task of %s)", first.message,
             cki_plan_layer(run->plan, run->failed)->name);
}

cask_status cki_run_end(cki_run *run, bool done, cki_error *error)
{
    const cki_plan *plan = run->plan;
    for (size_t i = 0; !done && i < plan->count; i++)
        cask_value_unref(run->results[i].value);
    if (run->failed != SIZE_MAX)
        say_where(run);
    else if (!done)
        cki_fail(&run->error, CASK_CANCELLED, NULL, "the computation was cancelled");
    const cki_error *outcome = run->error.status == CASK_OK ? NULL : &run->error;
    for (const cki_callbacks *const *at = run->options->callbacks; at && *at; at++)
        if ((*at)->finish)
            (*at)->finish((*at)->user, plan, outcome);
    if (outcome && error && error->status == CASK_OK)
        *error = *outcome;
    cki_thread_mutex_free(&run->mutex);
    cki_memory_free(run->results);
    cki_memory_free(run->next_wanted);
    return run->error.status;
}

bool cki_run_stopped(const cki_run *run)
{
    return atomic_load_explicit(&run->stop, memory_order_relaxed) ||
           (run->options->cancel &&
            atomic_load_explicit(run->options->cancel, memory_order_relaxed));
}

bool cki_exec_cancelled(const cki_task *task)
{
    return cki_exec_stopped(task->run);
}

bool cki_exec_stopped(void *run)
{
    return run && cki_run_stopped(run);
}

/* Of failures at the same time the one of the earliest task counts. */
void cki_run_fail(cki_run *run, size_t task, const cki_error *error)
{
    cki_thread_lock(&run->mutex);
    if (run->failed == SIZE_MAX || task < run->failed) {
        run->failed = task;
        run->error = *error;
    }
    cki_thread_unlock(&run->mutex);
    atomic_store(&run->stop, true);
}

void cki_run_worker_free(cki_worker *worker)
{
    cki_memory_free((void *)worker->inputs);
    worker->inputs = NULL;
}

/* The values of a task's arguments, in the worker's own list. */
static cask_status gather(cki_worker *worker, const cki_plan_task *task)
{
    const cki_run *run = worker->run;
    if (task->narguments > worker->inputs_capacity) {
        size_t capacity = task->narguments + worker->inputs_capacity + 8;
        cask_value **inputs = cki_memory_realloc((void *)worker->inputs, capacity * sizeof *inputs);
        if (!inputs)
            return cki_fail_memory(&worker->error, capacity * sizeof *inputs);
        worker->inputs = inputs;
        worker->inputs_capacity = capacity;
    }
    const uint32_t *arguments = run->plan->arguments + task->arguments;
    for (size_t i = 0; i < task->narguments; i++)
        worker->inputs[i] = run->results[arguments[i]].value;
    return CASK_OK;
}

/* A failure that came without a message gets one. */
static cask_status explained(cki_worker *worker, size_t task, cask_status status)
{
    return cki_fail(&worker->error, status, NULL, "a task of %s failed and did not say why",
                    cki_plan_layer(worker->run->plan, task)->name);
}

/* The task's function, with its inputs; a value or a status, never neither. */
static cask_status call(cki_worker *worker, size_t number, cask_value **value)
{
    cki_run *run = worker->run;
    if (run->plan->known && run->plan->known[number]) {
        *value = cask_value_ref(run->plan->known[number]);
        return CASK_OK;
    }
    const cki_plan_task *at = &run->plan->tasks[number];
    const cki_layer *layer = cki_graph_layer(run->plan->graph, at->layer);
    cki_task task = {.layer = layer, .block = at->block, .ninputs = at->narguments, .run = run};
    cask_status status = gather(worker, at);
    task.inputs = worker->inputs;
    *value = NULL;
    if (status == CASK_OK)
        status = layer->function->run(&task, value, &worker->error);
    if (status == CASK_OK && *value)
        return CASK_OK;
    cask_value_unref(*value);
    *value = NULL;
    return status != CASK_OK ? status
                             : cki_fail_internal(&worker->error, "a function gave no result");
}

static cask_status deliver(cki_worker *worker, uint32_t wanted, cask_value *value)
{
    cki_run *run = worker->run;
    cask_status status = CASK_OK;
    for (; status == CASK_OK && wanted != 0; wanted = run->next_wanted[wanted - 1])
        if (run->deliver)
            status = run->deliver(run->user, wanted - 1, value, &worker->error);
    return status;
}

static void tell_result(const cki_worker *worker, size_t task, size_t bytes)
{
    const cki_run *run = worker->run;
    for (const cki_callbacks *const *at = run->options->callbacks; *at; at++)
        if ((*at)->result)
            (*at)->result((*at)->user, run->plan, task, worker->number, bytes);
}

static void tell_released(const cki_worker *worker, size_t task, size_t bytes)
{
    const cki_run *run = worker->run;
    for (const cki_callbacks *const *at = run->options->callbacks; *at; at++)
        if ((*at)->released)
            (*at)->released((*at)->user, run->plan, task, worker->number, bytes);
}

/* Keep a result for its users, if it has any, and count what it really takes. */
static void keep(cki_worker *worker, size_t number, cask_value *value)
{
    cki_run *run = worker->run;
    cki_result *result = &run->results[number];
    size_t bytes = run->results_told ? cki_value_nbytes(value) : 0;
    if (run->results_told)
        tell_result(worker, number, bytes);
    if (run->plan->tasks[number].nusers == 0) {
        cask_value_unref(value);
        value = NULL;
        if (run->results_told)
            tell_released(worker, number, bytes);
    }
    result->value = value;
    if (run->counted || run->results_told) {
        result->charge = value ? cki_value_nbytes(value) : 0;
        worker->uncounted += (int64_t)result->charge - worker->declared;
        worker->declared = 0;
    }
}

static void release_inputs(cki_worker *worker, const cki_plan_task *task)
{
    cki_run *run = worker->run;
    const uint32_t *arguments = run->plan->arguments + task->arguments;
    for (size_t i = 0; i < task->narguments; i++) {
        cki_result *input = &run->results[arguments[i]];
        /* the last user need not say so to anybody */
        if (atomic_load_explicit(&input->left, memory_order_acquire) != 1 &&
            atomic_fetch_sub_explicit(&input->left, 1, memory_order_acq_rel) != 1)
            continue;
        cask_value_unref(input->value);
        input->value = NULL;
        worker->uncounted -= (int64_t)input->charge;
        if (run->results_told)
            tell_released(worker, arguments[i], input->charge);
    }
}

static void tell_before(const cki_worker *worker, size_t task)
{
    const cki_run *run = worker->run;
    for (const cki_callbacks *const *at = run->options->callbacks; *at; at++)
        if ((*at)->before)
            (*at)->before((*at)->user, run->plan, task, worker->number);
}

static void tell_after(const cki_worker *worker, size_t task, const cki_error *error)
{
    const cki_run *run = worker->run;
    for (const cki_callbacks *const *at = run->options->callbacks; *at; at++)
        if ((*at)->after)
            (*at)->after((*at)->user, run->plan, task, worker->number, error);
}

bool cki_run_task(cki_worker *worker, size_t task)
{
    cki_run *run = worker->run;
    bool told = run->options->callbacks && run->options->callbacks[0];
    if (told)
        tell_before(worker, task);
    cask_value *value;
    cask_status status = call(worker, task, &value);
    if (status == CASK_OK && run->results[task].wanted != 0)
        status = deliver(worker, run->results[task].wanted, value);
    if (status != CASK_OK)
        status = explained(worker, task, status);
    if (told)
        tell_after(worker, task, status == CASK_OK ? NULL : &worker->error);
    if (status != CASK_OK) {
        cask_value_unref(value);
        cki_run_fail(run, task, &worker->error);
        return false;
    }
    if (worker->error.status != CASK_OK) /* something that the function got over */
        worker->error = (cki_error){0};
    keep(worker, task, value);
    release_inputs(worker, &run->plan->tasks[task]);
    return true;
}
