/* Tasks: a plan's tasks as terms. The layers live on behind a value that the graph holds; each is a
 * function like a registered one, called with the number of a block and its inputs. */
#include "spec/tasks.h"

#include "call/call.h"
#include "call/user.h"
#include "core/memory.h"
#include "expr/collection.h"
#include "graph/annotations.h"
#include "graph/plan.h"
#include "graph/spelling.h"
#include "spec/hand.h"
#include "spec/spec_value.h"

#include <string.h>

/* ---- plans ---- */

static cask_status plan_all(cki_graph *graph, const uint32_t *layers, size_t count, cki_plan **plan,
                            cki_error *error)
{
    size_t total = 0, at = 0;
    for (size_t i = 0; i < count; i++)
        total += (size_t)cki_graph_layer(graph, layers[i])->blocks;
    cki_key *keys =
        total < SIZE_MAX / sizeof *keys ? cki_memory_alloc((total + 1) * sizeof *keys) : NULL;
    if (!keys)
        return cki_fail_memory(error, total);
    for (size_t i = 0; i < count; i++)
        for (int64_t block = 0; block < cki_graph_layer(graph, layers[i])->blocks; block++)
            keys[at++] = (cki_key){layers[i], block};
    cask_status status = cki_plan_build(graph, keys, total, plan, error);
    cki_memory_free(keys);
    return status;
}

cask_status cki_tasks_plan(cask *ck, const cki_node *const *nodes, size_t count, bool optimise,
                           struct cki_graph **graph, struct cki_plan **plan, cki_error *error)
{
    *graph = NULL;
    *plan = NULL;
    if (optimise)
        return ck->plan(ck, nodes, count, graph, plan, error);
    cki_graph *made = cki_graph_new(error);
    uint32_t *layers = cki_memory_alloc((count + 1) * sizeof *layers);
    cask_status status = made && layers ? CASK_OK : cki_fail_memory(error, count);
    if (made)
        cki_graph_limit(made, ck->memory_limit);
    const cki_node **final = cki_memory_alloc((count + 1) * sizeof *final);
    if (!final)
        status = cki_fail_memory(error, count * sizeof *final);
    for (size_t i = 0; final && i < count; i++)
        final[i] = nodes[i];
    if (status == CASK_OK)
        status = cki_optimise_nothing(made, ck, final, count, error);
    if (status == CASK_OK)
        status = cki_lower_nodes(made, final, count, layers, error);
    cki_memory_free((void *) final);
    if (status == CASK_OK)
        status = plan_all(made, layers, count, plan, error);
    cki_memory_free(layers);
    if (status == CASK_OK)
        *graph = made;
    else
        cki_graph_free(made);
    return status;
}

/* ---- blocks as functions ---- */

typedef struct block_task {
    cask_function record; /* whose `user` is this */
    const cki_layer *layer;
    int64_t block;
    size_t ninputs;
} block_task;

typedef struct block_graph {
    cki_graph *graph;
    block_task *tasks; /* by task of the plan */
} block_graph;

static void release(void *self)
{
    block_graph *g = self;
    cki_memory_free(g->tasks);
    cki_graph_free(g->graph);
    cki_memory_free(g);
}

static const cki_class graph_class = {.name = "graph", .release = release};

/* What was given for an argument; NULL if it is not what the block is made with. */
static cask_value *given_for(const cki_spelled *spelled, cask_value *given)
{
    if (!given || spelled->kind == CKI_SPELLED_INPUT)
        return given;
    const cask_value *own = spelled->value;
    if (spelled->kind == CKI_SPELLED_LIST)
        return given->kind == CKI_LIST && given->as.list.count == spelled->number ? given : NULL;
    bool opaque = own->kind == CKI_OBJECT || own->kind == CKI_ARRAY;
    return given->kind == own->kind && (opaque || cki_value_equal(given, own)) ? given : NULL;
}

/* Sort what was given into the inputs. False if it is something else than the block's own task has:
 * its parameters are the operation's, and cannot be exchanged here. */
