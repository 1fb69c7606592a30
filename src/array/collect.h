/* Collect: the record by which arrays are computed, held and printed among other lazy things. */
#ifndef CKI_ARRAY_COLLECT_H
#define CKI_ARRAY_COLLECT_H

#include "array/node.h"
#include "expr/collection.h"

extern const cki_collection cki_collect_array;

/* One array's elements; NULL with the error set. */
cask_value *cki_collect_value(cask *ck, cask_array x, cki_error *error);

#endif
