/* setitem: along each axis of x, which elements are assigned to, and from which place of the value.
 * The value is spread out to the shape of x by these places, and takes its elements' places where
 * all axes say so. Nothing is as long as an axis but what is computed in its chunks. */
#include "array/assign.h"
#include "array/compose.h"
#include "array/elementwise.h"
#include "array/grid.h"
#include "array/index_positions.h"
#include "array/index_take.h"
#include "array/pick.h"
#include "array/source.h"
#include "array/view.h"
#include "core/memory.h"
#include "expr/collection.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* One axis of the index. */
typedef struct target {
    cask_value *mask;  /* which elements, along the axis; NULL: all */
    cask_value *place; /* of the value, of each; NULL: its own number */
    int64_t count;     /* how many; -1 if only computing tells */
    bool drop;         /* an integer: the value does not have this axis */
} target;

typedef struct assigning {
    cki_call *call;
    cki_build *build;
    cki_compose *s;
    cask_array x;
    target axes[CKI_MAX_NDIM];
    int lists;
} assigning;

static cask_value *op(const assigning *a, const char *name, cask_value *x, cask_value *y)
{
    return x && y ? cki_compose_call(a->s, name, x, y, NULL, NULL) : NULL;
}

static cask_value *whole(const assigning *a, int64_t number)
{
    return cki_compose_int(a->s, number);
}

/* The numbers of the elements along an axis. */
static cask_value *numbers(const assigning *a, int axis)
{
    return cki_compose_array(a->s, cki_grid_count(a->build, &a->x->axes[axis], 0, 1));
}

/* ---- kinds of indices ---- */

static cask_status read_slice(assigning *a, const cask_value *slice, int axis)
{
    target *t = &a->axes[axis];
    int64_t length = a->x->axes[axis].length, stop;
    cki_pick pick;
    if (cki_pick_slice(slice, length, &pick, &stop, a->call->error) != CASK_OK)
        return a->call->error->status;
    t->count = pick.count;
    if (cki_pick_is_all(&pick, length))
        return CASK_OK;
    bool back = pick.step < 0;
    int64_t step = back ? -pick.step : pick.step;
    int64_t first = back && pick.count ? pick.start - step * (pick.count - 1) : pick.start;
    cask_value *at = numbers(a, axis), *from = op(a, "subtract", at, whole(a, first));
    int64_t end = first + step * pick.count;
    cask_value *inside = op(a, "logical_and", op(a, "greater_equal", at, whole(a, first)),
                            op(a, "less", at, whole(a, end)));
    if (step > 1)
        inside = op(a, "logical_and", inside,
                    op(a, "equal", op(a, "remainder", from, whole(a, step)), whole(a, 0)));
    cask_value *place = op(a, "floor_divide", from, whole(a, step));
    if (back)
        place = op(a, "subtract", whole(a, pick.count - 1), place);
    t->mask = inside;
    t->place = place ? cki_compose_call(a->s, "clip", place, whole(a, 0),
                                        whole(a, pick.count > 0 ? pick.count - 1 : 0), NULL)
                     : NULL;
    return a->call->error->status;
}

static cask_status read_number(assigning *a, int64_t number, int axis)
{
    int64_t length = a->x->axes[axis].length;
    if (number < -length || number >= length)
        return cki_fail(a->call->error, CASK_INDEX, NULL,
                        "index %lld is out of bounds for axis %d with size %lld", (long long)number,
                        axis, (long long)length);
    number += number < 0 ? length : 0;
    a->axes[axis] = (target){
        .mask = op(a, "equal", numbers(a, axis), whole(a, number)), .count = 1, .drop = true};
    return a->call->error->status;
}

typedef struct pair {
    int64_t number, place;
} pair;

/* By number; of equal ones the last is first, for it is the one that stays. */
static int by_number(const void *one, const void *other)
{
    const pair *p = one, *q = other;
    int order = (p->number > q->number) - (p->number < q->number);
    return order ? order : (p->place < q->place) - (p->place > q->place);
}

