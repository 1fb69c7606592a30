/* Hand: running a graph by hand. Its keys, in an order in which inputs come before users, are the
 * blocks of one layer; a task walks through its term's words from the last to the first, so that a
 * call finds its arguments on top of a stack, and nothing recurses. */
#include "spec/hand.h"

#include "call/term.h"
#include "core/memory.h"
#include "expr/collection.h"
#include "graph/plan.h"
#include "spec/spec_value.h"
#include "spec/topology.h"

#include <cask/chest.h>
#include <cask/lazy.h>
#include <string.h>

/* A literal in which something is lazy: places for that, which are inputs of the task. */
typedef struct literal {
    cask_value *term;      /* NULL: nothing is */
    uint32_t first, count; /* of the graph's lazy things */
} literal;

typedef struct hand {
    cki_node node; /* first: what is computed */
    cask *ck;
    const cki_spec *spec;
    cki_topology topology;
    const uint32_t *wanted; /* keys */
    size_t nwanted;
    cask_value **functions; /* by number; NULL where none of the needed terms has it */
    cask_value **results;
    literal *literals; /* by number of the value; NULL: nothing is lazy */
    const cki_node **lazy;
    size_t nlazy, lazy_room;
    uint32_t *own;        /* the wanted keys, where they must outlive the call */
    cki_spec *kept;       /* the graph, where that must too */
    const cki_node *like; /* whose blocks the wanted keys are; NULL: nobody's */
    uint32_t *blocks;     /* then by block of the layer: which of them it is, + 1 */
} hand;

/* The graph in the middle of others: its layer, and those that make whole values of what is lazy.
 */
typedef struct lowered {
    const hand *hand;
    uint32_t layer;
    const uint32_t *wholes;
} lowered;

/* ---- one task ---- */

static cask_value *make_list(cask_value **items, size_t count, cki_error *error)
{
    cask_value *list = cki_value_list(CKI_LIST, count, error);
    for (size_t i = 0; list && i < count; i++)
        list->as.list.items[i] = cask_value_ref(items[i]);
    return list;
}

static cask_value *call(const hand *h, cki_word word, cask_value **arguments, void *run,
                        cki_error *error)
{
    cask_value *function = h->functions[cki_word_function(word)];
    const cki_arguments given = {.positional = arguments, .count = cki_word_count(word)};
    return cki_call_run(h->ck, function, &given, run, error);
}

/* A literal; the values of what is lazy in it stand before the `*inputs` that are used already. */
static cask_value *literal_value(const hand *h, size_t number, const cki_task *task, size_t *inputs,
                                 cki_error *error)
{
    const literal *l = h->literals ? &h->literals[number] : NULL;
    if (!l || !l->term)
        return cask_value_ref(h->spec->values[number]);
    *inputs -= l->count;
    return cki_term_run(h->ck, l->term, task->inputs + *inputs, l->count, task->run, error);
}

/* The value of a term, whose words are gone through backwards; the stack grows downwards, so that
 * the parts of a word, when it is reached, stand on it in their order. */
static cask_value *evaluate(const hand *h, const cki_word *words, size_t length, cask_value **stack,
                            const cki_task *task, const char **name, cki_error *error)
{
    const cki_spec *spec = h->spec;
    size_t top = length, inputs = task->ninputs;
    cask_value *made = NULL;
    for (size_t i = length; i-- > 0;) {
        cki_word word = words[i];
        int64_t number = cki_word_number(word);
        uint32_t key = (uint32_t)number, parts = cki_word_count(word);
        switch (cki_word_kind_of(word)) {
        case CKI_WORD_INT:
            made = cki_value_int(number, error);
            break;
        case CKI_WORD_VALUE:
            made = literal_value(h, (size_t)number, task, &inputs, error);
            break;
        case CKI_WORD_NAME:
        case CKI_WORD_KEY:
            if (cki_spec_has(spec, key))
                made = cask_value_ref(task->inputs[--inputs]);
            else
                made = cki_value_str(cki_spec_text(spec, key), spec->keys.items[key].length, error);
            break;
        case CKI_WORD_LIST:
            made = make_list(stack + top, parts, error);
            break;
        case CKI_WORD_TASK:
            *name = cki_names_text(&spec->functions, cki_word_function(word));
            made = call(h, word, stack + top, task->run, error);
            break;
        }
        for (uint32_t k = 0; k < parts; k++)
            cask_value_unref(stack[top++]);
        if (!made)
            break;
        stack[--top] = made;
    }
    if (made)
        return made;
    while (top < length)
        cask_value_unref(stack[top++]);
    return NULL;
}

