/* Indexing by values: what the language writes between brackets, taken apart into picks of axes,
 * one list or mask, and new axes. */
#include "array/index.h"
#include "array/index_mask.h"
#include "array/index_take.h"
#include "array/pick.h"
#include "array/runs.h"
#include "array/source.h"
#include "array/view.h"
#include "core/memory.h"

#include <math.h>
#include <string.h>

/* What one entry of the index does; NEW_AXIS aside, to the axis it stands for. */
typedef struct entry {
    enum { PICK, NEW_AXIS, LIST, MASK, LAZY, LAZY_SCALAR } kind;
    int axis;
    int64_t stop;       /* of a slice */
    int64_t *positions; /* of a list */
    int64_t count;
    cask_array lazy;
} entry;

typedef struct request {
    cki_build *build;
    cask_array x;
    entry entries[2 * CKI_MAX_NDIM];
    int count, axis; /* entries so far; the next axis of x */
    cki_pick picks[CKI_MAX_NDIM];
} request;

static bool fail_unknown(request *r)
{
    cki_fail(r->build->error, CASK_SHAPE, "ValueError",
             "Arrays chunk sizes are unknown: axis %d can only be taken whole.\n\n"
             "A possible solution: x.compute_chunk_sizes()",
             r->axis);
    return false;
}

static bool fail_bounds(request *r, const char *which)
{
    cki_fail(r->build->error, CASK_INDEX, "IndexError",
             "Index %sis out of bounds for axis %d with size %lld", which, r->axis,
             (long long)r->x->axes[r->axis].length);
    return false;
}

static bool fail_fancy(request *r)
{
    cki_fail(r->build->error, CASK_UNSUPPORTED, "NotImplementedError",
             "Don't yet support nd fancy indexing: use x.vindex[...] for points, or one list at a "
             "time");
    return false;
}

/* Positions counted from the end become positions from the start. */
static bool wrap_positions(request *r, int64_t *positions, int64_t count)
{
    int64_t length = r->x->axes[r->axis].length;
    for (int64_t i = 0; i < count; i++) {
        if (positions[i] < -length || positions[i] >= length)
            return fail_bounds(r, "");
        positions[i] += positions[i] < 0 ? length : 0;
    }
    return true;
}

static bool check_whole(request *r, const cki_array *array)
{
    for (int64_t i = 0; i < array->shape[0]; i++) {
        double real;
        cask_status status =
            cki_array_cast_element(cki_dtype_of(CASK_F64), &real, array->dtype,
                                   array->data + i * array->strides[0], r->build->error);
        if (status == CASK_OK && real != floor(real))
            status = cki_fail(r->build->error, CASK_INDEX, "IndexError",
                              "Bad index.  Must be integer-like: %g", real);
        if (status != CASK_OK)
            return false;
    }
    return true;
}

/* A 1-d array of bools or whole numbers as positions in the arena. */
static bool read_positions(request *r, const cki_array *array, entry *e)
{
    cki_error *error = r->build->error;
    int64_t length = r->x->axes[r->axis].length, count = array->shape[0];
    if (length < 0)
        return fail_unknown(r);
    if (array->dtype.id == CASK_BOOL) {
        if (count != length) {
            cki_fail(error, CASK_INDEX, "IndexError",
                     "Boolean array with size %lld is not long enough for axis %d with size %lld",
                     (long long)count, r->axis, (long long)length);
            return false;
        }
        e->positions = cki_arena_array(r->build->arena, (size_t)count + 1, sizeof(int64_t));
        for (int64_t i = 0; e->positions && i < count; i++)
            if (array->data[i * array->strides[0]])
                e->positions[e->count++] = i;
        return e->positions || cki_fail_memory(error, (size_t)count * sizeof(int64_t)) == CASK_OK;
    }
    if (count && !cki_dtype_is_integer(array->dtype) && !cki_dtype_is_float(array->dtype)) {
        char name[48];
        cki_fail(error, CASK_TYPE, NULL, "Invalid index type: an array of %s",
                 cki_dtype_name(array->dtype, name));
        return false;
    }
    if (cki_dtype_is_float(array->dtype) && !check_whole(r, array))
        return false;
    cask_value *numbers = cki_array_new(cki_dtype_of(CASK_I64), 1, &count, error);
    const cki_array *to = cki_array_of(numbers);
    bool good = to && (!count || cki_array_cast(to, array, error) == CASK_OK);
    if (good) {
        e->positions = cki_arena_copy(r->build->arena, to->data,
                                      (size_t)(count ? count : 1) * sizeof(int64_t));
        e->count = count;
        if (!e->positions)
            cki_fail_memory(error, (size_t)count * sizeof(int64_t));
        good = e->positions && wrap_positions(r, e->positions, count);
    }
    cask_value_unref(numbers);
    return good;
}

