/* Tests of the evaluator: a table of expressions with CPython's answers (eval_cases.txt), bounds on
 * depth and size, places of errors, lambdas, the host's part, and failing allocations. */
#include "core/memory.h"
#include "eval/eval.h"
#include "eval/function.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static cki_scope *scope;

static int open_scope(void **state)
{
    (void)state;
    scope = cki_eval_scope(NULL, NULL);
    return scope ? 0 : -1;
}

static int close_scope(void **state)
{
    (void)state;
    cki_eval_scope_free(scope);
    return 0;
}

/* The value's repr, or "Class: message"; to be freed. */
static char *answer(const char *expression, cki_error *error)
{
    cki_text text = {0};
    *error = (cki_error){0};
    cask_value *value = cki_eval_text(scope, expression, error);
    assert_true((value != NULL) == (error->status == CASK_OK));
    if (value)
        cki_value_repr(value, &text);
    else
        cki_text_format(&text, "%s: %s", error->python, error->message);
    cask_value_unref(value);
    return cki_text_take(&text);
}

static void says(const char *expression, const char *expected)
{
    cki_error error;
    char *got = answer(expression, &error);
    if (strcmp(got, expected) != 0)
        fail_msg("%s\n    gives  %s\n    not    %s", expression, got, expected);
    cki_memory_free(got);
}

/* The table lies beside this file. */
static FILE *open_table(void)
{
    cki_text path = {0};
    const char *slash = strrchr(__FILE__, '/');
    cki_text_add(&path, __FILE__, slash ? (size_t)(slash - __FILE__) + 1 : 0);
    cki_text_put(&path, "eval_cases.txt");
    FILE *file = fopen(path.bytes, "r");
    cki_text_free(&path);
    return file;
}

static void as_python(void **state)
{
    (void)state;
    static char expression[4096], expected[65536];
    FILE *file = open_table();
    int count = 0, wrong = 0;
    assert_non_null(file);
    while (fgets(expression, sizeof expression, file)) {
        if (expression[0] == '#')
            continue;
        assert_non_null(fgets(expected, sizeof expected, file));
        expression[strcspn(expression, "\n")] = '\0';
        expected[strcspn(expected, "\n")] = '\0';
        cki_error error;
        char *got = answer(expression, &error);
        count++;
        if (strcmp(got, expected + 1) != 0) {
            wrong++;
            print_error("%s\n    gives  %s\n    not    %s\n", expression, got, expected + 1);
        }
        assert_true(error.begin <= error.end && error.end <= strlen(expression));
        cki_memory_free(got);
    }
    fclose(file);
    assert_true(count > 1000);
    assert_int_equal(wrong, 0);
}

/* What is cask's own: 64-bit integers, nearest names, values that do not change. */
static void as_cask(void **state)
{
    (void)state;
    says("9223372036854775807 + 1", "OverflowError: integer result of 9223372036854775807 + 1 does "
                                    "not fit in 64 bits; use floats");
    says("2 ** 63", "OverflowError: integer result of 2 ** 63 does not fit in 64 bits; use floats");
    says("-2 ** 63 + 0", "OverflowError: integer result of 2 ** 63 does not fit in 64 bits; use "
                         "floats");
    says("(-2) ** 63", "-9223372036854775808");
    says("-9223372036854775808 // -1",
         "OverflowError: integer result of -9223372036854775808 // -1 "
         "does not fit in 64 bits; use floats");
    says("-9223372036854775808 % -1", "0");
    says("abs(-9223372036854775808)", "OverflowError: integer result of 0 - -9223372036854775808 "
                                      "does not fit in 64 bits; use floats");
    says("9223372036854775808", "OverflowError: integer 9223372036854775808 does not fit in 64 "
                                "bits; write it as a float");
    says("1 << 63", "OverflowError: integer result of 1 << 63 does not fit in 64 bits; use floats");
    says("math.factorial(21)",
         "OverflowError: the result of math.factorial() does not fit in 64 bits");
    says("lenn([])", "NameError: name 'lenn' is not defined. Did you mean: 'len'?");
    says("[1].append(2)", "AttributeError: 'list' object has no attribute 'append': values do not "
                          "change in an expression; make a new one, as with a + [b] or sorted(a)");
    says("[f() for f in [lambda: i for i in range(3)]]", "[0, 1, 2]");
    says("lambda x: x", "<function <lambda>>");
    says("[len, str.upper, int, math]", "[<built-in function len>, <method 'upper' of 'str' "
                                        "objects>, <class 'int'>, <module 'math' (built-in)>]");
}

