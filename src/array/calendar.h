/* Times as files have them: numbers of "hours since 1900-01-01", in the calendars of climate
 * models.
 */
#ifndef CKI_ARRAY_CALENDAR_H
#define CKI_ARRAY_CALENDAR_H

#include "core/text.h"
#include "value/dtype_civil.h"

typedef enum cki_calendar_kind {
    CKI_CALENDAR_STANDARD, /* Gregorian, and Julian before 1582-10-15 */
    CKI_CALENDAR_GREGORIAN,
    CKI_CALENDAR_JULIAN,
    CKI_CALENDAR_NO_LEAP,
    CKI_CALENDAR_ALL_LEAP,
    CKI_CALENDAR_360_DAY
} cki_calendar_kind;

/* What a value is: origin + value * unit, in seconds from the calendar's day 0. `lasting`: the unit
 * is always as long as that; months and years are means. */
typedef struct cki_calendar {
    cki_calendar_kind kind;
    double unit, origin;
    bool lasting;
} cki_calendar;

/* The CF conventions' units and calendar (NULL: standard). False if they are no such thing. */
bool cki_calendar_parse(const char *units, const char *calendar, cki_calendar *result);
/* Seconds since 1970-01-01 of the same date in the Gregorian calendar; of one that it has not, the
 * last of that month. */
double cki_calendar_seconds(const cki_calendar *calendar, double value);
/* "2014-03-05", with " 06:00" if `clock`; in the years 0 and 1, which stand for a mean year, "05
 * Mar". */
void cki_calendar_text(const cki_calendar *calendar, double value, bool clock, char *text,
                       size_t room);
/* Nanoseconds since 1970-01-01 of the same date in the Gregorian calendar, `since` of them behind
 * the origin; of one that it has not, the last of that month. */
cki_wide cki_calendar_date(const cki_calendar *calendar, cki_wide since);
/* Whether it is midnight, to the minute. */
bool cki_calendar_is_midnight(const cki_calendar *calendar, double value);

#endif
