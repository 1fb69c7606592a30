/* Tests of plans: culling, aliases, repeated arguments, defects in layers, and large graphs. */
#include "core/memory.h"
#include "graph/test_graph.h"

enum { MILLION = 1000000 };

/* Block i of a layer needs blocks i and i + 1 (around) of the layer before it. */
static void pair_inputs(const cki_layer *layer, int64_t block, cki_keys *keys)
{
    uint32_t before = *(const uint32_t *)layer->parameters;
    cki_graph_key(keys, before, block);
    cki_graph_key(keys, before, (block + 1) % layer->blocks);
}

static void same_inputs(const cki_layer *layer, int64_t block, cki_keys *keys)
{
    cki_graph_key(keys, *(const uint32_t *)layer->parameters, block);
}

/* All blocks of the layer before: parameters are its number and how many it has. */
static void all_inputs(const cki_layer *layer, int64_t block, cki_keys *keys)
{
    const uint32_t *parameters = layer->parameters;
    for (uint32_t i = 0; i < parameters[1]; i++)
        cki_graph_key(keys, parameters[0], i);
    (void)block;
}

static cki_key shifted(const cki_layer *layer, int64_t block)
{
    return (cki_key){*(const uint32_t *)layer->parameters, layer->blocks - 1 - block};
}

static void reading_cost(const cki_layer *layer, int64_t block, cki_cost *cost)
{
    (void)layer;
    *cost = (cki_cost){.output = 10, .working = (size_t)block, .read = 7};
}

static uint32_t layer(cki_graph *graph, int64_t blocks,
                      void (*inputs)(const cki_layer *, int64_t, cki_keys *), uint32_t before,
                      uint32_t count)
{
    uint32_t *parameters = cki_arena_alloc(cki_graph_arena(graph), 2 * sizeof *parameters);
    assert_non_null(parameters);
    parameters[0] = before;
    parameters[1] = count;
    cki_layer made = {.name = "layer",
                      .function = &hand_function,
                      .parameters = parameters,
                      .blocks = blocks,
                      .inputs = inputs};
    uint32_t number;
    assert_int_equal(cki_graph_add(graph, &made, &number, NULL), CASK_OK);
    return number;
}

static void only_what_is_wanted(void **state)
{
    (void)state;
    cki_graph *graph = cki_graph_new(NULL);
    uint32_t a = layer(graph, 1000000000, NULL, 0, 0);
    uint32_t b = layer(graph, 1000000000, pair_inputs, a, 0);
    cki_key wanted[10];
    for (int i = 0; i < 10; i++)
        wanted[i] = (cki_key){b, 99999999 * (int64_t)i};
    cki_plan *plan;
    assert_int_equal(cki_plan_build(graph, wanted, 10, &plan, NULL), CASK_OK);
    assert_int_equal(plan->count, 30);
    check_plan(plan);
    for (size_t i = 0; i < 10; i++) {
        const uint32_t *inputs = cki_plan_arguments(plan, plan->wanted[i]).items;
        assert_int_equal(plan->layer[plan->wanted[i]], b);
        assert_int_equal(plan->block[plan->wanted[i]], wanted[i].block);
        assert_int_equal(plan->block[inputs[0]], wanted[i].block);
        assert_int_equal(plan->block[inputs[1]], wanted[i].block + 1);
    }
    cki_plan_free(plan);
    cki_graph_free(graph);
}

static void aliases_are_no_tasks(void **state)
{
    (void)state;
    cki_graph *graph = cki_graph_new(NULL);
    uint32_t a = layer(graph, 8, NULL, 0, 0), numbers[2];
    for (uint32_t i = 0; i < 2; i++) {
        cki_layer alias = {.name = "alias", .blocks = 8, .alias = shifted};
        uint32_t *before = cki_arena_alloc(cki_graph_arena(graph), sizeof *before);
        *before = i == 0 ? a : numbers[0];
        alias.parameters = before;
        assert_int_equal(cki_graph_add(graph, &alias, &numbers[i], NULL), CASK_OK);
    }
    uint32_t b = layer(graph, 8, same_inputs, numbers[0], 0);
    /* twice the same, once through both aliases (which undo each other) and once straight */
    cki_key wanted[] = {{b, 2}, {numbers[1], 5}, {a, 5}, {numbers[0], 0}};
    cki_plan *plan;
    assert_int_equal(cki_plan_build(graph, wanted, 4, &plan, NULL), CASK_OK);
    assert_int_equal(plan->count, 3);
    check_plan(plan);
    assert_int_equal(plan->wanted[1], plan->wanted[2]);
    assert_int_equal(plan->block[plan->wanted[1]], 5);
    assert_int_equal(plan->layer[plan->wanted[1]], a);
    assert_int_equal(plan->block[plan->wanted[3]], 7);
    assert_int_equal(cki_plan_arguments(plan, plan->wanted[0]).items[0], plan->wanted[1]);
    cki_plan_free(plan);
    cki_graph_free(graph);
}

