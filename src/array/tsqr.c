/* Direct TSQR: a layer of tasks that factor blocks, one that factors the stacked R's, and one that
 * multiplies Q's. The number of levels follows from the chunks alone, so the bits never change. */
#include "array/tsqr.h"
#include "array/functions.h"
#include "array/matrix.h"
#include "array/parts.h"
#include "array/rechunk.h"
#include "array/runs.h"
#include "core/memory.h"
#include "kernel/lapack.h"
#include "kernel/matmul.h"

#include <string.h>

/* What a block gives. */
enum { BLOCK_R, BLOCK_Q, BLOCK_PARTS };
/* What the stacked R's give: R, or S and Vh, and then each one's rows of Q, or U. */
enum { TOP_R, TOP_VH, TOP_Q };

typedef struct top {
    bool svd, signs;
} top;

/* ---- tasks ---- */

static cask_status run_block(const cki_task *task, cask_value **result, cki_error *error)
{
    const cki_array *a = cki_array_of(task->inputs[0]);
    cask_value *parts[BLOCK_PARTS] = {NULL};
    if (!a || a->ndim != 2)
        return cki_fail_internal(error, "array.tsqr");
    if (cki_lapack_qr(a, &parts[BLOCK_Q], &parts[BLOCK_R], error) == CASK_OK)
        *result = cki_parts_list(parts, BLOCK_PARTS, error);
    return error->status;
}

/* The inputs (matrices of as many columns) one above the other. */
static cask_value *stack(const cki_task *task, cki_error *error)
{
    const cki_array *first = cki_array_of(task->inputs[0]);
    int64_t shape[2] = {0, first ? first->shape[1] : 0};
    for (size_t i = 0; i < task->ninputs; i++) {
        const cki_array *one = cki_array_of(task->inputs[i]);
        if (!one || one->ndim != 2 || one->shape[1] != shape[1]) {
            cki_fail_internal(error, "array.tsqr");
            return NULL;
        }
        shape[0] += one->shape[0];
    }
    cask_value *made = first ? cki_array_new(first->dtype, 2, shape, error) : NULL;
    if (!made)
        return NULL;
    cki_array to = *cki_array_of(made);
    for (size_t i = 0; i < task->ninputs; i++) {
        const cki_array *one = cki_array_of(task->inputs[i]);
        to.shape[0] = one->shape[0];
        cki_array_copy(&to, one);
        to.data += one->shape[0] * to.strides[0];
    }
    return made;
}

/* Multiply by -1 the rows of vh whose sum is below 0, and the columns of u with them. */
static void coerce_signs(const cki_array *u, const cki_array *vh)
{
    int parts = cki_dtype_is_complex(vh->dtype) ? 2 : 1;
    bool single = cki_dtype_real(vh->dtype).id == CASK_F32;
    for (int64_t i = 0; i < vh->shape[0]; i++) {
        double sum[2] = {0};
        for (int64_t j = 0; j < vh->shape[1]; j++)
            for (int p = 0; p < parts; p++) {
                const void *at = vh->data + i * vh->strides[0] + j * vh->strides[1];
                sum[p] += single ? (double)((const float *)at)[p] : ((const double *)at)[p];
            }
        if (sum[0] > 0 || (!(sum[0] < 0) && !(sum[1] < 0)))
            continue;
        for (int side = 0; side < 2; side++) {
            const cki_array *x = side ? u : vh;
            for (int64_t j = 0; j < x->shape[!side]; j++)
                for (int p = 0; p < parts; p++) {
                    void *at = x->data + i * x->strides[side] + j * x->strides[!side];
                    if (single)
                        ((float *)at)[p] *= -1;
                    else
                        ((double *)at)[p] *= -1;
                }
        }
    }
}

static cask_value *product(const cki_array *a, const cki_array *b, cki_error *error)
{
    cask_value *made = cki_array_new(a->dtype, 2, (int64_t[]){a->shape[0], b->shape[1]}, error);
    if (made && cki_matmul_run(a, b, cki_array_of(made), false, error) != CASK_OK) {
        cask_value_unref(made);
        return NULL;
    }
    return made;
}

