/* Systems of linear equations: solve, inv, and what they are made of. */
#ifndef CKI_ARRAY_SOLVE_H
#define CKI_ARRAY_SOLVE_H

#include "array/node.h"

/* x with a @ x = b for a triangular a (n, n), b (n) or (n, k); chunks of a's columns and b's rows
 * must agree (ValueError). */
cask_array cki_solve_triangular(cki_build *build, cask_array a, cask_array b, bool lower);

extern const cki_operation *const cki_solve_operations[];

#endif
