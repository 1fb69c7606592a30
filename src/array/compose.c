/* Composing: keeping values on the way, and calling operations by name. */
#include "array/compose.h"
#include "array/index.h"
#include "array/pick.h"

cask_value *cki_compose_keep(cki_compose *steps, cask_value *value)
{
    if (value && steps->count == CKI_COMPOSE_VALUES) {
        cask_value_unref(value);
        cki_fail_internal(steps->build->error, "an operation made of too many others");
        return NULL;
    }
    if (value)
        steps->made[steps->count++] = value;
    return value;
}

cask_value *cki_compose_int(cki_compose *steps, int64_t number)
{
    return cki_compose_keep(steps, cki_value_int(number, steps->build->error));
}

cask_value *cki_compose_float(cki_compose *steps, double number)
{
    return cki_compose_keep(steps, cki_value_float(number, steps->build->error));
}

cask_value *cki_compose_bool(cki_compose *steps, bool truth)
{
    return cki_compose_keep(steps, cki_value_bool(truth));
}

cask_value *cki_compose_text(cki_compose *steps, const char *text)
{
    return cki_compose_keep(steps, cki_value_string(text, steps->build->error));
}

cask_value *cki_compose_array(cki_compose *steps, cask_array x)
{
    return cki_compose_keep(steps, cki_node_value(steps->build, x));
}

cask_value *cki_compose_range(cki_compose *steps, cask_value *x, int axis, int64_t start,
                              int64_t stop)
{
    cask_array array = cki_compose_lazy(steps, x);
    return array ? cki_compose_array(steps, cki_index_range(steps->build, array, axis, start, stop))
                 : NULL;
}

static cask_value *call(cki_compose *steps, const char *name, const cki_arguments *arguments)
{
    cask *ck = steps->build->ck;
    const cki_operation *operation = cki_operation_find(ck, name, CKI_IN_DA | CKI_IN_NP);
    for (size_t i = 0; i < arguments->count; i++)
        if (!arguments->positional[i])
            return NULL;
    if (steps->build->error->status != CASK_OK)
        return NULL;
    if (!operation) {
        cki_fail_internal(steps->build->error, name);
        return NULL;
    }
    return cki_compose_keep(steps,
                            cki_operation_call(ck, operation, arguments, steps->build->error));
}

cask_value *cki_compose_call(cki_compose *steps, const char *operation, cask_value *a,
                             cask_value *b, cask_value *c, cask_value *d)
{
    cask_value *const all[] = {a, b, c, d};
    cki_arguments arguments = {.positional = all, .count = d ? 4 : c ? 3 : b ? 2 : 1};
    return call(steps, operation, &arguments);
}

cask_value *cki_compose_named(cki_compose *steps, const char *operation, cask_value *a,
                              cask_value *b, const char *name, cask_value *value)
{
    cask_value *const all[] = {a, b};
    cki_arguments arguments = {all, b ? 2 : 1, &name, &value, 1};
    return value ? call(steps, operation, &arguments) : NULL;
}

cask_value *cki_compose_item(cki_compose *steps, const cask_value *list, size_t i)
{
    bool has =
        list && (list->kind == CKI_TUPLE || list->kind == CKI_LIST) && i < list->as.list.count;
    return has ? cki_compose_keep(steps, cask_value_ref(list->as.list.items[i])) : NULL;
}

cask_array cki_compose_lazy(cki_compose *steps, cask_value *value)
{
    return value ? cki_node_from_value(steps->build, value) : NULL;
}

cask_value *cki_compose_drop(cki_compose *steps, cask_value *result)
{
    cask_value *kept = steps->build->error->status == CASK_OK ? cask_value_ref(result) : NULL;
    while (steps->count)
        cask_value_unref(steps->made[--steps->count]);
    return kept;
}
