/* Layers: x.dask.layers and x.dask.dependencies: a collection's graph by what its operations made.
 */
#ifndef CKI_SPEC_LAYERS_H
#define CKI_SPEC_LAYERS_H

#include "expr/operation.h"

extern const cki_operation *const cki_layers_operations[];

#endif
