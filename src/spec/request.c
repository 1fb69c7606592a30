/* Requests: keys in the shapes that people ask in, and the operations by name. */
#include "spec/request.h"

#include "call/user.h"
#include "core/memory.h"
#include "spec/hand.h"
#include "spec/passes.h"
#include "spec/rewrite.h"
#include "spec/spec_read.h"

#include <string.h>

/* ---- keys ---- */

typedef struct key_list {
    uint32_t *items;
    size_t count, room;
} key_list;

static cask_status add_key(const cki_spec *spec, const cask_value *key, bool lenient,
                           key_list *keys, cki_error *error)
{
    if (key->kind != CKI_STR)
        return cki_fail(error, CASK_TYPE, NULL, "keys are texts and lists of texts, not %s",
                        cki_value_type(key));
    uint32_t number = cki_spec_find(spec, key->as.text.bytes, key->as.text.length);
    if (number == CKI_NO_NAME)
        return lenient ? CASK_OK : cki_spec_missing(spec, key->as.text.bytes, error);
    if (keys->count == keys->room) {
        size_t room = keys->room * 2 + 16;
        uint32_t *wider = cki_memory_realloc(keys->items, room * sizeof *wider);
        if (!wider)
            return cki_fail_memory(error, room * sizeof *wider);
        keys->items = wider;
        keys->room = room;
    }
    keys->items[keys->count++] = number;
    return CASK_OK;
}

/* A walk through nested lists: NULL at the end. Values of a depth beyond JSON's are refused. */
enum { DEEPEST = 1000 };
typedef struct nest {
    const cask_value *lists[DEEPEST];
    size_t next[DEEPEST];
    size_t depth;
} nest;

static bool is_list(const cask_value *value)
{
    return value->kind == CKI_LIST || value->kind == CKI_TUPLE;
}

cask_status cki_request_keys(const cki_spec *spec, const cask_value *keys, bool lenient,
                             uint32_t **numbers, size_t *count, cki_error *error)
{
    key_list list = {0};
    nest *n = cki_memory_calloc(1, sizeof *n);
    *numbers = NULL;
    *count = 0;
    if (!n)
        return cki_fail_memory(error, sizeof *n);
    if (keys && keys->kind != CKI_NONE && !is_list(keys))
        add_key(spec, keys, lenient, &list, error);
    else if (keys && is_list(keys))
        n->lists[n->depth++] = keys;
    while (n->depth && error->status == CASK_OK) {
        size_t top = n->depth - 1;
        if (n->next[top] == n->lists[top]->as.list.count) {
            n->depth--;
            continue;
        }
        const cask_value *item = n->lists[top]->as.list.items[n->next[top]++];
        if (!is_list(item)) {
            add_key(spec, item, lenient, &list, error);
        } else if (n->depth == DEEPEST) {
            cki_fail(error, CASK_LIMIT, "RecursionError", "keys nested more than %d deep", DEEPEST);
        } else {
            n->lists[n->depth] = item;
            n->next[n->depth++] = 0;
        }
    }
    cki_memory_free(n);
    if (error->status != CASK_OK) {
        cki_memory_free(list.items);
        return error->status;
    }
    *numbers = list.items;
    *count = list.count;
    return CASK_OK;
}

/* The results, which are in the order of the keys, in the lists that the keys are in. */
static cask_value *arrange(const cask_value *keys, cask_value **results, size_t *at,
                           cki_error *error)
{
    if (!is_list(keys))
        return cask_value_ref(results[(*at)++]);
    cask_value *list = cki_value_list(CKI_LIST, keys->as.list.count, error);
    for (size_t i = 0; list && i < keys->as.list.count; i++) {
        cask_value *item = arrange(keys->as.list.items[i], results, at, error);
        if (!item) {
            list->as.list.count = i;
            cask_value_unref(list);
            return NULL;
        }
        list->as.list.items[i] = item;
    }
    return list;
}

cask_value *cki_request_get(cask *ck, const cki_spec *spec, const cask_value *keys,
                            cki_error *error)
{
    uint32_t *numbers;
    size_t count, at = 0;
    if (cki_request_keys(spec, keys, false, &numbers, &count, error) != CASK_OK)
        return NULL;
    cask_value **results = (cask_value **)cki_memory_calloc(count + 1, sizeof *results);
    cask_value *value = NULL;
    if (!results)
        cki_fail_memory(error, count * sizeof *results);
    else if (cki_hand_get(ck, spec, numbers, count, results, error) == CASK_OK)
        value = arrange(keys, results, &at, error); /* as deep as the keys: bounded above */
    for (size_t i = 0; results && i < count; i++)
        cask_value_unref(results[i]);
    cki_memory_free((void *)results);
    cki_memory_free(numbers);
    return value;
}

