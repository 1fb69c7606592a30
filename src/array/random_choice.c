/* Choices: elements of an array, with weights or without, put back or not; and random
 * orders. */
#include "array/elementwise.h"
#include "array/functions.h"
#include "array/random.h"
#include "array/rechunk.h"
#include "array/shuffle.h"
#include "core/memory.h"
#include "kernel/random_integers.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- positions in 0 .. n - 1 ---- */

/* The tasks make positions, which are then replaced by the elements there. Inputs: the weights, if
 * there are any. */
typedef struct drawn {
    cki_random_key key;
    cki_random_layout layout;
    int64_t n;
    bool replace, weighted;
} drawn;

typedef struct filling {
    const drawn *what;
    const double *sums; /* of the weights up to each */
    int64_t *out;
} filling;

/* The sums of the weights so far, the last one scaled to 1; NULL with the error set. */
static double *cumulate(const double *weights, int64_t n, cki_error *error)
{
    double *sums = cki_memory_calloc((size_t)n, sizeof *sums), whole = 0, carry = 0;
    if (!sums)
        cki_fail_memory(error, (size_t)n * sizeof *sums);
    for (int64_t i = 0; sums && i < n; i++) {
        if (!(weights[i] >= 0)) {
            cki_fail(error, CASK_INVALID, NULL,
                     isnan(weights[i]) ? "probabilities contain NaN"
                                       : "probabilities are not non-negative");
            break;
        }
        double x = weights[i] - carry, next = whole + x; /* W. Kahan's summation */
        carry = (next - whole) - x;
        sums[i] = whole = next;
    }
    if (sums && error->status == CASK_OK && !(fabs(whole - 1) <= 1.5e-8))
        cki_fail(error, CASK_INVALID, NULL, "probabilities do not sum to 1");
    if (error->status != CASK_OK) {
        cki_memory_free(sums);
        return NULL;
    }
    for (int64_t i = 0; sums && i < n; i++)
        sums[i] /= whole;
    return sums;
}

