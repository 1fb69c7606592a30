/* Hand: graphs by hand as tasks: one layer, a block a key. */
#ifndef CKI_SPEC_HAND_H
#define CKI_SPEC_HAND_H

#include "expr/node.h"
#include "graph/registry.h"
#include "spec/spec.h"

/* What the tasks name; cask.c makes it known. */
extern const cki_function cki_hand_function, cki_hand_whole_function;

/* The keys' values; results has room for count new references, all NULL on failure (NULL: they go
 * to the chest of the context's `how` alone). Runs as every computation of the context does. The
 * graph must not change meanwhile. */
cask_status cki_hand_get(cask *ck, const cki_spec *spec, const uint32_t *keys, size_t count,
                         cask_value **results, cki_error *error);
/* A node like that one whose blocks are the values of keys, one for each in the order of the grid:
 * its own are not asked for. The spec is taken over, also on failure; the context keeps it. NULL
 * with the build's error set. */
cki_node *cki_hand_collect(cki_build *build, const cki_node *like, cki_spec *spec,
                           const uint32_t *keys);
/* The graph by hand that a layer's tasks are of, and the key of a block; NULL if it is no such
 * layer. */
const cki_spec *cki_hand_spec(const cki_layer *layer, int64_t block, uint32_t *key);
/* The graph and plan of that, to look at; the caller frees the plan, then the graph. The spec must
 * outlive both. */
cask_status cki_hand_plan(cask *ck, const cki_spec *spec, const uint32_t *keys, size_t count,
                          struct cki_graph **graph, struct cki_plan **plan, cki_error *error);

#endif
