/* pad: arrays put around an array, made of slices of it, reductions of them, or constants. */
#include "array/pad.h"
#include "array/elementwise.h"
#include "array/grid.h"
#include "array/index.h"
#include "array/join.h"
#include "array/pick.h"
#include "array/quantile.h"
#include "array/reductions.h"
#include "array/runs.h"
#include "array/source.h"
#include "array/view.h"

#include <string.h>

typedef enum mode {
    PAD_CONSTANT,
    PAD_EDGE,
    PAD_LINEAR_RAMP,
    PAD_MAXIMUM,
    PAD_MEAN,
    PAD_MEDIAN,
    PAD_MINIMUM,
    PAD_REFLECT,
    PAD_SYMMETRIC,
    PAD_WRAP,
    PAD_EMPTY,
    PAD_MODES
} mode;

static const char *const names[PAD_MODES] = {
    "constant", "edge",    "linear_ramp", "maximum", "mean",  "median",
    "minimum",  "reflect", "symmetric",   "wrap",    "empty",
};

/* One call: how wide, and with what, before and behind along each axis. */
typedef struct padding {
    cki_build *build;
    mode mode;
    int64_t widths[CKI_MAX_NDIM][2];
    cask_value *values[CKI_MAX_NDIM][2]; /* of constant and linear_ramp; borrowed */
    int64_t lengths[CKI_MAX_NDIM][2];    /* of the statistics */
    bool odd;                            /* mirrored in the edge element's value too */
} padding;

/* ---- arguments ---- */

static bool is_number(const cask_value *value)
{
    const cki_array *array = cki_array_of(value);
    return value->kind == CKI_BOOL || value->kind == CKI_INT || value->kind == CKI_FLOAT ||
           value->kind == CKI_COMPLEX || (array && array->ndim == 0);
}

static bool is_sequence(const cask_value *value, size_t count)
{
    return (value->kind == CKI_LIST || value->kind == CKI_TUPLE) && value->as.list.count == count;
}

static bool is_pair(const cask_value *value)
{
    return is_sequence(value, 2) && is_number(value->as.list.items[0]) &&
           is_number(value->as.list.items[1]);
}

/* Dask's forms: a number for all, a pair for all axes, or a pair for each axis. */
static cask_status expand(const cask_value *given, int ndim, cask_value *(*pairs)[2],
                          cki_error *error)
{
    bool one = is_sequence(given, 1) && is_number(given->as.list.items[0]);
    bool common = is_sequence(given, 1) && is_pair(given->as.list.items[0]);
    bool each = is_sequence(given, (size_t)ndim) && !is_pair(given);
    for (int k = 0; each && k < ndim; k++)
        each = is_pair(given->as.list.items[k]);
    if (!is_number(given) && !one && !common && !each && !is_pair(given))
        return cki_fail(error, CASK_TYPE, NULL,
                        "`pad_value` must be composed of integral typed values.");
    for (int k = 0; k < ndim; k++) {
        cask_value *pair = one || common ? given->as.list.items[0]
                           : each        ? given->as.list.items[k]
                                         : (cask_value *)(uintptr_t)given;
        bool single = is_number(pair);
        pairs[k][0] = single ? pair : pair->as.list.items[0];
        pairs[k][1] = single ? pair : pair->as.list.items[1];
    }
    return CASK_OK;
}

static cask_status read_integers(const cask_value *given, int ndim, int64_t (*numbers)[2],
                                 cki_error *error)
{
    cask_value *pairs[CKI_MAX_NDIM][2];
    cask_status status = expand(given, ndim, pairs, error);
    for (int i = 0; i < 2 * ndim && status == CASK_OK; i++) {
        status = cki_value_index(pairs[i / 2][i % 2], &numbers[i / 2][i % 2], error);
        if (status == CASK_OK && numbers[i / 2][i % 2] < 0)
            status = cki_fail(error, CASK_INVALID, NULL, "index can't contain negative values");
    }
    return status;
}

/* ---- pieces ---- */

static bool single(cki_build *build, int64_t length, cki_axis *axis)
{
    if (cki_chunks_single(build->arena, length, axis))
        return true;
    cki_fail_memory(build->error, sizeof(cki_run));
    return false;
}

/* An array of one element along the axis (or of 0 dimensions), `width` times there. */
static cask_array spread(cki_build *build, cask_array piece, cask_array like, int axis,
                         int64_t width)
{
    cki_axis axes[CKI_MAX_NDIM];
    memcpy(axes, like->axes, (size_t)like->ndim * sizeof *axes);
    for (int k = 0; piece && k < piece->ndim; k++) /* which may be cut otherwise */
        if (piece->axes[k].length == axes[k].length)
            axes[k] = piece->axes[k];
    if (!piece || !single(build, width, &axes[axis]))
        return NULL;
    return cki_view_broadcast(build, piece, like->ndim, axes);
}

