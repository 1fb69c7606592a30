/* Fourier transforms against their definition, for lengths with passes and with a chirp, in one
 * lane and in all.
 */
#include "core/memory.h"
#include "kernel/fft.h"
#include "kernel/fft_lines.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const int64_t lengths[] = {1,   2,   3,   4,   5,   6,   7,   8,   9,   10,  11,  12,
                                  13,  15,  16,  17,  20,  24,  25,  27,  30,  35,  49,  53,
                                  59,  61,  64,  67,  77,  81,  97,  100, 121, 125, 128, 134,
                                  143, 169, 210, 243, 251, 256, 289, 360, 509, 512, 625, 1009};

static double number(int64_t i)
{
    uint64_t bits = (uint64_t)(i + 1) * 0x9E3779B97F4A7C15u;
    bits ^= bits >> 29;
    bits *= 0xBF58476D1CE4E5B9u;
    return (double)(bits >> 11) * 0x1p-53 - 0.5;
}

/* The sum over j of x[j] exp(-2 pi i j k / n). */
static void define(const double *x, int64_t n, int64_t k, long double *sum)
{
    sum[0] = sum[1] = 0;
    for (int64_t j = 0; j < n; j++) {
        long double angle =
            -6.283185307179586476925286766559L * (long double)(j * k % n) / (long double)n;
        long double re = (long double)x[2 * j], im = (long double)x[2 * j + 1];
        sum[0] += re * cosl(angle) - im * sinl(angle);
        sum[1] += re * sinl(angle) + im * cosl(angle);
    }
}

static void definition(void **state)
{
    (void)state;
    for (size_t t = 0; t < sizeof lengths / sizeof *lengths; t++) {
        const int64_t n = lengths[t];
        cki_error error = {0};
        cki_fft *plan = cki_fft_new(n, &error);
        double *x = cki_memory_calloc((size_t)n, 2 * sizeof *x);
        double *line = cki_memory_calloc((size_t)n, 2 * sizeof *line);
        double *work = cki_memory_calloc((size_t)cki_fft_work(n), 2 * sizeof *work);
        assert_non_null(plan);
        assert_true(x && line && work);
        for (int64_t i = 0; i < 2 * n; i++)
            x[i] = line[i] = number(i);
        const double *done = cki_fft_run(plan, line, work, 1);
        double bound = 4e-16 * sqrt((double)n) * log2((double)n + 2);
        for (int64_t k = 0; k < n; k++) {
            long double exact[2];
            define(x, n, k, exact);
            assert_true(fabs((double)((long double)done[2 * k] - exact[0])) <= bound);
            assert_true(fabs((double)((long double)done[2 * k + 1] - exact[1])) <= bound);
        }
        cki_memory_free(x);
        cki_memory_free(line);
        cki_memory_free(work);
        cki_fft_free(plan);
    }
}

/* Long ones, which go over a grid; the last two by a chirp of one. */
static const int64_t long_lengths[] = {131072, 157464, 262144, 390625, 65537, 70001};

static void long_definition(void **state)
{
    (void)state;
    for (size_t t = 0; t < sizeof long_lengths / sizeof *long_lengths; t++) {
        const int64_t n = long_lengths[t];
        cki_error error = {0};
        cki_fft *plan = cki_fft_new(n, &error);
        double *x = cki_memory_calloc((size_t)n, 2 * sizeof *x);
        double *line = cki_memory_calloc((size_t)n, 2 * sizeof *line);
        double *work = cki_memory_calloc((size_t)cki_fft_work(n), 2 * sizeof *work);
        assert_true(plan && x && line && work);
        for (int64_t i = 0; i < 2 * n; i++)
            x[i] = line[i] = number(i);
        const double *done = cki_fft_run(plan, line, work, 1);
        double bound = 4e-16 * sqrt((double)n) * log2((double)n + 2);
        for (int64_t k = 1; k < n; k += n / 7) {
            long double exact[2];
            define(x, n, k, exact);
            assert_true(fabs((double)((long double)done[2 * k] - exact[0])) <= bound);
            assert_true(fabs((double)((long double)done[2 * k + 1] - exact[1])) <= bound);
        }
        cki_memory_free(x);
        cki_memory_free(line);
        cki_memory_free(work);
        cki_fft_free(plan);
    }
}

/* `rows` lines of n random numbers, complex or real. */
static cask_value *lines_of(int64_t rows, int64_t n, bool real)
{
    int64_t shape[2] = {rows, n};
    cask_value *value = cki_array_new(cki_dtype_of(real ? CASK_F64 : CASK_C128), 2, shape, NULL);
    double *at = (double *)(void *)value->as.array->data;
    for (int64_t i = 0; i < rows * n * (real ? 1 : 2); i++)
        at[i] = number(i);
    return value;
}

