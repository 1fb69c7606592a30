/* Graph calls: dicts of tasks computed, looked at and optimised by calls of the language. */
#include "spec/graph_calls.h"

#include "call/call.h"
#include "call/call_token.h"
#include "core/memory.h"
#include "graph/plan.h"
#include "spec/hand.h"
#include "spec/passes.h"
#include "spec/request.h"
#include "spec/shown.h"
#include "spec/spec_value.h"

#include <cask/lazy.h>

/* What a call is about: a graph, and some of its keys. */
typedef struct subject {
    const cki_spec *spec;
    cki_spec *own; /* freed in the end; NULL if the graph is the argument's */
    uint32_t *keys;
    size_t count;
} subject;

static void close_subject(subject *s)
{
    cki_memory_free(s->keys);
    cki_spec_free(s->own);
}

static bool open_subject(cki_call *call, const char *keys, bool lenient, subject *s)
{
    *s = (subject){0};
    s->spec = cki_shown_spec(call->arguments[0], &s->own, call->error);
    const cask_value *given = keys ? cki_operation_argument(call, keys) : NULL;
    cask_value *texts = s->spec && given && given->kind != CKI_NONE
                            ? cki_spec_value_texts(given, call->error)
                            : NULL;
    if (s->spec && call->error->status == CASK_OK)
        cki_request_keys(s->spec, texts, lenient, &s->keys, &s->count, call->error);
    cask_value_unref(texts);
    if (call->error->status == CASK_OK)
        return true;
    close_subject(s);
    return false;
}

/* ---- computing ---- */

/* Values in lists as tuples, as deep as the keys asked for were lists. */
static cask_value *as_tuples(const cask_value *keys, cask_value *values, cki_error *error)
{
    if (keys->kind != CKI_LIST)
        return cask_value_ref(values);
    cask_value *tuple = cki_value_list(CKI_TUPLE, values->as.list.count, error);
    for (size_t i = 0; tuple && i < values->as.list.count; i++) {
        cask_value *item =
            as_tuples(keys->as.list.items[i], values->as.list.items[i], error); /* as in texts */
        if (!item) {
            tuple->as.list.count = i;
            cask_value_unref(tuple);
            return NULL;
        }
        tuple->as.list.items[i] = item;
    }
    return tuple;
}

/* dask.get and the like: the detail is the scheduler's name. */
static cask_value *run_get(cki_call *call)
{
    const cask_computing how = {.scheduler = call->operation->detail};
    cki_spec *own;
    const cki_spec *spec = cki_shown_spec(call->arguments[0], &own, call->error);
    cask_value *texts = spec ? cki_spec_value_texts(call->arguments[1], call->error) : NULL;
    cask_value *values = NULL, *result = NULL;
    if (texts) {
        call->ck->how = &how;
        values = cki_request_get(call->ck, spec, texts, call->error);
        call->ck->how = NULL;
    }
    if (values)
        result = as_tuples(texts, values, call->error);
    cask_value_unref(values);
    cask_value_unref(texts);
    cki_spec_free(own);
    return result;
}

/* ---- dependencies ---- */

static cask_value *set_of(const cki_spec *spec, const uint32_t *keys, size_t count,
                          cki_error *error)
{
    cask_value *set = cki_value_set(error);
    for (size_t i = 0; set && i < count; i++) {
        cask_value *key = cki_spec_value_key(cki_spec_text(spec, keys[i]),
                                             spec->keys.items[keys[i]].length, error);
        if (!key || cki_value_set_add(set, key, error) != CASK_OK) {
            cask_value_unref(set);
            return NULL;
        }
    }
    return set;
}

/* The keys that a term names, as often as it does, in the order of its words. */
static cask_value *named_in(const cki_spec *spec, uint32_t key, cki_error *error)
{
    size_t length, room = 0;
    const cki_word *words = cki_spec_term(spec, key, &length);
    cask_value *list = cki_value_list(CKI_LIST, 0, error);
    for (size_t i = 0; list && i < length; i++) {
        uint32_t named = cki_spec_reference(spec, words[i]);
        if (named != CKI_NO_NAME &&
            !cki_value_list_push(list, &room,
                                 cki_spec_value_key(cki_spec_text(spec, named),
                                                    spec->keys.items[named].length, error),
                                 error)) {
            cask_value_unref(list);
            return NULL;
        }
    }
    return list;
}

