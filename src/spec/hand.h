/* Hand: graphs by hand as tasks: one layer, a block a key. */
#ifndef CKI_SPEC_HAND_H
#define CKI_SPEC_HAND_H

#include "expr/context.h"
#include "graph/registry.h"
#include "spec/spec.h"

/* What the tasks name; cask.c makes it known. */
extern const cki_function cki_hand_function, cki_hand_whole_function;

/* The keys' values; results has room for count new references, all NULL on failure (NULL: they go
 * to the chest of the context's `how` alone). Runs as every computation of the context does. The
 * graph must not change meanwhile. */
cask_status cki_hand_get(cask *ck, const cki_spec *spec, const uint32_t *keys, size_t count,
                         cask_value **results, cki_error *error);
/* The graph and plan of that, to look at; the caller frees the plan, then the graph. The spec must
 * outlive both. */
cask_status cki_hand_plan(cask *ck, const cki_spec *spec, const uint32_t *keys, size_t count,
                          struct cki_graph **graph, struct cki_plan **plan, cki_error *error);

#endif
