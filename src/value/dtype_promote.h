/* Parts of promotion that the files of this room share. */
#ifndef CKI_VALUE_DTYPE_PROMOTE_H
#define CKI_VALUE_DTYPE_PROMOTE_H

#include "value/dtype.h"

/* Unit and multiple that hold both; `strict`: months and days do not mix. Only result->unit and
 * result->count are set. */
cask_status cki_dtype_time_common(cki_dtype a, cki_dtype b, bool strict, cki_dtype *result,
                                  cki_error *error);
/* Characters NumPy reserves for any element of a type written as text. */
int32_t cki_dtype_text_length(cki_dtype dtype);

#endif
