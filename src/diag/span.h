/* Spans: when which task ran, in a list of bounded length: where there are too many, neighbours
 * that were too short to see become one. */
#ifndef CKI_DIAG_SPAN_H
#define CKI_DIAG_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One task, or several in a row on one worker. Times in nanoseconds since the recording began. */
typedef struct cki_span {
    int64_t begin, end;
    int64_t busy;     /* of that time, spent in tasks */
    int64_t released; /* when the task's result went; 0: not known, or several tasks */
    uint64_t bytes;   /* of the results */
    int64_t block;    /* of one task; of several: by how many nanoseconds the label leads */
    uint32_t task;    /* its number in its plan */
    uint32_t label;   /* of one task; of several: that of most of the time */
    uint32_t count;   /* of tasks */
    uint32_t failed;  /* of them */
} cki_span;

/* In the order of time, not overlapping. */
typedef struct cki_spans {
    cki_span *items;
    size_t count, capacity;
    int64_t resolution; /* what fits within so many nanoseconds is one; 0: every task on its own */
} cki_spans;

/* `next`, which follows `span`, becomes part of it. */
void cki_span_merge(cki_span *span, const cki_span *next);
/* Have at most about `most` (at least 4) spans in the list. */
void cki_span_shrink(cki_spans *spans, size_t most);
/* Append; when `may_grow` says no (or there is no memory) the list shrinks to make room. False if
 * the span is lost: there was never memory for any. */
bool cki_span_add(cki_spans *spans, const cki_span *span, bool may_grow);
void cki_span_free(cki_spans *spans);

#endif