static void bounds(void **state)
{
    (void)state;
    static const char *const refused[] = {"'x' * 10**12",
                                          "[0] * 10**9",
                                          "list(range(10**9))",
                                          "b'ab' * 2**62",
                                          "'{:>999999999999}'.format(1)",
                                          "'%999999999999d' % 1",
                                          "'a'.ljust(10**12)",
                                          "'a'.zfill(2**62)",
                                          "'\\t'.expandtabs(10**12)",
                                          "bytes(10**12)",
                                          "('a' * 10**5).replace('a', 'b' * 10**5)",
                                          "('a' * 10**6).join(['b'] * 10**6)",
                                          "(lambda f: f(f))(lambda f: f(f))",
                                          "(lambda f: f(f))(lambda f: sorted([1], key=f(f)))",
                                          "(lambda f: f(f))(lambda f: [f(f) for x in [1]])",
                                          "(lambda f: f(f))(lambda f: -(1 + f(f)))"};
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        cki_error error;
        cki_memory_free(answer(refused[i], &error));
        if (error.status != CASK_MEMORY && error.status != CASK_LIMIT &&
            error.status != CASK_INVALID)
            fail_msg("%s: %s", refused[i], error.message);
    }
    says("(lambda f: f(f))(lambda f: f(f))", "RecursionError: maximum recursion depth exceeded");
    says("(lambda f, n: f(f, n))(lambda f, n: n and f(f, n - 1), 400)", "0");
    says("sum(range(100000)), any(range(10**15)), 10**14 in range(10**15)",
         "(4999950000, True, True)");
}

static char *repeated(const char *before, const char *part, size_t count, const char *after)
{
    cki_text text = {0};
    cki_text_put(&text, before);
    for (size_t i = 0; i < count; i++)
        cki_text_put(&text, part);
    cki_text_put(&text, after);
    return cki_text_take(&text);
}

/* Chains of many thousand links take no stack. */
static void chains(void **state)
{
    (void)state;
    static const char *const parts[][4] = {
        {"1", "+1", "", "1000001"},
        {"1 < 2", " and 1", "", "1"},
        {"0", " or 0", " or 7", "7"},
        {"", "- -", "5", "5"},
        {"", "not not ", "5", "True"},
        {"'a'", ".lower()", "", "'a'"},
        {"'a'", "[0]", "", "'a'"},
        {"1", "<=1", "", "True"},
        {"len([", "1,", "])", "1000000"},
        {"(lambda f: f(f))(lambda f: lambda g: f(f))", "(0)", " and 3", "3"},
        /* each closure holds the one before: they are let go one after the other too */
        {"(lambda f: f(f, 0))(lambda f, v: lambda x: f(f, lambda: v))", "(1)", " and 3", "3"},
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        bool million = i == 0 || i == 8;
        char *text = repeated(parts[i][0], parts[i][1], million ? 1000000 : 50000, parts[i][2]);
        cki_error error;
        char *got = answer(text, &error);
        assert_string_equal(got, parts[i][3]);
        cki_memory_free(got);
        cki_memory_free(text);
    }
    char *text = repeated("", "1 if 0 else ", 900, "2");
    says(text, "2");
    cki_memory_free(text);
    text = repeated("", "1 ** ", 900, "1");
    says(text, "1");
    cki_memory_free(text);
}

static void places(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t begin, end;
    } cases[] = {{"1 + 2 / 0 * 3", 4, 9},
                 {"[1, nope, 2]", 4, 8},
                 {"len(5) + 1", 0, 6},
                 {"(1).nope.also", 0, 8},
                 {"{'a': 1}['b'] + 1", 0, 13},
                 {"[x for x in 5]", 12, 13},
                 {"(lambda x: x / 0)(1)", 11, 16},
                 {"max(1, 'a') or 2", 0, 11},
                 {"1 if 1 / 0 else 2", 5, 10},
                 {"(1 + 2) / 0", 0, 11}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cki_error error;
        cki_memory_free(answer(cases[i].text, &error));
        if (error.begin != cases[i].begin || error.end != cases[i].end)
            fail_msg("%s: [%zu, %zu)", cases[i].text, error.begin, error.end);
    }
}

