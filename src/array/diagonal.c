/* diag and diagonal: blocks that the diagonal crosses give views of themselves; a matrix of a
 * diagonal is a comparison of row and column numbers, fused with what uses it. */
#include "array/diagonal.h"
#include "array/elementwise.h"
#include "array/functions.h"
#include "array/grid.h"
#include "array/mapped.h"
#include "array/pad.h"
#include "array/pick.h"
#include "array/rechunk.h"
#include "array/runs.h"
#include "array/view.h"

#include <string.h>

/* ---- taking a diagonal ---- */

/* Which axes the plane has, and which the others are, in order. */
typedef struct plane {
    int one, two;
} plane;

/* The main diagonal of a block, whose plane is square. */
static cask_status run_block(const cki_task *task, cask_value **result, cki_error *error)
{
    const plane *p = cki_mapped_of(task)->parameters;
    const cki_array *x = cki_array_of(task->inputs[0]);
    if (!x)
        return cki_fail_internal(error, "array.diagonal");
    int64_t shape[CKI_MAX_NDIM], strides[CKI_MAX_NDIM];
    int ndim = 0;
    for (int k = 0; k < x->ndim; k++)
        if (k != p->one && k != p->two) {
            shape[ndim] = x->shape[k];
            strides[ndim++] = x->strides[k];
        }
    shape[ndim] = x->shape[p->one];
    strides[ndim] = x->strides[p->one] + x->strides[p->two];
    *result = cki_array_view(x->buffer, x->data, x->dtype, ndim + 1, shape, strides, error);
    return *result ? CASK_OK : error->status;
}

const cki_function cki_diagonal_block_function = {"array.diagonal", 1, run_block};

/* The part of x whose main diagonal is wanted, cut alike along both axes. */
static cask_array square(cki_build *build, cask_array x, int64_t offset, plane p)
{
    const int64_t most = (int64_t)1 << 62; /* far outside any array */
    offset = offset > most ? most : offset < -most ? -most : offset;
    int64_t rows = x->axes[p.one].length, columns = x->axes[p.two].length;
    int64_t top = offset < 0 ? -offset : 0, left = offset > 0 ? offset : 0;
    int64_t length = rows - top < columns - left ? rows - top : columns - left;
    if (length < 0)
        top = left = length = 0;
    cki_pick picks[CKI_MAX_NDIM];
    for (int k = 0; k < x->ndim; k++)
        picks[k] = cki_pick_all(x->axes[k].length);
    picks[p.one] = (cki_pick){.start = top, .step = 1, .count = length};
    picks[p.two] = (cki_pick){.start = left, .step = 1, .count = length};
    cask_array part = cki_index_basic(build, x, picks);
    cki_axis *axes = part ? cki_runs_axes(build, x->ndim) : NULL;
    if (!axes)
        return NULL;
    memcpy(axes, part->axes, (size_t)x->ndim * sizeof *axes);
    if (cki_runs_refine(build->arena, &part->axes[p.one], &part->axes[p.two], &axes[p.one],
                        build->error) != CASK_OK)
        return NULL;
    axes[p.two] = axes[p.one];
    return cki_rechunk_to(build, part, axes);
}

cask_array cki_diagonal_take(cki_build *build, cask_array x, int64_t offset, int axis1, int axis2)
{
    plane p = axis1 < axis2 ? (plane){axis1, axis2} : (plane){axis2, axis1};
    if (x->axes[p.one].length < 0 || x->axes[p.two].length < 0) {
        cki_fail(build->error, CASK_INVALID, NULL,
                 "diagonal: axes %d and %d have chunks of unknown sizes.\n\nA possible solution: "
                 "x.compute_chunk_sizes()",
                 p.one, p.two);
        return NULL;
    }
    offset = offset < -INT64_MAX ? -INT64_MAX : offset;
    cask_array part = square(build, x, axis1 < axis2 ? offset : -offset, p);
    plane *own = part ? cki_arena_copy(build->arena, &p, sizeof p) : NULL;
    cki_axis *axes = own ? cki_runs_axes(build, x->ndim) : NULL;
    cki_hasher *hasher = axes ? cki_token_start(build->error) : NULL;
    if (!hasher) {
        if (part)
            cki_fail_memory(build->error, sizeof p);
        return NULL;
    }
    cki_token_int(hasher, p.one);
    cki_token_int(hasher, p.two);
    cki_mapping mapping = {.x = part};
    int ndim = 0;
    for (int k = 0; k < x->ndim; k++)
        if (k != p.one && k != p.two) {
            mapping.along[k] = (int8_t)ndim;
            axes[ndim++] = part->axes[k];
        }
    axes[ndim] = part->axes[p.one];
    mapping.along[p.one] = mapping.along[p.two] = (int8_t)ndim;
    return cki_mapped_array(build, &(cki_mapped){.function = &cki_diagonal_block_function,
                                                 .label = "diagonal",
                                                 .dtype = x->dtype,
                                                 .ndim = ndim + 1,
                                                 .axes = axes,
                                                 .inputs = {mapping},
                                                 .ninputs = 1,
                                                 .parameters = own,
                                                 .token = cki_token_end(hasher),
                                                 .view = true});
}