static void arguments_may_repeat(void **state)
{
    (void)state;
    cki_graph *graph = cki_graph_new(NULL);
    uint32_t a = hand_add(graph, &hand_function, 1, NULL, 0);
    uint32_t b = hand_add(graph, &hand_function, 1, (uint32_t[]){a, a}, 2);
    uint32_t c = hand_add(graph, &hand_function, 1, (uint32_t[]){b, a, b, a}, 4);
    cki_plan *plan = hand_plan(graph, &(hand_list){{c, c, a}, 3});
    check_plan(plan);
    assert_int_equal(plan->count, 3);
    cki_plan_list last = cki_plan_arguments(plan, 2), users = cki_plan_users(plan, 0);
    assert_int_equal(last.count, 4);
    assert_memory_equal(last.items, ((uint32_t[]){1, 0, 1, 0}), 4 * sizeof(uint32_t));
    assert_int_equal(users.count, 4);
    assert_memory_equal(users.items, ((uint32_t[]){1, 1, 2, 2}), 4 * sizeof(uint32_t));
    assert_memory_equal(plan->wanted, ((uint32_t[]){2, 2, 0}), 3 * sizeof(uint32_t));
    cki_plan_free(plan);
    cki_graph_free(graph);
}

static void figures_are_summed(void **state)
{
    (void)state;
    cki_graph *graph = cki_graph_new(NULL);
    uint32_t a = layer(graph, 5, NULL, 0, 0);
    cki_layer reading = *cki_graph_layer(graph, a);
    reading.cost = reading_cost;
    assert_int_equal(cki_graph_add(graph, &reading, &a, NULL), CASK_OK);
    uint32_t b = layer(graph, 1, all_inputs, a, 5);
    cki_plan *plan;
    assert_int_equal(cki_plan_build(graph, &(cki_key){b, 0}, 1, &plan, NULL), CASK_OK);
    check_plan(plan);
    assert_int_equal(plan->bytes_read, 35);
    assert_int_equal(plan->largest_bytes, 14);
    assert_int_equal(plan->block[plan->largest], 4);
    cki_plan_free(plan);
    cki_graph_free(graph);
}

static void nothing_wanted_is_an_empty_plan(void **state)
{
    (void)state;
    cki_graph *graph = cki_graph_new(NULL);
    cki_plan *plan;
    assert_int_equal(cki_plan_build(graph, NULL, 0, &plan, NULL), CASK_OK);
    assert_int_equal(plan->count, 0);
    cki_plan_free(plan);
    cki_plan_free(NULL);
    cki_graph_free(graph);
}

static void layers_that_look_ahead_are_refused(void **state)
{
    (void)state;
    cki_graph *graph = cki_graph_new(NULL);
    uint32_t self = layer(graph, 3, same_inputs, 0, 0);
    uint32_t wide = layer(graph, 4, same_inputs, self, 0);
    cki_plan *plan;
    cki_key cases[] = {{self, 0}, {wide, 3}, {self, -1}, {99, 0}};
    for (size_t i = 0; i < 4; i++) {
        cki_error error = {0};
        assert_int_equal(cki_plan_build(graph, &cases[i], 1, &plan, &error), CASK_INTERNAL);
        assert_null(plan);
        assert_string_equal(error.python, "SystemError");
    }
    uint32_t number;
    assert_int_equal(cki_graph_add(graph, &(cki_layer){.name = "empty"}, &number, NULL),
                     CASK_INTERNAL);
    cki_graph_free(graph);
}

static void a_million_links(void **state)
{
    (void)state;
    cki_graph *graph = cki_graph_new(NULL);
    uint32_t at = layer(graph, 1, NULL, 0, 0);
    for (int i = 1; i < MILLION; i++)
        at = layer(graph, 1, same_inputs, at, 0);
    cki_plan *plan;
    assert_int_equal(cki_plan_build(graph, &(cki_key){at, 0}, 1, &plan, NULL), CASK_OK);
    assert_int_equal(plan->count, MILLION);
    for (size_t i = 0; i < MILLION; i++)
        assert_int_equal(plan->layer[i], i);
    cki_plan_free(plan);
    cki_graph_free(graph);
}

