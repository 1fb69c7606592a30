/* Annotations in C: what they apply to, how they merge, and that schedulers follow priorities and
 * retries. */
#include <cask/cask.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

static atomic_int *failures; /* shared with worker processes */
static atomic_int order[8], begun;

static cask_value *flaky(cask_call *call)
{
    if (atomic_fetch_sub(failures, 1) > 0)
        return cask_call_fail(call, CASK_IO, "not this time");
    return cask_value_from_int(1);
}

static cask_value *noted(cask_call *call)
{
    int which = (int)cask_value_i64(cask_call_argument(call, 0));
    atomic_store(&order[atomic_fetch_add(&begun, 1)], which);
    return cask_value_from_int(which);
}

static const cask_function functions[] = {{.name = "me.flaky", .run = flaky},
                                          {.name = "me.noted", .run = noted}};

static cask *open_context(const char *scheduler)
{
    cask *ck = cask_open(&(cask_options){.threads = 2, .scheduler = scheduler});
    assert_int_equal(cask_register(ck, functions, 2), CASK_OK);
    atomic_store(&begun, 0);
    return ck;
}

static void begin(cask *ck, cask_annotations annotations)
{
    assert_int_equal(cask_annotate_begin(ck, &annotations), CASK_OK);
}

static void expect(cask_lazy x, const char *text)
{
    cask_value *annotations = cask_lazy_annotations(x);
    char *got = cask_value_text(annotations);
    assert_string_equal(got, text);
    cask_text_free(got);
    cask_value_unref(annotations);
}

static void they_merge(void **state)
{
    (void)state;
    cask *ck = open_context(NULL);
    cask_array before = cask_array_ones(ck, CASK_F64, CASK_SHAPE(4), CASK_SHAPE(2));
    begin(ck, (cask_annotations){.priority = 2, .json = "{\"of\": \"me\"}"});
    cask_array x = cask_array_add(before, before);
    begin(ck, (cask_annotations){.retries = 3, .workers = (const char *const[]){"a", "b", NULL}});
    cask_delayed y = cask_delayed_call(ck, "me.noted", 1);
    cask_scope_begin(ck);
    begin(ck, (cask_annotations){.priority = -1, .allow_other_workers = true});
    expect(CASK_LAZY(cask_array_ones(ck, CASK_F64, CASK_SHAPE(4), CASK_SHAPE(2))),
           "{'of': 'me', 'priority': -1.0, 'retries': 3, 'workers': ['a', 'b'], "
           "'allow_other_workers': True}");
    cask_scope_end(ck); /* ends what was begun in it */
    cask_delayed z = cask_delayed_call(ck, "me.noted", y);
    cask_annotate_end(ck);
    cask_array w = cask_array_add(x, x);
    cask_annotate_end(ck);
    cask_annotate_end(ck); /* one too many does no harm */
    expect(CASK_LAZY(before), "{}");
    expect(CASK_LAZY(x), "{'of': 'me', 'priority': 2.0}");
    expect(CASK_LAZY(y), "{'of': 'me', 'priority': 2.0, 'retries': 3, 'workers': ['a', 'b']}");
    expect(CASK_LAZY(z), "{'of': 'me', 'priority': 2.0, 'retries': 3, 'workers': ['a', 'b']}");
    expect(CASK_LAZY(w), "{'of': 'me', 'priority': 2.0}");
    expect(CASK_LAZY(cask_array_add(x, x)), "{}");
    cask_close(ck);
}

static void bad_ones_are_told(void **state)
{
    (void)state;
    cask *ck = open_context(NULL);
    assert_int_equal(cask_annotate_begin(ck, &(cask_annotations){.json = "[1]"}), CASK_INVALID);
    cask_clear(ck);
    assert_int_equal(cask_annotate_begin(ck, &(cask_annotations){.json = "{"}), CASK_INVALID);
    cask_clear(ck);
    assert_int_equal(
        cask_annotate_begin(ck, &(cask_annotations){.json = "{\"priority\": \"high\"}"}),
        CASK_TYPE);
    assert_string_equal(cask_message(ck),
                        "'priority' annotation must be a Number or a callable, but got high");
    cask_clear(ck);
    expect(CASK_LAZY(cask_array_ones(ck, CASK_F64, CASK_SHAPE(4), CASK_SHAPE(2))), "{}");
    cask_close(ck);
}

