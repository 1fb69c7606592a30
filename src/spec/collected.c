/* The protocol of collections: keys, names and tokens, values made of results, and collections made
 * anew over graphs. */
#include "spec/collected.h"

#include "core/memory.h"
#include "expr/collection.h"
#include "spec/computing.h"
#include "spec/hand.h"
#include "spec/passes.h"
#include "spec/request.h"
#include "spec/shown.h"
#include "spec/spec_value.h"

#include <string.h>

static const cki_node *node_of(const cki_call *call)
{
    return cki_operation_node(call->arguments[0]);
}

static cask_value *name_of(const cki_node *node, cki_error *error)
{
    cki_text name = {0};
    node->collection->print_name(node, &name);
    return cki_value_from_text(CKI_STR, &name, error);
}

/* ---- keys and names ---- */

/* The keys of the blocks, in lists as they stand in the grid. */
static cask_value *run_keys(cki_call *call)
{
    cask_value *keys = cki_shown_keys(node_of(call), call->error);
    size_t next = 0;
    cask_value *nested = keys ? cki_shown_nest(node_of(call), keys, &next, call->error) : NULL;
    cask_value_unref(keys);
    return nested;
}

/* The layer that its blocks are in has the collection's name. */
static cask_value *run_layers(cki_call *call)
{
    cask_value *name = name_of(node_of(call), call->error);
    cask_value *names = name ? cki_value_list(CKI_TUPLE, 1, call->error) : NULL;
    if (names)
        names->as.list.items[0] = name;
    else
        cask_value_unref(name);
    return names;
}

static cask_value *run_tokenize(cki_call *call)
{
    return name_of(node_of(call), call->error);
}

/* ---- results ---- */

static cask_value *run_finalize(cki_call *call)
{
    return cki_computing_join(node_of(call), call->arguments[1], call->error);
}

/* ---- graphs ---- */

/* Delayed calls are only culled: their functions are the user's, and worth a task each. */
static cask_value *run_optimize(cki_call *call)
{
    cki_spec *own = NULL, *made = NULL;
    const cki_spec *spec = cki_shown_spec(call->arguments[1], &own, call->error);
    cask_value *texts = spec ? cki_spec_value_texts(call->arguments[2], call->error) : NULL;
    uint32_t *keys = NULL;
    size_t count = 0;
    if (texts && cki_request_keys(spec, texts, false, &keys, &count, call->error) == CASK_OK)
        made = node_of(call)->collection->grid
                   ? cki_request_optimise(call->ck, spec, keys, count, call->error)
                   : cki_passes_cull(spec, keys, count, call->error);
    cki_memory_free(keys);
    cask_value_unref(texts);
    cki_spec_free(own);
    return made ? cki_shown_value(made, call->error) : NULL;
}

/* A graph that is the node's own to keep. */
static cki_spec *copy_graph(const cask_value *graph, cki_error *error)
{
    cki_spec *own = NULL;
    const cki_spec *spec = cki_shown_spec(graph, &own, error);
    if (!spec || own)
        return own;
    cki_spec *copy = cki_spec_new(error);
    if (copy && cki_spec_merge(copy, spec, error) == CASK_OK)
        return copy;
    cki_spec_free(copy);
    return NULL;
}

/* What the name becomes by {'old': 'new', ...}; a new reference. */
static cask_value *renamed(const cki_node *node, const cask_value *rename, cki_error *error)
{
    cask_value *name = name_of(node, error);
    if (!name || rename->kind == CKI_NONE)
        return name;
    if (rename->kind != CKI_DICT) {
        cki_fail(error, CASK_TYPE, NULL, "rename is a dict of names, not '%s'",
                 cki_value_type(rename));
        cask_value_unref(name);
        return NULL;
    }
    cask_value *other = cki_value_dict_find(rename, name->as.text.bytes);
    if (!other)
        return name;
    cask_value_unref(name);
    if (other->kind == CKI_STR)
        return cask_value_ref(other);
    cki_fail(error, CASK_TYPE, NULL, "a collection's name is a string, not '%s'",
             cki_value_type(other));
    return NULL;
}

/* A copy of the node that is called so. */
static cki_node *named(cki_build *build, const cki_node *node, const cask_value *name)
{
    const cki_collection *collection = node->collection;
    const char *text = cki_arena_text(build->arena, name->as.text.bytes, name->as.text.length);
    const char *label = text ? cki_arena_text(build->arena, text, cki_graph_label(text)) : NULL;
    cki_node *copy = label ? cki_arena_copy(build->arena, node, node->primitive->size) : NULL;
    if (copy)
        collection->rename(copy, label, text);
    else
        cki_fail_memory(build->error, node->primitive->size);
    return copy;
}

/* The node's keys in the graph; they must all be there. */
static uint32_t *keys_in(const cki_node *node, const cki_spec *spec, cki_error *error)
{
    uint32_t *numbers = NULL;
    size_t count = 0;
    cask_value *keys = cki_shown_keys(node, error);
    cask_value *texts = keys ? cki_spec_value_texts(keys, error) : NULL;
    if (texts)
        cki_request_keys(spec, texts, false, &numbers, &count, error);
    cask_value_unref(texts);
    cask_value_unref(keys);
    return numbers;
}

static const cki_node *rebuilt(cki_build *build, const cki_node *node, const cask_value *graph,
                               const cask_value *rename)
{
    cask_value *name = renamed(node, rename, build->error);
    cki_node *like = name ? named(build, node, name) : NULL;
    cki_spec *spec = like ? copy_graph(graph, build->error) : NULL;
    uint32_t *keys = spec ? keys_in(like, spec, build->error) : NULL;
    const cki_node *made = NULL;
    if (keys)
        made = cki_hand_collect(build, like, spec, keys);
    else
        cki_spec_free(spec);
    cki_memory_free(keys);
    cask_value_unref(name);
    return made;
}

static cask_value *run_rebuild(cki_call *call)
{
    cki_build build = {call->ck, &call->ck->arena, call->error};
    const cki_node *node = node_of(call);
    if (!node->collection->rename) {
        cki_fail(call->error, CASK_TYPE, NULL,
                 "a %s cannot be made of a graph: make its parts of it",
                 node->collection->class.name);
        return NULL;
    }
    const cki_node *made = rebuilt(&build, node, call->arguments[1], call->arguments[2]);
    return made ? cki_operation_wrap(made, call->error) : NULL;
}

/* ---- records ---- */

#define METHOD(id, name, signature, doc, run)                                                      \
    static const cki_operation id = {name, CKI_LAZY_METHOD, signature, doc, run, NULL}
METHOD(keys, "__dask_keys__", "x", "The keys of its blocks, in lists as they stand in the grid.",
       run_keys);
METHOD(layers, "__dask_layers__", "x",
       "The name of the layer of its graph that makes its blocks, in a tuple.", run_layers);
METHOD(tokenize, "__dask_tokenize__", "x", "What tells it from others: its name.", run_tokenize);
METHOD(optimize, "__dask_optimize__", "x, dsk, keys, **ignored",
       "A graph as collections of this kind would run it for these keys: arrays cull and fuse it, "
       "delayed calls cull it.",
       run_optimize);
METHOD(finalize, "_finalize", "x, results",
       "The value that results make together, which are in lists as the keys are.", run_finalize);
METHOD(rebuild, "_rebuild", "x, dsk, *, rename=None",
       "The same over another graph that has its keys; rename: a dict of names, where its keys "
       "begin otherwise there.",
       run_rebuild);

const cki_operation *const cki_collected_operations[] = {&keys,     &layers,  &tokenize, &optimize,
                                                         &finalize, &rebuild, NULL};
