/* What every value answers: its type's name, truth, length, items, and itself as a number. */
#include "core/map.h"
#include "value/array.h"
#include "value/value.h"

#include <complex.h>
#undef complex /* a field of values has that name */
#include <stdatomic.h>
#include <string.h>

const char *cki_value_type(const cask_value *value)
{
    static const char *const names[] = {[CKI_NONE] = "NoneType",     [CKI_BOOL] = "bool",
                                        [CKI_INT] = "int",           [CKI_FLOAT] = "float",
                                        [CKI_COMPLEX] = "complex",   [CKI_STR] = "str",
                                        [CKI_BYTES] = "bytes",       [CKI_LIST] = "list",
                                        [CKI_TUPLE] = "tuple",       [CKI_SET] = "set",
                                        [CKI_DICT] = "dict",         [CKI_SLICE] = "slice",
                                        [CKI_ELLIPSIS] = "ellipsis", [CKI_RANGE] = "range",
                                        [CKI_DTYPE] = "numpy.dtype", [CKI_ARRAY] = "numpy.ndarray",
                                        [CKI_OBJECT] = "object"};
    static const char *const scalars[CASK_DTYPE_COUNT] = {
#define SCALAR(NAME, suffix, type, text) [CASK_##NAME] = "numpy." text,
        CASK_DTYPES(SCALAR)
#undef SCALAR
    };
    if (value->kind == CKI_OBJECT)
        return value->as.object.class->name;
    if (value->kind == CKI_ARRAY && !value->as.array->ndim) {
        uint8_t id = value->as.array->dtype.id;
        return id == CASK_BOOL    ? "numpy.bool_"
               : id == CASK_STR   ? "numpy.str_"
               : id == CASK_BYTES ? "numpy.bytes_"
                                  : scalars[id];
    }
    return names[value->kind];
}

static cask_status array_truth(const cki_array *array, bool *truth, cki_error *error)
{
    int64_t size = cki_array_size(array);
    *truth = false;
    if (!size)
        return CASK_OK; /* NumPy 1.24 still calls an empty array false */
    if (size > 1)
        return cki_fail(error, CASK_INVALID, "ValueError",
                        "The truth value of an array with more than one element is ambiguous. Use "
                        "a.any() or a.all()");
    cask_value *item = cki_array_item(array->dtype, array->data, error);
    if (!item)
        return CASK_MEMORY;
    if (item->kind == CKI_ARRAY) { /* a date: true unless 0 */
        int64_t number;
        memcpy(&number, array->data, sizeof number);
        *truth = number != 0;
    } else {
        cki_value_truth(item, truth, NULL);
    }
    cask_value_unref(item);
    return CASK_OK;
}

cask_status cki_value_truth(const cask_value *value, bool *truth, cki_error *error)
{
    *truth = true;
    switch ((cki_kind)value->kind) {
    case CKI_NONE:
        *truth = false;
        break;
    case CKI_BOOL:
        *truth = value->as.boolean;
        break;
    case CKI_INT:
        *truth = value->as.integer != 0;
        break;
    case CKI_FLOAT:
        *truth = value->as.real != 0;
        break;
    case CKI_COMPLEX:
        *truth = value->as.complex.re != 0 || value->as.complex.im != 0;
        break;
    case CKI_STR:
    case CKI_BYTES:
        *truth = value->as.text.length != 0;
        break;
    case CKI_LIST:
    case CKI_TUPLE:
    case CKI_SET:
        *truth = value->as.list.count != 0;
        break;
    case CKI_DICT:
        *truth = value->as.dict.count != 0;
        break;
    case CKI_RANGE: {
        int64_t length = 0;
        cki_value_length(value, &length, NULL);
        *truth = length != 0;
        break;
    }
    case CKI_ARRAY:
        return array_truth(value->as.array, truth, error);
    case CKI_SLICE:
    case CKI_ELLIPSIS:
    case CKI_DTYPE:
    case CKI_OBJECT:
        break;
    }
    return CASK_OK;
}

/* Numbers in a range; INT64_MAX where there are more. */
static int64_t range_length(int64_t start, int64_t stop, int64_t step)
{
    if (step > 0 ? start >= stop : start <= stop)
        return 0;
    uint64_t span = step > 0 ? (uint64_t)stop - (uint64_t)start : (uint64_t)start - (uint64_t)stop;
    uint64_t by = step > 0 ? (uint64_t)step : -(uint64_t)step;
    uint64_t count = (span - 1) / by + 1;
    return count > INT64_MAX ? INT64_MAX : (int64_t)count;
}

