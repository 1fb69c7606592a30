/* Loops of integers: many divided by one number as each by itself, for all types. */
#include "kernel/loop.h"
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { COUNT = 64 * 5 };

/* The powers of 2 and what is beside them. */
static uint64_t edge(int i)
{
    return ((uint64_t)1 << (i / 5)) + (uint64_t)(i % 5) - 2;
}

/* COUNT numbers and one divisor, at once and one by one. */
static void check(cki_op op, cask_dtype type, size_t size, const unsigned char *a, uint64_t by)
{
    unsigned char b[COUNT * 8], out[COUNT * 8], alone[8];
    for (size_t i = 0; i < COUNT; i++)
        memcpy(b + i * size, &by, size);
    cki_call call = {.out = out, .in = {a, b}, .n = COUNT};
    assert_int_equal(cki_scalar_int_loops[op][type](&call), CASK_OK);
    for (size_t i = 0; i < COUNT; i++) {
        call = (cki_call){.out = alone, .in = {a + i * size, b}, .n = 1};
        assert_int_equal(cki_scalar_int_loops[op][type](&call), CASK_OK);
        assert_memory_equal(out + i * size, alone, size);
    }
}

static void loops_divide_as_single_elements(void **state)
{
    (void)state;
    static const struct {
        cask_dtype type;
        size_t size;
    } types[] = {{CASK_I8, 1},  {CASK_U8, 1},  {CASK_I16, 2}, {CASK_U16, 2},
                 {CASK_I32, 4}, {CASK_U32, 4}, {CASK_I64, 8}, {CASK_U64, 8}};
    for (size_t t = 0; t < sizeof types / sizeof *types; t++) {
        unsigned char a[COUNT * 8];
        for (int i = 0; i < COUNT; i++) {
            uint64_t x = i % 2 ? edge(i) : 0 - edge(i);
            memcpy(a + (size_t)i * types[t].size, &x, types[t].size);
        }
        for (int i = 0; i < COUNT; i++) {
            check(CKI_OP_floor_divide, types[t].type, types[t].size, a, edge(i));
            check(CKI_OP_remainder, types[t].type, types[t].size, a, edge(i));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(loops_divide_as_single_elements)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
