/* YAML as configuration files use it: nested mappings of scalars and lists. */
#ifndef CKI_CONFIG_YAML_H
#define CKI_CONFIG_YAML_H

#include "core/fail.h"
#include "value/value.h"

/* Gets each value that is no mapping, with the path of keys to it ("spill.directory") and its line;
 * path and value are only lent. Mappings inside lists arrive as dicts. */
typedef cask_status (*cki_yaml_take)(void *user, const char *path, size_t length,
                                     const cask_value *value, size_t line, cki_error *error);

/* Read one document. ValueError "site.yaml:3:7: ..." if it is malformed, is no mapping, nests more
 * than 64 deep, or uses aliases. */
cask_status cki_yaml_read(const char *text, size_t length, const char *name, cki_yaml_take take,
                          void *user, cki_error *error);

/* What a plain word stands for: null, true, yes, off, 12, 0x1f, 1_000, 2.5, .inf, ... or text. */
cask_value *cki_yaml_plain(const char *text, size_t length, cki_error *error);
/* The value of text from the environment or a command line: Python's or YAML's literals (None,
 * True, 5, 2.5, [1, 2], {"a": 1}, 'text'), everything else the text itself; null if it is empty. */
cask_value *cki_yaml_literal(const char *text, cki_error *error);

#endif
