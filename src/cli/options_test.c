/* Tests of options.c: where options may stand, what their values may be, what a binding is.
 */
#include "cli/options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

typedef struct answer {
    const char *output, *limit;
    cki_option_texts set;
    int threads;
    double vmin;
    bool has_vmin, flag;
    int count;
    cki_error error;
    char line[200];
    char *words[20];
} answer;

/* Parse a command line whose words are parted by '|'; what is left stands in a->words. */
static cask_status parse(answer *a, const char *line)
{
    const cki_option options[] = {{"--output", "-o", CKI_OPTION_TEXT, &a->output, NULL},
                                  {"--threads", NULL, CKI_OPTION_COUNT, &a->threads, NULL},
                                  {"--limit", NULL, CKI_OPTION_BYTES, &a->limit, NULL},
                                  {"--vmin", NULL, CKI_OPTION_REAL, &a->vmin, &a->has_vmin},
                                  {"--set", NULL, CKI_OPTION_TEXTS, &a->set, NULL},
                                  {"--flag", NULL, CKI_OPTION_FLAG, &a->flag, NULL},
                                  {NULL, NULL, CKI_OPTION_FLAG, NULL, NULL}};
    int argc = 0;
    memset(a, 0, sizeof *a);
    assert_true(strlen(line) < sizeof a->line);
    strcpy(a->line, line);
    for (char *at = a->line; at; argc++) {
        a->words[argc] = at;
        at = strchr(at, '|');
        if (at)
            *at++ = '\0';
    }
    return cki_options_parse(options, argc, a->words, &a->count, &a->error);
}

static void options_stand_anywhere(void **state)
{
    (void)state;
    answer a;
    assert_int_equal(parse(&a, "--flag|x+1|--threads|3|x=2|-o|out|--vmin=-1e3|--limit|500MB"),
                     CASK_OK);
    assert_int_equal(a.count, 2);
    assert_string_equal(a.words[0], "x+1");
    assert_string_equal(a.words[1], "x=2");
    assert_true(a.flag && a.has_vmin);
    assert_int_equal(a.threads, 3);
    assert_string_equal(a.output, "out");
    assert_string_equal(a.limit, "500MB");
    assert_float_equal(a.vmin, -1000, 0);
}

static void minus_may_begin_an_expression(void **state)
{
    (void)state;
    answer a;
    assert_int_equal(parse(&a, "-x.sum()|--vmin|-2"), CASK_OK);
    assert_int_equal(a.count, 1);
    assert_string_equal(a.words[0], "-x.sum()");
    assert_float_equal(a.vmin, -2, 0);
    assert_int_equal(parse(&a, "--flag|--|--x|-o"), CASK_OK);
    assert_int_equal(a.count, 2);
    assert_string_equal(a.words[0], "--x");
    assert_string_equal(a.words[1], "-o");
    assert_null(a.output);
}

static void bad_options_are_named(void **state)
{
    (void)state;
    static const char *const bad[][2] = {
        {"--thread|3", "did you mean --threads?"},
        {"--zzzzzzzzzzzz", "put -- before it"},
        {"--threads|0", "'0'"},
        {"--threads|3x", "'3x'"},
        {"--threads|99999999999999999999", "whole number"},
        {"--limit|big", "'big'"},
        {"--limit|0", "500MB"},
        {"--vmin|inf", "'inf'"},
        {"--vmin|", "a number"},
        {"--flag=yes", "takes no value"},
        {"x|-o", "-o needs a value behind it"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        answer a;
        assert_int_equal(parse(&a, bad[i][0]), CASK_INVALID);
        assert_non_null(strstr(a.error.message, bad[i][1]));
    }
}

static void binding_is_a_name_and_one_equals_sign(void **state)
{
    (void)state;
    static const struct {
        const char *word;
        bool is;
        size_t begin, end, expression;
    } cases[] = {
        {"x=1", true, 0, 1, 2},    {" x_1 = 1", true, 1, 4, 6},
        {"x==1", false, 0, 0, 0},  {"x", false, 0, 0, 0},
        {"1=2", false, 0, 0, 0},   {"f(a=1)", false, 0, 0, 0},
        {"x<=1", false, 0, 0, 0},  {"x!=1", false, 0, 0, 0},
        {"x=", true, 0, 1, 2},     {"\xc3\xa9=1", true, 0, 2, 3},
        {"x.a=1", false, 0, 0, 0}, {"", false, 0, 0, 0},
        {"x=y==1", true, 0, 1, 2}, {"lambda x=1: x", false, 0, 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t begin, end, expression;
        bool is = cki_options_binding(cases[i].word, &begin, &end, &expression);
        assert_int_equal(is, cases[i].is);
        if (is) {
            assert_int_equal(begin, cases[i].begin);
            assert_int_equal(end, cases[i].end);
            assert_int_equal(expression, cases[i].expression);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_stand_anywhere),
        cmocka_unit_test(minus_may_begin_an_expression),
        cmocka_unit_test(bad_options_are_named),
        cmocka_unit_test(binding_is_a_name_and_one_equals_sign),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