static void wide_layers(void **state)
{
    (void)state;
    cki_graph *graph = cki_graph_new(NULL);
    enum { WIDE = 200000 };
    uint32_t a = layer(graph, WIDE, NULL, 0, 0), b = layer(graph, WIDE, pair_inputs, a, 0);
    uint32_t c = layer(graph, 1, all_inputs, b, WIDE);
    cki_plan *plan;
    assert_int_equal(cki_plan_build(graph, &(cki_key){c, 0}, 1, &plan, NULL), CASK_OK);
    assert_int_equal(plan->count, 2 * WIDE + 1);
    check_plan(plan);
    cki_plan_list last = cki_plan_arguments(plan, plan->wanted[0]);
    for (uint32_t i = 0; i < WIDE; i++)
        assert_int_equal(plan->block[last.items[i]], i);
    cki_plan_free(plan);
    cki_graph_free(graph);
}

static void random_graphs_are_planned(void **state)
{
    (void)state;
    uint64_t seed = 1;
    for (int round = 0; round < 200; round++) {
        cki_graph *graph = cki_graph_new(NULL);
        hand_list wanted = {.count = 0};
        for (uint32_t i = 0; i < 60; i++) {
            uint32_t inputs[20];
            seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            size_t count = i ? (seed >> 33) % 6 : 0;
            if (i > 3 && (seed >> 40) % 16 == 0)
                count = 20; /* many, and repeated */
            for (size_t k = 0; k < count; k++) {
                seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
                inputs[k] = (uint32_t)(seed >> 33) % i;
            }
            uint32_t task = hand_add(graph, &hand_function, seed >> 58, inputs, count);
            if ((seed >> 30) % 4 == 0)
                hand_put(&wanted, task);
        }
        cki_plan *plan = hand_plan(graph, &wanted);
        check_plan(plan);
        for (size_t i = 0; i < wanted.count; i++)
            assert_int_equal(plan->layer[plan->wanted[i]], wanted.items[i]);
        cki_plan_free(plan);
        cki_graph_free(graph);
    }
}

/* Block i needs blocks i - 1, i / 2 and i / 3 of its own layer, and block i of the one before. */
static void lower_inputs(const cki_layer *layer, int64_t block, cki_keys *keys)
{
    const uint32_t *parameters = layer->parameters;
    if (block > 0) {
        cki_graph_key(keys, parameters[0] + 1, block - 1);
        cki_graph_key(keys, parameters[0] + 1, block / 2);
        cki_graph_key(keys, parameters[0] + 1, block / 3);
    }
    cki_graph_key(keys, parameters[0], block);
}

/* Itself, a higher block, one that is not there: by the first parameter. */
static void wrong_inputs(const cki_layer *layer, int64_t block, cki_keys *keys)
{
    cki_graph_key(keys, 0, block + *(const uint32_t *)layer->parameters);
}

static cki_key previous(const cki_layer *layer, int64_t block)
{
    uint32_t before = *(const uint32_t *)layer->parameters;
    return (cki_key){block ? before + 1 : before, block ? block - 1 : 7};
}

static void layers_may_refer_to_themselves(void **state)
{
    (void)state;
    enum { BLOCKS = 3000 };
    cki_graph *graph = cki_graph_new(NULL);
    uint32_t a = layer(graph, BLOCKS, NULL, 0, 0), number;
    cki_layer made = *cki_graph_layer(graph, a);
    made.inputs = lower_inputs;
    made.inward = true;
    assert_int_equal(cki_graph_add(graph, &made, &number, NULL), CASK_OK);
    cki_plan *plan;
    assert_int_equal(cki_plan_build(graph, &(cki_key){number, BLOCKS - 1}, 1, &plan, NULL),
                     CASK_OK);
    assert_int_equal(plan->count, 2 * BLOCKS);
    check_plan(plan);
    cki_plan_free(plan);
    assert_int_equal(cki_plan_build(graph, &(cki_key){number, 4}, 1, &plan, NULL), CASK_OK);
    assert_int_equal(plan->count, 10);
    check_plan(plan);
    cki_plan_free(plan);
    made = (cki_layer){.name = "alias", .blocks = 10, .inward = true, .alias = previous};
    made.parameters = &number;
    uint32_t alias;
    assert_int_equal(cki_graph_add(graph, &made, &alias, NULL), CASK_OK);
    assert_int_equal(cki_plan_build(graph, &(cki_key){alias, 9}, 1, &plan, NULL), CASK_OK);
    assert_int_equal(plan->layer[plan->wanted[0]], number);
    assert_int_equal(plan->block[plan->wanted[0]], 7);
    cki_plan_free(plan);
    cki_graph_free(graph);
}

static void inward_layers_look_down_only(void **state)
{
    (void)state;
    for (uint32_t ahead = 0; ahead < 3; ahead++) {
        cki_graph *graph = cki_graph_new(NULL);
        uint32_t number;
        cki_layer made = {.name = "made", .function = &hand_function, .blocks = 2};
        made.inward = true;
        made.inputs = wrong_inputs;
        made.parameters = &ahead;
        assert_int_equal(cki_graph_add(graph, &made, &number, NULL), CASK_OK);
        cki_plan *plan;
        cki_error error = {0};
        assert_int_equal(cki_plan_build(graph, &(cki_key){0, 0}, 1, &plan, &error), CASK_INTERNAL);
        assert_null(plan);
        cki_graph_free(graph);
    }
}