cask_status cki_value_length(const cask_value *value, int64_t *length, cki_error *error)
{
    *length = 0;
    switch ((cki_kind)value->kind) {
    case CKI_STR:
        *length = (int64_t)cki_text_codes(value->as.text.bytes, value->as.text.length);
        return CASK_OK;
    case CKI_BYTES:
        *length = (int64_t)value->as.text.length;
        return CASK_OK;
    case CKI_LIST:
    case CKI_TUPLE:
    case CKI_SET:
        *length = (int64_t)value->as.list.count;
        return CASK_OK;
    case CKI_DICT:
        *length = (int64_t)value->as.dict.count;
        return CASK_OK;
    case CKI_RANGE:
        *length = range_length(value->as.range.start, value->as.range.stop, value->as.range.step);
        return CASK_OK;
    case CKI_ARRAY:
        if (!value->as.array->ndim)
            return cki_fail(error, CASK_TYPE, "TypeError", "len() of unsized object");
        *length = value->as.array->shape[0];
        return CASK_OK;
    case CKI_NONE:
    case CKI_BOOL:
    case CKI_INT:
    case CKI_FLOAT:
    case CKI_COMPLEX:
    case CKI_SLICE:
    case CKI_ELLIPSIS:
    case CKI_DTYPE:
    case CKI_OBJECT:
        break;
    }
    return cki_fail(error, CASK_TYPE, "TypeError", "object of type '%s' has no len()",
                    cki_value_type(value));
}

static bool is_iterable(const cask_value *value, cki_error *error)
{
    int64_t length;
    if (value->kind == CKI_ARRAY && !value->as.array->ndim) {
        cki_fail(error, CASK_TYPE, "TypeError", "iteration over a 0-d array");
        return false;
    }
    if (cki_value_length(value, &length, NULL) == CASK_OK)
        return true;
    cki_fail(error, CASK_TYPE, "TypeError", "'%s' object is not iterable", cki_value_type(value));
    return false;
}

static cask_value *row(const cki_array *array, int64_t i, cki_error *error)
{
    return cki_array_view(array->buffer, array->data + i * array->strides[0], array->dtype,
                          array->ndim - 1, array->shape + 1, array->strides + 1, error);
}

static cask_value *character(const cask_value *text, int64_t i, cki_error *error)
{
    const char *bytes = text->as.text.bytes;
    size_t length = text->as.text.length, at = 0, start = 0;
    for (int64_t k = 0; k <= i && at < length; k++) {
        start = at;
        (void)cki_text_decode(bytes, length, &at);
    }
    return cki_value_str(bytes + start, at - start, error);
}

cask_value *cki_value_item(const cask_value *value, int64_t i, cki_error *error)
{
    int64_t length;
    if (!is_iterable(value, error) || cki_value_length(value, &length, error) != CASK_OK)
        return NULL;
    if (i < 0 || i >= length) {
        cki_fail(error, CASK_INDEX, NULL, "%s index out of range", cki_value_type(value));
        return NULL;
    }
    if (value->kind == CKI_STR)
        return character(value, i, error);
    if (value->kind == CKI_BYTES)
        return cki_value_int((unsigned char)value->as.text.bytes[i], error);
    if (value->kind == CKI_RANGE)
        return cki_value_int((int64_t)((uint64_t)value->as.range.start +
                                       (uint64_t)i * (uint64_t)value->as.range.step),
                             error);
    if (value->kind == CKI_ARRAY)
        return row(value->as.array, i, error);
    return cask_value_ref(value->kind == CKI_DICT ? value->as.dict.keys[i]
                                                  : value->as.list.items[i]);
}

static cask_value *characters(const cask_value *text, size_t count, cki_error *error)
{
    cask_value *list = cki_value_list(CKI_LIST, count, error);
    size_t at = 0;
    for (size_t i = 0; list && i < count; i++) {
        size_t start = at;
        (void)cki_text_decode(text->as.text.bytes, text->as.text.length, &at);
        list->as.list.items[i] = cki_value_str(text->as.text.bytes + start, at - start, error);
        if (!list->as.list.items[i]) {
            cask_value_unref(list);
            return NULL;
        }
    }
    return list;
}

