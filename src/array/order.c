/* Order: keys for numbers and dates, comparison of the rest, a stable merge sort, binary search. */
#include "array/order.h"
#include "core/memory.h"
#include "kernel/search.h"

#include <complex.h>
#include <math.h>
#include <string.h>

/* No element but NaN and NaT has this key. */
#define MISSING UINT64_MAX
#define SIGN    ((uint64_t)1 << 63)

enum { TILE = 512 }; /* keys at a time, which stay in the first cache */

/* ---- keys ---- */

/* Numbers by their bits: below zero all bits turned, above the sign alone; NaN has all of them. */
static inline uint64_t exact_of_double(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return (bits ^ (SIGN | (0 - (bits >> 63)))) | (0 - (uint64_t)(value != value));
}

static inline uint64_t key_of_double(double value)
{
    return exact_of_double(value + 0.0); /* -0.0 becomes 0.0, which it equals */
}

static uint64_t key_of_signed(int64_t value)
{
    return (uint64_t)value ^ SIGN;
}

/* NaT is the smallest number, and comes last. */
static uint64_t key_of_time(int64_t value)
{
    return ((uint64_t)value ^ SIGN) - 1;
}

bool cki_order_has_keys(cki_dtype dtype)
{
    return !cki_dtype_is_complex(dtype) && !cki_dtype_is_text(dtype);
}

#define KEYS_OF(type, expression)                                                                  \
    for (int64_t i = 0; i < count; i++) {                                                          \
        type value;                                                                                \
        memcpy(&value, data + i * stride, sizeof value);                                           \
        keys[i] = expression;                                                                      \
    }                                                                                              \
    break

typedef double two_doubles __attribute__((vector_size(16)));
typedef uint64_t two_keys __attribute__((vector_size(16)));

/* key_of_double() of two. */
static inline two_keys keys_of_two(two_doubles values)
{
    values += 0.0;
    two_keys numbers = (two_keys)(values <= HUGE_VAL);
    return ((two_keys)values ^ (SIGN | (two_keys)(values < 0))) | ~numbers;
}

/* Of floating elements one after the other, as most are, two by two; how many these are. */
static int64_t keys_by_two(cki_dtype dtype, const unsigned char *data, int64_t stride,
                           int64_t count, uint64_t *keys)
{
    two_doubles values;
    two_keys made;
    float small[2];
    int64_t i = 0;
    if (stride != (int64_t)cki_dtype_size(dtype) || (dtype.id != CASK_F64 && dtype.id != CASK_F32))
        return 0;
    for (; i + 2 <= count; i += 2) {
        if (dtype.id == CASK_F64) {
            memcpy(&values, data + i * stride, sizeof values);
        } else {
            memcpy(small, data + i * stride, sizeof small);
            values = (two_doubles){(double)small[0], (double)small[1]};
        }
        made = keys_of_two(values);
        memcpy(keys + i, &made, sizeof made);
    }
    return i;
}

static void keys_of_all(cki_dtype dtype, const unsigned char *data, int64_t stride, int64_t count,
                        uint64_t *keys)
{
    switch ((cask_dtype)dtype.id) {
    case CASK_BOOL:
    case CASK_U8:
        KEYS_OF(uint8_t, value);
    case CASK_I8:
        KEYS_OF(int8_t, key_of_signed(value));
    case CASK_I16:
        KEYS_OF(int16_t, key_of_signed(value));
    case CASK_U16:
        KEYS_OF(uint16_t, value);
    case CASK_I32:
        KEYS_OF(int32_t, key_of_signed(value));
    case CASK_U32:
        KEYS_OF(uint32_t, value);
    case CASK_I64:
        KEYS_OF(int64_t, key_of_signed(value));
    case CASK_U64:
        KEYS_OF(uint64_t, value);
    case CASK_F16:
        KEYS_OF(uint16_t, key_of_double((double)cki_dtype_from_half(value)));
    case CASK_F32:
        KEYS_OF(float, key_of_double((double)value));
    case CASK_F64:
        KEYS_OF(double, key_of_double(value));
    case CASK_DATETIME:
    case CASK_TIMEDELTA:
        KEYS_OF(int64_t, key_of_time(value));
    case CASK_DTYPE_DEFAULT:
    case CASK_C64:
    case CASK_C128:
    case CASK_BYTES:
    case CASK_STR:
    case CASK_DTYPE_COUNT:
        break;
    }
}

void cki_order_keys(cki_dtype dtype, const unsigned char *data, int64_t stride, int64_t count,
                    uint64_t *keys)
{
    int64_t done = keys_by_two(dtype, data, stride, count, keys);
    keys_of_all(dtype, data + done * stride, stride, count - done, keys + done);
}

/* ---- keys and back ---- */

static double double_of(uint64_t key)
{
    double value;
    uint64_t bits = key & SIGN ? key ^ SIGN : ~key;
    if (key == MISSING)
        return (double)NAN;
    memcpy(&value, &bits, sizeof value);
    return value;
}

