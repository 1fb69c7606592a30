/* Constructors of texts and containers. */
#include "eval/builtin.h"
#include "eval/operate.h"
#include "eval/scope.h"
#include "eval/string.h"
#include "eval/walk.h"

#include <string.h>

cask_value *cki_construct_str(cki_call *call)
{
    cki_text text = {0};
    if (!call->slot[0])
        return cki_value_string("", call->error);
    const cask_value *given = call->slot[0];
    if (given->kind == CKI_BYTES && (call->slot[1] || call->slot[2]))
        return cki_bytes_decode(call, (cki_span){given->as.text.bytes, given->as.text.length},
                                call->slot[1], call->slot[2]);
    if (call->slot[1] || call->slot[2])
        return cki_function_type_error(call, "decoding to str: need a bytes-like object, %s found",
                                       cki_value_type(call->slot[0]));
    if (!cki_format_print(call->scope, call->slot[0], false, &text, call->error)) {
        cki_text_free(&text);
        return NULL;
    }
    return cki_function_str(&text, call->error);
}

/* bytes([1, 2]), bytes(3), bytes('x', 'utf-8'). */
cask_value *cki_construct_bytes(cki_call *call)
{
    cask_value *source = call->slot[0], *item;
    cki_text text = {0};
    int64_t number;
    cki_walk walk;
    if (!source)
        return cki_value_bytes("", 0, call->error);
    if (source->kind == CKI_STR)
        return call->slot[1]
                   ? cki_value_bytes(source->as.text.bytes, source->as.text.length, call->error)
                   : cki_function_type_error(call, "string argument without an encoding");
    if (source->kind == CKI_BYTES)
        return cask_value_ref(source);
    if (source->kind == CKI_INT || source->kind == CKI_BOOL) {
        if (cki_value_index(source, &number, call->error) != CASK_OK)
            return NULL;
        if (number < 0)
            return cki_function_value_error(call, "negative count");
        if ((uint64_t)number > CKI_OPERATE_BYTES) {
            cki_fail_memory(call->error, (size_t)number);
            return NULL;
        }
        cki_text_repeat(&text, '\0', (size_t)number);
        return cki_function_bytes(&text, call->error);
    }
    if (source->kind == CKI_FLOAT || source->kind == CKI_COMPLEX || source->kind == CKI_NONE)
        return cki_function_type_error(call, "cannot convert '%s' object to bytes",
                                       cki_value_type(source));
    bool ok = cki_walk_start(&walk, call->scope, source, call->error);
    while (ok && (item = cki_walk_next(&walk))) {
        ok = cki_value_index(item, &number, call->error) == CASK_OK;
        cask_value_unref(item);
        if (ok && (number < 0 || number > 255)) {
            cki_function_value_error(call, "bytes must be in range(0, 256)");
            ok = false;
        }
        cki_text_char(&text, (char)number);
    }
    cki_walk_end(&walk);
    if (ok && call->error->status == CASK_OK)
        return cki_function_bytes(&text, call->error);
    cki_text_free(&text);
    return NULL;
}

cask_value *cki_construct_list(cki_call *call)
{
    return call->slot[0] ? cki_walk_all(call->scope, call->slot[0], CKI_LIST, call->error)
                         : cki_value_list(CKI_LIST, 0, call->error);
}

cask_value *cki_construct_tuple(cki_call *call)
{
    if (call->slot[0] && call->slot[0]->kind == CKI_TUPLE)
        return cask_value_ref(call->slot[0]);
    return call->slot[0] ? cki_walk_all(call->scope, call->slot[0], CKI_TUPLE, call->error)
                         : cki_value_list(CKI_TUPLE, 0, call->error);
}

cask_value *cki_construct_set(cki_call *call)
{
    cask_value *set = cki_value_set(call->error), *item;
    cki_walk walk;
    if (!set || !call->slot[0])
        return set;
    bool ok = cki_walk_start(&walk, call->scope, call->slot[0], call->error);
    while (ok && (item = cki_walk_next(&walk)))
        ok = cki_value_set_add(set, item, call->error) == CASK_OK;
    cki_walk_end(&walk);
    if (ok && call->error->status == CASK_OK)
        return set;
    cask_value_unref(set);
    return NULL;
}

