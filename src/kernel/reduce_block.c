/* Reducing one block: its elements come as tiles from the program, its accumulators are a partial
 * result's arrays.
 */
#include "core/memory.h"
#include "kernel/program_run.h"
#include "kernel/reduce_loop.h"
#include <string.h>

/* How wide a band of columns is reduced at a time, so that its accumulators stay in the cache. */
enum { BAND = 8192 };

/* The block's elements in C order over axes of which no two neighbours are both reduced or both
 * kept: `rows` rows of `columns`. This depends on nothing but the shape, nor do the parts in which
 * rows are reduced: so neither do the bits of the result, on how inputs lie or on what was fused.
 */
typedef struct block {
    cki_reduce_layout layout;
    const cki_reduce_loops *loops;
    cki_tiles *tiles;
    int ndim;
    int64_t shape[CKI_MAX_NDIM], rows, columns;
    bool reduced[CKI_MAX_NDIM], inner_reduced;
    /* Over these axes: what one step adds to an accumulator's number, and to an index. */
    int64_t out_step[CKI_MAX_NDIM], index_step[CKI_MAX_NDIM];
    cki_reduce_run run;
} block;

/* `program` with its result cast to `first` and then to `second`; itself if it has that type. */
static cask_status extend(const cki_program *program, cki_dtype first, cki_dtype second,
                          cki_program **extended, cki_error *error)
{
    cki_program *copy;
    int result;

    *extended = NULL;
    if (cki_dtype_same(cki_program_dtype(program), first) && cki_dtype_same(first, second))
        return CASK_OK;
    *extended = copy = cki_program_copy(program, error);
    if (!copy)
        return CASK_MEMORY;
    result = cki_program_cast(copy, program->result, first);
    result = result < 0 ? -1 : cki_program_cast(copy, result, second);
    return cki_program_finish(copy, result, error);
}

/* ---- the partial result ---- */

static cask_value *new_part(cki_dtype dtype, int ndim, const int64_t *shape, cask_value *list,
                            int *next, cki_error *error)
{
    cask_value *array = cki_array_new(dtype, ndim, shape, error);

    /* Fresh pages of zeros would be faulted in twice: accumulators are read before they are
     * written. */
    if (array)
        memset(array->as.array->data, 0,
               (size_t)cki_array_size(array->as.array) * cki_dtype_size(dtype));
    list->as.list.items[(*next)++] = array;
    return array;
}

static unsigned char *data_of(cask_value *array)
{
    return array ? array->as.array->data : NULL;
}

/* The accumulators, each as it is before any element. */
static cask_value *new_partial(block *b, int ndim, const int64_t *shape, const bool *axes,
                               cki_error *error)
{
    const cki_reduce_layout *layout = &b->layout;
    cask_value *list = cki_value_list(CKI_LIST, (size_t)layout->parts, error), *array;
    int64_t kept[CKI_MAX_NDIM], count = 1, elements = 1;
    int next = 0;

    for (int i = 0; i < ndim; i++) {
        kept[i] = axes[i] ? 1 : shape[i];
        count *= kept[i];
        elements *= axes[i] ? shape[i] : 1;
    }
    if (!list)
        return NULL;
    b->run.a = data_of(array = new_part(layout->a, ndim, kept, list, &next, error));
    if (array && b->loops->identity)
        cki_program_run_fill(b->run.a, b->loops->identity, cki_dtype_size(layout->a),
                             (size_t)count);
    if (array && layout->b.id)
        b->run.b = data_of(array = new_part(layout->b, ndim, kept, list, &next, error));
    if (array && layout->b.id == CASK_I64)
        cki_program_run_fill(b->run.b, &(int64_t){-1}, sizeof(int64_t), (size_t)count);
    if (array && layout->count_each)
        b->run.n = (int64_t *)(void *)data_of(
            array = new_part(cki_dtype_of(CASK_I64), ndim, kept, list, &next, error));
    if (array && layout->count_one) {
        array = cki_array_scalar(cki_dtype_of(CASK_I64), &elements, error);
        list->as.list.items[next++] = array;
    }
    if (!array) {
        cask_value_unref(list);
        return NULL;
    }
    return list;
}

