/* Tests of the queues: the lowest first for the owner, stealing from the other end, the heap. */
#include "core/memory.h"
#include "exec/queue.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void the_owner_gets_the_lowest(void **state)
{
    (void)state;
    cki_queue queue = {0};
    assert_int_equal(cki_queue_pop(&queue), CKI_QUEUE_NONE);
    for (int round = 0; round < 2; round++) { /* ascending, and in disorder */
        for (uint32_t i = 0; i < 1000; i++)
            assert_true(cki_queue_push(&queue, round ? i * 387 % 1000 : i));
        for (uint32_t i = 0; i < 1000; i++)
            assert_int_equal(cki_queue_pop(&queue), i);
        assert_int_equal(cki_queue_pop(&queue), CKI_QUEUE_NONE);
    }
    cki_queue_free(&queue);
}

static void a_swap_gives_the_lower(void **state)
{
    (void)state;
    cki_queue queue = {0};
    assert_int_equal(cki_queue_swap(&queue, 7), 7);
    assert_true(cki_queue_push(&queue, 5));
    assert_true(cki_queue_push(&queue, 4));
    assert_int_equal(cki_queue_swap(&queue, 3), 3);
    assert_int_equal(cki_queue_swap(&queue, 9), 4);
    assert_int_equal(cki_queue_swap(&queue, 8), 5);
    assert_int_equal(cki_queue_pop(&queue), 8);
    assert_int_equal(cki_queue_pop(&queue), 9);
    cki_queue_free(&queue);
}

static void a_thief_gets_the_upper_half(void **state)
{
    (void)state;
    cki_queue mine = {0}, other = {0};
    assert_int_equal(cki_queue_steal(&mine, &other), CKI_QUEUE_NONE);
    for (uint32_t i = 0; i < 9; i++)
        assert_true(cki_queue_push(&other, 80 + i));
    assert_int_equal(cki_queue_steal(&mine, &other), 84); /* of 84 to 88 */
    for (uint32_t i = 85; i <= 88; i++)
        assert_int_equal(cki_queue_pop(&mine), i);
    assert_int_equal(cki_queue_pop(&mine), CKI_QUEUE_NONE);
    for (uint32_t i = 80; i <= 83; i++)
        assert_int_equal(cki_queue_pop(&other), i);
    assert_int_equal(cki_queue_pop(&other), CKI_QUEUE_NONE);
    cki_queue_free(&mine);
    cki_queue_free(&other);
}

/* Each comes out once, and both get theirs in ascending order. */
static void what_is_stolen_from_disorder_is_sorted(void **state)
{
    (void)state;
    cki_queue mine = {0}, other = {0};
    bool seen[100] = {false};
    for (uint32_t i = 0; i < 100; i++)
        assert_true(cki_queue_push(&other, i * 37 % 100));
    uint32_t last = cki_queue_steal(&mine, &other);
    seen[last] = true;
    for (int side = 0; side < 2; side++, last = 0)
        for (uint32_t task; (task = cki_queue_pop(side ? &other : &mine)) != CKI_QUEUE_NONE;) {
            assert_true(task < 100 && !seen[task] && task >= last);
            seen[last = task] = true;
        }
    for (int i = 0; i < 100; i++)
        assert_true(seen[i]);
    cki_queue_free(&mine);
    cki_queue_free(&other);
}

static void without_memory_nothing_is_lost(void **state)
{
    (void)state;
    cki_queue mine = {0}, other = {0};
    for (uint32_t i = 0; i < 4; i++)
        assert_true(cki_queue_push(&other, i));
    cki_memory_fail_at(1, true);
    assert_false(cki_queue_push(&mine, 5));
    assert_int_equal(cki_queue_steal(&mine, &other), 3);
    assert_false(cki_queue_push(&other, 0)); /* where the heap would begin */
    cki_memory_fail_at(0, false);
    for (uint32_t i = 0; i < 3; i++)
        assert_int_equal(cki_queue_pop(&other), i);
    cki_queue_free(&mine);
    cki_queue_free(&other);
}

enum { ITEMS = 20000, THIEVES = 3 };

typedef struct robbery {
    cki_queue owned, own[THIEVES];
    _Atomic int thieves, seen[ITEMS];
    atomic_bool over;
} robbery;

static void rob(void *given)
{
    robbery *at = given;
    int me = at->thieves++;
    while (!at->over || at->owned.count > 0)
        for (uint32_t task = cki_queue_steal(&at->own[me], &at->owned); task != CKI_QUEUE_NONE;
             task = cki_queue_pop(&at->own[me]))
            at->seen[task]++;
}

static void each_task_goes_to_one_thread(void **state)
{
    (void)state;
    static robbery at;
    cki_thread threads[THIEVES];
    for (int i = 0; i < THIEVES; i++)
        assert_int_equal(cki_thread_start(&threads[i], rob, &at, "thief", NULL), CASK_OK);
    for (uint32_t i = 0; i < ITEMS; i++) {
        assert_true(cki_queue_push(&at.owned, i));
        uint32_t task = i % 3 == 0 ? cki_queue_pop(&at.owned) : CKI_QUEUE_NONE;
        if (task != CKI_QUEUE_NONE)
            at.seen[task]++;
    }
    at.over = true;
    for (int i = 0; i < THIEVES; i++)
        cki_thread_join(&threads[i]);
    for (int i = 0; i < ITEMS; i++)
        assert_int_equal(at.seen[i], 1);
    cki_queue_free(&at.owned);
    for (int i = 0; i < THIEVES; i++)
        cki_queue_free(&at.own[i]);
}

static void the_heap_gives_the_lowest(void **state)
{
    (void)state;
    cki_heap heap = {0};
    assert_int_equal(cki_queue_heap_top(&heap), CKI_QUEUE_NONE);
    assert_int_equal(cki_queue_heap_pop(&heap), CKI_QUEUE_NONE);
    for (uint32_t i = 0; i < 1000; i++)
        assert_true(cki_queue_heap_push(&heap, i * 387 % 1000));
    for (uint32_t i = 0; i < 1000; i++) {
        assert_int_equal(cki_queue_heap_top(&heap), i);
        assert_int_equal(cki_queue_heap_pop(&heap), i);
    }
    cki_queue_heap_free(&heap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_owner_gets_the_lowest),
        cmocka_unit_test(a_swap_gives_the_lower),
        cmocka_unit_test(a_thief_gets_the_upper_half),
        cmocka_unit_test(what_is_stolen_from_disorder_is_sorted),
        cmocka_unit_test(without_memory_nothing_is_lost),
        cmocka_unit_test(each_task_goes_to_one_thread),
        cmocka_unit_test(the_heap_gives_the_lowest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
