/* What operations mean on masked arrays: element by element the masks join; what moves elements
 * moves the mask alike; reductions pass over what does not count. */
#include "array/elementwise.h"
#include "array/formula.h"
#include "array/masked.h"
#include "core/memory.h"
#include "kernel/ufunc.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- arguments with their masked arrays replaced ---- */

typedef enum part { DATA, MASK } part;

/* A masked array's part; of other arrays, as masks, nothing is masked. */
static cask_value *replace(cki_build *build, cask_value *value, part wanted, bool fill)
{
    cki_masked m;
    cask_array x;
    if (cki_masked_of(value, &m))
        return cki_node_value(build, wanted == MASK ? m.mask : m.data);
    if (wanted == MASK && fill && (x = cki_node_lazy(value)))
        return cki_node_value(build, cki_masked_nothing(build, x));
    if (value->kind != CKI_LIST && value->kind != CKI_TUPLE)
        return cask_value_ref(value);
    cask_value *list = cki_value_list((cki_kind)value->kind, value->as.list.count, build->error);
    for (size_t i = 0; list && i < value->as.list.count; i++)
        if (!(list->as.list.items[i] = replace(build, value->as.list.items[i], wanted, true))) {
            list->as.list.count = i;
            cask_value_unref(list);
            return NULL;
        }
    return list;
}

enum { MOST = 24 };

/* Call an operation with the parts in place of masked arrays; of masks, that of what is operated
 * on, not of indices. */
static cask_value *call_with(cki_build *build, const cki_operation *operation,
                             const cki_arguments *arguments, part wanted)
{
    cask_value *values[MOST] = {NULL}, *made = NULL;
    size_t count = arguments->count + arguments->nnamed, done = 0;
    if (count > MOST) {
        cki_fail(build->error, CASK_LIMIT, NULL, "%s: more than %d arguments", operation->name,
                 MOST);
        return NULL;
    }
    for (; done < count; done++) {
        cask_value *given = done < arguments->count ? arguments->positional[done]
                                                    : arguments->named[done - arguments->count];
        if (!(values[done] = replace(build, given, done ? DATA : wanted, false)))
            break;
    }
    if (done == count) {
        cki_arguments all = {values, arguments->count, arguments->names, values + arguments->count,
                             arguments->nnamed};
        made = cki_operation_call(build->ck, operation, &all, build->error);
    }
    for (size_t i = 0; i < done; i++)
        cask_value_unref(values[i]);
    return made;
}

static cask_array call_array(cki_build *build, const cki_operation *operation,
                             const cki_arguments *arguments, part wanted)
{
    cask_value *made = call_with(build, operation, arguments, wanted);
    cask_array x = made ? cki_node_from_value(build, made) : NULL;
    cask_value_unref(made);
    return x;
}

/* The first masked array among the arguments, lists included. */
static bool find_first(const cki_arguments *arguments, cki_masked *first)
{
    for (size_t i = 0; i < arguments->count; i++) {
        const cask_value *value = arguments->positional[i];
        if (cki_masked_of(value, first))
            return true;
        bool list = value->kind == CKI_LIST || value->kind == CKI_TUPLE;
        for (size_t k = 0; list && k < value->as.list.count; k++)
            if (cki_masked_of(value->as.list.items[k], first))
                return true;
    }
    return false;
}

/* ---- element by element ---- */

/* Functions that are not defined everywhere: where they come out infinite or NaN of finite numbers
 * NumPy masks the result. */
static bool is_partial(const char *name)
{
    static const char *const names[] = {
        "divide", "true_divide", "floor_divide", "remainder", "mod",     "fmod",    "sqrt", "log",
        "log2",   "log10",       "arcsin",       "arccos",    "arccosh", "arctanh", "power"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(names[i], name))
            return true;
    return false;
}

static cask_array either(cki_build *build, cask_array a, cask_array b)
{
    return a && b ? cki_formula_two(build, "logical_or", a, b) : NULL;
}