static cask_value *transform(const cki_fft_lines *spec, const cki_array *in)
{
    int64_t shape[2] = {in->shape[0], cki_fft_lines_length(spec)};
    cki_error error = {0};
    cki_dtype dtype = cki_dtype_of(spec->kind == CKI_FFT_HERMITIAN ? CASK_F64 : CASK_C128);
    cask_value *out = cki_array_zeros(dtype, 2, shape, &error);
    cki_fft_shared *shared = cki_fft_lines_open(spec, &error);
    assert_true(out && shared);
    assert_int_equal(cki_fft_lines_run(shared, in, 1, out->as.array, &error), CASK_OK);
    cki_fft_lines_close(shared);
    return out;
}

/* A line's transform does not depend on which lines it is computed with. */
static void compare_lanes(int64_t n, int kinds)
{
    for (int kind = 0; kind < kinds; kind++)
        for (int backward = 0; backward < 2; backward++) {
            cki_fft_lines spec = {.kind = (cki_fft_kind)kind,
                                  .real = kind == CKI_FFT_REAL,
                                  .backward = backward,
                                  .factor = 1,
                                  .n = n};
            const int64_t rows = 2 * cki_fft_lanes() + 1;
            cask_value *in = lines_of(rows, spec.n, spec.real), *all, *one;
            all = transform(&spec, in->as.array);
            size_t bytes = (size_t)all->as.array->strides[0];
            for (int64_t row = 0; row < rows; row++) {
                cask_value *single =
                    cki_array_slice(in->as.array, (int64_t[]){row, 0}, (int64_t[]){1, spec.n},
                                    (int64_t[]){1, 1}, NULL);
                one = transform(&spec, single->as.array);
                assert_memory_equal(one->as.array->data, all->as.array->data + (size_t)row * bytes,
                                    bytes);
                cask_value_unref(single);
                cask_value_unref(one);
            }
            cask_value_unref(in);
            cask_value_unref(all);
        }
}

/* rfft is the first half of fft, and irfft goes back; of odd lengths and even. */

static void lanes(void **state)
{
    (void)state;
    for (size_t t = 0; t < sizeof lengths / sizeof *lengths; t++)
        compare_lanes(lengths[t], 3);
    compare_lanes(157464, 1);
    compare_lanes(70001, 1);
}

static void reals(void **state)
{
    (void)state;
    for (size_t t = 0; t < sizeof lengths / sizeof *lengths; t++) {
        const int64_t n = lengths[t];
        cask_value *in = lines_of(3, n, true);
        cki_fft_lines whole = {.kind = CKI_FFT_COMPLEX, .real = true, .factor = 1, .n = n};
        cki_fft_lines half = {.kind = CKI_FFT_REAL, .real = true, .factor = 1, .n = n};
        cki_fft_lines back = {
            .kind = CKI_FFT_HERMITIAN, .backward = true, .n = n, .factor = 1 / (double)n};
        cask_value *a = transform(&whole, in->as.array), *b = transform(&half, in->as.array);
        cask_value *c = transform(&back, b->as.array);
        for (int64_t row = 0; row < 3; row++) {
            const double *x = (const double *)(void *)in->as.array->data + row * n;
            const double *y = (const double *)(void *)c->as.array->data + row * n;
            const double *p = (const double *)(void *)a->as.array->data + row * 2 * n;
            const double *q = (const double *)(void *)b->as.array->data + row * 2 * (n / 2 + 1);
            assert_memory_equal(p, q, (size_t)(n / 2 + 1) * 2 * sizeof(double));
            for (int64_t i = 1; i < n; i++) {
                assert_true(p[2 * i] == p[2 * (n - i)] || n % 2);
                assert_true(fabs(p[2 * i + 1] + p[2 * (n - i) + 1]) < 1e-13);
            }
            for (int64_t i = 0; i < n; i++)
                assert_true(fabs(x[i] - y[i]) < 2e-15);
        }
        cask_value_unref(in);
        cask_value_unref(a);
        cask_value_unref(b);
        cask_value_unref(c);
    }
}

static void no_memory(void **state)
{
    static const int64_t tried[] = {1, 30, 67, 134};
    (void)state;
    for (size_t t = 0; t < sizeof tried / sizeof *tried; t++) {
        cki_fft_lines spec = {.kind = CKI_FFT_REAL, .real = true, .factor = 1, .n = tried[t]};
        cki_fft_shared *shared = NULL;
        for (int64_t n = 1; !shared; n++) {
            cki_error error = {0};
            cki_memory_fail_at(n, false);
            shared = cki_fft_lines_open(&spec, &error);
            cki_memory_fail_at(0, false);
            assert_int_equal(error.status, shared ? CASK_OK : CASK_MEMORY);
        }
        cki_fft_lines_close(shared);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(definition), cmocka_unit_test(long_definition), cmocka_unit_test(lanes),
        cmocka_unit_test(reals),      cmocka_unit_test(no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
