/* Mappings: the methods of dictionaries. keys, values and items give lists. */
#include "eval/builtin.h"
#include "eval/walk.h"

static cask_value *run_get(cki_call *call)
{
    cask_value *value = cki_value_dict_get(call->self, call->slot[0], call->error);
    if (value)
        return cask_value_ref(value);
    if (call->error->status != CASK_OK)
        return NULL;
    return call->slot[1] ? cask_value_ref(call->slot[1]) : cki_value_none();
}

static cask_value *items(cki_call *call, bool keys, bool values)
{
    const cask_value *self = call->self;
    size_t count = self->as.dict.count;
    cask_value *list = cki_value_list(CKI_LIST, count, call->error);
    for (size_t i = 0; list && i < count; i++) {
        cask_value *item;
        if (keys && values) {
            item = cki_value_list(CKI_TUPLE, 2, call->error);
            if (item) {
                item->as.list.items[0] = cask_value_ref(self->as.dict.keys[i]);
                item->as.list.items[1] = cask_value_ref(self->as.dict.values[i]);
            }
        } else {
            item = cask_value_ref(keys ? self->as.dict.keys[i] : self->as.dict.values[i]);
        }
        if (!item) {
            cask_value_unref(list);
            return NULL;
        }
        list->as.list.items[i] = item;
    }
    return list;
}

static cask_value *run_keys(cki_call *call)
{
    return items(call, true, false);
}

static cask_value *run_values(cki_call *call)
{
    return items(call, false, true);
}

static cask_value *run_items(cki_call *call)
{
    return items(call, true, true);
}

static cask_value *run_copy(cki_call *call)
{
    return cask_value_ref(call->self);
}

static cask_value *run_fromkeys(cki_call *call)
{
    cask_value *dict = cki_value_dict(call->error), *key;
    cask_value *value = call->slot[1] ? call->slot[1] : cki_value_none();
    cki_walk walk;
    bool ok = dict && cki_walk_start(&walk, call->scope, call->slot[0], call->error);
    while (ok && (key = cki_walk_next(&walk)))
        ok = cki_value_dict_set(dict, key, cask_value_ref(value), call->error) == CASK_OK;
    if (dict)
        cki_walk_end(&walk);
    if (ok && call->error->status == CASK_OK)
        return dict;
    cask_value_unref(dict);
    return NULL;
}

static cask_value *refuse_change(cki_call *call)
{
    cki_fail(call->error, CASK_UNSUPPORTED, "AttributeError",
             "'dict' object has no attribute '%s': values do not change in an expression; make a "
             "new one, as with a | {key: value}",
             call->builtin->name);
    return NULL;
}

const cki_builtin cki_mapping_methods[] = {{"clear", refuse_change, NULL, "dict"},
                                           {"copy", run_copy, "/", "dict"},
                                           {"get", run_get, "key default= /", "dict"},
                                           {"items", run_items, "/", "dict"},
                                           {"keys", run_keys, "/", "dict"},
                                           {"pop", refuse_change, NULL, "dict"},
                                           {"popitem", refuse_change, NULL, "dict"},
                                           {"setdefault", refuse_change, NULL, "dict"},
                                           {"update", refuse_change, NULL, "dict"},
                                           {"values", run_values, "/", "dict"},
                                           {NULL, NULL, NULL, NULL}};

const cki_builtin cki_mapping_statics[] = {{"fromkeys", run_fromkeys, "iterable value= /", "dict"},
                                           {NULL, NULL, NULL, NULL}};
