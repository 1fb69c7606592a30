/* insert and delete: an array cut at places, with something put between the pieces or left out. */
#include "array/elementwise.h"
#include "array/join.h"
#include "array/pick.h"
#include "array/rechunk.h"
#include "array/view.h"
#include "core/memory.h"

#include <stdlib.h>
#include <string.h>

/* Places along an axis, counted from the start; in the arena. */
typedef struct places {
    int64_t *at;
    int64_t count;
    bool scalar; /* one, not given as a list */
} places;

static int compare(const void *a, const void *b)
{
    const int64_t *one = a, *two = b;
    return (*one > *two) - (*one < *two);
}

/* The places where a mask is true; `array` is given up. */
static bool read_mask(cki_build *build, const cki_array *mask, cask_value *array, int axis,
                      int64_t length, places *p)
{
    int64_t count = mask->shape[0];
    *p = (places){.at = cki_arena_array(build->arena, (size_t)count + 1, sizeof *p->at)};
    if (!p->at)
        cki_fail_memory(build->error, (size_t)count * sizeof *p->at);
    else if (count != length)
        cki_fail(build->error, CASK_INVALID, NULL,
                 "boolean array argument must have the length of axis %d, %lld, not %lld", axis,
                 (long long)length, (long long)count);
    for (int64_t i = 0; p->at && i < count; i++)
        if (mask->data[i * mask->strides[0]])
            p->at[p->count++] = i;
    cask_value_unref(array);
    return build->error->status == CASK_OK;
}

/* `last`: whether the place behind the last element counts. */
static bool read_places(cki_build *build, cask_value *value, int axis, int64_t length, bool last,
                        places *p)
{
    cki_error *error = build->error;
    cki_pick pick;
    int64_t stop;
    bool slice = value->kind == CKI_SLICE;
    if (slice && cki_pick_slice(value, length, &pick, &stop, error) != CASK_OK)
        return false;
    cask_value *array = slice ? NULL : cki_array_from_value(value, (cki_dtype){0}, error);
    const cki_array *a = cki_array_of(array);
    if (!slice && !a)
        return false;
    if (a && a->ndim == 1 && a->dtype.id == CASK_BOOL)
        return read_mask(build, a, array, axis, length, p);
    if (a && (a->ndim > 1 || (cki_array_size(a) && !cki_dtype_is_integer(a->dtype))))
        cki_fail(error, CASK_INDEX, "IndexError",
                 "arrays used as indices must be of integer type and of one dimension");
    *p = (places){.count = slice ? pick.count : cki_array_size(a), .scalar = a && a->ndim == 0};
    p->at = cki_arena_array(build->arena, (size_t)p->count + 1, sizeof *p->at);
    if (!p->at)
        cki_fail_memory(error, (size_t)p->count * sizeof *p->at);
    for (int64_t i = 0; p->at && !error->status && i < p->count; i++) {
        if (slice) {
            p->at[i] = pick.start + i * pick.step;
            continue;
        }
        const unsigned char *from = a->data + (a->ndim ? i * a->strides[0] : 0);
        if (cki_array_cast_element(cki_dtype_of(CASK_I64), &p->at[i], a->dtype, from, error))
            break;
        if (p->at[i] < -length || p->at[i] >= length + last)
            cki_fail(error, CASK_INDEX, "IndexError",
                     "index %lld is out of bounds for axis %d with size %lld", (long long)p->at[i],
                     axis, (long long)length);
        p->at[i] += p->at[i] < 0 ? length : 0;
    }
    cask_value_unref(array);
    return !error->status;
}

static cask_array read_array(cki_call *call, cki_build *build, int *axis)
{
    cask_array x = cki_node_from_value(build, cki_operation_argument(call, "arr"));
    if (!x || cki_node_axis(cki_operation_argument(call, "axis"), x->ndim, axis, call->error))
        return NULL;
    if (x->axes[*axis].length >= 0)
        return x;
    cki_fail(call->error, CASK_SHAPE, "ValueError",
             "%s(): the chunk sizes of axis %d are unknown.\n\nA possible solution: "
             "x.compute_chunk_sizes()",
             call->operation->name, *axis);
    return NULL;
}

