/* Where things go in a picture: the sizes of a map and the cells in it, and its axes. */
#ifndef CKI_IO_LAYOUT_H
#define CKI_IO_LAYOUT_H

#include "io/plot.h"

/* One axis of the map: array cells against pixels. */
typedef struct cki_layout_axis {
    int64_t cells;
    int pixels;
    int bins;        /* what is kept of the cells: as many, or one a pixel */
    bool flipped;    /* the last cell comes first (left, top) */
    double *centres; /* coordinates of the cells; NULL: their indices */
    const cki_plot_axis *given;
    cki_ticks_style style;
    cki_ticks ticks;
    int places[CKI_TICKS_MOST]; /* pixels of the ticks from the map's left or top */
} cki_layout_axis;

typedef struct cki_layout {
    cki_layout_axis x, y;
} cki_layout;

/* How large a map may be, in pixels, and how far apart its ticks. */
typedef struct cki_layout_room {
    double width, height;
    int least; /* each way */
    int x_apart, y_apart;
} cki_layout_room;

/* Coordinates and directions of a map of so many rows and columns. ValueError where coordinates do
 * not fit. */
cask_status cki_layout_open(cki_layout *layout, int64_t rows, int64_t columns,
                            const cki_plot_axis *y, const cki_plot_axis *x, cki_error *error);
/* Height by width, as the coordinates have it. */
double cki_layout_aspect(const cki_layout *layout);
/* Sizes, and ticks. */
void cki_layout_fit(cki_layout *layout, const cki_layout_room *room);
void cki_layout_free(cki_layout *layout);

/* The cells [*first, *last) of bin `i` of an axis; and the first bin that has a cell beyond
 * `cell`, and the first that has none before it. */
void cki_layout_cells(const cki_layout_axis *axis, int i, int64_t *first, int64_t *last);
int cki_layout_first_bin(const cki_layout_axis *axis, int64_t cell);
int cki_layout_end_bin(const cki_layout_axis *axis, int64_t cell);
/* The bin that is drawn at pixel `i` from the left, or top. */
int cki_layout_bin_at(const cki_layout_axis *axis, int i);

/* One axis by itself, for lines: `values` from low to high on so many pixels. */
cask_status cki_layout_line(cki_layout_axis *axis, int64_t cells, const cki_plot_axis *given,
                            int pixels, int apart, cki_error *error);
/* Where cell `i` (whole or not) is on it. */
double cki_layout_place(const cki_layout_axis *axis, double cell);

#endif
