/* Calls that are put off, and run in parallel when their results are wanted: functions of our own,
 * plain loops that decide what to call, lists and dicts as arguments. */
#include <cask/cask.h>
#include <stdio.h>

static cask_value *inc(cask_call *call)
{
    return cask_value_from_int(cask_value_i64(cask_call_argument(call, 0)) + 1);
}

static cask_value *add(cask_call *call)
{
    return cask_value_from_int(cask_value_i64(cask_call_argument(call, 0)) +
                               cask_value_i64(cask_call_argument(call, 1)));
}

/* A model of two parameters: how well it does is known when it has been made. */
static cask_value *fit(cask_call *call)
{
    double a = cask_value_f64(cask_call_argument(call, 0));
    double b = cask_value_f64(cask_call_argument(call, 1));
    return cask_value_from_float(10 - (a - 2) * (a - 2) - (b - 3) * (b - 3));
}

static void show(const char *what, cask_delayed x)
{
    cask_value *value;
    if (cask_delayed_compute(x, &value) == CASK_OK) {
        char *text = cask_value_text(value);
        printf("%s: %s\n", what, text ? text : "");
        cask_text_free(text);
    }
    cask_value_unref(value);
}

/* Load, clean and analyze each file, then store what came out of all of them. */
static cask_delayed pipeline(cask *ck)
{
    static const char *const files[] = {"a.dat 1", "b.dat 2", "c.dat 3"};
    cask_delayed analyses[3];
    for (int i = 0; i < 3; i++) {
        cask_delayed loaded = cask_delayed_call(ck, "lambda name: name.split(' ')", files[i]);
        cask_delayed cleaned = cask_delayed_call(ck, "lambda row: int(row[1])", loaded);
        analyses[i] = cask_delayed_call(ck, "lambda n: n * n", cleaned);
    }
    return cask_delayed_call(ck, "lambda results: 'stored ' + ' '.join(map(str, results))",
                             cask_delayed_gather(ck, analyses, 3));
}

int main(void)
{
    static const cask_function functions[] = {{.name = "my.inc", .run = inc},
                                              {.name = "my.add", .run = add},
                                              {.name = "my.fit", .run = fit}};
    cask *ck = cask_open(NULL);
    if (cask_register(ck, functions, 3) != CASK_OK)
        return 1;

    cask_delayed x = cask_delayed_call(ck, "my.inc", 1);
    cask_delayed y = cask_delayed_call(ck, "my.inc", 2);
    cask_delayed z = cask_delayed_call(ck, "my.add", x, y);
    show("inc(1) + inc(2)", z);

    /* Plain code decides which call to put off. */
    cask_delayed parts[10];
    for (int i = 0; i < 10; i++) {
        int number = i + 1;
        parts[i] = number % 2 == 0 ? cask_delayed_call(ck, "lambda x: 2 * x", number)
                                   : cask_delayed_call(ck, "my.inc", number);
    }
    show("sum", cask_delayed_call(ck, "sum", cask_delayed_gather(ck, parts, 10)));

    /* Operators, items and methods stay lazy too. */
    cask_delayed numbers = cask_delayed_call(ck, "np.arange", 10);
    cask_delayed even = cask_delayed_item(cask_delayed_operate(ck, "+", numbers, 1), "::2");
    show("(x + 1)[::2].sum()", cask_delayed_method(even, "sum"));

    /* The best of many fits: a dict of delayed values as argument. */
    cask_delayed models[20];
    cask_argument pairs[40];
    for (int i = 0; i < 20; i++) {
        char name[16];
        snprintf(name, sizeof name, "a=%d, b=%d", i / 5, i % 5);
        cask_value *key = cask_value_from_text(name);
        models[i] = cask_delayed_call(ck, "my.fit", i / 5, i % 5);
        pairs[2 * i] = CASK_ARGUMENT(key);
        pairs[2 * i + 1] = CASK_ARGUMENT(models[i]);
    }
    cask_delayed results = cask_delayed_dict(ck, (cask_arguments){40, pairs});
    for (int i = 0; i < 20; i++)
        cask_value_unref(pairs[2 * i].value);
    show("best", cask_delayed_call(ck, "lambda d: max(d, key=lambda k: d[k])", results));

    show("pipeline", pipeline(ck));

    /* Several in one run, an array among them: what they share is computed once. */
    cask_array ones = cask_array_ones(ck, CASK_F64, CASK_SHAPE(1000, 1000), CASK_SHAPE(100, 1000));
    cask_lazy things[] = {CASK_LAZY(z), CASK_LAZY(cask_array_sum(ones, NULL))};
    cask_value *values[2];
    if (cask_compute(things, 2, values) == CASK_OK)
        printf("together: %g %g\n", cask_value_f64(values[0]), cask_value_f64(values[1]));
    cask_value_unref(values[0]);
    cask_value_unref(values[1]);

    if (cask_error(ck) != CASK_OK)
        fprintf(stderr, "%s\n", cask_message(ck));
    int failed = cask_error(ck) != CASK_OK;
    cask_close(ck);
    return failed;
}
