/* A scheduler of one's own: tells each task's key and runs it, first to last; and a wrapper that
 * counts computations and leaves the rest to threads. */
#include <cask/cask.h>
#include <stdio.h>

static cask_status run_aloud(cask_run *run, void *user)
{
    cask_status status = CASK_OK;
    (void)user;
    for (size_t task = 0; task < cask_run_count(run) && status == CASK_OK; task++) {
        char key[80];
        cask_run_key(run, task, key, sizeof key);
        printf("%s: %s\n", key, cask_run_function(run, task));
        status = cask_run_task(run, task);
    }
    return status;
}

static cask_status count_and_run(cask_run *run, void *user)
{
    ++*(int *)user;
    return cask_run_with(run, "threads");
}

static int sum(cask *ck, const char *scheduler)
{
    cask_value *value = NULL;
    cask_array x = cask_array_arange(ck, CASK_I64, 0, 10, 1, 5);
    cask_status status = cask_config_set(ck, "scheduler", scheduler);
    if (status == CASK_OK)
        status = cask_array_compute(cask_array_sum(x, NULL), &value);
    if (status == CASK_OK)
        printf("%s: %g\n", scheduler, cask_value_f64(value));
    else
        fprintf(stderr, "%s\n", cask_message(ck));
    cask_value_unref(value);
    return status != CASK_OK;
}

int main(void)
{
    int computations = 0;
    const cask_scheduler aloud = {.name = "my.aloud", .run = run_aloud};
    const cask_scheduler counting = {
        .name = "my.counting", .run = count_and_run, .user = &computations};
    cask *ck = cask_open(NULL);
    if (cask_scheduler_register(ck, &aloud) != CASK_OK ||
        cask_scheduler_register(ck, &counting) != CASK_OK)
        return 1;
    int bad = sum(ck, "my.aloud") || sum(ck, "my.counting") || sum(ck, "threads");
    cask_close(ck);
    return bad || computations != 1;
}
