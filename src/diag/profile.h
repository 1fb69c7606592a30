/* Profiles: a recording, samples, and what is known of the machine and the task, together. */
#ifndef CKI_DIAG_PROFILE_H
#define CKI_DIAG_PROFILE_H

#include "diag/record.h"
#include "diag/sample.h"

typedef struct cki_profile {
    cki_recorder *recorder;
    bool sampling;       /* the sampler was begun */
    cki_sampler sampler; /* without samples where there was no memory or thread for it */
    char *title;         /* "" if there is none */
    const char *version; /* of the library */
    int threads;
    size_t memory_limit;
    cki_ledger *ledger;
    struct cki_trace *trace; /* written while the run goes on; NULL */
    size_t chunks_peak;      /* of the ledger, when it ended */
} cki_profile;

typedef struct cki_profile_options {
    const char *title, *version; /* the version's text stays where it is */
    const char *trace;           /* a file for cki_trace; NULL */
    int threads;
    size_t memory_limit;
    size_t most_bytes; /* of the recording; 0: the usual */
    int64_t interval;  /* of samples, in nanoseconds; 0: the usual */
    cki_ledger *ledger;
    const atomic_uint_fast64_t *away; /* bytes of results on disk, or NULL */
} cki_profile_options;

/* Begins to sample. Hand profile->recorder->callbacks to the runs that are to be seen. */
cki_profile *cki_profile_new(const cki_profile_options *options, cki_error *error);
/* No more samples, and the trace is complete; once. When no run is under way. */
cask_status cki_profile_stop(cki_profile *profile, cki_error *error);
void cki_profile_free(cki_profile *profile);

/* Totals of a group over all lanes, and of everything. */
typedef struct cki_summary {
    cki_total groups[CKI_LABEL_GROUPS], all;
    size_t ngroups;
    size_t lanes;
    int64_t gaps; /* short pauses between tasks, see cki_lane */
    uint64_t ngaps;
    uint64_t lost;                     /* tasks of which nothing but their number is known */
    uint64_t resident_peak, live_peak; /* in the samples */
    uint64_t read, written;            /* by the process, in the samples */
} cki_summary;
/* When stopped. */
void cki_profile_sum(const cki_profile *profile, cki_summary *summary);

/* Write the profile as a page for any browser, which needs nothing else. When stopped. */
cask_status cki_page_write(const cki_profile *profile, const char *path, cki_error *error);

#endif
