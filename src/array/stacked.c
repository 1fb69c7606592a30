/* Stacks of matrices: each task takes the matrices of a block of the axes before the last two, and
 * these in one block. A stack of one, which is what a matrix in memory is, goes the same way. */
#include "array/stacked.h"
#include "array/compose.h"
#include "array/elementwise.h"
#include "array/functions.h"
#include "array/matrix.h"
#include "array/parts.h"
#include "array/rechunk.h"
#include "array/runs.h"
#include "array/stacked_one.h"
#include "expr/collection.h"

#include <string.h>

typedef struct parameters {
    cki_stacked_kind kind;
    bool upper, column; /* column: the right sides are vectors */
} parameters;

/* Axes of a part's elements, of matrices of m x n: -1 for none. */
typedef struct form {
    int64_t shape[2];
    int ndim;
    enum { OWN, REAL, COMPLEX } type; /* the matrices', or what belongs to it */
} form;

static size_t forms_of(const parameters *p, int64_t m, int64_t n, int64_t sides, form *forms)
{
    int64_t k = m < n ? m : n;
    const form none = {{0, 0}, 0, OWN}, real = {{0, 0}, 0, REAL}, values = {{k, 0}, 1, REAL},
               square = {{n, n}, 2, OWN}, side = {{n, sides}, p->column ? 1 : 2, OWN},
               tall = {{m, k}, 2, OWN}, wide = {{k, n}, 2, OWN}, all = {{m, m}, 2, OWN},
               roots = {{n, 0}, 1, COMPLEX}, vectors = {{n, n}, 2, COMPLEX};
    switch (p->kind) {
    case CKI_STACKED_DET:
        forms[0] = none;
        return 1;
    case CKI_STACKED_SLOGDET:
        forms[0] = none;
        forms[1] = real;
        return 2;
    case CKI_STACKED_SOLVE:
        forms[0] = side;
        return 1;
    case CKI_STACKED_INV:
    case CKI_STACKED_CHOLESKY:
        forms[0] = square;
        return 1;
    case CKI_STACKED_QR:
        forms[0] = tall;
        forms[1] = wide;
        return 2;
    case CKI_STACKED_SVD:
    case CKI_STACKED_SVD_FULL:
        forms[0] = p->kind == CKI_STACKED_SVD ? tall : all;
        forms[1] = values;
        forms[2] = p->kind == CKI_STACKED_SVD ? wide : square;
        return 3;
    case CKI_STACKED_EIGH:
        forms[0] = values;
        forms[1] = square;
        return 2;
    case CKI_STACKED_SINGULAR:
    case CKI_STACKED_EIGVALSH:
        forms[0] = values;
        return 1;
    case CKI_STACKED_EIG:
    case CKI_STACKED_EIGVALS:
        forms[0] = roots;
        forms[1] = vectors;
        return p->kind == CKI_STACKED_EIG ? 2 : 1;
    }
    return 0;
}

static cki_dtype type_of(const form *f, cki_dtype dtype)
{
    cki_dtype real = cki_dtype_real(dtype);
    return f->type == OWN    ? dtype
           : f->type == REAL ? real
                             : cki_dtype_of(real.id == CASK_F32 ? CASK_C64 : CASK_C128);
}

/* ---- tasks ---- */

/* The matrix of a stack at a place of the axes before the last two; an axis of one element, or
 * none, is the same everywhere. `ndim` axes are meant, of which the stack has the last ones. */
static cki_array matrix_at(const cki_array *stack, const int64_t *at, int ndim, int core)
{
    cki_array one = *stack;
    int lead = stack->ndim - core;
    for (int k = 0; k < lead; k++)
        if (stack->shape[k] != 1)
            one.data += at[ndim - lead + k] * stack->strides[k];
    for (int k = 0; k < core; k++) {
        one.shape[k] = stack->shape[lead + k];
        one.strides[k] = stack->strides[lead + k];
    }
    one.ndim = core;
    if (core == 1) { /* a vector is a column */
        one.ndim = 2;
        one.shape[1] = 1;
        one.strides[1] = (int64_t)cki_dtype_size(stack->dtype);
    }
    return one;
}

