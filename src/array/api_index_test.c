/* Tests of reading the text between Python's brackets. */
#include "array/api.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* What Python's repr of x[...]'s index is. */
static void check(const char *text, const char *expected)
{
    cki_error error = {0};
    cki_text shown = {0};
    cask_value *value = cki_api_index(text, &error);
    assert_non_null(value);
    cki_value_repr(value, &shown);
    assert_string_equal(shown.bytes, expected);
    cki_text_free(&shown);
    cask_value_unref(value);
}

static void refused(const char *text)
{
    cki_error error = {0};
    assert_null(cki_api_index(text, &error));
    assert_int_equal(error.status, CASK_SYNTAX);
}

static void test_slices(void **state)
{
    (void)state;
    check("::4", "slice(None, None, 4)");
    check("1:3, ::-1", "(slice(1, 3, None), slice(None, None, -1))");
    check(" :", "slice(None, None, None)");
    check("-3:", "slice(-3, None, None)");
    check("5,", "(5,)");
    check("7", "7");
    check("-1", "-1");
}

static void test_others(void **state)
{
    (void)state;
    check("...", "Ellipsis");
    check("None, 0, ...", "(None, 0, Ellipsis)");
    check("[1, -2, 3], :", "([1, -2, 3], slice(None, None, None))");
    check("[True, False]", "[True, False]");
    check("[]", "[]");
}

static void test_refusals(void **state)
{
    (void)state;
    const char *const wrong[] = {"",       "a",        "1:2:3:4", "1,,2",
                                 "[1",     "[1 2]",    "1.5",     "--1",
                                 "[None]", "Nonesuch", "1 2",     "99999999999999999999"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        refused(wrong[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_slices),
        cmocka_unit_test(test_others),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
