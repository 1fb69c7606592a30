/* lu, cholesky, solve_triangular, solve, inv, det and slogdet: operations on square matrices. */
#include "array/solve.h"
#include "array/elementwise.h"
#include "array/eliminate.h"
#include "array/lu.h"
#include "array/matrix.h"
#include "array/reductions.h"
#include "array/runs.h"
#include "array/view.h"

#include <string.h>

static bool fail(cki_build *build, const char *words)
{
    cki_fail(build->error, CASK_INVALID, NULL, "%s", words);
    return false;
}

/* ---- triangular systems ---- */

static bool check_triangular(cki_build *build, cask_array a, cask_array b)
{
    if (a->ndim != 2)
        return fail(build, "a must be 2 dimensional");
    if (b->ndim != 1 && b->ndim != 2)
        return fail(build, "b must be 1 or 2 dimensional");
    if (cki_node_length(a, 1) != cki_node_length(b, 0) || cki_node_length(a, 1) < 0)
        return fail(build, "a.shape[1] and b.shape[0] must be equal");
    if (!cki_chunks_same(&a->axes[1], &b->axes[0]))
        return fail(build, "a.chunks[1] and b.chunks[0] must be equal. Use .rechunk method to "
                           "change the size of chunks.");
    if (!cki_chunks_same(&a->axes[0], &a->axes[1]))
        return fail(build, "a must be square, with the same chunks on both axes. Use .rechunk "
                           "method to change the size of chunks.");
    return true;
}

/* b as a matrix of one column, and back. */
static cask_array to_column(cki_build *build, cask_array b)
{
    return b && b->ndim == 1 ? cki_view_expand(build, b, 1) : b;
}

static cask_array from_column(cki_build *build, cask_array x, int ndim)
{
    return x && ndim == 1 ? cki_view_squeeze(build, x, (bool[CKI_MAX_NDIM]){false, true}) : x;
}

cask_array cki_solve_triangular(cki_build *build, cask_array a, cask_array b, bool lower)
{
    int ndim = b->ndim;
    if (!check_triangular(build, a, b) || !cki_matrix_promote(build, &a, &b))
        return NULL;
    b = to_column(build, b);
    return from_column(build, b ? cki_eliminate_solve(build, a, b, lower, false) : NULL, ndim);
}

static cask_value *run_triangular(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array a = cki_node_from_value(&build, call->arguments[0]);
    cask_array b = a ? cki_node_from_value(&build, call->arguments[1]) : NULL;
    bool lower = cki_operation_flag(call, "lower");
    return b ? cki_node_value(&build, cki_solve_triangular(&build, a, b, lower)) : NULL;
}

/* ---- factors ---- */

static bool check_square(cki_build *build, cask_array a, const char *what)
{
    return cki_matrix_square(build, a, what) && cki_matrix_square_chunks(build, a, what);
}

static cask_value *run_lu(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array a = cki_matrix_argument(&build, call->arguments[0]), three[3];
    cki_lu lu;
    if (!a || !check_square(&build, a, "lu decomposition") || !cki_lu_factor(&build, a, &lu))
        return NULL;
    three[0] = cki_lu_permutation(&build, &lu, a->axes);
    three[1] = cki_lu_lower(&build, &lu, a->axes);
    three[2] = cki_lu_upper(&build, &lu, a->axes);
    return cki_node_tuple(&build, three, 3);
}

static cask_array cholesky(cki_build *build, cask_array a)
{
    return check_square(build, a, "cholesky decomposition") ? cki_eliminate_cholesky(build, a)
                                                            : NULL;
}

static cask_value *run_cholesky(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array a = cki_matrix_argument(&build, call->arguments[0]);
    bool lower = call->count < 2 || cki_operation_flag(call, "lower");
    cask_array l = a ? cholesky(&build, a) : NULL;
    return cki_node_value(&build, lower || !l ? l : cki_matrix_adjoint(&build, l));
}

