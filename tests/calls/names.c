/* Operations that are spelled in the language, called from a program that never uses it. */
#include <cask/cask.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void computes(void **state)
{
    (void)state;
    cask *ck = cask_open(NULL);
    cask_array x = cask_array_arange(ck, CASK_F64, 0, 5, 1, 2);
    cask_array y = cask_array_call(ck, "polyval", x, x);
    cask_value *value = NULL;
    assert_int_equal(cask_array_compute(cask_array_sum(y, NULL), &value), CASK_OK);
    /* numpy.polyval(numpy.arange(5.0), numpy.arange(5.0)).sum() */
    assert_true(cask_value_f64(value) == 210.0);
    cask_value_unref(value);
    cask_close(ck);
}

static void refuses(void **state)
{
    (void)state;
    cask *ck = cask_open(NULL);
    cask_value *value = NULL;
    cask_array x = cask_array_call(ck, "geomspace", 1, 0);
    assert_int_not_equal(cask_array_compute(x, &value), CASK_OK);
    assert_null(value);
    assert_string_equal(cask_message(ck), "Geometric sequence cannot include zero");
    assert_string_equal(cask_error_class(ck), "ValueError");
    cask_close(ck);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(computes), cmocka_unit_test(refuses)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
