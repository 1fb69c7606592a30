/* Tests of NetCDF-3 against files that netCDF4-python 1.6 wrote, and of damaged ones. */
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

/* title = "Test"; time(time) int; t2m(time, x) short with _FillValue and scale_factor; w(x) double;
 * two records of three. The same in CDF-5. */
static const unsigned char classic[] = {
    67,  68,  70,  1,   0,   0,   0,   2,   0,   0,   0,   10,  0,   0,   0,   2,   0,   0,   0,
    4,   116, 105, 109, 101, 0,   0,   0,   0,   0,   0,   0,   1,   120, 0,   0,   0,   0,   0,
    0,   3,   0,   0,   0,   12,  0,   0,   0,   1,   0,   0,   0,   5,   116, 105, 116, 108, 101,
    0,   0,   0,   0,   0,   0,   2,   0,   0,   0,   4,   84,  101, 115, 116, 0,   0,   0,   11,
    0,   0,   0,   3,   0,   0,   0,   4,   116, 105, 109, 101, 0,   0,   0,   1,   0,   0,   0,
    0,   0,   0,   0,   12,  0,   0,   0,   1,   0,   0,   0,   5,   117, 110, 105, 116, 115, 0,
    0,   0,   0,   0,   0,   2,   0,   0,   0,   22,  104, 111, 117, 114, 115, 32,  115, 105, 110,
    99,  101, 32,  50,  48,  49,  52,  45,  48,  49,  45,  48,  49,  0,   0,   0,   0,   0,   4,
    0,   0,   0,   4,   0,   0,   1,   64,  0,   0,   0,   3,   116, 50,  109, 0,   0,   0,   0,
    2,   0,   0,   0,   0,   0,   0,   0,   1,   0,   0,   0,   12,  0,   0,   0,   2,   0,   0,
    0,   10,  95,  70,  105, 108, 108, 86,  97,  108, 117, 101, 0,   0,   0,   0,   0,   3,   0,
    0,   0,   1,   128, 1,   0,   0,   0,   0,   0,   12,  115, 99,  97,  108, 101, 95,  102, 97,
    99,  116, 111, 114, 0,   0,   0,   6,   0,   0,   0,   1,   63,  224, 0,   0,   0,   0,   0,
    0,   0,   0,   0,   3,   0,   0,   0,   8,   0,   0,   1,   68,  0,   0,   0,   1,   119, 0,
    0,   0,   0,   0,   0,   1,   0,   0,   0,   1,   0,   0,   0,   0,   0,   0,   0,   0,   0,
    0,   0,   6,   0,   0,   0,   24,  0,   0,   1,   40,  63,  248, 0,   0,   0,   0,   0,   0,
    192, 2,   0,   0,   0,   0,   0,   0,   84,  178, 73,  173, 37,  148, 195, 125, 0,   0,   0,
    0,   0,   1,   0,   2,   0,   3,   128, 1,   0,   0,   0,   6,   255, 252, 0,   5,   1,   44,
    128, 1,
};
static const unsigned char cdf5[] = {
    67,  68,  70,  5,   0,   0,   0,   0,   0,   0,   0,   2,   0,   0,   0,   10,  0,   0,   0,
    0,   0,   0,   0,   2,   0,   0,   0,   0,   0,   0,   0,   4,   116, 105, 109, 101, 0,   0,
    0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   1,   120, 0,   0,   0,   0,
    0,   0,   0,   0,   0,   0,   3,   0,   0,   0,   12,  0,   0,   0,   0,   0,   0,   0,   1,
    0,   0,   0,   0,   0,   0,   0,   5,   116, 105, 116, 108, 101, 0,   0,   0,   0,   0,   0,
    2,   0,   0,   0,   0,   0,   0,   0,   4,   84,  101, 115, 116, 0,   0,   0,   11,  0,   0,
    0,   0,   0,   0,   0,   3,   0,   0,   0,   0,   0,   0,   0,   4,   116, 105, 109, 101, 0,
    0,   0,   0,   0,   0,   0,   1,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   12,
    0,   0,   0,   0,   0,   0,   0,   1,   0,   0,   0,   0,   0,   0,   0,   5,   117, 110, 105,
    116, 115, 0,   0,   0,   0,   0,   0,   2,   0,   0,   0,   0,   0,   0,   0,   22,  104, 111,
    117, 114, 115, 32,  115, 105, 110, 99,  101, 32,  50,  48,  49,  52,  45,  48,  49,  45,  48,
    49,  0,   0,   0,   0,   0,   4,   0,   0,   0,   0,   0,   0,   0,   4,   0,   0,   0,   0,
    0,   0,   1,   204, 0,   0,   0,   0,   0,   0,   0,   3,   116, 50,  109, 0,   0,   0,   0,
    0,   0,   0,   0,   2,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,
    0,   1,   0,   0,   0,   12,  0,   0,   0,   0,   0,   0,   0,   2,   0,   0,   0,   0,   0,
    0,   0,   10,  95,  70,  105, 108, 108, 86,  97,  108, 117, 101, 0,   0,   0,   0,   0,   3,
    0,   0,   0,   0,   0,   0,   0,   1,   128, 1,   0,   0,   0,   0,   0,   0,   0,   0,   0,
    12,  115, 99,  97,  108, 101, 95,  102, 97,  99,  116, 111, 114, 0,   0,   0,   6,   0,   0,
    0,   0,   0,   0,   0,   1,   63,  224, 0,   0,   0,   0,   0,   0,   0,   0,   0,   3,   0,
    0,   0,   0,   0,   0,   0,   8,   0,   0,   0,   0,   0,   0,   1,   208, 0,   0,   0,   0,
    0,   0,   0,   1,   119, 0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   1,   0,   0,   0,
    0,   0,   0,   0,   1,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,
    0,   6,   0,   0,   0,   0,   0,   0,   0,   24,  0,   0,   0,   0,   0,   0,   1,   180, 63,
    248, 0,   0,   0,   0,   0,   0,   192, 2,   0,   0,   0,   0,   0,   0,   84,  178, 73,  173,
    37,  148, 195, 125, 0,   0,   0,   0,   0,   1,   0,   2,   0,   3,   128, 1,   0,   0,   0,
    6,   255, 252, 0,   5,   1,   44,  128, 1,
};
/* v(y, x) short, 2 by 3, units = "K", n = 7, in the form with 64-bit offsets. */
static const unsigned char written[] = {
    67,  68, 70, 2, 0, 0,   0, 0, 0, 0,   0,  10, 0,   0,   0,   2, 0, 0,  0, 1,   121, 0,   0,
    0,   0,  0,  0, 2, 0,   0, 0, 1, 120, 0,  0,  0,   0,   0,   0, 3, 0,  0, 0,   0,   0,   0,
    0,   0,  0,  0, 0, 11,  0, 0, 0, 1,   0,  0,  0,   1,   118, 0, 0, 0,  0, 0,   0,   2,   0,
    0,   0,  0,  0, 0, 0,   1, 0, 0, 0,   12, 0,  0,   0,   2,   0, 0, 0,  5, 117, 110, 105, 116,
    115, 0,  0,  0, 0, 0,   0, 2, 0, 0,   0,  1,  75,  0,   0,   0, 0, 0,  0, 1,   110, 0,   0,
    0,   0,  0,  0, 4, 0,   0, 0, 1, 0,   0,  0,  7,   0,   0,   0, 3, 0,  0, 0,   12,  0,   0,
    0,   0,  0,  0, 0, 144, 0, 1, 0, 2,   0,  3,  255, 252, 0,   5, 1, 44,
};

