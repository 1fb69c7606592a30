/* Reshaping: the primitive, which gives each block another shape, and how a reshape is made of a
 * rechunk and that. */
#include "array/reshape.h"
#include "array/functions.h"
#include "array/rechunk.h"
#include "array/runs.h"
#include "array/view.h"
#include "graph/spelling.h"

static const cki_primitive primitive;

cask_array cki_reshape_blocks(cki_build *build, cask_array x, const char *label, int ndim,
                              const cki_axis *axes)
{
    if (!x)
        return NULL;
    return cki_node_array(build, &(cki_array_spec){.primitive = &primitive,
                                                   .label = label,
                                                   .dtype = x->dtype,
                                                   .ndim = ndim,
                                                   .axes = axes,
                                                   .inputs = &x,
                                                   .ninputs = 1});
}

/* Only axes of one element come or go: a view does. False if it is not so. */
static bool map_axes(cask_array x, int ndim, const int64_t *shape, int *from)
{
    int i = 0;
    for (int o = 0; o < ndim; o++) {
        from[o] = -1;
        if (shape[o] == 1)
            continue;
        while (i < x->ndim && x->axes[i].length == 1 && x->axes[i].blocks == 1)
            i++;
        if (i == x->ndim || x->axes[i].length != shape[o])
            return false;
        from[o] = i++;
    }
    while (i < x->ndim && x->axes[i].length == 1 && x->axes[i].blocks == 1)
        i++;
    return i == x->ndim;
}

static cask_array as_view(cki_build *build, cask_array x, int ndim, const int *from)
{
    cki_axis *axes = cki_runs_axes(build, ndim);
    if (!axes)
        return NULL;
    for (int i = 0; i < ndim; i++) {
        if (from[i] >= 0)
            axes[i] = x->axes[from[i]];
        else if (!cki_chunks_single(build->arena, 1, &axes[i])) {
            cki_fail_memory(build->error, sizeof(cki_run));
            return NULL;
        }
    }
    return cki_view_make(build, x, "reshape", ndim, from, axes);
}

static bool fits(cki_build *build, cask_array x, int ndim, const int64_t *shape)
{
    int64_t size = 1, own = cki_node_size(x), exact = 1;
    bool overflow = false, empty = false, same = ndim == x->ndim;
    for (int i = 0; i < ndim && same; i++)
        same = shape[i] == cki_node_length(x, i);
    for (int i = 0; i < x->ndim; i++)
        overflow = __builtin_mul_overflow(exact, cki_node_length(x, i), &exact) || overflow;
    if (own && overflow && !same) {
        cki_fail(build->error, CASK_INVALID, "ValueError",
                 "Maximum allowed size exceeded: %s has more than 2**63 elements", x->label);
        return false;
    }
    if (same)
        return true;
    overflow = false;
    cki_text text = {0};
    for (int i = 0; i < ndim; i++) {
        overflow = __builtin_mul_overflow(size, shape[i], &size) || overflow;
        empty = empty || shape[i] == 0;
        cki_text_format(&text, "%s%lld", i ? ", " : "", (long long)shape[i]);
    }
    bool good = empty ? own == 0 : !overflow && size == own;
    if (!good)
        cki_fail(build->error, CASK_SHAPE, "ValueError",
                 "total size of new array must be unchanged: cannot reshape array of size %lld "
                 "into shape (%s%s)",
                 (long long)own, text.bytes ? text.bytes : "", ndim == 1 ? "," : "");
    cki_text_free(&text);
    return good;
}

/* All in one block, or nothing at all: any shape will do. */
static cask_array reshape_single(cki_build *build, cask_array x, int ndim, const int64_t *shape)
{
    bool all[CKI_MAX_NDIM];
    for (int i = 0; i < x->ndim; i++)
        all[i] = true;
    x = cki_rechunk_single(build, x, all);
    cki_axis *axes = x ? cki_runs_axes(build, ndim) : NULL;
    for (int i = 0; axes && i < ndim; i++)
        if (!cki_chunks_single(build->arena, shape[i], &axes[i])) {
            cki_fail_memory(build->error, sizeof(cki_run));
            return NULL;
        }
    return axes ? cki_reshape_blocks(build, x, "reshape", ndim, axes) : NULL;
}

