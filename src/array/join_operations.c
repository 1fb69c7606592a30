/* The operations of joining: concatenate, stack, append, block, tile, roll and their like. */
#include "array/join.h"
#include "array/reshape.h"
#include "array/view.h"

/* Arrays that an argument gives; the items are in the arena. */
typedef struct sequence {
    cask_array *items;
    size_t count;
} sequence;

static cask_array array_argument(cki_call *call, cki_build *build, const char *name)
{
    return cki_node_from_value(build, cki_operation_argument(call, name));
}

/* The rows of a lazy array. */
static bool read_rows(cki_build *build, cask_array x, sequence *s)
{
    int64_t length = x->ndim ? x->axes[0].length : -1;
    if (length < 0) {
        cki_fail(build->error, CASK_TYPE, NULL,
                 "a list of arrays is needed, not one array of %d axes%s", x->ndim,
                 x->ndim ? " and unknown length" : "");
        return false;
    }
    s->count = (size_t)length;
    s->items = cki_arena_array(build->arena, s->count + 1, sizeof *s->items);
    if (!s->items)
        return cki_fail_memory(build->error, s->count * sizeof *s->items) == CASK_OK;
    bool drop[CKI_MAX_NDIM] = {true};
    for (int64_t i = 0; i < length; i++) {
        cask_array row = cki_index_range(build, x, 0, i, i + 1);
        if (!row || !(s->items[i] = cki_view_squeeze(build, row, drop)))
            return false;
    }
    return true;
}

static bool read_sequence(cki_call *call, cki_build *build, const char *name, sequence *s)
{
    cask_value *value = cki_operation_argument(call, name);
    cask_array lazy = cki_node_lazy(value);
    if (lazy)
        return read_rows(build, lazy, s);
    cask_value *list = cki_value_items(value, call->error);
    if (!list)
        return false;
    s->count = list->as.list.count;
    s->items = cki_arena_array(build->arena, s->count + 1, sizeof *s->items);
    if (!s->items)
        cki_fail_memory(call->error, s->count * sizeof *s->items);
    for (size_t i = 0; s->items && !call->error->status && i < s->count; i++)
        s->items[i] = cki_node_from_value(build, list->as.list.items[i]);
    cask_value_unref(list);
    return !call->error->status;
}

/* ---- concatenate and stack ---- */

static cask_array joined(cki_call *call, cki_build *build, const sequence *s, int axis)
{
    return cki_operation_flag(call, "allow_unknown_chunksizes")
               ? cki_join_unknown(build, s->items, s->count, axis)
               : cki_join_concatenate(build, s->items, s->count, axis);
}

static cask_value *run_concatenate(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    sequence s;
    int axis = 0;
    if (!read_sequence(call, &build, "seq", &s))
        return NULL;
    if (cki_operation_is_none(call, "axis")) {
        for (size_t i = 0; i < s.count; i++)
            if (!(s.items[i] = cki_reshape_ravel(
                      &build,
                      s.items[i]->ndim ? s.items[i] : cki_view_expand(&build, s.items[i], 0))))
                return NULL;
    } else if (s.count && s.items[0]->ndim &&
               cki_node_axis(cki_operation_argument(call, "axis"), s.items[0]->ndim, &axis,
                             call->error) != CASK_OK)
        return NULL;
    return cki_node_value(&build, joined(call, &build, &s, axis));
}

static cask_value *run_stack(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    sequence s;
    int axis = 0;
    if (!read_sequence(call, &build, "seq", &s))
        return NULL;
    for (size_t i = 1; i < s.count; i++) { /* before the axis, which depends on the shape */
        bool unknown = false;
        for (int k = 0; k < s.items[i]->ndim; k++)
            unknown = unknown || s.items[i]->axes[k].length < 0;
        if (unknown && !cki_operation_flag(call, "allow_unknown_chunksizes")) {
            cki_fail(call->error, CASK_SHAPE, "ValueError",
                     "Stacked arrays must have the same shape, but array %zu has unknown chunk "
                     "sizes. Pass allow_unknown_chunksizes=True, or use x.compute_chunk_sizes()",
                     i + 1);
            return NULL;
        }
    }
    if (s.count && s.items[0]->ndim < CKI_MAX_NDIM &&
        cki_node_axis(cki_operation_argument(call, "axis"), s.items[0]->ndim + 1, &axis,
                      call->error) != CASK_OK)
        return NULL;
    return cki_node_value(&build, cki_join_stack(&build, s.items, s.count, axis));
}