/* r becomes s, *vh is made, and q becomes q @ u. */
static cask_status decompose(cask_value **q, cask_value **r, cask_value **vh, bool signs,
                             cki_error *error)
{
    cask_value *u = NULL, *s = NULL;
    if (cki_lapack_svd(cki_array_of(*r), false, &u, &s, vh, error) != CASK_OK)
        return error->status;
    if (signs)
        coerce_signs(cki_array_of(u), cki_array_of(*vh));
    cask_value *both = product(cki_array_of(*q), cki_array_of(u), error);
    cask_value_unref(u);
    cask_value_unref(*q);
    cask_value_unref(*r);
    *q = both;
    *r = s;
    return both ? CASK_OK : error->status;
}

/* The rows of q that belong to each input. */
static cask_status cut(const cki_task *task, const cki_array *q, cask_value **parts,
                       cki_error *error)
{
    int64_t start = 0;
    for (size_t i = 0; i < task->ninputs; i++) {
        int64_t rows = cki_array_of(task->inputs[i])->shape[0];
        parts[i] = cki_array_slice(q, (int64_t[]){start, 0}, (int64_t[]){rows, q->shape[1]},
                                   (int64_t[]){1, 1}, error);
        if (!parts[i])
            return error->status;
        start += rows;
    }
    return CASK_OK;
}

static cask_status run_top(const cki_task *task, cask_value **result, cki_error *error)
{
    const top *how = cki_mapped_of(task)->parameters;
    size_t count = TOP_Q + task->ninputs;
    cask_value **parts = cki_memory_calloc(count, sizeof *parts);
    cask_value *stacked = parts ? stack(task, error) : NULL, *q = NULL;
    if (!parts)
        return cki_fail_memory(error, count * sizeof *parts);
    if (stacked)
        cki_lapack_qr(cki_array_of(stacked), &q, &parts[TOP_R], error);
    cask_value_unref(stacked);
    if (q && how->svd)
        decompose(&q, &parts[TOP_R], &parts[TOP_VH], how->signs, error);
    else if (q)
        parts[TOP_VH] = cask_value_ref(cki_value_none());
    if (q && error->status == CASK_OK)
        cut(task, cki_array_of(q), parts + TOP_Q, error);
    *result = cki_parts_list(parts, count, error);
    cask_value_unref(q);
    cki_memory_free(parts);
    return error->status;
}

/* A block's Q by its rows of the Q above: of a list of all blocks' ones, or a block of its own. */
static cask_status run_product(const cki_task *task, cask_value **result, cki_error *error)
{
    const cki_array *q = cki_parts_of(task->inputs[0], BLOCK_Q);
    const cki_array *above = cki_array_of(task->inputs[1]);
    if (!above)
        above = cki_parts_of(task->inputs[1], TOP_Q + (size_t)task->block);
    if (!q || !above || q->shape[1] != above->shape[0])
        return cki_fail_internal(error, "array.tsqr");
    *result = product(q, above, error);
    return error->status;
}

const cki_function cki_tsqr_block_function = {"array.tsqr", 1, run_block};
const cki_function cki_tsqr_top_function = {"array.tsqr_top", 1, run_top};
const cki_function cki_tsqr_product_function = {"array.tsqr_product", 1, run_product};

/* ---- building ---- */

static int64_t least(int64_t a, int64_t b)
{
    return a < 0 ? b : b < 0 || a < b ? a : b;
}

static cki_mapped spec_of(cask_array x, const cki_function *function, const char *label, int ndim,
                          const cki_axis *axes)
{
    return (cki_mapped){.function = function,
                        .label = label,
                        .dtype = x->dtype,
                        .ndim = ndim,
                        .axes = axes,
                        .inputs = {cki_mapped_same(x)},
                        .ninputs = 1};
}

