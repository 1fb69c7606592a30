/* isin: which elements are among some others. */
#ifndef CKI_ARRAY_ISIN_H
#define CKI_ARRAY_ISIN_H

#include "array/node.h"

/* Whether each element of x is in `among`, or with `invert` is not. NaN is in nothing. */
cask_array cki_isin_test(cki_build *build, cask_array x, cask_array among, bool invert);

extern const cki_operation *const cki_isin_operations[];

#endif
