/* cov and corrcoef: products of what remains when the means are taken away. */
#include "array/covariance.h"
#include "array/contract.h"
#include "array/diagonal.h"
#include "array/elementwise.h"
#include "array/grid.h"
#include "array/join.h"
#include "array/reductions.h"
#include "array/view.h"

/* A ufunc of two arrays; NULL if one of them failed. */
static cask_array apply(cki_build *build, const char *ufunc, cask_array a, cask_array b)
{
    return a && b ? cki_elementwise_arrays(build, ufunc, (cask_array[]){a, b}, 2) : NULL;
}

/* An argument as floats of the type, with two axes. */
static cask_array as_matrix(cki_build *build, cask_array x, cki_dtype dtype)
{
    while (x && x->ndim < 2)
        x = cki_view_expand(build, x, 0);
    if (x && x->ndim > 2) {
        cki_fail(build->error, CASK_INVALID, NULL, "m has more than 2 dimensions");
        return NULL;
    }
    return x ? cki_elementwise_cast(build, x, dtype) : NULL;
}

/* The variables and their observations; *axis is the variables'. */
static cask_array read_matrix(cki_call *call, cki_build *build, bool *rows, int64_t *observations)
{
    cask_array pair[2] = {cki_node_from_value(build, call->arguments[0]), NULL};
    bool second = !cki_operation_is_none(call, "y");
    cki_dtype dtype;
    if (second)
        pair[1] = cki_node_from_value(build, cki_operation_argument(call, "y"));
    if (!pair[0] || (second && !pair[1]) ||
        cki_dtype_promote(pair[0]->dtype, cki_dtype_of(CASK_F64), &dtype, call->error) ||
        (second && cki_dtype_promote(dtype, pair[1]->dtype, &dtype, call->error)))
        return NULL;
    cask_array x = pair[0] = as_matrix(build, pair[0], dtype);
    if (!x)
        return NULL;
    *rows = x->axes[0].length == 1 || cki_operation_flag(call, "rowvar");
    *observations = x->axes[*rows].length;
    if (x->axes[0].length < 0 || x->axes[1].length < 0) {
        cki_fail(call->error, CASK_INVALID, NULL,
                 "%s: the chunk sizes are unknown.\n\nA possible solution: x.compute_chunk_sizes()",
                 call->operation->name);
        return NULL;
    }
    if (!second)
        return x;
    pair[1] = as_matrix(build, pair[1], dtype);
    return pair[1] ? cki_join_concatenate(build, pair, 2, *rows ? 0 : 1) : NULL;
}

/* Divided by observations - ddof, or by zero if that is none; axes of length 1 go. */
static cask_array finish(cki_build *build, cask_array product, int64_t observations, int64_t ddof)
{
    bool ones[CKI_MAX_NDIM];
    int64_t freedom = observations > ddof ? observations - ddof : 0;
    cask_value *pair[2] = {cki_node_value(build, product),
                           cki_value_float((double)freedom, build->error)};
    cask_array made = pair[0] && pair[1] ? cki_elementwise_values(build, "divide", pair, 2) : NULL;
    cask_value_unref(pair[0]);
    cask_value_unref(pair[1]);
    for (int k = 0; made && k < made->ndim; k++)
        ones[k] = made->axes[k].length == 1;
    return made ? cki_view_squeeze(build, made, ones) : NULL;
}

static cask_array covariance(cki_call *call, cki_build *build, int64_t ddof)
{
    bool rows;
    int64_t observations;
    cask_array x = read_matrix(call, build, &rows, &observations);
    if (!x)
        return NULL;
    cki_reduce_spec mean = {.kind = CKI_REDUCE_MEAN, .keepdims = true};
    mean.axes[rows] = true;
    x = apply(build, "subtract", x, cki_reductions_reduce(build, x, &mean));
    cask_array turned = x ? cki_view_transpose(build, x, (int[]){1, 0}) : NULL;
    cask_array other = rows ? turned : x;
    if (other && cki_dtype_is_complex(other->dtype))
        other = cki_elementwise_arrays(build, "conjugate", &other, 1);
    cask_array product = other ? cki_contract_dot(build, rows ? x : turned, other) : NULL;
    return product ? finish(build, product, observations, ddof) : NULL;
}

static cask_value *run_cov(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    int64_t ddof = !cki_operation_flag(call, "bias");
    double given;
    if (!cki_operation_is_none(call, "ddof")) {
        if (cki_value_real(cki_operation_argument(call, "ddof"), &given, call->error) != CASK_OK)
            return NULL;
        if (!(given > -9e15 && given < 9e15) || given != (double)(int64_t)given) {
            cki_fail(call->error, CASK_INVALID, NULL, "ddof must be integer");
            return NULL;
        }
        ddof = (int64_t)given;
    }
    return cki_node_value(&build, covariance(call, &build, ddof));
}

static cask_value *run_corrcoef(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array c = covariance(call, &build, 1);
    if (!c || c->ndim < 2)
        return c ? cki_node_value(&build, apply(&build, "divide", c, c)) : NULL;
    cask_array d = cki_diagonal_take(&build, c, 0, 0, 1);
    d = d ? cki_elementwise_arrays(&build, "sqrt", &d, 1) : NULL;
    cask_array column = d ? cki_grid_along(&build, d, 0, 2) : NULL;
    cask_array row = d ? cki_grid_along(&build, d, 1, 2) : NULL;
    return cki_node_value(&build, apply(&build, "divide", apply(&build, "divide", c, column), row));
}

/* ---- the records ---- */

#define FUNCTION (CKI_IN_DA | CKI_IN_NP)

static const cki_operation op_cov = {
    "cov",
    FUNCTION,
    "m, y=None, rowvar=True, bias=False, ddof=None",
    "Covariances of variables, which are rows (or columns with rowvar=False) of observations.",
    run_cov,
    NULL};
static const cki_operation op_corrcoef = {
    "corrcoef",   FUNCTION, "x, y=None, rowvar=True", "Correlation coefficients of variables.",
    run_corrcoef, NULL};

const cki_operation *const cki_covariance_operations[] = {&op_cov, &op_corrcoef, NULL};
