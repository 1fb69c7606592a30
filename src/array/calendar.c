/* Calendars: the CF conventions' (chapter 4.4), days counted by the formulas of the Explanatory
 * Supplement to the Astronomical Almanac. */
#include "array/calendar.h"
#include "value/dtype_civil.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    JULIAN_0 = 32082,        /* from day 0 of the formulas to that of the Julian period */
    DAY_1970 = 2440588,      /* 1970-01-01 in the Julian period */
    DAY_1582_10_15 = -141427 /* from 1970 */
};

typedef struct date {
    int64_t year;
    int month, day;
} date;

/* ---- days of each calendar ---- */

static int64_t julian_days(const date *d)
{
    int64_t before = d->month <= 2, year = d->year + 4800 - before;
    int64_t month = d->month + 12 * before - 3;
    int64_t leaps = year >= 0 ? year / 4 : -((3 - year) / 4);
    return d->day + (153 * month + 2) / 5 + 365 * year + leaps - JULIAN_0 - 1 - DAY_1970;
}

static date julian_date(int64_t days)
{
    int64_t c = days + DAY_1970 + JULIAN_0, cycles = c >= 0 ? c / 1461 : -((1460 - c) / 1461);
    c -= cycles * 1461; /* years of four come and go alike */
    int64_t d = (4 * c + 3) / 1461, e = c - 1461 * d / 4, m = (5 * e + 2) / 153;
    return (date){d - 4800 + m / 10 + 4 * cycles, (int)(m + 3 - 12 * (m / 10)),
                  (int)(e - (153 * m + 2) / 5 + 1)};
}

static int64_t gregorian_days(const date *d)
{
    return (int64_t)cki_dtype_civil_days(d->year, d->month, d->day);
}

static date gregorian_date(int64_t days)
{
    cki_civil civil;
    cki_dtype_civil_date(days, &civil);
    return (date){(int64_t)civil.year, civil.month, civil.day};
}

/* Days of a month in the calendars whose years are all alike. */
static int month_days(cki_calendar_kind kind, int month)
{
    return kind == CKI_CALENDAR_360_DAY
               ? 30
               : cki_dtype_civil_month_days(kind == CKI_CALENDAR_ALL_LEAP ? 2000 : 2001, month);
}

static int64_t year_days(cki_calendar_kind kind)
{
    return kind == CKI_CALENDAR_360_DAY ? 360 : kind == CKI_CALENDAR_ALL_LEAP ? 366 : 365;
}

static int64_t days_of(cki_calendar_kind kind, const date *d)
{
    const date first = {1582, 10, 15};
    int64_t days = d->year * year_days(kind) + d->day - 1;
    switch (kind) {
    case CKI_CALENDAR_STANDARD:
        days = gregorian_days(d);
        return days < gregorian_days(&first) ? julian_days(d) : days;
    case CKI_CALENDAR_GREGORIAN:
        return gregorian_days(d);
    case CKI_CALENDAR_JULIAN:
        return julian_days(d);
    case CKI_CALENDAR_NO_LEAP:
    case CKI_CALENDAR_ALL_LEAP:
    case CKI_CALENDAR_360_DAY:
        for (int month = 1; month < d->month; month++)
            days += month_days(kind, month);
    }
    return days;
}

static date date_of(cki_calendar_kind kind, int64_t days)
{
    if (kind == CKI_CALENDAR_GREGORIAN || (kind == CKI_CALENDAR_STANDARD && days >= DAY_1582_10_15))
        return gregorian_date(days);
    if (kind == CKI_CALENDAR_JULIAN || kind == CKI_CALENDAR_STANDARD)
        return julian_date(days);
    int64_t length = year_days(kind), year = days / length - (days % length < 0);
    days -= year * length;
    date d = {year, 1, 1};
    for (; days >= month_days(kind, d.month); d.month++)
        days -= month_days(kind, d.month);
    d.day += (int)days;
    return d;
}

/* ---- units ---- */

