/* Reads and writes regions of arrays that lie in a file: plans few, large, cache-sized transfers
 * and moves elements between them and any strided array, reversing bytes on the way. */
#include "io/region.h"
#include "core/memory.h"
#include "value/array.h"

#include <string.h>

enum {
    PIECE = 256 * 1024, /* what is read at once when it has to be worked on: fits the L2 cache */
    DIRECT = 64 * 1024 * 1024, /* what is read at once straight to its place */
    ROW = 16 * 1024,           /* a dense run of this size is worth a read of its own */
    GAP = 4096                 /* reading over a gap up to this is cheaper than another read */
};

/* A region with its axes sorted from far to near in the file, and merged where both the file and
 * memory allow. Always one axis at least, unless it is empty. */
typedef struct plan {
    int ndim;
    bool empty;
    uint64_t offset;
    size_t itemsize, word;
    int64_t count[CKI_MAX_NDIM + 1];
    int64_t file[CKI_MAX_NDIM + 1];
    int64_t memory[CKI_MAX_NDIM + 1];
} plan;

size_t cki_region_word(cki_dtype dtype, bool swapped)
{
    size_t size = cki_dtype_size(dtype);
    return !swapped                      ? 1
           : dtype.id == CASK_STR        ? 4
           : cki_dtype_is_text(dtype)    ? 1
           : cki_dtype_is_complex(dtype) ? size / 2
                                         : size;
}

bool cki_region_order(cki_region_layout *layout, const int64_t *shape, bool fortran,
                      uint64_t *bytes)
{
    int64_t stride = (int64_t)layout->itemsize;
    bool empty = false, fits = true;
    for (int i = 0; i < layout->ndim; i++) {
        int axis = fortran ? i : layout->ndim - 1 - i;
        layout->strides[axis] = stride;
        empty |= shape[axis] == 0;
        if (shape[axis] > 0 && __builtin_mul_overflow(stride, shape[axis], &stride)) {
            fits = false;
            stride = (int64_t)layout->itemsize;
        }
    }
    uint64_t end;
    *bytes = empty ? 0 : (uint64_t)stride;
    return empty ||
           (fits && !__builtin_add_overflow(layout->offset, *bytes, &end) && end <= INT64_MAX);
}

static void insert_axis(plan *p, int64_t count, int64_t file, int64_t memory)
{
    int at = p->ndim++;
    for (; at > 0 && p->file[at - 1] < file; at--) {
        p->count[at] = p->count[at - 1];
        p->file[at] = p->file[at - 1];
        p->memory[at] = p->memory[at - 1];
    }
    p->count[at] = count;
    p->file[at] = file;
    p->memory[at] = memory;
}

static void merge_axes(plan *p)
{
    int to = 0;
    for (int from = 1; from < p->ndim; from++) {
        int64_t n = p->count[from];
        if (p->file[to] == n * p->file[from] && p->memory[to] == n * p->memory[from]) {
            p->count[to] *= n;
        } else {
            to++;
            p->count[to] = n;
        }
        p->file[to] = p->file[from];
        p->memory[to] = p->memory[from];
    }
    p->ndim = to + 1;
}

static plan make_plan(const cki_region_layout *layout, const int64_t *start, const int64_t *count,
                      const int64_t *step, const int64_t *memory)
{
    plan p = {.offset = layout->offset, .itemsize = layout->itemsize, .word = layout->word};
    p.empty = layout->itemsize == 0;
    for (int i = 0; i < layout->ndim; i++) {
        p.offset += (uint64_t)(start ? start[i] * layout->strides[i] : 0);
        p.empty |= count[i] == 0;
        if (count[i] > 1)
            insert_axis(&p, count[i], layout->strides[i] * (step ? step[i] : 1),
                        memory ? memory[i] : 0);
    }
    if (p.ndim == 0)
        insert_axis(&p, 1, (int64_t)p.itemsize, (int64_t)p.itemsize);
    merge_axes(&p);
    return p;
}

