/* The grid of an array's chunks as a picture: SVG, and the HTML that notebooks show. */
#ifndef CKI_ARRAY_SVG_H
#define CKI_ARRAY_SVG_H

#include "array/node.h"

/* Dask's drawing of the grid, about `size` pixels large, to stand in HTML. NotImplementedError
 * where a length is not known or 0, and of arrays without axes; ValueError of other sizes than 1 to
 * 100000. */
cask_status cki_svg_grid(cask_array x, int64_t size, cki_text *text, cki_error *error);
/* What is between its tags, and how large it is. */
cask_status cki_svg_lines(cask_array x, int64_t size, cki_text *text, int64_t *width,
                          int64_t *height, cki_error *error);

/* ---- svg_table.c ---- */

/* A page's fragment: bytes, shape, tasks and type in a table, and the grid beside it. */
cask_status cki_svg_table_html(cask_array x, cki_text *text, cki_error *error);
/* A picture of its own that shows the same; NotImplementedError as above. */
cask_status cki_svg_table_picture(cask_array x, cki_text *text, cki_error *error);

extern const cki_operation *const cki_svg_operations[];

#endif
