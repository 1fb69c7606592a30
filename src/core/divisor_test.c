/* Division by one number for many: as the processor divides, for every size of both. */
#include "core/divisor.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { COUNT = 64 * 5 };

/* The powers of 2 and what is beside them. */
static uint64_t edge(int i)
{
    return ((uint64_t)1 << (i / 5)) + (uint64_t)(i % 5) - 2;
}

static void quotients_are_the_processors(void **state)
{
    (void)state;
    uint64_t seed = 1;
    for (int i = 0; i < COUNT; i++) {
        const uint64_t by = edge(i);
        if (!by)
            continue;
        const cki_divisor d = cki_divisor_of(by);
        for (int j = 0; j < COUNT; j++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            const uint64_t near = by * (seed >> 32);
            const uint64_t some[] = {edge(j), seed, seed >> (j % 64), near, near - 1, near + 1};
            for (size_t k = 0; k < sizeof some / sizeof *some; k++)
                assert_true(cki_divisor_quotient(&d, some[k]) == some[k] / by);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(quotients_are_the_processors)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
