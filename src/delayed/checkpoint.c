/* Checkpoints: a None for each block, so that the block itself can go, and a tree of Nones. */
#include "delayed/checkpoint.h"

#include <stdio.h>

/* A layer of the tree: block i waits for blocks i * every and on of the layer before. */
typedef struct level {
    uint32_t from;
    int64_t before, every;
    const uint32_t *tops; /* instead: block 0 of these layers */
    size_t ntops;
} level;

static cask_status run(const cki_task *task, cask_value **result, cki_error *error)
{
    (void)task, (void)error;
    *result = cki_value_none();
    return CASK_OK;
}

const cki_function cki_checkpoint_function = {"delayed.checkpoint", 1, run};

static void inputs(const cki_layer *layer, int64_t block, cki_keys *keys)
{
    const level *l = layer->parameters;
    for (size_t i = 0; i < l->ntops; i++)
        cki_graph_key(keys, l->tops[i], 0);
    for (int64_t i = block * l->every; i < (block + 1) * l->every && i < l->before; i++)
        cki_graph_key(keys, l->from, i);
}

static void no_cost(const cki_layer *layer, int64_t block, cki_cost *cost)
{
    (void)layer, (void)block;
    *cost = (cki_cost){0};
}

static cask_status add_level(cki_lowering *lowering, const cki_node *node, const level *made,
                             int64_t blocks, const char *part, uint32_t *number, cki_error *error)
{
    cki_graph *graph = cki_lower_graph(lowering);
    level *own = cki_arena_copy(cki_graph_arena(graph), made, sizeof *made);
    if (!own)
        return cki_fail_memory(error, sizeof *own);
    return cki_graph_add(graph,
                         &(cki_layer){.name = cki_lower_name(lowering, node, "checkpoint", part),
                                      .function = &cki_checkpoint_function,
                                      .parameters = own,
                                      .blocks = blocks,
                                      .single = !*part,
                                      .inputs = inputs,
                                      .cost = no_cost},
                         number, error);
}

/* Down to one block. `every` 0 takes all at once. */
static cask_status add_tree(cki_lowering *lowering, const cki_node *node, const cki_node *of,
                            size_t number, int64_t every, uint32_t *top, cki_error *error)
{
    char part[48]; /* the keys of each level are others */
    level l = {.from = cki_lower_input(lowering, of), .every = 1};
    l.before = of->collection->blocks(of);
    cask_status status = CASK_OK;
    if (l.before > 1) {
        snprintf(part, sizeof part, "map-%zu", number);
        status = add_level(lowering, node, &l, l.before, part, &l.from, error);
        l.every = every ? every : l.before;
    }
    do {
        int64_t blocks = l.before > l.every ? (l.before + l.every - 1) / l.every : 1;
        bool last = blocks == 1 && node->ninputs == 1; /* it has the node's own name */
        snprintf(part, sizeof part, "%zu-%lld", number, (long long)blocks);
        if (status == CASK_OK)
            status = add_level(lowering, node, &l, blocks, last ? "" : part, top, error);
        l.from = *top;
        l.before = blocks;
    } while (l.before > 1 && status == CASK_OK);
    return status;
}

static cask_status lower(cki_lowering *lowering, const cki_node *node, cki_error *error)
{
    const int64_t *every = node->parameters;
    uint32_t *tops = cki_arena_array(cki_graph_arena(cki_lower_graph(lowering)), node->ninputs + 1,
                                     sizeof *tops);
    if (!tops)
        return cki_fail_memory(error, node->ninputs * sizeof *tops);
    for (size_t i = 0; i < node->ninputs; i++)
        if (add_tree(lowering, node, node->inputs[i], i, *every, &tops[i], error) != CASK_OK)
            return error->status;
    uint32_t top = tops[0];
    const level l = {.tops = tops, .ntops = node->ninputs};
    if (node->ninputs != 1 && add_level(lowering, node, &l, 1, "", &top, error) != CASK_OK)
        return error->status;
    cki_lower_result(lowering, node, top);
    return CASK_OK;
}

static const cki_primitive primitive = {.name = "delayed.checkpoint",
                                        .size = sizeof(struct cask_delayed_node),
                                        .lower = lower,
                                        .barrier = true};

cask_delayed cki_checkpoint_of(cki_build *build, const cki_node *const *nodes, size_t count,
                               int64_t every)
{
    struct cask_delayed_node *node = cki_arena_alloc(build->arena, sizeof *node);
    const cki_node **list = cki_arena_array(build->arena, count + 1, sizeof *list);
    int64_t *parameters = cki_arena_copy(build->arena, &every, sizeof every);
    cki_hasher *hasher = node && list && parameters ? cki_token_start(build->error) : NULL;
    if (!hasher) {
        cki_fail_memory(build->error, count * sizeof *list);
        return NULL;
    }
    for (size_t i = 0; i < count; i++)
        list[i] = nodes[i];
    cki_token_int(hasher, every);
    *node = (struct cask_delayed_node){.base = {.primitive = &primitive,
                                                .collection = &cki_delayed_collection,
                                                .ck = build->ck,
                                                .inputs = list,
                                                .ninputs = count,
                                                .parameters = parameters},
                                       .label = "checkpoint",
                                       .outputs = -1,
                                       .call_outputs = -1};
    cask_status status = cki_node_seal(&node->base, cki_token_end(hasher), build->error);
    return status == CASK_OK ? node : NULL;
}