static bool read_list(request *r, cask_value *value, entry *e)
{
    cask_value *array = cki_array_of(value)
                            ? cask_value_ref(value)
                            : cki_array_from_value(value, (cki_dtype){0}, r->build->error);
    const cki_array *a = cki_array_of(array);
    e->kind = LIST;
    bool good = a && (a->ndim == 1 ? read_positions(r, a, e) : fail_fancy(r));
    cask_value_unref(array);
    return good;
}

static bool read_lazy(request *r, cask_array lazy, entry *e)
{
    cki_error *error = r->build->error;
    char name[48];
    e->lazy = lazy;
    if (lazy->dtype.id == CASK_BOOL && lazy->ndim == 1) {
        e->kind = MASK;
        return true;
    }
    if (lazy->dtype.id == CASK_BOOL) {
        cki_fail(error, CASK_UNSUPPORTED, "NotImplementedError",
                 "Slicing with dask.array of bools only permitted when the indexer has only one "
                 "dimension or when it has the same dimension as the sliced array");
        return false;
    }
    if (!cki_dtype_is_integer(lazy->dtype)) {
        cki_fail(error, CASK_INDEX, "IndexError",
                 "arrays used as indices must be of integer (or boolean) type, not %s",
                 cki_dtype_name(lazy->dtype, name));
        return false;
    }
    e->kind = lazy->ndim == 0 ? LAZY_SCALAR : LAZY;
    return true;
}

static bool is_whole_slice(const cask_value *slice)
{
    const cask_value *step = slice->as.slice.step;
    return slice->as.slice.start->kind == CKI_NONE && slice->as.slice.stop->kind == CKI_NONE &&
           (step->kind == CKI_NONE || (step->kind == CKI_INT && step->as.integer == 1));
}

static bool read_integer(request *r, const cask_value *value, cki_pick *pick)
{
    int64_t number, length = r->x->axes[r->axis].length;
    if (cki_pick_integer(value, &number, r->build->error) != CASK_OK)
        return false;
    if (length < 0)
        return fail_unknown(r);
    if (number < -length || number >= length) {
        char which[32] = "";
        cki_text text = {0};
        cki_text_format(&text, "%lld ", (long long)number);
        if (text.bytes && text.length < sizeof which)
            memcpy(which, text.bytes, text.length + 1);
        cki_text_free(&text);
        return fail_bounds(r, which);
    }
    *pick = (cki_pick){number < 0 ? number + length : number, 1, 1, true};
    return true;
}

/* One entry that stands for an axis. */
static bool read_axis(request *r, cask_value *value)
{
    entry *e = &r->entries[r->count++];
    cki_pick *pick = &r->picks[r->axis];
    *e = (entry){.kind = PICK, .axis = r->axis, .stop = -1};
    *pick = cki_pick_all(r->x->axes[r->axis].length);
    cask_array lazy = cki_node_lazy(value);
    const cki_array *array = cki_array_of(value);
    bool good;
    if (lazy)
        good = read_lazy(r, lazy, e);
    else if (value->kind == CKI_SLICE && pick->count < 0)
        good = is_whole_slice(value) || fail_unknown(r);
    else if (value->kind == CKI_SLICE)
        good = cki_pick_slice(value, pick->count, pick, &e->stop, r->build->error) == CASK_OK;
    else if (value->kind == CKI_LIST || value->kind == CKI_TUPLE || value->kind == CKI_RANGE ||
             (array && array->ndim > 0))
        good = read_list(r, value, e);
    else
        good = read_integer(r, value, pick);
    r->axis++;
    return good;
}

static int dimensions(const cask_value *value)
{
    cask_array lazy = cki_node_lazy(value);
    const cki_array *array = cki_array_of(value);
    int ndim = lazy ? lazy->ndim : array ? array->ndim : 1;
    return value->kind == CKI_NONE || value->kind == CKI_ELLIPSIS ? 0 : ndim > 1 ? ndim : 1;
}

static bool read_all(request *r, cask_value *const *values, size_t count)
{
    cki_error *error = r->build->error;
    int used = 0, ellipses = 0, news = 0;
    for (size_t i = 0; i < count && used <= r->x->ndim && news <= CKI_MAX_NDIM; i++) {
        used += dimensions(values[i]);
        ellipses += values[i]->kind == CKI_ELLIPSIS;
        news += values[i]->kind == CKI_NONE;
    }
    if (used > r->x->ndim || news + r->x->ndim > CKI_MAX_NDIM) {
        cki_fail(error, CASK_INDEX, "IndexError",
                 "Too many indices for array: it is %d-dimensional, but %d were indexed",
                 r->x->ndim, used + news);
        return false;
    }
    if (ellipses > 1) {
        cki_fail(error, CASK_INDEX, "IndexError",
                 "an index can only have a single ellipsis ('...')");
        return false;
    }
    cask_value *all = cki_value_slice(NULL, NULL, NULL, error);
    bool good = all != NULL;
    for (size_t i = 0; good && i < count; i++) {
        if (values[i]->kind == CKI_NONE)
            r->entries[r->count++] = (entry){.kind = NEW_AXIS};
        else if (values[i]->kind != CKI_ELLIPSIS)
            good = read_axis(r, values[i]);
        else
            for (int k = r->x->ndim - used; good && k > 0; k--)
                good = read_axis(r, all);
    }
    while (good && r->axis < r->x->ndim)
        good = read_axis(r, all);
    cask_value_unref(all);
    return good;
}