cask_value *cki_value_items(const cask_value *value, cki_error *error)
{
    int64_t length;
    if (!is_iterable(value, error) || cki_value_length(value, &length, error) != CASK_OK)
        return NULL;
    if (value->kind == CKI_STR)
        return characters(value, (size_t)length, error);
    cask_value *list = cki_value_list(CKI_LIST, (size_t)length, error);
    for (int64_t i = 0; list && i < length; i++) {
        list->as.list.items[i] = cki_value_item(value, i, error);
        if (!list->as.list.items[i]) {
            cask_value_unref(list);
            return NULL;
        }
    }
    return list;
}

/* The Python value of an array of one element; NULL (without error) for others. */
static cask_value *lone_item(const cask_value *value)
{
    const cki_array *array = cki_array_of(value);
    if (!array || cki_array_size(array) != 1)
        return NULL;
    return cki_array_item(array->dtype, array->data, NULL);
}

cask_status cki_value_index(const cask_value *value, int64_t *number, cki_error *error)
{
    cask_value *item = lone_item(value);
    const cask_value *plain = item ? item : value;
    bool is_int = plain->kind == CKI_INT || (plain->kind == CKI_BOOL && !item);
    if (is_int)
        *number = plain->kind == CKI_INT ? plain->as.integer : plain->as.boolean;
    cask_value_unref(item);
    if (is_int)
        return CASK_OK;
    if (value->kind == CKI_ARRAY && value->as.array->ndim)
        return cki_fail(error, CASK_TYPE, "TypeError",
                        "only integer scalar arrays can be converted to a scalar index");
    return cki_fail(error, CASK_TYPE, "TypeError",
                    "'%s' object cannot be interpreted as an integer", cki_value_type(value));
}

cask_status cki_value_real(const cask_value *value, double *number, cki_error *error)
{
    cask_value *item = lone_item(value);
    const cask_value *plain = item ? item : value;
    bool real = true;
    if (plain->kind == CKI_FLOAT)
        *number = plain->as.real;
    else if (plain->kind == CKI_INT)
        *number = (double)plain->as.integer;
    else if (plain->kind == CKI_BOOL)
        *number = plain->as.boolean;
    else
        real = false;
    cask_value_unref(item);
    if (real)
        return CASK_OK;
    if (value->kind == CKI_ARRAY && cki_array_size(value->as.array) != 1)
        return cki_fail(error, CASK_TYPE, "TypeError",
                        "only size-1 arrays can be converted to Python scalars");
    return cki_fail(error, CASK_TYPE, "TypeError", "must be real number, not %s",
                    cki_value_type(value));
}

static void integer_operand(cki_operand *operand, int64_t number)
{
    operand->negative = number < 0;
    operand->magnitude = number < 0 ? -(uint64_t)number : (uint64_t)number;
    operand->real = (double)number;
}

/* A NumPy scalar: its own dtype, and its value. */
static cask_status array_operand(const cki_array *array, cki_operand *operand, cki_error *error)
{
    *operand = (cki_operand){.dtype = array->dtype, .scalar = array->ndim == 0};
    if (array->ndim || !cki_dtype_is_number(array->dtype))
        return CASK_OK;
    if (cki_dtype_is_integer(array->dtype)) {
        bool wide = array->dtype.id == CASK_U64;
        int64_t number = 0;
        cask_status status = cki_array_cast_element(cki_dtype_of(CASK_I64), &number, array->dtype,
                                                    array->data, error);
        integer_operand(operand, number);
        if (wide) { /* the bits of a uint64 came through unchanged */
            operand->negative = false;
            operand->magnitude = (uint64_t)number;
        }
        return status;
    }
    double _Complex value = 0;
    cask_status status =
        cki_array_cast_element(cki_dtype_of(CASK_C128), &value, array->dtype, array->data, error);
    operand->real = creal(value);
    operand->imaginary = cimag(value);
    return status;
}