/* where(condition, a, b): of the masks of a and b too each element's own is taken. */
static cask_array choose_mask(cki_build *build, const cki_operation *operation,
                              const cki_arguments *arguments)
{
    cki_masked m;
    cask_array x;
    cask_value *parts[3] = {NULL}, *made = NULL;
    bool masked = cki_masked_of(arguments->positional[0], &m);
    parts[0] = replace(build, arguments->positional[0], DATA, false);
    for (int i = 1; i < 3 && parts[i - 1]; i++) {
        cki_masked own;
        bool has = cki_masked_of(arguments->positional[i], &own);
        parts[i] = has ? cki_node_value(build, own.mask) : cki_value_bool(false);
    }
    cki_arguments all = {.positional = parts, .count = 3};
    if (parts[2])
        made = cki_operation_call(build->ck, operation, &all, build->error);
    x = made ? cki_node_from_value(build, made) : NULL;
    cask_value_unref(made);
    for (int i = 0; i < 3; i++)
        cask_value_unref(parts[i]);
    return masked && x ? either(build, x, m.mask) : x;
}

static cask_array not_finite(cki_build *build, cask_array x)
{
    cask_array finite = x ? cki_formula_of(build, "isfinite", x) : NULL;
    return finite ? cki_formula_of(build, "logical_not", finite) : NULL;
}

static cask_value *by_element(cki_build *build, const cki_operation *operation,
                              const cki_arguments *arguments)
{
    cki_masked m, result = {0};
    result.data = call_array(build, operation, arguments, DATA);
    if (!strcmp(operation->name, "where") && arguments->count == 3 && result.data) {
        result.mask = choose_mask(build, operation, arguments);
        return cki_masked_value(build, &result);
    }
    result.mask = cki_masked_nothing(build, result.data);
    for (size_t i = 0; i < arguments->count && result.mask; i++)
        if (cki_masked_of(arguments->positional[i], &m))
            result.mask = either(build, result.mask, m.mask);
    if (result.mask && is_partial(operation->name)) {
        cask_array wrong = cki_dtype_is_integer(result.data->dtype) && arguments->count > 1
                               ? NULL
                               : not_finite(build, result.data);
        if (wrong && arguments->count == 1 && cki_masked_of(arguments->positional[0], &m))
            wrong = cki_formula_two(build, "logical_and", wrong,
                                    cki_formula_of(build, "isfinite", m.data));
        /* a divisor of 0 is wrong for integers too */
        cask_array divisor = arguments->count > 1 && strcmp(operation->name, "power") != 0 &&
                                     cki_masked_of(arguments->positional[1], &m)
                                 ? cki_formula_right(build, "equal", m.data, 0)
                                 : NULL;
        result.mask = wrong ? either(build, result.mask, wrong) : result.mask;
        result.mask = divisor ? either(build, result.mask, divisor) : result.mask;
    }
    return cki_masked_value(build, &result);
}

/* ---- moving elements about ---- */

static bool moves(const char *name)
{
    static const char *const names[] = {"__getitem__",
                                        "T",
                                        "transpose",
                                        "reshape",
                                        "ravel",
                                        "flatten",
                                        "rechunk",
                                        "squeeze",
                                        "expand_dims",
                                        "swapaxes",
                                        "moveaxis",
                                        "rollaxis",
                                        "flip",
                                        "flipud",
                                        "fliplr",
                                        "roll",
                                        "rot90",
                                        "repeat",
                                        "tile",
                                        "take",
                                        "concatenate",
                                        "stack",
                                        "vstack",
                                        "hstack",
                                        "dstack",
                                        "block",
                                        "broadcast_to",
                                        "atleast_1d",
                                        "atleast_2d",
                                        "atleast_3d",
                                        "diag",
                                        "diagonal",
                                        "copy",
                                        "overlap.trim_overlap",
                                        "overlap.trim_internal",
                                        "overlap.sliding_window_view",
                                        "lib.stride_tricks.sliding_window_view"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(names[i], name))
            return true;
    return false;
}

