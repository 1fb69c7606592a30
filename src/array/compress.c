/* svd_compressed: the subspace in which most of a matrix lies is found with random products (Halko,
 * Martinsson and Tropp, 2011, https://arxiv.org/abs/0909.4061), and what the matrix is in there is
 * small enough for tsqr. */
#include "array/compress.h"
#include "array/contract.h"
#include "array/elementwise.h"
#include "array/index.h"
#include "array/matrix.h"
#include "array/rechunk.h"
#include "array/svd.h"
#include "array/tsqr.h"
#include "expr/collection.h"

#include <string.h>

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* How large a space of size n is sampled for a subspace of size q. */
static int64_t level_of(int64_t n, int64_t q, int64_t oversamples, int64_t smallest)
{
    int64_t level;
    if (__builtin_add_overflow(q, oversamples, &level))
        level = n;
    return least(level > smallest ? level : smallest, n);
}

typedef struct request {
    cki_call *call;
    cki_build *build;
    cask_array a;
    int64_t q, iterations, oversamples;
    bool power, compute;
} request;

static cask_array dot(const request *r, cask_array a, cask_array b)
{
    return a && b ? cki_contract_dot(r->build, a, b) : NULL;
}

/* The array computed now and held in memory, if every step is to be. */
static cask_array step(const request *r, cask_array x)
{
    const cki_node *held = NULL;
    if (!x || !r->compute)
        return x;
    if (cki_collection_persist(r->build, (const cki_node *const[]){&x->base}, 1, &held) != CASK_OK)
        return NULL;
    return cki_node_as_array(held);
}

static cask_array orthonormal(const request *r, cask_array x)
{
    cki_tsqr made;
    return x && cki_tsqr_factor(r->build, x, false, false, &made) ? made.q : NULL;
}

/* An operation's result as an array or another value, by its name. */
static cask_value *apply(const request *r, const char *name, unsigned places,
                         cask_value *const *arguments, size_t count)
{
    cki_error *error = r->build->error;
    const cki_operation *operation = cki_operation_find(r->call->ck, name, places);
    for (size_t i = 0; i < count; i++)
        if (!arguments[i])
            return NULL;
    if (!operation) {
        cki_fail_internal(error, name);
        return NULL;
    }
    return cki_operation_call(r->call->ck, operation,
                              &(cki_arguments){.positional = arguments, .count = count}, error);
}

/* Normal numbers, (columns of a, level), in the chunks of a's columns: they depend on the seed and
 * on where they stand, not on chunks. */
static cask_array sample(const request *r, int64_t level)
{
    const cki_axis *columns = &r->a->axes[1];
    int64_t shape[2] = {columns->length, level}, chunks[2] = {cki_chunks_largest(columns), level};
    cask_value *seed = cki_operation_argument(r->call, "seed");
    cask_value *state = apply(r, "random.RandomState", CKI_IN_DA, &seed, 1);
    cki_error *error = r->build->error;
    cask_value *arguments[3] = {state, cki_value_ints(CKI_TUPLE, shape, 2, error),
                                cki_value_ints(CKI_TUPLE, chunks, 2, error)};
    cask_value *made = apply(r, "RandomState.standard_normal", CKI_ARRAY_PROTOCOL, arguments, 3);
    cask_array x = made ? cki_node_lazy(made) : NULL;
    for (size_t i = 0; i < 3; i++)
        cask_value_unref(arguments[i]);
    cask_value_unref(made);
    cki_axis axes[2] = {*columns};
    if (!x || !cki_matrix_axis(r->build, level, &axes[1]))
        return NULL;
    x = cki_elementwise_cast(r->build, x, cki_dtype_real(r->a->dtype));
    return x ? cki_rechunk_to(r->build, x, axes) : NULL;
}

/* Orthonormal columns (m, level) that span where most of a lies. */
static cask_array subspace(const request *r)
{
    int64_t n = least(r->a->axes[0].length, r->a->axes[1].length);
    cask_array turned = cki_matrix_adjoint(r->build, r->a);
    cask_array x = dot(r, r->a, sample(r, level_of(n, r->q, r->oversamples, 20)));
    if (!r->power)
        x = orthonormal(r, x);
    for (int64_t i = 0; i < r->iterations && x; i++) {
        cask_array tmp = dot(r, turned, step(r, x));
        tmp = step(r, r->power ? tmp : orthonormal(r, tmp));
        x = dot(r, r->a, tmp);
        x = r->power ? x : orthonormal(r, x);
    }
    return r->power ? orthonormal(r, x) : x;
}

enum { MOST_ITERATIONS = 1000 }; /* each is some nodes of the plan */

