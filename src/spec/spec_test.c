/* Tests of graphs as tables: JSON in and out, Python's look, order, circles, damaged input. */
#include "core/memory.h"
#include "spec/passes.h"
#include "spec/spec_read.h"
#include "spec/spec_write.h"
#include "spec/topology.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static cki_spec *read_graph(const char *json)
{
    cki_error error = {0};
    cki_spec *spec = cki_spec_new(&error);
    assert_int_equal(cki_spec_read(spec, json, strlen(json), &error), CASK_OK);
    return spec;
}

static void expect_text(const cki_spec *spec, cki_spec_style style, const char *wanted)
{
    cki_text text = {0};
    cki_error error = {0};
    assert_int_equal(cki_spec_write(spec, style, &text, &error), CASK_OK);
    assert_string_equal(text.bytes, wanted);
    cki_text_free(&text);
}

static void test_round_trip(void **state)
{
    (void)state;
    static const char *const same[] = {
        "{}",
        "{\"x\": 1}",
        "{\"x\": -12345678901234567,\n \"y\": 9223372036854775807,\n \"z\": 1.0,\n \"e\": 1e+100}",
        "{\"x\": [],\n \"y\": [[[]], [\"x\"]],\n \"f\": [\"$now\"],\n \"t\": \"text\"}",
        "{\"x\": null,\n \"y\": [true, false, NaN],\n \"z\": {\"a\": [1, \"x\"]}}",
        "{\"a\": [\"$add\", [\"$inc\", \"b\"], [1, [\"$neg\", 2]], \"b\"],\n \"b\": 3}",
        "{\"x\": [\"$quote\", [\"$inc\", 1]],\n \"y\": [\"$list\", [\"$quote\", [\"x\"]]]}",
        "{\"('x', 0, -1)\": 5,\n \"y\": [\"$inc\", \"('x', 0, -1)\"]}",
        "{\"\\u00e9\\n\\\"\": [\"$lambda x: x\", \"\\u00e9\\n\\\"x\"]}",
        "{\"$\": [\"$\", \"$x\"]}"};
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        cki_spec *spec = read_graph(same[i]);
        expect_text(spec, CKI_SPEC_JSON, same[i]);
        cki_spec_free(spec);
    }
}

static void test_python(void **state)
{
    (void)state;
    cki_spec *spec = read_graph("{\"x\":1,\"y\":[\"$inc\",\"x\"],\"('z', 0)\":[\"$add\",\"y\","
                                "[\"x\",\"no key\",1.5,null]],\"w\":[\"$f\"],\"v\":\"('z', 0)\"}");
    expect_text(spec, CKI_SPEC_PYTHON,
                "{'x': 1, 'y': (inc, 'x'), ('z', 0): (add, 'y', ['x', 'no key', 1.5, None]), "
                "'w': (f,), 'v': ('z', 0)}");
    cki_spec_free(spec);
}

static void test_tuples(void **state)
{
    (void)state;
    static const char *const tuples[] = {"('x', 0)", "('x', 1, -2)", "('a-b',)"};
    static const char *const others[] = {"x",         "('x')",      "('x', )", "('x', 0", "('x',0)",
                                         "('x', 0) ", "('x', 1.5)", "('', 1)", "('x', -)"};
    for (size_t i = 0; i < sizeof tuples / sizeof *tuples; i++)
        assert_true(cki_spec_is_tuple(tuples[i]));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_false(cki_spec_is_tuple(others[i]));
    cki_text text = {0};
    cki_spec_write_tuple("x", (const int64_t[]){2, -3}, 2, &text);
    cki_spec_write_tuple("y", NULL, 0, &text);
    assert_string_equal(text.bytes, "('x', 2, -3)('y',)");
    cki_text_free(&text);
}

