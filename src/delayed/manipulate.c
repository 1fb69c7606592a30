/* Manipulating: nodes are rebuilt from their sources on. A source is lowered as it was, its layers
 * behind a gate; what is shared and not to be rebuilt is passed on block by block. */
#include "delayed/manipulate.h"

#include "core/map.h"
#include "core/memory.h"
#include "graph/gate.h"

#include <string.h>

/* ---- waiting, block by block ---- */

typedef struct passing {
    uint32_t layer, after;
} passing;

static void wait_inputs(const cki_layer *layer, int64_t block, cki_keys *keys)
{
    const passing *p = layer->parameters;
    cki_graph_key(keys, p->layer, block);
    cki_graph_key(keys, p->after, 0);
}

static void no_cost(const cki_layer *layer, int64_t block, cki_cost *cost)
{
    (void)layer, (void)block;
    *cost = (cki_cost){0};
}

static cask_status run_wait(const cki_task *task, cask_value **result, cki_error *error)
{
    (void)error;
    *result = cask_value_ref(task->inputs[0]);
    return CASK_OK;
}

const cki_function cki_manipulate_wait_function = {"delayed.wait", 1, run_wait};

/* The blocks stand in the collection's grid, so that their keys are those of its other nodes. */
static cask_status set_grid(cki_arena *arena, const cki_node *node, cki_layer *layer,
                            cki_error *error)
{
    int64_t grid[CKI_MAX_NDIM];
    if (!node->collection->grid)
        return CASK_OK;
    layer->ndim = node->collection->grid(node, grid);
    layer->grid = cki_arena_copy(arena, grid, ((size_t)layer->ndim + 1) * sizeof *grid);
    return layer->grid ? CASK_OK : cki_fail_memory(error, sizeof grid);
}

static cask_status lower_wait(cki_lowering *lowering, const cki_node *node, cki_error *error)
{
    cki_graph *graph = cki_lower_graph(lowering);
    passing *p = cki_arena_alloc(cki_graph_arena(graph), sizeof *p);
    if (!p)
        return cki_fail_memory(error, sizeof *p);
    *p = (passing){cki_lower_input(lowering, node->inputs[0]),
                   cki_lower_input(lowering, node->inputs[1])};
    cki_layer layer = {.name = cki_lower_name(lowering, node, node->collection->label(node), ""),
                       .function = &cki_manipulate_wait_function,
                       .parameters = p,
                       .blocks = node->collection->blocks(node),
                       .single = !node->collection->grid,
                       .inputs = wait_inputs,
                       .cost = no_cost};
    uint32_t number = 0;
    cask_status status = set_grid(cki_graph_arena(graph), node, &layer, error);
    if (status == CASK_OK)
        status = cki_graph_add(graph, &layer, &number, error);
    if (status == CASK_OK)
        cki_lower_result(lowering, node, number);
    return status;
}

/* ---- sources behind a gate ---- */

static cask_status lower_gated(cki_lowering *lowering, const cki_node *node, cki_error *error)
{
    const cki_node *source = node->parameters;
    cki_graph *graph = cki_lower_graph(lowering);
    cki_key after = {0};
    if (node->ninputs)
        after.layer = cki_lower_input(lowering, node->inputs[0]);
    cki_lower_share(lowering, UINT32_MAX); /* calls that share a layer would share its gate */
    size_t first = cki_graph_layers(graph);
    cask_status status = source->primitive->lower(lowering, source, error);
    cki_lower_share(lowering, UINT32_MAX);
    for (size_t i = first; status == CASK_OK && node->ninputs && i < cki_graph_layers(graph); i++)
        status = cki_gate_add(graph, (uint32_t)i, after, error);
    if (status == CASK_OK)
        cki_lower_result(lowering, node, cki_lower_input(lowering, source));
    return status;
}

/* ---- making them ---- */

static cki_token salted(cki_token token, cki_token seed, cki_error *error)
{
    cki_hasher *hasher = cki_token_start(error);
    if (!hasher)
        return token;
    cki_token_token(hasher, token);
    cki_token_token(hasher, seed);
    return cki_token_end(hasher);
}

/* A copy with another token; a name that the user gave is not its. */
static cki_node *copy_of(cki_build *build, const cki_node *node, cki_token seed)
{
    cki_node *copy = cki_arena_copy(build->arena, node, node->primitive->size);
    if (!copy) {
        cki_fail_memory(build->error, node->primitive->size);
        return NULL;
    }
    copy->own = salted(node->own, seed, build->error);
    copy->token = salted(node->token, seed, build->error);
    copy->lasting = false;
    if (node->collection->rename)
        node->collection->rename(copy, node->collection->label(node), NULL);
    return build->error->status == CASK_OK ? copy : NULL;
}

