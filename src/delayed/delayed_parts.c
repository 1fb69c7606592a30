/* Delayed: other collections as delayed values, whole or block by block, and values that are there.
 */
#include "delayed/delayed.h"

#include <string.h>

/* A node over one input, with a token of its own. */
static struct cask_delayed_node *over(cki_build *build, const cki_primitive *primitive,
                                      const char *label, const cki_node *input,
                                      const void *parameters, int64_t number)
{
    struct cask_delayed_node *node = cki_arena_alloc(build->arena, sizeof *node);
    const cki_node **inputs = cki_arena_copy(build->arena, &input, sizeof input);
    cki_hasher *hasher = node && inputs ? cki_token_start(build->error) : NULL;
    if (!hasher) {
        cki_fail_memory(build->error, sizeof *node);
        return NULL;
    }
    cki_token_int(hasher, number);
    *node = (struct cask_delayed_node){.base = {.primitive = primitive,
                                                .collection = &cki_delayed_collection,
                                                .ck = build->ck,
                                                .inputs = inputs,
                                                .ninputs = 1,
                                                .parameters = parameters},
                                       .label = label,
                                       .outputs = -1,
                                       .call_outputs = -1};
    cask_status status = cki_node_seal(&node->base, cki_token_end(hasher), build->error);
    return status == CASK_OK ? node : NULL;
}

/* Layers of one block, by the node's name. */
static cask_status add_layer(cki_lowering *lowering, const cki_node *node, cki_layer layer,
                             cki_error *error)
{
    uint32_t number;
    cask_delayed x = cki_delayed_of_node(node);
    layer.name = x->key ? x->key : cki_lower_name(lowering, node, x->label, "");
    layer.blocks = 1;
    layer.single = true;
    cask_status status = cki_graph_add(cki_lower_graph(lowering), &layer, &number, error);
    if (status == CASK_OK)
        cki_lower_result(lowering, node, number);
    return status;
}

/* Where an input's blocks are. */
typedef struct source {
    const cki_node *node;
    uint32_t layer;
    int64_t block;
} source;

static source *source_of(cki_lowering *lowering, const cki_node *node, cki_error *error)
{
    source *s = cki_arena_alloc(cki_graph_arena(cki_lower_graph(lowering)), sizeof *s);
    if (s)
        *s = (source){.node = node->inputs[0],
                      .layer = cki_lower_input(lowering, node->inputs[0]),
                      .block = node->parameters ? *(const int64_t *)node->parameters : 0};
    else
        cki_fail_memory(error, sizeof *s);
    return s;
}

/* ---- all blocks joined ---- */

static void all_blocks(const cki_layer *layer, int64_t block, cki_keys *keys)
{
    const source *s = layer->parameters;
    int64_t blocks = s->node->collection->blocks(s->node);
    (void)block;
    for (int64_t i = 0; i < blocks && !keys->failed; i++)
        cki_graph_key(keys, s->layer, i);
}

static void whole_cost(const cki_layer *layer, int64_t block, cki_cost *cost)
{
    const source *s = layer->parameters;
    uint64_t bytes = s->node->collection->bytes(s->node);
    (void)block;
    cost->output = bytes < SIZE_MAX / 4 ? (size_t)bytes : SIZE_MAX / 4;
}

static cask_status run_whole(const cki_task *task, cask_value **result, cki_error *error)
{
    const source *s = task->layer->parameters;
    *result = cki_collection_join(s->node, task->inputs, task->ninputs, error);
    return error->status;
}

const cki_function cki_delayed_whole_function = {"delayed.whole", 1, run_whole};

static cask_status lower_whole(cki_lowering *lowering, const cki_node *node, cki_error *error)
{
    const source *s = source_of(lowering, node, error);
    const cki_layer layer = {.function = &cki_delayed_whole_function,
                             .parameters = s,
                             .inputs = all_blocks,
                             .cost = whole_cost,
                             .token = node->token};
    return s ? add_layer(lowering, node, layer, error) : error->status;
}

static const cki_primitive whole_primitive = {.name = "delayed.whole",
                                              .size = sizeof(struct cask_delayed_node),
                                              .lower = lower_whole,
                                              .barrier = true};

const cki_node *cki_delayed_whole(cki_build *build, const cki_node *node)
{
    if (node->collection == &cki_delayed_collection)
        return node;
    const struct cask_delayed_node *whole =
        over(build, &whole_primitive, "finalize", node, NULL, -1);
    return whole ? &whole->base : NULL;
}

/* ---- one block ---- */

static cki_key other_block(const cki_layer *layer, int64_t block)
{
    const source *s = layer->parameters;
    (void)block;
    return (cki_key){s->layer, s->block};
}

static cask_status lower_block(cki_lowering *lowering, const cki_node *node, cki_error *error)
{
    const source *s = source_of(lowering, node, error);
    const cki_layer layer = {.parameters = s, .alias = other_block};
    return s ? add_layer(lowering, node, layer, error) : error->status;
}

static const cki_primitive block_primitive = {.name = "delayed.block",
                                              .size = sizeof(struct cask_delayed_node),
                                              .lower = lower_block,
                                              .barrier = true};

cask_delayed cki_delayed_block(cki_build *build, const cki_node *node, int64_t block)
{
    int64_t *number = cki_arena_copy(build->arena, &block, sizeof block);
    if (!number) {
        cki_fail_memory(build->error, sizeof block);
        return NULL;
    }
    return over(build, &block_primitive, node->collection->label(node), node, number, block);
}

/* ---- a value that is there ---- */

static void release_call(void *self)
{
    cki_delayed_call *call = self;
    cask_value_unref(call->places[0].value);
}

const cki_node *cki_delayed_hold(cki_build *build, const cki_node *node, cask_value *blocks)
{
    struct cask_delayed_node *held = cki_arena_copy(build->arena, node, sizeof *held);
    cki_delayed_call *call =
        held ? cki_arena_alloc(build->arena, sizeof *call + sizeof *call->places) : NULL;
    if (!call) {
        cki_fail_memory(build->error, sizeof *held);
        return NULL;
    }
    *call = (cki_delayed_call){.ck = build->ck, .count = 1};
    call->places[0].value = cask_value_ref(blocks->as.list.items[0]);
    held->base.primitive = &cki_delayed_primitive;
    held->base.inputs = NULL;
    held->base.ninputs = 0;
    held->base.parameters = call;
    held->attribute = NULL;
    bool kept = cki_context_own(build->ck, release_call, call, build->error) == CASK_OK;
    return kept ? &held->base : NULL;
}
