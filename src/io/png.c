/* A 2-d array as a picture: the map, its axes, and a colour bar. */
#include "core/memory.h"
#include "io/canvas.h"
#include "io/colormap.h"
#include "io/png_layout.h"

#include <math.h>
#include <string.h>

enum {
    INK = 0x262626,
    NOTHING = 0xd9d9d9, /* where there is no number */
    TITLE_SIZE = 20,
    LABEL_SIZE = 15,
    MARGIN = 18,
    TICK = 6,
    BAR_WIDTH = 22,
    BAR_GAP = 22
};

/* Everything that is needed to draw. */
typedef struct drawing {
    const cki_picture *picture;
    cki_canvas *canvas;
    cki_colormap map;
    cki_png_layout layout;
    double *pixels; /* the map's, mean of the cells that each shows; NaN where there is none */
    double low, high;
    cki_ticks bar;
    int left, top; /* of the map */
} drawing;

static cask_status check(const cki_array *array, cki_error *error)
{
    char name[48];
    if (array->ndim != 2)
        return cki_fail(error, CASK_SHAPE, "ValueError",
                        "a picture needs an array of 2 dimensions, not %d; take a slice or a mean",
                        array->ndim);
    if (!cki_dtype_is_number(array->dtype) || cki_dtype_is_complex(array->dtype))
        return cki_fail(error, CASK_TYPE, "TypeError", "a picture needs real numbers, not %s",
                        cki_dtype_name(array->dtype, name));
    if (array->shape[0] == 0 || array->shape[1] == 0)
        return cki_fail(error, CASK_SHAPE, "ValueError",
                        "a picture needs at least one element; the shape is (%lld, %lld)",
                        (long long)array->shape[0], (long long)array->shape[1]);
    return CASK_OK;
}

/* One row of the array as doubles. */
static cask_status take_row(const cki_array *array, int64_t row, const cki_array *numbers,
                            cki_error *error)
{
    cki_array from = *array;
    from.ndim = 1;
    from.data += row * array->strides[0];
    from.shape[0] = array->shape[1];
    from.strides[0] = array->strides[1];
    return cki_array_cast(numbers, &from, error);
}

/* Add a row of cells to the sums of one row of pixels; and see the extremes. */
static void add_row(drawing *d, const double *cells, double *sums, double *counts)
{
    const cki_png_axis *x = &d->layout.x;
    for (int i = 0; i < x->pixels; i++) {
        int64_t first, last;
        cki_png_layout_cells(x, i, &first, &last);
        for (; first < last; first++)
            if (!isnan(cells[first])) {
                sums[i] += cells[first];
                counts[i]++;
            }
    }
    for (int64_t k = 0; k < x->cells; k++) {
        if (!isfinite(cells[k]))
            continue;
        d->low = fmin(d->low, cells[k]);
        d->high = fmax(d->high, cells[k]);
    }
}

/* One pixel row after the other; `sums` and `row` are room for one of them, and of the array's. */
static cask_status reduce_rows(drawing *d, const cki_array *array, double *sums, cask_value *row,
                               cki_error *error)
{
    int width = d->layout.x.pixels, height = d->layout.y.pixels;
    cask_status status = CASK_OK;
    for (int y = 0; status == CASK_OK && y < height; y++) {
        int64_t first, last;
        cki_png_layout_cells(&d->layout.y, y, &first, &last);
        memset(sums, 0, (size_t)width * 2 * sizeof *sums);
        for (; status == CASK_OK && first < last; first++) {
            status = take_row(array, first, cki_array_of(row), error);
            if (status == CASK_OK)
                add_row(d, (const double *)(const void *)cki_array_of(row)->data, sums,
                        sums + width);
        }
        for (int x = 0; status == CASK_OK && x < width; x++)
            d->pixels[(size_t)y * (size_t)width + (size_t)x] =
                sums[width + x] > 0 ? sums[x] / sums[width + x] : (double)NAN;
    }
    return status;
}

/* The pixels' values: array rows are read in turn, several for a pixel row or one for several. */
static cask_status reduce(drawing *d, const cki_array *array, cki_error *error)
{
    int64_t cells = d->layout.x.cells;
    size_t width = (size_t)d->layout.x.pixels, count = width * (size_t)d->layout.y.pixels;
    d->pixels = cki_memory_alloc(count * sizeof *d->pixels);
    double *sums = cki_memory_alloc(width * 2 * sizeof *sums);
    cask_value *row = cki_array_new(cki_dtype_of(CASK_F64), 1, &cells, error);
    d->low = HUGE_VAL;
    d->high = -HUGE_VAL;
    cask_status status = d->pixels && sums && row
                             ? reduce_rows(d, array, sums, row, error)
                             : cki_fail_memory(error, count * sizeof *d->pixels);
    cki_memory_free(sums);
    cask_value_unref(row);
    return status;
}

