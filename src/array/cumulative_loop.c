/* The loops of cumulative sums, products and extremes: rows of `inner` elements, each added to the
 * one before.
 */
#include "array/cumulative_loop.h"

#include <complex.h>
#include <math.h>
#include <string.h>

/* One array seen as (outer, length, inner). */
typedef struct extent {
    int64_t outer, length, inner;
} extent;

static extent extent_of(const cki_array *array, int axis)
{
    extent e = {1, array->shape[axis], 1};
    for (int k = 0; k < axis; k++)
        e.outer *= array->shape[k];
    for (int k = axis + 1; k < array->ndim; k++)
        e.inner *= array->shape[k];
    return e;
}

/* ---- two elements: the new one and what came before it ---- */

static double larger(double next, double last)
{
    return last > next || isnan(last) ? last : next;
}

static double smaller(double next, double last)
{
    return last < next || isnan(last) ? last : next;
}

static double filled(double next, double last)
{
    return isnan(next) ? last : next;
}

static int64_t add_time(int64_t next, int64_t last)
{
    return next == CKI_NAT || last == CKI_NAT ? CKI_NAT
                                              : (int64_t)((uint64_t)next + (uint64_t)last);
}

static int64_t larger_time(int64_t next, int64_t last)
{
    return next == CKI_NAT || last == CKI_NAT ? CKI_NAT : last > next ? last : next;
}

static int64_t smaller_time(int64_t next, int64_t last)
{
    return last < next ? last : next; /* NaT is the least of all */
}

/* `next` becomes what OP makes of it and `last`. */
#define EACH(OP)                                                                                   \
    for (int64_t k = 0; k < e.inner; k++)                                                          \
    row[k] = OP(row[k], last[k])
#define SCAN(name, type, sum, multiply, most, least, fill)                                         \
    static void scan_##name(void *data, const void *before, extent e, cki_cumulative_kind kind)    \
    {                                                                                              \
        for (int64_t o = 0; o < e.outer; o++) {                                                    \
            type *row = (type *)data + o * e.length * e.inner;                                     \
            const type *last = before ? (const type *)before + o * e.inner : NULL;                 \
            for (int64_t i = 0; i < e.length; i++, row += e.inner) {                               \
                if (last && kind == CKI_CUMULATIVE_SUM)                                            \
                    EACH(sum);                                                                     \
                else if (last && kind == CKI_CUMULATIVE_PRODUCT)                                   \
                    EACH(multiply);                                                                \
                else if (last && kind == CKI_CUMULATIVE_MAX)                                       \
                    EACH(most);                                                                    \
                else if (last && kind == CKI_CUMULATIVE_MIN)                                       \
                    EACH(least);                                                                   \
                else if (last)                                                                     \
                    EACH(fill);                                                                    \
                last = row;                                                                        \
            }                                                                                      \
        }                                                                                          \
    }
#define ADD(a, b)            ((b) + (a)) /* of integers unsigned, which wraps as NumPy's do */
#define MULTIPLY(a, b)       ((b) * (a))
#define ADD_SIGNED(a, b)     (int64_t)((uint64_t)(b) + (uint64_t)(a))
#define TIMES_SIGNED(a, b)   (int64_t)((uint64_t)(b) * (uint64_t)(a))
#define LARGER(a, b)         ((b) > (a) ? (b) : (a))
#define SMALLER(a, b)        ((b) < (a) ? (b) : (a))
#define NEW(a, b)            ((void)(b), (a))
#define FILL_TIME(a, b)      ((a) == CKI_NAT ? (b) : (a))
#define LARGER_SINGLE(a, b)  (float)larger((double)(a), (double)(b))
#define SMALLER_SINGLE(a, b) (float)smaller((double)(a), (double)(b))
#define FILL_SINGLE(a, b)    (float)filled((double)(a), (double)(b))
#define OF_HALF(a)           cki_dtype_from_half(a)
#define ADD_HALF(a, b)       cki_dtype_to_half(OF_HALF(b) + OF_HALF(a))
#define TIMES_HALF(a, b)     cki_dtype_to_half(OF_HALF(b) * OF_HALF(a))
#define LARGER_HALF(a, b)    cki_dtype_to_half(LARGER_SINGLE(OF_HALF(a), OF_HALF(b)))
#define SMALLER_HALF(a, b)   cki_dtype_to_half(SMALLER_SINGLE(OF_HALF(a), OF_HALF(b)))
#define FILL_HALF(a, b)      cki_dtype_to_half(FILL_SINGLE(OF_HALF(a), OF_HALF(b)))
SCAN(natural, uint64_t, ADD, MULTIPLY, LARGER, SMALLER, NEW)
SCAN(integer, int64_t, ADD_SIGNED, TIMES_SIGNED, LARGER, SMALLER, NEW)
SCAN(time, int64_t, add_time, TIMES_SIGNED, larger_time, smaller_time, FILL_TIME)
SCAN(half, uint16_t, ADD_HALF, TIMES_HALF, LARGER_HALF, SMALLER_HALF, FILL_HALF)
SCAN(single, float, ADD, MULTIPLY, LARGER_SINGLE, SMALLER_SINGLE, FILL_SINGLE)
SCAN(real, double, ADD, MULTIPLY, larger, smaller, filled)
SCAN(complex_single, float _Complex, ADD, MULTIPLY, NEW, NEW, NEW)
SCAN(complex_real, double _Complex, ADD, MULTIPLY, NEW, NEW, NEW)

