/* Filters of elements. Each works in the type that NumPy would: differences wrap in integers,
 * scaled numbers are doubles. */
#include "io/filter.h"
#include "io/region.h"

#include <math.h>
#include <string.h>

size_t cki_filter_bytes(const cki_filter *filter, size_t count)
{
    if (filter->id == CKI_FILTER_PACKBITS)
        return 1 + (count + 7) / 8;
    return count * cki_dtype_size(filter->outer);
}

static void swap(cki_dtype dtype, bool swapped, unsigned char *bytes, size_t count)
{
    size_t size = cki_dtype_size(dtype);
    if (!swapped || size < 2)
        return;
    bool complex = cki_dtype_is_complex(dtype);
    cki_region_swap(bytes, complex ? count * 2 : count, complex ? size / 2 : size);
}

/* A dense row of elements, for casting. */
static cki_array row(cki_dtype dtype, unsigned char *data, size_t count)
{
    return (cki_array){.dtype = dtype,
                       .ndim = 1,
                       .data = data,
                       .shape = {(int64_t)count},
                       .strides = {(int64_t)cki_dtype_size(dtype)}};
}

static cask_status cast(cki_dtype to_type, unsigned char *to, cki_dtype from_type,
                        unsigned char *from, size_t count, cki_error *error)
{
    cki_array target = row(to_type, to, count), source = row(from_type, from, count);
    return cki_array_cast(&target, &source, error);
}

/* ---- differences ---- */

/* Running sums (or their undoing) in place, in a type of integers that wrap or of floats. */
#define SUM_UP(T)                                                                                  \
    do {                                                                                           \
        T sum = 0, x;                                                                              \
        for (size_t i = 0; i < count; i++) {                                                       \
            memcpy(&x, at + i * sizeof(T), sizeof(T));                                             \
            sum = (T)(sum + x);                                                                    \
            memcpy(at + i * sizeof(T), &sum, sizeof(T));                                           \
        }                                                                                          \
    } while (0)
#define DIFFER(T)                                                                                  \
    do {                                                                                           \
        T last = 0, x;                                                                             \
        for (size_t i = 0; i < count; i++) {                                                       \
            memcpy(&x, at + i * sizeof(T), sizeof(T));                                             \
            T difference = (T)(x - last);                                                          \
            memcpy(at + i * sizeof(T), &difference, sizeof(T));                                    \
            last = x;                                                                              \
        }                                                                                          \
    } while (0)
#define BY_TYPE(DO)                                                                                \
    if (cki_dtype_is_float(dtype) && cki_dtype_size(dtype) == 4)                                   \
        DO(float);                                                                                 \
    else if (cki_dtype_is_float(dtype) && cki_dtype_size(dtype) == 8)                              \
        DO(double);                                                                                \
    else if (cki_dtype_size(dtype) == 1)                                                           \
        DO(uint8_t);                                                                               \
    else if (cki_dtype_size(dtype) == 2)                                                           \
        DO(uint16_t);                                                                              \
    else if (cki_dtype_size(dtype) == 4)                                                           \
        DO(uint32_t);                                                                              \
    else                                                                                           \
        DO(uint64_t)

/* Booleans differ or not. */
static void toggle(unsigned char *at, size_t count, bool decode)
{
    unsigned char last = 0;
    for (size_t i = 0; i < count; i++) {
        unsigned char x = at[i] != 0;
        at[i] = x ^ last;
        last = decode ? at[i] : x;
    }
}

static cask_status undo_delta(const cki_filter *filter, unsigned char *from, unsigned char *at,
                              size_t count, cki_error *error)
{
    cki_dtype dtype = filter->inner;
    cask_status status = cast(dtype, at, filter->outer, from, count, error);
    if (status != CASK_OK)
        return status;
    if (dtype.id == CASK_BOOL) {
        toggle(at, count, true);
        return CASK_OK;
    }
    BY_TYPE(SUM_UP);
    return CASK_OK;
}

static cask_status do_delta(const cki_filter *filter, unsigned char *at, unsigned char *to,
                            size_t count, cki_error *error)
{
    cki_dtype dtype = filter->inner;
    if (dtype.id == CASK_BOOL)
        toggle(at, count, false);
    else
        BY_TYPE(DIFFER);
    return cast(filter->outer, to, dtype, at, count, error);
}

/* ---- scaled numbers ---- */

/* An element as a double, and back. */
static cask_status get_real(cki_dtype dtype, const unsigned char *at, double *x, cki_error *error)
{
    return cki_array_cast_element(cki_dtype_of(CASK_F64), x, dtype, at, error);
}

static cask_status undo_scale(const cki_filter *filter, const unsigned char *from,
                              unsigned char *to, size_t count, cki_error *error)
{
    size_t inner = cki_dtype_size(filter->inner), outer = cki_dtype_size(filter->outer);
    cask_status status = CASK_OK;
    for (size_t i = 0; status == CASK_OK && i < count; i++) {
        double x;
        status = get_real(filter->outer, from + i * outer, &x, error);
        if (status != CASK_OK)
            return status;
        x = x / filter->scale + filter->offset;
        status = cki_array_cast_element(filter->inner, to + i * inner, cki_dtype_of(CASK_F64), &x,
                                        error);
    }
    return status;
}