/* The range of the colours. */
static cask_status choose_range(drawing *d, cki_error *error)
{
    const cki_picture *p = d->picture;
    if (d->low > d->high) { /* no number at all */
        d->low = 0;
        d->high = 1;
    }
    if (d->map.diverging && !p->has_vmin && !p->has_vmax) {
        d->high = fmax(fabs(d->low), fabs(d->high));
        d->low = -d->high;
    }
    if (p->has_vmin)
        d->low = p->vmin;
    if (p->has_vmax)
        d->high = p->vmax;
    if (d->map.diverging && p->has_vmin != p->has_vmax) {
        double limit = fabs(p->has_vmin ? p->vmin : p->vmax);
        d->low = -limit;
        d->high = limit;
    }
    if (!isfinite(d->low) || !isfinite(d->high) ||
        ((p->has_vmin || p->has_vmax) && d->low > d->high))
        return cki_fail(error, CASK_INVALID, "ValueError",
                        "vmin must be less than or equal to vmax, and both finite");
    if (!(d->high - d->low > 1e-300)) { /* all the same: the middle colour */
        double half = d->high == 0 ? 0.5 : fabs(d->high) * 0.05;
        d->low -= half;
        d->high += half;
    }
    return CASK_OK;
}

static uint32_t colour(const drawing *d, double value)
{
    if (isnan(value))
        return NOTHING;
    double at = (value - d->low) / (d->high - d->low);
    int i = at <= 0 ? 0 : at >= 1 ? 255 : (int)(at * 256);
    const unsigned char *rgb = d->map.rgb[i > 255 ? 255 : i];
    return (uint32_t)rgb[0] << 16 | (uint32_t)rgb[1] << 8 | rgb[2];
}

static int widest(const drawing *d, const cki_ticks *ticks)
{
    int most = 0;
    for (int i = 0; i < ticks->count; i++) {
        int width = cki_canvas_width(d->canvas, LABEL_SIZE, ticks->label[i]);
        most = width > most ? width : most;
    }
    return most;
}

/* The size of it all, from the map's and the labels'. */
static cask_status place(drawing *d, cki_error *error)
{
    const cki_png_axis *x = &d->layout.x, *y = &d->layout.y;
    bool title = d->picture->title && d->picture->title[0];
    bool units = d->picture->units && d->picture->units[0];
    cki_ticks_make(d->low, d->high, y->pixels / 45 > 10 ? 10 : y->pixels / 45, CKI_TICKS_PLAIN,
                   &d->bar);
    int last = x->ticks.count ? cki_canvas_width(d->canvas, LABEL_SIZE, x->ticks.label[0]) / 2 : 0;
    d->left = MARGIN + widest(d, &y->ticks) + TICK + 6;
    if (d->left < last + 4)
        d->left = last + 4;
    d->top = MARGIN + (title ? TITLE_SIZE + 16 : 0);
    int width = d->left + x->pixels + BAR_GAP + BAR_WIDTH + TICK + 5 + widest(d, &d->bar) +
                (units ? LABEL_SIZE + 14 : 0) + MARGIN;
    int needed =
        title ? cki_canvas_width(d->canvas, TITLE_SIZE, d->picture->title) + 2 * MARGIN : 0;
    int height = d->top + y->pixels + TICK + LABEL_SIZE + 8 + MARGIN;
    return cki_canvas_size(d->canvas, width > needed ? width : needed, height, error);
}

static void frame(cki_canvas *canvas, int x, int y, int width, int height)
{
    cki_canvas_rect(canvas, x - 1, y - 1, width + 2, 1, INK);
    cki_canvas_rect(canvas, x - 1, y + height, width + 2, 1, INK);
    cki_canvas_rect(canvas, x - 1, y - 1, 1, height + 2, INK);
    cki_canvas_rect(canvas, x + width, y - 1, 1, height + 2, INK);
}

static void draw_map(const drawing *d)
{
    const cki_png_axis *x = &d->layout.x, *y = &d->layout.y;
    for (int row = 0; row < y->pixels; row++)
        for (int column = 0; column < x->pixels; column++)
            cki_canvas_point(
                d->canvas, d->left + column, d->top + row,
                colour(d, d->pixels[(size_t)row * (size_t)x->pixels + (size_t)column]));
    frame(d->canvas, d->left, d->top, x->pixels, y->pixels);
}

