/* Walking the chunks that a region touches, in C order over their grid. */
#include "io/cells.h"

#include <string.h>

static int64_t divide_up(int64_t a, int64_t b)
{
    return a <= 0 ? 0 : (a - 1) / b + 1;
}

void cki_cells_begin(cki_cells *cells, int rank, const int64_t *chunk, const int64_t *start,
                     const int64_t *step, const cki_array *whole)
{
    memset(cells, 0, sizeof *cells);
    cells->rank = rank;
    cells->chunk = chunk;
    cells->start = start;
    cells->step = step;
    cells->whole = whole;
    for (int k = 0; k < rank; k++) {
        cells->first[k] = cells->cell[k] = start[k] / chunk[k];
        cells->last[k] = (start[k] + (whole->shape[k] - 1) * step[k]) / chunk[k];
    }
}

/* What of the region lies in the chunk; false if steps skip it altogether. */
static bool find_part(cki_cells *c)
{
    c->part = *c->whole;
    for (int k = 0; k < c->whole->ndim; k++) {
        if (k >= c->rank) {
            c->at[k] = c->start[k];
            continue;
        }
        int64_t begin = c->cell[k] * c->chunk[k], end;
        int64_t first = divide_up(begin - c->start[k], c->step[k]);
        int64_t stop = c->whole->shape[k];
        if (!__builtin_add_overflow(begin, c->chunk[k], &end)) {
            int64_t bound = divide_up(end - c->start[k], c->step[k]);
            stop = bound < stop ? bound : stop;
        }
        if (first >= stop)
            return false;
        c->at[k] = c->start[k] + first * c->step[k] - begin;
        c->part.shape[k] = stop - first;
        c->part.data += first * c->whole->strides[k];
    }
    return true;
}

/* The next position in the grid. */
static bool advance(cki_cells *c)
{
    if (!c->begun) {
        c->begun = true;
        return true;
    }
    for (int k = c->rank - 1; k >= 0; k--) {
        if (++c->cell[k] <= c->last[k])
            return true;
        c->cell[k] = c->first[k];
    }
    return false;
}

bool cki_cells_next(cki_cells *cells)
{
    while (advance(cells))
        if (find_part(cells))
            return true;
    return false;
}

bool cki_cells_covered(const cki_cells *cells, const int64_t *shape)
{
    for (int k = 0; k < cells->rank; k++) {
        int64_t begin = cells->cell[k] * cells->chunk[k], length = shape[k] - begin;
        length = length < cells->chunk[k] ? length : cells->chunk[k];
        if (cells->at[k] != 0 || cells->part.shape[k] != length || cells->step[k] != 1)
            return false;
    }
    return true;
}