typedef cask_value *key_finder(const cki_spec *spec, const void *user, uint32_t key,
                               cki_error *error);

/* What `find` gives of each of the graph's keys, in a dict. */
static cask_value *of_each(const cki_spec *spec, const void *user, key_finder *find,
                           cki_error *error)
{
    cask_value *dict = cki_value_dict(error);
    for (size_t i = 0; dict && i < spec->norder && error->status == CASK_OK; i++) {
        uint32_t key = spec->order[i];
        if (key == CKI_NO_NAME)
            continue;
        cask_value *name =
            cki_spec_value_key(cki_spec_text(spec, key), spec->keys.items[key].length, error);
        cask_value *found = name ? find(spec, user, key, error) : NULL;
        if (found)
            cki_value_dict_set(dict, name, found, error);
        else
            cask_value_unref(name);
    }
    if (error->status == CASK_OK)
        return dict;
    cask_value_unref(dict);
    return NULL;
}

static cask_value *list_named(const cki_spec *spec, const void *user, uint32_t key,
                              cki_error *error)
{
    (void)user;
    return named_in(spec, key, error);
}

static cask_value *all_named(const cki_spec *spec, cki_error *error)
{
    return of_each(spec, NULL, list_named, error);
}

static cask_value *set_linked(const cki_spec *spec, const void *user, uint32_t key,
                              cki_error *error)
{
    const cki_topology_links *links = user;
    return set_of(spec, links->items + links->first[key], links->first[key + 1] - links->first[key],
                  error);
}

static cask_value *dependencies_of(const cki_spec *spec, cki_error *error)
{
    cki_topology_links links;
    if (cki_topology_dependencies(spec, &links, error) != CASK_OK)
        return NULL;
    cask_value *dict = of_each(spec, &links, set_linked, error);
    cki_topology_links_free(&links);
    return dict;
}

/* Of a task that is given, what dask.core.keys_in_tasks finds of the graph's keys. */
static cask_value *dependencies_of_task(cki_call *call, cask_value *task)
{
    const cki_operation *find = cki_operation_find(call->ck, "core.keys_in_tasks", CKI_IN_DASK);
    cask_value *tasks = find ? cki_value_list(CKI_LIST, 1, call->error) : NULL;
    if (!tasks)
        return NULL;
    tasks->as.list.items[0] = cask_value_ref(task);
    cask_value *given[3] = {call->arguments[0], tasks, call->arguments[3]};
    const cki_arguments arguments = {.positional = given, .count = 3};
    cask_value *found = cki_operation_call(call->ck, find, &arguments, call->error);
    cask_value_unref(tasks);
    return found;
}

static cask_value *run_get_dependencies(cki_call *call)
{
    subject s;
    cki_topology_links links;
    cask_value *set = NULL;
    if (call->arguments[1]->kind == CKI_NONE && call->arguments[2]->kind != CKI_NONE)
        return dependencies_of_task(call, call->arguments[2]);
    if (!open_subject(call, "key", false, &s))
        return NULL;
    if (!s.count)
        cki_fail(call->error, CASK_INVALID, NULL, "Provide either key or task");
    else if (cki_operation_flag(call, "as_list"))
        set = named_in(s.spec, s.keys[0], call->error);
    else if (cki_topology_dependencies(s.spec, &links, call->error) == CASK_OK) {
        size_t first = links.first[s.keys[0]];
        set = set_of(s.spec, links.items + first, links.first[s.keys[0] + 1] - first, call->error);
        cki_topology_links_free(&links);
    }
    close_subject(&s);
    return set;
}

/* ---- order ---- */

