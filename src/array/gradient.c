/* gradient, ediff1d, trapz: made of slices along an axis. */
#include "array/gradient.h"
#include "array/compose.h"
#include "array/elementwise.h"
#include "array/grid.h"
#include "array/join.h"
#include "array/rechunk.h"
#include "array/reductions.h"
#include "array/reshape.h"

#include <math.h>

/* One axis of a gradient. */
typedef struct slope {
    cki_compose *s;
    cask_value *f;
    int axis, order; /* of the edges: 1 or 2 */
    int64_t length;
    cask_value *even;     /* the distance of all; NULL: */
    cask_array distances; /* of neighbours, in the array's direction */
} slope;

static cask_value *op(const slope *g, const char *name, cask_value *a, cask_value *b)
{
    return a && b ? cki_compose_call(g->s, name, a, b, NULL, NULL) : NULL;
}

static cask_value *number(const slope *g, double value)
{
    return cki_compose_float(g->s, value);
}

/* Elements start .. stop - 1; negative ones count from the end, 0 as stop is the end. */
static cask_value *part(const slope *g, int64_t start, int64_t stop)
{
    start += start < 0 ? g->length : 0;
    stop += stop <= 0 ? g->length : 0;
    return cki_compose_range(g->s, g->f, g->axis, start, stop);
}

static cask_value *gap(const slope *g, int64_t start, int64_t stop)
{
    int64_t count = g->length - 1;
    start += start < 0 ? count : 0;
    stop += stop <= 0 ? count : 0;
    return cki_compose_range(g->s, cki_compose_array(g->s, g->distances), g->axis, start, stop);
}

/* a * x + b * y + c * z. */
static cask_value *three(const slope *g, cask_value *a, cask_value *x, cask_value *b, cask_value *y,
                         cask_value *c, cask_value *z)
{
    return op(g, "add", op(g, "add", op(g, "multiply", a, x), op(g, "multiply", b, y)),
              op(g, "multiply", c, z));
}

static cask_value *inner_even(const slope *g)
{
    return op(g, "divide", op(g, "subtract", part(g, 2, 0), part(g, 0, -2)),
              op(g, "multiply", number(g, 2), g->even));
}

/* Central differences over unequal distances, of second order. */
static cask_value *inner_uneven(const slope *g)
{
    cask_value *h1 = gap(g, 0, -1), *h2 = gap(g, 1, 0), *sum = op(g, "add", h1, h2);
    cask_value *minus = h2 ? cki_compose_call(g->s, "negative", h2, NULL, NULL, NULL) : NULL;
    cask_value *a = op(g, "divide", minus, op(g, "multiply", h1, sum));
    cask_value *b = op(g, "divide", op(g, "subtract", h2, h1), op(g, "multiply", h1, h2));
    cask_value *c = op(g, "divide", h1, op(g, "multiply", h2, sum));
    return three(g, a, part(g, 0, -2), b, part(g, 1, -1), c, part(g, 2, 0));
}

static cask_value *edge_first(const slope *g, bool last)
{
    cask_value *rise = last ? op(g, "subtract", part(g, -1, 0), part(g, -2, -1))
                            : op(g, "subtract", part(g, 1, 2), part(g, 0, 1));
    return op(g, "divide", rise, g->even ? g->even : last ? gap(g, -1, 0) : gap(g, 0, 1));
}

