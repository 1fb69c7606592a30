/* Delayed: what Python's syntax means on delayed values: operators, items, attributes, calls. */
#include "call/call.h"
#include "delayed/delayed.h"

#include <string.h>

static cki_build build_in(cask *ck, cki_error *error)
{
    return (cki_build){ck, &ck->arena, error};
}

static cask_value *wrap(cki_build *build, cask_delayed x)
{
    return x ? cki_operation_wrap(&x->base, build->error) : NULL;
}

/* A call of one of the operator module's functions, which are pure. */
static cask_delayed call_operator(cki_build *build, const char *name, cask_value *const *arguments,
                                  size_t count)
{
    char full[32] = "operator.";
    strncat(full, name, sizeof full - sizeof "operator.");
    cask_value *function = cki_delayed_function(build->ck, full, build->error);
    if (!function)
        return NULL;
    const cki_delayed_spec spec = {.label = cki_call_name(function),
                                   .function = function,
                                   .arguments = {.positional = arguments, .count = count},
                                   .purity = CKI_PURE,
                                   .outputs = -1};
    return cki_delayed_make(build, &spec);
}

static cask_value *operate(cask *ck, const char *name, cask_value *a, cask_value *b,
                           cki_error *error)
{
    cki_build build = build_in(ck, error);
    cask_value *const operands[2] = {a, b};
    return wrap(&build, call_operator(&build, name, operands, b ? 2 : 1));
}

cask_delayed cki_delayed_item(cki_build *build, cask_delayed x, cask_value *index)
{
    cask_value *self = wrap(build, x);
    cask_value *const operands[2] = {self, index};
    cask_delayed item = self ? call_operator(build, "getitem", operands, 2) : NULL;
    cask_value_unref(self);
    return item;
}

static cask_value *item(cask *ck, cask_value *object, cask_value *index, cki_error *error)
{
    cki_build build = build_in(ck, error);
    return wrap(&build, cki_delayed_item(&build, cki_delayed_of(object), index));
}

/* ---- attributes and calls ---- */

cask_delayed cki_delayed_attribute(cki_build *build, cask_delayed x, const char *name)
{
    cask_value *function = cki_delayed_function(build->ck, "getattr", build->error);
    cask_value *self = function ? wrap(build, x) : NULL;
    cask_value *text = self ? cki_value_string(name, build->error) : NULL;
    const char *kept = text ? cki_arena_text(build->arena, name, strlen(name)) : NULL;
    cask_delayed made = NULL;
    if (text && !kept)
        cki_fail_memory(build->error, strlen(name));
    if (kept) {
        cask_value *const arguments[2] = {self, text};
        const cki_delayed_spec spec = {.label = "getattr",
                                       .function = function,
                                       .arguments = {.positional = arguments, .count = 2},
                                       .purity = CKI_PURE,
                                       .outputs = -1};
        made = cki_delayed_make(build, &spec);
    }
    cask_value_unref(text);
    cask_value_unref(self);
    if (!made)
        return NULL;
    struct cask_delayed_node *node = cki_arena_copy(build->arena, made, sizeof *node);
    if (!node) {
        cki_fail_memory(build->error, sizeof *node);
        return NULL;
    }
    node->attribute = kept;
    return node;
}

/* The function that a delayed value is, rather than calls; NULL: none. */
static const cask_value *function_of(cask_delayed x)
{
    const cki_delayed_call *call = x->base.parameters;
    bool data = x->base.primitive == &cki_delayed_primitive && !call->function && !call->method &&
                call->count == 1 && !call->places[0].open && call->places[0].value;
    return data && cki_call_callable(call->places[0].value) ? call->places[0].value : NULL;
}

static cask_value *attribute(cask *ck, cask_value *object, const char *name, cki_error *error)
{
    cki_build build = build_in(ck, error);
    cask_delayed x = cki_delayed_of(object);
    const cask_value *own = strcmp(name, "__name__") ? NULL : function_of(x);
    if (own)
        return cki_value_string(cki_call_name(own), error);
    if (*name == '_') {
        cki_fail(error, CASK_NOT_FOUND, "AttributeError", "Attribute %s not found", name);
        return NULL;
    }
    if (strcmp(name, "key") != 0)
        return wrap(&build, cki_delayed_attribute(&build, x, name));
    cki_text text = {0};
    cki_delayed_print_key(x, &text);
    cask_value *key = text.failed ? NULL : cki_value_str(text.bytes, text.length, error);
    if (!key)
        cki_fail_memory(error, 64);
    cki_text_free(&text);
    return key;
}

/* The function that a delayed value is, if it is known already. */
static cask_value *known_function(cask_delayed x)
{
    const cki_delayed_call *call = x->base.parameters;
    bool known = x->base.primitive == &cki_delayed_primitive && !call->function &&
                 call->places[0].value && !call->places[0].open;
    return known && cki_call_callable(call->places[0].value) ? call->places[0].value : NULL;
}

/* x.name(...): the method of that name, with x and the name before the arguments. */
static cask_delayed call_method(cki_build *build, cask_delayed x, cki_delayed_spec *spec,
                                cask_value **all)
{
    const cki_node *object = x->base.inputs[0];
    spec->method = true;
    spec->label = x->attribute;
    spec->function = cki_delayed_function(build->ck, "getattr", build->error);
    all[0] = spec->function ? cki_operation_wrap(object, build->error) : NULL;
    all[1] = all[0] ? cki_value_string(x->attribute, build->error) : NULL;
    spec->arguments.positional = all;
    spec->arguments.count += 2;
    cask_delayed made = all[1] ? cki_delayed_make(build, spec) : NULL;
    cask_value_unref(all[0]);
    cask_value_unref(all[1]);
    return made;
}

