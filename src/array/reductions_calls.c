/* The reductions as operations: sum, mean, nanmax, argmin and their like, and those made of them:
 * ptp, average, trace. */
#include "array/elementwise.h"
#include "array/out.h"
#include "array/reductions.h"
#include "array/reductions_where.h"
#include "array/source.h"
#include "array/view.h"

#include <string.h>

typedef struct row {
    cki_reduce_kind kind;
    bool skip_nan;
    const char *label;
} row;

#define PLAIN "a, axis=None, keepdims=False, split_every=None, out=None"
#define TYPED "a, axis=None, dtype=None, keepdims=False, split_every=None, out=None"
#define FIRST_PLAIN                                                                                \
    "a, axis=None, keepdims=False, split_every=None, out=None, *, initial=None, where=True"
#define FIRST_TYPED                                                                                \
    "a, axis=None, dtype=None, keepdims=False, split_every=None, out=None, *, initial=None, "      \
    "where=True"
#define WHERE     "a, axis=None, keepdims=False, split_every=None, out=None, *, where=True"
#define WITH_DDOF "a, axis=None, dtype=None, keepdims=False, ddof=0, split_every=None, out=None"

/* ---- arguments ---- */

/* split_every: None, an int, or a dict from axis to int. */
static cask_status read_splits(cki_call *call, int ndim, cki_reduce_spec *spec)
{
    cask_value *every = cki_operation_argument(call, "split_every");
    if (every->kind == CKI_NONE || (every->kind == CKI_BOOL && !every->as.boolean))
        return CASK_OK;
    if (every->kind == CKI_INT) {
        spec->split_every = every->as.integer < 0           ? 2
                            : every->as.integer > INT32_MAX ? INT32_MAX
                                                            : (int)every->as.integer;
        return CASK_OK;
    }
    if (every->kind != CKI_DICT)
        return cki_fail(call->error, CASK_INVALID, NULL, "split_every must be a int or a dict");
    for (int k = 0; k < ndim; k++)
        spec->split[k] = 2;
    for (size_t i = 0; i < every->as.dict.count; i++) {
        int64_t axis, split;
        if (cki_value_index(every->as.dict.keys[i], &axis, call->error) != CASK_OK ||
            cki_value_index(every->as.dict.values[i], &split, call->error) != CASK_OK)
            return call->error->status;
        if (axis >= 0 && axis < ndim && split > 1)
            spec->split[axis] = split > INT32_MAX ? INT32_MAX : (int)split;
    }
    return CASK_OK;
}

static cask_status read_axes(cki_call *call, int ndim, cki_reduce_spec *spec)
{
    cask_value *axis = cki_operation_argument(call, "axis");
    if (axis->kind == CKI_NONE) {
        spec->all = true;
        return CASK_OK;
    }
    bool arg = spec->kind == CKI_REDUCE_ARGMIN || spec->kind == CKI_REDUCE_ARGMAX;
    if (arg && (axis->kind == CKI_TUPLE || axis->kind == CKI_LIST)) {
        cki_text text = {0};
        cki_value_print(axis, &text);
        cki_fail(call->error, CASK_TYPE, NULL, "axis must be either `None` or int, got '%s'",
                 text.bytes ? text.bytes : "a sequence");
        cki_text_free(&text);
        return CASK_TYPE;
    }
    int order[CKI_MAX_NDIM], count = 0;
    return cki_node_axes(axis, ndim, spec->axes, order, &count, call->error);
}

static bool has_parameter(const cki_call *call, const char *name)
{
    return strstr(call->operation->signature, name) != NULL;
}

static cask_value *run_reduce(cki_call *call)
{
    const row *detail = call->operation->detail;
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array x = cki_node_from_value(&build, cki_operation_argument(call, "a"));
    cki_reduce_spec spec = {
        .kind = detail->kind,
        .skip_nan = detail->skip_nan,
        .label = detail->label,
        .keepdims = cki_operation_flag(call, "keepdims"),
    };
    if (!x || read_axes(call, x->ndim, &spec) != CASK_OK ||
        read_splits(call, x->ndim, &spec) != CASK_OK)
        return NULL;
    if (has_parameter(call, "dtype=") &&
        cki_node_dtype(cki_operation_argument(call, "dtype"), &spec.dtype, call->error) != CASK_OK)
        return NULL;
    if (has_parameter(call, "ddof=") &&
        cki_value_real(cki_operation_argument(call, "ddof"), &spec.ddof, call->error) != CASK_OK)
        return NULL;
    if (!has_parameter(call, "where="))
        return cki_out_result(call, &build, cki_reductions_reduce(&build, x, &spec));
    cask_value *none = cki_value_none();
    cask_value *initial =
        has_parameter(call, "initial=") ? cki_operation_argument(call, "initial") : none;
    cask_array made = cki_reductions_where_reduce(&build, x, &spec,
                                                  cki_operation_argument(call, "where"), initial);
    cask_value_unref(none);
    return cki_out_result(call, &build, made);
}

