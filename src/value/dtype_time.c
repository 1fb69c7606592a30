/* Units of dates and durations: ratios between them, the common one of two, and conversion of
 * values. */
#include "value/dtype_civil.h"
#include "value/dtype_promote.h"

/* Days in 400 years, and the factors NumPy takes for an average year and month. */
enum { ERA_YEARS = 400, ERA_DAYS = 400 * 365 + 97 };

static int32_t multiple(cki_dtype dtype)
{
    return dtype.count > 0 ? dtype.count : 1;
}

static cki_wide gcd(cki_wide a, cki_wide b)
{
    while (b) {
        cki_wide rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* How many `fine` make one `coarse` (coarse <= fine), as a fraction. Of years and months in days
 * and below it is the average. False if there are too many. */
static bool unit_fraction(int coarse, int fine, cki_wide *over, cki_wide *under)
{
    *under = 1;
    if (coarse > CKI_UNIT_MONTH || coarse == fine) {
        *over = cki_dtype_civil_factor(coarse, fine);
        return *over != 0;
    }
    if (fine == CKI_UNIT_MONTH) {
        *over = 12;
        return true;
    }
    *under = ERA_YEARS * (coarse == CKI_UNIT_MONTH ? 12 : 1) * (fine == CKI_UNIT_WEEK ? 7 : 1);
    int64_t in_day = fine == CKI_UNIT_WEEK ? 1 : cki_dtype_civil_factor(CKI_UNIT_DAY, fine);
    *over = (cki_wide)ERA_DAYS * in_day;
    return in_day != 0;
}

/* value * *multiply / *divide makes `to` of `from`, averages of years and months included. */
static bool average_ratio(cki_dtype from, cki_dtype to, int64_t *multiply, int64_t *divide)
{
    *multiply = *divide = 1;
    if (from.unit == CKI_UNIT_GENERIC || to.unit == CKI_UNIT_GENERIC)
        return true;
    bool finer = from.unit <= to.unit;
    cki_wide over, under;
    if (!unit_fraction(finer ? from.unit : to.unit, finer ? to.unit : from.unit, &over, &under))
        return false;
    cki_wide up = (finer ? over : under) * multiple(from);
    cki_wide down = (finer ? under : over) * multiple(to);
    cki_wide common = gcd(up, down);
    if (up / common > INT64_MAX || down / common > INT64_MAX)
        return false;
    *multiply = (int64_t)(up / common);
    *divide = (int64_t)(down / common);
    return true;
}

bool cki_dtype_unit_ratio(cki_dtype from, cki_dtype to, int64_t *multiply, int64_t *divide)
{
    bool calendar = from.unit <= CKI_UNIT_MONTH, target = to.unit <= CKI_UNIT_MONTH;
    if (calendar != target && from.unit != CKI_UNIT_GENERIC && to.unit != CKI_UNIT_GENERIC)
        return false;
    return average_ratio(from, to, multiply, divide);
}

/* value * multiply / divide, floored. NumPy wraps around where it leaves 64 bits; here that is an
 * error: a wrong date is worse than none. */
static cask_status scale(int64_t value, int64_t multiply, int64_t divide, int64_t *result)
{
    cki_wide product = (cki_wide)value * multiply, quotient = product / divide;
    quotient -= product % divide < 0;
    if (quotient > INT64_MAX || quotient <= INT64_MIN)
        return CASK_ARITHMETIC;
    *result = (int64_t)quotient;
    return CASK_OK;
}

cask_status cki_dtype_time_cast(int64_t value, cki_dtype from, cki_dtype to, int64_t *result)
{
    *result = value;
    bool date = from.id == CASK_DATETIME && to.id == CASK_DATETIME;
    if (value == CKI_NAT || to.unit == CKI_UNIT_GENERIC || cki_dtype_same(from, to))
        return CASK_OK;
    if (from.unit == CKI_UNIT_GENERIC)
        return date ? CASK_INVALID : CASK_OK; /* a bare number is a duration, but no date */
    int64_t multiply, divide;
    if (date && (from.unit <= CKI_UNIT_MONTH) != (to.unit <= CKI_UNIT_MONTH)) {
        cki_civil civil;
        cki_dtype_civil_split(value, from, &civil);
        return cki_dtype_civil_join(&civil, to, result) ? CASK_OK : CASK_ARITHMETIC;
    }
    if (!average_ratio(from, to, &multiply, &divide))
        return CASK_ARITHMETIC;
    return scale(value, multiply, divide, result);
}

static const char *bracket(cki_dtype dtype, char buffer[24])
{
    char name[48];
    cki_dtype_name(dtype, name);
    size_t i = 0;
    for (const char *s = name; *s; s++)
        if (i || *s == '[')
            buffer[i++] = *s;
    buffer[i] = '\0';
    return buffer;
}

/* The common unit of two: the finer base, and the greatest multiple that divides both. Bounds are
 * NumPy's: a factor of 2**56 and more counts as an overflow. */
cask_status cki_dtype_time_common(cki_dtype a, cki_dtype b, bool strict, cki_dtype *result,
                                  cki_error *error)
{
    if (a.unit == CKI_UNIT_GENERIC || b.unit == CKI_UNIT_GENERIC) {
        cki_dtype known = a.unit == CKI_UNIT_GENERIC ? b : a;
        result->unit = known.unit;
        result->count = multiple(known);
        return CASK_OK;
    }
    cki_dtype coarse = a.unit <= b.unit ? a : b, fine = a.unit <= b.unit ? b : a;
    char text_a[24], text_b[24];
    int64_t factor = cki_dtype_civil_factor(coarse.unit, fine.unit), scaled;
    if (coarse.unit == CKI_UNIT_YEAR && fine.unit == CKI_UNIT_MONTH)
        factor = 12;
    else if (coarse.unit <= CKI_UNIT_MONTH && fine.unit > CKI_UNIT_MONTH && strict)
        return cki_fail(error, CASK_TYPE, "TypeError",
                        "Cannot get a common metadata divisor for Numpy datetime metadata %s and "
                        "%s because they have incompatible nonlinear base time units.",
                        bracket(a, text_a), bracket(b, text_b));
    cki_wide common = 0;
    if (factor && factor < INT64_C(1) << 56 &&
        !__builtin_mul_overflow(factor, multiple(coarse), &scaled))
        common = gcd(scaled, multiple(fine));
    if (common <= 0 || common > INT32_MAX)
        return cki_fail(error, CASK_ARITHMETIC, "OverflowError",
                        "Integer overflow getting a common metadata divisor for NumPy datetime "
                        "metadata %s and %s.",
                        bracket(a, text_a), bracket(b, text_b));
    result->unit = fine.unit;
    result->count = (int32_t)common;
    return CASK_OK;
}
