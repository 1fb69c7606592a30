/* Rechunking: the primitive. A block of the result is a part of one block of the input, or is put
 * together from several. */
#include "array/rechunk.h"
#include "array/functions.h"
#include "array/pick.h"
#include "array/runs.h"
#include "graph/spelling.h"

#include <math.h>
#include <string.h>

static const cki_primitive primitive;

static cask_array input_of(cask_array node)
{
    return cki_node_as_array(node->base.inputs[0]);
}

cask_array cki_rechunk_to(cki_build *build, cask_array x, const cki_axis *axes)
{
    if (!x || cki_runs_match(x, x->ndim, axes))
        return x;
    for (int i = 0; i < x->ndim; i++) {
        bool known = x->axes[i].length >= 0 && axes[i].length >= 0;
        if (!known && !cki_chunks_same(&x->axes[i], &axes[i])) {
            cki_fail(build->error, CASK_SHAPE, "ValueError",
                     "Chunks must be unchanging along unknown dimensions: axis %d has chunks of "
                     "unknown sizes.\n\nA possible solution: x.compute_chunk_sizes()",
                     i);
            return NULL;
        }
        if (x->axes[i].length != axes[i].length) {
            cki_fail(build->error, CASK_SHAPE, "ValueError",
                     "Provided chunks are not consistent with shape: axis %d has %lld elements, "
                     "the chunks %lld",
                     i, (long long)x->axes[i].length, (long long)axes[i].length);
            return NULL;
        }
    }
    return cki_node_array(build, &(cki_array_spec){.primitive = &primitive,
                                                   .label = "rechunk-merge",
                                                   .dtype = x->dtype,
                                                   .ndim = x->ndim,
                                                   .axes = axes,
                                                   .inputs = &x,
                                                   .ninputs = 1});
}

cask_array cki_rechunk_single(cki_build *build, cask_array x, const bool *axes)
{
    cki_axis *to = x ? cki_runs_axes(build, x->ndim) : NULL;
    if (!to)
        return NULL;
    for (int i = 0; i < x->ndim; i++) {
        to[i] = x->axes[i];
        if (!axes[i] || x->axes[i].blocks == 1)
            continue;
        if (x->axes[i].length < 0) {
            cki_fail(build->error, CASK_SHAPE, "ValueError",
                     "Chunks must be unchanging along unknown dimensions: axis %d has chunks of "
                     "unknown sizes.\n\nA possible solution: x.compute_chunk_sizes()",
                     i);
            return NULL;
        }
        if (!cki_chunks_single(build->arena, x->axes[i].length, &to[i])) {
            cki_fail_memory(build->error, sizeof(cki_run));
            return NULL;
        }
    }
    return cki_rechunk_to(build, x, to);
}

/* ---- optimising ---- */

/* Two in a row are one. */
static const cki_node *simplify(cki_optimiser *optimiser, const cki_node *node, cki_error *error)
{
    cask_array outer = cki_node_as_array(node), inner = input_of(outer);
    if (inner->base.primitive != &primitive)
        return node;
    cki_build build = cki_optimise_build(optimiser, error);
    cask_array merged = cki_rechunk_to(&build, input_of(inner), outer->axes);
    return merged ? &merged->base : NULL;
}

cask_array cki_rechunk_push(cki_build *build, cask_array node, const cki_pick *picks,
                            const cki_axis *axes)
{
    if (node->base.primitive != &primitive)
        return NULL;
    cask_array part = cki_index_basic(build, input_of(node), picks);
    return part ? cki_rechunk_to(build, part, axes) : NULL;
}

/* ---- lowering ---- */

typedef struct lowered {
    cask_array out, in;
    uint32_t layer;
    bool same[CKI_MAX_NDIM]; /* axes whose blocks are those of the input */
    bool copies;             /* a part of one block is a copy, which does not hold the block */
} lowered;

/* A block of the result along one axis: the input's blocks from first, `count` of them, and which
 * elements of the axis it covers (0, -1 where unknown). */
