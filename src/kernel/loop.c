/* Finding loops: the instruction set of this processor, then the table of the operation's kind.
 */
#include "kernel/loop.h"

const cki_vector *cki_loop_vector(void)
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512cd"))
        return &cki_vector_v4;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2") &&
        __builtin_cpu_supports("fma"))
        return &cki_vector_v3;
#endif
    return &cki_vector_baseline;
}

static cki_loop *find_math(cki_op op, cask_dtype type)
{
#if defined(__x86_64__)
    const cki_vector *vector = cki_loop_vector();

    if (vector == &cki_vector_v4)
        return cki_math_loops_v4[op][type];
    if (vector == &cki_vector_v3)
        return cki_math_loops_v3[op][type];
#endif
    (void)op;
    (void)type;
    return NULL;
}

cki_loop *cki_loop_find(cki_op op, const cki_signature *types)
{
    cki_dtype key = op == CKI_OP_where ? types->in[1] : types->in[0];
    cki_loop *loop = NULL;

    if (cki_dtype_is_text(key))
        return cki_compare_loop(op);
    if (op != CKI_OP_where && (cki_dtype_is_time(key) || cki_dtype_is_time(types->in[1])))
        return cki_time_loop(op, types);
    if (op < CKI_OP_VECTORS)
        loop = cki_loop_vector()->op[op][key.id];
    if (!loop && op < CKI_OP_COUNT)
        loop = find_math(op, key.id);
    if (!loop && op < CKI_OP_COUNT)
        loop = cki_scalar_int_loops[op][key.id];
    if (!loop && op < CKI_OP_COUNT)
        loop = cki_scalar_float_loops[op][key.id];
    if (!loop && op < CKI_OP_COUNT)
        loop = cki_scalar_complex_loops[op][key.id];
    return loop;
}

cki_loop *cki_loop_cast(cask_dtype from, cask_dtype to)
{
    return cki_loop_vector()->cast[from][to];
}
