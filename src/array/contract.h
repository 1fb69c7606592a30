/* Contractions: dot, matmul, tensordot: products of blocks, summed along the axes in common. */
#ifndef CKI_ARRAY_CONTRACT_H
#define CKI_ARRAY_CONTRACT_H

#include "array/node.h"

/* numpy.dot and numpy.matmul. */
cask_array cki_contract_dot(cki_build *build, cask_array a, cask_array b);
cask_array cki_contract_matmul(cki_build *build, cask_array a, cask_array b);
/* numpy.tensordot over `count` pairs of axes. */
cask_array cki_contract_tensordot(cki_build *build, cask_array a, cask_array b, const int *a_axes,
                                  const int *b_axes, int count);
/* The sum over axes in common: a's axes are (batch, rows, inner), b's (batch, inner, columns), so
 * many of each sort; the result's (batch, rows, columns). At least one inner axis. Integers and
 * bools are summed in 64 bits. */
typedef struct cki_contraction {
    int batch, rows, inner, columns;
} cki_contraction;
cask_array cki_contract_product(cki_build *build, cask_array a, cask_array b,
                                const cki_contraction *how, const char *label);

/* A product as a value; sums of integers, which contractions give in 64 bits, in the factors' own
 * type if `narrow` says so, as NumPy's are. */
cask_value *cki_contract_narrow(cki_build *build, cask_array made, cask_array a, cask_array b,
                                bool narrow);

extern const cki_operation *const cki_contract_operations[];

#endif
