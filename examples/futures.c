/* Calls that begin at once, while the program goes on: futures as arguments of others, equal calls,
 * failures, results as they come. */
#include <cask/cask.h>
#include <stdio.h>

static cask_value *inc(cask_call *call)
{
    return cask_value_from_int(cask_value_i64(cask_call_argument(call, 0)) + 1);
}

static cask_value *dec(cask_call *call)
{
    return cask_value_from_int(cask_value_i64(cask_call_argument(call, 0)) - 1);
}

static cask_value *add(cask_call *call)
{
    return cask_value_from_int(cask_value_i64(cask_call_argument(call, 0)) +
                               cask_value_i64(cask_call_argument(call, 1)));
}

int main(void)
{
    static const cask_function functions[] = {{.name = "my.inc", .run = inc},
                                              {.name = "my.dec", .run = dec},
                                              {.name = "my.add", .run = add}};
    cask *ck = cask_open(NULL);
    if (cask_register(ck, functions, 3) != CASK_OK)
        return 1;

    cask_future *x = cask_submit(ck, "my.inc", 1);
    cask_future *y = cask_submit(ck, "my.dec", 2);
    cask_future *total = cask_submit(ck, "my.add", x, y);
    cask_value *value;
    if (cask_future_result(total, &value) == CASK_OK)
        printf("total %g\n", cask_value_f64(value));
    cask_value_unref(value);

    /* The same call again: the same future, and nothing is called. */
    cask_future *again = cask_submit(ck, "my.inc", 1);
    printf("%s\n", again == x ? "the same" : "another");

    /* What fails says which call did, also to those that needed its result. */
    cask_future *bad = cask_submit(ck, "lambda a: 1 // a", 0);
    cask_future *after = cask_submit(ck, "my.inc", bad);
    if (cask_future_result(after, &value) != CASK_OK)
        printf("%s: %.32s\n", cask_future_error_class(after), cask_future_message(after));

    /* Many, in the order in which they are done. */
    cask_argument items[100];
    cask_future *squares[100];
    for (int i = 0; i < 100; i++)
        items[i] = CASK_ARGUMENT(i);
    cask_map(ck, "lambda n: n * n", items, 100, squares);
    cask_completion *done = cask_as_completed(squares, 100);
    double sum = 0;
    for (cask_future *one; (one = cask_completion_next(done)); cask_future_release(one)) {
        if (cask_future_result(one, &value) == CASK_OK)
            sum += cask_value_f64(value);
        cask_value_unref(value);
    }
    printf("sum of squares %g\n", sum);
    cask_completion_free(done);
    for (int i = 0; i < 100; i++)
        cask_future_release(squares[i]);

    /* Something lazy, computed in the background. */
    cask_array ones = cask_array_ones(ck, CASK_F64, CASK_SHAPE(1000, 1000), CASK_SHAPE(100, 1000));
    cask_future *mean = cask_future_of(CASK_LAZY(cask_array_mean(ones, NULL)));
    if (cask_future_result(mean, &value) == CASK_OK)
        printf("mean %g\n", cask_value_f64(value));
    cask_value_unref(value);

    cask_future *all[] = {x, y, total, again, bad, after, mean};
    for (int i = 0; i < 7; i++)
        cask_future_release(all[i]);
    cask_close(ck);
    return 0;
}