/* Values in the shape that x has, but for the axis, which has `count`. */
static cask_array shape_values(cki_call *call, cki_build *build, cask_array x, int axis,
                               const places *p)
{
    cask_array values = cki_node_from_value(build, cki_operation_argument(call, "values"));
    cki_axis axes[CKI_MAX_NDIM];
    for (int i = 0; i < x->ndim; i++)
        axes[i] = x->axes[i];
    if (!values)
        return NULL;
    if (values->ndim == 0) {
        if (!cki_chunks_single(build->arena, p->count, &axes[axis])) {
            cki_fail_memory(build->error, sizeof(cki_run));
            return NULL;
        }
        return cki_view_broadcast(build, values, x->ndim, axes);
    }
    if (p->scalar && values->ndim < x->ndim)
        values = cki_view_expand(build, values, axis < values->ndim ? axis : values->ndim);
    while (!p->scalar && values && values->ndim < x->ndim)
        values = cki_view_expand(build, values, 0);
    bool fits = values && values->ndim == x->ndim;
    int64_t own = fits ? values->axes[axis].length : 0;
    fits = fits && (own == p->count || own == 1);
    for (int i = 0; fits && i < x->ndim; i++)
        fits =
            i == axis || values->axes[i].length == x->axes[i].length || values->axes[i].length == 1;
    if (!fits) {
        cki_fail(call->error, CASK_SHAPE, "ValueError",
                 "insert(): the values' shape is not that of %lld slices of the array",
                 (long long)p->count);
        return NULL;
    }
    cki_axis chunks[CKI_MAX_NDIM];
    for (int i = 0; i < x->ndim; i++)
        chunks[i] =
            i == axis || values->axes[i].length != x->axes[i].length ? values->axes[i] : x->axes[i];
    axes[axis] = values->axes[axis];
    if (own != p->count && !cki_chunks_single(build->arena, p->count, &axes[axis])) {
        cki_fail_memory(build->error, sizeof(cki_run));
        return NULL;
    }
    values = cki_rechunk_to(build, values, chunks);
    return values ? cki_view_broadcast(build, values, x->ndim, axes) : NULL;
}

static cask_value *run_insert(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    int axis;
    places p;
    cask_array x = read_array(call, &build, &axis);
    if (!x || !read_places(&build, cki_operation_argument(call, "obj"), axis, x->axes[axis].length,
                           true, &p))
        return NULL;
    for (int64_t i = 1; i < p.count; i++)
        if (p.at[i] < p.at[i - 1]) {
            cki_fail(call->error, CASK_UNSUPPORTED, "NotImplementedError",
                     "da.insert only implemented for monotonic ``obj`` argument");
            return NULL;
        }
    cask_array values = shape_values(call, &build, x, axis, &p);
    size_t most = 2 * (size_t)p.count + 1, count = 0;
    cask_array *parts = values ? cki_arena_array(build.arena, most, sizeof(cask_array)) : NULL;
    if (!parts) {
        cki_fail_memory(call->error, most * sizeof(cask_array));
        return NULL;
    }
    int64_t done = 0;
    for (int64_t i = 0; i < p.count;) {
        int64_t first = i;
        while (i < p.count && p.at[i] == p.at[first])
            i++;
        if (p.at[first] > done)
            parts[count++] = cki_index_range(&build, x, axis, done, p.at[first]);
        parts[count++] = cki_index_range(&build, values, axis, first, i);
        done = p.at[first];
    }
    if (done < x->axes[axis].length || !count)
        parts[count++] = cki_index_range(&build, x, axis, done, x->axes[axis].length);
    return cki_node_value(&build, cki_join_concatenate(&build, parts, count, axis));
}

static cask_value *run_delete(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    int axis;
    places p;
    cask_array x = read_array(call, &build, &axis);
    if (!x || !read_places(&build, cki_operation_argument(call, "obj"), axis, x->axes[axis].length,
                           false, &p))
        return NULL;
    qsort(p.at, (size_t)p.count, sizeof *p.at, compare);
    size_t count = 0;
    cask_array *parts = cki_arena_array(build.arena, (size_t)p.count + 1, sizeof(cask_array));
    if (!parts) {
        cki_fail_memory(call->error, (size_t)p.count * sizeof(cask_array));
        return NULL;
    }
    int64_t done = 0;
    for (int64_t i = 0; i < p.count; i++) {
        if (p.at[i] > done)
            parts[count++] = cki_index_range(&build, x, axis, done, p.at[i]);
        done = p.at[i] + 1;
    }
    if (done < x->axes[axis].length || !count)
        parts[count++] = cki_index_range(&build, x, axis, done, x->axes[axis].length);
    return cki_node_value(&build, cki_join_concatenate(&build, parts, count, axis));
}

#define FUNCTION (CKI_IN_DA | CKI_IN_NP)

const cki_operation cki_join_insert = {
    "insert",   CKI_IN_DA, "arr, obj, values, axis", "Values put before places along an axis.",
    run_insert, NULL};
const cki_operation cki_join_delete = {"delete",         CKI_IN_DA,
                                       "arr, obj, axis", "The array without places along an axis.",
                                       run_delete,       NULL};
