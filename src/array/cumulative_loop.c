/* The loops of cumulative sums and products: rows of `inner` elements, each added to the one
 * before.
 */
#include "array/cumulative_loop.h"

#include <complex.h>

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

/* `next` becomes next + last, or next * last; unsigned arithmetic wraps as NumPy's integers do. */
#define SCAN(name, type, sum, multiply)                                                            \
    static void scan_##name(void *data, const void *before, extent e, bool product)                \
    {                                                                                              \
        for (int64_t o = 0; o < e.outer; o++) {                                                    \
            type *row = (type *)data + o * e.length * e.inner;                                     \
            const type *last = before ? (const type *)before + o * e.inner : NULL;                 \
            for (int64_t i = 0; i < e.length; i++, row += e.inner) {                               \
                if (last && product)                                                               \
                    for (int64_t k = 0; k < e.inner; k++)                                          \
                        row[k] = multiply(row[k], last[k]);                                        \
                else if (last)                                                                     \
                    for (int64_t k = 0; k < e.inner; k++)                                          \
                        row[k] = sum(row[k], last[k]);                                             \
                last = row;                                                                        \
            }                                                                                      \
        }                                                                                          \
    }
#define ADD(a, b)        ((b) + (a))
#define MULTIPLY(a, b)   ((b) * (a))
#define ADD_HALF(a, b)   cki_dtype_to_half(cki_dtype_from_half(b) + cki_dtype_from_half(a))
#define TIMES_HALF(a, b) cki_dtype_to_half(cki_dtype_from_half(b) * cki_dtype_from_half(a))
SCAN(integer, uint64_t, ADD, MULTIPLY)
SCAN(half, uint16_t, ADD_HALF, TIMES_HALF)
SCAN(single, float, ADD, MULTIPLY)
SCAN(real, double, ADD, MULTIPLY)
SCAN(complex_single, float _Complex, ADD, MULTIPLY)
SCAN(complex_real, double _Complex, ADD, MULTIPLY)

typedef void (*scanner)(void *data, const void *before, extent e, bool product);

static scanner scanner_of(cki_dtype dtype)
{
    if (dtype.id == CASK_I64 || dtype.id == CASK_U64 || dtype.id == CASK_TIMEDELTA)
        return scan_integer;
    return dtype.id == CASK_F16    ? scan_half
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

cask_status cki_cumulative_loop_scan(const cki_array *array, int axis, bool product,
                                     const cki_array *before, cki_error *error)
{
    scanner scan = scanner_of(array->dtype);
    if (!scan)
        return cki_fail_internal(error, "cumulative: no loop for this type");
    if (cki_array_size(array) > 0)
        scan(array->data, before ? before->data : NULL, extent_of(array, axis), product);
    return CASK_OK;
}

cask_status cki_cumulative_loop_combine(const cki_array *to, const cki_array *from, bool product,
                                        cki_error *error)
{
    scanner scan = scanner_of(to->dtype);
    if (!scan)
        return cki_fail_internal(error, "cumulative: no loop for this type");
    int64_t size = cki_array_size(to);
    if (size > 0) /* one step of a scan over rows as long as the array */
        scan(to->data, from->data, (extent){1, 1, size}, product);
    return CASK_OK;
}
