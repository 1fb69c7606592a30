/* Joining: steps that stand in a row where packed data are unpacked become one, which goes over the
 * tile once. What is computed stays the same, rounding by rounding. */
#include "kernel/step.h"

static bool is_op(const cki_step *step, cki_op op)
{
    return step->kind == CKI_STEP_OP && step->op == op && step->types.out.id == CASK_F64;
}

/* What a step converts to float64, as long as there are loops for that; else the step itself. */
static int unconverted(const cki_program *program, int number)
{
    const cki_step *step = &program->steps[number];
    cask_dtype from = (cask_dtype)step->types.in[0].id;
    bool real = from == CASK_F32 || cki_dtype_is_integer(step->types.in[0]);
    return step->kind == CKI_STEP_CAST && step->types.out.id == CASK_F64 && real
               ? step->arguments[0]
               : number;
}

/* Which argument of a step of two is a constant; -1: none. */
static int constant_of(const cki_program *program, const cki_step *step)
{
    for (int k = 1; k >= 0; k--)
        if (program->steps[step->arguments[k]].kind == CKI_STEP_CONSTANT)
            return k;
    return -1;
}

static void become(cki_program *program, cki_step *step, cki_op op, int x, int b, int c)
{
    cki_step joined = {.kind = CKI_STEP_OP, .op = op, .count = 3, .arguments = {x, b, c}};
    for (int k = 0; k < 3; k++)
        joined.types.in[k] = program->steps[joined.arguments[k]].types.out;
    joined.types.out = step->types.out;
    joined.loop = cki_loop_find(op, &joined.types);
    if (joined.loop)
        *step = joined;
}

/* where(x == constant, constant, x), x being converted. */
static void join_replaced(cki_program *program, cki_step *step)
{
    const cki_step *test = &program->steps[step->arguments[0]];
    int at =
        test->kind == CKI_STEP_OP && test->op == CKI_OP_equal ? constant_of(program, test) : -1;
    if (at < 0 || program->steps[step->arguments[1]].kind != CKI_STEP_CONSTANT)
        return;
    int x = test->arguments[1 - at];
    if (unconverted(program, step->arguments[2]) == x)
        become(program, step, CKI_OP_replaced, x, test->arguments[at], step->arguments[1]);
}

/* x * constant + constant, where nobody else wants the product. */
static void join_affine(cki_program *program, cki_step *step, const int *users)
{
    int at = constant_of(program, step);
    if (at < 0)
        return;
    int product = step->arguments[1 - at];
    const cki_step *of = &program->steps[product];
    int factor = is_op(of, CKI_OP_multiply) ? constant_of(program, of) : -1;
    if (factor >= 0 && users[product] == 1)
        become(program, step, CKI_OP_affine, unconverted(program, of->arguments[1 - factor]),
               of->arguments[factor], step->arguments[at]);
}

void cki_program_join(cki_program *program)
{
    int users[CKI_STEP_LIMIT] = {0};
    for (int i = 0; i < program->count; i++)
        for (int k = 0; k < program->steps[i].count && program->steps[i].last >= 0; k++)
            users[program->steps[i].arguments[k]]++;
    for (int i = 0; i < program->count; i++) {
        cki_step *step = &program->steps[i];
        if (step->last >= 0 && is_op(step, CKI_OP_where))
            join_replaced(program, step);
        else if (step->last >= 0 && is_op(step, CKI_OP_add))
            join_affine(program, step, users);
    }
}
