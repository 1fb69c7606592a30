/* Graphs by hand through the public interface: random ones against a naive recursive get, several
 * schedulers, errors, arrays within graphs and graphs of arrays, pictures, a million keys. */
#include <cask/cask.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures;

static void expect(const char *what, const char *got, const char *wanted)
{
    if (got && strcmp(got, wanted) == 0)
        return;
    failures++;
    printf("%s: %s, not %s\n", what, got ? got : "nothing", wanted);
}

static void expect_value(const char *what, cask *ck, cask_value *value, const char *wanted)
{
    char *text = value ? cask_value_text(value) : NULL;
    expect(what, text ? text : cask_message(ck), wanted);
    cask_text_free(text);
    cask_value_unref(value);
    cask_clear(ck);
}

static void expect_key(cask *ck, const cask_graph *g, const char *key, const char *wanted)
{
    cask_value *value;
    cask_status status = cask_graph_get(g, key, &value);
    if ((status == CASK_OK) != (value != NULL))
        failures++, printf("%s: status and value disagree\n", key);
    expect_value(key, ck, value, wanted);
}

static void expect_error(cask *ck, const cask_graph *g, const char *key, const char *class,
                         const char *part)
{
    cask_value *value;
    if (cask_graph_get(g, key, &value) == CASK_OK || value)
        failures++, printf("%s: no error\n", key);
    expect(key, cask_error_class(ck), class);
    if (!strstr(cask_message(ck), part))
        failures++, printf("%s: '%s' lacks '%s'\n", key, cask_message(ck), part);
    cask_value_unref(value);
    cask_clear(ck);
}

/* ---- random graphs against the specification's ten lines ---- */

enum { KEYS = 40, KINDS = 4 };

typedef struct naive {
    int kind; /* 0: a literal, 1: an alias, 2: inc, 3: add of two */
    int64_t literal;
    int a, b;
} naive;

/* As the first commit of Dask had it: it calls itself, and knows no cache. */
static int64_t naive_get(const naive *graph, int key)
{
    const naive *term = &graph[key];
    switch (term->kind) {
    case 0:
        return term->literal;
    case 1:
        return naive_get(graph, term->a);
    case 2:
        return naive_get(graph, term->a) + 1;
    default:
        return (naive_get(graph, term->a) + naive_get(graph, term->b)) % 1000003;
    }
}

static uint64_t state;

static int chance(int below)
{
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (int)((state >> 33) % (uint64_t)below);
}

static void set_naive(cask_graph *g, const naive *term, const char *key)
{
    char a[16], b[16];
    snprintf(a, sizeof a, "k%d", term->a);
    snprintf(b, sizeof b, "k%d", term->b);
    if (term->kind == 0)
        cask_graph_set(g, key, CASK_INT(term->literal));
    else if (term->kind == 1)
        cask_graph_set(g, key, CASK_KEY(a));
    else if (term->kind == 2)
        cask_graph_set(g, key, CASK_TASK("inc", CASK_KEY(a)));
    else
        cask_graph_set(
            g, key,
            CASK_TASK("mod", CASK_TASK("add", CASK_KEY(a), CASK_KEY(b)), CASK_INT(1000003)));
}

static void random_graphs(cask *ck)
{
    for (int seed = 0; seed < 50; seed++) {
        naive graph[KEYS];
        cask_graph *g = cask_graph_new(ck);
        state = (uint64_t)seed;
        for (int i = 0; i < KEYS; i++) {
            int low = i > 6 ? i - 6 : 0;
            graph[i] = (naive){i ? chance(KINDS) : 0, chance(100), i ? low + chance(i - low) : 0,
                               i ? chance(i) : 0};
        }
        for (int i = 0; i < KEYS; i++) { /* users may be defined before what they use */
            int at = seed % 2 ? i : KEYS - 1 - i;
            char key[16];
            snprintf(key, sizeof key, "k%d", at);
            set_naive(g, &graph[at], key);
        }
        char key[16], wanted[32];
        int asked = KEYS - 1 - chance(5);
        snprintf(key, sizeof key, "k%d", asked);
        snprintf(wanted, sizeof wanted, "%lld", (long long)naive_get(graph, asked));
        expect_key(ck, g, key, wanted);
        cask_graph *better = cask_graph_optimize(g, CASK_KEYS(key));
        expect_key(ck, better, key, wanted);
        cask_graph *common = cask_graph_common(g, CASK_KEYS(key));
        expect_key(ck, common, key, wanted);
        if (cask_graph_count(better) > cask_graph_count(g) ||
            cask_graph_count(common) > cask_graph_count(g))
            failures++, printf("optimising made a graph larger\n");
        cask_graph_free(better);
        cask_graph_free(common);
        cask_graph_free(g);
    }
}

