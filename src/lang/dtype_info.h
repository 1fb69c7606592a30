/* What NumPy tells of element types: finfo, iinfo, issubdtype, can_cast. */
#ifndef CKI_LANG_DTYPE_INFO_H
#define CKI_LANG_DTYPE_INFO_H

#include "expr/operation.h"

/* An attribute of a finfo or an iinfo; NULL without error if `object` is none or has none such. */
cask_value *cki_dtype_info_attribute(const cask_value *object, const char *name, cki_error *error);

extern const cki_operation *const cki_dtype_info_operations[];

#endif