static cask_value *constant(const assigning *a, const pair *pairs, int64_t count, bool places)
{
    cask_value *made = cki_array_new(cki_dtype_of(CASK_I64), 1, &count, a->call->error);
    for (int64_t i = 0; made && i < count; i++)
        ((int64_t *)(void *)cki_array_of(made)->data)[i] =
            places ? pairs[i].place : pairs[i].number;
    return cki_compose_keep(a->s, made);
}

/* Listed elements: the numbers are looked up in the sorted list. */
static cask_status use_pairs(assigning *a, pair *pairs, int64_t count, int axis)
{
    int64_t kept = 0;
    qsort(pairs, (size_t)count, sizeof *pairs, by_number);
    for (int64_t i = 0; i < count; i++)
        if (i == 0 || pairs[i].number != pairs[kept - 1].number)
            pairs[kept++] = pairs[i];
    target *t = &a->axes[axis];
    cask_value *sorted = constant(a, pairs, kept, false), *places = constant(a, pairs, kept, true);
    cask_value *at = numbers(a, axis);
    t->count = count;
    t->mask = op(a, "isin", at, sorted);
    cask_value *found = op(a, "searchsorted", sorted, at);
    cask_value *near = found ? cki_compose_call(a->s, "clip", found, whole(a, 0),
                                                whole(a, kept > 0 ? kept - 1 : 0), NULL)
                             : NULL;
    cask_array among = places ? cki_compose_lazy(a->s, places) : NULL;
    cask_array where = near ? cki_compose_lazy(a->s, near) : NULL;
    t->place = among && where && kept
                   ? cki_compose_array(a->s, cki_index_gather(a->build, among, 0, where))
                   : NULL;
    return a->call->error->status;
}

static cask_status refuse_length(assigning *a, int64_t given, int axis)
{
    return cki_fail(a->call->error, CASK_INDEX, NULL,
                    "boolean index did not match indexed array along dimension %d; dimension is "
                    "%lld but corresponding boolean dimension is %lld",
                    axis, (long long)a->x->axes[axis].length, (long long)given);
}

/* A list of integers or of bools in memory. */
static cask_status read_list(assigning *a, cask_value *list, int axis)
{
    cki_error *error = a->call->error;
    int64_t length = a->x->axes[axis].length, count = 0;
    cask_value *natural = cki_array_of(list) ? cask_value_ref(list)
                                             : cki_array_from_value(list, (cki_dtype){0}, error);
    const cki_array *given = cki_array_of(natural);
    bool bools = given && given->dtype.id == CASK_BOOL;
    pair *pairs = given && given->ndim == 1
                      ? cki_memory_calloc((size_t)given->shape[0] + 1, sizeof *pairs)
                      : NULL;
    if (given && given->ndim != 1)
        cki_fail(error, CASK_UNSUPPORTED, "NotImplementedError",
                 "assignment by an index of %d axes: one axis each", given->ndim);
    else if (given && !bools && given->shape[0] && !cki_dtype_is_integer(given->dtype))
        cki_fail(error, CASK_INDEX, NULL,
                 "arrays used as indices must be of integer (or boolean) "
                 "type");
    else if (given && bools && given->shape[0] != length)
        refuse_length(a, given->shape[0], axis);
    else if (given && !pairs)
        cki_fail_memory(error, (size_t)given->shape[0] * sizeof *pairs);
    for (int64_t i = 0; given && pairs && error->status == CASK_OK && i < given->shape[0]; i++) {
        int64_t number = 0;
        cki_array_cast_element(cki_dtype_of(CASK_I64), &number, given->dtype,
                               given->data + i * given->strides[0], error);
        if (bools && number)
            pairs[count] = (pair){i, count};
        if (!bools && (number < -length || number >= length))
            cki_fail(error, CASK_INDEX, NULL,
                     "index %lld is out of bounds for axis %d with size %lld", (long long)number,
                     axis, (long long)length);
        else if (!bools)
            pairs[count] = (pair){number < 0 ? number + length : number, i};
        count += !bools || number;
    }
    if (pairs && error->status == CASK_OK)
        use_pairs(a, pairs, count, axis);
    cki_memory_free(pairs);
    cask_value_unref(natural);
    return error->status;
}