void cki_order_exact(cki_dtype dtype, const unsigned char *data, int64_t stride, int64_t count,
                     uint64_t *keys)
{
    switch ((cask_dtype)dtype.id) {
    case CASK_F16:
        KEYS_OF(uint16_t, exact_of_double((double)cki_dtype_from_half(value)));
    case CASK_F32:
        KEYS_OF(float, exact_of_double((double)value));
    case CASK_F64:
        KEYS_OF(double, exact_of_double(value));
    case CASK_BOOL:
    case CASK_I8:
    case CASK_U8:
    case CASK_I16:
    case CASK_U16:
    case CASK_I32:
    case CASK_U32:
    case CASK_I64:
    case CASK_U64:
    case CASK_DATETIME:
    case CASK_TIMEDELTA:
    case CASK_DTYPE_DEFAULT:
    case CASK_C64:
    case CASK_C128:
    case CASK_BYTES:
    case CASK_STR:
    case CASK_DTYPE_COUNT:
        cki_order_keys(dtype, data, stride, count, keys);
        break;
    }
}

#define VALUES_OF(type, expression)                                                                \
    for (int64_t i = 0; i < count; i++) {                                                          \
        const uint64_t key = keys[i];                                                              \
        const type value = (type)(expression);                                                     \
        memcpy(out + i * stride, &value, sizeof value);                                            \
    }                                                                                              \
    break

void cki_order_values(cki_dtype dtype, const uint64_t *keys, int64_t count, unsigned char *out,
                      int64_t stride)
{
    switch ((cask_dtype)dtype.id) {
    case CASK_BOOL:
    case CASK_U8:
        VALUES_OF(uint8_t, key);
    case CASK_U16:
        VALUES_OF(uint16_t, key);
    case CASK_U32:
        VALUES_OF(uint32_t, key);
    case CASK_U64:
        VALUES_OF(uint64_t, key);
    case CASK_I8:
        VALUES_OF(int8_t, (int64_t)(key ^ SIGN));
    case CASK_I16:
        VALUES_OF(int16_t, (int64_t)(key ^ SIGN));
    case CASK_I32:
        VALUES_OF(int32_t, (int64_t)(key ^ SIGN));
    case CASK_I64:
        VALUES_OF(int64_t, key ^ SIGN);
    case CASK_DATETIME:
    case CASK_TIMEDELTA:
        VALUES_OF(int64_t, (key + 1) ^ SIGN);
    case CASK_F16:
        VALUES_OF(uint16_t, cki_dtype_to_half((float)double_of(key)));
    case CASK_F32:
        VALUES_OF(float, double_of(key));
    case CASK_F64:
        VALUES_OF(double, double_of(key));
    case CASK_DTYPE_DEFAULT:
    case CASK_C64:
    case CASK_C128:
    case CASK_BYTES:
    case CASK_STR:
    case CASK_DTYPE_COUNT:
        break;
    }
}

cask_status cki_order_open(cki_order *order, const cki_array *array, cki_error *error)
{
    *order = (cki_order){.dtype = array->dtype,
                         .data = array->data,
                         .stride = (int64_t)cki_dtype_size(array->dtype),
                         .count = cki_array_size(array)};
    if (!cki_order_has_keys(order->dtype))
        return CASK_OK;
    order->keys = cki_memory_alloc(((size_t)order->count + 1) * sizeof *order->keys);
    if (!order->keys)
        return cki_fail_memory(error, (size_t)order->count * sizeof *order->keys);
    cki_order_keys(order->dtype, order->data, order->stride, order->count, order->keys);
    return CASK_OK;
}

void cki_order_close(cki_order *order)
{
    cki_memory_free(order->keys);
    *order = (cki_order){0};
}

size_t cki_order_bytes(int64_t count)
{
    return count > 0 ? 5 * sizeof(uint64_t) * (size_t)count : 0;
}

/* ---- comparing ---- */

static int compare_numbers(double a, double b)
{
    uint64_t one = key_of_double(a), two = key_of_double(b);
    return (one > two) - (one < two);
}

static double complex complex_at(cki_dtype dtype, const unsigned char *at)
{
    float complex small;
    double complex large;
    if (dtype.id == CASK_C64) {
        memcpy(&small, at, sizeof small);
        return (double complex)small;
    }
    memcpy(&large, at, sizeof large);
    return large;
}

/* Those with a NaN come behind those without: first by whether the real part is one, then by
 * whether the imaginary part is. */
static int compare_complex(double complex a, double complex b)
{
    int rank_a = 2 * (isnan(creal(a)) != 0) + (isnan(cimag(a)) != 0);
    int rank_b = 2 * (isnan(creal(b)) != 0) + (isnan(cimag(b)) != 0);
    if (rank_a != rank_b)
        return rank_a < rank_b ? -1 : 1;
    int order = compare_numbers(creal(a), creal(b));
    return order ? order : compare_numbers(cimag(a), cimag(b));
}

