/* Lowering: from nodes to layers of tasks, inputs first. */
#include "core/map.h"
#include "expr/node.h"

#include <stdio.h>
#include <string.h>

struct cki_lowering {
    cki_graph *graph;
    cki_map layers;  /* node -> layer + 2 and, in the upper half, its block + 1 if it shares that;
                        1 while its inputs are under way */
    cki_map aliases; /* node with a place in a shared layer -> a layer of its own */
    uint32_t shared;
    size_t first; /* of the layers of the node that is lowered */
    bool failed;  /* no memory for a name, or a layer of its own */
};

cki_graph *cki_lower_graph(cki_lowering *lowering)
{
    return lowering->graph;
}

cki_key cki_lower_key(const cki_lowering *lowering, const cki_node *input)
{
    uint64_t place = 2;
    cki_map_get(&lowering->layers, cki_map_key(input), &place);
    return (cki_key){(uint32_t)place - 2, place >> 32 ? (int64_t)(place >> 32) - 1 : 0};
}

void cki_lower_place(cki_lowering *lowering, const cki_node *node, cki_key place)
{
    cki_map_set(&lowering->layers, cki_map_key(node),
                (uint64_t)(place.block + 1) << 32 | (uint64_t)(place.layer + 2));
}

void cki_lower_result(cki_lowering *lowering, const cki_node *node, uint32_t layer)
{
    cki_map_set(&lowering->layers, cki_map_key(node), (uint64_t)layer + 2);
}

uint32_t cki_lower_shared(const cki_lowering *lowering)
{
    return lowering->shared;
}

void cki_lower_share(cki_lowering *lowering, uint32_t layer)
{
    lowering->shared = layer;
}

static cki_key other_block(const cki_layer *layer, int64_t block)
{
    (void)block;
    return *(const cki_key *)layer->parameters;
}

/* A layer that is nothing but one block of a shared one. */
static uint32_t alias_of(cki_lowering *lowering, const cki_node *node, cki_key place)
{
    uint64_t known = 0;
    uint32_t number = 0;
    if (cki_map_get(&lowering->aliases, cki_map_key(node), &known))
        return (uint32_t)known;
    const cki_key *kept = cki_arena_copy(cki_graph_arena(lowering->graph), &place, sizeof place);
    const cki_layer layer = {
        .name = "block", .parameters = kept, .blocks = 1, .alias = other_block};
    cki_error error = {0};
    lowering->failed |= !kept ||
                        cki_graph_add(lowering->graph, &layer, &number, &error) != CASK_OK ||
                        !cki_map_set(&lowering->aliases, cki_map_key(node), number);
    return number;
}

uint32_t cki_lower_input(cki_lowering *lowering, const cki_node *input)
{
    uint64_t place = 2;
    cki_map_get(&lowering->layers, cki_map_key(input), &place);
    return place >> 32 ? alias_of(lowering, input, cki_lower_key(lowering, input))
                       : (uint32_t)place - 2;
}

/* Whether another layer of the node has the name: the levels of a tree are alike. */
static bool is_taken(const cki_lowering *lowering, const char *name)
{
    for (size_t i = lowering->first; i < cki_graph_layers(lowering->graph); i++)
        if (strcmp(cki_graph_layer(lowering->graph, (uint32_t)i)->name, name) == 0)
            return true;
    return false;
}

const char *cki_lower_name(cki_lowering *lowering, const cki_node *node, const char *label,
                           const char *part)
{
    char hex[33];
    const char *dash = *part ? "-" : "";
    size_t room = strlen(label) + strlen(part) + sizeof hex + 24;
    char *name = cki_arena_alloc(cki_graph_arena(lowering->graph), room);
    cki_token_hex(node->token, hex);
    if (name)
        snprintf(name, room, "%s%s%s-%s", label, dash, part, hex);
    for (int level = 1; name && is_taken(lowering, name); level++)
        snprintf(name, room, "%s%s%s-%d-%s", label, dash, part, level, hex);
    lowering->failed |= !name;
    return name ? name : label;
}

/* Names the layers of a node, from `first` on, by all that decides their blocks: the node's token,
 * and what lowering depends on besides. Without memory for that they stay nameless. */
