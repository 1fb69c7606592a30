/* Tests of the rings: nothing is lost, doubled or out of order, when full, when empty, and between
 * two threads. */
#include "exec/ring.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { MANY = 200000 };

static void orders_come_in_order(void **state)
{
    (void)state;
    static cki_orders ring;
    cki_order got;
    assert_false(cki_ring_next_order(&ring, &got));
    assert_false(cki_ring_has_order(&ring));
    uint32_t in = 0, out = 0;
    for (int round = 0; round < 5; round++) {
        while (cki_ring_order(&ring, (cki_order){CKI_ORDER_RUN, in, in + UINT64_C(7)}))
            in++;
        assert_int_equal(in - out, CKI_RING_ORDERS);
        for (int i = 0; i < 100 + 97 * round; i++) {
            assert_true(cki_ring_next_order(&ring, &got));
            assert_int_equal(got.number, out);
            assert_int_equal(got.block, out + UINT64_C(7));
            out++;
        }
    }
    while (cki_ring_next_order(&ring, &got))
        assert_int_equal(got.number, out++);
    assert_int_equal(in, out);
}

static void counts_may_wrap(void **state)
{
    (void)state;
    static cki_reports ring;
    cki_report got = {0};
    atomic_store(&ring.written, UINT32_MAX - 2);
    atomic_store(&ring.read, UINT32_MAX - 2);
    for (uint32_t i = 0; i < CKI_RING_REPORTS; i++)
        assert_true(cki_ring_report(&ring, &(cki_report){.task = i, .end = i}));
    assert_false(cki_ring_report(&ring, &got));
    for (uint32_t i = 0; i < CKI_RING_REPORTS; i++) {
        assert_true(cki_ring_has_report(&ring));
        assert_true(cki_ring_next_report(&ring, &got));
        assert_int_equal(got.task, i);
        assert_int_equal(got.end, i);
    }
    assert_false(cki_ring_next_report(&ring, &got));
}

static void fill(void *given)
{
    cki_reports *ring = given;
    for (uint32_t i = 0; i < MANY; i++)
        while (!cki_ring_report(ring, &(cki_report){.task = i, .result.bits = i * UINT64_C(3)}))
            cki_thread_yield();
}

static void threads_agree(void **state)
{
    (void)state;
    static cki_reports ring;
    cki_thread thread;
    assert_int_equal(cki_thread_start(&thread, fill, &ring, "fill", NULL), CASK_OK);
    for (uint32_t i = 0; i < MANY; i++) {
        cki_report got;
        while (!cki_ring_next_report(&ring, &got))
            cki_thread_yield();
        assert_int_equal(got.task, i);
        assert_int_equal(got.result.bits, i * UINT64_C(3));
    }
    cki_thread_join(&thread);
    assert_false(cki_ring_has_report(&ring));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(orders_come_in_order),
        cmocka_unit_test(counts_may_wrap),
        cmocka_unit_test(threads_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
