/* Tests of the sinks: text forms against what Python writes. */
#include "core/memory.h"
#include "io/sink.h"
#include "io/store.h"
#include "sys/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

static const char *const path = "sink_test.out";

static void expect_file(const char *wanted)
{
    char bytes[512];
    cki_error error = {0};
    cki_file *file = cki_file_open(path, &error);
    assert_non_null(file);
    size_t size = (size_t)cki_file_size(file);
    assert_true(size < sizeof bytes);
    assert_int_equal(cki_file_read(file, 0, bytes, size, "it", &error), CASK_OK);
    bytes[size] = '\0';
    assert_string_equal(bytes, wanted);
    cki_file_unref(file);
    remove(path);
}

static cask_value *numbers(int ndim, const int64_t *shape, const double *elements)
{
    cki_error error = {0};
    cask_value *array = cki_array_new(cki_dtype_of(CASK_F64), ndim, shape, &error);
    memcpy(cki_array_of(array)->data, elements,
           (size_t)cki_array_size(cki_array_of(array)) * sizeof *elements);
    return array;
}

static void writes_csv(void **state)
{
    (void)state;
    cki_error error = {0};
    static const double elements[] = {0.1, 1e22, -0.0, 3, 1.0 / 3, 1e-7};
    int64_t shape[2] = {2, 3}, six = 6;
    cask_value *array = numbers(2, shape, elements);
    assert_int_equal(cki_csv_write(path, cki_array_of(array), &error), CASK_OK);
    expect_file("0.1,1e+22,-0.0\n3.0,0.3333333333333333,1e-07\n");
    cask_value *flat = cki_array_reshape(array, 1, &six, &error);
    assert_int_equal(cki_csv_write(path, cki_array_of(flat), &error), CASK_OK);
    expect_file("0.1\n1e+22\n-0.0\n3.0\n0.3333333333333333\n1e-07\n");
    int64_t three[3] = {1, 2, 3};
    cask_value *cube = cki_array_reshape(array, 3, three, &error);
    assert_int_equal(cki_csv_write(path, cki_array_of(cube), &error), CASK_SHAPE);
    assert_string_equal(error.python, "ValueError");
    cask_value_unref(cube);
    cask_value_unref(flat);
    cask_value_unref(array);
}

static void quotes_csv(void **state)
{
    (void)state;
    cki_error error = {0};
    int64_t two = 2;
    cask_value *array = cki_array_new((cki_dtype){.id = CASK_BYTES, .count = 4}, 1, &two, &error);
    memcpy(cki_array_of(array)->data, "a,\"bcd\0\0", 8);
    assert_int_equal(cki_csv_write(path, cki_array_of(array), &error), CASK_OK);
    expect_file("\"a,\"\"b\"\ncd\n");
    cask_value_unref(array);
}

static void writes_json_and_text(void **state)
{
    (void)state;
    cki_error error = {0};
    int64_t ints[] = {1, 2};
    cask_value *list = cki_value_ints(CKI_TUPLE, ints, 2, &error);
    assert_int_equal(cki_json_write(path, list, &error), CASK_OK);
    expect_file("[1, 2]\n");
    assert_int_equal(cki_text_write(path, list, &error), CASK_OK);
    expect_file("(1, 2)\n");
    cask_value_unref(list);
}

static void globs(void **state)
{
    (void)state;
    cki_error error = {0};
    static const char *const names[] = {"sink_test_b.x", "sink_test_a.x", "sink_test_A.x"};
    for (int i = 0; i < 3; i++)
        assert_int_equal(cki_sink_commit(cki_sink_open(names[i], &error), &error), CASK_OK);
    cask_value *found = cki_store_glob("sink_test_?.x", &error);
    assert_int_equal(found->as.list.count, 3);
    assert_string_equal(found->as.list.items[0]->as.text.bytes, "sink_test_A.x");
    assert_string_equal(found->as.list.items[2]->as.text.bytes, "sink_test_b.x");
    cask_value_unref(found);
    found = cki_store_glob("sink_test_[ab].*", &error);
    assert_int_equal(found->as.list.count, 2);
    cask_value_unref(found);
    found = cki_store_glob("not there", &error);
    assert_string_equal(found->as.list.items[0]->as.text.bytes, "not there");
    cask_value_unref(found);
    assert_null(cki_store_glob("sink_test_*.none", &error));
    assert_string_equal(error.python, "FileNotFoundError");
    for (int i = 0; i < 3; i++)
        remove(names[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_csv),
        cmocka_unit_test(quotes_csv),
        cmocka_unit_test(writes_json_and_text),
        cmocka_unit_test(globs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
