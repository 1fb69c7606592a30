/* Getters: functions made of the items, attributes or method that they take from their argument. */
#include "eval/getter.h"
#include "core/memory.h"
#include "eval/operate.h"
#include "eval/walk.h"

#include <string.h>

/* The arguments that it was made with, kept. */
typedef struct getter {
    cask_value *positional; /* a TUPLE */
    cask_value *named;      /* a DICT of text; NULL if there are none */
} getter;

static void release(void *self)
{
    getter *made = self;
    cask_value_unref(made->positional);
    cask_value_unref(made->named);
    cki_memory_free(made);
}

static void write_arguments(const getter *made, const char *name, cki_text *text)
{
    const cask_value *tuple = made->positional;
    cki_text_format(text, "operator.%s(", name);
    for (size_t i = 0; i < tuple->as.list.count; i++) {
        if (i)
            cki_text_put(text, ", ");
        cki_value_repr(tuple->as.list.items[i], text);
    }
    for (size_t i = 0; made->named && i < made->named->as.dict.count; i++) {
        cki_text_format(text, ", %s=", made->named->as.dict.keys[i]->as.text.bytes);
        cki_value_repr(made->named->as.dict.values[i], text);
    }
    cki_text_char(text, ')');
}

static void repr_item(void *self, cki_text *text)
{
    write_arguments(self, "itemgetter", text);
}

static void repr_attribute(void *self, cki_text *text)
{
    write_arguments(self, "attrgetter", text);
}

static void repr_method(void *self, cki_text *text)
{
    write_arguments(self, "methodcaller", text);
}

static const cki_class item_class = {"operator.itemgetter", release, repr_item, NULL};
static const cki_class attribute_class = {"operator.attrgetter", release, repr_attribute, NULL};
static const cki_class method_class = {"operator.methodcaller", release, repr_method, NULL};

bool cki_getter_is(const cask_value *value)
{
    return cki_value_self(value, &item_class) || cki_value_self(value, &attribute_class) ||
           cki_value_self(value, &method_class);
}

static cask_value *names_of(const cki_arguments *arguments, cki_error *error)
{
    cask_value *dict = cki_value_dict(error);
    for (size_t i = 0; dict && i < arguments->nnamed; i++) {
        cask_value *key = cki_value_string(arguments->names[i], error);
        if (!key ||
            cki_value_dict_set(dict, key, cask_value_ref(arguments->named[i]), error) != CASK_OK) {
            cask_value_unref(dict);
            return NULL;
        }
    }
    return dict;
}

static cask_value *make(cki_call *call, const cki_class *class, bool text)
{
    const cki_arguments *given = call->arguments;
    if (given->count == 0)
        return cki_function_type_error(call, "%s expected 1 argument, got 0", call->builtin->name);
    if (given->nnamed && class != &method_class)
        return cki_function_type_error(call, "%s() takes no keyword arguments",
                                       call->builtin->name);
    for (size_t i = 0; text && i < (class == &method_class ? 1 : given->count); i++) {
        if (given->positional[i]->kind != CKI_STR)
            return cki_function_type_error(call, class == &method_class
                                                     ? "method name must be a string"
                                                     : "attribute name must be a string");
    }
    getter *made = cki_memory_calloc(1, sizeof *made);
    if (!made) {
        cki_fail_memory(call->error, sizeof *made);
        return NULL;
    }
    made->positional = cki_value_list(CKI_TUPLE, given->count, call->error);
    if (made->positional && given->nnamed && !(made->named = names_of(given, call->error))) {
        cask_value_unref(made->positional);
        made->positional = NULL;
    }
    if (!made->positional) {
        cki_memory_free(made);
        return NULL;
    }
    for (size_t i = 0; i < given->count; i++)
        made->positional->as.list.items[i] = cask_value_ref(given->positional[i]);
    return cki_value_object(class, made, call->error);
}

cask_value *cki_getter_item(cki_call *call)
{
    return make(call, &item_class, false);
}

cask_value *cki_getter_attribute(cki_call *call)
{
    return make(call, &attribute_class, true);
}

cask_value *cki_getter_method(cki_call *call)
{
    return make(call, &method_class, true);
}

/* "a.b.c" of an object. */
static cask_value *dotted(cki_scope *scope, cask_value *object, const cask_value *path,
                          cki_error *error)
{
    const char *at = path->as.text.bytes;
    cask_value *value = cask_value_ref(object);
    while (value) {
        size_t length = strcspn(at, ".");
        char *name = cki_memory_copy(at, length);
        cask_value *next = NULL;
        if (!name)
            cki_fail_memory(error, length);
        else
            next = cki_attribute_get(scope, value, name, error);
        cki_memory_free(name);
        cask_value_unref(value);
        value = next;
        if (!at[length])
            break;
        at += length + 1;
    }
    return value;
}

static cask_value *one(cki_scope *scope, const cask_value *function, cask_value *object,
                       cask_value *what, cki_error *error)
{
    return cki_value_self(function, &item_class) ? cki_index_item(scope, object, what, error)
                                                 : dotted(scope, object, what, error);
}

static cask_value *call_method(cki_scope *scope, const getter *made, cask_value *object,
                               cki_error *error)
{
    cask_value *const *items = made->positional->as.list.items;
    cask_value *bound = cki_attribute_get(scope, object, items[0]->as.text.bytes, error);
    if (!bound)
        return NULL;
    size_t nnamed = made->named ? made->named->as.dict.count : 0;
    const char **names = cki_memory_calloc(nnamed + 1, sizeof *names);
    cask_value *value = NULL;
    if (!names) {
        cki_fail_memory(error, (nnamed + 1) * sizeof *names);
    } else {
        for (size_t i = 0; i < nnamed; i++)
            names[i] = made->named->as.dict.keys[i]->as.text.bytes;
        cki_arguments arguments = {.positional = items + 1,
                                   .count = made->positional->as.list.count - 1,
                                   .names = names,
                                   .named = nnamed ? made->named->as.dict.values : NULL,
                                   .nnamed = nnamed};
        value = cki_function_call(scope, bound, &arguments, error);
    }
    cki_memory_free(names);
    cask_value_unref(bound);
    return value;
}

cask_value *cki_getter_call(cki_scope *scope, cask_value *function, const cki_arguments *arguments,
                            cki_error *error)
{
    const getter *made = function->as.object.self;
    if (arguments->count != 1 || arguments->nnamed) {
        const char *name = function->as.object.class->name + strlen("operator.");
        cki_fail(error, CASK_TYPE, NULL, "%s expected 1 argument, got %zu", name,
                 arguments->count + arguments->nnamed);
        return NULL;
    }
    cask_value *object = arguments->positional[0];
    if (cki_value_self(function, &method_class))
        return call_method(scope, made, object, error);
    const cask_value *tuple = made->positional;
    if (tuple->as.list.count == 1)
        return one(scope, function, object, tuple->as.list.items[0], error);
    cki_heap heap = {0};
    for (size_t i = 0; i < tuple->as.list.count; i++) {
        cask_value *item = one(scope, function, object, tuple->as.list.items[i], error);
        if (!cki_walk_keep(&heap, item, error)) {
            cki_walk_drop(&heap);
            return NULL;
        }
    }
    return cki_walk_made(&heap, CKI_TUPLE, error);
}