typedef struct span {
    int64_t first, count, start, stop;
} span;

static void find_spans(const lowered *l, int64_t block, span *spans)
{
    int64_t position[CKI_MAX_NDIM];
    cki_node_position(l->out, block, position);
    for (int i = 0; i < l->out->ndim; i++) {
        const cki_axis *to = &l->out->axes[i], *from = &l->in->axes[i];
        span *s = &spans[i];
        *s = (span){.first = position[i], .count = 1, .stop = -1};
        if (l->same[i])
            continue;
        s->start = cki_chunks_start(to, position[i]);
        s->stop = s->start + cki_chunks_size(to, position[i]);
        s->first = s->start < from->length ? cki_chunks_find(from, s->start) : 0;
        if (s->stop > s->start)
            s->count = cki_chunks_find(from, s->stop - 1) - s->first + 1;
    }
}

/* Step through the blocks of the spans in C order; false after the last. */
static bool next(const lowered *l, const span *spans, int64_t *at)
{
    for (int i = l->out->ndim - 1; i >= 0; i--) {
        if (++at[i] < spans[i].first + spans[i].count)
            return true;
        at[i] = spans[i].first;
    }
    return false;
}

static void inputs(const cki_layer *layer, int64_t block, cki_keys *keys)
{
    const lowered *l = layer->parameters;
    span spans[CKI_MAX_NDIM];
    int64_t at[CKI_MAX_NDIM];
    find_spans(l, block, spans);
    for (int i = 0; i < l->out->ndim; i++)
        at[i] = spans[i].first;
    do
        cki_graph_key(keys, l->layer, cki_node_block(l->in, at));
    while (next(l, spans, at) && !keys->failed);
}

static void cost(const cki_layer *layer, int64_t block, cki_cost *cost)
{
    const lowered *l = layer->parameters;
    span spans[CKI_MAX_NDIM];
    bool single = true;
    find_spans(l, block, spans);
    for (int i = 0; i < l->out->ndim; i++)
        single = single && spans[i].count == 1;
    bool view = single && !l->copies;
    *cost = (cki_cost){.output = view ? 0 : cki_node_block_bytes(l->out, block)};
}

/* The part of one axis that an input block and a block of the result have in common: where it
 * begins in each, and how long it is. */
static void overlap(const lowered *l, const span *s, int axis, int64_t block, int64_t size,
                    int64_t *in, int64_t *out, int64_t *length)
{
    *in = *out = 0;
    *length = size;
    if (l->same[axis])
        return;
    int64_t start = cki_chunks_start(&l->in->axes[axis], block);
    int64_t low = start > s->start ? start : s->start;
    int64_t high = start + size < s->stop ? start + size : s->stop;
    *in = high > low ? low - start : 0;
    *out = high > low ? low - s->start : 0;
    *length = high > low ? high - low : 0;
}

/* Views of the common part of an input block (its number along each axis in `at`) and, if `out` is
 * given, of the result. */
static void common(const lowered *l, const span *spans, const int64_t *at, cki_array *in,
                   cki_array *out)
{
    for (int i = 0; i < l->out->ndim; i++) {
        int64_t from, to, length;
        overlap(l, &spans[i], i, at[i], in->shape[i], &from, &to, &length);
        in->data += from * in->strides[i];
        in->shape[i] = length;
        if (out) {
            out->data += to * out->strides[i];
            out->shape[i] = length;
        }
    }
}

static cask_value *copy_of(const cki_array *part, cki_error *error)
{
    cask_value *copy = cki_array_new(part->dtype, part->ndim, part->shape, error);
    if (copy)
        cki_array_copy(cki_array_of(copy), part);
    return copy;
}

