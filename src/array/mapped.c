/* Mapped arrays: the primitive behind operations whose blocks need a kernel of their own, and no
 * more of the graph than which blocks go into which. */
#include "array/mapped.h"
#include "array/runs.h"
#include "expr/operation.h"
#include "graph/spelling.h"

#include <string.h>

cki_mapping cki_mapped_same(cask_array x)
{
    cki_mapping mapping = {.x = x};
    for (int k = 0; x && k < x->ndim; k++)
        mapping.along[k] = (int8_t)k;
    return mapping;
}

cki_mapping cki_mapped_whole(cask_array x)
{
    cki_mapping mapping = {.x = x};
    for (int k = 0; x && k < x->ndim; k++)
        mapping.along[k] = CKI_MAPPED_ALL;
    return mapping;
}

/* ---- lowering ---- */

typedef struct lowered {
    cki_mapped spec;
    cask_array in[CKI_MAPPED_INPUTS];
    uint32_t layers[CKI_MAPPED_INPUTS];
} lowered;

const cki_mapped *cki_mapped_of(const cki_task *task)
{
    const lowered *l = task->layer->parameters;
    return &l->spec;
}

static void add_blocks(const lowered *l, size_t i, const int64_t *position, cki_keys *keys)
{
    const cki_mapping *mapping = &l->spec.inputs[i];
    cask_array x = l->in[i];
    int64_t first[CKI_MAX_NDIM], end[CKI_MAX_NDIM], at[CKI_MAX_NDIM];
    for (int k = 0; k < x->ndim; k++) {
        int64_t group = mapping->group[k] ? mapping->group[k] : 1;
        bool all = mapping->along[k] == CKI_MAPPED_ALL;
        first[k] = all ? 0 : position[mapping->along[k]] * group;
        end[k] = all || x->axes[k].blocks - first[k] < group ? x->axes[k].blocks : first[k] + group;
        at[k] = first[k];
    }
    for (;;) {
        cki_graph_key(keys, l->layers[i], cki_node_block(x, at));
        int k = x->ndim - 1;
        for (; k >= 0 && ++at[k] >= end[k]; k--)
            at[k] = first[k];
        if (k < 0)
            return;
    }
}

static void inputs(const cki_layer *layer, int64_t block, cki_keys *keys)
{
    const lowered *l = layer->parameters;
    int64_t position[CKI_MAX_NDIM];
    cki_node_position(l->spec.out, block, position);
    for (size_t i = 0; i < l->spec.ninputs; i++)
        add_blocks(l, i, position, keys);
}

static void cost(const cki_layer *layer, int64_t block, cki_cost *cost)
{
    const lowered *l = layer->parameters;
    size_t own = l->spec.view ? 0 : cki_node_block_bytes(l->spec.out, block);
    *cost = (cki_cost){.output = own > l->spec.output ? own : l->spec.output,
                       .working = l->spec.working};
}

/* The blocks of each input, in a list where there are several; then what the operation says. */
static void spell(const cki_layer *layer, int64_t block, cki_spelling *spelling)
{
    const lowered *l = layer->parameters;
    int64_t position[CKI_MAX_NDIM];
    cki_keys keys = {0};
    cki_node_position(l->spec.out, block, position);
    for (size_t i = 0, before = 0; i < l->spec.ninputs; i++) {
        add_blocks(l, i, position, &keys);
        if (keys.count != before + 1)
            cki_spelling_open(spelling);
        cki_spelling_inputs(spelling, before, keys.count - before);
        cki_spelling_close(spelling);
        before = keys.count;
    }
    spelling->failed |= keys.failed;
    cki_memory_free(keys.items);
    if (l->spec.spell)
        l->spec.spell(l->spec.parameters, spelling);
    else if (l->spec.said)
        cki_spelling_value(spelling, l->spec.said);
}

