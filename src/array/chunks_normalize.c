/* Chunks as users write them (int, tuple, dict, -1, None, 'auto', '100 MiB') to axes, by the rules
 * of Dask's normalize_chunks. */
#include "array/chunks.h"
#include "core/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What was asked of one axis. */
typedef struct axis_wish {
    enum { SIZE, LIST, AUTO } kind;
    int64_t size;
    const cask_value *list;
} axis_wish;

typedef struct request {
    cki_arena *arena;
    int ndim;
    const int64_t *shape;
    size_t itemsize;
    const cki_axis *previous;
    uint64_t usual; /* bytes of an automatic chunk where no limit is said */
    uint64_t limit; /* 0: none said as yet */
    axis_wish wishes[CKI_MAX_NDIM];
    cki_error *error;
} request;

static cask_status not_adding_up(const request *r, const cask_value *chunks)
{
    cki_text text = {0};
    cki_value_repr(chunks, &text);
    cki_text_put(&text, ", shape=(");
    for (int i = 0; i < r->ndim; i++)
        cki_text_format(&text, "%s%lld", i ? ", " : "", (long long)r->shape[i]);
    cki_text_put(&text, r->ndim == 1 ? ",)" : ")");
    cki_fail(r->error, CASK_INVALID, NULL, "Chunks do not add up to shape. Got chunks=%s",
             text.bytes ? text.bytes : "");
    cki_text_free(&text);
    return CASK_INVALID;
}

/* A byte size in a text sets the limit; "auto" does not. */
static cask_status read_text(request *r, const char *text)
{
    uint64_t bytes;
    if (!strcmp(text, "auto"))
        return CASK_OK;
    if (!cki_text_bytes(text, &bytes))
        return cki_fail(r->error, CASK_INVALID, NULL,
                        "Could not interpret '%s' as a number of bytes", text);
    if (r->limit && r->limit != bytes)
        return cki_fail(r->error, CASK_INVALID, NULL,
                        "Only one consistent value of limit or chunk is allowed. Used %llu != %llu",
                        (unsigned long long)bytes, (unsigned long long)r->limit);
    r->limit = bytes;
    return CASK_OK;
}

static cask_status read_wish(request *r, int axis, const cask_value *value)
{
    axis_wish *wish = &r->wishes[axis];
    *wish = (axis_wish){.kind = SIZE, .size = r->shape[axis]};
    if (!value || value->kind == CKI_NONE) {
        if (r->previous)
            wish->kind = LIST;
        return CASK_OK;
    }
    if (value->kind == CKI_LIST || value->kind == CKI_TUPLE) {
        wish->kind = LIST;
        wish->list = value;
        return value->as.list.count
                   ? CASK_OK
                   : cki_fail(r->error, CASK_INVALID, NULL,
                              "Empty tuples are not allowed in chunks. Express zero length "
                              "dimensions with 0(s) in chunks");
    }
    if (value->kind == CKI_STR) {
        wish->kind = AUTO;
        return read_text(r, value->as.text.bytes);
    }
    int64_t size;
    if (value->kind == CKI_FLOAT && floor(value->as.real) == value->as.real)
        size = (int64_t)value->as.real;
    else if (cki_value_index(value, &size, NULL) != CASK_OK)
        return cki_fail(r->error, CASK_INVALID, NULL, "chunks can only contain integers.");
    if (size != -1)
        wish->size = size;
    if (r->shape[axis] < 0 && size != -1)
        return cki_fail(r->error, CASK_INVALID, NULL,
                        "Array chunk sizes are unknown on axis %d. Use x.compute_chunk_sizes() to "
                        "find them",
                        axis);
    if (wish->size == 0 && r->shape[axis] > 0)
        return cki_fail(r->error, CASK_ARITHMETIC, "ZeroDivisionError",
                        "integer division or modulo by zero: chunks of size 0 on axis %d", axis);
    return CASK_OK;
}

/* The argument as one wish an axis. */
static cask_status read_chunks(request *r, const cask_value *chunks)
{
    cask_status status = CASK_OK;
    if (chunks->kind == CKI_DICT) {
        for (int i = 0; i < r->ndim && status == CASK_OK; i++) {
            cask_value *axis = cki_value_int(i, r->error);
            cask_value *negative = cki_value_int(i - r->ndim, r->error);
            const cask_value *value = axis ? cki_value_dict_get(chunks, axis, NULL) : NULL;
            if (!value && negative)
                value = cki_value_dict_get(chunks, negative, NULL);
            status = axis && negative ? read_wish(r, i, value) : CASK_MEMORY;
            cask_value_unref(axis);
            cask_value_unref(negative);
        }
        return status;
    }
    bool sequence = chunks->kind == CKI_LIST || chunks->kind == CKI_TUPLE;
    size_t count = sequence ? chunks->as.list.count : 0;
    bool flat = sequence && r->ndim == 1 && count > 1; /* (4, 6) of one axis: its block sizes */
    for (size_t i = 0; flat && i < count; i++)
        flat = chunks->as.list.items[i]->kind == CKI_INT;
    if (flat)
        return read_wish(r, 0, chunks);
    bool empty = true;
    for (int i = 0; i < r->ndim; i++)
        empty &= r->shape[i] == 0;
    if (sequence && !count && r->ndim && empty)
        sequence = false;
    if (sequence && count != (size_t)r->ndim && r->ndim)
        return cki_fail(r->error, CASK_INVALID, NULL,
                        "Chunks and shape must be of the same length/dimension. Got %zu chunks for "
                        "%d dimensions",
                        count, r->ndim);
    for (int i = 0; i < r->ndim && status == CASK_OK; i++)
        status = read_wish(r, i,
                           sequence                    ? chunks->as.list.items[i]
                           : chunks->kind == CKI_TUPLE ? NULL
                                                       : chunks);
    return status;
}

