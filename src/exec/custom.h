/* Schedulers of the user's own (<cask/scheduler.h>): a run whose tasks somebody else chooses. */
#ifndef CKI_EXEC_CUSTOM_H
#define CKI_EXEC_CUSTOM_H

#include "exec/exec.h"

#include <cask/scheduler.h>

/* As cki_scheduler's run. Everything that is wanted is there when it returns OK: a scheduler that
 * left tasks out has failed. Memory is not watched. */
cask_status cki_custom_run(const cask_scheduler *scheduler, const cki_plan *plan,
                           const cki_exec_options *options, cki_deliver deliver, void *user,
                           cki_error *error);

#endif
