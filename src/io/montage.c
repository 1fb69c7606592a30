/* Montages: as many columns as make the maps largest; axes are written at the left and below. */
#include "io/montage.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    WIDTH = 1180,
    HEIGHT = 860,
    BESIDE = 14, /* between two maps */
    SIZE = CKI_PANEL_SMALL,
    ABOVE = SIZE + 10, /* with the label */
    LEAST = 8,
    APART = 52
};

int cki_montage_fit(cki_layout *layout, int maps)
{
    double aspect = cki_layout_aspect(layout), best = 0;
    int columns = 1;
    for (int c = 1; c <= maps; c++) {
        int rows = (maps + c - 1) / c;
        double across = (double)WIDTH / c - BESIDE, down = (double)HEIGHT / rows - ABOVE - BESIDE;
        double width = fmin(across, down / aspect);
        if (width > best) {
            best = width;
            columns = c;
        }
    }
    const cki_layout_room room = {.width = best,
                                  .height = best * aspect,
                                  .least = LEAST,
                                  .x_apart = APART,
                                  .y_apart = APART * 2 / 3};
    cki_layout_fit(layout, &room);
    return columns;
}

void cki_montage_label(const cki_plot_style *style, int64_t i, char *text, size_t room)
{
    if (style->label)
        style->label(style->user, i, text, room);
    else
        snprintf(text, room, "[%lld]", (long long)i);
}

/* A label above a map, no wider than it and the space beside it: words, then letters go. */
static void put_label(cki_canvas *canvas, const cki_plot_style *style, int i,
                      const cki_panel *panel)
{
    char text[96];
    cki_montage_label(style, i, text, sizeof text);
    int room = panel->layout->x.pixels + BESIDE - 4;
    while (text[0] && cki_canvas_width(canvas, SIZE, text) > room) {
        char *space = strrchr(text, ' ');
        size_t length = space ? (size_t)(space - text) : cki_text_cut(text, strlen(text) - 1);
        text[length] = '\0';
    }
    cki_canvas_text(canvas, panel->left, panel->top - 6, SIZE, CKI_CANVAS_LEFT, false, text,
                    CKI_PANEL_INK);
}

cask_status cki_montage_draw(const cki_layout *layout, int maps, int columns, cki_canvas *canvas,
                             const cki_scale *scale, const cki_plot_style *style,
                             const double *values, cki_error *error)
{
    const cki_layout_axis *x = &layout->x, *y = &layout->y;
    int rows = (maps + columns - 1) / columns;
    int left = cki_panel_left(canvas, y, x, SIZE), top = CKI_PANEL_MARGIN + cki_panel_above(style);
    int wide = columns * (x->pixels + BESIDE) - BESIDE, high = rows * (y->pixels + ABOVE + BESIDE);
    int bar = high - ABOVE - BESIDE < 480 ? high - ABOVE - BESIDE : 480;
    bar = bar < 60 ? 60 : bar;
    int width =
        left + wide + CKI_PANEL_GAP + cki_scale_width(scale, canvas, bar) + CKI_PANEL_MARGIN;
    int needed = cki_panel_above(style) ? cki_canvas_width(canvas, CKI_PANEL_TITLE, style->title) +
                                              2 * CKI_PANEL_MARGIN
                                        : 0;
    int below = high > bar + ABOVE ? high : bar + ABOVE;
    cask_status status =
        cki_canvas_size(canvas, width > needed ? width : needed,
                        top + below + cki_panel_bottom(x, SIZE) + CKI_PANEL_MARGIN / 2, error);
    if (status != CASK_OK)
        return status;
    for (int i = 0; i < maps; i++) {
        const cki_panel panel = {.layout = layout,
                                 .left = left + i % columns * (x->pixels + BESIDE),
                                 .top = top + ABOVE + i / columns * (y->pixels + ABOVE + BESIDE),
                                 .size = SIZE,
                                 .rows = i % columns == 0,
                                 .columns = i + columns >= maps};
        cki_panel_draw(&panel, canvas, scale,
                       values + (size_t)i * (size_t)x->bins * (size_t)y->bins);
        put_label(canvas, style, i, &panel);
    }
    cki_scale_draw(scale, canvas, left + wide + CKI_PANEL_GAP,
                   top + ABOVE +
                       (high - ABOVE - BESIDE - bar > 0 ? (high - ABOVE - BESIDE - bar) / 2 : 0),
                   bar);
    cki_panel_title(canvas, style, left + wide / 2, CKI_PANEL_MARGIN);
    return CASK_OK;
}