/* What a wanted key gave, as the block that it stands for. */
static cask_value *admit(const hand *h, int64_t at, cask_value *value, cki_error *error)
{
    const cki_collection *collection = h->like->collection;
    if (!value || !h->blocks[at] || !collection->admit)
        return value;
    cask_value *block = collection->admit(h->like, h->blocks[at] - 1, value, error);
    cask_value_unref(value);
    return block;
}

static cask_status run(const cki_task *task, cask_value **result, cki_error *error)
{
    enum { FEW = 32 };
    const hand *h = ((const lowered *)task->layer->parameters)->hand;
    uint32_t key = h->topology.sequence[task->block];
    size_t length;
    const cki_word *words = cki_spec_term(h->spec, key, &length);
    cask_value *few[FEW], **stack = few;
    if (length > FEW && !(stack = (cask_value **)cki_memory_alloc(length * sizeof *stack)))
        return cki_fail_memory(error, length * sizeof *stack);
    const char *name = NULL,
               *own = cki_word_kind_of(*words) == CKI_WORD_TASK
                          ? cki_names_text(&h->spec->functions, cki_word_function(*words))
                          : NULL;
    cki_error failure = {0};
    *result = evaluate(h, words, length, stack, task, &name, &failure);
    if (h->like)
        *result = admit(h, task->block, *result, &failure);
    if (stack != few)
        cki_memory_free((void *)stack);
    if (*result)
        return CASK_OK;
    /* the executor tells the key and the outermost function */
    bool inner = name && (!own || strcmp(name, own) != 0);
    return cki_fail(error, failure.status, failure.python, inner ? "%s (in %.100s)" : "%s",
                    failure.message, name);
}

const cki_function cki_hand_function = {.name = "graph.term", .version = 1, .run = run};

/* ---- the layers ---- */

static cki_key output(const cki_layer *layer, int64_t block)
{
    const lowered *l = layer->parameters;
    return (cki_key){l->layer, l->hand->topology.places[l->hand->wanted[block]] - 1};
}

static void inputs(const cki_layer *layer, int64_t block, cki_keys *keys)
{
    const lowered *l = layer->parameters;
    const hand *h = l->hand;
    size_t length;
    const cki_word *words = cki_spec_term(h->spec, h->topology.sequence[block], &length);
    for (size_t i = 0; i < length; i++) {
        uint32_t key = cki_spec_reference(h->spec, words[i]);
        if (key != CKI_NO_NAME)
            cki_graph_key(keys, l->layer, h->topology.places[key] - 1);
        if (!h->literals || cki_word_kind_of(words[i]) != CKI_WORD_VALUE)
            continue;
        const literal *own = &h->literals[cki_word_number(words[i])];
        for (uint32_t k = 0; own->term && k < own->count; k++)
            cki_graph_key(keys, l->wholes[own->first + k], 0);
    }
}

static void describe(const cki_layer *layer, int64_t block, cki_text *key, cki_text *called)
{
    const hand *h = ((const lowered *)layer->parameters)->hand;
    uint32_t number = h->topology.sequence[block];
    size_t length;
    cki_word first = *cki_spec_term(h->spec, number, &length);
    if (key)
        cki_text_put(key, cki_spec_text(h->spec, number));
    if (called && cki_word_kind_of(first) == CKI_WORD_TASK)
        cki_text_put(called, cki_names_text(&h->spec->functions, cki_word_function(first)));
}

/* ---- what is lazy, whole ---- */

typedef struct whole {
    const cki_node *node;
    uint32_t layer;
} whole;

static void all_blocks(const cki_layer *layer, int64_t block, cki_keys *keys)
{
    const whole *w = layer->parameters;
    int64_t blocks = w->node->collection->blocks(w->node);
    (void)block;
    for (int64_t i = 0; i < blocks && !keys->failed; i++)
        cki_graph_key(keys, w->layer, i);
}

static void whole_cost(const cki_layer *layer, int64_t block, cki_cost *cost)
{
    const whole *w = layer->parameters;
    uint64_t bytes = w->node->collection->bytes(w->node);
    (void)block;
    cost->output = bytes < SIZE_MAX / 4 ? (size_t)bytes : SIZE_MAX / 4;
}

static cask_status run_whole(const cki_task *task, cask_value **result, cki_error *error)
{
    const whole *w = task->layer->parameters;
    *result = cki_collection_join(w->node, task->inputs, task->ninputs, error);
    return error->status;
}

