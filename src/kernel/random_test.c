/* Random numbers: the generator against its published answers, every instruction set and order
 * against each other, and every distribution against its exact distribution function.
 */
#include "kernel/distributions.h"
#include "kernel/loop.h"
#include "kernel/random_integers.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const cki_random_key key = {{0x01234567u, 0x89abcdefu}, 42};

/* The vectors of the Random123 library that comes with the paper (kat_vectors, philox4x32 10). */
static void known_answers(void **state)
{
    static const uint32_t cases[][10] = {
        {0, 0, 0, 0, 0, 0, 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8},
        {0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0x408f276d,
         0x41c83b0e, 0xa20bc7c6, 0x6d5451fd},
        {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0, 0xd16cfe09,
         0x94fdcceb, 0x5001e420, 0x24126ea1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint32_t out[4];
        cki_random_philox(cases[i], cases[i] + 4, out);
        assert_memory_equal(out, cases[i] + 6, sizeof out);
    }
}

static void check_loops(const cki_random_loops *loops)
{
    enum { N = 64 };
    const cki_random_loops *base = &cki_random_baseline;
    uint64_t a[N], b[N], c[N], d[N];
    double x[N], y[N], z[N], w[N];
    static const struct {
        uint64_t first;
        int64_t step;
        int shift;
        uint32_t part;
    } cases[] = {
        {0, 1, 0, 0}, {12345678901, 1, 0, 2}, {7, 3, 1, 0}, {1000, -2, 1, 0}, {5, 1, 0, 9}};
    for (size_t t = 0; t < sizeof cases / sizeof *cases; t++) {
        loops->blocks(&key, cases[t].first, cases[t].step, cases[t].shift, cases[t].part, N, a, b);
        for (int i = 0; i < N; i++) {
            uint64_t words[2];
            cki_random_block(&key,
                             (cases[t].first + (uint64_t)(i * cases[t].step)) >> cases[t].shift,
                             cases[t].part, words);
            assert_true(words[0] == a[i] && words[1] == b[i]);
        }
    }
    for (int i = 0; i < 8; i++) /* the ends, and the places where the logarithm is cut */
        a[i] = i == 0   ? 0
               : i == 1 ? UINT64_MAX
               : i < 5  ? (uint64_t)0xB504F333F9DE6000u + (uint64_t)(i - 3) * 4096
                        : (uint64_t)1 << (8 * i);
    for (int i = 0; i < N; i++) {
        c[i] = a[i];
        d[i] = b[i];
    }
    for (int open = 0; open < 2; open++) {
        loops->uniform(a, open, N, x);
        base->uniform(c, open, N, y);
        assert_memory_equal(x, y, sizeof x);
        for (int i = 0; i < N; i++)
            assert_true(x[i] == (double)(a[i] >> 11 | (uint64_t)open) * 0x1p-53);
    }
    loops->exponential(a, N, z);
    base->exponential(c, N, y);
    assert_memory_equal(z, y, sizeof z);
    for (int i = 0; i < N; i++)
        assert_true(fabs(z[i] + log(x[i])) <= 4e-16 * z[i]);
    loops->normal(a, b, N, x, y);
    base->normal(c, d, N, z, w);
    assert_memory_equal(x, z, sizeof x);
    assert_memory_equal(y, w, sizeof y);
    for (int i = 0; i < N; i++) {
        double radius = sqrt(-2 * log((double)(a[i] >> 11 | 1) * 0x1p-53));
        double angle = 2 * M_PI * ((double)(b[i] >> 11) * 0x1p-53);
        assert_true(fabs(x[i] - radius * cos(angle)) <= 4e-15);
        assert_true(fabs(y[i] - radius * sin(angle)) <= 4e-15);
    }
}

static void instruction_sets(void **state)
{
    (void)state;
    check_loops(&cki_random_baseline);
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2"))
        check_loops(&cki_random_v3);
    if (!strcmp(cki_loop_vector()->isa, "x86-64-v4"))
        check_loops(&cki_random_v4);
#endif
}

static cask_status draw(const cki_distribution *d, uint64_t first, int64_t step, int64_t n,
                        const double *p, const double *const *each, void *out, cki_error *error)
{
    cki_random_table room;
    const cki_random_table *table = cki_distributions_table(d, p, each, &room);
    return cki_distributions_run(d, table, &key, first, step, n, p, each, out, error);
}

/* A distribution of each base; streams are drawn one by one. Counts are drawn by a table, or not.
 */
static const char *const by_base[] = {"random_sample", "standard_cauchy", "standard_normal",
                                      "exponential",   "gamma",           "poisson",
                                      "zipf"};

/* An element is the same whatever it is computed with. */
static void positions(void **state)
{
    static const double p[3] = {2.5, 1, 1};
    static const double *const none[3] = {NULL, NULL, NULL};
    (void)state;
    for (size_t t = 0; t < sizeof by_base / sizeof *by_base; t++) {
        enum { N = 1500 };
        static double whole[N], part[N];
        const cki_distribution *d = cki_distributions_find(by_base[t]);
        cki_error error = {0};
        assert_non_null(d);
        assert_int_equal(draw(d, 0, 1, N, p, none, whole, &error), CASK_OK);
        for (int64_t step = -3; step <= 5; step++) {
            if (step == 0)
                continue;
            for (int64_t first = 700; first < 704; first++)
                for (int64_t n = 0; n < 130; n += 1 + n / 3) {
                    draw(d, (uint64_t)first, step, n, p, none, part, &error);
                    for (int64_t i = 0; i < n; i++)
                        assert_memory_equal(&part[i], &whole[first + i * step], sizeof *part);
                }
        }
    }
}

enum { DRAWN = 200000 };

/* Words "x expected x expected ...": so many numbers are at most x as the distribution function
 * says, within five standard deviations, of which one in two million tests would go beyond by
 * chance. */
static void check_shares(const cki_distribution *d, const double *p, const double *numbers,
                         const char *words)
{
    char *end;
    for (double x = strtod(words, &end); end != words; x = strtod(words, &end)) {
        double below = 0, expected = strtod(end, &end);
        words = end;
        for (int i = 0; i < DRAWN; i++)
            below += numbers[i] <= x;
        double deviation = sqrt(expected * (1 - expected) * DRAWN) + 1e-6 * DRAWN * 0.01;
        if (fabs(below - expected * DRAWN) > 5 * deviation)
            fail_msg("%s(%g, %g, %g): %g of %d are at most %g, expected are %g +- %g", d->name,
                     p[0], p[1], p[2], below, DRAWN, x, expected * DRAWN, deviation);
    }
}

/* A line of random_cdf.data, with parameters for all elements and with a set for each. */
static void check_line(char *line)
{
    static double numbers[DRAWN], sets[3][DRAWN];
    const double *each[3] = {NULL, NULL, NULL};
    double p[3] = {0};
    cki_error error = {0};
    const int64_t *counts = (int64_t *)(void *)numbers;
    char *word = strtok(line, " ");
    const cki_distribution *d = cki_distributions_find(word);
    assert_non_null(d);
    for (int k = 0; (word = strtok(NULL, " ")) && *word != ':'; k++)
        p[k] = strtod(word, NULL);
    const char *rest = strtok(NULL, "");
    assert_non_null(rest);
    assert_int_equal(cki_distributions_check(d, p, false, &error), CASK_OK);
    for (int separate = 0; separate < 2; separate++) {
        for (int k = 0; k < d->count && separate; each[k] = sets[k], k++)
            for (int i = 0; i < DRAWN; i++)
                sets[k][i] = p[k];
        assert_int_equal(draw(d, 0, 1, DRAWN, p, each, numbers, &error), CASK_OK);
        if (d->base == CKI_BASE_COUNT)
            for (int i = 0; i < DRAWN; i++)
                numbers[i] = (double)counts[i];
        check_shares(d, p, numbers, rest);
    }
}

static void distributions(void **state)
{
    static char line[4096];
    FILE *file = fopen(CASK_GOLDEN "/random_cdf.data", "r");
    int lines = 0;
    (void)state;
    assert_non_null(file);
    for (; fgets(line, sizeof line, file); lines++) {
        line[strcspn(line, "\n")] = '\0';
        check_line(line);
    }
    fclose(file);
    assert_true(lines >= 79);
}

/* Neighbours know nothing of each other: the correlation of normal numbers at small distances. */
static void independence(void **state)
{
    enum { N = 200000 };
    static double x[N];
    static const double *const none[3] = {NULL, NULL, NULL};
    cki_error error = {0};
    (void)state;
    draw(cki_distributions_find("standard_normal"), 0, 1, N, NULL, none, x, &error);
    for (int lag = 1; lag < 20; lag++) {
        double sum = 0, squares = 0;
        for (int i = 0; i + lag < N; i++) {
            sum += x[i] * x[i + lag];
            squares += x[i] * x[i] * x[i + lag] * x[i + lag];
        }
        assert_true(fabs(sum) < 5 * sqrt((double)N));
        assert_true(fabs(squares - N) < 5 * sqrt(8.0 * N) * 2);
    }
}

/* Chi-square of how often each number comes: both ends belong, and none is favoured. */
static void integers(void **state)
{
    enum { N = 100000 };
    static int64_t x[N];
    static const int64_t ranges[] = {1, 2, 3, 7, 10, 64, 100};
    (void)state;
    for (size_t t = 0; t < sizeof ranges / sizeof *ranges; t++) {
        double counts[100] = {0}, chi = 0, expected = (double)N / (double)ranges[t];
        cki_random_integers(&key, 0, 1, N, -3, ranges[t] - 4, NULL, NULL, x);
        for (int i = 0; i < N; i++) {
            assert_true(x[i] >= -3 && x[i] < ranges[t] - 3);
            counts[x[i] + 3]++;
        }
        for (int64_t k = 0; k < ranges[t]; k++)
            chi += (counts[k] - expected) * (counts[k] - expected) / expected;
        assert_true(chi < (double)ranges[t] + 5 * sqrt(2.0 * (double)ranges[t]));
    }
    /* three quarters of all words: the last quarter is drawn again, and does not favour anything */
    double low = 0;
    cki_random_integers(&key, 0, 1, N, INT64_MIN, INT64_MIN / 2 + INT64_MAX, NULL, NULL, x);
    for (int i = 0; i < N; i++) {
        assert_true(x[i] <= INT64_MIN / 2 + INT64_MAX);
        low += x[i] < INT64_MIN / 2;
    }
    assert_true(fabs(low - N / 3.0) < 5 * sqrt(N * 2.0 / 9));
    cki_random_integers(&key, 0, 1, N, INT64_MIN, INT64_MAX, NULL, NULL, x);
    low = 0;
    for (int i = 0; i < N; i++)
        low += x[i] < 0;
    assert_true(fabs(low - N / 2.0) < 5 * sqrt(N / 4.0));
}

/* All orders of four come alike. */
static void orders(void **state)
{
    enum { N = 24000 };
    double counts[256] = {0}, chi = 0;
    (void)state;
    for (uint32_t i = 0; i < N; i++) {
        cki_random_key own = {{i, 5}, 1};
        int64_t order[4];
        cki_random_shuffle(&own, 4, 4, order);
        counts[order[0] * 64 + order[1] * 16 + order[2] * 4 + order[3]]++;
    }
    int seen = 0;
    for (int k = 0; k < 256; k++)
        if (counts[k] > 0) {
            seen++;
            chi += (counts[k] - 1000) * (counts[k] - 1000) / 1000;
        }
    assert_int_equal(seen, 24);
    assert_true(chi < 23 + 5 * sqrt(46.0));
}

/* A permutation with its inverse, and no number prefers a place. */
static void bijections(void **state)
{
    enum { N = 1000, KEYS = 1600 };
    (void)state;
    for (int64_t n = 1; n <= N; n += n < 10 ? 1 : 331) {
        bool seen[N] = {false};
        cki_random_bijection order;
        cki_random_bijection_make(&key, n, &order);
        for (int64_t i = 0; i < n; i++) {
            int64_t at = cki_random_bijection_at(&order, i);
            assert_true(at >= 0 && at < n && !seen[at]);
            assert_int_equal(cki_random_bijection_of(&order, at), i);
            seen[at] = true;
        }
    }
    double counts[16] = {0}, chi = 0;
    const int64_t n = ((int64_t)1 << 25) + 12345;
    for (uint32_t i = 0; i < KEYS; i++) {
        cki_random_key own = {{i, 7}, 1};
        cki_random_bijection order;
        cki_random_bijection_make(&own, n, &order);
        counts[cki_random_bijection_at(&order, 5) * 16 / n]++;
    }
    for (int k = 0; k < 16; k++)
        chi += (counts[k] - KEYS / 16.0) * (counts[k] - KEYS / 16.0) / (KEYS / 16.0);
    assert_true(chi < 15 + 5 * sqrt(30.0));
}

/* Parameters of each element are used, and checked. */
static void arrays(void **state)
{
    enum { N = 1000 };
    static double means[N], whole[N];
    static int64_t out[N];
    const double *each[3] = {means, NULL, NULL};
    const cki_distribution *d = cki_distributions_find("poisson");
    cki_error error = {0};
    (void)state;
    for (int i = 0; i < N; i++)
        means[i] = 1000 * i;
    assert_int_equal(draw(d, 0, 1, N, NULL, each, out, &error), CASK_OK);
    for (int i = 0; i < N; i++)
        assert_true(fabs((double)out[i] - means[i]) <= 6 * sqrt(means[i]));
    means[N - 1] = -1;
    assert_int_equal(draw(d, 0, 1, N, NULL, each, out, &error), CASK_INVALID);
    assert_string_equal(error.message, "lam < 0 or lam contains NaNs");
    means[N - 1] = 5;
    error = (cki_error){0};
    d = cki_distributions_find("exponential");
    assert_int_equal(draw(d, 0, 1, N, NULL, each, whole, &error), CASK_OK);
    assert_true(whole[0] == 0 && whole[N - 1] > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_answers), cmocka_unit_test(instruction_sets),
        cmocka_unit_test(positions),     cmocka_unit_test(distributions),
        cmocka_unit_test(independence),  cmocka_unit_test(integers),
        cmocka_unit_test(orders),        cmocka_unit_test(bijections),
        cmocka_unit_test(arrays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
