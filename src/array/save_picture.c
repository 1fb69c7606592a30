/* Arrays as pictures: blocks go to the plot as they are made, and of a moving one the frames are
 * computed run by run. */
#include "array/coordinates.h"
#include "array/index.h"
#include "array/save.h"
#include "core/memory.h"
#include "io/plot.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static bool has_suffix(const char *path, const char *suffix)
{
    size_t length = strlen(path), n = strlen(suffix);
    return length > n && strcasecmp(path + length - n, suffix) == 0;
}

bool cki_save_picture_is(const char *path)
{
    return has_suffix(path, ".png") || has_suffix(path, ".gif");
}

static bool moves(const char *path, int ndim, const cki_save_options *how)
{
    return how->animate || (ndim == 3 && has_suffix(path, ".gif"));
}

/* ---- what is written at the axes and above the maps ---- */

typedef struct notes {
    cki_plot_style style;
    cki_coordinate axes[3];
    char names[3][104];
    bool clock; /* dates of the first axis are not enough */
} notes;

static double number_at(const cask_value *values, int64_t i)
{
    return ((const double *)(const void *)cki_array_of(values)->data)[i];
}

/* "time" of an axis in words: the date, or "depth = 50 m". */
static void label_map(void *user, int64_t i, char *text, size_t room)
{
    const notes *n = user;
    const cki_coordinate *c = &n->axes[0];
    double value = number_at(c->values, i);
    if (c->time)
        cki_calendar_text(&c->calendar, value, n->clock, text, room);
    else
        snprintf(text, room, "%s = %g%s%s", c->name, value, c->units[0] ? " " : "", c->units);
}

/* Whether dates alone do not tell the times apart: some are less than a day from the next. */
static bool needs_clock(const cki_coordinate *c)
{
    int64_t count = cki_array_of(c->values)->shape[0];
    bool clock = false, close = count == 1;
    for (int64_t i = 0; i < count; i++) {
        clock |= !cki_calendar_is_midnight(&c->calendar, number_at(c->values, i));
        double step =
            i ? number_at(c->values, i) - number_at(c->values, i - 1) : 86400 / c->calendar.unit;
        close |= fabs(step) * c->calendar.unit < 86000;
    }
    return clock && close;
}

/* Times become seconds that ticks can be put at. */
static void convert_times(cki_coordinate *c)
{
    double *values = (double *)(void *)cki_array_of(c->values)->data;
    for (int64_t i = 0; i < cki_array_of(c->values)->shape[0]; i++)
        values[i] = cki_calendar_seconds(&c->calendar, values[i]);
}

static void take_axis(notes *n, cask_array x, int k, bool label)
{
    cki_coordinate *c = &n->axes[k];
    if (!cki_coordinates_find(x, k, c))
        return;
    if (label) {
        n->style.label = label_map;
        n->style.user = n;
        n->clock = c->time && needs_clock(c);
        return;
    }
    if (c->time)
        convert_times(c);
    snprintf(n->names[k], sizeof n->names[k], "%s%s%s%s", c->name, c->units[0] ? " (" : "",
             c->units, c->units[0] ? ")" : "");
    n->style.axes[k] = (cki_plot_axis){.values = cki_array_of(c->values),
                                       .style = c->latitude    ? CKI_TICKS_LATITUDE
                                                : c->longitude ? CKI_TICKS_LONGITUDE
                                                : c->time      ? CKI_TICKS_TIME
                                                               : CKI_TICKS_PLAIN,
                                       .name = n->names[k]};
}

/* `x` may be NULL: then there is nothing to be known of the axes. */
static void take_notes(notes *n, cask_array x, const cki_save_options *how)
{
    *n = (notes){.style = {.cmap = how->cmap,
                           .has_vmin = how->has_vmin,
                           .has_vmax = how->has_vmax,
                           .vmin = how->vmin,
                           .vmax = how->vmax,
                           .title = how->title,
                           .units = how->units,
                           .fps = how->fps}};
    for (int k = 0; x && k < x->ndim && k < 3; k++)
        take_axis(n, x, k, x->ndim == 3 && k == 0);
}

static void free_notes(notes *n)
{
    for (int k = 0; k < 3; k++)
        cask_value_unref(n->axes[k].values);
}

/* ---- lazy arrays ---- */

/* Where blocks go: one of these. */
typedef struct sitting {
    cask_array x;
    cki_plot *plot;
    cki_plot_film *film;
    cki_plot_range *range;
    atomic_bool *odd;
} sitting;

static cask_status take_block(void *user, int64_t block, cask_value *value, cki_error *error)
{
    const sitting *s = user;
    int64_t start[CKI_MAX_NDIM];
    const cki_array *array = cki_save_block(s->x, block, value, start, s->odd, error);
    return !array    ? error->status
           : s->plot ? cki_plot_add(s->plot, start, array, error)
           : s->film ? cki_plot_film_add(s->film, start, array, error)
                     : cki_plot_range_add(s->range, array, error);
}

static cask_status gather(cask *ck, sitting *s, cki_error *error)
{
    const cki_want want = {&s->x->base, s, take_block};
    return ck->compute(ck, &want, 1, error);
}