/* One-sided differences of second order. */
static cask_value *edge_second(const slope *g, bool last)
{
    cask_value *a, *b, *c;
    if (g->even) {
        double sign = last ? -1 : 1;
        a = op(g, "divide", number(g, last ? 0.5 : -1.5), g->even);
        b = op(g, "divide", number(g, 2 * sign), g->even);
        c = op(g, "divide", number(g, last ? 1.5 : -0.5), g->even);
    } else {
        cask_value *h1 = last ? gap(g, -2, -1) : gap(g, 0, 1);
        cask_value *h2 = last ? gap(g, -1, 0) : gap(g, 1, 2), *sum = op(g, "add", h1, h2);
        cask_value *product = op(g, "multiply", h1, h2), *two = number(g, 2);
        if (last) {
            a = op(g, "divide", h2, op(g, "multiply", h1, sum));
            b = op(g, "divide", sum, product);
            b = b ? cki_compose_call(g->s, "negative", b, NULL, NULL, NULL) : NULL;
            c = op(g, "divide", op(g, "add", op(g, "multiply", two, h2), h1),
                   op(g, "multiply", h2, sum));
        } else {
            a = op(g, "divide", op(g, "add", op(g, "multiply", two, h1), h2),
                   op(g, "multiply", h1, sum));
            a = a ? cki_compose_call(g->s, "negative", a, NULL, NULL, NULL) : NULL;
            b = op(g, "divide", sum, product);
            c = op(g, "divide", h1, op(g, "multiply", h2, sum));
            c = c ? cki_compose_call(g->s, "negative", c, NULL, NULL, NULL) : NULL;
        }
    }
    return last ? three(g, a, part(g, -3, -2), b, part(g, -2, -1), c, part(g, -1, 0))
                : three(g, a, part(g, 0, 1), b, part(g, 1, 2), c, part(g, 2, 3));
}

/* First edge, inner part and last edge in the chunks of f. */
static cask_array whole(const slope *g, cask_array f)
{
    cask_value *const parts[] = {g->order == 1 ? edge_first(g, false) : edge_second(g, false),
                                 g->length > 2 ? (g->even ? inner_even(g) : inner_uneven(g)) : NULL,
                                 g->order == 1 ? edge_first(g, true) : edge_second(g, true)};
    cask_array arrays[3];
    size_t count = 0;
    for (size_t i = 0; i < 3; i++) {
        if (i == 1 && g->length <= 2)
            continue;
        if (!parts[i] || !(arrays[count++] = cki_compose_lazy(g->s, parts[i])))
            return NULL;
    }
    cask_array made = cki_join_concatenate(g->s->build, arrays, count, g->axis);
    made = made ? cki_elementwise_cast(g->s->build, made, f->dtype) : NULL;
    return made ? cki_rechunk_to(g->s->build, made, f->axes) : NULL;
}

/* Spacing along an axis: a number, or the coordinates of its elements. */
static cask_status read_spacing(cki_call *call, slope *g, cask_array f, cask_value *given)
{
    cki_build *build = g->s->build;
    g->even = NULL;
    if (cki_node_lazy(given) && cki_node_lazy(given)->ndim)
        return cki_fail(call->error, CASK_UNSUPPORTED, "NotImplementedError",
                        "dask array coordinated is not supported.");
    cask_array x = cki_node_from_value(build, given);
    if (!x)
        return call->error->status;
    if (x->ndim == 0) {
        g->even = given;
        return CASK_OK;
    }
    if (x->ndim != 1)
        return cki_fail(call->error, CASK_INVALID, NULL, "distances must be either scalars or 1d");
    if (x->axes[0].length != g->length)
        return cki_fail(call->error, CASK_INVALID, NULL,
                        "when 1d, distances must match the length of the corresponding dimension");
    if (cki_dtype_is_integer(x->dtype))
        x = cki_elementwise_cast(build, x, cki_dtype_of(CASK_F64));
    cask_value *self = cki_compose_array(g->s, x);
    cask_value *steps = self ? cki_compose_call(g->s, "diff", self, NULL, NULL, NULL) : NULL;
    cask_array d = steps ? cki_compose_lazy(g->s, steps) : NULL;
    g->distances = d ? cki_grid_along(build, d, g->axis, f->ndim) : NULL;
    return call->error->status;
}

