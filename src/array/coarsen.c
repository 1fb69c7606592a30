/* coarsen: chunks are made of whole groups of neighbours, each block is seen as groups by their
 * elements, and the reduction is called over the latter. */
#include "array/coarsen.h"
#include "array/blockwise.h"
#include "array/index.h"
#include "array/rechunk.h"
#include "array/reshape.h"
#include "array/runs.h"
#include "core/memory.h"

#include <stdlib.h>
#include <string.h>

/* ---- chunks ---- */

typedef struct ranked {
    int64_t size, place;
    bool whole; /* was of whole groups already */
} ranked;

static int by_need(const void *one, const void *other)
{
    const ranked *a = one, *b = other;
    if (a->whole != b->whole)
        return a->whole ? 1 : -1;
    int order = (a->size > b->size) - (a->size < b->size);
    return order ? order : (a->place > b->place) - (a->place < b->place);
}

/* Dask's aligned_coarsen_chunks: what is over in each chunk is given, in whole groups, to the
 * smallest ones; the rest is a chunk of its own at the end. */
static cask_status align_axis(cki_build *build, const cki_axis *axis, int64_t group, cki_axis *made)
{
    int64_t excess = 0;
    bool aligned = true;
    for (size_t i = 0; i < axis->nruns; i++)
        aligned = aligned && axis->runs[i].size % group == 0;
    *made = *axis;
    if (aligned)
        return CASK_OK;
    ranked *order = cki_memory_calloc((size_t)axis->blocks, sizeof *order);
    int64_t *sizes = cki_memory_calloc((size_t)axis->blocks, sizeof *sizes);
    cki_runs runs = {0};
    if (!order || !sizes)
        cki_fail_memory(build->error, (size_t)axis->blocks * sizeof *order);
    for (int64_t i = 0; order && sizes && i < axis->blocks; i++) {
        int64_t size = cki_chunks_size(axis, i);
        sizes[i] = size - size % group;
        excess += size % group;
        order[i] = (ranked){sizes[i], i, size % group == 0};
    }
    if (order && sizes) {
        qsort(order, (size_t)axis->blocks, sizeof *order, by_need);
        for (int64_t i = 0; i < excess / group; i++)
            sizes[order[i].place] += group;
        for (int64_t i = 0; i < axis->blocks; i++)
            if (sizes[i] > 0)
                cki_runs_add(&runs, sizes[i], 1);
        if (excess % group)
            cki_runs_add(&runs, excess % group, 1);
    }
    cki_memory_free(order);
    cki_memory_free(sizes);
    cask_status status = cki_runs_finish(&runs, build->arena, made, build->error);
    return build->error->status ? build->error->status : status;
}

/* ---- groups ---- */

/* How many neighbours become one along each axis, from a dict. */
static cask_status read_groups(cki_call *call, cask_array x, int64_t *groups, bool trim)
{
    const cask_value *axes = cki_operation_argument(call, "axes");
    if (axes->kind != CKI_DICT)
        return cki_fail(call->error, CASK_TYPE, NULL,
                        "coarsen: axes is a dict of how many elements along each axis become one");
    for (int k = 0; k < x->ndim; k++)
        groups[k] = 1;
    for (size_t i = 0; i < axes->as.dict.count; i++) {
        int axis;
        int64_t group;
        if (cki_node_axis(axes->as.dict.keys[i], x->ndim, &axis, call->error) != CASK_OK ||
            cki_value_index(axes->as.dict.values[i], &group, call->error) != CASK_OK)
            return call->error->status;
        if (group < 1)
            return cki_fail(call->error, CASK_INVALID, NULL,
                            "Coarsening factors must be positive: %lld along axis %d",
                            (long long)group, axis);
        if (x->axes[axis].length < 0)
            return cki_fail(call->error, CASK_INVALID, NULL,
                            "coarsen: the chunk sizes of axis %d are unknown.\n\nA possible "
                            "solution: x.compute_chunk_sizes()",
                            axis);
        if (!trim && x->axes[axis].length % group)
            return cki_fail(call->error, CASK_INVALID, NULL,
                            "Coarsening factors do not align with array shape: axis %d has %lld "
                            "elements, the factor is %lld: trim_excess=True leaves out the rest",
                            axis, (long long)x->axes[axis].length, (long long)group);
        groups[axis] = group;
    }
    return CASK_OK;
}