static double largest_of(const request *r, int axis)
{
    const axis_wish *wish = &r->wishes[axis];
    if (wish->kind == SIZE)
        return (double)wish->size;
    if (!wish->list)
        return (double)cki_chunks_largest(&r->previous[axis]);
    double largest = 0;
    for (size_t i = 0; i < wish->list->as.list.count; i++) {
        double size = 0;
        (void)cki_value_real(wish->list->as.list.items[i], &size, NULL);
        largest = fmax(largest, size);
    }
    return largest;
}

/* Close to `size`, and a multiple of `unit` if beyond it. */
static double round_to(double size, double unit)
{
    if (size <= unit)
        return fmax(1, floor(size));
    return floor(size / unit) * unit;
}

static double median_size(const cki_axis *axis)
{
    int64_t half = axis->blocks / 2, seen = 0;
    double low = 0, high = 0;
    /* sizes in increasing order, by selection: axes have few distinct runs */
    for (int64_t size = -1;;) {
        int64_t next = INT64_MAX, count = 0;
        for (size_t i = 0; i < axis->nruns; i++)
            if (axis->runs[i].size > size && axis->runs[i].size < next)
                next = axis->runs[i].size;
        if (next == INT64_MAX)
            break;
        for (size_t i = 0; i < axis->nruns; i++)
            count += axis->runs[i].size == next ? axis->runs[i].count : 0;
        if (seen <= (axis->blocks - 1) / 2)
            low = (double)next;
        if (seen <= half)
            high = (double)next;
        seen += count;
        size = next;
    }
    return (low + high) / 2;
}

/* The commonest size if it makes half of the blocks, else the whole length. */
static double ideal_size(const cki_axis *axis, int64_t length)
{
    int64_t best = 0, most = 0;
    for (size_t i = 0; i < axis->nruns; i++) {
        int64_t count = 0;
        for (size_t k = 0; k < axis->nruns; k++)
            count += axis->runs[k].size == axis->runs[i].size ? axis->runs[k].count : 0;
        if (count > most) {
            most = count;
            best = axis->runs[i].size;
        }
    }
    return best > 1 && 2 * most >= axis->blocks ? (double)best : (double)length;
}

static double rest_of(const request *r, double limit, double largest, const bool *autos,
                      const double *sizes)
{
    double product = 1;
    for (int i = 0; i < r->ndim; i++)
        if (autos[i] && sizes[i] != 0)
            product *= sizes[i];
    return limit / (double)r->itemsize / largest / product;
}

/* Grow or shrink the previous chunks alike on all automatic axes until they reach the limit. */
static void automatic_from_previous(request *r, double limit, double largest, bool *open)
{
    double sizes[CKI_MAX_NDIM] = {0}, ideal[CKI_MAX_NDIM] = {0};
    int count = 0;
    for (int i = 0; i < r->ndim; i++)
        if (open[i]) {
            sizes[i] = median_size(&r->previous[i]);
            ideal[i] = ideal_size(&r->previous[i], r->shape[i]);
            count++;
        }
    double factor = rest_of(r, limit, largest, open, sizes), last = 0;
    int last_count = -1;
    while ((factor != last || count != last_count) && count) {
        last = factor;
        last_count = count;
        double root = pow(factor, 1.0 / count);
        for (int i = 0; i < r->ndim; i++) {
            if (!open[i])
                continue;
            double wanted = sizes[i] * root;
            if (ideal[i] == 0) {
                sizes[i] = 0;
            } else if (wanted > (double)r->shape[i]) {
                open[i] = false;
                count--;
                largest *= (double)r->shape[i];
                r->wishes[i] = (axis_wish){.kind = SIZE, .size = r->shape[i]};
            } else {
                sizes[i] = round_to(wanted, ideal[i]);
            }
        }
        factor = rest_of(r, limit, largest, open, sizes);
    }
    for (int i = 0; i < r->ndim; i++)
        if (open[i])
            r->wishes[i] = (axis_wish){.kind = SIZE, .size = (int64_t)sizes[i]};
}