/* ---- the specification ---- */

static cask_value *concat(cask_call *call)
{
    char text[64] = "";
    for (size_t i = 0; i < cask_call_count(call); i++) {
        char *part = cask_value_text(cask_call_argument(call, i));
        strncat(text, part, sizeof text - strlen(text) - 1);
        cask_text_free(part);
    }
    return cask_value_from_text(text);
}

static const cask_function functions[] = {{.name = "test.concat", .run = concat}};

static void specification(cask *ck)
{
    cask_graph *g = cask_graph_new(ck);
    cask_value *seven = cask_value_from_int(7);
    cask_graph_set(g, "x", CASK_INT(1));
    cask_graph_set(g, "none", CASK_NONE);
    cask_graph_set(g, "real", CASK_FLOAT(1.5));
    cask_graph_set(g, "value", CASK_VALUE(seven));
    cask_graph_set(g, "text", CASK_TEXT("x")); /* not the key */
    cask_graph_set(g, "list",
                   CASK_LIST(CASK_KEY("x"), CASK_TEXT("x"),
                             CASK_LIST(CASK_TASK("inc", CASK_KEY("x")), CASK_KEY("none"))));
    cask_graph_set_key(g, CASK_KEY_AT("b", 2, -1), CASK_KEY("real"));
    cask_graph_set(g, "of-b", CASK_TASK("double", CASK_KEY_AT("b", 2, -1)));
    cask_graph_set(g, "mine",
                   CASK_TASK("test.concat", CASK_KEY("x"), CASK_KEY("text"),
                             CASK_TASK("test.concat", CASK_KEY("real"))));
    expect_key(ck, g, "x", "1");
    expect_key(ck, g, "none", "None");
    expect_key(ck, g, "value", "7");
    expect_key(ck, g, "text", "x");
    expect_key(ck, g, "list", "[1, 'x', [2, None]]");
    expect_key(ck, g, "('b', 2, -1)", "1.5");
    expect_key(ck, g, "of-b", "3.0");
    expect_key(ck, g, "mine", "1x1.5");
    cask_value *all;
    if (cask_graph_get_all(g,
                           CASK_LIST(CASK_KEY("x"), CASK_LIST(CASK_KEY("of-b"), CASK_KEY("x")),
                                     CASK_KEY_AT("b", 2, -1)),
                           &all) != CASK_OK)
        failures++;
    expect_value("several", ck, all, "[1, [3.0, 1], 1.5]");
    expect_value("dependencies", ck, cask_graph_dependencies(g, "list"), "['x', 'none']");
    expect_value("dependents", ck, cask_graph_dependents(g, "real"), "[\"('b', 2, -1)\", 'mine']");
    expect_value("no circle", ck, cask_graph_cycle(g), "[]");
    cask_graph *copy = cask_graph_copy(g);
    cask_graph_free(g);
    expect_key(ck, copy, "mine", "1x1.5");
    cask_graph_free(copy);
    cask_value_unref(seven);
}

static void errors(cask *ck)
{
    cask_graph *g = cask_graph_new(ck);
    cask_graph_parse(g, "{\"a\": [\"$inc\", \"b\"], \"b\": [\"$inc\", \"a\"], \"apple\": 1,"
                        " \"bad\": [\"$div\", \"apple\", 0], \"user\": [\"$inc\", \"bad\"],"
                        " \"unknown\": [\"$doubel\", 1], \"few\": [\"$add\", 1]}");
    cask_graph_set(g, "strict", CASK_TASK("inc", CASK_KEY("appel")));
    expect_error(ck, g, "a", "RuntimeError", "Cycle detected in Dask: a->b->a");
    expect_error(ck, g, "appel", "KeyError", "no key 'appel'. Did you mean: 'apple'?");
    expect_error(ck, g, "strict", "KeyError", "no key 'appel'");
    expect_error(ck, g, "user", "ZeroDivisionError",
                 "division by zero (in task bad, function div)");
    expect_error(ck, g, "unknown", "KeyError", "Did you mean: 'double'? (in key 'unknown')");
    expect_error(ck, g, "few", "TypeError", "(in task few, function add)");
    if (cask_graph_parse(g, "{\"x\": [1}") != CASK_INVALID)
        failures++, printf("damaged JSON is read\n");
    cask_clear(ck);
    if (cask_graph_remove(g, "nothing") != CASK_NOT_FOUND)
        failures++, printf("what is not there is removed\n");
    cask_clear(ck);
    expect_key(ck, g, "apple", "1"); /* the rest is unharmed */
    cask_graph_free(g);
}

