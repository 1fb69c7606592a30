/* Equality, order and hashes of values, with Python's rules over kinds of numbers. Nesting beyond a
 * bound is an error (or unequal), never a deep recursion. */
#include "core/patience.h"
#include "value/array.h"
#include "value/value.h"

#include <math.h>
#include <string.h>

enum { DEEPEST = 1000 };

/* A number of any kind in one form: exact integers stay integers. */
typedef struct number {
    bool is, integral, is_complex;
    int64_t integer;
    double real, imaginary;
} number;

static number number_of(const cask_value *value)
{
    switch ((cki_kind)value->kind) {
    case CKI_BOOL:
        return (number){.is = true, .integral = true, .integer = value->as.boolean};
    case CKI_INT:
        return (number){.is = true, .integral = true, .integer = value->as.integer};
    case CKI_FLOAT:
        return (number){.is = true, .real = value->as.real};
    case CKI_COMPLEX:
        return (number){.is = true,
                        .is_complex = true,
                        .real = value->as.complex.re,
                        .imaginary = value->as.complex.im};
    case CKI_NONE:
    case CKI_STR:
    case CKI_BYTES:
    case CKI_LIST:
    case CKI_TUPLE:
    case CKI_SET:
    case CKI_DICT:
    case CKI_SLICE:
    case CKI_ELLIPSIS:
    case CKI_RANGE:
    case CKI_DTYPE:
    case CKI_ARRAY:
    case CKI_OBJECT:
        break;
    }
    return (number){.is = false};
}

/* -1, 0, 1; 2 if either is NaN. Exact for integers beyond 2**53. */
static int order_integer_real(int64_t a, double b)
{
    if (isnan(b))
        return 2;
    if (b >= 0x1p63)
        return -1;
    if (b < -0x1p63)
        return 1;
    int64_t whole = (int64_t)b; /* truncates towards zero */
    if (a != whole)
        return a < whole ? -1 : 1;
    double rest = b - (double)whole;
    return rest > 0 ? -1 : rest < 0 ? 1 : 0;
}

static int order_numbers(const number *a, const number *b)
{
    if (a->integral && b->integral)
        return (a->integer > b->integer) - (a->integer < b->integer);
    if (a->integral)
        return order_integer_real(a->integer, b->real);
    if (b->integral) {
        int order = order_integer_real(b->integer, a->real);
        return order == 2 ? 2 : -order;
    }
    if (isnan(a->real) || isnan(b->real))
        return 2;
    return (a->real > b->real) - (a->real < b->real);
}

static int64_t range_length(const cask_value *range)
{
    int64_t length = 0;
    cki_value_length(range, &length, NULL);
    return length;
}

static bool equal_ranges(const cask_value *a, const cask_value *b)
{
    int64_t length = range_length(a);
    if (length != range_length(b))
        return false;
    return !length || (a->as.range.start == b->as.range.start &&
                       (length == 1 || a->as.range.step == b->as.range.step));
}

static bool equal(const cask_value *a, const cask_value *b, int depth);

static bool equal_lists(const cask_value *a, const cask_value *b, int depth)
{
    if (a == b)
        return true;
    /* lists that hold others more than once may take for ever */
    if (a->as.list.count != b->as.list.count || cki_patience_over())
        return false;
    for (size_t i = 0; i < a->as.list.count; i++) {
        const cask_value *x = a->as.list.items[i], *y = b->as.list.items[i];
        if (x != y && !equal(x, y, depth + 1))
            return false;
    }
    return true;
}

static bool equal_sets(const cask_value *a, const cask_value *b)
{
    if (a->as.list.count != b->as.list.count)
        return false;
    for (size_t i = 0; i < a->as.list.count; i++)
        if (!cki_value_set_has(b, a->as.list.items[i], NULL))
            return false;
    return true;
}

static bool equal_dicts(const cask_value *a, const cask_value *b, int depth)
{
    if (a == b)
        return true;
    if (a->as.dict.count != b->as.dict.count || cki_patience_over())
        return false;
    for (size_t i = 0; i < a->as.dict.count; i++) {
        const cask_value *mine = a->as.dict.values[i];
        const cask_value *other = cki_value_dict_get(b, a->as.dict.keys[i], NULL);
        if (!other || (mine != other && !equal(mine, other, depth + 1)))
            return false;
    }
    return true;
}

/* One element of each, converted to Python values and compared. */
static bool equal_elements(const cki_array *a, const unsigned char *x, const cki_array *b,
                           const unsigned char *y)
{
    if (cki_dtype_is_time(a->dtype)) { /* same dtype here */
        int64_t left, right;
        memcpy(&left, x, sizeof left);
        memcpy(&right, y, sizeof right);
        return left == right && left != CKI_NAT;
    }
    if (!cki_dtype_is_float(a->dtype) && !cki_dtype_is_complex(a->dtype))
        return !memcmp(x, y, cki_dtype_size(a->dtype));
    cask_value *left = cki_array_item(a->dtype, x, NULL),
               *right = cki_array_item(b->dtype, y, NULL);
    bool same = left && right && equal(left, right, 0);
    cask_value_unref(left);
    cask_value_unref(right);
    return same;
}

