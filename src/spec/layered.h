/* Layered: graphs of layers made from others of the kind. */
#ifndef CKI_SPEC_LAYERED_H
#define CKI_SPEC_LAYERED_H

#include "expr/operation.h"

/* What x.dask has as a HighLevelGraph: cull, cull_layers, copy, validate; HighLevelGraph.merge. */
extern const cki_operation *const cki_layered_operations[];

#endif
