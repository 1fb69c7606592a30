/* Tests of the progress bar: its text, its silence, and how often it is drawn on a terminal. */
#include "diag/bar.h"
#include "graph/test_graph.h"
#include "sys/clock.h"

#include <fcntl.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

static cask_status slow(const cki_task *task, cask_value **result, cki_error *error)
{
    (void)task, (void)error;
    cki_clock_sleep(1000000);
    *result = cki_value_none();
    return CASK_OK;
}

static void says(const char *expected, int columns, int width, cki_bar_state state)
{
    char line[256];
    cki_bar_text(line, sizeof line, columns, width, &state);
    assert_string_equal(line, expected);
}

static void the_line_says_how_far_it_is(void **state)
{
    (void)state;
    const int64_t second = 1000000000;
    says("[#####                ]  25%  25/100 tasks  1.5 GB read  0.3/s  1:15, 3:45 left", 79, 0,
         (cki_bar_state){25, 100, 1500000000, 6000000000, 75 * second, false});
    says("[#########################################] 100%  100/100 tasks  0.0/s  1:01:15", 79, 0,
         (cki_bar_state){100, 100, 0, 0, 3675 * second, false});
    says("[     ]   0%  0/100 tasks  0.0/s  0:00", 38, 0, (cki_bar_state){0, 100, 0, 0, 0, false});
    says("[] 100%  5", 10, 0, (cki_bar_state){5, 5, 0, 0, 0, false});
    says("[###] 100%  0/0 tasks  0.0/s  0:00", 34, 0, (cki_bar_state){0});
    says("[#####     ]  50%  500000/1000000 tasks  250k/s  0:02, stopped", 79, 10,
         (cki_bar_state){500000, 1000000, 0, 0, 2 * second, true});
    says("[ ]  50%  5000000/10000000 tasks  5.0M/s  0:01, 0:01 left", 57, 10,
         (cki_bar_state){5000000, 10000000, 0, 0, second, false});
}

static void no_terminal_no_counting(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    cki_bar bar;
    cki_bar_init(&bar, &(cki_bar_options){.stream = ends[1]});
    assert_null(bar.callbacks.after);
    cki_graph *graph = cki_graph_new(NULL);
    hand_list tasks = {.count = 0};
    static const cki_function function = {.name = "slow", .version = 1, .run = slow};
    for (int i = 0; i < 200; i++)
        hand_put(&tasks, hand_add(graph, &function, 0, NULL, 0));
    cki_plan *plan = hand_plan(graph, &tasks);
    const cki_callbacks *const callbacks[] = {&bar.callbacks, NULL};
    cki_exec_options options = {.threads = 1, .callbacks = callbacks};
    assert_int_equal(cki_exec_find("sync")->run(plan, &options, NULL, NULL, NULL), CASK_OK);
    assert_true(bar.last >= 200000000); /* it knows how long that took... */
    cki_bar_free(&bar);
    close(ends[1]);
    char byte;
    assert_int_equal(read(ends[0], &byte, 1), 0); /* ...and says nothing */
    close(ends[0]);
    cki_plan_free(plan);
    cki_graph_free(graph);
}

static void a_terminal_gets_few_lines(void **state)
{
    (void)state;
    static const cki_function function = {.name = "slow", .version = 1, .run = slow};
    int terminal = posix_openpt(O_RDWR | O_NOCTTY), here;
    if (terminal < 0 || grantpt(terminal) || unlockpt(terminal) || !ptsname(terminal))
        skip(); /* a machine without pseudo-terminals */
    here = open(ptsname(terminal), O_RDWR | O_NOCTTY);
    if (here < 0)
        skip();
    cki_graph *graph = cki_graph_new(NULL);
    hand_list tasks = {.count = 0};
    for (int i = 0; i < 250; i++)
        hand_put(&tasks, hand_add(graph, &function, 0, NULL, 0));
    cki_plan *plan = hand_plan(graph, &tasks);
    cki_bar bar;
    cki_bar_init(&bar, &(cki_bar_options){.stream = here});
    const cki_callbacks *const callbacks[] = {&bar.callbacks, NULL};
    cki_exec_options options = {.threads = 1, .callbacks = callbacks};
    int64_t begin = cki_clock_now();
    assert_int_equal(cki_exec_find("sync")->run(plan, &options, NULL, NULL, NULL), CASK_OK);
    int64_t tenths = (cki_clock_now() - begin) / 100000000;
    char text[16384];
    size_t length = 0;
    assert_int_equal(fcntl(terminal, F_SETFL, O_NONBLOCK), 0);
    for (ssize_t more; (more = read(terminal, text + length, sizeof text - 1 - length)) > 0;)
        length += (size_t)more;
    assert_true(length > 0);
    text[length] = '\0';
    int lines = 0;
    for (const char *at = text; (at = strstr(at, "\r[")) != NULL; at++)
        lines++;
    assert_in_range(lines, 2, tenths + 1); /* 250 tasks of at least 1 ms each */
    assert_non_null(strstr(text, "100%  250/250 tasks"));
    assert_int_equal(text[length - 1], '\n');
    cki_bar_free(&bar);
    cki_plan_free(plan);
    cki_graph_free(graph);
    close(here);
    close(terminal);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_line_says_how_far_it_is),
        cmocka_unit_test(no_terminal_no_counting),
        cmocka_unit_test(a_terminal_gets_few_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
