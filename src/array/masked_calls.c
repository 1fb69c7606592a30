/* da.ma: making masked arrays, and taking them apart. */
#include "array/creation.h"
#include "array/elementwise.h"
#include "array/formula.h"
#include "array/masked.h"
#include "array/reductions.h"

#include <string.h>

/* An argument as a masked array: an array that is none has nothing masked. */
static cask_status read_masked(cki_call *call, cki_build *build, const char *parameter,
                               cki_masked *m)
{
    cask_value *value = cki_operation_argument(call, parameter);
    if (cki_masked_of(value, m))
        return CASK_OK;
    *m = (cki_masked){.data = cki_node_from_value(build, value)};
    m->mask = cki_masked_nothing(build, m->data);
    return m->mask ? CASK_OK : call->error->status;
}

/* What is masked already stays so. */
static cask_value *mask_more(cki_build *build, cki_masked *m, cask_array condition)
{
    m->mask = cki_formula_two(build, "logical_or", m->mask, condition);
    return cki_masked_value(build, m);
}

/* masked_equal(a, value) and its like; the record's detail is the comparison. */
static cask_value *run_compared(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_value *value = cki_operation_argument(call, "value");
    cki_masked m;
    if (read_masked(call, &build, "a", &m) != CASK_OK)
        return NULL;
    cask_value *pair[2] = {cki_node_value(&build, m.data), value};
    cask_array condition =
        pair[0] ? cki_elementwise_values(&build, call->operation->detail, pair, 2) : NULL;
    cask_value_unref(pair[0]);
    if (!strcmp(call->operation->detail, "equal"))
        m.has_fill = cki_value_real(value, &m.fill, NULL) == CASK_OK;
    return mask_more(&build, &m, condition);
}

static cask_value *run_where(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array condition = cki_node_from_value(&build, cki_operation_argument(call, "condition"));
    cki_masked m;
    if (!condition || read_masked(call, &build, "a", &m) != CASK_OK)
        return NULL;
    bool same = condition->ndim == m.data->ndim;
    for (int k = 0; same && k < condition->ndim; k++)
        same = condition->axes[k].length == m.data->axes[k].length;
    if (condition->ndim > 0 && !same) {
        cki_fail(call->error, CASK_INDEX, NULL,
                 "Inconsistant shape between the condition and the input (%d and %d axes, or other "
                 "lengths)",
                 condition->ndim, m.data->ndim);
        return NULL;
    }
    return mask_more(&build, &m, condition);
}

/* masked_inside and masked_outside, whose detail is set; either end may come first. */
static cask_value *run_between(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    double low, high;
    cki_masked m;
    if (read_masked(call, &build, "x", &m) != CASK_OK ||
        cki_value_real(cki_operation_argument(call, "v1"), &low, call->error) != CASK_OK ||
        cki_value_real(cki_operation_argument(call, "v2"), &high, call->error) != CASK_OK)
        return NULL;
    if (low > high) {
        double kept = low;
        low = high;
        high = kept;
    }
    bool outside = call->operation->detail != NULL;
    cask_array a = cki_formula_right(&build, outside ? "less" : "greater_equal", m.data, low);
    cask_array b = cki_formula_right(&build, outside ? "greater" : "less_equal", m.data, high);
    return mask_more(&build, &m,
                     cki_formula_two(&build, outside ? "logical_or" : "logical_and", a, b));
}

/* masked_invalid, and fix_invalid, which puts the fill value there too. */
static cask_value *run_invalid(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    const bool fix = call->operation->detail != NULL;
    cki_masked m;
    if (read_masked(call, &build, "a", &m) != CASK_OK)
        return NULL;
    cask_array good = cki_formula_of(&build, "isfinite", m.data);
    cask_array bad = cki_formula_of(&build, "logical_not", good);
    m.mask = cki_formula_two(&build, "logical_or", m.mask, bad);
    if (fix && m.mask) {
        cask_value *value = cki_operation_argument(call, "fill_value");
        cki_masked invalid = m;
        invalid.mask = bad;
        m.data = cki_masked_filled(&build, &invalid, value->kind == CKI_NONE ? NULL : value);
    }
    return cki_masked_value(&build, &m);
}

