/* Shown: x.dask, which prints as tasks and can be asked as a dict can. */
#include "spec/shown.h"

#include "expr/collection.h"
#include "spec/spec_value.h"
#include "spec/spec_write.h"
#include "spec/tasks.h"

#include <string.h>

static void release(void *self)
{
    cki_spec_free(self);
}

static void print(void *self, cki_text *text)
{
    cki_error error = {0};
    cki_spec_write(self, CKI_SPEC_PYTHON, text, &error);
    text->failed |= error.status != CASK_OK;
}

static const cki_class graph_class = {"Graph", release, print, NULL};

cask_value *cki_shown_value(cki_spec *spec, cki_error *error)
{
    return spec ? cki_value_object(&graph_class, spec, error) : NULL;
}

const cki_spec *cki_shown_own(const cask_value *value)
{
    return cki_value_self(value, &graph_class);
}

const cki_spec *cki_shown_spec(const cask_value *value, cki_spec **made, cki_error *error)
{
    const cki_spec *own = cki_value_self(value, &graph_class);
    *made = NULL;
    if (own)
        return own;
    cki_spec *spec = cki_spec_new(error);
    if (spec && cki_spec_value_read(spec, value, error) != CASK_OK) {
        cki_spec_free(spec);
        spec = NULL;
    }
    return *made = spec;
}

/* ---- of collections ---- */

static cask_value *run_graph(cki_call *call)
{
    const cki_node *node = cki_operation_node(call->arguments[0]);
    return cki_shown_value(cki_tasks_spec(call->ck, &node, 1, false, NULL, call->error),
                           call->error);
}

static cask_value *nest(const int64_t *blocks, int axes, const cask_value *flat, size_t *next,
                        cki_error *error)
{
    cask_value *list = cki_value_list(CKI_LIST, (size_t)*blocks, error);
    for (int64_t i = 0; list && i < *blocks; i++) {
        cask_value *item = axes > 1 ? nest(blocks + 1, axes - 1, flat, next, error)
                                    : cask_value_ref(flat->as.list.items[(*next)++]);
        if (!item) {
            list->as.list.count = (size_t)i;
            cask_value_unref(list);
            return NULL;
        }
        list->as.list.items[i] = item;
    }
    return list;
}

cask_value *cki_shown_nest(const cki_node *node, const cask_value *flat, size_t *next,
                           cki_error *error)
{
    int64_t blocks[CKI_MAX_NDIM] = {1};
    int axes = node->collection->grid ? node->collection->grid(node, blocks) : 1;
    return nest(blocks, axes ? axes : 1, flat, next, error);
}

/* A delayed value's name may be a tuple's text. */
static cask_value *key_of(const cki_node *node, int64_t block, cki_error *error)
{
    cask_value *key = cki_collection_key(node, block, error);
    if (!key || key->kind != CKI_STR)
        return key;
    cask_value *made = cki_spec_value_key(key->as.text.bytes, key->as.text.length, error);
    cask_value_unref(key);
    return made;
}

cask_value *cki_shown_keys(const cki_node *node, cki_error *error)
{
    enum { BYTES = 200 }; /* that a key takes, about */
    int64_t blocks = node->collection->blocks(node);
    cask_value *list = NULL;
    if (blocks < 0 || (uint64_t)blocks > node->ck->memory_limit / BYTES)
        cki_fail(error, CASK_LIMIT, NULL,
                 "the keys of %lld blocks take more than the memory limit: use larger chunks "
                 "(rechunk), or take a part",
                 (long long)blocks);
    else
        list = cki_value_list(CKI_LIST, (size_t)blocks, error);
    for (int64_t i = 0; list && i < blocks; i++)
        if (!(list->as.list.items[i] = key_of(node, i, error))) {
            list->as.list.count = (size_t)i;
            cask_value_unref(list);
            return NULL;
        }
    return list;
}

static const cki_operation dask = {
    "dask",    CKI_LAZY_ATTRIBUTE,
    "x",       "The graph: a key for each block, and the task that makes it.",
    run_graph, NULL};
static const cki_operation dask_graph = {
    "__dask_graph__",
    CKI_LAZY_METHOD,
    "x",
    "The graph: a key for each block, and the task that makes it.",
    run_graph,
    NULL};
/* ---- as a mapping ---- */

static const cki_spec *spec_of(const cki_call *call)
{
    return cki_value_self(call->arguments[0], &graph_class);
}

static cask_value *run_length(cki_call *call)
{
    return cki_value_int((int64_t)spec_of(call)->defined, call->error);
}

typedef enum part { KEYS, VALUES, ITEMS } part;

static cask_value *part_of(cki_call *call, uint32_t key, part which)
{
    const cki_spec *spec = spec_of(call);
    cask_value *name = which == VALUES
                           ? NULL
                           : cki_spec_value_key(cki_spec_text(spec, key),
                                                spec->keys.items[key].length, call->error);
    if (which == KEYS || call->error->status != CASK_OK)
        return name;
    cask_value *term = cki_spec_value_term(call->ck, spec, key, call->error);
    if (which == VALUES)
        return term;
    cask_value *pair = term ? cki_value_list(CKI_TUPLE, 2, call->error) : NULL;
    if (!pair) {
        cask_value_unref(name);
        cask_value_unref(term);
        return NULL;
    }
    pair->as.list.items[0] = name;
    pair->as.list.items[1] = term;
    return pair;
}

static cask_value *list_of(cki_call *call, part which)
{
    const cki_spec *spec = spec_of(call);
    cask_value *list = cki_value_list(CKI_LIST, 0, call->error);
    size_t room = 0;
    for (size_t i = 0; list && i < spec->norder; i++)
        if (spec->order[i] != CKI_NO_NAME &&
            !cki_value_list_push(list, &room, part_of(call, spec->order[i], which), call->error)) {
            cask_value_unref(list);
            return NULL;
        }
    return list;
}

static cask_value *run_names(cki_call *call)
{
    return list_of(call, KEYS);
}

static cask_value *run_values(cki_call *call)
{
    return list_of(call, VALUES);
}

static cask_value *run_items(cki_call *call)
{
    return list_of(call, ITEMS);
}

static cask_value *run_item(cki_call *call)
{
    const cki_spec *spec = spec_of(call);
    cki_text text = {0};
    cask_value *term = NULL;
    if (cki_spec_value_text(call->arguments[1], &text, call->error) == CASK_OK) {
        const char *bytes = text.bytes ? text.bytes : "";
        uint32_t key = cki_spec_find(spec, bytes, text.length);
        if (key != CKI_NO_NAME)
            term = cki_spec_value_term(call->ck, spec, key, call->error);
        else
            cki_spec_missing(spec, bytes, call->error);
    }
    cki_text_free(&text);
    return term;
}

#define METHOD(id, name, signature, doc, run)                                                      \
    static const cki_operation id = {"Graph." name, CKI_ARRAY_PROTOCOL, signature, doc, run, NULL}
METHOD(graph_length, "__len__", "self", "How many keys there are.", run_length);
METHOD(graph_iter, "__iter__", "self", "The keys.", run_names);
METHOD(graph_item, "__getitem__", "self, key", "A key's task.", run_item);
METHOD(graph_keys, "keys", "self", "The keys, in the order of definition.", run_names);
METHOD(graph_values, "values", "self", "The tasks.", run_values);
METHOD(graph_items, "items", "self", "Keys and tasks.", run_items);

const cki_operation *const cki_shown_operations[] = {&dask,         &dask_graph,  &graph_length,
                                                     &graph_iter,   &graph_item,  &graph_keys,
                                                     &graph_values, &graph_items, NULL};
