/* astype: copies with conversion between any two types of elements. */
#include "value/array_cast.h"
#include "core/divisor.h"
#include "value/array_walk.h"

#include <string.h>

/* A conversion of one row, with all it needs. */
typedef struct conversion {
    cki_dtype to, from;
    cki_cast_row *numbers; /* NULL where elements go one by one */
    bool units;            /* both are dates, or durations, of unlike units */
    bool coarser;          /* so many (`by`) units make one of the new */
    cki_divisor by;
} conversion;

static cask_status fail_units(const conversion *c, cask_status why, cki_error *error)
{
    char from[48], to[48];
    if (why == CASK_INVALID)
        return cki_fail(error, CASK_INVALID, "ValueError",
                        "Converting an integer to a NumPy datetime requires a specified unit");
    return cki_fail(error, CASK_ARITHMETIC, "OverflowError",
                    "Integer overflow while converting %s to %s", cki_dtype_name(c->from, from),
                    cki_dtype_name(c->to, to));
}

static cask_status cast_units(const conversion *c, unsigned char *out, const unsigned char *in,
                              cki_error *error)
{
    int64_t value, result;
    memcpy(&value, in, sizeof value);
    cask_status status = cki_dtype_time_cast(value, c->from, c->to, &result);
    if (status != CASK_OK)
        return fail_units(c, status, error);
    memcpy(out, &result, sizeof result);
    return CASK_OK;
}

/* Times in coarser units, floored; these always fit. */
static void cast_coarser(const conversion *c, unsigned char *to, int64_t to_stride,
                         const unsigned char *from, int64_t from_stride, int64_t count)
{
    for (int64_t i = 0; i < count; i++) {
        int64_t value;
        memcpy(&value, from + i * from_stride, sizeof value);
        const uint64_t below = value < 0 ? ~(uint64_t)0 : 0;
        int64_t result = (int64_t)(cki_divisor_quotient(&c->by, (uint64_t)value ^ below) ^ below);
        if (value == CKI_NAT)
            result = CKI_NAT;
        memcpy(to + i * to_stride, &result, sizeof result);
    }
}

static conversion plan(cki_dtype to, cki_dtype from)
{
    conversion c = {.to = to, .from = from};
    /* a date made a duration, or the other way round, keeps its number */
    c.units = to.id == from.id && cki_dtype_is_time(to);
    int64_t multiply = 0, divide = 0;
    if (!c.units)
        c.numbers = cki_array_cast_numbers((cask_dtype)to.id, (cask_dtype)from.id);
    else if (from.unit != CKI_UNIT_GENERIC && to.unit != CKI_UNIT_GENERIC &&
             cki_dtype_unit_ratio(from, to, &multiply, &divide) && multiply == 1) {
        c.coarser = true;
        c.by = cki_divisor_of((uint64_t)divide);
    }
    return c;
}

static cask_status cast_one(const conversion *c, unsigned char *out, const unsigned char *in,
                            cki_error *error)
{
    if (c->numbers) {
        c->numbers(out, (int64_t)cki_dtype_size(c->to), in, (int64_t)cki_dtype_size(c->from), 1);
        return CASK_OK;
    }
    return c->units ? cast_units(c, out, in, error)
                    : cki_array_cast_text(c->to, out, c->from, in, error);
}

static cask_status cast_row(const conversion *c, unsigned char *to, int64_t to_stride,
                            const unsigned char *from, int64_t from_stride, int64_t count,
                            cki_error *error)
{
    if (c->numbers) {
        c->numbers(to, to_stride, from, from_stride, count);
        return CASK_OK;
    }
    if (c->coarser) {
        cast_coarser(c, to, to_stride, from, from_stride, count);
        return CASK_OK;
    }
    for (int64_t i = 0; i < count; i++) {
        cask_status status = cast_one(c, to + i * to_stride, from + i * from_stride, error);
        if (status != CASK_OK)
            return status;
    }
    return CASK_OK;
}

cask_status cki_array_cast_element(cki_dtype to, void *out, cki_dtype from, const void *in,
                                   cki_error *error)
{
    conversion c = plan(to, from);
    return cast_one(&c, out, in, error);
}

cask_status cki_array_cast(const cki_array *to, const cki_array *from, cki_error *error)
{
    if (cki_dtype_same(to->dtype, from->dtype)) {
        cki_array_copy(to, from);
        return CASK_OK;
    }
    conversion c = plan(to->dtype, from->dtype);
    cki_walk w;
    cki_array_walk(&w, to, from);
    if (w.empty)
        return CASK_OK;
    if (!w.ndim)
        return cast_one(&c, w.target, w.source, error);
    int inner = w.ndim - 1;
    int64_t index[CKI_MAX_NDIM] = {0};
    for (;;) {
        cask_status status =
            cast_row(&c, w.target, w.to[inner], w.source, w.from[inner], w.shape[inner], error);
        if (status != CASK_OK)
            return status;
        int axis = inner - 1;
        for (; axis >= 0; axis--) {
            w.target += w.to[axis];
            w.source += w.from[axis];
            if (++index[axis] < w.shape[axis])
                break;
            w.target -= w.shape[axis] * w.to[axis];
            w.source -= w.shape[axis] * w.from[axis];
            index[axis] = 0;
        }
        if (axis < 0)
            return CASK_OK;
    }
}
