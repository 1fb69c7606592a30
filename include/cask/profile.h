/* Watching computations: a progress bar on a terminal, and profiles: which task ran when and where,
 * and what memory and processors did meanwhile. Nothing is paid for while nobody watches. */
#include "cask.h" /* before the guard: it includes this header in its turn */

#ifndef CASK_PROFILE_H
#define CASK_PROFILE_H

#ifdef __cplusplus
extern "C" {
#endif

/* A recording of what a context computes. A star: you own it, and free it before the context
 * closes. */
typedef struct cask_profile cask_profile;

/* How to record; NULL, and zero in a field, mean the default. */
typedef struct cask_profile_options {
    const char *title; /* what the page calls it; default: nothing */
    const char *trace; /* a file to which every task is written as it ends, in Chrome's trace format
                          (for Perfetto and chrome://tracing); default: none */
    double interval;   /* seconds between samples of memory and processor; default: 5 ms, and less
                          often in runs of more than 20 s */
    size_t memory;     /* bytes that the recording may take; default: 64 MB, about a million tasks.
                          Of more, neighbours become one; totals stay exact. */
} cask_profile_options;

/* Record all computations of the context from now on. The statuses of a file that cannot be
 * written, if a trace is wanted; LIMIT for more than eight watchers of one context. *profile is
 * NULL then. */
CASK_API
CASK_CHECKED
cask_status cask_profile_begin(cask *ck, const cask_profile_options *options,
                               cask_profile **profile);

/* Record no more; the trace is complete now. Once, and not while the context computes. */
CASK_API
cask_status cask_profile_end(cask_profile *profile);

/* Write the recording as one page of HTML that needs nothing else: task stream, memory, processor
 * and a table of functions. Ends the recording. */
CASK_API
CASK_CHECKED
cask_status cask_profile_save(cask_profile *profile, const char *path);

/* NULL is accepted. A recording that goes on is ended. */
CASK_API
void cask_profile_free(cask_profile *profile);

/* One task, or several in a row on one worker where there were too many to keep each. Times are
 * nanoseconds since the recording began. */
typedef struct cask_profile_task {
    const char *name; /* of its layer, "sum-partial-1f3a9c02"; of several: of most of the time */
    const char *function; /* "array.reduce" */
    int64_t block;        /* with the name it makes the task's key; -1 if the name is all of it, and
                             of several */
    int worker;
    int64_t begin, end;
    int64_t released; /* when the result was needed no more; 0: not known */
    uint64_t bytes;   /* of the result */
    uint64_t tasks;   /* 1, or how many */
    bool failed;
} cask_profile_task;

/* Hand out what was recorded, worker by worker in the order of time, until `visit` says no. Ends
 * the recording. */
CASK_API
void cask_profile_tasks(cask_profile *profile,
                        bool (*visit)(void *user, const cask_profile_task *task), void *user);

/* The state of the machine at one moment. */
typedef struct cask_profile_sample {
    int64_t time;      /* nanoseconds since the recording began */
    int64_t processor; /* nanoseconds of processor time so far, of the process and its children */
    uint64_t resident; /* bytes of memory in use, of both */
    uint64_t chunks;   /* bytes of chunks alive in the context */
    uint64_t read, written; /* bytes so far, through system calls of the process */
} cask_profile_sample;

/* The same for samples. */
CASK_API
void cask_profile_samples(cask_profile *profile,
                          bool (*visit)(void *user, const cask_profile_sample *sample), void *user);

/* How to show progress; NULL, and zero in a field, mean the default. */
typedef struct cask_progress_options {
    double minimum; /* seconds before a bar appears; default 0.1 */
    double dt;      /* seconds between two drawings; default 0.1 */
    int width;      /* of the bar itself, in columns; default: what the terminal has room for */
    bool always;    /* also where stderr is no terminal */
} cask_progress_options;

/* Show a progress bar on stderr while the context computes: tasks and bytes done, their rate, time
 * passed and time left, on one line. Silent where stderr is no terminal. */
CASK_API
CASK_CHECKED
cask_status cask_progress_begin(cask *ck, const cask_progress_options *options);

/* No more bars; without one nothing happens. Not while the context computes. */
CASK_API
void cask_progress_end(cask *ck);

/* Seconds that the last computation took, since the bar was asked for; 0 before the first. */
CASK_API
double cask_progress_seconds(const cask *ck);

#ifdef __cplusplus
}
#endif

#endif
