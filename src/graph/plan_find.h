/* Finding: the tasks that wanted keys need, each with its arguments. */
#ifndef CKI_GRAPH_PLAN_FIND_H
#define CKI_GRAPH_PLAN_FIND_H

#include "graph/plan.h"

/* A plan with its tasks, their arguments (and how many users they have), what was wanted, and a
 * sequence; without lists of users. Freed by cki_plan_free() in any case. */
cask_status cki_plan_find_tasks(cki_plan *plan, const cki_key *wanted, const cki_plan_known *known,
                                cki_error *error);

#endif
