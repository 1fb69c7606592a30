/* Lifting: computed values that are no arrays have a collection's operations by becoming it. */
#include "lang/lift.h"
#include "core/memory.h"
#include "expr/collection.h"
#include "value/array.h"

#include <string.h>

/* What an operation means with the arguments, as the collection of one of them says; NULL: as its
 * record does. */
static const cki_syntax *apply_of(const cki_arguments *arguments)
{
    for (size_t i = 0; i < arguments->count; i++) {
        cask_value *const *items = &arguments->positional[i];
        const cask_value *value = *items;
        size_t count = value ? 1 : 0;
        if (value && (value->kind == CKI_LIST || value->kind == CKI_TUPLE)) {
            items = value->as.list.items;
            count = value->as.list.count;
        }
        for (size_t k = 0; k < count; k++) {
            const cki_node *node = cki_operation_node(items[k]);
            if (node && node->collection->syntax && node->collection->syntax->apply)
                return node->collection->syntax;
        }
    }
    return NULL;
}

bool cki_lift_is_object(const cask_value *value)
{
    return value && value->kind == CKI_OBJECT && !cki_operation_node(value);
}

const cki_operation *cki_lift_class(const cki_session *session, const cask_value *object,
                                    const char *name, cki_error *error)
{
    cki_text full = {0};
    const char *type = cki_array_of(object) ? "numpy.ndarray" : cki_value_type(object);
    cki_text_format(&full, "%s.%s", type, name); /* NumPy's scalars are arrays without axes */
    const cki_operation *operation = NULL;
    if (full.failed)
        cki_fail_memory(error, strlen(name));
    else
        operation = cki_operation_find(session->ck, full.bytes, CKI_ARRAY_PROTOCOL);
    cki_text_free(&full);
    return operation;
}

cask_value *cki_lift_value(cki_session *session, cask_value *value, cki_error *error)
{
    const cki_operation *lift =
        cki_lift_is_object(value) ? cki_lift_class(session, value, "__lazy__", error) : NULL;
    const cki_arguments only = {.positional = &value, .count = 1};
    if (lift)
        return cki_operation_call(session->ck, lift, &only, error);
    return value && error->status == CASK_OK ? cask_value_ref(value) : NULL;
}

static bool has_objects(const cki_arguments *arguments)
{
    bool has = false;
    for (size_t i = 0; i < arguments->count && !has; i++)
        has = cki_lift_is_object(arguments->positional[i]);
    return has;
}

cask_value *cki_lift_run(cki_session *session, const cki_operation *operation,
                         const cki_arguments *arguments, cki_error *error)
{
    cki_arguments all = *arguments;
    cask_value **values = NULL, *result = NULL;
    size_t made = 0;
    const unsigned kinds = CKI_IN_DA | CKI_IN_NP | CKI_ARRAY_METHOD | CKI_ARRAY_ATTRIBUTE;
    const bool arrays = operation->places & kinds;
    if (arrays && has_objects(arguments)) {
        values = (cask_value **)cki_memory_calloc(arguments->count, sizeof *values);
        if (!values) {
            cki_fail_memory(error, arguments->count * sizeof *values);
            return NULL;
        }
        for (; made < arguments->count && error->status == CASK_OK; made++)
            values[made] = cki_lift_value(session, arguments->positional[made], error);
        all.positional = values;
    }
    if (error->status == CASK_OK) {
        const cki_syntax *own = apply_of(&all);
        result = own ? own->apply(session->ck, operation, &all, error)
                     : cki_operation_call(session->ck, operation, &all, error);
    }
    while (made)
        cask_value_unref(values[--made]);
    cki_memory_free((void *)values);
    return result;
}
