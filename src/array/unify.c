/* Alignment: arrays that meet element by element are rechunked to the common refinement of their
 * blocks. */
#include "array/elementwise.h"
#include "array/rechunk.h"
#include "array/runs.h"

static void put_shapes(cki_text *text, const cask_array *arrays, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        cki_text_put(text, i ? " (" : "(");
        for (int k = 0; k < arrays[i]->ndim; k++) {
            int64_t length = arrays[i]->axes[k].length;
            cki_text_put(text, k ? "," : "");
            if (length < 0)
                cki_text_put(text, "nan");
            else
                cki_text_format(text, "%lld", (long long)length);
        }
        cki_text_put(text, arrays[i]->ndim == 1 ? ",)" : ")");
    }
}

static cask_status not_broadcast(cki_build *build, const cask_array *arrays, size_t count)
{
    cki_text text = {0};
    put_shapes(&text, arrays, count);
    cki_fail(build->error, CASK_SHAPE, NULL,
             "operands could not be broadcast together with shapes %s",
             text.bytes ? text.bytes : "");
    cki_text_free(&text);
    return CASK_SHAPE;
}

cask_status cki_unify_meet(cki_build *build, const cki_axis *axis, cki_axis *common,
                           const cask_array *arrays, size_t count)
{
    if (common->length == 1 && common->blocks == 1) {
        *common = *axis;
        return CASK_OK;
    }
    if ((axis->length == 1 && axis->blocks == 1) || cki_chunks_same(axis, common))
        return CASK_OK;
    if (axis->length < 0 || common->length < 0) {
        if (axis->blocks != common->blocks)
            return cki_fail(
                build->error, CASK_SHAPE, NULL,
                "Arrays chunk sizes are unknown and their numbers of blocks differ (%lld "
                "and %lld): use compute_chunk_sizes() first",
                (long long)axis->blocks, (long long)common->blocks);
        if (axis->length >= 0)
            *common = *axis;
        return CASK_OK;
    }
    if (axis->length != common->length)
        return not_broadcast(build, arrays, count);
    cki_axis both;
    if (axis->nruns == 1 && common->nruns == 1 && axis->blocks == 1)
        both = *common;
    else if (cki_runs_refine(build->arena, axis, common, &both, build->error) != CASK_OK)
        return build->error->status;
    *common = both;
    return CASK_OK;
}

cask_status cki_elementwise_unify(cki_build *build, cask_array *arrays, size_t count,
                                  cki_axis *axes, int *ndim)
{
    *ndim = 0;
    for (size_t i = 0; i < count; i++)
        *ndim = arrays[i]->ndim > *ndim ? arrays[i]->ndim : *ndim;
    for (int k = 0; k < *ndim; k++) { /* from the last axis */
        cki_axis *common = &axes[*ndim - 1 - k];
        bool first = true;
        for (size_t i = 0; i < count; i++) {
            if (k >= arrays[i]->ndim)
                continue;
            const cki_axis *axis = &arrays[i]->axes[arrays[i]->ndim - 1 - k];
            if (first)
                *common = *axis;
            else if (cki_unify_meet(build, axis, common, arrays, count) != CASK_OK)
                return build->error->status;
            first = false;
        }
    }
    for (size_t i = 0; i < count; i++) {
        cki_axis own[CKI_MAX_NDIM];
        for (int k = 0; k < arrays[i]->ndim; k++) {
            const cki_axis *axis = &arrays[i]->axes[k];
            const cki_axis *common = &axes[*ndim - arrays[i]->ndim + k];
            bool keep = axis->length < 0 || (axis->length == 1 && common->length != 1);
            own[k] = keep ? *axis : *common;
        }
        arrays[i] = cki_rechunk_to(build, arrays[i], own);
        if (!arrays[i])
            return build->error->status;
    }
    return CASK_OK;
}
