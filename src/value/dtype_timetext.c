/* Dates as text: ISO 8601, written and read as NumPy's datetime64 does. */
#include "value/dtype_civil.h"

#include <stdio.h>
#include <string.h>

/* A signed wide number in decimal, at least four characters, like "%04d". */
static int put_year(char *out, cki_wide year)
{
    char digits[48];
    bool negative = year < 0;
    int count = 0, length = 0;
    for (cki_wide left = negative ? -year : year; left || !count; left /= 10)
        digits[count++] = (char)('0' + (int)(left % 10));
    while (count + negative < 4)
        digits[count++] = '0';
    if (negative)
        out[length++] = '-';
    while (count)
        out[length++] = digits[--count];
    out[length] = '\0';
    return length;
}

const char *cki_dtype_time_text(int64_t value, cki_dtype dtype, char buffer[64])
{
    if (value == CKI_NAT) {
        memcpy(buffer, "NaT", 4);
        return buffer;
    }
    if (dtype.unit >= CKI_UNIT_GENERIC) { /* NumPy refuses: it is only a number */
        snprintf(buffer, 64, "%lld", (long long)value);
        return buffer;
    }
    cki_civil civil;
    cki_dtype_civil_split(value, dtype, &civil);
    int at = put_year(buffer, civil.year), unit = dtype.unit;
    if (unit >= CKI_UNIT_MONTH)
        at += snprintf(buffer + at, 4, "-%02d", civil.month);
    if (unit >= CKI_UNIT_WEEK)
        at += snprintf(buffer + at, 4, "-%02d", civil.day);
    if (unit >= CKI_UNIT_HOUR)
        at += snprintf(buffer + at, 4, "T%02d", civil.hour);
    if (unit >= CKI_UNIT_MINUTE)
        at += snprintf(buffer + at, 4, ":%02d", civil.minute);
    if (unit >= CKI_UNIT_SECOND)
        at += snprintf(buffer + at, 4, ":%02d", civil.second);
    if (unit > CKI_UNIT_SECOND) {
        int digits = (unit - CKI_UNIT_SECOND) * 3;
        int64_t fraction = civil.atto;
        for (int i = digits; i < 18; i++)
            fraction /= 10;
        snprintf(buffer + at, (size_t)(64 - at), ".%0*lld", digits, (long long)fraction);
    }
    return buffer;
}

typedef struct reader {
    const char *text, *at;
    cki_civil civil;
    int unit;  /* the finest part read */
    int shift; /* minutes east of Greenwich */
} reader;

static cask_status bad_place(const reader *r, cki_error *error)
{
    return cki_fail(error, CASK_INVALID, "ValueError",
                    "Error parsing datetime string \"%.100s\" at position %td", r->text,
                    r->at - r->text);
}

