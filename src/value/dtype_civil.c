/* Civil time: the Gregorian calendar in integers, by eras of 400 years (after Howard Hinnant's
 * "chrono-compatible low-level date algorithms"). */
#include "value/dtype_civil.h"

enum { ERA_DAYS = 146097, EPOCH_SHIFT = 719468 }; /* days from 0000-03-01 to 1970-01-01 */

static cki_wide floor_div(cki_wide a, cki_wide b)
{
    cki_wide q = a / b;
    return a % b < 0 ? q - 1 : q;
}

cki_wide cki_dtype_civil_days(cki_wide year, int month, int day)
{
    cki_wide y = year - (month <= 2), era = floor_div(y, 400);
    int of_era = (int)(y - era * 400);
    int of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int days = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
    return era * ERA_DAYS + days - EPOCH_SHIFT;
}

void cki_dtype_civil_date(cki_wide days, cki_civil *civil)
{
    cki_wide z = days + EPOCH_SHIFT, era = floor_div(z, ERA_DAYS);
    int day = (int)(z - era * ERA_DAYS);
    int year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
    int of_year = day - (365 * year + year / 4 - year / 100);
    int shifted = (5 * of_year + 2) / 153; /* month from March */
    civil->day = of_year - (153 * shifted + 2) / 5 + 1;
    civil->month = shifted < 10 ? shifted + 3 : shifted - 9;
    civil->year = year + era * 400 + (civil->month <= 2);
}

int cki_dtype_civil_month_days(cki_wide year, int month)
{
    static const int days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return days[month - 1] + (month == 2 && leap);
}

int64_t cki_dtype_civil_factor(int coarse, int fine)
{
    static const int64_t step[CKI_UNIT_GENERIC] = {1,    1,    7,    24,   60,   60, 1000,
                                                   1000, 1000, 1000, 1000, 1000, 1};
    int64_t factor = coarse <= fine;
    for (int unit = coarse; unit < fine; unit++)
        if (__builtin_mul_overflow(factor, step[unit], &factor))
            return 0;
    return factor;
}

/* The same where it is known to fit: within a day. */
static int64_t parts_in(int coarse, int fine)
{
    int64_t factor = cki_dtype_civil_factor(coarse, fine);
    return factor > 0 ? factor : 1;
}

static int32_t multiple(cki_dtype dtype)
{
    return dtype.count > 0 ? dtype.count : 1;
}

void cki_dtype_civil_split(int64_t value, cki_dtype dtype, cki_civil *civil)
{
    cki_wide units = (cki_wide)value * multiple(dtype);
    *civil = (cki_civil){.year = 1970, .month = 1, .day = 1};
    if (dtype.unit == CKI_UNIT_YEAR) {
        civil->year += units;
        return;
    }
    if (dtype.unit == CKI_UNIT_MONTH) {
        cki_wide years = floor_div(units, 12);
        civil->year += years;
        civil->month += (int)(units - years * 12);
        return;
    }
    if (dtype.unit <= CKI_UNIT_DAY) {
        cki_dtype_civil_date(dtype.unit == CKI_UNIT_WEEK ? units * 7 : units, civil);
        return;
    }
    int fine = dtype.unit > CKI_UNIT_SECOND ? dtype.unit : CKI_UNIT_SECOND;
    cki_wide in_second = parts_in(CKI_UNIT_SECOND, fine);
    cki_wide small = units * parts_in(dtype.unit, fine);
    cki_wide seconds = floor_div(small, in_second);
    civil->atto = (int64_t)((small - seconds * in_second) * parts_in(fine, CKI_UNIT_ATTO));
    cki_wide days = floor_div(seconds, 86400);
    int rest = (int)(seconds - days * 86400);
    cki_dtype_civil_date(days, civil);
    civil->hour = rest / 3600;
    civil->minute = rest / 60 % 60;
    civil->second = rest % 60;
}

/* Units of `unit` (hours and below) since the epoch. */
static bool join_time(const cki_civil *civil, cki_wide days, int unit, cki_wide *result)
{
    cki_wide seconds = days * 86400 + civil->hour * 3600 + civil->minute * 60 + civil->second;
    if (unit <= CKI_UNIT_SECOND) {
        *result = floor_div(seconds, parts_in(unit, CKI_UNIT_SECOND));
        return true;
    }
    if (seconds > INT64_MAX || seconds < INT64_MIN) /* the product below then stays in range */
        return false;
    *result =
        seconds * parts_in(CKI_UNIT_SECOND, unit) + civil->atto / parts_in(unit, CKI_UNIT_ATTO);
    return true;
}

bool cki_dtype_civil_join(const cki_civil *civil, cki_dtype dtype, int64_t *value)
{
    cki_wide result;
    if (dtype.unit == CKI_UNIT_YEAR) {
        result = civil->year - 1970;
    } else if (dtype.unit == CKI_UNIT_MONTH) {
        result = (civil->year - 1970) * 12 + civil->month - 1;
    } else {
        cki_wide days = cki_dtype_civil_days(civil->year, civil->month, civil->day);
        result = dtype.unit == CKI_UNIT_WEEK ? floor_div(days, 7) : days;
        if (dtype.unit > CKI_UNIT_DAY && !join_time(civil, days, dtype.unit, &result))
            return false;
    }
    result = floor_div(result, multiple(dtype));
    if (result > INT64_MAX || result <= INT64_MIN)
        return false;
    *value = (int64_t)result;
    return true;
}
