/* Attributes: methods and properties of Python's own kinds, members of modules, and for the rest
 * the host's. */
#include "eval/builtin.h"
#include "eval/operate.h"
#include "eval/scope.h"

#include <string.h>

static cask_value *property(cki_scope *scope, const cki_builtin *builtin, cask_value *object,
                            cki_error *error)
{
    cki_arguments none = {0};
    cki_call call = {
        .scope = scope, .builtin = builtin, .self = object, .arguments = &none, .error = error};
    return builtin->run(&call);
}

static cask_value *module_member(const cki_module *module, const char *name, cki_error *error)
{
    const cki_builtin *function = cki_function_find(module->functions, name);
    if (function)
        return cki_function_builtin(function, error);
    for (const cki_constant *at = module->constants; at && at->name; at++) {
        if (strcmp(at->name, name) == 0)
            return cki_value_float(at->value, error);
    }
    if (strcmp(name, "__name__") == 0)
        return cki_value_string(module->name, error);
    cki_fail(error, CASK_NOT_FOUND, "AttributeError", "module '%s' has no attribute '%s'",
             module->name, name);
    return NULL;
}

static cask_value *type_member(const cki_type *type, const char *name, cki_error *error)
{
    const cki_builtin *found = cki_function_find(type->statics, name);
    if (found)
        return cki_function_builtin(found, error);
    if ((found = cki_function_find(type->methods, name)))
        return cki_function_descriptor(found, error);
    if (strcmp(name, "__name__") == 0 || strcmp(name, "__qualname__") == 0) {
        const char *dot = strrchr(type->name, '.');
        return cki_value_string(dot ? dot + 1 : type->name, error);
    }
    if (strcmp(name, "__class__") == 0)
        return cki_function_type(cki_type_find("type"), error);
    cki_fail(error, CASK_NOT_FOUND, "AttributeError", "type object '%s' has no attribute '%s'",
             type->name, name);
    return NULL;
}

/* Methods of one kind that sit in the table of another. */
static const cki_builtin *find_method(const cki_type *type, const char *name)
{
    const cki_builtin *found = cki_function_find(type->methods, name);
    return found ? found : cki_function_find(type->statics, name);
}

static cask_value *own_member(cki_scope *scope, cask_value *object, const char *name,
                              cki_error *error)
{
    const cki_type *type = cki_type_of(object);
    const cki_builtin *found = type ? cki_function_find(type->properties, name) : NULL;
    if (found)
        return property(scope, found, object, error);
    if (type && (found = find_method(type, name)))
        return cki_function_method(found, object, error);
    if (strcmp(name, "__class__") == 0 && type)
        return cki_function_type(type, error);
    const char *called = cki_function_name(object);
    if (called && (strcmp(name, "__name__") == 0 || strcmp(name, "__qualname__") == 0))
        return cki_value_string(called, error);
    return NULL;
}

cask_value *cki_attribute_get(cki_scope *scope, cask_value *object, const char *name,
                              cki_error *error)
{
    const cki_module *module = cki_function_as_module(object);
    const cki_type *type = cki_function_as_type(object);
    if (module)
        return module_member(module, name, error);
    if (type)
        return type_member(type, name, error);
    cask_value *value = NULL;
    if (!cki_operate_is_host(object))
        value = own_member(scope, object, name, error);
    bool foreign = cki_operate_is_host(object) || (!value && object->kind == CKI_LIST);
    if (foreign && error->status == CASK_OK && scope->host.attribute)
        value = scope->host.attribute(scope->host.self, object, name, error);
    if (!value && error->status == CASK_OK)
        cki_fail(error, CASK_NOT_FOUND, "AttributeError", "'%s' object has no attribute '%s'",
                 cki_value_type(object), name);
    return value;
}
