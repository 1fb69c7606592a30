/* The loops of all instruction sets that this processor has give the same bits.
 */
#include "core/memory.h"
#include "kernel/loop.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { COUNT = 1003, WIDTH = 16 };

/* Reproducible bits in which every class of float occurs. */
static void fill(unsigned char *bytes, size_t size, uint64_t seed)
{
    for (size_t i = 0; i < size; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        bytes[i] = (unsigned char)(seed >> 56);
        if (seed >> 60 == 3)
            bytes[i] = 0;
        if (seed >> 60 == 7)
            bytes[i] = 0xFF;
    }
}

/* NaNs may differ in payload: they become one. */
static void settle(cki_dtype dtype, unsigned char *bytes, size_t count)
{
    cki_dtype real = cki_dtype_real(dtype);
    size_t size = cki_dtype_size(real), n = count * (cki_dtype_size(dtype) / size);

    for (size_t i = 0; i < n && cki_dtype_is_float(real); i++) {
        float single = 0;
        double number = 0;

        memcpy(real.id == CASK_F64 ? (void *)&number : (void *)&single, bytes + i * size,
               real.id == CASK_F16 ? 0 : size);
        if (number != number || single != single)
            memset(bytes + i * size, 0x7E, size);
    }
}

static void compare(cki_loop *a, cki_loop *b, cask_dtype type, bool where, size_t most,
                    const char *what)
{
    static unsigned char in[3][COUNT * WIDTH], first[COUNT * WIDTH], second[COUNT * WIDTH];
    cki_signature types = {{cki_dtype_of(type), cki_dtype_of(type), cki_dtype_of(type)},
                           cki_dtype_of(type)};
    cki_call call = {.out = first, .in = {in[0], in[1], in[2]}, .n = COUNT, .types = &types};

    for (uint64_t i = 0; i < 3; i++)
        fill(in[i], sizeof in[i], i + 1);
    for (size_t i = 0; (where || type == CASK_BOOL) && i < sizeof in[0]; i++)
        in[0][i] &= 1;
    for (size_t i = 0; type == CASK_BOOL && i < sizeof in[0]; i++)
        in[1][i] &= 1;
    memset(first, 0x55, sizeof first);
    memset(second, 0x55, sizeof second);
    assert_int_equal(a(&call), CASK_OK);
    call.out = second;
    assert_int_equal(b(&call), CASK_OK);
    settle(types.out, first, most / cki_dtype_size(types.out));
    settle(types.out, second, most / cki_dtype_size(types.out));
    if (memcmp(first, second, sizeof first) != 0)
        fail_msg("%s on type %d", what, (int)type);
}

static void check(const cki_vector *vector)
{
    static const char *const names[] = {
#define CKI_OP_TEXT(name) #name,
        CKI_VECTOR_OPS(CKI_OP_TEXT)
#undef CKI_OP_TEXT
    };
    int loops = 0;

    for (int type = 1; type < CASK_DTYPE_COUNT; type++) {
        for (int op = 0; op < CKI_OP_VECTORS; op++) {
            cki_loop *loop = vector->op[op][type];

            assert_int_equal(loop != NULL, cki_vector_baseline.op[op][type] != NULL);
            if (!loop || type >= CASK_DATETIME)
                continue;
            compare(cki_vector_baseline.op[op][type], loop, (cask_dtype)type, op == CKI_OP_where,
                    COUNT * cki_dtype_size(cki_dtype_of((cask_dtype)type)), names[op]);
            loops++;
        }
        for (int to = 1; to < CASK_DTYPE_COUNT; to++) {
            if (!vector->cast[type][to])
                continue;
            compare(cki_vector_baseline.cast[type][to], vector->cast[type][to], (cask_dtype)type,
                    false, 0, "cast");
            loops++;
        }
    }
    assert_true(loops > 400);
}

static void instruction_sets_agree(void **state)
{
    (void)state;
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2"))
        check(&cki_vector_v3);
    if (strcmp(cki_loop_vector()->isa, "x86-64-v4") == 0)
        check(&cki_vector_v4);
#endif
    check(cki_loop_vector());
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(instruction_sets_agree)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
