/* Tests of values: equality, order, hashes, dicts and sets as in CPython; letting go of deep nests;
 * and every allocation failing in turn. */
#include "core/memory.h"
#include "value/array.h"
#include "value/token.h"
#include "value/value.h"

#include <math.h>
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

/* a == b and a < b in Python, for the JSON values: '=', '<', '>', '?' unordered, or 'T' TypeError;
 * small letters: equal is false though the order says neither less nor greater. */
static const struct {
    const char *a, *b;
    char order;
} pairs[] = {
    {"1", "1.0", '='},
    {"true", "1", '='},
    {"9007199254740993", "9007199254740992.0", '>'},
    {"9223372036854775807", "9223372036854775808.0", '<'},
    {"-9223372036854775808", "-9223372036854775808.0", '='},
    {"3", "3.5", '<'},
    {"-3", "-3.5", '>'},
    {"NaN", "1", '?'},
    {"Infinity", "9223372036854775807", '>'},
    {"\"a\"", "\"b\"", '<'},
    {"\"ab\"", "\"a\"", '>'},
    {"\"\\u00e9\"", "\"\\ud83d\\ude00\"", '<'},
    {"\"a\"", "1", 'T'},
    {"null", "null", 'E'},
    {"[1, 2]", "[1, 3]", '<'},
    {"[1, 2]", "[1]", '>'},
    {"[1, \"a\"]", "[2, 3]", '<'},
    {"[1, \"a\"]", "[1, 3]", 'T'},
    {"[1, [2.0]]", "[1.0, [2]]", '='},
    {"{\"a\": 1, \"b\": 2}", "{\"b\": 2.0, \"a\": 1}", 'E'},
    {"{\"a\": 1}", "{\"a\": 2}", 'T'},
    {"[]", "{}", 'T'},
};

static void values_compare_as_in_python(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        cask_value *a = read_json(pairs[i].a), *b = read_json(pairs[i].b);
        char expected = pairs[i].order;
        bool unordered, equal = expected == '=' || expected == 'E';
        int order;
        assert_int_equal(cki_value_equal(a, b), equal);
        assert_int_equal(cki_value_equal(b, a), equal);
        cki_error error = {0};
        cask_status status = cki_value_compare(a, b, "<", &order, &unordered, &error);
        if (expected == 'T' || expected == 'E') {
            assert_int_equal(status, CASK_TYPE);
            assert_non_null(strstr(error.message, "'<' not supported between instances of '"));
        } else {
            assert_int_equal(status, CASK_OK);
            assert_int_equal(unordered, expected == '?');
            assert_int_equal(order, expected == '<' ? -1 : expected == '>' ? 1 : 0);
        }
        uint64_t x, y;
        if (equal && cki_value_hash(a, &x, NULL) == CASK_OK) {
            assert_int_equal(cki_value_hash(b, &y, NULL), CASK_OK);
            assert_true(x == y);
        }
        cask_value_unref(a);
        cask_value_unref(b);
    }
}

static void numpy_scalars_equal_numbers(void **state)
{
    (void)state;
    double half = 0.5;
    int32_t three = 3;
    uint64_t big = UINT64_MAX;
    cask_value *real = cki_array_scalar(cki_dtype_of(CASK_F64), &half, NULL);
    cask_value *small = cki_array_scalar(cki_dtype_of(CASK_I32), &three, NULL);
    cask_value *large = cki_array_scalar(cki_dtype_of(CASK_U64), &big, NULL);
    cask_value *number = cki_value_float(0.5, NULL), *integer = cki_value_int(3, NULL);
    cask_value *dict = cki_value_dict(NULL);
    int order;
    bool unordered, truth;
    assert_true(cki_value_equal(real, number) && cki_value_equal(integer, small));
    assert_int_equal(cki_value_compare(real, integer, "<", &order, &unordered, NULL), CASK_OK);
    assert_int_equal(order, -1);
    assert_int_equal(cki_value_compare(large, integer, "<", &order, &unordered, NULL), CASK_OK);
    assert_int_equal(order, 1);
    assert_int_equal(cki_value_truth(large, &truth, NULL), CASK_OK);
    assert_true(truth);
    cki_value_dict_set(dict, cask_value_ref(small), cask_value_ref(number), NULL);
    assert_true(cki_value_dict_get(dict, integer, NULL) == number);
    cask_value *all[] = {real, small, large, number, integer, dict};
    for (size_t i = 0; i < 6; i++)
        cask_value_unref(all[i]);
}

