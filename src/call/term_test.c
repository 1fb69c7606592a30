/* Tests of terms: places filled in containers of all kinds, nested calls, a million of them. */
#include "call/inner.h"
#include "call/term.h"
#include "call/user.h"
#include "core/memory.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct cask ck;

static int open_context(void **state)
{
    (void)state;
    ck.cancel = &ck.cancelled;
    ck.user = cki_user_new(NULL);
    ck.inner = cki_inner_new(NULL, NULL);
    return 0;
}

static int close_context(void **state)
{
    (void)state;
    cki_inner_free(ck.inner);
    cki_user_free(ck.user);
    return 0;
}

static cask_value *number(int64_t n)
{
    return cki_value_int(n, NULL);
}

/* A call of the named function; its arguments' references are taken over. */
static cask_value *call(const char *name, cask_value *a, cask_value *b)
{
    cask_value *function = cki_call_find(&ck, name, NULL), *both[2] = {a, b};
    cask_value *term =
        cki_term_call(function, &(cki_arguments){.positional = both, .count = b ? 2 : 1}, NULL);
    cask_value_unref(function);
    cask_value_unref(a);
    cask_value_unref(b);
    return term;
}

static cask_value *list(cki_kind kind, cask_value *a, cask_value *b)
{
    cask_value *made = cki_value_list(kind, 2, NULL);
    made->as.list.items[0] = a;
    made->as.list.items[1] = b;
    return made;
}

/* Runs a term, which is taken over, with inputs 10, 20. */
static void expect(cask_value *term, bool open, const char *text)
{
    cask_value *inputs[2] = {number(10), number(20)};
    cki_error error = {0};
    cki_text shown = {0};
    assert_true(cki_term_is_open(term) == open);
    cask_value *result = cki_term_run(&ck, term, inputs, 2, NULL, &error);
    if (result)
        cki_value_repr(result, &shown);
    else
        cki_text_format(&shown, "%s: %s", error.python, error.message);
    assert_string_equal(shown.bytes, text);
    if (!open)
        assert_ptr_equal(result, term); /* shared, not copied */
    cki_text_free(&shown);
    cask_value_unref(result);
    cask_value_unref(term);
    cask_value_unref(inputs[0]);
    cask_value_unref(inputs[1]);
}

static void test_places(void **state)
{
    (void)state;
    expect(number(3), false, "3");
    expect(cki_term_input(1, NULL), true, "20");
    expect(list(CKI_LIST, number(1), list(CKI_TUPLE, number(2), number(3))), false, "[1, (2, 3)]");
    expect(list(CKI_LIST, number(1), list(CKI_TUPLE, cki_term_input(0, NULL), number(3))), true,
           "[1, (10, 3)]");
    expect(call("add", cki_term_input(0, NULL), call("double", cki_term_input(1, NULL), NULL)),
           true, "50");
    expect(call("sum", list(CKI_LIST, call("inc", number(1), NULL), cki_term_input(0, NULL)), NULL),
           true, "12");
    expect(list(CKI_LIST, call("lambda: 7", number(1), NULL), number(2)), true,
           "TypeError: <lambda>() takes 0 positional arguments but 1 was given (in lambda)");
    expect(call("div", number(1), call("sub", cki_term_input(0, NULL), number(10))), true,
           "ZeroDivisionError: division by zero (in div)");
}

static void test_containers(void **state)
{
    (void)state;
    cask_value *dict = cki_value_dict(NULL), *set = cki_value_set(NULL);
    cki_value_dict_set(dict, number(1), cki_term_input(0, NULL), NULL);
    cki_value_dict_set(dict, number(2), list(CKI_LIST, number(5), number(6)), NULL);
    expect(dict, true, "{1: 10, 2: [5, 6]}");
    cki_value_set_add(set, number(10), NULL);
    expect(set, false, "{10}");
    /* keys may be open too */
    cask_value *pairs = list(CKI_LIST, list(CKI_TUPLE, cki_term_input(0, NULL), number(1)),
                             list(CKI_TUPLE, cki_term_input(1, NULL), number(2)));
    expect(call("dict", pairs, NULL), true, "{10: 1, 20: 2}");
}

static void test_named(void **state)
{
    (void)state;
    cask_value *function = cki_call_find(&ck, "lambda a, *, b=1: (a, b)", NULL);
    cask_value *a = cki_term_input(0, NULL), *b = call("inc", cki_term_input(1, NULL), NULL);
    const char *names[] = {"b"};
    cask_value *term = cki_term_call(
        function,
        &(cki_arguments){.positional = &a, .count = 1, .names = names, .named = &b, .nnamed = 1},
        NULL);
    cask_value_unref(function);
    cask_value_unref(a);
    cask_value_unref(b);
    expect(term, true, "(10, 21)");
    function = cki_call_find(&ck, "lambda: 7", NULL);
    term = cki_term_call(function, &(cki_arguments){0}, NULL);
    cask_value_unref(function);
    expect(term, true, "7"); /* a call without arguments is still a call */
}

static void test_million(void **state)
{
    (void)state;
    enum { LINKS = 1000000 };
    cask_value *term = cki_term_input(0, NULL), *nested = number(0);
    for (int i = 0; i < LINKS; i++) {
        term = call("inc", term, NULL);
        cask_value *outer = cki_value_list(CKI_LIST, 1, NULL);
        outer->as.list.items[0] = nested;
        nested = outer;
    }
    expect(term, true, "1000010");
    assert_false(cki_term_is_open(nested));
    cask_value *result = cki_term_run(&ck, nested, NULL, 0, NULL, NULL);
    assert_ptr_equal(result, nested);
    cask_value_unref(result);
    cask_value_unref(nested);
}

static void test_memory(void **state)
{
    (void)state;
    cask_value *wide = cki_value_list(CKI_LIST, 40, NULL);
    for (size_t i = 0; i < 40; i++)
        wide->as.list.items[i] = cki_term_input(0, NULL);
    cask_value *term = call("sum", wide, NULL), *input = number(2);
    bool failed = true;
    for (int64_t n = 1; failed; n++) {
        cki_error error = {0};
        cki_memory_fail_at(n, false);
        cask_value *result = cki_term_run(&ck, term, &input, 1, NULL, &error);
        cki_memory_fail_at(0, false);
        failed = result == NULL;
        assert_int_equal(failed ? error.status : CASK_MEMORY, CASK_MEMORY);
        if (result)
            assert_int_equal(cask_value_i64(result), 80);
        cask_value_unref(result);
        assert_true(n < 100);
    }
    cask_value_unref(term);
    cask_value_unref(input);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_places), cmocka_unit_test(test_containers),
        cmocka_unit_test(test_named),  cmocka_unit_test(test_million),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, open_context, close_context);
}