static cask_value *run_values(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    double value, rtol, atol;
    cki_masked m;
    if (read_masked(call, &build, "x", &m) != CASK_OK ||
        cki_value_real(cki_operation_argument(call, "value"), &value, call->error) != CASK_OK ||
        cki_value_real(cki_operation_argument(call, "rtol"), &rtol, call->error) != CASK_OK ||
        cki_value_real(cki_operation_argument(call, "atol"), &atol, call->error) != CASK_OK)
        return NULL;
    cask_array apart =
        cki_formula_of(&build, "absolute", cki_formula_right(&build, "subtract", m.data, value));
    double near = atol + rtol * (value < 0 ? -value : value);
    m.fill = value;
    m.has_fill = true;
    return mask_more(&build, &m, cki_formula_right(&build, "less_equal", apart, near));
}

static cask_value *run_array(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_value *fill = cki_operation_argument(call, "fill_value");
    cask_value *given = cki_operation_argument(call, "mask");
    cki_dtype dtype;
    cki_masked m;
    if (read_masked(call, &build, "data", &m) != CASK_OK ||
        cki_node_dtype(cki_operation_argument(call, "dtype"), &dtype, call->error) != CASK_OK)
        return NULL;
    if (dtype.id)
        m.data = cki_elementwise_cast(&build, m.data, dtype);
    if (fill->kind != CKI_NONE && cki_value_real(fill, &m.fill, call->error) != CASK_OK)
        return NULL;
    m.has_fill = m.has_fill || fill->kind != CKI_NONE;
    if (given->kind == CKI_NONE || !m.data)
        return cki_masked_value(&build, &m);
    cask_array mask = cki_node_from_value(&build, given);
    mask = mask ? cki_elementwise_cast(&build, mask, cki_dtype_of(CASK_BOOL)) : NULL;
    if (!mask)
        return NULL;
    bool same = mask->ndim == m.data->ndim;
    for (int k = 0; same && k < mask->ndim; k++)
        same = mask->axes[k].length == m.data->axes[k].length;
    if (!same && cki_node_size(mask) != 1) {
        cki_fail(call->error, CASK_INVALID, "MaskError",
                 "Mask and data not compatible: data has %d axes, and mask %d, or other lengths",
                 m.data->ndim, mask->ndim);
        return NULL;
    }
    return mask_more(&build, &m, mask);
}

/* ---- taking apart ---- */

static cask_value *run_part(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cki_masked m;
    if (read_masked(call, &build, "a", &m) != CASK_OK)
        return NULL;
    return cki_node_value(&build, call->operation->detail ? m.mask : m.data);
}

static cask_value *run_filled(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_value *fill = cki_operation_argument(call, "fill_value");
    cki_masked m;
    if (read_masked(call, &build, "a", &m) != CASK_OK)
        return NULL;
    return cki_node_value(&build,
                          cki_masked_filled(&build, &m, fill->kind == CKI_NONE ? NULL : fill));
}

static cask_value *run_set_fill(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cki_masked m;
    if (read_masked(call, &build, "a", &m) != CASK_OK ||
        cki_value_real(cki_operation_argument(call, "fill_value"), &m.fill, call->error) != CASK_OK)
        return NULL;
    m.has_fill = true;
    return cki_masked_value(&build, &m);
}

static cask_value *run_count(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cki_reduce_spec spec = {.kind = CKI_REDUCE_SUM,
                            .keepdims = cki_operation_flag(call, "keepdims")};
    cask_value *axis = cki_operation_argument(call, "axis");
    int order[CKI_MAX_NDIM], count;
    cki_masked m;
    if (read_masked(call, &build, "a", &m) != CASK_OK ||
        (axis->kind != CKI_NONE &&
         cki_node_axes(axis, m.data->ndim, spec.axes, order, &count, call->error) != CASK_OK))
        return NULL;
    spec.all = axis->kind == CKI_NONE;
    cask_array there = cki_formula_of(&build, "logical_not", m.mask);
    return cki_node_value(&build, there ? cki_reductions_reduce(&build, there, &spec) : NULL);
}

/* One of the operations, with these arguments. */
static cask_value *invoke(cki_call *call, const char *name, cask_value **arguments, size_t count,
                          cask_value *axis, cask_value *keepdims)
{
    const cki_operation *operation = cki_operation_find(call->ck, name, CKI_IN_DA);
    const char *names[2] = {"axis", "keepdims"};
    cask_value *named[2] = {axis, keepdims};
    cki_arguments given = {arguments, count, names, named, axis ? 2 : 0};
    for (size_t i = 0; i < count; i++)
        if (!arguments[i])
            return NULL;
    return operation ? cki_masked_apply(call->ck, operation, &given, call->error) : NULL;
}