/* vstack, hstack, dstack: along axis `axis` after each has `ndim` axes at least. */
typedef struct pile {
    int ndim, axis;
} pile;

static cask_value *run_pile(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    const pile *how = call->operation->detail;
    sequence s;
    if (cki_node_lazy(cki_operation_argument(call, "tup"))) {
        cki_fail(call->error, CASK_UNSUPPORTED, "NotImplementedError",
                 "``%s`` expects a sequence of arrays as the first argument",
                 call->operation->name);
        return NULL;
    }
    if (!read_sequence(call, &build, "tup", &s))
        return NULL;
    int axis = how->axis;
    bool flat = true;
    for (size_t i = 0; i < s.count; i++) {
        while (s.items[i] && s.items[i]->ndim < how->ndim)
            s.items[i] = cki_view_expand(&build, s.items[i],
                                         how->ndim == 3 && s.items[i]->ndim == 2 ? 2 : 0);
        if (!s.items[i])
            return NULL;
        flat = flat && s.items[i]->ndim == 1;
    }
    if (how->ndim == 1 && flat)
        axis = 0;
    for (size_t i = 0; i < s.count; i++)
        if (s.items[i]->ndim <= axis) {
            cki_fail(call->error, CASK_INDEX, "AxisError",
                     "axis %d is out of bounds for array of dimension %d", axis, s.items[i]->ndim);
            return NULL;
        }
    return cki_node_value(&build, joined(call, &build, &s, axis));
}

static cask_value *run_append(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array pair[2] = {array_argument(call, &build, "arr"), NULL};
    pair[1] = pair[0] ? array_argument(call, &build, "values") : NULL;
    int axis = 0;
    if (pair[1] && cki_operation_is_none(call, "axis")) {
        for (int i = 0; i < 2; i++)
            pair[i] = pair[i] && pair[i]->ndim == 0 ? cki_view_expand(&build, pair[i], 0)
                                                    : cki_reshape_ravel(&build, pair[i]);
    } else if (pair[1] && cki_node_axis(cki_operation_argument(call, "axis"), pair[0]->ndim, &axis,
                                        call->error) != CASK_OK)
        return NULL;
    return cki_node_value(&build,
                          pair[0] && pair[1] ? cki_join_concatenate(&build, pair, 2, axis) : NULL);
}

/* ---- block and tile ---- */

static cask_array lift(cki_build *build, cask_array x, int ndim)
{
    while (x && x->ndim < ndim)
        x = cki_view_expand(build, x, 0);
    return x;
}

/* The depth at which the arrays of nested lists lie, the same for all; -1 with the error set. */
static int depth_of(cki_build *build, const cask_value *value, int depth)
{
    if (value->kind == CKI_TUPLE || depth > CKI_MAX_NDIM) {
        if (depth > CKI_MAX_NDIM)
            cki_fail(build->error, CASK_INVALID, "ValueError",
                     "block(): lists nested deeper than %d", CKI_MAX_NDIM);
        else
            cki_fail(build->error, CASK_TYPE, NULL,
                     "arrays is a tuple. Only lists can be used to arrange blocks, and np.block "
                     "does not allow implicit conversion from tuple to ndarray.");
        return -1;
    }
    if (value->kind != CKI_LIST)
        return depth;
    int common = -1;
    for (size_t i = 0; i < value->as.list.count; i++) {
        int found = depth_of(build, value->as.list.items[i], depth + 1);
        if (found < 0)
            return -1;
        if (common >= 0 && found != common) {
            cki_fail(build->error, CASK_INVALID, "ValueError",
                     "List depths are mismatched. First element was at depth %d, but there is an "
                     "element at depth %d (arrays[%zu])",
                     common, found, i);
            return -1;
        }
        common = found;
    }
    if (common < 0)
        cki_fail(build->error, CASK_INVALID, "ValueError", "Lists cannot be empty");
    return common;
}

