/* Pictures of one map. */
#include "io/sheet.h"

cask_status cki_sheet_place(cki_panel *panel, cki_canvas *canvas, const cki_scale *scale,
                            const cki_plot_style *style, bool labelled, cki_error *error)
{
    const cki_layout_axis *x = &panel->layout->x, *y = &panel->layout->y;
    bool title = cki_panel_above(style) > 0;
    panel->size = CKI_PANEL_LABEL;
    panel->rows = panel->columns = true;
    panel->left = cki_panel_left(canvas, y, x, CKI_PANEL_LABEL);
    panel->top = CKI_PANEL_MARGIN + cki_panel_above(style) + (labelled ? CKI_PANEL_LABEL + 8 : 0);
    int width = panel->left + x->pixels + CKI_PANEL_GAP +
                cki_scale_width(scale, canvas, y->pixels) + CKI_PANEL_MARGIN;
    int needed =
        title ? cki_canvas_width(canvas, CKI_PANEL_TITLE, style->title) + 2 * CKI_PANEL_MARGIN : 0;
    int height = panel->top + y->pixels + cki_panel_bottom(x, CKI_PANEL_LABEL) + CKI_PANEL_MARGIN;
    return cki_canvas_size(canvas, width > needed ? width : needed, height, error);
}

void cki_sheet_draw(const cki_panel *panel, cki_canvas *canvas, const cki_scale *scale,
                    const cki_plot_style *style, const double *values, const char *label)
{
    const cki_layout_axis *x = &panel->layout->x, *y = &panel->layout->y;
    cki_canvas_clear(canvas);
    cki_panel_draw(panel, canvas, scale, values);
    cki_scale_draw(scale, canvas, panel->left + x->pixels + CKI_PANEL_GAP, panel->top, y->pixels);
    cki_panel_title(canvas, style, panel->left + x->pixels / 2, CKI_PANEL_MARGIN);
    if (label)
        cki_canvas_text(canvas, panel->left, panel->top - 8, CKI_PANEL_LABEL, CKI_CANVAS_LEFT,
                        false, label, CKI_PANEL_INK);
}