static bool equal_arrays(const cki_array *a, const cki_array *b)
{
    if (a->ndim != b->ndim || !cki_dtype_same(a->dtype, b->dtype))
        return false;
    for (int axis = 0; axis < a->ndim; axis++)
        if (a->shape[axis] != b->shape[axis])
            return false;
    int64_t index[CKI_MAX_NDIM] = {0};
    for (int64_t left = cki_array_size(a); left > 0; left--) {
        if (!equal_elements(a, cki_array_at(a, index), b, cki_array_at(b, index)))
            return false;
        for (int axis = a->ndim - 1; axis >= 0 && ++index[axis] == a->shape[axis]; axis--)
            index[axis] = 0;
    }
    return true;
}

/* A 0-d array is a scalar: the Python value it stands for; NULL for dates and other values. A
 * uint64 beyond Python values' 64 bits counts as a float. */
static cask_value *scalar_of(const cask_value *value)
{
    const cki_array *array = cki_array_of(value);
    if (!array || cki_array_size(array) != 1 || cki_dtype_is_time(array->dtype))
        return NULL;
    cask_value *item = cki_array_item(array->dtype, array->data, NULL);
    if (!item || item->kind != CKI_ARRAY)
        return item;
    cask_value_unref(item);
    uint64_t large;
    memcpy(&large, array->data, sizeof large);
    return cki_value_float((double)large, NULL);
}

static bool equal_dtype_name(const cask_value *dtype, const cask_value *name)
{
    cki_dtype other;
    return cki_dtype_parse(name->as.text.bytes, &other, NULL, NULL) == CASK_OK &&
           cki_dtype_same(dtype->as.dtype, other);
}

static bool equal_over_kinds(const cask_value *a, const cask_value *b, int depth)
{
    number x = number_of(a), y = number_of(b);
    if (x.is && y.is)
        return x.imaginary == y.imaginary && order_numbers(&x, &y) == 0;
    if (a->kind == CKI_DTYPE && b->kind == CKI_STR)
        return equal_dtype_name(a, b);
    if (b->kind == CKI_DTYPE && a->kind == CKI_STR)
        return equal_dtype_name(b, a);
    if ((a->kind == CKI_ARRAY) == (b->kind == CKI_ARRAY))
        return false;
    cask_value *scalar = scalar_of(a->kind == CKI_ARRAY ? a : b);
    bool same = scalar && equal(scalar, a->kind == CKI_ARRAY ? b : a, depth + 1);
    cask_value_unref(scalar);
    return same;
}

static bool equal(const cask_value *a, const cask_value *b, int depth)
{
    if (depth > DEEPEST)
        return a == b;
    if (a->kind != b->kind)
        return equal_over_kinds(a, b, depth);
    switch ((cki_kind)a->kind) {
    case CKI_NONE:
    case CKI_ELLIPSIS:
        return true;
    case CKI_BOOL:
    case CKI_INT:
    case CKI_FLOAT:
    case CKI_COMPLEX:
        return equal_over_kinds(a, b, depth);
    case CKI_STR:
    case CKI_BYTES:
        return a->as.text.length == b->as.text.length &&
               !memcmp(a->as.text.bytes, b->as.text.bytes, a->as.text.length);
    case CKI_LIST:
    case CKI_TUPLE:
        return equal_lists(a, b, depth);
    case CKI_SET:
        return equal_sets(a, b);
    case CKI_DICT:
        return equal_dicts(a, b, depth);
    case CKI_SLICE:
        return equal(a->as.slice.start, b->as.slice.start, depth + 1) &&
               equal(a->as.slice.stop, b->as.slice.stop, depth + 1) &&
               equal(a->as.slice.step, b->as.slice.step, depth + 1);
    case CKI_RANGE:
        return equal_ranges(a, b);
    case CKI_DTYPE:
        return cki_dtype_same(a->as.dtype, b->as.dtype);
    case CKI_ARRAY:
        return equal_arrays(a->as.array, b->as.array);
    case CKI_OBJECT:
        return a->as.object.class == b->as.object.class && a->as.object.self == b->as.object.self;
    }
    return false;
}

bool cki_value_equal(const cask_value *a, const cask_value *b)
{
    return equal(a, b, 0);
}

static cask_status too_deep(cki_error *error)
{
    return cki_fail(error, CASK_INVALID, "RecursionError",
                    "maximum recursion depth exceeded: a value nested more than %d deep", DEEPEST);
}

static cask_status compare(const cask_value *a, const cask_value *b, const char *sign, int *order,
                           bool *unordered, int depth, cki_error *error);

