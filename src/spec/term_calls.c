/* Term calls: tasks as values of the language, taken apart. They are nested as deep as an
 * expression can nest them, so walks recurse, to a bound. */
#include "spec/term_calls.h"

#include "call/call.h"

bool cki_term_calls_is_task(const cask_value *value)
{
    return value->kind == CKI_TUPLE && value->as.list.count &&
           cki_call_callable(value->as.list.items[0]);
}

static bool is_task(const cask_value *value)
{
    return cki_term_calls_is_task(value);
}

static bool is_list(const cask_value *value)
{
    return value->kind == CKI_LIST;
}

static bool too_deep(int depth, cki_error *error)
{
    if (depth == CKI_TERM_CALLS_DEEPEST)
        cki_fail(error, CASK_LIMIT, "RecursionError", "tasks nested more than %d deep",
                 CKI_TERM_CALLS_DEEPEST);
    return depth == CKI_TERM_CALLS_DEEPEST;
}

/* A list that grows. */
typedef struct listing {
    cask_value *list;
    size_t room;
    cki_error *error;
} listing;

static bool begin(listing *l, cki_error *error)
{
    *l = (listing){.list = cki_value_list(CKI_LIST, 0, error), .error = error};
    return l->list != NULL;
}

static bool put(listing *l, cask_value *item)
{
    return cki_value_list_push(l->list, &l->room, cask_value_ref(item), l->error);
}

static cask_value *finish(listing *l)
{
    if (l->error->status == CASK_OK)
        return l->list;
    cask_value_unref(l->list);
    return NULL;
}

/* ---- tasks ---- */

static cask_value *run_istask(cki_call *call)
{
    return cki_value_bool(is_task(call->arguments[0]));
}

static bool flatten(listing *l, const cask_value *value, int depth)
{
    if (too_deep(depth, l->error))
        return false;
    bool fine = true;
    for (size_t i = 0; fine && i < value->as.list.count; i++) {
        cask_value *item = value->as.list.items[i];
        fine = is_list(item) ? flatten(l, item, depth + 1) : put(l, item);
    }
    return fine;
}

static cask_value *run_flatten(cki_call *call)
{
    listing l;
    cask_value *given = call->arguments[0];
    cask_value *items = given->kind == CKI_LIST || given->kind == CKI_TUPLE ? cask_value_ref(given)
                        : given->kind == CKI_STR                            ? NULL
                                                 : cki_value_items(given, call->error);
    if (given->kind == CKI_STR) { /* one key */
        if (begin(&l, call->error))
            put(&l, given);
        return l.list ? finish(&l) : NULL;
    }
    if (items && begin(&l, call->error))
        flatten(&l, items, 0);
    else if (items)
        l.list = NULL;
    cask_value_unref(items);
    return items && l.list ? finish(&l) : NULL;
}

static bool preorder(cask *ck, listing *l, cask_value *task, int depth)
{
    if (too_deep(depth, l->error))
        return false;
    bool fine = true, group = is_task(task) || is_list(task);
    if (!group)
        return put(l, task);
    cask_value *kind = is_list(task) ? cki_call_find(ck, "list", l->error) : NULL;
    if (is_list(task))
        fine = kind && put(l, kind);
    cask_value_unref(kind);
    for (size_t i = 0; fine && i < task->as.list.count; i++)
        fine = i == 0 && is_task(task) ? put(l, task->as.list.items[0])
                                       : preorder(ck, l, task->as.list.items[i], depth + 1);
    return fine;
}

static cask_value *run_preorder(cki_call *call)
{
    listing l;
    if (begin(&l, call->error))
        preorder(call->ck, &l, call->arguments[0], 0);
    return l.list ? finish(&l) : NULL;
}

/* Equal, and of one type: 1 is not True. */
static bool is_same(const cask_value *a, const cask_value *b)
{
    return a->kind == b->kind && cki_value_equal(a, b);
}

static cask_value *substitute(cask_value *task, const cask_value *key, cask_value *value, int depth,
                              cki_error *error)
{
    if (too_deep(depth, error))
        return NULL;
    if (is_same(task, key))
        return cask_value_ref(value);
    bool group = is_task(task) || is_list(task);
    cask_value *made =
        group ? cki_value_list((cki_kind)task->kind, task->as.list.count, error) : NULL;
    for (size_t i = 0; made && i < task->as.list.count; i++) {
        cask_value *item = i == 0 && is_task(task)
                               ? cask_value_ref(task->as.list.items[0])
                               : substitute(task->as.list.items[i], key, value, depth + 1, error);
        if (!item) {
            made->as.list.count = i;
            cask_value_unref(made);
            return NULL;
        }
        made->as.list.items[i] = item;
    }
    return group ? made : cask_value_ref(task);
}

