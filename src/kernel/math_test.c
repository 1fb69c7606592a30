/* Vector functions: the same bits from every instruction set and at every place of an array, within
 * 1 ulp of the exact value, and exact where the value is.
 */
#include "kernel/loop.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#if defined(__x86_64__)

enum { COUNT = 4099 };

typedef struct function {
    cki_op op;
    long double (*exact)(long double);
    double reach; /* arguments up to there */
} function;

typedef struct function2 {
    cki_op op;
    long double (*exact)(long double, long double);
} function2;

static const function functions[] = {
    {CKI_OP_exp, expl, 740},      {CKI_OP_exp2, exp2l, 1100}, {CKI_OP_expm1, expm1l, 740},
    {CKI_OP_log, logl, 1e300},    {CKI_OP_log2, log2l, 1e6},  {CKI_OP_log10, log10l, 1e9},
    {CKI_OP_sin, sinl, 1e5},      {CKI_OP_cos, cosl, 100},    {CKI_OP_arcsin, asinl, 1},
    {CKI_OP_arccos, acosl, 1.01}, {CKI_OP_arctan, atanl, 50}, {CKI_OP_tanh, tanhl, 20},
    {CKI_OP_cbrt, cbrtl, 1e200},  {CKI_OP_sinh, sinhl, 711},  {CKI_OP_cosh, coshl, 711},
    {CKI_OP_tan, tanl, 1e4},      {CKI_OP_log1p, log1pl, 3},  {CKI_OP_arcsinh, asinhl, 1e10},
    {CKI_OP_arccosh, acoshl, 90}, {CKI_OP_arctanh, atanhl, 1}};

static const function2 functions2[] = {
    {CKI_OP_power, powl}, {CKI_OP_arctan2, atan2l}, {CKI_OP_hypot, hypotl}};

static double drawn(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (double)(int64_t)*seed / 0x1p63;
}

/* Special values, then evenly distributed ones, then some of any magnitude up to reach. */
static void fill(double *arguments, double reach)
{
    static const double special[] = {0.0,       -0.0,        1,      -1,       0.5,    HUGE_VAL,
                                     -HUGE_VAL, (double)NAN, 1e-300, -1e300,   5e-324, 2,
                                     -5e-324,   700,         710,    -745.133, 1e22,   1 - 1e-16};
    uint64_t seed = 7;
    for (size_t i = 0; i < COUNT; i++)
        arguments[i] = i < sizeof special / sizeof *special ? special[i] : reach * drawn(&seed);
    for (size_t i = COUNT / 4 * 3; i < COUNT; i++)
        arguments[i] *= exp2(-1060 * fabs(drawn(&seed)));
}

static void run(const cki_scalar_row *loops, cki_op op, const double *in, const double *other,
                size_t count, void *out)
{
    cki_call call = {.out = out, .in = {in, other}, .n = count};
    assert_int_equal(loops[op][CASK_F64](&call), CASK_OK);
}

static const cki_scalar_row *sets[2];
static int nsets;

static int find_sets(void **state)
{
    (void)state;
    if (cki_loop_vector() != &cki_vector_baseline)
        sets[nsets++] = cki_math_loops_v3;
    if (cki_loop_vector() == &cki_vector_v4)
        sets[nsets++] = cki_math_loops_v4;
    return 0;
}

static void instruction_sets_agree(void **state)
{
    (void)state;
    static double in[COUNT], other[COUNT], first[COUNT], out[COUNT];
    fill(other, 9);
    for (int op = 0; op < CKI_OP_COUNT && nsets; op++) {
        if (!sets[0][op][CASK_F64])
            continue;
        fill(in, 50);
        run(sets[0], (cki_op)op, in, other, COUNT, first);
        for (int set = 1; set < nsets; set++) {
            run(sets[set], (cki_op)op, in, other, COUNT, out);
            for (size_t i = 0; i < COUNT; i++)
                assert_true(memcmp(&out[i], &first[i], sizeof *out) == 0 ||
                            (isnan(out[i]) && isnan(first[i])));
        }
        for (size_t i = 0; i < 40; i++) { /* each alone is what it is among others */
            double alone;
            run(sets[nsets - 1], (cki_op)op, in + i, other + i, 1, &alone);
            assert_true(memcmp(&alone, &first[i], sizeof alone) == 0 ||
                        (isnan(alone) && isnan(first[i])));
        }
    }
}