static cask_value *list_of(const cki_spec *spec, const uint32_t *keys, size_t count,
                           cki_error *error)
{
    cask_value *texts = cki_request_texts(spec, keys, count, error);
    cask_value *list = texts ? cki_spec_value_keys(texts, error) : NULL;
    cask_value_unref(texts);
    return list;
}

static cask_value *run_toposort(cki_call *call)
{
    subject s;
    cki_topology topology = {0};
    cask_value *list = NULL;
    if (!open_subject(call, NULL, false, &s))
        return NULL;
    if (cki_topology_find(s.spec, NULL, 0, &topology, call->error) == CASK_OK)
        list = list_of(s.spec, topology.sequence, topology.count, call->error);
    cki_topology_free(&topology);
    close_subject(&s);
    return list;
}

static cask_value *run_getcycle(cki_call *call)
{
    subject s;
    uint32_t *cycle = NULL;
    size_t length = 0;
    cask_value *list = NULL;
    if (!open_subject(call, "keys", false, &s))
        return NULL;
    if (cki_topology_cycle(s.spec, s.count ? s.keys : NULL, s.count, &cycle, &length,
                           call->error) == CASK_OK)
        list = list_of(s.spec, cycle, length, call->error);
    cki_memory_free(cycle);
    close_subject(&s);
    return list;
}

static cask_value *run_isdag(cki_call *call)
{
    cask_value *cycle = run_getcycle(call);
    cask_value *is = cycle ? cki_value_bool(cycle->as.list.count == 0) : NULL;
    cask_value_unref(cycle);
    return is;
}

/* Each key's place in the order in which one worker would run all of them. */
static cask_value *run_order(cki_call *call)
{
    subject s;
    cki_topology topology = {0};
    cki_graph *graph = NULL;
    cki_plan *plan = NULL;
    cask_value *dict = NULL;
    if (!open_subject(call, NULL, false, &s))
        return NULL;
    if (cki_topology_find(s.spec, NULL, 0, &topology, call->error) == CASK_OK &&
        cki_hand_plan(call->ck, s.spec, topology.sequence, topology.count, &graph, &plan,
                      call->error) == CASK_OK)
        dict = cki_value_dict(call->error);
    for (size_t i = 0; dict && i < plan->count && call->error->status == CASK_OK; i++) {
        cki_text text = {0};
        cki_graph_describe(cki_plan_layer(plan, i), plan->block[i], &text, NULL);
        cask_value *key = text.failed ? NULL
                                      : cki_spec_value_key(text.bytes ? text.bytes : "",
                                                           text.length, call->error);
        cask_value *place = key ? cki_value_int((int64_t)i, call->error) : NULL;
        if (place)
            cki_value_dict_set(dict, key, place, call->error);
        else
            cki_fail_memory(call->error, text.length);
        cki_text_free(&text);
    }
    cki_plan_free(plan);
    cki_graph_free(graph);
    cki_topology_free(&topology);
    close_subject(&s);
    if (call->error->status == CASK_OK)
        return dict;
    cask_value_unref(dict);
    return NULL;
}

/* ---- optimising ---- */

/* A new graph as a dict and, if asked for, the dependencies of its keys beside it. */
static cask_value *answer(cki_call *call, cki_spec *made,
                          cask_value *(*dependencies)(const cki_spec *spec, cki_error *error))
{
    cask_value *dict = made ? cki_spec_value_dict(call->ck, made, call->error) : NULL;
    cask_value *needs = dict && dependencies ? dependencies(made, call->error) : NULL;
    cki_spec_free(made);
    if (!dependencies)
        return dict;
    cask_value *pair = needs ? cki_value_list(CKI_TUPLE, 2, call->error) : NULL;
    if (!pair) {
        cask_value_unref(dict);
        cask_value_unref(needs);
        return NULL;
    }
    pair->as.list.items[0] = dict;
    pair->as.list.items[1] = needs;
    return pair;
}

static cask_value *run_cull(cki_call *call)
{
    subject s;
    if (!open_subject(call, "keys", false, &s))
        return NULL;
    cki_spec *made = cki_passes_cull(s.spec, s.keys, s.count, call->error);
    close_subject(&s);
    return answer(call, made, all_named);
}

