/* Running programs: tile by tile, inputs read where they lie if they lie together, gathered if not,
 * and results written where they belong.
 */
#include "kernel/program_run.h"
#include "core/memory.h"
#include <string.h>

/* ---- views ---- */

static cask_status broadcast(cki_tile_view *view, const cki_array *array, int ndim,
                             const int64_t *shape, cki_error *error)
{
    int lacking = ndim - array->ndim;

    view->data = array->data;
    view->size = cki_dtype_size(array->dtype);
    for (int i = 0; i < ndim; i++) {
        int64_t length = i < lacking ? 1 : array->shape[i - lacking];

        if (i >= lacking && length != 1 && length != shape[i])
            return cki_fail(error, CASK_SHAPE, "ValueError",
                            "operands could not be broadcast together: an axis of length %lld "
                            "with one of length %lld",
                            (long long)length, (long long)shape[i]);
        view->strides[i] = length == 1 ? 0 : array->strides[i - lacking];
    }
    return lacking < 0 ? cki_fail_internal(error, "program: an input of too many dimensions")
                       : CASK_OK;
}

static size_t alignment(size_t size)
{
    return size == 2 || size == 4 || size == 8 ? size : size == 16 ? 8 : size % 4 == 0 ? 4 : 1;
}

/* Whether axis `i` and the one behind it step like one axis in every array. */
static bool mergeable(const cki_tiles *tiles, int i)
{
    for (int v = 0; v < tiles->views; v++) {
        const int64_t *strides = tiles->view[v].strides;

        if (strides[i] != strides[i + 1] * tiles->shape[i + 1])
            return false;
    }
    return true;
}

static void drop_axis(cki_tiles *tiles, int i)
{
    size_t behind = (size_t)(tiles->ndim - i - 1);

    memmove(tiles->shape + i, tiles->shape + i + 1, behind * sizeof *tiles->shape);
    for (int v = 0; v < tiles->views; v++) {
        int64_t *strides = tiles->view[v].strides;

        memmove(strides + i, strides + i + 1, behind * sizeof *strides);
    }
    tiles->ndim--;
}

static void simplify(cki_tiles *tiles)
{
    for (int i = tiles->ndim - 1; i >= 0; i--) {
        if (tiles->shape[i] == 1 && tiles->ndim > 1)
            drop_axis(tiles, i);
    }
    for (int i = tiles->ndim - 2; i >= 0; i--) {
        if (mergeable(tiles, i)) {
            tiles->shape[i + 1] *= tiles->shape[i];
            drop_axis(tiles, i);
        }
    }
}

static void describe(const cki_tiles *tiles, cki_tile_view *view)
{
    int64_t expected = (int64_t)view->size;
    uintptr_t bits = (uintptr_t)view->data;

    view->flat = view->fixed = view->same_rows = true;
    for (int i = tiles->ndim - 1; i >= 0; i--) {
        view->flat &= view->strides[i] == expected || tiles->shape[i] == 1;
        view->fixed &= view->strides[i] == 0;
        view->same_rows &= view->strides[i] == 0 || i == tiles->ndim - 1;
        bits |= (uintptr_t)view->strides[i];
        expected *= tiles->shape[i];
    }
    view->aligned = bits % alignment(view->size) == 0;
}

/* ---- copying between an array and a tile ---- */

/* One strided run of elements to or from a tile. */
static void copy_run(unsigned char *to, int64_t to_step, const unsigned char *from,
                     int64_t from_step, size_t size, size_t n)
{
    if (to_step == (int64_t)size && from_step == (int64_t)size) {
        memcpy(to, from, n * size);
        return;
    }
    switch (size) {
    case 1:
        for (size_t i = 0; i < n; i++, to += to_step, from += from_step)
            *to = *from;
        break;
    case 2:
        for (size_t i = 0; i < n; i++, to += to_step, from += from_step)
            memcpy(to, from, 2);
        break;
    case 4:
        for (size_t i = 0; i < n; i++, to += to_step, from += from_step)
            memcpy(to, from, 4);
        break;
    case 8:
        for (size_t i = 0; i < n; i++, to += to_step, from += from_step)
            memcpy(to, from, 8);
        break;
    case 16:
        for (size_t i = 0; i < n; i++, to += to_step, from += from_step)
            memcpy(to, from, 16);
        break;
    default:
        for (size_t i = 0; i < n; i++, to += to_step, from += from_step)
            memcpy(to, from, size);
    }
}

/* Where a row begins: its index split over the outer axes. */
static unsigned char *row_start(const cki_tiles *tiles, const cki_tile_view *view, int64_t row,
                                int64_t *index)
{
    unsigned char *at = view->data;

    for (int i = tiles->ndim - 2; i >= 0; i--) {
        index[i] = row % tiles->shape[i];
        row /= tiles->shape[i];
        at += index[i] * view->strides[i];
    }
    return at;
}

