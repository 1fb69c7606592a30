/* The operations on axes: transpose, squeeze, flip, broadcast_to and their like. */
#include "array/elementwise.h"
#include "array/pick.h"
#include "array/runs.h"
#include "array/view.h"

#include <string.h>

static cask_array array_argument(cki_call *call, cki_build *build, const char *name)
{
    return cki_node_from_value(build, cki_operation_argument(call, name));
}

static bool axis_argument(cki_call *call, const char *name, int ndim, int *axis)
{
    return cki_node_axis(cki_operation_argument(call, name), ndim, axis, call->error) == CASK_OK;
}

/* ---- permuting ---- */

static cask_value *transposed(cki_build *build, cask_array x, const int *order)
{
    bool same = true;
    for (int i = 0; i < x->ndim; i++)
        same = same && order[i] == i;
    return cki_node_value(build, same ? x : cki_view_transpose(build, x, order));
}

static cask_value *run_transpose(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array x = array_argument(call, &build, "a");
    cask_value *axes = call->count > 1 ? cki_operation_argument(call, "axes") : NULL;
    if (axes && axes->kind == CKI_TUPLE && axes->as.list.count == 1 &&
        axes->as.list.items[0]->kind != CKI_INT)
        axes = axes->as.list.items[0]; /* x.transpose((1, 0)), x.transpose(None) */
    if (!x)
        return NULL;
    bool flags[CKI_MAX_NDIM],
        sequence = axes && (axes->kind == CKI_TUPLE || axes->kind == CKI_LIST);
    int order[CKI_MAX_NDIM], count;
    if (!axes || axes->kind == CKI_NONE || (sequence && axes->as.list.count == 0)) {
        for (int i = 0; i < x->ndim; i++)
            order[i] = x->ndim - 1 - i;
        return transposed(&build, x, order);
    }
    if (!sequence || axes->as.list.count != (size_t)x->ndim) {
        cki_fail(call->error, CASK_INVALID, "ValueError", "axes don't match array");
        return NULL;
    }
    if (cki_node_axes(axes, x->ndim, flags, order, &count, call->error) != CASK_OK)
        return NULL;
    return transposed(&build, x, order);
}

static cask_value *run_swapaxes(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array x = array_argument(call, &build, "a");
    int one, two, order[CKI_MAX_NDIM];
    if (!x || !axis_argument(call, "axis1", x->ndim, &one) ||
        !axis_argument(call, "axis2", x->ndim, &two))
        return NULL;
    for (int i = 0; i < x->ndim; i++)
        order[i] = i == one ? two : i == two ? one : i;
    return transposed(&build, x, order);
}

static cask_value *run_moveaxis(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array x = array_argument(call, &build, "a");
    bool moved[CKI_MAX_NDIM], taken[CKI_MAX_NDIM];
    int from[CKI_MAX_NDIM], to[CKI_MAX_NDIM], order[CKI_MAX_NDIM], count, targets;
    if (!x ||
        cki_node_axes(cki_operation_argument(call, "source"), x->ndim, moved, from, &count,
                      call->error) != CASK_OK ||
        cki_node_axes(cki_operation_argument(call, "destination"), x->ndim, taken, to, &targets,
                      call->error) != CASK_OK)
        return NULL;
    if (count != targets) {
        cki_fail(call->error, CASK_INVALID, "ValueError",
                 "`source` and `destination` arguments must have the same number of elements");
        return NULL;
    }
    for (int i = 0; i < count; i++)
        order[to[i]] = from[i];
    for (int i = 0, k = 0; i < x->ndim; i++) { /* the others keep their order */
        if (taken[i])
            continue;
        while (moved[k])
            k++;
        order[i] = k++;
    }
    return transposed(&build, x, order);
}

