/* Cheaper ways to the same result: small powers as products, tests that a type always answers alike
 * as constants, copies as nothing.
 */
#include "kernel/step.h"
#include <string.h>

static int one_input(cki_program *program, cki_op op, cki_dtype type, int argument)
{
    cki_step step = {.kind = CKI_STEP_OP,
                     .op = op,
                     .count = 1,
                     .arguments = {argument},
                     .types = {.in = {type}, .out = type}};

    step.loop = cki_loop_find(op, &step.types);
    return step.loop ? cki_program_add(program, &step) : -1;
}

/* The constant as a double; false if it has no exact one, or is complex with an imaginary part. */
static bool number(const cki_step *step, double *value)
{
    cki_c128 x = {0, 0};
    cki_signature types = {.in = {step->types.out}, .out = cki_dtype_of(CASK_C128)};
    cki_call call = {.out = &x, .in = {step->element}, .n = 1, .types = &types};
    cki_loop *cast = step->kind == CKI_STEP_CONSTANT
                         ? cki_loop_cast((cask_dtype)step->types.out.id, CASK_C128)
                         : NULL;

    if (!cast || cast(&call) != CASK_OK)
        return false;
    *value = x.re;
    return x.im == 0;
}

static int rewrite_power(cki_program *program, const cki_signature *types, const int *arguments)
{
    cki_dtype type = types->in[0];
    double exponent;
    int twice;

    if (!number(&program->steps[arguments[1]], &exponent))
        return -1;
    if (exponent == 1)
        return arguments[0];
    if (exponent == 2)
        return one_input(program, CKI_OP_square, type, arguments[0]);
    if (cki_dtype_is_complex(type))
        return -1;
    if (exponent == 3)
        return one_input(program, CKI_OP_cube, type, arguments[0]);
    if (exponent == 4) {
        twice = one_input(program, CKI_OP_square, type, arguments[0]);
        return twice < 0 ? -1 : one_input(program, CKI_OP_square, type, twice);
    }
    if (!cki_dtype_is_float(type))
        return -1;
    if (exponent == 0.5)
        return one_input(program, CKI_OP_sqrt, type, arguments[0]);
    return exponent == -1 ? one_input(program, CKI_OP_reciprocal, type, arguments[0]) : -1;
}

static int answer(cki_program *program, cki_dtype type, uint8_t byte)
{
    unsigned char element[16] = {0}; /* zero of any type */

    element[0] = byte;
    return cki_program_constant(program, type, element);
}

int cki_program_rewrite(cki_program *program, cki_op op, const cki_signature *types,
                        const int *arguments)
{
    cki_dtype type = types->in[0];
    bool whole = type.id == CASK_BOOL || cki_dtype_is_integer(type);
    bool real = whole || cki_dtype_is_float(type) || cki_dtype_is_time(type);

    switch ((int)op) {
    case CKI_OP_power:
        return rewrite_power(program, types, arguments);
    case CKI_OP_isfinite:
        return whole ? answer(program, types->out, 1) : -1;
    case CKI_OP_isnan:
    case CKI_OP_isinf:
    case CKI_OP_isneginf:
    case CKI_OP_isposinf:
        return whole ? answer(program, types->out, 0) : -1;
    case CKI_OP_isreal:
        return real ? answer(program, types->out, 1) : -1;
    case CKI_OP_iscomplex:
    case CKI_OP_imag:
        return real ? answer(program, types->out, 0) : -1;
    case CKI_OP_conjugate:
    case CKI_OP_real:
        return real ? arguments[0] : -1;
    case CKI_OP_positive:
        return arguments[0];
    default:
        return -1;
    }
}
