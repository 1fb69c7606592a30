/* Joining: the primitive, whose blocks are its inputs' blocks, and concatenate and stack. */
#include "array/join.h"
#include "array/elementwise.h"
#include "array/pick.h"
#include "array/rechunk.h"
#include "array/runs.h"
#include "array/view.h"

#include <string.h>

typedef struct join {
    int axis;
    const int64_t *first; /* each input's first block along the axis, and the number of all */
} join;

static const cki_primitive primitive;

static cask_array part_of(cask_array node, size_t i)
{
    return cki_node_as_array(node->base.inputs[i]);
}

/* Inputs of one dtype, with the same chunks along the other axes. */
static cask_array make(cki_build *build, const char *label, const cask_array *parts, size_t count,
                       int axis, const cki_axis *axes)
{
    join *parameters = cki_arena_alloc(build->arena, sizeof *parameters);
    int64_t *first = cki_arena_array(build->arena, count + 1, sizeof *first);
    cki_hasher *hasher = cki_token_start(build->error);
    if (!parameters || !first || !hasher) {
        cki_fail_memory(build->error, count * sizeof *first);
        if (hasher)
            cki_token_end(hasher);
        return NULL;
    }
    for (size_t i = 0; i < count; i++)
        first[i + 1] = first[i] + parts[i]->axes[axis].blocks;
    *parameters = (join){axis, first};
    cki_token_int(hasher, axis);
    return cki_node_array(build, &(cki_array_spec){.primitive = &primitive,
                                                   .label = label,
                                                   .dtype = parts[0]->dtype,
                                                   .ndim = parts[0]->ndim,
                                                   .axes = axes,
                                                   .inputs = parts,
                                                   .ninputs = count,
                                                   .parameters = parameters,
                                                   .token = cki_token_end(hasher)});
}

/* The chunks along the axis, one part after the other. */
static bool join_axis(cki_build *build, const cask_array *parts, size_t count, int axis,
                      cki_axis *joined)
{
    cki_axis *axes = cki_arena_array(build->arena, count, sizeof *axes);
    for (size_t i = 0; axes && i < count; i++)
        axes[i] = parts[i]->axes[axis];
    if (axes && cki_chunks_join(build->arena, axes, count, joined))
        return true;
    cki_fail_memory(build->error, count * sizeof *axes);
    return false;
}

static cask_status promote(cki_build *build, cask_array *parts, size_t count)
{
    cki_dtype dtype = parts[0]->dtype;
    for (size_t i = 1; i < count; i++) {
        cask_status status = cki_dtype_promote(dtype, parts[i]->dtype, &dtype, build->error);
        if (status != CASK_OK)
            return status;
    }
    for (size_t i = 0; i < count; i++)
        if (!(parts[i] = cki_elementwise_cast(build, parts[i], dtype)))
            return build->error->status;
    return CASK_OK;
}

static void print_shape(cask_array x, cki_text *text)
{
    cki_text_char(text, '(');
    for (int i = 0; i < x->ndim; i++) {
        if (x->axes[i].length < 0)
            cki_text_format(text, "%snan", i ? ", " : "");
        else
            cki_text_format(text, "%s%lld", i ? ", " : "", (long long)x->axes[i].length);
    }
    cki_text_put(text, x->ndim == 1 ? ",)" : ")");
}

/* Lengths of the other axes must agree; unknown ones only do if the user vouches for them. */
static cask_status check_lengths(cki_build *build, const cask_array *parts, size_t count, int axis,
                                 bool vouched)
{
    for (size_t k = 1; k < count; k++)
        for (int i = 0; i < parts[0]->ndim; i++) {
            int64_t a = parts[0]->axes[i].length, b = parts[k]->axes[i].length;
            if (i == axis || (a == b && a >= 0) || (vouched && (a < 0 || b < 0)))
                continue;
            cki_text text = {0};
            print_shape(parts[0], &text);
            cki_text_put(&text, " and ");
            print_shape(parts[k], &text);
            cki_fail(build->error, CASK_SHAPE, "ValueError",
                     a < 0 || b < 0 ? "Tried to concatenate arrays with unknown shape %s.\n\n"
                                      "Two solutions:\n  1. Force concatenation pass "
                                      "allow_unknown_chunksizes=True.\n  2. Compute shapes with "
                                      "[x.compute_chunk_sizes() for x in seq]"
                                    : "Shapes do not align: %s",
                     text.bytes ? text.bytes : "");
            cki_text_free(&text);
            return CASK_SHAPE;
        }
    return CASK_OK;
}

