/* Grids of lazy values in lists. */
#ifndef CKI_ARRAY_BLOCK_GRID_H
#define CKI_ARRAY_BLOCK_GRID_H

#include "expr/operation.h"

extern const cki_operation *const cki_block_grid_operations[];

#endif
