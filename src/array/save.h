/* Saving: computing arrays into files, block by block where the format lets us. */
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

/* Compute x into a file, whose suffix says how: a format that cki_writer_knows() (block by block),
 * .png, .csv, .json or .txt. ValueError that lists them for another suffix. The file appears whole
 * or not at all. */
cask_status cki_save_array(cask *ck, cask_array x, const char *path, const cki_save_options *how,
                           cki_error *error);
/* The same of a value: arrays in any of those formats, others in .json and .txt. */
cask_status cki_save_value(cask_value *value, const char *path, const cki_save_options *how,
                           cki_error *error);

#endif