static cask_array join(cki_build *build, cask_array before, cask_array x, cask_array behind,
                       int axis)
{
    if (!before || !behind)
        return NULL;
    return cki_join_concatenate(build, (cask_array[]){before, x, behind}, 3, axis);
}

/* A number as an array of 0 dimensions, converted as astype does. */
static cask_array scalar_of(cki_build *build, const cask_value *value, cki_dtype dtype)
{
    cask_value *natural = cki_array_from_value(value, (cki_dtype){0}, build->error);
    cask_value *cast = natural ? cki_array_new(dtype, 0, NULL, build->error) : NULL;
    cask_array made = NULL;
    if (cast && cki_array_cast(cki_array_of(cast), cki_array_of(natural), build->error) == CASK_OK)
        made = cki_source_constant(build, cast, NULL);
    cask_value_unref(natural);
    cask_value_unref(cast);
    return made;
}

cask_array cki_pad_constant(cki_build *build, cask_array x, int64_t (*widths)[2], cask_array value)
{
    for (int k = 0; x && k < x->ndim; k++)
        x = join(build, spread(build, value, x, k, widths[k][0]), x,
                 spread(build, value, x, k, widths[k][1]), k);
    return x;
}

/* The first or the last element along an axis. */
static cask_array edge(cki_build *build, cask_array x, int axis, bool last)
{
    int64_t length = x->axes[axis].length;
    return cki_index_range(build, x, axis, last ? length - 1 : 0, last ? length : 1);
}

/* A ufunc of two arrays; NULL if one of them failed. */
static cask_array apply(cki_build *build, const char *ufunc, cask_array a, cask_array b)
{
    return a && b ? cki_elementwise_arrays(build, ufunc, (cask_array[]){a, b}, 2) : NULL;
}

static cask_array constant_of(cki_build *build, int64_t number, cki_dtype dtype)
{
    cask_value *value = cki_value_int(number, build->error);
    cask_array made = value ? scalar_of(build, value, dtype) : NULL;
    cask_value_unref(value);
    return made;
}

/* From an edge outwards to `stop`, which the outermost element is exactly, as numpy.linspace. */
static cask_array ramp(const padding *p, cask_array x, int axis, bool last)
{
    cki_build *build = p->build;
    int64_t width = p->widths[axis][last];
    cki_dtype loop = cki_dtype_of(cki_dtype_is_complex(x->dtype) ? CASK_C128 : CASK_F64);
    cki_axis along;
    cask_array start = edge(build, x, axis, last);
    if (width == 0)
        return spread(build, start, x, axis, 0);
    start = start ? cki_elementwise_cast(build, start, loop) : NULL;
    cask_array stop = scalar_of(build, p->values[axis][last], loop);
    cask_array whole = constant_of(build, width, loop);
    if (!start || !single(build, width, &along))
        return NULL;
    cask_array place = cki_grid_count(build, &along, last ? 1 : width, last ? 1 : -1);
    place = place ? cki_grid_along(build, place, axis, x->ndim) : NULL;
    place = place ? cki_elementwise_cast(build, place, loop) : NULL;
    cask_array step = apply(build, "divide", apply(build, "subtract", stop, start), whole);
    cask_array made = apply(build, "add", apply(build, "multiply", place, step), start);
    cask_array outermost = apply(build, "equal", place, whole);
    if (!made || !outermost)
        return NULL;
    made = cki_elementwise_arrays(build, "where", (cask_array[]){outermost, stop, made}, 3);
    if (made && cki_dtype_is_integer(x->dtype))
        made = cki_elementwise_arrays(build, "floor", &made, 1);
    return made ? cki_elementwise_cast(build, made, x->dtype) : NULL;
}

/* ---- pieces that repeat the array ---- */

/* Which element stands at place `at` outside an axis of this length. */
static int64_t mirror(mode how, int64_t at, int64_t length)
{
    int64_t period = how == PAD_WRAP        ? length
                     : how == PAD_SYMMETRIC ? 2 * length
                                            : 2 * (length - 1);
    if (period == 0)
        return 0;
    at %= period;
    at += at < 0 ? period : 0;
    return at < length ? at : how == PAD_SYMMETRIC ? period - 1 - at : period - at;
}

