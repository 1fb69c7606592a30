/* The order of a plan: which task runs when, so that few bytes are alive at a time. */
#ifndef CKI_GRAPH_ORDER_H
#define CKI_GRAPH_ORDER_H

#include "graph/plan.h"

/* Put the numbers of all tasks into sequence[0 .. plan->count) in the order in which to run them,
 * and work out the plan's figures: peak_bytes, largest_bytes (of task `largest`, by its number in
 * the sequence) and bytes_read. The plan is complete but for them: arguments and users are there,
 * tasks stand in any order. */
cask_status cki_order_run(cki_plan *plan, uint32_t *sequence, cki_error *error);

#endif
