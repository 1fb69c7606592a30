/* Arrays of random numbers by position: shapes and chunks as they are asked for, parameters that
 * are arrays, and going through the elements of a region. */
#include "array/elementwise.h"
#include "array/random.h"
#include "array/rechunk.h"
#include "array/view.h"
#include "graph/spelling.h"

cki_random_layout cki_random_layout_of(int ndim, const int64_t *shape)
{
    cki_random_layout layout = {.ndim = ndim};
    uint64_t stride = 1;
    for (int k = ndim - 1; k >= 0; k--) {
        layout.strides[k] = (int64_t)stride;
        stride *= (uint64_t)shape[k];
    }
    return layout;
}

cask_status cki_random_walk(const cki_random_layout *layout, const int64_t *start,
                            const int64_t *count, const int64_t *step,
                            cask_status (*visit)(void *user, uint64_t first, int64_t step,
                                                 int64_t n, int64_t done),
                            void *user)
{
    uint64_t first = 0;
    int64_t position[CKI_MAX_NDIM] = {0}, run = 1, by = 1;
    int outer = layout->ndim; /* axes before this one are walked through, the rest is one run */
    for (int k = 0; k < layout->ndim; k++) {
        if (count[k] <= 0)
            return CASK_OK;
        first += (uint64_t)start[k] * (uint64_t)layout->strides[k];
    }
    for (; outer > 0; outer--) {
        uint64_t apart = (uint64_t)layout->strides[outer - 1] * (uint64_t)step[outer - 1];
        if (run > 1 && count[outer - 1] > 1 && apart != (uint64_t)run * (uint64_t)by)
            break;
        by = run == 1 ? (int64_t)apart : by;
        run *= count[outer - 1];
    }
    for (int64_t done = 0;; done += run) {
        cask_status status = visit(user, first, by, run, done);
        int k = outer - 1;
        for (; k >= 0 && status == CASK_OK; k--) {
            uint64_t apart = (uint64_t)layout->strides[k] * (uint64_t)step[k];
            first += apart;
            if (++position[k] < count[k])
                break;
            first -= apart * (uint64_t)count[k];
            position[k] = 0;
        }
        if (k < 0 || status != CASK_OK)
            return status;
    }
}

/* One more shape to broadcast with. */
static cask_status broadcast(const int64_t *shape, int ndim, int64_t *common, int *most,
                             cki_error *error)
{
    for (; *most < ndim; ++*most) {
        for (int k = *most; k > 0; k--)
            common[k] = common[k - 1];
        common[0] = 1;
    }
    for (int k = 0; k < ndim; k++) {
        int64_t *at = &common[*most - ndim + k];
        if (shape[k] < 0)
            return cki_fail(error, CASK_INVALID, NULL,
                            "a parameter has chunks of unknown size: use compute_chunk_sizes() "
                            "first");
        if (*at != shape[k] && *at != 1 && shape[k] != 1)
            return cki_fail(error, CASK_INVALID, NULL,
                            "operands could not be broadcast together: axis %d of a parameter has "
                            "%lld elements, not %lld",
                            k, (long long)shape[k], (long long)*at);
        *at = *at == 1 ? shape[k] : *at;
    }
    return CASK_OK;
}

cask_status cki_random_shape(cki_call *call, cki_build *build, const cask_array *arrays,
                             size_t count, cki_axis *axes, int *ndim)
{
    int64_t shape[CKI_MAX_NDIM] = {0}, own[CKI_MAX_NDIM];
    cask_status status = CASK_OK;
    *ndim = 0;
    if (!cki_operation_is_none(call, "size"))
        status =
            cki_node_shape_argument(cki_operation_argument(call, "size"), shape, ndim, call->error);
    for (size_t i = 0; i < count && status == CASK_OK; i++) {
        for (int k = 0; k < arrays[i]->ndim; k++)
            own[k] = arrays[i]->axes[k].length;
        status = broadcast(own, arrays[i]->ndim, shape, ndim, call->error);
    }
    if (status == CASK_OK)
        status = cki_chunks_normalize(build->arena, cki_operation_argument(call, "chunks"), *ndim,
                                      shape, sizeof(double), NULL, build->ck->tuning.chunk_bytes, 0,
                                      axes, call->error);
    return status;
}

cask_array cki_random_parameter(cki_build *build, cask_array x, cki_dtype dtype, int ndim,
                                const cki_axis *axes)
{
    /* one chunk where it is repeated; the rest as it comes out */
    bool single[CKI_MAX_NDIM] = {false};
    for (int k = 0; x && k < x->ndim; k++)
        single[k] = x->axes[k].length == 1;
    x = x ? cki_elementwise_cast(build, x, dtype) : NULL;
    x = x ? cki_rechunk_single(build, x, single) : NULL;
    cki_axis wide[CKI_MAX_NDIM];
    for (int k = 0; x && k < ndim; k++) {
        int own = k - (ndim - x->ndim);
        bool same = own >= 0 && x->axes[own].length == axes[k].length;
        wide[k] = same ? x->axes[own] : axes[k];
    }
    x = x ? cki_view_broadcast(build, x, ndim, wide) : NULL;
    return x ? cki_rechunk_to(build, x, axes) : NULL;
}

void cki_random_spell(const cki_random_key *key, int ndim, const int64_t *start,
                      const int64_t *count, const int64_t *step, cki_spelling *spelling)
{
    cki_spelling_ints(spelling, (const int64_t[]){key->key[0], key->key[1], key->salt}, 3);
    cki_spelling_slices(spelling, ndim, start, count, step);
}