/* One matrix's parts into their places in the results. */
static cask_status place_parts(cask_value *const *all, cask_value *const *parts, const form *forms,
                               size_t count, const int64_t *at, int lead, cki_error *error)
{
    for (size_t i = 0; i < count; i++) {
        cki_array to = *cki_array_of(all[i]), from = *cki_array_of(parts[i]);
        for (int k = 0; k < lead; k++)
            to.data += at[k] * to.strides[k];
        for (int k = 0; k < forms[i].ndim; k++) {
            to.shape[k] = to.shape[lead + k];
            to.strides[k] = to.strides[lead + k];
        }
        to.ndim = from.ndim = forms[i].ndim;
        if (cki_array_cast(&to, &from, error) != CASK_OK)
            break;
    }
    return error->status;
}

static void free_parts(cask_value **parts)
{
    for (int i = 0; i < CKI_STACKED_PARTS; i++) {
        cask_value_unref(parts[i]);
        parts[i] = NULL;
    }
}

static bool next_place(int64_t *at, const int64_t *shape, int ndim)
{
    for (int k = ndim - 1; k >= 0; k--) {
        if (++at[k] < shape[k])
            return true;
        at[k] = 0;
    }
    return false;
}

/* The lengths of the axes before the last two, of both stacks together. */
static int lead_shape(const cki_array *a, const cki_array *b, int core, int64_t *shape)
{
    int lead = a->ndim - 2, other = b ? b->ndim - core : 0, ndim = lead > other ? lead : other;
    for (int k = 0; k < ndim; k++) {
        int i = k - (ndim - lead), j = k - (ndim - other);
        shape[k] = i >= 0 ? a->shape[i] : 1;
        if (b && shape[k] == 1 && j >= 0)
            shape[k] = b->shape[j];
    }
    return ndim;
}

static cask_status run_block(const cki_task *task, cask_value **result, cki_error *error)
{
    const parameters *p = cki_mapped_of(task)->parameters;
    const cki_array *a = cki_array_of(task->inputs[0]);
    const cki_array *b = task->ninputs > 1 ? cki_array_of(task->inputs[1]) : NULL;
    if (!a || (task->ninputs > 1 && !b))
        return cki_fail_internal(error, "array.stacked");
    int core = p->column ? 1 : 2;
    int64_t shape[CKI_MAX_NDIM], at[CKI_MAX_NDIM] = {0}, size = 1;
    int lead = lead_shape(a, b, core, shape);
    form forms[CKI_STACKED_PARTS];
    size_t count = forms_of(p, a->shape[a->ndim - 2], a->shape[a->ndim - 1],
                            b ? b->shape[b->ndim - 1] : 0, forms);
    cask_value *all[CKI_STACKED_PARTS] = {NULL}, *parts[CKI_STACKED_PARTS] = {NULL};
    for (size_t i = 0; i < count && error->status == CASK_OK; i++) {
        memcpy(shape + lead, forms[i].shape, sizeof forms[i].shape);
        all[i] = cki_array_new(type_of(&forms[i], a->dtype), lead + forms[i].ndim, shape, error);
    }
    for (int k = 0; k < lead; k++)
        size *= shape[k];
    for (bool more = size > 0; more && error->status == CASK_OK;) {
        cki_array left = matrix_at(a, at, lead, 2), right = left;
        if (b)
            right = matrix_at(b, at, lead, core);
        if (cki_stacked_one(p->kind, p->upper, &left, b ? &right : NULL, parts, error) == CASK_OK)
            place_parts(all, parts, forms, count, at, lead, error);
        free_parts(parts);
        more = next_place(at, shape, lead);
    }
    if (error->status == CASK_OK)
        *result = cki_parts_list(all, count, error);
    else
        free_parts(all);
    return error->status;
}

const cki_function cki_stacked_function = {"array.stacked", 1, run_block};

/* ---- building ---- */

static void fail_shape(cki_build *build, const char *what)
{
    cki_fail(build->error, CASK_INVALID, "LinAlgError", "%s", what);
}