static unsigned char *next_row(const cki_tiles *tiles, const cki_tile_view *view, unsigned char *at,
                               int64_t *index)
{
    for (int i = tiles->ndim - 2; i >= 0; i--) {
        at += view->strides[i];
        if (++index[i] < tiles->shape[i])
            break;
        at -= index[i] * view->strides[i];
        index[i] = 0;
    }
    return at;
}

static void move(const cki_tiles *tiles, const cki_tile_view *view, unsigned char *tile,
                 int64_t first, size_t n, bool gather)
{
    int64_t index[CKI_MAX_NDIM], step = view->strides[tiles->ndim - 1];
    int64_t size = (int64_t)view->size, column = first % tiles->columns;
    unsigned char *at = row_start(tiles, view, first / tiles->columns, index);

    while (n > 0) {
        size_t left = (size_t)(tiles->columns - column), some = n < left ? n : left;

        if (gather)
            copy_run(tile, size, at + column * step, step, view->size, some);
        else
            copy_run(at + column * step, step, tile, size, view->size, some);
        tile += some * view->size;
        n -= some;
        column = 0;
        at = next_row(tiles, view, at, index);
    }
}

/* The address of the elements if they lie together, else NULL. */
static unsigned char *in_place(const cki_tiles *tiles, const cki_tile_view *view, int64_t first,
                               size_t n)
{
    int64_t index[CKI_MAX_NDIM], size = (int64_t)view->size, column = first % tiles->columns;

    if (!view->aligned)
        return NULL;
    if (view->flat)
        return view->data + first * size;
    if ((int64_t)n <= tiles->columns - column && view->strides[tiles->ndim - 1] == size)
        return row_start(tiles, view, first / tiles->columns, index) + column * size;
    return NULL;
}

/* ---- tiles ---- */

void cki_program_run_fill(void *tile, const void *element, size_t size, size_t n)
{
    unsigned char *at = tile;

    if (n > 0)
        memcpy(at, element, size);
    for (size_t done = 1; done < n;) {
        size_t more = done < n - done ? done : n - done;

        memcpy(at + done * size, at, more * size);
        done += more;
    }
}

static unsigned char *place_of(const cki_tiles *tiles, const cki_step *step)
{
    return tiles->places + (size_t)step->place * tiles->program->place_size;
}

static void lay_out(cki_tiles *tiles)
{
    const cki_program *program = tiles->program;
    size_t n = program->tile;

    if (tiles->count < (int64_t)n)
        n = (size_t)tiles->count;
    for (int i = 0; i < program->count; i++) {
        const cki_step *step = &program->steps[i];
        unsigned char *place;

        if (step->last < 0)
            continue;
        tiles->pointer[i] = place = place_of(tiles, step);
        if (step->kind == CKI_STEP_CONSTANT)
            cki_program_run_fill(place, step->element, cki_dtype_size(step->types.out), n);
        else if (step->kind == CKI_STEP_INPUT && tiles->view[step->input].fixed)
            cki_program_run_fill(place, tiles->view[step->input].data,
                                 tiles->view[step->input].size, n);
    }
}

cask_status cki_program_run_open(const cki_program *program, const cki_array *const *inputs,
                                 const cki_array *out, int ndim, const int64_t *shape,
                                 cki_tiles **result, cki_error *error)
{
    cki_tiles *tiles = cki_memory_calloc(1, sizeof *tiles);
    size_t bytes = (size_t)program->places * program->place_size + 64;
    cask_status status = CASK_OK;

    *result = tiles;
    if (!tiles)
        return cki_fail_memory(error, sizeof *tiles);
    tiles->program = program;
    tiles->views = program->inputs + (out != NULL);
    tiles->view = cki_memory_calloc((size_t)tiles->views + 1, sizeof *tiles->view);
    tiles->memory = cki_memory_alloc(bytes);
    if (!tiles->view || !tiles->memory)
        return cki_fail_memory(error, bytes);
    tiles->places = tiles->memory + (64 - (uintptr_t)tiles->memory % 64) % 64;
    tiles->ndim = ndim ? ndim : 1;
    tiles->shape[0] = 1;
    tiles->count = 1;
    for (int i = 0; i < ndim; i++) {
        tiles->shape[i] = shape[i];
        tiles->count *= shape[i];
    }
    for (int i = 0; i < tiles->views && status == CASK_OK; i++)
        status =
            broadcast(&tiles->view[i], i < program->inputs ? inputs[i] : out, ndim, shape, error);
    if (status != CASK_OK)
        return status;
    simplify(tiles);
    tiles->columns = tiles->shape[tiles->ndim - 1];
    for (int i = 0; i < tiles->views; i++)
        describe(tiles, &tiles->view[i]);
    if (tiles->count > 0)
        lay_out(tiles);
    return CASK_OK;
}

void cki_program_run_close(cki_tiles *tiles)
{
    if (!tiles)
        return;
    cki_memory_free(tiles->memory);
    cki_memory_free(tiles->view);
    cki_memory_free(tiles);
}

