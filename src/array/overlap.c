/* Overlap: one task puts a block and the edges of its neighbours together. Along each axis the
 * result is up to three pieces: what comes before, the block itself, what comes after. */
#include "array/overlap.h"
#include "array/functions.h"
#include "array/mapped.h"
#include "array/rechunk.h"
#include "array/runs.h"
#include "core/memory.h"
#include "graph/spelling.h"

#include <string.h>

typedef struct axis_depth {
    int64_t before, after;
    cki_boundary boundary;
    unsigned char constant[16]; /* in the array's type, which is a number's */
} axis_depth;

typedef struct overlap {
    axis_depth axes[CKI_MAX_NDIM];
} overlap;

/* ---- pieces ---- */

enum { BEFORE, CENTRE, AFTER, PIECES };

/* A piece of the result along one axis: `count` elements from `start` by `step` (-1 mirrored, 0
 * repeated) of block `block`; or of a constant. */
typedef struct piece {
    int64_t block, start, step, count;
    bool constant;
} piece;

/* What lies before block `at` of an axis. */
static piece piece_before(const cki_axis *axis, const axis_depth *d, int64_t at)
{
    piece p = {.block = at - 1, .step = 1, .count = d->before};
    if (at > 0) {
        p.start = cki_chunks_size(axis, at - 1) - d->before;
        return p;
    }
    p.block = 0;
    switch (d->boundary) {
    case CKI_BOUNDARY_NONE:
        p.count = 0;
        break;
    case CKI_BOUNDARY_PERIODIC:
        p.block = axis->blocks - 1;
        p.start = cki_chunks_size(axis, p.block) - d->before;
        break;
    case CKI_BOUNDARY_REFLECT:
        p.start = d->before - 1;
        p.step = -1;
        break;
    case CKI_BOUNDARY_NEAREST:
        p.step = 0;
        break;
    case CKI_BOUNDARY_CONSTANT:
        p.constant = true;
        break;
    }
    return p;
}

static piece piece_after(const cki_axis *axis, const axis_depth *d, int64_t at)
{
    int64_t last = axis->blocks - 1;
    piece p = {.block = at + 1, .step = 1, .count = d->after};
    if (at < last)
        return p;
    p.block = last;
    switch (d->boundary) {
    case CKI_BOUNDARY_NONE:
        p.count = 0;
        break;
    case CKI_BOUNDARY_PERIODIC:
        p.block = 0;
        break;
    case CKI_BOUNDARY_REFLECT:
        p.start = cki_chunks_size(axis, last) - 1;
        p.step = -1;
        break;
    case CKI_BOUNDARY_NEAREST:
        p.start = cki_chunks_size(axis, last) - 1;
        p.step = 0;
        break;
    case CKI_BOUNDARY_CONSTANT:
        p.constant = true;
        break;
    }
    return p;
}

/* The pieces along one axis, and the different blocks of the input that they lie in. */
typedef struct side {
    piece pieces[PIECES];
    int source[PIECES]; /* which of the blocks */
    int64_t blocks[PIECES];
    int nblocks;
    int64_t length;
} side;

static void find_side(const cki_axis *axis, const axis_depth *d, int64_t at, side *s)
{
    *s = (side){.pieces = {[BEFORE] = piece_before(axis, d, at),
                           [CENTRE] = {.block = at, .step = 1},
                           [AFTER] = piece_after(axis, d, at)}};
    s->pieces[CENTRE].count = cki_chunks_size(axis, at);
    for (int i = 0; i < PIECES; i++) {
        const piece *p = &s->pieces[i];
        s->length += p->count;
        if (p->constant || (p->count == 0 && i != CENTRE))
            continue;
        int k = 0;
        while (k < s->nblocks && s->blocks[k] != p->block)
            k++;
        if (k == s->nblocks)
            s->blocks[s->nblocks++] = p->block;
        s->source[i] = k;
    }
}

/* ---- tasks ---- */

typedef struct lowered {
    cask_array out, in;
    uint32_t layer;
    const overlap *how;
} lowered;

static void find_sides(const lowered *l, int64_t block, side *sides)
{
    int64_t position[CKI_MAX_NDIM];
    cki_node_position(l->out, block, position);
    for (int k = 0; k < l->in->ndim; k++)
        find_side(&l->in->axes[k], &l->how->axes[k], position[k], &sides[k]);
}