static const char *const path = "netcdf3_test.nc3";

static void put_file(const void *bytes, size_t count)
{
    cki_error error = {0};
    cki_file_output *output = cki_file_create(path, &error);
    assert_int_equal(cki_file_write(output, 0, bytes, count, &error), CASK_OK);
    assert_int_equal(cki_file_commit(output, &error), CASK_OK);
}

static cki_store *open_file(void)
{
    cki_error error = {0};
    cki_store *store = cki_store_open(path, &error);
    if (!store)
        fail_msg("%s: %s", error.python, error.message);
    return store;
}

static void get(const cki_store *store, const char *name, int64_t *start, int64_t *count,
                int64_t *step, void *to, size_t bytes)
{
    size_t i;
    cki_error error = {0};
    assert_int_equal(cki_store_find(store, name, &i, &error), CASK_OK);
    const cki_variable *variable = cki_store_variable(store, i);
    cask_value *array = cki_array_new(variable->dtype, variable->ndim, count, &error);
    assert_int_equal(cki_store_read(store, i, start, count, step, cki_array_of(array), &error),
                     CASK_OK);
    assert_int_equal((size_t)cki_array_size(cki_array_of(array)) * cki_dtype_size(variable->dtype),
                     bytes);
    memcpy(to, cki_array_of(array)->data, bytes);
    cask_value_unref(array);
}