/* ---- what comes out as values ---- */

cask_value *cki_request_texts(const cki_spec *spec, const uint32_t *keys, size_t count,
                              cki_error *error)
{
    cask_value *list = cki_value_list(CKI_LIST, count, error);
    for (size_t i = 0; list && i < count; i++) {
        cask_value *text =
            cki_value_str(cki_spec_text(spec, keys[i]), spec->keys.items[keys[i]].length, error);
        if (!text) {
            list->as.list.count = i;
            cask_value_unref(list);
            return NULL;
        }
        list->as.list.items[i] = text;
    }
    return list;
}

cask_value *cki_request_dependencies(const cki_spec *spec, cki_error *error)
{
    cki_topology_links links;
    if (cki_topology_dependencies(spec, &links, error) != CASK_OK)
        return NULL;
    cask_value *dict = cki_value_dict(error);
    for (size_t i = 0; dict && i < spec->norder; i++) {
        uint32_t key = spec->order[i];
        if (key == CKI_NO_NAME)
            continue;
        cask_value *name =
            cki_value_str(cki_spec_text(spec, key), spec->keys.items[key].length, error);
        cask_value *needs = name ? cki_request_texts(spec, links.items + links.first[key],
                                                     links.first[key + 1] - links.first[key], error)
                                 : NULL;
        if (!needs)
            cask_value_unref(name);
        if (!needs || cki_value_dict_set(dict, name, needs, error) != CASK_OK) {
            cask_value_unref(dict);
            dict = NULL;
        }
    }
    cki_topology_links_free(&links);
    return dict;
}

/* ---- functions ---- */

bool *cki_request_fast(const cki_spec *spec, const char *const *names, size_t count,
                       cki_error *error)
{
    bool *fast = cki_memory_calloc(spec->ncallables + 1, sizeof *fast);
    if (!fast)
        cki_fail_memory(error, spec->ncallables);
    for (size_t i = 0; fast && i < count; i++) {
        const char *name = names[i] + (names[i][0] == '$');
        uint32_t number = cki_names_find(&spec->functions, name, strlen(name));
        if (number != CKI_NO_NAME)
            fast[number] = true;
    }
    return fast;
}

bool *cki_request_cheap(const cask *ck, const cki_spec *spec, cki_error *error)
{
    static const char *const quick[] = {"inc", "dec", "double", "neg",     "add",
                                        "sub", "mul", "div",    "getitem", "identity"};
    bool *cheap = cki_request_fast(spec, quick, sizeof quick / sizeof *quick, error);
    for (uint32_t i = 0; cheap && i < spec->ncallables; i++) {
        const cask_function *own =
            spec->callables[i] ? cki_user_of(spec->callables[i])
                               : cki_user_find(ck->user, cki_names_text(&spec->functions, i));
        if (own)
            cheap[i] = own->cheap;
    }
    return cheap;
}

static double bound(double given, double configured)
{
    return given > 0 ? given : configured;
}

void cki_request_bounds(const cask *ck, cki_passes_fusing *bounds)
{
    const cki_tuning *tuning = &ck->tuning;
    bounds->ave_width = bound(bounds->ave_width, tuning->fuse_ave_width);
    bounds->max_width = bound(bounds->max_width, tuning->fuse_max_width);
    bounds->max_height = bound(bounds->max_height, tuning->fuse_max_height);
    bounds->max_depth_new_edges = bound(bounds->max_depth_new_edges, tuning->fuse_max_depth);
}

cki_spec *cki_request_optimise(cask *ck, const cki_spec *spec, const uint32_t *keys, size_t count,
                               cki_error *error)
{
    cki_passes_fusing bounds = {0};
    cki_request_bounds(ck, &bounds);
    /* every pass keeps the numbers of keys and functions */
    cki_spec *culled = cki_passes_cull(spec, keys, count, error), *lean = NULL, *made = NULL;
    bool *cheap = culled ? cki_request_cheap(ck, culled, error) : NULL;
    cki_spec *constant = cheap ? cki_passes_inline(culled, NULL, 0, true, error) : NULL;
    if (constant)
        lean = cki_passes_inline_functions(constant, keys, count, cheap, false, error);
    cki_spec *needed = lean ? cki_passes_cull(lean, keys, count, error) : NULL;
    if (needed)
        made = cki_passes_fuse(needed, keys, count, &bounds, error);
    cki_memory_free(cheap);
    cki_spec_free(culled);
    cki_spec_free(constant);
    cki_spec_free(lean);
    cki_spec_free(needed);
    return made;
}

/* ---- operations by name ---- */

typedef struct asked {
    cask *ck;
    const cki_spec *spec;
    const cask_value *request;
    const uint32_t *keys;
    size_t count;
    cki_error *error;
} asked;

