/* A run whose tasks are chosen by a scheduler of the user's own: it is checked that each is run
 * once and its inputs before it; results are released as everywhere. */
#include "exec/custom.h"

#include "core/memory.h"
#include "exec/run.h"

#include <stdio.h>
#include <string.h>

typedef enum progress { WAITING, RUNNING, DONE } progress;

typedef struct state {
    _Atomic uint8_t progress;
    _Atomic uint32_t used; /* users that have run */
} state;

struct cask_run {
    const cask_scheduler *scheduler;
    const cki_plan *plan;
    const cki_exec_options *options;
    cki_deliver deliver;
    void *user;
    atomic_bool stop; /* something failed */
    cki_mutex mutex;  /* of beginning, and of the next three */
    bool begun, handed_on;
    cki_error error;
    cki_run run;   /* once the first task is run */
    state *states; /* likewise */
    _Atomic size_t done;
};

/* ---- what it may ask ---- */

size_t cask_run_count(const cask_run *run)
{
    return run->plan->count;
}

int cask_run_threads(const cask_run *run)
{
    return run->options->threads;
}

size_t cask_run_key(const cask_run *run, size_t task, char *text, size_t room)
{
    if (task >= run->plan->count) {
        if (room)
            *text = '\0';
        return 0;
    }
    cki_text key = {0};
    cki_run_key(run->plan, task, &key);
    size_t length = key.length;
    if (room)
        snprintf(text, room, "%s", key.bytes ? key.bytes : "");
    cki_text_free(&key);
    return length;
}

const char *cask_run_function(const cask_run *run, size_t task)
{
    return task < run->plan->count ? cki_plan_layer(run->plan, task)->function->name : NULL;
}

size_t cask_run_inputs(const cask_run *run, size_t task, const uint32_t **tasks)
{
    bool there = task < run->plan->count;
    cki_plan_list inputs = there ? cki_plan_arguments(run->plan, task) : (cki_plan_list){0};
    *tasks = inputs.items;
    return inputs.count;
}

size_t cask_run_users(const cask_run *run, size_t task, const uint32_t **tasks)
{
    bool there = task < run->plan->count;
    cki_plan_list users = there ? cki_plan_users(run->plan, task) : (cki_plan_list){0};
    *tasks = users.items;
    return users.count;
}

bool cask_run_cancelled(const cask_run *run)
{
    const _Atomic bool *cancel = run->options->cancel;
    return atomic_load(&run->stop) || (cancel && atomic_load(cancel));
}

/* ---- failing ---- */

/* The scheduler's own failure; those of tasks count more. */
static cask_status refuse(cask_run *run, cask_status status, const char *python,
                          const char *message)
{
    cki_thread_lock(&run->mutex);
    cki_fail(&run->error, status, python, "%s", message);
    cki_thread_unlock(&run->mutex);
    atomic_store(&run->stop, true);
    return status;
}

cask_status cask_run_fail(cask_run *run, cask_status status, const char *message)
{
    return refuse(run, status == CASK_OK ? CASK_INVALID : status, NULL, message);
}

static cask_status misused(cask_run *run, const char *what, size_t task, const char *relation,
                           size_t other)
{
    char name[160], second[160] = "", message[500];
    cask_run_key(run, task, name, sizeof name);
    if (relation)
        cask_run_key(run, other, second, sizeof second);
    snprintf(message, sizeof message, "scheduler '%s' %s task %s%s%s", run->scheduler->name, what,
             name, relation ? relation : "", second);
    return refuse(run, CASK_INVALID, "RuntimeError", message);
}

/* ---- running ---- */

static cask_status begin(cask_run *run)
{
    cki_thread_lock(&run->mutex);
    cask_status status = run->error.status;
    if (status == CASK_OK && run->handed_on)
        status = cki_fail(&run->error, CASK_INVALID, "RuntimeError",
                          "scheduler '%s' runs tasks of a computation that it handed on",
                          run->scheduler->name);
    if (status == CASK_OK && !run->begun) {
        run->states = cki_memory_calloc(run->plan->count, sizeof *run->states);
        status = run->states ? cki_run_init(&run->run, run->plan, run->options, NULL, run->deliver,
                                            run->user, &run->error)
                             : cki_fail_memory(&run->error, run->plan->count);
        run->begun = status == CASK_OK;
    }
    cki_thread_unlock(&run->mutex);
    return status;
}

static void release_inputs(cask_run *run, uint32_t task)
{
    const cki_plan *plan = run->plan;
    cki_plan_list arguments = cki_plan_arguments(plan, task);
    for (size_t i = 0; i < arguments.count; i++) {
        uint32_t input = arguments.items[i];
        if (atomic_fetch_add(&run->states[input].used, 1) + 1 != cki_plan_users(plan, input).count)
            continue;
        cask_value_unref(run->run.values[input]);
        run->run.values[input] = NULL;
        cki_run_tell_released(&run->run, input, 0);
    }
}

