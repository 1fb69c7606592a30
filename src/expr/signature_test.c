/* Tests of signatures: how calls bind to the parameters that a record states. */
#include "expr/signature.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

typedef struct outcome {
    cask_value *bound[CKI_PARAMETERS];
    size_t count;
    cki_error error;
} outcome;

static outcome bind(const char *signature, size_t positional, const char *name)
{
    cki_parameter parameters[CKI_PARAMETERS];
    outcome result = {0};
    assert_true(cki_signature_parse(signature, parameters, &result.count));
    cask_value *one = cki_value_int(1, NULL), *values[8];
    for (size_t i = 0; i < positional; i++)
        values[i] = one;
    cki_arguments arguments = {values, positional, &name, &one, name != NULL};
    cki_signature_bind("f", parameters, result.count, &arguments, result.bound, &result.error);
    cask_value_unref(one);
    return result;
}

static void drop(outcome *result)
{
    for (size_t i = 0; i < result->count; i++)
        cask_value_unref(result->bound[i]);
}

static void defaults_are_literals(void **state)
{
    (void)state;
    outcome r = bind("a, b=None, c='x, y', d=2.5, e=-1, *, f=True, **g", 1, NULL);
    assert_int_equal(r.error.status, CASK_OK);
    assert_int_equal(r.count, 7);
    assert_int_equal(r.bound[1]->kind, CKI_NONE);
    assert_string_equal(r.bound[2]->as.text.bytes, "x, y");
    assert_true(r.bound[3]->as.real == 2.5);
    assert_int_equal(r.bound[4]->as.integer, -1);
    assert_true(r.bound[5]->as.boolean);
    drop(&r);
}

static void rest_is_a_tuple(void **state)
{
    (void)state;
    outcome r = bind("a, *rest, b=3", 4, "b");
    assert_int_equal(r.error.status, CASK_OK);
    assert_int_equal(r.bound[1]->kind, CKI_TUPLE);
    assert_int_equal(r.bound[1]->as.list.count, 3);
    assert_int_equal(r.bound[2]->as.integer, 1);
    drop(&r);
}

static void failures_use_pythons_words(void **state)
{
    (void)state;
    static const struct {
        const char *signature;
        size_t positional;
        const char *name, *message;
    } cases[] = {
        {"a", 0, NULL, "f() missing 1 required positional argument: 'a'"},
        {"a, b", 0, NULL, "f() missing 2 required positional arguments: 'a', 'b'"},
        {"a", 2, NULL, "f() takes 1 positional argument but 2 were given"},
        {"a, b=1", 3, NULL, "f() takes from 1 to 2 positional arguments but 3 were given"},
        {"a", 1, "a", "f() got multiple values for argument 'a'"},
        {"a", 1, "z", "f() got an unexpected keyword argument 'z'"},
        {"a, *, b=1", 2, NULL, "f() takes 1 positional argument but 2 were given"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        outcome r = bind(cases[i].signature, cases[i].positional, cases[i].name);
        assert_int_equal(r.error.status, CASK_TYPE);
        assert_string_equal(r.error.message, cases[i].message);
    }
}

static void other_names_may_be_dropped(void **state)
{
    (void)state;
    outcome r = bind("a, **rest", 1, "anything");
    assert_int_equal(r.error.status, CASK_OK);
    drop(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_are_literals),
        cmocka_unit_test(rest_is_a_tuple),
        cmocka_unit_test(failures_use_pythons_words),
        cmocka_unit_test(other_names_may_be_dropped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