/* ---- systems ---- */

/* b's rows must be cut as a's are. */
static bool check_sides(cki_build *build, cask_array a, cask_array b)
{
    if (b->ndim != 1 && b->ndim != 2)
        return fail(build, "b must be 1 or 2 dimensional");
    if (cki_node_length(a, 1) != cki_node_length(b, 0)) {
        cki_fail(build->error, CASK_SHAPE, NULL,
                 "a.shape[1] and b.shape[0] must be equal: solve of a (%lld, %lld) matrix and %lld "
                 "rows",
                 (long long)a->axes[0].length, (long long)a->axes[1].length,
                 (long long)cki_node_length(b, 0));
        return false;
    }
    return true;
}

static cask_array solve(cki_build *build, cask_array a, cask_array b, bool positive)
{
    const char *what = positive ? "cholesky decomposition" : "lu decomposition";
    int ndim = b->ndim;
    cki_lu lu;
    if (!cki_matrix_promote(build, &a, &b) || !check_square(build, a, what) ||
        !check_sides(build, a, b))
        return NULL;
    b = to_column(build, b);
    if (b && !positive) {
        if (!cki_lu_factor(build, a, &lu))
            return NULL;
        b = cki_lu_exchange(build, &lu, b, &a->axes[1]);
    }
    if (!b)
        return NULL;
    if (!cki_chunks_same(&a->axes[1], &b->axes[0])) {
        fail(build, "a.chunks[1] and b.chunks[0] must be equal. Use .rechunk method to change the "
                    "size of chunks.");
        return NULL;
    }
    cask_array lower =
        positive ? cki_eliminate_cholesky(build, a) : cki_lu_lower(build, &lu, a->axes);
    cask_array upper = !lower     ? NULL
                       : positive ? cki_matrix_adjoint(build, lower)
                                  : cki_lu_upper(build, &lu, a->axes);
    b = upper ? cki_eliminate_solve(build, lower, b, true, !positive) : NULL;
    b = b ? cki_eliminate_solve(build, upper, b, false, false) : NULL;
    return from_column(build, b, ndim);
}

static cask_value *run_solve(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array a = cki_node_from_value(&build, call->arguments[0]);
    cask_array b = a ? cki_node_from_value(&build, call->arguments[1]) : NULL;
    const cask_value *assume = cki_operation_argument(call, "assume_a");
    const char *kind = assume->kind == CKI_STR ? assume->as.text.bytes : "";
    bool positive = strcmp(kind, "pos") == 0 || cki_operation_flag(call, "sym_pos");
    if (!b)
        return NULL;
    if (!positive && strcmp(kind, "gen") != 0) {
        cki_fail(call->error, CASK_INVALID, NULL,
                 "assume_a = '%s' is not a recognized matrix structure, valid structures are 'pos' "
                 "and 'gen'.",
                 kind);
        return NULL;
    }
    return cki_node_value(&build, solve(&build, a, b, positive));
}

static cask_value *run_inv(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array a = cki_matrix_argument(&build, call->arguments[0]);
    if (!a || !check_square(&build, a, "lu decomposition"))
        return NULL;
    cask_array b = cki_matrix_identity(&build, a->axes, a->dtype);
    return b ? cki_node_value(&build, solve(&build, a, b, false)) : NULL;
}

/* ---- determinants ---- */

static cask_array reduce(cki_build *build, cask_array x, cki_reduce_kind kind)
{
    return x ? cki_reductions_reduce(build, x, &(cki_reduce_spec){.kind = kind, .all = true})
             : NULL;
}

static cask_array apply(cki_build *build, const char *ufunc, cask_array x)
{
    return x ? cki_elementwise_arrays(build, ufunc, &x, 1) : NULL;
}

