/* Term calls: what dask.core and dask.optimization have for single tasks and their dependencies. */
#ifndef CKI_SPEC_TERM_CALLS_H
#define CKI_SPEC_TERM_CALLS_H

#include "expr/operation.h"

extern const cki_operation *const cki_term_calls_operations[];

#endif