/* Equal sizes on all automatic axes; the short axes whole. */
static void automatic_anew(request *r, double limit, double largest, bool *open)
{
    for (;;) {
        int count = 0;
        for (int i = 0; i < r->ndim; i++)
            count += open[i];
        if (!count)
            return;
        double size = pow(limit / (double)r->itemsize / largest, 1.0 / count);
        bool small = false;
        double whole = 1;
        for (int i = 0; i < r->ndim; i++)
            if (open[i] && (double)r->shape[i] < size) {
                small = true;
                open[i] = false;
                whole *= (double)r->shape[i];
                r->wishes[i] = (axis_wish){.kind = SIZE, .size = r->shape[i]};
            }
        largest *= whole;
        if (small)
            continue;
        for (int i = 0; i < r->ndim; i++)
            if (open[i])
                r->wishes[i] =
                    (axis_wish){.kind = SIZE, .size = (int64_t)round_to(size, (double)r->shape[i])};
        return;
    }
}

static cask_status automatic(request *r)
{
    bool open[CKI_MAX_NDIM] = {false}, any = false;
    double largest = 1;
    for (int i = 0; i < r->ndim; i++) {
        open[i] = r->wishes[i].kind == AUTO;
        any |= open[i];
        if (!open[i])
            largest *= largest_of(r, i);
    }
    if (!any)
        return CASK_OK;
    for (int i = 0; i < r->ndim; i++)
        if (r->shape[i] < 0)
            return cki_fail(r->error, CASK_INVALID, NULL,
                            "Can not perform automatic rechunking with unknown (nan) chunk sizes. "
                            "Use x.compute_chunk_sizes() to find them");
    if (!r->itemsize)
        return cki_fail(r->error, CASK_INVALID, NULL,
                        "auto-chunking with dtype.itemsize == 0 is not supported, please pass in "
                        "`chunks` explicitly");
    double limit = (double)(r->limit ? r->limit : r->usual);
    if (largest <= 0) /* an empty axis: any size will do */
        largest = 1;
    if (r->previous)
        automatic_from_previous(r, limit, largest, open);
    else
        automatic_anew(r, limit, largest, open);
    return CASK_OK;
}

/* The axis of an explicit list of sizes. */
static cask_status list_axis(const request *r, const cask_value *list, cki_axis *axis, bool *fits,
                             int64_t length)
{
    size_t count = list->as.list.count;
    int64_t *sizes = cki_memory_alloc(count * sizeof *sizes);
    if (!sizes)
        return cki_fail_memory(r->error, count * sizeof *sizes);
    bool ok = true;
    int64_t sum = 0;
    for (size_t i = 0; i < count && ok; i++) {
        double size = 0;
        ok = cki_value_real(list->as.list.items[i], &size, r->error) == CASK_OK;
        sizes[i] = isnan(size) ? -1 : size < 0x1p63 ? (int64_t)size : INT64_MAX;
        if (ok && (size < 0 || size != floor(size)))
            ok = cki_fail(r->error, CASK_INVALID, NULL, "chunks can only contain integers.") ==
                 CASK_OK;
        if (sizes[i] < 0 || sum < 0)
            sum = -1;
        else if (__builtin_add_overflow(sum, sizes[i], &sum))
            sum = INT64_MAX;
    }
    *fits = sum < 0 || length < 0 || sum == length;
    if (ok && !cki_chunks_list(r->arena, sizes, (int64_t)count, axis))
        cki_fail_memory(r->error, count * sizeof *sizes);
    cki_memory_free(sizes);
    return r->error->status;
}

cask_status cki_chunks_normalize(cki_arena *arena, const cask_value *chunks, int ndim,
                                 const int64_t *shape, size_t itemsize, const cki_axis *previous,
                                 uint64_t usual, uint64_t limit, cki_axis *axes, cki_error *error)
{
    request r = {arena, ndim, shape, itemsize, previous, usual, limit, {{SIZE, 0, NULL}}, error};
    if (chunks->kind == CKI_NONE && !previous)
        return cki_fail(error, CASK_INVALID, NULL,
                        "You must specify a chunks= keyword argument. This specifies the chunksize "
                        "of your array blocks.");
    cask_status status = read_chunks(&r, chunks);
    if (status == CASK_OK)
        status = automatic(&r);
    for (int i = 0; i < ndim && status == CASK_OK; i++) {
        const axis_wish *wish = &r.wishes[i];
        bool fits = true;
        if (wish->kind == LIST && !wish->list)
            axes[i] = previous[i];
        else if (wish->kind == LIST)
            status = list_axis(&r, wish->list, &axes[i], &fits, shape[i]);
        else if (wish->size < 0 && shape[i] >= 0)
            fits = false;
        else if (shape[i] < 0 && previous)
            axes[i] = previous[i];
        else if (!cki_chunks_regular(arena, shape[i], wish->size, &axes[i]))
            status = cki_fail_memory(error, sizeof(cki_run));
        if (status == CASK_OK && !fits)
            status = not_adding_up(&r, chunks);
    }
    return status;
}
