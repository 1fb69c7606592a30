/* What random numbers and Fourier transforms cost on one thread: "NAME NANOSECONDS", least of a few
 * rounds, for an element of the result, which is summed up and thrown away.
 *
 *   numbers [scale]: a hundredth for a smoke test is 0.01 */
#include <cask/cask.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROUNDS = 5, CHUNK = 100000 };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Seconds of summing an array that `make` makes anew; below 0 if that failed. */
static double seconds_of(cask *ck, cask_array (*make)(cask *ck, const char *name, int64_t n),
                         const char *name, int64_t n)
{
    double best = 1e9;
    for (int i = 0; i < ROUNDS; i++) {
        double start = now();
        cask_value *value;
        if (cask_array_compute(cask_array_sum(make(ck, name, n), NULL), &value) != CASK_OK) {
            fprintf(stderr, "%s: %s\n", name, cask_message(ck));
            return -1;
        }
        cask_value_unref(value);
        best = now() - start < best ? now() - start : best;
    }
    return best;
}

static cask_array draw(cask *ck, const char *name, int64_t n)
{
    static const struct {
        const char *name;
        double p[2];
        size_t count;
    } with[] = {{"integers", {0, 1000}, 2},  {"gamma", {2, 1}, 2}, {"poisson", {50, 0}, 1},
                {"binomial", {100, 0.3}, 2}, {"beta", {2, 3}, 2},  {"lognormal", {0, 1}, 2}};
    cask_argument parameters[2];
    size_t count = 0;
    for (size_t i = 0; i < sizeof with / sizeof *with; i++)
        for (size_t k = 0; !strcmp(with[i].name, name) && k < with[i].count; k++, count++)
            parameters[k] = with[i].p[k] == (double)(int64_t)with[i].p[k]
                                ? CASK_ARGUMENT((int64_t)with[i].p[k])
                                : CASK_ARGUMENT(with[i].p[k]);
    return cask_array_random(
        ck, name, (cask_arguments){count, parameters}, CASK_SHAPE(n),
        &(cask_random){.seeded = true, .seed = 1, .chunks = CASK_SHAPE(CHUNK)});
}

/* Transforms of complex lines of `length` points: what they take beside making the lines, a point.
 */
static double transform_seconds(cask *ck, int64_t length, int64_t n)
{
    int64_t rows = n / length > 0 ? n / length : 1, block = rows < 64 ? rows : 64;
    double best[2] = {1e9, 1e9};
    cask_array x = cask_array_astype(
        cask_array_ones(ck, CASK_F64, CASK_SHAPE(rows, length), CASK_SHAPE(block, length)),
        CASK_C128);
    for (int i = 0; i < 2 * ROUNDS; i++) {
        cask_value *value;
        double start = now();
        cask_array y = i % 2 ? cask_array_fft(x, NULL) : x;
        if (cask_array_compute(cask_array_sum(y, NULL), &value) != CASK_OK)
            return -1;
        cask_value_unref(value);
        best[i % 2] = now() - start < best[i % 2] ? now() - start : best[i % 2];
    }
    return (best[1] - best[0]) / (double)(rows * length);
}

int main(int argc, char **argv)
{
    static const char *const names[] = {"random",   "standard_normal", "standard_exponential",
                                        "integers", "lognormal",       "gamma",
                                        "beta",     "poisson",         "binomial"};
    double scale = argc > 1 ? strtod(argv[1], NULL) : 1;
    cask *ck = cask_open(&(cask_options){.scheduler = "sync", .threads = 1});
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        int64_t n = (int64_t)(scale * (i < 5 ? 2e7 : 2e6));
        printf("%s %g\n", names[i], seconds_of(ck, draw, names[i], n) / (double)n * 1e9);
    }
    static const int64_t lengths[] = {256, 1000, 4096, 10007, 1 << 20};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++)
        printf("fft(%lld) %g\n", (long long)lengths[i],
               transform_seconds(ck, lengths[i], (int64_t)(scale * 4e6)) * 1e9);
    cask_close(ck);
    return 0;
}