static void dicts_keep_order_and_find_keys(void **state)
{
    (void)state;
    enum { COUNT = 1000 };
    cask_value *dict = cki_value_dict(NULL), *set = cki_value_set(NULL);
    for (int round = 0; round < 2; round++)
        for (int64_t i = 0; i < COUNT; i++) {
            cask_value *key = cki_value_int(i * 7919 % COUNT, NULL);
            assert_int_equal(cki_value_set_add(set, cask_value_ref(key), NULL), CASK_OK);
            assert_int_equal(cki_value_dict_set(dict, key, cki_value_int(i + round, NULL), NULL),
                             CASK_OK);
        }
    assert_int_equal(dict->as.dict.count, COUNT);
    assert_int_equal(set->as.list.count, COUNT);
    for (int64_t i = 0; i < COUNT; i++) {
        cask_value *key = cki_value_float((double)(i * 7919 % COUNT), NULL);
        cask_value *found = cki_value_dict_get(dict, key, NULL);
        assert_int_equal(found->as.integer, i + 1);
        assert_int_equal(dict->as.dict.keys[i]->as.integer, i * 7919 % COUNT);
        assert_true(cki_value_set_has(set, key, NULL));
        cask_value_unref(key);
    }
    cki_error error = {0};
    cask_value *list = cki_value_list(CKI_LIST, 0, NULL);
    assert_null(cki_value_dict_get(dict, list, &error));
    assert_string_equal(error.message, "unhashable type: 'list'");
    assert_int_equal(cki_value_set_add(set, cask_value_ref(list), &error), CASK_TYPE);
    assert_int_equal(
        cki_value_dict_set(dict, cask_value_ref(list), cki_value_none(), &(cki_error){0}),
        CASK_TYPE);
    cki_value_dict_set(dict, cki_value_string("name", NULL), cki_value_bool(true), NULL);
    assert_true(cki_value_dict_find(dict, "name") == cki_value_bool(true));
    assert_null(cki_value_dict_find(dict, "other"));
    cask_value_unref(list);
    cask_value_unref(set);
    cask_value_unref(dict);
}

static void sets_are_ordered_by_inclusion(void **state)
{
    (void)state;
    cask_value *sets[3];
    for (int64_t i = 0; i < 3; i++) {
        sets[i] = cki_value_set(NULL);
        for (int64_t k = 0; k <= i; k++)
            cki_value_set_add(sets[i], cki_value_int(i == 2 ? k + 1 : k, NULL), NULL);
    }
    int order;
    bool unordered;
    cki_value_compare(sets[0], sets[1], "<", &order, &unordered, NULL);
    assert_true(order == -1 && !unordered);
    cki_value_compare(sets[1], sets[2], "<", &order, &unordered, NULL);
    assert_true(unordered);
    for (size_t i = 0; i < 3; i++)
        cask_value_unref(sets[i]);
}

static void items_of_every_kind(void **state)
{
    (void)state;
    static const struct {
        const char *json, *items;
        int64_t length;
    } cases[] = {{"\"a\\u00e9\\ud83d\\ude00\"", "['a', '\xC3\xA9', '\xF0\x9F\x98\x80']", 3},
                 {"{\"x\": 1, \"y\": 2}", "['x', 'y']", 2},
                 {"[1, [2]]", "[1, [2]]", 2}};
    for (size_t i = 0; i < 3; i++) {
        cask_value *value = read_json(cases[i].json), *items = cki_value_items(value, NULL);
        cki_text text = {0};
        int64_t length;
        cki_value_repr(items, &text);
        assert_string_equal(text.bytes, cases[i].items);
        cki_value_length(value, &length, NULL);
        assert_int_equal(length, cases[i].length);
        cask_value *last = cki_value_item(value, length - 1, NULL);
        assert_true(cki_value_equal(last, items->as.list.items[length - 1]));
        cki_text_free(&text);
        cask_value_unref(last);
        cask_value_unref(items);
        cask_value_unref(value);
    }
    cki_error error = {0};
    cask_value *number = cki_value_int(5, NULL);
    int64_t length;
    assert_null(cki_value_items(number, &error));
    assert_string_equal(error.message, "'int' object is not iterable");
    error = (cki_error){0};
    cki_value_length(number, &length, &error);
    assert_string_equal(error.message, "object of type 'int' has no len()");
    cask_value_unref(number);
    /* len(range(...)) in CPython */
    static const int64_t ranges[][4] = {{0, 10, 3, 4},
                                        {10, 0, -3, 4},
                                        {0, 0, 1, 0},
                                        {5, 0, 1, 0},
                                        {INT64_MIN, INT64_MAX, INT64_MAX, 3}};
    for (size_t i = 0; i < 5; i++) {
        cask_value *range = cki_value_range(ranges[i][0], ranges[i][1], ranges[i][2], NULL);
        cki_value_length(range, &length, NULL);
        assert_int_equal(length, ranges[i][3]);
        cask_value_unref(range);
    }
}

