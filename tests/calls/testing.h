/* What tests of the C interface share: computing to numbers and texts. */
#ifndef CASK_TESTS_CALLS_TESTING_H
#define CASK_TESTS_CALLS_TESTING_H

#include <cask/cask.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define TEST(name) cmocka_unit_test(name)

/* The array computes to what NumPy would print so. */
static inline void expect(cask_array x, const char *text)
{
    cask_value *value = NULL;
    cask_status status = cask_array_compute(x, &value);
    char *got = value ? cask_value_text(value) : NULL;
    if (status != CASK_OK)
        print_error("wanted %s\n", text);
    assert_int_equal(status, CASK_OK);
    assert_non_null(got);
    assert_string_equal(got, text);
    cask_text_free(got);
    cask_value_unref(value);
}

/* The context's first error is of that class, and says that; it is cleared. */
static inline void expect_error(cask *ck, const char *class, const char *part)
{
    assert_string_equal(cask_error_class(ck), class);
    if (!strstr(cask_message(ck), part))
        assert_string_equal(cask_message(ck), part);
    cask_clear(ck);
}

/* The array stands for a failure. */
static inline void refuse(cask_array x, const char *class, const char *part, cask *ck)
{
    cask_value *value = NULL;
    assert_int_not_equal(cask_array_compute(x, &value), CASK_OK);
    assert_null(value);
    expect_error(ck, class, part);
}

#endif
