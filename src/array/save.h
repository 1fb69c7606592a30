/* Saving: computing arrays into memory, or block by block into files. */
#ifndef CKI_ARRAY_SAVE_H
#define CKI_ARRAY_SAVE_H

#include "array/node.h"

/* How an array is written; zero is the default throughout. */
typedef struct cki_save_options {
    const char *variable; /* of .nc and .h5 files; NULL: "data" */
    const char *title, *units, *cmap;
    bool has_vmin, has_vmax;
    double vmin, vmax;
} cki_save_options;

/* Compute arrays in one run: values[i] are new references to arrays, all NULL on failure. Blocks
 * are copied to their places as they come, so no more is held than the results and the blocks
 * under way. */
cask_status cki_save_collect(cask *ck, const cask_array *arrays, size_t count, cask_value **values,
                             cki_error *error);

/* Compute x into a file, whose suffix says how: a format that cki_writer_knows() (block by block),
 * .png, .csv, .json or .txt. ValueError that lists them for another suffix. The file appears whole
 * or not at all. */
cask_status cki_save_array(cask *ck, cask_array x, const char *path, const cki_save_options *how,
                           cki_error *error);
/* The same of a value: arrays in any of those formats, others in .json and .txt. */
cask_status cki_save_value(cask_value *value, const char *path, const cki_save_options *how,
                           cki_error *error);

#endif
