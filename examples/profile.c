/* Watching a computation: a progress bar, what each task did, and a page to look at. */
#include <cask/cask.h>
#include <stdio.h>

static bool show(void *user, const cask_profile_task *task)
{
    (void)user;
    printf("%s, block %lld: %s on worker %d, %lld ns, %llu bytes\n", task->name,
           (long long)task->block, task->function, task->worker,
           (long long)(task->end - task->begin), (unsigned long long)task->bytes);
    return true;
}

static bool add_bytes(void *user, const cask_profile_sample *sample)
{
    uint64_t *most = user;
    *most = sample->resident > *most ? sample->resident : *most;
    return true;
}

static int watch(cask *ck)
{
    if (cask_progress_begin(ck, &(cask_progress_options){.minimum = 2, .width = 40}) != CASK_OK)
        return 1;
    cask_profile *profile;
    if (cask_profile_begin(ck, &(cask_profile_options){.title = "a mean"}, &profile) != CASK_OK)
        return 1;
    cask_array x = cask_array_ones(ck, CASK_F64, CASK_SHAPE(4000, 1000), CASK_SHAPE(1000, 1000));
    cask_value *mean = NULL;
    cask_status status = cask_array_compute(cask_array_mean(x, NULL), &mean);
    uint64_t most = 0;
    if (status == CASK_OK) {
        printf("mean %g\n", cask_value_f64(mean));
        cask_profile_tasks(profile, show, NULL);
        cask_profile_samples(profile, add_bytes, &most);
        status = cask_profile_save(profile, "mean.html");
        printf("%.1f s, %s\n", cask_progress_seconds(ck), most > 0 ? "mean.html" : "no samples");
    }
    cask_value_unref(mean);
    cask_profile_free(profile);
    return status == CASK_OK ? 0 : 1;
}

int main(void)
{
    cask *ck = cask_open(NULL);
    int failed = watch(ck);
    if (failed)
        fprintf(stderr, "%s\n", cask_message(ck));
    cask_close(ck);
    return failed;
}
