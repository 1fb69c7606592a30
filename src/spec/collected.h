/* Collected: what anything lazy tells those who compute it by themselves, as in Dask: how results
 * make one value, and how it is made anew over another graph. */
#ifndef CKI_SPEC_COLLECTED_H
#define CKI_SPEC_COLLECTED_H

#include "expr/operation.h"

/* __dask_keys__, __dask_layers__, __dask_tokenize__, __dask_optimize__, and _finalize and _rebuild,
 * which __dask_postcompute__ and __dask_postpersist__ give. */
extern const cki_operation *const cki_collected_operations[];

#endif
