/* Memory of the caller's: buffers of any layout as arrays and values, when they are released, and
 * arrays computed into buffers. */
#include "testing.h"

static void count(void *user)
{
    ++*(int *)user;
}

static const double six[] = {1, 2, 3, 4, 5, 6};

static void layouts(void **state)
{
    (void)state;
    cask *ck = cask_open(NULL);
    const cask_buffer rows = {.data = six, .dtype = CASK_F64, .shape = CASK_SHAPE(2, 3)};
    expect(cask_array_from_buffer(ck, &rows, CASK_SHAPE(1, 2)), "[[1. 2. 3.]\n [4. 5. 6.]]");
    /* columns first */
    const cask_buffer columns = {.data = six,
                                 .dtype = CASK_F64,
                                 .shape = CASK_SHAPE(2, 3),
                                 .strides = (const int64_t[]){8, 16}};
    expect(cask_array_from_buffer(ck, &columns, CASK_SHAPE(1, 2)), "[[1. 3. 5.]\n [2. 4. 6.]]");
    /* backwards, every second one */
    const cask_buffer back = {.data = six + 5,
                              .dtype = CASK_F64,
                              .shape = CASK_SHAPE(3),
                              .strides = (const int64_t[]){-16}};
    expect(cask_array_from_buffer(ck, &back, CASK_SHAPE(2)), "[6. 4. 2.]");
    /* one element for all */
    const cask_buffer same = {.data = six + 3,
                              .dtype = CASK_F64,
                              .shape = CASK_SHAPE(2, 2),
                              .strides = (const int64_t[]){0, 0}};
    expect(cask_array_from_buffer(ck, &same, (cask_shape){0}), "[[4. 4.]\n [4. 4.]]");
    const cask_buffer nothing = {.dtype = CASK_I32, .shape = CASK_SHAPE(0, 3)};
    expect(cask_array_from_buffer(ck, &nothing, (cask_shape){0}), "[]");
    cask_close(ck);
}

static void swapped_and_unaligned(void **state)
{
    (void)state;
    cask *ck = cask_open(NULL);
    const unsigned char shorts[] = {0, 1, 0, 2, 1, 0, 255, 254};
    const cask_buffer big = {
        .data = shorts, .dtype = CASK_I16, .shape = CASK_SHAPE(2, 2), .swapped = true};
    cask_array x = cask_array_from_buffer(ck, &big, CASK_SHAPE(1, 2));
    expect(x, "[[  1   2]\n [256  -2]]");
    expect(cask_array_slice(x, "::-1, 1"), "[-2  2]");
    cask_value *value = cask_value_from_buffer(&big);
    assert_non_null(value);
    assert_int_equal(((const int16_t *)cask_value_data(value))[3], -2);
    cask_value_unref(value);
    const unsigned char complex[16] = {0x3f, 0xf0, 0, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0};
    const cask_buffer pair = {
        .data = complex, .dtype = CASK_C128, .shape = CASK_SHAPE(1), .swapped = true};
    expect(cask_array_from_buffer(ck, &pair, (cask_shape){0}), "[1.-2.j]");
    /* records of a byte and a double, packed */
    unsigned char records[3 * 9];
    for (size_t i = 0; i < 3; i++)
        memcpy(records + 9 * i + 1, &six[i], sizeof six[i]);
    const cask_buffer packed = {.data = records + 1,
                                .dtype = CASK_F64,
                                .shape = CASK_SHAPE(3),
                                .strides = (const int64_t[]){9}};
    expect(cask_array_from_buffer(ck, &packed, CASK_SHAPE(2)), "[1. 2. 3.]");
    expect(cask_array_sum(cask_array_from_buffer(ck, &packed, CASK_SHAPE(2)), NULL), "6.0");
    refuse(cask_array_from_buffer(ck, &packed, CASK_SHAPE(2, 2, 2)), "ValueError",
           "Chunks do not add up to shape", ck);
    cask_close(ck);
}

