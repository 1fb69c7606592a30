/* Delayed: from nodes to tasks, and the calls that they make. */
#include "call/term.h"
#include "delayed/delayed_chain.h"
#include "graph/spelling.h"

#include <string.h>

/* The calls that share a layer: block i is calls[i], whose inputs are keys[first[i]] and on. */
typedef struct calls {
    const cki_node **nodes;
    size_t *first; /* one more than there are calls */
    cki_key *keys;
    size_t count, room, keys_room;
} calls;

static const cki_node *node_of(const cki_layer *layer, int64_t block)
{
    const calls *c = layer->parameters;
    return c->nodes[block];
}

static void inputs(const cki_layer *layer, int64_t block, cki_keys *keys)
{
    const calls *c = layer->parameters;
    for (size_t i = c->first[block]; i < c->first[block + 1]; i++)
        cki_graph_key(keys, c->keys[i].layer, c->keys[i].block);
}

static cki_token token_of(const cki_layer *layer, int64_t block)
{
    return cki_token_nth(node_of(layer, block)->token, 0);
}

static void describe(const cki_layer *layer, int64_t block, cki_text *key, cki_text *called)
{
    cask_delayed x = cki_delayed_of_node(node_of(layer, block));
    if (key)
        cki_delayed_print_key(x, key);
    if (called)
        cki_delayed_chain_label(&x->base, called);
}

/* A list whose items are inputs or hold none, as it stands; false if it is something else. */
static bool spell_list(const cask_value *list, cki_spelling *spelling)
{
    size_t number;
    for (size_t i = 0; list->kind == CKI_LIST && i < list->as.list.count; i++) {
        const cask_value *item = list->as.list.items[i];
        if (cki_term_is_open(item) && !cki_term_number(item, &number))
            return false;
    }
    if (list->kind != CKI_LIST)
        return false;
    cki_spelling_open(spelling);
    for (size_t i = 0; i < list->as.list.count; i++)
        if (cki_term_number(list->as.list.items[i], &number))
            cki_spelling_input(spelling, number);
        else
            cki_spelling_value(spelling, list->as.list.items[i]);
    cki_spelling_close(spelling);
    return true;
}

/* Data: a value, or a list with what it waits for. */
static bool spell_data(const cki_delayed_call *call, cki_spelling *spelling)
{
    const cki_delayed_place *place = call->places;
    if (call->function || call->method || call->nnamed || call->count != 1 || !place->value)
        return false;
    if (!place->open)
        cki_spelling_value(spelling, place->value);
    spelling->data = !place->open || spell_list(place->value, spelling);
    return spelling->data;
}

/* Of a chain the first one's arguments. Calls by position are spelled in full, with the function
 * itself. Of others, and of what holds something lazy deeper down, it is the block that is called,
 * with all that it needs. */
static void spell(const cki_layer *layer, int64_t block, cki_spelling *spelling)
{
    const calls *c = layer->parameters;
    size_t count;
    const cki_node *own = node_of(layer, block);
    const cki_delayed_call *call = (*cki_delayed_chain_links(&own, &count))->parameters;
    size_t ninputs = c->first[block + 1] - c->first[block], next = 0;
    if (count == 1 && spell_data(call, spelling))
        return;
    bool plain = count == 1 && call->function && !call->method && !call->nnamed;
    for (uint32_t i = 0; i < call->count; i++) {
        const cki_delayed_place *place = &call->places[i];
        /* inputs are numbered as they come: between those of two places are what one holds */
        size_t before = place->open || place->value ? next : place->input;
        plain = plain && next == before;
        cki_spelling_inputs(spelling, next, before - next);
        next = before;
        if (place->open && spell_list(place->value, spelling)) {
            for (size_t k = 0, n; k < place->value->as.list.count; k++)
                next += cki_term_number(place->value->as.list.items[k], &n);
        } else if (place->open) {
            plain = false;
        } else if (place->value) {
            cki_spelling_value(spelling, place->value);
        } else {
            cki_spelling_input(spelling, next++);
        }
    }
    cki_spelling_inputs(spelling, next, ninputs - next);
    if (plain && next == ninputs)
        spelling->function = cask_value_ref(call->function);
}

static void release_calls(void *self)
{
    calls *c = self;
    cki_memory_free((void *)c->nodes);
    cki_memory_free(c->first);
    cki_memory_free(c->keys);
    cki_memory_free(c);
}