/* ---- the records ---- */

/* X(id, name, places, signature, kind, skip_nan, label, doc) */
#define EVERYWHERE (CKI_IN_DA | CKI_IN_NP | CKI_ARRAY_METHOD)
#define FUNCTION   (CKI_IN_DA | CKI_IN_NP)
#define REDUCTIONS(X)                                                                              \
    X(sum, EVERYWHERE, FIRST_TYPED, SUM, false, NULL, "Sum of elements over axes.")                \
    X(prod, EVERYWHERE, FIRST_TYPED, PROD, false, NULL, "Product of elements over axes.")          \
    X(mean, EVERYWHERE, TYPED, MEAN, false, NULL, "Arithmetic mean over axes.")                    \
    X(min, EVERYWHERE, FIRST_PLAIN, MIN, false, NULL,                                              \
      "Smallest element over axes; NaN if there is one.")                                          \
    X(max, EVERYWHERE, FIRST_PLAIN, MAX, false, NULL,                                              \
      "Largest element over axes; NaN if there is one.")                                           \
    X(std, EVERYWHERE, WITH_DDOF, STD, false, NULL,                                                \
      "Standard deviation over axes, divided by n - ddof.")                                        \
    X(var, EVERYWHERE, WITH_DDOF, VAR, false, NULL, "Variance over axes, divided by n - ddof.")    \
    X(any, EVERYWHERE, WHERE, ANY, false, NULL, "Whether any element over axes is true.")          \
    X(all, EVERYWHERE, WHERE, ALL, false, NULL, "Whether all elements over axes are true.")        \
    X(argmin, EVERYWHERE, PLAIN, ARGMIN, false, NULL,                                              \
      "Index of the smallest element along an axis, or in the raveled array.")                     \
    X(argmax, EVERYWHERE, PLAIN, ARGMAX, false, NULL,                                              \
      "Index of the largest element along an axis, or in the raveled array.")                      \
    X(amin, CKI_IN_NP, FIRST_PLAIN, MIN, false, NULL, "Smallest element over axes: min.")          \
    X(amax, CKI_IN_NP, FIRST_PLAIN, MAX, false, NULL, "Largest element over axes: max.")           \
    X(nansum, FUNCTION, TYPED, SUM, true, NULL, "Sum over axes, NaN counting as 0.")               \
    X(nanprod, FUNCTION, TYPED, PROD, true, NULL, "Product over axes, NaN counting as 1.")         \
    X(nanmean, FUNCTION, TYPED, MEAN, true, NULL, "Mean over axes of what is not NaN.")            \
    X(nanmin, FUNCTION, PLAIN, MIN, true, "_nanmin_skip-aggregate",                                \
      "Smallest element over axes that is not NaN.")                                               \
    X(nanmax, FUNCTION, PLAIN, MAX, true, "_nanmax_skip-aggregate",                                \
      "Largest element over axes that is not NaN.")                                                \
    X(nanstd, FUNCTION, WITH_DDOF, STD, true, NULL,                                                \
      "Standard deviation over axes of what is not NaN.")                                          \
    X(nanvar, FUNCTION, WITH_DDOF, VAR, true, "moment_agg-aggregate",                              \
      "Variance over axes of what is not NaN.")                                                    \
    X(nanargmin, FUNCTION, PLAIN, ARGMIN, true, "nanarg_agg-aggregate",                            \
      "Index of the smallest element that is not NaN; ValueError where all are.")                  \
    X(nanargmax, FUNCTION, PLAIN, ARGMAX, true, "nanarg_agg-aggregate",                            \
      "Index of the largest element that is not NaN; ValueError where all are.")

