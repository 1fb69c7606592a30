/* The sync scheduler: the plan's order is a schedule, so it is followed, on the calling thread. */
#include "exec/run.h"
#include "exec/schedulers.h"

static cask_status run_in_order(const cki_plan *plan, const cki_exec_options *options,
                                cki_deliver deliver, void *user, cki_error *error)
{
    cki_run run;
    cask_status status = cki_run_init(&run, plan, options, deliver, user, error);
    if (status != CASK_OK)
        return status;
    cki_worker worker = {.run = &run};
    cki_ledger *previous = cki_ledger_enter(options->ledger);
    size_t i = 0;
    while (i < plan->count && !cki_run_stopped(&run) && cki_run_task(&worker, i))
        i++;
    cki_ledger_enter(previous);
    cki_run_worker_free(&worker);
    return cki_run_end(&run, i == plan->count, error);
}

const cki_scheduler cki_sync_scheduler = {.name = "sync", .run = run_in_order};