/* Messages as Python's json has them, with places in the whole text. */
static void test_damaged(void **state)
{
    (void)state;
    static const struct {
        const char *json, *message;
    } cases[] = {
        {"",
         "Expecting '{': a graph is an object of keys and their terms: line 1 column 1 (char 0)"},
        {"{\"x\" 1}", "Expecting ':' delimiter: line 1 column 6 (char 5)"},
        {"{\"x\": 1,}",
         "Expecting property name enclosed in double quotes: line 1 column 9 (char 8)"},
        {"{\"x\": [1, 2}", "Expecting ',' delimiter: line 1 column 12 (char 11)"},
        {"{\"x\": [1 2]}", "Expecting ',' delimiter: line 1 column 10 (char 9)"},
        {"{\"x\":\n [\"$f\" 2]}", "Expecting ',' delimiter: line 2 column 8 (char 13)"},
        {"{\"x\": nul}", "Expecting value: line 1 column 7 (char 6)"},
        {"{\"x\": 1} 2", "Extra data: line 1 column 10 (char 9)"},
        {"{\"x\": \"a\\q\"}", "Invalid \\escape: line 1 column 9 (char 8)"},
        {"{\"x\": [[[1, \"\\u12\"]]]}", "Invalid \\uXXXX escape: line 1 column 15 (char 14)"},
        {"{\"x\": \"abc", "Unterminated string starting at: line 1 column 7 (char 6)"},
        {"{\"x\": [", "Expecting value: line 1 column 8 (char 7)"},
        {"{\"x\": [\"$quote\"]}",
         "Expecting ',' and a value after \"$quote\": line 1 column 16 (char 15)"},
        {"{\"x\": [\"$quote\", 1, 2]}",
         "Expecting ']' after a quoted value: line 1 column 19 (char 18)"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cki_error error = {0};
        cki_spec *spec = cki_spec_new(&error);
        cki_spec_read(spec, cases[i].json, strlen(cases[i].json), &error);
        assert_string_equal(error.python, "JSONDecodeError");
        assert_string_equal(error.message, cases[i].message);
        assert_int_equal(spec->nwords, spec->begun); /* nothing half made is left */
        cki_spec_free(spec);
    }
}

static void test_redefining(void **state)
{
    (void)state;
    cki_error error = {0};
    cki_spec *spec = read_graph("{\"a\": 1, \"b\": \"a\", \"c\": 2}");
    cki_spec *other = read_graph("{\"d\": \"b\", \"b\": [\"$inc\", \"a\"], \"e\": {\"k\": [1]}}");
    cki_spec_remove(spec, cki_spec_find(spec, "a", 1));
    cki_spec_remove(spec, cki_spec_find(spec, "a", 1)); /* it is gone already */
    assert_int_equal(cki_spec_merge(spec, other, &error), CASK_OK);
    assert_int_equal(spec->defined, 4);
    expect_text(spec, CKI_SPEC_JSON,
                "{\"b\": [\"$inc\", \"a\"],\n \"c\": 2,\n \"d\": \"b\",\n \"e\": {\"k\": [1]}}");
    cki_spec_free(other);
    cki_spec_free(spec);
}

static void test_order(void **state)
{
    (void)state;
    cki_spec *spec = read_graph("{\"d\": [\"$add\", \"b\", \"c\"], \"c\": [\"$inc\", \"a\"],"
                                " \"b\": [\"$inc\", \"a\"], \"a\": \"literal\", \"z\": \"z2\"}");
    cki_topology topology = {0};
    cki_error error = {0};
    uint32_t wanted = cki_spec_find(spec, "d", 1);
    assert_int_equal(cki_topology_find(spec, &wanted, 1, &topology, &error), CASK_OK);
    assert_int_equal(topology.count, 4); /* not z */
    for (size_t i = 0; i < topology.count; i++) {
        size_t length;
        const cki_word *words = cki_spec_term(spec, topology.sequence[i], &length);
        assert_int_equal(topology.places[topology.sequence[i]], i + 1);
        for (size_t k = 0; k < length; k++)
            if (cki_spec_reference(spec, words[k]) != CKI_NO_NAME)
                assert_in_range(topology.places[cki_spec_reference(spec, words[k])], 1, i);
    }
    cki_topology_free(&topology);
    cki_spec_free(spec);
}

static void test_circles(void **state)
{
    (void)state;
    static const struct {
        const char *json, *message;
    } cases[] = {
        {"{\"a\": [\"$inc\", \"b\"], \"b\": [\"$inc\", \"a\"]}", "Cycle detected in Dask: a->b->a"},
        {"{\"a\": \"a\"}", "Cycle detected in Dask: a->a"},
        {"{\"x\": [\"$inc\", \"z\"], \"y\": [\"$inc\", \"x\"], \"z\": [\"$inc\", \"y\"]}",
         "Cycle detected in Dask: x->z->y->x"},
        {"{\"o\": [\"a\"], \"a\": [[\"b\"]], \"b\": [\"$f\", [\"$g\", \"a\"]]}",
         "Cycle detected in Dask: a->b->a"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cki_spec *spec = read_graph(cases[i].json);
        cki_topology topology = {0};
        cki_error error = {0};
        cki_topology_find(spec, NULL, 0, &topology, &error);
        assert_string_equal(error.python, "RuntimeError");
        assert_string_equal(error.message, cases[i].message);
        error = (cki_error){0};
        assert_null(cki_passes_fuse(spec, NULL, 0, &(cki_passes_fusing){0}, &error));
        assert_string_equal(error.python, "RuntimeError");
        cki_spec_free(spec);
    }
}

/* Equal terms, through what they need; literals are equal only if their types are. */
static void test_common(void **state)
{
    (void)state;
    cki_error error = {0};
    cki_spec *spec = read_graph(
        "{\"one\": 1, \"also\": 1, \"real\": 1.0, \"a\": [\"$inc\", \"one\"], "
        "\"b\": [\"$inc\", \"also\"], \"c\": [\"$inc\", \"real\"], \"alias\": \"b\", "
        "\"out\": [\"$list\", [\"a\", \"b\", \"c\", \"alias\"]], \"kept\": [\"$inc\", \"also\"]}");
    uint32_t keys[] = {cki_spec_find(spec, "out", 3), cki_spec_find(spec, "kept", 4)};
    cki_spec *made = cki_passes_common(spec, keys, 2, &error);
    expect_text(made, CKI_SPEC_JSON,
                "{\"one\": 1,\n \"real\": 1.0,\n \"a\": [\"$inc\", \"one\"],\n"
                " \"c\": [\"$inc\", \"real\"],\n"
                " \"out\": [\"$list\", [\"a\", \"a\", \"c\", \"a\"]],\n \"kept\": \"a\"}");
    cki_spec_free(made);
    cki_spec_free(spec);
}

/* A term that doubles at each step is refused before it fills the memory. */
static void test_growth(void **state)
{
    (void)state;
    cki_error error = {0};
    cki_text json = {0};
    cki_text_put(&json, "{\"k0\": [\"$inc\", 1]");
    for (int i = 1; i < 60; i++)
        cki_text_format(&json, ", \"k%d\": [\"$add\", \"k%d\", \"k%d\"]", i, i - 1, i - 1);
    cki_text_put(&json, "}");
    cki_spec *spec = read_graph(json.bytes);
    uint32_t *all = spec->order;
    assert_null(cki_passes_inline(spec, all, spec->norder, true, &error));
    assert_int_equal(error.status, CASK_LIMIT);
    cki_text_free(&json);
    cki_spec_free(spec);
}

/* A million links: no recursion, and fused into one term in one go. */
static void test_deep(void **state)
{
    (void)state;
    enum { LINKS = 1000000 };
    cki_error error = {0};
    cki_text json = {0};
    cki_text_put(&json, "{\"k0\": 0");
    for (int i = 1; i <= LINKS; i++)
        cki_text_format(&json, ", \"k%d\": [\"$inc\", \"k%d\"]", i, i - 1);
    cki_text_put(&json, ", \"nested\": ");
    for (int i = 0; i < LINKS; i++)
        cki_text_char(&json, '[');
    for (int i = 0; i < LINKS; i++)
        cki_text_char(&json, ']');
    cki_text_put(&json, "}");
    assert_false(json.failed);
    cki_spec *spec = read_graph(json.bytes);
    uint32_t last = cki_spec_find(spec, "k1000000", 8);
    cki_spec *fused = cki_passes_fuse(spec, &last, 1, &(cki_passes_fusing){0}, &error);
    assert_non_null(fused);
    assert_int_equal(fused->defined, 2);
    size_t length;
    cki_spec_term(fused, last, &length);
    assert_int_equal(length, LINKS + 1);
    cki_text text = {0};
    assert_int_equal(cki_spec_write(fused, CKI_SPEC_JSON, &text, &error), CASK_OK);
    cki_spec *again = read_graph(text.bytes);
    assert_int_equal(again->defined, 2);
    cki_text_free(&text);
    cki_text_free(&json);
    cki_spec_free(again);
    cki_spec_free(fused);
    cki_spec_free(spec);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip), cmocka_unit_test(test_python),
        cmocka_unit_test(test_tuples),     cmocka_unit_test(test_damaged),
        cmocka_unit_test(test_redefining), cmocka_unit_test(test_order),
        cmocka_unit_test(test_circles),    cmocka_unit_test(test_common),
        cmocka_unit_test(test_growth),     cmocka_unit_test(test_deep),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