static bool read_request(cki_call *call, cki_build *build, request *r)
{
    const cask_value *iterator = cki_operation_argument(call, "iterator");
    const char *kind = iterator->kind == CKI_STR ? iterator->as.text.bytes : "";
    *r = (request){.call = call, .build = build};
    r->power = strcmp(kind, "power") == 0;
    r->compute = cki_operation_flag(call, "compute");
    if (!r->power && strcmp(kind, "QR") != 0) {
        cki_fail(call->error, CASK_INVALID, NULL,
                 "Iterator '%s' not valid, must one one of ['power', 'QR']", kind);
        return false;
    }
    r->a = cki_matrix_argument(build, call->arguments[0]);
    if (!r->a || cki_value_index(call->arguments[1], &r->q, call->error) != CASK_OK ||
        cki_value_index(cki_operation_argument(call, "n_power_iter"), &r->iterations,
                        call->error) != CASK_OK ||
        cki_value_index(cki_operation_argument(call, "n_oversamples"), &r->oversamples,
                        call->error) != CASK_OK)
        return false;
    if (r->a->ndim != 2 || r->a->axes[0].length < 0 || r->a->axes[1].length < 0)
        cki_fail(call->error, CASK_INVALID, NULL,
                 "%s: a matrix of known shape is wanted, not an array with %d axes",
                 call->operation->name, r->a->ndim);
    else if (r->iterations > MOST_ITERATIONS)
        cki_fail(call->error, CASK_INVALID, NULL, "n_power_iter=%lld: more than %d are no use",
                 (long long)r->iterations, MOST_ITERATIONS);
    return call->error->status == CASK_OK;
}

static cask_value *run_matrix(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    request r;
    cask_array q = read_request(call, &build, &r) ? subspace(&r) : NULL;
    return q ? cki_node_value(&build, cki_matrix_adjoint(&build, q)) : NULL;
}

/* The first k along an axis; Python's slice, for which k may be negative. */
static cask_array first(cki_build *build, cask_array x, int axis, int64_t k)
{
    int64_t length = cki_node_length(x, axis), stop = k < 0 ? k + length : k;
    stop = stop < 0 ? 0 : least(stop, length);
    return cki_index_range(build, x, axis, 0, stop);
}

static cask_value *run_svd(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    request r;
    cask_array q = read_request(call, &build, &r) ? step(&r, subspace(&r)) : NULL;
    cask_array small = dot(&r, cki_matrix_adjoint(&build, q), q ? r.a : NULL);
    cask_array tall = cki_matrix_transpose(&build, small);
    cki_tsqr made;
    if (!tall || !cki_tsqr_factor(&build, tall, true, false, &made))
        return NULL;
    cask_array u = dot(&r, q, cki_matrix_transpose(&build, made.vh));
    cask_array vh = cki_matrix_transpose(&build, made.u);
    if (!u || !vh)
        return NULL;
    u = first(&build, u, 1, r.q);
    vh = first(&build, vh, 0, r.q);
    cask_array s = first(&build, made.s, 0, r.q);
    if (!u || !vh || !s ||
        (cki_operation_flag(call, "coerce_signs") && !cki_svd_coerce(&build, &u, &vh)))
        return NULL;
    return cki_node_tuple(&build, (cask_array[]){u, s, vh}, 3);
}

static cask_value *run_level(cki_call *call)
{
    int64_t numbers[4];
    for (size_t i = 0; i < 4; i++)
        if (cki_value_index(call->arguments[i], &numbers[i], call->error) != CASK_OK)
            return NULL;
    return cki_value_int(level_of(numbers[0], numbers[1], numbers[2], numbers[3]), call->error);
}

static const cki_operation op_level = {
    "linalg.compression_level",
    CKI_IN_DA,
    "n, q, n_oversamples=10, min_subspace_size=20",
    "How large a space is sampled for a subspace of size q in one of size n.",
    run_level,
    NULL};
static const cki_operation op_matrix = {
    "linalg.compression_matrix",
    CKI_IN_DA,
    "data, q, iterator='power', n_power_iter=0, n_oversamples=10, seed=None, compute=False",
    "Orthonormal rows that span where most of a matrix's columns lie, found with random products.",
    run_matrix,
    NULL};
static const cki_operation op_svd = {
    "linalg.svd_compressed",
    CKI_IN_DA,
    "a, k, iterator='power', n_power_iter=0, n_oversamples=10, seed=None, compute=False, "
    "coerce_signs=True",
    "The k largest singular values of a matrix in any chunks, and their vectors: u, s and v, close "
    "to those of svd, the closer the more power iterations; compute=True keeps each step's "
    "result in memory.",
    run_svd,
    NULL};

const cki_operation *const cki_compress_operations[] = {&op_level, &op_matrix, &op_svd, NULL};
