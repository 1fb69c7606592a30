/* Annotate: dask.annotate(priority=10)(function), in the place of Python's `with`. */
#ifndef CKI_LANG_ANNOTATE_H
#define CKI_LANG_ANNOTATE_H

#include "expr/operation.h"

extern const cki_operation *const cki_annotate_operations[];

#endif
