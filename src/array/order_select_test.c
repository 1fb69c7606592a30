/* Tests of selecting keys: at the wanted places stands what would stand there if all were sorted,
 * with no greater ones before and no lesser ones behind, whatever the keys are. */
#include "array/order.h"
#include "core/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MOST = 40000, SHAPES = 8 };

static int rising(const void *one, const void *other)
{
    uint64_t a, b;
    memcpy(&a, one, sizeof a);
    memcpy(&b, other, sizeof b);
    return (a > b) - (a < b);
}

/* Keys of several shapes: any, few different, equal, rising, falling, a sawtooth, extremes, and
 * those that are below any sample taken by steps. */
static uint64_t key_of(int shape, int64_t i, int64_t count, uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    switch (shape) {
    case 0:
        return *state;
    case 1:
        return (*state >> 40) % 3;
    case 2:
        return UINT64_MAX;
    case 3:
        return (uint64_t)i;
    case 4:
        return (uint64_t)(count - i);
    case 5:
        return (uint64_t)(i % 17);
    case 6:
        return *state & ((uint64_t)1 << 50) ? 0 : UINT64_MAX;
    default:
        return i % 127 == 63 ? UINT64_MAX : *state >> 20;
    }
}

static void selects(int shape, int64_t count, const int64_t *wanted, int64_t nwanted)
{
    uint64_t state = (uint64_t)count + 1;
    uint64_t *keys = cki_memory_calloc((size_t)count, sizeof *keys);
    uint64_t *sorted = cki_memory_calloc((size_t)count, sizeof *sorted);
    assert_true(keys && sorted);
    for (int64_t i = 0; i < count; i++)
        keys[i] = sorted[i] = key_of(shape, i, count, &state);
    qsort(sorted, (size_t)count, sizeof *sorted, rising);
    cki_order_select(keys, count, wanted, nwanted);
    for (int64_t w = 0; w < nwanted; w++) {
        assert_true(keys[wanted[w]] == sorted[wanted[w]]);
        for (int64_t i = 0; i < count; i++)
            assert_true(i < wanted[w] ? keys[i] <= keys[wanted[w]] : keys[i] >= keys[wanted[w]]);
    }
    qsort(keys, (size_t)count, sizeof *keys, rising); /* none is lost */
    assert_memory_equal(keys, sorted, (size_t)count * sizeof *keys);
    cki_memory_free(keys);
    cki_memory_free(sorted);
}

static void one_place_is_right(void **state)
{
    static const int64_t counts[] = {1, 2, 24, 25, 31, 200, 1023, 1024, 5000, MOST};
    (void)state;
    for (int shape = 0; shape < SHAPES; shape++)
        for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
            const int64_t n = counts[i], places[] = {0, n / 3, n / 2, n - 1};
            for (size_t k = 0; k < sizeof places / sizeof *places; k++)
                selects(shape, n, &places[k], 1);
        }
}

static void several_places_are_right(void **state)
{
    static const int64_t wanted[] = {0, 0, 7, 8, 8, 500, 2999, 2999}, none = 0;
    (void)state;
    for (int shape = 0; shape < SHAPES; shape++)
        selects(shape, 3000, wanted, sizeof wanted / sizeof *wanted);
    selects(0, 10, &none, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_place_is_right),
        cmocka_unit_test(several_places_are_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
