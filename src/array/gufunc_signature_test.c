/* Tests of reading signatures of generalised ufuncs. */
#include "array/gufunc_signature.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void names_are_shared(void **state)
{
    (void)state;
    cki_gufunc_signature s;
    cki_error error = {0};
    assert_int_equal(cki_gufunc_signature_parse(" (i, j) , (j,k)->(i,k) ", &s, &error), CASK_OK);
    assert_int_equal(s.ninputs, 2);
    assert_int_equal(s.noutputs, 1);
    assert_true(s.single);
    assert_int_equal(s.nnames, 3);
    assert_int_equal(s.inputs[0].names[1], s.inputs[1].names[0]);
    assert_int_equal(s.outputs[0].names[1], s.inputs[1].names[1]);
    assert_string_equal(s.names[s.outputs[0].names[0]], "i");
}

static void a_comma_makes_a_tuple(void **state)
{
    (void)state;
    cki_gufunc_signature s;
    cki_error error = {0};
    assert_int_equal(cki_gufunc_signature_parse("()->(),", &s, &error), CASK_OK);
    assert_false(s.single);
    assert_int_equal(s.noutputs, 1);
    assert_int_equal(cki_gufunc_signature_parse("(i)->(),(i)", &s, &error), CASK_OK);
    assert_false(s.single);
    assert_int_equal(s.noutputs, 2);
    assert_int_equal(cki_gufunc_signature_parse("->(k)", &s, &error), CASK_OK);
    assert_int_equal(s.ninputs, 0);
}

static void nonsense_is_refused(void **state)
{
    static const char *const texts[] = {"",      "i->()",   "(i)->",    "(i)",        "(i->()",
                                        "(i)()", "(i)>(i)", "(i)->()x", "(i)(j)->()", "(i)->()()"};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        cki_gufunc_signature s;
        cki_error error = {0};
        assert_int_equal(cki_gufunc_signature_parse(texts[i], &s, &error), CASK_INVALID);
        assert_non_null(strstr(error.message, "Not a valid gufunc signature"));
    }
}

static void axes_count_from_the_end(void **state)
{
    (void)state;
    cki_gufunc_signature s;
    cki_error error = {0};
    cask_value *none = cki_value_none(), *axis = cki_value_int(0, NULL);
    assert_int_equal(cki_gufunc_signature_parse("(i,j),(j)->(i)", &s, &error), CASK_OK);
    assert_int_equal(cki_gufunc_signature_axes(&s, none, none, false, &error), CASK_OK);
    assert_int_equal(s.inputs[0].axes[0], -2);
    assert_int_equal(s.inputs[1].axes[0], -1);
    assert_int_equal(cki_gufunc_signature_axes(&s, none, axis, false, &error), CASK_INVALID);
    assert_non_null(strstr(error.message, "one core dimension"));
    cask_value_unref(axis);
    cask_value_unref(none);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_shared),
        cmocka_unit_test(a_comma_makes_a_tuple),
        cmocka_unit_test(nonsense_is_refused),
        cmocka_unit_test(axes_count_from_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
