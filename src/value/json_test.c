/* Tests of JSON, against CPython's json module. */
#include "value/array.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* json.dumps(json.loads(text)), or the exception's message. */
static const struct {
    const char *text, *result;
} texts[] = {
    {"{\"a\": [1, 2.5, null, true], \"b\": {\"c\": \"x\\u00e9\\n\\\"/\\\\\"}}",
     "{\"a\": [1, 2.5, null, true], \"b\": {\"c\": \"x\\u00e9\\n\\\"/\\\\\"}}"},
    {"[]", "[]"},
    {"{}", "{}"},
    {" [ ] ", "[]"},
    {"\"\\ud83d\\ude00\"", "\"\\ud83d\\ude00\""},
    {"\"\360\237\230\200\"", "\"\\ud83d\\ude00\""},
    {"[1,]", "Expecting value: line 1 column 4 (char 3)"},
    {"{\"a\" 1}", "Expecting ':' delimiter: line 1 column 6 (char 5)"},
    {"{\"a\":1,}", "Expecting property name enclosed in double quotes: line 1 column 8 (char 7)"},
    {"[1 2]", "Expecting ',' delimiter: line 1 column 4 (char 3)"},
    {"tru", "Expecting value: line 1 column 1 (char 0)"},
    {"\"abc", "Unterminated string starting at: line 1 column 1 (char 0)"},
    {"\"abc\\", "Unterminated string starting at: line 1 column 1 (char 0)"},
    {"\"a\\x\"", "Invalid \\escape: line 1 column 3 (char 2)"},
    {"\"\\u12\"", "Invalid \\uXXXX escape: line 1 column 3 (char 2)"},
    {"\"\\u12G4\"", "Invalid \\uXXXX escape: line 1 column 3 (char 2)"},
    {"1 2", "Extra data: line 1 column 3 (char 2)"},
    {"", "Expecting value: line 1 column 1 (char 0)"},
    {"  ", "Expecting value: line 1 column 3 (char 2)"},
    {"[", "Expecting value: line 1 column 2 (char 1)"},
    {"[1", "Expecting ',' delimiter: line 1 column 3 (char 2)"},
    {"{", "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"},
    {"{\"a\"", "Expecting ':' delimiter: line 1 column 5 (char 4)"},
    {"{\"a\":", "Expecting value: line 1 column 6 (char 5)"},
    {"{\"a\":1", "Expecting ',' delimiter: line 1 column 7 (char 6)"},
    {"-", "Expecting value: line 1 column 1 (char 0)"},
    {"01", "Extra data: line 1 column 2 (char 1)"},
    {"1.", "Extra data: line 1 column 2 (char 1)"},
    {".5", "Expecting value: line 1 column 1 (char 0)"},
    {"1e5", "100000.0"},
    {"1E+2", "100.0"},
    {"1.5e-3", "0.0015"},
    {"-0", "0"},
    {"-0.0", "-0.0"},
    {"NaN", "NaN"},
    {"[Infinity,-Infinity]", "[Infinity, -Infinity]"},
    {"{1:2}", "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"},
    {"\"\011\"", "Invalid control character at: line 1 column 2 (char 1)"},
    {"[\0121,\012 x]", "Expecting value: line 3 column 2 (char 6)"},
    {"{\"a\":1,\"a\":2}", "{\"a\": 2}"},
    {"\"\\b\\f\\/\\r\\t\"", "\"\\b\\f/\\r\\t\""},
    {"\303\251", "Expecting value: line 1 column 1 (char 0)"},
    {"\"\177\"", "\"\\u007f\""},
    {"9223372036854775807", "9223372036854775807"},
    {"-9223372036854775808", "-9223372036854775808"},
    {"1e400", "Infinity"},
    {"nul", "Expecting value: line 1 column 1 (char 0)"},
    {"{\"a\":[{\"b\":[]}]}", "{\"a\": [{\"b\": []}]}"},
    {"]", "Expecting value: line 1 column 1 (char 0)"},
    {"[1,2", "Expecting ',' delimiter: line 1 column 5 (char 4)"},
    {"\"\001\"", "Invalid control character at: line 1 column 2 (char 1)"},
    {"--1", "Expecting value: line 1 column 1 (char 0)"},
    {"+1", "Expecting value: line 1 column 1 (char 0)"},
    {"{\"\303\251\" 1}", "Expecting ':' delimiter: line 1 column 6 (char 5)"},
};

static void text_is_read_as_in_python(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        cki_error error = {0};
        cki_text text = {0};
        cask_value *value = cki_value_from_json(texts[i].text, strlen(texts[i].text), &error);
        if (value) {
            assert_int_equal(cki_value_json(value, &text, &error), CASK_OK);
            assert_string_equal(text.bytes, texts[i].result);
        } else {
            assert_string_equal(error.message, texts[i].result);
            assert_string_equal(error.python, "JSONDecodeError");
        }
        cki_text_free(&text);
        cask_value_unref(value);
    }
}