/* Give all parts the same chunks along the other axes. */
static cask_status unify(cki_build *build, cask_array *parts, size_t count, int axis,
                         cki_axis *axes)
{
    for (int i = 0; i < parts[0]->ndim; i++) {
        axes[i] = parts[0]->axes[i];
        for (size_t k = 1; i != axis && k < count; k++) {
            const cki_axis *other = &parts[k]->axes[i];
            if (axes[i].length < 0 && other->length < 0 && axes[i].blocks == other->blocks)
                continue;
            cask_status status =
                cki_runs_refine(build->arena, &axes[i], other, &axes[i], build->error);
            if (status != CASK_OK)
                return status;
        }
    }
    for (size_t k = 0; k < count; k++) {
        axes[axis] = parts[k]->axes[axis];
        if (!(parts[k] = cki_rechunk_to(build, parts[k], axes)))
            return build->error->status;
    }
    return CASK_OK;
}

static cask_array concatenate(cki_build *build, const char *label, const cask_array *arrays,
                              size_t count, int axis, bool vouched)
{
    if (!count) {
        cki_fail(build->error, CASK_INVALID, "ValueError", "Need array(s) to %s", label);
        return NULL;
    }
    cask_array *parts = cki_arena_copy(build->arena, arrays, count * sizeof *parts);
    if (!parts) {
        cki_fail_memory(build->error, count * sizeof *parts);
        return NULL;
    }
    for (size_t k = 0; k < count; k++) {
        if (!parts[k])
            return NULL;
        if (parts[k]->ndim == parts[0]->ndim && parts[k]->ndim > 0)
            continue;
        if (parts[0]->ndim == 0)
            cki_fail(build->error, CASK_SHAPE, "ValueError",
                     "zero-dimensional arrays cannot be concatenated");
        else
            cki_fail(build->error, CASK_SHAPE, "ValueError",
                     "all the input arrays must have same number of dimensions, but the array at "
                     "index 0 has %d dimension(s) and the array at index %zu has %d dimension(s)",
                     parts[0]->ndim, k, parts[k]->ndim);
        return NULL;
    }
    if (promote(build, parts, count) != CASK_OK)
        return NULL;
    size_t kept = 0; /* empty parts add nothing, unless there is nothing else */
    for (size_t k = 0; k < count; k++)
        if (cki_node_size(parts[k]) != 0)
            parts[kept++] = parts[k];
    kept = kept ? kept : count;
    if (kept == 1)
        return parts[0];
    cki_axis *axes = cki_runs_axes(build, parts[0]->ndim);
    if (!axes || check_lengths(build, parts, kept, axis, vouched) != CASK_OK ||
        unify(build, parts, kept, axis, axes) != CASK_OK ||
        !join_axis(build, parts, kept, axis, &axes[axis]))
        return NULL;
    return make(build, label, parts, kept, axis, axes);
}

cask_array cki_join_concatenate(cki_build *build, const cask_array *arrays, size_t count, int axis)
{
    return concatenate(build, "concatenate", arrays, count, axis, false);
}

cask_array cki_join_unknown(cki_build *build, const cask_array *arrays, size_t count, int axis)
{
    return concatenate(build, "concatenate", arrays, count, axis, true);
}

cask_array cki_join_stack(cki_build *build, const cask_array *arrays, size_t count, int axis)
{
    cask_array *parts = cki_arena_array(build->arena, count ? count : 1, sizeof *parts);
    if (!parts) {
        cki_fail_memory(build->error, count * sizeof *parts);
        return NULL;
    }
    for (size_t k = 0; k < count; k++) {
        bool same = arrays[0] && arrays[k] && arrays[k]->ndim == arrays[0]->ndim;
        for (int i = 0; same && i < arrays[0]->ndim; i++)
            same = arrays[k]->axes[i].length == arrays[0]->axes[i].length;
        if (!arrays[0] || !arrays[k])
            return NULL;
        if (!same) {
            cki_text text = {0};
            print_shape(arrays[0], &text);
            cki_text_format(&text, ", while array %zu has shape ", k + 1);
            print_shape(arrays[k], &text);
            cki_fail(build->error, CASK_SHAPE, "ValueError",
                     "Stacked arrays must have the same shape. The first array had shape %s.",
                     text.bytes ? text.bytes : "");
            cki_text_free(&text);
            return NULL;
        }
        if (!(parts[k] = cki_view_expand(build, arrays[k], axis)))
            return NULL;
    }
    return concatenate(build, "stack", parts, count, axis, true);
}

/* ---- optimising ---- */

/* What a pick on the whole axis takes of the elements start .. stop - 1 of it. */
static cki_pick pick_part(const cki_pick *pick, int64_t start, int64_t stop)
{
    int64_t from, to; /* the picks that lie there */
    if (pick->step > 0) {
        from = start > pick->start ? (start - pick->start - 1) / pick->step + 1 : 0;
        to = stop > pick->start ? (stop - pick->start - 1) / pick->step + 1 : 0;
    } else {
        from = pick->start >= stop ? (pick->start - stop) / -pick->step + 1 : 0;
        to = pick->start >= start ? (pick->start - start) / -pick->step + 1 : 0;
    }
    to = to < pick->count ? to : pick->count;
    if (to <= from)
        return (cki_pick){.step = 1};
    return (cki_pick){.start = pick->start + from * pick->step - start,
                      .step = pick->step,
                      .count = to - from,
                      .drop = pick->drop};
}

