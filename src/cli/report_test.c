/* Tests of report.c: three lines at most, the caret under the place whatever the text holds.
 */
#include "cli/report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The report of a ValueError "m" at begin..end of `text`, checked to be what is expected. */
static void expect(const char *text, size_t shift, size_t begin, size_t end, const char *expected)
{
    cki_error error = {.status = CASK_INVALID, .begin = begin, .end = end};
    cki_text out = {0};
    strcpy(error.python, "ValueError");
    strcpy(error.message, "m");
    cki_report_text(&error, text, shift, &out);
    assert_false(out.failed);
    assert_string_equal(out.bytes, expected);
    cki_text_free(&out);
}

static void place_is_under_the_text(void **state)
{
    (void)state;
    expect("a + bc", 0, 4, 6, "ValueError: m\n  a + bc\n      ^~\n");
    expect("x=a + bc", 2, 4, 6, "ValueError: m\n  x=a + bc\n        ^~\n");
    expect("1 +", 0, 3, 4, "ValueError: m\n  1 +\n     ^\n");
    expect("a + bc", 0, 0, 0, "ValueError: m\n");
    expect(NULL, 0, 4, 6, "ValueError: m\n");
    expect("", 0, 0, 1, "ValueError: m\n  \n  ^\n");
    expect("(a +\n bc)", 0, 6, 8, "ValueError: m\n   bc)\n   ^~\n");
    expect("(a +\n bc)", 0, 1, 8, "ValueError: m\n  (a +\n   ^~~\n"); /* to the line's end */
    expect("a", 7, 90, 99, "ValueError: m\n  a\n   ^\n");             /* a place that is not */
}

static void widths_are_those_of_a_terminal(void **state)
{
    (void)state;
    expect("\tx", 0, 1, 2, "ValueError: m\n   x\n   ^\n");
    expect("'\xc3\xa9' + x", 0, 7, 8, "ValueError: m\n  '\xc3\xa9' + x\n        ^\n");
    expect("'\xe6\x97\xa5' + x", 0, 8, 9, "ValueError: m\n  '\xe6\x97\xa5' + x\n         ^\n");
    expect("'e\xcc\x81' + x", 0, 8, 9, "ValueError: m\n  'e\xcc\x81' + x\n        ^\n");
    expect("'\x1b[2J' + x", 0, 9, 10, "ValueError: m\n  '\xef\xbf\xbd[2J' + x\n           ^\n");
    expect("'\xff' + x", 0, 6, 7, "ValueError: m\n  '\xef\xbf\xbd' + x\n        ^\n");
}

static void long_lines_are_cut_round_the_place(void **state)
{
    (void)state;
    enum { LENGTH = 100000 };
    char *text = malloc(LENGTH + 1);
    memset(text, '(', LENGTH);
    text[LENGTH] = '\0';
    static const size_t places[] = {0, 50, LENGTH / 2, LENGTH - 1};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        cki_error error = {.status = CASK_SYNTAX, .begin = places[i], .end = places[i] + 1};
        cki_text out = {0};
        text[places[i]] = '!';
        cki_report_text(&error, text, 0, &out);
        text[places[i]] = '(';
        char *first = strchr(out.bytes, '\n') + 1, *second = strchr(first, '\n') + 1;
        assert_true(second - first < 110);
        assert_int_equal(first[strchr(second, '^') - second], '!');
        assert_string_equal(strchr(second, '^'), "^\n");
        cki_text_free(&out);
    }
    free(text);
}

static void messages_are_one_line(void **state)
{
    (void)state;
    cki_error error = {.status = CASK_INVALID};
    cki_text out = {0};
    strcpy(error.python, "ValueError");
    strcpy(error.message, "Chunks do not add up.\n  Got \x1b[31m (1,\n2)");
    cki_report_text(&error, NULL, 0, &out);
    assert_string_equal(out.bytes,
                        "ValueError: Chunks do not add up. Got \xef\xbf\xbd[31m (1, 2)\n");
    cki_text_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(place_is_under_the_text),
        cmocka_unit_test(widths_are_those_of_a_terminal),
        cmocka_unit_test(long_lines_are_cut_round_the_place),
        cmocka_unit_test(messages_are_one_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
