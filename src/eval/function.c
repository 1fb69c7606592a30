/* Functions: the values that stand for builtins, types and modules, and calling any of them. */
#include "eval/function.h"
#include "core/memory.h"
#include "eval/builtin.h"
#include "eval/getter.h"
#include "eval/lambda.h"
#include "eval/scope.h"

#include <stdarg.h>
#include <string.h>

/* A method bound to its object. */
typedef struct method {
    const cki_builtin *builtin;
    cask_value *self;
} method;

static void release_method(void *self)
{
    method *bound = self;
    cask_value_unref(bound->self);
    cki_memory_free(bound);
}

static void repr_builtin(void *self, cki_text *text)
{
    const cki_builtin *builtin = self;
    cki_text_format(text, "<built-in function %s>", builtin->name);
}

static void repr_method(void *self, cki_text *text)
{
    const method *bound = self;
    cki_text_format(text, "<built-in method %s of %s object>", bound->builtin->name,
                    cki_value_type(bound->self));
}

static void repr_descriptor(void *self, cki_text *text)
{
    const cki_builtin *builtin = self;
    cki_text_format(text, "<method '%s' of '%s' objects>", builtin->name, builtin->owner);
}

static void repr_type(void *self, cki_text *text)
{
    const cki_type *type = self;
    cki_text_format(text, "<class '%s'>", type->name);
}

static void repr_module(void *self, cki_text *text)
{
    const cki_module *module = self;
    cki_text_format(text, "<module '%s' (built-in)>", module->name);
}

static const cki_class builtin_class = {"builtin_function_or_method", NULL, repr_builtin, NULL};
static const cki_class method_class = {"builtin_function_or_method", release_method, repr_method,
                                       NULL};
static const cki_class descriptor_class = {"method_descriptor", NULL, repr_descriptor, NULL};
static const cki_class type_class = {"type", NULL, repr_type, NULL};
static const cki_class module_class = {"module", NULL, repr_module, NULL};

/* Static records are never written to; values hold plain pointers. */
static void *unconst(const void *record)
{
    return (void *)(uintptr_t)record;
}

cask_value *cki_function_builtin(const cki_builtin *builtin, cki_error *error)
{
    return cki_value_object(&builtin_class, unconst(builtin), error);
}

cask_value *cki_function_descriptor(const cki_builtin *builtin, cki_error *error)
{
    return cki_value_object(&descriptor_class, unconst(builtin), error);
}

cask_value *cki_function_type(const cki_type *type, cki_error *error)
{
    return cki_value_object(&type_class, unconst(type), error);
}

cask_value *cki_function_module(const cki_module *module, cki_error *error)
{
    return cki_value_object(&module_class, unconst(module), error);
}

cask_value *cki_function_method(const cki_builtin *builtin, cask_value *self, cki_error *error)
{
    method *bound = cki_memory_alloc(sizeof *bound);
    if (!bound) {
        cki_fail_memory(error, sizeof *bound);
        return NULL;
    }
    *bound = (method){builtin, cask_value_ref(self)};
    return cki_value_object(&method_class, bound, error);
}

const cki_type *cki_function_as_type(const cask_value *value)
{
    return cki_value_self(value, &type_class);
}

const cki_module *cki_function_as_module(const cask_value *value)
{
    return cki_value_self(value, &module_class);
}

bool cki_function_is_own(const cask_value *value)
{
    if (value->kind != CKI_OBJECT)
        return false;
    const cki_class *class = value->as.object.class;
    return class == &builtin_class || class == &method_class || class == &descriptor_class ||
           class == &type_class || class == &module_class || cki_lambda_is(value) ||
           cki_getter_is(value);
}

bool cki_function_same(const cask_value *a, const cask_value *b)
{
    if (a->kind != CKI_OBJECT || b->kind != CKI_OBJECT || a->as.object.class != b->as.object.class)
        return false;
    const method *left = cki_value_self(a, &method_class),
                 *right = cki_value_self(b, &method_class);
    if (left && right)
        return left->builtin == right->builtin && left->self == right->self;
    return a->as.object.self == b->as.object.self;
}

const char *cki_function_name(const cask_value *value)
{
    if (value->kind != CKI_OBJECT)
        return NULL;
    const cki_class *class = value->as.object.class;
    if (class == &builtin_class || class == &descriptor_class)
        return ((const cki_builtin *)value->as.object.self)->name;
    if (class == &method_class)
        return ((const method *)value->as.object.self)->builtin->name;
    if (class == &type_class)
        return ((const cki_type *)value->as.object.self)->name;
    if (class == &module_class)
        return ((const cki_module *)value->as.object.self)->name;
    if (cki_lambda_is(value))
        return "<lambda>";
    return class->called ? class->called(value->as.object.self) : NULL;
}