static cask_value *run_average(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_value *axis = cki_operation_argument(call, "axis");
    cask_value *keepdims = cki_operation_argument(call, "keepdims");
    cask_value *weights = cki_operation_argument(call, "weights");
    cki_masked m;
    if (read_masked(call, &build, "a", &m) != CASK_OK)
        return NULL;
    cask_value *a = cki_masked_value(&build, &m);
    if (weights->kind == CKI_NONE) {
        cask_value *mean = invoke(call, "mean", &a, 1, axis, keepdims);
        cask_value_unref(a);
        return mean;
    }
    /* weights count where elements do */
    cki_masked w = {.data = cki_node_from_value(&build, weights), .mask = m.mask};
    cask_value *own = w.data ? cki_masked_value(&build, &w) : NULL;
    cask_value *product = invoke(call, "multiply", (cask_value *[]){a, own}, 2, NULL, NULL);
    cask_value *above = invoke(call, "sum", &product, 1, axis, keepdims);
    cask_value *below = invoke(call, "sum", &own, 1, axis, keepdims);
    cask_value *average = invoke(call, "divide", (cask_value *[]){above, below}, 2, NULL, NULL);
    cask_value_unref(a);
    cask_value_unref(own);
    cask_value_unref(product);
    cask_value_unref(above);
    cask_value_unref(below);
    return average;
}

static cask_value *run_choose(cki_call *call)
{
    return invoke(call, "where", call->arguments, 3, NULL, NULL);
}

/* What is masked is not counted among the others that are not 0. */
static cask_value *run_nonzero(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cki_masked m;
    if (read_masked(call, &build, "a", &m) != CASK_OK)
        return NULL;
    cask_value *zeros = cki_value_int(0, call->error);
    cask_value *x = zeros ? cki_node_value(&build, cki_masked_filled(&build, &m, zeros)) : NULL;
    cask_value *made = invoke(call, "nonzero", &x, 1, NULL, NULL);
    cask_value_unref(x);
    cask_value_unref(zeros);
    return made;
}

/* ones_like, zeros_like and empty_like keep the mask; the detail is the number. */
static cask_value *run_like(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    const double *number = call->operation->detail;
    cki_masked m;
    if (read_masked(call, &build, "a", &m) != CASK_OK)
        return NULL;
    cki_masked all = {.data = m.data, .mask = cki_masked_nothing(&build, m.data)};
    all.mask = cki_formula_of(&build, "logical_not", all.mask);
    cask_value *value = all.mask ? cki_value_int((int64_t)*number, call->error) : NULL;
    m.data = value ? cki_masked_filled(&build, &all, value) : NULL;
    cask_value_unref(value);
    return cki_masked_value(&build, &m);
}

/* What is computed already, lazy again: as such operations know it. */
static cask_value *run_lift(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_value *self = cki_operation_argument(call, "self");
    cki_masked m = {0};
    if (cki_masked_value_element(self)) {
        m.data = cki_creation_full(&build, "masked", 0, cki_dtype_of(CASK_F64), 0, NULL);
        m.mask = cki_creation_full(&build, "masked", 1, cki_dtype_of(CASK_BOOL), 0, NULL);
    } else if (!cki_masked_value_of(&build, self, &m)) {
        return NULL;
    }
    return cki_masked_value(&build, &m);
}

/* ---- the records ---- */

#define COMPARED(name, ufunc, words)                                                               \
    static const cki_operation op_##name = {                                                       \
        "ma." #name, CKI_IN_DA, "a, value", "Mask elements that are " words, run_compared, ufunc}
COMPARED(masked_equal, "equal", "equal to a value.");
COMPARED(masked_not_equal, "not_equal", "not equal to a value.");
COMPARED(masked_greater, "greater", "above a value.");
COMPARED(masked_greater_equal, "greater_equal", "at least a value.");
COMPARED(masked_less, "less", "below a value.");
COMPARED(masked_less_equal, "less_equal", "at most a value.");

static const double zero = 0, one = 1;

static const cki_operation op_masked_array = {
    "ma.masked_array",
    CKI_IN_DA,
    "data, mask=None, fill_value=None, dtype=None, chunks=None",
    "An array with a mask: where that is true, elements do not count. Arithmetic joins masks, and "
    "reductions pass over what is masked.",
    run_array,
    NULL};
static const cki_operation op_masked_where = {
    "ma.masked_where", CKI_IN_DA, "condition, a", "Mask elements where a condition is true.",
    run_where,         NULL};
