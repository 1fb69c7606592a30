/* Computing: the operations on anything lazy that compute it, hold it, or only optimise it. */
#ifndef CKI_SPEC_COMPUTING_H
#define CKI_SPEC_COMPUTING_H

#include "expr/operation.h"

/* The value that a node's blocks make, which are in lists as its keys are: what others made of them
 * becomes what the node says, or is refused. A new reference. */
cask_value *cki_computing_join(const cki_node *node, const cask_value *given, cki_error *error);
/* compute, persist, optimize. */
extern const cki_operation *const cki_computing_operations[];

#endif
