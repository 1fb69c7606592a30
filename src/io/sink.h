/* Whole results as text or pictures: JSON, CSV, text, PNG. Written beside the target, then renamed.
 */
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

/* How a picture of a 2-d array is drawn; zero is the default throughout. */
typedef struct cki_picture {
    const char *cmap; /* "viridis" (default), "RdBu_r", "gray", "bone"; ValueError lists them */
    bool has_vmin, has_vmax;
    double vmin, vmax; /* default: the data's extremes; symmetric about 0 for a diverging map */
    const char *title; /* above the picture; NULL none */
    const char *units; /* beside the colour bar; NULL none */
    /* Coordinates of columns and rows (1-d, increasing or decreasing), NULL: indices. With
     * `degrees` they are longitudes and latitudes and get degree labels (60°N, 120°W), north up. */
    const cki_array *x, *y;
    bool degrees;
} cki_picture;

/* Axes, ticks and colour bar round the map of a 2-d array of real numbers; NaN is light grey. */
cask_status cki_png_write(const char *path, const cki_array *array, const cki_picture *picture,
                          cki_error *error);
/* One row a line, commas between (1-d: one value a line); floats as Python's repr. */
cask_status cki_csv_write(const char *path, const cki_array *array, cki_error *error);
/* value in the language's JSON form, and a newline. */
cask_status cki_json_write(const char *path, const cask_value *value, cki_error *error);
/* What print() would show, all of it, and a newline. */
cask_status cki_text_write(const char *path, const cask_value *value, cki_error *error);

#endif
