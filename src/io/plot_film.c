/* Moving maps: frames are gathered and drawn run by run, so that a long time axis is never whole in
 * memory. */
#include "core/memory.h"
#include "io/montage.h"
#include "io/mosaic.h"
#include "io/movie.h"
#include "io/plot.h"
#include "io/sheet.h"

/* Frames a second that GIF and APNG can tell. */
#define SLOWEST 0.02
#define FASTEST 100.0

enum { KEPT = 64 << 20 }; /* bytes of sums and counts at most */

static const cki_layout_room small = {
    .width = 640, .height = 460, .least = 120, .x_apart = 95, .y_apart = 55};

struct cki_plot_film {
    const cki_plot_style *style;
    cki_layout layout;
    cki_mosaic mosaic;
    cki_scale scale;
    cki_panel panel;
    cki_canvas *canvas;
    cki_movie *movie;
    int64_t frames, drawn;
};

static void free_film(cki_plot_film *film)
{
    cki_mosaic_clear(&film->mosaic);
    cki_layout_free(&film->layout);
    cki_canvas_free(film->canvas);
    cki_memory_free(film);
}

static cask_status open_film(cki_plot_film *film, const char *path, const int64_t *shape,
                             const cki_plot_range *range, cki_error *error)
{
    const cki_plot_style *style = film->style;
    cask_status status = cki_scale_make(&film->scale, style, range, error);
    if (status == CASK_OK)
        status = cki_layout_open(&film->layout, shape[1], shape[2], &style->axes[1],
                                 &style->axes[2], error);
    if (status != CASK_OK)
        return status;
    cki_layout_fit(&film->layout, &small);
    film->frames = shape[0];
    film->mosaic.layout = film->panel.layout = &film->layout;
    film->canvas = cki_canvas_new(error);
    if (!film->canvas)
        return error && error->status ? error->status : CASK_IO;
    if (style->fps != 0 && !(style->fps >= SLOWEST && style->fps <= FASTEST))
        return cki_fail(error, CASK_INVALID, NULL, "fps is %g to %g frames a second, not %g",
                        SLOWEST, FASTEST, style->fps);
    status = cki_sheet_place(&film->panel, film->canvas, &film->scale, style, true, error);
    if (status != CASK_OK)
        return status;
    film->movie = cki_movie_open(path, film->canvas, film->frames, style->fps != 0 ? style->fps : 5,
                                 &film->scale.map, error);
    return film->movie ? CASK_OK : error && error->status ? error->status : CASK_IO;
}

cki_plot_film *cki_plot_film_open(const char *path, const int64_t *shape,
                                  const cki_plot_style *style, const cki_plot_range *range,
                                  cki_error *error)
{
    static const cki_plot_style usual;
    cki_plot_film *film = cki_memory_calloc(1, sizeof *film);
    if (!film) {
        cki_fail_memory(error, sizeof *film);
        return NULL;
    }
    film->style = style ? style : &usual;
    if (open_film(film, path, shape, range, error) == CASK_OK)
        return film;
    free_film(film);
    return NULL;
}

int64_t cki_plot_film_run(const cki_plot_film *film)
{
    int64_t frame =
        (int64_t)film->layout.x.bins * film->layout.y.bins * 4 * (int64_t)sizeof(double);
    int64_t run = KEPT / frame, left = film->frames - film->drawn;
    return run < 1 ? 1 : run < left ? run : left;
}

cask_status cki_plot_film_add(cki_plot_film *film, const int64_t *start, const cki_array *block,
                              cki_error *error)
{
    return cki_mosaic_add(&film->mosaic, start, block, error);
}

cask_status cki_plot_film_draw(cki_plot_film *film, int64_t count, cki_error *error)
{
    size_t bins = (size_t)film->layout.x.bins * (size_t)film->layout.y.bins;
    film->mosaic.maps = count;
    cask_status status = cki_mosaic_finish(&film->mosaic, error);
    for (int64_t i = 0; status == CASK_OK && i < count; i++) {
        char label[96];
        cki_montage_label(film->style, film->drawn++, label, sizeof label);
        cki_sheet_draw(&film->panel, film->canvas, &film->scale, film->style,
                       film->mosaic.values + (size_t)i * bins, label);
        status = cki_movie_frame(film->movie, film->canvas, error);
    }
    cki_mosaic_clear(&film->mosaic);
    return status;
}

cask_status cki_plot_film_commit(cki_plot_film *film, cki_error *error)
{
    cask_status status = cki_movie_commit(film->movie, error);
    free_film(film);
    return status;
}

void cki_plot_film_abort(cki_plot_film *film)
{
    if (!film)
        return;
    cki_movie_abort(film->movie);
    free_film(film);
}
