/* Peer of `cask bench tasks`: tasks of OpenMP with depend clauses. One thread creates them, all run
 * them. */
#include "shapes.h"

#include <omp.h>

static char *made; /* stands for the results; only its addresses count */

static void create(const bench *b, int task)
{
    int needs[MOST_NEEDS], count = bench_needs(b, task, needs);
    long work = b->work;
    if (count == 0) {
#pragma omp task depend(out : made[task]) firstprivate(work)
        bench_work(work);
    } else if (count == 1) {
#pragma omp task depend(in : made[needs[0]]) depend(out : made[task]) firstprivate(work)
        bench_work(work);
    } else if (count == 2) {
#pragma omp task depend(in                                                                         \
                        : made[needs[0]], made[needs[1]]) depend(out                               \
                                                                 : made[task]) firstprivate(work)
        bench_work(work);
    } else {
#pragma omp task depend(iterator(i = 0                                                             \
                                 : count),                                                         \
                        in                                                                         \
                        : made[needs[i]]) depend(out                                               \
                                                 : made[task]) firstprivate(work)
        bench_work(work);
    }
}

static void run(const bench *b)
{
#pragma omp parallel
#pragma omp single
    for (int task = 0; task < b->tasks; task++)
        create(b, task);
}

int main(int argc, char **argv)
{
    bench b = bench_read(argc, argv);
    made = calloc((size_t)b.tasks, 1);
    if (!made)
        return 1;
    omp_set_num_threads(b.threads);
    bench_run(&b, run);
    free(made);
    return 0;
}