/* Wider than the array: element by element. */
static cask_array repeat_far(const padding *p, cask_array x, int axis, bool last)
{
    int64_t length = x->axes[axis].length, width = p->widths[axis][last];
    int64_t *places = cki_arena_array(p->build->arena, (size_t)width + 1, sizeof *places);
    if (!places) {
        cki_fail_memory(p->build->error, (size_t)width * sizeof *places);
        return NULL;
    }
    for (int64_t i = 0; i < width; i++)
        places[i] = mirror(p->mode, last ? length + i : i - width, length);
    return cki_index_take(p->build, x, axis, places, width);
}

static cask_array repeat(const padding *p, cask_array x, int axis, bool last)
{
    int64_t length = x->axes[axis].length, width = p->widths[axis][last];
    if (width > (p->mode == PAD_REFLECT ? length - 1 : length))
        return repeat_far(p, x, axis, last);
    if (p->mode == PAD_WRAP)
        return cki_index_range(p->build, x, axis, last ? 0 : length - width, last ? width : length);
    int64_t inset = p->mode == PAD_REFLECT;
    cki_pick picks[CKI_MAX_NDIM];
    for (int k = 0; k < x->ndim; k++)
        picks[k] = cki_pick_all(x->axes[k].length);
    picks[axis] = (cki_pick){
        .start = last ? length - 1 - inset : width - 1 + inset, .step = -1, .count = width};
    return width ? cki_index_basic(p->build, x, picks) : cki_index_range(p->build, x, axis, 0, 0);
}

/* ---- statistics ---- */

enum { MOST_REGIONS = 6561 }; /* of 8 axes padded on both sides */

/* The region with sides[k] (0 before, 1 inside, 2 behind) along axis k. */
static cask_array region(const padding *p, cask_array x, const int *sides)
{
    cki_reduce_spec spec = {.kind = p->mode == PAD_MAXIMUM   ? CKI_REDUCE_MAX
                                    : p->mode == PAD_MINIMUM ? CKI_REDUCE_MIN
                                                             : CKI_REDUCE_MEAN,
                            .keepdims = true};
    cki_axis axes[CKI_MAX_NDIM];
    cask_array part = x;
    bool outside = false;
    for (int k = 0; k < x->ndim && part; k++) {
        axes[k] = x->axes[k];
        if (sides[k] == 1)
            continue;
        bool last = sides[k] == 2;
        int64_t length = x->axes[k].length, own = p->lengths[k][last];
        own = own < length ? own : length;
        spec.axes[k] = outside = true;
        if (!single(p->build, p->widths[k][last], &axes[k]))
            return NULL;
        part = cki_index_range(p->build, part, k, last ? length - own : 0, last ? length : own);
    }
    if (!part || !outside)
        return part;
    part = cki_reductions_reduce(p->build, part, &spec);
    if (part && p->mode == PAD_MEAN && cki_dtype_is_integer(x->dtype))
        part = cki_elementwise_arrays(p->build, "rint", &part, 1);
    part = part ? cki_elementwise_cast(p->build, part, x->dtype) : NULL;
    return part ? cki_view_broadcast(p->build, part, x->ndim, axes) : NULL;
}

/* The regions along the axes from `axis` on, put together; recursion is as deep as there are axes.
 */
static cask_array surround(const padding *p, cask_array x, int axis, int *sides)
{
    if (axis == x->ndim)
        return region(p, x, sides);
    cask_array parts[3];
    size_t count = 0;
    for (int side = 0; side < 3; side++) {
        if (side != 1 && p->widths[axis][side == 2] == 0)
            continue;
        sides[axis] = side;
        if (!(parts[count++] = surround(p, x, axis + 1, sides)))
            return NULL;
    }
    return count == 1 ? parts[0] : cki_join_concatenate(p->build, parts, count, axis);
}

static cask_array with_statistics(const padding *p, cask_array x)
{
    int sides[CKI_MAX_NDIM], regions = 1;
    for (int k = 0; k < x->ndim && regions <= MOST_REGIONS; k++)
        regions *= 1 + (p->widths[k][0] > 0) + (p->widths[k][1] > 0);
    if (regions > MOST_REGIONS) {
        cki_fail(p->build->error, CASK_LIMIT, NULL,
                 "pad: mode '%s' would make more than %d regions of %d axes: pad fewer axes at a "
                 "time",
                 names[p->mode], MOST_REGIONS, x->ndim);
        return NULL;
    }
    return surround(p, x, 0, sides);
}