cask_value *cki_term_calls_substitute(cask_value *task, const cask_value *key, cask_value *value,
                                      cki_error *error)
{
    return substitute(task, key, value, 0, error);
}

static cask_value *run_subs(cki_call *call)
{
    return cki_term_calls_substitute(call->arguments[0], call->arguments[1], call->arguments[2],
                                     call->error);
}

static cask_value *set_of(const cask_value *list, cki_error *error)
{
    cask_value *set = cki_value_set(error);
    for (size_t i = 0; set && i < list->as.list.count; i++)
        if (cki_value_set_add(set, cask_value_ref(list->as.list.items[i]), error) != CASK_OK) {
            cask_value_unref(set);
            return NULL;
        }
    return set;
}

static bool functions_in(listing *l, cask_value *task, int depth)
{
    if (too_deep(depth, l->error))
        return false;
    bool fine = true, group = is_task(task) || is_list(task);
    for (size_t i = 0; fine && group && i < task->as.list.count; i++)
        fine = i == 0 && is_task(task) ? put(l, task->as.list.items[0])
                                       : functions_in(l, task->as.list.items[i], depth + 1);
    return fine;
}

static cask_value *run_functions_of(cki_call *call)
{
    listing l;
    bool fine = begin(&l, call->error) && functions_in(&l, call->arguments[0], 0);
    cask_value *set = fine ? set_of(l.list, call->error) : NULL;
    cask_value_unref(l.list);
    return set;
}

static bool has(const cask_value *keys, const cask_value *key)
{
    cki_error unhashable = {0};
    if (keys->kind == CKI_SET)
        return cki_value_set_has(keys, key, &unhashable);
    if (keys->kind == CKI_DICT)
        return cki_value_dict_get(keys, key, &unhashable) != NULL;
    for (size_t i = 0; i < keys->as.list.count; i++)
        if (is_same(keys->as.list.items[i], key))
            return true;
    return false;
}

static bool keys_in(listing *l, const cask_value *keys, cask_value *task, int depth)
{
    if (too_deep(depth, l->error))
        return false;
    if (!is_task(task) && !is_list(task) && task->kind != CKI_DICT)
        return !has(keys, task) || put(l, task);
    bool fine = true, dict = task->kind == CKI_DICT;
    size_t count = dict ? task->as.dict.count : task->as.list.count;
    for (size_t i = is_task(task); fine && i < count; i++)
        fine = keys_in(l, keys, dict ? task->as.dict.values[i] : task->as.list.items[i], depth + 1);
    return fine;
}

static cask_value *run_keys_in_tasks(cki_call *call)
{
    listing l;
    const cask_value *keys = call->arguments[0], *tasks = call->arguments[1];
    bool sets = keys->kind == CKI_SET || keys->kind == CKI_DICT || keys->kind == CKI_LIST ||
                keys->kind == CKI_TUPLE;
    if (!sets || (tasks->kind != CKI_LIST && tasks->kind != CKI_TUPLE)) {
        cki_fail(call->error, CASK_TYPE, NULL,
                 "keys_in_tasks takes a set of keys and a list of tasks, not '%s' and '%s'",
                 cki_value_type(keys), cki_value_type(tasks));
        return NULL;
    }
    bool fine = begin(&l, call->error);
    for (size_t i = 0; fine && i < tasks->as.list.count; i++)
        fine = keys_in(&l, keys, tasks->as.list.items[i], 0);
    if (!fine || cki_operation_flag(call, "as_list"))
        return l.list ? finish(&l) : NULL;
    cask_value *set = set_of(l.list, call->error);
    cask_value_unref(l.list);
    return set;
}

/* ---- dependencies ---- */

/* The set under a key, which is made if it is not there; borrowed. */
static cask_value *set_under(cask_value *dict, cask_value *key, cki_error *error)
{
    cask_value *set = cki_value_dict_get(dict, key, error);
    if (set || error->status != CASK_OK)
        return set;
    set = cki_value_set(error);
    if (set)
        cki_value_dict_set(dict, cask_value_ref(key), set, error);
    return error->status == CASK_OK ? set : NULL;
}

