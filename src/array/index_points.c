/* x.vindex[...]: elements at points, given by arrays of indices for some axes. All points make one
 * chunk, which reads the chunks they lie in. */
#include "array/functions.h"
#include "array/index_views.h"
#include "array/reshape.h"
#include "array/runs.h"
#include "core/memory.h"
#include "graph/spelling.h"

#include <stdlib.h>
#include <string.h>

typedef struct points {
    int64_t count;
    int ndim;                               /* of the input */
    const int64_t *positions[CKI_MAX_NDIM]; /* per axis of the input; NULL: taken whole */
} points;

static const cki_primitive primitive;

/* ---- reading the index ---- */

typedef struct request {
    cki_build *build;
    cask_value *arrays[CKI_MAX_NDIM]; /* per axis of what is left after slices and integers */
    int ndim;
    int64_t shape[CKI_MAX_NDIM]; /* of the arrays broadcast together */
    int shape_ndim;
} request;

static bool is_plain(const cask_value *value)
{
    const cki_array *array = cki_array_of(value);
    return value->kind == CKI_SLICE || value->kind == CKI_INT || value->kind == CKI_BOOL ||
           value->kind == CKI_FLOAT || value->kind == CKI_ELLIPSIS || (array && array->ndim == 0);
}

static bool refuse(cki_build *build, const char *why)
{
    cki_fail(build->error, CASK_INDEX, "IndexError", "vindex %s", why);
    return false;
}

/* The slices and integers of the index, with a whole slice where there is an index array, and the
 * arrays by the axes that remain. */
static cask_value *split_index(request *r, cask_array x, cask_value *index)
{
    bool tuple = index->kind == CKI_TUPLE;
    cask_value *const *values = tuple ? index->as.list.items : &index;
    size_t count = tuple ? index->as.list.count : 1;
    cask_value *plain = cki_value_list(CKI_TUPLE, count, r->build->error);
    for (size_t i = 0; plain && i < count; i++) {
        cask_value *value = values[i];
        bool bad = true;
        if (value->kind == CKI_NONE)
            refuse(r->build, "does not support indexing with None (np.newaxis)");
        else if (cki_node_lazy(value))
            refuse(r->build, "does not support indexing with lazy arrays: compute them first");
        else if (count > (size_t)x->ndim + 1)
            refuse(r->build, "was given too many indices for the array");
        else
            bad = false;
        cask_value *item = bad               ? NULL
                           : is_plain(value) ? cask_value_ref(value)
                                             : cki_value_slice(NULL, NULL, NULL, r->build->error);
        if (!item) {
            plain->as.list.count = i;
            cask_value_unref(plain);
            return NULL;
        }
        plain->as.list.items[i] = item;
        if (value->kind == CKI_ELLIPSIS)
            r->ndim += x->ndim - (int)(count - 1);
        else if (value->kind == CKI_SLICE)
            r->ndim++;
        else if (!is_plain(value) && r->ndim < CKI_MAX_NDIM)
            r->arrays[r->ndim++] = cask_value_ref(value);
    }
    return plain;
}

/* An index array as int64 positions in the arena's own order, counted from the start. */
static cask_value *read_positions(request *r, const cask_value *value, int axis, int64_t length)
{
    cki_error *error = r->build->error;
    cask_value *array = cki_array_from_value(value, (cki_dtype){0}, error);
    const cki_array *a = cki_array_of(array);
    if (a && a->dtype.id == CASK_BOOL)
        refuse(r->build, "does not support indexing with boolean arrays");
    else if (a && !cki_dtype_is_integer(a->dtype) && cki_array_size(a))
        refuse(r->build, "takes arrays of integers");
    cask_value *positions = a && !error->status
                                ? cki_array_new(cki_dtype_of(CASK_I64), a->ndim, a->shape, error)
                                : NULL;
    const cki_array *p = cki_array_of(positions);
    bool good = p && cki_array_cast(p, a, error) == CASK_OK;
    int64_t *numbers = p ? (int64_t *)(void *)p->data : NULL;
    for (int64_t i = 0, n = p ? cki_array_size(p) : 0; good && i < n; i++) {
        if (numbers[i] < -length || numbers[i] >= length) {
            cki_fail(error, CASK_INDEX, "IndexError",
                     "vindex key has entries out of bounds for indexing along axis %d of size "
                     "%lld: %lld",
                     axis, (long long)length, (long long)numbers[i]);
            good = false;
        } else
            numbers[i] += numbers[i] < 0 ? length : 0;
    }
    cask_value_unref(array);
    if (!good)
        cask_value_unref(positions);
    return good ? positions : NULL;
}

