/* Delayed calls in C: every way to make one, keys, failures, sharing, arrays, persist, long chains.
 */
#include <cask/cask.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static atomic_int calls;

static cask_value *inc(cask_call *call)
{
    atomic_fetch_add(&calls, 1);
    return cask_value_from_int(cask_value_i64(cask_call_argument(call, 0)) + 1);
}

static cask_value *add(cask_call *call)
{
    return cask_value_from_int(cask_value_i64(cask_call_argument(call, 0)) +
                               cask_value_i64(cask_call_argument(call, 1)));
}

static const cask_function functions[] = {{.name = "me.inc", .run = inc},
                                          {.name = "me.add", .run = add}};

static cask *open_context(void)
{
    cask *ck = cask_open(&(cask_options){.threads = 2});
    assert_int_equal(cask_register(ck, functions, 2), CASK_OK);
    atomic_store(&calls, 0);
    return ck;
}

/* Its value as Python would print it. */
static void expect(cask_delayed x, const char *text)
{
    cask_value *value = NULL;
    cask_status status = cask_delayed_compute(x, &value);
    char *got = status == CASK_OK ? cask_value_text(value) : NULL;
    if (!got || strcmp(got, text) != 0)
        print_error("wants %s, got %s\n", text, got ? got : "an error");
    assert_non_null(got);
    assert_string_equal(got, text);
    cask_text_free(got);
    cask_value_unref(value);
}

static void every_way(void **state)
{
    (void)state;
    cask *ck = open_context();
    cask_delayed x = cask_delayed_call(ck, "me.inc", 1), y = cask_delayed_call(ck, "me.inc", 2);
    expect(cask_delayed_call(ck, "me.add", x, y), "5");
    expect(cask_delayed_call(ck, "lambda a, b=2: a * b", x), "4");
    expect(cask_delayed_call(ck, "lambda a, b=2: a * b", x, CASK_NAMED("b", y)), "6");
    expect(cask_delayed_call(ck, "sum", cask_delayed_list(ck, CASK_ARGUMENTS(x, 10, y))), "15");
    expect(cask_delayed_tuple(ck, CASK_ARGUMENTS(x, "text", 2.5)), "(2, 'text', 2.5)");
    expect(cask_delayed_dict(ck, CASK_ARGUMENTS("a", x, "b", y)), "{'a': 2, 'b': 3}");
    expect(cask_delayed_gather(ck, (cask_delayed[]){x, y}, 2), "[2, 3]");
    expect(cask_delayed_operate(ck, "+", x, 1), "3");
    expect(cask_delayed_operate(ck, "-", 10, x), "8");
    expect(cask_delayed_operate(ck, "-", x), "-2");
    expect(cask_delayed_operate(ck, "<", x, y), "True");
    cask_delayed text = cask_delayed_call(ck, "str", "a,b,c");
    expect(cask_delayed_item(text, "::2"), "abc");
    expect(cask_delayed_item(cask_delayed_method(text, "split", ","), "1"), "b");
    expect(cask_delayed_attribute(x, "real"), "2");
    cask_delayed two =
        cask_delayed_apply(ck, CASK_ARGUMENTS("divmod", 17, 5), &(cask_delaying){.outputs = 2});
    expect(cask_delayed_part(two, 0), "3");
    expect(cask_delayed_part(two, 1), "2");
    cask_delayed function = cask_delayed_call(ck, "lambda n: lambda x: x + n", 3);
    expect(cask_delayed_call(ck, function, 4), "7");
    cask_value *seven = cask_value_from_int(7);
    expect(cask_delayed_from_value(ck, seven), "7");
    cask_value_unref(seven);
    cask_close(ck);
}

static void keys(void **state)
{
    (void)state;
    cask *ck = open_context();
    static const cask_delaying pure = {.pure = true};
    cask_delayed x = cask_delayed_apply(ck, CASK_ARGUMENTS("me.inc", 1), &pure);
    cask_delayed y = cask_delayed_apply(ck, CASK_ARGUMENTS("me.inc", 1), &pure);
    cask_delayed other = cask_delayed_apply(ck, CASK_ARGUMENTS("me.inc", 2), &pure);
    cask_delayed impure = cask_delayed_call(ck, "me.inc", 1);
    cask_delayed named =
        cask_delayed_apply(ck, CASK_ARGUMENTS("me.inc", 1), &(cask_delaying){.key = "mine"});
    char a[64], b[64], c[64], d[64], e[64];
    assert_string_equal(cask_delayed_key(x, a, sizeof a), cask_delayed_key(y, b, sizeof b));
    assert_string_not_equal(a, cask_delayed_key(other, c, sizeof c));
    assert_string_not_equal(a, cask_delayed_key(impure, d, sizeof d));
    assert_string_equal(cask_delayed_key(named, e, sizeof e), "mine");
    assert_memory_equal(a, "inc-", 4);
    expect(cask_delayed_operate(ck, "+", x, y), "4"); /* equal pure calls are made once */
    assert_int_equal(atomic_load(&calls), 1);
    expect(cask_delayed_operate(ck, "+", impure, cask_delayed_call(ck, "me.inc", 1)), "4");
    assert_int_equal(atomic_load(&calls), 3);
    cask_close(ck);
}