static void check_contents(void)
{
    cki_store *store = open_file();
    assert_int_equal(cki_store_count(store), 3);
    const cki_variable *t2m = cki_store_variable(store, 1);
    assert_string_equal(t2m->name, "t2m");
    assert_int_equal(t2m->ndim, 2);
    assert_int_equal(t2m->shape[0], 2);
    assert_int_equal(t2m->shape[1], 3);
    assert_string_equal(t2m->dims[0], "time");
    assert_string_equal(t2m->dims[1], "x");
    assert_int_equal(t2m->dtype.id, CASK_I16);
    const cask_value *scale = cki_value_dict_find(t2m->attributes, "scale_factor");
    assert_true(scale && scale->kind == CKI_FLOAT && scale->as.real == 0.5);
    const cask_value *fill = cki_value_dict_find(t2m->attributes, "_FillValue");
    assert_true(fill && fill->kind == CKI_INT && fill->as.integer == -32767);
    const cask_value *title = cki_value_dict_find(cki_store_attributes(store), "title");
    assert_true(title && title->kind == CKI_STR);
    assert_string_equal(title->as.text.bytes, "Test");

    int64_t zero[2] = {0, 0}, one[2] = {1, 1}, all[2] = {2, 3};
    int16_t numbers[6];
    static const int16_t wanted[] = {1, 2, 3, -4, 5, 300};
    get(store, "t2m", zero, all, one, numbers, sizeof numbers);
    assert_memory_equal(numbers, wanted, sizeof numbers);
    int64_t last[2] = {1, 0}, part[2] = {1, 2}, step[2] = {1, 2};
    int16_t two[2];
    get(store, "t2m", last, part, step, two, sizeof two);
    assert_int_equal(two[0], -4);
    assert_int_equal(two[1], 300);
    int32_t times[2];
    get(store, "time", zero, all, one, times, sizeof times);
    assert_int_equal(times[1], 6);
    double w[3];
    int64_t three[1] = {3};
    get(store, "w", zero, three, one, w, sizeof w);
    assert_true(w[0] == 1.5 && w[1] == -2.25 && w[2] == 1e100);
    cki_store_unref(store);
}

static void reads_classic(void **state)
{
    (void)state;
    put_file(classic, sizeof classic);
    check_contents();
    cki_store *store = open_file();
    assert_string_equal(cki_store_format(store), "NetCDF-3 (classic)");
    cki_error error = {0};
    size_t i;
    assert_int_equal(cki_store_find(store, "t3m", &i, &error), CASK_NOT_FOUND);
    assert_string_equal(error.python, "KeyError");
    assert_non_null(strstr(error.message, "'time', 't2m', 'w'"));
    cki_store_unref(store);
    remove(path);
}

static void reads_cdf5(void **state)
{
    (void)state;
    put_file(cdf5, sizeof cdf5);
    check_contents();
    remove(path);
}

/* A header that says "as many records as there are": the file's size tells. */
static void reads_streamed(void **state)
{
    (void)state;
    unsigned char bytes[sizeof classic];
    memcpy(bytes, classic, sizeof classic);
    memset(bytes + 4, 0xff, 4);
    put_file(bytes, sizeof bytes);
    check_contents();
    remove(path);
}