static void numbers_come_out_of_values(void **state)
{
    (void)state;
    int64_t integer;
    double real;
    cki_error error = {0};
    cask_value *text = cki_value_string("x", NULL), *number = cki_value_float(2.5, NULL);
    assert_int_equal(cki_value_index(cki_value_bool(true), &integer, &error), CASK_OK);
    assert_int_equal(integer, 1);
    assert_int_equal(cki_value_index(number, &integer, &error), CASK_TYPE);
    assert_string_equal(error.message, "'float' object cannot be interpreted as an integer");
    error = (cki_error){0};
    assert_int_equal(cki_value_real(text, &real, &error), CASK_TYPE);
    assert_string_equal(error.message, "must be real number, not str");
    assert_true(cask_value_f64(number) == 2.5 && isnan(cask_value_f64(text)));
    cki_operand operand;
    cask_value *minus = cki_value_int(INT64_MIN, NULL);
    assert_int_equal(cki_value_operand(minus, &operand, NULL), CASK_OK);
    assert_true(operand.negative && operand.magnitude == UINT64_C(1) << 63);
    error = (cki_error){0};
    assert_int_equal(cki_value_operand(cki_value_none(), &operand, &error), CASK_TYPE);
    bool truth;
    cask_value *many = cki_array_zeros(cki_dtype_of(CASK_I8), 1, (int64_t[]){2}, NULL);
    error = (cki_error){0};
    assert_int_equal(cki_value_truth(many, &truth, &error), CASK_INVALID);
    assert_string_equal(error.message, "The truth value of an array with more than one element is "
                                       "ambiguous. Use a.any() or a.all()");
    cask_value *all[] = {text, number, minus, many};
    for (size_t i = 0; i < 4; i++)
        cask_value_unref(all[i]);
}

static void release_held(void *self)
{
    cask_value_unref(self);
}

/* A million values, each in the next: lists, dicts, and objects that hold a value. */
static void deep_nests_are_let_go(void **state)
{
    (void)state;
    static const cki_class holder = {.name = "holder", .release = release_held};
    cask_value *deep = cki_value_int(1, NULL);
    for (int i = 0; i < 1000000; i++) {
        cask_value *outer;
        if (i % 3 == 0) {
            outer = cki_value_list(CKI_TUPLE, 1, NULL);
            outer->as.list.items[0] = deep;
        } else if (i % 3 == 1) {
            outer = cki_value_dict(NULL);
            cki_value_dict_set(outer, cki_value_none(), deep, NULL);
        } else {
            outer = cki_value_object(&holder, deep, NULL);
        }
        deep = outer;
    }
    assert_ptr_equal(cki_value_self(deep, &holder), NULL);
    cask_value_unref(deep);
}

static void deep_nests_have_no_order(void **state)
{
    (void)state;
    cask_value *nests[2];
    for (int n = 0; n < 2; n++) {
        nests[n] = cki_value_none();
        for (int i = 0; i < 100000; i++) {
            cask_value *outer = cki_value_list(CKI_TUPLE, 1, NULL);
            outer->as.list.items[0] = nests[n];
            nests[n] = outer;
        }
    }
    int order;
    bool unordered;
    uint64_t hash;
    cki_error error = {0};
    assert_false(cki_value_equal(nests[0], nests[1]));
    assert_int_not_equal(cki_value_compare(nests[0], nests[1], "<", &order, &unordered, &error),
                         CASK_OK);
    assert_string_equal(error.python, "RecursionError");
    assert_int_not_equal(cki_value_hash(nests[0], &hash, NULL), CASK_OK);
    assert_true(cki_value_nbytes(nests[0]) > 0);
    assert_false(cki_token_same(cki_token_of(nests[0]), cki_token_of(nests[1])));
    cask_value_unref(nests[0]);
    cask_value_unref(nests[1]);
}

