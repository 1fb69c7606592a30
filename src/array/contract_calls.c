/* The contractions as operations: dot, matmul, @, tensordot, vdot, outer. */
#include "array/contract.h"
#include "array/elementwise.h"
#include "array/reshape.h"
#include "array/view.h"

/* Two array arguments, by the names of their parameters. */
static bool operands(cki_call *call, cki_build *build, cask_array *a, cask_array *b)
{
    *a = cki_node_from_value(build, call->arguments[0]);
    *b = *a ? cki_node_from_value(build, call->arguments[1]) : NULL;
    return *b != NULL;
}

static bool is_eager(const cki_call *call)
{
    return !cki_node_lazy(call->arguments[0]) && !cki_node_lazy(call->arguments[1]);
}

cask_value *cki_contract_narrow(cki_build *build, cask_array made, cask_array a, cask_array b,
                                bool narrow)
{
    cki_dtype dtype;
    if (made && narrow && cki_dtype_promote(a->dtype, b->dtype, &dtype, build->error) == CASK_OK)
        made = cki_elementwise_cast(build, made, dtype);
    return cki_node_value(build, made);
}

static cask_value *run_dot(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array a, b;
    if (!operands(call, &build, &a, &b))
        return NULL;
    return cki_contract_narrow(&build, cki_contract_dot(&build, a, b), a, b, is_eager(call));
}

/* Dask sums over blocks only where there are several, and only sums of integers are wider. */
static cask_value *matmul(cki_call *call, cki_build *build, cask_array a, cask_array b)
{
    cask_array made = cki_contract_matmul(build, a, b);
    bool one = made && a->axes[a->ndim - 1].blocks == 1 &&
               b->axes[b->ndim > 1 ? b->ndim - 2 : 0].blocks == 1;
    return cki_contract_narrow(build, made, a, b, one || is_eager(call));
}

static cask_value *run_matmul(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array a, b;
    return operands(call, &build, &a, &b) ? matmul(call, &build, a, b) : NULL;
}

static cask_value *run_rmatmul(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array a, b;
    return operands(call, &build, &a, &b) ? matmul(call, &build, b, a) : NULL;
}

static cask_value *run_vdot(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array a, b;
    if (!operands(call, &build, &a, &b))
        return NULL;
    if (cki_dtype_is_complex(a->dtype))
        a = cki_elementwise_arrays(&build, "conjugate", &a, 1);
    a = a ? cki_reshape_ravel(&build, a) : NULL;
    b = a ? cki_reshape_ravel(&build, b) : NULL;
    return b ? cki_contract_narrow(&build, cki_contract_dot(&build, a, b), a, b, is_eager(call))
             : NULL;
}

/* Element-wise on a column and a row: no product of matrices, and it fuses with what follows. */
static cask_value *run_outer(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array a, b;
    if (!operands(call, &build, &a, &b))
        return NULL;
    a = cki_reshape_ravel(&build, a);
    a = a ? cki_view_expand(&build, a, 1) : NULL;
    b = a ? cki_reshape_ravel(&build, b) : NULL;
    if (!b)
        return NULL;
    return cki_node_value(&build,
                          cki_elementwise_arrays(&build, "multiply", (cask_array[]){a, b}, 2));
}

/* ---- tensordot ---- */

/* One side of the axes: an int or a sequence of ints, negative ones from the end. */
static bool read_side(cki_call *call, cask_value *value, int ndim, int *axes, int *count)
{
    cask_value *items = value->kind == CKI_LIST || value->kind == CKI_TUPLE
                            ? cki_value_items(value, call->error)
                            : NULL;
    if (!items) {
        *count = 1;
        return call->error->status == CASK_OK &&
               cki_node_axis(value, ndim, &axes[0], call->error) == CASK_OK;
    }
    bool seen[CKI_MAX_NDIM] = {0}, good = items->as.list.count <= CKI_MAX_NDIM;
    *count = good ? (int)items->as.list.count : 0;
    for (int i = 0; i < *count && good; i++) {
        good = cki_node_axis(items->as.list.items[i], ndim, &axes[i], call->error) == CASK_OK &&
               !seen[axes[i]];
        if (good)
            seen[axes[i]] = true;
    }
    cask_value_unref(items);
    if (!good)
        cki_fail(call->error, CASK_INVALID, NULL, "tensordot(): the same axis occurs twice");
    return good;
}

