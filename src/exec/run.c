/* A run: its tables, the first failure, and the end. */
#include "exec/run.h"

#include "core/text.h"
#include "graph/registry.h"
#include "sys/pages.h"

#include <string.h>

static cask_status no_memory(const cki_run *run, cki_error *error)
{
    return cki_fail_memory(error, run->plan->count * sizeof *run->values);
}

/* Zeros, of which all will be used. */
static void *table(size_t count, size_t size)
{
    void *zeros = cki_memory_calloc(count, size);
    cki_pages_expect(zeros, count * size);
    return zeros;
}

static void free_tables(cki_run *run)
{
    cki_brain_free(run->brain);
    cki_spill_close(run->spill);
    cki_memory_free((void *)run->values);
    cki_memory_free(run->wanted);
    cki_memory_free(run->next_wanted);
    cki_memory_free(run->charges);
    cki_memory_free(run->told_bytes);
    cki_memory_free(run->places);
}

static void list_wanted(cki_run *run)
{
    const cki_plan *plan = run->plan;
    for (size_t i = plan->nwanted; i-- > 0;) {
        uint32_t *first = &run->wanted[plan->wanted[i]];
        run->next_wanted[i] = *first;
        *first = (uint32_t)i + 1;
    }
}

/* What is needed only where bytes are counted. */
static cask_status prepare_counting(cki_run *run, cki_error *error)
{
    size_t count = run->plan->count;
    run->counted = run->brain && cki_brain_counts(run->brain);
    if (!run->counted)
        return CASK_OK;
    run->charges = cki_memory_calloc(count, sizeof *run->charges);
    if (!run->charges)
        return no_memory(run, error);
    if (!run->options->spill)
        return CASK_OK;
    run->places = cki_memory_calloc(count, sizeof *run->places);
    if (!run->places)
        return no_memory(run, error);
    run->spill = cki_spill_open(run->options->spill, error);
    return run->spill ? CASK_OK : error->status;
}

static cask_status prepare_brain(cki_run *run, const cki_brain_options *brain, cki_error *error)
{
    const cki_exec_options *options = run->options;
    if (!brain)
        return CASK_OK;
    cki_brain_options asked = *brain;
    asked.memory_limit = options->memory_limit;
    asked.memory_base = cki_ledger_now(options->ledger);
    asked.can_spill = options->spill != NULL;
    asked.retries = options->retries;
    run->brain = cki_brain_new(run->plan, &asked, error);
    return run->brain ? CASK_OK : error->status;
}

static cask_status prepare(cki_run *run, const cki_brain_options *brain, cki_error *error)
{
    const cki_exec_options *options = run->options;
    if (prepare_brain(run, brain, error) != CASK_OK)
        return error->status;
    run->values = table(run->plan->count, sizeof *run->values);
    run->wanted = table(run->plan->count, sizeof *run->wanted);
    run->next_wanted = table(run->plan->nwanted, sizeof *run->next_wanted);
    bool results_told = false;
    for (const cki_callbacks *const *at = options->callbacks; at && *at; at++)
        results_told = results_told || (*at)->result || (*at)->released;
    if (results_told)
        run->told_bytes = cki_memory_calloc(run->plan->count, sizeof *run->told_bytes);
    if (!run->values || !run->wanted || !run->next_wanted || (results_told && !run->told_bytes))
        return no_memory(run, error);
    list_wanted(run);
    return prepare_counting(run, error);
}

cask_status cki_run_init(cki_run *run, const cki_plan *plan, const cki_exec_options *options,
                         const cki_brain_options *brain, cki_deliver deliver, void *user,
                         cki_error *error)
{
    *run = (cki_run){.plan = plan,
                     .options = options,
                     .deliver = deliver,
                     .user = user,
                     .told = options->callbacks && options->callbacks[0],
                     .failed = SIZE_MAX};
    cki_error failure = {0};
    if (prepare(run, brain, &failure) != CASK_OK) {
        free_tables(run);
        if (error && error->status == CASK_OK)
            *error = failure;
        return failure.status;
    }
    run->plain = !run->counted && !run->told;
    cki_thread_mutex_init(&run->mutex);
    cki_run_tell_start(run);
    return CASK_OK;
}

static bool is_complete(const cki_run *run)
{
    return run->brain ? cki_brain_finished(run->brain) : run->complete;
}

/* Why a run ended that did not get to its end. */
static void explain_end(cki_run *run)
{
    if (run->failed != SIZE_MAX || is_complete(run))
        return;
    if (run->brain && cki_brain_failure(run->brain) != CASK_OK)
        no_memory(run, &run->error);
    else
        cki_fail(&run->error, CASK_CANCELLED, NULL, "the computation was cancelled");
}

cask_status cki_run_end(cki_run *run, cki_error *error)
{
    for (size_t i = 0; !is_complete(run) && i < run->plan->count; i++)
        cask_value_unref(run->values[i]);
    explain_end(run);
    const cki_error *outcome = run->error.status == CASK_OK ? NULL : &run->error;
    cki_run_tell_finish(run, outcome);
    if (outcome && error && error->status == CASK_OK)
        *error = *outcome;
    cki_thread_mutex_free(&run->mutex);
    free_tables(run);
    return run->error.status;
}

bool cki_run_stopped(const cki_run *run)
{
    return (run->brain ? cki_brain_stopped(run->brain) : atomic_load(&run->ended)) ||
           (run->options->cancel &&
            atomic_load_explicit(run->options->cancel, memory_order_relaxed));
}

/* How many runs this thread works for: a task may compute something in its turn. */
static _Thread_local int depth;

cki_ledger *cki_run_enter(const cki_run *run)
{
    depth++;
    return cki_ledger_enter(run->options->ledger);
}

void cki_run_leave(cki_ledger *previous)
{
    depth--;
    cki_ledger_enter(previous);
}

int cki_exec_depth(void)
{
    return depth;
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
}

void cki_run_key(const cki_plan *plan, size_t task, cki_text *text)
{
    cki_graph_describe(cki_plan_layer(plan, task), plan->block[task], text, NULL);
}

void cki_run_place(const cki_run *run, size_t task, cki_error *error)
{
    const cki_layer *layer = cki_plan_layer(run->plan, task);
    cki_text key = {0}, called = {0};
    cki_run_key(run->plan, task, &key);
    if (layer->describe) /* what the user called it, instead of what runs it */
        layer->describe(layer, run->plan->block[task], NULL, &called);
    if (!key.failed && !called.failed)
        cki_graph_blame(key.bytes ? key.bytes : "",
                        called.length ? called.bytes : layer->function->name, error);
    cki_text_free(&key);
    cki_text_free(&called);
}
