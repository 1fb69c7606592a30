/* Long Fourier transforms as two passes over a grid (D. H. Bailey, FFTs in external or hierarchical
 * memory, 1990): of a line in a rows of b first the columns are transformed, several at once in the
 * lanes of vectors, then the rows, whose results go where columns were. Everything else is in the
 * cache meanwhile. Lanes that hold lines of their own see the same operations. */
#include "kernel/fft_grid.h"
#include "core/memory.h"

#include <string.h>

enum {
    MOST_LANES = 8,
    PAD = 4 /* numbers behind each row, so that rows do not share the cache's sets */
};

struct cki_fft_grid {
    int64_t a, b;
    cki_fft *down, *across;
    /* exp(-2 pi i k / n) = coarse[k >> shift] * fine[k & mask], pairs */
    double *coarse, *fine;
    int shift;
};

void cki_fft_grid_free(cki_fft_grid *grid)
{
    if (!grid)
        return;
    cki_fft_free(grid->down);
    cki_fft_free(grid->across);
    cki_memory_free(grid->coarse);
    cki_memory_free(grid->fine);
    cki_memory_free(grid);
}

cki_fft_grid *cki_fft_grid_new(cki_fft *down, int64_t a, cki_fft *across, int64_t b,
                               cki_error *error)
{
    cki_fft_grid *grid = cki_memory_calloc(1, sizeof *grid);
    if (!grid || !down || !across) {
        cki_fft_free(down);
        cki_fft_free(across);
        cki_memory_free(grid);
        cki_fail_memory(error, sizeof *grid);
        return NULL;
    }
    *grid = (cki_fft_grid){.a = a, .b = b, .down = down, .across = across};
    while (((int64_t)1 << (2 * grid->shift)) < a * b)
        grid->shift++;
    const int64_t fine = (int64_t)1 << grid->shift;
    grid->fine = cki_fft_roots(a * b, fine, 1, error);
    grid->coarse = cki_fft_roots(a * b, (a * b >> grid->shift) + 1, fine, error);
    if (!grid->fine || !grid->coarse) {
        cki_fft_grid_free(grid);
        return NULL;
    }
    return grid;
}

/* Room for a column or a row of each lane, twice, beside the grid itself. A single line has columns
 * in its lanes, several lines have each its own. */
