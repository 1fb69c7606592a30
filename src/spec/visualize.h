/* Visualize: drawing as an operation of the language. */
#ifndef CKI_SPEC_VISUALIZE_H
#define CKI_SPEC_VISUALIZE_H

#include "expr/collection.h"

extern const cki_operation *const cki_visualize_operations[];

#endif