/* Seconds of a unit, whose name is so many letters long; 0 if it is none. */
static double unit_seconds(const char *name, size_t length)
{
    static const struct {
        const char *name;
        double seconds;
    } units[] = {{"seconds", 1},
                 {"second", 1},
                 {"secs", 1},
                 {"sec", 1},
                 {"s", 1},
                 {"minutes", 60},
                 {"minute", 60},
                 {"mins", 60},
                 {"min", 60},
                 {"hours", 3600},
                 {"hour", 3600},
                 {"hrs", 3600},
                 {"hr", 3600},
                 {"h", 3600},
                 {"days", 86400},
                 {"day", 86400},
                 {"d", 86400},
                 {"months", 2629746},
                 {"month", 2629746},
                 {"years", 31556952},
                 {"year", 31556952},
                 {"milliseconds", 1e-3},
                 {"msec", 1e-3},
                 {"ms", 1e-3},
                 {"microseconds", 1e-6},
                 {"us", 1e-6},
                 {"nanoseconds", 1e-9},
                 {"ns", 1e-9}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (strlen(units[i].name) == length && strncasecmp(units[i].name, name, length) == 0)
            return units[i].seconds;
    return 0;
}

static bool find_kind(const char *name, cki_calendar_kind *kind)
{
    static const struct {
        const char *name;
        cki_calendar_kind kind;
    } kinds[] = {{"standard", CKI_CALENDAR_STANDARD},
                 {"gregorian", CKI_CALENDAR_STANDARD},
                 {"proleptic_gregorian", CKI_CALENDAR_GREGORIAN},
                 {"julian", CKI_CALENDAR_JULIAN},
                 {"noleap", CKI_CALENDAR_NO_LEAP},
                 {"365_day", CKI_CALENDAR_NO_LEAP},
                 {"all_leap", CKI_CALENDAR_ALL_LEAP},
                 {"366_day", CKI_CALENDAR_ALL_LEAP},
                 {"360_day", CKI_CALENDAR_360_DAY}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcasecmp(kinds[i].name, name) == 0) {
            *kind = kinds[i].kind;
            return true;
        }
    return false;
}

/* How far the clock of a time zone ("+2:00", "-0530", "Z") is before that of Greenwich. */
static double zone_seconds(const char *text)
{
    int hours = 0, minutes = 0;
    text += strspn(text, " \t");
    const char sign = *text;
    if (sign != '+' && sign != '-')
        return 0;
    size_t digits = strspn(text + 1, "0123456789");
    if (digits == 4)
        sscanf(text + 1, "%2d%2d", &hours, &minutes);
    else
        sscanf(text + 1, "%2d:%2d", &hours, &minutes);
    return (sign == '-' ? -1 : 1) * (hours * 3600.0 + minutes * 60.0);
}

bool cki_calendar_parse(const char *units, const char *calendar, cki_calendar *result)
{
    int end = 0;
    size_t length = strcspn(units, " \t");
    const char *since = units + length + strspn(units + length, " \t");
    long long year;
    date d = {0, 1, 1};
    int hour = 0, minute = 0;
    double second = 0;
    *result = (cki_calendar){.unit = unit_seconds(units, length)};
    if (result->unit == 0 || strncasecmp(since, "since ", 6) != 0 ||
        !find_kind(calendar ? calendar : "standard", &result->kind))
        return false;
    int found = sscanf(since + 6, " %lld-%d-%d%n%*[T ]%d%n:%d%n:%lf%n", &year, &d.month, &d.day,
                       &end, &hour, &end, &minute, &end, &second, &end);
    d.year = year;
    if (found < 3 || d.month < 1 || d.month > 12 || d.day < 1 || d.day > 31 || llabs(year) > 99999)
        return false;
    result->lasting = result->unit < 1e6;
    result->origin = (double)days_of(result->kind, &d) * 86400 + hour * 3600 + minute * 60 +
                     second - zone_seconds(since + 6 + end);
    return true;
}

/* ---- dates ---- */

/* The date, and the seconds of its day, to the nearest whole one. */
static date split(const cki_calendar *calendar, double value, double *seconds)
{
    double at = round(calendar->origin + value * calendar->unit);
    if (!(fabs(at) < 1e14)) /* no time, or none that anybody counts */
        at = 0;
    double day = floor(at / 86400);
    *seconds = at - day * 86400;
    return date_of(calendar->kind, (int64_t)day);
}

double cki_calendar_seconds(const cki_calendar *calendar, double value)
{
    double seconds;
    date d = split(calendar, value, &seconds);
    int last = cki_dtype_civil_month_days(d.year, d.month);
    d.day = d.day < last ? d.day : last;
    return (double)gregorian_days(&d) * 86400 + seconds;
}

cki_wide cki_calendar_date(const cki_calendar *calendar, cki_wide since)
{
    const cki_wide second = 1000000000, length = 86400 * second;
    double whole = floor(calendar->origin);
    cki_wide at = since + (cki_wide)whole * second +
                  (cki_wide)llround((calendar->origin - whole) * (double)second);
    cki_wide day = at / length - (at % length < 0), rest = at - day * length;
    if (calendar->kind == CKI_CALENDAR_GREGORIAN || day > INT32_MAX || day < INT32_MIN ||
        (calendar->kind == CKI_CALENDAR_STANDARD && day >= DAY_1582_10_15))
        return at;
    date d = date_of(calendar->kind, (int64_t)day);
    int last = cki_dtype_civil_month_days(d.year, d.month);
    d.day = d.day < last ? d.day : last;
    return gregorian_days(&d) * length + rest;
}

bool cki_calendar_is_midnight(const cki_calendar *calendar, double value)
{
    double seconds;
    split(calendar, value, &seconds);
    return seconds < 60;
}

void cki_calendar_text(const cki_calendar *calendar, double value, bool clock, char *text,
                       size_t room)
{
    static const char *const names[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    double seconds;
    char time[16] = "";
    const date d = split(calendar, value, &seconds);
    int minutes = (int)(seconds / 60);
    if (clock)
        snprintf(time, sizeof time, " %02d:%02d", minutes / 60, minutes % 60);
    if (d.year == 0 || d.year == 1)
        snprintf(text, room, "%02d %s%s", d.day, names[(d.month - 1) % 12], time);
    else
        snprintf(text, room, "%04lld-%02d-%02d%s", (long long)d.year, d.month, d.day, time);
}