/* A task that fails is tried as often as it says, and then its error is the computation's. */
static void retries_are_followed(void **state)
{
    (void)state;
    static const char *const schedulers[] = {"sync", "threads", "processes"};
    for (size_t i = 0; i < sizeof schedulers / sizeof *schedulers; i++) {
        cask *ck = open_context(schedulers[i]);
        cask_value *value;
        begin(ck, (cask_annotations){.retries = 2});
        cask_delayed often = cask_delayed_call(ck, "me.flaky");
        begin(ck, (cask_annotations){.json = "{\"retries\": 0}"});
        cask_delayed once = cask_delayed_call(ck, "me.flaky");
        atomic_store(failures, 2);
        assert_int_equal(cask_delayed_compute(often, &value), CASK_OK);
        assert_int_equal(cask_value_i64(value), 1);
        cask_value_unref(value);
        atomic_store(failures, 3);
        assert_int_equal(cask_delayed_compute(often, &value), CASK_IO);
        assert_non_null(strstr(cask_message(ck), "not this time"));
        assert_int_equal(atomic_load(failures), 0);
        cask_clear(ck);
        atomic_store(failures, 1);
        assert_int_equal(cask_delayed_compute(once, &value), CASK_IO);
        cask_clear(ck);
        cask_close(ck);
    }
}

static void priorities_are_followed(void **state)
{
    (void)state;
    cask *ck = open_context("sync");
    cask_delayed calls[8];
    static const double priorities[] = {0, 5, 0, -1, 5, 7, 0, -1};
    static const int wanted[] = {5, 1, 4, 0, 2, 6, 3, 7};
    for (int i = 0; i < 8; i++) {
        begin(ck, (cask_annotations){.priority = priorities[i]});
        calls[i] = cask_delayed_call(ck, "me.noted", i);
        cask_annotate_end(ck);
    }
    cask_value *value;
    assert_int_equal(cask_delayed_compute(cask_delayed_gather(ck, calls, 8), &value), CASK_OK);
    cask_value_unref(value);
    /* what is gathered is needed: the negative ones count as much as what gathers them */
    static const int gathered[] = {5, 1, 4, 0, 2, 3, 6, 7};
    for (int i = 0; i < 8; i++)
        assert_int_equal(atomic_load(&order[i]), gathered[i]);
    atomic_store(&begun, 0);
    cask_value *values[8];
    cask_lazy all[8];
    for (int i = 0; i < 8; i++)
        all[i] = CASK_LAZY(calls[i]);
    assert_int_equal(cask_compute(all, 8, values), CASK_OK);
    for (int i = 0; i < 8; i++) {
        assert_int_equal(atomic_load(&order[i]), wanted[i]);
        cask_value_unref(values[i]);
    }
    cask_close(ck);
}

/* Functions of keys are asked about each task; they may be lambdas, or the program's own. */
static cask_value *by_key(cask_call *call)
{
    char *key = cask_value_text(cask_call_argument(call, 0));
    cask_value *answer = cask_value_from_int(key && strstr(key, "often") ? 2 : 0);
    cask_text_free(key);
    return answer;
}

