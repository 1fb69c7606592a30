/* Graphs computed and optimised, as their users ask for it. */
#include "core/memory.h"
#include "spec/hand.h"
#include "spec/handle.h"
#include "spec/passes.h"
#include "spec/request.h"
#include "spec/rewrite.h"
#include "spec/spec_write.h"

#include <cask/lazy.h>
#include <string.h>

cask_status cki_handle_keys(const cask_graph *graph, cask_keys keys, bool lenient,
                            uint32_t **numbers, size_t *count, cki_error *error)
{
    *count = 0;
    *numbers = cki_memory_alloc((keys.count + 1) * sizeof **numbers);
    if (!*numbers)
        return cki_fail_memory(error, keys.count * sizeof **numbers);
    for (size_t i = 0; i < keys.count && error->status == CASK_OK; i++) {
        uint32_t number = cki_spec_find(graph->spec, keys.items[i], strlen(keys.items[i]));
        if (number != CKI_NO_NAME)
            (*numbers)[(*count)++] = number;
        else if (!lenient)
            cki_spec_missing(graph->spec, keys.items[i], error);
    }
    if (error->status != CASK_OK) {
        cki_memory_free(*numbers);
        *numbers = NULL;
    }
    return error->status;
}

/* ---- computing ---- */

cask_status cask_graph_get(const cask_graph *graph, const char *key, cask_value **value)
{
    if (value)
        *value = NULL;
    if (!cki_handle_is_open(graph))
        return graph ? graph->ck->error.status : CASK_MEMORY;
    if (!key || !value)
        return cki_context_lacks(graph->ck, "cask_graph_get", key ? "value" : "key");
    cki_error error = {0};
    cki_ledger *previous = cki_ledger_enter(graph->ck->ledger);
    uint32_t number = cki_spec_find(graph->spec, key, strlen(key));
    if (number == CKI_NO_NAME)
        cki_spec_missing(graph->spec, key, &error);
    else
        cki_hand_get(graph->ck, graph->spec, &number, 1, value, &error);
    cki_ledger_enter(previous);
    return cki_handle_fail(graph, &error);
}

cask_status cask_graph_store(const cask_graph *graph, cask_keys keys, struct cask_chest *chest)
{
    if (!cki_handle_is_open(graph))
        return graph ? graph->ck->error.status : CASK_MEMORY;
    const cask_computing how = {.chest = chest};
    cki_error error = {0};
    uint32_t *numbers;
    size_t count;
    cki_ledger *previous = cki_ledger_enter(graph->ck->ledger);
    graph->ck->how = &how;
    if (cki_handle_keys(graph, keys, false, &numbers, &count, &error) == CASK_OK)
        cki_hand_get(graph->ck, graph->spec, numbers, count, NULL, &error);
    graph->ck->how = NULL;
    cki_ledger_enter(previous);
    cki_memory_free(numbers);
    return cki_handle_fail(graph, &error);
}

/* A term of keys and lists as texts in lists. */
static cask_value *keys_of(const cask_term *term, int depth, cki_error *error)
{
    enum { DEEPEST = 200 };
    if (term->kind == CASK_TERM_KEY && !term->index)
        return cki_value_string(term->text, error);
    if (term->kind == CASK_TERM_KEY) {
        cki_text text = {0};
        cki_spec_write_tuple(term->text, term->index, term->count, &text);
        cask_value *key = text.failed ? NULL : cki_value_string(text.bytes, error);
        if (text.failed)
            cki_fail_memory(error, text.length);
        cki_text_free(&text);
        return key;
    }
    if (term->kind != CASK_TERM_LIST || depth == DEEPEST) {
        cki_fail(error, CASK_TYPE, NULL,
                 "what is computed are keys, and lists of keys at most %d deep", DEEPEST);
        return NULL;
    }
    cask_value *list = cki_value_list(CKI_LIST, 0, error);
    size_t room = 0;
    for (size_t i = 0; list && i < term->count; i++)
        if (!cki_value_list_push(list, &room, keys_of(&term->items[i], depth + 1, error), error)) {
            cask_value_unref(list);
            return NULL;
        }
    return list;
}

cask_status cask_graph_get_all(const cask_graph *graph, cask_term keys, cask_value **value)
{
    *value = NULL;
    if (!cki_handle_is_open(graph))
        return graph ? graph->ck->error.status : CASK_MEMORY;
    cki_error error = {0};
    cki_ledger *previous = cki_ledger_enter(graph->ck->ledger);
    cask_value *texts = keys_of(&keys, 0, &error);
    if (texts)
        *value = cki_request_get(graph->ck, graph->spec, texts, &error);
    cask_value_unref(texts);
    cki_ledger_enter(previous);
    return cki_handle_fail(graph, &error);
}

/* ---- optimising ---- */

cask_graph *cask_graph_cull(const cask_graph *graph, cask_keys keys, cask_value **dependencies)
{
    if (dependencies)
        *dependencies = NULL;
    if (!cki_handle_is_open(graph))
        return NULL;
    cki_error error = {0};
    uint32_t *numbers;
    size_t count;
    cki_spec *made = NULL;
    if (cki_handle_keys(graph, keys, false, &numbers, &count, &error) == CASK_OK)
        made = cki_passes_cull(graph->spec, numbers, count, &error);
    cki_memory_free(numbers);
    if (made && dependencies && !(*dependencies = cki_request_dependencies(made, &error))) {
        cki_spec_free(made);
        made = NULL;
    }
    return cki_handle_of(graph->ck, made, &error);
}

/* A pass over the graph, about some of its keys; `how` is its own. */
typedef cki_spec *graph_pass(const cask_graph *graph, const uint32_t *keys, size_t count,
                             const void *how, cki_error *error);