/* A lazy list: of bools, whose true ones are counted; integers are looked at now. */
static cask_status read_lazy(assigning *a, cask_value *index, cask_array lazy, int axis)
{
    if (lazy->dtype.id != CASK_BOOL || lazy->ndim != 1)
        return cki_fail(a->call->error, CASK_UNSUPPORTED, "NotImplementedError",
                        "assignment by a lazy index takes 1-d bools, or bools of the array's "
                        "shape: compute the integers first");
    if (lazy->axes[0].length != a->x->axes[axis].length)
        return refuse_length(a, lazy->axes[0].length, axis);
    target *t = &a->axes[axis];
    t->mask = index;
    t->count = -1;
    cask_value *counted = cki_compose_named(a->s, "cumsum", index, NULL, "axis", whole(a, 0));
    cask_value *before = op(a, "subtract", counted, whole(a, 1));
    t->place = before ? cki_compose_call(a->s, "maximum", before, whole(a, 0), NULL, NULL) : NULL;
    return a->call->error->status;
}

static cask_status read_axis(assigning *a, cask_value *index, int axis)
{
    cask_array lazy = cki_node_lazy(index);
    const cki_array *eager = cki_array_of(index);
    int64_t number;
    if (index->kind == CKI_SLICE)
        return read_slice(a, index, axis);
    if (index->kind == CKI_INT || (eager && eager->ndim == 0 && eager->dtype.id != CASK_BOOL)) {
        cask_status status = cki_pick_integer(index, &number, a->call->error);
        return status == CASK_OK ? read_number(a, number, axis) : status;
    }
    if (a->lists++)
        return cki_fail(a->call->error, CASK_UNSUPPORTED, "NotImplementedError",
                        "assignment by lists along several axes is not supported: one list, and "
                        "integers or slices along the others");
    if (lazy)
        return read_lazy(a, index, lazy, axis);
    if (index->kind == CKI_LIST || index->kind == CKI_TUPLE || index->kind == CKI_RANGE || eager)
        return read_list(a, index, axis);
    return cki_fail(a->call->error, CASK_INDEX, NULL,
                    "only integers, slices, lists and 1-d arrays assign; not '%s'",
                    cki_value_type(index));
}

/* The index as one for each axis; what is left out is all of it. */
static cask_status read_index(assigning *a, cask_value *index)
{
    bool tuple = index->kind == CKI_TUPLE;
    size_t count = tuple ? index->as.list.count : 1, dots = 0;
    for (size_t i = 0; i < count; i++)
        dots += (tuple ? index->as.list.items[i] : index)->kind == CKI_ELLIPSIS;
    if (dots > 1)
        return cki_fail(a->call->error, CASK_INDEX, NULL,
                        "an index can only have a single ellipsis ('...')");
    if (count - dots > (size_t)a->x->ndim)
        return cki_fail(a->call->error, CASK_INDEX, NULL,
                        "too many indices for array: array is %d-dimensional, but %zu were indexed",
                        a->x->ndim, count - dots);
    for (int k = 0; k < a->x->ndim; k++)
        a->axes[k].count = a->x->axes[k].length;
    int axis = 0;
    for (size_t i = 0; i < count; i++) {
        cask_value *one = tuple ? index->as.list.items[i] : index;
        if (one->kind == CKI_ELLIPSIS)
            axis += a->x->ndim - (int)(count - dots);
        else if (read_axis(a, one, axis++) != CASK_OK)
            return a->call->error->status;
    }
    return CASK_OK;
}

/* ---- the value ---- */