static bool broadcast_shape(request *r, const cki_array *a)
{
    int ndim = a->ndim > r->shape_ndim ? a->ndim : r->shape_ndim;
    int64_t shape[CKI_MAX_NDIM];
    for (int i = 0; i < ndim; i++) {
        int mine = i - (ndim - r->shape_ndim), its = i - (ndim - a->ndim);
        int64_t one = mine < 0 ? 1 : r->shape[mine], two = its < 0 ? 1 : a->shape[its];
        if (one != two && one != 1 && two != 1) {
            cki_fail(r->build->error, CASK_INDEX, "IndexError",
                     "shape mismatch: indexing arrays could not be broadcast together: lengths "
                     "%lld and %lld",
                     (long long)one, (long long)two);
            return false;
        }
        shape[i] = one == 1 ? two : one;
    }
    memcpy(r->shape, shape, sizeof shape);
    r->shape_ndim = ndim;
    return true;
}

/* The arrays broadcast together, as lists of positions. */
static bool flatten(request *r, points *p)
{
    cki_error *error = r->build->error;
    p->count = 1;
    for (int i = 0; i < r->shape_ndim; i++)
        p->count *= r->shape[i];
    for (int i = 0; i < r->ndim; i++) {
        if (!r->arrays[i])
            continue;
        cask_value *wide =
            cki_array_broadcast(cki_array_of(r->arrays[i]), r->shape_ndim, r->shape, error);
        cask_value *flat = wide ? cki_array_compact(wide, error) : NULL;
        size_t bytes = (size_t)p->count * sizeof(int64_t);
        if (flat)
            p->positions[i] =
                cki_arena_copy(r->build->arena, cki_array_of(flat)->data, bytes ? bytes : 1);
        cask_value_unref(wide);
        cask_value_unref(flat);
        if (!p->positions[i]) {
            cki_fail_memory(error, bytes);
            return false;
        }
    }
    return true;
}

static cask_array make(request *r, cask_array x, points *p)
{
    cki_build *build = r->build;
    cki_axis *axes = cki_runs_axes(build, x->ndim + 1);
    cki_hasher *hasher = axes ? cki_token_start(build->error) : NULL;
    if (!hasher)
        return NULL;
    if (!cki_chunks_single(build->arena, p->count, &axes[0]))
        cki_fail_memory(build->error, sizeof(cki_run));
    int ndim = 1;
    int64_t shape[2 * CKI_MAX_NDIM];
    memcpy(shape, r->shape, sizeof r->shape);
    for (int i = 0; i < x->ndim; i++) {
        cki_token_int(hasher, p->positions[i] != NULL);
        if (p->positions[i])
            cki_token_bytes(hasher, p->positions[i], (size_t)p->count * sizeof(int64_t));
        else {
            shape[r->shape_ndim + ndim - 1] = x->axes[i].length;
            axes[ndim++] = x->axes[i];
        }
    }
    cki_token token = cki_token_end(hasher);
    if (build->error->status)
        return NULL;
    cask_array flat = cki_node_array(build, &(cki_array_spec){.primitive = &primitive,
                                                              .label = "vindex-merge",
                                                              .dtype = x->dtype,
                                                              .ndim = ndim,
                                                              .axes = axes,
                                                              .inputs = &x,
                                                              .ninputs = 1,
                                                              .parameters = p,
                                                              .token = token});
    if (r->shape_ndim == 1)
        return flat;
    ndim += r->shape_ndim - 1;
    if (ndim > CKI_MAX_NDIM)
        return refuse(build, "would give an array of too many dimensions"), NULL;
    return cki_reshape_to(build, flat, ndim, shape);
}

