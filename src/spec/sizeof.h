/* Sizeof: how many bytes values are taken to be, as Dask counts them. */
#ifndef CKI_SPEC_SIZEOF_H
#define CKI_SPEC_SIZEOF_H

#include "expr/operation.h"

/* dask.sizeof.sizeof. */
extern const cki_operation *const cki_sizeof_operations[];

#endif