#define RECORD(name, places, signature, kind, skip_nan, label, doc)                                \
    static const row name##_detail = {CKI_REDUCE_##kind, skip_nan, label};                         \
    static const cki_operation op_##name = {#name, places,     signature,                          \
                                            doc,   run_reduce, &name##_detail};
REDUCTIONS(RECORD)

static cask_value *run_count_nonzero(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array x = cki_node_from_value(&build, cki_operation_argument(call, "a"));
    cki_reduce_spec spec = {.kind = CKI_REDUCE_COUNT,
                            .keepdims = cki_operation_flag(call, "keepdims")};
    if (!x || read_axes(call, x->ndim, &spec) != CASK_OK)
        return NULL;
    if (cki_dtype_is_text(x->dtype) && !(x = cki_elementwise_nonzero(&build, x)))
        return NULL;
    return cki_node_value(&build, cki_reductions_reduce(&build, x, &spec));
}

static const cki_operation op_count_nonzero = {"count_nonzero",
                                               FUNCTION,
                                               "a, axis=None, *, keepdims=False",
                                               "How many elements over axes are not zero.",
                                               run_count_nonzero,
                                               NULL};

static cask_value *run_ptp(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array x = cki_node_from_value(&build, cki_operation_argument(call, "a"));
    cki_reduce_spec low = {.kind = CKI_REDUCE_MIN}, high;
    if (!x || read_axes(call, x->ndim, &low) != CASK_OK)
        return NULL;
    high = low;
    high.kind = CKI_REDUCE_MAX;
    cask_array ends[2] = {cki_reductions_reduce(&build, x, &high),
                          cki_reductions_reduce(&build, x, &low)};
    if (!ends[0] || !ends[1])
        return NULL;
    return cki_node_value(&build, cki_elementwise_arrays(&build, "subtract", ends, 2));
}

static const cki_operation op_ptp = {
    "ptp", CKI_IN_DA, "a, axis=None", "Largest minus smallest element over axes.", run_ptp, NULL};

/* ---- trace ---- */

/* The mask of a diagonal: element (i, j) of an n by m array is true where j - i is the offset. */
static cask_status diagonal_region(const void *self, cki_dtype dtype, int ndim,
                                   const int64_t *start, const int64_t *count, const int64_t *step,
                                   cask_value **out, cki_error *error)
{
    int64_t offset = *(const int64_t *)self;
    *out = cki_array_zeros(dtype, ndim, count, error);
    if (!*out)
        return error->status;
    const cki_array *array = cki_array_of(*out);
    for (int64_t i = 0; i < count[0]; i++) {
        int64_t column = start[0] + i * step[0] + offset - start[1];
        if (column >= 0 && column % step[1] == 0 && column / step[1] < count[1])
            array->data[i * array->strides[0] + column / step[1] * array->strides[1]] = 1;
    }
    return CASK_OK;
}

static const cki_source diagonal_source = {"diagonal", diagonal_region, NULL, false, false, NULL};

/* The mask in the chunks of x's axes, broadcastable to x. */
static cask_array diagonal_mask(cki_build *build, cask_array x, int axis1, int axis2,
                                int64_t offset)
{
    const int64_t far = INT64_MAX / 4; /* beyond all arrays, and sums with it stay in range */
    offset = offset > far ? far : offset < -far ? -far : offset;
    int64_t *self = cki_arena_copy(&build->ck->arena, &offset, sizeof offset);
    if (!self) {
        cki_fail_memory(build->error, sizeof offset);
        return NULL;
    }
    bool swap = axis1 > axis2;
    if (swap)
        *self = -offset;
    int low = swap ? axis2 : axis1, high = swap ? axis1 : axis2;
    cki_hasher *hasher = cki_token_start(build->error);
    if (!hasher)
        return NULL;
    cki_token_text(hasher, "diagonal");
    cki_token_int(hasher, *self);
    for (int k = 0; k < 2; k++)
        cki_token_int(hasher, cki_node_length(x, k ? high : low));
    cask_array mask =
        cki_source_array(build, "diagonal", &diagonal_source, self, cki_token_end(hasher),
                         cki_dtype_of(CASK_BOOL), 2, (cki_axis[]){x->axes[low], x->axes[high]});
    for (int k = low + 1; mask && k < high; k++)
        mask = cki_view_expand(build, mask, 1);
    for (int k = high + 1; mask && k < x->ndim; k++)
        mask = cki_view_expand(build, mask, mask->ndim);
    return mask;
}