const cki_function cki_hand_whole_function = {
    .name = "graph.whole", .version = 1, .run = run_whole};

static cask_status add_whole(cki_lowering *lowering, const cki_node *node, uint32_t *number,
                             cki_error *error)
{
    cki_graph *graph = cki_lower_graph(lowering);
    whole *w = cki_arena_alloc(cki_graph_arena(graph), sizeof *w);
    if (!w)
        return cki_fail_memory(error, sizeof *w);
    *w = (whole){node, cki_lower_input(lowering, node)};
    const char *label = node->collection->label(node);
    return cki_graph_add(graph,
                         &(cki_layer){.name = cki_lower_name(lowering, node, label, "whole"),
                                      .function = &cki_hand_whole_function,
                                      .parameters = w,
                                      .blocks = 1,
                                      .inputs = all_blocks,
                                      .cost = whole_cost},
                         number, error);
}

static cask_status lower(cki_lowering *lowering, const cki_node *node, cki_error *error)
{
    const hand *h = node->parameters;
    cki_graph *graph = cki_lower_graph(lowering);
    cki_arena *arena = cki_graph_arena(graph);
    lowered *l = cki_arena_alloc(arena, sizeof *l);
    uint32_t *wholes = cki_arena_array(arena, node->ninputs + 1, sizeof *wholes), number;
    if (!l || !wholes)
        return cki_fail_memory(error, node->ninputs * sizeof *wholes);
    for (size_t i = 0; i < node->ninputs; i++)
        if (add_whole(lowering, node->inputs[i], &wholes[i], error) != CASK_OK)
            return error->status;
    /* the layer refers to itself, by the number that it gets */
    *l = (lowered){h, (uint32_t)cki_graph_layers(graph), wholes};
    cask_status status = cki_graph_add(graph,
                                       &(cki_layer){.name = "graph",
                                                    .function = &cki_hand_function,
                                                    .parameters = l,
                                                    .blocks = (int64_t)h->topology.count,
                                                    .inward = true,
                                                    .inputs = inputs,
                                                    .describe = describe},
                                       &number, error);
    if (status == CASK_OK)
        status = cki_graph_add(graph,
                               &(cki_layer){.name = "graph-outputs",
                                            .parameters = l,
                                            .blocks = (int64_t)h->nwanted,
                                            .alias = output},
                               &number, error);
    if (status == CASK_OK)
        cki_lower_result(lowering, node, number);
    return status;
}

static const cki_primitive primitive = {
    .name = "graph.hand", .size = sizeof(cki_node), .lower = lower, .barrier = true};

/* ---- getting ---- */

/* The functions that the needed terms call, each found once. */
static cask_status find_functions(hand *h, cki_error *error)
{
    const cki_spec *spec = h->spec;
    h->functions = (cask_value **)cki_memory_calloc(spec->ncallables + 1, sizeof *h->functions);
    if (!h->functions)
        return cki_fail_memory(error, spec->ncallables * sizeof *h->functions);
    for (size_t i = 0; i < h->topology.count; i++) {
        uint32_t key = h->topology.sequence[i];
        size_t length;
        const cki_word *words = cki_spec_term(spec, key, &length);
        for (size_t k = 0; k < length; k++) {
            uint32_t number = cki_word_function(words[k]);
            if (cki_word_kind_of(words[k]) != CKI_WORD_TASK || h->functions[number])
                continue;
            cki_error own = {0};
            const char *name = cki_names_text(&spec->functions, number);
            h->functions[number] = spec->callables[number] ? cask_value_ref(spec->callables[number])
                                                           : cki_call_find(h->ck, name, &own);
            if (!h->functions[number])
                return cki_fail(error, own.status, own.python, "%s (in key '%.200s')", own.message,
                                cki_spec_text(spec, key));
        }
    }
    return CASK_OK;
}

/* ---- lazy literals ---- */

/* What is being opened: a value's lazy things become places of a term. */
typedef struct opening {
    hand *hand;
    uint32_t count;
} opening;

