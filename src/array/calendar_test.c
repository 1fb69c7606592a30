/* Tests of calendars: dates as cftime has them. */
#include "array/calendar.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void expect(const char *units, const char *name, double value, bool clock,
                   const char *wanted)
{
    cki_calendar calendar;
    char text[64];
    assert_true(cki_calendar_parse(units, name, &calendar));
    cki_calendar_text(&calendar, value, clock, text, sizeof text);
    assert_string_equal(text, wanted);
}

static void counts_days(void **state)
{
    (void)state;
    expect("days since 1970-01-01", NULL, 0, false, "1970-01-01");
    expect("hours since 1900-01-01 00:00:0.0", "gregorian", 1043136, true, "2019-01-01 00:00");
    expect("days since 1800-1-1 00:00:00", "standard", 71893, false, "1996-11-02");
    expect("hours since 1-1-1 00:00:0.0", NULL, 17522904, true, "2000-01-01 00:00");
    expect("hours since 1-1-1", "proleptic_gregorian", 17522904, false, "2000-01-03");
    expect("days since 1582-10-04", NULL, 1, false, "1582-10-15");
    expect("days since 1582-10-04", "julian", 1, false, "1582-10-05");
    expect("days since 1900-02-28", "julian", 1, false, "1900-02-29");
    expect("days since 2000-02-28", "noleap", 1, false, "2000-03-01");
    expect("days since 2001-02-28", "366_day", 1, false, "2001-02-29");
    expect("days since 1859-12-01", "360_day", 52575, false, "2005-12-16");
    expect("days since 2000-01-01", "360_day", 59, false, "2000-02-30");
    expect("days since 2000-01-01", "360_day", -1, false, "1999-12-30");
    expect("minutes since 2014-03-05T06:00:00Z", NULL, 90, true, "2014-03-05 07:30");
    expect("hour since 0000-01-01 00:00:00", "365_day", 366, true, "16 Jan 06:00");
}

static void counts_seconds(void **state)
{
    (void)state;
    cki_calendar calendar;
    assert_true(cki_calendar_parse("days since 2000-01-01 12:00", NULL, &calendar));
    assert_true(cki_calendar_seconds(&calendar, 0.5) == 946771200);
    assert_true(cki_calendar_is_midnight(&calendar, 0.5));
    assert_false(cki_calendar_is_midnight(&calendar, 0));
    assert_true(cki_calendar_parse("days since 2000-01-01", "360_day", &calendar));
    assert_true(cki_calendar_seconds(&calendar, 59) == 951782400); /* 29 February */
}

/* The date of a number of nanoseconds, in the Gregorian calendar. */
static void expect_date(const char *units, const char *name, int64_t since, const char *wanted)
{
    cki_calendar calendar;
    char text[64];
    cki_dtype seconds = {CASK_DATETIME, CKI_UNIT_SECOND, 1};
    assert_true(cki_calendar_parse(units, name, &calendar));
    cki_wide date = cki_calendar_date(&calendar, (cki_wide)since * 1000000000);
    assert_true(date % 1000000000 == 0);
    assert_string_equal(cki_dtype_time_text((int64_t)(date / 1000000000), seconds, text), wanted);
}

static void makes_dates(void **state)
{
    (void)state;
    expect_date("hours since 2000-01-01 06:00:00", NULL, 60, "2000-01-01T06:01:00");
    expect_date("hours since 2000-01-01 06:00:00 +2:00", NULL, 0, "2000-01-01T04:00:00");
    expect_date("hours since 2000-01-01T06:00Z", NULL, 0, "2000-01-01T06:00:00");
    expect_date("hours since 2000-01-01 00:00 -0530", NULL, 0, "2000-01-01T05:30:00");
    expect_date("days since 1582-10-04", NULL, 86400, "1582-10-15T00:00:00");
    expect_date("days since 1-1-1", NULL, 0, "0001-01-01T00:00:00");
    expect_date("days since 1-1-1", "proleptic_gregorian", -1, "0000-12-31T23:59:59");
    expect_date("days since 2000-02-28", "noleap", 86400 + 30, "2000-03-01T00:00:30");
    expect_date("days since 2001-02-28", "366_day", 86400, "2001-02-28T00:00:00");
    expect_date("days since 2000-01-01", "360_day", 59 * 86400, "2000-02-29T00:00:00");
    cki_calendar calendar;
    assert_true(cki_calendar_parse("days since 2000-01-01", NULL, &calendar) && calendar.lasting);
    assert_true(cki_calendar_parse("months since 2000-01-01", NULL, &calendar) &&
                !calendar.lasting);
}

static void refuses(void **state)
{
    (void)state;
    static const char *const units[] = {"",
                                        "days",
                                        "m",
                                        "days since",
                                        "days since noon",
                                        "fortnights since 2000-01-01",
                                        "days since 2000-13-01",
                                        "days until 2000-01-01"};
    cki_calendar calendar;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        assert_false(cki_calendar_parse(units[i], NULL, &calendar));
    assert_false(cki_calendar_parse("days since 2000-01-01", "mayan", &calendar));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_days),
        cmocka_unit_test(counts_seconds),
        cmocka_unit_test(makes_dates),
        cmocka_unit_test(refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
