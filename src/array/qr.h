/* QR decomposition of lazy matrices: by columns of blocks (tsqr.h) and by rows of blocks. */
#ifndef CKI_ARRAY_QR_H
#define CKI_ARRAY_QR_H

#include "array/node.h"

/* x = q @ r, x in one column or one row of blocks; NotImplementedError otherwise. */
bool cki_qr_factor(cki_build *build, cask_array x, cask_array *q, cask_array *r);

extern const cki_operation *const cki_qr_operations[];

#endif
