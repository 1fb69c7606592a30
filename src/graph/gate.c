/* Gates: the layer as it was stands behind one that asks for one input more. */
#include "graph/gate.h"

typedef struct gate {
    cki_layer layer; /* as it was */
    cki_key after;
} gate;

static const gate *gate_of(const cki_layer *layer)
{
    return layer->parameters;
}

static cask_status run(const cki_task *task, cask_value **result, cki_error *error)
{
    const gate *g = gate_of(task->layer);
    cki_task inner = *task;
    inner.layer = &g->layer;
    inner.ninputs--;
    return g->layer.function->run(&inner, result, error);
}

const cki_function cki_gate_function = {.name = "graph.gated", .version = 1, .run = run};

static void inputs(const cki_layer *layer, int64_t block, cki_keys *keys)
{
    const gate *g = gate_of(layer);
    if (g->layer.inputs)
        g->layer.inputs(&g->layer, block, keys);
    cki_graph_key(keys, g->after.layer, g->after.block);
}

static void cost(const cki_layer *layer, int64_t block, cki_cost *cost)
{
    const gate *g = gate_of(layer);
    g->layer.cost(&g->layer, block, cost);
}

static void describe(const cki_layer *layer, int64_t block, cki_text *key, cki_text *call)
{
    cki_graph_describe(&gate_of(layer)->layer, block, key, call);
}

cask_status cki_gate_add(cki_graph *graph, uint32_t number, cki_key after, cki_error *error)
{
    const cki_layer *now = cki_graph_layer(graph, number);
    if (now->alias)
        return CASK_OK;
    gate *g = cki_arena_alloc(cki_graph_arena(graph), sizeof *g);
    if (!g)
        return cki_fail_memory(error, sizeof *g);
    *g = (gate){*now, after};
    cki_layer gated = *now;
    gated.function = &cki_gate_function;
    gated.parameters = g;
    gated.inputs = inputs;
    gated.cost = now->cost ? cost : NULL;
    gated.describe = describe;
    gated.block_token = NULL;
    gated.token = (cki_token){0, 0};
    gated.spell = NULL;
    cki_graph_replace(graph, number, &gated);
    return CASK_OK;
}
