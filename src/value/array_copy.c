/* Copies between arrays of any strides: whole runs by memcpy, transposes in tiles that fit the
 * cache. */
#include "value/array_walk.h"

#include <stdlib.h>
#include <string.h>

static int64_t magnitude(int64_t number)
{
    return number < 0 ? -number : number;
}

/* Order the axes so that the target is written forward in memory. */
static void sort_axes(cki_walk *w)
{
    for (int i = 1; i < w->ndim; i++)
        for (int j = i; j > 0; j--) {
            int64_t left = magnitude(w->to[j - 1]), right = magnitude(w->to[j]);
            if (left > right ||
                (left == right && magnitude(w->from[j - 1]) >= magnitude(w->from[j])))
                break;
            int64_t shape = w->shape[j], to = w->to[j], from = w->from[j];
            w->shape[j] = w->shape[j - 1];
            w->to[j] = w->to[j - 1];
            w->from[j] = w->from[j - 1];
            w->shape[j - 1] = shape;
            w->to[j - 1] = to;
            w->from[j - 1] = from;
        }
}

static void join_axes(cki_walk *w)
{
    int last = 0;
    for (int axis = 1; axis < w->ndim; axis++) {
        bool alike = w->to[last] == w->to[axis] * w->shape[axis] &&
                     w->from[last] == w->from[axis] * w->shape[axis];
        int64_t joined = alike ? w->shape[last] * w->shape[axis] : w->shape[axis];
        last += !alike;
        w->shape[last] = joined;
        w->to[last] = w->to[axis];
        w->from[last] = w->from[axis];
    }
    w->ndim = w->ndim ? last + 1 : 0;
}

void cki_array_walk(cki_walk *w, const cki_array *to, const cki_array *from)
{
    w->ndim = 0;
    w->empty = false;
    w->target = to->data;
    w->source = from->data;
    for (int axis = 0; axis < to->ndim; axis++) {
        w->empty |= to->shape[axis] == 0;
        if (to->shape[axis] <= 1)
            continue;
        w->shape[w->ndim] = to->shape[axis];
        w->to[w->ndim] = to->strides[axis];
        w->from[w->ndim++] = from->strides[axis];
    }
    sort_axes(w);
    join_axes(w);
}

typedef void row_copy(unsigned char *to, int64_t to_stride, const unsigned char *from,
                      int64_t from_stride, int64_t count, size_t size);

/* Rows of elements of a size known to the compiler: one load and one store each. */
#define ROW_COPY(NAME, SIZE)                                                                       \
    static void NAME(unsigned char *to, int64_t to_stride, const unsigned char *from,              \
                     int64_t from_stride, int64_t count, size_t size)                              \
    {                                                                                              \
        (void)size;                                                                                \
        for (int64_t i = 0; i < count; i++)                                                        \
            memcpy(to + i * to_stride, from + i * from_stride, SIZE);                              \
    }
ROW_COPY(copy_1, 1)
ROW_COPY(copy_2, 2)
ROW_COPY(copy_4, 4)
ROW_COPY(copy_8, 8)
ROW_COPY(copy_16, 16)
#undef ROW_COPY

static void copy_any(unsigned char *to, int64_t to_stride, const unsigned char *from,
                     int64_t from_stride, int64_t count, size_t size)
{
    for (int64_t i = 0; i < count; i++)
        memcpy(to + i * to_stride, from + i * from_stride, size);
}

static void copy_run(unsigned char *to, int64_t to_stride, const unsigned char *from,
                     int64_t from_stride, int64_t count, size_t size)
{
    (void)to_stride, (void)from_stride;
    memcpy(to, from, (size_t)count * size);
}

static row_copy *chosen(size_t size)
{
    switch (size) {
    case 1:
        return copy_1;
    case 2:
        return copy_2;
    case 4:
        return copy_4;
    case 8:
        return copy_8;
    case 16:
        return copy_16;
    default:
        return copy_any;
    }
}

/* The two innermost axes, in tiles: where the source runs along the outer of the two, rows of the
 * target alone would fetch a cache line for every element. */
static void copy_tiles(const cki_walk *w, unsigned char *to, const unsigned char *from, size_t size,
                       row_copy *copy)
{
    enum { TILE = 32 };
    int a = w->ndim - 2, b = w->ndim - 1;
    for (int64_t i = 0; i < w->shape[a]; i += TILE)
        for (int64_t j = 0; j < w->shape[b]; j += TILE) {
            int64_t rows = w->shape[a] - i < TILE ? w->shape[a] - i : TILE;
            int64_t count = w->shape[b] - j < TILE ? w->shape[b] - j : TILE;
            for (int64_t k = i; k < i + rows; k++)
                copy(to + k * w->to[a] + j * w->to[b], w->to[b],
                     from + k * w->from[a] + j * w->from[b], w->from[b], count, size);
        }
}

/* Bring the axis along which the source runs next to the innermost one, for the tiles. */
static bool needs_tiles(cki_walk *w)
{
    int inner = w->ndim - 1, best = inner;
    for (int axis = 0; axis < inner; axis++)
        if (w->from[axis] && magnitude(w->from[axis]) < magnitude(w->from[best]))
            best = axis;
    if (best == inner || !w->from[inner])
        return false;
    int64_t shape = w->shape[best], to = w->to[best], from = w->from[best];
    for (int axis = best; axis + 1 < inner; axis++) {
        w->shape[axis] = w->shape[axis + 1];
        w->to[axis] = w->to[axis + 1];
        w->from[axis] = w->from[axis + 1];
    }
    w->shape[inner - 1] = shape;
    w->to[inner - 1] = to;
    w->from[inner - 1] = from;
    return true;
}

void cki_array_copy(const cki_array *target, const cki_array *source)
{
    cki_walk w;
    size_t size = cki_dtype_size(target->dtype);
    cki_array_walk(&w, target, source);
    if (w.empty || !size)
        return;
    if (!w.ndim) {
        memcpy(w.target, w.source, size);
        return;
    }
    bool tiles = w.ndim > 1 && needs_tiles(&w);
    int inner = w.ndim - 1, outer = tiles ? inner - 1 : inner;
    bool run = w.to[inner] == (int64_t)size && w.from[inner] == (int64_t)size;
    row_copy *copy = run && !tiles ? copy_run : chosen(size);
    int64_t index[CKI_MAX_NDIM] = {0};
    unsigned char *to = w.target;
    const unsigned char *from = w.source;
    for (;;) {
        if (tiles)
            copy_tiles(&w, to, from, size, copy);
        else
            copy(to, w.to[inner], from, w.from[inner], w.shape[inner], size);
        int axis = outer - 1;
        for (; axis >= 0; axis--) {
            to += w.to[axis];
            from += w.from[axis];
            if (++index[axis] < w.shape[axis])
                break;
            to -= w.shape[axis] * w.to[axis];
            from -= w.shape[axis] * w.from[axis];
            index[axis] = 0;
        }
        if (axis < 0)
            return;
    }
}
