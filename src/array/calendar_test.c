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
        cmocka_unit_test(refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
