/* lstsq by QR, and matrix_rank by singular values. */
#include "array/lstsq.h"
#include "array/contract.h"
#include "array/elementwise.h"
#include "array/matrix.h"
#include "array/qr.h"
#include "array/reductions.h"
#include "array/solve.h"
#include "array/svd.h"
#include "array/view.h"

#include <float.h>

/* How many singular values count as more than zero: NumPy's rule. */
static cask_array rank_of(cki_build *build, cask_array s, int64_t rows, int64_t columns)
{
    int64_t longest = rows > columns ? rows : columns;
    double epsilon = s->dtype.id == CASK_F32 ? (double)FLT_EPSILON : DBL_EPSILON;
    cask_array largest =
        cki_reductions_reduce(build, s, &(cki_reduce_spec){.kind = CKI_REDUCE_MAX, .all = true});
    cask_array least =
        largest ? cki_matrix_apply_number(build, "multiply", largest, (double)longest * epsilon)
                : NULL;
    cask_array counted = cki_matrix_apply(build, "greater", s, least);
    return counted ? cki_reductions_reduce(build, counted,
                                           &(cki_reduce_spec){.kind = CKI_REDUCE_SUM, .all = true})
                   : NULL;
}

/* Sums of the squares of what is left of b; of a vector an array of one. */
static cask_array residuals(cki_build *build, cask_array a, cask_array b, cask_array x)
{
    cki_reduce_spec down = {.kind = CKI_REDUCE_SUM, .keepdims = b->ndim == 1};
    down.axes[0] = true;
    cask_array left = cki_matrix_apply(build, "subtract", b, cki_contract_dot(build, a, x));
    left = left ? cki_elementwise_arrays(build, "square", &left, 1) : NULL;
    left = left ? cki_elementwise_arrays(build, "absolute", &left, 1) : NULL;
    return left ? cki_reductions_reduce(build, left, &down) : NULL;
}

static cask_value *run_lstsq(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array a = cki_node_from_value(&build, call->arguments[0]), q, r;
    cask_array b = a ? cki_node_from_value(&build, call->arguments[1]) : NULL;
    cki_svd values;
    if (!b || !cki_matrix_promote(&build, &a, &b) || !cki_qr_factor(&build, a, &q, &r))
        return NULL;
    cask_array turned = cki_matrix_adjoint(&build, q);
    cask_array right = turned ? cki_contract_dot(&build, turned, b) : NULL;
    cask_array x = right ? cki_solve_triangular(&build, r, right, false) : NULL;
    if (!x || !cki_svd_factor(&build, r, false, &values))
        return NULL;
    cask_array four[4] = {x, residuals(&build, a, b, x),
                          rank_of(&build, values.s, r->axes[0].length, r->axes[1].length),
                          values.s};
    return cki_node_tuple(&build, four, 4);
}

static cask_value *run_rank(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array x = cki_matrix_argument(&build, call->arguments[0]);
    cki_svd values;
    if (!x || !cki_svd_factor(&build, x, false, &values))
        return NULL;
    return cki_node_value(&build, rank_of(&build, values.s, x->axes[0].length, x->axes[1].length));
}

static const cki_operation op_lstsq = {
    "linalg.lstsq",
    CKI_IN_DA,
    "a, b",
    "x that makes a @ x closest to b, with the sums of squared differences, the rank of a and its "
    "singular values; a in one column of blocks, with as many rows as columns at least.",
    run_lstsq,
    NULL};
static const cki_operation op_rank = {
    "linalg.matrix_rank",
    CKI_IN_DA,
    "A",
    "How many singular values of a matrix are not zero, but for rounding.",
    run_rank,
    NULL};

const cki_operation *const cki_lstsq_operations[] = {&op_lstsq, &op_rank, NULL};
