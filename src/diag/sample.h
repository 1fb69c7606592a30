/* Sampling: what the process takes of the machine, now and then, from a thread of its own. */
#ifndef CKI_DIAG_SAMPLE_H
#define CKI_DIAG_SAMPLE_H

#include "core/memory.h"
#include "sys/thread.h"

typedef struct cki_sample {
    int64_t time;           /* nanoseconds since the sampler began */
    int64_t processor;      /* nanoseconds of processor time so far */
    uint64_t resident;      /* bytes in memory */
    uint64_t live;          /* bytes of chunks, by the ledger */
    uint64_t away;          /* bytes of results on disk */
    uint64_t read, written; /* bytes so far, by system calls */
} cki_sample;

typedef struct cki_sampler {
    int64_t begin;    /* cki_clock_now()'s */
    int64_t interval; /* nanoseconds */
    cki_ledger *ledger;
    const atomic_uint_fast64_t *away; /* bytes of results on disk; NULL: nobody tells */
    cki_thread thread;
    cki_mutex mutex;
    cki_condition wake;
    bool started, stop;
    cki_sample *samples;
    size_t count;
    cki_sample base; /* counters when it began, taken off the samples */
} cki_sampler;

/* Take samples from now on, at first every `interval` nanoseconds (0: a few milliseconds, and
 * less often the longer it lasts). `begin` is what times are counted from; `away` may be NULL. */
cask_status cki_sample_start(cki_sampler *sampler, int64_t begin, int64_t interval,
                             cki_ledger *ledger, const atomic_uint_fast64_t *away,
                             cki_error *error);
/* The last sample, and an end. The samples stay until they are freed. */
void cki_sample_stop(cki_sampler *sampler);
void cki_sample_free(cki_sampler *sampler);

#endif
