/* Saving: computing arrays into files, block by block where the format lets us. */
#ifndef CKI_ARRAY_SAVE_H
#define CKI_ARRAY_SAVE_H

#include "array/node.h"

#include <stdatomic.h>

/* How an array is written; zero is the default throughout. */
typedef struct cki_save_options {
    const char *variable; /* of .nc and .h5 files; NULL: "data" */
    const char *title, *units, *cmap;
    cask_value *fill; /* what stands for elements that are missing; NULL: nothing does */
    bool has_vmin, has_vmax;
    double vmin, vmax;
    bool animate; /* a picture of 3 axes moves */
    double fps;   /* so many frames a second; 0: 5 */
} cki_save_options;

/* Compute x into a file, whose suffix says how: a format that cki_writer_knows() (block by block),
 * .png, .gif, .svg, .csv, .json or .txt. ValueError that lists them for another suffix. The file
 * appears whole or not at all. */
cask_status cki_save_array(cask *ck, cask_array x, const char *path, const cki_save_options *how,
                           cki_error *error);
/* The same of a value: arrays in any of those formats, others in .json and .txt. */
cask_status cki_save_value(cask_value *value, const char *path, const cki_save_options *how,
                           cki_error *error);

/* Several lazy arrays of known shapes into one file of a format that holds several, in one run; the
 * file appears whole or not at all. */
cask_status cki_save_several(cask *ck, const char *path, const char *const *names,
                             const cask_array *arrays, size_t count, cki_error *error);

/* A block on its way to a file: its elements, and the index of the first. NULL with the error set,
 * and *odd, if it has not the shape and type that x says. */
const cki_array *cki_save_block(cask_array x, int64_t block, cask_value *value, int64_t *start,
                                atomic_bool *odd, cki_error *error);

/* ---- save_picture.c ---- */

/* Whether a path says that a picture of numbers is wanted, and whether a moving one. */
bool cki_save_picture_is(const char *path);
/* A lazy array, gathered block by block; *odd is set as above, and then nothing is written. */
cask_status cki_save_picture(cask *ck, cask_array x, const char *path, const cki_save_options *how,
                             atomic_bool *odd, cki_error *error);
/* Elements in memory; `x` (may be NULL) is the expression they come from. */
cask_status cki_save_picture_array(const cki_array *array, cask_array x, const char *path,
                                   const cki_save_options *how, cki_error *error);

#endif