static void failures(void **state)
{
    (void)state;
    cask *ck = open_context();
    cask_value *value = NULL;
    cask_delayed wrong = cask_delayed_call(ck, "me.ink", 1);
    assert_true(cask_delayed_failed(wrong));
    assert_non_null(strstr(cask_message(ck), "me.inc"));
    assert_int_equal(cask_delayed_compute(cask_delayed_call(ck, "me.inc", wrong), &value),
                     CASK_NOT_FOUND);
    assert_null(value);
    cask_clear(ck);
    cask_delayed late = cask_delayed_attribute(cask_delayed_call(ck, "me.inc", 1), "nope");
    assert_false(cask_delayed_failed(late));
    assert_int_not_equal(cask_delayed_compute(late, &value), CASK_OK);
    assert_string_equal(cask_error_class(ck), "AttributeError");
    cask_clear(ck);
    cask_delayed zero = cask_delayed_call(ck, "lambda x: 1 // x", 0);
    assert_int_equal(cask_delayed_compute(cask_delayed_call(ck, "me.inc", zero), &value),
                     CASK_ARITHMETIC);
    assert_non_null(strstr(cask_message(ck), "lambda"));
    cask_clear(ck);
    assert_true(cask_delayed_failed(cask_delayed_operate(ck, "?", 1, 2)));
    assert_true(cask_delayed_failed(cask_delayed_part(late, 0)));
    assert_true(cask_delayed_failed(cask_delayed_dict(ck, CASK_ARGUMENTS("a"))));
    cask_clear(ck);
    cask *other = open_context();
    cask_delayed foreign = cask_delayed_call(other, "me.inc", 1);
    assert_true(cask_delayed_failed(cask_delayed_call(ck, "me.inc", foreign)));
    assert_int_equal(cask_error(ck), CASK_INVALID);
    cask_close(other);
    cask_close(ck);
}

static void with_arrays(void **state)
{
    (void)state;
    cask *ck = open_context();
    cask_array x = cask_array_arange(ck, CASK_I64, 0, 10, 1, 4);
    expect(cask_delayed_call(ck, "lambda a: a.sum()", x), "45");
    expect(cask_delayed_from_array(x), "[0 1 2 3 4 5 6 7 8 9]");
    expect(cask_delayed_block(x, 2), "[8 9]");
    assert_true(cask_delayed_failed(cask_delayed_block(x, 3)));
    cask_clear(ck);
    cask_array back =
        cask_array_from_delayed(cask_delayed_call(ck, "np.arange", 3), CASK_I64, CASK_SHAPE(3));
    cask_value *value = NULL;
    assert_int_equal(cask_array_compute(cask_array_sum(back, NULL), &value), CASK_OK);
    assert_int_equal(cask_value_i64(value), 3);
    cask_value_unref(value);
    cask_array wrong =
        cask_array_from_delayed(cask_delayed_call(ck, "np.arange", 3), CASK_I64, CASK_SHAPE(4));
    assert_int_equal(cask_array_compute(wrong, &value), CASK_SHAPE);
    cask_close(ck);
}

static void several(void **state)
{
    (void)state;
    cask *ck = open_context();
    cask_delayed shared = cask_delayed_call(ck, "me.inc", 1);
    cask_delayed a = cask_delayed_call(ck, "me.add", shared, 1);
    cask_delayed b = cask_delayed_call(ck, "me.add", shared, 2);
    cask_array x = cask_array_ones(ck, CASK_F64, CASK_SHAPE(8), CASK_SHAPE(3));
    cask_lazy things[] = {CASK_LAZY(a), CASK_LAZY(b), CASK_LAZY(cask_array_sum(x, NULL))};
    cask_value *values[3];
    assert_int_equal(cask_compute(things, 3, values), CASK_OK);
    assert_int_equal(cask_value_i64(values[0]), 3);
    assert_int_equal(cask_value_i64(values[1]), 4);
    assert_true(cask_value_f64(values[2]) == 8.0);
    assert_int_equal(atomic_load(&calls), 1);
    for (int i = 0; i < 3; i++)
        cask_value_unref(values[i]);
    cask_lazy held[3];
    assert_int_equal(cask_persist(things, 3, held), CASK_OK);
    assert_int_equal(atomic_load(&calls), 2);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(cask_compute(held, 3, values), CASK_OK);
        assert_int_equal(cask_value_i64(values[1]), 4);
        for (int k = 0; k < 3; k++)
            cask_value_unref(values[k]);
    }
    assert_int_equal(atomic_load(&calls), 2); /* nothing was called again */
    cask_delayed kept = cask_delayed_persist(cask_delayed_call(ck, "me.inc", 5));
    expect(cask_delayed_operate(ck, "*", kept, kept), "36");
    expect(kept, "6");
    assert_int_equal(atomic_load(&calls), 3);
    cask_close(ck);
}

