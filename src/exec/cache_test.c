/* Tests of the cache: cachey's own cases, scores by their formula, eviction against a plain model,
 * memoizing, callbacks, threads, and failing allocations. */
#include "core/memory.h"
#include "exec/cache.h"
#include "sys/thread.h"
#include "value/value.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static cask_value *one;

/* The keys of `all` that are held. */
static const char *held(cask_cache *cache, const char *all)
{
    static char found[32];
    size_t count = 0;
    for (; *all; all++)
        if (cask_cache_contains(cache, (char[]){*all, 0}))
            found[count++] = *all;
    found[count] = 0;
    return found;
}

static void scores_follow_the_formula(void **state)
{
    (void)state;
    cask_cache *cache = cask_cache_new(1000, &(cask_cache_options){.halflife = 10});
    assert_true(isnan(cask_cache_score(cache, "x")));
    cask_cache_put(cache, "x", one, 2, 1);
    assert_true(cask_cache_score(cache, "x") == 2.0);
    cask_value_unref(cask_cache_get(cache, "x"));
    assert_true(cask_cache_score(cache, "x") == 4.138629436111989);
    cask_cache_put(cache, "y", one, 3, 1);
    double growth = 1 + log(2) / 10;
    assert_true(fabs(cask_cache_score(cache, "y") - 3 * pow(growth, 2)) < 1e-12);
    assert_null(cask_cache_get(cache, "z")); /* an unknown key is no access */
    for (int i = 3; i < 20; i++)
        cask_value_unref(cask_cache_get(cache, "x"));
    double sum = 1 + growth;
    for (int i = 3; i < 20; i++)
        sum += pow(growth, i);
    assert_true(fabs(cask_cache_score(cache, "x") - 2 * sum) < 1e-9);
    /* so many accesses that the base would overflow: the order stays */
    for (int i = 0; i < 20000; i++)
        cask_value_unref(cask_cache_get(cache, i % 3 ? "x" : "y"));
    assert_true(isfinite(cask_cache_score(cache, "x")));
    cask_cache_resize(cache, 1);
    assert_string_equal(held(cache, "xy"), "x");
    cask_cache_free(cache);
}

static void the_least_worthy_leave(void **state)
{
    (void)state;
    cask_cache *cache = cask_cache_new(30, NULL);
    assert_true(cask_cache_put(cache, "x", one, 10, 10));
    cask_value *got = cask_cache_get(cache, "x");
    assert_ptr_equal(got, one);
    cask_value_unref(got);
    cask_cache_put(cache, "a", one, 10, 10);
    cask_cache_put(cache, "b", one, 10, 10);
    cask_cache_put(cache, "c", one, 10, 10);
    assert_string_equal(held(cache, "abcdx"), "bcx");
    cask_cache_put(cache, "d", one, 10, 10);
    assert_string_equal(held(cache, "abcdx"), "cdx");
    assert_int_equal(cask_cache_total_bytes(cache), 30);
    assert_int_equal(cask_cache_count(cache), 3);
    /* a miss of something known counts: `a` is worth more than the worst when it comes again */
    for (int i = 0; i < 3; i++)
        assert_null(cask_cache_get(cache, "a"));
    assert_true(cask_cache_put(cache, "a", one, 10, 10));
    assert_string_equal(held(cache, "abcdx"), "adx");
    assert_true(cask_cache_retire(cache, "a"));
    assert_false(cask_cache_retire(cache, "a"));
    assert_false(cask_cache_retire(cache, "never"));
    assert_int_equal(cask_cache_total_bytes(cache), 20);
    cask_cache_clear(cache);
    assert_int_equal(cask_cache_total_bytes(cache), 0);
    assert_string_equal(held(cache, "abcdx"), "");
    cask_cache_free(cache);

    cache = cask_cache_new(20, NULL);
    cask_cache_put(cache, "x", one, 1, 10);
    cask_cache_put(cache, "y", one, 1, 10);
    for (int i = 0; i < 3; i++)
        cask_value_unref(cask_cache_get(cache, "x"));
    cask_cache_put(cache, "z", one, 1, 10);
    assert_string_equal(held(cache, "xyz"), "xz");
    cask_cache_resize(cache, 10);
    assert_int_equal(cask_cache_available_bytes(cache), 10);
    assert_string_equal(held(cache, "xyz"), "x");
    cask_cache_free(cache);
}

