/* The arguments of a call, as the language and the operations pass them. */
#ifndef CKI_VALUE_ARGUMENTS_H
#define CKI_VALUE_ARGUMENTS_H

#include "value/value.h"

/* Positional and named arguments; all references borrowed. */
typedef struct cki_arguments {
    cask_value *const *positional;
    size_t count;
    const char *const *names; /* of the named ones */
    cask_value *const *named;
    size_t nnamed;
} cki_arguments;

#endif