/* axes=n: the last n of a with the first n of b. */
static bool count_axes(cki_call *call, cask_array a, cask_array b, int64_t n, int *a_axes,
                       int *b_axes)
{
    if (n < 0 || n > a->ndim || n > b->ndim) {
        cki_fail(call->error, CASK_INDEX, NULL,
                 "tensordot(): axes=%lld, but the arrays have %d and %d axes", (long long)n,
                 a->ndim, b->ndim);
        return false;
    }
    for (int i = 0; i < (int)n; i++) {
        a_axes[i] = a->ndim - (int)n + i;
        b_axes[i] = i;
    }
    return true;
}

static cask_value *run_tensordot(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_value *axes = cki_operation_argument(call, "axes");
    int a_axes[CKI_MAX_NDIM], b_axes[CKI_MAX_NDIM], count, other;
    cask_array a, b;
    if (!operands(call, &build, &a, &b))
        return NULL;
    if (axes->kind == CKI_INT || axes->kind == CKI_BOOL) {
        int64_t n;
        if (cki_value_index(axes, &n, call->error) != CASK_OK ||
            !count_axes(call, a, b, n, a_axes, b_axes))
            return NULL;
        count = (int)n;
    } else if ((axes->kind == CKI_TUPLE || axes->kind == CKI_LIST) && axes->as.list.count == 2) {
        if (!read_side(call, axes->as.list.items[0], a->ndim, a_axes, &count) ||
            !read_side(call, axes->as.list.items[1], b->ndim, b_axes, &other))
            return NULL;
        if (count != other) {
            cki_fail(call->error, CASK_SHAPE, NULL, "shape-mismatch for sum");
            return NULL;
        }
    } else {
        cki_fail(call->error, CASK_TYPE, NULL,
                 "tensordot(): axes is an int or a pair of axes or of lists of them");
        return NULL;
    }
    return cki_contract_narrow(&build, cki_contract_tensordot(&build, a, b, a_axes, b_axes, count),
                               a, b, is_eager(call));
}

/* ---- the records ---- */

#define FUNCTION (CKI_IN_DA | CKI_IN_NP)

static const cki_operation op_dot = {
    "dot",   FUNCTION | CKI_ARRAY_METHOD,
    "a, b",  "Product of vectors or matrices: over a's last axis and b's last but one.",
    run_dot, NULL};
static const cki_operation op_matmul = {
    "matmul",   FUNCTION, "x1, x2", "Matrix product, other axes broadcast: x1 @ x2.",
    run_matmul, NULL};
static const cki_operation op_at = {"__matmul__", CKI_ARRAY_PROTOCOL, "a, b",
                                    "a @ b.",     run_matmul,         NULL};
static const cki_operation op_rat = {"__rmatmul__", CKI_ARRAY_PROTOCOL, "a, b",
                                     "b @ a.",      run_rmatmul,        NULL};
static const cki_operation op_vdot = {
    "vdot",   FUNCTION, "a, b", "Dot product of both arrays raveled, the first conjugated.",
    run_vdot, NULL};
static const cki_operation op_outer = {
    "outer", FUNCTION, "a, b", "Every element of a times every element of b.", run_outer, NULL};
static const cki_operation op_tensordot = {
    "tensordot",
    FUNCTION,
    "a, b, axes=2",
    "Sum of products over pairs of axes: axes=n the last n of a and first n of b, or two lists.",
    run_tensordot,
    NULL};

const cki_operation *const cki_contract_operations[] = {
    &op_dot, &op_matmul, &op_at, &op_rat, &op_vdot, &op_outer, &op_tensordot, NULL,
};