static cask_status refuse_value(assigning *a, cask_array value)
{
    cki_text given = {0}, wanted = {0};
    for (int k = 0; k < value->ndim; k++)
        cki_text_format(&given, "%s%lld", k ? "," : "", (long long)value->axes[k].length);
    for (int k = 0, n = 0; k < a->x->ndim; k++)
        if (!a->axes[k].drop)
            cki_text_format(&wanted, "%s%lld", n++ ? "," : "", (long long)a->axes[k].count);
    cki_fail(a->call->error, CASK_SHAPE, NULL,
             "could not broadcast input array from shape (%s) into shape (%s)",
             given.bytes ? given.bytes : "", wanted.bytes ? wanted.bytes : "");
    cki_text_free(&given);
    cki_text_free(&wanted);
    return CASK_SHAPE;
}

/* The value in the shape of x, or one that is broadcast to it. */
static cask_array spread(assigning *a, cask_array value)
{
    int at = value->ndim - 1;
    for (int k = a->x->ndim - 1; k >= 0; k--) {
        const target *t = &a->axes[k];
        if (t->drop) { /* a new axis, unless there is nothing left before it */
            value = at >= 0 ? cki_view_expand(a->build, value, at + 1) : value;
            if (!value)
                return NULL;
            continue;
        }
        if (at < 0)
            continue;
        int64_t length = value->axes[at].length;
        if (length != 1 && t->count >= 0 && length != t->count) {
            refuse_value(a, value);
            return NULL;
        }
        if (length != 1 && t->place) {
            cask_array places = cki_compose_lazy(a->s, t->place);
            value = places ? cki_index_gather(a->build, value, at, places) : NULL;
        }
        if (!value)
            return NULL;
        at--;
    }
    for (; at >= 0; at--) /* axes too many, of length 1 */
        if (value->axes[at].length != 1) {
            refuse_value(a, value);
            return NULL;
        }
    while (value && value->ndim > a->x->ndim) {
        bool first[CKI_MAX_NDIM] = {true};
        value = cki_view_squeeze(a->build, value, first);
    }
    return value;
}

/* Whether a value assigned to integers is NaN: NumPy refuses it. */
static cask_status check_nan(assigning *a, cask_value *value)
{
    bool whole_numbers = cki_dtype_is_integer(a->x->dtype);
    bool nan = value->kind == CKI_FLOAT && isnan(value->as.real);
    return whole_numbers && nan
               ? cki_fail(a->call->error, CASK_INVALID, NULL, "cannot convert float NaN to integer")
               : CASK_OK;
}

/* All axes' masks together; NULL: everything. */
static cask_value *mask_of(assigning *a)
{
    cask_value *all = NULL;
    for (int k = 0; k < a->x->ndim; k++) {
        cask_array own = a->axes[k].mask ? cki_compose_lazy(a->s, a->axes[k].mask) : NULL;
        own = own ? cki_grid_along(a->build, own, k, a->x->ndim) : NULL;
        if (!own)
            continue;
        cask_value *along = cki_compose_array(a->s, own);
        all = all ? op(a, "logical_and", all, along) : along;
    }
    return all;
}

static cask_value *choose(assigning *a, cask_value *mask, cask_array value)
{
    cask_value *self = cki_compose_array(a->s, a->x), *given = cki_compose_array(a->s, value);
    if (!mask)
        mask = cki_compose_bool(a->s, true);
    cask_value *made =
        self && given ? cki_compose_call(a->s, "where", mask, given, self, NULL) : NULL;
    cask_array result = made ? cki_compose_lazy(a->s, made) : NULL;
    bool same = result && result->ndim == a->x->ndim;
    for (int k = 0; same && k < a->x->ndim; k++)
        same = result->axes[k].length == a->x->axes[k].length;
    if (result && !same)
        refuse_value(a, value);
    return same ? made : NULL;
}