static int widest(cki_build *build, cask_value *value, int ndim)
{
    if (value->kind != CKI_LIST) {
        cask_array x = cki_node_from_value(build, value);
        return x && x->ndim > ndim ? x->ndim : ndim;
    }
    for (size_t i = 0; i < value->as.list.count; i++)
        ndim = widest(build, value->as.list.items[i], ndim);
    return ndim;
}

/* Depth is at most CKI_MAX_NDIM, as depth_of has found. */
static cask_array assemble(cki_call *call, cki_build *build, cask_value *value, int ndim, int axis)
{
    if (value->kind != CKI_LIST)
        return lift(build, cki_node_from_value(build, value), ndim);
    sequence s = {.count = value->as.list.count};
    s.items = cki_arena_array(build->arena, s.count, sizeof *s.items);
    if (!s.items) {
        cki_fail_memory(build->error, s.count * sizeof *s.items);
        return NULL;
    }
    for (size_t i = 0; i < s.count; i++)
        if (!(s.items[i] = assemble(call, build, value->as.list.items[i], ndim, axis + 1)))
            return NULL;
    return joined(call, build, &s, axis);
}

static cask_value *run_block(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_value *arrays = cki_operation_argument(call, "arrays");
    int depth = depth_of(&build, arrays, 0);
    int ndim = depth < 0 ? 0 : widest(&build, arrays, depth);
    if (depth < 0 || call->error->status)
        return NULL;
    return cki_node_value(&build, assemble(call, &build, arrays, ndim, ndim - depth));
}

static cask_value *run_tile(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array x = array_argument(call, &build, "A");
    cask_value *reps = cki_operation_argument(call, "reps");
    bool list = reps->kind == CKI_TUPLE || reps->kind == CKI_LIST;
    size_t count = list ? reps->as.list.count : 1;
    if (count > CKI_MAX_NDIM) {
        cki_fail(call->error, CASK_INVALID, "ValueError", "tile(): more than %d repetitions",
                 CKI_MAX_NDIM);
        return NULL;
    }
    x = lift(&build, x, (int)count);
    int first = x ? x->ndim - (int)count : 0;
    for (int i = (int)count - 1; x && i >= 0; i--) {
        int64_t times;
        if (cki_value_index(list ? reps->as.list.items[i] : reps, &times, call->error) != CASK_OK)
            return NULL;
        if (times < 0) {
            cki_fail(call->error, CASK_INVALID, "ValueError", "Negative `reps` are not allowed.");
            return NULL;
        }
        cask_array *copies =
            times > 1 ? cki_arena_array(build.arena, (size_t)times, sizeof(cask_array)) : NULL;
        for (int64_t k = 0; copies && k < times; k++)
            copies[k] = x;
        if (times == 0)
            x = cki_index_range(&build, x, first + i, 0, 0);
        else if (copies)
            x = cki_join_concatenate(&build, copies, (size_t)times, first + i);
        else if (times > 1) {
            cki_fail_memory(call->error, (size_t)times * sizeof(cask_array));
            return NULL;
        }
    }
    return cki_node_value(&build, x);
}

/* ---- roll ---- */

static cask_array roll(cki_build *build, cask_array x, int axis, int64_t shift)
{
    int64_t length = x->axes[axis].length;
    if (length < 0) {
        cki_fail(build->error, CASK_SHAPE, "ValueError",
                 "Arrays chunk sizes are unknown: axis %d cannot be rolled.\n\nA possible "
                 "solution: x.compute_chunk_sizes()",
                 axis);
        return NULL;
    }
    int64_t cut = length ? (length - shift % length) % length : 0;
    if (cut == 0)
        return x;
    cask_array pair[2] = {cki_index_range(build, x, axis, cut, length),
                          cki_index_range(build, x, axis, 0, cut)};
    return pair[0] && pair[1] ? cki_join_concatenate(build, pair, 2, axis) : NULL;
}