static void some_are_refused(void **state)
{
    (void)state;
    cask_cache *cache = cask_cache_new(100, &(cask_cache_options){.limit = 5});
    assert_false(cask_cache_put(cache, "cheap", one, 4, 10));
    assert_true(isnan(cask_cache_score(cache, "cheap")));
    assert_true(cask_cache_put(cache, "dear", one, 5, 99));
    assert_false(cask_cache_put(cache, "large", one, 1e9, 100));
    assert_false(cask_cache_put(cache, "worse", one, 5 / 1.1, 50));
    assert_false(cask_cache_put(cache, "nothing", NULL, 1e9, 1));
    /* full, and no better than the worst: its score is known from then on */
    cask_cache_put(cache, "dear", one, 1000, 99);
    assert_int_equal(cask_cache_count(cache), 1);
    assert_int_equal(cask_cache_total_bytes(cache), 99); /* replaced, not added */
    assert_false(cask_cache_put(cache, "late", one, 6, 50));
    assert_true(cask_cache_score(cache, "late") > 6);
    cask_cache_free(cache);
    assert_true(cask_cache_cost(2, 4) == 0.5e-9);
}

static uint64_t next_random(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *seed >> 33;
}

/* Against a list that is searched for its lowest score, as slowly as can be. */
static void eviction_agrees_with_a_model(void **state)
{
    (void)state;
    enum { KEYS = 300, AVAILABLE = 1000 };
    static struct {
        double cost, times;
        size_t nbytes;
        bool in;
    } model[KEYS];
    double base = 1, growth = 1 + log(2) / 50;
    size_t total = 0, count = 0;
    uint64_t seed = 7;
    cask_cache *cache = cask_cache_new(AVAILABLE, &(cask_cache_options){.halflife = 50});
    for (int round = 0; round < 5000; round++) {
        size_t k = next_random(&seed) % KEYS, nbytes = 1 + next_random(&seed) % 100;
        double cost = (double)(1 + next_random(&seed) % 1000) + (double)round / 1e7;
        char name[16];
        snprintf(name, sizeof name, "k%zu", k);
        if (round % 3 == 0) {
            cask_value *got = cask_cache_get(cache, name);
            assert_true((got != NULL) == model[k].in);
            cask_value_unref(got);
            if (model[k].cost > 0) {
                model[k].times += base;
                base *= growth;
            }
            continue;
        }
        if (model[k].in) {
            total -= model[k].nbytes;
            count--;
            model[k].in = false;
        }
        model[k].cost = cost;
        model[k].times += base;
        model[k].nbytes = nbytes;
        base *= growth;
        size_t worst = KEYS;
        for (size_t i = 0; i < KEYS; i++)
            if (model[i].in && (worst == KEYS || model[i].cost * model[i].times <
                                                     model[worst].cost * model[worst].times))
                worst = i;
        if (nbytes + total < AVAILABLE || !count ||
            cost * model[k].times > model[worst].cost * model[worst].times) {
            model[k].in = true;
            total += nbytes;
            count++;
        }
        while (total > AVAILABLE) {
            worst = 0;
            for (size_t i = 1; i < KEYS; i++)
                if (model[i].in && (!model[worst].in || model[i].cost * model[i].times <
                                                            model[worst].cost * model[worst].times))
                    worst = i;
            model[worst].in = false;
            total -= model[worst].nbytes;
            count--;
        }
        assert_true(cask_cache_put(cache, name, one, cost, nbytes) == model[k].in);
        assert_int_equal(cask_cache_total_bytes(cache), total);
        assert_int_equal(cask_cache_count(cache), count);
    }
    cask_cache_free(cache);
}

static void many_keys_are_forgotten_in_time(void **state)
{
    (void)state;
    cask_cache *cache = cask_cache_new(100, NULL);
    for (int i = 0; i < 300000; i++) {
        char name[16];
        snprintf(name, sizeof name, "%d", i);
        assert_true(cask_cache_put(cache, name, one, 1 + i, 10)); /* each pushes one out */
    }
    assert_int_equal(cask_cache_count(cache), 10);
    assert_true(cask_cache_contains(cache, "299999"));
    assert_true(isnan(cask_cache_score(cache, "5")));
    cask_cache_free(cache);
}

typedef struct counts {
    int hits, misses, calls;
    char last[64];
} counts;

static void count_hit(void *user, const char *key, cask_value *value)
{
    counts *c = user;
    c->hits += value != NULL;
    snprintf(c->last, sizeof c->last, "%s", key);
}

static void count_miss(void *user, const char *key)
{
    counts *c = user;
    c->misses++;
    snprintf(c->last, sizeof c->last, "%s", key);
}

/* The sum of its arguments; NULL without any. */
static cask_value *add(void *user, cask_value *const *arguments, size_t count)
{
    int64_t sum = 0;
    ((counts *)user)->calls++;
    for (size_t i = 0; i < count; i++)
        sum += cask_value_i64(arguments[i]);
    return count ? cask_value_from_int(sum) : NULL;
}

