/* eigh and eigvalsh: the whole matrix in one task, as LAPACK needs it. */
#include "array/eigh.h"
#include "array/functions.h"
#include "array/matrix.h"
#include "array/parts.h"
#include "array/runs.h"
#include "kernel/lapack.h"

#include <string.h>

typedef struct parameters {
    bool lower, vectors;
} parameters;

static cask_status run_block(const cki_task *task, cask_value **result, cki_error *error)
{
    const parameters *p = cki_mapped_of(task)->parameters;
    const cki_array *a = cki_array_of(task->inputs[0]);
    cask_value *parts[2] = {NULL};
    if (!a || a->ndim != 2)
        return cki_fail_internal(error, "array.eigh");
    if (cki_lapack_eigh(a, p->lower, &parts[0], p->vectors ? &parts[1] : NULL, error) == CASK_OK)
        *result = cki_parts_list(parts, p->vectors ? 2 : 1, error);
    return error->status;
}

const cki_function cki_eigh_function = {"array.eigh", 1, run_block};

/* The list of both, of a in one block. */
static cask_array decompose(cki_build *build, cask_array a, const parameters *how)
{
    parameters *own = cki_arena_copy(build->arena, how, sizeof *own);
    cki_hasher *hasher = own ? cki_token_start(build->error) : NULL;
    if (!hasher) {
        cki_fail_memory(build->error, sizeof *own);
        return NULL;
    }
    cki_token_int(hasher, how->lower);
    cki_token_int(hasher, how->vectors);
    size_t bytes = cki_node_largest_block(a);
    return cki_mapped_array(build, &(cki_mapped){.function = &cki_eigh_function,
                                                 .label = "eigh",
                                                 .dtype = a->dtype,
                                                 .ndim = 2,
                                                 .axes = a->axes,
                                                 .inputs = {cki_mapped_same(a)},
                                                 .ninputs = 1,
                                                 .parameters = own,
                                                 .token = cki_token_end(hasher),
                                                 .output = 2 * bytes,
                                                 .working = 4 * bytes});
}

static bool read_triangle(cki_call *call, bool *lower)
{
    const cask_value *uplo = cki_operation_argument(call, "UPLO");
    const char *text = uplo->kind == CKI_STR ? uplo->as.text.bytes : "";
    *lower = strcmp(text, "L") == 0 || strcmp(text, "l") == 0;
    if (*lower || strcmp(text, "U") == 0 || strcmp(text, "u") == 0)
        return true;
    cki_fail(call->error, CASK_INVALID, NULL, "UPLO argument must be 'L' or 'U'");
    return false;
}

static cask_value *run_eigh(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    parameters how = {.vectors = strcmp(call->operation->name, "linalg.eigh") == 0};
    cask_array a = cki_matrix_argument(&build, call->arguments[0]), pair[2];
    if (!a || !read_triangle(call, &how.lower))
        return NULL;
    if (a->ndim != 2 || cki_node_length(a, 0) < 0 ||
        cki_node_length(a, 0) != cki_node_length(a, 1)) {
        cki_fail(call->error, CASK_INVALID, "LinAlgError",
                 "Last 2 dimensions of the array must be square");
        return NULL;
    }
    a = cki_matrix_whole(&build, a);
    cask_array both = a ? decompose(&build, a, &how) : NULL;
    if (!both)
        return NULL;
    cki_mapped as = {.dtype = cki_dtype_real(a->dtype),
                     .ndim = 1,
                     .axes = a->axes,
                     .inputs = {cki_mapped_whole(both)}};
    pair[0] = cki_parts_pick(&build, 0, &as);
    if (!how.vectors)
        return cki_node_value(&build, pair[0]);
    as.dtype = a->dtype;
    as.ndim = 2;
    pair[1] = cki_parts_pick(&build, 1, &as);
    return cki_node_tuple(&build, pair, 2);
}

static const cki_operation op_eigh = {
    "linalg.eigh",
    CKI_IN_DA,
    "a, UPLO='L'",
    "Eigenvalues, ascending, and eigenvectors (columns) of a hermitian matrix, of which one "
    "triangle is read; the matrix is gathered into one block.",
    run_eigh,
    NULL};
static const cki_operation op_eigvalsh = {
    "linalg.eigvalsh",
    CKI_IN_DA,
    "a, UPLO='L'",
    "Eigenvalues, ascending, of a hermitian matrix, which is gathered into one block.",
    run_eigh,
    NULL};

const cki_operation *const cki_eigh_operations[] = {&op_eigh, &op_eigvalsh, NULL};