cask_array cki_index_points(cki_build *build, cask_array x, cask_value *index)
{
    request r = {.build = build};
    cask_value *plain = x ? split_index(&r, x, index) : NULL;
    bool any = false, good = plain != NULL;
    for (int i = 0; i < CKI_MAX_NDIM; i++)
        any = any || r.arrays[i];
    cask_array sliced = good ? cki_index_value(build, x, plain) : NULL;
    if (good && !any && sliced != x) {
        bool integers = false;
        for (size_t i = 0; i < plain->as.list.count; i++)
            integers = integers || plain->as.list.items[i]->kind != CKI_SLICE;
        if (!integers)
            refuse(build, "requires at least one non-slice to vectorize over when the slices are "
                          "not over the entire array (i.e, x[:]). Use normal slicing instead when "
                          "only using slices.");
    }
    good = good && sliced && !build->error->status;
    points *p = good ? cki_arena_alloc(build->arena, sizeof *p) : NULL;
    r.ndim = sliced ? sliced->ndim : 0;
    for (int i = 0; p && good && i < r.ndim; i++) {
        if (!r.arrays[i])
            continue;
        cask_value *positions = read_positions(&r, r.arrays[i], i, sliced->axes[i].length);
        cask_value_unref(r.arrays[i]);
        r.arrays[i] = positions;
        good = positions && broadcast_shape(&r, cki_array_of(positions));
    }
    cask_array result = NULL;
    if (good && !any)
        result = sliced;
    else if (p && good) {
        p->ndim = sliced->ndim;
        result = flatten(&r, p) ? make(&r, sliced, p) : NULL;
    }
    for (int i = 0; i < CKI_MAX_NDIM; i++)
        cask_value_unref(r.arrays[i]);
    cask_value_unref(plain);
    return result;
}

/* ---- lowering ---- */

typedef struct lowered {
    cask_array out, in;
    uint32_t layer;
    const points *points;
    int64_t *slot;   /* per point: which of the input blocks it lies in */
    int64_t *blocks; /* those blocks, numbered with the whole axes at block 0 */
    int64_t nblocks;
} lowered;

typedef struct place {
    int64_t block, point;
} place;

static int compare(const void *a, const void *b)
{
    const place *one = a, *two = b;
    return one->block != two->block ? (one->block < two->block ? -1 : 1)
                                    : (one->point > two->point) - (one->point < two->point);
}

/* Which blocks the points lie in, each once. */
static cask_status find_blocks(lowered *l, cki_error *error)
{
    const points *p = l->points;
    place *places = cki_memory_calloc((size_t)p->count + 1, sizeof *places);
    if (!places)
        return cki_fail_memory(error, (size_t)p->count * sizeof *places);
    for (int64_t i = 0; i < p->count; i++) {
        int64_t position[CKI_MAX_NDIM] = {0};
        for (int k = 0; k < p->ndim; k++)
            if (p->positions[k])
                position[k] = cki_chunks_find(&l->in->axes[k], p->positions[k][i]);
        places[i] = (place){cki_node_block(l->in, position), i};
    }
    qsort(places, (size_t)p->count, sizeof *places, compare);
    for (int64_t i = 0; i < p->count; i++) {
        if (i == 0 || places[i].block != places[i - 1].block)
            l->blocks[l->nblocks++] = places[i].block;
        l->slot[places[i].point] = l->nblocks - 1;
    }
    cki_memory_free(places);
    return CASK_OK;
}

static void inputs(const cki_layer *layer, int64_t block, cki_keys *keys)
{
    const lowered *l = layer->parameters;
    int64_t to[CKI_MAX_NDIM], from[CKI_MAX_NDIM];
    cki_node_position(l->out, block, to);
    for (int64_t i = 0; i < l->nblocks; i++) {
        cki_node_position(l->in, l->blocks[i], from);
        for (int k = 0, o = 1; k < l->points->ndim; k++)
            if (!l->points->positions[k])
                from[k] = to[o++];
        cki_graph_key(keys, l->layer, cki_node_block(l->in, from));
    }
}