static bool take_arguments(const cki_spelling *own, const cki_arguments *given, cask_value **inputs)
{
    size_t at = 0, part = 0, parts = 0;
    const cask_value *list = NULL;
    for (size_t i = 0; i < own->count; i++) {
        bool inside = part < parts;
        cask_value *value = inside              ? list->as.list.items[part++]
                            : at < given->count ? given->positional[at++]
                                                : NULL;
        value = given_for(&own->items[i], value);
        if (!value)
            return false;
        if (own->items[i].kind == CKI_SPELLED_LIST) {
            list = value;
            part = 0;
            parts = own->items[i].number;
        } else if (own->items[i].kind == CKI_SPELLED_INPUT) {
            inputs[own->items[i].number] = value;
        }
    }
    return at == given->count && !given->nnamed;
}

static cask_value *run_block(cask_call *call)
{
    const block_task *t = cask_call_user(call);
    cki_error *error = cki_user_error(call);
    cki_spelling own;
    cask_value **inputs = (cask_value **)cki_memory_calloc(t->ninputs + 1, sizeof *inputs);
    cask_value *result = NULL;
    if (cki_spelling_of(t->layer, t->block, t->ninputs, &own, error) != CASK_OK || !inputs) {
        cki_fail_memory(error, t->ninputs * sizeof *inputs);
    } else if (!take_arguments(&own, cki_user_arguments(call), inputs)) {
        cki_fail(error, CASK_TYPE, NULL,
                 "%s: block %lld takes the arguments that its graph shows, inputs apart: build "
                 "the operation anew for others",
                 t->record.name, (long long)t->block);
    } else {
        const cki_task task = {.layer = t->layer,
                               .block = t->block,
                               .inputs = inputs,
                               .ninputs = t->ninputs,
                               .run = cki_user_task_run(call)};
        if (t->layer->function->run(&task, &result, error) != CASK_OK) {
            cask_value_unref(result);
            result = NULL;
        }
    }
    cki_spelling_free(&own);
    cki_memory_free((void *)inputs);
    return result;
}

/* A value in which the graph lives on, with a function for each task; it is taken over, also on
 * failure. */
static cask_value *keep_graph(cki_graph *graph, const cki_plan *plan, block_task **tasks,
                              cki_error *error)
{
    block_graph *g = cki_memory_calloc(1, sizeof *g);
    block_task *made = cki_memory_calloc(plan->count + 1, sizeof *made);
    if (!g || !made) {
        cki_memory_free(g);
        cki_memory_free(made);
        cki_graph_free(graph);
        cki_fail_memory(error, plan->count * sizeof *made);
        return NULL;
    }
    *g = (block_graph){graph, made};
    *tasks = made;
    return cki_value_object(&graph_class, g, error);
}

/* ---- tasks as terms ---- */

typedef struct writing {
    cki_spec *spec;
    const cki_plan *plan;
    cki_graph *graph;
    block_task *tasks;
    cask_value *holder;  /* what the graph lives in */
    uint32_t *keys;      /* by task */
    const char **labels; /* by layer; NULL while unknown */
    cki_error *error;
} writing;

static bool number_keys(writing *w)
{
    for (size_t i = 0; i < w->plan->count; i++) {
        cki_text text = {0};
        cki_graph_describe(cki_plan_layer(w->plan, i), w->plan->block[i], &text, NULL);
        if (text.failed)
            cki_fail_memory(w->error, text.length);
        else
            w->keys[i] =
                cki_names_put(&w->spec->keys, text.bytes ? text.bytes : "", text.length, w->error);
        cki_text_free(&text);
        if (w->error->status != CASK_OK)
            return false;
    }
    return true;
}

/* What a task's function is called; of layers whose blocks have no names of their own it is found
 * once. */
static const char *label_of(writing *w, size_t task)
{
    uint32_t layer = w->plan->layer[task];
    const cki_layer *own = cki_plan_layer(w->plan, task);
    if (!own->describe && w->labels[layer])
        return w->labels[layer];
    cki_text name = {0};
    cki_graph_describe(own, w->plan->block[task], NULL, &name);
    /* of what was fused, "add, multiply", one name is made */
    size_t length = 0;
    for (size_t i = 0; !name.failed && i < name.length; i++)
        if (name.bytes[i] != ' ')
            name.bytes[length++] = name.bytes[i] == ',' ? '-' : name.bytes[i];
    const char *label =
        name.failed ? NULL
                    : cki_arena_text(cki_graph_arena(w->graph), length ? name.bytes : "", length);
    if (!label)
        cki_fail_memory(w->error, name.length);
    cki_text_free(&name);
    return w->labels[layer] = label;
}

