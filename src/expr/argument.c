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