void cki_region_swap(void *bytes, size_t count, size_t word)
{
    unsigned char *at = bytes;
    switch (word) {
    case 2:
        for (size_t i = 0; i < count; i++) {
            uint16_t x;
            memcpy(&x, at + 2 * i, 2);
            x = __builtin_bswap16(x);
            memcpy(at + 2 * i, &x, 2);
        }
        break;
    case 4:
        for (size_t i = 0; i < count; i++) {
            uint32_t x;
            memcpy(&x, at + 4 * i, 4);
            x = __builtin_bswap32(x);
            memcpy(at + 4 * i, &x, 4);
        }
        break;
    case 8:
        for (size_t i = 0; i < count; i++) {
            uint64_t x;
            memcpy(&x, at + 8 * i, 8);
            x = __builtin_bswap64(x);
            memcpy(at + 8 * i, &x, 8);
        }
        break;
    default:
        break;
    }
}

/* One row of elements; each loop has a fixed element size so that it becomes plain moves. */
static void copy_row(unsigned char *to, int64_t to_stride, const unsigned char *from,
                     int64_t from_stride, int64_t count, size_t itemsize)
{
    int64_t size = (int64_t)itemsize;
    if (to_stride == size && from_stride == size) {
        memcpy(to, from, (size_t)count * itemsize);
        return;
    }
#define MOVE_EACH(n)                                                                               \
    for (int64_t i = 0; i < count; i++)                                                            \
    memcpy(to + i * to_stride, from + i * from_stride, n)
    switch (itemsize) {
    case 1:
        MOVE_EACH(1);
        break;
    case 2:
        MOVE_EACH(2);
        break;
    case 4:
        MOVE_EACH(4);
        break;
    case 8:
        MOVE_EACH(8);
        break;
    case 16:
        MOVE_EACH(16);
        break;
    default:
        MOVE_EACH(itemsize);
        break;
    }
#undef MOVE_EACH
}

static void move_row(unsigned char *to, int64_t to_stride, const unsigned char *from,
                     int64_t from_stride, int64_t count, size_t itemsize, size_t word)
{
    copy_row(to, to_stride, from, from_stride, count, itemsize);
    if (word == 1)
        return;
    if (to_stride == (int64_t)itemsize) {
        cki_region_swap(to, (size_t)count * itemsize / word, word);
        return;
    }
    for (int64_t i = 0; i < count; i++)
        cki_region_swap(to + i * to_stride, itemsize / word, word);
}

/* Elements of `ndim` >= 1 axes between two strided places, their words reversed on arrival. */
static void move_block(unsigned char *to, const int64_t *to_strides, const unsigned char *from,
                       const int64_t *from_strides, const int64_t *count, int ndim, size_t itemsize,
                       size_t word)
{
    int64_t index[CKI_MAX_NDIM + 1] = {0};
    int last = ndim - 1;
    for (;;) {
        move_row(to, to_strides[last], from, from_strides[last], count[last], itemsize, word);
        int axis = last - 1;
        for (; axis >= 0; axis--) {
            to += to_strides[axis];
            from += from_strides[axis];
            if (++index[axis] < count[axis])
                break;
            to -= count[axis] * to_strides[axis];
            from -= count[axis] * from_strides[axis];
            index[axis] = 0;
        }
        if (axis < 0)
            return;
    }
}

/* How a plan is cut into transfers: axes from `row` on are within one transfer, `group` steps of
 * the axis before are taken together, those further out one by one. */
typedef struct cut {
    int row;
    int64_t group;
    size_t span; /* file bytes that the axes from `row` on take, gaps included */
    bool direct; /* the transfer lies in memory as in the file */
} cut;

static size_t span_of(const plan *p, int axis, int64_t steps, size_t inner)
{
    return (size_t)((steps - 1) * p->file[axis]) + inner;
}