/* Neighbours in C order of their places among the blocks of each side. */
static void inputs(const cki_layer *layer, int64_t block, cki_keys *keys)
{
    const lowered *l = layer->parameters;
    side sides[CKI_MAX_NDIM];
    int at[CKI_MAX_NDIM] = {0};
    find_sides(l, block, sides);
    for (int k = 0; k >= 0 && !keys->failed;) {
        int64_t position[CKI_MAX_NDIM];
        for (int i = 0; i < l->in->ndim; i++)
            position[i] = sides[i].blocks[at[i]];
        cki_graph_key(keys, l->layer, cki_node_block(l->in, position));
        for (k = l->in->ndim - 1; k >= 0 && ++at[k] >= sides[k].nblocks; k--)
            at[k] = 0;
    }
}

static void cost(const cki_layer *layer, int64_t block, cki_cost *cost)
{
    const lowered *l = layer->parameters;
    *cost = (cki_cost){.output = cki_node_block_bytes(l->out, block)};
}

/* Every element of a region becomes one value. */
static void fill(const cki_array *region, const unsigned char *value, cki_buffer *buffer)
{
    cki_array one = *region;
    union {
        const unsigned char *from;
        unsigned char *data;
    } plain = {.from = value}; /* read only, though the field could be written through */
    one.buffer = buffer;
    one.data = plain.data;
    memset(one.strides, 0, sizeof one.strides);
    cki_array_copy(region, &one);
}

/* Fill the part of the result that is these pieces. */
static cask_status copy_part(const lowered *l, const cki_task *task, const side *sides,
                             const int *chosen, cki_array to, cki_error *error)
{
    const unsigned char *constant = NULL;
    size_t from = 0;
    for (int k = 0; k < to.ndim; k++) {
        const side *s = &sides[k];
        const piece *p = &s->pieces[chosen[k]];
        for (int i = 0; i < chosen[k]; i++)
            to.data += s->pieces[i].count * to.strides[k];
        to.shape[k] = p->count;
        from = from * (size_t)s->nblocks + (size_t)s->source[chosen[k]];
        if (p->constant) /* that of the last axis counts, as if they were padded one by one */
            constant = l->how->axes[k].constant;
    }
    if (constant) {
        fill(&to, constant, to.buffer);
        return CASK_OK;
    }
    const cki_array *x = from < task->ninputs ? cki_array_of(task->inputs[from]) : NULL;
    if (!x || x->ndim != to.ndim)
        return cki_fail_internal(error, "array.overlap");
    cki_array part = *x;
    for (int k = 0; k < to.ndim; k++) {
        const piece *p = &sides[k].pieces[chosen[k]];
        part.data += p->start * part.strides[k];
        part.strides[k] *= p->step;
        part.shape[k] = p->count;
    }
    cki_array_copy(&to, &part);
    return CASK_OK;
}

static cask_status run(const cki_task *task, cask_value **result, cki_error *error)
{
    const lowered *l = task->layer->parameters;
    side sides[CKI_MAX_NDIM];
    int64_t shape[CKI_MAX_NDIM];
    int chosen[CKI_MAX_NDIM] = {0};
    find_sides(l, task->block, sides);
    for (int k = 0; k < l->in->ndim; k++)
        shape[k] = sides[k].length;
    cask_value *out = cki_array_new(l->out->dtype, l->in->ndim, shape, error);
    for (int k = 0; out && k >= 0;) {
        bool empty = false;
        for (int i = 0; i < l->in->ndim; i++)
            empty = empty || sides[i].pieces[chosen[i]].count == 0;
        if (!empty && copy_part(l, task, sides, chosen, *cki_array_of(out), error) != CASK_OK) {
            cask_value_unref(out);
            return error->status;
        }
        for (k = l->in->ndim - 1; k >= 0 && ++chosen[k] == PIECES; k--)
            chosen[k] = 0;
    }
    *result = out;
    return error->status;
}

const cki_function cki_overlap_function = {"array.overlap", 1, run};