/* Slices and integers. */
static cask_array apply_picks(request *r)
{
    cki_axis *axes = cki_runs_axes(r->build, r->x->ndim);
    int ndim = 0;
    for (int i = 0; axes && i < r->count; i++) {
        const entry *e = &r->entries[i];
        if (e->kind != NEW_AXIS && !r->picks[e->axis].drop &&
            cki_pick_axis(r->build->arena, &r->x->axes[e->axis], &r->picks[e->axis], e->stop,
                          &axes[ndim++], r->build->error) != CASK_OK)
            return NULL;
    }
    return axes ? cki_index_make(r->build, r->x, r->picks, ndim, axes) : NULL;
}

/* Lists, masks and lazy integers, from the last axis so that earlier ones keep their numbers. */
static cask_array apply_fancy(request *r, cask_array y)
{
    int axis = y ? y->ndim : 0;
    for (int i = r->count - 1; y && i >= 0; i--) {
        entry *e = &r->entries[i];
        if (e->kind == NEW_AXIS || (e->kind == PICK && r->picks[e->axis].drop))
            continue;
        axis--;
        if (e->kind == LIST)
            y = cki_index_take(r->build, y, axis, e->positions, e->count);
        else if (e->kind == MASK)
            y = cki_index_mask_axis(r->build, y, axis, e->lazy);
        else if (e->kind == LAZY)
            y = cki_index_gather(r->build, y, axis, e->lazy);
        else if (e->kind == LAZY_SCALAR) {
            bool drop[CKI_MAX_NDIM] = {false};
            drop[axis] = true;
            y = cki_index_gather(r->build, y, axis, cki_view_expand(r->build, e->lazy, 0));
            y = cki_view_squeeze(r->build, y, drop);
        }
    }
    return y;
}

static cask_array apply_new_axes(request *r, cask_array y)
{
    int from[2 * CKI_MAX_NDIM], ndim = 0, own = 0;
    for (int i = 0; i < r->count; i++) {
        const entry *e = &r->entries[i];
        if (e->kind == NEW_AXIS)
            from[ndim++] = -1;
        else if (e->kind != LAZY_SCALAR && !(e->kind == PICK && r->picks[e->axis].drop))
            from[ndim++] = own++;
    }
    cki_axis *axes = y && ndim > y->ndim ? cki_runs_axes(r->build, ndim) : NULL;
    for (int i = 0; axes && i < ndim; i++) {
        if (from[i] >= 0)
            axes[i] = y->axes[from[i]];
        else if (!cki_chunks_single(r->build->arena, 1, &axes[i])) {
            cki_fail_memory(r->build->error, sizeof(cki_run));
            return NULL;
        }
    }
    return axes ? cki_view_make(r->build, y, "getitem", ndim, from, axes) : y;
}

/* A mask of x's shape, lazy or not; NULL if it is something else. */
static cask_array whole_mask(cki_build *build, cask_array x, cask_value *value)
{
    cask_array lazy = cki_node_lazy(value);
    if (lazy)
        return lazy->dtype.id == CASK_BOOL && lazy->ndim == x->ndim && x->ndim ? lazy : NULL;
    const cki_array *array = cki_array_of(value);
    bool same = array && array->dtype.id == CASK_BOOL && array->ndim == x->ndim && x->ndim > 1;
    for (int i = 0; same && i < x->ndim; i++)
        same = array->shape[i] == x->axes[i].length;
    return same ? cki_source_constant(build, value, NULL) : NULL;
}

cask_array cki_index_value(cki_build *build, cask_array x, cask_value *index)
{
    if (!x)
        return NULL;
    bool tuple = index->kind == CKI_TUPLE;
    cask_value *const *values = tuple ? index->as.list.items : &index;
    size_t count = tuple ? index->as.list.count : 1;
    for (size_t i = 0; i < count; i++)
        if (values[i]->kind == CKI_STR) {
            char name[48];
            cki_fail(build->error, CASK_NOT_FOUND, "KeyError", "There are no fields in dtype %s.",
                     cki_dtype_name(x->dtype, name));
            return NULL;
        }
    cask_array mask = count == 1 ? whole_mask(build, x, values[0]) : NULL;
    if (mask || build->error->status)
        return mask ? cki_index_mask(build, x, mask) : NULL;
    request r = {.build = build, .x = x};
    if (!read_all(&r, values, count))
        return NULL;
    int fancy = 0;
    for (int i = 0; i < r.count; i++)
        fancy += r.entries[i].kind == LIST || r.entries[i].kind == LAZY; /* masks go by axis */
    if (fancy > 1) {
        fail_fancy(&r);
        return NULL;
    }
    return apply_new_axes(&r, apply_fancy(&r, apply_picks(&r)));
}