static bool check(cki_build *build, cask_array a, cki_stacked_kind kind)
{
    bool square = kind != CKI_STACKED_QR && kind != CKI_STACKED_SVD &&
                  kind != CKI_STACKED_SVD_FULL && kind != CKI_STACKED_SINGULAR;
    int64_t m = a->ndim < 2 ? 0 : cki_node_length(a, a->ndim - 2);
    int64_t n = a->ndim < 2 ? 0 : cki_node_length(a, a->ndim - 1);
    if (a->ndim < 2)
        cki_fail(build->error, CASK_INVALID, "LinAlgError",
                 "%d-dimensional array given. Array must be at least two-dimensional", a->ndim);
    else if (m < 0 || n < 0)
        fail_shape(build, "the shape of the matrices is unknown; call compute_chunk_sizes() first");
    else if (square && m != n)
        fail_shape(build, "Last 2 dimensions of the array must be square");
    return build->error->status == CASK_OK;
}

/* Its last `core` axes in one block each. */
static cask_array whole_core(cki_build *build, cask_array x, int core)
{
    bool single[CKI_MAX_NDIM] = {0};
    for (int k = x->ndim - core; k < x->ndim; k++)
        single[k] = x->axes[k].blocks > 1;
    return cki_rechunk_single(build, x, single);
}

/* The axes before the matrices, in the chunks of a, or of b where that has more; b gets those. */
static bool meet(cki_build *build, cask_array *a, cask_array *b, int core, cki_axis *axes,
                 int *ndim)
{
    if (!*a)
        return false;
    int lead = (*a)->ndim - 2, other = *b ? (*b)->ndim - core : 0;
    *ndim = lead > other ? lead : other;
    cki_axis *wanted = *b ? cki_runs_axes(build, (*b)->ndim) : NULL;
    if (*b && !wanted)
        return false;
    for (int k = 0; *b && k < (*b)->ndim; k++)
        wanted[k] = (*b)->axes[k];
    for (int k = 0; k < *ndim; k++) {
        int i = k - (*ndim - lead), j = k - (*ndim - other);
        bool own = i >= 0 && (!*b || j < 0 || (*a)->axes[i].length != 1);
        if (!own) {
            axes[k] = (*b)->axes[j];
            continue;
        }
        axes[k] = (*a)->axes[i];
        if (!*b || j < 0 || (*b)->axes[j].length == 1)
            continue;
        if ((*b)->axes[j].length != axes[k].length) {
            cki_fail(build->error, CASK_SHAPE, NULL,
                     "operands could not be broadcast together: axes of %lld and %lld matrices",
                     (long long)axes[k].length, (long long)(*b)->axes[j].length);
            return false;
        }
        wanted[j] = axes[k];
    }
    *b = *b ? cki_rechunk_to(build, *b, wanted) : NULL;
    return !wanted || *b;
}

/* Where the blocks of an input go: its axes before the last ones are the last of the result's. */
static cki_mapping mapping_of(cask_array x, int core, int lead)
{
    cki_mapping mapping = cki_mapped_whole(x);
    for (int k = 0; x && k < x->ndim - core; k++)
        if (x->axes[k].length != 1)
            mapping.along[k] = (int8_t)(lead - (x->ndim - core) + k);
    return mapping;
}

static bool pick_parts(cki_build *build, cask_array list, const parameters *p, cask_array a,
                       int64_t sides, int lead, cask_array *parts, size_t *count)
{
    form forms[CKI_STACKED_PARTS];
    *count = forms_of(p, a->axes[a->ndim - 2].length, a->axes[a->ndim - 1].length, sides, forms);
    for (size_t i = 0; i < *count; i++) {
        cki_axis *axes = cki_runs_axes(build, lead + 2);
        if (!axes)
            return false;
        for (int k = 0; k < lead; k++)
            axes[k] = list->axes[k];
        for (int k = 0; k < forms[i].ndim; k++)
            if (!cki_matrix_axis(build, forms[i].shape[k], &axes[lead + k]))
                return false;
        cki_mapped as = {.dtype = type_of(&forms[i], a->dtype),
                         .ndim = lead + forms[i].ndim,
                         .axes = axes,
                         .inputs = {cki_mapped_same(list)}};
        if (!(parts[i] = cki_parts_pick(build, (int)i, &as)))
            return false;
    }
    return true;
}