/* Where the join axis is among those that stay. */
static int rank_of(const cki_pick *picks, int axis)
{
    int rank = 0;
    for (int i = 0; i < axis; i++)
        rank += !picks[i].drop;
    return rank;
}

/* The picked parts of the inputs, in the order of the result; false if there is no memory. */
static bool pick_parts(cki_build *build, cask_array node, const cki_pick *picks,
                       const cki_axis *axes, cask_array *parts, size_t *count)
{
    const join *j = node->base.parameters;
    const cki_pick *pick = &picks[j->axis];
    bool all = cki_pick_is_all(pick, node->axes[j->axis].length);
    int rank = rank_of(picks, j->axis), ndim = 0;
    cki_pick inner[CKI_MAX_NDIM];
    for (int i = 0; i < node->ndim; i++) {
        inner[i] = picks[i];
        ndim += !picks[i].drop;
    }
    int64_t start = 0;
    size_t n = node->base.ninputs;
    *count = 0;
    for (size_t k = 0; k < n; k++) {
        cask_array part = part_of(node, k);
        const cki_axis *axis = &part->axes[j->axis];
        inner[j->axis] =
            all ? cki_pick_all(axis->length) : pick_part(pick, start, start + axis->length);
        start += axis->length;
        if (!all && inner[j->axis].count == 0)
            continue;
        cki_axis *to = cki_runs_axes(build, ndim);
        if (!to)
            return false;
        memcpy(to, axes, (size_t)ndim * sizeof *to);
        if (!pick->drop && cki_pick_axis(build->arena, axis, &inner[j->axis], -1, &to[rank],
                                         build->error) != CASK_OK)
            return false;
        if (!(parts[*count] = cki_index_make(build, part, inner, ndim, to)))
            return false;
        ++*count;
    }
    for (size_t a = 0, b = *count; pick->step < 0 && a + 1 < b; a++) {
        cask_array part = parts[a];
        parts[a] = parts[--b];
        parts[b] = part;
    }
    return true;
}

cask_array cki_join_push(cki_build *build, cask_array node, const cki_pick *picks,
                         const cki_axis *axes)
{
    if (node->base.primitive != &primitive)
        return NULL;
    const join *j = node->base.parameters;
    cask_array *parts = cki_arena_array(build->arena, node->base.ninputs, sizeof *parts);
    size_t count;
    if (!parts) {
        cki_fail_memory(build->error, node->base.ninputs * sizeof *parts);
        return NULL;
    }
    if (!pick_parts(build, node, picks, axes, parts, &count) || !count)
        return NULL;
    if (picks[j->axis].drop)
        return parts[0];
    int rank = rank_of(picks, j->axis);
    cki_axis joined;
    if (!join_axis(build, parts, count, rank, &joined) || !cki_chunks_same(&joined, &axes[rank]))
        return NULL;
    return count == 1 ? parts[0] : make(build, node->label, parts, count, rank, axes);
}

/* ---- lowering ---- */

typedef struct lowered {
    cask_array out;
    const join *join;
    const uint32_t *layers;
} lowered;

static cki_key alias(const cki_layer *layer, int64_t block)
{
    const lowered *l = layer->parameters;
    int64_t position[CKI_MAX_NDIM];
    cki_node_position(l->out, block, position);
    int64_t at = position[l->join->axis];
    size_t low = 0, high = l->out->base.ninputs;
    while (high - low > 1) {
        size_t middle = (low + high) / 2;
        if (l->join->first[middle] <= at)
            low = middle;
        else
            high = middle;
    }
    position[l->join->axis] = at - l->join->first[low];
    return (cki_key){l->layers[low], cki_node_block(part_of(l->out, low), position)};
}

static cask_status lower(cki_lowering *lowering, const cki_node *node, cki_error *error)
{
    cki_arena *arena = cki_graph_arena(cki_lower_graph(lowering));
    lowered *l = cki_arena_alloc(arena, sizeof *l);
    uint32_t *layers = cki_arena_array(arena, node->ninputs, sizeof *layers);
    if (!l || !layers)
        return cki_fail_memory(error, node->ninputs * sizeof *layers);
    for (size_t i = 0; i < node->ninputs; i++)
        layers[i] = cki_lower_input(lowering, node->inputs[i]);
    *l = (lowered){cki_node_as_array(node), node->parameters, layers};
    return cki_node_lower(lowering, l->out, (cki_layer){.parameters = l, .alias = alias}, "",
                          error);
}

static const cki_primitive primitive = {.name = "array.join",
                                        .size = sizeof(struct cask_array_node),
                                        .lower = lower,
                                        .repeatable = cki_node_bytes};
