/* Handles: making graphs from terms, JSON and each other. */
#include "spec/handle.h"

#include "core/memory.h"
#include "expr/node.h"
#include "expr/operation.h"
#include "spec/spec_read.h"
#include "spec/spec_write.h"

#include <string.h>

bool cki_handle_is_open(const cask_graph *graph)
{
    return graph && graph->ck->error.status == CASK_OK;
}

cask_status cki_handle_fail(const cask_graph *graph, const cki_error *error)
{
    return error->status == CASK_OK ? CASK_OK : cki_context_fail(graph->ck, error);
}

cask_graph *cki_handle_of(cask *ck, cki_spec *spec, const cki_error *error)
{
    cki_error own = *error;
    cask_graph *graph = spec ? cki_memory_calloc(1, sizeof *graph) : NULL;
    if (spec && !graph)
        cki_fail_memory(&own, sizeof *graph);
    if (!graph) {
        cki_spec_free(spec);
        if (own.status != CASK_OK)
            cki_context_fail(ck, &own);
        return NULL;
    }
    *graph = (cask_graph){ck, spec};
    return graph;
}

cask_graph *cask_graph_new(cask *ck)
{
    if (!ck || ck->error.status != CASK_OK)
        return NULL;
    cki_error error = {0};
    return cki_handle_of(ck, cki_spec_new(&error), &error);
}

void cask_graph_free(cask_graph *graph)
{
    if (!graph)
        return;
    cki_spec_free(graph->spec);
    cki_memory_free(graph);
}

cask_graph *cask_graph_copy(const cask_graph *graph)
{
    if (!cki_handle_is_open(graph))
        return NULL;
    cki_error error = {0};
    cki_spec *spec = cki_spec_new(&error);
    if (spec && cki_spec_merge(spec, graph->spec, &error) != CASK_OK) {
        cki_spec_free(spec);
        spec = NULL;
    }
    return cki_handle_of(graph->ck, spec, &error);
}

/* ---- terms ---- */

/* A key's text: its name, or the tuple's. */
static bool put_key(cki_spec *spec, const cask_term *key, bool define, uint32_t *number,
                    cki_error *error)
{
    cki_text text = {0};
    if (!key->text) {
        cki_fail(error, CASK_TYPE, NULL, "a key needs a text");
        return false;
    }
    if (key->index)
        cki_spec_write_tuple(key->text, key->index, key->count, &text);
    else
        cki_text_put(&text, key->text);
    bool fine = !text.failed;
    const char *bytes = text.bytes ? text.bytes : "";
    if (!fine)
        cki_fail_memory(error, text.length);
    else if (define)
        fine = (*number = cki_names_put(&spec->keys, bytes, text.length, error)) != CKI_NO_NAME;
    else
        fine = cki_spec_put_name(spec, bytes, text.length, true, error);
    cki_text_free(&text);
    return fine;
}

/* The reference is taken over; NULL is a failure told already. */
static bool put_value(cki_spec *spec, cask_value *value, cki_error *error)
{
    bool fine = value && cki_spec_put_value(spec, value, error);
    cask_value_unref(value);
    return fine;
}

static bool put_array(cki_spec *spec, cask_array x, cki_error *error)
{
    const cki_node *node = (const cki_node *)(const void *)x; /* which every array begins with */
    if (node && node->ck && node->ck->error.status == CASK_OK)
        return put_value(spec, cki_operation_wrap(node, error), error);
    cki_fail(error, CASK_INVALID, NULL, "an array that could not be made cannot be in a graph");
    return false;
}