/* The sum of x where the mask is true: no copy of the diagonal, and blocks beside it cost little.
 */
static cask_value *run_trace(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array x = cki_node_from_value(&build, cki_operation_argument(call, "a"));
    cki_reduce_spec spec = {.kind = CKI_REDUCE_SUM};
    int axis1, axis2;
    int64_t offset;
    if (!x ||
        cki_value_index(cki_operation_argument(call, "offset"), &offset, call->error) != CASK_OK)
        return NULL;
    if (x->ndim < 2) {
        cki_fail(call->error, CASK_INVALID, NULL,
                 "diag requires an array of at least two dimensions");
        return NULL;
    }
    if (cki_node_axis(cki_operation_argument(call, "axis1"), x->ndim, &axis1, call->error) !=
            CASK_OK ||
        cki_node_axis(cki_operation_argument(call, "axis2"), x->ndim, &axis2, call->error) !=
            CASK_OK ||
        cki_node_dtype(cki_operation_argument(call, "dtype"), &spec.dtype, call->error) != CASK_OK)
        return NULL;
    if (axis1 == axis2) {
        cki_fail(call->error, CASK_INVALID, NULL, "axis1 and axis2 cannot be the same");
        return NULL;
    }
    if (cki_node_length(x, axis1) < 0 || cki_node_length(x, axis2) < 0) {
        cki_fail(call->error, CASK_INVALID, NULL,
                 "trace() needs axes of known length; compute the array first");
        return NULL;
    }
    cask_array mask = diagonal_mask(&build, x, axis1, axis2, offset);
    cask_value *zero = cki_array_zeros(x->dtype, 0, NULL, call->error);
    cask_array none = zero ? cki_source_constant(&build, zero, NULL) : NULL;
    cask_value_unref(zero);
    if (!mask || !none)
        return NULL;
    cask_array kept = cki_elementwise_arrays(&build, "where", (cask_array[]){mask, x, none}, 3);
    spec.axes[axis1] = spec.axes[axis2] = true;
    return kept ? cki_node_value(&build, cki_reductions_reduce(&build, kept, &spec)) : NULL;
}

static const cki_operation op_trace = {"trace",
                                       EVERYWHERE,
                                       "a, offset=0, axis1=0, axis2=1, dtype=None",
                                       "Sum along the diagonal of two axes.",
                                       run_trace,
                                       NULL};

/* ---- average ---- */

/* Weights in a shape that broadcasts to x along the one axis. */
static cask_array spread_weights(cki_call *call, cki_build *build, cask_array x, cask_array w)
{
    cask_value *axis = cki_operation_argument(call, "axis");
    int at;
    if (axis->kind == CKI_NONE) {
        cki_fail(call->error, CASK_TYPE, NULL,
                 "Axis must be specified when shapes of a and weights differ.");
        return NULL;
    }
    if (w->ndim != 1) {
        cki_fail(call->error, CASK_TYPE, NULL,
                 "1D weights expected when shapes of a and weights differ.");
        return NULL;
    }
    if (cki_node_axis(axis, x->ndim, &at, call->error) != CASK_OK)
        return NULL;
    if (cki_node_length(w, 0) != cki_node_length(x, at)) {
        cki_fail(call->error, CASK_INVALID, NULL,
                 "Length of weights not compatible with specified axis.");
        return NULL;
    }
    for (int k = at + 1; w && k < x->ndim; k++)
        w = cki_view_expand(build, w, w->ndim);
    return w;
}

static bool same_shape(cask_array a, cask_array b)
{
    bool same = a->ndim == b->ndim;
    for (int k = 0; same && k < a->ndim; k++)
        same = cki_node_length(a, k) == cki_node_length(b, k);
    return same;
}

