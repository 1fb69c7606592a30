/* The sync scheduler: the plan's order is a schedule, so it is followed, on the calling thread. */
#include "exec/run.h"
#include "exec/schedulers.h"

static cask_status run_in_order(const cki_plan *plan, const cki_exec_options *options,
                                cki_deliver deliver, void *user, cki_error *error)
{
    cki_run run;
    cki_brain_options brain = {.workers = 1, .in_order = true};
    cask_status status = cki_run_init(&run, plan, options, &brain, deliver, user, error);
    if (status != CASK_OK)
        return status;
    cki_worker worker = {.run = &run};
    cki_ledger *previous = cki_run_enter(&run);
    while (!cki_run_cancelled(&run)) {
        cki_brain_action action = cki_brain_next(run.brain, 0);
        if (action.kind == CKI_BRAIN_END)
            break;
        if (action.kind == CKI_BRAIN_RUN)
            cki_run_task(&worker, action.task);
        else
            cki_run_act(&worker, &action);
    }
    cki_run_leave(previous);
    cki_run_worker_free(&worker);
    return cki_run_end(&run, error);
}

const cki_scheduler cki_sync_scheduler = {.name = "sync", .run = run_in_order};
