/* Colours of numbers: the range that a colour map covers, and the bar that shows it. */
#ifndef CKI_IO_SCALE_H
#define CKI_IO_SCALE_H

#include "io/canvas.h"
#include "io/colormap.h"
#include "io/plot.h"

typedef struct cki_scale {
    cki_colormap map;
    double low, high;
    const char *units; /* NULL: none */
} cki_scale;

/* By the style, and by the data's range where that says nothing. ValueError of an unknown map, and
 * where vmin and vmax are no range. */
cask_status cki_scale_make(cki_scale *scale, const cki_plot_style *style,
                           const cki_plot_range *range, cki_error *error);
/* NaN is light grey. */
uint32_t cki_scale_colour(const cki_scale *scale, double value);

/* The bar is so wide, with ticks and units; it is drawn with its upper left corner there. */
int cki_scale_width(const cki_scale *scale, cki_canvas *canvas, int height);
void cki_scale_draw(const cki_scale *scale, cki_canvas *canvas, int left, int top, int height);

#endif
