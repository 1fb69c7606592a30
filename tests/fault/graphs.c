/* Every allocation fails in turn while a graph by hand is read, changed by every optimisation,
 * computed, written and drawn: the right answer or MemoryError, and nothing is lost. */
#include "core/memory.h"

#include <cask/cask.h>
#include <stdio.h>
#include <string.h>

static const char json[] =
    "{\"x\": 1, \"text\": \"a \\u00e9 text\", \"a\": [\"$inc\", \"x\"], \"b\": [\"$inc\", \"x\"],"
    " \"c\": [\"$add\", \"a\", [\"$double\", \"b\"]], \"('d', 0)\": [\"$identity\", \"c\"],"
    " \"l\": [[\"x\", [\"c\", {\"k\": [1.5, null]}]], [\"$quote\", [\"x\"]]],"
    " \"e\": [\"$lambda v, w: v + len(w)\", \"('d', 0)\", \"l\"],"
    " \"s\": [\"$sum\", [\"a\", \"b\", \"c\", \"e\"]], \"out\": [\"$neg\", \"s\"]}";

/* All of it; the value of "out" after each step goes into `answers`. */
static void work(cask *ck, char *answers, size_t room)
{
    const cask_keys out = CASK_KEYS("out");
    const char *const fast[] = {"inc", "identity", "neg"};
    const cask_rule rule = {.left = CASK_TASK("add", CASK_KEY("p"), CASK_KEY("q")),
                            .right = CASK_TASK("add", CASK_KEY("q"), CASK_KEY("p")),
                            .variables = CASK_KEYS("p", "q")};
    cask_graph *g = cask_graph_new(ck);
    cask_graph_parse(g, json);
    cask_value *dependencies;
    cask_graph *made[] = {cask_graph_copy(g),
                          cask_graph_cull(g, out, &dependencies),
                          cask_graph_fuse(g, out, &(cask_fusing){.ave_width = 4, .rename = true}),
                          cask_graph_inline(g, CASK_KEYS("a", "c"), true),
                          cask_graph_inline_functions(g, out, fast, 3, true),
                          cask_graph_common(g, out),
                          cask_graph_rewrite(g, &rule, 1, false),
                          cask_graph_optimize(g, out)};
    for (size_t i = 0; i < sizeof made / sizeof *made; i++) {
        cask_value *value = NULL;
        if (cask_graph_get(made[i], "out", &value) == CASK_OK) {
            size_t used = strlen(answers);
            snprintf(answers + used, room - used, "%lld ", (long long)cask_value_i64(value));
        }
        cask_text_free(cask_graph_json(made[i]));
        cask_value_unref(value);
        cask_graph_free(made[i]);
    }
    cask_value_unref(cask_graph_toposort(g));
    if (cask_graph_draw(g, out, "graph.dot", &(cask_drawing){.colors = CASK_COLORS_ORDER}) !=
        CASK_OK)
        remove("graph.dot");
    cask_value_unref(dependencies);
    cask_graph_free(g);
}

int main(void)
{
    static const char right[] = "-18 -18 -18 -18 -18 -18 -18 -18 ";
    int failures = 0;
    bool done = false;
    for (int64_t n = 0; !done; n += n < 400 ? 1 : 1 + n / 150) {
        char answers[200] = "";
        cki_memory_fail_at(n, false);
        cask *ck = cask_open(&(cask_options){.scheduler = "sync"});
        work(ck, answers, sizeof answers);
        cki_memory_fail_at(0, false);
        cask_status status = cask_error(ck);
        bool whole = strcmp(answers, right) == 0;
        done = n > 0 && whole && status == CASK_OK; /* nothing failed any more */
        if (status != CASK_OK && status != CASK_MEMORY) {
            failures++;
            printf("allocation %lld: %s: %s\n", (long long)n, cask_error_class(ck),
                   cask_message(ck));
        }
        if (status == CASK_OK && !whole) {
            failures++;
            printf("allocation %lld: %s\n", (long long)n, answers);
        }
        for (const char *at = answers; *at; at += 4)
            if (strncmp(at, "-18 ", 4) != 0) {
                failures++;
                printf("allocation %lld: a wrong answer: %s\n", (long long)n, answers);
                break;
            }
        cask_close(ck);
        if (n > 100000) {
            failures++;
            printf("it never ends\n");
            break;
        }
    }
    remove("graph.dot");
    printf("%d failures\n", failures);
    return failures != 0;
}
