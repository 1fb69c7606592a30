/* out= and where= of NumPy's functions. An expression has no array that could be written into: what
 * a call gives is what would stand in `out` afterwards, and `out` itself is only checked. */
#ifndef CKI_ARRAY_OUT_H
#define CKI_ARRAY_OUT_H

#include "array/node.h"

/* The argument out=, which may be a tuple of one: *out is NULL if nothing was given.
 * NotImplementedError for several, and for an array in memory where `lazy` says that the operands
 * are not. */
cask_status cki_out_find(cki_call *call, bool lazy, cask_array *out);
/* What stands in out= when `made` is put there: `made`, of the type that `out` has if the operands
 * are in memory, as in NumPy (Dask's has its own). ValueError if their shapes differ. */
cask_array cki_out_put(cki_build *build, cask_array made, cask_array out, bool lazy);
/* The two in one, for operations whose first parameter is the operand. */
cask_value *cki_out_result(cki_call *call, cki_build *build, cask_array made);
/* `made` where the condition holds, elsewhere what `out` has (0 if there is none), in its type. */
cask_array cki_out_where(cki_build *build, cask_array made, cask_value *where, cask_array out);
/* A cast as an output's: TypeError unless NumPy's 'same_kind' allows it. */
cask_array cki_out_cast(cki_build *build, cask_array made, cki_dtype dtype);

#endif