/* The factored blocks (lists), and their R's: their rows are min(rows of the block, n). */
static cask_array factor_blocks(cki_build *build, cask_array x, cask_array *r)
{
    cki_axis *axes = cki_runs_axes(build, 2);
    cki_runs rows = {0};
    int64_t n = x->axes[1].length;
    size_t bytes = cki_node_largest_block(x);
    if (!axes)
        return NULL;
    for (size_t i = 0; i < x->axes[0].nruns; i++) {
        const cki_run *run = &x->axes[0].runs[i];
        cki_runs_add(&rows, run->size < 0 || n < 0 ? -1 : least(run->size, n), run->count);
    }
    axes[1] = x->axes[1];
    if (cki_runs_finish(&rows, build->arena, &axes[0], build->error) != CASK_OK)
        return NULL;
    cki_mapped spec = spec_of(x, &cki_tsqr_block_function, "qr", 2, x->axes);
    spec.output = 2 * bytes;
    spec.working = bytes;
    cask_array blocks = cki_mapped_array(build, &spec);
    *r = blocks ? cki_parts_pick(build, BLOCK_R,
                                 &(cki_mapped){.dtype = x->dtype,
                                               .ndim = 2,
                                               .axes = axes,
                                               .inputs = {cki_mapped_same(blocks)}})
                : NULL;
    return *r ? blocks : NULL;
}

/* The stacked R's in blocks of at most `most` rows: as many as come, one after the other. */
static cask_array stack_blocks(cki_build *build, cask_array r, int64_t most)
{
    cki_axis axes[2] = {r->axes[0], r->axes[1]};
    cki_runs rows = {0};
    int64_t open = 0;
    for (size_t i = 0; i < r->axes[0].nruns; i++) {
        int64_t size = r->axes[0].runs[i].size, count = r->axes[0].runs[i].count;
        int64_t each = size > 0 ? most / size : count;
        while (count > 0) {
            int64_t fits = size > 0 ? (most - open) / size : count;
            fits = fits < count ? fits : count;
            open += fits * size;
            count -= fits;
            if (count == 0)
                break;
            cki_runs_add(&rows, open, 1);
            open = 0;
            if (count > each) { /* many full ones */
                cki_runs_add(&rows, each * size, count / each - 1);
                count -= (count / each - 1) * each;
            }
        }
    }
    if (open > 0 || rows.count == 0)
        cki_runs_add(&rows, open, 1);
    if (cki_runs_finish(&rows, build->arena, &axes[0], build->error) != CASK_OK)
        return NULL;
    return cki_rechunk_to(build, r, axes);
}

/* Whether the stacked R's of x are too much for one task, and can be less: Dask's rule. */
static bool goes_on(cask_array x, int64_t tallest)
{
    int64_t n = x->axes[1].length, high = cki_chunks_largest(&x->axes[0]), rows;
    if (n < 1 || x->axes[0].length < 0 || tallest < 2 * n)
        return false;
    return !__builtin_mul_overflow(x->axes[0].blocks, n, &rows) && rows > high;
}

/* The end of it: all R's in one task. */
static cask_array finish(cki_build *build, cask_array r, bool svd, bool signs)
{
    top *how = cki_arena_alloc(build->arena, sizeof *how);
    cki_axis *axes = cki_runs_axes(build, 2);
    cki_hasher *hasher = how && axes ? cki_token_start(build->error) : NULL;
    if (!hasher) {
        cki_fail_memory(build->error, sizeof *how);
        return NULL;
    }
    *how = (top){svd, signs};
    cki_token_int(hasher, svd);
    cki_token_int(hasher, signs);
    cki_mapped spec = spec_of(r, &cki_tsqr_top_function, svd ? "svd" : "qr", 2, axes);
    spec.parameters = how;
    spec.token = cki_token_end(hasher);
    spec.inputs[0] = cki_mapped_whole(r);
    size_t bytes = cki_node_largest_block(r) * (size_t)r->axes[0].blocks;
    spec.output = 2 * bytes;
    spec.working = 4 * bytes;
    return cki_matrix_axis(build, r->axes[0].length, &axes[0]) &&
                   cki_matrix_axis(build, r->axes[1].length, &axes[1])
               ? cki_mapped_array(build, &spec)
               : NULL;
}

