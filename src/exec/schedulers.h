/* The schedulers' records, each defined in the file of its name. */
#ifndef CKI_EXEC_SCHEDULERS_H
#define CKI_EXEC_SCHEDULERS_H

#include "exec/exec.h"

extern const cki_scheduler cki_sync_scheduler;
extern const cki_scheduler cki_threads_scheduler;
extern const cki_scheduler cki_processes_scheduler;

#endif