/* By several lists at once: the places in the raveled array are one list. */
static cask_value *assign_together(assigning *a, cask_value *index, const int64_t *shape,
                                   cask_array value)
{
    cki_error *error = a->call->error;
    cask_value *places =
        cki_compose_keep(a->s, cki_index_positions_of(shape, a->x->ndim, index, error));
    const cki_array *at = cki_array_of(places);
    cask_value *self = at ? cki_compose_array(a->s, a->x) : NULL;
    cask_value *sizes[2] = {NULL};
    for (int i = 0; self && i < 2; i++) { /* of the places, and of x */
        int ndim = i ? a->x->ndim : at->ndim;
        cask_value *tuple = cki_value_list(CKI_TUPLE, (size_t)ndim, error);
        for (int k = 0; tuple && k < ndim; k++) {
            cask_value *size = cki_value_int(i ? shape[k] : at->shape[k], error);
            tuple->as.list.items[k] = size ? size : cki_value_none();
        }
        sizes[i] = cki_compose_keep(a->s, tuple);
    }
    cask_value *given = sizes[1] ? cki_compose_array(a->s, value) : NULL;
    if (given && value->ndim) {
        given = cki_compose_call(a->s, "broadcast_to", given, sizes[0], NULL, NULL);
        given = given ? cki_compose_call(a->s, "ravel", given, NULL, NULL, NULL) : NULL;
    }
    cask_value *flat = given ? cki_compose_call(a->s, "ravel", self, NULL, NULL, NULL) : NULL;
    int64_t count = at ? cki_array_size(at) : 0;
    cask_value *list =
        flat ? cki_compose_keep(a->s, cki_array_reshape(places, 1, &count, error)) : NULL;
    cask_value *made = list ? cki_compose_call(a->s, "setitem", flat, list, given, NULL) : NULL;
    return made ? cki_compose_call(a->s, "reshape", made, sizes[1], NULL, NULL) : NULL;
}

static cask_value *assign(assigning *a)
{
    cask_value *index = cki_operation_argument(a->call, "index");
    cask_value *given = cki_operation_argument(a->call, "value");
    cask_array value = cki_node_from_value(a->build, given);
    cask_array mask = cki_node_lazy(index);
    if (!mask && cki_array_of(index) && cki_array_of(index)->dtype.id == CASK_BOOL &&
        cki_array_of(index)->ndim == a->x->ndim && a->x->ndim != 1)
        mask = cki_node_from_value(a->build, index);
    if (!value || check_nan(a, given) != CASK_OK ||
        !(value = cki_elementwise_cast(a->build, value, a->x->dtype)))
        return NULL;
    if (mask && mask->dtype.id == CASK_BOOL && mask->ndim == a->x->ndim &&
        (a->x->ndim > 1 || value->ndim == 0 || mask->axes[0].length < 0))
        return choose(a, cki_compose_array(a->s, mask), value);
    int64_t shape[CKI_MAX_NDIM];
    if (!cki_node_shape(a->x, shape)) {
        cki_fail(a->call->error, CASK_INVALID, NULL,
                 "Arrays chunk sizes are unknown.\n\nA possible solution: "
                 "x.compute_chunk_sizes()");
        return NULL;
    }
    if (cki_index_positions_many(index) && !cki_collection_in(index))
        return assign_together(a, index, shape, value);
    if (read_index(a, index) != CASK_OK || !(value = spread(a, value)))
        return NULL;
    cask_value *where = mask_of(a);
    return a->call->error->status == CASK_OK ? choose(a, where, value) : NULL;
}

static cask_value *run_setitem(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cki_compose s = {.build = &build};
    assigning *a = cki_arena_alloc(build.arena, sizeof *a);
    if (!a) {
        cki_fail_memory(call->error, sizeof *a);
        return NULL;
    }
    memset(a, 0, sizeof *a);
    a->call = call;
    a->build = &build;
    a->s = &s;
    a->x = cki_node_from_value(&build, cki_operation_argument(call, "x"));
    return cki_compose_drop(&s, a->x ? assign(a) : NULL);
}

static const cki_operation op_setitem = {
    "setitem",
    CKI_IN_DA | CKI_IN_NP | CKI_ARRAY_METHOD,
    "x, index, value",
    "What the array would be after x[index] = value: x itself does not change. The index is as "
    "between brackets: integers, slices, one list, bools of the array's shape.",
    run_setitem,
    NULL};

const cki_operation *const cki_assign_operations[] = {&op_setitem, NULL};