/* A delayed value that turns out to be a function: identity-like call of the value itself. */
static cask_delayed call_unknown(cki_build *build, cask_delayed x, cki_delayed_spec *spec,
                                 cask_value **all)
{
    spec->label = "apply";
    spec->function = cki_delayed_function(build->ck, "lambda f, *a, **k: f(*a, **k)", build->error);
    all[1] = spec->function ? cki_operation_wrap(&x->base, build->error) : NULL;
    spec->arguments.positional = all + 1;
    spec->arguments.count++;
    cask_delayed made = all[1] ? cki_delayed_make(build, spec) : NULL;
    cask_value_unref(all[1]);
    return made;
}

cask_delayed cki_delayed_call_of(cki_build *build, cask_delayed x, const cki_delayed_spec *how)
{
    cki_delayed_spec spec = *how;
    spec.function = known_function(x);
    if (spec.purity == CKI_UNSAID)
        spec.purity = x->call_purity;
    if (spec.outputs < 0)
        spec.outputs = x->call_outputs;
    if (spec.function) {
        const char *name = cki_call_name(spec.function), *dot = strrchr(name, '.');
        spec.label = dot ? dot + 1 : name;
        return cki_delayed_make(build, &spec);
    }
    cask_value **all = cki_memory_alloc((how->arguments.count + 2) * sizeof *all);
    if (!all) {
        cki_fail_memory(build->error, how->arguments.count * sizeof *all);
        return NULL;
    }
    for (size_t i = 0; i < how->arguments.count; i++)
        all[i + 2] = how->arguments.positional[i];
    cask_delayed made =
        x->attribute ? call_method(build, x, &spec, all) : call_unknown(build, x, &spec, all);
    cki_memory_free(all);
    return made;
}

/* What a call says of itself among its arguments: dask_key_name= and pure=. */
static cask_status take_options(const cki_arguments *given, cki_delayed_spec *spec,
                                const char **names, cask_value **named, cki_text *key,
                                cki_error *error)
{
    size_t kept = 0;
    for (size_t i = 0; i < given->nnamed; i++) {
        const char *name = given->names[i];
        cask_value *value = given->named[i];
        bool truth = false;
        if (strcmp(name, "dask_key_name") == 0 && value->kind != CKI_NONE) {
            cki_value_print(value, key);
            spec->key = key->bytes ? key->bytes : "";
        } else if (strcmp(name, "pure") == 0 && value->kind != CKI_NONE) {
            if (cki_value_truth(value, &truth, error) != CASK_OK)
                return error->status;
            spec->purity = truth ? CKI_PURE : CKI_IMPURE;
        } else if (strcmp(name, "pure") != 0 && strcmp(name, "dask_key_name") != 0) {
            names[kept] = name;
            named[kept++] = value;
        }
    }
    spec->arguments = (cki_arguments){given->positional, given->count, names, named, kept};
    return key->failed ? cki_fail_memory(error, key->length) : CASK_OK;
}

static cask_value *call(cask *ck, cask_value *function, const cki_arguments *arguments,
                        cki_error *error)
{
    cki_build build = build_in(ck, error);
    cki_delayed_spec spec = {.outputs = -1};
    cki_text key = {0};
    const char **names = cki_memory_alloc((arguments->nnamed + 1) * sizeof *names);
    cask_value **named = cki_memory_alloc((arguments->nnamed + 1) * sizeof *named);
    cask_delayed made = NULL;
    if (!names || !named)
        cki_fail_memory(error, arguments->nnamed * sizeof *names);
    else if (take_options(arguments, &spec, names, named, &key, error) == CASK_OK)
        made = cki_delayed_call_of(&build, cki_delayed_of(function), &spec);
    cki_memory_free(names);
    cki_memory_free(named);
    cki_text_free(&key);
    return wrap(&build, made);
}

/* ---- what is not known before computing ---- */

static int64_t length(cask *ck, cask_value *object, cki_error *error)
{
    int64_t outputs = cki_delayed_of(object)->outputs;
    (void)ck;
    if (outputs < 0)
        cki_fail(error, CASK_TYPE, NULL, "Delayed objects of unspecified length have no len()");
    return outputs;
}

static cask_value *items(cask *ck, cask_value *object, cki_error *error)
{
    int64_t outputs = cki_delayed_of(object)->outputs;
    if (outputs < 0) {
        cki_fail(error, CASK_TYPE, NULL, "Delayed objects of unspecified length are not iterable");
        return NULL;
    }
    cask_value *list = cki_value_list(CKI_LIST, (size_t)outputs, error);
    for (int64_t i = 0; list && i < outputs; i++) {
        cask_value *index = cki_value_int(i, error);
        list->as.list.items[i] = index ? item(ck, object, index, error) : NULL;
        cask_value_unref(index);
        if (!list->as.list.items[i]) {
            cask_value_unref(list);
            return NULL;
        }
    }
    return list;
}

static cask_status truth(cask *ck, cask_value *object, bool *is, cki_error *error)
{
    (void)ck, (void)object;
    *is = false;
    return cki_fail(error, CASK_TYPE, NULL, "Truth of Delayed objects is not supported");
}

const cki_syntax cki_delayed_syntax = {operate, attribute, item, call, length, items, truth, NULL};