static void functions_of_keys_are_followed(void **state)
{
    (void)state;
    static const cask_function own = {.name = "me.by_key", .run = by_key};
    static const char *const schedulers[] = {"sync", "threads", "processes"};
    for (size_t i = 0; i < sizeof schedulers / sizeof *schedulers; i++) {
        cask *ck = open_context(schedulers[i]);
        cask_value *value;
        assert_int_equal(cask_register(ck, &own, 1), CASK_OK);
        begin(ck, (cask_annotations){.retries_of = "me.by_key"});
        cask_delayed often =
            cask_delayed_apply(ck, CASK_ARGUMENTS("me.flaky"), &(cask_delaying){.key = "often"});
        cask_delayed once =
            cask_delayed_apply(ck, CASK_ARGUMENTS("me.flaky"), &(cask_delaying){.key = "once"});
        cask_annotate_end(ck);
        atomic_store(failures, 2);
        assert_int_equal(cask_delayed_compute(often, &value), CASK_OK);
        cask_value_unref(value);
        atomic_store(failures, 1);
        assert_int_equal(cask_delayed_compute(once, &value), CASK_IO);
        cask_clear(ck);
        begin(ck, (cask_annotations){.priority = 3, .priority_of = "lambda key: int(key)"});
        cask_delayed calls[8];
        cask_lazy all[8];
        for (int k = 0; k < 8; k++) {
            char key[8];
            snprintf(key, sizeof key, "%d", k * 3 % 8);
            calls[k] = cask_delayed_apply(ck, CASK_ARGUMENTS("me.noted", k * 3 % 8),
                                          &(cask_delaying){.key = key});
            all[k] = CASK_LAZY(calls[k]);
        }
        cask_value *values[8];
        assert_int_equal(cask_compute(all, 8, values), CASK_OK);
        for (int k = 0; k < 8; k++) {
            if (i == 0)
                assert_int_equal(atomic_load(&order[k]), 7 - k);
            cask_value_unref(values[k]);
        }
        assert_int_equal(cask_annotate_begin(ck, &(cask_annotations){.priority_of = "no.such"}),
                         CASK_NOT_FOUND);
        cask_close(ck);
    }
}

/* Of bound things nothing begins before what they wait for; clones are computed anew. */
static void order_is_kept(void **state)
{
    (void)state;
    static const char *const schedulers[] = {"sync", "threads"};
    for (size_t i = 0; i < sizeof schedulers / sizeof *schedulers; i++) {
        cask *ck = open_context(schedulers[i]);
        cask_lazy parents[5], bound[2], values[2];
        for (int k = 0; k < 5; k++)
            parents[k] = CASK_LAZY(cask_delayed_call(ck, "me.noted", k));
        values[0] = CASK_LAZY(cask_delayed_call(ck, "me.noted", 5));
        values[1] = CASK_LAZY(cask_delayed_call(ck, "me.noted", 6));
        assert_int_equal(
            cask_bind(values, 2,
                      &(cask_binding){.parents = parents, .nparents = 5, .split_every = 2}, bound),
            CASK_OK);
        cask_value *results[2];
        assert_int_equal(cask_compute(bound, 2, results), CASK_OK);
        assert_int_equal(atomic_load(&begun), 7);
        for (int k = 5; k < 7; k++) {
            assert_true(atomic_load(&order[k]) >= 5);
            assert_int_equal(cask_value_i64(results[k - 5]), k);
            cask_value_unref(results[k - 5]);
        }
        atomic_store(&begun, 0);
        cask_lazy both[2] = {values[0]};
        assert_int_equal(cask_bind(values, 1, NULL, &both[1]), CASK_OK);
        assert_int_equal(cask_compute(both, 2, results), CASK_OK);
        assert_int_equal(atomic_load(&begun), 2); /* the same call, twice */
        cask_value_unref(results[0]);
        cask_value_unref(results[1]);
        atomic_store(&begun, 0);
        cask_lazy waiting[2];
        assert_int_equal(cask_wait_on(values, 2, waiting), CASK_OK);
        cask_value *none;
        assert_int_equal(cask_delayed_compute(cask_checkpoint(ck, waiting, 2, 0), &none), CASK_OK);
        assert_int_equal(atomic_load(&begun), 2);
        cask_value_unref(none);
        cask_close(ck);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(they_merge),
        cmocka_unit_test(bad_ones_are_told),
        cmocka_unit_test(retries_are_followed),
        cmocka_unit_test(priorities_are_followed),
        cmocka_unit_test(functions_of_keys_are_followed),
        cmocka_unit_test(order_is_kept),
    };
    failures =
        mmap(NULL, sizeof *failures, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (failures == MAP_FAILED)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