/* Knows each block that is a multiple of its number, as that block's number. */
static cask_value *find_multiple(void *user, const cki_layer *layer, int64_t block)
{
    (void)layer;
    return block % *(const int64_t *)user == 0 ? cki_value_int(block, NULL) : NULL;
}

static void what_is_known_is_not_asked_for(void **state)
{
    (void)state;
    cki_graph *graph = cki_graph_new(NULL);
    uint32_t a = layer(graph, 100, NULL, 0, 0), b = layer(graph, 100, same_inputs, a, 0);
    cki_layer reading = *cki_graph_layer(graph, b);
    reading.cost = reading_cost;
    reading.parameters = &b;
    uint32_t c;
    assert_int_equal(cki_graph_add(graph, &reading, &c, NULL), CASK_OK);
    int64_t step = 10;
    cki_plan_known known = {.user = &step, .find = find_multiple};
    cki_key wanted[100];
    for (int64_t i = 0; i < 100; i++)
        wanted[i] = (cki_key){c, i};
    cki_plan *plan;
    assert_int_equal(cki_plan_build_known(graph, wanted, 100, &known, &plan, NULL), CASK_OK);
    assert_int_equal(plan->count, 90 * 3 + 10);
    assert_int_equal(plan->bytes_read, 90 * 7);
    check_plan(plan);
    for (size_t i = 0; i < plan->count; i++) {
        int64_t block = plan->block[i];
        assert_true((plan->known[i] != NULL) == (block % 10 == 0));
        if (!plan->known[i])
            continue;
        assert_int_equal(cask_value_i64(plan->known[i]), block);
        assert_int_equal(cki_plan_arguments(plan, i).count, 0);
    }
    cki_plan_free(plan);
    step = 1000; /* then only blocks 0 */
    assert_int_equal(cki_plan_build_known(graph, wanted + 1, 99, &known, &plan, NULL), CASK_OK);
    assert_int_equal(plan->count, 99 * 3);
    assert_null(plan->known);
    cki_plan_free(plan);
    cki_graph_free(graph);
}

static int released;
static void count_release(void *thing)
{
    released += *(int *)thing;
}

/* Every allocation fails in turn: an error each time, and nothing leaks. */
static void no_memory_is_an_error(void **state)
{
    (void)state;
    int one = 1;
    bool failed = true;
    for (int64_t n = 1; failed; n++) {
        released = 0;
        cki_error error = {0};
        cki_memory_fail_at(n, true);
        cki_graph *graph = cki_graph_new(&error);
        cask_status status =
            graph ? cki_graph_own(graph, count_release, &one, &error) : CASK_MEMORY;
        uint32_t number = 0, before = 0;
        cki_layer made = {.name = "made", .function = &hand_function, .blocks = 300};
        if (status == CASK_OK)
            status = cki_graph_add(graph, &made, &number, &error);
        made.inputs = lower_inputs;
        made.inward = true;
        made.parameters = &before;
        if (status == CASK_OK)
            status = cki_graph_add(graph, &made, &number, &error);
        cki_plan *plan = NULL;
        cki_key wanted[300];
        for (int64_t i = 0; i < 300; i++)
            wanted[i] = (cki_key){number, i};
        int64_t step = 50;
        cki_plan_known known = {.user = &step, .find = find_multiple};
        if (status == CASK_OK)
            status = cki_plan_build_known(graph, wanted, 300, &known, &plan, &error);
        cki_memory_fail_at(0, false);
        failed = status != CASK_OK;
        assert_int_equal(status, failed ? CASK_MEMORY : CASK_OK);
        assert_int_equal(error.status, status);
        assert_true(failed == (plan == NULL));
        assert_true(n < 1000);
        bool made_graph = graph != NULL;
        cki_plan_free(plan);
        cki_graph_free(graph);
        assert_int_equal(released, made_graph);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_is_wanted),
        cmocka_unit_test(aliases_are_no_tasks),
        cmocka_unit_test(arguments_may_repeat),
        cmocka_unit_test(figures_are_summed),
        cmocka_unit_test(nothing_wanted_is_an_empty_plan),
        cmocka_unit_test(layers_that_look_ahead_are_refused),
        cmocka_unit_test(a_million_links),
        cmocka_unit_test(wide_layers),
        cmocka_unit_test(random_graphs_are_planned),
        cmocka_unit_test(layers_may_refer_to_themselves),
        cmocka_unit_test(inward_layers_look_down_only),
        cmocka_unit_test(what_is_known_is_not_asked_for),
        cmocka_unit_test(no_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