static double ulps(double got, long double exact)
{
    double nearest = (double)exact;
    if (got == nearest || (isnan(got) && isnan(nearest)))
        return signbit(got) == signbit(nearest) || isnan(got) ? 0 : HUGE_VAL;
    double ulp = nextafter(fabs(nearest), HUGE_VAL) - fabs(nearest);
    return (double)(fabsl((long double)got - exact) / (long double)ulp);
}

static void values_are_within_one_ulp(void **state)
{
    (void)state;
    static double in[COUNT], out[COUNT];
    for (size_t f = 0; f < sizeof functions / sizeof *functions && nsets; f++) {
        fill(in, functions[f].reach);
        run(sets[nsets - 1], functions[f].op, in, NULL, COUNT, out);
        for (size_t i = 0; i < COUNT; i++)
            if (ulps(out[i], functions[f].exact((long double)in[i])) > 1)
                fail_msg("function %zu of %.17g is %.17g", f, in[i], out[i]);
    }
}

/* Of each two of the special values, and of others. */
static void values_of_two_are_within_one_ulp(void **state)
{
    (void)state;
    static double in[COUNT], other[COUNT], out[COUNT];
    for (size_t f = 0; f < sizeof functions2 / sizeof *functions2 && nsets; f++) {
        fill(in, 1e3);
        fill(other, 20);
        for (size_t i = 0; i < 18 * 18; i++) {
            in[100 + i] = in[i / 18];
            other[100 + i] = other[i % 18];
        }
        run(sets[nsets - 1], functions2[f].op, in, other, COUNT, out);
        for (size_t i = 0; i < COUNT; i++)
            if (ulps(out[i], functions2[f].exact((long double)in[i], (long double)other[i])) > 1)
                fail_msg("function %zu of %.17g, %.17g is %.17g", f, in[i], other[i], out[i]);
    }
}

static void parts_of_complex_numbers_are_those_of_two_arrays(void **state)
{
    (void)state;
    static double re[COUNT], im[COUNT], z[COUNT][2], out[COUNT], wanted[COUNT];
    fill(re, 3);
    fill(im, 40);
    for (size_t i = 0; i < COUNT; i++) {
        im[i] = im[COUNT - 1 - i];
        z[i][0] = re[i];
        z[i][1] = im[i];
    }
    for (int set = 0; set < nsets; set++) {
        cki_call call = {.out = out, .in = {z}, .n = COUNT};
        run(sets[set], CKI_OP_hypot, re, im, COUNT, wanted);
        assert_int_equal(sets[set][CKI_OP_absolute][CASK_C128](&call), CASK_OK);
        assert_memory_equal(out, wanted, sizeof out);
        run(sets[set], CKI_OP_arctan2, im, re, COUNT, wanted);
        assert_int_equal(sets[set][CKI_OP_angle][CASK_C128](&call), CASK_OK);
        assert_memory_equal(out, wanted, sizeof out);
    }
}

static double float_ulps(float got, double exact)
{
    float nearest = (float)exact;
    if (got == nearest || (isnan(got) && isnan(nearest)))
        return signbit(got) == signbit(nearest) || isnan(got) ? 0 : HUGE_VAL;
    float ulp = nextafterf(fabsf(nearest), HUGE_VALF) - fabsf(nearest);
    return fabs((double)got - exact) / (double)ulp;
}