static void what_cannot_be_held_is_refused(void **state)
{
    (void)state;
    cki_error error = {0};
    assert_null(cki_value_from_json("[9223372036854775808]", 21, &error));
    assert_string_equal(error.message, "Integer beyond 64 bits: line 1 column 2 (char 1)");
    enum { DEPTH = 100000 };
    char *deep = malloc(DEPTH);
    memset(deep, '[', DEPTH);
    error = (cki_error){0};
    assert_null(cki_value_from_json(deep, DEPTH, &error));
    assert_non_null(strstr(error.message, "Nesting too deep"));
    free(deep);
}

static void expect_json(cask_value *value, const char *json)
{
    cki_text text = {0};
    cki_error error = {0};
    if (cki_value_json(value, &text, &error) == CASK_OK)
        assert_string_equal(text.bytes, json);
    else
        assert_string_equal(error.message, json);
    cki_text_free(&text);
    cask_value_unref(value);
}

static cask_value *times(const char *dtype, int64_t value)
{
    cki_dtype type;
    assert_int_equal(cki_dtype_parse(dtype, &type, NULL, NULL), CASK_OK);
    return cki_array_scalar(type, &value, NULL);
}

static void values_have_json(void **state)
{
    (void)state;
    cki_error *e = NULL;
    expect_json(cki_value_ints(CKI_TUPLE, (int64_t[]){1, 2}, 2, e), "[1, 2]");
    expect_json(cki_value_range(5, 0, -2, e), "[5, 3, 1]");
    expect_json(cki_value_float(3, e), "3.0");
    expect_json(cki_value_dtype(cki_dtype_of(CASK_F64), e), "\"float64\"");
    expect_json(cki_value_complex(1, 2, e), "Object of type complex is not JSON serializable");
    expect_json(cki_value_set(e), "Object of type set is not JSON serializable");
    expect_json(cki_value_bytes("x", 1, e), "Object of type bytes is not JSON serializable");
    cask_value *dict = cki_value_dict(e);
    cki_value_dict_set(dict, cki_value_int(1, e), cki_value_string("one", e), e);
    cki_value_dict_set(dict, cki_value_none(), cki_value_bool(false), e);
    cki_value_dict_set(dict, cki_value_ints(CKI_TUPLE, (int64_t[]){1, 2}, 2, e),
                       cki_value_float(0.5, e), e);
    expect_json(dict, "{\"1\": \"one\", \"null\": false, \"[1, 2]\": 0.5}");
    int64_t shape[2] = {2, 2};
    cask_value *array = cki_array_zeros(cki_dtype_of(CASK_F32), 2, shape, e);
    expect_json(array, "[[0.0, 0.0], [0.0, 0.0]]");
}

/* As pandas' Timestamp.isoformat() and Timedelta.isoformat(). */
static void dates_have_iso_text(void **state)
{
    (void)state;
    expect_json(times("M8[D]", 10987), "\"2000-01-31T00:00:00\"");
    expect_json(times("M8[M]", 361), "\"2000-02-01T00:00:00\"");
    expect_json(times("M8[ns]", 1500000000), "\"1970-01-01T00:00:01.500000\"");
    expect_json(times("M8[ns]", 1500000001), "\"1970-01-01T00:00:01.500000001\"");
    expect_json(times("M8[ms]", 1000), "\"1970-01-01T00:00:01\"");
    expect_json(times("M8[ms]", 1001), "\"1970-01-01T00:00:01.001000\"");
    expect_json(times("M8[s]", INT64_MIN), "\"NaT\"");
    expect_json(times("m8[h]", 26), "\"P1DT2H0M0S\"");
    expect_json(times("m8[ms]", 1500), "\"P0DT0H0M1.5S\"");
    expect_json(times("m8[s]", -1), "\"P-1DT23H59M59S\"");
    expect_json(times("m8[ns]", 1), "\"P0DT0H0M0.000000001S\"");
}

static void deep_values_are_refused(void **state)
{
    (void)state;
    cask_value *deep = cki_value_none();
    for (int i = 0; i < 100000; i++) {
        cask_value *list = cki_value_list(CKI_LIST, 1, NULL);
        list->as.list.items[0] = deep;
        deep = list;
    }
    expect_json(deep, "a value nested more than 1000 deep has no JSON form");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_read_as_in_python),
        cmocka_unit_test(what_cannot_be_held_is_refused),
        cmocka_unit_test(values_have_json),
        cmocka_unit_test(dates_have_iso_text),
        cmocka_unit_test(deep_values_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
