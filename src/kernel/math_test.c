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

static const function functions[] = {
    {CKI_OP_exp, expl, 740},      {CKI_OP_exp2, exp2l, 1100}, {CKI_OP_expm1, expm1l, 740},
    {CKI_OP_log, logl, 1e300},    {CKI_OP_log2, log2l, 1e6},  {CKI_OP_log10, log10l, 1e9},
    {CKI_OP_sin, sinl, 1e5},      {CKI_OP_cos, cosl, 100},    {CKI_OP_arcsin, asinl, 1},
    {CKI_OP_arccos, acosl, 1.01}, {CKI_OP_arctan, atanl, 50}, {CKI_OP_tanh, tanhl, 20},
    {CKI_OP_cbrt, cbrtl, 1e200}};

static double drawn(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (double)(int64_t)*seed / 0x1p63;
}

static void fill(double *arguments, double reach)
{
    static const double special[] = {0.0,       -0.0,        1,      -1,       0.5,    HUGE_VAL,
                                     -HUGE_VAL, (double)NAN, 1e-300, -1e300,   5e-324, 2,
                                     -5e-324,   700,         710,    -745.133, 1e22,   1 - 1e-16};
    uint64_t seed = 7;
    for (size_t i = 0; i < COUNT; i++)
        arguments[i] = i < sizeof special / sizeof *special ? special[i] : reach * drawn(&seed);
}

static void run(const cki_scalar_row *loops, cki_op op, const double *in, const double *other,
                size_t count, double *out)
{
    cki_call call = {.out = out, .in = {in, other}, .n = count};
    assert_int_equal(loops[op][CASK_F64](&call), CASK_OK);
}

static const cki_scalar_row *sets[3];
static int nsets;

static int find_sets(void **state)
{
    (void)state;
    sets[nsets++] = cki_math_loops_baseline;
    if (__builtin_cpu_supports("avx2"))
        sets[nsets++] = cki_math_loops_v3;
    if (strcmp(cki_loop_vector()->isa, "x86-64-v4") == 0)
        sets[nsets++] = cki_math_loops_v4;
    return 0;
}

static void instruction_sets_agree(void **state)
{
    (void)state;
    static double in[COUNT], other[COUNT], first[COUNT], out[COUNT];
    fill(other, 9);
    for (int op = 0; op < CKI_OP_COUNT; op++) {
        if (!cki_math_loops_baseline[op][CASK_F64])
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
    for (size_t f = 0; f < sizeof functions / sizeof *functions; f++) {
        fill(in, functions[f].reach);
        run(sets[nsets - 1], functions[f].op, in, NULL, COUNT, out);
        for (size_t i = 0; i < COUNT; i++)
            if (ulps(out[i], functions[f].exact((long double)in[i])) > 1)
                fail_msg("function %zu of %.17g is %.17g", f, in[i], out[i]);
    }
}

static void exact_values_are_exact(void **state)
{
    (void)state;
    for (int base = 2; base <= 20; base++) {
        double power = 1;
        for (int e = 0; power < 9e15; e++, power *= base) {
            double out, x = base, y = e;
            run(sets[nsets - 1], CKI_OP_power, &x, &y, 1, &out);
            assert_true(out == power);
            run(sets[nsets - 1], base == 2 ? CKI_OP_log2 : CKI_OP_log10, &power, NULL, 1, &out);
            assert_true((base != 2 && base != 10) || out == e);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(instruction_sets_agree),
                                       cmocka_unit_test(values_are_within_one_ulp),
                                       cmocka_unit_test(exact_values_are_exact)};

    return cmocka_run_group_tests(tests, find_sets, NULL);
}

#else

int main(void)
{
    return 0; /* there are none: libm is called */
}

#endif