static cask_status reserve(calls *c, size_t inputs_of_next, cki_error *error)
{
    if (c->count + 1 >= c->room) {
        size_t room = c->room * 2 + 16;
        const cki_node **nodes = cki_memory_realloc((void *)c->nodes, room * sizeof *nodes);
        if (nodes)
            c->nodes = nodes;
        size_t *first = nodes ? cki_memory_realloc(c->first, room * sizeof *first) : NULL;
        if (!first)
            return cki_fail_memory(error, room * sizeof *first);
        first[0] = 0;
        c->first = first;
        c->room = room;
    }
    size_t need = c->first[c->count] + inputs_of_next;
    if (need <= c->keys_room)
        return CASK_OK;
    size_t room = need + need / 2 + 16;
    cki_key *keys = cki_memory_realloc(c->keys, room * sizeof *keys);
    if (!keys)
        return cki_fail_memory(error, room * sizeof *keys);
    c->keys = keys;
    c->keys_room = room;
    return CASK_OK;
}

/* A layer for this call and those after it. */
static cask_status begin_layer(cki_lowering *lowering, uint32_t *number, cki_error *error)
{
    calls *c = cki_memory_calloc(1, sizeof *c);
    if (!c)
        return cki_fail_memory(error, sizeof *c);
    cask_status status = cki_graph_own(cki_lower_graph(lowering), release_calls, c, error);
    const cki_layer layer = {.name = "delayed",
                             .function = &cki_delayed_call_function,
                             .parameters = c,
                             .inward = true,
                             .inputs = inputs,
                             .block_token = token_of,
                             .describe = describe,
                             .spell = spell};
    if (status == CASK_OK)
        status = cki_graph_add(cki_lower_graph(lowering), &layer, number, error);
    if (status == CASK_OK)
        cki_lower_share(lowering, *number);
    return status;
}

/* All calls go to one layer, as far as it stands behind what they need: a layer for each would cost
 * more than the call. */
static cask_status lower(cki_lowering *lowering, const cki_node *node, cki_error *error)
{
    uint32_t number = cki_lower_shared(lowering);
    bool fits =
        number != UINT32_MAX &&
        cki_graph_layer(cki_lower_graph(lowering), number)->annotations == node->annotations;
    for (size_t i = 0; i < node->ninputs && fits; i++)
        fits = cki_lower_key(lowering, node->inputs[i]).layer <= number;
    if (!fits && begin_layer(lowering, &number, error) != CASK_OK)
        return error->status;
    cki_graph *graph = cki_lower_graph(lowering);
    calls *c = (calls *)(uintptr_t)cki_graph_layer(graph, number)->parameters;
    if (reserve(c, node->ninputs, error) != CASK_OK)
        return error->status;
    size_t at = c->first[c->count];
    for (size_t i = 0; i < node->ninputs; i++)
        c->keys[at++] = cki_lower_key(lowering, node->inputs[i]);
    c->nodes[c->count] = node;
    c->first[++c->count] = at;
    cki_graph_grow(graph, number);
    cki_lower_place(lowering, node, (cki_key){number, (int64_t)c->count - 1});
    return CASK_OK;
}

const cki_primitive cki_delayed_primitive = {.name = "delayed.call",
                                             .size = sizeof(struct cask_delayed_node),
                                             .fuse = cki_delayed_chain_fuse,
                                             .lower = lower};
const cki_primitive cki_delayed_chain_primitive = {
    .name = "delayed.chain", .size = sizeof(struct cask_delayed_node), .lower = lower};

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

/* One call, whose inputs are there. */
static cask_status run_link(const cki_delayed_call *call, const cki_task *task, cask_value **result,
                            cki_error *error)
{
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

/* What went wrong in a call before the last one is told with that one's key. */
static void blame(const cki_node *link, cki_error *error)
{
    cki_text key = {0};
    cask_delayed x = cki_delayed_of_node(link);
    cki_delayed_print_key(x, &key);
    if (!key.failed)
        cki_graph_blame(key.bytes, x->label, error);
    cki_text_free(&key);
}

static cask_status run_call(const cki_task *task, cask_value **result, cki_error *error)
{
    size_t count;
    const cki_node *node = node_of(task->layer, task->block);
    const cki_node *const *links = cki_delayed_chain_links(&node, &count);
    cask_value *last = NULL;
    cki_task step = *task;
    for (size_t i = 0; i < count; i++) {
        const cki_delayed_call *call = links[i]->parameters;
        cask_value *made = NULL;
        if (i && call->ck->stopped && call->ck->stopped(task->run))
            cki_fail(error, CASK_CANCELLED, NULL, "cancelled");
        else
            run_link(call, &step, &made, error);
        cask_value_unref(last);
        last = made;
        if (!made) {
            if (error->status != CASK_CANCELLED)
                blame(links[i], error);
            return error->status;
        }
        step.inputs = &last;
        step.ninputs = 1;
    }
    *result = last;
    return CASK_OK;
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

static void rename_delayed(cki_node *node, const char *label, const char *name)
{
    struct cask_delayed_node *x = (struct cask_delayed_node *)node;
    x->label = label;
    x->key = name;
}

const cki_collection cki_delayed_collection = {
    .class = {"Delayed", cki_operation_release, print, NULL},
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
    .rename = rename_delayed,
    .syntax = &cki_delayed_syntax};