static cask_graph *change(const cask_graph *graph, cask_keys keys, bool lenient, graph_pass *pass,
                          const void *how)
{
    if (!cki_handle_is_open(graph))
        return NULL;
    cki_error error = {0};
    uint32_t *numbers;
    size_t count;
    cki_spec *made = NULL;
    if (cki_handle_keys(graph, keys, lenient, &numbers, &count, &error) == CASK_OK)
        made = pass(graph, numbers, count, how, &error);
    cki_memory_free(numbers);
    return cki_handle_of(graph->ck, made, &error);
}

static cki_spec *fuse(const cask_graph *graph, const uint32_t *keys, size_t count, const void *how,
                      cki_error *error)
{
    const cask_fusing *fusing = how;
    cki_passes_fusing bounds = {.ave_width = fusing->ave_width,
                                .max_width = fusing->max_width,
                                .max_height = fusing->max_height,
                                .max_depth_new_edges = fusing->max_depth_new_edges,
                                .rename = fusing->rename};
    cki_request_bounds(graph->ck, &bounds);
    return cki_passes_fuse(graph->spec, keys, count, &bounds, error);
}

cask_graph *cask_graph_fuse(const cask_graph *graph, cask_keys keys, const cask_fusing *fusing)
{
    static const cask_fusing usual;
    return change(graph, keys, true, fuse, fusing ? fusing : &usual);
}

static cki_spec *inline_keys(const cask_graph *graph, const uint32_t *keys, size_t count,
                             const void *how, cki_error *error)
{
    const bool *constants = how;
    return cki_passes_inline(graph->spec, keys, count, *constants, error);
}

cask_graph *cask_graph_inline(const cask_graph *graph, cask_keys keys, bool constants)
{
    return change(graph, keys, true, inline_keys, &constants);
}

typedef struct inlining {
    const char *const *functions;
    size_t count;
    bool constants;
} inlining;

static cki_spec *inline_fast(const cask_graph *graph, const uint32_t *keys, size_t count,
                             const void *how, cki_error *error)
{
    const inlining *in = how;
    bool *fast = cki_request_fast(graph->spec, in->functions, in->count, error);
    cki_spec *made =
        fast ? cki_passes_inline_functions(graph->spec, keys, count, fast, in->constants, error)
             : NULL;
    cki_memory_free(fast);
    return made;
}

cask_graph *cask_graph_inline_functions(const cask_graph *graph, cask_keys keys,
                                        const char *const *functions, size_t count, bool constants)
{
    return change(graph, keys, true, inline_fast, &(inlining){functions, count, constants});
}

static cki_spec *common(const cask_graph *graph, const uint32_t *keys, size_t count,
                        const void *how, cki_error *error)
{
    (void)how;
    return cki_passes_common(graph->spec, keys, count, error);
}

cask_graph *cask_graph_common(const cask_graph *graph, cask_keys keys)
{
    return change(graph, keys, true, common, NULL);
}

static cki_spec *optimise(const cask_graph *graph, const uint32_t *keys, size_t count,
                          const void *how, cki_error *error)
{
    (void)how;
    return cki_request_optimise(graph->ck, graph->spec, keys, count, error);
}

cask_graph *cask_graph_optimize(const cask_graph *graph, cask_keys keys)
{
    return change(graph, keys, false, optimise, NULL);
}

/* ---- rewriting ---- */

static bool put_side(cki_spec *spec, const cask_term *side, size_t *begin, cki_error *error)
{
    *begin = spec->nwords;
    if (!cki_handle_put(spec, side, error))
        return false;
    spec->begun = spec->nwords; /* it stays, though no key is defined by it */
    return true;
}

static bool take_rule(cki_spec *spec, const cask_rule *rule, cki_rewrite_rule *made,
                      uint32_t **variables, cki_error *error)
{
    size_t count = rule->variables.count;
    *variables = cki_memory_calloc(count + 1, sizeof **variables);
    if (!*variables)
        return cki_fail_memory(error, count * sizeof **variables) == CASK_OK;
    for (size_t i = 0; i < count; i++) {
        const char *name = rule->variables.items[i];
        (*variables)[i] = cki_names_put(&spec->keys, name, strlen(name), error);
        if ((*variables)[i] == CKI_NO_NAME)
            return false;
    }
    *made = (cki_rewrite_rule){
        .variables = *variables, .nvariables = count, .when = rule->when, .user = rule->user};
    return put_side(spec, &rule->left, &made->left, error) &&
           put_side(spec, &rule->right, &made->right, error);
}

cask_graph *cask_graph_rewrite(const cask_graph *graph, const cask_rule *rules, size_t count,
                               bool top_level)
{
    if (!cki_handle_is_open(graph))
        return NULL;
    cki_error error = {0};
    cki_spec *into = cki_spec_blank(graph->spec, &error), *made = NULL;
    cki_rewrite_rule *taken = cki_memory_calloc(count + 1, sizeof *taken);
    uint32_t **variables = (uint32_t **)cki_memory_calloc(count + 1, sizeof *variables);
    bool fine = into && taken && variables;
    if (!fine)
        cki_fail_memory(&error, count * sizeof *taken);
    for (size_t i = 0; fine && i < count; i++)
        fine = take_rule(into, &rules[i], &taken[i], &variables[i], &error);
    if (fine)
        made = cki_rewrite_run(graph->spec, into, taken, count, top_level, &error);
    for (size_t i = 0; variables && i < count; i++)
        cki_memory_free(variables[i]);
    cki_memory_free((void *)variables);
    cki_memory_free(taken);
    cki_spec_free(into);
    return cki_handle_of(graph->ck, made, &error);
}
