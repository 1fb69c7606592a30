/* Lays out a map: how large it is drawn, which way up, and where its ticks are. */
#include "io/layout.h"
#include "core/memory.h"

#include <math.h>
#include <string.h>

/* The coordinates as doubles; they must go one way. */
static cask_status take_centres(const cki_array *given, const char *which, cki_layout_axis *axis,
                                cki_error *error)
{
    int64_t cells = axis->cells;
    if (given->ndim != 1 || given->shape[0] != cells || !cki_dtype_is_number(given->dtype))
        return cki_fail(error, CASK_SHAPE, "ValueError",
                        "the %s coordinates of the picture must be %lld numbers", which,
                        (long long)cells);
    axis->centres = cki_memory_alloc((size_t)cells * sizeof *axis->centres);
    if (!axis->centres)
        return cki_fail_memory(error, (size_t)cells * sizeof *axis->centres);
    cki_dtype f64 = cki_dtype_of(CASK_F64);
    bool up = true, down = true;
    for (int64_t i = 0; i < cells; i++) {
        cask_status status = cki_array_cast_element(f64, &axis->centres[i], given->dtype,
                                                    given->data + i * given->strides[0], error);
        if (status != CASK_OK)
            return status;
        double step = i ? axis->centres[i] - axis->centres[i - 1] : 0;
        up &= i == 0 || step > 0;
        down &= i == 0 || step < 0;
    }
    if (!up && !down) { /* neither: number the cells instead */
        cki_memory_free(axis->centres);
        axis->centres = NULL;
        axis->given = NULL;
    }
    return CASK_OK;
}

static cask_status open_axis(cki_layout_axis *axis, int64_t cells, const cki_plot_axis *given,
                             const char *which, cki_error *error)
{
    *axis = (cki_layout_axis){.cells = cells};
    if (!given->values)
        return CASK_OK;
    axis->given = given;
    cask_status status = take_centres(given->values, which, axis, error);
    axis->style = axis->centres ? given->style : CKI_TICKS_PLAIN;
    return status;
}

/* The coordinate at a place counted in cells, 0 being the outer edge of the first. */
static double coordinate(const cki_layout_axis *axis, double place)
{
    double at = place - 0.5; /* 0 is the centre of the first cell */
    if (!axis->centres || axis->cells < 2)
        return axis->centres ? axis->centres[0] + at : at;
    int64_t i = (int64_t)floor(at);
    if (i < 0)
        i = 0;
    if (i > axis->cells - 2)
        i = axis->cells - 2;
    return axis->centres[i] + (axis->centres[i + 1] - axis->centres[i]) * (at - (double)i);
}

/* Its inverse, by bisection: coordinates need not be evenly spaced. */
static double place_of(const cki_layout_axis *axis, double value)
{
    double low = 0, high = (double)axis->cells;
    bool rising = coordinate(axis, high) > coordinate(axis, low);
    for (int i = 0; i < 60; i++) {
        double middle = (low + high) / 2;
        if ((coordinate(axis, middle) < value) == rising)
            low = middle;
        else
            high = middle;
    }
    return low;
}

static void keep_tick(cki_layout_axis *axis, int from, int place, int *kept)
{
    cki_ticks *ticks = &axis->ticks;
    if (*kept != from) {
        ticks->at[*kept] = ticks->at[from];
        memcpy(ticks->label[*kept], ticks->label[from], sizeof ticks->label[from]);
    }
    axis->places[(*kept)++] = place;
}

static void make_ticks(cki_layout_axis *axis, int apart)
{
    double first = coordinate(axis, 0), last = coordinate(axis, (double)axis->cells);
    double low = fmin(first, last), high = fmax(first, last);
    if (!axis->centres) { /* only whole numbers count cells */
        low = 0;
        high = (double)(axis->cells - 1);
    }
    int most = axis->pixels / apart;
    if (!axis->centres && most >= axis->cells)
        most = axis->cells > 1 ? (int)axis->cells - 1 : 1;
    cki_ticks_make(low, high, most, axis->style, &axis->ticks);
    int kept = 0;
    for (int i = 0; i < axis->ticks.count; i++) {
        double value = axis->ticks.at[i];
        if ((!axis->centres && value != floor(value)) ||
            (axis->style == CKI_TICKS_LATITUDE && fabs(value) > 90))
            continue;
        double place = place_of(axis, value) / (double)axis->cells;
        if (axis->flipped)
            place = 1 - place;
        keep_tick(axis, i, (int)lround(place * axis->pixels), &kept);
    }
    axis->ticks.count = kept;
}

/* As many pixels as wanted, or a whole multiple of the cells near that, which draws them sharp. */
static int pixels_for(int64_t cells, double wanted, int least)
{
    if (wanted < least)
        wanted = least;
    if ((double)cells >= wanted)
        return (int)wanted;
    int64_t times = (int64_t)(wanted / (double)cells + 0.3);
    return (int)(cells * (times ? times : 1));
}

static double span_of(const cki_layout_axis *axis)
{
    return fabs(coordinate(axis, (double)axis->cells) - coordinate(axis, 0));
}

