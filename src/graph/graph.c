/* Graphs: the layers in the order in which they were added, and what is freed with them. */
#include "graph/graph.h"
#include "core/memory.h"

#include <string.h>

typedef struct owned {
    struct owned *previous;
    void (*release)(void *);
    void *thing;
} owned;

struct cki_graph {
    cki_arena arena;
    cki_layer **layers; /* each in the arena, so that its address stays */
    size_t count, capacity;
    size_t plan_bytes;
    cki_graph_asker asker;
    owned *owned; /* newest first */
};

void cki_graph_key_slowly(cki_keys *keys, uint32_t layer, int64_t block)
{
    if (keys->count == keys->capacity) {
        size_t capacity = keys->capacity ? 2 * keys->capacity : 16;
        bool full = keys->failed || (keys->most && capacity > keys->most);
        cki_key *items = full ? NULL : cki_memory_realloc(keys->items, capacity * sizeof *items);
        if (!items) {
            keys->failed = true;
            return;
        }
        keys->items = items;
        keys->capacity = capacity;
    }
    keys->items[keys->count++] = (cki_key){.layer = layer, .block = block};
}

cki_graph *cki_graph_new(cki_error *error)
{
    cki_graph *graph = cki_memory_calloc(1, sizeof *graph);
    if (!graph)
        cki_fail_memory(error, sizeof *graph);
    return graph;
}

void cki_graph_free(cki_graph *graph)
{
    if (!graph)
        return;
    for (const owned *at = graph->owned; at; at = at->previous)
        at->release(at->thing);
    cki_arena_free(&graph->arena);
    cki_memory_free((void *)graph->layers);
    cki_memory_free(graph);
}

void cki_graph_ask(cki_graph *graph, cki_graph_asker asker)
{
    graph->asker = asker;
}

cki_graph_asker cki_graph_asked(const cki_graph *graph)
{
    return graph->asker;
}

void cki_graph_limit(cki_graph *graph, size_t bytes)
{
    graph->plan_bytes = bytes;
}

size_t cki_graph_plan_bytes(const cki_graph *graph)
{
    return graph->plan_bytes;
}

cki_arena *cki_graph_arena(cki_graph *graph)
{
    return &graph->arena;
}

cask_status cki_graph_own(cki_graph *graph, void (*release)(void *), void *thing, cki_error *error)
{
    owned *record = cki_arena_alloc(&graph->arena, sizeof *record);
    if (!record) {
        release(thing);
        return cki_fail_memory(error, sizeof *record);
    }
    *record = (owned){.previous = graph->owned, .release = release, .thing = thing};
    graph->owned = record;
    return CASK_OK;
}

cask_status cki_graph_add(cki_graph *graph, const cki_layer *layer, uint32_t *number,
                          cki_error *error)
{
    if (!layer->name || layer->blocks < 0 || (!layer->alias && !layer->function))
        return cki_fail_internal(error, "a layer without name, function or number of blocks");
    if (graph->count >= UINT32_MAX)
        return cki_fail(error, CASK_LIMIT, NULL, "a graph has at most %u layers", UINT32_MAX);
    if (graph->count == graph->capacity) {
        size_t capacity = graph->capacity ? 2 * graph->capacity : 16;
        cki_layer **layers = cki_memory_realloc((void *)graph->layers, capacity * sizeof *layers);
        if (!layers)
            return cki_fail_memory(error, capacity * sizeof *layers);
        graph->layers = layers;
        graph->capacity = capacity;
    }
    cki_layer *copy = cki_arena_copy(&graph->arena, layer, sizeof *layer);
    if (!copy)
        return cki_fail_memory(error, sizeof *layer);
    *number = (uint32_t)graph->count;
    graph->layers[graph->count++] = copy;
    return CASK_OK;
}

void cki_graph_grow(cki_graph *graph, uint32_t number)
{
    graph->layers[number]->blocks++;
}

void cki_graph_identify(cki_graph *graph, uint32_t number, cki_token token)
{
    graph->layers[number]->token = token;
}

void cki_graph_annotate(cki_graph *graph, uint32_t number,
                        const struct cki_annotations *annotations)
{
    graph->layers[number]->annotations = annotations;
}

void cki_graph_replace(cki_graph *graph, uint32_t number, const cki_layer *layer)
{
    *graph->layers[number] = *layer;
}

size_t cki_graph_layers(const cki_graph *graph)
{
    return graph->count;
}

const cki_layer *const *cki_graph_table(const cki_graph *graph)
{
    return (const cki_layer *const *)graph->layers;
}

const cki_layer *cki_graph_layer(const cki_graph *graph, uint32_t number)
{
    return number < graph->count ? graph->layers[number] : NULL;
}

size_t cki_graph_label(const char *name)
{
    enum { DIGITS = 32 };
    size_t length = strlen(name);
    if (length <= DIGITS + 1 || name[length - DIGITS - 1] != '-' ||
        strspn(name + length - DIGITS, "0123456789abcdef") != DIGITS)
        return length;
    length -= DIGITS + 1;
    for (;;) {
        size_t at = length;
        while (at > 0 && name[at - 1] >= '0' && name[at - 1] <= '9')
            at--;
        if (at == length || at < 2 || name[at - 1] != '-')
            return length;
        length = at - 1;
    }
}

/* What was fused into it, and it itself where that does not say so. */
static void describe_call(const cki_layer *layer, cki_text *call)
{
    size_t own = cki_graph_label(layer->name), fused = layer->detail ? strlen(layer->detail) : 0;
    if (fused)
        cki_text_put(call, layer->detail);
    if (fused && fused >= own && strncmp(layer->detail + fused - own, layer->name, own) == 0)
        return;
    cki_text_put(call, fused ? ", " : "");
    cki_text_add(call, layer->name, own);
}

void cki_graph_describe(const cki_layer *layer, int64_t block, cki_text *key, cki_text *call)
{
    if (layer->describe) {
        layer->describe(layer, block, key, call);
        return;
    }
    if (call)
        describe_call(layer, call);
    if (!key)
        return;
    if (layer->single) {
        cki_text_put(key, layer->name);
        return;
    }
    cki_text_format(key, "('%s',", layer->name);
    int64_t below = 1;
    for (int k = 0; layer->grid && k < layer->ndim; k++)
        below *= layer->grid[k];
    for (int k = 0; layer->grid && k < layer->ndim && below > 0; k++) {
        below /= layer->grid[k] ? layer->grid[k] : 1;
        cki_text_format(key, "%s %lld", k ? "," : "", (long long)(block / below));
        block %= below;
    }
    if (!layer->grid)
        cki_text_format(key, " %lld", (long long)block);
    cki_text_char(key, ')');
}

void cki_graph_blame(const char *key, const char *called, cki_error *error)
{
    size_t length = strlen(error->message), room = sizeof error->message - length;
    cki_text where = {0};
    if (error->blamed)
        return;
    error->blamed = true;
    cki_text_format(&where, " (in task %s, function %s)", key, called);
    if (!where.failed && where.length < room)
        memcpy(error->message + length, where.bytes, where.length + 1);
    cki_text_free(&where);
}
