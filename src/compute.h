/* Computing: what cask.c hangs into a context for the collections to call. */
#ifndef CKI_COMPUTE_H
#define CKI_COMPUTE_H

#include "expr/context.h"

struct cki_graph;
struct cki_plan;

/* The context's `compute`, `optimise` and `plan`: see expr/context.h. */
cask_status cki_compute_nodes(cask *ck, const cki_want *wants, size_t count, cki_error *error);
cask_status cki_compute_optimise(cask *ck, struct cki_graph *graph, const cki_node **nodes,
                                 size_t count, cki_error *error);
cask_status cki_compute_plan(cask *ck, const cki_node *const *nodes, size_t count,
                             struct cki_graph **graph, struct cki_plan **plan, cki_error *error);

#endif
