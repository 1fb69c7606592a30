/* Held: arrays whose blocks are in memory already, as persist leaves them. */
#include "array/held.h"
#include "array/functions.h"

static cask_status run_held(const cki_task *task, cask_value **result, cki_error *error)
{
    const cask_value *blocks = task->layer->parameters;
    (void)error;
    *result = cask_value_ref(blocks->as.list.items[task->block]);
    return CASK_OK;
}

const cki_function cki_held_function = {"array.held", 1, run_held};

static void no_inputs(const cki_layer *layer, int64_t block, cki_keys *keys)
{
    (void)layer, (void)block, (void)keys;
}

static void no_cost(const cki_layer *layer, int64_t block, cki_cost *cost)
{
    (void)layer, (void)block;
    *cost = (cki_cost){0};
}

static cask_status lower(cki_lowering *lowering, const cki_node *node, cki_error *error)
{
    const cki_layer layer = {.function = &cki_held_function,
                             .parameters = node->parameters,
                             .inputs = no_inputs,
                             .cost = no_cost};
    return cki_node_lower(lowering, cki_node_as_array(node), layer, "held", error);
}

static const cki_primitive primitive = {
    .name = "array.held", .size = sizeof(struct cask_array_node), .lower = lower};

static void drop(void *blocks)
{
    cask_value_unref(blocks);
}

const cki_node *cki_held_array(cki_build *build, const cki_node *node, cask_value *blocks)
{
    struct cask_array_node *held = cki_arena_copy(build->arena, node, sizeof *held);
    if (!held) {
        cki_fail_memory(build->error, sizeof *held);
        return NULL;
    }
    held->base.primitive = &primitive;
    held->base.inputs = NULL;
    held->base.ninputs = 0;
    held->base.parameters = blocks;
    if (cki_context_own(build->ck, drop, cask_value_ref(blocks), build->error) != CASK_OK)
        return NULL;
    return &held->base;
}