/* Chunks of whole groups; what is left over at the end goes. */
static cask_array aligned(cki_build *build, cask_array x, const int64_t *groups)
{
    cki_axis axes[CKI_MAX_NDIM];
    for (int k = 0; k < x->ndim; k++)
        if (align_axis(build, &x->axes[k], groups[k], &axes[k]) != CASK_OK)
            return NULL;
    x = cki_rechunk_to(build, x, axes);
    for (int k = 0; x && k < x->ndim; k++) {
        int64_t length = x->axes[k].length;
        if (length > 0 && length % groups[k])
            x = cki_index_range(build, x, k, 0, length - length % groups[k]);
    }
    return x;
}

/* Block by block from (10, 10) to (5, 2, 5, 2). */
static cask_array grouped(cki_build *build, cask_array x, const int64_t *groups)
{
    cki_axis *axes = cki_runs_axes(build, 2 * x->ndim);
    for (int k = 0; axes && k < x->ndim; k++) {
        cki_runs runs = {0};
        const cki_axis *axis = &x->axes[k];
        for (size_t i = 0; i < axis->nruns; i++)
            cki_runs_add(&runs, axis->runs[i].size / groups[k], axis->runs[i].count);
        if (cki_runs_finish(&runs, build->arena, &axes[2 * k], build->error) != CASK_OK)
            return NULL;
        if (!cki_chunks_single(build->arena, groups[k], &axes[2 * k + 1])) {
            cki_fail_memory(build->error, sizeof(cki_run));
            return NULL;
        }
    }
    return axes ? cki_reshape_blocks(build, x, "coarsen", 2 * x->ndim, axes) : NULL;
}

/* ---- the reduction ---- */

/* reduction(x, axis=(1, 3, ...), **named). */
static cask_value *reduce(cki_call *call, cki_build *build, cask_value *function, cask_array x)
{
    const cask_value *named = cki_operation_argument(call, "kwargs");
    size_t count = named->as.dict.count;
    int64_t odd[CKI_MAX_NDIM];
    for (int k = 0; k < x->ndim / 2; k++)
        odd[k] = 2 * k + 1;
    const char **names = (const char **)cki_arena_array(build->arena, count + 1, sizeof *names);
    cask_value **values = (cask_value **)cki_arena_array(build->arena, count + 1, sizeof *values);
    cask_value *axes = cki_value_ints(CKI_TUPLE, odd, (size_t)x->ndim / 2, call->error);
    cask_value *self = cki_node_value(build, x), *result = NULL;
    if (!names || !values) {
        cki_fail_memory(call->error, count * sizeof *names);
    } else if (axes && self) {
        names[0] = "axis";
        values[0] = axes;
        for (size_t i = 0; i < count; i++) {
            names[i + 1] = named->as.dict.keys[i]->as.text.bytes;
            values[i + 1] = named->as.dict.values[i];
        }
        const cki_arguments given = {&self, 1, names, values, count + 1};
        result = call->ck->invoke(call->ck->language, function, &given, call->error);
    }
    cask_value_unref(axes);
    cask_value_unref(self);
    return result;
}

static cask_value *run_coarsen(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array x = cki_node_from_value(&build, cki_operation_argument(call, "x"));
    int64_t groups[CKI_MAX_NDIM];
    if (!x || read_groups(call, x, groups, cki_operation_flag(call, "trim_excess")) != CASK_OK)
        return NULL;
    if (!call->ck->invoke || 2 * x->ndim > CKI_MAX_NDIM) {
        cki_fail(call->error, CASK_TYPE, NULL,
                 call->ck->invoke ? "coarsen() takes arrays of at most %d axes"
                                  : "coarsen() needs a function of the expression language: call "
                                    "it from an expression, of at most %d axes",
                 CKI_MAX_NDIM / 2);
        return NULL;
    }
    cask_value *function =
        cki_blockwise_function(&build, cki_operation_argument(call, "reduction"), "coarsen");
    cask_value *result = NULL;
    if (function && (x = aligned(&build, x, groups)) && (x = grouped(&build, x, groups)))
        result = reduce(call, &build, function, x);
    cask_value_unref(function);
    return result;
}

static const cki_operation op_coarsen = {
    "coarsen",
    CKI_IN_DA,
    "reduction, x, axes, trim_excess=False, **kwargs",
    "Neighbouring elements reduced to one, as coarsen(np.sum, x, {0: 2}) adds up pairs. With "
    "trim_excess, elements at the end that make no whole group are left out.",
    run_coarsen,
    NULL};

const cki_operation *const cki_coarsen_operations[] = {&op_coarsen, NULL};
