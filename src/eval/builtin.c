/* Builtins: finding functions, types and modules by name. */
#include "eval/builtin.h"

#include <string.h>

static const cki_builtin *const tables[] = {cki_builtin_iterate, cki_builtin_number,
                                            cki_builtin_reflect};
static const cki_module *const modules[] = {&cki_math_module, &cki_operator_module,
                                            &cki_json_module};

enum { TABLES = sizeof tables / sizeof *tables, MODULES = sizeof modules / sizeof *modules };

cask_value *cki_builtin_name(const char *name, cki_error *error)
{
    for (size_t i = 0; i < TABLES; i++) {
        const cki_builtin *found = cki_function_find(tables[i], name);
        if (found)
            return cki_function_builtin(found, error);
    }
    const cki_type *type = cki_type_find(name);
    if (type && type->construct)
        return cki_function_type(type, error);
    for (size_t i = 0; i < MODULES; i++) {
        if (strcmp(modules[i]->name, name) == 0)
            return cki_function_module(modules[i], error);
    }
    return NULL;
}

const char *cki_builtin_nth(size_t n)
{
    for (size_t i = 0; i < TABLES; i++) {
        for (const cki_builtin *at = tables[i]; at->name; at++) {
            if (n-- == 0)
                return at->name;
        }
    }
    for (const cki_type *at = cki_type_all; at->name; at++) {
        if (at->construct && n-- == 0)
            return at->name;
    }
    return n < MODULES ? modules[n]->name : NULL;
}
