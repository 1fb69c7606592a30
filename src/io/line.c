/* Lines: of numbers that share a pixel column the first, the last and the extremes are kept, which
 * draws the same line as all of them would. What is not finite is a gap. */
#include "io/line.h"
#include "core/memory.h"
#include "io/numbers.h"
#include "io/panel.h"

#include <math.h>

enum {
    WIDTH = 1000,
    HEIGHT = 480,
    X_APART = 95,
    Y_APART = 50,
    DOTS = 60, /* so few points are marked */
    BLUE = 0x1f77b4,
    GRID = 0xe6e6e6
};

struct cki_line_bin {
    bool any;
    double low, high, first, last;
    int64_t first_at, last_at;
};

/* A block on its way into the bins: the one that its last number belonged to. */
typedef struct adding {
    cki_line *line;
    int64_t start, bin; /* -1: none yet */
    cki_line_bin here;
} adding;

static void merge(cki_line_bin *to, const cki_line_bin *from)
{
    if (!to->any) {
        *to = *from;
        return;
    }
    to->low = fmin(to->low, from->low);
    to->high = fmax(to->high, from->high);
    if (from->first_at < to->first_at) {
        to->first_at = from->first_at;
        to->first = from->first;
    }
    if (from->last_at > to->last_at) {
        to->last_at = from->last_at;
        to->last = from->last;
    }
}

static void leave_bin(adding *a)
{
    if (a->here.any) {
        cki_thread_spin_lock(&a->line->lock);
        merge(&a->line->bins[a->bin], &a->here);
        cki_thread_spin_unlock(&a->line->lock);
    }
    a->here.any = false;
}

static void add_piece(void *user, const double *numbers, int64_t count, int64_t at)
{
    adding *a = user;
    const cki_layout_axis *x = &a->line->x;
    for (int64_t i = 0; i < count; i++) {
        int64_t cell = a->start + at + i;
        int64_t bin = (int64_t)((double)cell * x->bins / (double)x->cells);
        if (bin != a->bin)
            leave_bin(a);
        a->bin = bin < x->bins ? bin : x->bins - 1;
        if (isfinite(numbers[i]))
            merge(&a->here, &(cki_line_bin){true, numbers[i], numbers[i], numbers[i], numbers[i],
                                            cell, cell});
    }
}

cask_status cki_line_open(cki_line *line, int64_t cells, const cki_plot_style *style,
                          cki_error *error)
{
    *line = (cki_line){0};
    cask_status status = cki_layout_line(&line->x, cells, &style->axes[0], WIDTH, X_APART, error);
    if (status != CASK_OK)
        return status;
    size_t bytes = (size_t)line->x.bins * sizeof *line->bins;
    line->bins = cki_memory_calloc((size_t)line->x.bins, sizeof *line->bins);
    return line->bins ? CASK_OK : cki_fail_memory(error, bytes);
}

cask_status cki_line_add(cki_line *line, int64_t start, const cki_array *block, cki_error *error)
{
    adding a = {.line = line, .start = start, .bin = -1};
    cask_status status = cki_numbers_each(block, add_piece, &a, error);
    leave_bin(&a);
    return status == CASK_OK ? cki_plot_range_add(&line->range, block, error) : status;
}

void cki_line_free(cki_line *line)
{
    cki_memory_free(line->x.centres);
    cki_memory_free(line->bins);
}

/* ---- drawing ---- */

typedef struct graph {
    const cki_line *line;
    cki_canvas *canvas;
    double low, high;
    int left, top;
    cki_layout_axis y;
} graph;

/* The numbers' range with a little air, or what the style says. */
static cask_status choose_range(graph *g, const cki_plot_style *style, cki_error *error)
{
    const cki_plot_range *range = &g->line->range;
    double air = range->any ? (range->high - range->low) * 0.05 : 0;
    g->low = style->has_vmin ? style->vmin : range->any ? range->low - air : 0;
    g->high = style->has_vmax ? style->vmax : range->any ? range->high + air : 1;
    if (!isfinite(g->low) || !isfinite(g->high) ||
        ((style->has_vmin || style->has_vmax) && g->low > g->high))
        return cki_fail(error, CASK_INVALID, "ValueError",
                        "vmin must be less than or equal to vmax, and both finite");
    if (!(g->high - g->low > 1e-300)) {
        double half = g->high == 0 ? 0.5 : fabs(g->high) * 0.05;
        g->low -= half;
        g->high += half;
    }
    return CASK_OK;
}

