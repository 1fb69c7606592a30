/* Graphs by hand for tests: one layer a task, with any inputs before it. Included by tests only. */
#ifndef CKI_GRAPH_TEST_GRAPH_H
#define CKI_GRAPH_TEST_GRAPH_H

#include "graph/plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { MOST_INPUTS = 4096 };

typedef struct hand_task {
    cki_cost cost;
    size_t count;
    uint32_t inputs[];
} hand_task;

static inline void hand_inputs(const cki_layer *layer, int64_t block, cki_keys *keys)
{
    const hand_task *task = layer->parameters;
    (void)block;
    for (size_t i = 0; i < task->count; i++)
        cki_graph_key(keys, task->inputs[i], 0);
}

static inline void hand_cost(const cki_layer *layer, int64_t block, cki_cost *cost)
{
    (void)block;
    *cost = ((const hand_task *)layer->parameters)->cost;
}

static inline cask_status hand_run(const cki_task *task, cask_value **result, cki_error *error)
{
    (void)task;
    *result = cki_value_none();
    (void)error;
    return CASK_OK;
}

static const cki_function hand_function = {.name = "hand", .version = 1, .run = hand_run};

/* The number of a new task that makes `output` bytes from `count` inputs. */
static inline uint32_t hand_add(cki_graph *graph, const cki_function *function, size_t output,
                                const uint32_t *inputs, size_t count)
{
    hand_task *task =
        cki_arena_alloc(cki_graph_arena(graph), sizeof *task + count * sizeof *inputs);
    assert_non_null(task);
    task->cost.output = output;
    task->count = count;
    if (count)
        memcpy(task->inputs, inputs, count * sizeof *inputs);
    uint32_t number;
    cki_layer layer = {.name = "hand",
                       .function = function,
                       .parameters = task,
                       .blocks = 1,
                       .inputs = hand_inputs,
                       .cost = hand_cost};
    assert_int_equal(cki_graph_add(graph, &layer, &number, NULL), CASK_OK);
    return number;
}

/* A list of tasks, for wanted ones and inputs. */
typedef struct hand_list {
    uint32_t items[MOST_INPUTS];
    size_t count;
} hand_list;

static inline void hand_put(hand_list *list, uint32_t number)
{
    assert_true(list->count < MOST_INPUTS);
    list->items[list->count++] = number;
}

static inline cki_plan *hand_plan(cki_graph *graph, const hand_list *wanted)
{
    cki_key keys[MOST_INPUTS];
    for (size_t i = 0; i < wanted->count; i++)
        keys[i] = (cki_key){.layer = wanted->items[i]};
    cki_plan *plan;
    assert_int_equal(cki_plan_build(graph, keys, wanted->count, &plan, NULL), CASK_OK);
    return plan;
}

/* Inputs stand before users, the lists of both agree, and the figures are those of a walk. */
static inline void check_plan(const cki_plan *plan)
{
    size_t live = 0, peak = 0, users = 0, arguments = 0;
    uint32_t *left = test_calloc(plan->count + 1, sizeof *left);
    for (size_t i = 0; i < plan->count; i++) {
        cki_plan_list used_by = cki_plan_users(plan, i), inputs = cki_plan_arguments(plan, i);
        cki_cost cost = cki_plan_cost(plan, i);
        users += used_by.count;
        left[i] = (uint32_t)used_by.count;
        for (size_t u = 0; u < used_by.count; u++) {
            uint32_t user = used_by.items[u];
            assert_true(user > i && user < plan->count);
            assert_true(u == 0 || used_by.items[u - 1] <= user);
        }
        live += cost.output;
        peak = live + cost.working > peak ? live + cost.working : peak;
        if (used_by.count == 0)
            live -= cost.output;
        for (size_t a = 0; a < inputs.count; a++) {
            uint32_t input = inputs.items[a];
            assert_true(input < i);
            if (--left[input] == 0)
                live -= cki_plan_cost(plan, input).output;
        }
        arguments += inputs.count;
    }
    assert_int_equal(users, arguments);
    assert_int_equal(users, plan->narguments);
    assert_int_equal(live, 0);
    assert_int_equal(peak, plan->peak_bytes);
    test_free(left);
}

/* The smallest limit with which every task can run, its inputs in memory. */
static inline size_t hand_least(const cki_plan *plan)
{
    size_t most = 0;
    for (uint32_t i = 0; i < plan->count; i++) {
        cki_cost cost = cki_plan_cost(plan, i);
        size_t sum = cost.output + cost.working;
        for (uint32_t r = 0; r < i; r++) { /* each input once */
            cki_plan_list users = cki_plan_users(plan, r);
            bool uses = false;
            for (size_t u = 0; u < users.count; u++)
                uses = uses || users.items[u] == i;
            sum += uses ? cki_plan_cost(plan, r).output : 0;
        }
        most = sum > most ? sum : most;
    }
    return most;
}

#endif
