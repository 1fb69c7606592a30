/* Arrays in memory as Python's own values: tolist() and item(). */
#include "array/listing.h"

#include "array/node.h"

static cask_value *run_tolist(cki_call *call)
{
    return cki_array_tolist(cki_array_of(call->arguments[0]), call->error);
}

/* The number of an element in C order, from NumPy's forms: none, one number, or one an axis. */
static cask_status find_element(const cki_array *array, const cask_value *given, int64_t *number,
                                cki_error *error)
{
    int64_t all = cki_array_size(array);
    size_t count = given->as.list.count;
    if (count == 0 && all != 1)
        return cki_fail(error, CASK_INVALID, "ValueError",
                        "can only convert an array of size 1 to a Python scalar");
    if (count > 1 && count != (size_t)array->ndim)
        return cki_fail(error, CASK_INVALID, "ValueError", "incorrect number of indices for array");
    *number = 0;
    for (size_t k = 0; k < count; k++) {
        int64_t length = count == 1 ? all : array->shape[k], index;
        if (cki_value_index(given->as.list.items[k], &index, error) != CASK_OK)
            return error->status;
        if (index < -length || index >= length)
            return cki_fail(error, CASK_INDEX, "IndexError",
                            "index %lld is out of bounds for axis %zu with size %lld",
                            (long long)index, k, (long long)length);
        *number = *number * length + (index < 0 ? index + length : index);
    }
    return CASK_OK;
}

static cask_value *run_item(cki_call *call)
{
    const cki_array *array = cki_array_of(call->arguments[0]);
    int64_t number = 0;
    if (find_element(array, call->arguments[1], &number, call->error) != CASK_OK)
        return NULL;
    const unsigned char *at = array->data;
    for (int k = array->ndim - 1; k >= 0; k--) {
        at += number % array->shape[k] * array->strides[k];
        number /= array->shape[k];
    }
    return cki_array_item(array->dtype, at, call->error);
}

static const cki_operation tolist = {"numpy.ndarray.tolist",
                                     CKI_ARRAY_PROTOCOL,
                                     "x",
                                     "The elements in lists, one list an axis.",
                                     run_tolist,
                                     NULL};
static const cki_operation item = {"numpy.ndarray.item",
                                   CKI_ARRAY_PROTOCOL,
                                   "x, *args",
                                   "One element as a Python value.",
                                   run_item,
                                   NULL};

const cki_operation *const cki_listing_operations[] = {&tolist, &item, NULL};
