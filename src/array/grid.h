/* Grids: arrays of indices, and what is made of them: indices, meshgrid, fromfunction, tril_indices
 * and their like. */
#ifndef CKI_ARRAY_GRID_H
#define CKI_ARRAY_GRID_H

#include "array/node.h"

/* first, first + step, ... in the chunks of `axis`, as int64. */
cask_array cki_grid_count(cki_build *build, const cki_axis *axis, int64_t first, int64_t step);
/* A 1-d array along one axis of `ndim`, the others having length 1. */
cask_array cki_grid_along(cki_build *build, cask_array x, int axis, int ndim);

extern const cki_operation *const cki_grid_operations[];

#endif
