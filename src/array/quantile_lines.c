/* Quantiles of lines: of few of a line, only the elements that they lie between are put in their
 * places; for many it is sorted. */
#include "array/order.h"
#include "array/quantile.h"
#include "array/sort.h"
#include "core/memory.h"

#include <math.h>
#include <string.h>

enum { FEW = 8 };

/* Quantiles of a line, of which `valid` elements are not missing, into out[i * stride]. In `line`
 * the elements that they lie between are where they would be if it were sorted. */
static void read_off(const cki_quantile *how, cki_dtype dtype, const unsigned char *line,
                     int64_t length, int64_t valid, cki_dtype result, unsigned char *out,
                     int64_t stride)
{
    size_t size = cki_dtype_size(dtype);
    int64_t n = how->skip_nan ? valid : length;
    bool missing = n == 0 || (!how->skip_nan && valid < length && !cki_dtype_is_time(dtype));
    for (int64_t i = 0; i < how->nq; i++) {
        if (missing) {
            cki_quantile_rule_missing(result, out + i * stride);
            continue;
        }
        cki_quantile_place at = cki_quantile_rule_place(how->method, how->q[i], n);
        cki_quantile_rule_value(how->method, dtype, line + (size_t)at.previous * size,
                                line + (size_t)at.next * size, at.weight, out + i * stride);
    }
}

static bool may_miss(cki_dtype dtype)
{
    return cki_dtype_is_float(dtype) || cki_dtype_is_time(dtype) || cki_dtype_is_complex(dtype);
}

/* ---- few, by keys ---- */

/* The places of n elements that are read, in rising order. */
static int64_t want(const cki_quantile *how, int64_t n, int64_t *wanted)
{
    int64_t count = 0;
    for (int64_t i = 0; n > 0 && i < how->nq; i++) {
        cki_quantile_place at = cki_quantile_rule_place(how->method, how->q[i], n);
        for (int end = 0; end < 2; end++) {
            int64_t place = end ? at.next : at.previous, k = count++;
            for (; k > 0 && wanted[k - 1] > place; k--)
                wanted[k] = wanted[k - 1];
            wanted[k] = place;
        }
    }
    return count;
}

static int64_t count_valid(cki_dtype dtype, const uint64_t *keys, int64_t length)
{
    int64_t missing = 0;
    for (int64_t i = 0; may_miss(dtype) && i < length; i++)
        missing += keys[i] == UINT64_MAX;
    return length - missing;
}

static cask_status by_keys(const cki_quantile *how, const cki_array *rows, cki_dtype result,
                           unsigned char *out, cki_error *error)
{
    const int64_t lines = rows->shape[0], length = rows->shape[1];
    const int64_t bytes = (int64_t)cki_dtype_size(result);
    int64_t wanted[2 * FEW];
    uint64_t *keys = cki_memory_alloc(((size_t)length + 1) * sizeof *keys);
    if (!keys)
        return cki_fail_memory(error, (size_t)length * sizeof *keys);
    for (int64_t i = 0; i < lines; i++) {
        cki_order_exact(rows->dtype, rows->data + i * rows->strides[0], rows->strides[1], length,
                        keys);
        int64_t valid = count_valid(rows->dtype, keys, length);
        int64_t nwanted = want(how, how->skip_nan ? valid : length, wanted);
        cki_order_select(keys, length, wanted, nwanted);
        /* elements are not wider than keys: in their place */
        cki_order_values(rows->dtype, keys, length, (unsigned char *)keys,
                         (int64_t)cki_dtype_size(rows->dtype));
        read_off(how, rows->dtype, (const unsigned char *)keys, length, valid, result,
                 out + i * bytes, lines * bytes);
    }
    cki_memory_free(keys);
    return CASK_OK;
}

/* ---- sorted ---- */

static bool is_missing(cki_dtype dtype, const unsigned char *element)
{
    double parts[2] = {0};
    uint64_t key;
    if (cki_dtype_is_complex(dtype)) {
        (void)cki_array_cast_element(cki_dtype_of(CASK_C128), parts, dtype, element, NULL);
        return isnan(parts[0]) || isnan(parts[1]);
    }
    cki_order_keys(dtype, element, (int64_t)cki_dtype_size(dtype), 1, &key);
    return key == UINT64_MAX;
}

/* How many elements of a sorted line are not NaN or NaT. */
static int64_t valid_of(cki_dtype dtype, const unsigned char *line, int64_t length)
{
    size_t size = cki_dtype_size(dtype);
    int64_t low = 0, high = may_miss(dtype) ? length : 0;
    while (low < high) { /* missing ones are last */
        int64_t middle = low + (high - low) / 2;
        if (is_missing(dtype, line + (size_t)middle * size))
            high = middle;
        else
            low = middle + 1;
    }
    return may_miss(dtype) ? low : length;
}

static cask_status by_sorting(const cki_quantile *how, const cki_array *rows, cki_dtype result,
                              unsigned char *out, cki_error *error)
{
    const int64_t lines = rows->shape[0], length = rows->shape[1];
    const int64_t bytes = (int64_t)cki_dtype_size(result);
    size_t line_bytes = (size_t)length * cki_dtype_size(rows->dtype);
    cask_value *sorted = cki_sort_block(rows, 1, false, error);
    for (int64_t i = 0; sorted && i < lines; i++) {
        const unsigned char *line = cki_array_of(sorted)->data + (size_t)i * line_bytes;
        read_off(how, rows->dtype, line, length, valid_of(rows->dtype, line, length), result,
                 out + i * bytes, lines * bytes);
    }
    cask_value_unref(sorted);
    return error->status;
}

cask_status cki_quantile_lines(const cki_quantile *how, const cki_array *rows, cki_dtype result,
                               unsigned char *out, cki_error *error)
{
    return how->nq <= FEW && cki_order_has_keys(rows->dtype)
               ? by_keys(how, rows, result, out, error)
               : by_sorting(how, rows, result, out, error);
}

size_t cki_quantile_lines_bytes(const cki_quantile *how, cki_dtype dtype, int64_t length)
{
    size_t few;
    if (how->nq > FEW || !cki_order_has_keys(dtype))
        return cki_sort_bytes(dtype, length, false);
    return length > 0 && !__builtin_mul_overflow((size_t)length, sizeof(uint64_t), &few) ? few : 0;
}
