/* (((A+1)*2)**3).sum() of N doubles in memory: cask's fused program beside a hand-written loop, in
 * one process, each the best of 7. Prints the seconds of both: "cask 0.061 loop 0.060". */
#include <cask/cask.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ROUNDS = 7, THREADS = 2, CHUNK = 1 << 18 };

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

static double by_hand(const double *a, size_t n)
{
    part parts[THREADS] = {{a, a + n / 2, 0}, {a + n / 2, a + n, 0}};
    pthread_t thread;
    if (pthread_create(&thread, NULL, add, &parts[1]) != 0)
        return -1;
    add(&parts[0]);
    pthread_join(thread, NULL);
    return parts[0].sum + parts[1].sum;
}

/* Building is timed too; the context is open already, as it would be in a program. */
static double by_cask(cask *ck, const double *a, size_t n)
{
    const cask_buffer all = {.data = a, .dtype = CASK_F64, .shape = CASK_SHAPE((int64_t)n)};
    cask_array x = cask_array_from_buffer(ck, &all, CASK_SHAPE(CHUNK));
    cask_array y = cask_array_multiply_f64(cask_array_add_f64(x, 1), 2);
    cask_value *sum = NULL;
    if (cask_array_compute(cask_array_sum(cask_array_power_f64(y, 3), NULL), &sum) != CASK_OK)
        fprintf(stderr, "%s\n", cask_message(ck));
    double result = cask_value_f64(sum);
    cask_value_unref(sum);
    return result;
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
    double *a = malloc(n * sizeof *a), best[2] = {1e9, 1e9}, sums[2] = {0};
    cask *ck = cask_open(&(cask_options){.threads = THREADS});
    if (!a)
        return 1;
    for (size_t i = 0; i < n; i++)
        a[i] = 1;
    for (int round = 0; round < 2 * ROUNDS;
         round++) { /* in turn, so that both see the same machine */
        double start = now();
        sums[round % 2] = round % 2 ? by_hand(a, n) : by_cask(ck, a, n);
        double seconds = now() - start;
        if (seconds < best[round % 2])
            best[round % 2] = seconds;
    }
    printf("cask %.6f loop %.6f\n", best[0], best[1]);
    cask_close(ck);
    free(a);
    return sums[0] != sums[1];
}