/* The error is set where memory was short. */
static cki_token token_of(const cki_layer *layer, int64_t block, cki_error *error)
{
    if (layer->block_token)
        return layer->block_token(layer, block);
    cki_hasher *hasher = cki_token_start(error);
    if (!hasher)
        return (cki_token){0};
    cki_token_text(hasher, layer->name);
    cki_token_int(hasher, block);
    return cki_token_end(hasher);
}

/* The number of a task's function: the block as such, or what the spelling names. */
static uint32_t put_function(writing *w, size_t task, const cki_spelling *spelling)
{
    const cki_layer *layer = cki_plan_layer(w->plan, task);
    if (spelling->function) {
        const char *name = cki_call_text(spelling->function);
        return cki_spec_function(w->spec, name, strlen(name), spelling->function, w->error);
    }
    const char *label = label_of(w, task);
    if (!label)
        return CKI_NO_NAME;
    block_task *t = &w->tasks[task];
    *t = (block_task){.record = {.name = label, .run = run_block, .user = t},
                      .layer = layer,
                      .block = w->plan->block[task],
                      .ninputs = cki_plan_arguments(w->plan, task).count};
    cki_token token = token_of(layer, t->block, w->error);
    cask_value *callable = w->error->status == CASK_OK
                               ? cki_user_value_in(&t->record, token, w->holder, w->error)
                               : NULL;
    uint32_t number = callable
                          ? cki_spec_function(w->spec, label, strlen(label), callable, w->error)
                          : CKI_NO_NAME;
    cask_value_unref(callable);
    return number;
}

static bool put_argument(writing *w, size_t task, const cki_spelled *spelled)
{
    cki_word word;
    switch (spelled->kind) {
    case CKI_SPELLED_VALUE:
        return cki_spec_put_value(w->spec, spelled->value, w->error);
    case CKI_SPELLED_LIST:
        word = cki_word_group(CKI_WORD_LIST, 0, (uint32_t)spelled->number);
        break;
    case CKI_SPELLED_INPUT:
    default:
        word = cki_word_make(CKI_WORD_KEY,
                             w->keys[cki_plan_arguments(w->plan, task).items[spelled->number]]);
    }
    return cki_spec_put(w->spec, word, w->error);
}

/* How many arguments there are: what is in a list is one. */
static uint32_t count_arguments(const cki_spelling *spelling)
{
    size_t count = 0;
    for (size_t i = 0; i < spelling->count; i++) {
        count++;
        if (spelling->items[i].kind == CKI_SPELLED_LIST)
            i += spelling->items[i].number;
    }
    return (uint32_t)count;
}

/* Blocks with names of their own are layers of their own, as Dask's delayed calls are. */
static bool place_task(writing *w, size_t task)
{
    const cki_layer *layer = cki_plan_layer(w->plan, task);
    uint32_t key = w->keys[task];
    const char *name = layer->describe ? cki_spec_text(w->spec, key) : layer->name;
    cask_value *annotations = layer->annotations ? layer->annotations->all : NULL;
    return cki_spec_place(w->spec, key, name, strlen(name), annotations, w->error) == CASK_OK;
}

/* Those of a graph by hand are its terms. */
static bool write_term(writing *w, size_t task, const cki_spec *own, uint32_t key)
{
    cask_value *name =
        cki_spec_value_key(cki_spec_text(own, key), own->keys.items[key].length, w->error);
    const cask_value *first = name && name->kind == CKI_TUPLE ? name->as.list.items[0] : name;
    bool fine = first && cki_spec_put_term(w->spec, own, key, w->error) &&
                cki_spec_define(w->spec, w->keys[task], w->error) == CASK_OK &&
                cki_spec_place(w->spec, w->keys[task], first->as.text.bytes, first->as.text.length,
                               NULL, w->error) == CASK_OK;
    cask_value_unref(name);
    return fine;
}

static bool write_task(writing *w, size_t task)
{
    uint32_t key;
    const cki_spec *own = cki_hand_spec(cki_plan_layer(w->plan, task), w->plan->block[task], &key);
    if (own)
        return write_term(w, task, own, key);
    cki_spelling spelling;
    bool fine =
        cki_spelling_of(cki_plan_layer(w->plan, task), w->plan->block[task],
                        cki_plan_arguments(w->plan, task).count, &spelling, w->error) == CASK_OK;
    if (fine && !spelling.data) {
        uint32_t function = put_function(w, task, &spelling);
        cki_word call = cki_word_group(CKI_WORD_TASK, function, count_arguments(&spelling));
        fine = function != CKI_NO_NAME && cki_spec_put(w->spec, call, w->error);
    }
    for (size_t i = 0; fine && i < spelling.count; i++)
        fine = put_argument(w, task, &spelling.items[i]);
    cki_spelling_free(&spelling);
    return fine && cki_spec_define(w->spec, w->keys[task], w->error) == CASK_OK &&
           place_task(w, task);
}

