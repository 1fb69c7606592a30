/* Writing: one key of a YAML file is changed, the rest of the file stays as people wrote it. */
#ifndef CKI_CONFIG_WRITE_H
#define CKI_CONFIG_WRITE_H

#include "config/settings.h"

/* The text of a file with `key` (in any form) set to `value`: on the line that has the key with its
 * dots, else on a line behind the others, which then wins. Checks the key and the value, and that
 * the new text says what it should; ValueError if not. New text. */
char *cki_write_text(const char *text, const char *key, const cask_value *value, cki_error *error);
/* The same of a file, which is made if it is not there, its folder as well. */
cask_status cki_write_key(const char *path, const char *key, const cask_value *value,
                          cki_error *error);

/* A value as YAML has it on one line. */
cask_status cki_write_value(const cask_value *value, cki_text *text, cki_error *error);

#endif
