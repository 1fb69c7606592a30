/* Names of environment variables in what files say. */
#ifndef CKI_CONFIG_EXPAND_H
#define CKI_CONFIG_EXPAND_H

#include "value/value.h"

/* The value with $NAME and ${NAME} replaced in text, and in a list's texts, as Python's
 * os.path.expandvars does: unknown names stay as they are. `environment` holds "NAME=VALUE" and
 * ends with NULL. A new reference. */
cask_value *cki_expand_value(const cask_value *value, const char *const *environment,
                             cki_error *error);

#endif
