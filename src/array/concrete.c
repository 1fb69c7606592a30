/* What only arrays in memory have, as methods of the language: tolist, item.
 */
#include "array/concrete.h"

#include "value/array.h"

static cask_value *run_tolist(cki_call *call)
{
    return cki_array_tolist(cki_array_of(call->arguments[0]), call->error);
}

static cask_value *run_item(cki_call *call)
{
    const cki_array *array = cki_array_of(call->arguments[0]);
    int64_t count = 1;
    for (int k = 0; k < array->ndim; k++)
        count *= array->shape[k];
    if (count != 1) {
        cki_fail(call->error, CASK_INVALID, "ValueError",
                 "can only convert an array of size 1 to a Python scalar");
        return NULL;
    }
    cask_value *list = cki_array_tolist(array, call->error);
    while (list && list->kind == CKI_LIST) {
        cask_value *inner = cask_value_ref(list->as.list.items[0]);
        cask_value_unref(list);
        list = inner;
    }
    return list;
}

static const cki_operation op_tolist = {"numpy.ndarray.tolist",
                                        CKI_ARRAY_PROTOCOL,
                                        "x",
                                        "The elements as nested lists of Python's numbers.",
                                        run_tolist,
                                        NULL};
static const cki_operation op_item = {"numpy.ndarray.item",
                                      CKI_ARRAY_PROTOCOL,
                                      "x",
                                      "The only element as Python's number.",
                                      run_item,
                                      NULL};

const cki_operation *const cki_concrete_operations[] = {&op_tolist, &op_item, NULL};