static void writes_as_netcdf_does(void **state)
{
    (void)state;
    cki_error error = {0};
    int64_t shape[2] = {2, 3}, zero[2] = {0, 0};
    const char *dims[] = {"y", "x"};
    static const int16_t numbers[] = {1, 2, 3, -4, 5, 300};
    cask_value *attributes = cki_value_dict(&error);
    cki_value_dict_set(attributes, cki_value_string("units", &error), cki_value_string("K", &error),
                       &error);
    cki_value_dict_set(attributes, cki_value_string("n", &error), cki_value_int(7, &error), &error);
    cki_target target = {.name = "v",
                         .dtype = cki_dtype_of(CASK_I16),
                         .ndim = 2,
                         .shape = shape,
                         .dims = dims,
                         .attributes = attributes};
    cask_value *array = cki_array_new(target.dtype, 2, shape, &error);
    memcpy(cki_array_of(array)->data, numbers, sizeof numbers);
    cki_writer *writer = cki_writer_open(path, &target, &error);
    assert_non_null(writer);
    assert_int_equal(cki_writer_region(writer, zero, cki_array_of(array), &error), CASK_OK);
    assert_int_equal(cki_writer_commit(writer, &error), CASK_OK);
    unsigned char bytes[sizeof written];
    cki_file *file = cki_file_open(path, &error);
    assert_int_equal(cki_file_size(file), sizeof written);
    assert_int_equal(cki_file_read(file, 0, bytes, sizeof bytes, "it", &error), CASK_OK);
    assert_memory_equal(bytes, written, sizeof bytes);
    cki_file_unref(file);
    cask_value_unref(array);
    cask_value_unref(attributes);
    remove(path);
}

/* Dates become whole numbers since 1970 with units that say so; they need CDF-5. */
static void writes_dates(void **state)
{
    (void)state;
    cki_error error = {0};
    int64_t two = 2, zero = 0, one = 1, back[2];
    cki_dtype years = {.id = CASK_DATETIME, .unit = CKI_UNIT_YEAR, .count = 1};
    cki_target target = {.dtype = years, .ndim = 1, .shape = &two};
    cask_value *array = cki_array_new(years, 1, &two, &error);
    static const int64_t since_1970[] = {30, CKI_NAT};
    memcpy(cki_array_of(array)->data, since_1970, sizeof since_1970);
    cki_writer *writer = cki_writer_open(path, &target, &error);
    assert_non_null(writer);
    assert_int_equal(cki_writer_region(writer, &zero, cki_array_of(array), &error), CASK_OK);
    assert_int_equal(cki_writer_commit(writer, &error), CASK_OK);
    cki_store *store = open_file();
    assert_string_equal(cki_store_format(store), "NetCDF-3 (CDF-5)");
    get(store, "data", &zero, &two, &one, back, sizeof back);
    assert_int_equal(back[0], 10957); /* 2000-01-01 */
    assert_true(back[1] == CKI_NAT);
    const cask_value *units =
        cki_value_dict_find(cki_store_variable(store, 0)->attributes, "units");
    assert_string_equal(units->as.text.bytes, "days since 1970-01-01");
    cki_store_unref(store);
    cask_value_unref(array);
    remove(path);
}

/* Two variables of one file, the second of a type that only CDF-5 has: *error says how it went. */
static void write_two(bool many, cki_error *error)
{
    static float level[] = {1000, 500};
    static uint64_t counts[] = {1, 2, 3, 4, UINT64_MAX, 6};
    static const int64_t zero[2] = {0, 0}, shape[2] = {2, 3};
    const char *dims[] = {"level", "x"};
    cki_target one = {
        .name = "level", .dtype = cki_dtype_of(CASK_F32), .ndim = 1, .shape = shape, .dims = dims};
    cki_target two = {
        .name = "n", .dtype = cki_dtype_of(CASK_U64), .ndim = 2, .shape = shape, .dims = dims};
    one.room = many ? cki_writer_room(&two) : 0;
    cki_array array = {.dtype = one.dtype,
                       .ndim = 1,
                       .shape = {2},
                       .strides = {4},
                       .data = (unsigned char *)level};
    cki_writer *first = cki_writer_open(path, &one, error);
    if (first)
        cki_writer_region(first, zero, &array, error);
    array = (cki_array){.dtype = two.dtype,
                        .ndim = 2,
                        .shape = {2, 3},
                        .strides = {24, 8},
                        .data = (unsigned char *)counts};
    cki_writer *second = first ? cki_writer_beside(first, &two, error) : NULL;
    if (second)
        cki_writer_region(second, zero, &array, error);
    if (second && error->status == CASK_OK)
        cki_writer_commit(second, error);
    else
        cki_writer_abort(second);
    if (first && error->status == CASK_OK)
        cki_writer_commit(first, error);
    else
        cki_writer_abort(first);
}

