/* Counts that are drawn together: multinomial and multivariate hypergeometric numbers, whose kinds
 * are the last axis of the result. */
#include "array/functions.h"
#include "array/random.h"
#include "array/source.h"
#include "core/memory.h"
#include "kernel/random_stream.h"

#include <math.h>
#include <string.h>

/* `kinds` probabilities (multinomial), or counts of what there is of each. */
typedef struct drawn {
    cki_random_key key;
    cki_random_layout layout; /* of all axes but the last */
    int64_t n;
    int64_t kinds;
    const double *shares;  /* NULL if there are counts */
    const int64_t *counts; /* whose sum is an int64 */
    cki_dtype dtype;
} drawn;

/* One element: the kinds in their order, each given what is left. */
static void draw_shares(const drawn *d, cki_random_stream *s, int64_t *out)
{
    int64_t left = d->n;
    double share = 1;
    for (int64_t k = 0; k < d->kinds; k++) {
        double p = share > 0 ? d->shares[k] / share : 0;
        out[k] = k == d->kinds - 1 ? left : cki_random_stream_binomial(s, left, p < 1 ? p : 1);
        left -= out[k];
        share -= d->shares[k];
    }
}

static void draw_counts(const drawn *d, cki_random_stream *s, int64_t *out)
{
    int64_t left = d->n, all = 0;
    for (int64_t k = 0; k < d->kinds; k++)
        all += d->counts[k];
    for (int64_t k = 0; k < d->kinds; k++) {
        all -= d->counts[k];
        out[k] = left ? cki_random_stream_hypergeometric(s, d->counts[k], all, left) : 0;
        left -= out[k];
    }
}

typedef struct filling {
    const drawn *what;
    int64_t start, count, step; /* of the last axis */
    int64_t *row, *out;
} filling;

static cask_status fill_run(void *user, uint64_t first, int64_t step, int64_t n, int64_t done)
{
    const filling *f = user;
    for (int64_t i = 0; i < n; i++) {
        cki_random_stream s =
            cki_random_stream_of(&f->what->key, first + (uint64_t)i * (uint64_t)step);
        if (f->what->shares)
            draw_shares(f->what, &s, f->row);
        else
            draw_counts(f->what, &s, f->row);
        for (int64_t k = 0; k < f->count; k++)
            f->out[(done + i) * f->count + k] = f->row[f->start + k * f->step];
    }
    return CASK_OK;
}

static cask_status region(const void *self, cki_dtype dtype, int ndim, const int64_t *start,
                          const int64_t *count, const int64_t *step, cask_value **out,
                          cki_error *error)
{
    const drawn *d = self;
    filling f = {.what = d,
                 .start = start[ndim - 1],
                 .count = count[ndim - 1],
                 .step = step[ndim - 1],
                 .row = cki_memory_calloc((size_t)d->kinds, sizeof(int64_t))};
    cask_value *made = f.row ? cki_array_new(dtype, ndim, count, error) : NULL;
    if (!f.row)
        cki_fail_memory(error, (size_t)d->kinds * sizeof(int64_t));
    if (made) {
        f.out = (int64_t *)(void *)cki_array_of(made)->data;
        cki_random_walk(&d->layout, start, count, step, fill_run, &f);
    }
    cki_memory_free(f.row);
    *out = made;
    return error->status;
}

static const cki_source source = {"random_vectors", region, NULL, false, false, NULL};

/* ---- building ---- */

/* The list of what there is of each kind, as doubles or int64s in the context's arena. */
static const void *read_kinds(cki_call *call, const char *parameter, cask_dtype type,
                              int64_t *kinds)
{
    cask_value *value = cki_operation_argument(call, parameter);
    if (cki_node_lazy(value)) {
        cki_fail(call->error, CASK_TYPE, NULL, "%s: a list or an array in memory, not a lazy one",
                 parameter);
        return NULL;
    }
    cask_value *list = cki_array_from_value(value, cki_dtype_of(type), call->error);
    const cki_array *array = cki_array_of(list);
    const void *own = NULL;
    if (array && array->ndim != 1) {
        cki_fail(call->error, CASK_INVALID, NULL, "%s must be one dimensional", parameter);
    } else if (array) {
        *kinds = array->shape[0];
        own = cki_arena_copy(&call->ck->arena, array->data,
                             (size_t)*kinds * cki_dtype_size(array->dtype));
        if (!own)
            cki_fail_memory(call->error, (size_t)*kinds * sizeof(double));
    }
    cask_value_unref(list);
    return own;
}

