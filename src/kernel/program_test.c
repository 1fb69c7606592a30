/* Programs: building, folding, merging and running over memory of every shape.
 */
#include "core/memory.h"
#include "kernel/program.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static int apply(cki_program *program, const char *name, int a, int b, cki_dtype dtype)
{
    const cki_ufunc *ufunc = cki_ufunc_find(name);
    cki_operand operands[2] = {{.dtype = dtype}, {.dtype = dtype}};
    cki_signature signature;
    int arguments[2] = {a, b};

    assert_int_equal(cki_ufunc_resolve(ufunc, operands, &signature, NULL), CASK_OK);
    return cki_program_apply(program, ufunc, &signature, arguments);
}

static int number(cki_program *program, double x)
{
    return cki_program_constant(program, cki_dtype_of(CASK_F64), &x);
}

/* ((a + 1) * 2) ** 3 of float64. */
static cki_program *chain(void)
{
    cki_dtype f64 = cki_dtype_of(CASK_F64);
    cki_program *program = cki_program_new(NULL);
    int a = cki_program_input(program, f64);
    int sum = apply(program, "add", a, number(program, 1), f64);
    int twice = apply(program, "multiply", sum, number(program, 2), f64);
    int cubed = apply(program, "power", twice, number(program, 3), f64);

    assert_int_equal(cki_program_finish(program, cubed, NULL), CASK_OK);
    return program;
}

static cask_value *counting(int ndim, const int64_t *shape)
{
    cask_value *value = cki_array_new(cki_dtype_of(CASK_F64), ndim, shape, NULL);
    double *x = (double *)(void *)value->as.array->data;

    for (int64_t i = 0; i < cki_array_size(value->as.array); i++)
        x[i] = (double)i;
    return value;
}

static double element(const cki_array *array, const int64_t *index)
{
    double x;

    memcpy(&x, cki_array_at(array, index), sizeof x);
    return x;
}

static void text_shows_the_steps(void **state)
{
    cki_program *program = chain();
    cki_text text = {0};

    (void)state;
    cki_program_text(program, &text);
    assert_string_equal(text.bytes, "r0 = input float64 0\n"
                                    "r1 = constant float64\n"
                                    "r2 = add float64 r0 r1\n"
                                    "r3 = constant float64\n"
                                    "r4 = multiply float64 r2 r3\n"
                                    "r6 = cube float64 r4\n");
    assert_int_equal(cki_program_inputs(program), 1);
    cki_text_free(&text);
    cki_program_free(program);
}

static void equal_steps_are_one(void **state)
{
    cki_dtype f64 = cki_dtype_of(CASK_F64);
    cki_program *program = cki_program_new(NULL);
    int a = cki_program_input(program, f64), b = cki_program_input(program, f64);

    (void)state;
    assert_int_equal(apply(program, "add", a, b, f64), apply(program, "add", a, b, f64));
    assert_int_not_equal(apply(program, "add", a, b, f64), apply(program, "add", b, a, f64));
    assert_int_equal(number(program, 5),
                     apply(program, "add", number(program, 2), number(program, 3), f64));
    /* 0.0 and -0.0 are two constants. */
    assert_int_not_equal(number(program, 0.0), number(program, -0.0));
    assert_int_equal(cki_program_cast(program, a, f64), a);
    cki_program_free(program);
}

/* The chain over `in`, written to `out`, against the definition. */
static void check(const cki_array *in, const cki_array *out)
{
    cki_program *program = chain();
    int64_t index[3] = {0, 0, 0};
    cask_value *before = cki_array_new(in->dtype, in->ndim, in->shape, NULL);

    cki_array_copy(before->as.array, in);
    assert_int_equal(cki_program_run(program, &in, out, NULL), CASK_OK);
    for (index[0] = 0; index[0] < out->shape[0]; index[0]++) {
        for (index[1] = 0; index[1] < out->shape[1]; index[1]++) {
            for (index[2] = 0; index[2] < out->shape[2]; index[2]++) {
                int64_t from[3];
                double x;

                for (int i = 0; i < 3; i++)
                    from[i] = in->shape[i] == 1 ? 0 : index[i];
                x = (element(before->as.array, from) + 1) * 2;
                assert_true(element(out, index) == x * x * x);
            }
        }
    }
    cask_value_unref(before);
    cki_program_free(program);
}

static void runs_over_any_strides(void **state)
{
    static const int64_t shapes[][3] = {{3, 4, 5}, {2, 3, 2500}, {700, 3, 2},
                                        {1, 1, 1}, {40, 1, 60},  {0, 3, 2}};

    (void)state;
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
        const int64_t *shape = shapes[s];
        int64_t turned_shape[3] = {shape[2], shape[0], shape[1]}, start[3], step[3] = {-1, -1, -1};
        int axes[3] = {1, 2, 0};
        cask_value *plain = counting(3, shape), *other = counting(3, turned_shape);
        cask_value *turned = cki_array_permute(other->as.array, axes, NULL), *backwards, *out;

        out = cki_array_zeros(cki_dtype_of(CASK_F64), 3, shape, NULL);
        check(plain->as.array, out->as.array);
        check(turned->as.array, out->as.array);
        for (int i = 0; i < 3; i++)
            start[i] = shape[i] - 1;
        if (shape[0] > 0) {
            backwards = cki_array_slice(plain->as.array, start, shape, step, NULL);
            check(backwards->as.array, out->as.array);
            check(plain->as.array, turned->as.array); /* strided output */
            check(plain->as.array, plain->as.array);  /* in place */
            cask_value_unref(backwards);
        }
        cask_value_unref(out);
        cask_value_unref(turned);
        cask_value_unref(other);
        cask_value_unref(plain);
    }
}

