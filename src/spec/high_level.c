/* High level: the constructors of graphs of layers. What layers need is found in their tasks, so
 * what is said of it is only checked. */
#include "spec/high_level.h"

#include "expr/collection.h"
#include "spec/shown.h"
#include "spec/spec.h"
#include "spec/spec_value.h"
#include "spec/tasks.h"

/* A mapping of keys and tasks as a dict; a new reference. */
static cask_value *dict_of(cki_call *call, cask_value *layer)
{
    const cki_spec *spec = cki_shown_own(layer);
    if (spec)
        return cki_spec_value_dict(call->ck, spec, call->error);
    const cki_operation *items = cki_operation_find(call->ck, "Layer.mapping", CKI_ARRAY_PROTOCOL);
    const cki_arguments self = {.positional = &layer, .count = 1};
    if (layer->kind == CKI_OBJECT && items)
        return cki_operation_call(call->ck, items, &self, call->error);
    if (layer->kind == CKI_DICT)
        return cask_value_ref(layer);
    cki_fail(call->error, CASK_TYPE, NULL, "a layer is a dict of keys and tasks, not '%s'",
             cki_value_type(layer));
    return NULL;
}

/* Put the keys of a dict, which are defined, into the layer of that name. */
static cask_status place_keys(cki_spec *made, const cask_value *dict, const cask_value *layer,
                              cki_error *error)
{
    for (size_t i = 0; i < dict->as.dict.count && error->status == CASK_OK; i++) {
        cki_text text = {0};
        if (cki_spec_value_text(dict->as.dict.keys[i], &text, error) == CASK_OK) {
            uint32_t key = cki_names_find(&made->keys, text.bytes ? text.bytes : "", text.length);
            cki_spec_place(made, key, layer->as.text.bytes, layer->as.text.length, NULL, error);
        }
        cki_text_free(&text);
    }
    return error->status;
}

static bool is_name(const cask_value *name, cki_error *error)
{
    if (name->kind != CKI_STR)
        cki_fail(error, CASK_TYPE, NULL, "a layer's name is a string, not '%s'",
                 cki_value_type(name));
    return name->kind == CKI_STR;
}

/* ---- of layers ---- */

/* All layers as dicts, by the same names. */
static cask_value *dicts_of(cki_call *call, const cask_value *layers)
{
    cask_value *dicts = cki_value_dict(call->error);
    for (size_t i = 0; dicts && i < layers->as.dict.count; i++) {
        cask_value *dict = is_name(layers->as.dict.keys[i], call->error)
                               ? dict_of(call, layers->as.dict.values[i])
                               : NULL;
        if (!dict || cki_value_dict_set(dicts, cask_value_ref(layers->as.dict.keys[i]), dict,
                                        call->error) != CASK_OK) {
            cask_value_unref(dicts);
            return NULL;
        }
    }
    return dicts;
}

/* Names that are said to be needed must be there. */
static cask_status check_needs(const cask_value *layers, const cask_value *needs, cki_error *error)
{
    if (needs->kind == CKI_NONE)
        return CASK_OK;
    if (needs->kind != CKI_DICT)
        return cki_fail(error, CASK_TYPE, NULL,
                        "dependencies are a dict of sets of layers' names, not '%s'",
                        cki_value_type(needs));
    for (size_t i = 0; i < needs->as.dict.count && error->status == CASK_OK; i++) {
        cask_value *names = cki_value_items(needs->as.dict.values[i], error);
        for (size_t k = 0; names && k < names->as.list.count && error->status == CASK_OK; k++) {
            cki_text text = {0};
            if (cki_value_dict_get(layers, names->as.list.items[k], error))
                continue;
            cki_value_repr(names->as.list.items[k], &text);
            cki_fail(error, CASK_INVALID, NULL, "%.200s not found in layers",
                     text.bytes ? text.bytes : "a name");
            cki_text_free(&text);
        }
        cask_value_unref(names);
    }
    return error->status;
}