static bool make(cki_build *build, const parameters *how, cask_array a, cask_array b,
                 cask_array *parts, size_t *count)
{
    int core = how->column ? 1 : 2, lead;
    int64_t sides = b ? cki_node_length(b, b->ndim - 1) : 0;
    parameters *own = cki_arena_copy(build->arena, how, sizeof *own);
    cki_axis *axes = own ? cki_runs_axes(build, CKI_MAX_NDIM) : NULL;
    if (!axes) {
        cki_fail_memory(build->error, sizeof *own);
        return false;
    }
    a = whole_core(build, a, 2);
    b = a && b ? whole_core(build, b, core) : NULL;
    if (build->error->status != CASK_OK || !meet(build, &a, &b, core, axes, &lead))
        return false;
    cki_hasher *hasher = cki_token_start(build->error);
    if (!hasher)
        return false;
    cki_token_int(hasher, (int64_t)how->kind);
    cki_token_int(hasher, how->upper);
    cki_token_int(hasher, how->column);
    size_t bytes = cki_node_largest_block(a);
    cask_array list = cki_mapped_array(
        build, &(cki_mapped){.function = &cki_stacked_function,
                             .label = "matrices",
                             .dtype = a->dtype,
                             .ndim = lead,
                             .axes = axes,
                             .inputs = {mapping_of(a, 2, lead), mapping_of(b, core, lead)},
                             .ninputs = b ? 2 : 1,
                             .parameters = own,
                             .token = cki_token_end(hasher),
                             .output = 3 * bytes,
                             .working = 6 * bytes});
    return list && pick_parts(build, list, how, a, sides, lead, parts, count);
}

/* ---- calls ---- */

/* Of a lazy matrix Dask's operation, which goes block by block. */
static bool is_lazy_matrix(const cask_value *value)
{
    cask_array x = cki_node_lazy(value);
    return x && x->ndim == 2;
}

static cask_value *pass_on(cki_call *call, cki_build *build, size_t count)
{
    const char *name = call->operation->name;
    const cki_operation *operation = cki_operation_find(build->ck, name, CKI_IN_DA);
    const cki_arguments arguments = {.positional = call->arguments, .count = count};
    if (operation && operation != call->operation)
        return cki_operation_call(build->ck, operation, &arguments, build->error);
    cki_fail_internal(build->error, name);
    return NULL;
}

static cask_value *run_kind(cki_call *call, parameters how)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array parts[CKI_STACKED_PARTS];
    size_t count;
    cask_array a = cki_matrix_argument(&build, call->arguments[0]);
    if (!a || !check(&build, a, how.kind) || !make(&build, &how, a, NULL, parts, &count))
        return NULL;
    return count == 1 ? cki_node_value(&build, parts[0]) : cki_node_tuple(&build, parts, count);
}

static cask_array make_one(cki_build *build, cki_stacked_kind kind, cask_array a)
{
    cask_array parts[CKI_STACKED_PARTS];
    size_t count;
    a = cki_matrix_inexact(build, a);
    return a && check(build, a, kind) &&
                   make(build, &(parameters){.kind = kind}, a, NULL, parts, &count)
               ? parts[0]
               : NULL;
}

cask_array cki_stacked_inverse(cki_build *build, cask_array a)
{
    return make_one(build, CKI_STACKED_INV, a);
}

cask_array cki_stacked_singular(cki_build *build, cask_array a)
{
    return make_one(build, CKI_STACKED_SINGULAR, a);
}

static cask_value *run_square(cki_call *call)
{
    static const struct {
        const char *name;
        cki_stacked_kind kind;
    } kinds[] = {{"linalg.det", CKI_STACKED_DET},
                 {"linalg.slogdet", CKI_STACKED_SLOGDET},
                 {"linalg.inv", CKI_STACKED_INV},
                 {"linalg.cholesky", CKI_STACKED_CHOLESKY}};
    cki_build build = cki_node_build(call->ck, call->error);
    size_t i = 0;
    while (i + 1 < sizeof kinds / sizeof *kinds &&
           strcmp(kinds[i].name, call->operation->name) != 0)
        i++;
    if (!is_lazy_matrix(call->arguments[0]))
        return run_kind(call, (parameters){.kind = kinds[i].kind});
    if (kinds[i].kind != CKI_STACKED_CHOLESKY)
        return pass_on(call, &build, 1);
    cki_compose steps = {.build = &build};
    return cki_compose_drop(&steps,
                            cki_compose_named(&steps, "linalg.cholesky", call->arguments[0], NULL,
                                              "lower", cki_compose_bool(&steps, true)));
}

