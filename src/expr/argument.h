/* Arguments as C programs give them (cask/argument.h), as values. */
#ifndef CKI_EXPR_ARGUMENT_H
#define CKI_EXPR_ARGUMENT_H

#include "expr/collection.h"
#include <cask/argument.h>

/* The node of a handle: every collection's node begins with one. */
static inline const cki_node *cki_argument_array(cask_array x)
{
    return (const cki_node *)(const void *)x;
}
static inline const cki_node *cki_argument_delayed(cask_delayed x)
{
    return (const cki_node *)(const void *)x;
}

/* The lazy thing in an argument; NULL if it is none. */
const cki_node *cki_argument_node(const cask_argument *argument);
/* The argument as a value; a new reference. A future is none: TypeError. */
cask_value *cki_argument_value(const cask_argument *argument, cki_error *error);

#endif