static cask_status lower(cki_lowering *lowering, const cki_node *node, cki_error *error)
{
    lowered *l = cki_arena_alloc(cki_graph_arena(cki_lower_graph(lowering)), sizeof *l);
    if (!l)
        return cki_fail_memory(error, sizeof *l);
    l->spec = *(const cki_mapped *)node->parameters;
    l->spec.out = cki_node_as_array(node);
    for (size_t i = 0; i < node->ninputs; i++) {
        l->in[i] = cki_node_as_array(node->inputs[i]);
        l->layers[i] = cki_lower_input(lowering, node->inputs[i]);
    }
    return cki_node_lower(lowering, l->spec.out,
                          (cki_layer){.function = l->spec.function,
                                      .parameters = l,
                                      .inputs = inputs,
                                      .cost = cost,
                                      .spell = spell},
                          "", error);
}

static const cki_primitive primitive = {.name = "array.mapped",
                                        .size = sizeof(struct cask_array_node),
                                        .lower = lower,
                                        .barrier = true};

/* ---- building ---- */

cask_array cki_mapped_array(cki_build *build, const cki_mapped *spec)
{
    cask_array arrays[CKI_MAPPED_INPUTS];
    for (size_t i = 0; i < spec->ninputs; i++)
        if (!(arrays[i] = spec->inputs[i].x))
            return NULL;
    cki_mapped *own = cki_arena_copy(build->arena, spec, sizeof *own);
    if (own && !spec->spell)
        own->said = cki_operation_said(build->ck, build->error);
    cki_hasher *hasher =
        own && build->error->status == CASK_OK ? cki_token_start(build->error) : NULL;
    if (!hasher) {
        cki_fail_memory(build->error, sizeof *own);
        return NULL;
    }
    cki_token_text(hasher, spec->function->name);
    cki_token_token(hasher, spec->token);
    for (size_t i = 0; i < spec->ninputs; i++)
        for (int k = 0; k < arrays[i]->ndim; k++) {
            cki_token_int(hasher, spec->inputs[i].along[k]);
            cki_token_int(hasher, spec->inputs[i].group[k]);
        }
    return cki_node_array(build, &(cki_array_spec){.primitive = &primitive,
                                                   .label = spec->label,
                                                   .dtype = spec->dtype,
                                                   .ndim = spec->ndim,
                                                   .axes = spec->axes,
                                                   .inputs = arrays,
                                                   .ninputs = spec->ninputs,
                                                   .parameters = own,
                                                   .token = cki_token_end(hasher)});
}

cask_array cki_mapped_fold(cki_build *build, cask_array x, int axis, int64_t every, int64_t most,
                           const cki_mapped *spec)
{
    while (x && x->axes[axis].blocks > 1) {
        cki_axis *axes = cki_runs_axes(build, x->ndim);
        if (!axes)
            return NULL;
        memcpy(axes, x->axes, (size_t)x->ndim * sizeof *axes);
        int64_t blocks = (x->axes[axis].blocks + every - 1) / every, length;
        bool fits = most >= 0 && !__builtin_mul_overflow(blocks, most, &length);
        bool made = fits ? cki_chunks_regular(build->arena, length, most, &axes[axis])
                         : cki_chunks_unknown(build->arena, blocks, &axes[axis]);
        if (!made || (fits && axes[axis].blocks != blocks &&
                      !cki_chunks_unknown(build->arena, blocks, &axes[axis]))) {
            cki_fail_memory(build->error, sizeof(cki_run));
            return NULL;
        }
        cki_mapped step = *spec;
        step.dtype = x->dtype;
        step.ndim = x->ndim;
        step.axes = axes;
        step.ninputs = 1;
        step.inputs[0] = cki_mapped_same(x);
        step.inputs[0].group[axis] = (int32_t)every;
        x = cki_mapped_array(build, &step);
    }
    return x;
}

cask_status cki_mapped_every(cask_value *value, int64_t *every, cki_error *error)
{
    *every = 4;
    if (!value || value->kind == CKI_NONE)
        return CASK_OK;
    cask_status status = cki_value_index(value, every, error);
    if (status == CASK_OK && *every < 2)
        status = cki_fail(error, CASK_INVALID, NULL, "split_every must be >= 2");
    if (*every > INT32_MAX)
        *every = INT32_MAX;
    return status;
}