/* ---- a matrix of a diagonal ---- */

static cask_array matrix(cki_build *build, cask_array v)
{
    cask_array count = cki_grid_count(build, &v->axes[0], 0, 1);
    cask_array places[2] = {count ? cki_grid_along(build, count, 0, 2) : NULL,
                            count ? cki_grid_along(build, count, 1, 2) : NULL};
    cask_array on =
        places[0] && places[1] ? cki_elementwise_arrays(build, "equal", places, 2) : NULL;
    cask_array row = on ? cki_grid_along(build, v, 1, 2) : NULL;
    cask_value *where[3] = {row ? cki_node_value(build, on) : NULL, cki_node_value(build, row),
                            cki_array_zeros(v->dtype, 0, NULL, build->error)};
    cask_array made =
        where[0] && where[1] && where[2] ? cki_elementwise_values(build, "where", where, 3) : NULL;
    for (int i = 0; i < 3; i++)
        cask_value_unref(where[i]);
    return made;
}

static cask_array shifted_matrix(cki_build *build, cask_array v, int64_t k)
{
    cask_array made = matrix(build, v);
    if (!made || k == 0)
        return made;
    int64_t widths[2][2] = {{0}};
    if (k > 0)
        widths[0][1] = widths[1][0] = k;
    else
        widths[0][0] = widths[1][1] = -k;
    cask_value *scalar = cki_array_zeros(v->dtype, 0, NULL, build->error);
    cask_array zero = scalar ? cki_node_from_value(build, scalar) : NULL;
    cask_value_unref(scalar);
    return zero ? cki_pad_constant(build, made, widths, zero) : NULL;
}

/* ---- operations ---- */

static cask_value *run_diag(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_value *given = cki_operation_argument(call, "v");
    if (!cki_node_lazy(given) && !cki_array_of(given)) {
        cki_fail(call->error, CASK_TYPE, NULL, "v must be a dask array or numpy array, got %s",
                 cki_value_type(given));
        return NULL;
    }
    cask_array v = cki_node_from_value(&build, given);
    int64_t k;
    if (!v || cki_value_index(cki_operation_argument(call, "k"), &k, call->error) != CASK_OK)
        return NULL;
    if (v->ndim == 2)
        return cki_node_value(&build, cki_diagonal_take(&build, v, k, 0, 1));
    if (v->ndim == 1 && (k > INT64_MAX / 2 || k < -(INT64_MAX / 2))) {
        cki_fail(call->error, CASK_INVALID, NULL, "Maximum allowed dimension exceeded: k=%lld",
                 (long long)k);
        return NULL;
    }
    if (v->ndim == 1 && v->axes[0].length >= 0)
        return cki_node_value(&build, shifted_matrix(&build, v, k));
    cki_fail(call->error, CASK_INVALID, NULL,
             v->ndim == 1 ? "diag: the chunk sizes are unknown.\n\nA possible solution: "
                            "x.compute_chunk_sizes()"
                          : "Array must be 1d or 2d only");
    return NULL;
}

static cask_value *run_diagonal(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array a = cki_node_from_value(&build, cki_operation_argument(call, "a"));
    int64_t offset;
    int one, two;
    if (!a || cki_value_index(cki_operation_argument(call, "offset"), &offset, call->error))
        return NULL;
    if (a->ndim < 2) {
        cki_fail(call->error, CASK_INVALID, NULL,
                 "diag requires an array of at least two dimensions");
        return NULL;
    }
    if (cki_node_axis(cki_operation_argument(call, "axis1"), a->ndim, &one, call->error) ||
        cki_node_axis(cki_operation_argument(call, "axis2"), a->ndim, &two, call->error))
        return NULL;
    if (one == two) {
        cki_fail(call->error, CASK_INVALID, NULL, "axis1 and axis2 cannot be the same");
        return NULL;
    }
    return cki_node_value(&build, cki_diagonal_take(&build, a, offset, one, two));
}

/* ---- the records ---- */

#define FUNCTION (CKI_IN_DA | CKI_IN_NP)

static const cki_operation op_diag = {
    "diag",   CKI_IN_DA,
    "v, k=0", "The k-th diagonal of a matrix, or the matrix whose k-th diagonal a vector is.",
    run_diag, NULL};
static const cki_operation op_diagonal = {
    "diagonal",
    FUNCTION,
    "a, offset=0, axis1=0, axis2=1",
    "The diagonals of the planes of two axes, as the last axis.",
    run_diagonal,
    NULL};

const cki_operation *const cki_diagonal_operations[] = {&op_diag, &op_diagonal, NULL};