/* Much of the room in one go; false if an allocation failed, and then the error says so. */
static bool scenario(void)
{
    static const char json[] = "{\"a\": [1, 2.5, \"x\"], \"b\": {\"c\": null}, \"1\": 1, \"2\": 2, "
                               "\"3\": 3, \"4\": 4, \"5\": 5, \"6\": 6, \"7\": 7}";
    static const char rows[] = "[[1, 2.5, 3], [4, 5, 6]]";
    cki_error error = {0};
    cki_text text = {0}, shown = {0};
    cki_dtype wide = {.id = CASK_STR, .count = 8};
    cask_value *dict = cki_value_from_json(json, sizeof json - 1, &error), *again = NULL;
    cask_value *list = cki_value_from_json(rows, sizeof rows - 1, &error);
    cask_value *array = list ? cki_array_from_value(list, (cki_dtype){0}, &error) : NULL;
    cask_value *turned = array ? cki_array_permute(array->as.array, (int[]){1, 0}, &error) : NULL;
    cask_value *flat = turned ? cki_array_reshape(turned, 1, (int64_t[]){6}, &error) : NULL;
    cask_value *words = flat ? cki_array_new(wide, 1, (int64_t[]){6}, &error) : NULL;
    cask_value *back = turned ? cki_array_tolist(turned->as.array, &error) : NULL;
    bool good = dict && words && back &&
                cki_array_cast(words->as.array, flat->as.array, &error) == CASK_OK &&
                cki_array_cast(flat->as.array, words->as.array, &error) == CASK_OK &&
                cki_value_json(dict, &text, &error) == CASK_OK &&
                (again = cki_value_from_json(text.bytes, text.length, &error)) != NULL;
    if (good) {
        cki_hasher *hasher = cki_token_start(&error);
        good = hasher != NULL;
        if (hasher) {
            cki_token_value(hasher, words);
            (void)cki_token_end(hasher);
        }
        cki_value_repr(words, &shown);
        cki_value_print(flat, &shown);
        good &= !shown.failed;
        assert_true(shown.failed || cki_value_equal(dict, again));
    }
    assert_true(good || shown.failed || error.status == CASK_MEMORY);
    cki_text_free(&text);
    cki_text_free(&shown);
    cask_value *all[] = {dict, again, list, array, turned, flat, words, back};
    for (size_t i = 0; i < 8; i++)
        cask_value_unref(all[i]);
    return good;
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    int64_t before = cki_memory_count();
    assert_true(scenario());
    int64_t needed = cki_memory_count() - before;
    assert_true(needed > 50);
    for (int64_t n = 1; n <= needed; n++)
        for (int all = 0; all < 2; all++) {
            cki_memory_fail_at(n, all);
            bool good = scenario();
            cki_memory_fail_at(0, false);
            assert_false(good);
        }
    assert_true(scenario());
}

/* A list of one list twice, of that twice, ... : as many bytes as there are, at once. */
static void shared_parts_count_once(void **state)
{
    (void)state;
    enum { DEPTH = 50 };
    cask_value *at = cki_value_list(CKI_LIST, 0, NULL);
    for (int i = 0; i < DEPTH; i++) {
        cask_value *pair = cki_value_list(CKI_LIST, 2, NULL);
        pair->as.list.items[0] = at;
        pair->as.list.items[1] = cask_value_ref(at);
        at = pair;
    }
    size_t one = sizeof(cask_value) + 2 * sizeof(void *);
    assert_int_equal(cki_value_nbytes(at), DEPTH * one + sizeof(cask_value));
    assert_int_equal(cki_value_own_bytes(at), DEPTH * one + sizeof(cask_value));
    cask_value_unref(at);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_compare_as_in_python),
        cmocka_unit_test(numpy_scalars_equal_numbers),
        cmocka_unit_test(dicts_keep_order_and_find_keys),
        cmocka_unit_test(sets_are_ordered_by_inclusion),
        cmocka_unit_test(items_of_every_kind),
        cmocka_unit_test(numbers_come_out_of_values),
        cmocka_unit_test(deep_nests_are_let_go),
        cmocka_unit_test(deep_nests_have_no_order),
        cmocka_unit_test(shared_parts_count_once),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
