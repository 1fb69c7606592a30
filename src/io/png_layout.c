/* Lays out a picture: how large the map is drawn, which way up, and where its ticks are. */
#include "io/png_layout.h"
#include "core/memory.h"

#include <math.h>

enum { WIDTH = 1000, HEIGHT = 720, LEAST = 160 };

/* The coordinates as doubles; they must go one way. */
static cask_status take_centres(const cki_array *given, int64_t cells, const char *which,
                                cki_png_axis *axis, cki_error *error)
{
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
    }
    return CASK_OK;
}

/* The coordinate at a place counted in cells, 0 being the outer edge of the first. */
static double coordinate(const cki_png_axis *axis, double place)
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
static double place_of(const cki_png_axis *axis, double value)
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

static void make_ticks(cki_png_axis *axis, int apart)
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
        if (!axis->centres && value != floor(value))
            continue;
        if (axis->style == CKI_TICKS_LATITUDE && fabs(value) > 90)
            continue;
        double place = place_of(axis, value) / (double)axis->cells;
        if (axis->flipped)
            place = 1 - place;
        axis->ticks.at[kept] = value;
        if (kept != i)
            axis->ticks.label[kept][0] = '\0';
        for (size_t k = 0; kept != i && k < sizeof axis->ticks.label[0]; k++)
            axis->ticks.label[kept][k] = axis->ticks.label[i][k];
        axis->places[kept++] = (int)lround(place * axis->pixels);
    }
    axis->ticks.count = kept;
}

/* As many pixels as wanted, or a whole multiple of the cells near that, which draws them sharp. */
static int pixels_for(int64_t cells, double wanted)
{
    if (wanted < LEAST)
        wanted = LEAST;
    if ((double)cells >= wanted)
        return (int)wanted;
    int64_t times = (int64_t)(wanted / (double)cells + 0.3);
    return (int)(cells * (times ? times : 1));
}

static double span_of(const cki_png_axis *axis)
{
    return fabs(coordinate(axis, (double)axis->cells) - coordinate(axis, 0));
}

cask_status cki_png_layout_make(const cki_array *array, const cki_picture *picture,
                                cki_png_layout *layout, cki_error *error)
{
    cki_png_axis *x = &layout->x, *y = &layout->y;
    *layout = (cki_png_layout){.x.cells = array->shape[1], .y.cells = array->shape[0]};
    cask_status status = CASK_OK;
    if (picture->x)
        status = take_centres(picture->x, x->cells, "x", x, error);
    if (status == CASK_OK && picture->y)
        status = take_centres(picture->y, y->cells, "y", y, error);
    if (status != CASK_OK)
        return status;
    double aspect = (double)y->cells / (double)x->cells;
    if (picture->degrees && x->centres && y->centres) {
        x->style = CKI_TICKS_LONGITUDE;
        y->style = CKI_TICKS_LATITUDE;
        x->flipped = x->cells > 1 && x->centres[0] > x->centres[1];
        y->flipped = y->cells > 1 && y->centres[0] < y->centres[1]; /* north up */
        if (x->cells > 1 && y->cells > 1)
            aspect = span_of(y) / span_of(x);
    }
    aspect = fmin(fmax(aspect, 0.05), 20);
    double width = fmin(WIDTH, HEIGHT / aspect);
    x->pixels = pixels_for(x->cells, width);
    y->pixels = pixels_for(y->cells, fmin(HEIGHT, width * aspect));
    make_ticks(x, 95);
    make_ticks(y, 55);
    return CASK_OK;
}

void cki_png_layout_free(cki_png_layout *layout)
{
    cki_memory_free(layout->x.centres);
    cki_memory_free(layout->y.centres);
}

void cki_png_layout_cells(const cki_png_axis *axis, int i, int64_t *first, int64_t *last)
{
    if (axis->flipped)
        i = axis->pixels - 1 - i;
    double scale = (double)axis->cells / axis->pixels;
    *first = (int64_t)(i * scale);
    *last = (int64_t)ceil((i + 1) * scale - 1e-9);
    if (scale <= 1 || *last <= *first) /* drawn larger: one cell a pixel */
        *last = *first + 1;
    if (*last > axis->cells)
        *last = axis->cells;
    if (*first >= *last)
        *first = *last - 1;
}