static cask_value *open_place(void *user, cask_value *lazy, cki_error *error)
{
    opening *o = user;
    hand *h = o->hand;
    const cki_node *node = cki_operation_node(lazy);
    if (node->ck != h->ck) {
        cki_fail(error, CASK_INVALID, NULL,
                 "a graph and what is lazy in it belong to different contexts");
        return NULL;
    }
    if (h->nlazy == h->lazy_room) {
        size_t room = h->lazy_room * 2 + 8;
        const cki_node **wider = cki_memory_realloc((void *)h->lazy, room * sizeof *wider);
        if (!wider) {
            cki_fail_memory(error, room * sizeof *wider);
            return NULL;
        }
        h->lazy = wider;
        h->lazy_room = room;
    }
    h->lazy[h->nlazy++] = node;
    return cki_term_input(o->count++, error);
}

static cask_status open_literal(hand *h, size_t number, cki_error *error)
{
    literal *made = &h->literals[number];
    if (made->term || !cki_collection_in(h->spec->values[number]))
        return CASK_OK;
    opening o = {.hand = h};
    made->first = (uint32_t)h->nlazy;
    made->term = cki_collection_map(h->spec->values[number], open_place, &o, error);
    made->count = o.count;
    return error->status;
}

/* What is lazy in needed terms: its graphs become parts of this one. */
static cask_status open_literals(hand *h, cki_error *error)
{
    const cki_spec *spec = h->spec;
    bool lazy = false;
    for (size_t i = 0; i < spec->nvalues && !lazy; i++)
        lazy = cki_collection_in(spec->values[i]);
    if (!lazy)
        return CASK_OK;
    h->literals = cki_memory_calloc(spec->nvalues, sizeof *h->literals);
    if (!h->literals)
        return cki_fail_memory(error, spec->nvalues * sizeof *h->literals);
    for (size_t i = 0; i < h->topology.count && error->status == CASK_OK; i++) {
        size_t length;
        const cki_word *words = cki_spec_term(spec, h->topology.sequence[i], &length);
        for (size_t k = 0; k < length && error->status == CASK_OK; k++)
            if (cki_word_kind_of(words[k]) == CKI_WORD_VALUE)
                open_literal(h, (size_t)cki_word_number(words[k]), error);
    }
    return error->status;
}

static void release(hand *h)
{
    for (size_t i = 0; h->functions && i < h->spec->ncallables; i++)
        cask_value_unref(h->functions[i]);
    cki_memory_free((void *)h->functions);
    for (size_t i = 0; h->literals && i < h->spec->nvalues; i++)
        cask_value_unref(h->literals[i].term);
    cki_memory_free(h->literals);
    cki_memory_free((void *)h->lazy);
    cki_memory_free(h->own);
    cki_memory_free(h->blocks);
    cki_topology_free(&h->topology);
    cki_spec_free(h->kept);
}

static cask_status prepare(hand *h, cki_error *error)
{
    cask_status status = cki_topology_find(h->spec, h->wanted, h->nwanted, &h->topology, error);
    if (status == CASK_OK)
        status = find_functions(h, error);
    if (status == CASK_OK)
        status = open_literals(h, error);
    return status;
}

static cask_status prepare_alone(hand *h, cki_error *error)
{
    cask_status status = prepare(h, error);
    h->node = (cki_node){.primitive = &primitive,
                         .ck = h->ck,
                         .parameters = h,
                         .inputs = h->lazy,
                         .ninputs = h->nlazy};
    if (status == CASK_OK)
        status = cki_node_seal(&h->node, (cki_token){(uintptr_t)h, 0}, error);
    return status;
}

static cask_status shelve(const hand *h, int64_t block, cask_value *value, cki_error *error)
{
    uint32_t number = h->wanted[block];
    cask_value *key = cki_spec_value_key(cki_spec_text(h->spec, number),
                                         h->spec->keys.items[number].length, error);
    cask_status status = key ? cask_chest_set(h->ck->how->chest, key, value) : error->status;
    if (key && status != CASK_OK)
        cki_fail(error, cask_chest_error(), cask_chest_error_class(), "%s", cask_chest_message());
    cask_value_unref(key);
    return status;
}

static cask_status deliver(void *user, int64_t block, cask_value *value, cki_error *error)
{
    hand *h = user;
    if (h->results)
        h->results[block] = cask_value_ref(value);
    return h->ck->how && h->ck->how->chest ? shelve(h, block, value, error) : CASK_OK;
}

cask_status cki_hand_get(cask *ck, const cki_spec *spec, const uint32_t *keys, size_t count,
                         cask_value **results, cki_error *error)
{
    hand h = {.ck = ck, .spec = spec, .wanted = keys, .nwanted = count, .results = results};
    for (size_t i = 0; results && i < count; i++)
        results[i] = NULL;
    cask_status status = prepare_alone(&h, error);
    if (status == CASK_OK)
        status = ck->compute(ck, &(cki_want){&h.node, &h, deliver}, 1, error);
    release(&h);
    for (size_t i = 0; results && status != CASK_OK && i < count; i++) {
        cask_value_unref(results[i]);
        results[i] = NULL;
    }
    return status;
}