static cask_status compare_lists(const cask_value *a, const cask_value *b, const char *sign,
                                 int *order, bool *unordered, int depth, cki_error *error)
{
    size_t n = a->as.list.count, m = b->as.list.count;
    if (cki_patience_over())
        return cki_patience_check(error);
    for (size_t i = 0; i < n && i < m; i++) {
        const cask_value *x = a->as.list.items[i], *y = b->as.list.items[i];
        if (x != y && !equal(x, y, depth + 1))
            return compare(x, y, sign, order, unordered, depth + 1, error);
    }
    *order = (n > m) - (n < m);
    return CASK_OK;
}

static bool is_subset(const cask_value *a, const cask_value *b)
{
    for (size_t i = 0; i < a->as.list.count; i++)
        if (!cki_value_set_has(b, a->as.list.items[i], NULL))
            return false;
    return true;
}

/* Sets are ordered by inclusion. */
static void compare_sets(const cask_value *a, const cask_value *b, int *order, bool *unordered)
{
    bool in = is_subset(a, b), around = is_subset(b, a);
    *order = in && around ? 0 : in ? -1 : 1;
    if (!in && !around) {
        *order = 0;
        *unordered = true;
    }
}

static void compare_text(const cask_value *a, const cask_value *b, int *order)
{
    size_t n = a->as.text.length, m = b->as.text.length;
    int sign = memcmp(a->as.text.bytes, b->as.text.bytes, n < m ? n : m);
    *order = sign ? (sign > 0) - (sign < 0) : (n > m) - (n < m);
}

/* Dates and durations of 0 dimensions, in their common unit. */
static cask_status compare_times(const cki_array *a, const cki_array *b, int *order,
                                 bool *unordered, cki_error *error)
{
    cki_dtype common;
    int64_t x, y;
    cask_status status = cki_dtype_promote(a->dtype, b->dtype, &common, error);
    if (status != CASK_OK)
        return status;
    status = cki_array_cast_element(common, &x, a->dtype, a->data, error);
    if (status == CASK_OK)
        status = cki_array_cast_element(common, &y, b->dtype, b->data, error);
    if (status != CASK_OK)
        return status;
    *unordered = x == CKI_NAT || y == CKI_NAT;
    *order = *unordered ? 0 : (x > y) - (x < y);
    return CASK_OK;
}

static cask_status compare_arrays(const cask_value *a, const cask_value *b, const char *sign,
                                  int *order, bool *unordered, int depth, cki_error *error)
{
    const cki_array *x = cki_array_of(a), *y = cki_array_of(b);
    if ((x && cki_array_size(x) != 1) || (y && cki_array_size(y) != 1))
        return cki_fail(error, CASK_INVALID, "ValueError",
                        "The truth value of an array with more than one element is ambiguous. Use "
                        "a.any() or a.all()");
    if (x && y && x->dtype.id == y->dtype.id && cki_dtype_is_time(x->dtype))
        return compare_times(x, y, order, unordered, error);
    cask_value *left = scalar_of(a), *right = scalar_of(b);
    cask_status status;
    if ((x && !left) || (y && !right))
        status = cki_fail(error, CASK_TYPE, "TypeError",
                          "'%s' not supported between instances of '%s' and '%s'", sign,
                          cki_value_type(a), cki_value_type(b));
    else
        status =
            compare(left ? left : a, right ? right : b, sign, order, unordered, depth + 1, error);
    cask_value_unref(left);
    cask_value_unref(right);
    return status;
}

static cask_status compare(const cask_value *a, const cask_value *b, const char *sign, int *order,
                           bool *unordered, int depth, cki_error *error)
{
    number x = number_of(a), y = number_of(b);
    if (depth > DEEPEST)
        return too_deep(error);
    if (x.is && y.is && !x.is_complex && !y.is_complex) {
        int result = order_numbers(&x, &y);
        *unordered = result == 2;
        *order = result == 2 ? 0 : result;
        return CASK_OK;
    }
    if (a->kind == CKI_ARRAY || b->kind == CKI_ARRAY)
        return compare_arrays(a, b, sign, order, unordered, depth, error);
    bool alike = a->kind == b->kind;
    if (alike && (a->kind == CKI_STR || a->kind == CKI_BYTES)) {
        compare_text(a, b, order);
        return CASK_OK;
    }
    if (alike && (a->kind == CKI_LIST || a->kind == CKI_TUPLE))
        return compare_lists(a, b, sign, order, unordered, depth, error);
    if (alike && a->kind == CKI_SET) {
        compare_sets(a, b, order, unordered);
        return CASK_OK;
    }
    return cki_fail(error, CASK_TYPE, "TypeError",
                    "'%s' not supported between instances of '%s' and '%s'", sign,
                    cki_value_type(a), cki_value_type(b));
}

cask_status cki_value_compare(const cask_value *a, const cask_value *b, const char *sign,
                              int *order, bool *unordered, cki_error *error)
{
    *order = 0;
    *unordered = false;
    return compare(a, b, sign, order, unordered, 0, error);
}
