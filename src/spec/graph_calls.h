/* Graph calls: graphs by hand in the language: dask.get and what dask.core, dask.optimization and
 * dask.order have for dicts of tasks. */
#ifndef CKI_SPEC_GRAPH_CALLS_H
#define CKI_SPEC_GRAPH_CALLS_H

#include "expr/operation.h"

extern const cki_operation *const cki_graph_calls_operations[];

#endif
