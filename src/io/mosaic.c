/* Maps from blocks: each block becomes the sums over the bins it touches, and these are added up in
 * the blocks' order, whichever came first. */
#include "io/mosaic.h"
#include "core/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Sums and counts of a block: maps [map, map + maps), rows and columns of bins likewise. */
struct cki_mosaic_part {
    cki_mosaic_part *next;
    int64_t map, maps;
    int y, x, height, width;
    double sums[]; /* and behind them the counts */
};

static size_t bins_of(const cki_mosaic_part *part)
{
    return (size_t)part->maps * (size_t)part->height * (size_t)part->width;
}

static cki_mosaic_part *new_part(const cki_mosaic *mosaic, const int64_t *start,
                                 const cki_array *block, cki_error *error)
{
    const cki_layout_axis *x = &mosaic->layout->x, *y = &mosaic->layout->y;
    int up = block->ndim - 2;
    int top = cki_layout_first_bin(y, start[up]), left = cki_layout_first_bin(x, start[up + 1]);
    int height = cki_layout_end_bin(y, start[up] + block->shape[up]) - top;
    int width = cki_layout_end_bin(x, start[up + 1] + block->shape[up + 1]) - left;
    int64_t maps = up ? block->shape[0] : 1;
    size_t bytes = (size_t)maps * (size_t)height * (size_t)width * 2 * sizeof(double);
    cki_mosaic_part *part = cki_memory_calloc(1, sizeof *part + bytes);
    if (!part) {
        cki_fail_memory(error, bytes);
        return NULL;
    }
    part->map = up ? start[0] : 0;
    part->maps = maps;
    part->y = top;
    part->x = left;
    part->height = height;
    part->width = width;
    return part;
}

/* Add a row of cells, the first being cell `at` of the axis, to the sums of one row of bins. */
static void add_row(const cki_mosaic_part *part, const cki_layout_axis *x, int64_t at,
                    int64_t count, const double *cells, double *sums, double *counts)
{
    for (int i = 0; i < part->width; i++) {
        int64_t first, last;
        cki_layout_cells(x, part->x + i, &first, &last);
        first = first > at ? first - at : 0;
        last = last < at + count ? last - at : count;
        for (; first < last; first++)
            if (!isnan(cells[first])) {
                sums[i] += cells[first];
                counts[i]++;
            }
    }
}

/* One map's rows; those of bins overlap where there are less bins than cells. */
static cask_status add_map(cki_mosaic_part *part, const cki_mosaic *mosaic, const int64_t *start,
                           const cki_array *map, double *sums, const cki_array *row,
                           cki_error *error)
{
    const cki_layout_axis *y = &mosaic->layout->y;
    size_t bins = bins_of(part);
    for (int i = 0; i < part->height; i++, sums += part->width) {
        int64_t first, last;
        cki_layout_cells(y, part->y + i, &first, &last);
        first = first > start[0] ? first - start[0] : 0;
        last = last < start[0] + map->shape[0] ? last - start[0] : map->shape[0];
        for (; first < last; first++) {
            cki_array from = *map;
            from.ndim = 1;
            from.data += first * map->strides[0];
            from.shape[0] = map->shape[1];
            from.strides[0] = map->strides[1];
            if (cki_array_cast(row, &from, error) != CASK_OK)
                return error->status;
            add_row(part, &mosaic->layout->x, start[1], map->shape[1],
                    (const double *)(const void *)row->data, sums, sums + bins);
        }
    }
    return CASK_OK;
}

static cask_status add_maps(cki_mosaic_part *part, const cki_mosaic *mosaic, const int64_t *start,
                            const cki_array *block, cki_error *error)
{
    int up = block->ndim - 2;
    cask_value *row = cki_array_new(cki_dtype_of(CASK_F64), 1, &block->shape[up + 1], error);
    if (!row)
        return error->status;
    cask_status status = CASK_OK;
    double *sums = part->sums;
    for (int64_t i = 0; status == CASK_OK && i < part->maps; i++) {
        cki_array map = *block;
        if (up) {
            map.ndim = 2;
            map.data += i * block->strides[0];
            memmove(map.shape, map.shape + 1, 2 * sizeof *map.shape);
            memmove(map.strides, map.strides + 1, 2 * sizeof *map.strides);
        }
        status = add_map(part, mosaic, start + up, &map, sums, cki_array_of(row), error);
        sums += (size_t)part->height * (size_t)part->width;
    }
    cask_value_unref(row);
    return status;
}

