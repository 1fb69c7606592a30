/* Caches over computations: what one has computed the next finds again, in this context or another,
 * but never anything else: not of a file that changed, not of memory that did. In a folder of its
 * own.
 */
#include <cask/cask.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Counted from any thread. */
typedef struct counts {
    _Atomic int hits, misses, tasks;
} counts;

static void hit(void *user, const char *key, cask_value *value)
{
    counts *c = user;
    c->hits += key != NULL && value != NULL;
}

static void miss(void *user, const char *key)
{
    counts *c = user;
    c->misses += key != NULL;
}

static void progress(void *user, int64_t done, int64_t total)
{
    counts *c = user;
    (void)done;
    c->tasks = (int)total;
}

static double number(cask_array x)
{
    cask_value *value = NULL;
    assert_int_equal(cask_array_compute(x, &value), CASK_OK);
    double result = cask_value_f64(value);
    cask_value_unref(value);
    return result;
}

static cask *open_with(const char *scheduler, counts *c)
{
    return cask_open(&(cask_options){.scheduler = scheduler,
                                     .threads = 3,
                                     .memory_limit = "200MB",
                                     .on_progress = progress,
                                     .user = c});
}

static cask_cache *cache_with(size_t bytes, counts *c)
{
    return cask_cache_new(bytes, &(cask_cache_options){.hit = hit, .miss = miss, .user = c});
}

static cask_array squares(cask *ck)
{
    cask_array x = cask_array_arange(ck, CASK_F64, 0, 100000, 1, 10000);
    return cask_array_multiply(x, x);
}

static void results_are_found_again(void **state)
{
    (void)state;
    static const char *const schedulers[] = {"sync", "threads", "processes"};
    for (int i = 0; i < 3; i++) {
        counts c = {0};
        cask *ck = open_with(schedulers[i], &c);
        cask_cache *cache = cache_with(50000000, &c);
        assert_int_equal(cask_cache_register(ck, cache), CASK_OK);
        double sum = number(cask_array_sum(squares(ck), NULL));
        int tasks = c.tasks;
        assert_true(sum == 333328333350000.0);
        assert_int_equal(c.hits, 0);
        assert_true(tasks > 10);
        assert_true(cask_cache_count(cache) > 10);
        /* built anew: one known result is the whole plan */
        assert_true(number(cask_array_sum(squares(ck), NULL)) == sum);
        assert_int_equal(c.hits, 1);
        assert_int_equal(c.tasks, 1);
        /* in another context, after the first is gone */
        cask *other = open_with(schedulers[(i + 1) % 3], &c);
        cask_close(ck);
        assert_int_equal(cask_cache_register(other, cache), CASK_OK);
        assert_true(number(cask_array_sum(squares(other), NULL)) == sum);
        assert_int_equal(c.hits, 2);
        /* no more of it */
        assert_int_equal(cask_cache_register(other, NULL), CASK_OK);
        assert_true(number(cask_array_sum(squares(other), NULL)) == sum);
        assert_int_equal(c.hits, 2);
        assert_int_equal(c.tasks, tasks);
        cask_close(other);
        cask_cache_free(cache);
    }
}

static void save(const char *path, double start)
{
    cask *ck = cask_open(NULL);
    cask_array x = cask_array_arange(ck, CASK_F64, start, start + 400000, 1, 100000);
    assert_int_equal(cask_array_save(x, path, NULL), CASK_OK);
    cask_close(ck);
}

static void mean_and_std_read_once(void **state)
{
    (void)state;
    counts c = {0};
    save("x.npy", 0);
    cask *ck = open_with("threads", &c);
    cask_cache *cache = cache_with(50000000, &c);
    assert_int_equal(cask_cache_register(ck, cache), CASK_OK);
    cask_array x = cask_array_from_npy(ck, "x.npy", NULL);
    assert_true(number(cask_array_mean(x, NULL)) == 199999.5);
    uint64_t read = cask_bytes_read(ck);
    assert_true(read >= 3200000);
    double std = number(cask_array_std(cask_array_from_npy(ck, "x.npy", NULL), NULL));
    assert_true(std > 115470.053 && std < 115470.054);
    assert_int_equal(cask_bytes_read(ck), read);
    assert_true(c.hits > 0);
    /* another file under that name */
    save("x.npy", 1);
    assert_true(number(cask_array_mean(cask_array_from_npy(ck, "x.npy", NULL), NULL)) == 200000.5);
    assert_true(cask_bytes_read(ck) >= read + 3200000);
    cask_close(ck);
    cask_cache_free(cache);
    remove("x.npy");
}

static void memory_of_others_is_not_trusted(void **state)
{
    (void)state;
    enum { COUNT = 1 << 18 }; /* too large to be named by its contents */
    counts c = {0};
    cask_cache *cache = cache_with(50000000, &c);
    double *numbers = calloc(COUNT, sizeof *numbers);
    for (int round = 0; round < 3; round++) {
        cask *ck = open_with("sync", &c);
        assert_int_equal(cask_cache_register(ck, cache), CASK_OK);
        numbers[7] = round;
        const cask_buffer all = {.data = numbers, .dtype = CASK_F64, .shape = CASK_SHAPE(COUNT)};
        cask_array x = cask_array_from_buffer(ck, &all, CASK_SHAPE(COUNT / 4));
        assert_true(number(cask_array_sum(x, NULL)) == round);
        cask_close(ck);
    }
    assert_int_equal(c.hits, 0);
    free(numbers);
    cask_cache_free(cache);
}

