/* The order of a plan: which task runs when, so that few bytes are alive at a time. */
#ifndef CKI_GRAPH_ORDER_H
#define CKI_GRAPH_ORDER_H

#include "graph/plan.h"

/* Put plan->sequence, in which inputs stand before users, into the order in which to run the tasks,
 * and work out the plan's figures: peak_bytes, largest_bytes and `largest` (numbered as the tasks
 * are now) and bytes_read. The plan is complete but for them, tasks stand in any order. Uses up the
 * tasks' `ninputs`. */
cask_status cki_order_run(cki_plan *plan, cki_error *error);

#endif
