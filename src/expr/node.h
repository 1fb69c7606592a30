/* Expression nodes: what an operation makes at once, long before there are tasks. A node knows its
 * inputs, parameters and metadata, and its primitive knows how to simplify and lower it. */
#ifndef CKI_EXPR_NODE_H
#define CKI_EXPR_NODE_H

#include "expr/context.h"
#include "graph/graph.h"
#include "value/token.h"

typedef struct cki_collection cki_collection;
typedef struct cki_optimiser cki_optimiser;
typedef struct cki_lowering cki_lowering;

/* A kind of node. Few, and each in the file of its family; user-visible operations (operation.h)
 * are made of them. */
typedef struct cki_primitive {
    const char *name;
    size_t size; /* of the collection's node struct, which begins with a cki_node */
    /* Optional: an equal node that costs less, or `node` itself, or NULL with the error set. Its
     * inputs have been simplified; nodes it makes will be. */
    const cki_node *(*simplify)(cki_optimiser *optimiser, const cki_node *node, cki_error *error);
    /* Optional, after all are simplified: take element-wise inputs into this node (see fuse.c). */
    const cki_node *(*fuse)(cki_optimiser *optimiser, const cki_node *node, cki_error *error);
    /* Optional: what takes the place of a node that is wanted and that nobody else uses. */
    const cki_node *(*finish)(cki_optimiser *optimiser, const cki_node *node, cki_error *error);
    /* Append this node's layers to the graph; cki_lower_input() gives the inputs' layers, and
     * cki_lower_result() tells which layer holds its blocks. */
    cask_status (*lower)(cki_lowering *lowering, const cki_node *node, cki_error *error);
    /* Whether its results need much of its inputs at once: reductions, products, rechunking. */
    bool barrier;
    /* Optional: bytes of all its blocks, if making them again is better than keeping them
     * (repeat.c); 0 if not. */
    uint64_t (*repeatable)(const cki_node *node);
} cki_primitive;

/* The beginning of every collection's node. */
struct cki_node {
    const cki_primitive *primitive;
    const cki_collection *collection; /* the same for all nodes of a kind (collection.h) */
    cask *ck;
    cki_token token; /* of all that decides the result: equal tokens, equal results */
    cki_token own;   /* of the primitive and its parameters alone */
    const struct cki_annotations *annotations; /* in force when it was made; NULL: none */
    bool lasting; /* equal tokens mean equal results for ever, not only while the context lives:
                     set by the maker before it seals, kept if the inputs' are too */
    const cki_node *const *inputs;
    size_t ninputs;
    const void *parameters;
};

/* Where nodes are made: in a context while the user builds, in a graph's arena while optimising. */
typedef struct cki_build {
    cask *ck;
    cki_arena *arena;
    cki_error *error;
} cki_build;

/* Set both tokens, from the primitive's name, the token of the parameters, and the inputs'. */
cask_status cki_node_seal(cki_node *node, cki_token parameters, cki_error *error);
/* A copy of `node` (all primitive->size bytes) with other inputs of the same metadata. */
const cki_node *cki_node_with_inputs(cki_build *build, const cki_node *node,
                                     const cki_node *const *inputs);

/* ---- optimising (optimise.c) ---- */

/* Where simplify and fuse make their nodes. */
cki_build cki_optimise_build(cki_optimiser *optimiser, cki_error *error);
/* While fusing, of a node as it was before: */
/* its users, and whether its own result is wanted; */
size_t cki_optimise_users(const cki_optimiser *optimiser, const cki_node *node, bool *wanted);
const cki_node *cki_optimise_user(const cki_optimiser *optimiser, const cki_node *node, size_t i);
/* the node in which it is computed: itself unless it was absorbed; */
const cki_node *cki_optimise_root(const cki_optimiser *optimiser, const cki_node *node);
/* how many nodes that one computes, and how many inputs it may then have at most; */
size_t cki_optimise_members(const cki_optimiser *optimiser, const cki_node *root);
size_t cki_optimise_fan(const cki_optimiser *optimiser, const cki_node *root);
/* what has taken its place (for inputs of the node being fused); */
const cki_node *cki_optimise_result(const cki_optimiser *optimiser, const cki_node *node);
/* whether its annotations let it be computed there; */
bool cki_optimise_joins(const cki_optimiser *optimiser, const cki_node *node, const cki_node *root);
/* and the decision to compute it in `root`: the collection's rule makes it, users before inputs. */
void cki_optimise_absorb(cki_optimiser *optimiser, const cki_node *node, const cki_node *root);
/* A node with what has taken its inputs' places, for fuse functions that absorb nothing. */
const cki_node *cki_optimise_replace(cki_optimiser *optimiser, const cki_node *node,
                                     cki_error *error);
/* The graph that is being made, which owns what lives as long as its tasks. */
cki_graph *cki_optimise_graph(cki_optimiser *optimiser);

/* ---- lowering (lower.c) ---- */

cki_graph *cki_lower_graph(cki_lowering *lowering);
/* The layer that holds the blocks of an input of the node being lowered. */
uint32_t cki_lower_input(cki_lowering *lowering, const cki_node *input);
/* Say which layer holds the blocks of the node being lowered. */
void cki_lower_result(cki_lowering *lowering, const cki_node *node, uint32_t layer);
/* Nodes of one block each may share a layer: such a node says which block of it is its own, and
 * asks for an input's first block. Others see a layer for each all the same. */
void cki_lower_place(cki_lowering *lowering, const cki_node *node, cki_key place);
cki_key cki_lower_key(const cki_lowering *lowering, const cki_node *input);
/* The layer that a primitive shares at present; UINT32_MAX until it has said so. */
uint32_t cki_lower_shared(const cki_lowering *lowering);
void cki_lower_share(cki_lowering *lowering, uint32_t layer);
/* A layer's name from a label, a part (may be "") and the node's token, in 32 digits:
 * "sum-partial-1f3a..."; further ones alike are "sum-partial-1-1f3a...". Without memory it is the
 * label, and lowering fails after the node. */
const char *cki_lower_name(cki_lowering *lowering, const cki_node *node, const char *label,
                           const char *part);

/* A collection's part in fusing: called for every node, users before inputs. */
typedef void (*cki_absorb_rule)(cki_optimiser *optimiser, const cki_node *node);

/* The wanted nodes, simplified and fused, in place; nodes made on the way live in the graph. */
cask_status cki_optimise_nodes(cki_graph *graph, cask *ck, const cki_node **wanted, size_t count,
                               cki_absorb_rule rule, cki_error *error);
/* The same, but they stay what the user wrote, so that they can be looked at: equal nodes are one,
 * and each is made ready to be lowered by itself, under its own token. */
cask_status cki_optimise_nothing(cki_graph *graph, cask *ck, const cki_node **wanted, size_t count,
                                 cki_error *error);
/* Where a large source, or what is computed from it element by element, is used before and after a
 * barrier, as x in x - x.mean(), it becomes two nodes, so that x is made twice and not kept. */
cask_status cki_repeat_nodes(cki_build *build, const cki_node **wanted, size_t count);
/* Lower nodes into `graph`; layers[i] holds the blocks of wanted[i]. */
cask_status cki_lower_nodes(cki_graph *graph, const cki_node *const *wanted, size_t count,
                            uint32_t *layers, cki_error *error);

#endif