/* One (key, value) pair of dict([...]). */
static bool add_pair(cki_call *call, cask_value *dict, cask_value *pair, size_t at)
{
    cki_error ignored = {0};
    cask_value *two = cki_walk_all(call->scope, pair, CKI_LIST, &ignored);
    bool ok = false;
    if (!two && ignored.status == CASK_MEMORY)
        *call->error = ignored;
    else if (!two)
        cki_function_type_error(
            call, "cannot convert dictionary update sequence element #%zu to a sequence", at);
    else if (two->as.list.count != 2)
        cki_function_value_error(
            call, "dictionary update sequence element #%zu has length %zu; 2 is required", at,
            two->as.list.count);
    else
        ok = cki_value_dict_set(dict, cask_value_ref(two->as.list.items[0]),
                                cask_value_ref(two->as.list.items[1]), call->error) == CASK_OK;
    cask_value_unref(two);
    return ok;
}

/* What an object's items() gives, if it has keys(); NULL if it is no mapping. */
static bool items_of_mapping(cki_call *call, cask_value *object, cask_value **items)
{
    const cki_host *host = &call->scope->host;
    cki_error none = {0};
    cask_value *keys = host->attribute ? host->attribute(host->self, object, "keys", &none) : NULL;
    if (!keys && none.status == CASK_MEMORY)
        *call->error = none;
    if (!keys)
        return none.status != CASK_MEMORY;
    cask_value *method = host->attribute(host->self, object, "items", call->error);
    const cki_arguments nothing = {0};
    if (method)
        *items = host->call(host->self, method, &nothing, call->error);
    cask_value_unref(method);
    cask_value_unref(keys);
    return *items != NULL;
}

static bool add_pairs(cki_call *call, cask_value *dict, cask_value *from)
{
    cki_walk walk;
    cask_value *pair;
    bool ok = true;
    if (from->kind == CKI_DICT) {
        for (size_t i = 0; ok && i < from->as.dict.count; i++)
            ok =
                cki_value_dict_set(dict, cask_value_ref(from->as.dict.keys[i]),
                                   cask_value_ref(from->as.dict.values[i]), call->error) == CASK_OK;
        return ok;
    }
    cask_value *items = NULL;
    if (from->kind == CKI_OBJECT && !items_of_mapping(call, from, &items))
        return false;
    ok = cki_walk_start(&walk, call->scope, items ? items : from, call->error);
    for (size_t at = 0; ok && (pair = cki_walk_next(&walk)); at++) {
        ok = add_pair(call, dict, pair, at);
        cask_value_unref(pair);
    }
    cki_walk_end(&walk);
    cask_value_unref(items);
    return ok && call->error->status == CASK_OK;
}

cask_value *cki_construct_dict(cki_call *call)
{
    const cki_arguments *given = call->arguments;
    if (given->count > 1)
        return cki_function_type_error(call, "dict expected at most 1 argument, got %zu",
                                       given->count);
    cask_value *dict = cki_value_dict(call->error);
    bool ok = dict && (!given->count || add_pairs(call, dict, given->positional[0]));
    for (size_t i = 0; ok && i < given->nnamed; i++) {
        cask_value *key = cki_value_string(given->names[i], call->error);
        ok = key &&
             cki_value_dict_set(dict, key, cask_value_ref(given->named[i]), call->error) == CASK_OK;
    }
    if (ok)
        return dict;
    cask_value_unref(dict);
    return NULL;
}

cask_value *cki_construct_slice(cki_call *call)
{
    cask_value *const *slot = call->slot;
    bool one = !slot[1];
    return cki_value_slice(one ? NULL : cask_value_ref(slot[0]), cask_value_ref(slot[one ? 0 : 1]),
                           cask_value_ref(slot[2]), call->error);
}

cask_value *cki_construct_range(cki_call *call)
{
    int64_t bounds[3] = {0, 0, 1};
    bool one = !call->slot[1];
    for (int i = 0; i < 3; i++) {
        cask_value *given = call->slot[one && i < 2 ? 1 - i : i];
        if (!given)
            continue;
        cask_value *value = cki_function_concrete(call->scope, given, call->error);
        bool ok = value && cki_value_index(value, &bounds[i], call->error) == CASK_OK;
        cask_value_unref(value);
        if (!ok)
            return NULL;
    }
    return cki_value_range(bounds[0], bounds[1], bounds[2], call->error);
}

cask_value *cki_construct_object(cki_call *call)
{
    return cki_function_type_error(call, "object() has no use in an expression");
}

cask_value *cki_construct_type(cki_call *call)
{
    cask_value *value = call->slot[0];
    const cki_type *type = cki_type_of(value);
    if (type)
        return cki_function_type(type, call->error);
    return cki_attribute_get(call->scope, value, "__class__", call->error);
}
