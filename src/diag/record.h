/* Recording: which task ran when, on which worker, and how long its result lived. A set of
 * callbacks that notes what it is told in lists of its workers, within bounded memory: runs of
 * millions of tasks lose detail, never their totals. */
#ifndef CKI_DIAG_RECORD_H
#define CKI_DIAG_RECORD_H

#include "diag/label.h"
#include "diag/span.h"
#include "exec/exec.h"
#include "sys/thread.h"

/* Of the tasks of one group on one worker, exact whatever was merged. */
typedef struct cki_total {
    uint64_t count, failed, bytes;
    int64_t busy, longest;
} cki_total;

/* The bytes of results that came (went, if negative) at a time. */
typedef struct cki_change {
    int64_t time, bytes;
} cki_change;

/* What one worker did; only that worker writes it. */
typedef struct cki_lane {
    int64_t started; /* of the task under way */
    int64_t ended;   /* of the last one */
    cki_spans spans;
    cki_total *totals; /* by group */
    size_t ntotals;
    cki_change *changes;
    size_t nchanges, changes_capacity;
    int64_t changes_resolution;
    uint64_t tasks;
    uint64_t lost; /* tasks of which nothing is known for want of memory */
    int64_t busy;
    int64_t gaps;       /* time between tasks, if it was too short to have waited for anything... */
    uint64_t ngaps;     /* ...and how often: what the scheduler takes */
    cki_text key, call; /* of a task with a name of its own, while it is noted */
    int64_t run;        /* when the run began that the last task belonged to */
} cki_lane;

enum { CKI_RECORD_WORKERS = 1024, CKI_RECORD_RUNS = 8 };

/* A run under way; its workers' lanes go on from one run to the next. */
typedef struct cki_recorded_run {
    _Atomic(const cki_plan *) plan; /* NULL: free */
    struct cki_recorded_layer *layers;
    int64_t *released; /* by task; NULL if there are too many */
    int64_t begin;
    _Atomic(cki_lane *) lanes[CKI_RECORD_WORKERS];
} cki_recorded_run;

/* Told of every task as it ends, on its worker's thread, one at a time for each lane. */
typedef struct cki_record_sink {
    void *user;
    void (*task)(void *user, size_t run, int worker, const cki_span *span, const cki_label *label,
                 const cki_group *group);
} cki_record_sink;

typedef struct cki_recorder {
    cki_callbacks callbacks; /* for cki_exec_options; its `user` is the recorder */
    int64_t begin;           /* cki_clock_now() at its start; all other times are since then */
    size_t most_spans;
    const cki_record_sink *sink; /* may be NULL */
    atomic_size_t spans;         /* that lists have room for */
    cki_mutex mutex;             /* of what follows, but for the lanes */
    cki_labels labels;
    uint64_t tasks, to_read; /* of the plans that were started */
    uint64_t nruns;
    int64_t first, last;         /* when the first run began and the last one ended; -1: not yet */
    int64_t running;             /* length of all runs */
    cki_error error;             /* the first run's that failed */
    atomic_uint_fast64_t unseen; /* tasks of runs and workers beyond the bounds */
    cki_recorded_run runs[CKI_RECORD_RUNS];
} cki_recorder;

/* Keep at most about `most_bytes` of spans; 0 is the default, 64 MB. */
cki_recorder *cki_record_new(size_t most_bytes, const cki_record_sink *sink, cki_error *error);
/* Not while a run is under way. */
void cki_record_free(cki_recorder *recorder);
/* Calls visit(user, run, worker, lane) for each lane. When no run is under way. */
void cki_record_each(const cki_recorder *recorder,
                     void (*visit)(void *user, size_t run, int worker, cki_lane *lane), void *user);

#endif
