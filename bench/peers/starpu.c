/* Peer of `cask bench tasks`: tasks of StarPU with dependencies declared between tasks (without
 * data handles, which cost more). */
#include "shapes.h"

#include <starpu.h>

static long work;

static void body(void *buffers[], void *argument)
{
    (void)buffers, (void)argument;
    bench_work(work);
}

static struct starpu_codelet codelet = {.cpu_funcs = {body}, .nbuffers = 0, .name = "task"};

static void submit(const bench *b, struct starpu_task **tasks, int number)
{
    struct starpu_task *task = starpu_task_create(), *before[MOST_NEEDS];
    task->cl = &codelet;
    task->destroy = 0;
    tasks[number] = task;
    int needs[MOST_NEEDS], count = bench_needs(b, number, needs);
    for (int i = 0; i < count; i++)
        before[i] = tasks[needs[i]];
    if (count)
        starpu_task_declare_deps_array(task, (unsigned)count, before);
    if (starpu_task_submit(task))
        exit(1);
}

static void run(const bench *b)
{
    struct starpu_task **tasks = malloc((size_t)b->tasks * sizeof *tasks);
    if (!tasks)
        exit(1);
    for (int i = 0; i < b->tasks; i++)
        submit(b, tasks, i);
    starpu_task_wait_for_all();
    for (int i = 0; i < b->tasks; i++)
        starpu_task_destroy(tasks[i]);
    free(tasks);
}

int main(int argc, char **argv)
{
    bench b = bench_read(argc, argv);
    struct starpu_conf conf;
    starpu_conf_init(&conf);
    conf.ncpus = b.threads;
    conf.ncuda = conf.nopencl = 0;
    setenv("STARPU_SILENT", "1", 1);
    if (starpu_init(&conf))
        return 1;
    work = b.work;
    bench_run(&b, run);
    starpu_shutdown();
    return 0;
}