const char *cki_function_owner(const cask_value *value)
{
    const cki_builtin *builtin = cki_value_self(value, &builtin_class);
    return builtin ? builtin->owner : NULL;
}

const cki_builtin *cki_function_find(const cki_builtin *table, const char *name)
{
    for (; table && table->name; table++) {
        if (strcmp(table->name, name) == 0)
            return table;
    }
    return NULL;
}

const char *cki_eval_function_text(const cask_value *function)
{
    if (cki_lambda_is(function))
        return cki_lambda_text(function);
    return cki_function_is_own(function) ? cki_function_name(function) : NULL;
}

bool cki_eval_callable(const cask_value *value)
{
    if (value->kind != CKI_OBJECT)
        return false;
    if (cki_function_is_own(value))
        return value->as.object.class != &module_class;
    /* the host's functions say so by the name of their class */
    static const char *const names[] = {
        "function",    "builtin_function_or_method", "method",  "type",   "ufunc",
        "numpy.ufunc", "method_descriptor",          "Delayed", "gufunc", "literal"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(value->as.object.class->name, names[i]) == 0)
            return true;
    }
    return false;
}

static cask_value *run(cki_scope *scope, const cki_builtin *builtin, cask_value *self,
                       const cki_arguments *arguments, cki_error *error)
{
    cki_call call = {
        .scope = scope, .builtin = builtin, .self = self, .arguments = arguments, .error = error};
    if (builtin->parameters && !cki_function_bind(&call))
        return NULL;
    return builtin->run(&call);
}

/* str.upper('a'): the first argument is the object. */
static cask_value *run_descriptor(cki_scope *scope, const cki_builtin *builtin,
                                  const cki_arguments *arguments, cki_error *error)
{
    const cki_type *type = cki_type_find(builtin->owner);
    if (arguments->count == 0) {
        cki_fail(error, CASK_TYPE, NULL, "unbound method %s.%s() needs an argument", builtin->owner,
                 builtin->name);
        return NULL;
    }
    cask_value *self = arguments->positional[0];
    if (type && !cki_type_has(type, self)) {
        cki_fail(error, CASK_TYPE, NULL,
                 "descriptor '%s' for '%s' objects doesn't apply to a '%s' object", builtin->name,
                 builtin->owner, cki_value_type(self));
        return NULL;
    }
    cki_arguments rest = *arguments;
    rest.positional++;
    rest.count--;
    return run(scope, builtin, self, &rest, error);
}

static cask_value *run_type(cki_scope *scope, const cki_type *type, const cki_arguments *arguments,
                            cki_error *error)
{
    if (!type->construct) {
        cki_fail(error, CASK_TYPE, NULL, "cannot create '%s' instances", type->name);
        return NULL;
    }
    cki_builtin builtin = {type->name, type->construct, type->parameters, NULL};
    return run(scope, &builtin, NULL, arguments, error);
}

static cask_value *run_host(cki_scope *scope, cask_value *function, const cki_arguments *arguments,
                            cki_error *error)
{
    cask_value *value = NULL;
    if (scope->host.call && (function->kind == CKI_OBJECT || function->kind == CKI_DTYPE ||
                             function->kind == CKI_ARRAY))
        value = scope->host.call(scope->host.self, function, arguments, error);
    if (!value && error->status == CASK_OK)
        cki_fail(error, CASK_TYPE, NULL, "'%s' object is not callable", cki_value_type(function));
    return value;
}

cask_value *cki_function_call(cki_scope *scope, cask_value *function,
                              const cki_arguments *arguments, cki_error *error)
{
    if (function->kind != CKI_OBJECT)
        return run_host(scope, function, arguments, error);
    const cki_class *class = function->as.object.class;
    void *self = function->as.object.self;
    cask_value *value;
    if (!cki_interpret_enter(error))
        return NULL;
    if (class == &builtin_class)
        value = run(scope, self, NULL, arguments, error);
    else if (class == &method_class)
        value = run(scope, ((method *)self)->builtin, ((method *)self)->self, arguments, error);
    else if (class == &descriptor_class)
        value = run_descriptor(scope, self, arguments, error);
    else if (class == &type_class)
        value = run_type(scope, self, arguments, error);
    else if (cki_lambda_is(function))
        value = cki_lambda_call(scope, function, arguments, error);
    else if (cki_getter_is(function))
        value = cki_getter_call(scope, function, arguments, error);
    else
        value = run_host(scope, function, arguments, error);
    cki_interpret_exit();
    return value;
}

cask_value *cki_function_call1(cki_scope *scope, cask_value *function, cask_value *a,
                               cki_error *error)
{
    return cki_function_call(scope, function, &(cki_arguments){.positional = &a, .count = 1},
                             error);
}
