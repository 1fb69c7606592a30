/* Layered: graphs of layers made from others of the kind: culled, merged, copied. */
#include "spec/layered.h"

#include "core/memory.h"
#include "spec/passes.h"
#include "spec/request.h"
#include "spec/shown.h"
#include "spec/spec_value.h"

/* Put a key into the layer that it belongs to in the other graph, where it has that name too. */
static cask_status place(cki_spec *made, uint32_t key, const cki_spec *from, uint32_t theirs,
                         cki_error *error)
{
    if (!from->layers.of)
        return CASK_OK;
    uint32_t layer = from->layers.of[theirs];
    return cki_spec_place(made, key, cki_names_text(&from->layers.names, layer),
                          from->layers.names.items[layer].length, from->layers.annotations[layer],
                          error);
}

/* The keys that are marked, in their layers; a value. */
static cask_value *part_of(const cki_spec *spec, const bool *marks, cki_error *error)
{
    cki_spec *made = cki_spec_blank(spec, error);
    for (size_t i = 0; made && i < spec->norder && error->status == CASK_OK; i++) {
        uint32_t key = spec->order[i];
        if (key == CKI_NO_NAME || !marks[key])
            continue;
        size_t length;
        const cki_word *words = cki_spec_term(spec, key, &length);
        if (cki_spec_put_all(made, words, length, error) &&
            cki_spec_define(made, key, error) == CASK_OK)
            place(made, key, spec, key, error);
    }
    if (made && error->status == CASK_OK)
        return cki_shown_value(made, error);
    cki_spec_free(made);
    return NULL;
}

static cask_value *run_copy(cki_call *call)
{
    const cki_spec *spec = cki_shown_own(call->arguments[0]);
    bool *marks = cki_passes_marks(spec, NULL, 0, call->error);
    for (size_t i = 0; marks && i < spec->keys.count; i++)
        marks[i] = true;
    cask_value *made = marks ? part_of(spec, marks, call->error) : NULL;
    cki_memory_free(marks);
    return made;
}

static cask_value *run_cull(cki_call *call)
{
    const cki_spec *spec = cki_shown_own(call->arguments[0]);
    cask_value *items = call->arguments[1]->kind == CKI_SET
                            ? cki_value_items(call->arguments[1], call->error)
                            : cask_value_ref(call->arguments[1]);
    cask_value *texts = items ? cki_spec_value_texts(items, call->error) : NULL, *made = NULL;
    uint32_t *keys = NULL;
    size_t count = 0;
    cki_spec *needed = NULL;
    if (texts && cki_request_keys(spec, texts, true, &keys, &count, call->error) == CASK_OK)
        needed = cki_passes_cull(spec, keys, count, call->error);
    bool *marks = needed ? cki_passes_marks(spec, NULL, 0, call->error) : NULL;
    for (uint32_t key = 0; marks && key < spec->keys.count; key++)
        marks[key] = cki_spec_has(needed, key);
    if (marks)
        made = part_of(spec, marks, call->error);
    cki_memory_free(marks);
    cki_spec_free(needed);
    cki_memory_free(keys);
    cask_value_unref(texts);
    cask_value_unref(items);
    return made;
}

/* ---- by layers ---- */

/* Marks of the layers that are named. */
static bool *named_layers(const cki_spec *spec, const cask_value *names, cki_error *error)
{
    bool *wanted = cki_memory_calloc(spec->layers.names.count + (size_t)1, sizeof *wanted);
    if (!wanted)
        cki_fail_memory(error, spec->layers.names.count);
    for (size_t i = 0; wanted && i < names->as.list.count && error->status == CASK_OK; i++) {
        const cask_value *name = names->as.list.items[i];
        uint32_t layer =
            name->kind != CKI_STR
                ? CKI_NO_NAME
                : cki_names_find(&spec->layers.names, name->as.text.bytes, name->as.text.length);
        if (layer != CKI_NO_NAME) {
            wanted[layer] = true;
            continue;
        }
        cki_text shown = {0};
        cki_value_repr(name, &shown);
        cki_fail(error, CASK_NOT_FOUND, "KeyError", "the graph has no layer %.200s",
                 shown.bytes ? shown.bytes : "of that name");
        cki_text_free(&shown);
    }
    if (error->status == CASK_OK)
        return wanted;
    cki_memory_free(wanted);
    return NULL;
}

/* Mark the layers that a key's task needs; whether one is new. */
static bool add_needed(const cki_spec *spec, uint32_t key, bool *wanted)
{
    size_t length;
    const cki_word *words = cki_spec_term(spec, key, &length);
    bool added = false;
    for (size_t i = 0; i < length; i++) {
        uint32_t needed = cki_spec_reference(spec, words[i]);
        if (needed == CKI_NO_NAME || !cki_spec_has(spec, needed))
            continue;
        bool *mark = &wanted[spec->layers.of[needed]];
        added |= !*mark;
        *mark = true;
    }
    return added;
}

/* Users mostly stand behind what they need, so that two rounds backwards do. */
static void add_all_needed(const cki_spec *spec, bool *wanted)
{
    for (bool added = spec->layers.of != NULL; added;) {
        added = false;
        for (size_t i = spec->norder; i-- > 0;) {
            uint32_t key = spec->order[i];
            if (key != CKI_NO_NAME && wanted[spec->layers.of[key]])
                added |= add_needed(spec, key, wanted);
        }
    }
}

