/* Diagonals: taking them out of arrays, and making matrices of them. */
#ifndef CKI_ARRAY_DIAGONAL_H
#define CKI_ARRAY_DIAGONAL_H

#include "array/node.h"

/* numpy.diagonal: the diagonals of the planes of two axes, as the last axis. */
cask_array cki_diagonal_take(cki_build *build, cask_array x, int64_t offset, int axis1, int axis2);

extern const cki_operation *const cki_diagonal_operations[];

#endif