/* Take the task, if it is to be run now. */
static cask_status claim(cask_run *run, size_t task)
{
    const uint32_t *inputs;
    size_t count = cask_run_inputs(run, task, &inputs);
    for (size_t i = 0; i < count; i++)
        if (atomic_load(&run->states[inputs[i]].progress) != DONE)
            return misused(run, "ran", task, " before its input ", inputs[i]);
    uint8_t before = WAITING;
    if (!atomic_compare_exchange_strong(&run->states[task].progress, &before, RUNNING))
        return misused(run, "ran twice", task, NULL, 0);
    return CASK_OK;
}

static cask_status run_claimed(cask_run *run, uint32_t task)
{
    cki_run *inner = &run->run;
    cki_worker worker = {.run = inner};
    cask_value *value;
    cask_status status = cki_run_compute(&worker, task, &value);
    cki_run_worker_free(&worker);
    if (status != CASK_OK) {
        cki_run_fail(inner, task, &worker.error);
        atomic_store(&inner->ended, true);
        atomic_store(&run->stop, true);
        return status;
    }
    if (inner->told)
        cki_run_tell_value(inner, task, 0, value);
    if (inner->told_bytes)
        cki_run_tell_result(inner, task, 0, cki_value_nbytes(value));
    if (cki_plan_users(run->plan, task).count > 0) {
        inner->values[task] = value;
    } else {
        cki_run_tell_released(inner, task, 0);
        cask_value_unref(value);
    }
    atomic_store(&run->states[task].progress, DONE);
    release_inputs(run, task);
    atomic_fetch_add(&run->done, 1);
    return CASK_OK;
}

cask_status cask_run_task(cask_run *run, size_t task)
{
    if (task >= run->plan->count)
        return refuse(run, CASK_INDEX, NULL, "a scheduler ran a task that there is not");
    cask_status status = begin(run);
    if (status == CASK_OK && cask_run_cancelled(run))
        status = CASK_CANCELLED;
    if (status == CASK_OK)
        status = claim(run, task);
    if (status != CASK_OK)
        return status;
    cki_ledger *previous = cki_run_enter(&run->run);
    status = run_claimed(run, (uint32_t)task);
    cki_run_leave(previous);
    return status;
}

cask_status cask_run_with(cask_run *run, const char *name)
{
    const cki_scheduler *scheduler = cki_exec_find(name);
    char message[200];
    if (!scheduler) {
        snprintf(message, sizeof message,
                 "scheduler '%.80s' is unknown: built in are threads, "
                 "processes and sync",
                 name);
        return refuse(run, CASK_INVALID, NULL, message);
    }
    cki_thread_lock(&run->mutex);
    bool late = run->begun || run->handed_on;
    run->handed_on = true;
    cki_thread_unlock(&run->mutex);
    if (late)
        return refuse(run, CASK_INVALID, "RuntimeError",
                      "a computation is handed on as a whole: cask_run_with() comes once, and "
                      "before any task is run");
    cki_error error = {0};
    cask_status status = scheduler->run(run->plan, run->options, run->deliver, run->user, &error);
    cki_thread_lock(&run->mutex);
    if (status == CASK_OK)
        atomic_store(&run->done, run->plan->count);
    else
        run->error = error;
    cki_thread_unlock(&run->mutex);
    return status;
}

/* ---- the whole ---- */

/* OK stands for every task having been run. */
static void check_end(cask_run *run, cask_status status)
{
    size_t task = 0;
    if (run->error.status != CASK_OK || (run->begun && run->run.failed != SIZE_MAX) ||
        atomic_load(&run->done) == run->plan->count)
        return;
    const _Atomic bool *cancel = run->options->cancel;
    if (status == CASK_CANCELLED || (cancel && atomic_load(cancel))) {
        cki_fail(&run->error, CASK_CANCELLED, NULL, "the computation was cancelled");
        return;
    }
    if (status != CASK_OK) {
        cki_fail(&run->error, status, NULL, "scheduler '%s' failed and did not say why",
                 run->scheduler->name);
        return;
    }
    while (run->begun && atomic_load(&run->states[task].progress) == DONE)
        task++;
    misused(run, "left out", task, NULL, 0);
}

cask_status cki_custom_run(const cask_scheduler *scheduler, const cki_plan *plan,
                           const cki_exec_options *options, cki_deliver deliver, void *user,
                           cki_error *error)
{
    cask_run run = {
        .scheduler = scheduler, .plan = plan, .options = options, .deliver = deliver, .user = user};
    cki_thread_mutex_init(&run.mutex);
    cask_status status = plan->count ? scheduler->run(&run, scheduler->user) : CASK_OK;
    check_end(&run, status);
    if (run.begun) {
        run.run.complete = run.error.status == CASK_OK && run.run.failed == SIZE_MAX;
        if (run.error.status != CASK_OK)
            cki_run_fail(&run.run, plan->count, &run.error);
        run.error = (cki_error){0};
        cki_run_end(&run.run, &run.error);
    }
    cki_memory_free(run.states);
    cki_thread_mutex_free(&run.mutex);
    if (error && error->status == CASK_OK && run.error.status != CASK_OK)
        *error = run.error;
    return run.error.status;
}
