/* A cache between computations: what was dear to compute and is small is kept. */
#include <cask/cask.h>
#include <stdio.h>

static void count(void *user, const char *key, cask_value *value)
{
    (void)key, (void)value;
    ++*(int *)user;
}

int main(void)
{
    int hits = 0;
    cask *ck = cask_open(NULL);
    cask_cache *cache =
        cask_cache_new(100000000, &(cask_cache_options){.hit = count, .user = &hits});
    if (!cache || cask_cache_register(ck, cache) != CASK_OK)
        return 1;

    /* The blocks of y are computed for its mean, and found again for its deviation. */
    cask_array x = cask_array_arange(ck, CASK_F64, 0, 1000, 1, 100);
    cask_array y = cask_array_dot(cask_array_reshape(x, CASK_SHAPE(10, 100)),
                                  cask_array_reshape(x, CASK_SHAPE(100, 10)));
    cask_value *mean, *std, *again;
    int computed = cask_array_compute(cask_array_mean(y, NULL), &mean) == CASK_OK;
    printf("mean %g, %d found\n", cask_value_f64(mean), hits);
    computed &= cask_array_compute(cask_array_std(y, NULL), &std) == CASK_OK;
    printf("std %g, some found: %s\n", cask_value_f64(std), hits > 0 ? "yes" : "no");

    /* By hand: a name, a value, what it is worth a byte. */
    cask_cache_put(cache, "Hello", mean, 3, 0);
    again = cask_cache_get(cache, "Hello");
    printf("the same value: %s\n", again == mean ? "yes" : "no");

    cask_value_unref(mean);
    cask_value_unref(std);
    cask_value_unref(again);
    cask_close(ck);
    cask_cache_free(cache);
    return !computed;
}
