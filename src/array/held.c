/* Held: arrays whose blocks are in memory already, as persist leaves them. */
#include "array/held.h"
#include "array/blockwise.h"
#include "array/functions.h"
#include "graph/spelling.h"

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

static void spell(const cki_layer *layer, int64_t block, cki_spelling *spelling)
{
    cask_value *const *blocks = ((const cask_value *)layer->parameters)->as.list.items;
    cki_spelling_data(spelling, cask_value_ref(blocks[block]));
}

static cask_status lower(cki_lowering *lowering, const cki_node *node, cki_error *error)
{
    const cki_layer layer = {.function = &cki_held_function,
                             .parameters = node->parameters,
                             .inputs = no_inputs,
                             .cost = no_cost,
                             .spell = spell};
    return cki_node_lower(lowering, cki_node_as_array(node), layer, "", error);
}

static const cki_primitive primitive = {
    .name = "array.held", .size = sizeof(struct cask_array_node), .lower = lower};

static void drop(void *blocks)
{
    cask_value_unref(blocks);
}

/* Whether blocks are what the node says: a function of the user's may have given others. */
static cask_status check(cask_array x, const cask_value *blocks, cki_error *error)
{
    int64_t position[CKI_MAX_NDIM], shape[CKI_MAX_NDIM];
    for (size_t i = 0; i < blocks->as.list.count; i++) {
        const cki_array *block = cki_array_of(blocks->as.list.items[i]);
        cki_node_position(x, (int64_t)i, position);
        cki_node_block_shape(x, position, shape);
        if (block && !cki_dtype_same(block->dtype, x->dtype)) {
            char said[48], got[48];
            return cki_fail(error, CASK_TYPE, NULL,
                            "block %zu of %s is of type %s, which was said to be %s", i, x->label,
                            cki_dtype_name(block->dtype, got), cki_dtype_name(x->dtype, said));
        }
        for (int k = 0; block && k < x->ndim; k++)
            if (shape[k] >= 0 && block->shape[k] != shape[k])
                return cki_fail(error, CASK_SHAPE, NULL,
                                "block %zu of %s has %lld elements along axis %d, where its chunks "
                                "say %lld: tell map_blocks the sizes with chunks=",
                                i, x->label, (long long)block->shape[k], k, (long long)shape[k]);
    }
    return CASK_OK;
}

const cki_node *cki_held_array(cki_build *build, const cki_node *node, cask_value *blocks)
{
    if (cki_blockwise_is(cki_node_as_array(node)) &&
        check(cki_node_as_array(node), blocks, build->error) != CASK_OK)
        return NULL;
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