static cask_value *reversed(const cask_value *dict, cki_error *error)
{
    cask_value *made = cki_value_dict(error);
    bool fine = made != NULL;
    for (size_t i = 0; fine && i < dict->as.dict.count; i++) {
        cask_value *key = dict->as.dict.keys[i];
        cask_value *items = cki_value_items(dict->as.dict.values[i], error);
        fine = items && set_under(made, key, error);
        for (size_t k = 0; fine && k < items->as.list.count; k++) {
            cask_value *set = set_under(made, items->as.list.items[k], error);
            fine = set && cki_value_set_add(set, cask_value_ref(key), error) == CASK_OK;
        }
        cask_value_unref(items);
    }
    if (fine)
        return made;
    cask_value_unref(made);
    return NULL;
}

static cask_value *run_reverse_dict(cki_call *call)
{
    const cask_value *dict = call->arguments[0];
    if (dict->kind == CKI_DICT)
        return reversed(dict, call->error);
    cki_fail(call->error, CASK_TYPE, NULL, "reverse_dict takes a dict of sets, not '%s'",
             cki_value_type(dict));
    return NULL;
}

/* dask.core.get_dependencies of each key. */
static cask_value *all_dependencies(cki_call *call, const cask_value *graph)
{
    const cki_operation *of_key =
        cki_operation_find(call->ck, "core.get_dependencies", CKI_IN_DASK);
    cask_value *made = cki_value_dict(call->error);
    bool fine = made && of_key;
    for (size_t i = 0; fine && i < graph->as.dict.count; i++) {
        cask_value *given[2] = {call->arguments[0], graph->as.dict.keys[i]};
        const cki_arguments arguments = {.positional = given, .count = 2};
        cask_value *set = cki_operation_call(call->ck, of_key, &arguments, call->error);
        fine =
            set && cki_value_dict_set(made, cask_value_ref(given[1]), set, call->error) == CASK_OK;
    }
    if (fine)
        return made;
    cask_value_unref(made);
    return NULL;
}

static cask_value *run_get_deps(cki_call *call)
{
    const cask_value *graph = call->arguments[0];
    if (graph->kind != CKI_DICT) {
        cki_fail(call->error, CASK_TYPE, NULL, "get_deps takes a dict of tasks, not '%s'",
                 cki_value_type(graph));
        return NULL;
    }
    cask_value *pair = cki_value_list(CKI_TUPLE, 0, call->error);
    cask_value *dependencies = pair ? all_dependencies(call, graph) : NULL;
    cask_value *dependents = dependencies ? reversed(dependencies, call->error) : NULL;
    size_t room = 0;
    if (dependents && cki_value_list_push(pair, &room, dependencies, call->error) &&
        cki_value_list_push(pair, &room, dependents, call->error))
        return pair;
    if (!dependents)
        cask_value_unref(dependencies);
    cask_value_unref(pair);
    return NULL;
}

#define CALL(id, name, signature, doc, run)                                                        \
    static const cki_operation id = {name, CKI_IN_DASK, signature, doc, run, NULL}
CALL(istask, "core.istask", "x",
     "Whether something is a task: a tuple that begins with what can be "
     "called.",
     run_istask);
CALL(op_flatten, "core.flatten", "seq",
     "The items of nested lists, one after another; tuples are "
     "keys.",
     run_flatten);
CALL(op_preorder, "core.preorder_traversal", "task",
     "Functions and arguments of a task, outer ones first.", run_preorder);
CALL(subs, "core.subs", "task, key, val", "The task with a value in the place of a key.", run_subs);
CALL(keys_in_tasks, "core.keys_in_tasks", "keys, tasks, as_list=False",
     "Those of the keys that tasks name.", run_keys_in_tasks);
CALL(functions_of, "optimization.functions_of", "task", "The functions that a task calls, a set.",
     run_functions_of);
CALL(reverse_dict, "core.reverse_dict", "d",
     "From each item of the sets to the keys whose sets have it.", run_reverse_dict);
CALL(get_deps, "core.get_deps", "dsk", "By key what it needs, and by key who needs it.",
     run_get_deps);

const cki_operation *const cki_term_calls_operations[] = {
    &istask,       &op_flatten,   &op_preorder, &subs, &keys_in_tasks,
    &functions_of, &reverse_dict, &get_deps,    NULL};