static cask_status part_of_one(const lowered *l, const span *spans, cask_value *input,
                               cask_value **result, cki_error *error)
{
    const cki_array *x = cki_array_of(input);
    cki_array part = *x;
    int64_t at[CKI_MAX_NDIM];
    for (int i = 0; i < l->out->ndim; i++)
        at[i] = spans[i].first;
    common(l, spans, at, &part, NULL);
    if (l->copies)
        *result = copy_of(&part, error);
    else if (!memcmp(part.shape, x->shape, (size_t)x->ndim * sizeof *part.shape))
        *result = cask_value_ref(input);
    else
        *result = cki_array_view(part.buffer, part.data, part.dtype, part.ndim, part.shape,
                                 part.strides, error);
    return *result ? CASK_OK : CASK_MEMORY;
}

static cask_status run(const cki_task *task, cask_value **result, cki_error *error)
{
    const lowered *l = task->layer->parameters;
    const cki_array *first = cki_array_of(task->inputs[0]);
    span spans[CKI_MAX_NDIM];
    int64_t at[CKI_MAX_NDIM], shape[CKI_MAX_NDIM];
    if (!first)
        return cki_fail_internal(error, "array.rechunk");
    find_spans(l, task->block, spans);
    if (task->ninputs == 1)
        return part_of_one(l, spans, task->inputs[0], result, error);
    for (int i = 0; i < l->out->ndim; i++) {
        at[i] = spans[i].first;
        shape[i] = l->same[i] ? first->shape[i] : spans[i].stop - spans[i].start;
    }
    cask_value *out = cki_array_new(first->dtype, l->out->ndim, shape, error);
    if (!out)
        return CASK_MEMORY;
    for (size_t i = 0; i < task->ninputs; i++) {
        const cki_array *x = cki_array_of(task->inputs[i]);
        if (!x) {
            cask_value_unref(out);
            return cki_fail_internal(error, "array.rechunk");
        }
        cki_array from = *x, to = *cki_array_of(out);
        common(l, spans, at, &from, &to);
        cki_array_copy(&to, &from);
        next(l, spans, at);
    }
    *result = out;
    return CASK_OK;
}

const cki_function cki_rechunk_function = {"array.rechunk", 1, run};

/* What a block of the result takes from the input at most, with all of each input block that it
 * touches. */
static double gathered_bytes(cask_array out, cask_array in)
{
    double elements = 1;
    for (int i = 0; i < out->ndim; i++) {
        double most = (double)cki_chunks_largest(&out->axes[i]);
        if (!cki_chunks_same(&out->axes[i], &in->axes[i]))
            most += 2 * ((double)cki_chunks_largest(&in->axes[i]) - 1);
        double length = (double)out->axes[i].length;
        elements *= length >= 0 && length < most ? length : most;
    }
    return elements * (double)cki_dtype_size(out->dtype);
}

/* Blocks of the result take whole blocks of the input. Where both lie across one another (rows to
 * columns), that is too much to hold at once, or to bring back each time: then the input's blocks
 * are cut into pieces first. */
static bool must_cut(cki_graph *graph, const lowered *l)
{
    size_t limit = cki_graph_plan_bytes(graph);
    bool cuts = false, joins = false;
    for (int i = 0; i < l->out->ndim; i++)
        if (!l->same[i]) {
            cuts |= cki_chunks_largest(&l->out->axes[i]) < cki_chunks_largest(&l->in->axes[i]);
            joins |= cki_chunks_largest(&l->out->axes[i]) > cki_chunks_largest(&l->in->axes[i]);
        }
    double bytes = (double)cki_dtype_size(l->out->dtype);
    for (int i = 0; i < l->out->ndim; i++)
        bytes *= (double)l->out->axes[i].length;
    return limit && cuts && joins && bytes > (double)limit / 2 &&
           gathered_bytes(l->out, l->in) > (double)limit / 8;
}

