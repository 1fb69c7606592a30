/* qr, tsqr and sfqr. A row of blocks has its Q from the first one: Q [R1 R2 ...] = [A1 A2 ...]. */
#include "array/qr.h"
#include "array/contract.h"
#include "array/functions.h"
#include "array/index.h"
#include "array/join.h"
#include "array/matrix.h"
#include "array/parts.h"
#include "array/runs.h"
#include "array/tsqr.h"
#include "kernel/lapack.h"

static cask_status run_block(const cki_task *task, cask_value **result, cki_error *error)
{
    const cki_array *a = cki_array_of(task->inputs[0]);
    cask_value *parts[2] = {NULL};
    if (!a || a->ndim != 2)
        return cki_fail_internal(error, "array.qr");
    if (cki_lapack_qr(a, &parts[0], &parts[1], error) == CASK_OK)
        *result = cki_parts_list(parts, 2, error);
    return error->status;
}

const cki_function cki_qr_block_function = {"array.qr", 1, run_block};

/* Of a single block. */
static bool factor_one(cki_build *build, cask_array x, cask_array *q, cask_array *r)
{
    int64_t m = x->axes[0].length, n = x->axes[1].length;
    cki_axis *axes = cki_runs_axes(build, 3); /* m, k, n */
    if (!axes || !cki_matrix_axis(build, m < 0 || n < 0 ? -1 : m < n ? m : n, &axes[1]))
        return false;
    axes[0] = x->axes[0];
    axes[2] = x->axes[1];
    size_t bytes = cki_node_largest_block(x);
    cask_array both = cki_mapped_array(build, &(cki_mapped){.function = &cki_qr_block_function,
                                                            .label = "qr",
                                                            .dtype = x->dtype,
                                                            .ndim = 2,
                                                            .axes = x->axes,
                                                            .inputs = {cki_mapped_same(x)},
                                                            .ninputs = 1,
                                                            .output = 2 * bytes,
                                                            .working = bytes});
    if (!both)
        return false;
    cki_mapped as = {.dtype = x->dtype, .ndim = 2, .axes = axes, .inputs = {cki_mapped_same(both)}};
    *q = cki_parts_pick(build, 0, &as);
    as.axes = axes + 1;
    *r = cki_parts_pick(build, 1, &as);
    return *q && *r;
}

static bool factor_row(cki_build *build, cask_array x, cask_array *q, cask_array *r)
{
    bool one = x->ndim == 2 && x->axes[1].blocks == 1 && x->axes[0].blocks == 1;
    if (one)
        return factor_one(build, x, q, r);
    int64_t high = x->ndim == 2 ? x->axes[0].length : -1;
    int64_t wide = x->ndim == 2 ? cki_chunks_size(&x->axes[1], 0) : -1;
    if (x->ndim != 2 || x->axes[0].blocks != 1 || high > wide || wide < 0 || high < 0) {
        cki_fail(build->error, CASK_INVALID, NULL,
                 "Input must have the following properties:\n  1. Have two dimensions\n  2. Have "
                 "only one row of blocks\n  3. Either one column of blocks or (first) chunk size "
                 "on cols\n     is at least that on rows (e.g.: for a 5x20 matrix,\n     "
                 "chunks=((5), (8,4,8)) is fine, but chunks=((5), (4,8,8)) is not;\n     still, "
                 "prefer something simple like chunks=(5,10) or chunks=5)\n\nNote: This function "
                 "(sfqr) supports QR decomposition in the case\nof short-and-fat matrices (single "
                 "row chunk/block; see qr)");
        return false;
    }
    cask_array first = cki_index_range(build, x, 1, 0, wide), pair[2];
    cask_array rest = cki_index_range(build, x, 1, wide, x->axes[1].length);
    if (!first || !rest || !factor_one(build, first, q, &pair[0]))
        return false;
    cask_array turned = cki_matrix_adjoint(build, *q);
    pair[1] = turned ? cki_contract_dot(build, turned, rest) : NULL;
    *r = pair[1] ? cki_join_concatenate(build, pair, 2, 1) : NULL;
    return *r != NULL;
}

static bool factor_column(cki_build *build, cask_array x, cask_array *q, cask_array *r)
{
    cki_tsqr result;
    bool made = cki_tsqr_factor(build, x, false, false, &result);
    *q = result.q;
    *r = result.r;
    return made;
}

bool cki_qr_factor(cki_build *build, cask_array x, cask_array *q, cask_array *r)
{
    bool matrix = x->ndim == 2;
    if (!matrix || (x->axes[1].blocks == 1 && x->axes[0].blocks > 1))
        return factor_column(build, x, q, r);
    if (x->axes[0].blocks == 1)
        return factor_row(build, x, q, r);
    cki_fail(build->error, CASK_INVALID, "NotImplementedError",
             "qr currently supports only tall-and-skinny (single column chunk/block; see tsqr)\n"
             "and short-and-fat (single row chunk/block; see sfqr) matrices\n\nConsider use of the "
             "rechunk method. For example,\n\nx.rechunk({0: -1, 1: 'auto'}) or x.rechunk({0: "
             "'auto', 1: -1})\n\nwhich rechunk one shorter axis to a single chunk, while allowing\n"
             "the other axis to automatically grow/shrink appropriately.");
    return false;
}

/* ---- the records ---- */

typedef bool factorise(cki_build *build, cask_array x, cask_array *q, cask_array *r);

static cask_value *run(cki_call *call, factorise *factor)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array x = cki_matrix_argument(&build, call->arguments[0]), pair[2];
    return x && factor(&build, x, &pair[0], &pair[1]) ? cki_node_tuple(&build, pair, 2) : NULL;
}

static cask_value *run_qr(cki_call *call)
{
    return run(call, cki_qr_factor);
}

static cask_value *run_sfqr(cki_call *call)
{
    return run(call, factor_row);
}

static cask_value *run_tsqr(cki_call *call)
{
    if (!cki_operation_flag(call, "compute_svd"))
        return run(call, factor_column);
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array x = cki_matrix_argument(&build, call->arguments[0]);
    cki_tsqr made;
    return x && cki_tsqr_factor(&build, x, true, false, &made)
               ? cki_node_tuple(&build, (cask_array[]){made.u, made.s, made.vh}, 3)
               : NULL;
}

static const cki_operation op_qr = {
    "linalg.qr",
    CKI_IN_DA,
    "a",
    "Orthonormal q and upper triangular r with a = q @ r; a in one column or one row "
    "of blocks.",
    run_qr,
    NULL};
static const cki_operation op_tsqr = {
    "linalg.tsqr",
    CKI_IN_DA,
    "data, compute_svd=False",
    "q and r (or u, s and v) of a tall and skinny matrix, a column of blocks.",
    run_tsqr,
    NULL};
static const cki_operation op_sfqr = {
    "linalg.sfqr",
    CKI_IN_DA,
    "data, name=None",
    "q and r of a short and fat matrix, a row of blocks, the first of which is not taller than "
    "wide.",
    run_sfqr,
    NULL};

const cki_operation *const cki_qr_operations[] = {&op_qr, &op_tsqr, &op_sfqr, NULL};
