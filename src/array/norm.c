/* linalg.norm: reductions of absolute values; of singular values for the orders that need them. */
#include "array/norm.h"
#include "array/elementwise.h"
#include "array/matrix.h"
#include "array/reductions.h"
#include "array/stacked.h"
#include "array/svd.h"
#include "array/view.h"

#include <math.h>
#include <string.h>

/* What was asked for. An order that is a word is in `name`, a number in `number`. */
typedef struct request {
    cki_build *build;
    cask_array x;
    bool numpy; /* float32 stays that */
    bool keepdims;
    bool flags[CKI_MAX_NDIM];
    int axes[CKI_MAX_NDIM], count;
    const char *name;
    double number;
    cask_value *order;
} request;

static cask_array apply(const request *r, const char *ufunc, cask_array x)
{
    return x ? cki_elementwise_arrays(r->build, ufunc, &x, 1) : NULL;
}

/* Over all axes asked for, or (axis >= 0) over one of them, which stays. */
static cask_array reduce(const request *r, cask_array x, cki_reduce_kind kind, int axis)
{
    cki_reduce_spec spec = {.kind = kind, .keepdims = axis >= 0 || r->keepdims};
    if (!x || r->count == 0)
        return x;
    if (axis >= 0)
        spec.axes[axis] = true;
    else
        memcpy(spec.axes, r->flags, sizeof spec.axes);
    return cki_reductions_reduce(r->build, x, &spec);
}

/* Sums along axes[sum], and the largest or smallest of them. */
static cask_array of_sums(const request *r, cask_array size, int sum, cki_reduce_kind extreme)
{
    cask_array sums = reduce(r, size, CKI_REDUCE_SUM, r->axes[sum]);
    sums = reduce(r, sums, extreme, r->axes[!sum]);
    return sums && !r->keepdims ? cki_view_squeeze(r->build, sums, r->flags) : sums;
}

/* The same of each matrix of a stack, its axes moved to the end. */
static cask_array of_stacks(const request *r, cki_reduce_kind kind)
{
    int order[CKI_MAX_NDIM], n = 0, ndim = r->x->ndim;
    for (int k = 0; k < ndim; k++)
        if (!r->flags[k])
            order[n++] = k;
    order[n++] = r->axes[0];
    order[n] = r->axes[1];
    cask_array x = cki_view_transpose(r->build, r->x, order);
    cask_array s = x ? cki_stacked_singular(r->build, x) : NULL;
    cki_reduce_spec spec = {.kind = kind};
    spec.axes[ndim - 2] = true;
    s = s ? cki_reductions_reduce(r->build, s, &spec) : NULL;
    for (int k = 0; s && r->keepdims && k < ndim; k++)
        if (r->flags[k])
            s = cki_view_expand(r->build, s, k);
    return s;
}

/* The sum, largest or smallest of the singular values. */
static cask_array of_values(const request *r, cki_reduce_kind kind)
{
    cki_svd made;
    if (r->x->ndim > 2 && r->numpy)
        return of_stacks(r, kind);
    if (r->x->ndim > 2) {
        cki_fail(r->build->error, CASK_INVALID, "NotImplementedError",
                 "SVD based norm not implemented for ndim > 2");
        return NULL;
    }
    cask_array x = cki_matrix_inexact(r->build, r->x);
    if (!x || !cki_svd_factor(r->build, x, false, &made))
        return NULL;
    cask_array s = cki_view_expand(r->build, made.s, 0);
    return s ? cki_reductions_reduce(
                   r->build, s,
                   &(cki_reduce_spec){.kind = kind, .all = true, .keepdims = r->keepdims})
             : NULL;
}

static cask_array refuse(const request *r, const char *what)
{
    cki_fail(r->build->error, CASK_INVALID, NULL, "Invalid norm order for %s.", what);
    return NULL;
}

/* As Dask: in double precision, whatever x has. */
static cask_array precise(const request *r)
{
    cki_dtype dtype;
    bool exact = r->x->dtype.id == CASK_BOOL || cki_dtype_is_integer(r->x->dtype);
    if (r->numpy && !exact)
        return r->x;
    if (cki_dtype_promote(r->x->dtype, cki_dtype_of(CASK_F64), &dtype, r->build->error) != CASK_OK)
        return NULL;
    return cki_elementwise_cast(r->build, r->x, dtype);
}

static cask_array absolute(const request *r)
{
    return apply(r, "absolute", precise(r));
}

/* Squares of real numbers are those of their absolute values. */
static cask_array euclidean(const request *r)
{
    cask_array x = cki_dtype_is_complex(r->x->dtype) ? absolute(r) : precise(r);
    return apply(r, "sqrt", reduce(r, apply(r, "square", x), CKI_REDUCE_SUM, -1));
}

