/* Operations by their names and expressions from C: several results, functions, indices, lists,
 * and what is refused. */
#include "testing.h"

static void by_name(void **state)
{
    (void)state;
    cask *ck = cask_open(NULL);
    cask_array x =
        cask_array_reshape(cask_array_arange(ck, CASK_I64, 0, 6, 1, 4), CASK_SHAPE(2, 3));
    expect(cask_array_call(ck, "cumsum", x, CASK_NAMED("axis", 1)), "[[ 0  1  3]\n [ 3  7 12]]");
    expect(cask_array_call(ck, "cumsum", x, CASK_NAMED("axis", CASK_ARGUMENT_NONE)),
           "[ 0  1  3  6 10 15]");
    cask_value *shifts = cask_value_tuple(CASK_ARGUMENTS(1, 1)),
               *axes = cask_value_tuple(CASK_ARGUMENTS(0, 1));
    expect(cask_array_call(ck, "roll", x, shifts, axes), "[[5 3 4]\n [2 0 1]]");
    cask_value_unref(shifts);
    cask_value_unref(axes);
    cask_array parts[2];
    cask_arrays_apply(ck, "unique",
                      CASK_ARGUMENTS(cask_array_call(ck, "floor_divide", x, 4),
                                     CASK_NAMED("return_counts", true)),
                      parts, 2);
    expect(parts[0], "[0 1]");
    expect(parts[1], "[4 2]");
    cask_arrays_apply(ck, "meshgrid", CASK_ARGUMENTS(cask_array_slice(x, "0, :2"), 7), parts, 2);
    expect(parts[1], "[[7 7]]");
    cask_arrays_apply(ck, "nonzero", CASK_ARGUMENTS(x), parts, 1);
    refuse(parts[0], "TypeError", "nonzero gives no array but a tuple", ck);
    cask_array three[3];
    cask_arrays_apply(ck, "nonzero", CASK_ARGUMENTS(x), three, 3);
    refuse(three[2], "TypeError", "nonzero gives 2 arrays, not 3", ck);
    expect(cask_array_call(ck, "T", x), "[[0 3]\n [1 4]\n [2 5]]");
    refuse(cask_array_call(ck, "cumsun", x), "AttributeError", "did you mean 'cumsum'", ck);
    refuse(cask_array_apply(ck, NULL, (cask_arguments){0}), "ValueError", "no operation", ck);
    refuse(cask_array_apply(ck, "sum", (cask_arguments){.count = 1}), "ValueError", "NULL", ck);
    cask_close(ck);
}

/* The largest less the smallest element of each line, along the last axis. */
static cask_value *spread(cask_call *call)
{
    const cask_value *x = cask_call_argument(call, 0);
    const int64_t *shape = cask_value_shape(x), *strides = cask_value_strides(x);
    void *data;
    cask_value *made = cask_value_array(CASK_F64, 1, shape, &data);
    if (!made)
        return cask_call_fail(call, CASK_MEMORY, "no memory for a block");
    for (int64_t i = 0; i < shape[0]; i++) {
        double low = 1e300, high = -1e300;
        for (int64_t j = 0; j < shape[1]; j++) {
            const char *at = (const char *)cask_value_data(x) + i * strides[0] + j * strides[1];
            double number = *(const double *)(const void *)at;
            low = number < low ? number : low;
            high = number > high ? number : high;
        }
        ((double *)data)[i] = high - low;
    }
    return made;
}

static void with_functions(void **state)
{
    (void)state;
    cask *ck = cask_open(NULL);
    const cask_function own = {.name = "my.spread", .run = spread};
    assert_int_equal(cask_register(ck, &own, 1), CASK_OK);
    cask_array x = cask_array_rechunk(
        cask_array_reshape(cask_array_arange(ck, CASK_F64, 0, 12, 1, 0), CASK_SHAPE(4, 3)),
        CASK_SHAPE(3, 3));
    cask_value *function = cask_value_function(ck, "my.spread");
    assert_non_null(function);
    expect(cask_array_call(ck, "apply_gufunc", function, "(i)->()", x,
                           CASK_NAMED("output_dtypes", "f8")),
           "[2. 2. 2. 2.]");
    expect(cask_array_eval(ck, "da.apply_gufunc(my.spread, '(i)->()', x, output_dtypes='f8')",
                           CASK_ARGUMENTS(CASK_NAMED("x", x))),
           "[2. 2. 2. 2.]");
    cask_value_unref(function);
    function =
        cask_value_function(ck, "lambda b, axis, keepdims: b.max(axis=axis, keepdims=keepdims)");
    expect(cask_array_call(ck, "reduction", x, CASK_NAMED("chunk", function),
                           CASK_NAMED("aggregate", function), CASK_NAMED("axis", 0),
                           CASK_NAMED("dtype", "f8")),
           "[ 9. 10. 11.]");
    cask_value_unref(function);
    assert_null(cask_value_function(ck, "my.spred"));
    expect_error(ck, "KeyError", "my.spread");
    cask_close(ck);
}

