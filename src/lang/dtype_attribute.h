/* Attributes of dtypes in the language.
 */
#ifndef CKI_LANG_DTYPE_ATTRIBUTE_H
#define CKI_LANG_DTYPE_ATTRIBUTE_H

#include "value/value.h"

/* An attribute of a DTYPE value; NULL without an error if it has no such one. */
cask_value *cki_dtype_attribute_get(const cask_value *value, const char *name, cki_error *error);

#endif
