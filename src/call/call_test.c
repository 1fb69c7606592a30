/* Tests of calling: names, kinds of functions, errors, tokens, several threads at once. */
#include "call/call.h"
#include "call/inner.h"
#include "call/user.h"
#include "sys/thread.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static cask_value *twice(cask_call *call)
{
    if (cask_call_count(call) != 1)
        return cask_call_fail(call, CASK_TYPE, "twice() takes 1 argument but %zu were given",
                              cask_call_count(call));
    const cask_value *by = cask_call_named(call, "by");
    return cask_value_from_int(cask_value_i64(cask_call_argument(call, 0)) *
                               (by ? cask_value_i64(by) : *(const int *)cask_call_user(call)));
}

static cask_value *silent(cask_call *call)
{
    (void)call;
    return NULL;
}

static int two = 2;
static const cask_function functions[] = {
    {.name = "me.twice", .run = twice, .user = &two},
    {.name = "me.silent", .run = silent},
};

/* A context as far as this room needs one. */
static struct cask context(void)
{
    struct cask ck = {0};
    ck.user = cki_user_new(NULL);
    ck.inner = cki_inner_new(NULL, NULL);
    assert_int_equal(cask_register(&ck, functions, 2), CASK_OK);
    return ck;
}

static void drop(struct cask *ck)
{
    cki_inner_free(ck->inner);
    cki_user_free(ck->user);
}

/* What a function says to integers: the result's text, or the error's class and message. */
static const char *say(cask *ck, const char *name, size_t count, const int64_t *numbers)
{
    static char answer[1200];
    cki_error error = {0};
    cask_value *arguments[4] = {NULL};
    cask_value *result = NULL, *function = cki_call_find(ck, name, &error);
    for (size_t i = 0; i < count; i++)
        arguments[i] = cki_value_int(numbers[i], &error);
    if (function)
        result = cki_call_run(
            ck, function, &(cki_arguments){.positional = arguments, .count = count}, NULL, &error);
    cki_text text = {0};
    if (result)
        cki_value_repr(result, &text);
    else
        cki_text_format(&text, "%s: %s", error.python, error.message);
    assert_true((result == NULL) == (error.status != CASK_OK));
    strncpy(answer, text.bytes, sizeof answer - 1);
    cki_text_free(&text);
    for (size_t i = 0; i < count; i++)
        cask_value_unref(arguments[i]);
    cask_value_unref(result);
    cask_value_unref(function);
    return answer;
}

#define SAY(name, ...)                                                                             \
    say(&ck, name, sizeof(int64_t[]){__VA_ARGS__} / sizeof(int64_t), (int64_t[]){__VA_ARGS__})

static void test_names(void **state)
{
    (void)state;
    struct cask ck = context();
    assert_string_equal(SAY("inc", 4), "5");
    assert_string_equal(SAY("dec", 4), "3");
    assert_string_equal(SAY("double", 4), "8");
    assert_string_equal(SAY("neg", 4), "-4");
    assert_string_equal(SAY("abs", -4), "4");
    assert_string_equal(SAY("add", 4, 3), "7");
    assert_string_equal(SAY("sub", 4, 3), "1");
    assert_string_equal(SAY("mul", 4, 3), "12");
    assert_string_equal(SAY("div", 7, 2), "3.5");
    assert_string_equal(SAY("floordiv", -7, 2), "-4");
    assert_string_equal(SAY("mod", -7, 2), "1");
    assert_string_equal(SAY("pow", 2, 10), "1024");
    assert_string_equal(SAY("range", 2, 9, 3), "[2, 5, 8]");
    assert_string_equal(SAY("identity", 9), "9");
    assert_string_equal(SAY("max", 3, 9, 4), "9");
    assert_string_equal(SAY("math.gcd", 12, 18), "6");
    assert_string_equal(SAY("str", 12), "'12'");
    assert_string_equal(SAY("lambda a, b: [a, b][::-1]", 1, 2), "[2, 1]");
    assert_string_equal(SAY("me.twice", 21), "42");
    assert_string_equal(SAY("lambda x: me.twice(x, by=x)", 5), "25");
    assert_string_equal(SAY("lambda x: me.thrice(x)", 5),
                        "AttributeError: module 'me' has no attribute 'thrice'");
    drop(&ck);
}

