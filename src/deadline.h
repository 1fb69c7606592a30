/* Deadlines: a computation that takes longer than it may is cancelled. */
#ifndef CKI_DEADLINE_H
#define CKI_DEADLINE_H

#include "sys/thread.h"

typedef struct cki_deadline {
    cki_thread thread;
    cki_mutex mutex;
    cki_condition condition;
    atomic_bool *cancel;
    double seconds; /* 0: there is none */
    int64_t at;
    bool ended, passed;
} cki_deadline;

/* From now on `*cancel` becomes true in so many seconds; 0 or less: never. */
cask_status cki_deadline_start(cki_deadline *deadline, double seconds, atomic_bool *cancel,
                               cki_error *error);
/* No longer. A run that it cancelled has failed because of it: TimeoutError. */
cask_status cki_deadline_end(cki_deadline *deadline, cask_status status, cki_error *error);

#endif