static void identify(cki_graph *graph, const cki_node *node, size_t first)
{
    for (size_t i = first; i < cki_graph_layers(graph); i++) {
        const cki_layer *layer = cki_graph_layer(graph, (uint32_t)i);
        cki_hasher *hasher = layer->function ? cki_token_start(NULL) : NULL;
        if (!hasher)
            continue;
        cki_token_token(hasher, node->token);
        cki_token_text(hasher, layer->function->name);
        cki_token_int(hasher, layer->function->version);
        cki_token_int(hasher, layer->blocks);
        cki_token_int(hasher, (int64_t)(i - first));
        cki_token_int(hasher, node->ck->tuning.split_every);
        cki_token_int(hasher, cki_context_fuses(node->ck));
        cki_token_int(hasher, (int64_t)cki_graph_plan_bytes(graph));
        cki_graph_identify(graph, (uint32_t)i, cki_token_end(hasher));
    }
}

/* One node: false if its inputs must come first, which were pushed. */
static bool lower_one(cki_lowering *lowering, const cki_node *node, cki_error *error)
{
    size_t first = lowering->first = cki_graph_layers(lowering->graph);
    cask_status status = node->primitive->lower(lowering, node, error);
    if (status == CASK_OK && node->lasting && node->ck->ncaches)
        identify(lowering->graph, node, first);
    for (size_t i = first; node->annotations && i < cki_graph_layers(lowering->graph); i++)
        cki_graph_annotate(lowering->graph, (uint32_t)i, node->annotations);
    uint64_t layer = 1;
    cki_map_get(&lowering->layers, cki_map_key(node), &layer);
    if (status == CASK_OK && ((uint32_t)layer < 2 || lowering->failed))
        cki_fail_memory(error, sizeof(cki_map_slot));
    return error->status == CASK_OK;
}

/* The way from a wanted node down: each node with the input that comes next. */
typedef struct frame {
    const cki_node *node;
    size_t input;
} frame;

typedef struct descent {
    frame *frames;
    size_t depth, capacity;
} descent;

static bool enter(descent *d, const cki_node *node)
{
    if (d->depth == d->capacity) {
        size_t capacity = d->capacity * 2 + 64;
        frame *frames = cki_memory_realloc(d->frames, capacity * sizeof *frames);
        if (!frames)
            return false;
        d->frames = frames;
        d->capacity = capacity;
    }
    d->frames[d->depth++] = (frame){node, 0};
    return true;
}

static cask_status lower_under(cki_lowering *lowering, const cki_node *wanted, descent *d,
                               cki_error *error)
{
    d->depth = 0;
    bool entered = enter(d, wanted);
    while (entered && d->depth) {
        frame *top = &d->frames[d->depth - 1];
        uint64_t layer = 0;
        while (top->input < top->node->ninputs &&
               cki_map_get(&lowering->layers, cki_map_key(top->node->inputs[top->input]), &layer))
            top->input++;
        if (top->input < top->node->ninputs) {
            entered = enter(d, top->node->inputs[top->input]);
            continue;
        }
        if (!cki_map_get(&lowering->layers, cki_map_key(top->node), &layer) &&
            !lower_one(lowering, top->node, error))
            return error->status;
        d->depth--;
    }
    return entered ? CASK_OK : cki_fail_memory(error, d->capacity * 2 * sizeof(frame));
}

cask_status cki_lower_nodes(cki_graph *graph, const cki_node *const *wanted, size_t count,
                            uint32_t *layers, cki_error *error)
{
    cki_lowering lowering = {.graph = graph, .shared = UINT32_MAX};
    descent d = {0};
    cask_status status = CASK_OK;
    for (size_t i = 0; i < count && status == CASK_OK; i++)
        status = lower_under(&lowering, wanted[i], &d, error);
    for (size_t i = 0; i < count && status == CASK_OK; i++)
        layers[i] = cki_lower_input(&lowering, wanted[i]);
    if (status == CASK_OK && lowering.failed)
        status = cki_fail_memory(error, sizeof(cki_layer));
    cki_memory_free(d.frames);
    cki_map_free(&lowering.layers);
    cki_map_free(&lowering.aliases);
    return status;
}