static cut make_cut(const plan *p, int64_t gap)
{
    cut c = {.row = p->ndim, .group = 1, .span = p->itemsize};
    int64_t size = (int64_t)p->itemsize;
    int last = p->ndim - 1;
    bool dense = p->file[last] == size && p->memory[last] == size;
    while (c.row > 0 && p->file[c.row - 1] - (int64_t)c.span <= gap) {
        int axis = c.row - 1;
        size_t all = span_of(p, axis, p->count[axis], c.span);
        if (all > PIECE)
            break;
        c.row = axis;
        c.span = all;
        if (dense && axis == last && all >= ROW)
            break;
    }
    if (c.row == 0) {
        c.direct = dense && p->ndim == 1;
        return c;
    }
    int axis = c.row - 1;
    bool large_row = dense && c.row == last && c.span >= ROW;
    if (p->file[axis] - (int64_t)c.span <= gap && !large_row) {
        bool whole = dense && axis == last;
        int64_t limit = whole && p->word == 1 ? DIRECT : PIECE;
        c.group = limit > (int64_t)c.span ? (limit - (int64_t)c.span) / p->file[axis] + 1 : 1;
        if (c.group > p->count[axis])
            c.group = p->count[axis];
    }
    c.direct = dense && (axis == last || (c.row == last && c.group == 1));
    return c;
}

/* A walk over the transfers of a plan. */
typedef struct walk {
    const plan *p;
    cut c;
    int64_t index[CKI_MAX_NDIM + 1];
    uint64_t offset; /* of this transfer in the file */
    int64_t memory;  /* and of its first element from the array's first */
    int64_t steps;   /* of the grouped axis in this transfer */
    size_t bytes;    /* to read or write */
} walk;

static void measure(walk *w)
{
    int axis = w->c.row - 1;
    w->steps = 1;
    if (axis >= 0) {
        int64_t left = w->p->count[axis] - w->index[axis];
        w->steps = left < w->c.group ? left : w->c.group;
    }
    w->bytes = axis >= 0 ? span_of(w->p, axis, w->steps, w->c.span) : w->c.span;
}

static bool step_on(walk *w)
{
    int axis = w->c.row - 1;
    int64_t steps = w->steps;
    for (; axis >= 0; axis--, steps = 1) {
        w->index[axis] += steps;
        w->offset += (uint64_t)(steps * w->p->file[axis]);
        w->memory += steps * w->p->memory[axis];
        if (w->index[axis] < w->p->count[axis])
            break;
        w->offset -= (uint64_t)(w->index[axis] * w->p->file[axis]);
        w->memory -= w->index[axis] * w->p->memory[axis];
        w->index[axis] = 0;
    }
    if (axis >= 0)
        measure(w);
    return axis >= 0;
}

static walk start_walk(const plan *p, int64_t gap)
{
    walk w = {.p = p, .c = make_cut(p, gap), .offset = p->offset};
    measure(&w);
    return w;
}

/* Between the staging bytes of a transfer and the array, either way. */
static void move_transfer(const walk *w, unsigned char *stage, unsigned char *memory, bool reading)
{
    const plan *p = w->p;
    int first = w->c.row > 0 ? w->c.row - 1 : 0;
    int64_t count[CKI_MAX_NDIM + 1];
    memcpy(count, p->count, sizeof count);
    if (w->c.row > 0)
        count[first] = w->steps;
    if (reading)
        move_block(memory, p->memory + first, stage, p->file + first, count + first,
                   p->ndim - first, p->itemsize, p->word);
    else
        move_block(stage, p->file + first, memory, p->memory + first, count + first,
                   p->ndim - first, p->itemsize, p->word);
}

static size_t largest_transfer(const walk *w)
{
    int axis = w->c.row - 1;
    return axis >= 0 ? span_of(w->p, axis, w->c.group, w->c.span) : w->c.span;
}