static void released_once(void **state)
{
    (void)state;
    int released = 0;
    cask *ck = cask_open(NULL);
    const cask_buffer good = {.data = six,
                              .dtype = CASK_F64,
                              .shape = CASK_SHAPE(6),
                              .release = count,
                              .user = &released};
    cask_array x = cask_array_from_buffer(ck, &good, CASK_SHAPE(6));
    cask_value *value;
    assert_int_equal(cask_array_compute(x, &value), CASK_OK);
    assert_ptr_equal(cask_value_data(value), six); /* no copy */
    cask_close(ck);
    assert_int_equal(released, 0); /* the result shows the memory */
    cask_value_unref(value);
    assert_int_equal(released, 1);

    value = cask_value_from_buffer(&good);
    assert_ptr_equal(cask_value_data(value), six);
    cask_value_unref(value);
    assert_int_equal(released, 2);

    ck = cask_open(NULL); /* with a scope */
    cask_scope_begin(ck);
    expect(cask_array_sum(cask_array_from_buffer(ck, &good, CASK_SHAPE(2)), NULL), "21.0");
    cask_scope_end(ck);
    assert_int_equal(released, 3);
    cask_close(ck);
    assert_int_equal(released, 3);
}

static void released_when_refused(void **state)
{
    (void)state;
    int released = 0;
    const cask_buffer good = {.data = six,
                              .dtype = CASK_F64,
                              .shape = CASK_SHAPE(6),
                              .release = count,
                              .user = &released};
    struct {
        cask_buffer buffer;
        const char *class, *message;
    } bad[] = {
        {good, "TypeError", "a buffer's elements"},  {good, "TypeError", "a buffer's elements"},
        {good, "ValueError", "negative dimensions"}, {good, "ValueError", "33 axes"},
        {good, "MemoryError", "more bytes than"},    {good, "ValueError", "at NULL"},
        {good, "ValueError", "more than 2**63"}};
    bad[0].buffer.dtype = CASK_STR;
    bad[1].buffer.dtype = (cask_dtype)99;
    bad[2].buffer.shape = CASK_SHAPE(-1);
    bad[3].buffer.shape.ndim = 33;
    bad[4].buffer.shape = CASK_SHAPE(INT64_MAX, INT64_MAX);
    bad[5].buffer.data = NULL;
    bad[6].buffer.strides = (const int64_t[]){INT64_MAX};
    cask *ck = cask_open(NULL);
    for (int i = 0; i < (int)(sizeof bad / sizeof *bad); i++) {
        refuse(cask_array_from_buffer(ck, &bad[i].buffer, (cask_shape){0}), bad[i].class,
               bad[i].message, ck);
        assert_int_equal(released, 2 * i + 1);
        assert_null(cask_value_from_buffer(&bad[i].buffer));
        assert_int_equal(released, 2 * i + 2);
    }
    released = 0;
    refuse(cask_array_from_buffer(ck, &good, CASK_SHAPE(1, 2)), "ValueError", "Got chunks=(1, 2)",
           ck);
    assert_int_equal(released, 1);
    assert_true(cask_array_failed(cask_array_from_buffer(NULL, &good, (cask_shape){0})));
    assert_int_equal(released, 2);
    cask *broken = cask_open(&(cask_options){.memory_limit = "much"});
    assert_true(cask_array_failed(cask_array_from_buffer(broken, &good, (cask_shape){0})));
    assert_int_equal(released, 3);
    cask_close(broken);
    cask_close(ck);
    assert_int_equal(released, 3);
}

static void into_memory(void **state)
{
    (void)state;
    cask *ck = cask_open(NULL);
    cask_array x =
        cask_array_reshape(cask_array_arange(ck, CASK_I64, 0, 12, 1, 5), CASK_SHAPE(3, 4));
    int64_t dense[12];
    assert_int_equal(cask_array_compute_into(x, CASK_DTYPE_DEFAULT, dense, sizeof dense, NULL),
                     CASK_OK);
    for (int i = 0; i < 12; i++)
        assert_int_equal(dense[i], i);
    /* as floats, columns first, with room between the columns */
    float columns[4][5];
    memset(columns, 0, sizeof columns);
    assert_int_equal(
        cask_array_compute_into(x, CASK_F32, columns, sizeof columns, (const int64_t[]){4, 20}),
        CASK_OK);
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 4; j++)
            assert_true(columns[j][i] == (float)(4 * i + j));
    assert_true(columns[3][3] == 0 && columns[3][4] == 0);
    double sum = 0;
    assert_int_equal(
        cask_array_compute_into(cask_array_sum(x, NULL), CASK_F64, &sum, sizeof sum, NULL),
        CASK_OK);
    assert_true(sum == 66);
    cask_close(ck);
}

