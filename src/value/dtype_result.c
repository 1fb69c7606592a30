/* result_type of several operands: NumPy 1's value-based casting of scalars. */
#include "value/dtype.h"

/* NumPy's coarse order of kinds: a scalar counts by value only beside an array of its rank or a
 * higher one. */
static int rank(cki_dtype dtype)
{
    if (dtype.id == CASK_BOOL)
        return 0;
    if (cki_dtype_is_integer(dtype))
        return 1;
    return cki_dtype_is_float(dtype) || cki_dtype_is_complex(dtype) ? 2 : 3;
}

/* The smallest type of the scalar's kind that holds its value. `either`: it fits the signed type of
 * that size just as well. */
static cki_dtype smallest_integer(const cki_operand *scalar, bool *either)
{
    uint64_t m = scalar->magnitude;
    if (scalar->negative && m) {
        int power = m <= 1U << 7 ? 0 : m <= 1U << 15 ? 1 : m <= UINT64_C(1) << 31 ? 2 : 3;
        static const uint8_t types[] = {CASK_I8, CASK_I16, CASK_I32, CASK_I64};
        return cki_dtype_of(types[power]);
    }
    int power = m <= UINT8_MAX ? 0 : m <= UINT16_MAX ? 1 : m <= UINT32_MAX ? 2 : 3;
    static const uint8_t types[] = {CASK_U8, CASK_U16, CASK_U32, CASK_U64};
    *either = m >> ((8 << power) - 1) == 0;
    return cki_dtype_of(types[power]);
}

static cki_dtype smallest(const cki_operand *scalar, bool *either)
{
    double re = scalar->real, im = scalar->imaginary;
    bool single = re > -3.4e38 && re < 3.4e38;
    if (cki_dtype_is_integer(scalar->dtype))
        return smallest_integer(scalar, either);
    if (scalar->dtype.id == CASK_C128)
        return cki_dtype_of(single && im > -3.4e38 && im < 3.4e38 ? CASK_C64 : CASK_C128);
    if (!cki_dtype_is_float(scalar->dtype) || scalar->dtype.id == CASK_F16)
        return scalar->dtype;
    bool finite = re - re == 0;
    if (!finite || (re > -65000 && re < 65000))
        return cki_dtype_of(CASK_F16);
    return single ? cki_dtype_of(CASK_F32) : scalar->dtype;
}

static cki_dtype made_signed(cki_dtype dtype)
{
    return cki_dtype_is_unsigned(dtype) ? cki_dtype_of((cask_dtype)(dtype.id - 1)) : dtype;
}

/* Promote two, where a small unsigned value may count as signed if that helps. */
static cask_status join(cki_dtype a, bool a_either, cki_dtype b, bool b_either, cki_dtype *result,
                        cki_error *error)
{
    bool a_bare = a.id == CASK_BOOL || cki_dtype_is_unsigned(a);
    bool b_bare = b.id == CASK_BOOL || cki_dtype_is_unsigned(b);
    if (a_either && !b_bare)
        a = made_signed(a);
    else if (b_either && !a_bare)
        b = made_signed(b);
    return cki_dtype_promote(a, b, result, error);
}

cask_status cki_dtype_result(const cki_operand *operands, size_t count, cki_dtype *result,
                             cki_error *error)
{
    int arrays = -1, scalars = -1;
    for (size_t i = 0; i < count; i++) {
        int *most = operands[i].scalar ? &scalars : &arrays;
        int own = rank(operands[i].dtype);
        *most = own > *most ? own : *most;
    }
    if (!count)
        return cki_fail(error, CASK_INVALID, "ValueError",
                        "at least one array or dtype is required");
    bool by_value = arrays >= 0 && scalars >= 0 && arrays >= scalars;
    bool either = false;
    for (size_t i = 0; i < count; i++) {
        bool own_either = false;
        cki_dtype own = by_value && operands[i].scalar ? smallest(&operands[i], &own_either)
                                                       : operands[i].dtype;
        cask_status status = CASK_OK;
        if (i == 0)
            *result = own;
        else
            status = join(own, own_either, *result, either, result, error);
        if (status != CASK_OK)
            return status;
        either = i == 0 ? own_either : either && own_either;
    }
    return CASK_OK;
}