static int compare_text(cki_dtype dtype, const unsigned char *a, const unsigned char *b)
{
    if (dtype.id == CASK_BYTES) {
        int order = dtype.count ? memcmp(a, b, (size_t)dtype.count) : 0;
        return (order > 0) - (order < 0);
    }
    for (int32_t i = 0; i < dtype.count; i++) {
        uint32_t one, two;
        memcpy(&one, a + (size_t)i * sizeof one, sizeof one);
        memcpy(&two, b + (size_t)i * sizeof two, sizeof two);
        if (one != two)
            return one < two ? -1 : 1;
    }
    return 0;
}

int cki_order_compare(const cki_order *a, int64_t i, const cki_order *b, int64_t j)
{
    if (a->keys && b->keys)
        return (a->keys[i] > b->keys[j]) - (a->keys[i] < b->keys[j]);
    const unsigned char *one = a->data + i * a->stride, *two = b->data + j * b->stride;
    if (cki_dtype_is_complex(a->dtype))
        return compare_complex(complex_at(a->dtype, one), complex_at(b->dtype, two));
    return compare_text(a->dtype, one, two);
}

bool cki_order_missing(const cki_order *order, int64_t i)
{
    if (order->keys)
        return order->keys[i] == MISSING &&
               (cki_dtype_is_float(order->dtype) || cki_dtype_is_time(order->dtype));
    if (!cki_dtype_is_complex(order->dtype))
        return false;
    double complex value = complex_at(order->dtype, order->data + i * order->stride);
    return isnan(creal(value)) || isnan(cimag(value));
}

/* ---- sorting and searching ---- */

/* Two sorted runs of positions, one behind the other, into one. */
static void merge(const cki_order *order, const int64_t *from, int64_t middle, int64_t end,
                  int64_t *to)
{
    int64_t i = 0, j = middle;
    for (int64_t k = 0; k < end; k++) {
        bool first =
            j >= end || (i < middle && cki_order_compare(order, from[i], order, from[j]) <= 0);
        to[k] = first ? from[i++] : from[j++];
    }
}

/* By keys, which are copied. */
static int64_t *sorted_by_keys(const cki_order *order, cki_error *error)
{
    size_t count = (size_t)order->count;
    cki_order_room room = {0};
    int64_t *sorted = cki_memory_alloc((count + 1) * sizeof *sorted);
    uint64_t *keys = cki_memory_alloc((count + 1) * sizeof *keys);
    if (!sorted || !keys || cki_order_room_open(&room, order->count, true, error) != CASK_OK) {
        cki_memory_free(sorted);
        cki_memory_free(keys);
        cki_fail_memory(error, 2 * count * sizeof *sorted);
        return NULL;
    }
    memcpy(keys, order->keys, count * sizeof *keys);
    for (int64_t i = 0; i < order->count; i++)
        sorted[i] = i;
    cki_order_sort_keys(keys, sorted, order->count, &room);
    cki_order_room_close(&room);
    cki_memory_free(keys);
    return sorted;
}

int64_t *cki_order_sorted(const cki_order *order, cki_error *error)
{
    if (order->keys)
        return sorted_by_keys(order, error);
    size_t count = (size_t)order->count;
    int64_t *sorted = cki_memory_alloc((count + 1) * sizeof *sorted);
    int64_t *other = cki_memory_alloc((count + 1) * sizeof *other);
    if (!sorted || !other) {
        cki_memory_free(sorted);
        cki_memory_free(other);
        cki_fail_memory(error, 2 * count * sizeof *sorted);
        return NULL;
    }
    for (int64_t i = 0; i < order->count; i++)
        sorted[i] = i;
    for (int64_t width = 1; width < order->count; width *= 2) {
        for (int64_t at = 0; at < order->count; at += 2 * width) {
            int64_t left = order->count - at;
            merge(order, sorted + at, width < left ? width : left,
                  2 * width < left ? 2 * width : left, other + at);
        }
        int64_t *done = other;
        other = sorted;
        sorted = done;
    }
    cki_memory_free(other);
    return sorted;
}

int64_t cki_order_search(const cki_order *in, const int64_t *sorted, const cki_order *of, int64_t i,
                         bool right)
{
    int64_t low = 0, high = in->count;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        int order = cki_order_compare(in, sorted ? sorted[middle] : middle, of, i);
        if (order < 0 || (right && order == 0))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void cki_order_places(const cki_order *in, const unsigned char *elements, int64_t count, bool right,
                      int64_t *places)
{
    const cki_order of = {
        .dtype = in->dtype, .data = elements, .stride = in->stride, .count = count};
    uint64_t keys[TILE];
    if (!in->keys) {
        for (int64_t i = 0; i < count; i++)
            places[i] = cki_order_search(in, NULL, &of, i, right);
        return;
    }
    for (int64_t i = 0; i < count; i += TILE) {
        int64_t many = count - i < TILE ? count - i : TILE;
        cki_order_keys(of.dtype, elements + i * of.stride, of.stride, many, keys);
        cki_search_keys(in->keys, (size_t)in->count, keys, (size_t)many, right, places + i);
    }
}