static void broadcasts(void **state)
{
    static const int64_t inputs[][3] = {
        {1, 1, 1}, {1, 3, 1}, {1, 1, 1500}, {2, 1, 1}, {2, 1, 1500}};
    int64_t shape[3] = {2, 3, 1500};
    cask_value *out = cki_array_zeros(cki_dtype_of(CASK_F64), 3, shape, NULL);

    (void)state;
    for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++) {
        cask_value *in = counting(3, inputs[i]);

        check(in->as.array, out->as.array);
        cask_value_unref(in);
    }
    cask_value_unref(out);
}

static void inputs_may_be_misaligned(void **state)
{
    unsigned char bytes[8 * 30 + 1];
    cki_array array = {.dtype = cki_dtype_of(CASK_F64), .ndim = 3, .data = bytes + 1};
    int64_t shape[3] = {2, 3, 5};
    cask_value *out = cki_array_zeros(cki_dtype_of(CASK_F64), 3, shape, NULL);

    (void)state;
    for (int i = 0; i < 30; i++)
        memcpy(bytes + 1 + 8 * i, &(double){i}, 8);
    for (int i = 2, step = 8; i >= 0; step *= (int)shape[i], i--) {
        array.shape[i] = shape[i];
        array.strides[i] = step;
    }
    check(&array, out->as.array);
    cask_value_unref(out);
}

static void small_powers_are_products(void **state)
{
    static const double exponents[] = {1, 2, 3, 4, 0.5, -1};
    int64_t shape[1] = {8};
    double x[8] = {0.1, 2, 3.7, 1e10, 5e-5, 7, 0.3, 1};
    const cki_array *in;
    cask_value *value = counting(1, shape), *out = counting(1, shape);

    (void)state;
    memcpy(value->as.array->data, x, sizeof x);
    in = value->as.array;
    for (size_t e = 0; e < sizeof exponents / sizeof *exponents; e++) {
        cki_dtype f64 = cki_dtype_of(CASK_F64);
        cki_program *program = cki_program_new(NULL);
        int a = cki_program_input(program, f64);

        assert_int_equal(
            cki_program_finish(
                program, apply(program, "power", a, number(program, exponents[e]), f64), NULL),
            CASK_OK);
        assert_int_equal(cki_program_run(program, &in, out->as.array, NULL), CASK_OK);
        for (int64_t i = 0; i < 8; i++) {
            double got = element(out->as.array, &i), right = pow(x[i], exponents[e]);

            assert_true(fabs(got - right) <= 4e-16 * right);
        }
        cki_program_free(program);
    }
    cask_value_unref(value);
    cask_value_unref(out);
}

static void failures_surface(void **state)
{
    cki_dtype i64 = cki_dtype_of(CASK_I64);
    cki_program *program = cki_program_new(NULL);
    int64_t shape[1] = {2}, bases[2] = {2, 3}, exponents[2] = {1, -1};
    cki_error error = {0};
    cask_value *a = cki_array_new(i64, 1, shape, NULL), *b = cki_array_new(i64, 1, shape, NULL);
    const cki_array *inputs[2] = {a->as.array, b->as.array};
    int x = cki_program_input(program, i64), y = cki_program_input(program, i64);

    (void)state;
    memcpy(a->as.array->data, bases, sizeof bases);
    memcpy(b->as.array->data, exponents, sizeof exponents);
    cki_program_finish(program, apply(program, "power", x, y, i64), &error);
    assert_int_equal(error.status, CASK_OK);
    assert_int_equal(cki_program_run(program, inputs, a->as.array, &error), CASK_INVALID);
    assert_string_equal(error.message, "Integers to negative integer powers are not allowed.");
    cki_program_free(program);

    error = (cki_error){0};
    program = cki_program_new(NULL);
    for (int i = 0; i <= CKI_PROGRAM_INPUTS; i++)
        x = cki_program_input(program, i64);
    assert_int_equal(x, -1);
    assert_int_equal(cki_program_finish(program, x, &error), CASK_LIMIT);
    cki_program_free(program);
    cask_value_unref(a);
    cask_value_unref(b);
}

/* Every allocation of building and running may be the one that fails. */
static int choose(cki_program *program, int test, int a, int b)
{
    const cki_ufunc *ufunc = cki_ufunc_find("where");
    cki_dtype f64 = cki_dtype_of(CASK_F64);
    cki_operand operands[3] = {{.dtype = cki_dtype_of(CASK_BOOL)}, {.dtype = f64}, {.dtype = f64}};
    cki_signature signature;
    int arguments[3] = {test, a, b};

    assert_int_equal(cki_ufunc_resolve(ufunc, operands, &signature, NULL), CASK_OK);
    return cki_program_apply(program, ufunc, &signature, arguments);
}