/* Sum of x * w over sum of w; *scale becomes the latter. */
static cask_array weighted(cki_call *call, cki_build *build, cask_array x, cask_array w,
                           const cki_reduce_spec *how, cask_array *scale)
{
    cki_dtype dtype;
    if (cki_dtype_promote(x->dtype, w->dtype, &dtype, call->error) != CASK_OK)
        return NULL;
    if ((cki_dtype_is_integer(x->dtype) || x->dtype.id == CASK_BOOL) &&
        cki_dtype_promote(dtype, cki_dtype_of(CASK_F64), &dtype, call->error) != CASK_OK)
        return NULL;
    bool spread = !same_shape(x, w);
    if (spread && !(w = spread_weights(call, build, x, w)))
        return NULL;
    cki_reduce_spec spec = *how;
    spec.kind = CKI_REDUCE_SUM;
    spec.dtype = dtype;
    cask_array factors[2] = {cki_elementwise_cast(build, x, dtype),
                             cki_elementwise_cast(build, w, dtype)};
    if (!factors[0] || !factors[1])
        return NULL;
    cask_array product = cki_elementwise_arrays(build, "multiply", factors, 2);
    if (spread) { /* 1-d weights: their sum is one number for all */
        spec.keepdims = false;
        spec.all = true;
    }
    *scale = cki_reductions_reduce(build, factors[1], &spec);
    spec = *how;
    spec.kind = CKI_REDUCE_SUM;
    cask_array total = product ? cki_reductions_reduce(build, product, &spec) : NULL;
    if (!*scale || !total)
        return NULL;
    return cki_elementwise_arrays(build, "divide", (cask_array[]){total, *scale}, 2);
}

/* (average, weights' sum in its shape) as a tuple. */
static cask_value *with_scale(cki_build *build, cask_array average, cask_array scale)
{
    scale = cki_view_broadcast(build, scale, average->ndim, average->axes);
    cask_value *tuple = scale ? cki_value_list(CKI_TUPLE, 2, build->error) : NULL;
    if (!tuple)
        return NULL;
    tuple->as.list.items[0] = cki_node_value(build, average);
    tuple->as.list.items[1] = cki_node_value(build, scale);
    for (int i = 0; i < 2; i++)
        if (!tuple->as.list.items[i]) {
            tuple->as.list.items[i] = cki_value_none();
            cki_fail_memory(build->error, sizeof *tuple);
        }
    if (build->error->status == CASK_OK)
        return tuple;
    cask_value_unref(tuple);
    return NULL;
}

/* How many elements went into each mean, as an array of 0 dimensions of its type. */
static cask_array mean_scale(cki_build *build, cask_array x, cask_array average)
{
    int64_t all = cki_node_size(x), kept = cki_node_size(average);
    if (all < 0 || kept < 0) {
        cki_fail(build->error, CASK_INVALID, NULL,
                 "average(): returned=True needs an array of known shape");
        return NULL;
    }
    cask_value *number = cki_value_float(kept ? (double)all / (double)kept : 0, build->error);
    cask_value *array = number ? cki_array_from_scalar(number, average->dtype, build->error) : NULL;
    cask_array scale = array ? cki_source_constant(build, array, NULL) : NULL;
    cask_value_unref(number);
    cask_value_unref(array);
    return scale;
}

static cask_value *run_average(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array x = cki_node_from_value(&build, cki_operation_argument(call, "a"));
    cki_reduce_spec spec = {.kind = CKI_REDUCE_MEAN,
                            .keepdims = cki_operation_flag(call, "keepdims")};
    if (!x || read_axes(call, x->ndim, &spec) != CASK_OK)
        return NULL;
    bool returned = cki_operation_flag(call, "returned");
    cask_array average, scale = NULL;
    if (cki_operation_is_none(call, "weights")) {
        average = cki_reductions_reduce(&build, x, &spec);
        if (average && returned)
            scale = mean_scale(&build, x, average);
    } else {
        cask_array w = cki_node_from_value(&build, cki_operation_argument(call, "weights"));
        average = w ? weighted(call, &build, x, w, &spec, &scale) : NULL;
    }
    if (!average || (returned && !scale))
        return NULL;
    return returned ? with_scale(&build, average, scale) : cki_node_value(&build, average);
}

static const cki_operation op_average = {
    "average",
    FUNCTION,
    "a, axis=None, weights=None, returned=False, keepdims=False",
    "Mean over axes, weighted if weights are given (of a's shape, or 1-d along the axis).",
    run_average,
    NULL};

#define ENTRY(name, places, signature, kind, skip_nan, label, doc) &op_##name,
const cki_operation *const cki_reductions_operations[] = {
    REDUCTIONS(ENTRY) & op_count_nonzero, &op_ptp, &op_trace, &op_average, NULL,
};