/* The diagonal of u and the sign of the exchanges. */
static bool factor_square(cki_call *call, cki_build *build, cask_array *diagonal, cask_array *sign)
{
    cask_array a = cki_matrix_argument(build, call->arguments[0]);
    cki_lu lu;
    if (a && (a->ndim != 2 || cki_node_length(a, 0) < 0 ||
              cki_node_length(a, 0) != cki_node_length(a, 1))) {
        cki_fail(call->error, CASK_INVALID, "LinAlgError",
                 "Last 2 dimensions of the array must be square");
        return false;
    }
    if (!a || !cki_lu_factor(build, a, &lu))
        return false;
    *diagonal = cki_lu_diagonal(build, &lu);
    *sign = cki_lu_parity(build, &lu);
    return *diagonal && *sign;
}

static cask_value *run_det(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array diagonal, sign;
    if (!factor_square(call, &build, &diagonal, &sign))
        return NULL;
    return cki_node_value(
        &build,
        cki_matrix_apply(&build, "multiply", reduce(&build, diagonal, CKI_REDUCE_PROD), sign));
}

static cask_value *run_slogdet(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array diagonal, sign, pair[2];
    if (!factor_square(call, &build, &diagonal, &sign))
        return NULL;
    cask_array size = apply(&build, "absolute", diagonal);
    /* of complex numbers the direction; 0 for a zero, where 0 / 0 would be NaN */
    cask_array units;
    if (cki_dtype_is_complex(diagonal->dtype)) {
        cask_array zero = size ? cki_matrix_apply_number(&build, "equal", size, 0) : NULL;
        zero = zero ? cki_elementwise_cast(&build, zero, size->dtype) : NULL;
        units = cki_matrix_apply(&build, "divide", diagonal,
                                 cki_matrix_apply(&build, "add", size, zero));
    } else {
        units = apply(&build, "sign", diagonal);
    }
    pair[0] = cki_matrix_apply(&build, "multiply", reduce(&build, units, CKI_REDUCE_PROD), sign);
    pair[1] = reduce(&build, apply(&build, "log", size), CKI_REDUCE_SUM);
    return cki_node_tuple(&build, pair, 2);
}

/* ---- the records ---- */

static const cki_operation op_lu = {
    "linalg.lu",
    CKI_IN_DA,
    "a",
    "p, l and u with a = p @ l @ u: a permutation, a lower triangular matrix with ones on its "
    "diagonal, and an upper one; chunks are squares of one size.",
    run_lu,
    NULL};
static const cki_operation op_cholesky = {
    "linalg.cholesky",
    CKI_IN_DA,
    "a, lower=False",
    "u with a = u^H @ u, or l with a = l @ l^H, of a hermitian positive definite matrix; chunks "
    "are squares of one size.",
    run_cholesky,
    NULL};
static const cki_operation op_triangular = {
    "linalg.solve_triangular",
    CKI_IN_DA,
    "a, b, lower=False",
    "x with a @ x = b for an upper (or lower) triangular matrix a.",
    run_triangular,
    NULL};
static const cki_operation op_solve = {
    "linalg.solve",
    CKI_IN_DA,
    "a, b, sym_pos=None, assume_a='gen'",
    "x with a @ x = b for a square matrix a, by LU; by Cholesky if assume_a='pos'; chunks of a "
    "are squares of one size.",
    run_solve,
    NULL};
static const cki_operation op_inv = {
    "linalg.inv", CKI_IN_DA,
    "a",          "The inverse of a square matrix, whose chunks are squares of one size.",
    run_inv,      NULL};
static const cki_operation op_det = {
    "linalg.det", CKI_IN_DA, "a", "The determinant of a square matrix.", run_det, NULL};
static const cki_operation op_slogdet = {
    "linalg.slogdet",
    CKI_IN_DA,
    "a",
    "The sign of a square matrix's determinant, and the logarithm of its size.",
    run_slogdet,
    NULL};

const cki_operation *const cki_solve_operations[] = {
    &op_lu, &op_cholesky, &op_triangular, &op_solve, &op_inv, &op_det, &op_slogdet, NULL};
