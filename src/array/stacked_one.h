/* One matrix of a stack: what each of NumPy's operations makes of it. */
#ifndef CKI_ARRAY_STACKED_ONE_H
#define CKI_ARRAY_STACKED_ONE_H

#include "value/array.h"

enum { CKI_STACKED_PARTS = 3 };

typedef enum cki_stacked_kind {
    CKI_STACKED_DET,
    CKI_STACKED_SLOGDET,
    CKI_STACKED_INV,
    CKI_STACKED_SOLVE,
    CKI_STACKED_CHOLESKY,
    CKI_STACKED_QR,
    CKI_STACKED_SVD,
    CKI_STACKED_SVD_FULL,
    CKI_STACKED_SINGULAR,
    CKI_STACKED_EIGH,
    CKI_STACKED_EIGVALSH,
    CKI_STACKED_EIG,
    CKI_STACKED_EIGVALS
} cki_stacked_kind;

/* The parts of the result, new references, as many as the kind has; others stay NULL. `b` is the
 * right side of SOLVE, a matrix; `upper` concerns EIGH and EIGVALSH. LinAlgError "Singular matrix"
 * and those of kernel/lapack.h. */
cask_status cki_stacked_one(cki_stacked_kind kind, bool upper, const cki_array *a,
                            const cki_array *b, cask_value **parts, cki_error *error);

#endif
