/* Maps, frames, ticks and titles. */
#include "io/panel.h"

#include <string.h>

int cki_panel_widest(cki_canvas *canvas, const cki_ticks *ticks, int size)
{
    int most = 0;
    for (int i = 0; i < ticks->count; i++) {
        int width = cki_canvas_width(canvas, size, ticks->label[i]);
        most = width > most ? width : most;
    }
    return most;
}

/* What stands beside the axis; NULL if its labels say enough. */
static const char *name_of(const cki_layout_axis *axis)
{
    bool plain = axis->given && axis->style == CKI_TICKS_PLAIN && axis->given->name;
    return plain && axis->given->name[0] ? axis->given->name : NULL;
}

int cki_panel_left(cki_canvas *canvas, const cki_layout_axis *y, const cki_layout_axis *x, int size)
{
    int left = CKI_PANEL_MARGIN + cki_panel_widest(canvas, &y->ticks, size) + CKI_PANEL_TICK + 6 +
               (name_of(y) ? size + 8 : 0);
    int place = x->ticks.count ? x->places[x->flipped ? x->ticks.count - 1 : 0] : 0;
    int half = cki_panel_widest(canvas, &x->ticks, size) / 2 - place;
    return left > half + 4 ? left : half + 4; /* the first label below reaches out too */
}

int cki_panel_bottom(const cki_layout_axis *x, int size)
{
    return CKI_PANEL_TICK + size + 8 + (name_of(x) ? size + 6 : 0);
}

int cki_panel_above(const cki_plot_style *style)
{
    return style->title && style->title[0] ? CKI_PANEL_TITLE + 16 : 0;
}

void cki_panel_title(cki_canvas *canvas, const cki_plot_style *style, int middle, int top)
{
    if (!cki_panel_above(style))
        return;
    int half = cki_canvas_width(canvas, CKI_PANEL_TITLE, style->title) / 2 + CKI_PANEL_MARGIN;
    int width, height;
    cki_canvas_extent(canvas, &width, &height);
    middle = middle + half > width ? width - half : middle;
    cki_canvas_text(canvas, middle < half ? half : middle, top + CKI_PANEL_TITLE - 2,
                    CKI_PANEL_TITLE, CKI_CANVAS_MIDDLE, false, style->title, CKI_PANEL_INK);
}

void cki_panel_frame(cki_canvas *canvas, int left, int top, int width, int height)
{
    cki_canvas_rect(canvas, left - 1, top - 1, width + 2, 1, CKI_PANEL_INK);
    cki_canvas_rect(canvas, left - 1, top + height, width + 2, 1, CKI_PANEL_INK);
    cki_canvas_rect(canvas, left - 1, top - 1, 1, height + 2, CKI_PANEL_INK);
    cki_canvas_rect(canvas, left + width, top - 1, 1, height + 2, CKI_PANEL_INK);
}

void cki_panel_below(cki_canvas *canvas, const cki_layout_axis *axis, int left, int bottom,
                     int size, bool labels)
{
    const cki_ticks *ticks = &axis->ticks;
    int free = 0; /* labels must not run into each other */
    for (int i = 0; i < ticks->count; i++) {
        int k = axis->flipped ? ticks->count - 1 - i : i, at = left + axis->places[k];
        int half = labels ? cki_canvas_width(canvas, size, ticks->label[k]) / 2 : 0;
        cki_canvas_rect(canvas, at, bottom + 1, 1, CKI_PANEL_TICK, CKI_PANEL_INK);
        if (!labels || at - half < free)
            continue;
        cki_canvas_text(canvas, at, bottom + CKI_PANEL_TICK + size + 4, size, CKI_CANVAS_MIDDLE,
                        false, ticks->label[k], CKI_PANEL_INK);
        free = at + half + 8;
    }
    if (labels && name_of(axis))
        cki_canvas_text(canvas, left + axis->pixels / 2, bottom + CKI_PANEL_TICK + 2 * size + 10,
                        size, CKI_CANVAS_MIDDLE, false, name_of(axis), CKI_PANEL_INK);
}

void cki_panel_beside(cki_canvas *canvas, const cki_layout_axis *axis, int left, int top, int size,
                      bool labels)
{
    const cki_ticks *ticks = &axis->ticks;
    for (int i = 0; i < ticks->count; i++) {
        int at = top + axis->places[i];
        cki_canvas_rect(canvas, left - 1 - CKI_PANEL_TICK, at, CKI_PANEL_TICK, 1, CKI_PANEL_INK);
        if (labels)
            cki_canvas_text(canvas, left - CKI_PANEL_TICK - 5, at + size * 36 / 100, size,
                            CKI_CANVAS_RIGHT, false, ticks->label[i], CKI_PANEL_INK);
    }
    if (labels && name_of(axis))
        cki_canvas_text(canvas, left - CKI_PANEL_TICK - 12 - cki_panel_widest(canvas, ticks, size),
                        top + axis->pixels / 2, size, CKI_CANVAS_MIDDLE, true, name_of(axis),
                        CKI_PANEL_INK);
}

void cki_panel_draw(const cki_panel *panel, cki_canvas *canvas, const cki_scale *scale,
                    const double *values)
{
    const cki_layout_axis *x = &panel->layout->x, *y = &panel->layout->y;
    for (int row = 0; row < y->pixels; row++) {
        const double *from = values + (size_t)cki_layout_bin_at(y, row) * (size_t)x->bins;
        for (int column = 0; column < x->pixels; column++)
            cki_canvas_point(canvas, panel->left + column, panel->top + row,
                             cki_scale_colour(scale, from[cki_layout_bin_at(x, column)]));
    }
    cki_panel_frame(canvas, panel->left, panel->top, x->pixels, y->pixels);
    cki_panel_below(canvas, x, panel->left, panel->top + y->pixels, panel->size, panel->columns);
    cki_panel_beside(canvas, y, panel->left, panel->top, panel->size, panel->rows);
}
