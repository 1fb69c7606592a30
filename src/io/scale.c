/* Colours of numbers, and the colour bar. */
#include "io/scale.h"
#include "io/panel.h"

#include <math.h>

enum { NOTHING = 0xd9d9d9, BAR = 22, TICK = 6, APART = 45 };

cask_status cki_scale_make(cki_scale *scale, const cki_plot_style *style,
                           const cki_plot_range *range, cki_error *error)
{
    *scale = (cki_scale){.low = range->any ? range->low : 0,
                         .high = range->any ? range->high : 1,
                         .units = style->units && style->units[0] ? style->units : NULL};
    cask_status status = cki_colormap_find(style->cmap, &scale->map, error);
    if (status != CASK_OK)
        return status;
    if (scale->map.diverging && !style->has_vmin && !style->has_vmax) {
        scale->high = fmax(fabs(scale->low), fabs(scale->high));
        scale->low = -scale->high;
    }
    if (style->has_vmin)
        scale->low = style->vmin;
    if (style->has_vmax)
        scale->high = style->vmax;
    if (scale->map.diverging && style->has_vmin != style->has_vmax) {
        double limit = fabs(style->has_vmin ? style->vmin : style->vmax);
        scale->low = -limit;
        scale->high = limit;
    }
    if (!isfinite(scale->low) || !isfinite(scale->high) ||
        ((style->has_vmin || style->has_vmax) && scale->low > scale->high))
        return cki_fail(error, CASK_INVALID, "ValueError",
                        "vmin must be less than or equal to vmax, and both finite");
    if (!(scale->high - scale->low > 1e-300)) { /* all the same: the middle colour */
        double half = scale->high == 0 ? 0.5 : fabs(scale->high) * 0.05;
        scale->low -= half;
        scale->high += half;
    }
    return CASK_OK;
}

uint32_t cki_scale_colour(const cki_scale *scale, double value)
{
    if (isnan(value))
        return NOTHING;
    double at = (value - scale->low) / (scale->high - scale->low);
    int i = at <= 0 ? 0 : at >= 1 ? 255 : (int)(at * 256);
    const unsigned char *rgb = scale->map.rgb[i > 255 ? 255 : i];
    return (uint32_t)rgb[0] << 16 | (uint32_t)rgb[1] << 8 | rgb[2];
}

static void make_ticks(const cki_scale *scale, int height, cki_ticks *ticks)
{
    int most = height / APART > 10 ? 10 : height / APART;
    cki_ticks_make(scale->low, scale->high, most, CKI_TICKS_PLAIN, ticks);
}

int cki_scale_width(const cki_scale *scale, cki_canvas *canvas, int height)
{
    cki_ticks ticks;
    make_ticks(scale, height, &ticks);
    return BAR + TICK + 5 + cki_panel_widest(canvas, &ticks, CKI_PANEL_LABEL) +
           (scale->units ? CKI_PANEL_LABEL + 14 : 0);
}

void cki_scale_draw(const cki_scale *scale, cki_canvas *canvas, int left, int top, int height)
{
    const int size = CKI_PANEL_LABEL;
    cki_ticks ticks;
    make_ticks(scale, height, &ticks);
    for (int row = 0; row < height; row++) {
        double value = scale->high - (scale->high - scale->low) * (row + 0.5) / height;
        cki_canvas_rect(canvas, left, top + row, BAR, 1, cki_scale_colour(scale, value));
    }
    cki_panel_frame(canvas, left, top, BAR, height);
    int right = left + BAR;
    for (int i = 0; i < ticks.count; i++) {
        double place = (scale->high - ticks.at[i]) / (scale->high - scale->low);
        int at = top + (int)lround(place * (height - 1));
        cki_canvas_rect(canvas, right + 1, at, TICK, 1, CKI_PANEL_INK);
        cki_canvas_text(canvas, right + TICK + 5, at + size * 36 / 100, size, CKI_CANVAS_LEFT,
                        false, ticks.label[i], CKI_PANEL_INK);
    }
    if (scale->units)
        cki_canvas_text(
            canvas, right + TICK + 5 + cki_panel_widest(canvas, &ticks, size) + 12 + size * 3 / 4,
            top + height / 2, size, CKI_CANVAS_MIDDLE, true, scale->units, CKI_PANEL_INK);
}
