/* fftfreq and rfftfreq, the frequencies of Fourier transforms; fftshift and ifftshift, which bring
 * frequency 0 to the middle and back. */
#include "array/fft.h"
#include "array/index.h"
#include "array/join.h"
#include "array/rechunk.h"
#include "array/source.h"

/* ---- frequencies ---- */

typedef struct frequencies {
    int64_t n, first_negative;
    double unit; /* n * d */
} frequencies;

static cask_status frequencies_region(const void *self, cki_dtype dtype, int ndim,
                                      const int64_t *start, const int64_t *count,
                                      const int64_t *step, cask_value **out, cki_error *error)
{
    const frequencies *f = self;
    *out = cki_array_new(dtype, ndim, count, error);
    double *at = *out ? (double *)(void *)cki_array_of(*out)->data : NULL;
    for (int64_t i = 0; at && i < *count; i++) {
        int64_t k = *start + i * *step;
        at[i] = (double)(k < f->first_negative ? k : k - f->n) / f->unit;
    }
    return error->status;
}

static const cki_source frequencies_source = {"frequencies", frequencies_region, NULL, false, false,
                                              NULL};

/* The record's detail says whether only the first half is wanted. */
static cask_value *run_frequencies(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    const bool half = call->operation->detail != NULL;
    frequencies f = {0};
    double d;
    cki_axis axis;
    if (cki_value_index(cki_operation_argument(call, "n"), &f.n, call->error) != CASK_OK ||
        cki_value_real(cki_operation_argument(call, "d"), &d, call->error) != CASK_OK)
        return NULL;
    int64_t length = f.n < 0 ? 0 : half ? f.n / 2 + 1 : f.n;
    f.first_negative = half ? length : f.n / 2 + f.n % 2;
    f.unit = (double)f.n * d;
    if (cki_chunks_normalize(build.arena, cki_operation_argument(call, "chunks"), 1, &length,
                             sizeof(double), NULL, build.ck->tuning.chunk_bytes, 0, &axis,
                             call->error) != CASK_OK)
        return NULL;
    frequencies *own = cki_arena_copy(&build.ck->arena, &f, sizeof f);
    cki_hasher *hasher = own ? cki_token_start(call->error) : NULL;
    if (!hasher) {
        cki_fail_memory(call->error, sizeof f);
        return NULL;
    }
    cki_token_int(hasher, f.n);
    cki_token_int(hasher, half);
    cki_token_bytes(hasher, &f.unit, sizeof f.unit);
    return cki_node_value(&build, cki_source_array(&build, "fftfreq", &frequencies_source, own,
                                                   cki_token_end(hasher), cki_dtype_of(CASK_F64), 1,
                                                   &axis));
}

/* ---- shifts ---- */

/* The halves of an axis exchanged; in one block if it was. */
static cask_array shift(cki_build *build, cask_array x, int axis, bool inverse)
{
    int64_t n = x->axes[axis].length, middle = inverse ? n / 2 : n - n / 2;
    bool single = x->axes[axis].blocks == 1;
    if (n < 0) {
        cki_fail(build->error, CASK_INVALID, NULL,
                 "fftshift: axis %d has chunks of unknown size: use compute_chunk_sizes() first",
                 axis);
        return NULL;
    }
    cask_array halves[2] = {cki_index_range(build, x, axis, middle, n),
                            cki_index_range(build, x, axis, 0, middle)};
    cask_array whole = halves[0] && halves[1] ? cki_join_concatenate(build, halves, 2, axis) : NULL;
    bool axes[CKI_MAX_NDIM] = {false};
    axes[axis] = single;
    return whole && single ? cki_rechunk_single(build, whole, axes) : whole;
}

static cask_value *run_shift(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array x = cki_node_from_value(&build, cki_operation_argument(call, "x"));
    cask_value *where = cki_operation_argument(call, "axes");
    int axes[CKI_MAX_NDIM], count = x ? x->ndim : 0;
    bool flags[CKI_MAX_NDIM] = {false};
    for (int k = 0; k < count; k++)
        axes[k] = k;
    if (x && where->kind != CKI_NONE &&
        cki_node_axes(where, x->ndim, flags, axes, &count, call->error) != CASK_OK)
        return NULL;
    for (int k = 0; x && k < count; k++)
        x = shift(&build, x, axes[k], call->operation->detail != NULL);
    return cki_node_value(&build, x);
}

/* ---- the records ---- */

#define FUNCTION (CKI_IN_DA | CKI_IN_NP)

static const cki_operation op_fftfreq = {
    "fft.fftfreq",
    FUNCTION,
    "n, d=1.0, chunks='auto'",
    "The frequencies of a transform of n points that are d apart, in cycles per unit.",
    run_frequencies,
    NULL};
static const cki_operation op_rfftfreq = {
    "fft.rfftfreq",  FUNCTION, "n, d=1.0, chunks='auto'", "The n // 2 + 1 frequencies of rfft.",
    run_frequencies, "half"};
static const cki_operation op_fftshift = {
    "fft.fftshift", FUNCTION,
    "x, axes=None", "Frequency 0 in the middle: both halves of the axes exchanged.",
    run_shift,      NULL};
static const cki_operation op_ifftshift = {
    "fft.ifftshift", FUNCTION, "x, axes=None", "The inverse of fftshift.", run_shift, "inverse"};

const cki_operation *const cki_frequencies_operations[] = {&op_fftfreq, &op_rfftfreq, &op_fftshift,
                                                           &op_ifftshift, NULL};