cask_status cki_region_read(cki_file *file, const cki_region_layout *layout, const int64_t *start,
                            const int64_t *count, const int64_t *step, const cki_array *out,
                            const char *what, cki_error *error)
{
    plan p = make_plan(layout, start, count, step, out->strides);
    if (p.empty)
        return CASK_OK;
    walk w = start_walk(&p, GAP);
    size_t stage_bytes = w.c.direct ? 0 : largest_transfer(&w);
    unsigned char *stage = NULL;
    cki_ledger *ledger = cki_ledger_current();
    if (stage_bytes && !(stage = cki_ledger_take(ledger, stage_bytes, false)))
        return cki_fail_memory(error, stage_bytes);
    cask_status status = CASK_OK;
    do {
        unsigned char *memory = out->data + w.memory;
        unsigned char *to = w.c.direct ? memory : stage;
        status = cki_file_read(file, w.offset, to, w.bytes, what, error);
        if (status != CASK_OK)
            break;
        if (w.c.direct)
            cki_region_swap(to, w.bytes / p.word, p.word);
        else
            move_transfer(&w, stage, memory, true);
    } while (step_on(&w));
    if (stage)
        cki_ledger_give(ledger, stage, stage_bytes);
    return status;
}

size_t cki_region_bytes(const cki_region_layout *layout, const int64_t *count, const int64_t *step)
{
    plan p = make_plan(layout, NULL, count, step, NULL);
    if (p.empty)
        return 0;
    cut c = make_cut(&p, GAP);
    size_t bytes = c.span;
    int axis = c.row - 1;
    if (axis >= 0 && c.group > 1)
        bytes = span_of(&p, axis, p.count[axis], c.span);
    else if (axis >= 0)
        bytes *= (size_t)p.count[axis];
    for (axis--; axis >= 0; axis--)
        bytes *= (size_t)p.count[axis];
    return bytes;
}

void cki_region_copy(const unsigned char *bytes, const cki_region_layout *layout,
                     const int64_t *start, const int64_t *count, const int64_t *step,
                     const cki_array *out)
{
    plan p = make_plan(layout, start, count, step, out->strides);
    if (!p.empty)
        move_block(out->data, p.memory, bytes + (p.offset - layout->offset), p.file, p.count,
                   p.ndim, p.itemsize, p.word);
}

static void let_go(void *buffer)
{
    cki_array_buffer_unref(buffer);
}

cask_status cki_region_write(cki_file_output *output, const cki_region_layout *layout,
                             const int64_t *start, const cki_array *array, cki_error *error)
{
    plan p = make_plan(layout, start, array->shape, NULL, array->strides);
    if (p.empty)
        return CASK_OK;
    walk w = start_walk(&p, 0);
    bool direct = w.c.direct && p.word == 1; /* the caller's array is not ours to swap in */
    size_t stage_bytes = direct ? 0 : largest_transfer(&w);
    unsigned char *stage = NULL;
    cki_ledger *ledger = cki_ledger_current();
    if (stage_bytes && !(stage = cki_ledger_take(ledger, stage_bytes, false)))
        return cki_fail_memory(error, stage_bytes);
    cask_status status = CASK_OK;
    do {
        unsigned char *memory = array->data + w.memory;
        if (!direct)
            move_transfer(&w, stage, memory, false);
        if (direct && array->buffer)
            status = cki_file_write_behind(output, w.offset, memory, w.bytes, let_go,
                                           cki_array_buffer_ref(array->buffer), error);
        else
            status = cki_file_write(output, w.offset, direct ? memory : stage, w.bytes, error);
    } while (status == CASK_OK && step_on(&w));
    if (stage)
        cki_ledger_give(ledger, stage, stage_bytes);
    return status;
}

void cki_region_fill(const cki_array *out, const void *element)
{
    static const int64_t none[CKI_MAX_NDIM + 1];
    size_t size = cki_dtype_size(out->dtype);
    cki_region_layout layout = {.itemsize = size, .word = 1, .ndim = out->ndim};
    plan p = make_plan(&layout, NULL, out->shape, NULL, out->strides);
    if (p.empty)
        return;
    /* all from the one element: every stride on that side is 0 */
    move_block(out->data, p.memory, element, none, p.count, p.ndim, size, 1);
}