/* The accumulators of a partial result that was begun with other blocks. */
static void reopen(block *b, const cask_value *list, int ndim, const int64_t *shape,
                   const bool *axes)
{
    const cki_reduce_layout *layout = &b->layout;
    int next = 0;

    b->run.a = data_of(list->as.list.items[next++]);
    if (layout->b.id)
        b->run.b = data_of(list->as.list.items[next++]);
    if (layout->count_each)
        b->run.n = (int64_t *)(void *)data_of(list->as.list.items[next++]);
    if (layout->count_one) {
        int64_t elements = 1, before;
        unsigned char *count = data_of(list->as.list.items[next]);

        for (int i = 0; i < ndim; i++)
            elements *= axes[i] ? shape[i] : 1;
        memcpy(&before, count, sizeof before);
        elements += before;
        memcpy(count, &elements, sizeof elements);
    }
}

/* ---- tiles into accumulators ---- */

static void measure(block *b, int ndim, const int64_t *shape, const bool *axes)
{
    int64_t out = 1, index = 1;

    for (int i = 0; i < ndim; i++) {
        if (shape[i] == 1)
            continue;
        if (b->ndim > 0 && b->reduced[b->ndim - 1] == axes[i]) {
            b->shape[b->ndim - 1] *= shape[i];
            continue;
        }
        b->shape[b->ndim] = shape[i];
        b->reduced[b->ndim++] = axes[i];
    }
    if (b->ndim == 0)
        b->shape[b->ndim++] = 1;
    b->rows = 1;
    for (int i = b->ndim - 1; i >= 0; i--) {
        b->out_step[i] = b->reduced[i] ? 0 : out;
        b->index_step[i] = b->reduced[i] ? index : 0;
        *(b->reduced[i] ? &index : &out) *= b->shape[i];
        b->rows *= i < b->ndim - 1 ? b->shape[i] : 1;
    }
    b->columns = b->shape[b->ndim - 1];
    b->inner_reduced = b->reduced[b->ndim - 1];
}

/* Rows that follow each other along the second axis make one call. */
static void feed(block *b, const unsigned char *x, int64_t row, int64_t rows, int64_t column,
                 int64_t columns)
{
    int second = b->ndim - 2;
    size_t size = cki_dtype_size(b->layout.element);

    while (rows > 0) {
        int64_t length = second < 0 ? 1 : b->shape[second];
        int64_t many = length - row % length, rest = row;
        cki_reduce_run *run = &b->run;

        many = many < rows ? many : rows;
        run->at = column * b->out_step[second + 1];
        run->index = column * b->index_step[second + 1];
        for (int i = second; i >= 0; i--) {
            run->at += rest % b->shape[i] * b->out_step[i];
            run->index += rest % b->shape[i] * b->index_step[i];
            rest /= b->shape[i];
        }
        run->x = x;
        run->rows = (size_t)many;
        run->columns = (size_t)columns;
        run->step = second < 0 ? 0 : b->out_step[second];
        run->index_step = second < 0 ? 0 : b->index_step[second];
        (b->inner_reduced ? b->loops->rows : b->loops->columns)(run);
        x += (size_t)(many * columns) * size;
        row += many;
        rows -= many;
    }
}

/* A row that is reduced goes in by parts of one length, which tiles are multiples of. */
static void feed_row(block *b, const unsigned char *x, int64_t row, int64_t column, int64_t columns)
{
    size_t size = cki_dtype_size(b->layout.element);
    int64_t part = columns < CKI_TILE_PART ? columns : CKI_TILE_PART;
    cki_reduce_run *run = &b->run;

    feed(b, x, row, 1, column, part);
    for (int64_t left = columns - part; left > 0; left -= part) { /* the same accumulator */
        x += (size_t)part * size;
        run->index += part * b->index_step[b->ndim - 1];
        part = left < CKI_TILE_PART ? left : CKI_TILE_PART;
        run->x = x;
        run->columns = (size_t)part;
        b->loops->rows(run);
    }
}

static cask_status reduce_tile(block *b, int64_t row, int64_t rows, int64_t column, int64_t columns,
                               cki_error *error)
{
    const void *x;
    const unsigned char *at;
    cask_status status = cki_program_run_tile(b->tiles, row * b->columns + column,
                                              (size_t)(rows * columns), &x, error);

    if (status != CASK_OK)
        return status;
    if (!b->inner_reduced || b->columns <= CKI_TILE_PART) {
        feed(b, x, row, rows, column, columns);
        return CASK_OK;
    }
    at = x;
    for (int64_t r = row; r < row + rows; r++) {
        feed_row(b, at, r, column, columns);
        at += (size_t)columns * cki_dtype_size(b->layout.element);
    }
    return CASK_OK;
}

