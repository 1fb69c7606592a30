/* The graphs of `cask bench tasks` for its peers: which tasks each task needs, by number; and the
 * command line, clock and output that all of them share.
 *
 *   PEER SHAPE TASKS THREADS WORK ROUNDS
 *
 * prints the median over the rounds of the nanoseconds a task took, from nothing to the graph
 * built, run and freed. WORK is how many nanoseconds each task keeps its processor busy. */
#ifndef CASK_BENCH_SHAPES_H
#define CASK_BENCH_SHAPES_H

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MOST_NEEDS = 4, NEAR = 1000, MOST_ROUNDS = 99 };

typedef struct bench {
    const char *shape;
    int tasks, threads, rounds;
    long work;
    int width; /* of a grid */
} bench;

static inline double bench_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static inline void bench_work(long nanoseconds)
{
    if (!nanoseconds)
        return;
    double end = bench_now() + 1e-9 * (double)nanoseconds;
    while (bench_now() < end)
        continue;
}

static inline int random_needs(int task, int needs[MOST_NEEDS])
{
    uint64_t state = (uint64_t)task, before = task < NEAR ? (uint64_t)task : NEAR;
    uint64_t count = MOST_NEEDS + 1;
    int found = 0;
    for (uint64_t i = 0; before && i < count; i++) {
        state += UINT64_C(0x9E3779B97F4A7C15);
        uint64_t mixed = (state ^ (state >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
        mixed = (mixed ^ (mixed >> 27)) * UINT64_C(0x94D049BB133111EB);
        mixed ^= mixed >> 31;
        if (i == 0)
            count = 1 + mixed % count;
        else
            needs[found++] = task - 1 - (int)(mixed % before);
    }
    return found;
}

/* The tasks that a task needs, and how many. */
static inline int bench_needs(const bench *b, int task, int needs[MOST_NEEDS])
{
    int count = 0;
    switch (b->shape[0]) {
    case 'c': /* chain */
        if (task > 0)
            needs[count++] = task - 1;
        return count;
    case 't': { /* tree: the lower half are leaves */
        int leaves = (b->tasks + 1) / 2;
        if (task < leaves)
            return 0;
        needs[count++] = 2 * (task - leaves);
        needs[count++] = 2 * (task - leaves) + 1;
        return count;
    }
    case 'g': /* grid: above and to the left */
        if (task >= b->width)
            needs[count++] = task - b->width;
        if (task % b->width)
            needs[count++] = task - 1;
        return count;
    case 'r':
        return random_needs(task, needs);
    default: /* independent */
        return 0;
    }
}

static inline bench bench_read(int argc, char **argv)
{
    if (argc != 6 || !strchr("ictgr", argv[1][0])) {
        fprintf(stderr, "usage: %s independent|chain|tree|grid|random TASKS THREADS WORK ROUNDS\n",
                argv[0]);
        exit(2);
    }
    bench b;
    b.shape = argv[1];
    b.tasks = (int)strtod(argv[2], NULL);
    b.threads = atoi(argv[3]);
    b.work = atol(argv[4]);
    b.rounds = atoi(argv[5]);
    b.width = 0;
    if (b.rounds < 1 || b.rounds > MOST_ROUNDS)
        b.rounds = 1;
    if (b.shape[0] == 't')
        b.tasks = (b.tasks - 1) / 2 * 2 + 1;
    if (b.shape[0] == 'g') {
        b.width = (int)sqrt((double)b.tasks);
        b.tasks = b.width * b.width;
    }
    return b;
}

static inline int bench_compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Run a round so often, and print. */
static inline void bench_run(const bench *b, void (*round)(const bench *b))
{
    double seconds[MOST_ROUNDS];
    for (int i = 0; i < b->rounds; i++) {
        double start = bench_now();
        round(b);
        seconds[i] = bench_now() - start;
    }
    qsort(seconds, (size_t)b->rounds, sizeof *seconds, bench_compare);
    printf("%.2f\n", seconds[b->rounds / 2] / b->tasks * 1e9);
}

#endif