cask_status cki_mosaic_add(cki_mosaic *mosaic, const int64_t *start, const cki_array *block,
                           cki_error *error)
{
    if (cki_array_size(block) == 0)
        return CASK_OK;
    cki_mosaic_part *part = new_part(mosaic, start, block, error);
    if (!part)
        return error->status;
    cask_status status = add_maps(part, mosaic, start, block, error);
    if (status == CASK_OK)
        status = cki_plot_range_add(&mosaic->range, block, error);
    if (status != CASK_OK) {
        cki_memory_free(part);
        return status;
    }
    cki_thread_spin_lock(&mosaic->lock);
    part->next = mosaic->parts;
    mosaic->parts = part;
    cki_thread_spin_unlock(&mosaic->lock);
    return CASK_OK;
}

static int by_place(const void *a, const void *b)
{
    const cki_mosaic_part *const *p = a, *const *q = b;
    if ((*p)->map != (*q)->map)
        return (*p)->map < (*q)->map ? -1 : 1;
    if ((*p)->y != (*q)->y)
        return (*p)->y < (*q)->y ? -1 : 1;
    return (*p)->x < (*q)->x ? -1 : (*p)->x > (*q)->x;
}

/* `sums` are of all maps' bins, and behind them the counts. */
static void add_part(const cki_mosaic *mosaic, const cki_mosaic_part *part, double *sums,
                     double *counts)
{
    size_t width = (size_t)mosaic->layout->x.bins, height = (size_t)mosaic->layout->y.bins;
    const double *from = part->sums, *count = from + bins_of(part);
    for (int64_t m = 0; m < part->maps; m++)
        for (int y = 0; y < part->height; y++)
            for (int x = 0; x < part->width; x++, from++, count++) {
                size_t at = ((size_t)(part->map + m) * height + (size_t)(part->y + y)) * width +
                            (size_t)(part->x + x);
                sums[at] += *from;
                counts[at] += *count;
            }
}

static cask_status add_parts(const cki_mosaic *mosaic, double *sums, double *counts,
                             cki_error *error)
{
    size_t count = 0, i = 0;
    for (const cki_mosaic_part *part = mosaic->parts; part; part = part->next)
        count++;
    const cki_mosaic_part **parts = cki_memory_alloc((count + 1) * sizeof *parts);
    if (!parts)
        return cki_fail_memory(error, count * sizeof *parts);
    for (const cki_mosaic_part *part = mosaic->parts; part; part = part->next)
        parts[i++] = part;
    qsort(parts, count, sizeof *parts, by_place);
    for (i = 0; i < count; i++)
        add_part(mosaic, parts[i], sums, counts);
    cki_memory_free(parts);
    return CASK_OK;
}

cask_status cki_mosaic_finish(cki_mosaic *mosaic, cki_error *error)
{
    size_t bins =
        (size_t)mosaic->layout->x.bins * (size_t)mosaic->layout->y.bins * (size_t)mosaic->maps;
    double *sums = cki_memory_calloc(bins, sizeof *sums);
    double *counts = cki_memory_calloc(bins, sizeof *counts);
    cask_status status = sums && counts ? add_parts(mosaic, sums, counts, error)
                                        : cki_fail_memory(error, 2 * bins * sizeof *sums);
    for (size_t i = 0; status == CASK_OK && i < bins; i++)
        sums[i] = counts[i] > 0 ? sums[i] / counts[i] : (double)NAN;
    cki_memory_free(counts);
    cki_mosaic_clear(mosaic);
    if (status == CASK_OK)
        mosaic->values = sums;
    else
        cki_memory_free(sums);
    return status;
}

void cki_mosaic_clear(cki_mosaic *mosaic)
{
    while (mosaic->parts) {
        cki_mosaic_part *part = mosaic->parts;
        mosaic->parts = part->next;
        cki_memory_free(part);
    }
    cki_memory_free(mosaic->values);
    mosaic->values = NULL;
}