static void release_owned(void *thing)
{
    release(thing);
    cki_memory_free(thing);
}

/* ---- collections of graphs by hand ---- */

/* Which block of the collection each of the layer's is. */
static cask_status number_blocks(hand *h, cki_error *error)
{
    h->blocks = cki_memory_calloc(h->topology.count + 1, sizeof *h->blocks);
    if (!h->blocks)
        return cki_fail_memory(error, h->topology.count * sizeof *h->blocks);
    for (size_t i = 0; i < h->nwanted; i++)
        h->blocks[h->topology.places[h->wanted[i]] - 1] = (uint32_t)i + 1;
    return CASK_OK;
}

/* A hand that the context keeps. */
static hand *keep_hand(cki_build *build, const cki_node *like, cki_spec *spec, const uint32_t *keys)
{
    size_t count = (size_t)like->collection->blocks(like);
    hand *h = cki_memory_calloc(1, sizeof *h);
    if (!h) {
        cki_spec_free(spec);
        cki_fail_memory(build->error, sizeof *h);
        return NULL;
    }
    *h = (hand){.ck = build->ck, .spec = spec, .nwanted = count, .kept = spec, .like = like};
    h->wanted = h->own = cki_memory_alloc((count + 1) * sizeof *keys);
    if (!h->own)
        cki_fail_memory(build->error, count * sizeof *keys);
    else
        memcpy(h->own, keys, count * sizeof *keys);
    if (h->own && prepare(h, build->error) == CASK_OK)
        number_blocks(h, build->error);
    if (build->error->status != CASK_OK) {
        release_owned(h);
        return NULL;
    }
    return cki_context_own(build->ck, release_owned, h, build->error) == CASK_OK ? h : NULL;
}

cki_node *cki_hand_collect(cki_build *build, const cki_node *like, cki_spec *spec,
                           const uint32_t *keys)
{
    hand *h = keep_hand(build, like, spec, keys);
    cki_node *node = h ? cki_arena_copy(build->arena, like, like->primitive->size) : NULL;
    cki_primitive *kind = node ? cki_arena_copy(build->arena, &primitive, sizeof *kind) : NULL;
    if (!kind) {
        cki_fail_memory(build->error, sizeof *kind);
        return NULL;
    }
    kind->size = like->primitive->size;
    node->primitive = kind;
    node->parameters = h;
    node->inputs = h->lazy;
    node->ninputs = h->nlazy;
    node->lasting = false;
    cask_status status = cki_node_seal(node, (cki_token){(uintptr_t)h, 1}, build->error);
    return status == CASK_OK ? node : NULL;
}

const cki_spec *cki_hand_spec(const cki_layer *layer, int64_t block, uint32_t *key)
{
    if (layer->function != &cki_hand_function)
        return NULL;
    const hand *h = ((const lowered *)layer->parameters)->hand;
    *key = h->topology.sequence[block];
    return h->spec;
}

cask_status cki_hand_plan(cask *ck, const cki_spec *spec, const uint32_t *keys, size_t count,
                          struct cki_graph **graph, struct cki_plan **plan, cki_error *error)
{
    hand *h = cki_memory_calloc(1, sizeof *h);
    if (!h)
        return cki_fail_memory(error, sizeof *h);
    *h = (hand){.ck = ck, .spec = spec, .nwanted = count};
    h->wanted = h->own = cki_memory_alloc((count + 1) * sizeof *keys);
    const cki_node *node = &h->node;
    cask_status status = h->own ? CASK_OK : cki_fail_memory(error, count * sizeof *keys);
    if (status == CASK_OK && count)
        memcpy(h->own, keys, count * sizeof *keys);
    if (status == CASK_OK)
        status = prepare_alone(h, error);
    if (status == CASK_OK)
        status = ck->plan(ck, &node, 1, graph, plan, error);
    if (status != CASK_OK) {
        release_owned(h);
        return status;
    }
    status = cki_graph_own(*graph, release_owned, h, error);
    if (status != CASK_OK) {
        cki_plan_free(*plan);
        cki_graph_free(*graph);
        *plan = NULL;
        *graph = NULL;
    }
    return status;
}
