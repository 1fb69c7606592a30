/* A progress bar: one line on a terminal, drawn again at most ten times a second. */
#ifndef CKI_DIAG_BAR_H
#define CKI_DIAG_BAR_H

#include "exec/exec.h"

#include <stdatomic.h>

typedef struct cki_bar {
    cki_callbacks callbacks; /* for cki_exec_options; its `user` is the bar */
    int stream;
    int64_t begin;        /* when the run began, cki_clock_now() */
    _Atomic int64_t next; /* when it may be drawn again */
    atomic_bool drawing;  /* by some thread */
    atomic_size_t done;
    _Atomic uint64_t read; /* bytes that the tasks done declared to read */
} cki_bar;

/* `stream` is CKI_STDERR and the like. The bar stays where it is while a run uses it. */
void cki_bar_init(cki_bar *bar, int stream);

/* The line as drawn, without control characters: at most `width` columns of `line`. `elapsed` in
 * nanoseconds; of `total` 0 tasks all are done. Nothing is said of reading where `to_read` is 0. */
void cki_bar_text(char *line, size_t size, int width, size_t done, size_t total, uint64_t read,
                  uint64_t to_read, int64_t elapsed);

#endif
