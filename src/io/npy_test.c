/* Tests of npy.c against bytes that NumPy 1.24 wrote, and of what must be refused. */
#include "core/memory.h"
#include "io/store.h"
#include "sys/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

static const char *const path = "npy_test.npy";

static void put_file(const void *bytes, size_t count)
{
    cki_error error = {0};
    cki_file_output *output = cki_file_create(path, &error);
    assert_int_equal(cki_file_write(output, 0, bytes, count, &error), CASK_OK);
    assert_int_equal(cki_file_commit(output, &error), CASK_OK);
}

/* A version 1 file as np.save writes it. */
static void put_npy(const char *header, const void *data, size_t count)
{
    char bytes[512];
    size_t length = strlen(header), whole = (10 + length + 1 + 63) / 64 * 64;
    memset(bytes, ' ', sizeof bytes);
    memcpy(bytes, "\x93NUMPY\x01\x00", 8);
    bytes[8] = (char)((whole - 10) & 0xff);
    bytes[9] = (char)((whole - 10) >> 8);
    memcpy(bytes + 10, header, length);
    bytes[whole - 1] = '\n';
    if (count)
        memcpy(bytes + whole, data, count);
    put_file(bytes, whole + count);
}

/* The whole array of the file. */
static cask_value *get_array(void)
{
    cki_error error = {0};
    cki_store *store = cki_store_open(path, &error);
    if (!store)
        fail_msg("%s: %s", error.python, error.message);
    const cki_variable *variable = cki_store_variable(store, 0);
    int64_t start[CKI_MAX_NDIM] = {0}, step[CKI_MAX_NDIM];
    for (int k = 0; k < CKI_MAX_NDIM; k++)
        step[k] = 1;
    cask_value *array = cki_array_new(variable->dtype, variable->ndim, variable->shape, &error);
    assert_int_equal(
        cki_store_read(store, 0, start, variable->shape, step, cki_array_of(array), &error),
        CASK_OK);
    assert_string_equal(variable->name, "data");
    cki_store_unref(store);
    return array;
}

static void expect(const char *header, const void *data, size_t count, const char *code,
                   const void *native)
{
    char buffer[48];
    put_npy(header, data, count);
    cask_value *array = get_array();
    assert_string_equal(cki_dtype_code(cki_array_of(array)->dtype, buffer), code);
    size_t bytes =
        (size_t)cki_array_size(cki_array_of(array)) * cki_dtype_size(cki_array_of(array)->dtype);
    assert_int_equal(bytes, count);
    if (bytes)
        assert_memory_equal(cki_array_of(array)->data, native, bytes);
    cask_value_unref(array);
}

static void reads_what_numpy_writes(void **state)
{
    (void)state;
    static const unsigned char big[] = {0, 0, 0, 100, 0, 200, 1, 44, 1, 144, 1, 244};
    static const int16_t small[] = {0, 100, 200, 300, 400, 500};
    expect("{'descr': '>i2', 'fortran_order': False, 'shape': (2, 3), }", big, 12, "<i2", small);
    static const double fortran[] = {0, 3, 1, 4, 2, 5}, c[] = {0, 1, 2, 3, 4, 5};
    expect("{'descr': '<f8', 'fortran_order': True, 'shape': (2, 3), }", fortran, 48, "<f8", c);
    static const unsigned char wide[] = {0, 0, 0, 97, 0, 0, 0, 98, 0, 0, 0, 99, 0, 0, 0, 0};
    static const uint32_t text[] = {97, 98, 99, 0};
    expect("{'descr': '>U2', 'fortran_order': False, 'shape': (2,), }", wide, 16, "<U2", text);
    expect("{'descr': '|S2', 'fortran_order': False, 'shape': (2,), }", "abc", 4, "|S2", "abc");
    static const unsigned char complexes[] = {63, 128, 0, 0, 64,  0,   0, 0,
                                              64, 64,  0, 0, 192, 128, 0, 0};
    static const float parts[] = {1, 2, 3, -4};
    expect("{'descr': '>c8', 'fortran_order': False, 'shape': (2,), }", complexes, 16, "<c8",
           parts);
    static const unsigned char days[] = {86, 71, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 128};
    static const int64_t dates[] = {18262, INT64_MIN};
    expect("{'descr': '<M8[D]', 'fortran_order': False, 'shape': (2,), }", days, 16, "<M8[D]",
           dates);
    expect("{'descr': '|u1', 'fortran_order': False, 'shape': (), }", "\5", 1, "|u1", "\5");
    expect("{'descr': '|b1', 'fortran_order': False, 'shape': (2,), }", "\1\0", 2, "|b1", "\1\0");
    expect("{'descr': '<f4', 'fortran_order': False, 'shape': (0, 3), }", NULL, 0, "<f4", NULL);
    /* keys in another order, other quotes, Python 2's long integers */
    expect("{\"shape\": (2L,), 'fortran_order':False,'descr':\"<i2\"}", small, 4, "<i2", small);
}