static cask_value *finish(cki_call *call, cki_build *build, drawn *d)
{
    cki_axis axes[CKI_MAX_NDIM];
    int64_t shape[CKI_MAX_NDIM];
    int ndim;
    if (cki_random_shape(call, build, NULL, 0, axes, &ndim) != CASK_OK ||
        cki_random_state_next(call, &d->key) != CASK_OK)
        return NULL;
    if (ndim == CKI_MAX_NDIM) {
        cki_fail(call->error, CASK_INVALID, NULL, "%s: %d axes, at most %d", call->operation->name,
                 ndim + 1, CKI_MAX_NDIM);
        return NULL;
    }
    for (int k = 0; k < ndim; k++)
        shape[k] = axes[k].length;
    d->layout = cki_random_layout_of(ndim, shape);
    drawn *own = cki_arena_copy(&build->ck->arena, d, sizeof *d);
    cki_hasher *hasher = own && cki_chunks_single(build->arena, d->kinds, &axes[ndim])
                             ? cki_token_start(call->error)
                             : NULL;
    if (!hasher) {
        cki_fail_memory(call->error, sizeof *d);
        return NULL;
    }
    size_t bytes = (size_t)d->kinds * sizeof(double);
    cki_token_bytes(hasher, &d->key, sizeof d->key);
    cki_token_int(hasher, d->n);
    cki_token_int(hasher, d->shares != NULL);
    cki_token_bytes(hasher, d->shares ? (const void *)d->shares : d->counts, bytes);
    cki_token_bytes(hasher, d->layout.strides, (size_t)ndim * sizeof(int64_t));
    return cki_node_value(
        build, cki_source_array(build, d->shares ? "multinomial" : "hypergeometric", &source, own,
                                cki_token_end(hasher), cki_dtype_of(CASK_I64), ndim + 1, axes));
}

static cask_value *run_multinomial(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    drawn d = {0};
    if (cki_value_index(cki_operation_argument(call, "n"), &d.n, call->error) != CASK_OK ||
        !(d.shares = read_kinds(call, "pvals", CASK_F64, &d.kinds)))
        return NULL;
    if (d.n < 0)
        cki_fail(call->error, CASK_INVALID, NULL, "n < 0");
    double sum = 0;
    for (int64_t k = 0; k < d.kinds && call->error->status == CASK_OK; k++) {
        if (!(d.shares[k] >= 0 && d.shares[k] <= 1))
            cki_fail(call->error, CASK_INVALID, NULL,
                     "pvals < 0, pvals > 1 or pvals contains NaNs");
        else if (k < d.kinds - 1 && (sum += d.shares[k]) > 1 + 1e-12)
            cki_fail(call->error, CASK_INVALID, NULL, "sum(pvals[:-1]) > 1.0");
    }
    return call->error->status == CASK_OK ? finish(call, &build, &d) : NULL;
}

static cask_value *run_hypergeometric(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    drawn d = {0};
    int64_t all = 0;
    if (cki_value_index(cki_operation_argument(call, "nsample"), &d.n, call->error) != CASK_OK ||
        !(d.counts = read_kinds(call, "colors", CASK_I64, &d.kinds)))
        return NULL;
    for (int64_t k = 0; k < d.kinds && call->error->status == CASK_OK; k++) {
        if (d.counts[k] < 0)
            cki_fail(call->error, CASK_INVALID, NULL, "colors must be non-negative");
        else if (__builtin_add_overflow(all, d.counts[k], &all))
            cki_fail(call->error, CASK_INVALID, NULL, "sum(colors) must not exceed 2**63 - 1");
    }
    if (d.n < 0)
        cki_fail(call->error, CASK_INVALID, NULL, "nsample must be non-negative");
    else if (d.n > all)
        cki_fail(call->error, CASK_INVALID, NULL, "nsample > sum(colors)");
    return call->error->status == CASK_OK ? finish(call, &build, &d) : NULL;
}

/* ---- the records ---- */

CKI_RANDOM_RECORDS(multinomial, "multinomial", "n, pvals, size=None, chunks='auto'",
                   "How many of n come out as each kind, of probabilities pvals: the last axis.",
                   run_multinomial, NULL);
CKI_RANDOM_RECORDS(
    multivariate_hypergeometric, "multivariate_hypergeometric",
    "colors, nsample, size=None, chunks='auto'",
    "How many of each kind are in a sample of nsample that is not put back, when there "
    "are colors[k] of kind k: the last axis.",
    run_hypergeometric, NULL);

const cki_operation *const cki_random_vectors_operations[] = {
    CKI_RANDOM_ADDRESSES(multinomial), CKI_RANDOM_ADDRESSES(multivariate_hypergeometric), NULL};