static int64_t longer(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

int64_t cki_fft_grid_work(int64_t a, int64_t b)
{
    return a * (b + PAD) + 2 * MOST_LANES * longer(a, b);
}

/* ---- one line: `width` columns or rows in the lanes ---- */

/* `width` numbers in a row, from interleaved to separate parts. */
static inline void spread(const double *from, double *to, int width)
{
    for (int l = 0; l < width; l++) {
        to[l] = from[2 * l];
        to[width + l] = from[2 * l + 1];
    }
}

static inline void gather(const double *from, double *to, int width)
{
    for (int l = 0; l < width; l++) {
        to[2 * l] = from[l];
        to[2 * l + 1] = from[width + l];
    }
}

static inline void root_of(const cki_fft_grid *g, int64_t k, double *root)
{
    const double *x = g->coarse + 2 * (k >> g->shift);
    const double *y = g->fine + 2 * (k & (((int64_t)1 << g->shift) - 1));
    root[0] = x[0] * y[0] - x[1] * y[1];
    root[1] = x[0] * y[1] + x[1] * y[0];
}

static inline void turn(double *re, double *im, const double *root)
{
    double x = *re, y = *im;
    *re = x * root[0] - y * root[1];
    *im = x * root[1] + y * root[0];
}

static inline void columns(const cki_fft_grid *g, const double *line, int64_t first, int width,
                           double *x, double *y, double *grid)
{
    for (int64_t j = 0; j < g->a; j++)
        spread(line + 2 * (j * g->b + first), x + 2 * width * j, width);
    double *done = cki_fft_run(g->down, x, y, width);
    for (int64_t k = 0; k < g->a; k++) {
        double *at = done + 2 * width * k, root[2];
        for (int l = 0; l < width; l++) {
            root_of(g, k * (first + l), root);
            turn(&at[l], &at[width + l], root);
        }
        gather(at, grid + 2 * (k * (g->b + PAD) + first), width);
    }
}

static inline void rows(const cki_fft_grid *g, const double *grid, int64_t first, int width,
                        double *x, double *y, double *line)
{
    for (int64_t j = 0; j < g->b; j++)
        for (int l = 0; l < width; l++) {
            const double *from = grid + 2 * ((first + l) * (g->b + PAD) + j);
            x[2 * width * j + l] = from[0];
            x[2 * width * j + width + l] = from[1];
        }
    const double *done = cki_fft_run(g->across, x, y, width);
    for (int64_t k = 0; k < g->b; k++)
        gather(done + 2 * width * k, line + 2 * (k * g->a + first), width);
}

/* The widths that vectors have, as constants. */
typedef void one_line(const cki_fft_grid *g, const double *from, int64_t first, int width,
                      double *x, double *y, double *to);

static void columns_of(const cki_fft_grid *g, const double *from, int64_t first, int width,
                       double *x, double *y, double *to)
{
    switch (width) {
    case 8:
        columns(g, from, first, 8, x, y, to);
        break;
    case 4:
        columns(g, from, first, 4, x, y, to);
        break;
    default:
        columns(g, from, first, width, x, y, to);
    }
}

static void rows_of(const cki_fft_grid *g, const double *from, int64_t first, int width, double *x,
                    double *y, double *to)
{
    switch (width) {
    case 8:
        rows(g, from, first, 8, x, y, to);
        break;
    case 4:
        rows(g, from, first, 4, x, y, to);
        break;
    default:
        rows(g, from, first, width, x, y, to);
    }
}

static void sweep(const cki_fft_grid *g, one_line *step, const double *from, int64_t count,
                  double *scratch, double *to)
{
    const int wide = cki_fft_lanes();
    double *other = scratch + 2 * MOST_LANES * longer(g->a, g->b);
    for (int64_t first = 0; first < count;) {
        int width = count - first >= wide && wide <= MOST_LANES ? wide : 1;
        step(g, from, first, width, scratch, other, to);
        first += width;
    }
}

/* ---- several lines: each in its lane, a column or row at a time ---- */

static void each_column(const cki_fft_grid *g, const double *line, double *scratch, double *other,
                        double *grid, int lanes)
{
    const int64_t step = 2 * lanes;
    for (int64_t i = 0; i < g->b; i++) {
        for (int64_t j = 0; j < g->a; j++)
            memcpy(scratch + step * j, line + step * (j * g->b + i),
                   (size_t)step * sizeof *scratch);
        double *done = cki_fft_run(g->down, scratch, other, lanes);
        for (int64_t k = 0; k < g->a; k++) {
            double *at = done + step * k, root[2];
            root_of(g, k * i, root);
            for (int l = 0; l < lanes; l++)
                turn(&at[l], &at[lanes + l], root);
            memcpy(grid + step * (k * (g->b + PAD) + i), at, (size_t)step * sizeof *at);
        }
    }
}

static void each_row(const cki_fft_grid *g, double *grid, double *other, double *line, int lanes)
{
    const int64_t step = 2 * lanes;
    for (int64_t i = 0; i < g->a; i++) {
        const double *done = cki_fft_run(g->across, grid + step * i * (g->b + PAD), other, lanes);
        for (int64_t k = 0; k < g->b; k++)
            memcpy(line + step * (k * g->a + i), done + step * k, (size_t)step * sizeof *line);
    }
}

double *cki_fft_grid_run(const cki_fft_grid *grid, double *line, double *work, int lanes)
{
    double *scratch = work + 2 * lanes * grid->a * (grid->b + PAD);
    if (lanes == 1) {
        sweep(grid, columns_of, line, grid->b, scratch, work);
        sweep(grid, rows_of, work, grid->a, scratch, line);
        return line;
    }
    double *other = scratch + 2 * lanes * longer(grid->a, grid->b);
    each_column(grid, line, scratch, other, work, lanes);
    each_row(grid, work, other, line, lanes);
    return line;
}
