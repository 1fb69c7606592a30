/* Choosing a scheduler: by name, a built-in one or one of the user's own. */
#ifndef CKI_SCHEDULER_H
#define CKI_SCHEDULER_H

#include "exec/exec.h"
#include "expr/context.h"

/* From now on the context computes with it. ValueError that lists the names if there is none of
 * that name; one with a dot may be registered later. */
cask_status cki_scheduler_choose(cask *ck, const char *name, cki_error *error);
/* Run a plan with the scheduler that was chosen. */
cask_status cki_scheduler_run(const cask *ck, const cki_plan *plan, const cki_exec_options *options,
                              cki_deliver deliver, void *user, cki_error *error);

#endif