static cask_value *move(cki_build *build, const cki_operation *operation,
                        const cki_arguments *arguments, const cki_masked *first)
{
    cki_masked result = *first;
    result.data = call_array(build, operation, arguments, DATA);
    result.mask = result.data ? call_array(build, operation, arguments, MASK) : NULL;
    return cki_masked_value(build, &result);
}

/* ---- reductions ---- */

/* The axis, dtype, keepdims and ddof of a call, whatever their order. */
typedef struct how {
    cask_value *axis, *keepdims;
    cki_dtype dtype; /* id 0: not given */
    double ddof;
} how;

static cask_status read_how(const cki_arguments *arguments, how *h, cki_error *error)
{
    *h = (how){.axis = arguments->count > 1 ? arguments->positional[1] : NULL};
    for (size_t i = 0; i < arguments->nnamed; i++) {
        if (!strcmp(arguments->names[i], "axis"))
            h->axis = arguments->named[i];
        else if (!strcmp(arguments->names[i], "keepdims"))
            h->keepdims = arguments->named[i];
        else if (!strcmp(arguments->names[i], "dtype"))
            cki_node_dtype(arguments->named[i], &h->dtype, error);
        else if (!strcmp(arguments->names[i], "ddof"))
            cki_value_real(arguments->named[i], &h->ddof, error);
    }
    return error->status;
}

/* name(x, axis, keepdims) */
static cask_array reduce(cki_build *build, const char *name, cask_array x, const how *h,
                         bool keepdims)
{
    const cki_operation *operation = cki_operation_find(build->ck, name, CKI_IN_DA);
    cask_value *self = x ? cki_node_value(build, x) : NULL, *made = NULL;
    cask_value *yes = cki_value_bool(true);
    cask_value *named[2];
    const char *names[2];
    size_t count = 0;
    if (h->axis) {
        names[count] = "axis";
        named[count++] = h->axis;
    }
    if (keepdims || h->keepdims) {
        names[count] = "keepdims";
        named[count++] = keepdims ? yes : h->keepdims;
    }
    if (self && operation) {
        cki_arguments all = {&self, 1, names, named, count};
        made = cki_operation_call(build->ck, operation, &all, build->error);
    }
    cask_array result = made ? cki_node_from_value(build, made) : NULL;
    cask_value_unref(made);
    cask_value_unref(self);
    cask_value_unref(yes);
    return result;
}

/* The elements with a number in place of those that do not count. */
static cask_array filled(cki_build *build, const cki_masked *m, double number)
{
    bool whole = number == 0 || number == 1;
    cask_value *value = whole ? cki_value_int((int64_t)number, build->error)
                              : cki_value_float(number, build->error);
    cask_array x = value ? cki_masked_filled(build, m, value) : NULL;
    cask_value_unref(value);
    return x;
}

/* Whether what does not count goes last: infinite, or for integers as far as any of them. */
static cask_array filled_beyond(cki_build *build, const cki_masked *m, bool least)
{
    if (cki_dtype_is_float(m->data->dtype))
        return filled(build, m, least ? (double)INFINITY : -(double)INFINITY);
    const how all = {0};
    cask_array end = reduce(build, least ? "max" : "min", m->data, &all, false);
    cask_array three[3] = {m->mask, end, m->data};
    return end ? cki_elementwise_arrays(build, "where", three, 3) : NULL;
}

static cask_array count(cki_build *build, const cki_masked *m, const how *h, bool keepdims)
{
    cask_array there = cki_formula_of(build, "logical_not", m->mask);
    return reduce(build, "sum", there, h, keepdims);
}

static cask_array mean(cki_build *build, const cki_masked *m, const how *h, bool keepdims)
{
    cask_array sum = reduce(build, "sum", filled(build, m, 0), h, keepdims);
    return cki_formula_two(build, "divide", sum, count(build, m, h, keepdims));
}