static double real(cki_call *call, const char *name)
{
    const cask_value *value = cki_operation_argument(call, name);
    double number = 0;
    if (value->kind != CKI_NONE)
        cki_value_real(value, &number, call->error);
    return number;
}

static cask_value *run_fuse(cki_call *call)
{
    subject s;
    cki_spec *made = NULL;
    cki_passes_fusing how = {.ave_width = real(call, "ave_width"),
                             .max_width = real(call, "max_width"),
                             .max_height = real(call, "max_height"),
                             .max_depth_new_edges = real(call, "max_depth_new_edges"),
                             .rename = cki_operation_flag(call, "rename_keys")};
    if (call->error->status != CASK_OK || !open_subject(call, "keys", true, &s))
        return NULL;
    cki_request_bounds(call->ck, &how);
    made = cki_passes_fuse(s.spec, s.keys, s.count, &how, call->error);
    close_subject(&s);
    return answer(call, made, dependencies_of);
}

/* A function of the language that names rows of keys. */
static bool ask_name(void *self, const cki_spec *spec, const uint32_t *row, size_t count,
                     cki_text *text, cki_error *error)
{
    cki_call *call = self;
    cask_value *keys = cki_value_list(CKI_LIST, 0, error), *name = NULL;
    size_t room = 0;
    for (size_t i = 0; keys && i < count && error->status == CASK_OK; i++)
        cki_value_list_push(
            keys, &room,
            cki_spec_value_key(cki_spec_text(spec, row[i]), spec->keys.items[row[i]].length, error),
            error);
    if (keys && error->status == CASK_OK) {
        const cki_arguments only = {.positional = &keys, .count = 1};
        name =
            cki_call_run(call->ck, cki_operation_argument(call, "rename_keys"), &only, NULL, error);
    }
    if (name && name->kind != CKI_NONE)
        cki_spec_value_text(name, text, error);
    cask_value_unref(name);
    cask_value_unref(keys);
    return error->status == CASK_OK;
}

static cask_value *run_fuse_linear(cki_call *call)
{
    subject s;
    cki_passes_naming naming = {.self = call};
    if (cki_call_callable(cki_operation_argument(call, "rename_keys")))
        naming.name = ask_name;
    else if (cki_operation_flag(call, "rename_keys"))
        naming.name = cki_linear_name;
    if (!open_subject(call, "keys", true, &s))
        return NULL;
    cki_spec *made = cki_passes_fuse_linear(
        s.spec, s.keys, s.count, cki_operation_is_none(call, "keys"), &naming, call->error);
    close_subject(&s);
    return answer(call, made, dependencies_of);
}

static cask_value *run_inline(cki_call *call)
{
    subject s;
    bool constants = cki_operation_flag(call, "inline_constants");
    if (!open_subject(call, "keys", true, &s))
        return NULL;
    cki_spec *made = cki_passes_inline(s.spec, s.keys, s.count, constants, call->error);
    close_subject(&s);
    return answer(call, made, NULL);
}

static bool token_of(const cask_value *function, cki_token *token, cki_error *error)
{
    cki_hasher *hasher = cki_call_callable(function) ? cki_token_start(error) : NULL;
    bool known = hasher && cki_call_token_add(hasher, function, 0, error);
    if (hasher)
        *token = cki_token_end(hasher);
    return known;
}

/* Marks of the functions that a list of functions, or of their names, has. */
static bool *fast_of(cki_call *call, const cki_spec *spec)
{
    const cask_value *list = cki_operation_argument(call, "fast_functions");
    bool *fast = cki_memory_calloc(spec->ncallables + 1, sizeof *fast);
    bool many = list->kind == CKI_LIST || list->kind == CKI_TUPLE || list->kind == CKI_SET;
    if (!fast)
        cki_fail_memory(call->error, spec->ncallables);
    for (size_t i = 0; fast && i < spec->ncallables; i++)
        for (size_t k = 0; spec->callables[i] && many && k < list->as.list.count; k++) {
            cki_token one, other;
            const cask_value *item = list->as.list.items[k];
            fast[i] |=
                item == spec->callables[i] ||
                (token_of(item, &one, call->error) &&
                 token_of(spec->callables[i], &other, call->error) && cki_token_same(one, other));
        }
    if (call->error->status == CASK_OK)
        return fast;
    cki_memory_free(fast);
    return NULL;
}