static size_t count_items(const cask_value *value)
{
    return value->kind == CKI_TUPLE || value->kind == CKI_LIST ? value->as.list.count : 1;
}

static cask_value *item_of(cask_value *value, size_t i)
{
    return value->kind == CKI_TUPLE || value->kind == CKI_LIST ? value->as.list.items[i] : value;
}

static cask_value *run_roll(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array x = array_argument(call, &build, "array"), whole = x;
    cask_value *shifts = cki_operation_argument(call, "shift");
    cask_value *axes = cki_operation_argument(call, "axis");
    bool flat = axes->kind == CKI_NONE;
    int64_t shape[CKI_MAX_NDIM], shift;
    size_t count = count_items(shifts);
    if (!x)
        return NULL;
    if (flat)
        x = cki_reshape_ravel(&build, x);
    if (flat && shifts->kind != CKI_INT && shifts->kind != CKI_ARRAY) {
        cki_fail(call->error, CASK_TYPE, NULL,
                 "Expect `shift` to be an instance of Integral when `axis` is None.");
        return NULL;
    }
    if (!flat && count != count_items(axes)) {
        cki_fail(call->error, CASK_INVALID, "ValueError",
                 "Must have the same number of shifts as axes.");
        return NULL;
    }
    for (size_t i = 0; x && i < count; i++) {
        int axis = 0;
        if (cki_value_index(item_of(shifts, i), &shift, call->error) != CASK_OK ||
            (!flat && cki_node_axis(item_of(axes, i), x->ndim, &axis, call->error) != CASK_OK))
            return NULL;
        x = roll(&build, x, axis, shift);
    }
    if (x && cki_node_shape(whole, shape))
        x = cki_reshape_to(&build, x, whole->ndim, shape);
    return cki_node_value(&build, x);
}

/* ---- the records ---- */

#define FUNCTION (CKI_IN_DA | CKI_IN_NP)

static const pile rows = {2, 0}, columns = {1, 1}, depths = {3, 2};

static const cki_operation op_concatenate = {
    "concatenate",
    CKI_IN_DA,
    "seq, axis=0, allow_unknown_chunksizes=False",
    "Arrays one after the other along an axis; axis=None ravels them first.",
    run_concatenate,
    NULL};
static const cki_operation op_stack = {"stack",
                                       CKI_IN_DA,
                                       "seq, axis=0, allow_unknown_chunksizes=False",
                                       "Arrays of one shape along a new axis.",
                                       run_stack,
                                       NULL};
static const cki_operation op_vstack = {
    "vstack", FUNCTION, "tup, allow_unknown_chunksizes=False", "Arrays one below the other.",
    run_pile, &rows};
static const cki_operation op_hstack = {
    "hstack", FUNCTION, "tup, allow_unknown_chunksizes=False", "Arrays side by side.",
    run_pile, &columns};
static const cki_operation op_dstack = {
    "dstack", FUNCTION, "tup, allow_unknown_chunksizes=False", "Arrays along a third axis.",
    run_pile, &depths};
static const cki_operation op_append = {
    "append",
    FUNCTION,
    "arr, values, axis=None",
    "Values behind an array along an axis; axis=None ravels both first.",
    run_append,
    NULL};
static const cki_operation op_block = {
    "block",
    FUNCTION,
    "arrays, allow_unknown_chunksizes=False",
    "An array of nested lists of blocks: the innermost lists go along the last axis.",
    run_block,
    NULL};
static const cki_operation op_tile = {
    "tile", FUNCTION, "A, reps", "The array repeated along each axis.", run_tile, NULL};
static const cki_operation op_roll = {
    "roll",
    FUNCTION,
    "array, shift, axis=None",
    "The array with its elements moved along axes, around the end.",
    run_roll,
    NULL};

const cki_operation *const cki_join_operations[] = {
    &op_concatenate, &op_stack, &op_vstack, &op_hstack,       &op_dstack,       &op_append,
    &op_block,       &op_tile,  &op_roll,   &cki_join_insert, &cki_join_delete, NULL,
};
