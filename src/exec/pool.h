/* Threads that wait for the next run: starting one costs more than thousands of tasks. */
#ifndef CKI_EXEC_POOL_H
#define CKI_EXEC_POOL_H

#include "sys/thread.h"

/* Something to do on a thread of the pool. It stays where it is until it was waited for. */
typedef struct cki_pool_job {
    void (*run)(void *argument);
    void *argument;
    bool done; /* with the pool's mutex */
} cki_pool_job;

/* Run it on a thread that is idle, or a new one, if fewer than `most` are busy already. False if
 * there is none to have: then nothing will be run. */
bool cki_pool_start(cki_pool_job *job, int most);
/* Wait until it has been run. */
void cki_pool_wait(cki_pool_job *job);

/* Programs that use the pool: it lives from the first opening to the last closing, and then its
 * threads end. Without any it is never closed. */
void cki_pool_open(void);
void cki_pool_close(void);
/* Threads of the pool that run something, and that wait. */
void cki_pool_counts(int *busy, int *waiting);

#endif