static const cask_value *member(const asked *a, const char *name)
{
    return cki_value_dict_find(a->request, name);
}

static bool flag(const asked *a, const char *name, bool absent)
{
    const cask_value *value = member(a, name);
    bool truth = absent;
    if (value)
        cki_value_truth(value, &truth, a->error);
    return truth;
}

static double real(const asked *a, const char *name)
{
    const cask_value *value = member(a, name);
    double number = 0;
    if (value && value->kind != CKI_NONE)
        cki_value_real(value, &number, a->error);
    return number;
}

/* The texts in a list, borrowed; the caller frees the array. */
static const char **texts_of(const asked *a, const char *name, size_t *count)
{
    const cask_value *list = member(a, name);
    *count = list && is_list(list) ? list->as.list.count : 0;
    const char **texts = (const char **)cki_memory_calloc(*count + 1, sizeof *texts);
    if (!texts)
        cki_fail_memory(a->error, *count * sizeof *texts);
    for (size_t i = 0; texts && i < *count; i++) {
        const cask_value *item = list->as.list.items[i];
        texts[i] = item->kind == CKI_STR ? item->as.text.bytes : "";
        if (item->kind != CKI_STR)
            cki_fail(a->error, CASK_TYPE, NULL, "'%s' is a list of texts, not of %s", name,
                     cki_value_type(item));
    }
    return texts;
}

static cki_spec *run_cull(const asked *a)
{
    return cki_passes_cull(a->spec, a->keys, a->count, a->error);
}

static cki_spec *run_fuse(const asked *a)
{
    cki_passes_fusing fusing = {.ave_width = real(a, "ave_width"),
                                .max_width = real(a, "max_width"),
                                .max_height = real(a, "max_height"),
                                .max_depth_new_edges = real(a, "max_depth_new_edges"),
                                .rename = flag(a, "rename", false)};
    cki_request_bounds(a->ck, &fusing);
    return a->error->status == CASK_OK
               ? cki_passes_fuse(a->spec, a->keys, a->count, &fusing, a->error)
               : NULL;
}

static cki_spec *run_inline(const asked *a)
{
    return cki_passes_inline(a->spec, a->keys, a->count, flag(a, "constants", true), a->error);
}

static cki_spec *run_inline_functions(const asked *a)
{
    size_t count;
    const char **names = texts_of(a, "fast", &count);
    bool *fast = names && a->error->status == CASK_OK
                     ? cki_request_fast(a->spec, names, count, a->error)
                     : NULL;
    cki_spec *made = fast ? cki_passes_inline_functions(a->spec, a->keys, a->count, fast,
                                                        flag(a, "constants", false), a->error)
                          : NULL;
    cki_memory_free((void *)names);
    cki_memory_free(fast);
    return made;
}

static cki_spec *run_common(const asked *a)
{
    return cki_passes_common(a->spec, a->keys, a->count, a->error);
}

static cki_spec *run_optimise(const asked *a)
{
    return cki_request_optimise(a->ck, a->spec, a->keys, a->count, a->error);
}

/* One side of a rule, given as a value, written as JSON and read as a term; where its words begin.
 */
static bool read_side(const asked *a, const cask_value *rule, const char *side, cki_spec *into,
                      size_t *begin)
{
    const cask_value *term = cki_value_dict_find(rule, side);
    cki_text text = {0};
    *begin = into->nwords;
    if (!term)
        cki_fail(a->error, CASK_NOT_FOUND, "KeyError", "a rule has an 'lhs' and an 'rhs'");
    else if (cki_value_json(term, &text, a->error) == CASK_OK) {
        if (text.failed)
            cki_fail_memory(a->error, text.length);
        else
            cki_spec_read_term(into, text.bytes, text.length, a->error);
    }
    into->begun = into->nwords;
    cki_text_free(&text);
    return a->error->status == CASK_OK;
}

static bool read_rule(const asked *a, const cask_value *value, cki_spec *into,
                      cki_rewrite_rule *rule, uint32_t **variables)
{
    if (value->kind != CKI_DICT) {
        cki_fail(a->error, CASK_TYPE, NULL,
                 "a rule is {\"lhs\": ..., \"rhs\": ..., \"vars\": [...]}");
        return false;
    }
    const cask_value *names = cki_value_dict_find(value, "vars");
    size_t count = names && is_list(names) ? names->as.list.count : 0;
    *variables = cki_memory_calloc(count + 1, sizeof **variables);
    if (!*variables)
        cki_fail_memory(a->error, count * sizeof **variables);
    for (size_t i = 0; *variables && i < count && a->error->status == CASK_OK; i++) {
        const cask_value *name = names->as.list.items[i];
        if (name->kind != CKI_STR)
            cki_fail(a->error, CASK_TYPE, NULL, "variables of a rule are texts");
        else
            (*variables)[i] =
                cki_names_put(&into->keys, name->as.text.bytes, name->as.text.length, a->error);
    }
    rule->variables = *variables;
    rule->nvariables = count;
    return a->error->status == CASK_OK && read_side(a, value, "lhs", into, &rule->left) &&
           read_side(a, value, "rhs", into, &rule->right);
}

