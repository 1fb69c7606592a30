/* The optimiser: equal nodes become one, each node simplifies itself (slices move to the readers),
 * and element-wise nodes are absorbed into their users. Explicit stacks: expressions may be deep.
 */
#include "core/map.h"
#include "expr/annotate.h"
#include "expr/node.h"
#include "graph/annotations.h"

#include <stdlib.h>
#include <string.h>

/* What the fusing pass knows of a node. */
typedef struct node_fact {
    const cki_node *node, *root, *result;
    const cki_annotations *annotations; /* of all that is computed in it */
    uint32_t *users;                    /* places in `facts`, in the arena */
    uint32_t nusers, filled;
    uint32_t members, fan;
    bool wanted, joined; /* joined: annotations of nodes that are computed in it differ */
} node_fact;

struct cki_optimiser {
    cask *ck;
    cki_graph *graph;
    bool written;   /* nodes stay what the user wrote */
    cki_map places; /* node -> place in facts + 1 */
    node_fact *facts;
    size_t count;
};

cki_build cki_optimise_build(cki_optimiser *optimiser, cki_error *error)
{
    return (cki_build){optimiser->ck, cki_graph_arena(optimiser->graph), error};
}

cki_graph *cki_optimise_graph(cki_optimiser *optimiser)
{
    return optimiser->graph;
}

/* ---- simplifying ---- */

typedef struct node_stack {
    const cki_node **items;
    size_t count, capacity;
} node_stack;

static bool push(node_stack *stack, const cki_node *node)
{
    if (stack->count == stack->capacity) {
        size_t capacity = stack->capacity * 2 + 64;
        const cki_node **items = cki_memory_realloc(stack->items, capacity * sizeof *items);
        if (!items)
            return false;
        stack->items = items;
        stack->capacity = capacity;
    }
    stack->items[stack->count++] = node;
    return true;
}

/* A node's way to its final form: `next` takes its place (itself when it is final). */
typedef struct simplifier {
    cki_optimiser *optimiser;
    cki_map next;     /* node -> node */
    cki_map interned; /* token -> node */
    node_stack todo;
} simplifier;

static const cki_node *get(const cki_map *map, uint64_t key)
{
    uint64_t value;
    return cki_map_get(map, key, &value) ? (const cki_node *)(uintptr_t)value : NULL;
}

static bool set(cki_map *map, uint64_t key, const cki_node *node)
{
    return cki_map_set(map, key, cki_map_key(node));
}

/* The final form of a node, or NULL if there is none as yet; *stuck is the node to work on. */
static const cki_node *final_form(const simplifier *s, const cki_node *node, const cki_node **stuck)
{
    for (;;) {
        const cki_node *next = get(&s->next, cki_map_key(node));
        *stuck = node;
        if (!next || next == node)
            return next;
        node = next;
    }
}

/* The one node of its token. */
static const cki_node *intern(simplifier *s, const cki_node *node)
{
    uint64_t key = node->token.low | 1;
    const cki_node *same = get(&s->interned, key);
    if (same && cki_token_same(same->token, node->token))
        return same;
    return set(&s->interned, key, node) ? node : NULL;
}

/* What is made for a node has its annotations, and as it may be its input made otherwise (a slice
 * of a source is a smaller source), that one's. */
static const cki_annotations *annotations_of(cki_optimiser *optimiser, const cki_node *node,
                                             cki_error *error)
{
    const cki_annotations *own = node->annotations;
    const cki_annotations *below = node->ninputs ? node->inputs[0]->annotations : NULL;
    if (!below || own == below)
        return own;
    if (!own || !cki_annotations_fusable(own, below, true))
        return own ? own : below;
    cki_annotations *both = cki_annotations_fuse(own, below, error);
    if (!both || cki_graph_own(optimiser->graph, cki_annotations_free, both, error) != CASK_OK)
        return NULL;
    return both;
}

static const cki_node *simplify_one(cki_optimiser *optimiser, const cki_node *node,
                                    cki_error *error)
{
    const cki_annotations *own = annotations_of(optimiser, node, error);
    if (error->status != CASK_OK)
        return NULL;
    cki_annotate_turn before = cki_annotate_instead((cki_annotate_turn){optimiser->ck, own});
    const cki_node *result = node->primitive->simplify(optimiser, node, error);
    (void)cki_annotate_instead(before);
    return result;
}

