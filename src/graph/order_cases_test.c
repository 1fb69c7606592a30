/* Tests of the order on graphs of Dask arrays: never more bytes alive than dask.order of Dask
 * 2022.12 needs on the same graphs. scripts/record-order wrote them, and says what they are. */
#include "graph/test_graph.h"

#include <stdio.h>
#include <stdlib.h>

enum { LINE_BYTES = 1 << 16, PATH_BYTES = 4096, CASES = 32 };

static FILE *open_cases(void)
{
    char path[PATH_BYTES];
    int length = (int)(strrchr(__FILE__, '/') - __FILE__);
    snprintf(path, sizeof path, "%.*s/order_cases.txt", length, __FILE__);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    return file;
}

/* "bytes,input,input...": one task. */
static void read_task(cki_graph *graph, char *text)
{
    char *at = text;
    size_t output = strtoull(at, &at, 10);
    hand_list inputs = {.count = 0};
    while (*at == ',')
        hand_put(&inputs, (uint32_t)strtoul(at + 1, &at, 10));
    assert_true(*at == '\0');
    hand_add(graph, &hand_function, output, inputs.items, inputs.count);
}

/* One line: the bytes alive at most in our order must not be more than it says. */
static void check_case(char *line, size_t *lower)
{
    char *rest, *name = strtok_r(line, "|", &rest), *most = strtok_r(NULL, "|", &rest);
    char *wanted = strtok_r(NULL, "|", &rest), *tasks = strtok_r(NULL, "|\n", &rest);
    assert_non_null(tasks);
    cki_graph *graph = cki_graph_new(NULL);
    for (char *at = strtok_r(tasks, " ", &rest); at; at = strtok_r(NULL, " ", &rest))
        read_task(graph, at);
    hand_list list = {.count = 0};
    for (char *at = strtok_r(wanted, " ", &rest); at; at = strtok_r(NULL, " ", &rest))
        hand_put(&list, (uint32_t)strtoul(at, NULL, 10));
    cki_plan *plan = hand_plan(graph, &list);
    check_plan(plan);
    assert_int_equal(plan->count, cki_graph_layers(graph));
    size_t dask = strtoull(most, NULL, 10);
    print_message("%-28s %8zu bytes, Dask %8zu\n", name, plan->peak_bytes, dask);
    assert_true(plan->peak_bytes <= dask);
    *lower += plan->peak_bytes < dask;
    cki_plan_free(plan);
    cki_graph_free(graph);
}

static void never_more_than_dask(void **state)
{
    (void)state;
    FILE *file = open_cases();
    char *line = malloc(LINE_BYTES);
    size_t cases = 0, lower = 0;
    while (fgets(line, LINE_BYTES, file)) {
        assert_non_null(strchr(line, '\n'));
        check_case(line, &lower);
        cases++;
    }
    free(line);
    fclose(file);
    assert_int_equal(cases, CASES);
    print_message("less in %zu of %zu\n", lower, cases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(never_more_than_dask)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