static cask_status check_chunks(cki_call *call, const slope *g, const cki_axis *axis)
{
    bool lazy = cki_node_lazy(cki_operation_argument(call, "f")) != NULL;
    for (size_t i = 0; i < axis->nruns; i++) {
        if (axis->runs[i].size < 0)
            return cki_fail(call->error, CASK_INVALID, NULL,
                            "gradient: the chunk sizes of axis %d are unknown.\n\nA possible "
                            "solution: x.compute_chunk_sizes()",
                            g->axis);
        if (lazy && axis->runs[i].size < g->order + 1)
            return cki_fail(call->error, CASK_INVALID, NULL,
                            "Chunk size must be larger than edge_order + 1. Minimum chunk for "
                            "axis %d is %lld. Rechunk to proceed.",
                            g->axis, (long long)axis->runs[i].size);
    }
    if (axis->length < g->order + 1)
        return cki_fail(call->error, CASK_INVALID, NULL,
                        "Shape of array too small to calculate a numerical gradient, at least "
                        "(edge_order + 1) elements are required.");
    return CASK_OK;
}

/* Along one axis; the references made on the way go at the end of each. */
static cask_value *along(cki_call *call, cki_build *build, cask_array f, int axis, int64_t order,
                         cask_value *spacing)
{
    cki_compose s = {.build = build};
    slope g = {.s = &s, .axis = axis, .order = (int)order, .length = f->axes[axis].length};
    cask_value *result = NULL;
    g.f = cki_compose_array(&s, f);
    if (g.f && check_chunks(call, &g, &f->axes[axis]) == CASK_OK &&
        read_spacing(call, &g, f, spacing) == CASK_OK)
        result = cki_compose_array(&s, whole(&g, f));
    return cki_compose_drop(&s, result);
}

/* ... of each axis, a number for each, or one for all. */
static cask_value *run_gradient(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array f = cki_node_from_value(&build, cki_operation_argument(call, "f"));
    const cask_value *given = cki_operation_argument(call, "varargs");
    cask_value *axis = cki_operation_argument(call, "axis");
    bool flags[CKI_MAX_NDIM];
    int axes[CKI_MAX_NDIM], count;
    double order;
    if (!f || cki_value_real(cki_operation_argument(call, "edge_order"), &order, call->error) ||
        cki_node_axes(axis, f->ndim, flags, axes, &count, call->error) != CASK_OK)
        return NULL;
    if (order > 2) {
        cki_fail(call->error, CASK_INVALID, NULL, "edge_order must be less than or equal to 2.");
        return NULL;
    }
    size_t spacings = given->as.list.count;
    if (spacings > 1 && spacings != (size_t)count) {
        cki_fail(call->error, CASK_TYPE, NULL,
                 "Spacing must either be a single scalar, or a scalar / 1d-array per axis");
        return NULL;
    }
    bool whole_numbers = cki_dtype_is_integer(f->dtype) || f->dtype.id == CASK_BOOL;
    if (whole_numbers || f->dtype.id == CASK_F16)
        f = cki_elementwise_cast(&build, f, cki_dtype_of(CASK_F64));
    cask_value *one = cki_value_float(1, call->error);
    /* NumPy gives an only axis alone, Dask a list unless it was a number */
    bool alone = axis->kind == CKI_INT || ((call->operation->places & CKI_IN_NP) && count == 1);
    cask_value *list =
        one && f ? cki_value_list(CKI_LIST, (size_t)(alone ? 1 : count), call->error) : NULL;
    for (int i = 0; list && i < count; i++) {
        cask_value *spacing = spacings ? given->as.list.items[spacings == 1 ? 0 : (size_t)i] : one;
        cask_value *own = along(call, &build, f, axes[i], order > 1 ? 2 : 1, spacing);
        if (!own) {
            list->as.list.count = (size_t)i;
            cask_value_unref(list);
            list = NULL;
        } else {
            list->as.list.items[i] = own;
        }
    }
    cask_value_unref(one);
    cask_value *result = list && alone ? cask_value_ref(list->as.list.items[0]) : list;
    if (list && alone)
        cask_value_unref(list);
    return result;
}

/* ---- ediff1d and trapz ---- */