static double quantized(const cki_filter *filter, double x)
{
    double exponent = log10(pow(10, -filter->digits));
    exponent = exponent < 0 ? floor(exponent) : ceil(exponent);
    double scale = pow(2, ceil(log2(pow(10, -exponent))));
    return rint(scale * x) / scale;
}

static cask_status do_scale(const cki_filter *filter, const unsigned char *from, unsigned char *to,
                            size_t count, cki_error *error)
{
    size_t inner = cki_dtype_size(filter->inner), outer = cki_dtype_size(filter->outer);
    cask_status status = CASK_OK;
    for (size_t i = 0; status == CASK_OK && i < count; i++) {
        double x;
        status = get_real(filter->inner, from + i * inner, &x, error);
        if (status != CASK_OK)
            return status;
        x = filter->id == CKI_FILTER_QUANTIZE ? quantized(filter, x)
                                              : rint((x - filter->offset) * filter->scale);
        status = cki_array_cast_element(filter->outer, to + i * outer, cki_dtype_of(CASK_F64), &x,
                                        error);
    }
    return status;
}

/* Round to even at the last mantissa bit kept. */
#define ROUND_BITS(T, mantissa)                                                                    \
    for (size_t i = 0; filter->digits < (mantissa) && i < count; i++) {                            \
        T x, drop = (T)((mantissa)-filter->digits), half = (T)((T)1 << (drop - 1));                \
        memcpy(&x, from + i * sizeof(T), sizeof(T));                                               \
        x = (T)(x + (half - 1) + (x >> drop & 1));                                                 \
        x = (T)(x & (T) ~(((T)1 << drop) - 1));                                                    \
        memcpy(from + i * sizeof(T), &x, sizeof(T));                                               \
    }

static void round_bits(const cki_filter *filter, unsigned char *from, size_t count)
{
    if (filter->digits < 0)
        return;
    if (cki_dtype_size(filter->inner) == 8) {
        ROUND_BITS(uint64_t, 52)
    } else if (cki_dtype_size(filter->inner) == 4) {
        ROUND_BITS(uint32_t, 23)
    } else {
        ROUND_BITS(uint16_t, 10)
    }
}

/* ---- bits ---- */

static cask_status unpack_bits(const unsigned char *from, unsigned char *to, size_t count,
                               cki_error *error)
{
    size_t over = count % 8 ? 8 - count % 8 : 0;
    if (from[0] != over)
        return cki_fail(error, CASK_FORMAT, "ValueError", "packed bits of another length");
    for (size_t i = 0; i < count; i++)
        to[i] = from[1 + i / 8] >> (7 - i % 8) & 1;
    return CASK_OK;
}

static void pack_bits(const unsigned char *from, unsigned char *to, size_t count)
{
    size_t bytes = (count + 7) / 8;
    memset(to, 0, bytes + 1);
    to[0] = (unsigned char)(bytes * 8 - count);
    for (size_t i = 0; i < count; i++)
        to[1 + i / 8] = (unsigned char)(to[1 + i / 8] | (from[i] ? 1U : 0U) << (7 - i % 8));
}

cask_status cki_filter_decode(const cki_filter *filter, unsigned char *from, unsigned char *to,
                              size_t count, cki_error *error)
{
    cask_status status = CASK_OK;
    if (filter->id != CKI_FILTER_PACKBITS)
        swap(filter->outer, filter->outer_swapped, from, count);
    switch (filter->id) {
    case CKI_FILTER_DELTA:
        status = undo_delta(filter, from, to, count, error);
        break;
    case CKI_FILTER_SCALE:
        status = undo_scale(filter, from, to, count, error);
        break;
    case CKI_FILTER_PACKBITS:
        status = unpack_bits(from, to, count, error);
        break;
    case CKI_FILTER_QUANTIZE:
    case CKI_FILTER_ASTYPE:
    case CKI_FILTER_BITROUND:
        status = cast(filter->inner, to, filter->outer, from, count, error);
        break;
    }
    swap(filter->inner, filter->inner_swapped, to, count);
    return status;
}

cask_status cki_filter_encode(const cki_filter *filter, unsigned char *from, unsigned char *to,
                              size_t count, cki_error *error)
{
    cask_status status = CASK_OK;
    swap(filter->inner, filter->inner_swapped, from, count);
    switch (filter->id) {
    case CKI_FILTER_DELTA:
        status = do_delta(filter, from, to, count, error);
        break;
    case CKI_FILTER_SCALE:
    case CKI_FILTER_QUANTIZE:
        status = do_scale(filter, from, to, count, error);
        break;
    case CKI_FILTER_PACKBITS:
        pack_bits(from, to, count);
        return CASK_OK;
    case CKI_FILTER_BITROUND:
        round_bits(filter, from, count);
        status = cast(filter->outer, to, filter->inner, from, count, error);
        break;
    case CKI_FILTER_ASTYPE:
        status = cast(filter->outer, to, filter->inner, from, count, error);
        break;
    }
    swap(filter->outer, filter->outer_swapped, to, count);
    return status;
}