/* How far into its neighbours a block goes, and what lies beyond the edges. */
static void spell(const cki_layer *layer, int64_t block, cki_spelling *spelling)
{
    static const char *const names[] = {[CKI_BOUNDARY_NONE] = "none",
                                        [CKI_BOUNDARY_REFLECT] = "reflect",
                                        [CKI_BOUNDARY_NEAREST] = "nearest",
                                        [CKI_BOUNDARY_PERIODIC] = "periodic",
                                        [CKI_BOUNDARY_CONSTANT] = "constant"};
    const lowered *l = layer->parameters;
    (void)block;
    for (int k = 0; k < l->out->ndim; k++) {
        const axis_depth *d = &l->how->axes[k];
        cki_spelling_ints(spelling, (const int64_t[]){d->before, d->after}, 2);
        cki_spelling_text(spelling, names[d->boundary]);
    }
}

static cask_status lower(cki_lowering *lowering, const cki_node *node, cki_error *error)
{
    lowered *l = cki_arena_alloc(cki_graph_arena(cki_lower_graph(lowering)), sizeof *l);
    if (!l)
        return cki_fail_memory(error, sizeof *l);
    *l = (lowered){cki_node_as_array(node), cki_node_as_array(node->inputs[0]),
                   cki_lower_input(lowering, node->inputs[0]), node->parameters};
    return cki_node_lower(lowering, l->out,
                          (cki_layer){.function = &cki_overlap_function,
                                      .parameters = l,
                                      .inputs = inputs,
                                      .cost = cost,
                                      .spell = spell},
                          "", error);
}

static const cki_primitive primitive = {.name = "array.overlap",
                                        .size = sizeof(struct cask_array_node),
                                        .lower = lower,
                                        .barrier = true};

/* ---- chunks ---- */

static int64_t smallest(const cki_axis *axis)
{
    int64_t least = INT64_MAX;
    for (size_t i = 0; i < axis->nruns; i++)
        least = axis->runs[i].size < least ? axis->runs[i].size : least;
    return least;
}

/* Chunks below `least` are added to those before them, as Dask's ensure_minimum_chunksize. */
static cask_status join_axis(cki_build *build, const cki_axis *axis, int64_t least, cki_axis *made)
{
    cki_runs runs = {0};
    int64_t open = 0, held = -1; /* of the last finished one, which the rest may be added to */
    for (int64_t i = 0; i < axis->blocks; i++) {
        int64_t size = cki_chunks_size(axis, i), done = -1;
        if (size < least) {
            if (open > least + (least - size)) {
                done = open - (least - size);
                open = least;
            } else {
                open += size;
            }
        }
        for (int pass = 0; pass < 2; pass++) {
            if (done >= 0) {
                if (held >= 0)
                    cki_runs_add(&runs, held, 1);
                held = done;
            }
            done = pass == 0 && open >= least ? open : -1;
            open = done >= 0 ? 0 : open;
        }
        open += size >= least ? size : 0;
    }
    if (open >= least) {
        if (held >= 0)
            cki_runs_add(&runs, held, 1);
        held = open;
    } else if (held >= 0) {
        held += open;
    }
    if (held < 0)
        cki_fail(build->error, CASK_INVALID, NULL,
                 "The overlapping depth %lld is larger than your array %lld.", (long long)least,
                 (long long)axis->length);
    else
        cki_runs_add(&runs, held, 1);
    cask_status status = cki_runs_finish(&runs, build->arena, made, build->error);
    return build->error->status ? build->error->status : status;
}

cask_array cki_overlap_joined(cki_build *build, cask_array x, const int64_t *least)
{
    cki_axis axes[CKI_MAX_NDIM];
    for (int k = 0; x && k < x->ndim; k++) {
        if (x->axes[k].length < 0) {
            cki_fail(build->error, CASK_INVALID, NULL,
                     "Arrays chunk sizes are unknown along axis %d, and the neighbours of blocks "
                     "are asked for.\n\nA possible solution: x.compute_chunk_sizes()",
                     k);
            return NULL;
        }
        axes[k] = x->axes[k];
        if (smallest(&axes[k]) < least[k] &&
            join_axis(build, &x->axes[k], least[k], &axes[k]) != CASK_OK)
            return NULL;
    }
    return x ? cki_rechunk_to(build, x, axes) : NULL;
}