static void refuse(const char *python, const char *words)
{
    cki_error error = {0};
    cki_store *store = cki_store_open(path, &error);
    assert_null(store);
    assert_string_equal(error.python, python);
    if (!strstr(error.message, words))
        fail_msg("'%s' is not in '%s'", words, error.message);
}

static void refuses_what_it_cannot_read(void **state)
{
    (void)state;
    static const char data[64] = "";
    put_npy("{'descr': '|O', 'fortran_order': False, 'shape': (2,), }", data, 16);
    refuse("ValueError", "Object arrays cannot be loaded");
    put_npy("{'descr': [('a', [('b', '<i4')])], 'fortran_order': False, 'shape': (2,), }", data,
            16);
    refuse("ValueError", "structured");
    put_npy("{'descr': [('a', '<i4'), ('b', '<i4')], 'fortran_order': False, 'shape': (2,), }",
            data, 15);
    refuse("ValueError", "truncated");
    put_npy("{'descr': '<f8', 'fortran_order': False, 'shape': (9,), }", data, 64);
    refuse("ValueError", "truncated");
    put_npy("{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 4294967296), }", data,
            8);
    refuse("ValueError", "larger than any file");
    put_npy("{'descr': '<f8', 'fortran_order': False, 'shape': (-1,), }", data, 8);
    refuse("ValueError", "cannot parse the header");
    put_npy("{'descr': '<q9', 'fortran_order': False, 'shape': (1,), }", data, 8);
    refuse("ValueError", "'<q9'");
    put_npy("{'descr': '<f8', 'shape': (1,), }", data, 8);
    refuse("ValueError", "cannot parse the header");
    put_file("\x93NUMPY\x01\x00\xff\x00{", 11);
    refuse("ValueError", "ends within the header");
    put_file("\x93NUMPY\x07\x00\x02\x00{}", 12);
    refuse("ValueError", "format versions");
    put_file("\x93NUMPY\x02\x00\xff\xff\xff\x7f{}", 14);
    refuse("ValueError", "longer than");
    put_file("hello", 5);
    refuse("OSError", "unknown file format");
    remove(path);
    refuse("FileNotFoundError", "[Errno 2] No such file or directory: 'npy_test.npy'");
}

/* Each field of a structured array is a variable, wherever it lies in an element. */
static void reads_fields(void **state)
{
    (void)state;
    static const char data[] = "\1\0..\0\2ab\3\0..\0\4cd\5\0..\0\6ef";
    put_npy("{'descr': [('a', '<i2'), ('', '|V2'), (('t', 'b'), '>i2'), ('c', '|S1', (2,))], "
            "'fortran_order': False, 'shape': (3,), }",
            data, 24);
    cki_error error = {0};
    cki_store *store = cki_store_open(path, &error);
    assert_non_null(store);
    assert_int_equal(cki_store_count(store), 3);
    for (size_t i = 0; i < 3; i++) {
        const cki_variable *v = cki_store_variable(store, i);
        const int64_t start[2] = {1, 1}, count[2] = {2, 1}, step[2] = {1, 1};
        assert_string_equal(v->name, i == 0 ? "a" : i == 1 ? "b" : "c");
        assert_int_equal(v->ndim, i == 2 ? 2 : 1);
        cask_value *array = cki_array_new(v->dtype, v->ndim, count, &error);
        assert_int_equal(cki_store_read(store, i, start, count, step, cki_array_of(array), &error),
                         CASK_OK);
        const unsigned char *bytes = cki_array_of(array)->data;
        assert_memory_equal(bytes,
                            i == 0   ? "\3\0\5\0"
                            : i == 1 ? "\4\0\6\0"
                                     : "df",
                            i == 2 ? 2 : 4);
        cask_value_unref(array);
    }
    cki_store_unref(store);
    for (int64_t n = 1; n < 100; n++) {
        error = (cki_error){0};
        cki_memory_fail_at(n, false);
        store = cki_store_open(path, &error);
        cki_memory_fail_at(0, false);
        cki_store_unref(store);
        assert_true(store || error.status == CASK_MEMORY);
    }
    remove(path);
}

