/* Tasks: the tasks of collections, to look at or to put into a graph by hand. */
#ifndef CKI_SPEC_TASKS_H
#define CKI_SPEC_TASKS_H

#include "expr/context.h"
#include "spec/spec.h"

/* The graph and plan of all blocks of some nodes: as they would run, or as they were built. The
 * caller frees the plan, then the graph. */
cask_status cki_tasks_plan(cask *ck, const cki_node *const *nodes, size_t count, bool optimise,
                           struct cki_graph **graph, struct cki_plan **plan, cki_error *error);
/* The same as a graph by hand: a key for each task, whose term calls the task's function with what
 * its layer spells: keys of its inputs, and its parameters. `wanted` (may be NULL) gets the nodes'
 * own keys, as a list. */
cki_spec *cki_tasks_spec(cask *ck, const cki_node *const *nodes, size_t count, bool optimise,
                         cask_value **wanted, cki_error *error);

#endif