static void bindings_and_lambdas(void **state)
{
    (void)state;
    cki_error error = {0};
    cki_scope *own = cki_eval_scope(NULL, &error);
    cask_value *two = cki_value_int(2, &error), *three = cki_value_int(3, &error);
    assert_int_equal(cki_eval_bind(own, "x", two, &error), CASK_OK);
    cask_value *function = cki_eval_text(own, "(lambda y, z=x: x * y + z)", &error);
    assert_true(cki_eval_callable(function));
    assert_string_equal(cki_eval_function_text(function), "lambda y, z=x: x * y + z");
    assert_int_equal(cki_eval_bind(own, "x", three, &error), CASK_OK);
    cask_value *result =
        cki_eval_call(own, function, &(cki_arguments){.positional = &three, .count = 1}, &error);
    assert_int_equal(result->as.integer, 8); /* 2 * 3 + 2: the x of its making */
    cask_value_unref(result);
    result = cki_eval_text(own, "x", &error);
    assert_int_equal(result->as.integer, 3);
    cask_value_unref(result);
    cki_eval_scope_free(own); /* the lambda lives on */
    result =
        cki_eval_call(scope, function, &(cki_arguments){.positional = &two, .count = 1}, &error);
    assert_int_equal(result->as.integer, 6);
    cask_value_unref(result);
    cask_value_unref(function);
    cask_value_unref(two);
    cask_value_unref(three);
    function = cki_eval_text(scope, "int", &error);
    assert_string_equal(cki_eval_function_text(function), "int");
    cask_value_unref(function);
    assert_int_equal(error.status, CASK_OK);
}

/* A lambda's own place means nothing in the text that calls it. */
static void foreign_places(void **state)
{
    (void)state;
    cki_error error = {0};
    cki_scope *own = cki_eval_scope(NULL, &error);
    cask_value *function = cki_eval_text(own, "lambda x: 1 + 2 + 3 + x / 0", &error);
    assert_int_equal(cki_eval_bind(own, "f", function, &error), CASK_OK);
    assert_null(cki_eval_text(own, "1 + f(1)", &error));
    assert_int_equal(error.begin, 4);
    assert_int_equal(error.end, 8);
    cask_value_unref(function);
    cki_eval_scope_free(own);
}

/* ---- a host with one kind of object: a box around an integer, lazy in that it must be asked ----
 */

static const cki_class box_class = {"Box", NULL, NULL, NULL};

static cask_value *box(int64_t number, cki_error *error)
{
    return cki_value_object(&box_class, (void *)(intptr_t)number, error);
}

static int64_t unbox(const cask_value *value)
{
    return value->kind == CKI_INT ? value->as.integer : (intptr_t)value->as.object.self;
}

static cask_value *host_name(void *self, const char *name, cki_error *error)
{
    (void)self;
    return strcmp(name, "box") == 0 ? box(7, error) : NULL;
}

static cask_value *host_operate(void *self, cki_operator op, cask_value *a, cask_value *b,
                                cki_error *error)
{
    (void)self;
    if (op == CKI_OP_ADD)
        return box(unbox(a) + unbox(b), error);
    if (op == CKI_OP_NEG)
        return box(-unbox(a), error);
    if (op == CKI_OP_LT)
        return cki_value_bool(unbox(a) < unbox(b));
    return NULL;
}

static cask_value *host_attribute(void *self, cask_value *object, const char *name,
                                  cki_error *error)
{
    (void)self;
    return strcmp(name, "value") == 0 ? cki_value_int(unbox(object), error) : NULL;
}

static cask_value *host_item(void *self, cask_value *object, cask_value *index, cki_error *error)
{
    (void)self;
    return index->kind == CKI_SLICE ? NULL : box(unbox(object) * unbox(index), error);
}

static cask_value *host_call(void *self, cask_value *function, const cki_arguments *arguments,
                             cki_error *error)
{
    (void)self;
    return cki_value_int(unbox(function) + (int64_t)(arguments->count + 10 * arguments->nnamed),
                         error);
}

static cask_value *host_concrete(void *self, cask_value *value, cki_error *error)
{
    (void)self;
    return cki_value_int(unbox(value), error);
}

static int64_t host_length(void *self, cask_value *value, cki_error *error)
{
    (void)self;
    (void)error;
    return unbox(value);
}

static cask_value *host_items(void *self, cask_value *value, cki_error *error)
{
    (void)self;
    const int64_t items[2] = {unbox(value), 1};
    return cki_value_ints(CKI_LIST, items, 2, error);
}

static cask_status host_print(void *self, cask_value *value, bool repr, cki_text *text,
                              cki_error *error)
{
    (void)self;
    (void)error;
    cki_text_format(text, "%s%d%s", repr ? "Box(" : "box ", (int)unbox(value), repr ? ")" : "");
    return CASK_OK;
}