/* Lazy arrays as literals; arrays' own graphs, computed block by block, merged and extended. */
static void arrays(cask *ck)
{
    cask_array x = cask_array_arange(ck, CASK_I64, 0, 15, 1, 5);
    cask_graph *g = cask_graph_new(ck);
    cask_graph_set(g, "x", CASK_ARRAY(cask_array_add_f64(x, 100)));
    cask_graph_set(g, "sum", CASK_TASK("lambda x: int(x.sum())", CASK_KEY("x")));
    expect_key(ck, g, "sum", "1605");

    for (int optimize = 0; optimize < 2; optimize++) {
        cask_value *keys;
        cask_graph *own =
            cask_graph_from_array(cask_array_sum(cask_array_add(x, x), NULL), optimize, &keys);
        if (!own || !keys) {
            failures++, printf("no graph of an array: %s\n", cask_message(ck));
            cask_clear(ck);
            continue;
        }
        const char *last = NULL;
        for (size_t i = 0; i < cask_graph_count(own); i++)
            last = cask_graph_key(own, i);
        cask_graph_merge(g, own);
        cask_graph_set(g, "more", CASK_TASK("lambda n: int(n) + 1", CASK_KEY(last)));
        cask_graph_free(own); /* what was merged does not need it */
        expect_key(ck, g, "more", "211");
        cask_value_unref(keys);
    }
    cask_graph_free(g);
}

static long size_of(const char *path)
{
    FILE *file = fopen(path, "rb");
    long size = file && !fseek(file, 0, SEEK_END) ? ftell(file) : -1;
    if (file)
        fclose(file);
    remove(path);
    return size;
}

static void pictures(cask *ck)
{
    cask_graph *g = cask_graph_new(ck);
    cask_graph_parse(g, "{\"x\": 1, \"y\": [\"$inc\", \"x\"], \"z\": [\"$add\", \"y\", \"x\"]}");
    for (int colors = 0; colors <= CASK_COLORS_MEMORY; colors++)
        for (int optimize = 0; optimize < 2; optimize++) {
            const cask_drawing how = {.colors = (cask_colors)colors, .optimize = optimize};
            if (cask_graph_draw(g, CASK_KEYS("z"), "graph.dot", &how) != CASK_OK ||
                size_of("graph.dot") < 300)
                failures++, printf("no picture %d: %s\n", colors, cask_message(ck));
        }
    if (cask_graph_draw(g, (cask_keys){0}, "graph.dot", &(cask_drawing){.most = 2}) == CASK_OK)
        failures++, printf("a large graph is drawn\n");
    cask_clear(ck);
    if (cask_graph_draw(g, (cask_keys){0}, "graph.txt", NULL) != CASK_INVALID)
        failures++, printf("a picture of no kind is drawn\n");
    cask_clear(ck);
    cask_array x = cask_array_ones(ck, CASK_F64, CASK_SHAPE(4, 4), CASK_SHAPE(2, 2));
    cask_delayed d = cask_delayed_call(ck, "lambda x: x + 1", cask_array_sum(x, NULL));
    const cask_lazy both[] = {CASK_LAZY(d), CASK_LAZY(cask_array_mean(x, NULL))};
    if (cask_visualize(both, 2, "arrays.dot", &(cask_drawing){.colors = CASK_COLORS_TIME}) !=
            CASK_OK ||
        size_of("arrays.dot") < 500)
        failures++, printf("no picture of arrays: %s\n", cask_message(ck));
    cask_clear(ck);
    cask_graph_free(g);
}

/* A chain of a million keys, and a tree over as many. */
static void many(cask *ck)
{
    enum { MANY = 1000000 };
    cask_graph *g = cask_graph_new(ck);
    cask_graph_set_key(g, CASK_KEY_AT("k", 0), CASK_INT(0));
    for (int64_t i = 1; i < MANY; i++)
        cask_graph_set_key(g, CASK_KEY_AT("k", i), CASK_TASK("inc", CASK_KEY_AT("k", i - 1)));
    expect_key(ck, g, "('k', 999999)", "999999");
    cask_graph_free(g);
}

int main(void)
{
    static const char *const schedulers[] = {"sync", "threads"};
    for (size_t i = 0; i < sizeof schedulers / sizeof *schedulers; i++) {
        cask *ck = cask_open(&(cask_options){.scheduler = schedulers[i], .threads = 3});
        if (cask_register(ck, functions, 1) != CASK_OK)
            failures++;
        random_graphs(ck);
        specification(ck);
        errors(ck);
        arrays(ck);
        pictures(ck);
        if (i == 1)
            many(ck);
        cask_close(ck);
    }
    printf("%d failures\n", failures);
    return failures != 0;
}
