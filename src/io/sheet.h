/* A map with its axes, a colour bar and a title: a whole picture, or one frame of a moving one. */
#ifndef CKI_IO_SHEET_H
#define CKI_IO_SHEET_H

#include "io/panel.h"

/* Give the canvas its size; `panel` and `label` (above the map; NULL if there is none to come) are
 * then drawn by cki_sheet_draw, as often as wanted. */
cask_status cki_sheet_place(cki_panel *panel, cki_canvas *canvas, const cki_scale *scale,
                            const cki_plot_style *style, bool labelled, cki_error *error);
void cki_sheet_draw(const cki_panel *panel, cki_canvas *canvas, const cki_scale *scale,
                    const cki_plot_style *style, const double *values, const char *label);

#endif
