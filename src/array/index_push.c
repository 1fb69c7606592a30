/* Pushing slices down: an index moves towards the sources, so that only what is wanted is read and
 * computed. */
#include "array/elementwise.h"
#include "array/index.h"
#include "array/index_take.h"
#include "array/join.h"
#include "array/pick.h"
#include "array/rechunk.h"
#include "array/reductions.h"
#include "array/runs.h"
#include "array/source.h"
#include "array/view.h"

static cask_array push_source(cki_build *build, cask_array x, const cki_pick *picks,
                              cask_array result)
{
    int64_t start[CKI_MAX_NDIM], step[CKI_MAX_NDIM];
    bool drop[CKI_MAX_NDIM];
    for (int i = 0; i < x->ndim; i++) {
        start[i] = picks[i].start;
        step[i] = picks[i].step;
        drop[i] = picks[i].drop;
    }
    return cki_source_restrict(build, x, start, step, drop, result->axes);
}

static cask_array push_index(cki_build *build, cask_array x, const cki_pick *inner,
                             const cki_pick *outer, cask_array result)
{
    cki_pick picks[CKI_MAX_NDIM];
    for (int i = 0, k = 0; i < x->ndim; i++)
        picks[i] = inner[i].drop ? inner[i] : cki_pick_compose(&inner[i], &outer[k++]);
    return cki_index_make(build, x, picks, result->ndim, result->axes);
}

/* Below an operation only when it then has half as much to do: what it makes may be wanted whole
 * elsewhere too. */
static bool is_worth_it(cask_array x, cask_array result)
{
    int64_t before = cki_node_size(x), after = cki_node_size(result);
    return before >= 0 && after >= 0 && after <= before / 2;
}

/* The same part of an input whose axes are aligned with x's from the last: axes of one element that
 * are broadcast keep it. */
static cask_array pick_aligned(cki_build *build, cask_array x, cask_array input,
                               const cki_pick *picks, cask_array result)
{
    cki_pick inner[CKI_MAX_NDIM];
    cki_axis *axes = cki_runs_axes(build, input->ndim);
    if (!axes)
        return NULL;
    int shift = x->ndim - input->ndim, ndim = 0, kept = 0;
    for (int i = 0; i < x->ndim; i++) {
        int a = i - shift;
        if (a >= 0) {
            const cki_axis *own = &input->axes[a];
            bool repeated = own->length == 1 && x->axes[i].length != 1;
            if (!repeated && !cki_chunks_same(own, &x->axes[i]))
                return NULL;
            inner[a] = repeated ? cki_pick_all(1) : picks[i];
            inner[a].drop = picks[i].drop;
            if (!picks[i].drop)
                axes[ndim++] = repeated ? *own : result->axes[kept];
        }
        kept += !picks[i].drop;
    }
    return cki_index_make(build, input, inner, ndim, axes);
}

static cask_array push_elementwise(cki_build *build, cask_array x, const cki_pick *picks,
                                   cask_array result)
{
    size_t count = x->base.ninputs;
    cask_array *inputs = cki_arena_array(build->arena, count ? count : 1, sizeof *inputs);
    if (!inputs) {
        cki_fail_memory(build->error, count * sizeof *inputs);
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        inputs[i] = pick_aligned(build, x, cki_node_as_array(x->base.inputs[i]), picks, result);
        if (!inputs[i])
            return NULL;
    }
    return cki_elementwise_rebuild(build, x, inputs, result->ndim, result->axes);
}

/* Through the axes that a reduction keeps: the reduced ones must be there whole afterwards, of
 * length 1 or gone, so only picks that keep them as they are go through. */
static cask_array push_reduction(cki_build *build, cask_array x, const bool *reduced, bool keepdims,
                                 const cki_pick *picks, cask_array result)
{
    cask_array input = cki_node_as_array(x->base.inputs[0]);
    cki_pick inner[CKI_MAX_NDIM];
    for (int i = 0, k = 0; i < input->ndim; i++) {
        inner[i] = cki_pick_all(input->axes[i].length);
        if (!reduced[i]) {
            inner[i] = picks[k++];
            if (inner[i].drop)
                return NULL;
        } else if (keepdims && !cki_pick_is_all(&picks[k++], 1))
            return NULL;
    }
    cask_array part = cki_index_basic(build, input, inner);
    cask_array reduction = part ? cki_reductions_rebuild(build, x, part) : NULL;
    if (!reduction || !cki_runs_match(reduction, result->ndim, result->axes))
        return NULL;
    return reduction;
}

/* Picks that drop axes are taken in two steps where the operation cannot drop them itself: length
 * one below, dropped above. */
static cask_array push_and_drop(cki_build *build, cask_array x, const bool *reduced, bool keepdims,
                                const cki_pick *picks, cask_array result)
{
    cki_pick kept[CKI_MAX_NDIM];
    bool drops[CKI_MAX_NDIM], any = false;
    for (int i = 0; i < x->ndim; i++) {
        kept[i] = picks[i];
        drops[i] = picks[i].drop;
        kept[i].drop = false;
        any = any || drops[i];
    }
    if (!any)
        return push_reduction(build, x, reduced, keepdims, picks, result);
    cki_axis *axes = cki_runs_axes(build, x->ndim);
    if (!axes)
        return NULL;
    for (int i = 0, k = 0; i < x->ndim; i++) {
        if (!drops[i])
            axes[i] = result->axes[k++];
        else if (!cki_chunks_single(build->arena, 1, &axes[i])) {
            cki_fail_memory(build->error, sizeof(cki_run));
            return NULL;
        }
    }
    struct cask_array_node middle = *x; /* stands for the part before the axes are dropped */
    middle.axes = axes;
    cask_array part = push_reduction(build, x, reduced, keepdims, kept, &middle);
    return part ? cki_view_squeeze(build, part, drops) : NULL;
}

cask_array cki_index_push(cki_build *build, cask_array x, const cki_pick *picks, cask_array result)
{
    cask_array below;
    const cki_pick *inner;
    bool reduced[CKI_MAX_NDIM], keepdims;
    if (cki_source_is(x))
        return push_source(build, x, picks, result);
    if (cki_index_is(x, &below, &inner))
        return push_index(build, below, inner, picks, result);
    cask_array pushed = cki_view_push(build, x, picks, result->axes);
    if (!pushed && !build->error->status)
        pushed = cki_join_push(build, x, picks, result->axes);
    if (pushed || build->error->status || !is_worth_it(x, result))
        return pushed;
    if (cki_elementwise_is(&x->base))
        return push_elementwise(build, x, picks, result);
    if (cki_reductions_is(x, reduced, &keepdims))
        return push_and_drop(build, x, reduced, keepdims, picks, result);
    pushed = cki_index_take_push(build, x, picks, result->axes);
    if (!pushed && !build->error->status)
        pushed = cki_rechunk_push(build, x, picks, result->axes);
    return pushed;
}
