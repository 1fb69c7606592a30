/* Tests of prediction: graphs small enough to work out their most bytes by hand. */
#include "core/memory.h"
#include "diag/predict.h"
#include "graph/test_graph.h"

typedef struct sketch {
    cki_graph *graph;
    hand_list wanted;
} sketch;

static sketch begin(void)
{
    return (sketch){.graph = cki_graph_new(NULL)};
}

/* Predicts, and erases the sketch. */
static cki_prediction predict(sketch *s, int threads, size_t limit, size_t base, cask_status wanted)
{
    cki_plan *plan = hand_plan(s->graph, &s->wanted);
    cki_prediction found;
    cki_error error = {0};
    const cki_prediction_options options = {threads, limit, base};
    assert_int_equal(cki_predict(plan, &options, &found, &error), wanted);
    assert_int_equal(error.status, wanted);
    cki_plan_free(plan);
    cki_graph_free(s->graph);
    return found;
}

enum { UNIT = 1 << 20 };

/* As the ledger counts it: with room for alignment. */
static size_t units(size_t count)
{
    return count * cki_ledger_size(UNIT);
}

static void a_chain_needs_two(void **state)
{
    (void)state;
    for (int threads = 1; threads <= 4; threads++) {
        sketch s = begin();
        uint32_t last = hand_add(s.graph, &hand_function, UNIT, NULL, 0);
        for (int i = 0; i < 20; i++)
            last = hand_add(s.graph, &hand_function, UNIT, &last, 1);
        hand_put(&s.wanted, last);
        cki_prediction found = predict(&s, threads, 0, 0, CASK_OK);
        assert_int_equal(found.peak, units(2));
        assert_int_equal(found.spilled, 0);
    }
}

static void independent_tasks_need_one_a_thread(void **state)
{
    (void)state;
    for (int threads = 1; threads <= 4; threads++) {
        sketch s = begin();
        for (int i = 0; i < 40; i++)
            hand_put(&s.wanted, hand_add(s.graph, &hand_function, UNIT, NULL, 0));
        assert_int_equal(predict(&s, threads, 0, UNIT / 2, CASK_OK).peak,
                         units((size_t)threads) + UNIT / 2);
    }
}

/* Ten results that one task needs. */
static sketch fan(size_t last)
{
    sketch s = begin();
    hand_list parts = {.count = 0};
    for (int i = 0; i < 10; i++)
        hand_put(&parts, hand_add(s.graph, &hand_function, UNIT, NULL, 0));
    hand_put(&s.wanted, hand_add(s.graph, &hand_function, last, parts.items, parts.count));
    return s;
}

static void all_inputs_are_there_at_once(void **state)
{
    (void)state;
    for (int threads = 1; threads <= 3; threads++) {
        sketch s = fan(UNIT);
        assert_int_equal(predict(&s, threads, 0, 0, CASK_OK).peak, units(11));
    }
}

static void what_cannot_fit_is_refused(void **state)
{
    (void)state;
    sketch s = fan(UNIT);
    predict(&s, 2, 8 * UNIT, 0, CASK_LIMIT);
}

/* A view keeps its input's memory alive, and has none of its own. */
static void views_hold_what_they_look_at(void **state)
{
    (void)state;
    sketch s = begin();
    hand_list parts = {.count = 0};
    for (int i = 0; i < 5; i++) {
        uint32_t made = hand_add(s.graph, &hand_function, UNIT, NULL, 0);
        hand_put(&parts, hand_add(s.graph, &hand_function, 0, &made, 1));
    }
    hand_put(&s.wanted, hand_add(s.graph, &hand_function, 8, parts.items, parts.count));
    size_t peak = predict(&s, 1, 0, 0, CASK_OK).peak;
    assert_in_range(peak, units(5), units(5) + 1000);
}

/* Each of ten large results is needed again at the end, one by one. */
static void what_does_not_fit_is_spilled(void **state)
{
    (void)state;
    for (int threads = 1; threads <= 2; threads++) {
        sketch s = begin();
        uint32_t parts[10], barrier;
        hand_list small = {.count = 0};
        for (int i = 0; i < 10; i++) {
            parts[i] = hand_add(s.graph, &hand_function, UNIT, NULL, 0);
            hand_put(&small, hand_add(s.graph, &hand_function, 8, &parts[i], 1));
        }
        barrier = hand_add(s.graph, &hand_function, 8, small.items, small.count);
        for (int i = 0; i < 10; i++) {
            uint32_t both[] = {parts[i], barrier};
            hand_put(&s.wanted, hand_add(s.graph, &hand_function, 8, both, 2));
        }
        cki_prediction found = predict(&s, threads, 4 * UNIT + 100000, 0, CASK_OK);
        /* ten are to be kept, and three or four fit */
        assert_in_range(found.spilled, 6 * UNIT, units(9));
        assert_in_range(found.loads, 6, 10);
        assert_true(found.peak <= 4 * UNIT + 200000);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_chain_needs_two),
        cmocka_unit_test(independent_tasks_need_one_a_thread),
        cmocka_unit_test(all_inputs_are_there_at_once),
        cmocka_unit_test(what_cannot_fit_is_refused),
        cmocka_unit_test(views_hold_what_they_look_at),
        cmocka_unit_test(what_does_not_fit_is_spilled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