static const cki_operation op_masked_inside = {
    "ma.masked_inside", CKI_IN_DA, "x, v1, v2", "Mask elements between two numbers.",
    run_between,        NULL};
static const cki_operation op_masked_outside = {
    "ma.masked_outside", CKI_IN_DA, "x, v1, v2", "Mask elements that are not between two numbers.",
    run_between,         "outside"};
static const cki_operation op_masked_invalid = {
    "ma.masked_invalid", CKI_IN_DA, "a", "Mask NaN and infinite elements.", run_invalid, NULL};
static const cki_operation op_fix_invalid = {
    "ma.fix_invalid",     CKI_IN_DA,
    "a, fill_value=None", "Mask NaN and infinite elements, and replace them by the fill value.",
    run_invalid,          "fix"};
static const cki_operation op_masked_values = {"ma.masked_values",
                                               CKI_IN_DA,
                                               "x, value, rtol=1e-05, atol=1e-08, shrink=True",
                                               "Mask elements that are about equal to a number.",
                                               run_values,
                                               NULL};
static const cki_operation op_getdata = {
    "ma.getdata", CKI_IN_DA, "a", "The elements, masked or not.", run_part, NULL};
static const cki_operation op_getmaskarray = {
    "ma.getmaskarray", CKI_IN_DA, "a", "Which elements are masked.", run_part, "mask"};
static const cki_operation op_filled = {
    "ma.filled",          CKI_IN_DA,
    "a, fill_value=None", "The elements, with a fill value for those that are masked.",
    run_filled,           NULL};
static const cki_operation op_set_fill_value = {
    "ma.set_fill_value", CKI_IN_DA,
    "a, fill_value",     "The same masked array with another fill value. Arrays do not change.",
    run_set_fill,        NULL};
static const cki_operation op_lift = {"MaskedArray.__lazy__",
                                      CKI_ARRAY_PROTOCOL,
                                      "self",
                                      "A computed masked array as a lazy one.",
                                      run_lift,
                                      NULL};
static const cki_operation op_lift_element = {"MaskedConstant.__lazy__",
                                              CKI_ARRAY_PROTOCOL,
                                              "self",
                                              "The element that is masked as a lazy array.",
                                              run_lift,
                                              NULL};
static const cki_operation op_count = {"ma.count",
                                       CKI_IN_DA,
                                       "a, axis=None, keepdims=False, split_every=None",
                                       "How many elements are not masked.",
                                       run_count,
                                       NULL};
static const cki_operation op_average = {
    "ma.average",
    CKI_IN_DA,
    "a, axis=None, weights=None, keepdims=False",
    "Average of the elements that are not masked, with weights if there are any.",
    run_average,
    NULL};
static const cki_operation op_where = {
    "ma.where",        CKI_IN_DA,
    "condition, x, y", "x where a condition is true, else y, each with its own mask.",
    run_choose,        NULL};
static const cki_operation op_nonzero = {
    "ma.nonzero", CKI_IN_DA, "a", "Where elements are neither masked nor 0.", run_nonzero, NULL};
static const cki_operation op_ones_like = {
    "ma.ones_like", CKI_IN_DA, "a", "Ones under the same mask.", run_like, &one};
static const cki_operation op_zeros_like = {
    "ma.zeros_like", CKI_IN_DA, "a", "Zeros under the same mask.", run_like, &zero};
static const cki_operation op_empty_like = {
    "ma.empty_like", CKI_IN_DA, "a", "Elements of no meaning (zeros) under the same mask.",
    run_like,        &zero};

const cki_operation *const cki_masked_operations[] = {&op_masked_array,
                                                      &op_masked_where,
                                                      &op_masked_equal,
                                                      &op_masked_not_equal,
                                                      &op_masked_greater,
                                                      &op_masked_greater_equal,
                                                      &op_masked_less,
                                                      &op_masked_less_equal,
                                                      &op_masked_inside,
                                                      &op_masked_outside,
                                                      &op_masked_invalid,
                                                      &op_fix_invalid,
                                                      &op_masked_values,
                                                      &op_getdata,
                                                      &op_getmaskarray,
                                                      &op_filled,
                                                      &op_set_fill_value,
                                                      &op_count,
                                                      &op_lift,
                                                      &op_lift_element,
                                                      &op_average,
                                                      &op_ones_like,
                                                      &op_where,
                                                      &op_nonzero,
                                                      &op_zeros_like,
                                                      &op_empty_like,
                                                      NULL};