static cask_value *run_rollaxis(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array x = array_argument(call, &build, "a");
    int axis, order[CKI_MAX_NDIM];
    int64_t start;
    if (!x || !axis_argument(call, "axis", x->ndim, &axis) ||
        cki_value_index(cki_operation_argument(call, "start"), &start, call->error) != CASK_OK)
        return NULL;
    int64_t place = start < 0 ? start + x->ndim : start;
    if (place < 0 || place > x->ndim) {
        cki_fail(call->error, CASK_INVALID, "ValueError",
                 "'start' arg requires %d <= start < %d, but %lld was passed in", -x->ndim,
                 x->ndim + 1, (long long)start);
        return NULL;
    }
    place -= axis < place;
    for (int i = 0, k = 0; i < x->ndim; i++) {
        if (i == place)
            order[i] = axis;
        else {
            k += k == axis;
            order[i] = k++;
        }
    }
    return transposed(&build, x, order);
}

/* ---- axes of one element ---- */

static cask_value *run_expand_dims(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array x = array_argument(call, &build, "a");
    cask_value *axis = cki_operation_argument(call, "axis");
    bool list = axis->kind == CKI_TUPLE || axis->kind == CKI_LIST, flags[CKI_MAX_NDIM];
    int order[CKI_MAX_NDIM], count, from[CKI_MAX_NDIM];
    size_t more = list ? axis->as.list.count : 1;
    if (!x)
        return NULL;
    if (more + (size_t)x->ndim > CKI_MAX_NDIM) {
        cki_fail(call->error, CASK_INVALID, "ValueError",
                 "maximum supported dimension for an ndarray is %d, found %zu", CKI_MAX_NDIM,
                 more + (size_t)x->ndim);
        return NULL;
    }
    if (axis->kind == CKI_NONE) {
        cki_fail(call->error, CASK_TYPE, NULL, "expand_dims(): axis is an integer or a tuple");
        return NULL;
    }
    int ndim = x->ndim + (int)more;
    cki_axis *axes = cki_runs_axes(&build, ndim);
    if (!axes || cki_node_axes(axis, ndim, flags, order, &count, call->error) != CASK_OK)
        return NULL;
    for (int i = 0, own = 0; i < ndim; i++) {
        from[i] = flags[i] ? -1 : own++;
        if (from[i] >= 0)
            axes[i] = x->axes[from[i]];
        else if (!cki_chunks_single(build.arena, 1, &axes[i])) {
            cki_fail_memory(call->error, sizeof(cki_run));
            return NULL;
        }
    }
    return cki_node_value(&build, more ? cki_view_make(&build, x, "reshape", ndim, from, axes) : x);
}

static cask_value *run_squeeze(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array x = array_argument(call, &build, "a");
    bool flags[CKI_MAX_NDIM], given = !cki_operation_is_none(call, "axis");
    int order[CKI_MAX_NDIM], count;
    if (!x || cki_node_axes(cki_operation_argument(call, "axis"), x->ndim, flags, order, &count,
                            call->error) != CASK_OK)
        return NULL;
    for (int i = 0; i < x->ndim; i++) {
        bool one = x->axes[i].length == 1;
        if (given && flags[i] && !one) {
            cki_fail(call->error, CASK_INVALID, "ValueError",
                     "cannot squeeze axis with size other than one: axis %d has %lld", i,
                     (long long)x->axes[i].length);
            return NULL;
        }
        flags[i] = flags[i] && one;
    }
    return cki_node_value(&build, cki_view_squeeze(&build, x, flags));
}

/* Axes of one element before and behind: 0-d to (1, 1, 1), 1-d to (1, n, 1), 2-d to (m, n, 1). */
static cask_array at_least(cki_build *build, cask_array x, int ndim)
{
    while (x && x->ndim < ndim)
        x = cki_view_expand(build, x, ndim == 3 && x->ndim == 2 ? 2 : 0);
    return x;
}

static cask_value *run_atleast(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    const cask_value *arrays = cki_operation_argument(call, "arys");
    const int *ndim = call->operation->detail;
    size_t count = arrays->as.list.count;
    cask_value *list = cki_value_list(CKI_LIST, count, call->error);
    for (size_t i = 0; list && i < count; i++) {
        cask_array x = cki_node_from_value(&build, arrays->as.list.items[i]);
        cask_value *item = cki_node_value(&build, at_least(&build, x, *ndim));
        if (!item) {
            list->as.list.count = i;
            cask_value_unref(list);
            return NULL;
        }
        list->as.list.items[i] = item;
    }
    if (!list || count != 1)
        return list;
    cask_value *only = cask_value_ref(list->as.list.items[0]);
    cask_value_unref(list);
    return only;
}

