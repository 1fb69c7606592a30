/* Graphs: layers of tasks. A layer is a function from a block number to a task, so a graph of a
 * billion tasks is as small as its layers; a plan is the part that is wanted, in order. */
#ifndef CKI_GRAPH_GRAPH_H
#define CKI_GRAPH_GRAPH_H

#include "core/arena.h"
#include "core/fail.h"
#include "core/text.h"
#include "value/token.h"
#include "value/value.h"

typedef struct cki_layer cki_layer;
typedef struct cki_graph cki_graph;
typedef struct cki_spelling cki_spelling;

/* One task's result, by name: block `block` of layer number `layer`. */
typedef struct cki_key {
    uint32_t layer;
    int64_t block;
} cki_key;

/* A list of keys that a layer's rule fills. Once it has failed, for want of memory or with more
 * than `most` keys, rules may stop. */
typedef struct cki_keys {
    cki_key *items;
    size_t count, capacity;
    size_t most; /* 0: no bound */
    bool failed;
} cki_keys;
void cki_graph_key_slowly(cki_keys *keys, uint32_t layer, int64_t block);
static inline void cki_graph_key(cki_keys *keys, uint32_t layer, int64_t block)
{
    if (keys->count < keys->capacity)
        keys->items[keys->count++] = (cki_key){.layer = layer, .block = block};
    else
        cki_graph_key_slowly(keys, layer, block);
}

/* What a task is given when it runs. */
typedef struct cki_task {
    const cki_layer *layer;
    int64_t block;
    cask_value *const *inputs; /* in the order of the layer's rule; borrowed */
    size_t ninputs;
    void *run; /* the executor's, for cki_exec_cancelled() and the like */
} cki_task;

/* A function that tasks name: built-in kernels and users' own alike. Found by name and version,
 * so that a task can be printed, hashed and sent. `run` gives a new reference in *result. */
typedef struct cki_function {
    const char *name;
    int version;
    cask_status (*run)(const cki_task *task, cask_value **result, cki_error *error);
} cki_function;

/* Upper bounds of what a task needs, known before it runs. */
typedef struct cki_cost {
    size_t output;  /* bytes of its result that are new memory (a view costs nothing) */
    size_t working; /* bytes it needs only while it runs */
    size_t read;    /* bytes it reads from files */
} cki_cost;

struct cki_layer {
    const char *name;   /* "sum-partial": for keys, messages and pictures */
    const char *detail; /* the operations that were fused into it, in order: "add, multiply"; NULL
                           if there are none */
    const cki_function *function;
    const void *parameters; /* the function's own; lives as long as the graph */
    int64_t blocks;         /* how many tasks there could be */
    /* Blocks may need lower-numbered blocks of this same layer: chains, grids, graphs by hand. */
    bool inward;
    bool single; /* its one block is no part of anything: the key is the name */
    /* Its tasks run as soon as their inputs are there: they cut them into what goes to many users,
     * each of which would bring all of them back. */
    bool soon;
    /* The keys whose results block `block` needs, in the order that the function expects. */
    void (*inputs)(const cki_layer *layer, int64_t block, cki_keys *keys);
    void (*cost)(const cki_layer *layer, int64_t block, cki_cost *cost);
    /* If set, the layer has no tasks: block `block` simply is another layer's block. */
    cki_key (*alias)(const cki_layer *layer, int64_t block);
    /* The token of one block, where each has its own; else it follows from `token`. */
    cki_token (*block_token)(const cki_layer *layer, int64_t block);
    /* Of all that decides its blocks' results, to find them again in another graph: equal tokens
     * and blocks, equal results. All zero: nobody can tell. */
    cki_token token;
    /* How blocks are numbered, for their keys: so many along each axis, row by row. NULL: by number
     * alone. */
    const int64_t *grid;
    int ndim;
    /* Optional: what people call a block, and what it calls, as they wrote it: "z" and "add". See
     * cki_graph_describe(). */
    void (*describe)(const cki_layer *layer, int64_t block, cki_text *key, cki_text *call);
    const struct cki_annotations *annotations; /* NULL: none (annotations.h) */
    /* Optional: what a block's function is called with, as people would write it (spelling.h). */
    void (*spell)(const cki_layer *layer, int64_t block, cki_spelling *spelling);
};

/* Whom a plan asks where an annotation is a function of keys: what it says of a block, a number. */
typedef struct cki_graph_asker {
    void *user;
    cask_status (*ask)(void *user, cask_value *function, const cki_layer *layer, int64_t block,
                       double *number, cki_error *error); /* NULL: nobody, they say nothing */
} cki_graph_asker;

cki_graph *cki_graph_new(cki_error *error);
void cki_graph_free(cki_graph *graph);
/* The bytes that a plan of it may take, about; 0: as many as there are. */
void cki_graph_limit(cki_graph *graph, size_t bytes);
void cki_graph_ask(cki_graph *graph, cki_graph_asker asker);
cki_graph_asker cki_graph_asked(const cki_graph *graph);
size_t cki_graph_plan_bytes(const cki_graph *graph);
cki_arena *cki_graph_arena(cki_graph *graph); /* for layers, their names and parameters */
/* Free something else with the graph. Called once, also if recording it fails. */
cask_status cki_graph_own(cki_graph *graph, void (*release)(void *), void *thing, cki_error *error);
/* One more block for a layer that was added before, whose rules know of it. */
void cki_graph_grow(cki_graph *graph, uint32_t number);
/* Append a layer; it may only refer to layers before it and, if it is `inward`, to its own lower
 * blocks. *number is its number. */
cask_status cki_graph_add(cki_graph *graph, const cki_layer *layer, uint32_t *number,
                          cki_error *error);
/* Annotate a layer; they live as long as the graph. */
void cki_graph_annotate(cki_graph *graph, uint32_t number,
                        const struct cki_annotations *annotations);
/* Exchange a layer, before there is a plan; it has as many blocks as before. */
void cki_graph_replace(cki_graph *graph, uint32_t number, const cki_layer *layer);
/* Give a layer its token. */
void cki_graph_identify(cki_graph *graph, uint32_t number, cki_token token);
size_t cki_graph_layers(const cki_graph *graph);
const cki_layer *cki_graph_layer(const cki_graph *graph, uint32_t number);
/* All of them, by number; until one is added. */
const cki_layer *const *cki_graph_table(const cki_graph *graph);
/* The length of a layer's name without the digits of its token, and the number of its level: of
 * "sum-partial". */
size_t cki_graph_label(const char *name);
/* A block's key, as messages and pictures have it: "('sum-partial-1f3a9c02', 0, 3)", and what is
 * done to make it: "sum-partial", or what was fused. Either text may be NULL. */
void cki_graph_describe(const cki_layer *layer, int64_t block, cki_text *key, cki_text *call);
/* Add to a message which task failed, and what it called, unless it says so already. */
void cki_graph_blame(const char *key, const char *called, cki_error *error);

#endif
