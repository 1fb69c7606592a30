/* Tests of searching sorted keys: against counting them one by one, for every length around the
 * lengths at which the way of searching changes. */
#include "kernel/search.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { MOST = 1100, KEYS = 75 };

static uint64_t sorted[MOST], keys[KEYS];

static uint64_t next(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 20;
}

/* How many of the first n are before the key. */
static int64_t counted(size_t n, uint64_t key, bool right)
{
    int64_t before = 0;

    for (size_t i = 0; i < n; i++)
        before += sorted[i] < key || (right && sorted[i] == key);
    return before;
}

static void check(size_t n, size_t count)
{
    for (int right = 0; right < 2; right++) {
        int64_t found[KEYS + 1];

        memset(found, 0x55, sizeof found);
        cki_search_keys(sorted, n, keys, count, right != 0, found);
        for (size_t i = 0; i < count; i++)
            assert_int_equal(found[i], counted(n, keys[i], right != 0));
        assert_int_equal(found[count], 0x5555555555555555); /* nothing is written behind them */
    }
}

/* Keys of the sorted ones, the ones beside these, and the ends of the range. */
static void finds_every_place(void **state)
{
    (void)state;
    uint64_t seed = 1;

    for (size_t n = 0; n <= MOST; n += n < 80 ? 1 : 97) {
        uint64_t key = 0, highest = (uint64_t)1 << 63;

        for (size_t i = 0; i < n; i++) /* some equal ones, below and above the sign */
            sorted[i] = (key += next(&seed) % 3) + (i >= n / 2 ? highest : 0);
        if (n > 2)
            sorted[n - 1] = UINT64_MAX;
        for (size_t i = 0; i < KEYS; i++)
            keys[i] = n ? sorted[next(&seed) % n] + next(&seed) % 3 - 1 : next(&seed);
        keys[0] = 0;
        keys[1] = UINT64_MAX;
        check(n, KEYS);
    }
}

static void takes_any_number_of_keys(void **state)
{
    (void)state;
    for (size_t i = 0; i < 40; i++)
        sorted[i] = 3 * i;
    for (size_t i = 0; i < KEYS; i++)
        keys[i] = 7 * i % 125;
    for (size_t count = 0; count <= KEYS; count++) {
        check(40, count);
        check(5, count);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_every_place),
        cmocka_unit_test(takes_any_number_of_keys),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
