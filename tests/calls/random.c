/* Random numbers and transforms in C: seeds, chunks, parameters that are arrays, failures.
 */
#include <cask/cask.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static cask *open_context(int threads, const char *scheduler)
{
    cask *ck = cask_open(&(cask_options){.threads = threads, .scheduler = scheduler});
    assert_int_equal(cask_error(ck), CASK_OK);
    return ck;
}

/* The elements of an array, `count` of them, as its value that is kept. */
static const void *elements(cask_array x, int64_t count, cask_value **value)
{
    assert_int_equal(cask_array_compute(x, value), CASK_OK);
    assert_int_equal(cask_array_size(x), count);
    return cask_value_data(*value);
}

/* Every distribution, in other chunks, with other threads and schedulers: the same bits. */
static void chunks_change_nothing(void **state)
{
    static const char *const names[] = {"random",   "normal", "standard_gamma", "poisson",
                                        "integers", "choice", "triangular"};
    static const struct {
        int threads;
        const char *scheduler;
        cask_shape chunks;
    } ways[] = {{1, "sync", {0}}, {2, "threads", {2, {7, 5}}}, {2, "threads", {2, {50, 1}}}};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const cask_arguments parameters[] = {{0},
                                             {0},
                                             CASK_ARGUMENTS(2.5),
                                             CASK_ARGUMENTS(30.0),
                                             CASK_ARGUMENTS(-5, 1000),
                                             CASK_ARGUMENTS(17),
                                             CASK_ARGUMENTS(0, 1, 5)};
        cask_value *first = NULL;
        for (size_t w = 0; w < sizeof ways / sizeof *ways; w++) {
            cask *ck = open_context(ways[w].threads, ways[w].scheduler);
            cask_value *value;
            cask_array x = cask_array_random(
                ck, names[i], parameters[i], CASK_SHAPE(50, 13),
                &(cask_random){.seeded = true, .seed = 5, .chunks = ways[w].chunks});
            const void *data = elements(x, 650, &value);
            if (first)
                assert_memory_equal(data, cask_value_data(first), 650 * 8);
            else
                first = value;
            if (first != value)
                cask_value_unref(value);
            cask_close(ck);
        }
        cask_value_unref(first);
    }
}

static bool same(cask_array a, cask_array b, int64_t count)
{
    cask_value *x, *y;
    const void *p = elements(a, count, &x), *q = elements(b, count, &y);
    bool equal = memcmp(p, q, (size_t)count * 8) == 0;
    cask_value_unref(x);
    cask_value_unref(y);
    return equal;
}

static cask_array draw(cask *ck, const cask_random *how)
{
    return cask_array_random(ck, "normal", (cask_arguments){0}, CASK_SHAPE(20), how);
}

static void seeds(void **state)
{
    (void)state;
    cask *ck = open_context(1, "sync"), *other = open_context(1, "sync");
    const cask_random one = {.seeded = true, .seed = 1}, two = {.seeded = true, .seed = 2};
    const cask_random large = {.seeded = true, .seed = UINT64_MAX};
    assert_true(same(draw(ck, &one), draw(other, &one), 20));
    assert_false(same(draw(ck, &one), draw(ck, &two), 20));
    assert_true(same(draw(ck, &large), draw(other, &large), 20));
    assert_false(same(draw(ck, &large), draw(other, &one), 20));
    assert_false(same(draw(ck, NULL), draw(ck, NULL), 20));
    assert_false(same(draw(ck, NULL), draw(other, NULL), 20));
    assert_int_equal(cask_array_random_seed(ck, 7), CASK_OK);
    assert_int_equal(cask_array_random_seed(other, 7), CASK_OK);
    cask_array first = draw(ck, NULL);
    assert_true(same(first, draw(other, NULL), 20));
    assert_false(same(first, draw(other, NULL), 20));
    /* what was drawn once stays what it is */
    assert_true(same(first, first, 20));
    cask_close(ck);
    cask_close(other);
}

static void parameters_and_failures(void **state)
{
    (void)state;
    cask *ck = open_context(1, "sync");
    cask_array means = cask_array_arange(ck, CASK_F64, 0, 6, 1, 4);
    cask_array x = cask_array_random(ck, "normal", CASK_ARGUMENTS(means, 0.0), CASK_SHAPE(3, 6),
                                     &(cask_random){.chunks = CASK_SHAPE(2, 2)});
    cask_value *value;
    const double *data = elements(x, 18, &value);
    for (int i = 0; i < 18; i++)
        assert_true(data[i] == i % 6);
    cask_value_unref(value);
    x = cask_array_random(ck, "gamma", CASK_ARGUMENTS(-1.0), CASK_SHAPE(3), NULL);
    assert_true(cask_array_failed(x));
    assert_string_equal(cask_message(ck), "shape < 0");
    cask_close(ck);
    ck = open_context(1, "sync");
    assert_true(
        cask_array_failed(cask_array_random(ck, NULL, (cask_arguments){0}, CASK_SHAPE(3), NULL)));
    assert_true(cask_array_failed(
        cask_array_random(ck, "nromal", (cask_arguments){0}, CASK_SHAPE(3), NULL)));
    cask_close(ck);
}

static void transforms(void **state)
{
    (void)state;
    cask *ck = open_context(2, "threads");
    cask_array x = cask_array_random(ck, "normal", (cask_arguments){0}, CASK_SHAPE(24, 10),
                                     &(cask_random){.chunks = CASK_SHAPE(5, 3)});
    const cask_fft both = {.axes = CASK_AXES(0, 1)}, ortho = {.norm = "ortho"};
    cask_value *wanted, *got;
    const double *a = elements(x, 240, &wanted);
    cask_array ways[] = {
        cask_array_call(ck, "real", cask_array_ifft(cask_array_fft(x, &both), &both)),
        cask_array_irfft(cask_array_rfft(x, NULL), NULL),
        cask_array_irfft(cask_array_rfft(x, &ortho), &ortho),
        cask_array_irfft(cask_array_rfft(x, &both), &both),
        cask_array_irfft(cask_array_rfft(x, NULL), &(cask_fft){.sizes = CASK_SHAPE(10)}),
    };
    for (size_t w = 0; w < sizeof ways / sizeof *ways; w++) {
        const double *b = elements(ways[w], 240, &got);
        for (int i = 0; i < 240; i++)
            assert_true(fabs(a[i] - b[i]) < 1e-14);
        cask_value_unref(got);
    }
    cask_value_unref(wanted);
    assert_true(cask_array_failed(cask_array_fft(x, &(cask_fft){.norm = "none"})));
    cask_close(ck);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chunks_change_nothing),
        cmocka_unit_test(seeds),
        cmocka_unit_test(parameters_and_failures),
        cmocka_unit_test(transforms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
