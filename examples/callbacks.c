/* Callbacks: prints the key of each task as it starts, and how it ended. */
#include <cask/cask.h>
#include <stdio.h>

static void started(void *user, const cask_task *task)
{
    (void)user;
    printf("%s\n", task->key);
}

static void ended(void *user, cask_status status, const char *message)
{
    (void)user;
    printf("%s%s\n", status == CASK_OK ? "done" : "failed: ", message);
}

int main(void)
{
    static const cask_callbacks callbacks = {.before = started, .finish = ended};
    cask *ck = cask_open(&(cask_options){.threads = 1});
    if (cask_callbacks_begin(ck, &callbacks) != CASK_OK)
        return 1;
    cask_array x = cask_array_arange(ck, CASK_I64, 0, 10, 1, 5);
    cask_value *sum = NULL;
    cask_status status = cask_array_compute(cask_array_sum(x, NULL), &sum);
    if (status == CASK_OK)
        printf("%g\n", cask_value_f64(sum));
    else
        fprintf(stderr, "%s\n", cask_message(ck));
    cask_callbacks_end(ck, &callbacks);
    cask_value_unref(sum);
    cask_close(ck);
    return status != CASK_OK;
}