static void read_input(cki_tiles *tiles, int number, int64_t first, size_t n)
{
    const cki_step *step = &tiles->program->steps[number];
    cki_tile_view *view = &tiles->view[step->input];
    unsigned char *at;

    if (view->fixed)
        return;
    at = in_place(tiles, view, first, n);
    if (at) {
        tiles->pointer[number] = at;
        return;
    }
    tiles->pointer[number] = at = place_of(tiles, step);
    if (view->same_rows && view->held >= n && view->held_from == first % tiles->columns)
        return;
    move(tiles, view, at, first, n, true);
    view->held = n;
    view->held_from = first % tiles->columns;
}

/* Lines of memory that a core can wait for at a time, about. */
enum { LINE = 64, LINES_AHEAD = 16 };

/* Before a pass over what is in the cache already, some lines of the inputs' next tile are asked
 * for: memory is then as busy while a tile is computed as while one is read. */
static void fetch_ahead(const cki_tiles *tiles, int64_t next, size_t n, size_t *passes)
{
    for (int i = 0; i < tiles->program->inputs; i++) {
        const cki_tile_view *view = &tiles->view[i];
        const unsigned char *tile = view->data + next * (int64_t)view->size;
        int64_t left = tiles->count - next;
        size_t bytes = (left < (int64_t)n ? (size_t)left : n) * view->size;
        size_t from = *passes * LINES_AHEAD * LINE, to = from + (size_t)LINES_AHEAD * LINE;

        if (!view->flat || view->fixed)
            continue;
        for (size_t at = from; at < to && at < bytes; at += LINE)
            __builtin_prefetch(tile + at);
    }
    ++*passes; /* of a function without effects gcc would drop the calls */
}

static bool reads_input(const cki_tiles *tiles, const cki_step *step)
{
    for (int k = 0; k < step->count; k++) {
        const cki_step *argument = &tiles->program->steps[step->arguments[k]];

        if (argument->kind == CKI_STEP_INPUT && !tiles->view[argument->input].fixed)
            return true;
    }
    return false;
}

/* As cki_program_run_tile, with the last step's result put at `out` if that is not NULL. */
static cask_status compute(cki_tiles *tiles, int64_t first, size_t n, void *out, cki_error *error)
{
    const cki_program *program = tiles->program;
    cki_call call = {.n = n, .error = error};
    size_t passes = 0;

    for (int i = 0; i <= program->result; i++) {
        const cki_step *step = &program->steps[i];
        cask_status status;

        if (step->last < 0 || step->kind == CKI_STEP_CONSTANT)
            continue;
        if (step->kind == CKI_STEP_INPUT) {
            read_input(tiles, i, first, n);
            continue;
        }
        if (i == program->result)
            tiles->pointer[i] = out ? out : place_of(tiles, step);
        call.out = tiles->pointer[i];
        for (int k = 0; k < step->count; k++)
            call.in[k] = tiles->pointer[step->arguments[k]];
        call.types = &step->types;
        if (!reads_input(tiles, step))
            fetch_ahead(tiles, first + (int64_t)n, n, &passes);
        status = step->loop(&call);
        if (status != CASK_OK)
            return status;
    }
    if (!out) /* the caller has a pass of its own */
        fetch_ahead(tiles, first + (int64_t)n, n, &passes);
    return CASK_OK;
}

cask_status cki_program_run_tile(cki_tiles *tiles, int64_t first, size_t n, const void **result,
                                 cki_error *error)
{
    cask_status status = compute(tiles, first, n, NULL, error);

    *result = tiles->pointer[tiles->program->result];
    return status;
}

static cask_status write_tile(cki_tiles *tiles, int64_t first, size_t n, cki_error *error)
{
    cki_tile_view *view = &tiles->view[tiles->views - 1];
    unsigned char *out = in_place(tiles, view, first, n);
    cask_status status = compute(tiles, first, n, out, error);
    unsigned char *result = tiles->pointer[tiles->program->result];

    if (status != CASK_OK || result == out)
        return status;
    if (out)
        memmove(out, result, n * view->size);
    else
        move(tiles, view, result, first, n, false);
    return CASK_OK;
}

/* In tiles of whole rows, or of parts of one, so that what lies together is read in place. */
cask_status cki_program_run(const cki_program *program, const cki_array *const *inputs,
                            const cki_array *out, cki_error *error)
{
    cki_tiles *tiles;
    cask_status status =
        cki_program_run_open(program, inputs, out, out->ndim, out->shape, &tiles, error);
    int64_t tile = (int64_t)program->tile, first = 0;

    while (status == CASK_OK && first < tiles->count) {
        int64_t row = tiles->columns - first % tiles->columns, left = tiles->count - first;
        int64_t n = row > tile ? tile : row == tiles->columns ? tile / row * row : row;

        n = n < left ? n : left;
        status = write_tile(tiles, first, (size_t)n, error);
        first += n;
    }
    cki_program_run_close(tiles);
    return status;
}