/* The boundaries of both axes. */
static bool cut_axis(cki_arena *arena, const cki_axis *a, const cki_axis *b, cki_axis *pieces)
{
    size_t most = (size_t)(a->blocks + b->blocks), count = 0;
    int64_t *sizes = cki_memory_alloc(most * sizeof *sizes);
    if (!sizes)
        return false;
    int64_t start = 0;
    for (int64_t i = 0, j = 0; i < a->blocks && j < b->blocks;) {
        int64_t a_end = cki_chunks_start(a, i) + cki_chunks_size(a, i);
        int64_t b_end = cki_chunks_start(b, j) + cki_chunks_size(b, j);
        int64_t end = a_end < b_end ? a_end : b_end;
        if (end > start)
            sizes[count++] = end - start;
        start = end;
        i += a_end == end;
        j += b_end == end;
    }
    bool good = cki_chunks_list(arena, sizes, (int64_t)count, pieces);
    cki_memory_free(sizes);
    return good;
}

/* An array like `out`, in the pieces that blocks of both arrays consist of. */
static cask_array cut_both(cki_arena *arena, const lowered *l)
{
    struct cask_array_node *pieces = cki_arena_copy(arena, l->out, sizeof *pieces);
    cki_axis *axes = cki_arena_array(arena, (size_t)l->out->ndim, sizeof *axes);
    bool good = pieces && axes;
    for (int i = 0; i < l->out->ndim && good; i++) {
        axes[i] = l->in->axes[i];
        if (!l->same[i])
            good = cut_axis(arena, &l->in->axes[i], &l->out->axes[i], &axes[i]);
    }
    if (!good)
        return NULL;
    pieces->axes = axes;
    return pieces;
}

static void find_same(lowered *l)
{
    for (int i = 0; i < l->out->ndim; i++)
        l->same[i] = cki_chunks_same(&l->out->axes[i], &l->in->axes[i]);
}

static void spell(const cki_layer *layer, int64_t block, cki_spelling *spelling)
{
    const lowered *l = layer->parameters;
    span spans[CKI_MAX_NDIM];
    int64_t start[CKI_MAX_NDIM], count[CKI_MAX_NDIM], blocks = 1;
    find_spans(l, block, spans);
    for (int i = 0; i < l->out->ndim; i++) {
        blocks *= spans[i].count;
        /* counted from the first element of the first block; unknown axes keep their blocks */
        start[i] = l->same[i] ? 0 : spans[i].start;
        if (!l->same[i] && spans[i].count > 0)
            start[i] -= cki_chunks_start(&l->in->axes[i], spans[i].first);
        count[i] = l->same[i] ? cki_chunks_size(&l->out->axes[i], spans[i].first)
                              : spans[i].stop - spans[i].start;
    }
    if (blocks > 1)
        cki_spelling_open(spelling);
    cki_spelling_inputs(spelling, 0, (size_t)blocks);
    cki_spelling_close(spelling);
    cki_spelling_slices(spelling, l->out->ndim, start, count, NULL);
}

static cki_layer layer_of(const lowered *l)
{
    return (cki_layer){.function = &cki_rechunk_function,
                       .parameters = l,
                       .inputs = inputs,
                       .cost = cost,
                       .spell = spell};
}

/* Put a layer that cuts the input into pieces before `l`, which then joins them. */
static cask_status add_cuts(cki_lowering *lowering, lowered *l, const char *part, cki_error *error)
{
    cki_graph *graph = cki_lower_graph(lowering);
    lowered *cut = cki_arena_copy(cki_graph_arena(graph), l, sizeof *l);
    cask_array pieces = cut ? cut_both(cki_graph_arena(graph), l) : NULL;
    if (!pieces)
        return cki_fail_memory(error, sizeof *pieces);
    cut->out = pieces;
    cut->copies = true;
    find_same(cut);
    cki_layer layer = layer_of(cut);
    layer.soon = true;
    layer.blocks = cki_node_blocks(pieces);
    layer.name = cki_lower_name(lowering, &l->out->base, "rechunk-split", part);
    l->in = pieces;
    find_same(l);
    return cki_graph_add(graph, &layer, &l->layer, error);
}

/* ---- several steps ---- */

/* Small pieces (array.rechunk-piece-size) are slow to write and to read again: one more step,
 * through chunks between those of input and result, makes them larger, as Rechunker's plan does
 * (Rechunker 2020).
 */