/* One step for the node on top: NULL if its inputs must come first (they were pushed) or on an
 * error; else what takes its place. */
static const cki_node *step(simplifier *s, const cki_node *node, cki_error *error)
{
    const cki_node *few[8], **inputs = few;
    if (node->ninputs > 8 && !(inputs = cki_memory_alloc(node->ninputs * sizeof *inputs))) {
        cki_fail_memory(error, node->ninputs * sizeof *inputs);
        return NULL;
    }
    bool ready = true, changed = false;
    for (size_t i = 0; i < node->ninputs; i++) {
        const cki_node *stuck;
        inputs[i] = final_form(s, node->inputs[i], &stuck);
        if (!inputs[i]) {
            ready = false;
            if (!push(&s->todo, stuck))
                cki_fail_memory(error, sizeof stuck);
        }
        changed |= inputs[i] != node->inputs[i];
    }
    const cki_node *result = NULL;
    cki_build build = cki_optimise_build(s->optimiser, error);
    if (ready)
        result = changed ? cki_node_with_inputs(&build, node, inputs) : node;
    if (inputs != few)
        cki_memory_free(inputs);
    if (!result)
        return NULL;
    const cki_node *one = intern(s, result);
    if (!one) {
        cki_fail_memory(error, sizeof(cki_map_slot));
        return NULL;
    }
    if (one != node || !node->primitive->simplify || s->optimiser->written)
        return one;
    return simplify_one(s->optimiser, node, error);
}

static cask_status simplify(simplifier *s, const cki_node *wanted, cki_error *error)
{
    if (!push(&s->todo, wanted))
        return cki_fail_memory(error, sizeof wanted);
    while (s->todo.count && error->status == CASK_OK) {
        const cki_node *stuck, *top = s->todo.items[s->todo.count - 1];
        if (final_form(s, top, &stuck)) {
            s->todo.count--;
            continue;
        }
        if (stuck != top) {
            if (!push(&s->todo, stuck))
                return cki_fail_memory(error, sizeof stuck);
            continue;
        }
        const cki_node *next = step(s, top, error);
        if (next && !set(&s->next, cki_map_key(top), next))
            return cki_fail_memory(error, sizeof(cki_map_slot));
    }
    return error->status;
}

static cask_status simplify_all(cki_optimiser *optimiser, const cki_node **wanted, size_t count,
                                cki_error *error)
{
    simplifier s = {.optimiser = optimiser};
    cask_status status = CASK_OK;
    for (size_t i = 0; i < count && status == CASK_OK; i++) {
        const cki_node *stuck;
        status = simplify(&s, wanted[i], error);
        if (status == CASK_OK)
            wanted[i] = final_form(&s, wanted[i], &stuck);
    }
    cki_map_free(&s.next);
    cki_map_free(&s.interned);
    cki_memory_free(s.todo.items);
    return status;
}

/* ---- fusing ---- */

static node_fact *fact_of(const cki_optimiser *optimiser, const cki_node *node)
{
    uint64_t place = 0;
    return cki_map_get(&optimiser->places, cki_map_key(node), &place) ? &optimiser->facts[place - 1]
                                                                      : NULL;
}

size_t cki_optimise_users(const cki_optimiser *optimiser, const cki_node *node, bool *wanted)
{
    const node_fact *fact = fact_of(optimiser, node);
    *wanted = fact->wanted;
    return fact->nusers;
}

const cki_node *cki_optimise_user(const cki_optimiser *optimiser, const cki_node *node, size_t i)
{
    return optimiser->facts[fact_of(optimiser, node)->users[i]].node;
}

const cki_node *cki_optimise_root(const cki_optimiser *optimiser, const cki_node *node)
{
    return fact_of(optimiser, node)->root;
}

size_t cki_optimise_members(const cki_optimiser *optimiser, const cki_node *root)
{
    return fact_of(optimiser, root)->members;
}

size_t cki_optimise_fan(const cki_optimiser *optimiser, const cki_node *root)
{
    return fact_of(optimiser, root)->fan;
}

const cki_node *cki_optimise_result(const cki_optimiser *optimiser, const cki_node *node)
{
    return fact_of(optimiser, node)->result;
}

bool cki_optimise_joins(const cki_optimiser *optimiser, const cki_node *node, const cki_node *root)
{
    return cki_annotations_fusable(node->annotations, fact_of(optimiser, root)->annotations,
                                   optimiser->ck->tuning.fuse_annotated);
}

