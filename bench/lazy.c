/* What is lazy costs nothing: building an expression of a billion chunks, computing ten elements of
 * it, and a corner of a product of 40,000 chunks. Prints the milliseconds, each the median of
 * ROUNDS, of them the first one alone too: "build 0.004 0.012 ten 0.2 0.9 corner 0.8 1.5". */
#include <cask/cask.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ROUNDS = 9, BILLION = 1000000000, SIDE = 100, CHUNKS = 200, CORNER = 10 };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void print(const char *what, double *rounds)
{
    double first = rounds[0];
    qsort(rounds, ROUNDS, sizeof *rounds, compare);
    printf("%s %.4f %.4f%c", what, rounds[ROUNDS / 2], first, what[0] == 'c' ? '\n' : ' ');
}

/* Milliseconds until an array's sum is there, which must be `wanted`. */
static double sum(cask_array x, double wanted)
{
    double start = now();
    cask_value *value = NULL;
    if (cask_array_compute(cask_array_sum(x, NULL), &value) != CASK_OK || !value)
        exit(1);
    double seen = cask_value_f64(value), taken = now() - start;
    cask_value_unref(value);
    if (seen < wanted || seen > wanted) {
        fprintf(stderr, "%.17g instead of %.17g\n", seen, wanted);
        exit(1);
    }
    return taken;
}

/* x * 2 + x.T, of which all elements are 3. */
static cask_array mixed(cask *ck)
{
    cask_array x = cask_array_ones(ck, CASK_F64, CASK_SHAPE(SIDE * CHUNKS, SIDE * CHUNKS),
                                   CASK_SHAPE(SIDE, SIDE));
    cask_array transposed = cask_array_transpose(x, (cask_axes){0});
    return cask_array_add(cask_array_multiply_f64(x, 2), transposed);
}

int main(void)
{
    double build[ROUNDS], ten[ROUNDS], corner[ROUNDS];
    cask *ck = cask_open(NULL);
    for (int i = 0; i < ROUNDS; i++) {
        double start = now();
        cask_array x =
            cask_array_ones(ck, CASK_F64, CASK_SHAPE(1000LL * BILLION), CASK_SHAPE(1000));
        build[i] = now() - start;
        ten[i] = sum(cask_array_slice(x, ":10"), 10);
        start = now();
        cask_array y = cask_array_slice(mixed(ck), ":10, :10");
        corner[i] = now() - start + sum(y, 3 * CORNER * CORNER);
    }
    print("build", build);
    print("ten", ten);
    print("corner", corner);
    cask_close(ck);
    return 0;
}
