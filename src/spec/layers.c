/* Layers: parts of a graph that is a value, each a mapping as the graph is. */
#include "spec/layers.h"

#include "core/memory.h"
#include "spec/shown.h"
#include "spec/spec_value.h"
#include "spec/spec_write.h"

/* A layer: the keys of the graph that belong to it. */
typedef struct layer {
    cask_value *graph;
    uint32_t number;
    uint32_t *keys;
    size_t count;
} layer;

static const cki_spec *spec_of(const layer *l)
{
    return cki_shown_own(l->graph);
}

static void release(void *self)
{
    layer *l = self;
    cask_value_unref(l->graph);
    cki_memory_free(l->keys);
    cki_memory_free(l);
}

static void print(void *self, cki_text *text)
{
    const layer *l = self;
    const cki_spec *spec = spec_of(l);
    cki_error error = {0};
    cki_text_char(text, '{');
    for (size_t i = 0; i < l->count && error.status == CASK_OK; i++) {
        size_t length;
        const cki_word *words = cki_spec_term(spec, l->keys[i], &length);
        cki_text_put(text, i ? ", " : "");
        cki_spec_write_key(cki_spec_text(spec, l->keys[i]), CKI_SPEC_PYTHON, text);
        cki_text_put(text, ": ");
        cki_spec_write_term(spec, words, CKI_SPEC_PYTHON, text, &error);
    }
    cki_text_char(text, '}');
    text->failed |= error.status != CASK_OK;
}

static const cki_class layer_class = {"Layer", release, print, NULL};

static cask_value *make_layer(cask_value *graph, uint32_t number, size_t count, cki_error *error)
{
    layer *l = cki_memory_calloc(1, sizeof *l);
    uint32_t *keys = cki_memory_alloc((count + 1) * sizeof *keys);
    if (!l || !keys) {
        cki_memory_free(l);
        cki_memory_free(keys);
        cki_fail_memory(error, count * sizeof *keys);
        return NULL;
    }
    *l = (layer){cask_value_ref(graph), number, keys, 0};
    return cki_value_object(&layer_class, l, error);
}

static cask_value *layer_name(const cki_spec *spec, uint32_t number, cki_error *error)
{
    return cki_value_str(cki_names_text(&spec->layers.names, number),
                         spec->layers.names.items[number].length, error);
}

/* How many keys each layer has, and a dict of layers that have none as yet, in order. */
static cask_value *empty_layers(cask_value *graph, size_t *counts, cki_error *error)
{
    const cki_spec *spec = cki_shown_own(graph);
    cask_value *dict = cki_value_dict(error);
    for (size_t i = 0; i < spec->norder; i++)
        if (spec->order[i] != CKI_NO_NAME && spec->layers.of)
            counts[spec->layers.of[spec->order[i]]]++;
    for (uint32_t i = 0; dict && i < spec->layers.names.count; i++) {
        cask_value *name = layer_name(spec, i, error);
        cask_value *made = name ? make_layer(graph, i, counts[i], error) : NULL;
        if (!made)
            cask_value_unref(name);
        if (!made || cki_value_dict_set(dict, name, made, error) != CASK_OK) {
            cask_value_unref(dict);
            return NULL;
        }
    }
    return dict;
}

static cask_value *run_layers(cki_call *call)
{
    const cki_spec *spec = cki_shown_own(call->arguments[0]);
    size_t *counts = cki_memory_calloc(spec->layers.names.count + (size_t)1, sizeof *counts);
    if (!counts) {
        cki_fail_memory(call->error, spec->layers.names.count * sizeof *counts);
        return NULL;
    }
    cask_value *dict = empty_layers(call->arguments[0], counts, call->error);
    cki_memory_free(counts);
    for (size_t i = 0; dict && spec->layers.of && i < spec->norder; i++) {
        if (spec->order[i] == CKI_NO_NAME)
            continue;
        uint32_t number = spec->layers.of[spec->order[i]];
        layer *l = cki_value_self(dict->as.dict.values[number], &layer_class);
        l->keys[l->count++] = spec->order[i];
    }
    return dict;
}

/* ---- which layers need which ---- */

static cask_status add_needs(const cki_spec *spec, uint32_t key, cask_value *dict, cki_error *error)
{
    size_t length;
    const cki_word *words = cki_spec_term(spec, key, &length);
    uint32_t own = spec->layers.of[key];
    for (size_t i = 0; i < length && error->status == CASK_OK; i++) {
        uint32_t needed = cki_spec_reference(spec, words[i]);
        if (needed == CKI_NO_NAME || spec->layers.of[needed] == own)
            continue;
        cask_value *name = layer_name(spec, spec->layers.of[needed], error);
        if (name)
            cki_value_set_add(dict->as.dict.values[own], name, error);
    }
    return error->status;
}

