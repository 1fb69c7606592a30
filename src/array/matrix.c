/* Types, adjoints and checks of matrices. */
#include "array/matrix.h"
#include "array/elementwise.h"
#include "array/grid.h"
#include "array/rechunk.h"
#include "array/view.h"
#include "kernel/lapack_routines.h"

#include <string.h>

/* The type in which LAPACK computes. */
static cask_status choose(cki_dtype dtype, cki_dtype *result, cki_error *error)
{
    char name[48];
    *result = dtype;
    if (dtype.id == CASK_BOOL || cki_dtype_is_integer(dtype))
        *result = cki_dtype_of(CASK_F64);
    else if (!cki_lapack_routines_exist(dtype))
        return cki_fail(error, CASK_TYPE, NULL, "array type %s is unsupported in linalg",
                        cki_dtype_name(dtype, name));
    return CASK_OK;
}

cask_array cki_matrix_inexact(cki_build *build, cask_array x)
{
    cki_dtype dtype;
    return choose(x->dtype, &dtype, build->error) == CASK_OK ? cki_elementwise_cast(build, x, dtype)
                                                             : NULL;
}

cask_array cki_matrix_argument(cki_build *build, cask_value *value)
{
    cask_array x = cki_node_from_value(build, value);
    return x ? cki_matrix_inexact(build, x) : NULL;
}

bool cki_matrix_promote(cki_build *build, cask_array *a, cask_array *b)
{
    cki_dtype of_a, of_b, dtype;
    if (choose((*a)->dtype, &of_a, build->error) != CASK_OK ||
        choose((*b)->dtype, &of_b, build->error) != CASK_OK ||
        cki_dtype_promote(of_a, of_b, &dtype, build->error) != CASK_OK)
        return false;
    *a = cki_elementwise_cast(build, *a, dtype);
    *b = *a ? cki_elementwise_cast(build, *b, dtype) : NULL;
    return *b != NULL;
}

cask_array cki_matrix_transpose(cki_build *build, cask_array x)
{
    return x ? cki_view_transpose(build, x, (int[]){1, 0}) : NULL;
}

cask_array cki_matrix_adjoint(cki_build *build, cask_array x)
{
    cask_array turned = cki_matrix_transpose(build, x);
    return turned && cki_dtype_is_complex(turned->dtype)
               ? cki_elementwise_arrays(build, "conjugate", &turned, 1)
               : turned;
}

bool cki_matrix_axis(cki_build *build, int64_t length, cki_axis *axis)
{
    bool made = length < 0 ? cki_chunks_unknown(build->arena, 1, axis)
                           : cki_chunks_single(build->arena, length, axis);
    if (!made)
        cki_fail_memory(build->error, sizeof(cki_run));
    return made;
}

cask_array cki_matrix_whole(cki_build *build, cask_array x)
{
    bool all[CKI_MAX_NDIM] = {0};
    for (int k = 0; x && k < x->ndim; k++)
        all[k] = x->axes[k].blocks > 1;
    return x ? cki_rechunk_single(build, x, all) : NULL;
}

cask_array cki_matrix_apply(cki_build *build, const char *ufunc, cask_array a, cask_array b)
{
    return a && b ? cki_elementwise_arrays(build, ufunc, (cask_array[]){a, b}, 2) : NULL;
}

cask_array cki_matrix_apply_number(cki_build *build, const char *ufunc, cask_array a, double b)
{
    cask_value *pair[2] = {cki_node_value(build, a), a ? cki_value_float(b, build->error) : NULL};
    cask_array made = pair[0] && pair[1] ? cki_elementwise_values(build, ufunc, pair, 2) : NULL;
    cask_value_unref(pair[0]);
    cask_value_unref(pair[1]);
    return made;
}

bool cki_matrix_square(cki_build *build, cask_array x, const char *what)
{
    if (x->ndim != 2)
        cki_fail(build->error, CASK_INVALID, NULL, "Dimension must be 2 to perform %s", what);
    else if (x->axes[0].length < 0 || x->axes[1].length < 0)
        cki_fail(build->error, CASK_INVALID, NULL,
                 "%s: the chunk sizes are unknown.\n\nA possible solution: "
                 "x.compute_chunk_sizes()",
                 what);
    else if (x->axes[0].length != x->axes[1].length)
        cki_fail(build->error, CASK_INVALID, NULL,
                 "Input must be a square matrix to perform %s; this one has shape (%lld, %lld)",
                 what, (long long)x->axes[0].length, (long long)x->axes[1].length);
    return build->error->status == CASK_OK;
}

bool cki_matrix_square_chunks(cki_build *build, cask_array x, const char *what)
{
    bool same = x->axes[0].nruns == 1 && x->axes[1].nruns == 1 &&
                x->axes[0].runs[0].size == x->axes[1].runs[0].size;
    if (!same)
        cki_fail(build->error, CASK_INVALID, NULL,
                 "All chunks must be a square matrix to perform %s. Use .rechunk method to change "
                 "the size of chunks.",
                 what);
    return same;
}

cask_array cki_matrix_identity(cki_build *build, const cki_axis *axes, cki_dtype dtype)
{
    cask_array row = cki_grid_count(build, &axes[1], 0, 1);
    cask_array column = row ? cki_grid_count(build, &axes[0], 0, 1) : NULL;
    column = column ? cki_view_expand(build, column, 1) : NULL;
    cask_array equal = cki_matrix_apply(build, "equal", column, row);
    return equal ? cki_elementwise_cast(build, equal, dtype) : NULL;
}
