/* Masked arrays: the node over elements and mask, and its record as a collection. */
#include "array/masked.h"
#include "array/collect.h"
#include "array/creation.h"
#include "array/elementwise.h"
#include "array/functions.h"
#include "array/held.h"
#include "core/memory.h"

#include <string.h>

/* ---- the node: each block is a pair ---- */

typedef struct fill {
    double value;
    bool given;
} fill;

static cask_status run(const cki_task *task, cask_value **result, cki_error *error)
{
    cask_value *pair = cki_value_list(CKI_TUPLE, 2, error);
    if (!pair)
        return error->status;
    for (size_t i = 0; i < 2; i++)
        pair->as.list.items[i] = cask_value_ref(task->inputs[i]);
    *result = pair;
    return CASK_OK;
}

const cki_function cki_masked_function = {"array.masked", 1, run};

typedef struct lowered {
    uint32_t layers[2];
} lowered;

static void inputs(const cki_layer *layer, int64_t block, cki_keys *keys)
{
    const lowered *l = layer->parameters;
    cki_graph_key(keys, l->layers[0], block);
    cki_graph_key(keys, l->layers[1], block);
}

static void cost(const cki_layer *layer, int64_t block, cki_cost *cost)
{
    (void)layer, (void)block;
    *cost = (cki_cost){.output = 256}; /* the arrays themselves are the inputs' */
}

static cask_status lower(cki_lowering *lowering, const cki_node *node, cki_error *error)
{
    lowered *l = cki_arena_alloc(cki_graph_arena(cki_lower_graph(lowering)), sizeof *l);
    if (!l)
        return cki_fail_memory(error, sizeof *l);
    for (size_t i = 0; i < 2; i++)
        l->layers[i] = cki_lower_input(lowering, node->inputs[i]);
    const cki_layer layer = {
        .function = &cki_masked_function, .parameters = l, .inputs = inputs, .cost = cost};
    return cki_node_lower(lowering, cki_node_as_array(node), layer, "", error);
}

static const cki_primitive primitive = {.name = "array.masked",
                                        .size = sizeof(struct cask_array_node),
                                        .lower = lower,
                                        .barrier = true};

/* ---- computing: two arrays are collected side by side ---- */

typedef struct collector {
    struct cask_array_node parts[2];
    void *collectors[2];
    fill fill;
} collector;

static void discard(void *self)
{
    collector *c = self;
    if (!c)
        return;
    for (int i = 0; i < 2; i++)
        cki_collect_array.discard(c->collectors[i]);
    cki_memory_free(c);
}

static void *collector_of(const cki_node *node, cki_error *error)
{
    collector *c = cki_memory_calloc(1, sizeof *c);
    if (!c) {
        cki_fail_memory(error, sizeof *c);
        return NULL;
    }
    c->fill = *(const fill *)node->parameters;
    for (int i = 0; i < 2; i++) {
        c->parts[i] = *cki_node_as_array(node);
        c->parts[i].base.collection = &cki_collect_array;
        if (i == 1)
            c->parts[i].dtype = cki_dtype_of(CASK_BOOL);
        c->collectors[i] = cki_collect_array.collector(&c->parts[i].base, error);
        if (!c->collectors[i]) {
            discard(c);
            return NULL;
        }
    }
    return c;
}

static cask_status collect(void *self, int64_t block, cask_value *value, cki_error *error)
{
    const collector *c = self;
    if (value->kind != CKI_TUPLE || value->as.list.count != 2)
        return cki_fail_internal(error, "masked: a block that is no pair");
    for (int i = 0; i < 2; i++)
        if (cki_collect_array.collect(c->collectors[i], block, value->as.list.items[i], error))
            return error->status;
    return CASK_OK;
}

static cask_value *collected(void *self, cki_error *error)
{
    const collector *c = self;
    cask_value *data = cki_collect_array.collected(c->collectors[0], error);
    cask_value *mask = data ? cki_collect_array.collected(c->collectors[1], error) : NULL;
    if (mask)
        return cki_masked_value_new(data, mask, c->fill.value, c->fill.given, error);
    cask_value_unref(data);
    return NULL;
}

/* One part's blocks out of the pairs. */
static cask_array hold_part(cki_build *build, const cki_node *node, const cask_value *pairs, int i)
{
    struct cask_array_node *part =
        cki_arena_copy(build->arena, cki_node_as_array(node), sizeof *part);
    cask_value *blocks = part ? cki_value_list(CKI_LIST, pairs->as.list.count, build->error) : NULL;
    if (!part)
        cki_fail_memory(build->error, sizeof *part);
    if (!blocks)
        return NULL;
    for (size_t k = 0; k < pairs->as.list.count; k++)
        blocks->as.list.items[k] = cask_value_ref(pairs->as.list.items[k]->as.list.items[i]);
    part->base.collection = &cki_collect_array;
    part->base.token = cki_token_nth(node->token, i);
    if (i == 1)
        part->dtype = cki_dtype_of(CASK_BOOL);
    const cki_node *held = cki_held_array(build, &part->base, blocks);
    cask_value_unref(blocks);
    return held ? cki_node_as_array(held) : NULL;
}

static const cki_node *hold(cki_build *build, const cki_node *node, cask_value *blocks)
{
    const fill *f = node->parameters;
    cki_masked parts = {.fill = f->value, .has_fill = f->given};
    parts.data = hold_part(build, node, blocks, 0);
    parts.mask = parts.data ? hold_part(build, node, blocks, 1) : NULL;
    cask_array held = cki_masked_array(build, &parts);
    return held ? &held->base : NULL;
}