static void calls_are_remembered(void **state)
{
    (void)state;
    counts c = {0}, other = {0};
    cask_cache *cache = cask_cache_new(
        1 << 20, &(cask_cache_options){.hit = count_hit, .miss = count_miss, .user = &c});
    cask_value *arguments[2] = {cask_value_from_int(1), cki_value_list(CKI_LIST, 0, NULL)};
    cask_value *two = cask_value_from_int(2);
    cask_value *a = cask_cache_memoize(cache, add, &c, arguments, 1);
    cask_value *b = cask_cache_memoize(cache, add, &c, arguments, 1);
    assert_ptr_equal(a, b); /* the same object */
    assert_int_equal(c.calls, 1);
    cask_value *d = cask_cache_memoize(cache, add, &other, arguments, 1);
    cask_value *e = cask_cache_memoize(cache, add, &c, &two, 1);
    cask_value *f = cask_cache_memoize(cache, add, &c, (cask_value *[]){two, arguments[1]}, 2);
    assert_int_equal(other.calls, 1);
    assert_int_equal(cask_value_i64(e), 2);
    assert_int_equal(c.calls, 3);
    assert_null(cask_cache_memoize(cache, add, &c, NULL, 0));
    assert_null(cask_cache_memoize(cache, add, &c, NULL, 0)); /* called each time */
    assert_int_equal(c.calls, 5);
    assert_int_equal(c.hits, 1);
    assert_int_equal(c.misses, 6);
    cask_cache_put(cache, "name", two, 1, 0);
    assert_int_equal(cask_cache_total_bytes(cache),
                     4 * cki_value_nbytes(two) + cki_value_nbytes(two));
    cask_value_unref(cask_cache_get(cache, "name"));
    assert_string_equal(c.last, "name");
    assert_int_equal(c.hits, 2);
    assert_null(cask_cache_get(cache, "other"));
    assert_string_equal(c.last, "other");
    cask_value *all[] = {a, b, d, e, f, two, arguments[0], arguments[1]};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        cask_value_unref(all[i]);
    cask_cache_free(cache);
}

static void use_it(void *argument)
{
    cask_cache *cache = argument;
    uint64_t seed = (uint64_t)(uintptr_t)&seed;
    for (int i = 0; i < 3000; i++) {
        char name[16];
        int64_t k = (int64_t)(next_random(&seed) % 50);
        snprintf(name, sizeof name, "%d", (int)k);
        cask_value *value = cask_cache_get(cache, name);
        if (value && cask_value_i64(value) != k)
            abort();
        if (!value) {
            value = cask_value_from_int(k);
            cask_cache_put(cache, name, value, (double)(1 + next_random(&seed) % 9), 10);
        }
        cask_value_unref(value);
        if (i % 100 == 0)
            cask_cache_resize(cache, 200 + next_random(&seed) % 200);
    }
}

static void threads_share_it(void **state)
{
    (void)state;
    cask_cache *cache = cask_cache_new(300, NULL);
    cki_thread threads[4];
    for (int i = 0; i < 4; i++)
        assert_int_equal(cki_thread_start(&threads[i], use_it, cache, "cache", NULL), CASK_OK);
    for (int i = 0; i < 4; i++)
        cki_thread_join(&threads[i]);
    assert_true(cask_cache_total_bytes(cache) <= cask_cache_available_bytes(cache));
    cask_cache_free(cache);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    counts c = {0};
    cask_value *argument = cask_value_from_int(3);
    for (int64_t n = 1; n < 40; n++) {
        cki_memory_fail_at(n, false);
        cask_cache *cache = cask_cache_new(1000, NULL);
        cask_value *sum = NULL;
        for (int i = 0; cache && i < 100; i++) {
            char name[16];
            snprintf(name, sizeof name, "%d", i);
            cask_cache_put(cache, name, one, 1, 1);
        }
        if (cache)
            sum = cask_cache_memoize(cache, add, &c, &argument, 1);
        cki_memory_fail_at(0, false);
        assert_true(!cache || !sum || cask_value_i64(sum) == 3);
        if (cache)
            assert_true(cask_cache_put(cache, "after", one, 1, 1));
        cask_value_unref(sum);
        cask_cache_free(cache);
    }
    cask_value_unref(argument);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scores_follow_the_formula),
        cmocka_unit_test(the_least_worthy_leave),
        cmocka_unit_test(some_are_refused),
        cmocka_unit_test(eviction_agrees_with_a_model),
        cmocka_unit_test(many_keys_are_forgotten_in_time),
        cmocka_unit_test(calls_are_remembered),
        cmocka_unit_test(threads_share_it),
        cmocka_unit_test(every_allocation_may_fail),
    };
    one = cask_value_from_int(1);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    cask_value_unref(one);
    return failed;
}
