/* Routines: operations that are nothing but others put together: isclose, allclose, array_equal,
 * diff. */
#include "array/routines.h"
#include "array/elementwise.h"
#include "array/index.h"
#include "array/join.h"
#include "array/reductions.h"
#include "array/view.h"

/* ---- closeness ---- */

/* Values made on the way; a NULL one stands for a failure and makes the next NULL. */
typedef struct trail {
    cki_build *build;
    cask_value *made[24];
    size_t count;
} trail;

static cask_value *keep(trail *steps, cask_value *value)
{
    if (value)
        steps->made[steps->count++] = value;
    return value;
}

static cask_value *apply(trail *steps, const char *ufunc, cask_value *a, cask_value *b,
                         cask_value *c)
{
    if (!a || steps->build->error->status != CASK_OK)
        return NULL;
    cask_value *arguments[3] = {a, b, c};
    size_t count = c ? 3 : b ? 2 : 1;
    return keep(steps, cki_node_value(steps->build, cki_elementwise_values(steps->build, ufunc,
                                                                           arguments, count)));
}

static void drop(trail *steps)
{
    while (steps->count)
        cask_value_unref(steps->made[--steps->count]);
}

/* numpy.isclose: |a - b| <= atol + rtol * |b| where both are finite, else a == b. */
static cask_array is_close(cki_call *call, cki_build *build)
{
    trail s = {.build = build};
    cask_value *a = cki_operation_argument(call, "arr1"), *b = cki_operation_argument(call, "arr2");
    cask_value *rtol = cki_operation_argument(call, "rtol");
    cask_value *atol = cki_operation_argument(call, "atol");
    cask_value *one = keep(&s, cki_value_float(1.0, call->error));
    cask_value *finite = apply(&s, "logical_and", apply(&s, "isfinite", a, NULL, NULL),
                               apply(&s, "isfinite", b, NULL, NULL), NULL);
    cask_value *y = one ? apply(&s, "multiply", b, one, NULL) : NULL; /* no integer overflow */
    cask_value *gap =
        y ? apply(&s, "absolute", apply(&s, "subtract", a, y, NULL), NULL, NULL) : NULL;
    cask_value *size = apply(&s, "absolute", y, NULL, NULL);
    cask_value *part = size ? apply(&s, "multiply", size, rtol, NULL) : NULL;
    cask_value *limit = part ? apply(&s, "add", part, atol, NULL) : NULL;
    cask_value *near = limit ? apply(&s, "less_equal", gap, limit, NULL) : NULL;
    cask_value *same = apply(&s, "equal", a, b, NULL);
    cask_value *close = near && same ? apply(&s, "where", finite, near, same) : NULL;
    if (close && cki_operation_flag(call, "equal_nan")) {
        cask_value *nan_a = apply(&s, "isnan", a, NULL, NULL);
        cask_value *nan_b = apply(&s, "isnan", b, NULL, NULL);
        cask_value *both = nan_b ? apply(&s, "logical_and", nan_a, nan_b, NULL) : NULL;
        close = both ? apply(&s, "logical_or", close, both, NULL) : NULL;
    }
    cask_array result = close ? cki_node_lazy(close) : NULL; /* the plan's, not the value's */
    drop(&s);
    return result;
}

static cask_value *run_isclose(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    return cki_node_value(&build, is_close(call, &build));
}

static cask_array all_of(cki_build *build, cask_array x)
{
    return x ? cki_reductions_reduce(build, x,
                                     &(cki_reduce_spec){.kind = CKI_REDUCE_ALL, .all = true})
             : NULL;
}

static cask_value *run_allclose(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    return cki_node_value(&build, all_of(&build, is_close(call, &build)));
}

static cask_value *run_array_equal(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array pair[2] = {cki_node_from_value(&build, call->arguments[0])};
    pair[1] = pair[0] ? cki_node_from_value(&build, call->arguments[1]) : NULL;
    if (!pair[1])
        return NULL;
    bool same = pair[0]->ndim == pair[1]->ndim;
    for (int k = 0; same && k < pair[0]->ndim; k++)
        same = cki_node_length(pair[0], k) == cki_node_length(pair[1], k);
    if (!same)
        return cki_value_bool(false);
    cask_array equal = cki_elementwise_arrays(&build, "equal", pair, 2);
    if (equal && cki_operation_flag(call, "equal_nan")) {
        cask_array nans[2] = {cki_elementwise_arrays(&build, "isnan", &pair[0], 1), NULL};
        nans[1] = nans[0] ? cki_elementwise_arrays(&build, "isnan", &pair[1], 1) : NULL;
        cask_array both[2] = {
            equal, nans[1] ? cki_elementwise_arrays(&build, "logical_and", nans, 2) : NULL};
        equal = both[1] ? cki_elementwise_arrays(&build, "logical_or", both, 2) : NULL;
    }
    return cki_node_value(&build, all_of(&build, equal));
}