/* In regions, out of order, and every dtype: what is read back is what was written. */
static void writes_regions(void **state)
{
    (void)state;
    for (int id = 1; id < CASK_DTYPE_COUNT; id++) {
        cki_error error = {0};
        cki_dtype dtype = cki_dtype_of((cask_dtype)id);
        if (cki_dtype_is_time(dtype))
            dtype = (cki_dtype){.id = (uint8_t)id, .unit = CKI_UNIT_SECOND, .count = 1};
        if (cki_dtype_is_text(dtype))
            dtype.count = 3;
        int64_t shape[2] = {4, 6}, half[2] = {2, 6};
        cask_value *array = cki_array_new(dtype, 2, shape, &error);
        size_t bytes = 24 * cki_dtype_size(dtype);
        for (size_t i = 0; i < bytes; i++)
            cki_array_of(array)->data[i] = (unsigned char)(id == CASK_BOOL ? i % 2 : i * 37 % 60);
        cki_target target = {.dtype = dtype, .ndim = 2, .shape = shape};
        cki_writer *writer = cki_writer_open(path, &target, &error);
        assert_non_null(writer);
        for (int64_t row = 2; row >= 0; row -= 2) {
            int64_t start[2] = {row, 0}, step[2] = {1, 1};
            cask_value *part = cki_array_slice(cki_array_of(array), start, half, step, &error);
            assert_int_equal(cki_writer_region(writer, start, cki_array_of(part), &error), CASK_OK);
            cask_value_unref(part);
        }
        assert_int_equal(cki_writer_commit(writer, &error), CASK_OK);
        cask_value *back = get_array();
        assert_true(cki_dtype_same(cki_array_of(back)->dtype, dtype));
        assert_memory_equal(cki_array_of(back)->data, cki_array_of(array)->data, bytes);
        cask_value_unref(back);
        cask_value_unref(array);
    }
    remove(path);
}

/* Byte for byte what np.save('x', np.arange(3, dtype='<i2')) gives. */
static void writes_as_numpy_does(void **state)
{
    (void)state;
    cki_error error = {0};
    int64_t three = 3, zero = 0;
    cask_value *array = cki_array_new(cki_dtype_of(CASK_I16), 1, &three, &error);
    static const int16_t numbers[] = {0, 1, 2};
    memcpy(cki_array_of(array)->data, numbers, 6);
    cki_target target = {.dtype = cki_dtype_of(CASK_I16), .ndim = 1, .shape = &three};
    cki_writer *writer = cki_writer_open(path, &target, &error);
    assert_int_equal(cki_writer_region(writer, &zero, cki_array_of(array), &error), CASK_OK);
    assert_int_equal(cki_writer_commit(writer, &error), CASK_OK);
    cask_value_unref(array);
    unsigned char bytes[134];
    cki_file *file = cki_file_open(path, &error);
    assert_int_equal(cki_file_size(file), sizeof bytes);
    assert_int_equal(cki_file_read(file, 0, bytes, sizeof bytes, "it", &error), CASK_OK);
    char wanted[129];
    snprintf(wanted, sizeof wanted, "%s%-117s\n",
             "\x93NUMPY\x01"
             "0v0",
             "{'descr': '<i2', 'fortran_order': False, 'shape': (3,), }");
    wanted[7] = wanted[9] = '\0';
    assert_memory_equal(bytes, wanted, 128);
    assert_memory_equal(bytes + 128, numbers, 6);
    cki_file_unref(file);
    remove(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_numpy_writes),
        cmocka_unit_test(refuses_what_it_cannot_read),
        cmocka_unit_test(reads_fields),
        cmocka_unit_test(writes_regions),
        cmocka_unit_test(writes_as_numpy_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