static void expressions(void **state)
{
    (void)state;
    cask *ck = cask_open(NULL);
    cask_array x = cask_array_arange(ck, CASK_I64, 0, 10, 1, 4);
    expect(cask_array_eval(ck, "x[x > limit].sum()",
                           CASK_ARGUMENTS(CASK_NAMED("x", x), CASK_NAMED("limit", 6))),
           "24");
    expect(cask_array_eval(ck, "da.ones((2, 2), chunks=1) + 1", (cask_arguments){0}),
           "[[2. 2.]\n [2. 2.]]");
    expect(cask_array_eval(ck, "1 + 1", (cask_arguments){0}), "2");
    /* a lambda that holds a name outlives the call */
    expect(cask_array_eval(ck, "x.map_blocks(lambda b: b * k)",
                           CASK_ARGUMENTS(CASK_NAMED("x", x), CASK_NAMED("k", 3))),
           "[ 0  3  6  9 12 15 18 21 24 27]");
    /* NumPy's signature over Dask's operation of the same name */
    expect(cask_array_eval(ck, "np.linalg.svd(da.ones((4, 2), chunks=2))[1].round(6)",
                           (cask_arguments){0}),
           "[2.828427 0.      ]");
    cask_array two[2];
    cask_arrays_eval(ck, "da.unique(x // 5, return_counts=True)",
                     CASK_ARGUMENTS(CASK_NAMED("x", x)), two, 2);
    expect(two[1], "[5 5]");
    cask_delayed d = cask_delayed_call(ck, "len", "four");
    cask_value *value, *item;
    assert_int_equal(cask_eval(ck, "{'mean': x.mean(), 'chunks': x.chunks, 'd': d + 1}",
                               CASK_ARGUMENTS(CASK_NAMED("x", x), CASK_NAMED("d", d)), &value),
                     CASK_OK);
    item = cask_value_get(value, "mean");
    assert_true(cask_value_f64(item) == 4.5);
    cask_value_unref(item);
    item = cask_value_get(value, "d");
    assert_int_equal(cask_value_i64(item), 5);
    cask_value_unref(item);
    cask_value_unref(value);
    cask_close(ck);
}

static void refused(void **state)
{
    (void)state;
    cask *ck = cask_open(NULL), *other = cask_open(NULL);
    cask_array x = cask_array_arange(ck, CASK_I64, 0, 10, 1, 4);
    const cask_arguments names = CASK_ARGUMENTS(CASK_NAMED("x", x));
    cask_value *value;
    refuse(cask_array_eval(ck, "x +", names), "SyntaxError", "", ck);
    refuse(cask_array_eval(ck, "x + y", names), "NameError", "(at 'y')", ck);
    refuse(cask_array_eval(ck, "'text'", names), "TypeError", "gives no array but a str", ck);
    refuse(cask_array_eval(ck, "x[20]", names), "IndexError", "out of bounds", ck);
    refuse(cask_array_eval(ck, "x", CASK_ARGUMENTS(x)), "TypeError", "needs a name", ck);
    refuse(cask_array_eval(ck, NULL, names), "ValueError", "'expression' is NULL", ck);
    refuse(cask_array_eval(other, "x", names), "ValueError", "two contexts", other);
    assert_int_not_equal(cask_eval(ck, "1 / 0", names, &value), CASK_OK);
    assert_null(value);
    expect_error(ck, "ZeroDivisionError", "division by zero");
    assert_int_equal(cask_eval(ck, "1", names, NULL), CASK_INVALID);
    expect_error(ck, "ValueError", "'value' is NULL");
    cask_close(other);
    cask_close(ck);
}

static void failures_are_remembered(void **state)
{
    (void)state;
    cask *ck = cask_open(NULL);
    cask_array x = cask_array_arange(ck, CASK_I64, 0, 10, 1, 4);
    cask_array wrong = cask_array_add_f64(cask_array_slice(x, "20"), 1);
    const cask_arguments names = CASK_ARGUMENTS(CASK_NAMED("w", wrong));
    for (int i = 0; i < 2; i++)
        refuse(wrong, "IndexError", "Index 20 is out of bounds", ck);
    refuse(cask_array_eval(ck, "w + 1", names), "IndexError", "Index 20 is out of bounds", ck);
    assert_int_equal(cask_array_save(wrong, "nowhere.npy", NULL), CASK_INDEX);
    expect_error(ck, "IndexError", "Index 20 is out of bounds");
    cask_close(ck);
}