/* One dict of all tasks: only together do they show which tuples are keys. */
static cask_value *all_tasks(const cask_value *dicts, cki_error *error)
{
    cask_value *all = cki_value_dict(error);
    for (size_t i = 0; all && i < dicts->as.dict.count && error->status == CASK_OK; i++) {
        const cask_value *dict = dicts->as.dict.values[i];
        for (size_t k = 0; k < dict->as.dict.count && error->status == CASK_OK; k++)
            cki_value_dict_set(all, cask_value_ref(dict->as.dict.keys[k]),
                               cask_value_ref(dict->as.dict.values[k]), error);
    }
    if (error->status == CASK_OK)
        return all;
    cask_value_unref(all);
    return NULL;
}

static cask_value *run_new(cki_call *call)
{
    const cask_value *layers = call->arguments[0];
    if (layers->kind != CKI_DICT) {
        cki_fail(call->error, CASK_TYPE, NULL, "layers are a dict of dicts of tasks, not '%s'",
                 cki_value_type(layers));
        return NULL;
    }
    if (check_needs(layers, call->arguments[1], call->error) != CASK_OK)
        return NULL;
    cask_value *dicts = dicts_of(call, layers);
    cask_value *all = dicts ? all_tasks(dicts, call->error) : NULL;
    cki_spec *made = all ? cki_spec_new(call->error) : NULL;
    if (made && cki_spec_value_read(made, all, call->error) == CASK_OK)
        for (size_t i = 0; i < dicts->as.dict.count; i++)
            place_keys(made, dicts->as.dict.values[i], dicts->as.dict.keys[i], call->error);
    cask_value_unref(all);
    cask_value_unref(dicts);
    if (made && call->error->status == CASK_OK)
        return cki_shown_value(made, call->error);
    cki_spec_free(made);
    return NULL;
}

/* ---- of collections and one layer more ---- */

static const cki_node **nodes_of(cki_call *call, cask_value *items)
{
    size_t count = items->as.list.count;
    const cki_node **nodes = cki_arena_array(&call->ck->arena, count + 1, sizeof *nodes);
    if (!nodes)
        cki_fail_memory(call->error, count * sizeof *nodes);
    for (size_t i = 0; nodes && i < count; i++) {
        nodes[i] = cki_operation_node(items->as.list.items[i]);
        if (nodes[i])
            continue;
        cki_fail(call->error, CASK_TYPE, NULL, "dependencies are collections, not '%s'",
                 cki_value_type(items->as.list.items[i]));
        return NULL;
    }
    return nodes;
}

static cask_value *run_from_collections(cki_call *call)
{
    const cask_value *name = call->arguments[0];
    cask_value *dict = is_name(name, call->error) ? dict_of(call, call->arguments[1]) : NULL;
    cask_value *items = dict ? cki_value_items(call->arguments[2], call->error) : NULL;
    const cki_node **nodes = items ? nodes_of(call, items) : NULL;
    cki_spec *made =
        nodes ? cki_tasks_spec(call->ck, nodes, items->as.list.count, false, NULL, call->error)
              : NULL;
    if (made && cki_spec_value_read(made, dict, call->error) == CASK_OK)
        place_keys(made, dict, name, call->error);
    cask_value_unref(items);
    cask_value_unref(dict);
    if (made && call->error->status == CASK_OK)
        return cki_shown_value(made, call->error);
    cki_spec_free(made);
    return NULL;
}

/* ---- records ---- */

static const cki_operation new = {
    "highlevelgraph.HighLevelGraph.__call__",
    CKI_IN_DASK,
    "layers, dependencies=None, key_dependencies=None",
    "A graph of layers: a dict of dicts of tasks. Which needs which is found in the tasks.",
    run_new,
    NULL};
static const cki_operation from_collections = {
    "highlevelgraph.HighLevelGraph.from_collections",
    CKI_IN_DASK,
    "name, layer, dependencies=()",
    "The graphs of collections and one layer more, whose tasks name their keys.",
    run_from_collections,
    NULL};

const cki_operation *const cki_high_level_operations[] = {&new, &from_collections, NULL};