/* The blocks' Q's by what is above them. */
static cask_array multiply(cki_build *build, cask_array blocks, cask_array above, bool list,
                           const cki_axis *columns)
{
    cki_axis *axes = cki_runs_axes(build, 2);
    if (!axes || !above)
        return NULL;
    axes[0] = blocks->axes[0];
    axes[1] = *columns;
    cki_mapped spec = spec_of(blocks, &cki_tsqr_product_function, "dot", 2, axes);
    spec.inputs[1] = list ? cki_mapped_whole(above) : cki_mapped_same(above);
    spec.ninputs = 2;
    return cki_mapped_array(build, &spec);
}

/* R, or S and Vh, out of the last task's list. */
static bool pick_results(cki_build *build, cask_array end, int64_t k, bool svd, cki_tsqr *result)
{
    cki_axis *axes = cki_runs_axes(build, 2);
    if (!axes || !cki_matrix_axis(build, k, &axes[0]))
        return false;
    axes[1] = end->axes[1];
    cki_mapped as = {
        .dtype = end->dtype, .ndim = 2, .axes = axes, .inputs = {cki_mapped_whole(end)}};
    if (!svd) {
        result->r = cki_parts_pick(build, TOP_R, &as);
        return result->r != NULL;
    }
    result->vh = cki_parts_pick(build, TOP_VH, &as);
    as.ndim = 1;
    as.dtype = cki_dtype_real(end->dtype);
    result->s = cki_parts_pick(build, TOP_R, &as);
    return result->vh && result->s;
}

static bool check(cki_build *build, cask_array x)
{
    if (x->ndim == 2 && x->axes[1].blocks == 1)
        return true;
    cki_text shape = {0};
    for (int k = 0; k < x->ndim; k++)
        cki_text_format(&shape, "%s%lld", k ? ", " : "", (long long)cki_node_length(x, k));
    cki_fail(build->error, CASK_INVALID, NULL,
             "Input must have the following properties:\n  1. Have two dimensions\n  2. Have only "
             "one column of blocks\n\nNote: This function (tsqr) supports QR decomposition in the "
             "case of\ntall-and-skinny matrices (single column chunk/block; see qr)\nCurrent "
             "shape: (%s)",
             shape.bytes ? shape.bytes : "");
    cki_text_free(&shape);
    return false;
}

bool cki_tsqr_factor(cki_build *build, cask_array x, bool svd, bool signs, cki_tsqr *result)
{
    enum { MOST_LEVELS = 64 };
    cask_array blocks[MOST_LEVELS], rs[MOST_LEVELS];
    int levels = 0;
    *result = (cki_tsqr){0};
    if (!check(build, x))
        return false;
    int64_t m = x->axes[0].length, n = x->axes[1].length, k = m < 0 || n < 0 ? n : least(m, n);
    int64_t tallest = cki_chunks_largest(&x->axes[0]);
    cki_axis columns;
    if (!cki_matrix_axis(build, k, &columns))
        return false;
    for (cask_array level = x;;) {
        if (!level || !(blocks[levels] = factor_blocks(build, level, &rs[levels])))
            return false;
        levels++;
        if (levels == MOST_LEVELS || !goes_on(level, tallest))
            break;
        int64_t most = cki_chunks_largest(&level->axes[0]);
        level = stack_blocks(build, rs[levels - 1], most > 2 * n ? most : 2 * n);
    }
    cask_array end = finish(build, rs[levels - 1], svd, signs);
    if (!end || !pick_results(build, end, k, svd, result))
        return false;
    cask_array q = multiply(build, blocks[levels - 1], end, true, &columns);
    for (int i = levels - 2; i >= 0 && q; i--) {
        cask_array part = cki_rechunk_to(build, q, (cki_axis[]){rs[i]->axes[0], columns});
        q = part ? multiply(build, blocks[i], part, false, &columns) : NULL;
    }
    *(svd ? &result->u : &result->q) = q;
    return q != NULL;
}