/* The median of the elements at an end of one axis. */
static cask_array median(const padding *p, cask_array x, int axis, bool last)
{
    static const double half = 0.5;
    int64_t length = x->axes[axis].length, own = p->lengths[axis][last];
    own = own < length ? own : length;
    cki_quantile how = {.method = CKI_QUANTILE_MEDIAN, .keepdims = true, .q = &half, .nq = 1};
    how.axes[axis] = true;
    cask_array part =
        cki_index_range(p->build, x, axis, last ? length - own : 0, last ? length : own);
    part = part ? cki_quantile_array(p->build, part, &how) : NULL;
    if (part && cki_dtype_is_integer(x->dtype))
        part = cki_elementwise_arrays(p->build, "rint", &part, 1);
    return part ? cki_elementwise_cast(p->build, part, x->dtype) : NULL;
}

/* ---- mirrored about the edge in place and in value ---- */

/* 2 * edge - mirrored elements: so many of them before or behind x. */
static cask_array odd_piece(const padding *p, cask_array x, int axis, bool last, int64_t width)
{
    padding even = *p;
    even.widths[axis][0] = even.widths[axis][1] = width;
    cask_array mirrored = repeat(&even, x, axis, last), end = edge(p->build, x, axis, last);
    cask_array twice = end ? apply(p->build, "add", end, end) : NULL;
    return mirrored && twice ? apply(p->build, "subtract", twice, mirrored) : NULL;
}

/* As NumPy does it: no more at a time than there is to mirror, and again with the result. */
static cask_array pad_odd(const padding *p, cask_array x, int axis)
{
    int64_t left[2] = {p->widths[axis][0], p->widths[axis][1]};
    while (x && (left[0] > 0 || left[1] > 0)) {
        int64_t most = x->axes[axis].length - (p->mode == PAD_REFLECT);
        if (most <= 0) /* one element: it is its own mirror image */
            return join(p->build,
                        spread(p->build, edge(p->build, x, axis, false), x, axis, left[0]), x,
                        spread(p->build, edge(p->build, x, axis, true), x, axis, left[1]), axis);
        cask_array pieces[2];
        for (int i = 0; i < 2; i++) {
            int64_t width = left[i] < most ? left[i] : most;
            pieces[i] = odd_piece(p, x, axis, i == 1, width);
            left[i] -= width;
        }
        x = join(p->build, pieces[0], x, pieces[1], axis);
    }
    return x;
}

/* ---- the modes ---- */

static cask_array side(const padding *p, cask_array x, int axis, bool last)
{
    int64_t width = p->widths[axis][last];
    switch (p->mode) {
    case PAD_CONSTANT:
        return spread(p->build, scalar_of(p->build, p->values[axis][last], x->dtype), x, axis,
                      width);
    case PAD_EMPTY:
        return spread(p->build, constant_of(p->build, 0, x->dtype), x, axis, width);
    case PAD_EDGE:
        return spread(p->build, edge(p->build, x, axis, last), x, axis, width);
    case PAD_LINEAR_RAMP:
        return ramp(p, x, axis, last);
    case PAD_REFLECT:
    case PAD_SYMMETRIC:
    case PAD_WRAP:
        return repeat(p, x, axis, last);
    case PAD_MEDIAN:
        return spread(p->build, median(p, x, axis, last), x, axis, width);
    case PAD_MAXIMUM:
    case PAD_MEAN:
    case PAD_MINIMUM:
    case PAD_MODES:
        break;
    }
    cki_fail_internal(p->build->error, "pad: mode");
    return NULL;
}

static cask_array pad(const padding *p, cask_array x)
{
    if (p->mode == PAD_MAXIMUM || p->mode == PAD_MEAN || p->mode == PAD_MINIMUM)
        return with_statistics(p, x);
    for (int k = 0; x && k < x->ndim; k++) {
        if (p->odd)
            x = pad_odd(p, x, k);
        else if (p->widths[k][0] || p->widths[k][1])
            x = join(p->build, side(p, x, k, false), x, side(p, x, k, true), k);
    }
    return x;
}

/* ---- the operation ---- */