/* ---- diff ---- */

enum { MOST_DIFFERENCES = 100000 }; /* each is a node of the plan */

/* x without its first, or last, element along an axis. */
static cask_array shifted(cki_build *build, cask_array x, int axis, bool first)
{
    cki_pick picks[CKI_MAX_NDIM];
    for (int k = 0; k < x->ndim; k++)
        picks[k] = (cki_pick){0, 1, cki_node_length(x, k), false};
    if (picks[axis].count > 0) {
        picks[axis].start = first ? 1 : 0;
        picks[axis].count--;
    }
    return cki_index_basic(build, x, picks);
}

/* What comes before or after x along the axis: a number is repeated over the other axes. */
static cask_array edge(cki_build *build, cask_value *value, cask_array x, int axis)
{
    cask_array y = cki_node_from_value(build, value);
    if (!y || y->ndim != 0)
        return y;
    cki_axis axes[CKI_MAX_NDIM];
    for (int k = 0; k < x->ndim; k++)
        axes[k] = x->axes[k];
    if (!cki_chunks_single(build->arena, 1, &axes[axis])) {
        cki_fail_memory(build->error, sizeof(cki_run));
        return NULL;
    }
    return cki_view_broadcast(build, y, x->ndim, axes);
}

static cask_array with_edges(cki_call *call, cki_build *build, cask_array x, int axis)
{
    cask_array parts[3];
    size_t count = 0;
    if (!cki_operation_is_none(call, "prepend") &&
        !(parts[count++] = edge(build, cki_operation_argument(call, "prepend"), x, axis)))
        return NULL;
    parts[count++] = x;
    if (!cki_operation_is_none(call, "append") &&
        !(parts[count++] = edge(build, cki_operation_argument(call, "append"), x, axis)))
        return NULL;
    return count == 1 ? x : cki_join_concatenate(build, parts, count, axis);
}

static cask_value *run_diff(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array x = cki_node_from_value(&build, cki_operation_argument(call, "a"));
    int64_t n;
    int axis;
    if (!x || cki_value_index(cki_operation_argument(call, "n"), &n, call->error) != CASK_OK ||
        cki_node_axis(cki_operation_argument(call, "axis"), x->ndim, &axis, call->error) != CASK_OK)
        return NULL;
    if (n < 0) {
        cki_fail(call->error, CASK_INVALID, NULL, "order must be non-negative but got %lld",
                 (long long)n);
        return NULL;
    }
    for (int k = 0; k < x->ndim; k++)
        if (cki_node_length(x, k) < 0) {
            cki_fail(call->error, CASK_INVALID, NULL,
                     "diff() needs axes of known length; compute the array first");
            return NULL;
        }
    if (n == 0)
        return cki_node_value(&build, x);
    if (n > MOST_DIFFERENCES && cki_node_length(x, axis) > MOST_DIFFERENCES) {
        cki_fail(call->error, CASK_LIMIT, NULL, "diff() of an order above %d: n=%lld",
                 MOST_DIFFERENCES, (long long)n);
        return NULL;
    }
    x = with_edges(call, &build, x, axis);
    /* differencing an empty axis changes nothing more */
    const char *minus = x && x->dtype.id == CASK_BOOL ? "not_equal" : "subtract";
    while (x && n-- > 0) {
        if (n > cki_node_length(x, axis))
            n = cki_node_length(x, axis);
        cask_array pair[2] = {shifted(&build, x, axis, true), shifted(&build, x, axis, false)};
        x = pair[0] && pair[1] ? cki_elementwise_arrays(&build, minus, pair, 2) : NULL;
    }
    return cki_node_value(&build, x);
}

/* ---- the records ---- */

#define FUNCTION  (CKI_IN_DA | CKI_IN_NP)
#define CLOSENESS "arr1, arr2, rtol=1e-05, atol=1e-08, equal_nan=False"

static const cki_operation op_isclose = {
    "isclose",   CKI_IN_DA, CLOSENESS, "Where two arrays are equal within atol + rtol * |arr2|.",
    run_isclose, NULL};
static const cki_operation op_allclose = {
    "allclose",   CKI_IN_DA,
    CLOSENESS,    "Whether two arrays are equal everywhere within atol + rtol * |arr2|.",
    run_allclose, NULL};
static const cki_operation op_array_equal = {"array_equal",
                                             CKI_IN_NP,
                                             "a1, a2, equal_nan=False",
                                             "Whether two arrays have the same shape and elements.",
                                             run_array_equal,
                                             NULL};
static const cki_operation op_diff = {
    "diff",
    FUNCTION,
    "a, n=1, axis=-1, prepend=None, append=None",
    "Each element minus the one before it along an axis, n times over.",
    run_diff,
    NULL};

const cki_operation *const cki_routines_operations[] = {
    &op_isclose, &op_allclose, &op_array_equal, &op_diff, NULL,
};
