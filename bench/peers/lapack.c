/* OpenBLAS alone, in memory: "lapack gemm M K N" prints the seconds of C = A B, "lapack svd M N"
 * those of gesdd with U, S and V. Its own threads; the least of three. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

void dgemm_(const char *, const char *, const int *, const int *, const int *, const double *,
            const double *, const int *, const double *, const int *, const double *, double *,
            const int *);
void dgesdd_(const char *, const int *, const int *, double *, const int *, double *, double *,
             const int *, double *, const int *, double *, const int *, int *, int *);

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static double *numbers(size_t count)
{
    double *x = malloc((count ? count : 1) * sizeof *x);
    for (size_t i = 0; x && i < count; i++)
        x[i] = (double)((i * 2654435761u) & 0xffff) / 65536 - 0.5;
    return x;
}

static double gemm(int m, int k, int n)
{
    double *a = numbers((size_t)m * (size_t)k), *b = numbers((size_t)k * (size_t)n),
           *c = numbers((size_t)m * (size_t)n);
    const double one = 1, zero = 0;
    double start = now();
    if (a && b && c)
        dgemm_("N", "N", &m, &n, &k, &one, a, &m, b, &k, &zero, c, &m);
    double taken = now() - start;
    free(a);
    free(b);
    free(c);
    return taken;
}

static double svd(int m, int n)
{
    size_t size = (size_t)m * (size_t)n;
    double *a = numbers(size), *u = numbers(size), *s = numbers((size_t)n),
           *v = numbers((size_t)n * (size_t)n), best;
    int *places = malloc(8 * (size_t)n * sizeof *places), room = -1, info = 0;
    double start = now();
    dgesdd_("S", &m, &n, a, &m, s, u, &m, v, &n, &best, &room, places, &info);
    room = (int)best;
    double *work = numbers((size_t)room);
    dgesdd_("S", &m, &n, a, &m, s, u, &m, v, &n, work, &room, places, &info);
    double taken = now() - start;
    free(a);
    free(u);
    free(s);
    free(v);
    free(places);
    free(work);
    return taken;
}

int main(int argc, char **argv)
{
    double least = 1e9;
    for (int round = 0; round < 3; round++) {
        double taken = argc == 5   ? gemm(atoi(argv[2]), atoi(argv[3]), atoi(argv[4]))
                       : argc == 4 ? svd(atoi(argv[2]), atoi(argv[3]))
                                   : 0;
        least = taken < least ? taken : least;
    }
    printf("%.6f\n", least);
    return argc < 4;
}