static cask_array variance(cki_build *build, const cki_masked *m, const how *h, cask_array *few)
{
    cki_masked d = *m;
    d.data = cki_formula_two(build, "subtract", m->data, mean(build, m, h, true));
    d.data = cki_formula_of(build, "square", d.data);
    cask_array sum = d.data ? reduce(build, "sum", filled(build, &d, 0), h, false) : NULL;
    cask_array n = cki_formula_right(build, "subtract", count(build, m, h, false), h->ddof);
    *few = cki_formula_right(build, "less_equal", n, 0);
    return cki_formula_two(build, "divide", sum, n);
}

/* A mean or a variance in the type that NumPy gives it: the elements' own if they are no integers.
 */
static cask_array typed(cki_build *build, const cki_masked *m, const how *h, bool real,
                        cask_array x)
{
    cki_dtype dtype = h->dtype.id ? h->dtype : m->data->dtype;
    if (!cki_dtype_is_float(dtype) && !cki_dtype_is_complex(dtype))
        return x;
    return x ? cki_elementwise_cast(build, x, real ? cki_dtype_real(dtype) : dtype) : NULL;
}

typedef enum reduction {
    NONE,
    SUM,
    PROD,
    ANY_OF,
    ALL_OF,
    MIN,
    MAX,
    MEAN,
    VAR,
    STD,
    ARGMIN,
    ARGMAX,
    CUMSUM,
    CUMPROD
} reduction;

static reduction reduction_of(const char *name)
{
    static const struct {
        const char *name;
        reduction kind;
    } names[] = {{"sum", SUM},       {"prod", PROD},     {"any", ANY_OF},     {"all", ALL_OF},
                 {"min", MIN},       {"amin", MIN},      {"max", MAX},        {"amax", MAX},
                 {"mean", MEAN},     {"var", VAR},       {"std", STD},        {"argmin", ARGMIN},
                 {"argmax", ARGMAX}, {"cumsum", CUMSUM}, {"cumprod", CUMPROD}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(names[i].name, name))
            return names[i].kind;
    return NONE;
}

/* The operation itself on the elements, with what does not count replaced. */
static cask_array on_filled(cki_build *build, const cki_operation *operation,
                            const cki_arguments *arguments, cask_array x)
{
    cask_value *self = x ? cki_node_value(build, x) : NULL, *values[MOST];
    if (!self || arguments->count > MOST)
        return NULL;
    for (size_t i = 0; i < arguments->count; i++)
        values[i] = i ? arguments->positional[i] : self;
    cki_arguments all = *arguments;
    all.positional = values;
    cask_value *made = cki_operation_call(build->ck, operation, &all, build->error);
    cask_array result = made ? cki_node_from_value(build, made) : NULL;
    cask_value_unref(made);
    cask_value_unref(self);
    return result;
}

static cask_value *reduce_masked(cki_build *build, const cki_operation *operation,
                                 const cki_arguments *arguments, reduction kind,
                                 const cki_masked *m)
{
    how h;
    cki_masked result = *m;
    cask_array x = NULL, few = NULL;
    if (read_how(arguments, &h, build->error) != CASK_OK)
        return NULL;
    if (kind == MEAN) {
        result.data = typed(build, m, &h, false, mean(build, m, &h, false));
    } else if (kind == VAR || kind == STD) {
        result.data = variance(build, m, &h, &few);
        if (kind == STD)
            result.data = cki_formula_of(build, "sqrt", result.data);
        result.data = typed(build, m, &h, true, result.data);
    } else {
        bool end = kind == MIN || kind == MAX || kind == ARGMIN || kind == ARGMAX;
        bool one = kind == PROD || kind == ALL_OF || kind == CUMPROD;
        x = end ? filled_beyond(build, m, kind == MIN || kind == ARGMIN)
                : filled(build, m, one ? 1 : 0);
        result.data = on_filled(build, operation, arguments, x);
    }
    if (kind == ARGMIN || kind == ARGMAX)
        return cki_node_value(build, result.data);
    if (kind != CUMSUM && kind != CUMPROD)
        result.mask = few ? few : reduce(build, "all", m->mask, &h, false);
    bool divides = kind == MEAN || kind == VAR || kind == STD;
    if (divides && result.data && result.data->ndim > 0) /* of one number NaN stays, as in Dask */
        result.mask = either(build, result.mask, not_finite(build, result.data));
    return cki_masked_value(build, &result);
}

