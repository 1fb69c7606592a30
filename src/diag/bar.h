/* A progress bar: one line on a terminal, drawn again at most ten times a second by a thread of its
 * own, so that counting is all that tasks pay for. */
#ifndef CKI_DIAG_BAR_H
#define CKI_DIAG_BAR_H

#include "exec/exec.h"
#include "sys/thread.h"

#include <stdatomic.h>

/* Zero means the default. */
typedef struct cki_bar_options {
    int stream;      /* CKI_STDERR and the like */
    int64_t minimum; /* nanoseconds before it appears; 100 ms */
    int64_t every;   /* between two drawings; 100 ms */
    int width;       /* columns of the bar itself; what the terminal has room for, at most 60 */
    bool always;     /* also where the stream is no terminal */
} cki_bar_options;

/* What it says. */
typedef struct cki_bar_state {
    uint64_t done, total;   /* tasks; of 0 all are done */
    uint64_t read, to_read; /* bytes; nothing is said of reading where there is none to do */
    int64_t elapsed;        /* nanoseconds */
    bool stopped;           /* before the end */
} cki_bar_state;

/* The line without control characters: at most `columns` columns of `line`. */
void cki_bar_text(char *line, size_t size, int columns, int width, const cki_bar_state *state);

enum { CKI_BAR_COUNTERS = 32 };

typedef struct cki_bar {
    cki_callbacks callbacks; /* for cki_exec_options; its `user` is the bar */
    cki_bar_options options;
    cki_thread thread;
    cki_mutex mutex; /* of what follows, but for the counters */
    cki_condition wake;
    int runs;           /* under way; the line shows them together */
    bool started, quit; /* the thread */
    bool silent;        /* nobody looks */
    bool drawn;         /* there is a line */
    int64_t begin;      /* when the first of them began, cki_clock_now() */
    int64_t next;       /* when the line is to be drawn */
    int64_t last;       /* how long they took, the last time */
    uint64_t total, to_read;
    struct { /* of some of the workers each, so that they seldom meet */
        _Atomic uint64_t done, read;
        char apart[48];
    } counters[CKI_BAR_COUNTERS];
} cki_bar;

/* The bar stays where it is while runs use it. Where nobody looks it only takes the time. */
void cki_bar_init(cki_bar *bar, const cki_bar_options *options);
void cki_bar_free(cki_bar *bar);

#endif