/* The chunks with `first` more in the first, `last` more in the last, and `inner` more at each side
 * of a cut: before and after it. */
static cask_status grow(cki_build *build, const cki_axis *axis, const int64_t ends[2],
                        int64_t before, int64_t after, cki_axis *made)
{
    cki_runs runs = {0};
    int64_t last = axis->blocks - 1;
    for (size_t i = 0; i < axis->nruns; i++) {
        const cki_run *run = &axis->runs[i];
        int64_t at = run->block, end = run->block + run->count;
        while (at < end) { /* the outermost blocks by themselves */
            bool outer = at == 0 || at == last;
            int64_t count = outer ? 1 : (end == last + 1 ? end - 1 : end) - at;
            int64_t size =
                run->size + (at == 0 ? ends[0] : before) + (at == last ? ends[1] : after);
            if (run->size >= 0 && size < 0)
                cki_fail(build->error, CASK_INVALID, NULL,
                         "a block of %lld elements has fewer than are to be taken off",
                         (long long)run->size);
            cki_runs_add(&runs, run->size < 0 ? -1 : size, count);
            at += count;
        }
    }
    cask_status status = cki_runs_finish(&runs, build->arena, made, build->error);
    return build->error->status ? build->error->status : status;
}

/* ---- building ---- */

static cask_status read_constant(cki_build *build, cask_value *value, cki_dtype dtype,
                                 unsigned char *out)
{
    if (cki_dtype_size(dtype) > 16)
        return cki_fail(build->error, CASK_TYPE, NULL,
                        "a constant boundary is for arrays of numbers or dates");
    cask_value *natural = cki_array_from_value(value, (cki_dtype){0}, build->error);
    const cki_array *array = cki_array_of(natural);
    if (array && array->ndim != 0)
        cki_fail(build->error, CASK_INVALID, NULL, "a constant boundary is a number");
    else if (array)
        cki_array_cast_element(dtype, out, array->dtype, array->data, build->error);
    cask_value_unref(natural);
    return build->error->status;
}

static cask_status refuse_small(cki_build *build, cask_array x, const int64_t *least)
{
    cki_text depths = {0}, chunks = {0};
    for (int k = 0; k < x->ndim; k++) {
        cki_text_format(&depths, "%s%lld", k ? ", " : "", (long long)least[k]);
        cki_text_format(&chunks, "%s%lld", k ? ", " : "", (long long)smallest(&x->axes[k]));
    }
    cki_fail(build->error, CASK_INVALID, NULL,
             "Overlap depth is larger than smallest chunksize.\nPlease set allow_rechunk=True to "
             "rechunk automatically.\nOverlap depths required: [%s]\nSmallest chunks: (%s)",
             depths.bytes ? depths.bytes : "", chunks.bytes ? chunks.bytes : "");
    cki_text_free(&depths);
    cki_text_free(&chunks);
    return build->error->status;
}

cask_array cki_overlap_array(cki_build *build, cask_array x, const cki_depth *depths, bool strict)
{
    int64_t least[CKI_MAX_NDIM];
    overlap *how = cki_arena_alloc(build->arena, sizeof *how);
    cki_axis *axes = cki_runs_axes(build, x->ndim);
    if (!how || !axes) {
        cki_fail_memory(build->error, sizeof *how);
        return NULL;
    }
    memset(how, 0, sizeof *how);
    for (int k = 0; k < x->ndim; k++) {
        least[k] = depths[k].before > depths[k].after ? depths[k].before : depths[k].after;
        if (strict && x->axes[k].length >= 0 && smallest(&x->axes[k]) < least[k]) {
            refuse_small(build, x, least);
            return NULL;
        }
    }
    if (!(x = cki_overlap_joined(build, x, least)))
        return NULL;
    for (int k = 0; k < x->ndim; k++) {
        const cki_depth *d = &depths[k];
        bool open = d->boundary == CKI_BOUNDARY_NONE;
        how->axes[k] = (axis_depth){d->before, d->after, d->boundary, {0}};
        if (d->boundary == CKI_BOUNDARY_CONSTANT &&
            read_constant(build, d->constant, x->dtype, how->axes[k].constant) != CASK_OK)
            return NULL;
        const int64_t ends[2] = {open ? 0 : d->before, open ? 0 : d->after};
        if (grow(build, &x->axes[k], ends, d->before, d->after, &axes[k]) != CASK_OK)
            return NULL;
    }
    cki_hasher *hasher = cki_token_start(build->error);
    if (!hasher)
        return NULL;
    for (int k = 0; k < x->ndim; k++) {
        cki_token_int(hasher, how->axes[k].before);
        cki_token_int(hasher, how->axes[k].after);
        cki_token_int(hasher, how->axes[k].boundary);
        cki_token_bytes(hasher, how->axes[k].constant, sizeof how->axes[k].constant);
    }
    return cki_node_array(build, &(cki_array_spec){.primitive = &primitive,
                                                   .label = "overlap",
                                                   .dtype = x->dtype,
                                                   .ndim = x->ndim,
                                                   .axes = axes,
                                                   .inputs = &x,
                                                   .ninputs = 1,
                                                   .parameters = how,
                                                   .token = cki_token_end(hasher)});
}

