/* Literals: values that graphs by hand must not take for tasks or lists of keys. */
#ifndef CKI_SPEC_LITERAL_H
#define CKI_SPEC_LITERAL_H

#include "expr/operation.h"

/* The task (literal,) that gives a value; a new reference. */
cask_value *cki_literal_task(cask_value *value, cki_error *error);
/* dask.core.literal and quote. */
extern const cki_operation *const cki_literal_operations[];

#endif
