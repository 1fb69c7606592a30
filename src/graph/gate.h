/* Gates: layers whose tasks wait for one more result, which they do not look at. */
#ifndef CKI_GRAPH_GATE_H
#define CKI_GRAPH_GATE_H

#include "graph/graph.h"

/* Have all tasks of a layer wait for a block of a layer before it. One that is an alias has none,
 * and stays as it is. */
cask_status cki_gate_add(cki_graph *graph, uint32_t number, cki_key after, cki_error *error);

/* What such a layer's tasks name; to be registered. */
extern const cki_function cki_gate_function;

#endif
