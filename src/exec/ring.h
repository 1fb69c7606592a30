/* Rings: what a run says to one of its processes, and what that answers, each in a queue of fixed
 * length in shared memory that one side fills and the other empties, without locks. */
#ifndef CKI_EXEC_RING_H
#define CKI_EXEC_RING_H

#include "exec/parcel.h"

#include <stdatomic.h>

enum { CKI_RING_ORDERS = 512, CKI_RING_REPORTS = 128 };

typedef enum cki_order_kind { CKI_ORDER_RUN, CKI_ORDER_RETURN } cki_order_kind;

/* RUN a task, or a block of its segment is lent so many times less (RETURN). */
typedef struct cki_order {
    uint32_t kind;
    uint32_t number; /* the task, or how many */
    cki_offset block;
} cki_order;

/* A task's end: its result, or, if `status` is not OK, an error in the process's own place. */
typedef struct cki_report {
    uint32_t task;
    uint16_t status;
    bool goes_on; /* with its only user, which needs nothing else, unasked */
    cki_cell result;
    int64_t begin, end; /* cki_clock_now() */
} cki_report;

/* The counts only grow; each side's are on a cache line of their own. */
typedef struct cki_orders {
    _Alignas(64) _Atomic uint32_t written;
    _Alignas(64) _Atomic uint32_t read;
    _Alignas(64) cki_order items[CKI_RING_ORDERS];
} cki_orders;

typedef struct cki_reports {
    _Alignas(64) _Atomic uint32_t written;
    _Alignas(64) _Atomic uint32_t read;
    _Alignas(64) cki_report items[CKI_RING_REPORTS];
} cki_reports;

/* False if it is full; false if it is empty. */
bool cki_ring_order(cki_orders *orders, cki_order order);
bool cki_ring_next_order(cki_orders *orders, cki_order *order);
bool cki_ring_has_order(const cki_orders *orders);
/* How many more it takes, for the side that fills it. */
uint32_t cki_ring_room(const cki_orders *orders);
bool cki_ring_report(cki_reports *reports, const cki_report *report);
bool cki_ring_next_report(cki_reports *reports, cki_report *report);
bool cki_ring_has_report(const cki_reports *reports);

#endif