static void with_host(void **state)
{
    (void)state;
    static const cki_host host = {.name = host_name,
                                  .operate = host_operate,
                                  .attribute = host_attribute,
                                  .item = host_item,
                                  .call = host_call,
                                  .concrete = host_concrete,
                                  .length = host_length,
                                  .items = host_items,
                                  .print = host_print};
    static const char *const cases[][2] = {
        {"(box + 1).value", "8"},
        {"(1 + box).value", "8"},
        {"(-box).value", "-7"},
        {"box[3].value", "21"},
        {"box(1, 2, x=3)", "19"},
        {"len(box)", "7"},
        {"list(box)", "[7, 1]"},
        {"[x for x in box]", "[7, 1]"},
        {"int(box), float(box), bool(box), [1, 2] and 'a' * int(box)", "(7, 7.0, True, 'aaaaaaa')"},
        {"'%d %s %r' % (box, box, box)", "'7 box 7 Box(7)'"},
        {"str(box), repr(box), '{} {!r:>8}'.format(box, box)",
         "('box 7', 'Box(7)', 'box 7   Box(7)')"},
        {"box < 9, sorted([box, 3])[0]", "(True, 3)"},
        {"range(10)[box]", "7"},
        {"box == 1", "False"},
        {"box * 2", "TypeError: unsupported operand type(s) for *: 'Box' and 'int'"},
        {"box.nope", "AttributeError: 'Box' object has no attribute 'nope'"},
        {"box[:]", "TypeError: 'Box' object is not subscriptable"},
        {"1 if box else 2", "1"},
        {"math.sqrt(box + 2)", "3.0"},
        {"callable(box)", "False"},
    };
    cki_scope *plain = scope;
    scope = cki_eval_scope(&host, NULL);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        says(cases[i][0], cases[i][1]);
    cki_eval_scope_free(scope);
    scope = plain;
}

/* Every allocation of these may fail: the answer is then an error, and nothing leaks or crashes. */
static void without_memory(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "[x * 2 for x, y in zip(range(3), 'abc') if x] + [len({1, 2} | {3})]",
        "sorted(['b', 'a'], key=lambda s, k=1: s.upper())[0].join(['x', 'y']).split(',')",
        "'%s %05.2f %x' % ('a', 1.5, 255) + '{:>5} {x!r}'.format(1, x=[1])",
        "json.dumps({'a': [1, 2.5, None], 'b': {}}, sort_keys=True, indent=1)",
        "{k: v for k, v in {'a': 1}.items()} | dict(b=2, **{'c': 3})",
        "operator.methodcaller('split', ',', maxsplit=1)('a,b,c')[::-1]",
        "(lambda *a, **k: (a, k, max(a, key=lambda x: -x)))(*[1, 2], z=3)",
        "str(b'ab'.decode()).translate(str.maketrans('a', 'b')).partition('b')",
        "math.hypot(3, 4), math.fsum([1, 2]), 'h\\u00e9'[::-1], int('12'), divmod(7, 2), nope",
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t before = cki_memory_count();
        cki_error error = {0};
        cask_value_unref(cki_eval_text(scope, cases[i], &error));
        int64_t count = cki_memory_count() - before;
        for (int64_t n = 1; n <= count; n++) {
            error = (cki_error){0};
            cki_memory_fail_at(n, false);
            cask_value *value = cki_eval_text(scope, cases[i], &error);
            cki_memory_fail_at(0, false);
            if ((value != NULL) != (error.status == CASK_OK))
                fail_msg("%s: allocation %d: %s", cases[i], (int)n, error.message);
            cask_value_unref(value);
        }
    }
}

static void budget(void **state)
{
    (void)state;
    cki_error error;
    cki_eval_budget(10000);
    cki_memory_free(answer("sum(x for x in range(10**15) if 0)", &error));
    cki_eval_budget(0);
    assert_string_equal(error.python, "TimeoutError");
    says("sum(range(100000))", "4999950000");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_python),      cmocka_unit_test(as_cask),
        cmocka_unit_test(bounds),         cmocka_unit_test(chains),
        cmocka_unit_test(places),         cmocka_unit_test(bindings_and_lambdas),
        cmocka_unit_test(foreign_places), cmocka_unit_test(with_host),
        cmocka_unit_test(without_memory), cmocka_unit_test(budget),
    };
    return cmocka_run_group_tests(tests, open_scope, close_scope);
}
