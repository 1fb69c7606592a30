/* Tasks: a plan's tasks as terms. The layers live on behind a value that the graph holds; each is a
 * function like a registered one, called with the number of a block and its inputs. */
#include "spec/tasks.h"

#include "call/user.h"
#include "core/memory.h"
#include "expr/node.h"
#include "graph/plan.h"

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

/* Nodes stay what they are: nothing is fused. */
static void absorb_nothing(cki_optimiser *optimiser, const cki_node *node)
{
    (void)optimiser, (void)node;
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
        status = cki_optimise_nodes(made, ck, final, count, absorb_nothing, error);
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

/* ---- layers as functions ---- */

typedef struct block_layer {
    cask_function record; /* whose `user` is this */
    const cki_layer *layer;
} block_layer;

typedef struct block_graph {
    cki_graph *graph;
    block_layer *layers;
    size_t count;
} block_graph;

static void release(void *self)
{
    block_graph *g = self;
    cki_memory_free(g->layers);
    cki_graph_free(g->graph);
    cki_memory_free(g);
}

static const cki_class graph_class = {.name = "graph", .release = release};

static cask_value *run_block(cask_call *call)
{
    const block_layer *l = cask_call_user(call);
    const cki_arguments *given = cki_user_arguments(call);
    cki_error *error = cki_user_error(call);
    const cask_value *number = given->count ? given->positional[0] : NULL;
    if (!number || number->kind != CKI_INT || number->as.integer < 0 ||
        number->as.integer >= l->layer->blocks) {
        cki_fail(error, CASK_INDEX, NULL, "%s has the blocks 0 to %lld", l->layer->name,
                 (long long)l->layer->blocks - 1);
        return NULL;
    }
    cki_keys keys = {0};
    if (l->layer->inputs)
        l->layer->inputs(l->layer, number->as.integer, &keys);
    bool fits = !keys.failed && keys.count == given->count - 1;
    cki_memory_free(keys.items);
    if (!fits) {
        cki_fail(error, CASK_TYPE, NULL, "block %lld of %s takes %zu inputs, not %zu",
                 (long long)number->as.integer, l->layer->name, keys.count, given->count - 1);
        return NULL;
    }
    cask_value *result = NULL;
    const cki_task task = {.layer = l->layer,
                           .block = number->as.integer,
                           .inputs = given->positional + 1,
                           .ninputs = given->count - 1,
                           .run = cki_user_task_run(call)};
    if (l->layer->function->run(&task, &result, error) == CASK_OK)
        return result;
    cask_value_unref(result);
    return NULL;
}

/* The layers' records; the graph is taken over, also on failure. */
static cask_value *keep_graph(cki_graph *graph, block_graph **made, cki_error *error)
{
    block_graph *g = cki_memory_calloc(1, sizeof *g);
    size_t count = cki_graph_layers(graph);
    block_layer *layers = cki_memory_calloc(count + 1, sizeof *layers);
    if (!g || !layers) {
        cki_memory_free(g);
        cki_memory_free(layers);
        cki_graph_free(graph);
        cki_fail_memory(error, count * sizeof *layers);
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        layers[i].layer = cki_graph_layer(graph, (uint32_t)i);
        layers[i].record =
            (cask_function){.name = layers[i].layer->name, .run = run_block, .user = &layers[i]};
    }
    *g = (block_graph){graph, layers, count};
    *made = g;
    return cki_value_object(&graph_class, g, error);
}

/* ---- tasks as terms ---- */

typedef struct writing {
    cki_spec *spec;
    const cki_plan *plan;
    block_graph *layers;
    cask_value *holder;  /* what the layers live in */
    uint32_t *keys;      /* by task */
    uint32_t *functions; /* by layer; CKI_NO_NAME while unknown */
    cki_names names;     /* "layer name" of functions where blocks have names of their own */
    uint32_t *named;     /* by those */
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

/* The number of the function that a layer's tasks call, under a name. */
static uint32_t put_function(writing *w, uint32_t layer, const cki_text *name)
{
    cask_value *callable =
        name->failed ? NULL
                     : cki_user_value_in(&w->layers->layers[layer].record, w->holder, w->error);
    uint32_t number = CKI_NO_NAME;
    if (callable)
        number = cki_spec_function(w->spec, name->bytes ? name->bytes : "", name->length, callable,
                                   w->error);
    else
        cki_fail_memory(w->error, name->length);
    cask_value_unref(callable);
    return number;
}

/* Of a layer whose blocks have names of their own each name is a function. */
static uint32_t named_function(writing *w, uint32_t layer, const cki_text *name)
{
    cki_text full = {0};
    cki_text_format(&full, "%u %s", layer, name->bytes ? name->bytes : "");
    uint32_t known = w->names.count, number = CKI_NO_NAME;
    uint32_t place =
        full.failed ? CKI_NO_NAME : cki_names_put(&w->names, full.bytes, full.length, w->error);
    if (full.failed)
        cki_fail_memory(w->error, full.length);
    cki_text_free(&full);
    if (place == CKI_NO_NAME)
        return CKI_NO_NAME;
    if (place < known)
        return w->named[place];
    uint32_t *wider = cki_memory_realloc(w->named, (place + (size_t)1) * sizeof *wider);
    if (!wider)
        cki_fail_memory(w->error, place * sizeof *wider);
    else
        number = put_function(w, layer, name);
    w->named = wider ? wider : w->named;
    if (wider)
        wider[place] = number;
    return number;
}

static uint32_t function_of(writing *w, size_t task)
{
    uint32_t layer = w->plan->layer[task];
    bool shared = w->layers->layers[layer].layer->describe != NULL;
    if (!shared && w->functions[layer] != CKI_NO_NAME)
        return w->functions[layer];
    cki_text name = {0};
    cki_graph_describe(w->layers->layers[layer].layer, w->plan->block[task], NULL, &name);
    uint32_t number = shared ? named_function(w, layer, &name) : put_function(w, layer, &name);
    if (!shared)
        w->functions[layer] = number;
    cki_text_free(&name);
    return number;
}

static bool write_task(writing *w, size_t task)
{
    cki_plan_list arguments = cki_plan_arguments(w->plan, task);
    uint32_t function = function_of(w, task);
    bool fine = function != CKI_NO_NAME &&
                cki_spec_put(w->spec,
                             cki_word_group(CKI_WORD_TASK, function, (uint32_t)arguments.count + 1),
                             w->error) &&
                cki_spec_put(w->spec, cki_word_make(CKI_WORD_INT, w->plan->block[task]), w->error);
    for (size_t i = 0; fine && i < arguments.count; i++)
        fine = cki_spec_put(w->spec, cki_word_make(CKI_WORD_KEY, w->keys[arguments.items[i]]),
                            w->error);
    return fine && cki_spec_define(w->spec, w->keys[task], w->error) == CASK_OK;
}

static cask_value *wanted_keys(const writing *w)
{
    cask_value *list = cki_value_list(CKI_LIST, 0, w->error);
    size_t room = 0;
    for (size_t i = 0; list && i < w->plan->nwanted; i++) {
        const char *key = cki_spec_text(w->spec, w->keys[w->plan->wanted[i]]);
        if (!cki_value_list_push(list, &room, cki_value_string(key, w->error), w->error)) {
            cask_value_unref(list);
            return NULL;
        }
    }
    return list;
}

static bool write_all(writing *w, cask_value **wanted)
{
    size_t layers = w->layers->count;
    w->keys = cki_memory_alloc((w->plan->count + 1) * sizeof *w->keys);
    w->functions = cki_memory_alloc((layers + 1) * sizeof *w->functions);
    if (!w->keys || !w->functions)
        return cki_fail_memory(w->error, w->plan->count * sizeof *w->keys) == CASK_OK;
    memset(w->functions, 0xFF, layers * sizeof *w->functions);
    bool fine = number_keys(w);
    for (size_t i = 0; fine && i < w->plan->count; i++)
        fine = write_task(w, i);
    return fine && (!wanted || (*wanted = wanted_keys(w)));
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
    block_graph *layers = NULL;
    cask_value *holder = keep_graph(graph, &layers, error);
    writing w = {.spec = holder ? cki_spec_new(error) : NULL,
                 .plan = plan,
                 .holder = holder,
                 .layers = layers,
                 .error = error};
    if (w.spec && !write_all(&w, wanted)) {
        cki_spec_free(w.spec);
        w.spec = NULL;
    }
    cki_memory_free(w.keys);
    cki_memory_free(w.functions);
    cki_memory_free(w.named);
    cki_names_free(&w.names);
    cki_plan_free(plan);
    cask_value_unref(holder);
    return w.spec;
}