void cki_optimise_absorb(cki_optimiser *optimiser, const cki_node *node, const cki_node *root)
{
    node_fact *inner = fact_of(optimiser, node), *outer = fact_of(optimiser, root);
    inner->root = root;
    outer->joined |= !cki_annotations_fusable(outer->annotations, node->annotations, false);
    outer->members++;
    outer->fan += (uint32_t)node->ninputs; /* one of its places is taken by the node itself */
}

static bool add_fact(cki_optimiser *optimiser, size_t *capacity, const cki_node *node)
{
    if (!optimiser->facts || optimiser->count == *capacity) {
        size_t more = *capacity * 2 + 64;
        node_fact *facts = cki_memory_realloc(optimiser->facts, more * sizeof *facts);
        if (!facts)
            return false;
        optimiser->facts = facts;
        *capacity = more;
    }
    optimiser->facts[optimiser->count++] = (node_fact){.node = node,
                                                       .root = node,
                                                       .annotations = node->annotations,
                                                       .members = 1,
                                                       .fan = (uint32_t)node->ninputs};
    return cki_map_set(&optimiser->places, cki_map_key(node), optimiser->count);
}

/* All nodes under the wanted ones, inputs first. */
static cask_status gather(cki_optimiser *optimiser, const cki_node *const *wanted, size_t count,
                          cki_error *error)
{
    node_stack todo = {0};
    size_t capacity = 0;
    cask_status status = CASK_OK;
    for (size_t i = 0; i < count && status == CASK_OK; i++) {
        if (!push(&todo, wanted[i]))
            status = cki_fail_memory(error, sizeof *wanted);
        while (todo.count && status == CASK_OK) {
            const cki_node *node = todo.items[todo.count - 1];
            uint64_t place = 0;
            bool seen = cki_map_get(&optimiser->places, cki_map_key(node), &place);
            if (seen && place) {
                todo.count--;
                continue;
            }
            bool ok = true;
            if (!seen) { /* 0: its inputs are under way */
                ok = cki_map_set(&optimiser->places, cki_map_key(node), 0);
                for (size_t k = node->ninputs; ok && k-- > 0;)
                    if (!fact_of(optimiser, node->inputs[k]))
                        ok = push(&todo, node->inputs[k]);
            } else {
                todo.count--;
                ok = add_fact(optimiser, &capacity, node);
            }
            if (!ok)
                status = cki_fail_memory(error, sizeof(node_fact));
        }
    }
    cki_memory_free(todo.items);
    return status;
}

static cask_status find_users(cki_optimiser *optimiser, cki_error *error)
{
    cki_arena *arena = cki_graph_arena(optimiser->graph);
    for (size_t i = 0; i < optimiser->count; i++)
        for (size_t k = 0; k < optimiser->facts[i].node->ninputs; k++)
            fact_of(optimiser, optimiser->facts[i].node->inputs[k])->nusers++;
    for (size_t i = 0; i < optimiser->count; i++) {
        node_fact *fact = &optimiser->facts[i];
        fact->users = cki_arena_array(arena, fact->nusers, sizeof *fact->users);
        if (!fact->users)
            return cki_fail_memory(error, fact->nusers * sizeof *fact->users);
    }
    for (size_t i = 0; i < optimiser->count; i++)
        for (size_t k = 0; k < optimiser->facts[i].node->ninputs; k++) {
            node_fact *used = fact_of(optimiser, optimiser->facts[i].node->inputs[k]);
            used->users[used->filled++] = (uint32_t)i;
        }
    return CASK_OK;
}

/* The node with the results of its inputs in their places. */
const cki_node *cki_optimise_replace(cki_optimiser *optimiser, const cki_node *node,
                                     cki_error *error)
{
    bool changed = false;
    for (size_t i = 0; i < node->ninputs; i++)
        changed |= fact_of(optimiser, node->inputs[i])->result != node->inputs[i];
    if (!changed)
        return node;
    cki_build build = cki_optimise_build(optimiser, error);
    const cki_node **inputs = cki_arena_array(build.arena, node->ninputs, sizeof *inputs);
    if (!inputs) {
        cki_fail_memory(error, node->ninputs * sizeof *inputs);
        return NULL;
    }
    for (size_t i = 0; i < node->ninputs; i++)
        inputs[i] = fact_of(optimiser, node->inputs[i])->result;
    return cki_node_with_inputs(&build, node, inputs);
}

