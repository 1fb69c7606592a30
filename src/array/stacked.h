/* Stacks of matrices: NumPy's linear algebra over the last two axes of arrays of any number. */
#ifndef CKI_ARRAY_STACKED_H
#define CKI_ARRAY_STACKED_H

#include "array/node.h"

/* The inverses; LinAlgError "Singular matrix" when they are computed. */
cask_array cki_stacked_inverse(cki_build *build, cask_array a);
/* The singular values, largest first, on the last axis. */
cask_array cki_stacked_singular(cki_build *build, cask_array a);

extern const cki_operation *const cki_stacked_operations[];

#endif
