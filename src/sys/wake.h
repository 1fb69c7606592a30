/* Sleeping and waking across processes: on a word in shared memory, or for any of several
 * processes by a bell. */
#ifndef CKI_SYS_WAKE_H
#define CKI_SYS_WAKE_H

#include "sys/process.h"

/* Sleep while *word is `value`, until woken (or for no reason: look again). */
void cki_wake_sleep(_Atomic uint32_t *word, uint32_t value);
/* Wake whoever sleeps on `word`, in any process that shares it. */
void cki_wake_rouse(_Atomic uint32_t *word);

/* A bell that any process which was started after it was made can ring. */
typedef struct cki_bell {
    int descriptor;
} cki_bell;

cask_status cki_wake_bell_open(cki_bell *bell, cki_error *error);
void cki_wake_bell_close(cki_bell *bell);
void cki_wake_bell_ring(const cki_bell *bell);
/* Sleep until the bell was rung, one of the processes (those with id 0 are none) has ended, a
 * signal came, or the time is over. True if it may be that a process has ended: where the system
 * has no handles of processes, always. */
bool cki_wake_bell_wait(const cki_bell *bell, const cki_process *const *processes, size_t count,
                        int64_t nanoseconds);

#endif