static void into_too_little(void **state)
{
    (void)state;
    int64_t few[11], before = -1;
    few[0] = before;
    cask *ck = cask_open(NULL);
    cask_array x = cask_array_arange(ck, CASK_I64, 0, 12, 1, 5);
    assert_int_equal(cask_array_compute_into(x, CASK_DTYPE_DEFAULT, few, sizeof few, NULL),
                     CASK_INVALID);
    expect_error(ck, "ValueError", "the array takes 96 bytes, and there are 88");
    assert_int_equal(cask_array_compute_into(x, CASK_DTYPE_DEFAULT, NULL, 96, NULL), CASK_INVALID);
    expect_error(ck, "ValueError", "there are 0");
    assert_int_equal(cask_array_compute_into(x, CASK_I64, few, sizeof few, (const int64_t[]){-8}),
                     CASK_INVALID);
    expect_error(ck, "ValueError", "negative stride");
    cask_array some = cask_array_index(x, CASK_ARGUMENTS(cask_array_greater_f64(x, 3)));
    assert_int_equal(cask_array_compute_into(some, CASK_I64, few, sizeof few, NULL), CASK_INVALID);
    expect_error(ck, "ValueError", "cask_array_compute_chunk_sizes()");
    assert_int_equal(few[0], before);
    some = cask_array_compute_chunk_sizes(some);
    assert_int_equal(cask_array_compute_into(some, CASK_I64, few, sizeof few, NULL), CASK_OK);
    assert_int_equal(few[7], 11);
    cask_close(ck);
}

static void values(void **state)
{
    (void)state;
    cask *ck = cask_open(NULL);
    cask_value *value, *item = NULL;
    assert_int_equal(cask_array_compute(cask_array_arange(ck, CASK_I16, 0, 3, 1, 2), &value),
                     CASK_OK);
    double doubles[3] = {7, 7, 7};
    char name[64];
    assert_false(cask_value_copy(value, CASK_F64, doubles, sizeof doubles - 1));
    assert_true(doubles[0] == 7);
    assert_true(cask_value_copy(value, CASK_F64, doubles, sizeof doubles));
    assert_true(doubles[0] == 0 && doubles[2] == 2);
    assert_int_equal(cask_value_itemsize(value), 2);
    assert_string_equal(cask_value_dtype_name(value, name, sizeof name), "int16");
    assert_string_equal(cask_value_type(value), "numpy.ndarray");
    cask_value_unref(value);
    value = cask_value_dict(CASK_ARGUMENTS("half", 0.5, "none", CASK_ARGUMENT_NONE));
    item = cask_value_get(value, "half");
    float half = 0;
    assert_true(cask_value_copy(item, CASK_F32, &half, sizeof half));
    assert_true(half == 0.5F);
    assert_null(cask_value_get(value, "other"));
    assert_null(cask_value_get(item, "half"));
    cask_value_unref(item);
    item = cask_value_get(value, "none");
    assert_string_equal(cask_value_type(item), "NoneType");
    assert_false(cask_value_copy(item, CASK_F64, doubles, sizeof doubles));
    cask_value_unref(item);
    cask_value_unref(value);
    assert_null(cask_value_dict(CASK_ARGUMENTS("half")));
    assert_null(cask_value_list(CASK_ARGUMENTS(cask_array_arange(ck, CASK_I16, 0, 3, 1, 2))));
    assert_int_equal(cask_dtype_size(CASK_C64), 8);
    assert_int_equal(cask_dtype_size((cask_dtype)77), 0);
    cask_close(ck);
}

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(layouts),       TEST(swapped_and_unaligned),
                                       TEST(released_once), TEST(released_when_refused),
                                       TEST(into_memory),   TEST(into_too_little),
                                       TEST(values)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