static cask_value *run_dependencies(cki_call *call)
{
    const cki_spec *spec = cki_shown_own(call->arguments[0]);
    cask_value *dict = cki_value_dict(call->error);
    bool fine = dict != NULL;
    for (uint32_t i = 0; fine && i < spec->layers.names.count; i++) {
        cask_value *name = layer_name(spec, i, call->error);
        cask_value *set = name ? cki_value_set(call->error) : NULL;
        if (!set)
            cask_value_unref(name);
        fine = set && cki_value_dict_set(dict, name, set, call->error) == CASK_OK;
    }
    for (size_t i = 0; fine && spec->layers.of && i < spec->norder; i++)
        fine = spec->order[i] == CKI_NO_NAME ||
               add_needs(spec, spec->order[i], dict, call->error) == CASK_OK;
    if (fine)
        return dict;
    cask_value_unref(dict);
    return NULL;
}

/* The same the other way round. */
static cask_value *run_dependents(cki_call *call)
{
    const cki_operation *reverse = cki_operation_find(call->ck, "core.reverse_dict", CKI_IN_DASK);
    cask_value *needs = reverse ? run_dependencies(call) : NULL;
    const cki_arguments only = {.positional = &needs, .count = 1};
    cask_value *made = needs ? cki_operation_call(call->ck, reverse, &only, call->error) : NULL;
    cask_value_unref(needs);
    return made;
}

/* ---- one layer ---- */

static const layer *layer_of(const cki_call *call)
{
    return cki_value_self(call->arguments[0], &layer_class);
}

static cask_value *run_annotations(cki_call *call)
{
    const layer *l = layer_of(call);
    cask_value *annotations = spec_of(l)->layers.annotations[l->number];
    return annotations ? cask_value_ref(annotations) : cki_value_none();
}

static cask_value *run_length(cki_call *call)
{
    return cki_value_int((int64_t)layer_of(call)->count, call->error);
}

/* The layer as a plain dict; `keys`: only those, as a list. */
static cask_value *contents(cki_call *call, bool keys)
{
    const layer *l = layer_of(call);
    const cki_spec *spec = spec_of(l);
    cask_value *all = keys ? cki_value_list(CKI_LIST, 0, call->error) : cki_value_dict(call->error);
    size_t room = 0;
    bool fine = all != NULL;
    for (size_t i = 0; fine && i < l->count; i++) {
        cask_value *key = cki_spec_value_key(cki_spec_text(spec, l->keys[i]),
                                             spec->keys.items[l->keys[i]].length, call->error);
        cask_value *term =
            key && !keys ? cki_spec_value_term(call->ck, spec, l->keys[i], call->error) : NULL;
        if (keys) {
            fine = cki_value_list_push(all, &room, key, call->error);
        } else if (term) {
            fine = cki_value_dict_set(all, key, term, call->error) == CASK_OK;
        } else {
            cask_value_unref(key);
            fine = false;
        }
    }
    if (fine)
        return all;
    cask_value_unref(all);
    return NULL;
}

static cask_value *run_keys(cki_call *call)
{
    return contents(call, true);
}

static cask_value *run_mapping(cki_call *call)
{
    if (layer_of(call))
        return contents(call, false);
    cki_fail(call->error, CASK_TYPE, NULL, "a layer is a dict of keys and tasks, not '%s'",
             cki_value_type(call->arguments[0]));
    return NULL;
}

/* The pair of a key and its value. */
static cask_value *pair_of(const cask_value *dict, size_t i, cki_error *error)
{
    cask_value *pair = cki_value_list(CKI_TUPLE, 2, error);
    if (pair) {
        pair->as.list.items[0] = cask_value_ref(dict->as.dict.keys[i]);
        pair->as.list.items[1] = cask_value_ref(dict->as.dict.values[i]);
    }
    return pair;
}

/* The values or items of the dict, as a list. */
static cask_value *listed(cki_call *call, bool items)
{
    cask_value *dict = contents(call, false);
    cask_value *list = dict ? cki_value_list(CKI_LIST, dict->as.dict.count, call->error) : NULL;
    bool whole = list != NULL;
    for (size_t i = 0; whole && i < dict->as.dict.count; i++) {
        cask_value *item =
            items ? pair_of(dict, i, call->error) : cask_value_ref(dict->as.dict.values[i]);
        list->as.list.items[i] = item;
        list->as.list.count = item ? dict->as.dict.count : i;
        whole = item != NULL;
    }
    cask_value_unref(dict);
    if (whole)
        return list;
    cask_value_unref(list);
    return NULL;
}

static cask_value *run_values(cki_call *call)
{
    return listed(call, false);
}

static cask_value *run_items(cki_call *call)
{
    return listed(call, true);
}