/* Packed as `type`, `fill` for what is missing: two steps, and every rounding as in the five. */
static void unpacking_is_joined(void **state)
{
    static const cask_dtype types[] = {CASK_I8,  CASK_U8,  CASK_I16, CASK_U16, CASK_I32,
                                       CASK_U32, CASK_I64, CASK_U64, CASK_F32};
    enum { COUNT = 1000 };
    const int64_t shape[1] = {COUNT};
    cki_dtype f64 = cki_dtype_of(CASK_F64);
    cask_value *numbers = counting(1, shape), *out = counting(1, shape);

    (void)state;
    for (size_t t = 0; t < sizeof types / sizeof *types; t++) {
        cki_dtype type = cki_dtype_of(types[t]);
        cask_value *in = cki_array_new(type, 1, shape, NULL);
        const cki_array *inputs[1] = {in->as.array};
        cki_program *program = cki_program_new(NULL);
        int x = cki_program_input(program, type),
            fill = cki_program_cast(program, number(program, 7), type);
        int missing = apply(program, "equal", x, fill, type);
        int filled = choose(program, missing, number(program, (double)NAN),
                            cki_program_cast(program, x, f64));
        int scaled = apply(program, "multiply", filled, number(program, 0.1), f64);
        cki_text text = {0};

        assert_int_equal(cki_array_cast(in->as.array, numbers->as.array, NULL), CASK_OK);
        scaled = apply(program, "add", scaled, number(program, 273.15), f64);
        assert_int_equal(cki_program_finish(program, scaled, NULL), CASK_OK);
        cki_program_text(program, &text);
        assert_non_null(strstr(text.bytes, " = replaced float64 r0 "));
        assert_non_null(strstr(text.bytes, " = affine float64 "));
        assert_null(strstr(text.bytes, "cast"));
        assert_int_equal(cki_program_run(program, inputs, out->as.array, NULL), CASK_OK);
        for (int64_t i = 0; i < COUNT; i++) {
            int64_t packed;
            volatile double product;
            double result = element(out->as.array, &i);
            cki_array one = {.dtype = cki_dtype_of(CASK_I64), .data = (unsigned char *)&packed};
            cki_array from = *in->as.array;

            from.ndim = 0;
            from.data += i * from.strides[0];
            assert_int_equal(cki_array_cast(&one, &from, NULL), CASK_OK);
            product = (double)packed * 0.1;
            assert_true(packed == 7 ? isnan(result) : result == product + 273.15);
        }
        cki_text_free(&text);
        cki_program_free(program);
        cask_value_unref(in);
    }
    cask_value_unref(numbers);
    cask_value_unref(out);
}

/* The product is another's too: it stays. */
static void what_is_wanted_twice_is_not_joined(void **state)
{
    cki_dtype f64 = cki_dtype_of(CASK_F64);
    cki_program *program = cki_program_new(NULL);
    int a = cki_program_input(program, f64);
    int twice = apply(program, "multiply", a, number(program, 2), f64);
    int more = apply(program, "add", twice, number(program, 1), f64);
    int result = apply(program, "maximum", twice, more, f64);
    cki_text text = {0};

    (void)state;
    assert_int_equal(cki_program_finish(program, result, NULL), CASK_OK);
    cki_program_text(program, &text);
    assert_null(strstr(text.bytes, "affine"));
    cki_text_free(&text);
    cki_program_free(program);
}

static void no_memory(void **state)
{
    int64_t shape[2] = {30, 70};
    cask_value *in = counting(2, shape), *out = counting(2, shape);
    const cki_array *inputs[1] = {in->as.array};

    (void)state;
    for (int64_t n = 1; n < 8; n++) {
        cki_error error = {0};
        cki_dtype f64 = cki_dtype_of(CASK_F64);
        cki_program *program;
        cask_status status = CASK_MEMORY;

        cki_memory_fail_at(n, false);
        program = cki_program_new(&error);
        if (program) {
            int a = cki_program_input(program, f64);
            int sum = apply(program, "add", a, number(program, 1), f64);

            status = cki_program_finish(program, sum, &error);
            if (status == CASK_OK)
                status = cki_program_run(program, inputs, out->as.array, &error);
        }
        cki_memory_fail_at(0, false);
        assert_int_equal(status, error.status);
        assert_true(status == CASK_OK || status == CASK_MEMORY);
        cki_program_free(program);
    }
    cask_value_unref(in);
    cask_value_unref(out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_shows_the_steps),
        cmocka_unit_test(equal_steps_are_one),
        cmocka_unit_test(runs_over_any_strides),
        cmocka_unit_test(broadcasts),
        cmocka_unit_test(inputs_may_be_misaligned),
        cmocka_unit_test(small_powers_are_products),
        cmocka_unit_test(failures_surface),
        cmocka_unit_test(no_memory),
        cmocka_unit_test(unpacking_is_joined),
        cmocka_unit_test(what_is_wanted_twice_is_not_joined),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