static cask_value *run_solve(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    if (is_lazy_matrix(call->arguments[0]))
        return pass_on(call, &build, 2);
    parameters how = {.kind = CKI_STACKED_SOLVE};
    cask_array parts[CKI_STACKED_PARTS];
    size_t count;
    cask_array a = cki_node_from_value(&build, call->arguments[0]);
    cask_array b = a ? cki_node_from_value(&build, call->arguments[1]) : NULL;
    if (!b || !cki_matrix_promote(&build, &a, &b) || !check(&build, a, how.kind))
        return NULL;
    how.column = b->ndim == a->ndim - 1;
    int core = how.column ? 1 : 2;
    if (b->ndim < core || cki_node_length(b, b->ndim - core) != cki_node_length(a, a->ndim - 1)) {
        cki_fail(call->error, CASK_SHAPE, NULL,
                 "solve: matrices of %lld columns do not fit right sides of %lld rows",
                 (long long)cki_node_length(a, a->ndim - 1),
                 (long long)(b->ndim < core ? 1 : cki_node_length(b, b->ndim - core)));
        return NULL;
    }
    return make(&build, &how, a, b, parts, &count) ? cki_node_value(&build, parts[0]) : NULL;
}

static cask_value *run_qr(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    const cask_value *mode = cki_operation_argument(call, "mode");
    const char *text = mode->kind == CKI_STR ? mode->as.text.bytes : "";
    bool only_r = strcmp(text, "r") == 0;
    if (!only_r && strcmp(text, "reduced") != 0) {
        cki_fail(call->error, CASK_INVALID, NULL,
                 "Unrecognized mode '%s': it is 'reduced' or 'r' here", text);
        return NULL;
    }
    cask_value *both = is_lazy_matrix(call->arguments[0])
                           ? pass_on(call, &build, 1)
                           : run_kind(call, (parameters){.kind = CKI_STACKED_QR});
    if (!both || !only_r)
        return both;
    cask_value *r = cask_value_ref(both->as.list.items[1]);
    cask_value_unref(both);
    return r;
}

static cask_value *run_svd(cki_call *call)
{
    bool full = cki_operation_flag(call, "full_matrices");
    bool vectors = cki_operation_flag(call, "compute_uv");
    cki_build build = cki_node_build(call->ck, call->error);
    if (full && vectors && is_lazy_matrix(call->arguments[0]))
        return pass_on(call, &build, 1);
    return run_kind(call, (parameters){.kind = !vectors ? CKI_STACKED_SINGULAR
                                               : full   ? CKI_STACKED_SVD_FULL
                                                        : CKI_STACKED_SVD});
}

static cask_value *run_eigh(cki_call *call)
{
    const cask_value *uplo = cki_operation_argument(call, "UPLO");
    const char *text = uplo->kind == CKI_STR ? uplo->as.text.bytes : "";
    bool lower = strcmp(text, "L") == 0 || strcmp(text, "l") == 0;
    bool vectors = strcmp(call->operation->name, "linalg.eigh") == 0;
    if (lower || strcmp(text, "U") == 0 || strcmp(text, "u") == 0)
        return run_kind(
            call, (parameters){vectors ? CKI_STACKED_EIGH : CKI_STACKED_EIGVALSH, !lower, false});
    cki_fail(call->error, CASK_INVALID, NULL, "UPLO argument must be 'L' or 'U'");
    return NULL;
}