static double height_of(const graph *g, double value)
{
    return g->top + (g->high - value) / (g->high - g->low) * (HEIGHT - 1);
}

static void make_rows(graph *g)
{
    g->y = (cki_layout_axis){.pixels = HEIGHT};
    cki_ticks_make(g->low, g->high, HEIGHT / Y_APART, CKI_TICKS_PLAIN, &g->y.ticks);
    for (int i = 0; i < g->y.ticks.count; i++)
        g->y.places[i] =
            (int)lround((g->high - g->y.ticks.at[i]) / (g->high - g->low) * (HEIGHT - 1));
}

static void draw_ground(const graph *g)
{
    const cki_layout_axis *x = &g->line->x;
    for (int i = 0; i < g->y.ticks.count; i++)
        cki_canvas_rect(g->canvas, g->left, g->top + g->y.places[i], WIDTH, 1, GRID);
    for (int i = 0; i < x->ticks.count; i++)
        cki_canvas_rect(g->canvas, g->left + x->places[i], g->top, 1, HEIGHT, GRID);
    cki_panel_frame(g->canvas, g->left, g->top, WIDTH, HEIGHT);
    cki_panel_below(g->canvas, x, g->left, g->top + HEIGHT, CKI_PANEL_LABEL, true);
    cki_panel_beside(g->canvas, &g->y, g->left, g->top, CKI_PANEL_LABEL, true);
}

static void stroke(const graph *g, double x1, double from, double x2, double to)
{
    cki_canvas_line(g->canvas, x1, height_of(g, from), x2, height_of(g, to), 1.6, BLUE);
}

static void draw_bins(const graph *g)
{
    const cki_layout_axis *x = &g->line->x;
    const cki_line_bin *before = NULL;
    double x_before = 0;
    for (int i = 0; i < x->bins; i++) {
        const cki_line_bin *bin = &g->line->bins[i];
        double cell = bin->any ? (double)(bin->first_at + bin->last_at) / 2 : 0;
        double at = g->left + cki_layout_place(x, cell);
        if (bin->any && before)
            stroke(g, x_before, before->last, at, bin->first);
        if (bin->any && bin->low < bin->high)
            stroke(g, at, bin->low, at, bin->high);
        bool alone = bin->any && !before && (i + 1 == x->bins || !bin[1].any);
        if (bin->any && (alone || x->cells <= DOTS))
            cki_canvas_line(g->canvas, at, height_of(g, bin->first), at, height_of(g, bin->first),
                            5, BLUE);
        before = bin->any ? bin : NULL;
        x_before = at;
    }
}

cask_status cki_line_draw(const cki_line *line, const cki_plot_style *style, cki_canvas *canvas,
                          cki_error *error)
{
    graph g = {.line = line, .canvas = canvas};
    if (choose_range(&g, style, error) != CASK_OK)
        return error ? error->status : CASK_INVALID;
    make_rows(&g);
    const char *units = style->units && style->units[0] ? style->units : NULL;
    int last = cki_panel_widest(canvas, &line->x.ticks, CKI_PANEL_LABEL) / 2;
    g.left =
        cki_panel_left(canvas, &g.y, &line->x, CKI_PANEL_LABEL) + (units ? CKI_PANEL_LABEL + 8 : 0);
    g.top = CKI_PANEL_MARGIN + cki_panel_above(style);
    cask_status status = cki_canvas_size(
        canvas, g.left + WIDTH + (last > CKI_PANEL_MARGIN ? last : CKI_PANEL_MARGIN),
        g.top + HEIGHT + cki_panel_bottom(&line->x, CKI_PANEL_LABEL) + CKI_PANEL_MARGIN, error);
    if (status != CASK_OK)
        return status;
    draw_ground(&g);
    cki_canvas_clip(canvas, g.left, g.top, WIDTH, HEIGHT);
    draw_bins(&g);
    cki_canvas_clip(canvas, 0, 0, 0, 0);
    cki_panel_title(canvas, style, g.left + WIDTH / 2, CKI_PANEL_MARGIN);
    if (units)
        cki_canvas_text(canvas, CKI_PANEL_MARGIN + CKI_PANEL_LABEL * 3 / 4, g.top + HEIGHT / 2,
                        CKI_PANEL_LABEL, CKI_CANVAS_MIDDLE, true, units, CKI_PANEL_INK);
    return CASK_OK;
}