/* The first whose sum is above u. */
static int64_t find(const double *sums, int64_t n, double u)
{
    int64_t low = 0, high = n - 1;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (sums[middle] > u)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

static cask_status fill_run(void *user, uint64_t first, int64_t step, int64_t n, int64_t done)
{
    const filling *f = user;
    const drawn *d = f->what;
    int64_t *out = f->out + done;
    if (!d->weighted) {
        cki_random_integers(&d->key, first, step, n, 0, d->n - 1, NULL, NULL, out);
        return CASK_OK;
    }
    double batch[CKI_RANDOM_BATCH];
    for (int64_t at = 0, size; at < n; at += size) {
        size = n - at < CKI_RANDOM_BATCH ? n - at : CKI_RANDOM_BATCH;
        cki_random_uniform(&d->key, first + (uint64_t)at * (uint64_t)step, step, size, batch);
        for (int64_t i = 0; i < size; i++)
            out[at + i] = find(f->sums, d->n, batch[i]);
    }
    return CASK_OK;
}

/* What comes first in a sample that is not put back. */
typedef struct ticket {
    double time;
    int64_t position;
} ticket;

static int compare_tickets(const void *a, const void *b)
{
    const ticket *x = a, *y = b;
    if (x->time != y->time)
        return x->time < y->time ? -1 : 1;
    return (x->position > y->position) - (x->position < y->position);
}

/* Weighted sampling without replacement is a race: each has an exponential time of rate its weight
 * (P. S. Efraimidis and P. G. Spirakis, Weighted random sampling with a reservoir, 2006). */
static cask_status race(const drawn *d, const double *weights, int64_t count, int64_t *out,
                        cki_error *error)
{
    ticket *tickets = cki_memory_calloc((size_t)d->n, sizeof *tickets);
    int64_t able = 0;
    if (!tickets)
        return cki_fail_memory(error, (size_t)d->n * sizeof *tickets);
    for (int64_t i = 0; i < d->n; i++) {
        double time;
        uint64_t words[2];
        cki_random_block(&d->key, (uint64_t)i, 0, words);
        time = -log((double)(words[0] >> 11 | 1) * 0x1p-53);
        if (weights[i] > 0)
            tickets[able++] = (ticket){time / weights[i], i};
    }
    if (able < count) {
        cki_fail(error, CASK_INVALID, NULL, "Fewer non-zero entries in p than size");
    } else {
        qsort(tickets, (size_t)able, sizeof *tickets, compare_tickets);
        for (int64_t i = 0; i < count; i++)
            out[i] = tickets[i].position;
    }
    cki_memory_free(tickets);
    return error->status;
}

/* All of a sample that is not put back, in one task. */
static cask_status fill_sample(const drawn *d, const double *weights, int64_t count, int64_t *out,
                               cki_error *error)
{
    if (weights)
        return race(d, weights, count, out, error);
    int64_t *order = cki_memory_calloc((size_t)d->n, sizeof *order);
    if (!order)
        return cki_fail_memory(error, (size_t)d->n * sizeof *order);
    cki_random_shuffle(&d->key, d->n, count, order);
    memcpy(out, order, (size_t)count * sizeof *out);
    cki_memory_free(order);
    return CASK_OK;
}

static cask_status run_positions(const cki_task *task, cask_value **result, cki_error *error)
{
    const cki_mapped *spec = cki_mapped_of(task);
    const drawn *d = spec->parameters;
    int64_t position[CKI_MAX_NDIM], start[CKI_MAX_NDIM], shape[CKI_MAX_NDIM], step[CKI_MAX_NDIM];
    cki_node_position(spec->out, task->block, position);
    cki_node_block_start(spec->out, position, start);
    cki_node_block_shape(spec->out, position, shape);
    for (int k = 0; k < spec->ndim; k++)
        step[k] = 1;
    cask_value *compact = d->weighted ? cki_array_compact(task->inputs[0], error) : NULL;
    const double *weights = compact ? (const double *)(const void *)compact->as.array->data : NULL;
    double *sums = weights ? cumulate(weights, d->n, error) : NULL;
    cask_value *out =
        error->status == CASK_OK ? cki_array_new(spec->dtype, spec->ndim, shape, error) : NULL;
    if (out) {
        filling f = {d, sums, (int64_t *)(void *)cki_array_of(out)->data};
        if (d->replace)
            cki_random_walk(&d->layout, start, shape, step, fill_run, &f);
        else
            fill_sample(d, weights, cki_array_size(cki_array_of(out)), f.out, error);
    }
    if (error->status != CASK_OK) {
        cask_value_unref(out);
        out = NULL;
    }
    cki_memory_free(sums);
    cask_value_unref(compact);
    *result = out;
    return error->status;
}

const cki_function cki_random_choice_positions_function = {"array.random_positions", 1,
                                                           run_positions};

/* Elements of a 1-d array, which is in one block, at positions of any shape. */
static cask_status run_elements(const cki_task *task, cask_value **result, cki_error *error)
{
    cask_value *positions = cki_array_compact(task->inputs[0], error);
    cask_value *all = positions ? cki_array_compact(task->inputs[1], error) : NULL;
    const cki_array *at = cki_array_of(positions), *from = cki_array_of(all);
    cask_value *out = at && from ? cki_array_new(from->dtype, at->ndim, at->shape, error) : NULL;
    if (out) {
        const int64_t *index = (const int64_t *)(const void *)at->data;
        size_t size = cki_dtype_size(from->dtype);
        int64_t count = cki_array_size(at);
        for (int64_t i = 0; i < count; i++)
            memcpy(cki_array_of(out)->data + (size_t)i * size, from->data + (size_t)index[i] * size,
                   size);
    }
    cask_value_unref(positions);
    cask_value_unref(all);
    *result = out;
    return error->status;
}

const cki_function cki_random_choice_elements_function = {"array.random_elements", 1, run_elements};

/* ---- building ---- */

/* Positions 0 .. d->n - 1 in the chunks of `axes`; not put back, they are made in one block. */
static cask_array make_positions(cki_build *build, drawn *d, cask_array weights, int ndim,
                                 const cki_axis *axes)
{
    cki_axis whole[CKI_MAX_NDIM];
    int64_t shape[CKI_MAX_NDIM];
    size_t sample = d->replace ? 0 : 3 * (size_t)d->n * sizeof(int64_t);
    for (int k = 0; k < ndim; k++) {
        shape[k] = axes[k].length;
        whole[k] = axes[k];
        if (!d->replace && !cki_chunks_single(build->arena, axes[k].length, &whole[k])) {
            cki_fail_memory(build->error, sizeof(cki_run));
            return NULL;
        }
    }
    d->weighted = weights != NULL;
    d->layout = cki_random_layout_of(ndim, shape);
    drawn *own = cki_arena_copy(build->arena, d, sizeof *d);
    cki_axis *kept = cki_arena_copy(build->arena, whole, (size_t)ndim * sizeof *kept);
    cki_hasher *hasher = own && kept ? cki_token_start(build->error) : NULL;
    if (!hasher) {
        cki_fail_memory(build->error, sizeof *d);
        return NULL;
    }
    cki_token_bytes(hasher, &d->key, sizeof d->key);
    cki_token_int(hasher, d->n);
    cki_token_int(hasher, d->replace);
    cki_token_bytes(hasher, d->layout.strides, (size_t)ndim * sizeof(int64_t));
    cask_array made = cki_mapped_array(
        build, &(cki_mapped){.function = &cki_random_choice_positions_function,
                             .label = "choice",
                             .dtype = cki_dtype_of(CASK_I64),
                             .ndim = ndim,
                             .axes = kept,
                             .inputs = {cki_mapped_whole(weights)},
                             .ninputs = weights ? 1 : 0,
                             .parameters = own,
                             .token = cki_token_end(hasher),
                             .working = sample + (weights ? (size_t)d->n * 16 : 0)});
    return made && !d->replace ? cki_rechunk_to(build, made, axes) : made;
}

/* x in one block. */
static cask_array gather(cki_build *build, cask_array x)
{
    return x ? cki_rechunk_single(build, x, (bool[CKI_MAX_NDIM]){true}) : NULL;
}

/* What is chosen from: an array of one axis, or NULL where it is the numbers 0 .. *n - 1. */
static cask_array read_population(cki_call *call, cki_build *build, int64_t *n)
{
    cask_value *value = cki_operation_argument(call, "a");
    if (!cki_node_lazy(value) && cki_value_index(value, n, NULL) == CASK_OK) {
        if (*n < 0)
            cki_fail(call->error, CASK_INVALID, NULL, "a must be greater than 0");
        return NULL;
    }
    cask_array a = cki_node_from_value(build, value);
    if (!a)
        return NULL;
    if (a->ndim != 1 || a->axes[0].length < 0) {
        cki_fail(call->error, CASK_INVALID, NULL,
                 a->ndim != 1 ? "a must be one dimensional"
                              : "a has chunks of unknown size: use compute_chunk_sizes() first");
        return NULL;
    }
    *n = a->axes[0].length;
    return gather(build, a);
}

/* Weights that are known are checked now; lazy ones when they are. */
static cask_array read_weights(cki_call *call, cki_build *build, int64_t n)
{
    cask_value *value = cki_operation_argument(call, "p");
    cask_array p = cki_node_from_value(build, value);
    if (!p)
        return NULL;
    if (p->ndim != 1 || p->axes[0].length != n) {
        cki_fail(call->error, CASK_INVALID, NULL,
                 p->ndim != 1 ? "p must be one dimensional" : "a and p must have the same size");
        return NULL;
    }
    if (!cki_node_lazy(value)) {
        cask_value *known = cki_array_from_value(value, cki_dtype_of(CASK_F64), call->error);
        double *sums = known ? cumulate((const double *)(const void *)cki_array_of(known)->data, n,
                                        call->error)
                             : NULL;
        cask_value_unref(known);
        if (!sums)
            return NULL;
        cki_memory_free(sums);
    }
    return gather(build, cki_elementwise_cast(build, p, cki_dtype_of(CASK_F64)));
}

static cask_status check_sample(cki_call *call, const drawn *d, int ndim, const cki_axis *axes)
{
    int64_t count = 1;
    for (int k = 0; k < ndim; k++)
        if (__builtin_mul_overflow(count, axes[k].length, &count))
            count = INT64_MAX;
    if (d->n == 0 && count > 0)
        return cki_fail(call->error, CASK_INVALID, NULL,
                        "a must be greater than 0 unless no samples are taken");
    if (!d->replace && count > d->n)
        return cki_fail(call->error, CASK_INVALID, NULL,
                        "Cannot take a larger sample than population when 'replace=False'");
    return CASK_OK;
}

static cask_value *run_choice(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    drawn d = {.replace = cki_operation_flag(call, "replace")};
    cki_axis axes[CKI_MAX_NDIM];
    int ndim;
    cask_array a = read_population(call, &build, &d.n), weights = NULL;
    if (call->error->status != CASK_OK)
        return NULL;
    if (!cki_operation_is_none(call, "p") && !(weights = read_weights(call, &build, d.n)))
        return NULL;
    if (cki_random_shape(call, &build, NULL, 0, axes, &ndim) != CASK_OK ||
        check_sample(call, &d, ndim, axes) != CASK_OK ||
        cki_random_state_next(call, &d.key) != CASK_OK)
        return NULL;
    cask_array at = make_positions(&build, &d, weights, ndim, axes);
    if (!a || !at)
        return cki_node_value(&build, at);
    return cki_node_value(
        &build,
        cki_mapped_array(&build, &(cki_mapped){.function = &cki_random_choice_elements_function,
                                               .label = "choice",
                                               .dtype = a->dtype,
                                               .ndim = ndim,
                                               .axes = at->axes,
                                               .inputs = {cki_mapped_same(at), cki_mapped_whole(a)},
                                               .ninputs = 2,
                                               .working = 2 * cki_node_largest_block(a)}));
}

/* From how many numbers on their order is computed place by place. */
enum { MANY = 1 << 24 };

/* permutation(n), permutation(x) along its first axis. The order is made in one task, or where it
 * is long computed where it is wanted; the rows go from block to block. */
static cask_value *run_permutation(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_value *value = cki_operation_argument(call, "x");
    drawn d = {.replace = false};
    cki_axis axis;
    cask_array x = NULL;
    if (cki_node_lazy(value) || cki_value_index(value, &d.n, NULL) != CASK_OK) {
        x = cki_node_from_value(&build, value);
        if (!x)
            return NULL;
        if (x->ndim == 0 || x->axes[0].length < 0) {
            cki_fail(call->error, x->ndim ? CASK_INVALID : CASK_INDEX, NULL,
                     x->ndim ? "permutation: the first axis has chunks of unknown size: use "
                               "compute_chunk_sizes() first"
                             : "x must be an integer or at least 1-dimensional");
            return NULL;
        }
        d.n = x->axes[0].length;
        if (!cki_chunks_single(build.arena, d.n, &axis)) {
            cki_fail_memory(call->error, sizeof(cki_run));
            return NULL;
        }
    } else {
        cask_value *automatic = cki_value_string("auto", call->error);
        if (d.n < 0)
            d.n = 0;
        if (automatic)
            cki_chunks_normalize(build.arena, automatic, 1, &d.n, sizeof(int64_t), NULL,
                                 build.ck->tuning.chunk_bytes, 0, &axis, call->error);
        cask_value_unref(automatic);
    }
    if (call->error->status != CASK_OK || cki_random_state_next(call, &d.key) != CASK_OK)
        return NULL;
    if (x && d.n == 0)
        return cki_node_value(&build, x);
    cask_array order = d.n <= MANY ? make_positions(&build, &d, NULL, 1, &axis)
                       : x         ? NULL
                                   : cki_shuffle_order(&build, &d.key, &axis);
    if (!x || call->error->status != CASK_OK)
        return cki_node_value(&build, order);
    return cki_node_value(&build, cki_shuffle_rows(&build, x, order, &d.key));
}

/* ---- the records ---- */

CKI_RANDOM_RECORDS(choice, "choice", "a, size=None, replace=True, p=None, chunks='auto'",
                   "Elements of a, or numbers below a, with probabilities p or all alike. a and p "
                   "are held in one block; with replace=False the choice is made in one task.",
                   run_choice, NULL);
CKI_RANDOM_RECORDS(
    permutation, "permutation", "x",
    "The numbers below x, or x along its first axis, in random order, which one task "
    "makes; of more than 2**24 each block computes its own. Arrays may be larger than memory.",
    run_permutation, NULL);
CKI_RANDOM_RECORDS(shuffle, "shuffle", "x",
                   "x along its first axis in random order: arrays do not change, so it is what "
                   "permutation gives.",
                   run_permutation, NULL);

const cki_operation *const cki_random_choice_operations[] = {CKI_RANDOM_ADDRESSES(choice),
                                                             CKI_RANDOM_ADDRESSES(permutation),
                                                             CKI_RANDOM_ADDRESSES(shuffle), NULL};