static void cost(const cki_layer *layer, int64_t block, cki_cost *cost)
{
    const lowered *l = layer->parameters;
    *cost = (cki_cost){.output = cki_node_block_bytes(l->out, block)};
}

/* The slab of an input block at one point. */
static cki_array slab(const lowered *l, const cki_array *x, int64_t point)
{
    cki_array part = *x;
    part.ndim = 0;
    for (int k = 0; k < l->points->ndim; k++) {
        if (l->points->positions[k]) {
            int64_t at = l->points->positions[k][point];
            int64_t block = cki_chunks_find(&l->in->axes[k], at);
            part.data += (at - cki_chunks_start(&l->in->axes[k], block)) * x->strides[k];
            continue;
        }
        part.shape[part.ndim] = x->shape[k];
        part.strides[part.ndim++] = x->strides[k];
    }
    return part;
}

static cask_status run(const cki_task *task, cask_value **result, cki_error *error)
{
    const lowered *l = task->layer->parameters;
    int64_t position[CKI_MAX_NDIM], shape[CKI_MAX_NDIM];
    cki_node_position(l->out, task->block, position);
    cki_node_block_shape(l->out, position, shape);
    cask_value *out = cki_array_new(l->out->dtype, l->out->ndim, shape, error);
    if (!out)
        return CASK_MEMORY;
    const cki_array *whole = cki_array_of(out);
    for (int64_t i = 0; i < l->points->count; i++) {
        const cki_array *x = cki_array_of(task->inputs[l->slot[i]]);
        if (!x) {
            cask_value_unref(out);
            return cki_fail_internal(error, "array.points");
        }
        cki_array from = slab(l, x, i), to = from;
        to.data = whole->data + i * whole->strides[0];
        memcpy(to.strides, whole->strides + 1, (size_t)from.ndim * sizeof *to.strides);
        cki_array_copy(&to, &from);
    }
    *result = out;
    return CASK_OK;
}

const cki_function cki_index_points_function = {"array.points", 1, run};

/* The places, an array for each axis. */
static void spell(const cki_layer *layer, int64_t block, cki_spelling *spelling)
{
    const lowered *l = layer->parameters;
    (void)block;
    for (int k = 0; k < l->points->ndim; k++)
        if (l->points->positions[k])
            cki_spelling_ints(spelling, l->points->positions[k], (size_t)l->points->count);
        else
            cki_spelling_take(spelling, cki_spelling_slice(0, cki_node_length(l->in, k), 1));
}

static cask_status lower(cki_lowering *lowering, const cki_node *node, cki_error *error)
{
    cki_arena *arena = cki_graph_arena(cki_lower_graph(lowering));
    lowered *l = cki_arena_alloc(arena, sizeof *l);
    const points *p = node->parameters;
    size_t count = (size_t)p->count + 1;
    int64_t *slot = cki_arena_array(arena, count, sizeof *slot);
    int64_t *blocks = cki_arena_array(arena, count, sizeof *blocks);
    if (!l || !slot || !blocks)
        return cki_fail_memory(error, count * sizeof *slot);
    *l = (lowered){.out = cki_node_as_array(node),
                   .in = cki_node_as_array(node->inputs[0]),
                   .layer = cki_lower_input(lowering, node->inputs[0]),
                   .points = p,
                   .slot = slot,
                   .blocks = blocks};
    cask_status status = find_blocks(l, error);
    if (status != CASK_OK)
        return status;
    return cki_node_lower(lowering, l->out,
                          (cki_layer){.function = &cki_index_points_function,
                                      .parameters = l,
                                      .inputs = inputs,
                                      .cost = cost,
                                      .spell = spell},
                          "", error);
}

static const cki_primitive primitive = {
    .name = "array.points", .size = sizeof(struct cask_array_node), .lower = lower};