static void held_arrays(void **state)
{
    (void)state;
    cask *ck = open_context();
    cask_scope_begin(ck);
    cask_array x = cask_array_ones(ck, CASK_F64, CASK_SHAPE(1000, 1000), CASK_SHAPE(100, 1000));
    cask_lazy held, thing = CASK_LAZY(cask_array_add_f64(x, 1));
    assert_int_equal(cask_persist(&thing, 1, &held), CASK_OK);
    assert_true(cask_memory_now(ck) >= 8000000); /* counted */
    cask_value *value = NULL;
    assert_int_equal(cask_compute(&held, 1, &value), CASK_OK);
    const double *data = cask_value_data(value);
    assert_true(data[0] == 2.0 && data[999999] == 2.0);
    cask_value_unref(value);
    cask_scope_end(ck);
    assert_true(cask_memory_now(ck) < 8000000); /* and let go with its scope */
    cask_close(ck);
}

/* A million links: built, computed and freed without recursion. */
static void chain(void **state)
{
    (void)state;
    enum { LINKS = 1000000 };
    cask *ck = open_context();
    cask_delayed x = cask_delayed_call(ck, "me.inc", 0);
    for (int i = 1; i < LINKS; i++)
        x = cask_delayed_call(ck, "me.inc", x);
    expect(x, "1000000");
    cask_close(ck);
}

static void note_total(void *user, int64_t done, int64_t total)
{
    (void)done;
    *(int64_t *)user = total;
}

/* A chain of calls is a few tasks; results, and failures with the key of the call that failed, are
 * those of single tasks. */
static void chains_are_few_tasks(void **state)
{
    (void)state;
    enum { LINKS = 100000 };
    static const char *const schedulers[] = {"sync", "threads", "processes"};
    for (int how = 0; how < 6; how++) {
        int64_t total = 0;
        bool fused = how % 2 == 0;
        cask *ck = cask_open(&(cask_options){.threads = 2,
                                             .scheduler = schedulers[how / 2],
                                             .on_progress = note_total,
                                             .user = &total});
        int links = fused ? LINKS : 2000;
        assert_int_equal(cask_register(ck, functions, 2), CASK_OK);
        if (!fused)
            assert_int_equal(cask_config_set(ck, "optimization.fuse.delayed", "false"), CASK_OK);
        cask_delayed x = cask_delayed_call(ck, "me.inc", 0);
        for (int i = 1; i < links; i++)
            x = cask_delayed_call(ck, "me.inc", x);
        char text[32];
        snprintf(text, sizeof text, "%d", links);
        expect(x, text);
        assert_true(fused ? total == LINKS / 1000 : total == links);
        cask_delayed bad = cask_delayed_apply(ck, CASK_ARGUMENTS("lambda v: 1 / (v - 2)", 2),
                                              &(cask_delaying){.key = "here"});
        bad = cask_delayed_call(ck, "str", cask_delayed_call(ck, "me.inc", bad));
        cask_value *value;
        assert_int_not_equal(cask_delayed_compute(bad, &value), CASK_OK);
        assert_string_equal(cask_message(ck), "division by zero (in lambda) (in task here, "
                                              "function lambda)");
        cask_clear(ck);
        /* what is used twice is computed once, and stays a task */
        cask_delayed a = cask_delayed_call(ck, "me.inc", 1), b = cask_delayed_call(ck, "me.inc", a);
        atomic_store(&calls, 0);
        expect(cask_delayed_call(ck, "me.add", b, cask_delayed_call(ck, "me.inc", b)), "7");
        assert_true(how > 3 || atomic_load(&calls) == 3);
        assert_int_equal(total, fused ? 3 : 4);
        cask_close(ck);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_way),   cmocka_unit_test(chains_are_few_tasks),
        cmocka_unit_test(keys),        cmocka_unit_test(failures),
        cmocka_unit_test(several),     cmocka_unit_test(with_arrays),
        cmocka_unit_test(held_arrays), cmocka_unit_test(chain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