/* ---- broadcasting ---- */

static bool default_chunks(cki_build *build, cask_array x, int ndim, const int64_t *shape,
                           cki_axis *axes)
{
    for (int i = 0; i < ndim; i++) {
        int a = i - (ndim - x->ndim);
        if (a >= 0 && x->axes[a].length != 1)
            axes[i] = x->axes[a];
        else if (!cki_chunks_single(build->arena, shape[i], &axes[i])) {
            cki_fail_memory(build->error, sizeof(cki_run));
            return false;
        }
    }
    return true;
}

static bool given_chunks(cki_call *call, cki_build *build, cask_array x, int ndim,
                         const int64_t *shape, cki_axis *axes)
{
    if (cki_chunks_normalize(build->arena, cki_operation_argument(call, "chunks"), ndim, shape,
                             cki_dtype_size(x->dtype), NULL, call->ck->tuning.chunk_bytes, 0, axes,
                             call->error) != CASK_OK)
        return false;
    for (int i = 0; i < x->ndim; i++) {
        int o = ndim - x->ndim + i;
        if (x->axes[i].length != 1 && !cki_chunks_same(&x->axes[i], &axes[o])) {
            cki_fail(call->error, CASK_INVALID, "ValueError",
                     "cannot broadcast chunks: new chunks must either be along a new dimension or "
                     "a dimension of size 1, but axis %d has others",
                     i);
            return false;
        }
    }
    return true;
}

static void add_shape(cki_text *text, int ndim, const int64_t *shape)
{
    cki_text_char(text, '(');
    for (int i = 0; i < ndim; i++)
        cki_text_format(text, "%s%lld", i ? ", " : "", (long long)shape[i]);
    cki_text_put(text, ndim == 1 ? ",)" : ")");
}

static cask_value *run_broadcast_to(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array x = array_argument(call, &build, "x");
    int64_t shape[CKI_MAX_NDIM], own[CKI_MAX_NDIM];
    int ndim;
    if (!x || cki_node_shape_argument(cki_operation_argument(call, "shape"), shape, &ndim,
                                      call->error) != CASK_OK)
        return NULL;
    cki_node_shape(x, own);
    bool fits = ndim >= x->ndim;
    for (int i = 0; fits && i < x->ndim; i++)
        fits = own[i] == 1 || own[i] == shape[ndim - x->ndim + i];
    if (!fits) {
        cki_text text = {0};
        cki_text_put(&text, "cannot broadcast shape ");
        add_shape(&text, x->ndim, own);
        cki_text_put(&text, " to shape ");
        add_shape(&text, ndim, shape);
        cki_fail(call->error, CASK_SHAPE, "ValueError", "%s", text.bytes ? text.bytes : "");
        cki_text_free(&text);
        return NULL;
    }
    cki_axis *axes = cki_runs_axes(&build, ndim);
    bool given = !cki_operation_is_none(call, "chunks");
    if (!axes || (given ? !given_chunks(call, &build, x, ndim, shape, axes)
                        : !default_chunks(&build, x, ndim, shape, axes)))
        return NULL;
    return cki_node_value(&build, cki_view_broadcast(&build, x, ndim, axes));
}

static cask_value *run_broadcast_arrays(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    const cask_value *given = cki_operation_argument(call, "args");
    size_t count = given->as.list.count;
    cask_array *arrays = cki_arena_array(build.arena, count + 1, sizeof(cask_array));
    cki_axis *axes = cki_runs_axes(&build, CKI_MAX_NDIM);
    int ndim = 0;
    for (size_t i = 0; arrays && i < count; i++)
        if (!(arrays[i] = cki_node_from_value(&build, given->as.list.items[i])))
            return NULL;
    if (!arrays || !axes ||
        (count && cki_elementwise_unify(&build, arrays, count, axes, &ndim) != CASK_OK)) {
        cki_fail_memory(call->error, count * sizeof(cask_array));
        return NULL;
    }
    cask_value *list = cki_value_list(CKI_LIST, count, call->error);
    for (size_t i = 0; list && i < count; i++) {
        cask_value *item =
            cki_node_value(&build, cki_view_broadcast(&build, arrays[i], ndim, axes));
        if (!item) {
            list->as.list.count = i;
            cask_value_unref(list);
            return NULL;
        }
        list->as.list.items[i] = item;
    }
    return list;
}

