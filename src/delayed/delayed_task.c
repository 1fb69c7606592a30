/* Delayed: from nodes to tasks, and the calls that they make. */
#include "call/term.h"
#include "delayed/delayed.h"

#include <string.h>

/* A call in a graph: where its inputs are. */
typedef struct lowered {
    const cki_delayed_call *call;
    size_t count;
    uint32_t layers[];
} lowered;

static void inputs(const cki_layer *layer, int64_t block, cki_keys *keys)
{
    const lowered *l = layer->parameters;
    (void)block;
    for (size_t i = 0; i < l->count; i++)
        cki_graph_key(keys, l->layers[i], 0);
}

static cask_status lower(cki_lowering *lowering, const cki_node *node, cki_error *error)
{
    cki_graph *graph = cki_lower_graph(lowering);
    cask_delayed x = cki_delayed_of_node(node);
    lowered *l =
        cki_arena_alloc(cki_graph_arena(graph), sizeof *l + node->ninputs * sizeof *l->layers);
    if (!l)
        return cki_fail_memory(error, sizeof *l);
    l->call = node->parameters;
    l->count = node->ninputs;
    for (size_t i = 0; i < node->ninputs; i++)
        l->layers[i] = cki_lower_input(lowering, node->inputs[i]);
    cki_layer layer = {.name = x->key ? x->key : cki_lower_name(lowering, node, x->label, ""),
                       .function = &cki_delayed_call_function,
                       .parameters = l,
                       .blocks = 1,
                       .inputs = inputs,
                       .token = node->token};
    uint32_t number;
    cask_status status = cki_graph_add(graph, &layer, &number, error);
    if (status == CASK_OK)
        cki_lower_result(lowering, node, number);
    return status;
}

const cki_primitive cki_delayed_primitive = {
    .name = "delayed.call", .size = sizeof(struct cask_delayed_node), .lower = lower};

/* ---- running ---- */

enum { FEW = 8 };

/* Call a method: `getter` finds it. */
static cask_value *call_method(const cki_delayed_call *call, const cki_arguments *given, void *run,
                               cki_error *error)
{
    const cki_arguments which = {.positional = given->positional, .count = 2};
    cask_value *method = cki_call_run(call->ck, call->function, &which, run, error);
    if (!method)
        return NULL;
    cki_arguments rest = *given;
    rest.positional += 2;
    rest.count -= 2;
    cask_value *result = cki_call_run(call->ck, method, &rest, run, error);
    cask_value_unref(method);
    return result;
}

/* What failed is told with the name of what was called. */
static cask_value *call_function(const cki_delayed_call *call, cask_value **values, void *run,
                                 cki_error *error)
{
    size_t positional = call->count - call->nnamed;
    const cki_arguments given = {.positional = values,
                                 .count = positional,
                                 .names = call->names,
                                 .named = values + positional,
                                 .nnamed = call->nnamed};
    cki_error own = {0};
    cask_value *result = call->method ? call_method(call, &given, run, &own)
                                      : cki_call_run(call->ck, call->function, &given, run, &own);
    if (!result)
        cki_fail(error, own.status, own.python, "%s (in %s)", own.message,
                 call->method ? values[1]->as.text.bytes : cki_call_name(call->function));
    return result;
}

static cask_status run_call(const cki_task *task, cask_value **result, cki_error *error)
{
    const lowered *l = task->layer->parameters;
    const cki_delayed_call *call = l->call;
    cask_value *few[FEW], **values = few;
    if (call->count > FEW && !(values = cki_memory_alloc(call->count * sizeof *values)))
        return cki_fail_memory(error, call->count * sizeof *values);
    uint32_t filled = 0;
    for (; filled < call->count; filled++) {
        const cki_delayed_place *place = &call->places[filled];
        if (place->open)
            values[filled] =
                cki_term_run(call->ck, place->value, task->inputs, task->ninputs, task->run, error);
        else
            values[filled] = place->value ? place->value : task->inputs[place->input];
        if (!values[filled])
            break;
    }
    if (filled == call->count)
        *result = call->function ? call_function(call, values, task->run, error)
                                 : cask_value_ref(values[0]);
    for (uint32_t i = 0; i < filled; i++)
        if (call->places[i].open)
            cask_value_unref(values[i]);
    if (values != few)
        cki_memory_free(values);
    return error->status;
}

const cki_function cki_delayed_call_function = {"delayed.call", 1, run_call};

/* ---- the value of a call ---- */

static int64_t one_block(const cki_node *node)
{
    (void)node;
    return 1;
}

static uint64_t no_bytes(const cki_node *node)
{
    (void)node;
    return 0;
}

static const char *label_of(const cki_node *node)
{
    return cki_delayed_of_node(node)->label;
}

static void print_name(const cki_node *node, cki_text *text)
{
    cki_delayed_print_key(cki_delayed_of_node(node), text);
}

static cask_status status_of(const cki_node *node)
{
    return cki_delayed_of_node(node)->status;
}

/* There is one block, and it is the value. */
typedef struct collector {
    cask_value *value;
} collector;

static void *collector_of(const cki_node *node, cki_error *error)
{
    collector *c = cki_memory_calloc(1, sizeof *c);
    (void)node;
    if (!c)
        cki_fail_memory(error, sizeof *c);
    return c;
}

static cask_status collect(void *self, int64_t block, cask_value *value, cki_error *error)
{
    collector *c = self;
    (void)block, (void)error;
    c->value = cask_value_ref(value);
    return CASK_OK;
}

static cask_value *collected(void *self, cki_error *error)
{
    const collector *c = self;
    if (!c->value)
        cki_fail_internal(error, "delayed: a result did not come");
    return cask_value_ref(c->value);
}

static void discard(void *self)
{
    collector *c = self;
    if (c)
        cask_value_unref(c->value);
    cki_memory_free(c);
}

/* ---- its name ---- */

void cki_delayed_print_key(cask_delayed x, cki_text *text)
{
    char hex[33];
    if (x->key)
        cki_text_put(text, x->key);
    else
        cki_text_format(text, "%s-%s", x->label, cki_token_hex(x->base.token, hex));
}

static void print(void *self, cki_text *text)
{
    cki_text_put(text, "Delayed('");
    cki_delayed_print_key(self, text);
    cki_text_put(text, "')");
}

const cki_collection cki_delayed_collection = {.class = {"Delayed", cki_operation_release, print},
                                               .status = status_of,
                                               .label = label_of,
                                               .print_name = print_name,
                                               .blocks = one_block,
                                               .bytes = no_bytes,
                                               .collector = collector_of,
                                               .collect = collect,
                                               .collected = collected,
                                               .discard = discard,
                                               .hold = cki_delayed_hold,
                                               .syntax = &cki_delayed_syntax};
