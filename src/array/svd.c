/* svd: a single block by LAPACK, a column of blocks by tsqr, a row of blocks as its transpose. */
#include "array/svd.h"
#include "array/elementwise.h"
#include "array/functions.h"
#include "array/matrix.h"
#include "array/parts.h"
#include "array/reductions.h"
#include "array/runs.h"
#include "array/tsqr.h"
#include "array/view.h"
#include "kernel/lapack.h"

static cask_status run_block(const cki_task *task, cask_value **result, cki_error *error)
{
    const bool *full = cki_mapped_of(task)->parameters;
    const cki_array *a = cki_array_of(task->inputs[0]);
    cask_value *parts[3] = {NULL};
    if (!a || a->ndim != 2)
        return cki_fail_internal(error, "array.svd");
    if (cki_lapack_svd(a, *full, &parts[0], &parts[1], &parts[2], error) == CASK_OK)
        *result = cki_parts_list(parts, 3, error);
    return error->status;
}

const cki_function cki_svd_block_function = {"array.svd", 1, run_block};

/* Of x in a single block. */
static bool factor_one(cki_build *build, cask_array x, bool full, cki_svd *result)
{
    int64_t m = x->axes[0].length, n = x->axes[1].length;
    int64_t k = m < 0 || n < 0 ? -1 : m < n ? m : n;
    bool *own = cki_arena_alloc(build->arena, sizeof *own);
    cki_axis *axes = own ? cki_runs_axes(build, 5) : NULL; /* u's, s's, vh's */
    cki_hasher *hasher = axes ? cki_token_start(build->error) : NULL;
    if (!hasher) {
        cki_fail_memory(build->error, sizeof *own);
        return false;
    }
    *own = full;
    cki_token_int(hasher, full);
    size_t bytes = cki_node_largest_block(x);
    cki_mapped spec = {.function = &cki_svd_block_function,
                       .label = "svd",
                       .dtype = x->dtype,
                       .ndim = 2,
                       .axes = x->axes,
                       .inputs = {cki_mapped_same(x)},
                       .ninputs = 1,
                       .parameters = own,
                       .token = cki_token_end(hasher),
                       .output = 2 * bytes,
                       .working = 6 * bytes};
    axes[0] = x->axes[0];
    axes[4] = x->axes[1];
    if (!cki_matrix_axis(build, full ? m : k, &axes[1]) || !cki_matrix_axis(build, k, &axes[2]) ||
        !cki_matrix_axis(build, full ? n : k, &axes[3]))
        return false;
    cask_array all = cki_mapped_array(build, &spec);
    if (!all)
        return false;
    cki_mapped as = {.dtype = x->dtype, .ndim = 2, .axes = axes, .inputs = {cki_mapped_same(all)}};
    result->u = cki_parts_pick(build, 0, &as);
    as.axes = axes + 3;
    result->vh = cki_parts_pick(build, 2, &as);
    as.axes = axes + 2;
    as.ndim = 1;
    as.dtype = cki_dtype_real(x->dtype);
    as.inputs[0] = cki_mapped_whole(all);
    result->s = cki_parts_pick(build, 1, &as);
    return result->u && result->s && result->vh;
}

bool cki_svd_coerce(cki_build *build, cask_array *u, cask_array *vh)
{
    cki_reduce_spec across = {.kind = CKI_REDUCE_SUM, .keepdims = true};
    across.axes[1] = true;
    cask_array sum = cki_reductions_reduce(build, *vh, &across);
    cask_array signs = sum ? cki_matrix_apply_number(build, "greater_equal", sum, 0) : NULL;
    signs = signs ? cki_elementwise_cast(build, signs, (*vh)->dtype) : NULL;
    signs = signs ? cki_matrix_apply_number(build, "multiply", signs, 2) : NULL;
    signs = signs ? cki_matrix_apply_number(build, "subtract", signs, 1) : NULL;
    *vh = cki_matrix_apply(build, "multiply", *vh, signs);
    *u = cki_matrix_apply(build, "multiply", *u, cki_matrix_transpose(build, signs));
    return *u && *vh;
}

static bool check(cki_build *build, cask_array x)
{
    if (x->ndim != 2)
        cki_fail(build->error, CASK_INVALID, NULL, "Array must be 2D.\nInput ndim: %d", x->ndim);
    else if (x->axes[0].blocks > 1 && x->axes[1].blocks > 1)
        cki_fail(build->error, CASK_INVALID, "NotImplementedError",
                 "Array must be chunked in one dimension only. This function (svd) only supports "
                 "tall-and-skinny or short-and-fat matrices (see da.linalg.svd_compressed for SVD "
                 "on fully chunked arrays).\nInput shape: (%lld, %lld)\nInput numblocks: (%lld, "
                 "%lld)",
                 (long long)x->axes[0].length, (long long)x->axes[1].length,
                 (long long)x->axes[0].blocks, (long long)x->axes[1].blocks);
    return build->error->status == CASK_OK;
}

bool cki_svd_factor(cki_build *build, cask_array x, bool signs, cki_svd *result)
{
    cki_tsqr made;
    *result = (cki_svd){0};
    if (!check(build, x))
        return false;
    if (x->axes[0].blocks == 1 && x->axes[1].blocks == 1)
        return factor_one(build, x, false, result) &&
               (!signs || cki_svd_coerce(build, &result->u, &result->vh));
    bool tall = x->axes[0].blocks > 1;
    x = tall ? x : cki_matrix_transpose(build, x);
    if (!x || !cki_tsqr_factor(build, x, true, tall && signs, &made))
        return false;
    *result = (cki_svd){made.u, made.s, made.vh};
    if (tall)
        return true;
    result->u = cki_matrix_transpose(build, made.vh);
    result->vh = cki_matrix_transpose(build, made.u);
    return result->u && result->vh && (!signs || cki_svd_coerce(build, &result->u, &result->vh));
}

static cask_value *run_svd(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array x = cki_matrix_argument(&build, call->arguments[0]);
    cki_svd made;
    return x && cki_svd_factor(&build, x, cki_operation_flag(call, "coerce_signs"), &made)
               ? cki_node_tuple(&build, (cask_array[]){made.u, made.s, made.vh}, 3)
               : NULL;
}

static const cki_operation op_svd = {
    "linalg.svd",
    CKI_IN_DA,
    "a, coerce_signs=True",
    "u, s and v with a = u * s @ v, singular values largest first; a in one column or one row of "
    "blocks.",
    run_svd,
    NULL};
const cki_operation *const cki_svd_operations[] = {&op_svd, NULL};