static void writes_several(void **state)
{
    (void)state;
    cki_error error = {0};
    int64_t zero[2] = {0, 0}, count[2] = {2, 3}, one[2] = {1, 1};
    float level[2];
    uint64_t counts[6];
    write_two(true, &error);
    assert_int_equal(error.status, CASK_OK);
    cki_store *store = open_file();
    assert_string_equal(cki_store_format(store), "NetCDF-3 (CDF-5)");
    assert_int_equal(cki_store_count(store), 2);
    get(store, "level", zero, count, one, level, sizeof level);
    assert_true(level[0] == 1000 && level[1] == 500);
    get(store, "n", zero, count, one, counts, sizeof counts);
    assert_true(counts[0] == 1 && counts[4] == UINT64_MAX && counts[5] == 6);
    assert_string_equal(cki_store_variable(store, 1)->dims[0], "level");
    cki_store_unref(store);
    remove(path);
    write_two(false, &error); /* the first was not told of others */
    assert_int_equal(error.status, CASK_INVALID);
    assert_false(cki_store_is_there(path));
    for (int64_t n = 1; n < 10000; n++) {
        error = (cki_error){0};
        cki_memory_fail_at(n, false);
        write_two(true, &error);
        cki_memory_fail_at(0, false);
        if (error.status == CASK_OK)
            break;
        assert_int_equal(error.status, CASK_MEMORY);
        assert_false(cki_store_is_there(path));
    }
    assert_int_equal(error.status, CASK_OK);
    remove(path);
}

/* However it is cut short or damaged, a file is read or refused in words; nothing else. */
static void survives_damage(void **state)
{
    (void)state;
    for (size_t length = 0; length < sizeof classic; length++) {
        cki_error error = {0};
        put_file(classic, length);
        cki_store *store = cki_store_open(path, &error);
        if (length < sizeof classic - 2) /* the last two bytes are padding */
            assert_null(store);
        if (!store) {
            assert_string_equal(error.python, "OSError");
            assert_non_null(strstr(error.message, path));
        }
        cki_store_unref(store);
    }
    unsigned char bytes[sizeof cdf5];
    for (size_t at = 3; at < sizeof cdf5; at++) {
        for (int value = 0; value < 256; value += 51) {
            cki_error error = {0};
            memcpy(bytes, cdf5, sizeof cdf5);
            bytes[at] = (unsigned char)value;
            put_file(bytes, sizeof bytes);
            cki_store *store = cki_store_open(path, &error);
            if (!store)
                assert_true(error.message[0] != '\0');
            cki_store_unref(store);
        }
    }
    remove(path);
}

static void reports_lost_memory(void **state)
{
    (void)state;
    put_file(classic, sizeof classic);
    for (int64_t n = 1; n < 10000; n++) {
        cki_error error = {0};
        cki_memory_fail_at(n, false);
        cki_store *store = cki_store_open(path, &error);
        cki_memory_fail_at(0, false);
        if (store) {
            cki_store_unref(store);
            remove(path);
            assert_true(n > 10);
            return;
        }
        assert_int_equal(error.status, CASK_MEMORY);
    }
    fail_msg("it never got enough memory");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_classic),   cmocka_unit_test(reads_cdf5),
        cmocka_unit_test(reads_streamed),  cmocka_unit_test(writes_as_netcdf_does),
        cmocka_unit_test(writes_dates),    cmocka_unit_test(writes_several),
        cmocka_unit_test(survives_damage), cmocka_unit_test(reports_lost_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
