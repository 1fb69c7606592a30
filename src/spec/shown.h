/* Shown: collections' graphs as values of the language. */
#ifndef CKI_SPEC_SHOWN_H
#define CKI_SPEC_SHOWN_H

#include "expr/operation.h"

/* x.dask, x.__dask_graph__(). */
extern const cki_operation *const cki_shown_operations[];

#endif