static void scopes_nest(void **state)
{
    (void)state;
    counts a = {0}, b = {0};
    cask *ck = open_with("sync", &a);
    cask_cache *outer = cache_with(1000000, &a), *inner = cache_with(1000000, &b);
    assert_int_equal(cask_cache_begin(ck, outer), CASK_OK);
    number(cask_array_sum(squares(ck), NULL));
    assert_int_equal(cask_cache_begin(ck, inner), CASK_OK);
    number(cask_array_sum(squares(ck), NULL));
    assert_int_equal(a.hits + b.hits, 0);
    cask_cache_end(ck);
    number(cask_array_sum(squares(ck), NULL));
    assert_int_equal(a.hits, 1);
    assert_int_equal(cask_cache_begin(ck, NULL), CASK_OK); /* none within */
    number(cask_array_sum(squares(ck), NULL));
    cask_cache_end(ck);
    cask_cache_end(ck);
    cask_cache_end(ck); /* one too many does no harm */
    number(cask_array_sum(squares(ck), NULL));
    assert_int_equal(a.hits, 1);
    for (int i = 0; i < 16; i++)
        assert_int_equal(cask_cache_begin(ck, outer), CASK_OK);
    assert_int_equal(cask_cache_begin(ck, outer), CASK_LIMIT);
    cask_clear(ck);
    cask_cache *large = cask_cache_new(200000000, NULL);
    assert_int_equal(cask_cache_register(ck, large), CASK_INVALID);
    assert_non_null(strstr(cask_message(ck), "leaves nothing of the memory limit"));
    cask_close(ck);
    cask_cache_free(outer);
    cask_cache_free(inner);
    cask_cache_free(large);
}

static void a_small_cache_changes_nothing(void **state)
{
    (void)state;
    counts c = {0};
    for (size_t bytes = 100; bytes < 1000000; bytes *= 7) {
        cask *ck = open_with("threads", &c);
        cask_cache *cache = cache_with(bytes, &c);
        assert_int_equal(cask_cache_register(ck, cache), CASK_OK);
        cask_array x = squares(ck);
        for (int round = 0; round < 3; round++) {
            double mean = number(cask_array_mean(x, NULL));
            cask_array apart = cask_array_subtract_f64(x, mean);
            assert_true(mean == 3333283333.5);
            double variance = number(cask_array_mean(cask_array_multiply(apart, apart), NULL));
            double direct = number(cask_array_var(x, NULL));
            assert_true(variance / direct > 1 - 1e-12 && variance / direct < 1 + 1e-12);
            assert_true(cask_cache_total_bytes(cache) <= bytes);
        }
        cask_close(ck);
        cask_cache_free(cache);
    }
    assert_true(c.hits > 0);
}

static cask_value *slowly(cask_call *call)
{
    counts *c = cask_call_user(call);
    c->tasks++;
    return cask_value_from_int(cask_value_i64(cask_call_argument(call, 0)) + 1);
}

static void functions_are_remembered_by_name(void **state)
{
    (void)state;
    counts c = {0};
    cask *ck = cask_open(NULL);
    cask_cache *cache = cache_with(1000000, &c);
    const cask_function inc = {.name = "me.inc", .run = slowly, .user = &c};
    assert_int_equal(cask_register(ck, &inc, 1), CASK_OK);
    cask_value *one = cask_value_from_int(1);
    cask_value *a = cask_cache_call(ck, cache, "me.inc", &one, 1);
    cask_value *b = cask_cache_call(ck, cache, "me.inc", &one, 1);
    assert_ptr_equal(a, b);
    assert_int_equal(cask_value_i64(a), 2);
    assert_int_equal(c.tasks, 1);
    cask_value *d = cask_cache_call(ck, cache, "lambda x: x * 10", &a, 1);
    cask_value *e = cask_cache_call(ck, cache, "lambda x: x * 10", &b, 1);
    assert_ptr_equal(d, e);
    assert_int_equal(cask_value_i64(d), 20);
    assert_null(cask_cache_call(ck, cache, "me.missing", &one, 1));
    assert_non_null(strstr(cask_message(ck), "me.missing"));
    cask_value *all[] = {one, a, b, d, e};
    for (size_t i = 0; i < 5; i++)
        cask_value_unref(all[i]);
    cask_close(ck);
    cask_cache_free(cache);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(results_are_found_again),
        cmocka_unit_test(mean_and_std_read_once),
        cmocka_unit_test(memory_of_others_is_not_trusted),
        cmocka_unit_test(scopes_nest),
        cmocka_unit_test(a_small_cache_changes_nothing),
        cmocka_unit_test(functions_are_remembered_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
