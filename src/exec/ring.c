/* Rings of orders and reports. Each count is written by one side alone; an item is there once the
 * writer's count says so, and its place is free once the reader's does. */
#include "exec/ring.h"

bool cki_ring_order(cki_orders *orders, cki_order order)
{
    uint32_t written = atomic_load_explicit(&orders->written, memory_order_relaxed);
    if (written - atomic_load_explicit(&orders->read, memory_order_acquire) >= CKI_RING_ORDERS)
        return false;
    orders->items[written % CKI_RING_ORDERS] = order;
    atomic_store_explicit(&orders->written, written + 1, memory_order_release);
    return true;
}

bool cki_ring_has_order(const cki_orders *orders)
{
    return atomic_load_explicit(&orders->written, memory_order_acquire) !=
           atomic_load_explicit(&orders->read, memory_order_relaxed);
}

uint32_t cki_ring_room(const cki_orders *orders)
{
    return CKI_RING_ORDERS - (atomic_load_explicit(&orders->written, memory_order_relaxed) -
                              atomic_load_explicit(&orders->read, memory_order_acquire));
}

bool cki_ring_next_order(cki_orders *orders, cki_order *order)
{
    if (!cki_ring_has_order(orders))
        return false;
    uint32_t read = atomic_load_explicit(&orders->read, memory_order_relaxed);
    *order = orders->items[read % CKI_RING_ORDERS];
    atomic_store_explicit(&orders->read, read + 1, memory_order_release);
    return true;
}

bool cki_ring_report(cki_reports *reports, const cki_report *report)
{
    uint32_t written = atomic_load_explicit(&reports->written, memory_order_relaxed);
    if (written - atomic_load_explicit(&reports->read, memory_order_acquire) >= CKI_RING_REPORTS)
        return false;
    reports->items[written % CKI_RING_REPORTS] = *report;
    atomic_store_explicit(&reports->written, written + 1, memory_order_release);
    return true;
}

bool cki_ring_has_report(const cki_reports *reports)
{
    return atomic_load_explicit(&reports->written, memory_order_acquire) !=
           atomic_load_explicit(&reports->read, memory_order_relaxed);
}

bool cki_ring_next_report(cki_reports *reports, cki_report *report)
{
    if (!cki_ring_has_report(reports))
        return false;
    uint32_t read = atomic_load_explicit(&reports->read, memory_order_relaxed);
    *report = reports->items[read % CKI_RING_REPORTS];
    atomic_store_explicit(&reports->read, read + 1, memory_order_release);
    return true;
}
