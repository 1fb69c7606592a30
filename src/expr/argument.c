/* Arguments: from how C programs give them to values. */
#include "expr/argument.h"

const cki_node *cki_argument_node(const cask_argument *argument)
{
    if (argument->kind != CASK_ARGUMENT_DEFAULT)
        return NULL;
    return argument->array ? cki_argument_array(argument->array)
                           : cki_argument_delayed(argument->delayed);
}

cask_value *cki_argument_value(const cask_argument *argument, cki_error *error)
{
    switch (argument->kind) {
    case CASK_ARGUMENT_BOOL:
        return cki_value_bool(argument->integer != 0);
    case CASK_ARGUMENT_INT:
        return cki_value_int(argument->integer, error);
    case CASK_ARGUMENT_FLOAT:
        return cki_value_float(argument->real, error);
    case CASK_ARGUMENT_TEXT:
        return argument->text ? cki_value_string(argument->text, error) : cki_value_none();
    case CASK_ARGUMENT_DEFAULT:
        break;
    }
    const cki_node *node = cki_argument_node(argument);
    if (node)
        return cki_operation_wrap(node, error);
    if (argument->value)
        return cask_value_ref(argument->value);
    if (!argument->future)
        return cki_value_none();
    cki_fail(error, CASK_TYPE, NULL,
             "a future is no argument of what is computed later: pass it to cask_submit, or its "
             "result (cask_future_result) here");
    return NULL;
}

/* ---- containers ---- */

static cask_value *sequence(cki_kind kind, cask_arguments given)
{
    cki_error error = {0};
    bool good = given.count == 0 || given.items;
    cask_value *list = good ? cki_value_list(kind, given.count, &error) : NULL;
    for (size_t i = 0; list && i < given.count; i++) {
        const cask_argument *one = &given.items[i];
        cask_value *item = cki_argument_node(one) ? NULL : cki_argument_value(one, &error);
        good = good && item;
        list->as.list.items[i] = item ? item : cki_value_none();
    }
    if (good)
        return list;
    cask_value_unref(list);
    return NULL;
}

cask_value *cask_value_list(cask_arguments items)
{
    return sequence(CKI_LIST, items);
}

cask_value *cask_value_tuple(cask_arguments items)
{
    return sequence(CKI_TUPLE, items);
}

cask_value *cask_value_dict(cask_arguments pairs)
{
    cki_error error = {0};
    cask_value *all = pairs.count % 2 == 0 ? sequence(CKI_LIST, pairs) : NULL;
    cask_value *dict = all ? cki_value_dict(&error) : NULL;
    for (size_t i = 0; dict && i + 1 < pairs.count && error.status == CASK_OK; i += 2)
        cki_value_dict_set(dict, cask_value_ref(all->as.list.items[i]),
                           cask_value_ref(all->as.list.items[i + 1]), &error);
    cask_value_unref(all);
    if (error.status == CASK_OK)
        return dict;
    cask_value_unref(dict);
    return NULL;
}
