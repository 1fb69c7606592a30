/* Arrays in memory as Python's own values. */
#ifndef CKI_ARRAY_LISTING_H
#define CKI_ARRAY_LISTING_H

#include "expr/operation.h"

extern const cki_operation *const cki_listing_operations[];

#endif
