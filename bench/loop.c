/* The hand-written loop that the fused expression (((A+1)*2)**3).sum() is measured against: one
 * pass, one thread each half, over N doubles. Prints the sum and the seconds of the best of 5. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

typedef struct part {
    const double *begin, *end;
    double sum;
} part;

static void *add(void *user)
{
    part *p = user;
    double sums[8] = {0}; /* independent, so that the compiler may use vectors */
    for (const double *a = p->begin; a + 8 <= p->end; a += 8)
        for (int i = 0; i < 8; i++) {
            double b = (a[i] + 1) * 2;
            sums[i] += b * b * b;
        }
    p->sum = 0;
    for (int i = 0; i < 8; i++)
        p->sum += sums[i];
    return NULL;
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

int main(int argc, char **argv)
{
    size_t n = argc > 1 ? (size_t)strtoull(argv[1], NULL, 10) & ~(size_t)15 : 100000000;
    double *a = malloc(n * sizeof *a), best = 1e9, sum = 0;
    if (!a)
        return 1;
    for (size_t i = 0; i < n; i++)
        a[i] = 1;
    for (int round = 0; round < 5; round++) {
        part parts[2] = {{a, a + n / 2, 0}, {a + n / 2, a + n, 0}};
        pthread_t thread;
        double start = now();
        if (pthread_create(&thread, NULL, add, &parts[1]) != 0)
            return 1;
        add(&parts[0]);
        pthread_join(thread, NULL);
        double seconds = now() - start;
        sum = parts[0].sum + parts[1].sum;
        if (seconds < best)
            best = seconds;
    }
    printf("%.0f %.6f\n", sum, best);
    free(a);
    return 0;
}