static cask_status draw_still(cask *ck, cask_array x, const int64_t *shape, const char *path,
                              const notes *n, atomic_bool *odd, cki_error *error)
{
    sitting s = {.x = x, .odd = odd, .plot = cki_plot_new(x->ndim, shape, &n->style, error)};
    if (!s.plot)
        return error->status;
    cask_status status = gather(ck, &s, error);
    if (status == CASK_OK)
        status = cki_plot_write(s.plot, path, error);
    cki_plot_free(s.plot);
    return status;
}

/* Frames from `first` that are computed together: at a chunk's end, if one is near enough. */
static int64_t run_end(cask_array x, int64_t first, int64_t most)
{
    const cki_axis *axis = &x->axes[0];
    int64_t end = first + most, block = cki_chunks_find(axis, end - 1);
    int64_t start = cki_chunks_start(axis, block);
    bool whole = end == start + cki_chunks_size(axis, block);
    return whole || start <= first ? end : start;
}

static cask_status draw_frames(cask *ck, cask_array x, cki_plot_film *film, atomic_bool *odd,
                               cki_error *error)
{
    cki_build build = cki_node_build(ck, error);
    cask_status status = CASK_OK;
    int64_t frames = cki_node_length(x, 0), end;
    for (int64_t first = 0; status == CASK_OK && first < frames; first = end) {
        end = run_end(x, first, cki_plot_film_run(film));
        sitting s = {.odd = odd, .film = film, .x = cki_index_range(&build, x, 0, first, end)};
        status = s.x ? gather(ck, &s, error) : error->status;
        if (status == CASK_OK)
            status = cki_plot_film_draw(film, end - first, error);
    }
    return status;
}

/* Colours are the same throughout, so the extremes come first: unless they are given, everything is
 * computed twice, which keeps no more than some frames. */
static cask_status draw_moving(cask *ck, cask_array x, const int64_t *shape, const char *path,
                               const notes *n, atomic_bool *odd, cki_error *error)
{
    cki_plot_range range = {0};
    if (!n->style.has_vmin || !n->style.has_vmax) {
        sitting s = {.x = x, .odd = odd, .range = &range};
        cask_status status = gather(ck, &s, error);
        if (status != CASK_OK)
            return status;
    }
    cki_plot_film *film = cki_plot_film_open(path, shape, &n->style, &range, error);
    if (!film)
        return error->status;
    cask_status status = draw_frames(ck, x, film, odd, error);
    if (status == CASK_OK)
        return cki_plot_film_commit(film, error);
    cki_plot_film_abort(film);
    return status;
}

cask_status cki_save_picture(cask *ck, cask_array x, const char *path, const cki_save_options *how,
                             atomic_bool *odd, cki_error *error)
{
    int64_t shape[CKI_MAX_NDIM];
    cki_node_shape(x, shape);
    bool moving = moves(path, x->ndim, how);
    cask_status status = cki_plot_check(x->dtype, x->ndim, shape, moving, error);
    if (status != CASK_OK)
        return status;
    notes n;
    take_notes(&n, x, how);
    status = moving ? draw_moving(ck, x, shape, path, &n, odd, error)
                    : draw_still(ck, x, shape, path, &n, odd, error);
    free_notes(&n);
    return status;
}

/* ---- elements in memory ---- */

static cask_status draw_array(const cki_array *array, const char *path, const notes *n,
                              cki_error *error)
{
    const int64_t start[3] = {0};
    cki_plot *plot = cki_plot_new(array->ndim, array->shape, &n->style, error);
    if (!plot)
        return error->status;
    cask_status status = cki_plot_add(plot, start, array, error);
    if (status == CASK_OK)
        status = cki_plot_write(plot, path, error);
    cki_plot_free(plot);
    return status;
}

static cask_status film_array(const cki_array *array, const char *path, const notes *n,
                              cki_error *error)
{
    const int64_t start[3] = {0};
    cki_plot_range range = {0};
    if (cki_plot_range_add(&range, array, error) != CASK_OK)
        return error->status;
    cki_plot_film *film = cki_plot_film_open(path, array->shape, &n->style, &range, error);
    if (!film)
        return error->status;
    cask_status status = CASK_OK;
    int64_t count;
    for (int64_t first = 0; status == CASK_OK && first < array->shape[0]; first += count) {
        cki_array frames = *array;
        count = cki_plot_film_run(film);
        frames.data += first * array->strides[0];
        frames.shape[0] = count;
        status = cki_plot_film_add(film, start, &frames, error);
        if (status == CASK_OK)
            status = cki_plot_film_draw(film, count, error);
    }
    if (status == CASK_OK)
        return cki_plot_film_commit(film, error);
    cki_plot_film_abort(film);
    return status;
}

cask_status cki_save_picture_array(const cki_array *array, cask_array x, const char *path,
                                   const cki_save_options *how, cki_error *error)
{
    bool moving = moves(path, array->ndim, how);
    cask_status status = cki_plot_check(array->dtype, array->ndim, array->shape, moving, error);
    if (status != CASK_OK)
        return status;
    int64_t shape[CKI_MAX_NDIM];
    notes n;
    take_notes(&n, x && cki_node_shape(x, shape) ? x : NULL, how);
    status = moving ? film_array(array, path, &n, error) : draw_array(array, path, &n, error);
    free_notes(&n);
    return status;
}