static void indices(void **state)
{
    (void)state;
    cask *ck = cask_open(NULL);
    cask_array x =
        cask_array_reshape(cask_array_arange(ck, CASK_I64, 0, 12, 1, 5), CASK_SHAPE(3, 4));
    expect(cask_array_part(x, 1, 1, 3, 1), "[[ 1  2]\n [ 5  6]\n [ 9 10]]");
    expect(cask_array_part(x, -2, -1, -3, -1), "[[ 8  9 10 11]\n [ 4  5  6  7]]");
    expect(cask_array_part(x, 0, 2, INT64_MAX, 0), "[[ 8  9 10 11]]");
    refuse(cask_array_part(x, 2, 0, 1, 1), "AxisError", "axis 2 is out of bounds", ck);
    cask_array mask = cask_array_greater_f64(x, 8);
    cask_array some = cask_array_index(x, CASK_ARGUMENTS(mask));
    assert_int_equal(cask_array_shape(some).sizes[0], -1);
    expect(some, "[ 9 10 11]");
    assert_int_equal(cask_array_shape(cask_array_compute_chunk_sizes(some)).sizes[0], 3);
    cask_value *columns = cask_value_list(CASK_ARGUMENTS(3, 0));
    expect(cask_array_index(x, CASK_ARGUMENTS("::2", columns)), "[[ 3  0]\n [11  8]]");
    expect(cask_array_index(x, CASK_ARGUMENTS(1, -1)), "7");
    expect(cask_array_index(x, CASK_ARGUMENTS("1:, 2:", CASK_ARGUMENT_NONE)),
           "[[[ 6]\n  [ 7]]\n\n [[10]\n  [11]]]");
    expect(cask_array_assign(x, CASK_ARGUMENTS(mask), CASK_ARGUMENT(0)),
           "[[0 1 2 3]\n [4 5 6 7]\n [8 0 0 0]]");
    expect(cask_array_assign(x, CASK_ARGUMENTS("0, :2"), CASK_ARGUMENT(columns)),
           "[[ 3  0  2  3]\n [ 4  5  6  7]\n [ 8  9 10 11]]");
    cask_value_unref(columns);
    refuse(cask_array_index(x, CASK_ARGUMENTS(1, 2, 3)), "IndexError", "Too many indices", ck);
    refuse(cask_array_index(x, CASK_ARGUMENTS("1:,", "x")), "SyntaxError", "invalid index", ck);
    refuse(cask_array_index(x, (cask_arguments){0}), "SyntaxError", "an index of nothing", ck);
    refuse(cask_array_index(x, CASK_ARGUMENTS(CASK_NAMED("axis", 1))), "TypeError", "keywords", ck);
    refuse(cask_array_index(x, CASK_ARGUMENTS((cask_array)NULL, cask_array_slice(x, "9"))),
           "IndexError", "Index 9 is out of bounds", ck);
    cask_close(ck);
}

static void back_from_lazy(void **state)
{
    (void)state;
    cask *ck = cask_open(NULL);
    cask_array x = cask_array_arange(ck, CASK_I64, 0, 10, 1, 4), held = cask_array_persist(x);
    expect(cask_array_add(x, held), "[ 0  2  4  6  8 10 12 14 16 18]");
    cask_lazy things[2] = {CASK_LAZY(x), CASK_LAZY(cask_delayed_call(ck, "len", "four"))};
    assert_int_equal(cask_persist(things, 2, things), CASK_OK);
    expect(cask_array_sum(cask_array_from_lazy(things[0]), NULL), "45");
    cask_value *four;
    assert_int_equal(cask_delayed_compute(cask_delayed_from_lazy(things[1]), &four), CASK_OK);
    assert_int_equal(cask_value_i64(four), 4);
    cask_value_unref(four);
    refuse(cask_array_from_lazy(things[1]), "TypeError", "is no array", ck);
    assert_true(cask_delayed_failed(cask_delayed_from_lazy(things[0])));
    expect_error(ck, "TypeError", "is no delayed value");
    assert_true(cask_array_failed(cask_array_from_lazy(NULL)));
    assert_true(cask_array_failed(cask_array_persist(cask_array_slice(x, "20"))));
    cask_close(ck);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(by_name),       TEST(with_functions),          TEST(expressions),
        TEST(refused),       TEST(failures_are_remembered), TEST(indices),
        TEST(back_from_lazy)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
