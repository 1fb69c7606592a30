/* Dask: what `dask` has beside computing: tokens, configuration, units. */
#ifndef CKI_LANG_DASK_H
#define CKI_LANG_DASK_H

#include "expr/operation.h"

extern const cki_operation *const cki_dask_operations[];

#endif