/* The text of a block's key; where its task has another one, which it shares with something else or
 * got from what it was made of, the key is an alias of that. */
static cask_value *name_block(writing *w, const cki_node *node, int64_t block, uint32_t task)
{
    cki_text text = {0};
    cask_value *key = cki_collection_key(node, block, w->error);
    uint32_t number = CKI_NO_NAME;
    if (key && cki_spec_value_text(key, &text, w->error) == CASK_OK)
        number = cki_names_put(&w->spec->keys, text.bytes, text.length, w->error);
    cask_value_unref(key);
    if (number != CKI_NO_NAME && !cki_spec_has(w->spec, number)) {
        cki_text name = {0};
        node->collection->print_name(node, &name);
        if (name.failed)
            cki_fail_memory(w->error, name.length);
        else if (cki_spec_put(w->spec, cki_word_make(CKI_WORD_KEY, w->keys[task]), w->error) &&
                 cki_spec_define(w->spec, number, w->error) == CASK_OK)
            cki_spec_place(w->spec, number, name.bytes, name.length, NULL, w->error);
        cki_text_free(&name);
    }
    cask_value *made =
        w->error->status == CASK_OK ? cki_value_from_text(CKI_STR, &text, w->error) : NULL;
    cki_text_free(&text);
    return made;
}

/* The nodes' keys, all of which are in the graph then. */
static cask_value *wanted_keys(writing *w, const cki_node *const *nodes, size_t count)
{
    cask_value *list = cki_value_list(CKI_LIST, 0, w->error);
    size_t room = 0, at = 0;
    for (size_t i = 0; list && i < count; i++) {
        int64_t blocks = nodes[i]->collection->blocks(nodes[i]);
        for (int64_t block = 0; block < blocks; block++, at++)
            if (!cki_value_list_push(
                    list, &room, name_block(w, nodes[i], block, w->plan->wanted[at]), w->error)) {
                cask_value_unref(list);
                return NULL;
            }
    }
    return list;
}

static bool write_all(writing *w, const cki_node *const *nodes, size_t count, cask_value **wanted)
{
    w->keys = cki_memory_alloc((w->plan->count + 1) * sizeof *w->keys);
    w->labels = (const char **)cki_memory_calloc(cki_graph_layers(w->graph) + 1, sizeof *w->labels);
    if (!w->keys || !w->labels)
        return cki_fail_memory(w->error, w->plan->count * sizeof *w->keys) == CASK_OK;
    bool fine = number_keys(w);
    for (size_t i = 0; fine && i < w->plan->count; i++)
        fine = write_task(w, i);
    cask_value *keys = fine ? wanted_keys(w, nodes, count) : NULL;
    if (wanted)
        *wanted = cask_value_ref(keys);
    cask_value_unref(keys);
    return keys != NULL;
}

cki_spec *cki_tasks_spec(cask *ck, const cki_node *const *nodes, size_t count, bool optimise,
                         cask_value **wanted, cki_error *error)
{
    cki_graph *graph;
    cki_plan *plan;
    if (wanted)
        *wanted = NULL;
    if (cki_tasks_plan(ck, nodes, count, optimise, &graph, &plan, error) != CASK_OK)
        return NULL;
    block_task *tasks = NULL;
    cask_value *holder = keep_graph(graph, plan, &tasks, error);
    writing w = {.spec = holder ? cki_spec_new(error) : NULL,
                 .plan = plan,
                 .graph = graph,
                 .tasks = tasks,
                 .holder = holder,
                 .error = error};
    if (w.spec && !write_all(&w, nodes, count, wanted)) {
        cki_spec_free(w.spec);
        w.spec = NULL;
    }
    cki_memory_free(w.keys);
    cki_memory_free((void *)w.labels);
    cki_plan_free(plan);
    cask_value_unref(holder);
    return w.spec;
}
