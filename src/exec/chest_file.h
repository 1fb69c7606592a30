/* A chest's files: one value each, in the chest's format, under its name whole or not at all. */
#ifndef CKI_EXEC_CHEST_FILE_H
#define CKI_EXEC_CHEST_FILE_H

#include "core/fail.h"
#include "value/value.h"
#include <cask/chest.h>

/* How values become bytes; checked by cki_chest_file_format(). */
typedef struct cki_chest_format {
    bool (*dump)(void *user, const cask_value *value, cask_chest_output *output);
    cask_value *(*load)(void *user, const void *bytes, size_t length);
    void *user;
    bool records; /* neither: records of the binary form, straight from and into arrays */
} cki_chest_format;

/* The format that the options ask for. ValueError. */
cask_status cki_chest_file_format(const cask_chest_options *options, cki_chest_format *format,
                                  cki_error *error);
/* The name of a key's file: the key itself if it is a plain word, else of its token. NULL when
 * there is no memory. */
char *cki_chest_file_name(const cask_value *key);
/* `lasting`: it is on the disk when this returns, not only on its way. */
cask_status cki_chest_file_write(const char *path, const cask_value *value,
                                 const cki_chest_format *format, bool lasting, cki_error *error);
cask_value *cki_chest_file_read(const char *path, const cki_chest_format *format, cki_error *error);

#endif