/* A term's own word. */
static bool put_one(cki_spec *spec, const cask_term *term, cki_error *error)
{
    uint32_t function = 0;
    switch (term->kind) {
    case CASK_TERM_NONE:
        return put_value(spec, cki_value_none(), error);
    case CASK_TERM_INT:
        return put_value(spec, cki_value_int(term->integer, error), error);
    case CASK_TERM_FLOAT:
        return put_value(spec, cki_value_float(term->real, error), error);
    case CASK_TERM_TEXT:
        return put_value(spec, cki_value_string(term->text ? term->text : "", error), error);
    case CASK_TERM_VALUE:
        return put_value(spec, term->value ? cask_value_ref(term->value) : cki_value_none(), error);
    case CASK_TERM_ARRAY:
        return put_array(spec, term->array, error);
    case CASK_TERM_KEY:
        return put_key(spec, term, false, NULL, error);
    case CASK_TERM_TASK:
        if (term->value && !term->text)
            function = cki_spec_function(spec, "function", strlen("function"), term->value, error);
        else if (term->text)
            function = cki_spec_function(spec, term->text, strlen(term->text), term->value, error);
        else
            cki_fail(error, CASK_TYPE, NULL, "a task needs a function");
        if (error->status != CASK_OK || function == CKI_NO_NAME)
            return false;
        break;
    case CASK_TERM_LIST:
        break;
    }
    if (term->count >= UINT32_MAX) {
        cki_fail(error, CASK_LIMIT, NULL, "a term of %zu parts", term->count);
        return false;
    }
    cki_word_kind kind = term->kind == CASK_TERM_TASK ? CKI_WORD_TASK : CKI_WORD_LIST;
    return cki_spec_put(spec, cki_word_group(kind, function, (uint32_t)term->count), error);
}

static bool has_parts(const cask_term *term)
{
    return (term->kind == CASK_TERM_LIST || term->kind == CASK_TERM_TASK) && term->count > 0;
}

bool cki_handle_put(cki_spec *spec, const cask_term *term, cki_error *error)
{
    typedef struct level {
        const cask_term *next;
        size_t left;
    } level;
    level *levels = NULL;
    size_t depth = 0, room = 0;
    bool fine = true;
    for (const cask_term *at = term; fine && at;) {
        fine = put_one(spec, at, error);
        if (fine && has_parts(at)) {
            if (depth == room) {
                room = room * 2 + 16;
                level *wider = cki_memory_realloc(levels, room * sizeof *wider);
                if (!wider) {
                    fine = cki_fail_memory(error, room * sizeof *wider) == CASK_OK;
                    break;
                }
                levels = wider;
            }
            levels[depth++] = (level){at->items, at->count};
        }
        while (depth && levels[depth - 1].left == 0)
            depth--;
        at = depth ? levels[depth - 1].next++ : NULL;
        if (depth)
            levels[depth - 1].left--;
    }
    cki_memory_free(levels);
    if (!fine)
        cki_spec_drop(spec);
    return fine;
}

cask_status cask_graph_set_key(cask_graph *graph, cask_term key, cask_term term)
{
    if (!cki_handle_is_open(graph))
        return graph ? graph->ck->error.status : CASK_MEMORY;
    cki_error error = {0};
    uint32_t number = CKI_NO_NAME;
    if (key.kind != CASK_TERM_KEY)
        cki_fail(&error, CASK_TYPE, NULL, "only a key can be defined: CASK_KEY or CASK_KEY_AT");
    else if (put_key(graph->spec, &key, true, &number, &error) &&
             cki_handle_put(graph->spec, &term, &error))
        cki_spec_define(graph->spec, number, &error);
    return cki_handle_fail(graph, &error);
}

cask_status cask_graph_set(cask_graph *graph, const char *key, cask_term term)
{
    return cask_graph_set_key(graph, (cask_term){.kind = CASK_TERM_KEY, .text = key}, term);
}

cask_status cask_graph_remove(cask_graph *graph, const char *key)
{
    if (!cki_handle_is_open(graph))
        return graph ? graph->ck->error.status : CASK_MEMORY;
    cki_error error = {0};
    uint32_t number = cki_spec_find(graph->spec, key, strlen(key));
    if (number == CKI_NO_NAME)
        cki_spec_missing(graph->spec, key, &error);
    else
        cki_spec_remove(graph->spec, number);
    return cki_handle_fail(graph, &error);
}

cask_status cask_graph_merge(cask_graph *graph, const cask_graph *other)
{
    if (!cki_handle_is_open(graph) || !other)
        return graph && graph->ck->error.status ? graph->ck->error.status : CASK_MEMORY;
    cki_error error = {0};
    if (other != graph)
        cki_spec_merge(graph->spec, other->spec, &error);
    return cki_handle_fail(graph, &error);
}

cask_status cask_graph_parse(cask_graph *graph, const char *json)
{
    if (!cki_handle_is_open(graph))
        return graph ? graph->ck->error.status : CASK_MEMORY;
    cki_error error = {0};
    cki_spec_read(graph->spec, json, strlen(json), &error);
    return cki_handle_fail(graph, &error);
}
