/* Graphs by hand: what the Dask specification allows, written in C and in JSON, with a function of
 * our own; optimised, and computed. */
#include <cask/cask.h>
#include <stdio.h>

/* One argument, a number; a result, or what is wrong with the argument. */
static cask_value *half(cask_call *call)
{
    int64_t n = cask_value_i64(cask_call_argument(call, 0));
    if (n % 2)
        return cask_call_fail(call, CASK_INVALID, "half(%lld): an odd number", (long long)n);
    return cask_value_from_int(n / 2);
}

static const cask_function functions[] = {
    {.name = "me.half", .run = half, .doc = "Half of an even number."}};

/* Print a key's value, or why there is none. */
static void show(cask *ck, const cask_graph *graph, const char *key)
{
    cask_value *value;
    if (cask_graph_get(graph, key, &value) == CASK_OK) {
        char *text = cask_value_text(value);
        printf("%s = %s\n", key, text);
        cask_text_free(text);
    } else {
        printf("%s: %s\n", cask_error_class(ck), cask_message(ck));
        cask_clear(ck);
    }
    cask_value_unref(value);
}

static void print_graph(const cask_graph *graph)
{
    char *text = cask_graph_text(graph);
    printf("%s\n", text);
    cask_text_free(text);
}

/* Literals, keys, tasks within tasks, lists, keys with integers. */
static void by_hand(cask *ck)
{
    cask_graph *g = cask_graph_new(ck);
    cask_graph_set(g, "x", CASK_INT(1));
    cask_graph_set(g, "y", CASK_TASK("inc", CASK_KEY("x")));
    cask_graph_set(g, "z", CASK_TASK("add", CASK_KEY("y"), CASK_INT(10)));
    cask_graph_set(
        g, "w",
        CASK_TASK("sum", CASK_LIST(CASK_KEY("x"), CASK_TASK("inc", CASK_KEY("x")), CASK_KEY("z"))));
    for (int64_t i = 0; i < 3; i++)
        cask_graph_set_key(g, CASK_KEY_AT("part", i),
                           CASK_TASK("lambda n: list(range(n))", CASK_INT(i)));
    cask_graph_set(
        g, "parts",
        CASK_LIST(CASK_KEY_AT("part", 0), CASK_KEY_AT("part", 1), CASK_KEY_AT("part", 2)));
    cask_graph_set(g, "half", CASK_TASK("me.half", CASK_KEY("z")));
    cask_graph_set(g, "odd", CASK_TASK("me.half", CASK_INT(7)));
    show(ck, g, "z");
    show(ck, g, "w");
    show(ck, g, "parts");
    show(ck, g, "half");
    show(ck, g, "odd");

    cask_value *both;
    if (cask_graph_get_all(g, CASK_LIST(CASK_KEY("x"), CASK_LIST(CASK_KEY("y"), CASK_KEY("z"))),
                           &both) == CASK_OK) {
        char *text = cask_value_text(both);
        printf("[x, [y, z]] = %s\n", text);
        cask_text_free(text);
    }
    cask_value_unref(both);
    cask_graph_free(g);
}

/* The same form as JSON; and what the optimisations make of it. */
static void optimised(cask *ck)
{
    cask_graph *g = cask_graph_new(ck);
    cask_graph_parse(g, "{\"a\": 1, \"b\": [\"$inc\", \"a\"], \"c\": [\"$double\", \"b\"],"
                        " \"d\": [\"$add\", \"c\", \"c\"], \"unused\": [\"$inc\", \"d\"]}");
    cask_graph *culled = cask_graph_cull(g, CASK_KEYS("d"), NULL);
    cask_graph *fused = cask_graph_fuse(culled, CASK_KEYS("d"), NULL);
    const cask_rule twice = {.left = CASK_TASK("add", CASK_KEY("x"), CASK_KEY("x")),
                             .right = CASK_TASK("mul", CASK_KEY("x"), CASK_INT(2)),
                             .variables = CASK_KEYS("x")};
    cask_graph *rewritten = cask_graph_rewrite(fused, &twice, 1, false);
    print_graph(culled);
    print_graph(fused);
    print_graph(rewritten);
    show(ck, rewritten, "d");
    cask_graph_free(g);
    cask_graph_free(culled);
    cask_graph_free(fused);
    cask_graph_free(rewritten);
}

/* An array's own graph, with keys of ours on top of it. */
static void of_an_array(cask *ck)
{
    cask_array x = cask_array_arange(ck, CASK_I64, 0, 15, 1, 5);
    cask_value *keys;
    cask_graph *g = cask_graph_from_array(x, false, &keys);
    if (!g)
        return;
    cask_graph_set(g, "total",
                   CASK_TASK("lambda *parts: sum([part.sum() for part in parts])",
                             CASK_KEY(cask_graph_key(g, 0)), CASK_KEY(cask_graph_key(g, 1)),
                             CASK_KEY(cask_graph_key(g, 2))));
    show(ck, g, "total");
    cask_value_unref(keys);
    cask_graph_free(g);
}

int main(void)
{
    cask *ck = cask_open(NULL);
    if (cask_register(ck, functions, sizeof functions / sizeof *functions) == CASK_OK) {
        by_hand(ck);
        optimised(ck);
        of_an_array(ck);
    }
    cask_close(ck);
    return 0;
}
