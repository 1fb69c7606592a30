/* A line through the numbers of an array of one axis, however many there are. */
#ifndef CKI_IO_LINE_H
#define CKI_IO_LINE_H

#include "io/canvas.h"
#include "io/layout.h"

typedef struct cki_line_bin cki_line_bin;

typedef struct cki_line {
    cki_layout_axis x;
    cki_line_bin *bins;
    cki_plot_range range;
    cki_spin lock;
} cki_line;

cask_status cki_line_open(cki_line *line, int64_t cells, const cki_plot_style *style,
                          cki_error *error);
/* A block, from any thread; its first number is the `start`-th. */
cask_status cki_line_add(cki_line *line, int64_t start, const cki_array *block, cki_error *error);
/* On a canvas that is given its size. */
cask_status cki_line_draw(const cki_line *line, const cki_plot_style *style, cki_canvas *canvas,
                          cki_error *error);
void cki_line_free(cki_line *line);

#endif
