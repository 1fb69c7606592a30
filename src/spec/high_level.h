/* High level: graphs of layers, made of dicts of tasks by the layers' names. */
#ifndef CKI_SPEC_HIGH_LEVEL_H
#define CKI_SPEC_HIGH_LEVEL_H

#include "expr/operation.h"

/* HighLevelGraph(layers, dependencies), its from_collections, and what a graph's layers serve. */
extern const cki_operation *const cki_high_level_operations[];

#endif