static cask_value *run_ediff(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cki_compose s = {.build = &build};
    cask_value *begin = cki_operation_argument(call, "to_begin");
    cask_value *end = cki_operation_argument(call, "to_end");
    cask_value *flat =
        cki_compose_call(&s, "ravel", cki_operation_argument(call, "ary"), NULL, NULL, NULL);
    cask_value *gaps = flat ? cki_compose_call(&s, "diff", flat, NULL, NULL, NULL) : NULL;
    cask_value *const parts[] = {begin->kind == CKI_NONE ? NULL : begin, gaps,
                                 end->kind == CKI_NONE ? NULL : end};
    cask_array arrays[3];
    size_t count = 0;
    for (size_t i = 0; i < 3 && gaps; i++) {
        cask_value *own =
            parts[i] ? cki_compose_call(&s, "ravel", parts[i], NULL, NULL, NULL) : NULL;
        if (own && (arrays[count] = cki_compose_lazy(&s, own)))
            count++;
    }
    cask_array made = call->error->status == CASK_OK && count
                          ? cki_join_concatenate(&build, arrays, count, 0)
                          : NULL;
    return cki_compose_drop(&s, made ? cki_compose_array(&s, made) : NULL);
}

static cask_value *run_trapz(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cki_compose s = {.build = &build};
    cask_array y = cki_node_from_value(&build, cki_operation_argument(call, "y"));
    cask_value *x = cki_operation_argument(call, "x"), *width = cki_operation_argument(call, "dx");
    int axis;
    if (!y || cki_node_axis(cki_operation_argument(call, "axis"), y->ndim, &axis, call->error))
        return NULL;
    slope g = {.s = &s, .axis = axis, .length = y->axes[axis].length};
    g.f = cki_compose_array(&s, y);
    if (g.length < 1) {
        cki_fail(call->error, CASK_INVALID, NULL, "trapz needs an axis of known length, not empty");
        return cki_compose_drop(&s, NULL);
    }
    if (x->kind != CKI_NONE) {
        cask_array at = cki_node_from_value(&build, x);
        cask_value *own = at ? cki_compose_array(&s, at) : NULL;
        cask_value *steps = own ? cki_compose_named(&s, "diff", own, NULL, "axis",
                                                    cki_compose_int(&s, at->ndim == 1 ? 0 : axis))
                                : NULL;
        cask_array d = steps ? cki_compose_lazy(&s, steps) : NULL;
        d = d && d->ndim == 1 ? cki_grid_along(&build, d, axis, y->ndim) : d;
        width = d ? cki_compose_array(&s, d) : NULL;
    }
    cask_value *sum =
        op(&g, "add", part(&g, 1, 0), cki_compose_range(&s, g.f, axis, 0, g.length - 1));
    cask_value *areas = op(&g, "divide", op(&g, "multiply", width, sum), number(&g, 2));
    return cki_compose_drop(
        &s, areas ? cki_compose_named(&s, "sum", areas, NULL, "axis", cki_compose_int(&s, axis))
                  : NULL);
}

#define GRADIENT                                                                                   \
    "f, *varargs, axis=None, edge_order=1",                                                        \
        "The slope along axes: central differences inside, one-sided ones at the ends. Spacings: " \
        "a number, or for each axis a number or the coordinates.",                                 \
        run_gradient, NULL

static const cki_operation op_gradient = {"gradient", CKI_IN_DA, GRADIENT};
static const cki_operation op_np_gradient = {"gradient", CKI_IN_NP, GRADIENT};
static const cki_operation op_ediff = {
    "ediff1d",
    CKI_IN_DA | CKI_IN_NP,
    "ary, to_end=None, to_begin=None",
    "The differences of neighbours, the array taken as 1-d; others put before and behind.",
    run_ediff,
    NULL};
static const cki_operation op_trapz = {"trapz",
                                       CKI_IN_DA | CKI_IN_NP,
                                       "y, x=None, dx=1.0, axis=-1",
                                       "The integral along an axis by the trapezoidal rule.",
                                       run_trapz,
                                       NULL};

const cki_operation *const cki_gradient_operations[] = {&op_gradient, &op_np_gradient, &op_ediff,
                                                        &op_trapz, NULL};