/* Annotations of what is computed in each node. The graph owns those that are made. */
static cask_status join_annotations(cki_optimiser *optimiser, cki_error *error)
{
    for (size_t i = optimiser->count; i-- > 0;) {
        const node_fact *fact = &optimiser->facts[i];
        node_fact *root = fact->root == fact->node ? NULL : fact_of(optimiser, fact->root);
        if (!root || !root->joined)
            continue;
        cki_annotations *both = cki_annotations_fuse(root->annotations, fact->annotations, error);
        if (!both || cki_graph_own(optimiser->graph, cki_annotations_free, both, error) != CASK_OK)
            return error->status;
        root->annotations = both;
    }
    return CASK_OK;
}

/* A node with what it takes in, and the annotations of all of that. Its result is the same, and so
 * are its token and its name. */
static const cki_node *fuse_one(cki_optimiser *optimiser, const node_fact *fact, cki_error *error)
{
    const cki_node *node = fact->node;
    cki_annotate_turn before =
        cki_annotate_instead((cki_annotate_turn){optimiser->ck, fact->annotations});
    const cki_node *made = node->primitive->fuse ? node->primitive->fuse(optimiser, node, error)
                                                 : cki_optimise_replace(optimiser, node, error);
    (void)cki_annotate_instead(before);
    if (!made ||
        (made->annotations == fact->annotations && cki_token_same(made->token, node->token)))
        return made;
    cki_node *copy = cki_arena_copy(cki_graph_arena(optimiser->graph), made, made->primitive->size);
    if (!copy) {
        cki_fail_memory(error, made->primitive->size);
        return NULL;
    }
    copy->annotations = fact->annotations;
    copy->token = node->token;
    return copy;
}

static cask_status fuse_all(cki_optimiser *optimiser, const cki_node **wanted, size_t count,
                            cki_absorb_rule rule, cki_error *error)
{
    cask_status status = gather(optimiser, wanted, count, error);
    if (status == CASK_OK)
        status = find_users(optimiser, error);
    if (status != CASK_OK)
        return status;
    for (size_t i = 0; i < count; i++)
        fact_of(optimiser, wanted[i])->wanted = true;
    for (size_t i = optimiser->count; rule && i-- > 0;)
        rule(optimiser, optimiser->facts[i].node);
    if (join_annotations(optimiser, error) != CASK_OK)
        return error->status;
    for (size_t i = 0; i < optimiser->count; i++) {
        node_fact *fact = &optimiser->facts[i];
        const cki_node *node = fact->node;
        if (fact->root != node)
            fact->result = node; /* computed inside its root: nobody asks for it */
        else
            fact->result = fuse_one(optimiser, fact, error);
        if (fact->result && fact->wanted && !fact->nusers && fact->result->primitive->finish &&
            !optimiser->written)
            fact->result = fact->result->primitive->finish(optimiser, fact->result, error);
        if (!fact->result)
            return error->status;
    }
    for (size_t i = 0; i < count; i++)
        wanted[i] = fact_of(optimiser, wanted[i])->result;
    return CASK_OK;
}

static cask_status optimise(cki_optimiser *optimiser, const cki_node **wanted, size_t count,
                            cki_absorb_rule rule, cki_error *error)
{
    cki_build build = cki_optimise_build(optimiser, error);
    cask_status status = simplify_all(optimiser, wanted, count, error);
    if (status == CASK_OK && !optimiser->written)
        status = cki_repeat_nodes(&build, wanted, count);
    if (status == CASK_OK)
        status = fuse_all(optimiser, wanted, count, rule, error);
    cki_map_free(&optimiser->places);
    cki_memory_free(optimiser->facts);
    return status;
}

cask_status cki_optimise_nodes(cki_graph *graph, cask *ck, const cki_node **wanted, size_t count,
                               cki_absorb_rule rule, cki_error *error)
{
    cki_optimiser optimiser = {.ck = ck, .graph = graph};
    return optimise(&optimiser, wanted, count, rule, error);
}

cask_status cki_optimise_nothing(cki_graph *graph, cask *ck, const cki_node **wanted, size_t count,
                                 cki_error *error)
{
    cki_optimiser optimiser = {.ck = ck, .graph = graph, .written = true};
    return optimise(&optimiser, wanted, count, NULL, error);
}
