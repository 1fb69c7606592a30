/* moment, and what numpy asks of arrays' types. */
#ifndef CKI_ARRAY_MOMENT_H
#define CKI_ARRAY_MOMENT_H

#include "expr/operation.h"

extern const cki_operation *const cki_moment_operations[];

#endif
