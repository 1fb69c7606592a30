/* Pictures at rest: what kind it is, gathering its numbers, drawing and writing it. */
#include "io/plot.h"
#include "core/memory.h"
#include "io/line.h"
#include "io/montage.h"
#include "io/mosaic.h"
#include "io/movie.h"
#include "io/numbers.h"
#include "io/sheet.h"

#include <math.h>
#include <string.h>

static const cki_plot_style usual;
static const cki_layout_room whole = {
    .width = 1000, .height = 720, .least = 160, .x_apart = 95, .y_apart = 55};

struct cki_plot {
    int ndim, columns; /* of a montage */
    const cki_plot_style *style;
    cki_layout layout;
    cki_mosaic mosaic;
    cki_line line;
};

static cask_status check_lengths(int ndim, const int64_t *shape, bool moving, cki_error *error)
{
    for (int k = 0; k < ndim; k++)
        if (shape[k] == 0)
            return cki_fail(error, CASK_SHAPE, "ValueError",
                            "a picture needs at least one element, and axis %d has length 0", k);
    int64_t every = (shape[0] - 1) / CKI_PLOT_PANELS + 1;
    if (ndim == 3 && !moving && shape[0] > CKI_PLOT_PANELS)
        return cki_fail(error, CASK_INVALID, "ValueError",
                        "%lld maps are too many to see side by side: take at most %d of them, as "
                        "in x[::%lld], or animate them (--animate)",
                        (long long)shape[0], CKI_PLOT_PANELS, (long long)every);
    return CASK_OK;
}

cask_status cki_plot_check(cki_dtype dtype, int ndim, const int64_t *shape, bool moving,
                           cki_error *error)
{
    char name[48];
    if (ndim < 1 || ndim > 3)
        return cki_fail(error, CASK_SHAPE, "ValueError",
                        "a picture needs an array of 1 (line), 2 (map) or 3 dimensions (maps), not "
                        "%d; %s",
                        ndim,
                        ndim ? "take a slice or a mean" : "a single number is better printed");
    if (moving && ndim != 3)
        return cki_fail(error, CASK_SHAPE, "ValueError",
                        "an animation needs an array of 3 dimensions, the first of which is time, "
                        "not %d",
                        ndim);
    if (!cki_dtype_is_number(dtype) || cki_dtype_is_complex(dtype))
        return cki_fail(error, CASK_TYPE, "TypeError", "a picture needs real numbers, not %s",
                        cki_dtype_name(dtype, name));
    return check_lengths(ndim, shape, moving, error);
}

/* ---- gathering ---- */

static cask_status open_plot(cki_plot *plot, const int64_t *shape, cki_error *error)
{
    const cki_plot_axis *axes = plot->style->axes;
    if (plot->ndim == 1)
        return cki_line_open(&plot->line, shape[0], plot->style, error);
    int up = plot->ndim - 2;
    cask_status status =
        cki_layout_open(&plot->layout, shape[up], shape[up + 1], &axes[up], &axes[up + 1], error);
    if (status != CASK_OK)
        return status;
    if (up)
        plot->columns = cki_montage_fit(&plot->layout, (int)shape[0]);
    else
        cki_layout_fit(&plot->layout, &whole);
    plot->mosaic.layout = &plot->layout;
    plot->mosaic.maps = up ? shape[0] : 1;
    return CASK_OK;
}

cki_plot *cki_plot_new(int ndim, const int64_t *shape, const cki_plot_style *style,
                       cki_error *error)
{
    cki_plot *plot = cki_memory_calloc(1, sizeof *plot);
    if (!plot) {
        cki_fail_memory(error, sizeof *plot);
        return NULL;
    }
    plot->ndim = ndim;
    plot->style = style ? style : &usual;
    if (open_plot(plot, shape, error) == CASK_OK)
        return plot;
    cki_plot_free(plot);
    return NULL;
}

void cki_plot_free(cki_plot *plot)
{
    if (!plot)
        return;
    cki_mosaic_clear(&plot->mosaic);
    cki_layout_free(&plot->layout);
    cki_line_free(&plot->line);
    cki_memory_free(plot);
}

cask_status cki_plot_add(cki_plot *plot, const int64_t *start, const cki_array *block,
                         cki_error *error)
{
    if (block->ndim != plot->ndim)
        return cki_fail_internal(error, "a picture's block of other dimensions");
    return plot->ndim == 1 ? cki_line_add(&plot->line, start[0], block, error)
                           : cki_mosaic_add(&plot->mosaic, start, block, error);
}

/* The extremes of one piece. */
static void widen(void *user, const double *numbers, int64_t count, int64_t at)
{
    cki_plot_range *range = user;
    (void)at;
    for (int64_t i = 0; i < count; i++) {
        if (!isfinite(numbers[i]))
            continue;
        range->low = range->any ? fmin(range->low, numbers[i]) : numbers[i];
        range->high = range->any ? fmax(range->high, numbers[i]) : numbers[i];
        range->any = true;
    }
}

cask_status cki_plot_range_add(cki_plot_range *range, const cki_array *block, cki_error *error)
{
    cki_plot_range here = {0};
    cask_status status = cki_numbers_each(block, widen, &here, error);
    if (!here.any)
        return status;
    const double ends[2] = {here.low, here.high};
    cki_thread_spin_lock(&range->lock);
    widen(range, ends, 2, 0);
    cki_thread_spin_unlock(&range->lock);
    return status;
}

/* ---- drawing ---- */

static cask_status draw_maps(cki_plot *plot, const cki_scale *scale, cki_canvas *canvas,
                             cki_error *error)
{
    cask_status status = cki_mosaic_finish(&plot->mosaic, error);
    if (status != CASK_OK)
        return status;
    if (plot->ndim == 3)
        return cki_montage_draw(&plot->layout, (int)plot->mosaic.maps, plot->columns, canvas, scale,
                                plot->style, plot->mosaic.values, error);
    cki_panel panel = {.layout = &plot->layout};
    status = cki_sheet_place(&panel, canvas, scale, plot->style, false, error);
    if (status == CASK_OK)
        cki_sheet_draw(&panel, canvas, scale, plot->style, plot->mosaic.values, NULL);
    return status;
}

static cask_status write_png(const cki_canvas *canvas, const char *path, cki_error *error)
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

static cask_status write_gif(const cki_canvas *canvas, const char *path, const cki_colormap *map,
                             cki_error *error)
{
    cki_movie *movie = cki_movie_open(path, canvas, 1, 1, map, error);
    if (!movie)
        return error && error->status ? error->status : CASK_IO;
    cask_status status = cki_movie_frame(movie, canvas, error);
    if (status == CASK_OK)
        return cki_movie_commit(movie, error);
    cki_movie_abort(movie);
    return status;
}

cask_status cki_plot_write(cki_plot *plot, const char *path, cki_error *error)
{
    cki_scale scale;
    const cki_plot_range *range = plot->ndim == 1 ? &plot->line.range : &plot->mosaic.range;
    cask_status status = cki_scale_make(&scale, plot->style, range, error);
    cki_canvas *canvas = status == CASK_OK ? cki_canvas_new(error) : NULL;
    if (!canvas)
        return status != CASK_OK ? status : error && error->status ? error->status : CASK_IO;
    status = plot->ndim == 1 ? cki_line_draw(&plot->line, plot->style, canvas, error)
                             : draw_maps(plot, &scale, canvas, error);
    if (status == CASK_OK)
        status = cki_movie_is_gif(path) ? write_gif(canvas, path, &scale.map, error)
                                        : write_png(canvas, path, error);
    cki_canvas_free(canvas);
    return status;
}