static void test_errors(void **state)
{
    (void)state;
    struct cask ck = context();
    assert_string_equal(SAY("me.twice", 1, 2),
                        "TypeError: twice() takes 1 argument but 2 were given");
    assert_string_equal(SAY("me.silent", 1), "RuntimeError: me.silent() returned NULL and did not "
                                             "say why: call cask_call_fail()");
    assert_string_equal(SAY("me.twise", 1),
                        "KeyError: there is no function 'me.twise'. Did you mean: 'me.twice'?");
    assert_string_equal(SAY("doubel", 1),
                        "KeyError: there is no function 'doubel'. Did you mean: 'double'?");
    assert_string_equal(SAY("frobnicate", 1), "KeyError: there is no function 'frobnicate': "
                                              "register it, or load its plug-in with --preload");
    assert_string_equal(SAY("math", 1),
                        "TypeError: 'math' is no function: 'module' object is not callable");
    assert_string_equal(SAY("1 + 1", 1),
                        "TypeError: '1 + 1' is no function: 'int' object is not callable");
    assert_string_equal(SAY("div", 1, 0), "ZeroDivisionError: division by zero");
    assert_string_equal(SAY("lambda x: nothing", 1), "NameError: name 'nothing' is not defined");
    assert_string_equal(SAY("upper", 1), "TypeError: descriptor 'upper' for 'str' objects doesn't "
                                         "apply to a 'int' object");
    drop(&ck);
}

static void test_registering(void **state)
{
    (void)state;
    struct cask ck = context();
    static const cask_function again = {.name = "me.twice", .run = silent};
    static const cask_function newer = {.name = "me.twice", .run = silent, .version = 2};
    static const cask_function wrong[] = {{.name = "2me", .run = silent},
                                          {.name = "me..x", .run = silent},
                                          {.name = "me.", .run = silent},
                                          {.name = "", .run = silent},
                                          {.name = "me.empty"}};
    assert_int_equal(cask_register(&ck, functions, 2), CASK_OK); /* the same again */
    assert_int_equal(cask_register(&ck, &again, 1), CASK_INVALID);
    assert_non_null(strstr(ck.error.message, "version 1 already"));
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        ck.error = (cki_error){0};
        assert_int_equal(cask_register(&ck, &wrong[i], 1), CASK_INVALID);
    }
    ck.error = (cki_error){0};
    assert_int_equal(cask_register(&ck, &newer, 1), CASK_OK);
    assert_ptr_equal(cki_user_find(ck.user, "me.twice"), &newer);
    drop(&ck);
}

static cki_token token(cask *ck, const char *name, bool *known)
{
    cki_token made = {0};
    cask_value *function = cki_call_find(ck, name, NULL);
    assert_non_null(function);
    *known = cki_call_token(function, &made, NULL);
    cask_value_unref(function);
    return made;
}

static void test_tokens(void **state)
{
    (void)state;
    struct cask ck = context();
    static const char *const names[] = {"inc",
                                        "add",
                                        "len",
                                        "me.twice",
                                        "me.silent",
                                        "lambda x: x",
                                        "lambda x: x+1",
                                        "str",
                                        "upper",
                                        "math.floor",
                                        "operator.itemgetter(1)",
                                        "operator.itemgetter(2)",
                                        "(lambda y: lambda x: x + y)(1)",
                                        "(lambda y: lambda x: x + y)(2)",
                                        "(lambda y: lambda x: x + y)([len])"};
    enum { COUNT = sizeof names / sizeof *names };
    cki_token tokens[COUNT];
    bool known;
    for (size_t i = 0; i < COUNT; i++) {
        tokens[i] = token(&ck, names[i], &known);
        assert_true(known);
        assert_true(cki_token_same(tokens[i], token(&ck, names[i], &known)));
        for (size_t j = 0; j < i; j++)
            assert_false(cki_token_same(tokens[i], tokens[j]));
    }
    token(&ck, "'abc'.count", &known);
    assert_false(known); /* bound to an object that its text does not show */
    drop(&ck);
}

typedef struct caller {
    cki_thread thread;
    cask *ck;
    cask_value *function;
    int64_t sum;
} caller;

static void call_often(void *argument)
{
    caller *c = argument;
    for (int64_t i = 0; i < 2000; i++) {
        cask_value *x = cki_value_int(i, NULL);
        cask_value *y = cki_call_run(c->ck, c->function,
                                     &(cki_arguments){.positional = &x, .count = 1}, NULL, NULL);
        c->sum += y ? cask_value_i64(y) : 0;
        cask_value_unref(x);
        cask_value_unref(y);
    }
}

static void test_threads(void **state)
{
    (void)state;
    struct cask ck = context();
    cask_value *function =
        cki_call_find(&ck, "(lambda k: lambda x: sum([x * k, len('ab')]))(3)", NULL);
    caller callers[4] = {0};
    for (int i = 0; i < 4; i++) {
        callers[i].ck = &ck;
        callers[i].function = function;
        assert_int_equal(
            cki_thread_start(&callers[i].thread, call_often, &callers[i], "caller", NULL), CASK_OK);
    }
    for (int i = 0; i < 4; i++) {
        cki_thread_join(&callers[i].thread);
        assert_int_equal(callers[i].sum, 3 * (1999 * 2000 / 2) + 2 * 2000);
    }
    cask_value_unref(function);
    drop(&ck);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),       cmocka_unit_test(test_errors),
        cmocka_unit_test(test_registering), cmocka_unit_test(test_tokens),
        cmocka_unit_test(test_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
