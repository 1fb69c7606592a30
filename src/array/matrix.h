/* Matrices: what the operations of linear algebra have in common: types, adjoints, blocks. */
#ifndef CKI_ARRAY_MATRIX_H
#define CKI_ARRAY_MATRIX_H

#include "array/node.h"

/* An argument as an array of a type that LAPACK has: integers and bools become float64. TypeError
 * for others: "array type float16 is unsupported in linalg". */
cask_array cki_matrix_argument(cki_build *build, cask_value *value);
cask_array cki_matrix_inexact(cki_build *build, cask_array x);
/* Two arrays as one such type. */
bool cki_matrix_promote(cki_build *build, cask_array *a, cask_array *b);
/* The transpose of a matrix, and its conjugate. */
cask_array cki_matrix_transpose(cki_build *build, cask_array x);
cask_array cki_matrix_adjoint(cki_build *build, cask_array x);
/* An axis of one block; `length` may be -1. */
bool cki_matrix_axis(cki_build *build, int64_t length, cki_axis *axis);
/* x in one block, if its lengths are known. */
cask_array cki_matrix_whole(cki_build *build, cask_array x);
/* A ufunc of arrays, one of which may be NULL: then the result is. */
cask_array cki_matrix_apply(cki_build *build, const char *ufunc, cask_array a, cask_array b);
/* A ufunc of an array and a number, as Python would write it. */
cask_array cki_matrix_apply_number(cki_build *build, const char *ufunc, cask_array a, double b);
/* A matrix with ones on the diagonal, in the chunks of two axes. */
cask_array cki_matrix_identity(cki_build *build, const cki_axis *axes, cki_dtype dtype);
/* ValueError unless x is a square matrix of known length: "Dimension must be 2 to perform lu
 * decomposition", or whatever `what` is. */
bool cki_matrix_square(cki_build *build, cask_array x, const char *what);
/* ValueError unless all its chunks are squares of one size. */
bool cki_matrix_square_chunks(cki_build *build, cask_array x, const char *what);

#endif