enum { MOST_STEPS = 4 };

/* The bytes of a piece if each step changes chunks by the same factor. */
static double piece_bytes(const lowered *l, int steps)
{
    double in = (double)cki_dtype_size(l->out->dtype), out = in, shorter = 1;
    for (int i = 0; i < l->out->ndim; i++) {
        double from = (double)cki_chunks_largest(&l->in->axes[i]);
        double to = (double)cki_chunks_largest(&l->out->axes[i]);
        in *= from;
        out *= to;
        shorter *= to < from ? to / from : 1;
    }
    return fmin(in, out) * pow(shorter, 1.0 / steps);
}

static int steps_of(const lowered *l)
{
    int steps = 1;
    double least = (double)l->out->base.ck->tuning.piece_bytes;
    while (steps < MOST_STEPS && piece_bytes(l, steps) < least)
        steps++;
    return steps;
}

/* An array like `out`, in chunks between those of `in` (share 0) and of `out` (share 1). */
static cask_array between(cki_arena *arena, cask_array in, cask_array out, double share)
{
    struct cask_array_node *made = cki_arena_copy(arena, out, sizeof *made);
    cki_axis *axes = cki_arena_array(arena, (size_t)out->ndim, sizeof *axes);
    bool good = made && axes;
    for (int i = 0; i < out->ndim && good; i++) {
        double from = (double)cki_chunks_largest(&in->axes[i]);
        double to = (double)cki_chunks_largest(&out->axes[i]);
        axes[i] = out->axes[i];
        if (!cki_chunks_same(&in->axes[i], &out->axes[i]))
            good = cki_chunks_regular(arena, out->axes[i].length,
                                      (int64_t)llround(pow(from, 1 - share) * pow(to, share)),
                                      &axes[i]);
    }
    if (!good)
        return NULL;
    made->axes = axes;
    return made;
}

/* The steps before the last one; `l` then is that. */
static cask_status add_steps(cki_lowering *lowering, lowered *l, int steps, cki_error *error)
{
    static const char *const names[MOST_STEPS] = {"", "1", "2", "3"};
    cki_graph *graph = cki_lower_graph(lowering);
    cask_array first = l->in;
    for (int step = 1; step < steps; step++) {
        lowered *made = cki_arena_copy(cki_graph_arena(graph), l, sizeof *made);
        cask_array to = between(cki_graph_arena(graph), first, l->out, (double)step / steps);
        if (!made || !to)
            return cki_fail_memory(error, sizeof *made + sizeof *to);
        made->out = to;
        find_same(made);
        if (add_cuts(lowering, made, names[step], error) != CASK_OK)
            return error->status;
        cki_layer layer = layer_of(made);
        layer.blocks = cki_node_blocks(to);
        layer.name = cki_lower_name(lowering, &l->out->base, "rechunk-merge", names[step]);
        if (cki_graph_add(graph, &layer, &l->layer, error) != CASK_OK)
            return error->status;
        l->in = to;
    }
    find_same(l);
    return CASK_OK;
}

static cask_status lower(cki_lowering *lowering, const cki_node *node, cki_error *error)
{
    cki_graph *graph = cki_lower_graph(lowering);
    lowered *l = cki_arena_alloc(cki_graph_arena(graph), sizeof *l);
    if (!l)
        return cki_fail_memory(error, sizeof *l);
    cask_array out = cki_node_as_array(node);
    *l = (lowered){
        .out = out, .in = input_of(out), .layer = cki_lower_input(lowering, node->inputs[0])};
    find_same(l);
    if (must_cut(graph, l) && (add_steps(lowering, l, steps_of(l), error) != CASK_OK ||
                               add_cuts(lowering, l, "", error) != CASK_OK))
        return error->status;
    return cki_node_lower(lowering, out, layer_of(l), "", error);
}

static const cki_primitive primitive = {.name = "array.rechunk",
                                        .size = sizeof(struct cask_array_node),
                                        .simplify = simplify,
                                        .lower = lower,
                                        .barrier = true};