/* ---- trimming ---- */

typedef struct trim {
    int64_t before[CKI_MAX_NDIM], after[CKI_MAX_NDIM];
    bool open[CKI_MAX_NDIM]; /* nothing is taken off the ends of the array */
} trim;

static cask_status run_trim(const cki_task *task, cask_value **result, cki_error *error)
{
    const cki_mapped *spec = cki_mapped_of(task);
    const trim *t = spec->parameters;
    const cki_array *x = cki_array_of(task->inputs[0]);
    int64_t position[CKI_MAX_NDIM], start[CKI_MAX_NDIM], count[CKI_MAX_NDIM], step[CKI_MAX_NDIM];
    if (!x)
        return cki_fail_internal(error, "array.trim");
    cki_node_position(spec->out, task->block, position);
    for (int k = 0; k < x->ndim; k++) {
        bool last = position[k] == spec->axes[k].blocks - 1;
        start[k] = t->open[k] && position[k] == 0 ? 0 : t->before[k];
        count[k] = x->shape[k] - start[k] - (t->open[k] && last ? 0 : t->after[k]);
        step[k] = 1;
        if (count[k] < 0 || start[k] > x->shape[k])
            return cki_fail(error, CASK_SHAPE, NULL,
                            "a block of %lld elements along axis %d has fewer than are to be "
                            "taken off",
                            (long long)x->shape[k], k);
    }
    *result = cki_array_slice(x, start, count, step, error);
    return error->status;
}

const cki_function cki_overlap_trim_function = {"array.trim", 1, run_trim};

cask_array cki_overlap_trim(cki_build *build, cask_array x, const cki_depth *depths)
{
    trim *t = cki_arena_alloc(build->arena, sizeof *t);
    cki_axis *axes = cki_runs_axes(build, x->ndim);
    if (!t || !axes) {
        cki_fail_memory(build->error, sizeof *t);
        return NULL;
    }
    memset(t, 0, sizeof *t);
    for (int k = 0; k < x->ndim; k++) {
        const cki_depth *d = &depths[k];
        t->open[k] = d->boundary == CKI_BOUNDARY_NONE;
        t->before[k] = d->before;
        t->after[k] = d->after;
        const int64_t ends[2] = {t->open[k] ? 0 : -d->before, t->open[k] ? 0 : -d->after};
        if (grow(build, &x->axes[k], ends, -d->before, -d->after, &axes[k]) != CASK_OK)
            return NULL;
    }
    cki_hasher *hasher = cki_token_start(build->error);
    if (!hasher)
        return NULL;
    for (int k = 0; k < x->ndim; k++) {
        cki_token_int(hasher, t->before[k]);
        cki_token_int(hasher, t->after[k]);
        cki_token_int(hasher, t->open[k]);
    }
    return cki_mapped_array(build, &(cki_mapped){.function = &cki_overlap_trim_function,
                                                 .label = "trim",
                                                 .dtype = x->dtype,
                                                 .ndim = x->ndim,
                                                 .axes = axes,
                                                 .inputs = {cki_mapped_same(x)},
                                                 .ninputs = 1,
                                                 .parameters = t,
                                                 .token = cki_token_end(hasher),
                                                 .view = true});
}
