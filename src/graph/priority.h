/* Priority: tasks of layers that are annotated with one, and what they need, before the others. */
#ifndef CKI_GRAPH_PRIORITY_H
#define CKI_GRAPH_PRIORITY_H

#include "graph/plan.h"

/* Ask functions of keys, where layers are annotated with some, about every task of the plan. */
cask_status cki_priority_ask(cki_plan *plan, cki_error *error);
/* Whether any layer of the plan's graph has a priority. */
bool cki_priority_any(const cki_plan *plan);
/* Put plan->sequence, an order already (or NULL: as the tasks stand), into that of priorities;
 * among equal ones it stays. What a task needs counts at least as much as the task. The plan's
 * peak_bytes follow. */
cask_status cki_priority_apply(cki_plan *plan, cki_error *error);

#endif