/* Rows longer than a tile: along them if they are reduced; else in bands of columns, each down the
 * second axis, so that accumulators are met again while they are in the cache. */
static cask_status reduce_long(block *b, cki_error *error)
{
    int64_t tile = (int64_t)b->tiles->program->tile, columns = b->columns;
    int64_t band = b->inner_reduced ? columns : BAND;
    int64_t down = b->ndim < 2 ? 1 : b->shape[b->ndim - 2];
    cask_status status = CASK_OK;

    for (int64_t first = 0; first < b->rows; first += down) {
        for (int64_t left = 0; left < columns; left += band) {
            int64_t right = columns - left < band ? columns : left + band;

            for (int64_t r = first; r < first + down; r++) {
                for (int64_t c = left; c < right && status == CASK_OK; c += tile)
                    status = reduce_tile(b, r, 1, c, right - c < tile ? right - c : tile, error);
            }
        }
    }
    return status;
}

static cask_status reduce_short(block *b, cki_error *error)
{
    int64_t many = (int64_t)b->tiles->program->tile / b->columns;
    cask_status status = CASK_OK;

    for (int64_t r = 0; r < b->rows && status == CASK_OK; r += many)
        status = reduce_tile(b, r, b->rows - r < many ? b->rows - r : many, 0, b->columns, error);
    return status;
}

/* Indices within the block become indices within the whole array. */
static void place_indices(block *b, int ndim, const int64_t *shape, const bool *axes,
                          const cki_block_place *place, int64_t count)
{
    int64_t *index = b->run.b;

    for (int64_t i = 0; i < count; i++) {
        int64_t rest = index[i], whole = 0, step = 1;

        for (int k = ndim - 1; k >= 0 && rest >= 0; k--) {
            if (!axes[k])
                continue;
            whole += (rest % shape[k] + place->offset[k]) * step;
            rest /= shape[k];
            step *= place->shape[k];
        }
        index[i] = index[i] < 0 ? -1 : whole;
    }
}

static cask_status run(block *b, const cki_program *program, const cki_array *const *inputs,
                       int ndim, const int64_t *shape, const bool *axes, cki_error *error)
{
    cask_status status = cki_program_run_open(program, inputs, NULL, ndim, shape, &b->tiles, error);

    if (status == CASK_OK && b->tiles->count > 0) {
        measure(b, ndim, shape, axes);
        status =
            b->columns > (int64_t)program->tile ? reduce_long(b, error) : reduce_short(b, error);
    }
    cki_program_run_close(b->tiles);
    b->tiles = NULL;
    return status;
}

cask_status cki_reduce_block(const cki_reduction *reduction, const cki_program *program,
                             const cki_array *const *inputs, int ndim, const int64_t *shape,
                             const bool *axes, const cki_block_place *place, cask_value **partial,
                             cki_error *error)
{
    block b = {0};
    cki_program *extended;
    cask_status status;

    cki_reduce_plan(reduction, &b.layout);
    b.loops = cki_reduce_find(reduction->kind, reduction->skip_nan, b.layout.element);
    if (!b.loops)
        return cki_fail_internal(error, "reduce: a type without loops");
    status = extend(program, reduction->in, b.layout.element, &extended, error);
    if (status == CASK_OK) {
        if (*partial)
            reopen(&b, *partial, ndim, shape, axes);
        else
            *partial = new_partial(&b, ndim, shape, axes, error);
        status = *partial ? run(&b, extended ? extended : program, inputs, ndim, shape, axes, error)
                          : CASK_MEMORY;
    }
    if (status == CASK_OK && b.layout.b.id == CASK_I64 && place)
        place_indices(&b, ndim, shape, axes, place,
                      cki_array_size((*partial)->as.list.items[1]->as.array));
    if (status != CASK_OK) {
        cask_value_unref(*partial);
        *partial = NULL;
    }
    cki_program_free(extended);
    return status;
}