/* What is computed of a real matrix in memory is real if no value has an imaginary part. */
static cask_value *narrow(cki_call *call, cask_value *made)
{
    bool tuple = made->kind == CKI_TUPLE, real = true;
    const cki_array *w = cki_array_of(tuple ? made->as.list.items[0] : made);
    cask_value *flat =
        w ? cki_array_compact(tuple ? made->as.list.items[0] : made, call->error) : NULL;
    double parts[2] = {0};
    w = cki_array_of(flat);
    for (int64_t i = 0; w && real && i < cki_array_size(w); i++) {
        (void)cki_array_cast_element(cki_dtype_of(CASK_C128), parts, w->dtype,
                                     w->data + (size_t)i * cki_dtype_size(w->dtype), NULL);
        real = parts[1] == 0;
    }
    cask_value_unref(flat);
    if (!w || !real)
        return w ? cask_value_ref(made) : NULL;
    cki_compose s = {
        .build = &(cki_build){.ck = call->ck, .arena = &call->ck->arena, .error = call->error}};
    cask_value *list[2] = {NULL};
    for (size_t i = 0; i < (tuple ? 2 : 1); i++)
        list[i] =
            cki_compose_call(&s, "real", tuple ? made->as.list.items[i] : made, NULL, NULL, NULL);
    cask_value *pair = tuple && list[1] ? cki_value_list(CKI_TUPLE, 2, call->error) : NULL;
    for (int i = 0; pair && i < 2; i++)
        pair->as.list.items[i] = cask_value_ref(list[i]);
    return cki_compose_drop(&s, tuple ? cki_compose_keep(&s, pair) : list[0]);
}

static cask_value *run_eig(cki_call *call)
{
    bool vectors = strcmp(call->operation->name, "linalg.eig") == 0;
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array a = cki_matrix_argument(&build, call->arguments[0]);
    bool lazy = cki_node_lazy(call->arguments[0]) != NULL;
    cask_value *made =
        a ? run_kind(call, (parameters){.kind = vectors ? CKI_STACKED_EIG : CKI_STACKED_EIGVALS})
          : NULL;
    if (!made || lazy || cki_dtype_is_complex(a->dtype))
        return made;
    cask_value *computed = cki_collection_compute_value(call->ck, made, call->error);
    cask_value *result = computed ? narrow(call, computed) : NULL;
    cask_value_unref(computed);
    cask_value_unref(made);
    return result;
}

/* ---- the records ---- */

#define RECORD(id, name, signature, doc, run)                                                      \
    static const cki_operation op_##id = {name, CKI_IN_NP | CKI_NP_LAZY, signature, doc, run, NULL};
RECORD(det, "linalg.det", "a", "The determinants of square matrices, over the last two axes.",
       run_square)
RECORD(slogdet, "linalg.slogdet", "a",
       "The signs of determinants, and the logarithms of their sizes.", run_square)
RECORD(inv, "linalg.inv", "a", "The inverses of square matrices, over the last two axes.",
       run_square)
RECORD(cholesky, "linalg.cholesky", "a",
       "l with a = l @ l^H, of hermitian positive definite matrices, over the last two axes.",
       run_square)
RECORD(solve, "linalg.solve", "a, b",
       "x with a @ x = b for square matrices, over the last two axes; b has vectors if it has one "
       "axis less than a.",
       run_solve)
RECORD(qr, "linalg.qr", "a, mode='reduced'",
       "Orthonormal q and upper triangular r with a = q @ r, over the last two axes; r alone if "
       "mode='r'.",
       run_qr)
RECORD(svd, "linalg.svd", "a, full_matrices=True, compute_uv=True, hermitian=False",
       "u, s and vh with a = u * s @ vh, singular values largest first, over the last two axes.",
       run_svd)
RECORD(eigh, "linalg.eigh", "a, UPLO='L'",
       "Eigenvalues, ascending, and eigenvectors (columns) of hermitian matrices, of which one "
       "triangle is read, over the last two axes.",
       run_eigh)
RECORD(eig, "linalg.eig", "a",
       "Eigenvalues and right eigenvectors (columns) of square matrices, over the last two axes: "
       "complex, unless the array is in memory and real, and so are all values.",
       run_eig)
RECORD(eigvals, "linalg.eigvals", "a",
       "Eigenvalues of square matrices, over the last two axes: complex, unless the array is in "
       "memory and real, and so are all values.",
       run_eig)
RECORD(eigvalsh, "linalg.eigvalsh", "a, UPLO='L'",
       "Eigenvalues, ascending, of hermitian matrices, over the last two axes.", run_eigh)

const cki_operation *const cki_stacked_operations[] = {
    &op_det, &op_slogdet, &op_inv,      &op_cholesky, &op_solve,   &op_qr,
    &op_svd, &op_eigh,    &op_eigvalsh, &op_eig,      &op_eigvals, NULL};