static cki_spec *run_rewrite(const asked *a)
{
    const cask_value *list = member(a, "rules"), *strategy = member(a, "strategy");
    size_t count = list && is_list(list) ? list->as.list.count : 0;
    cki_rewrite_rule *rules = cki_memory_calloc(count + 1, sizeof *rules);
    uint32_t **variables = (uint32_t **)cki_memory_calloc(count + 1, sizeof *variables);
    cki_spec *into = cki_spec_blank(a->spec, a->error), *made = NULL;
    bool fine = rules && variables && into;
    if (!fine)
        cki_fail_memory(a->error, count * sizeof *rules);
    for (size_t i = 0; fine && i < count; i++)
        fine = read_rule(a, list->as.list.items[i], into, &rules[i], &variables[i]);
    bool top =
        strategy && strategy->kind == CKI_STR && strcmp(strategy->as.text.bytes, "top_level") == 0;
    if (fine)
        made = cki_rewrite_run(a->spec, into, rules, count, top, a->error);
    for (size_t i = 0; variables && i < count; i++)
        cki_memory_free(variables[i]);
    cki_memory_free((void *)variables);
    cki_memory_free(rules);
    cki_spec_free(into);
    return made;
}

static cask_value *run_toposort(const asked *a)
{
    cki_topology topology = {0};
    cask_value *list = NULL;
    if (cki_topology_find(a->spec, a->count ? a->keys : NULL, a->count, &topology, a->error) ==
        CASK_OK)
        list = cki_request_texts(a->spec, topology.sequence, topology.count, a->error);
    cki_topology_free(&topology);
    return list;
}

static cask_value *run_cycle(const asked *a)
{
    uint32_t *cycle;
    size_t length;
    cask_value *list = NULL;
    if (cki_topology_cycle(a->spec, a->count ? a->keys : NULL, a->count, &cycle, &length,
                           a->error) == CASK_OK)
        list = cki_request_texts(a->spec, cycle, length, a->error);
    cki_memory_free(cycle);
    return list;
}

static cask_value *run_dependencies(const asked *a)
{
    return cki_request_dependencies(a->spec, a->error);
}

static const struct {
    const char *name;
    cki_spec *(*change)(const asked *a);
    cask_value *(*tell)(const asked *a);
} operations[] = {
    {"cull", run_cull, NULL},         {"fuse", run_fuse, NULL},
    {"inline", run_inline, NULL},     {"inline_functions", run_inline_functions, NULL},
    {"common", run_common, NULL},     {"rewrite", run_rewrite, NULL},
    {"optimize", run_optimise, NULL}, {"toposort", NULL, run_toposort},
    {"cycle", NULL, run_cycle},       {"dependencies", NULL, run_dependencies}};

cask_status cki_request_run(cask *ck, const cki_spec *spec, const cask_value *request,
                            cask_value **value, cki_spec **made, cki_error *error)
{
    const cask_value *op = cki_value_dict_find(request, "op");
    const cask_value *keys = cki_value_dict_find(request, "keys");
    const char *name = op && op->kind == CKI_STR ? op->as.text.bytes : "get";
    *value = NULL;
    *made = NULL;
    if (strcmp(name, "get") == 0) {
        if (keys)
            *value = cki_request_get(ck, spec, keys, error);
        else
            cki_fail(error, CASK_INVALID, NULL, "\"get\" needs \"keys\": what to compute");
        return error->status;
    }
    size_t i = 0, all = sizeof operations / sizeof *operations;
    while (i < all && strcmp(operations[i].name, name) != 0)
        i++;
    if (i == all)
        return cki_fail(error, CASK_INVALID, NULL,
                        "there is no operation '%.100s' on graphs: get, cull, fuse, inline, "
                        "inline_functions, common, rewrite, optimize, toposort, cycle, "
                        "dependencies",
                        name);
    uint32_t *numbers;
    asked a = {.ck = ck, .spec = spec, .request = request, .error = error};
    bool lenient = operations[i].change != run_cull && operations[i].change != run_optimise;
    if (cki_request_keys(spec, keys, lenient, &numbers, &a.count, error) != CASK_OK)
        return error->status;
    a.keys = numbers;
    if (operations[i].change)
        *made = operations[i].change(&a);
    else
        *value = operations[i].tell(&a);
    cki_memory_free(numbers);
    return error->status;
}