/* ---- the rule ---- */

/* What asks about the array, and not about its elements. */
static bool asks(const cki_operation *operation)
{
    static const char *const names[] = {"__len__", "shape", "ndim", "size"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(names[i], operation->name))
            return true;
    return operation->places == CKI_ARRAY_ATTRIBUTE && strcmp(operation->name, "T") != 0;
}

static bool calls_function(const char *name)
{
    static const char *const names[] = {"map_blocks",      "map_overlap",    "blockwise",
                                        "core.map_blocks", "core.blockwise", "overlap.map_overlap",
                                        "overlap.overlap"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(names[i], name))
            return true;
    return false;
}

/* What knows masked arrays by itself, its function being given masked blocks. */
static bool knows(const char *name)
{
    static const char *const names[] = {"reduction",       "reductions.reduction",
                                        "apply_gufunc",    "gufunc.apply_gufunc",
                                        "gufunc.__call__", "apply_along_axis",
                                        "apply_over_axes", "store",
                                        "to_zarr",         "to_hdf5"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(names[i], name))
            return true;
    return false;
}

/* Functions of the user's: as "ma.NAME", of which the function is the first argument. */
static cask_value *by_function(cki_build *build, const cki_operation *operation,
                               const cki_arguments *arguments)
{
    char name[32];
    const char *last = strrchr(operation->name, '.'); /* of core.blockwise */
    snprintf(name, sizeof name, "ma.%s", last ? last + 1 : operation->name);
    const cki_operation *masked = cki_operation_find(build->ck, name, CKI_IN_DA);
    cki_arguments given = *arguments;
    cask_value **swapped = cki_arena_array(build->arena, given.count + 1, sizeof(cask_value *));
    if (!masked || !swapped) {
        cki_fail_memory(build->error, sizeof given);
        return NULL;
    }
    for (size_t i = 0; i < given.count; i++)
        swapped[i] = given.positional[i];
    if (operation->places & CKI_ARRAY_METHOD && given.count > 1) {
        swapped[0] = given.positional[1];
        swapped[1] = given.positional[0];
    }
    given.positional = swapped;
    return cki_operation_call(build->ck, masked, &given, build->error);
}

cask_value *cki_masked_apply(cask *ck, const cki_operation *operation,
                             const cki_arguments *arguments, cki_error *error)
{
    cki_build build = cki_node_build(ck, error);
    cki_masked first;
    bool own = !strncmp(operation->name, "ma.", 3) ||
               !strncmp(operation->name, "MaskedArray.", 12) ||
               (operation->places & (CKI_IN_DASK | CKI_LAZY_METHOD | CKI_LAZY_ATTRIBUTE));
    if (own || knows(operation->name) || !find_first(arguments, &first))
        return cki_operation_call(ck, operation, arguments, error);
    reduction kind = reduction_of(operation->name);
    if (asks(operation))
        return call_with(&build, operation, arguments, DATA);
    if (moves(operation->name))
        return move(&build, operation, arguments, &first);
    if (kind != NONE)
        return reduce_masked(&build, operation, arguments, kind, &first);
    if (cki_masked_products_has(operation->name))
        return cki_masked_products(&build, operation, arguments);
    if (!strcmp(operation->name, "astype")) {
        first.data = call_array(&build, operation, arguments, DATA);
        return cki_masked_value(&build, &first);
    }
    if (calls_function(operation->name))
        return by_function(&build, operation, arguments);
    if (cki_ufunc_find(operation->name))
        return by_element(&build, operation, arguments);
    cki_fail(error, CASK_TYPE, NULL,
             "%s of a masked array is not defined: fill it first, as in da.ma.filled(x, 0)",
             operation->name);
    return NULL;
}
