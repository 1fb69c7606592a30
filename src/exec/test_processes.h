/* What the tests of the processes scheduler share: numbered tasks, runs, and a place that all their
 * processes see. Included by tests only, after <sys/wait.h> and <unistd.h>. */
#ifndef CKI_EXEC_TEST_PROCESSES_H
#define CKI_EXEC_TEST_PROCESSES_H

#include "exec/exec.h"
#include "graph/test_graph.h"
#include "sys/clock.h"
#include "sys/process.h"
#include "sys/shared.h"
#include "sys/thread.h"
#include "value/array.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { MILLISECOND = 1000000 };

/* Seen by all processes of a test. */
typedef struct notes {
    _Atomic int32_t tries[64]; /* of each task, by its number */
    _Atomic int32_t begun;
    _Atomic uint64_t addresses[64];
    _Atomic int32_t pids[64];
} notes;

static notes *pad; /* to be mapped by main() */

static inline int clear(void **state)
{
    (void)state;
    memset(pad, 0, sizeof *pad);
    return 0;
}

/* Every test leaves no process behind. */
static inline int nobody_left(void **state)
{
    (void)state;
    int status;
    return waitpid(-1, &status, WNOHANG) == -1 && errno == ECHILD ? 0 : 1;
}

static inline int number_of(const cki_task *task)
{
    const hand_task *at = task->layer->parameters;
    return (int)at->cost.read;
}

/* A task whose number is `number`. */
static inline uint32_t add(cki_graph *graph, const cki_function *function, int number,
                           const uint32_t *inputs, size_t count)
{
    uint32_t task = hand_add(graph, function, 0, inputs, count);
    const hand_task *made = cki_graph_layer(graph, task)->parameters;
    ((hand_task *)(uintptr_t)made)->cost.read = (size_t)number;
    return task;
}

typedef struct results {
    cask_value *values[64];
} results;

static inline cask_status keep(void *user, size_t wanted, cask_value *value, cki_error *error)
{
    results *to = user;
    (void)error;
    to->values[wanted] = cask_value_ref(value);
    return CASK_OK;
}

static inline void let_go(results *at)
{
    for (size_t i = 0; i < 64; i++)
        cask_value_unref(at->values[i]);
    *at = (results){0};
}

static inline cask_status run(const char *scheduler, cki_graph *graph, const uint32_t *wanted,
                              size_t count, const cki_exec_options *options, results *to,
                              cki_error *error)
{
    hand_list list = {.count = 0};
    for (size_t i = 0; i < count; i++)
        hand_put(&list, wanted[i]);
    cki_plan *plan = hand_plan(graph, &list);
    *to = (results){0};
    cask_status status = cki_exec_find(scheduler)->run(plan, options, keep, to, error);
    cki_plan_free(plan);
    return status;
}

static inline cask_status add_one(const cki_task *task, cask_value **result, cki_error *error)
{
    int64_t sum = 1;
    for (size_t i = 0; i < task->ninputs; i++)
        sum += cask_value_i64(task->inputs[i]);
    *result = cki_value_int(sum, error);
    return *result ? CASK_OK : error->status;
}

static const cki_function add_function = {.name = "test.add", .version = 1, .run = add_one};

#define TEST(name) cmocka_unit_test_setup_teardown(name, clear, nobody_left)

static inline bool map_pad(void)
{
    size_t got;
    pad = cki_shared_map(sizeof *pad, sizeof *pad, &got, NULL);
    return pad != NULL;
}

#endif