/* ---- flipping ---- */

static cask_array flip(cki_build *build, cask_array x, const bool *axes)
{
    cki_pick picks[CKI_MAX_NDIM];
    for (int i = 0; x && i < x->ndim; i++) {
        int64_t length = x->axes[i].length;
        picks[i] = cki_pick_all(length);
        if (!axes[i] || length == 0)
            continue;
        if (length < 0) {
            cki_fail(build->error, CASK_SHAPE, "ValueError",
                     "Arrays chunk sizes are unknown: axis %d cannot be flipped.\n\nA possible "
                     "solution: x.compute_chunk_sizes()",
                     i);
            return NULL;
        }
        picks[i].start = length - 1;
        picks[i].step = -1;
    }
    return x ? cki_index_basic(build, x, picks) : NULL;
}

static cask_value *run_flip(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array x = array_argument(call, &build, "m");
    cask_value *axis = cki_operation_argument(call, "axis");
    bool flags[CKI_MAX_NDIM];
    int order[CKI_MAX_NDIM], count;
    if (!x)
        return NULL;
    cki_error quiet = {0};
    if (cki_node_axes(axis, x->ndim, flags, order, &count, &quiet) != CASK_OK) {
        cki_text text = {0};
        cki_value_repr(axis, &text);
        cki_fail(call->error, CASK_INVALID, "ValueError", "`axis` of %s invalid for %d-D array",
                 text.bytes ? text.bytes : "?", x->ndim);
        cki_text_free(&text);
        return NULL;
    }
    return cki_node_value(&build, flip(&build, x, flags));
}

static cask_value *run_flip_axis(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array x = array_argument(call, &build, "m");
    const int *axis = call->operation->detail;
    bool flags[CKI_MAX_NDIM] = {false};
    if (!x)
        return NULL;
    if (*axis >= x->ndim) {
        cki_fail(call->error, CASK_INVALID, "ValueError", "`axis` of (%d,) invalid for %d-D array",
                 *axis, x->ndim);
        return NULL;
    }
    flags[*axis] = true;
    return cki_node_value(&build, flip(&build, x, flags));
}

static cask_value *run_rot90(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array x = array_argument(call, &build, "m");
    const cask_value *axes = cki_operation_argument(call, "axes");
    int one, two, order[CKI_MAX_NDIM];
    int64_t turns;
    if (!x || cki_value_index(cki_operation_argument(call, "k"), &turns, call->error) != CASK_OK)
        return NULL;
    bool given = axes->kind != CKI_NONE;
    bool pair = (axes->kind == CKI_TUPLE || axes->kind == CKI_LIST) && axes->as.list.count == 2;
    cki_error quiet = {0};
    one = 0;
    two = 1;
    if (given && !pair)
        cki_fail(call->error, CASK_INVALID, "ValueError", "len(axes) must be 2.");
    else if (given ? cki_node_axis(axes->as.list.items[0], x->ndim, &one, &quiet) != CASK_OK ||
                         cki_node_axis(axes->as.list.items[1], x->ndim, &two, &quiet) != CASK_OK
                   : x->ndim < 2)
        cki_fail(call->error, CASK_INVALID, "ValueError", "Axes out of range for array of ndim=%d.",
                 x->ndim);
    else if (one == two)
        cki_fail(call->error, CASK_INVALID, "ValueError", "Axes must be different.");
    if (call->error->status)
        return NULL;
    for (int i = 0; i < x->ndim; i++)
        order[i] = i == one ? two : i == two ? one : i;
    bool first[CKI_MAX_NDIM] = {false}, second[CKI_MAX_NDIM] = {false};
    first[one] = second[two] = true;
    turns = (turns % 4 + 4) % 4;
    if (turns == 2)
        x = flip(&build, flip(&build, x, first), second);
    else if (turns == 1) {
        x = flip(&build, x, second);
        x = x ? cki_view_transpose(&build, x, order) : NULL;
    } else if (turns == 3)
        x = flip(&build, cki_view_transpose(&build, x, order), second);
    return cki_node_value(&build, x);
}