static cask_value *run_inline_functions(cki_call *call)
{
    subject s;
    cki_spec *made = NULL;
    bool constants = cki_operation_flag(call, "inline_constants");
    if (!open_subject(call, "output", true, &s))
        return NULL;
    bool *fast = fast_of(call, s.spec);
    if (fast)
        made = cki_passes_inline_functions(s.spec, s.keys, s.count, fast, constants, call->error);
    cki_memory_free(fast);
    close_subject(&s);
    return answer(call, made, NULL);
}

/* ---- records ---- */

#define GET(id, name, scheduler, doc)                                                              \
    static const cki_operation id = {name, CKI_IN_DASK, "dsk, keys, **ignored",                    \
                                     doc,  run_get,     scheduler}
GET(get_sync, "get", "sync",
    "The value of a key, or of lists of keys, of a graph by hand: {'x': 1, 'y': (inc, 'x')}.");
GET(get_core, "core.get", "sync", "The value of a key, or of lists of keys, of a graph by hand.");
GET(get_local, "local.get_sync", "sync", "The same, on the calling thread.");
GET(get_threaded, "threaded.get", "threads", "The same, on threads.");
GET(get_processes, "multiprocessing.get", "processes", "The same, in processes.");

#define CALL(id, name, signature, doc, run)                                                        \
    static const cki_operation id = {name, CKI_IN_DASK, signature, doc, run, NULL}
CALL(dependencies, "core.get_dependencies", "dsk, key=None, task=None, as_list=False",
     "The keys that a key's task names, or another task; a set, or a list as often as it does.",
     run_get_dependencies);
CALL(toposort, "core.toposort", "dsk", "All keys, inputs before users.", run_toposort);
CALL(getcycle, "core.getcycle", "d, keys=None",
     "A circle, as ['a', 'b', 'a']; [] if there is none.", run_getcycle);
CALL(isdag, "core.isdag", "d, keys=None", "Whether no keys go in a circle.", run_isdag);
CALL(order, "order.order", "dsk, dependencies=None",
     "Each key's place in the order in which one worker would run them.", run_order);
CALL(cull, "optimization.cull", "dsk, keys",
     "What the keys need, as a graph, and by key those that its task names, in lists.", run_cull);
CALL(fuse, "optimization.fuse",
     "dsk, keys=None, dependencies=None, ave_width=None, max_width=None, max_height=None, "
     "max_depth_new_edges=None, rename_keys=True",
     "The graph with chains of tasks as one task each, and the dependencies of its keys.",
     run_fuse);
CALL(
    fuse_linear, "optimization.fuse_linear", "dsk, keys=None, dependencies=None, rename_keys=True",
    "The graph with tasks in a row, each needed by the next alone and needing nothing else, as one "
    "task, and the dependencies of its keys. rename_keys may be a function that makes a key of a "
    "row, the last one first.",
    run_fuse_linear);
CALL(inline_keys, "optimization.inline", "dsk, keys=None, inline_constants=True, dependencies=None",
     "The graph with the tasks of keys, and constants, in the places of their names.", run_inline);
CALL(inline_functions, "optimization.inline_functions",
     "dsk, output, fast_functions=(), inline_constants=False, dependencies=None",
     "The graph with tasks of these functions put into their users; output keys stay.",
     run_inline_functions);

const cki_operation *const cki_graph_calls_operations[] = {
    &get_sync,     &get_core, &get_local,   &get_threaded, &get_processes,
    &dependencies, &toposort, &getcycle,    &isdag,        &order,
    &cull,         &fuse,     &fuse_linear, &inline_keys,  &inline_functions,
    NULL};
