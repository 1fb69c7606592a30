/* Taking elements by position or by mask.
 */
#include "kernel/select.h"
#include "core/memory.h"
#include <string.h>

/* ---- by position ---- */

static void copy_strided(unsigned char *to, int64_t to_step, const unsigned char *from,
                         int64_t from_step, const int64_t *positions, int64_t count, size_t size)
{
    switch (size) {
    case 1:
        for (int64_t i = 0; i < count; i++)
            to[i * to_step] = from[positions[i] * from_step];
        break;
    case 4:
        for (int64_t i = 0; i < count; i++)
            memcpy(to + i * to_step, from + positions[i] * from_step, 4);
        break;
    case 8:
        for (int64_t i = 0; i < count; i++)
            memcpy(to + i * to_step, from + positions[i] * from_step, 8);
        break;
    default:
        for (int64_t i = 0; i < count; i++)
            memcpy(to + i * to_step, from + positions[i] * from_step, size);
    }
}

/* The axes behind `axis` at its origin, as an array of their own. */
static cki_array behind(const cki_array *array, int axis)
{
    cki_array part = {.dtype = array->dtype,
                      .ndim = array->ndim - axis - 1,
                      .buffer = array->buffer,
                      .data = array->data};

    for (int i = 0; i < part.ndim; i++) {
        part.shape[i] = array->shape[axis + 1 + i];
        part.strides[i] = array->strides[axis + 1 + i];
    }
    return part;
}

/* One index of the axes before `axis`, which lies at `from` and `to`. */
static void take_slab(const cki_array *array, int axis, const int64_t *positions, int64_t count,
                      const cki_array *out, unsigned char *to, const unsigned char *from)
{
    cki_array target = behind(out, axis), source = behind(array, axis);
    bool together = cki_array_contiguous(&target) && cki_array_contiguous(&source);
    size_t bytes = (size_t)cki_array_size(&target) * cki_dtype_size(array->dtype);
    int64_t to_step = out->strides[axis], from_step = array->strides[axis];

    if (together) {
        copy_strided(to, to_step, from, from_step, positions, count, bytes);
        return;
    }
    for (int64_t i = 0; i < count; i++) {
        target.data = to + i * to_step;
        source.data = array->data + (from - array->data) + positions[i] * from_step;
        cki_array_copy(&target, &source);
    }
}

void cki_select_take(const cki_array *array, int axis, const int64_t *positions, int64_t count,
                     const cki_array *out)
{
    int64_t index[CKI_MAX_NDIM] = {0};
    unsigned char *to = out->data;
    const unsigned char *from = array->data;
    int i;

    if (cki_array_size(out) == 0)
        return;
    do {
        take_slab(array, axis, positions, count, out, to, from);
        for (i = axis - 1; i >= 0; i--) {
            to += out->strides[i];
            from += array->strides[i];
            if (++index[i] < array->shape[i])
                break;
            to -= index[i] * out->strides[i];
            from -= index[i] * array->strides[i];
            index[i] = 0;
        }
    } while (i >= 0);
}

/* ---- by mask ---- */

/* Calls for each row (the last axis) of an array in C order. */
typedef struct walk {
    const cki_array *array;
    int64_t index[CKI_MAX_NDIM];
    const unsigned char *row;
} walk;

static bool next_row(walk *w)
{
    const cki_array *array = w->array;

    for (int i = array->ndim - 2; i >= 0; i--) {
        w->row += array->strides[i];
        if (++w->index[i] < array->shape[i])
            return true;
        w->row -= w->index[i] * array->strides[i];
        w->index[i] = 0;
    }
    return false;
}

static int64_t row_length(const cki_array *array)
{
    return array->ndim ? array->shape[array->ndim - 1] : 1;
}

static int64_t row_step(const cki_array *array)
{
    return array->ndim ? array->strides[array->ndim - 1] : 0;
}

static int64_t count_true(const cki_array *mask)
{
    walk w = {.array = mask, .row = mask->data};
    int64_t length = row_length(mask), step = row_step(mask), count = 0;

    if (cki_array_size(mask) == 0)
        return 0;
    do {
        for (int64_t i = 0; i < length; i++)
            count += w.row[i * step] != 0;
    } while (next_row(&w));
    return count;
}

cask_status cki_select_true(const cki_array *mask, int64_t **positions, int64_t *count,
                            cki_error *error)
{
    int64_t n = count_true(mask), at = 0, step = row_step(mask);
    size_t bytes = ((size_t)n + 1) * sizeof **positions;

    *count = 0;
    *positions = cki_memory_alloc(bytes);
    if (!*positions)
        return cki_fail_memory(error, bytes);
    for (int64_t i = 0; at < n; i++) {
        if (mask->data[i * step])
            (*positions)[at++] = i;
    }
    *count = n;
    return CASK_OK;
}

cask_status cki_select_mask(const cki_array *array, const cki_array *mask, cask_value **out,
                            cki_error *error)
{
    int64_t count = count_true(mask), length = row_length(array), step = row_step(array);
    walk elements = {.array = array, .row = array->data};
    walk marks = {.array = mask, .row = mask->data};
    size_t size = cki_dtype_size(array->dtype);
    unsigned char *to;

    *out = cki_array_new(array->dtype, 1, &count, error);
    if (!*out)
        return CASK_MEMORY;
    if (count == 0)
        return CASK_OK;
    to = (*out)->as.array->data;
    do {
        for (int64_t i = 0; i < length; i++) {
            if (marks.row[i * row_step(mask)]) {
                memcpy(to, elements.row + i * step, size);
                to += size;
            }
        }
    } while (next_row(&elements) && next_row(&marks));
    return CASK_OK;
}