/* ---- the records ---- */

#define FUNCTION (CKI_IN_DA | CKI_IN_NP)

static const int zero = 0, one_ = 1, two_ = 2, three = 3;

static const cki_operation op_transpose = {
    "transpose",    FUNCTION,
    "a, axes=None", "The array with its axes in the given order, reversed if none is given.",
    run_transpose,  NULL};
static const cki_operation op_transpose_method = {
    "transpose",   CKI_ARRAY_METHOD,
    "a, *axes",    "The array with its axes in the given order, reversed if none is given.",
    run_transpose, NULL};
static const cki_operation op_t = {
    "T", CKI_ARRAY_ATTRIBUTE, "a", "The array with its axes reversed.", run_transpose, NULL};
static const cki_operation op_swapaxes = {"swapaxes",        FUNCTION | CKI_ARRAY_METHOD,
                                          "a, axis1, axis2", "The array with two axes exchanged.",
                                          run_swapaxes,      NULL};
static const cki_operation op_moveaxis = {
    "moveaxis",
    FUNCTION,
    "a, source, destination",
    "The array with some axes moved to other places, the rest in order.",
    run_moveaxis,
    NULL};
static const cki_operation op_rollaxis = {
    "rollaxis",         FUNCTION,
    "a, axis, start=0", "The array with one axis moved to stand before another.",
    run_rollaxis,       NULL};
static const cki_operation op_expand_dims = {
    "expand_dims",   FUNCTION, "a, axis", "The array with new axes of length 1.",
    run_expand_dims, NULL};
static const cki_operation op_squeeze = {"squeeze",      FUNCTION | CKI_ARRAY_METHOD,
                                         "a, axis=None", "The array without axes of length 1.",
                                         run_squeeze,    NULL};
static const cki_operation op_atleast_1d = {
    "atleast_1d", FUNCTION, "*arys", "The arrays with one axis at least.", run_atleast, &one_};
static const cki_operation op_atleast_2d = {
    "atleast_2d", FUNCTION, "*arys", "The arrays with two axes at least.", run_atleast, &two_};
static const cki_operation op_atleast_3d = {
    "atleast_3d", FUNCTION, "*arys", "The arrays with three axes at least.", run_atleast, &three};
static const cki_operation op_broadcast_to = {
    "broadcast_to",
    CKI_IN_DA,
    "x, shape, chunks=None",
    "The array in a larger shape, repeated along new axes and those of length 1.",
    run_broadcast_to,
    NULL};
static const cki_operation op_broadcast_arrays = {
    "broadcast_arrays",   FUNCTION,
    "*args, subok=False", "The arrays in their common shape, as a list.",
    run_broadcast_arrays, NULL};
static const cki_operation op_flip = {"flip",         FUNCTION,
                                      "m, axis=None", "The array with some axes, or all, reversed.",
                                      run_flip,       NULL};
static const cki_operation op_flipud = {
    "flipud", FUNCTION, "m", "The array with its first axis reversed.", run_flip_axis, &zero};
static const cki_operation op_fliplr = {
    "fliplr", FUNCTION, "m", "The array with its second axis reversed.", run_flip_axis, &one_};
static const cki_operation op_rot90 = {
    "rot90",
    FUNCTION,
    "m, k=1, axes=None",
    "The array turned k times by 90 degrees in the plane of two axes, the first two by default.",
    run_rot90,
    NULL};

const cki_operation *const cki_view_operations[] = {
    &op_transpose,
    &op_transpose_method,
    &op_t,
    &op_swapaxes,
    &op_moveaxis,
    &op_rollaxis,
    &op_expand_dims,
    &op_squeeze,
    &op_atleast_1d,
    &op_atleast_2d,
    &op_atleast_3d,
    &op_broadcast_to,
    &op_broadcast_arrays,
    &op_flip,
    &op_flipud,
    &op_fliplr,
    &op_rot90,
    NULL,
};