static cask_status out_of_range(const reader *r, const char *what, cki_error *error)
{
    return cki_fail(error, CASK_INVALID, "ValueError",
                    "%s out of range in datetime string \"%.100s\"", what, r->text);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Exactly two digits. */
static bool two_digits(reader *r, int *number)
{
    if (!is_digit(r->at[0]) || !is_digit(r->at[1]))
        return false;
    *number = (r->at[0] - '0') * 10 + (r->at[1] - '0');
    r->at += 2;
    return true;
}

/* One part of two digits between `least` and `most`. */
static cask_status read_part(reader *r, int unit, int *part, int least, int most, const char *what,
                             cki_error *error)
{
    if (!two_digits(r, part))
        return bad_place(r, error);
    if (*part < least || *part > most)
        return out_of_range(r, what, error);
    r->unit = unit;
    return CASK_OK;
}

static cask_status read_date(reader *r, cki_error *error)
{
    while (*r->at == ' ' || (*r->at >= '\t' && *r->at <= '\r'))
        r->at++;
    bool negative = *r->at == '-';
    if (*r->at == '-' || *r->at == '+')
        r->at++;
    if (!is_digit(*r->at))
        return bad_place(r, error);
    const char *start = r->at;
    for (; is_digit(*r->at); r->at++)
        if (r->at - start < 19)
            r->civil.year = r->civil.year * 10 + (*r->at - '0');
    if (r->at - start > 18)
        return out_of_range(r, "Year", error);
    if (negative)
        r->civil.year = -r->civil.year;
    r->unit = CKI_UNIT_YEAR;
    if (*r->at != '-')
        return CASK_OK;
    r->at++;
    cask_status status = read_part(r, CKI_UNIT_MONTH, &r->civil.month, 1, 12, "Month", error);
    if (status != CASK_OK || *r->at != '-')
        return status;
    r->at++;
    int days = cki_dtype_civil_month_days(r->civil.year, r->civil.month);
    return read_part(r, CKI_UNIT_DAY, &r->civil.day, 1, days, "Day", error);
}

/* The digits behind the point; their number tells the unit. */
static void read_fraction(reader *r)
{
    int digits = 0;
    int64_t atto = 0;
    for (; is_digit(*r->at) && digits < 18; digits++)
        atto = atto * 10 + (*r->at++ - '0');
    r->unit = digits ? CKI_UNIT_SECOND + (digits + 2) / 3 : CKI_UNIT_MILLI;
    for (; digits < 18; digits++)
        atto *= 10;
    r->civil.atto = atto;
}

static cask_status read_clock(reader *r, cki_error *error)
{
    r->at++; /* T or a space */
    cask_status status = read_part(r, CKI_UNIT_HOUR, &r->civil.hour, 0, 23, "Hours", error);
    if (status != CASK_OK || *r->at != ':')
        return status;
    r->at++;
    status = read_part(r, CKI_UNIT_MINUTE, &r->civil.minute, 0, 59, "Minutes", error);
    if (status != CASK_OK || *r->at != ':')
        return status;
    r->at++;
    status = read_part(r, CKI_UNIT_SECOND, &r->civil.second, 0, 59, "Seconds", error);
    if (status == CASK_OK && *r->at == '.') {
        r->at++;
        read_fraction(r);
    }
    return status;
}

static cask_status read_zone(reader *r, cki_error *error)
{
    if (*r->at == 'Z') {
        r->at++;
        return CASK_OK;
    }
    if (*r->at != '+' && *r->at != '-')
        return CASK_OK;
    int sign = *r->at++ == '-' ? -1 : 1, hours, minutes = 0;
    if (!two_digits(r, &hours))
        return bad_place(r, error);
    if (hours > 23)
        return out_of_range(r, "Timezone hours offset", error);
    if (*r->at == ':')
        r->at++;
    if (is_digit(*r->at) && !two_digits(r, &minutes))
        return bad_place(r, error);
    if (minutes > 59)
        return out_of_range(r, "Timezone minutes offset", error);
    r->shift = sign * (hours * 60 + minutes);
    return CASK_OK;
}

/* Local time to universal time. */
static void apply_zone(reader *r)
{
    if (!r->shift)
        return;
    cki_civil *civil = &r->civil;
    int minutes = civil->hour * 60 + civil->minute - r->shift;
    int days = minutes < 0 ? -1 : minutes / 1440;
    minutes -= days * 1440;
    civil->hour = minutes / 60;
    civil->minute = minutes % 60;
    cki_wide date = cki_dtype_civil_days(civil->year, civil->month, civil->day) + days;
    cki_dtype_civil_date(date, civil);
}

static bool is_nat(const char *text)
{
    return !*text ||
           ((text[0] | 32) == 'n' && (text[1] | 32) == 'a' && (text[2] | 32) == 't' && !text[3]);
}

cask_status cki_dtype_time_parse(const char *text, cki_dtype *dtype, int64_t *value,
                                 cki_error *error)
{
    *value = CKI_NAT;
    if (is_nat(text))
        return CASK_OK;
    reader r = {.text = text, .at = text, .civil = {.month = 1, .day = 1}};
    cask_status status = read_date(&r, error);
    if (status == CASK_OK && r.unit == CKI_UNIT_DAY && (*r.at == 'T' || *r.at == ' ')) {
        status = read_clock(&r, error);
        if (status == CASK_OK)
            status = read_zone(&r, error);
    }
    if (status == CASK_OK && *r.at)
        status = bad_place(&r, error);
    if (status != CASK_OK)
        return status;
    apply_zone(&r);
    if (dtype->unit == CKI_UNIT_GENERIC) {
        dtype->unit = (uint8_t)r.unit;
        dtype->count = 1;
    }
    if (!cki_dtype_civil_join(&r.civil, *dtype, value)) {
        char name[48];
        return cki_fail(error, CASK_ARITHMETIC, "OverflowError",
                        "the date \"%.60s\" is out of the range of %s", text,
                        cki_dtype_name(*dtype, name));
    }
    return CASK_OK;
}
