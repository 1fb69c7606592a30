/* Where things go in a picture: the sizes of the map and the cells in it, and its axes. */
#ifndef CKI_IO_PNG_LAYOUT_H
#define CKI_IO_PNG_LAYOUT_H

#include "io/sink.h"
#include "io/ticks.h"

/* One axis of the map: array cells against pixels. */
typedef struct cki_png_axis {
    int64_t cells;
    int pixels;
    bool flipped;    /* the last cell comes first (left, top) */
    double *centres; /* coordinates of the cells; NULL: their indices */
    cki_ticks_style style;
    cki_ticks ticks;
    int places[CKI_TICKS_MOST]; /* pixels of the ticks from the map's left or top */
} cki_png_axis;

typedef struct cki_png_layout {
    cki_png_axis x, y;
} cki_png_layout;

/* Sizes, directions and ticks. ValueError where coordinates do not fit the array. */
cask_status cki_png_layout_make(const cki_array *array, const cki_picture *picture,
                                cki_png_layout *layout, cki_error *error);
void cki_png_layout_free(cki_png_layout *layout);
/* The cells [*first, *last) that pixel `i` of an axis shows, counted in the array's order. */
void cki_png_layout_cells(const cki_png_axis *axis, int i, int64_t *first, int64_t *last);

#endif