static cask_value *run_item(cki_call *call)
{
    const layer *l = layer_of(call);
    const cki_spec *spec = spec_of(l);
    cki_text text = {0};
    cask_value *term = NULL;
    if (cki_spec_value_text(call->arguments[1], &text, call->error) == CASK_OK) {
        uint32_t key = cki_spec_find(spec, text.bytes ? text.bytes : "", text.length);
        if (key != CKI_NO_NAME && spec->layers.of[key] == l->number)
            term = cki_spec_value_term(call->ck, spec, key, call->error);
        else
            cki_fail(call->error, CASK_NOT_FOUND, "KeyError", "the layer has no key '%.200s'",
                     text.bytes ? text.bytes : "");
    }
    cki_text_free(&text);
    return term;
}

/* By key the keys that its task names, as dask.core.get_dependencies has them. */
static cask_value *run_all_dependencies(cki_call *call)
{
    const cki_spec *spec = cki_shown_own(call->arguments[0]);
    cask_value *dict = cki_value_dict(call->error);
    bool fine = dict != NULL;
    for (size_t i = 0; fine && i < spec->norder; i++) {
        uint32_t key = spec->order[i];
        if (key == CKI_NO_NAME)
            continue;
        size_t length;
        const cki_word *words = cki_spec_term(spec, key, &length);
        cask_value *set = cki_value_set(call->error);
        fine = set != NULL;
        for (size_t k = 0; fine && k < length; k++) {
            uint32_t needed = cki_spec_reference(spec, words[k]);
            cask_value *name =
                needed == CKI_NO_NAME
                    ? NULL
                    : cki_spec_value_key(cki_spec_text(spec, needed),
                                         spec->keys.items[needed].length, call->error);
            fine = needed == CKI_NO_NAME ||
                   (name && cki_value_set_add(set, name, call->error) == CASK_OK);
        }
        cask_value *name = fine ? cki_spec_value_key(cki_spec_text(spec, key),
                                                     spec->keys.items[key].length, call->error)
                                : NULL;
        if (!name)
            cask_value_unref(set);
        fine = name && cki_value_dict_set(dict, name, set, call->error) == CASK_OK;
    }
    if (fine)
        return dict;
    cask_value_unref(dict);
    return NULL;
}

static cask_value *run_to_dict(cki_call *call)
{
    return cki_spec_value_dict(call->ck, cki_shown_own(call->arguments[0]), call->error);
}

#define RECORD(id, name, places, signature, doc, run)                                              \
    static const cki_operation id = {name, CKI_ARRAY_PROTOCOL | (places), signature, doc, run, NULL}
RECORD(graph_layers, "Graph.layers", CKI_OWN_ATTRIBUTE, "self",
       "The layers by name, a dict: the keys of each, and its annotations.", run_layers);
RECORD(graph_dependencies, "Graph.dependencies", CKI_OWN_ATTRIBUTE, "self",
       "By layer the set of those that it needs, a dict.", run_dependencies);
RECORD(dependents, "Graph.dependents", CKI_OWN_ATTRIBUTE, "self",
       "By layer the set of those that need it, a dict.", run_dependents);
RECORD(graph_all, "Graph.get_all_dependencies", 0, "self", "By key the keys that its task names.",
       run_all_dependencies);
RECORD(graph_dict, "Graph.to_dict", 0, "self", "The graph as a plain dict.", run_to_dict);
RECORD(annotations, "Layer.annotations", CKI_OWN_ATTRIBUTE, "self",
       "What dask.annotate() said when it was made, a dict, or None.", run_annotations);
RECORD(mapping, "Layer.mapping", CKI_OWN_ATTRIBUTE, "self", "The layer as a plain dict.",
       run_mapping);
RECORD(layer_length, "Layer.__len__", 0, "self", "How many keys there are.", run_length);
RECORD(layer_iter, "Layer.__iter__", 0, "self", "The keys.", run_keys);
RECORD(layer_item, "Layer.__getitem__", 0, "self, key", "A key's task.", run_item);
RECORD(layer_keys, "Layer.keys", 0, "self", "The keys.", run_keys);
RECORD(output_keys, "Layer.get_output_keys", 0, "self", "The keys.", run_keys);
RECORD(layer_values, "Layer.values", 0, "self", "The tasks.", run_values);
RECORD(layer_items, "Layer.items", 0, "self", "Keys and tasks.", run_items);

const cki_operation *const cki_layers_operations[] = {
    &graph_all,    &graph_dict,  &graph_layers, &graph_dependencies, &annotations,
    &layer_length, &layer_iter,  &layer_item,   &layer_keys,         &output_keys,
    &layer_values, &layer_items, &mapping,      &dependents,         NULL};