typedef void (*scanner)(void *data, const void *before, extent e, cki_cumulative_kind kind);

static scanner scanner_of(cki_dtype dtype)
{
    if (cki_dtype_is_time(dtype))
        return scan_time;
    return dtype.id == CASK_I64    ? scan_integer
           : dtype.id == CASK_U64  ? scan_natural
           : dtype.id == CASK_F16  ? scan_half
           : dtype.id == CASK_F32  ? scan_single
           : dtype.id == CASK_F64  ? scan_real
           : dtype.id == CASK_C64  ? scan_complex_single
           : dtype.id == CASK_C128 ? scan_complex_real
                                   : NULL;
}

cki_dtype cki_cumulative_loop_dtype(cki_dtype out)
{
    if (out.id == CASK_BOOL || cki_dtype_is_integer(out))
        return cki_dtype_of(cki_dtype_is_unsigned(out) ? CASK_U64 : CASK_I64);
    return out;
}

cask_status cki_cumulative_loop_scan(const cki_array *array, int axis, cki_cumulative_kind kind,
                                     const cki_array *before, cki_error *error)
{
    scanner scan = scanner_of(array->dtype);
    if (!scan)
        return cki_fail_internal(error, "cumulative: no loop for this type");
    if (cki_array_size(array) > 0)
        scan(array->data, before ? before->data : NULL, extent_of(array, axis), kind);
    return CASK_OK;
}

cask_status cki_cumulative_loop_combine(const cki_array *to, const cki_array *from,
                                        cki_cumulative_kind kind, cki_error *error)
{
    scanner scan = scanner_of(to->dtype);
    if (!scan)
        return cki_fail_internal(error, "cumulative: no loop for this type");
    int64_t size = cki_array_size(to);
    if (size > 0) /* one step of a scan over rows as long as the array */
        scan(to->data, from->data, (extent){1, 1, size}, kind);
    return CASK_OK;
}

cask_status cki_cumulative_loop_identity(cki_dtype dtype, cki_cumulative_kind kind, void *element,
                                         cki_error *error)
{
    const bool real = cki_dtype_is_float(dtype);
    const double infinite = kind == CKI_CUMULATIVE_MAX ? -HUGE_VAL : HUGE_VAL;
    const double none = kind == CKI_CUMULATIVE_FILL ? (double)NAN : infinite;
    const int64_t number = kind == CKI_CUMULATIVE_PRODUCT ? 1
                           : kind == CKI_CUMULATIVE_MAX   ? INT64_MIN
                           : kind == CKI_CUMULATIVE_MIN   ? INT64_MAX
                                                          : 0;
    const int64_t time = kind == CKI_CUMULATIVE_MAX    ? INT64_MIN + 1
                         : kind == CKI_CUMULATIVE_FILL ? CKI_NAT
                                                       : number;
    const uint64_t natural =
        kind == CKI_CUMULATIVE_MIN ? UINT64_MAX : kind == CKI_CUMULATIVE_PRODUCT;
    bool sums = kind == CKI_CUMULATIVE_SUM || kind == CKI_CUMULATIVE_PRODUCT;
    if (cki_dtype_is_time(dtype))
        memcpy(element, &time, sizeof time);
    else if (dtype.id == CASK_U64)
        memcpy(element, &natural, sizeof natural);
    else if (dtype.id == CASK_I64)
        memcpy(element, &number, sizeof number);
    else if (real && !sums)
        return cki_array_cast_element(dtype, element, cki_dtype_of(CASK_F64), &none, error);
    else
        return cki_array_cast_element(dtype, element, cki_dtype_of(CASK_I64), &number, error);
    return CASK_OK;
}
