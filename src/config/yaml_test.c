/* Tests of reading YAML and literals. Expected values are PyYAML's and ast.literal_eval's, but for
 * 1e3, 0o17 and -0x1f, which YAML 1.2 has as numbers. */
#include "config/yaml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* "path=repr@line;" for each value. */
static cask_status note(void *user, const char *path, size_t length, const cask_value *value,
                        size_t line, cki_error *error)
{
    cki_text *text = user;
    (void)error;
    cki_text_add(text, path, length);
    cki_text_char(text, '=');
    cki_value_repr(value, text);
    cki_text_format(text, "@%zu;", line);
    return CASK_OK;
}

static void reads(const char *yaml, const char *wanted)
{
    cki_text text = {0};
    cki_error error = {0};
    cask_status status = cki_yaml_read(yaml, strlen(yaml), "x.yaml", note, &text, &error);
    assert_string_equal(error.message, "");
    assert_int_equal(status, CASK_OK);
    assert_string_equal(text.bytes ? text.bytes : "", wanted);
    cki_text_free(&text);
}

static void refuses(const char *yaml, const char *message)
{
    cki_text text = {0};
    cki_error error = {0};
    assert_int_equal(cki_yaml_read(yaml, strlen(yaml), "x.yaml", note, &text, &error), CASK_FORMAT);
    assert_string_equal(error.python, "ValueError");
    assert_string_equal(error.message, message);
    cki_text_free(&text);
}

static void mappings_make_paths(void **state)
{
    (void)state;
    reads("", "");
    reads("# nothing\n", "");
    reads("threads: 4\n", "threads=4@1;");
    reads("a:\n  b: 1\n  c:\n    d: x\ne: 2\n", "a.b=1@2;a.c.d='x'@4;e=2@5;");
    reads("a.b: 1\na: {c: 2, d: {e: 3}}\nf: {}\n", "a.b=1@1;a.c=2@2;a.d.e=3@2;");
    reads("a:\n- 1\n- [x, 'y']\n- {k: v}\nb:\n", "a=[1, ['x', 'y'], {'k': 'v'}]@2;b=None@5;");
    reads("{\"a\": {\"b\": [true, null, 2.5]}}", "a.b=[True, None, 2.5]@1;");
}

static void malformed_texts_are_refused_with_their_place(void **state)
{
    (void)state;
    refuses("a: b: c\n", "x.yaml:1:5: mapping values are not allowed in this context");
    refuses("a: [1, 2\nb: 3\n", "x.yaml:2:2: did not find expected ',' or ']'");
    refuses("- 1\n- 2\n", "x.yaml:1:1: expected lines of the form key: value");
    refuses("just text\n", "x.yaml:1:1: expected lines of the form key: value");
    refuses("a: &x 1\nb: *x\n", "x.yaml:2:4: aliases (*name) are not used in configuration");
    refuses("? [1, 2]\n: 3\n", "x.yaml:1:3: a key must be text");
    refuses("a: 1\n---\nb: 2\n", "x.yaml:2:1: more than one document");
    refuses("a: \x01\n", "x.yaml:1:1: control characters are not allowed");
    char deep[300] = "a: ";
    memset(deep + 3, '[', 200);
    refuses(deep, "x.yaml:1:67: nested too deeply");
}

static void is_literal(const char *text, const char *wanted)
{
    cki_error error = {0};
    cask_value *value = cki_yaml_literal(text, &error);
    assert_non_null(value);
    cki_text repr = {0};
    cki_value_repr(value, &repr);
    assert_string_equal(repr.bytes, wanted);
    cki_text_free(&repr);
    cask_value_unref(value);
}

static void literals_are_read(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"123", "123"},
        {"-5", "-5"},
        {"+7", "7"},
        {"1_000", "1000"},
        {"0x1F", "31"},
        {"-0x1f", "-31"},
        {"0o17", "15"},
        {"2.5", "2.5"},
        {"1e3", "1000.0"},
        {".5", "0.5"},
        {"True", "True"},
        {"false", "False"},
        {"off", "False"},
        {"None", "None"},
        {"null", "None"},
        {"", "None"},
        {".inf", "inf"},
        {"-.inf", "-inf"},
        {".nan", "nan"},
        {"2GB", "'2GB'"},
        {"10 s", "'10 s'"},
        {"/a/b #c", "'/a/b #c'"},
        {"a: b", "'a: b'"},
        {"[1, x]", "[1, 'x']"},
        {"'1'", "'1'"},
        {"\"a b\"", "'a b'"},
        {"{a: 1}", "{'a': 1}"},
        {"[1, 2", "'[1, 2'"},
        {"2020-01-02", "'2020-01-02'"},
        {"1.2.3", "'1.2.3'"},
        {"e5", "'e5'"},
        {"-", "'-'"},
        {"0x", "'0x'"},
        {"99999999999999999999", "1e+20"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        is_literal(cases[i][0], cases[i][1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mappings_make_paths),
        cmocka_unit_test(malformed_texts_are_refused_with_their_place),
        cmocka_unit_test(literals_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