/* The same with another primitive, over these inputs. */
static const cki_node *remade(cki_build *build, const cki_node *node, const cki_primitive *kind,
                              const cki_node *const *inputs, size_t count, cki_token seed)
{
    cki_node *copy = copy_of(build, node, seed);
    cki_primitive *own = copy ? cki_arena_copy(build->arena, kind, sizeof *own) : NULL;
    const cki_node **list = own ? cki_arena_array(build->arena, count + 1, sizeof *list) : NULL;
    if (!list) {
        cki_fail_memory(build->error, count * sizeof *list);
        return NULL;
    }
    for (size_t i = 0; i < count; i++)
        list[i] = inputs[i];
    own->size = node->primitive->size;
    copy->primitive = own;
    copy->inputs = list;
    copy->ninputs = count;
    copy->parameters = NULL;
    return copy;
}

const cki_node *cki_manipulate_wait(cki_build *build, const cki_node *node, const cki_node *after)
{
    static const cki_primitive kind = {.name = "delayed.wait", .lower = lower_wait};
    return remade(build, node, &kind, (const cki_node *const[]){node, after}, 2, after->token);
}

static const cki_node *clone_source(cki_build *build, const cki_node *node,
                                    const cki_manipulation *how)
{
    static const cki_primitive kind = {.name = "delayed.gated", .lower = lower_gated};
    const cki_node *source = copy_of(build, node, how->seed);
    const cki_node *gated =
        source ? remade(build, node, &kind, &how->after, how->after != NULL, how->seed) : NULL;
    if (gated)
        ((cki_node *)(uintptr_t)gated)->parameters = source;
    return gated;
}

/* ---- all under some nodes, inputs first ---- */

typedef struct cloning {
    cki_build *build;
    const cki_manipulation *how;
    cki_map made; /* node -> clone; 0 while its inputs are under way */
    const cki_node **stack;
    size_t depth, room;
} cloning;

static bool push(cloning *c, const cki_node *node)
{
    if (c->depth == c->room) {
        size_t room = c->room * 2 + 64;
        const cki_node **stack = cki_memory_realloc((void *)c->stack, room * sizeof *stack);
        if (!stack)
            return cki_fail_memory(c->build->error, room * sizeof *stack) == CASK_OK;
        c->stack = stack;
        c->room = room;
    }
    c->stack[c->depth++] = node;
    return true;
}

static const cki_node *clone_in(const cloning *c, const cki_node *node)
{
    uint64_t made = 0;
    cki_map_get(&c->made, cki_map_key(node), &made);
    return (const cki_node *)(uintptr_t)made;
}

static bool is_omitted(const cloning *c, const cki_node *node)
{
    for (size_t i = 0; i < c->how->nomit; i++)
        if (cki_token_same(c->how->omit[i]->token, node->token))
            return true;
    return false;
}

/* The clone of a node whose inputs have theirs. */
static const cki_node *clone_one(cloning *c, const cki_node *node)
{
    cki_build *build = c->build;
    if (is_omitted(c, node))
        return c->how->after ? cki_manipulate_wait(build, node, c->how->after) : node;
    if (node->ninputs == 0)
        return clone_source(build, node, c->how);
    const cki_node **inputs = cki_arena_array(build->arena, node->ninputs, sizeof *inputs);
    const cki_node *copy = inputs ? copy_of(build, node, c->how->seed) : NULL;
    if (!copy) {
        cki_fail_memory(build->error, node->ninputs * sizeof *inputs);
        return NULL;
    }
    for (size_t i = 0; i < node->ninputs; i++)
        inputs[i] = clone_in(c, node->inputs[i]);
    return cki_node_with_inputs(build, copy, inputs);
}

static bool clone_under(cloning *c, const cki_node *wanted)
{
    bool fine = clone_in(c, wanted) || push(c, wanted);
    while (fine && c->depth) {
        const cki_node *node = c->stack[c->depth - 1];
        uint64_t made;
        bool seen = cki_map_get(&c->made, cki_map_key(node), &made);
        if (seen && made) {
            c->depth--;
        } else if (!seen) {
            fine = cki_map_set(&c->made, cki_map_key(node), 0);
            for (size_t i = 0; fine && !is_omitted(c, node) && i < node->ninputs; i++)
                fine = clone_in(c, node->inputs[i]) || push(c, node->inputs[i]);
        } else {
            const cki_node *clone = clone_one(c, node);
            c->depth--;
            fine = clone && cki_map_set(&c->made, cki_map_key(node), cki_map_key(clone));
        }
    }
    if (!fine)
        cki_fail_memory(c->build->error, sizeof(cki_map_slot));
    return fine;
}

cask_status cki_manipulate_clone(cki_build *build, const cki_node *const *nodes, size_t count,
                                 const cki_manipulation *how, const cki_node **made)
{
    cloning c = {.build = build, .how = how};
    bool fine = true;
    for (size_t i = 0; fine && i < count; i++) {
        fine = clone_under(&c, nodes[i]);
        made[i] = fine ? clone_in(&c, nodes[i]) : NULL;
    }
    cki_map_free(&c.made);
    cki_memory_free((void *)c.stack);
    return fine ? CASK_OK : build->error->status;
}