/* ---- the record ---- */

static const char *label_of(const cki_node *node)
{
    return cki_collect_array.label(node);
}

static void print_name(const cki_node *node, cki_text *text)
{
    cki_collect_array.print_name(node, text);
}

static cask_status status_of(const cki_node *node)
{
    (void)node;
    return CASK_OK;
}

static int grid_of(const cki_node *node, int64_t *blocks)
{
    return cki_collect_array.grid(node, blocks);
}

static int64_t blocks_of(const cki_node *node)
{
    return cki_collect_array.blocks(node);
}

static uint64_t bytes_of(const cki_node *node)
{
    return cki_collect_array.bytes(node);
}

static void print(void *self, cki_text *text)
{
    cki_collect_array.class.repr(self, text);
}

static const cki_syntax syntax = {.apply = cki_masked_apply};

static const cki_collection masked = {.class = {"MaskedArray", cki_operation_release, print, NULL},
                                      .label = label_of,
                                      .print_name = print_name,
                                      .status = status_of,
                                      .grid = grid_of,
                                      .blocks = blocks_of,
                                      .bytes = bytes_of,
                                      .collector = collector_of,
                                      .collect = collect,
                                      .collected = collected,
                                      .discard = discard,
                                      .hold = hold,
                                      .syntax = &syntax};

/* ---- making ---- */

cask_array cki_masked_array(cki_build *build, const cki_masked *parts)
{
    cki_axis axes[CKI_MAX_NDIM];
    cask_array both[2] = {parts->data, parts->mask};
    int ndim;
    if (!both[0] || !both[1] || cki_elementwise_unify(build, both, 2, axes, &ndim) != CASK_OK)
        return NULL;
    fill *f = cki_arena_alloc(build->arena, sizeof *f);
    cki_hasher *hasher = f ? cki_token_start(build->error) : NULL;
    if (!hasher) {
        cki_fail_memory(build->error, sizeof *f);
        return NULL;
    }
    *f = (fill){parts->fill, parts->has_fill};
    cki_token_bytes(hasher, &f->value, sizeof f->value);
    cki_token_int(hasher, f->given);
    cask_array made = cki_node_array(build, &(cki_array_spec){.primitive = &primitive,
                                                              .label = "masked",
                                                              .dtype = both[0]->dtype,
                                                              .ndim = both[0]->ndim,
                                                              .axes = both[0]->axes,
                                                              .inputs = both,
                                                              .ninputs = 2,
                                                              .parameters = f,
                                                              .token = cki_token_end(hasher)});
    struct cask_array_node *own = made ? cki_arena_copy(build->arena, made, sizeof *own) : NULL;
    if (made && !own)
        cki_fail_memory(build->error, sizeof *own);
    if (own)
        own->base.collection = &masked;
    return own;
}

cask_value *cki_masked_value(cki_build *build, const cki_masked *parts)
{
    cask_array made = cki_masked_array(build, parts);
    return made ? cki_operation_wrap(&made->base, build->error) : NULL;
}

bool cki_masked_is(cask_array x)
{
    return x->base.collection == &masked;
}

cask_array cki_masked_lazy(const cask_value *value)
{
    const cki_node *node = cki_operation_node(value);
    return node && node->collection == &masked ? cki_node_as_array(node) : NULL;
}

cki_masked cki_masked_parts(cask_array x)
{
    const fill *f = x->base.parameters;
    return (cki_masked){cki_node_as_array(x->base.inputs[0]), cki_node_as_array(x->base.inputs[1]),
                        f->value, f->given};
}

bool cki_masked_of(const cask_value *value, cki_masked *parts)
{
    cask_array x = cki_masked_lazy(value);
    if (x)
        *parts = cki_masked_parts(x);
    return x != NULL;
}

cask_array cki_masked_nothing(cki_build *build, cask_array x)
{
    return x ? cki_creation_full(build, "masked", 0, cki_dtype_of(CASK_BOOL), x->ndim, x->axes)
             : NULL;
}

cask_array cki_masked_filled(cki_build *build, const cki_masked *parts, cask_value *value)
{
    cki_dtype dtype = parts->data->dtype;
    bool number = cki_dtype_is_float(dtype) || cki_dtype_is_complex(dtype);
    double usual = dtype.id == CASK_BOOL ? 1 : number ? 1e20 : 999999;
    double own = parts->has_fill ? parts->fill : usual;
    bool nat = cki_dtype_is_time(dtype) && !parts->has_fill;
    cask_value *python = value    ? cask_value_ref(value)
                         : nat    ? cki_value_int(CKI_NAT, build->error)
                         : number ? cki_value_float(own, build->error)
                                  : cki_value_int((int64_t)own, build->error);
    cask_value *scalar = python ? cki_array_new(dtype, 0, NULL, build->error) : NULL;
    cask_value *natural =
        scalar ? cki_array_from_scalar(python, (cki_dtype){0}, build->error) : NULL;
    cask_value *arguments[3] = {NULL, scalar, NULL};
    cask_array made = NULL;
    if (natural &&
        cki_array_cast(cki_array_of(scalar), cki_array_of(natural), build->error) == CASK_OK) {
        arguments[0] = cki_node_value(build, parts->mask);
        arguments[2] = cki_node_value(build, parts->data);
        if (arguments[0] && arguments[2])
            made = cki_elementwise_values(build, "where", arguments, 3);
    }
    cask_value_unref(python);
    cask_value_unref(natural);
    for (int i = 0; i < 3; i++)
        cask_value_unref(arguments[i]);
    return made;
}