static void draw_axes(const drawing *d)
{
    const cki_png_axis *x = &d->layout.x, *y = &d->layout.y;
    int bottom = d->top + y->pixels;
    int free = 0; /* labels must not run into each other */
    for (int i = 0; i < x->ticks.count; i++) {
        int at = d->left + x->places[x->flipped ? x->ticks.count - 1 - i : i];
        const char *label = x->ticks.label[x->flipped ? x->ticks.count - 1 - i : i];
        int half = cki_canvas_width(d->canvas, LABEL_SIZE, label) / 2;
        cki_canvas_rect(d->canvas, at, bottom + 1, 1, TICK, INK);
        if (at - half < free)
            continue;
        cki_canvas_text(d->canvas, at, bottom + TICK + LABEL_SIZE + 4, LABEL_SIZE,
                        CKI_CANVAS_MIDDLE, false, label, INK);
        free = at + half + 8;
    }
    for (int i = 0; i < y->ticks.count; i++) {
        int at = d->top + y->places[i];
        cki_canvas_rect(d->canvas, d->left - 1 - TICK, at, TICK, 1, INK);
        cki_canvas_text(d->canvas, d->left - TICK - 5, at + LABEL_SIZE * 36 / 100, LABEL_SIZE,
                        CKI_CANVAS_RIGHT, false, y->ticks.label[i], INK);
    }
}

static void draw_bar(const drawing *d)
{
    int height = d->layout.y.pixels, left = d->left + d->layout.x.pixels + BAR_GAP;
    for (int row = 0; row < height; row++) {
        double value = d->high - (d->high - d->low) * (row + 0.5) / height;
        cki_canvas_rect(d->canvas, left, d->top + row, BAR_WIDTH, 1, colour(d, value));
    }
    frame(d->canvas, left, d->top, BAR_WIDTH, height);
    int right = left + BAR_WIDTH;
    for (int i = 0; i < d->bar.count; i++) {
        int at = d->top + (int)lround((d->high - d->bar.at[i]) / (d->high - d->low) * (height - 1));
        cki_canvas_rect(d->canvas, right + 1, at, TICK, 1, INK);
        cki_canvas_text(d->canvas, right + TICK + 5, at + LABEL_SIZE * 36 / 100, LABEL_SIZE,
                        CKI_CANVAS_LEFT, false, d->bar.label[i], INK);
    }
    if (d->picture->units && d->picture->units[0])
        cki_canvas_text(d->canvas, right + TICK + 5 + widest(d, &d->bar) + 12 + LABEL_SIZE * 3 / 4,
                        d->top + height / 2, LABEL_SIZE, CKI_CANVAS_MIDDLE, true, d->picture->units,
                        INK);
}

static cask_status draw(drawing *d, const cki_array *array, cki_error *error)
{
    cask_status status = cki_png_layout_make(array, d->picture, &d->layout, error);
    if (status == CASK_OK)
        status = reduce(d, array, error);
    if (status == CASK_OK)
        status = choose_range(d, error);
    if (status == CASK_OK)
        status = place(d, error);
    if (status != CASK_OK)
        return status;
    draw_map(d);
    draw_axes(d);
    draw_bar(d);
    if (d->picture->title && d->picture->title[0])
        cki_canvas_text(d->canvas, d->left + d->layout.x.pixels / 2, MARGIN + TITLE_SIZE - 2,
                        TITLE_SIZE, CKI_CANVAS_MIDDLE, false, d->picture->title, INK);
    return CASK_OK;
}

static cask_status save(const cki_canvas *canvas, const char *path, cki_error *error)
{
    cki_atomic_file *file = cki_sink_open(path, error);
    if (!file)
        return error && error->status ? error->status : CASK_IO;
    cask_status status = cki_canvas_write(canvas, file, error);
    if (status == CASK_OK)
        return cki_sink_commit(file, error);
    cki_sink_abort(file);
    return status;
}

cask_status cki_png_write(const char *path, const cki_array *array, const cki_picture *picture,
                          cki_error *error)
{
    static const cki_picture defaults;
    drawing d = {.picture = picture ? picture : &defaults};
    cask_status status = check(array, error);
    if (status == CASK_OK)
        status = cki_colormap_find(d.picture->cmap, &d.map, error);
    if (status != CASK_OK)
        return status;
    d.canvas = cki_canvas_new(error);
    status = d.canvas ? draw(&d, array, error) : CASK_IO;
    if (status == CASK_OK)
        status = save(d.canvas, path, error);
    cki_png_layout_free(&d.layout);
    cki_memory_free(d.pixels);
    cki_canvas_free(d.canvas);
    return status;
}