cask_status cki_value_operand(const cask_value *value, cki_operand *operand, cki_error *error)
{
    *operand = (cki_operand){.scalar = true};
    if (value->kind == CKI_BOOL) {
        operand->dtype = cki_dtype_of(CASK_BOOL);
        operand->magnitude = value->as.boolean;
        operand->real = value->as.boolean;
    } else if (value->kind == CKI_INT) {
        operand->dtype = cki_dtype_of(CASK_I64);
        integer_operand(operand, value->as.integer);
    } else if (value->kind == CKI_FLOAT) {
        operand->dtype = cki_dtype_of(CASK_F64);
        operand->real = value->as.real;
    } else if (value->kind == CKI_COMPLEX) {
        operand->dtype = cki_dtype_of(CASK_C128);
        operand->real = value->as.complex.re;
        operand->imaginary = value->as.complex.im;
    } else if (value->kind == CKI_STR || value->kind == CKI_BYTES) {
        size_t length = value->kind == CKI_STR
                            ? cki_text_codes(value->as.text.bytes, value->as.text.length)
                            : value->as.text.length;
        operand->dtype = cki_dtype_of(value->kind == CKI_STR ? CASK_STR : CASK_BYTES);
        operand->dtype.count = (int32_t)(length > INT32_MAX / 4 ? INT32_MAX / 4 : length);
    } else if (value->kind == CKI_DTYPE) {
        *operand = (cki_operand){.dtype = value->as.dtype};
    } else if (value->kind == CKI_ARRAY) {
        return array_operand(value->as.array, operand, error);
    } else {
        return cki_fail(error, CASK_TYPE, "TypeError", "a value of type '%s' has no element type",
                        cki_value_type(value));
    }
    return CASK_OK;
}

/* Of an array's elements: never more than the memory they lie in, which broadcast axes and
 * overlapping windows look at again and again. */
static size_t element_bytes(const cki_array *array)
{
    size_t bytes = cki_dtype_size(array->dtype);
    size_t whole = array->buffer ? cki_array_buffer_size(array->buffer) : 0;
    whole = whole ? whole : SIZE_MAX / 4; /* somebody else knows */
    for (int axis = 0; axis < array->ndim; axis++)
        if (__builtin_mul_overflow(bytes, (size_t)array->shape[axis], &bytes))
            return whole;
    return bytes < whole ? bytes : whole;
}

static size_t single_bytes(const cask_value *value, bool elements)
{
    size_t bytes = sizeof *value;
    if (value->kind == CKI_STR || value->kind == CKI_BYTES)
        bytes += value->as.text.length + 1;
    else if (value->kind == CKI_ARRAY)
        bytes += sizeof(cki_array);
    if (value->kind == CKI_ARRAY && elements)
        bytes += element_bytes(value->as.array);
    return bytes;
}

enum {
    DEEPEST = 64,         /* what lies deeper is small change */
    MOST_SHARED = 1 << 16 /* of more things in several places each place counts */
};

typedef struct sizing {
    cki_map seen; /* what others hold too: it counts once */
    bool elements;
} sizing;

static bool is_container(const cask_value *value)
{
    return value->kind == CKI_LIST || value->kind == CKI_TUPLE || value->kind == CKI_SET ||
           value->kind == CKI_DICT;
}

/* Whether it was counted before; without memory to remember things they count again. */
static bool counted(sizing *s, const cask_value *value)
{
    uint64_t ignored;
    bool large = is_container(value) || value->kind == CKI_ARRAY ||
                 (value->kind == CKI_STR && value->as.text.length > sizeof *value);
    if (!large || atomic_load_explicit(&value->references, memory_order_relaxed) < 2)
        return false;
    if (cki_map_get(&s->seen, cki_map_key(value), &ignored))
        return true;
    if (s->seen.count < MOST_SHARED)
        (void)cki_map_set(&s->seen, cki_map_key(value), 1);
    return false;
}

static size_t nbytes(sizing *s, const cask_value *value, int depth)
{
    if (counted(s, value))
        return 0;
    size_t bytes = single_bytes(value, s->elements);
    if (depth > DEEPEST || !is_container(value))
        return bytes;
    bool dict = value->kind == CKI_DICT;
    for (size_t i = 0; !dict && i < value->as.list.count; i++)
        bytes += sizeof(void *) + nbytes(s, value->as.list.items[i], depth + 1);
    for (size_t i = 0; dict && i < value->as.dict.count; i++)
        bytes += 2 * sizeof(void *) + nbytes(s, value->as.dict.keys[i], depth + 1) +
                 nbytes(s, value->as.dict.values[i], depth + 1);
    return bytes;
}

static size_t all_bytes(const cask_value *value, bool elements)
{
    sizing s = {.elements = elements};
    size_t bytes = nbytes(&s, value, 0);
    cki_map_free(&s.seen);
    return bytes;
}

size_t cki_value_nbytes(const cask_value *value)
{
    return all_bytes(value, true);
}

size_t cki_value_own_bytes(const cask_value *value)
{
    return all_bytes(value, false);
}