static void floats_are_within_one_ulp(void **state)
{
    (void)state;
    static double wide[COUNT];
    static float in[COUNT], out[COUNT];
    for (size_t f = 0; f < sizeof functions / sizeof *functions && nsets; f++) {
        fill(wide, functions[f].reach < 1e4 ? functions[f].reach / 8 : functions[f].reach);
        for (size_t i = 0; i < COUNT; i++)
            in[i] = (float)wide[i];
        cki_call call = {.out = out, .in = {in}, .n = COUNT};
        assert_int_equal(sets[nsets - 1][functions[f].op][CASK_F32](&call), CASK_OK);
        for (size_t i = 0; i < COUNT; i++)
            if (float_ulps(out[i], (double)functions[f].exact((long double)in[i])) > 1)
                fail_msg("function %zu of %.9g is %.9g", f, (double)in[i], (double)out[i]);
    }
}

static void exact_values_are_exact(void **state)
{
    (void)state;
    for (int base = 2; base <= 20; base++) {
        double power = 1;
        for (int e = 0; power < 9e15; e++, power *= base) {
            double out, x = base, y = e;
            if (!nsets)
                return;
            run(sets[nsets - 1], CKI_OP_power, &x, &y, 1, &out);
            assert_true(out == power);
            run(sets[nsets - 1], base == 2 ? CKI_OP_log2 : CKI_OP_log10, &power, NULL, 1, &out);
            assert_true((base != 2 && base != 10) || out == e);
        }
    }
}

/* Numbers and divisors of all kinds, many near a whole multiple. */
static void fill_quotients(double *a, double *b)
{
    fill(a, 1e4);
    fill(b, 30);
    for (size_t i = 0; i < 18 * 18; i++) {
        a[100 + i] = a[i / 18];
        b[100 + i] = b[i % 18];
    }
    for (size_t i = 500; i < 2000; i++) {
        a[i] = b[i] * floor(fabs(a[i]));
        if (i % 3)
            a[i] = nextafter(a[i], i % 3 == 1 ? HUGE_VAL : -HUGE_VAL);
    }
}

static void remainders_are_those_of_single_elements(void **state)
{
    (void)state;
    static const cki_op ops[] = {CKI_OP_fmod, CKI_OP_remainder, CKI_OP_floor_divide};
    static double a[COUNT], b[COUNT], out[COUNT], wanted[COUNT];
    static float fa[COUNT], fb[COUNT], fout[COUNT], fwanted[COUNT];
    fill_quotients(a, b);
    for (size_t i = 0; i < COUNT; i++) {
        fa[i] = (float)a[i];
        fb[i] = (float)b[i];
    }
    for (int k = 0; k < 3 * nsets; k++) {
        cki_call call = {.out = fout, .in = {fa, fb}, .n = COUNT};
        run(sets[k / 3], ops[k % 3], a, b, COUNT, out);
        run(cki_scalar_float_loops, ops[k % 3], a, b, COUNT, wanted);
        assert_int_equal(sets[k / 3][ops[k % 3]][CASK_F32](&call), CASK_OK);
        call.out = fwanted;
        assert_int_equal(cki_scalar_float_loops[ops[k % 3]][CASK_F32](&call), CASK_OK);
        for (size_t i = 0; i < COUNT; i++) {
            if (memcmp(&out[i], &wanted[i], sizeof *out) != 0 &&
                !(isnan(out[i]) && isnan(wanted[i])))
                fail_msg("%d of %.17g and %.17g is %.17g, not %.17g", k, a[i], b[i], out[i],
                         wanted[i]);
            if (memcmp(&fout[i], &fwanted[i], sizeof *fout) != 0 &&
                !(isnan(fout[i]) && isnan(fwanted[i])))
                fail_msg("%d of %.9g and %.9g is %.9g, not %.9g", k, (double)fa[i], (double)fb[i],
                         (double)fout[i], (double)fwanted[i]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_of_complex_numbers_are_those_of_two_arrays),
        cmocka_unit_test(remainders_are_those_of_single_elements),
        cmocka_unit_test(instruction_sets_agree),
        cmocka_unit_test(values_are_within_one_ulp),
        cmocka_unit_test(values_of_two_are_within_one_ulp),
        cmocka_unit_test(floats_are_within_one_ulp),
        cmocka_unit_test(exact_values_are_exact)};

    return cmocka_run_group_tests(tests, find_sets, NULL);
}

#else

int main(void)
{
    return 0; /* there are none: libm is called */
}

#endif