cask_array cki_reshape_to(cki_build *build, cask_array x, int ndim, const int64_t *shape)
{
    if (!x)
        return NULL;
    int64_t own[CKI_MAX_NDIM];
    int from[CKI_MAX_NDIM];
    if (!cki_node_shape(x, own)) {
        cki_fail(build->error, CASK_SHAPE, "ValueError",
                 "Array chunk size or shape is unknown.\n\nPossible solution with "
                 "x.compute_chunk_sizes()");
        return NULL;
    }
    if (!fits(build, x, ndim, shape))
        return NULL;
    bool same = ndim == x->ndim;
    for (int i = 0; same && i < ndim; i++)
        same = shape[i] == own[i];
    if (same)
        return x;
    if (map_axes(x, ndim, shape, from))
        return as_view(build, x, ndim, from);
    if (cki_node_blocks(x) == 1 || cki_node_size(x) == 0)
        return reshape_single(build, x, ndim, shape);
    cki_axis *in = cki_runs_axes(build, x->ndim), *out = cki_runs_axes(build, ndim);
    if (!in || !out || cki_reshape_chunks(build, x, ndim, shape, in, out) != CASK_OK)
        return NULL;
    return cki_reshape_blocks(build, cki_rechunk_to(build, x, in), "reshape", ndim, out);
}

cask_array cki_reshape_ravel(cki_build *build, cask_array x)
{
    if (!x || x->ndim == 1)
        return x;
    int64_t size = cki_node_size(x);
    return cki_reshape_to(build, x, 1, &size);
}

/* ---- lowering ---- */

typedef struct lowered {
    cask_array out;
    uint32_t layer;
} lowered;

static void inputs(const cki_layer *layer, int64_t block, cki_keys *keys)
{
    const lowered *l = layer->parameters;
    cki_graph_key(keys, l->layer, block);
}

/* A block that is not contiguous is copied. */
static void cost(const cki_layer *layer, int64_t block, cki_cost *cost)
{
    const lowered *l = layer->parameters;
    *cost = (cki_cost){.output = cki_node_block_bytes(l->out, block)};
}

static cask_status run(const cki_task *task, cask_value **result, cki_error *error)
{
    const lowered *l = task->layer->parameters;
    int64_t position[CKI_MAX_NDIM], shape[CKI_MAX_NDIM];
    cki_node_position(l->out, task->block, position);
    cki_node_block_shape(l->out, position, shape);
    *result = cki_array_reshape(task->inputs[0], l->out->ndim, shape, error);
    return *result ? CASK_OK : CASK_MEMORY;
}

const cki_function cki_reshape_function = {"array.reshape", 1, run};

static void spell(const cki_layer *layer, int64_t block, cki_spelling *spelling)
{
    const lowered *l = layer->parameters;
    int64_t position[CKI_MAX_NDIM], shape[CKI_MAX_NDIM];
    cki_node_position(l->out, block, position);
    cki_node_block_shape(l->out, position, shape);
    cki_spelling_ints(spelling, shape, (size_t)l->out->ndim);
}

static cask_status lower(cki_lowering *lowering, const cki_node *node, cki_error *error)
{
    lowered *l = cki_arena_alloc(cki_graph_arena(cki_lower_graph(lowering)), sizeof *l);
    if (!l)
        return cki_fail_memory(error, sizeof *l);
    *l = (lowered){cki_node_as_array(node), cki_lower_input(lowering, node->inputs[0])};
    return cki_node_lower(lowering, l->out,
                          (cki_layer){.function = &cki_reshape_function,
                                      .parameters = l,
                                      .inputs = inputs,
                                      .cost = cost,
                                      .spell = spell},
                          "", error);
}

static const cki_primitive primitive = {
    .name = "array.reshape", .size = sizeof(struct cask_array_node), .lower = lower};
