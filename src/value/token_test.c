/* Tests of tokens: equal values have equal ones, unlike values unlike ones, in every run. */
#include "value/array.h"
#include "value/token.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static cask_value *read_json(const char *text)
{
    cask_value *value = cki_value_from_json(text, strlen(text), NULL);
    assert_non_null(value);
    return value;
}

static void unlike_values_have_unlike_tokens(void **state)
{
    (void)state;
    static const char *const texts[] = {"1",
                                        "1.0",
                                        "true",
                                        "\"1\"",
                                        "null",
                                        "[]",
                                        "[[]]",
                                        "[1]",
                                        "[1, 2]",
                                        "[[1], 2]",
                                        "[[1, 2]]",
                                        "{}",
                                        "\"\"",
                                        "[\"\", \"\"]",
                                        "[\"ab\", \"c\"]",
                                        "[\"a\", \"bc\"]",
                                        "-1",
                                        "0.0",
                                        "-0.0",
                                        "{\"a\": 1}",
                                        "[\"a\", 1]"};
    enum { COUNT = sizeof texts / sizeof *texts };
    cki_token tokens[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        cask_value *value = read_json(texts[i]), *same = read_json(texts[i]);
        tokens[i] = cki_token_of(value);
        assert_true(cki_token_same(tokens[i], cki_token_of(same)));
        for (size_t j = 0; j < i; j++)
            assert_false(cki_token_same(tokens[i], tokens[j]));
        cask_value_unref(value);
        cask_value_unref(same);
    }
}

static void arrays_count_by_elements_not_by_strides(void **state)
{
    (void)state;
    const int64_t shape[2] = {70, 90};
    cask_value *base = cki_array_zeros(cki_dtype_of(CASK_I32), 2, shape, NULL);
    for (size_t i = 0; i < 6300; i++)
        base->as.array->data[i * 4] = (unsigned char)(i % 251);
    cask_value *turned = cki_array_permute(base->as.array, (int[]){1, 0}, NULL);
    cask_value *dense = cki_array_compact(turned, NULL);
    assert_true(cki_token_same(cki_token_of(turned), cki_token_of(dense)));
    assert_false(cki_token_same(cki_token_of(turned), cki_token_of(base)));
    cask_value *flat = cki_array_reshape(base, 1, (int64_t[]){6300}, NULL);
    assert_false(cki_token_same(cki_token_of(flat), cki_token_of(base)));
    flat->as.array->dtype = cki_dtype_of(CASK_U32);
    cki_token as_unsigned = cki_token_of(flat);
    flat->as.array->dtype = cki_dtype_of(CASK_F32);
    assert_false(cki_token_same(as_unsigned, cki_token_of(flat)));
    cask_value *all[] = {base, turned, dense, flat};
    for (size_t i = 0; i < 4; i++)
        cask_value_unref(all[i]);
}

static void a_sets_order_does_not_count(void **state)
{
    (void)state;
    cask_value *up = cki_value_set(NULL), *down = cki_value_set(NULL);
    for (int64_t i = 0; i < 20; i++) {
        cki_value_set_add(up, cki_value_int(i, NULL), NULL);
        cki_value_set_add(down, cki_value_int(19 - i, NULL), NULL);
    }
    assert_true(cki_token_same(cki_token_of(up), cki_token_of(down)));
    cki_value_set_add(up, cki_value_int(20, NULL), NULL);
    assert_false(cki_token_same(cki_token_of(up), cki_token_of(down)));
    cask_value_unref(up);
    cask_value_unref(down);
}

static cki_token hash_two(const char *a, const char *b)
{
    cki_hasher *hasher = cki_token_start(NULL);
    cki_token_text(hasher, a);
    cki_token_text(hasher, b);
    return cki_token_end(hasher);
}

static void additions_do_not_run_together(void **state)
{
    (void)state;
    assert_false(cki_token_same(hash_two("ab", "c"), hash_two("a", "bc")));
    assert_true(cki_token_same(hash_two("ab", "c"), hash_two("ab", "c")));
    cki_hasher *bytes = cki_token_start(NULL), *number = cki_token_start(NULL);
    cki_token_bytes(bytes, "abcdefgh", 8);
    int64_t same;
    memcpy(&same, "abcdefgh", 8);
    cki_token_int(number, same);
    assert_false(cki_token_same(cki_token_end(bytes), cki_token_end(number)));
}

/* XXH3 is the same on every machine and in every run: the figure is that of the first run, and what
 * `xxhsum -H2` gives for the sixteen bytes (2, 5 as little-endian 64-bit numbers) of an int 5. */
static void tokens_stay_the_same(void **state)
{
    (void)state;
    char hex[33];
    cask_value *five = cki_value_int(5, NULL);
    assert_string_equal(cki_token_hex(cki_token_of(five), hex), "6725a64995de15d64db2bace1fa5c67d");
    cask_value_unref(five);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unlike_values_have_unlike_tokens),
        cmocka_unit_test(arrays_count_by_elements_not_by_strides),
        cmocka_unit_test(a_sets_order_does_not_count),
        cmocka_unit_test(additions_do_not_run_together),
        cmocka_unit_test(tokens_stay_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
