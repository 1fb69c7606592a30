/* Hashes of values for dicts and sets: equal values have equal hashes, over kinds of numbers. Not
 * for keeping: token.h has names that last. */
#include "core/patience.h"
#include "value/array.h"
#include "value/value.h"

#include <math.h>
#include <string.h>
#include <xxhash.h>

enum { DEEPEST = 1000 };

static uint64_t hash_integer(int64_t number)
{
    return (uint64_t)number ^ UINT64_C(0x51ED270B);
}

static uint64_t hash_real(double number)
{
    if (number >= -0x1p63 && number < 0x1p63 && number == floor(number))
        return hash_integer((int64_t)number);
    uint64_t bits;
    memcpy(&bits, &number, sizeof bits);
    return bits;
}

static uint64_t mix(uint64_t a, uint64_t b)
{
    return (a ^ b) * UINT64_C(0x9E3779B97F4A7C15) + (a >> 31);
}

static cask_status unhashable(const cask_value *value, cki_error *error)
{
    return cki_fail(error, CASK_TYPE, "TypeError", "unhashable type: '%s'", cki_value_type(value));
}

static cask_status hash_value(const cask_value *value, uint64_t *result, int depth,
                              cki_error *error);

static cask_status hash_tuple(const cask_value *tuple, uint64_t *result, int depth,
                              cki_error *error)
{
    if (depth > DEEPEST)
        return cki_fail(error, CASK_INVALID, "RecursionError",
                        "maximum recursion depth exceeded: a tuple nested more than %d deep",
                        DEEPEST);
    if (cki_patience_over()) /* one that holds another more than once */
        return cki_patience_check(error);
    uint64_t sum = mix(tuple->as.list.count, CKI_TUPLE);
    for (size_t i = 0; i < tuple->as.list.count; i++) {
        uint64_t item = 0;
        cask_status status = hash_value(tuple->as.list.items[i], &item, depth + 1, error);
        if (status != CASK_OK)
            return status;
        sum = mix(sum, item);
    }
    *result = sum;
    return CASK_OK;
}

static cask_status hash_array(const cask_value *value, uint64_t *result, int depth,
                              cki_error *error)
{
    const cki_array *array = value->as.array;
    if (array->ndim)
        return unhashable(value, error);
    if (cki_dtype_is_time(array->dtype) || array->dtype.id == CASK_U64) {
        int64_t number;
        memcpy(&number, array->data, sizeof number);
        *result = hash_integer(number);
        return CASK_OK;
    }
    cask_value *item = cki_array_item(array->dtype, array->data, error);
    if (!item)
        return CASK_MEMORY;
    cask_status status = hash_value(item, result, depth + 1, error);
    cask_value_unref(item);
    return status;
}

static uint64_t hash_range(const cask_value *range)
{
    int64_t length = 0;
    cki_value_length(range, &length, NULL);
    uint64_t sum = mix((uint64_t)length, CKI_RANGE);
    if (length > 0)
        sum = mix(sum, (uint64_t)range->as.range.start);
    return length > 1 ? mix(sum, (uint64_t)range->as.range.step) : sum;
}

static cask_status hash_value(const cask_value *value, uint64_t *result, int depth,
                              cki_error *error)
{
    switch ((cki_kind)value->kind) {
    case CKI_NONE:
    case CKI_ELLIPSIS:
        *result = mix(value->kind, 77);
        return CASK_OK;
    case CKI_BOOL:
        *result = hash_integer(value->as.boolean);
        return CASK_OK;
    case CKI_INT:
        *result = hash_integer(value->as.integer);
        return CASK_OK;
    case CKI_FLOAT:
        *result = hash_real(value->as.real);
        return CASK_OK;
    case CKI_COMPLEX:
        *result = hash_real(value->as.complex.re);
        if (value->as.complex.im != 0)
            *result = mix(*result, hash_real(value->as.complex.im));
        return CASK_OK;
    case CKI_STR:
    case CKI_BYTES:
        *result = XXH3_64bits(value->as.text.bytes, value->as.text.length) ^ value->kind;
        return CASK_OK;
    case CKI_TUPLE:
        return hash_tuple(value, result, depth, error);
    case CKI_RANGE:
        *result = hash_range(value);
        return CASK_OK;
    case CKI_DTYPE: {
        cki_dtype dtype = value->as.dtype;
        *result = mix(dtype.id,
                      (uint64_t)dtype.unit << 32 | (uint32_t)(dtype.count > 1 ? dtype.count : 0));
        return CASK_OK;
    }
    case CKI_ARRAY:
        return hash_array(value, result, depth, error);
    case CKI_OBJECT:
        *result = mix((uintptr_t)value->as.object.class, (uintptr_t)value->as.object.self);
        return CASK_OK;
    case CKI_LIST:
    case CKI_SET:
    case CKI_DICT:
    case CKI_SLICE:
        break;
    }
    return unhashable(value, error);
}

cask_status cki_value_hash(const cask_value *value, uint64_t *hash, cki_error *error)
{
    return hash_value(value, hash, 0, error);
}