static cask_value *run_cull_layers(cki_call *call)
{
    const cki_spec *spec = cki_shown_own(call->arguments[0]);
    cask_value *names = cki_value_items(call->arguments[1], call->error);
    bool *wanted = names ? named_layers(spec, names, call->error) : NULL;
    bool *marks = wanted ? cki_passes_marks(spec, NULL, 0, call->error) : NULL;
    cask_value *made = NULL;
    if (marks) {
        add_all_needed(spec, wanted);
        for (uint32_t key = 0; spec->layers.of && key < spec->keys.count; key++)
            marks[key] = cki_spec_has(spec, key) && wanted[spec->layers.of[key]];
        made = part_of(spec, marks, call->error);
    }
    cki_memory_free(marks);
    cki_memory_free(wanted);
    cask_value_unref(names);
    return made;
}

/* ---- merging ---- */

/* Put a graph's definitions and layers into another; one without layers is one, by its number. */
static cask_status add_graph(cki_spec *made, const cki_spec *from, size_t number, cki_error *error)
{
    cki_text name = {0};
    cki_text_format(&name, "graph-%zu", number);
    if (name.failed)
        cki_fail_memory(error, name.length);
    else
        cki_spec_merge(made, from, error);
    for (size_t i = 0; i < from->norder && error->status == CASK_OK; i++) {
        uint32_t theirs = from->order[i];
        if (theirs == CKI_NO_NAME)
            continue;
        uint32_t key = cki_names_find(&made->keys, cki_spec_text(from, theirs),
                                      from->keys.items[theirs].length);
        if (from->layers.of)
            place(made, key, from, theirs, error);
        else
            cki_spec_place(made, key, name.bytes, name.length, NULL, error);
    }
    cki_text_free(&name);
    return error->status;
}

static cask_value *run_merge(cki_call *call)
{
    const cask_value *graphs = call->arguments[0];
    cki_spec *made = cki_spec_new(call->error);
    for (size_t i = 0; made && i < graphs->as.list.count && call->error->status == CASK_OK; i++) {
        cki_spec *own;
        const cki_spec *from = cki_shown_spec(graphs->as.list.items[i], &own, call->error);
        if (from)
            add_graph(made, from, i, call->error);
        cki_spec_free(own);
    }
    if (made && call->error->status == CASK_OK)
        return cki_shown_value(made, call->error);
    cki_spec_free(made);
    return NULL;
}

/* ---- looking ---- */

static cask_value *run_validate(cki_call *call)
{
    const cki_spec *spec = cki_shown_own(call->arguments[0]);
    for (size_t i = 0; i < spec->norder; i++) {
        size_t length;
        if (spec->order[i] == CKI_NO_NAME)
            continue;
        const cki_word *words = cki_spec_term(spec, spec->order[i], &length);
        for (size_t k = 0; k < length; k++) {
            uint32_t needed = cki_spec_reference(spec, words[k]);
            if (needed == CKI_NO_NAME || cki_spec_has(spec, needed))
                continue;
            cki_fail(call->error, CASK_INVALID, NULL, "key '%.200s' needs '%.200s': not found",
                     cki_spec_text(spec, spec->order[i]), cki_spec_text(spec, needed));
            return NULL;
        }
    }
    return cki_value_none();
}

static cask_value *run_external(cki_call *call)
{
    const cki_spec *spec = cki_shown_own(call->arguments[0]);
    cask_value *set = cki_value_set(call->error);
    for (size_t i = 0; set && i < spec->norder; i++) {
        uint32_t key = spec->order[i];
        if (key == CKI_NO_NAME)
            continue;
        cask_value *name =
            cki_spec_value_key(cki_spec_text(spec, key), spec->keys.items[key].length, call->error);
        if (!name || cki_value_set_add(set, name, call->error) != CASK_OK) {
            cask_value_unref(set);
            return NULL;
        }
    }
    return set;
}

#define METHOD(id, name, signature, doc, run)                                                      \
    static const cki_operation id = {"Graph." name, CKI_ARRAY_PROTOCOL, signature, doc, run, NULL}
METHOD(copy, "copy", "self", "The same graph, layers and all.", run_copy);
METHOD(cull, "cull", "self, keys", "What the keys need, as a graph of the same layers.", run_cull);
METHOD(cull_layers, "cull_layers", "self, layers",
       "The layers of these names and all that they need, as a graph.", run_cull_layers);
METHOD(validate, "validate", "self", "ValueError if a task needs a key that is not there.",
       run_validate);
METHOD(external, "get_all_external_keys", "self", "The keys of all layers, a set.", run_external);
static const cki_operation merge = {
    "highlevelgraph.HighLevelGraph.merge",
    CKI_IN_DASK,
    "*graphs",
    "One graph with the layers of several; a dict of tasks is one layer. Of a key in two of them "
    "the latter has it.",
    run_merge,
    NULL};

const cki_operation *const cki_layered_operations[] = {&copy,     &cull,  &cull_layers, &validate,
                                                       &external, &merge, NULL};