static cask_status read_mode(cki_call *call, mode *found)
{
    static const struct {
        const char *name;
        unsigned modes;
    } options[] = {
        {"constant_values", 1u << PAD_CONSTANT},
        {"end_values", 1u << PAD_LINEAR_RAMP},
        {"stat_length", 1u << PAD_MAXIMUM | 1u << PAD_MEAN | 1u << PAD_MEDIAN | 1u << PAD_MINIMUM},
        {"reflect_type", 1u << PAD_REFLECT | 1u << PAD_SYMMETRIC},
    };
    const cask_value *given = cki_operation_argument(call, "mode");
    const char *name = given->kind == CKI_STR ? given->as.text.bytes : cki_value_type(given);
    *found = PAD_CONSTANT;
    while (*found < PAD_MODES && strcmp(names[*found], name) != 0)
        ++*found;
    if (*found == PAD_MODES)
        return cki_fail(call->error, CASK_INVALID, NULL, "mode '%s' is not supported", name);
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        if (!cki_operation_is_none(call, options[i].name) && !(options[i].modes >> *found & 1))
            return cki_fail(call->error, CASK_INVALID, NULL,
                            "unsupported keyword arguments for mode '%s': {'%s'}", name,
                            options[i].name);
    return CASK_OK;
}

static cask_status read_reflection(cki_call *call, bool *odd)
{
    const cask_value *given = cki_operation_argument(call, "reflect_type");
    const char *type = given->kind == CKI_STR ? given->as.text.bytes : "";
    if (given->kind == CKI_NONE || !strcmp(type, "even"))
        return CASK_OK;
    *odd = !strcmp(type, "odd");
    if (*odd)
        return CASK_OK;
    return cki_fail(call->error, CASK_INVALID, NULL,
                    "unsupported value for reflect_type, must be one of (`even`, `odd`)");
}

/* What the mode takes beside the widths. */
static cask_status read_options(cki_call *call, padding *p, cask_array x, cask_value *zero)
{
    const char *name = p->mode == PAD_CONSTANT ? "constant_values" : "end_values";
    if (p->mode == PAD_CONSTANT || p->mode == PAD_LINEAR_RAMP)
        return expand(cki_operation_is_none(call, name) ? zero : cki_operation_argument(call, name),
                      x->ndim, p->values, call->error);
    if (!cki_operation_is_none(call, "stat_length"))
        return read_integers(cki_operation_argument(call, "stat_length"), x->ndim, p->lengths,
                             call->error);
    for (int k = 0; k < x->ndim; k++)
        p->lengths[k][0] = p->lengths[k][1] = x->axes[k].length;
    return read_reflection(call, &p->odd);
}

/* Lengths are known, and there is something to take from. */
static cask_status check_lengths(const padding *p, cask_array x, cki_error *error)
{
    for (int k = 0; k < x->ndim; k++) {
        if (x->axes[k].length < 0)
            return cki_fail(error, CASK_INVALID, NULL,
                            "pad: the chunk sizes of axis %d are unknown.\n\nA possible solution: "
                            "x.compute_chunk_sizes()",
                            k);
        int64_t length = x->axes[k].length;
        if (__builtin_add_overflow(length, p->widths[k][0], &length) ||
            __builtin_add_overflow(length, p->widths[k][1], &length))
            return cki_fail(error, CASK_INVALID, NULL,
                            "Maximum allowed dimension exceeded: axis %d of %lld padded by %lld "
                            "and %lld",
                            k, (long long)x->axes[k].length, (long long)p->widths[k][0],
                            (long long)p->widths[k][1]);
        if (x->axes[k].length == 0 && (p->widths[k][0] || p->widths[k][1]) &&
            p->mode != PAD_CONSTANT && p->mode != PAD_EMPTY)
            return cki_fail(error, CASK_INVALID, NULL,
                            "can't extend empty axis %d using modes other than 'constant' or "
                            "'empty'",
                            k);
    }
    return CASK_OK;
}

static cask_value *run_pad(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    padding p = {.build = &build};
    cask_array x = cki_node_from_value(&build, cki_operation_argument(call, "array"));
    if (!x || read_mode(call, &p.mode) != CASK_OK ||
        read_integers(cki_operation_argument(call, "pad_width"), x->ndim, p.widths, call->error))
        return NULL;
    cask_value *zero = cki_value_int(0, call->error), *result = NULL;
    if (zero && read_options(call, &p, x, zero) == CASK_OK &&
        check_lengths(&p, x, call->error) == CASK_OK)
        result = cki_node_value(&build, pad(&p, x));
    cask_value_unref(zero);
    return result;
}

static const cki_operation op_pad = {
    "pad",
    CKI_IN_DA | CKI_IN_NP,
    "array, pad_width, mode='constant', *, constant_values=None, end_values=None, "
    "stat_length=None, reflect_type=None",
    "The array with elements put before and behind it along each axis. Modes: constant, edge, "
    "linear_ramp, maximum, mean, median, minimum, reflect, symmetric, wrap, empty.",
    run_pad,
    NULL};

const cki_operation *const cki_pad_operations[] = {&op_pad, NULL};
