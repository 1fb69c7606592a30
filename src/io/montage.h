/* Small maps side by side, in one scale of colours. */
#ifndef CKI_IO_MONTAGE_H
#define CKI_IO_MONTAGE_H

#include "io/panel.h"

/* Columns for so many maps, whose layout is fitted to the room that each then has. */
int cki_montage_fit(cki_layout *layout, int maps);
/* On a canvas that is given its size; `values` are the maps' one after the other. */
cask_status cki_montage_draw(const cki_layout *layout, int maps, int columns, cki_canvas *canvas,
                             const cki_scale *scale, const cki_plot_style *style,
                             const double *values, cki_error *error);
/* What stands above map i. */
void cki_montage_label(const cki_plot_style *style, int64_t i, char *text, size_t room);

#endif