cask_status cki_layout_open(cki_layout *layout, int64_t rows, int64_t columns,
                            const cki_plot_axis *y, const cki_plot_axis *x, cki_error *error)
{
    cki_layout_axis *across = &layout->x, *up = &layout->y;
    layout->x = layout->y = (cki_layout_axis){0};
    if (open_axis(across, columns, x, "x", error) != CASK_OK ||
        open_axis(up, rows, y, "y", error) != CASK_OK)
        return error ? error->status : CASK_INVALID;
    if (across->style == CKI_TICKS_LONGITUDE)
        across->flipped = columns > 1 && across->centres[0] > across->centres[1];
    if (up->style == CKI_TICKS_LATITUDE)
        up->flipped = rows > 1 && up->centres[0] < up->centres[1]; /* north up */
    return CASK_OK;
}

double cki_layout_aspect(const cki_layout *layout)
{
    const cki_layout_axis *x = &layout->x, *y = &layout->y;
    double aspect = (double)y->cells / (double)x->cells;
    if (x->style == CKI_TICKS_LONGITUDE && y->style == CKI_TICKS_LATITUDE && x->cells > 1 &&
        y->cells > 1)
        aspect = span_of(y) / span_of(x);
    return fmin(fmax(aspect, 0.05), 20);
}

void cki_layout_fit(cki_layout *layout, const cki_layout_room *room)
{
    cki_layout_axis *x = &layout->x, *y = &layout->y;
    double aspect = cki_layout_aspect(layout), width = fmin(room->width, room->height / aspect);
    x->pixels = pixels_for(x->cells, width, room->least);
    y->pixels = pixels_for(y->cells, fmin(room->height, width * aspect), room->least);
    x->bins = x->cells < x->pixels ? (int)x->cells : x->pixels;
    y->bins = y->cells < y->pixels ? (int)y->cells : y->pixels;
    make_ticks(x, room->x_apart);
    make_ticks(y, room->y_apart);
}

void cki_layout_free(cki_layout *layout)
{
    cki_memory_free(layout->x.centres);
    cki_memory_free(layout->y.centres);
}

void cki_layout_cells(const cki_layout_axis *axis, int i, int64_t *first, int64_t *last)
{
    double scale = (double)axis->cells / axis->bins;
    *first = (int64_t)(i * scale);
    *last = (int64_t)ceil((i + 1) * scale - 1e-9);
    if (axis->bins == axis->cells || *last <= *first)
        *last = *first + 1;
    if (*last > axis->cells)
        *last = axis->cells;
    if (*first >= *last)
        *first = *last - 1;
}

int cki_layout_first_bin(const cki_layout_axis *axis, int64_t cell)
{
    int low = 0, high = axis->bins;
    while (low < high) {
        int middle = (low + high) / 2;
        int64_t first, last;
        cki_layout_cells(axis, middle, &first, &last);
        if (last > cell)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

int cki_layout_end_bin(const cki_layout_axis *axis, int64_t cell)
{
    int low = 0, high = axis->bins;
    while (low < high) {
        int middle = (low + high) / 2;
        int64_t first, last;
        cki_layout_cells(axis, middle, &first, &last);
        if (first >= cell)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

int cki_layout_bin_at(const cki_layout_axis *axis, int i)
{
    if (axis->flipped)
        i = axis->pixels - 1 - i;
    return (int)((int64_t)i * axis->bins / axis->pixels);
}

/* ---- lines: from the first centre to the last ---- */

static double centre(const cki_layout_axis *axis, double cell)
{
    return coordinate(axis, cell + 0.5);
}

double cki_layout_place(const cki_layout_axis *axis, double cell)
{
    double first = centre(axis, 0), span = centre(axis, (double)(axis->cells - 1)) - first;
    double place = span != 0 ? (centre(axis, cell) - first) / span : 0.5;
    return (axis->flipped ? 1 - place : place) * (axis->pixels - 1);
}

cask_status cki_layout_line(cki_layout_axis *axis, int64_t cells, const cki_plot_axis *given,
                            int pixels, int apart, cki_error *error)
{
    cask_status status = open_axis(axis, cells, given, "x", error);
    if (status != CASK_OK)
        return status;
    axis->pixels = pixels;
    axis->bins = cells < 2 * (int64_t)pixels ? (int)cells : pixels;
    axis->flipped = axis->centres && cells > 1 && axis->centres[0] > axis->centres[1];
    double first = centre(axis, 0), last = centre(axis, (double)(cells - 1));
    double low = fmin(first, last), span = fabs(last - first);
    int most = pixels / apart, kept = 0;
    if (!axis->centres && most >= cells)
        most = cells > 1 ? (int)cells - 1 : 1;
    cki_ticks_make(low, low + span, most, axis->style, &axis->ticks);
    for (int i = 0; i < axis->ticks.count; i++) {
        double value = axis->ticks.at[i];
        if (!axis->centres && value != floor(value))
            continue;
        keep_tick(axis, i, (int)lround((value - low) / span * (pixels - 1)), &kept);
    }
    axis->ticks.count = kept;
    return CASK_OK;
}
