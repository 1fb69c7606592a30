/* A map on a canvas, with its frame and axes. */
#ifndef CKI_IO_PANEL_H
#define CKI_IO_PANEL_H

#include "io/canvas.h"
#include "io/layout.h"
#include "io/scale.h"

enum {
    CKI_PANEL_INK = 0x262626,
    CKI_PANEL_TITLE = 20, /* pixels of letters */
    CKI_PANEL_LABEL = 15,
    CKI_PANEL_SMALL = 12,
    CKI_PANEL_MARGIN = 18,
    CKI_PANEL_TICK = 6,
    CKI_PANEL_GAP = 22 /* to the colour bar */
};

/* Its upper left corner, and how its axes are written. */
typedef struct cki_panel {
    const cki_layout *layout;
    int left, top;
    int size;           /* of the labels */
    bool rows, columns; /* whether the axes have labels */
} cki_panel;

void cki_panel_draw(const cki_panel *panel, cki_canvas *canvas, const cki_scale *scale,
                    const double *values);
void cki_panel_frame(cki_canvas *canvas, int left, int top, int width, int height);
/* Ticks below a plot that is so wide, and left of one. */
void cki_panel_below(cki_canvas *canvas, const cki_layout_axis *axis, int left, int bottom,
                     int size, bool labels);
void cki_panel_beside(cki_canvas *canvas, const cki_layout_axis *axis, int left, int top, int size,
                      bool labels);
/* The room that labels need left of a plot, and below it. */
int cki_panel_left(cki_canvas *canvas, const cki_layout_axis *y, const cki_layout_axis *x,
                   int size);
int cki_panel_bottom(const cki_layout_axis *x, int size);
int cki_panel_widest(cki_canvas *canvas, const cki_ticks *ticks, int size);
void cki_panel_title(cki_canvas *canvas, const cki_plot_style *style, int middle, int top);
/* The room that it needs above. */
int cki_panel_above(const cki_plot_style *style);

#endif
