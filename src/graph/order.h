/* The order of a plan: which task runs when, so that few bytes are alive at a time. */
#ifndef CKI_GRAPH_ORDER_H
#define CKI_GRAPH_ORDER_H

#include "graph/plan.h"

/* What ordering keeps of a task. Bytes count as floats, which never are too low; sums of them are
 * good enough to compare. */
typedef struct cki_order_place {
    float output; /* declared */
    union {
        float need;      /* before it has run: bytes alive at most while it and all below it run */
        uint32_t looked; /* afterwards: how many of its users are no news any more */
    };
    float freeable;    /* what goes when this one runs: inputs that nobody else waits for */
    uint32_t progress; /* how far it is, and what it waits for: see order.c */
} cki_order_place;

/* Put plan->sequence, in which inputs stand before users, into the order in which to run the tasks,
 * and work out the plan's figures: peak_bytes, largest_bytes and `largest` (numbered as the tasks
 * are now) and bytes_read. The plan is complete but for them, tasks stand in any order. `places`,
 * one a task, is room to work in (none where no task has arguments). */
cask_status cki_order_run(cki_plan *plan, cki_order_place *places, cki_error *error);

#endif
