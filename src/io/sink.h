/* Whole results as text: JSON, CSV, and as printed. Written beside the target, then renamed. */
#ifndef CKI_IO_SINK_H
#define CKI_IO_SINK_H

#include "value/array.h"

/* A file that appears whole at commit or not at all. */
typedef struct cki_atomic_file cki_atomic_file;
cki_atomic_file *cki_sink_open(const char *path, cki_error *error);
cask_status cki_sink_write(cki_atomic_file *file, const void *bytes, size_t count,
                           cki_error *error);
cask_status cki_sink_commit(cki_atomic_file *file, cki_error *error); /* frees it */
void cki_sink_abort(cki_atomic_file *file);                           /* likewise */

/* One row a line, commas between (1-d: one value a line); floats as Python's repr. */
cask_status cki_csv_write(const char *path, const cki_array *array, cki_error *error);
/* value in the language's JSON form, and a newline. */
cask_status cki_json_write(const char *path, const cask_value *value, cki_error *error);
/* What print() would show, all of it, and a newline. */
cask_status cki_text_write(const char *path, const cask_value *value, cki_error *error);

#endif