static cask_array of_matrix(const request *r)
{
    double order = r->number;
    if (r->name)
        return strcmp(r->name, "nuc") == 0 ? of_values(r, CKI_REDUCE_SUM) : refuse(r, "matrices");
    if (isinf(order))
        return of_sums(r, absolute(r), 1, order > 0 ? CKI_REDUCE_MAX : CKI_REDUCE_MIN);
    if (order == 1 || order == -1)
        return of_sums(r, absolute(r), 0, order > 0 ? CKI_REDUCE_MAX : CKI_REDUCE_MIN);
    if (order == 2 || order == -2)
        return of_values(r, order > 0 ? CKI_REDUCE_MAX : CKI_REDUCE_MIN);
    return refuse(r, "matrices");
}

/* x to the power of a Python number. */
static cask_array power(const request *r, cask_array x, cask_value *exponent)
{
    cask_value *pair[2] = {cki_node_value(r->build, x), exponent};
    cask_array made =
        pair[0] && exponent ? cki_elementwise_values(r->build, "power", pair, 2) : NULL;
    cask_value_unref(pair[0]);
    return made;
}

static cask_array of_vector(const request *r)
{
    if (r->name)
        return refuse(r, "vectors");
    cask_array size = absolute(r);
    if (!size)
        return NULL;
    if (isinf(r->number))
        return reduce(r, size, r->number > 0 ? CKI_REDUCE_MAX : CKI_REDUCE_MIN, -1);
    if (r->number == 1)
        return reduce(r, size, CKI_REDUCE_SUM, -1);
    if (r->number == 0) {
        cask_array there = cki_matrix_apply_number(r->build, "not_equal", size, 0);
        cki_dtype dtype = cki_dtype_is_complex(r->x->dtype) && !r->numpy
                              ? cki_dtype_of(CASK_C128) /* as Dask */
                              : size->dtype;
        there = there ? cki_elementwise_cast(r->build, there, dtype) : NULL;
        return reduce(r, there, CKI_REDUCE_SUM, -1);
    }
    cask_value *root = cki_value_float(1 / r->number, r->build->error);
    cask_array sum = reduce(r, power(r, size, r->order), CKI_REDUCE_SUM, -1);
    cask_array made = sum && root ? power(r, sum, root) : NULL;
    cask_value_unref(root);
    return made;
}

static bool read_order(cki_call *call, request *r)
{
    r->order = cki_operation_argument(call, "ord");
    if (r->order->kind == CKI_STR) {
        r->name = r->order->as.text.bytes;
        return true;
    }
    return r->order->kind == CKI_NONE ||
           cki_value_real(r->order, &r->number, call->error) == CASK_OK;
}

static cask_value *run_norm(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    request r = {.build = &build,
                 .numpy = call->operation->detail != NULL,
                 .keepdims = cki_operation_flag(call, "keepdims")};
    r.x = cki_node_from_value(&build, call->arguments[0]);
    cask_value *axis = cki_operation_argument(call, "axis");
    if (!r.x || !read_order(call, &r) ||
        cki_node_axes(axis, r.x->ndim, r.flags, r.axes, &r.count, call->error) != CASK_OK)
        return NULL;
    bool plain = r.order->kind == CKI_NONE, fro = r.name && strcmp(r.name, "fro") == 0;
    if (r.count > 2 && !(r.numpy && plain && axis->kind == CKI_NONE)) {
        cki_fail(call->error, CASK_INVALID, NULL, "Improper number of dimensions to norm.");
        return NULL;
    }
    if (plain || (fro && r.count != 1))
        return cki_node_value(&build, euclidean(&r));
    return cki_node_value(&build, r.count == 2 ? of_matrix(&r) : of_vector(&r));
}

#define PARAMETERS "x, ord=None, axis=None, keepdims=False"
#define SENTENCE                                                                                   \
    "The norm of vectors (one axis) or matrices (two): ord is None, 'fro', 'nuc', inf, -inf, 0 "   \
    "or "                                                                                          \
    "any other number that numpy.linalg.norm takes."

static const cki_operation op_norm = {"linalg.norm", CKI_IN_DA, PARAMETERS,
                                      SENTENCE,      run_norm,  NULL};
static const cki_operation op_numpy = {"linalg.norm", CKI_IN_NP, PARAMETERS,
                                       SENTENCE,      run_norm,  "numpy"};

const cki_operation *const cki_norm_operations[] = {&op_norm, &op_numpy, NULL};
