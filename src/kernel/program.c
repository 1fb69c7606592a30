/* Building programs: steps, each merged with an equal one and folded if it is constant; then the
 * choice of what lives and where.
 */
#include "core/memory.h"
#include "kernel/step.h"
#include <string.h>

cki_program *cki_program_new(cki_error *error)
{
    cki_program *program = cki_memory_calloc(1, sizeof *program);

    if (!program)
        cki_fail_memory(error, sizeof *program);
    else
        program->result = -1;
    return program;
}

void cki_program_free(cki_program *program)
{
    if (!program)
        return;
    cki_arena_free(&program->arena);
    cki_memory_free(program->steps);
    cki_memory_free(program);
}

static int broken(cki_program *program)
{
    cki_fail_internal(&program->error, "program: a step out of range");
    return -1;
}

static bool valid(const cki_program *program, int step)
{
    return step >= 0 && step < program->count;
}

static int append(cki_program *program, const cki_step *step)
{
    if (program->count == program->capacity) {
        int capacity = program->capacity ? 2 * program->capacity : 16;
        cki_step *steps = NULL;

        if (program->count >= CKI_STEP_LIMIT) {
            cki_fail(&program->error, CASK_LIMIT, NULL, "a program of more than %d steps",
                     CKI_STEP_LIMIT);
            return -1;
        }
        steps = cki_memory_realloc(program->steps, (size_t)capacity * sizeof *steps);
        if (!steps) {
            cki_fail_memory(&program->error, (size_t)capacity * sizeof *steps);
            return -1;
        }
        program->steps = steps;
        program->capacity = capacity;
    }
    program->steps[program->count] = *step;
    return program->count++;
}

static bool same(const cki_step *a, const cki_step *b)
{
    if (a->kind != b->kind || a->count != b->count || a->op != b->op || a->input != b->input ||
        !cki_dtype_same(a->types.out, b->types.out))
        return false;
    for (int i = 0; i < a->count; i++) {
        if (a->arguments[i] != b->arguments[i] || !cki_dtype_same(a->types.in[i], b->types.in[i]))
            return false;
    }
    if (a->kind != CKI_STEP_CONSTANT)
        return true;
    return a->element && b->element &&
           memcmp(a->element, b->element, cki_dtype_size(a->types.out)) == 0;
}

/* The result of a step of which every argument is constant, if it has one. */
static bool fold(cki_program *program, const cki_step *step, cki_step *constant)
{
    cki_call call = {.n = 1, .types = &step->types};

    if (step->count == 0)
        return false;
    for (int i = 0; i < step->count; i++) {
        const cki_step *argument = &program->steps[step->arguments[i]];

        if (argument->kind != CKI_STEP_CONSTANT)
            return false;
        call.in[i] = argument->element;
    }
    call.out = cki_arena_alloc(&program->arena, cki_dtype_size(step->types.out) + 1);
    if (!call.out || step->loop(&call) != CASK_OK)
        return false;
    *constant =
        (cki_step){.kind = CKI_STEP_CONSTANT, .types.out = step->types.out, .element = call.out};
    return true;
}

int cki_program_add(cki_program *program, const cki_step *step)
{
    cki_step constant;

    if (program->error.status != CASK_OK)
        return -1;
    if (fold(program, step, &constant))
        step = &constant;
    for (int i = 0; i < program->count; i++) {
        if (same(&program->steps[i], step))
            return i;
    }
    return append(program, step);
}

int cki_program_input(cki_program *program, cki_dtype dtype)
{
    cki_step step = {.kind = CKI_STEP_INPUT, .input = program->inputs, .types.out = dtype};
    int number;

    if (program->inputs == CKI_PROGRAM_INPUTS) {
        cki_fail(&program->error, CASK_LIMIT, NULL, "a program of more than %d inputs",
                 CKI_PROGRAM_INPUTS);
        return -1;
    }
    number = cki_program_add(program, &step);
    if (number >= 0)
        program->input_step[program->inputs++] = number;
    return number;
}

int cki_program_constant(cki_program *program, cki_dtype dtype, const void *element)
{
    cki_step step = {.kind = CKI_STEP_CONSTANT, .types.out = dtype};
    size_t size = cki_dtype_size(dtype);

    step.element = cki_arena_copy(&program->arena, element, size ? size : 1);
    if (!step.element) {
        cki_fail_memory(&program->error, size);
        return -1;
    }
    return cki_program_add(program, &step);
}

/* What no typed loop converts (texts, dates to other units): the array room's own conversion. */
static cask_status cast_any(const cki_call *call)
{
    cki_dtype in = call->types->in[0], out = call->types->out;
    cki_array from = {.dtype = in, .ndim = 1}, to = {.dtype = out, .ndim = 1};
    union {
        const void *read;
        unsigned char *bytes;
    } data = {.read = call->in[0]};

    from.data = data.bytes;
    to.data = call->out;
    from.shape[0] = to.shape[0] = (int64_t)call->n;
    from.strides[0] = (int64_t)cki_dtype_size(in);
    to.strides[0] = (int64_t)cki_dtype_size(out);
    return cki_array_cast(&to, &from, call->error);
}

/* The type to go through first, `to` itself if there is a direct way. */
static cki_dtype cast_via(cki_dtype from, cki_dtype to)
{
    if (from.id == CASK_F16 && to.id != CASK_F32 && cki_dtype_is_number(to))
        return cki_dtype_of(CASK_F32);
    if (to.id == CASK_F16 && cki_dtype_is_complex(from))
        return cki_dtype_real(from);
    if (to.id == CASK_F16 && from.id != CASK_F64 && cki_dtype_is_number(from))
        return cki_dtype_of(from.id == CASK_F32 ? CASK_F16 : CASK_F32);
    /* Whole numbers are dates and durations, and the other way round, by the same 64 bits. */
    if (cki_dtype_is_time(to) && from.id != CASK_I64 &&
        (from.id == CASK_BOOL || cki_dtype_is_integer(from)))
        return cki_dtype_of(CASK_I64);
    if (cki_dtype_is_time(from) && (to.id == CASK_BOOL || cki_dtype_is_integer(to)))
        return cki_dtype_of(CASK_I64);
    return to;
}

static cki_loop *cast_loop(cki_dtype from, cki_dtype to)
{
    if ((from.id == CASK_I64 && cki_dtype_is_time(to)) ||
        (to.id == CASK_I64 && cki_dtype_is_time(from)))
        return cki_loop_cast(CASK_I64, CASK_I64);
    if (cki_dtype_is_number(from) && cki_dtype_is_number(to))
        return cki_loop_cast((cask_dtype)from.id, (cask_dtype)to.id);
    return cast_any;
}

int cki_program_cast(cki_program *program, int number, cki_dtype to)
{
    if (program->error.status != CASK_OK)
        return -1;
    if (!valid(program, number))
        return broken(program);
    for (;;) {
        cki_dtype from = program->steps[number].types.out, next = cast_via(from, to);
        cki_step step = {.kind = CKI_STEP_CAST,
                         .count = 1,
                         .arguments = {number},
                         .types = {.in = {from}, .out = next}};

        if (cki_dtype_same(from, to))
            return number;
        step.loop = cast_loop(from, next);
        if (!step.loop)
            return broken(program);
        number = cki_program_add(program, &step);
        if (number < 0 || cki_dtype_same(next, to))
            return number;
    }
}

/* float16 has few loops of its own: it is computed in float32, each result rounded. */
static void widen(cki_signature *types)
{
    for (int i = 0; i < CKI_UFUNC_INPUTS; i++) {
        if (types->in[i].id == CASK_F16)
            types->in[i] = cki_dtype_of(CASK_F32);
    }
    if (types->out.id == CASK_F16)
        types->out = cki_dtype_of(CASK_F32);
}

static int apply(cki_program *program, cki_op op, int count, const cki_signature *types,
                 const int *arguments)
{
    cki_step step = {.kind = CKI_STEP_OP, .op = op, .count = count, .types = *types};
    int known;

    for (int i = 0; i < count; i++) {
        step.arguments[i] = cki_program_cast(program, arguments[i], types->in[i]);
        if (step.arguments[i] < 0)
            return -1;
    }
    known = cki_program_rewrite(program, op, types, step.arguments);
    if (known >= 0 || program->error.status != CASK_OK)
        return known;
    step.loop = cki_loop_find(op, types);
    if (!step.loop)
        return broken(program);
    return cki_program_add(program, &step);
}

int cki_program_apply(cki_program *program, const cki_ufunc *ufunc, const cki_signature *signature,
                      const int *arguments)
{
    cki_signature types = *signature;
    cki_op op = cki_ufunc_op(ufunc);
    int count = cki_ufunc_inputs(ufunc), result;

    if (program->error.status != CASK_OK)
        return -1;
    for (int i = 0; i < count; i++) {
        if (!valid(program, arguments[i]))
            return broken(program);
    }
    /* In place of clip, its two halves. */
    if (!cki_loop_find(op == CKI_OP_clip ? CKI_OP_maximum : op, &types))
        widen(&types);
    if (op != CKI_OP_clip) {
        result = apply(program, op, count, &types, arguments);
    } else {
        int pair[2] = {apply(program, CKI_OP_maximum, 2, &types, arguments), arguments[2]};

        result = pair[0] < 0 ? -1 : apply(program, CKI_OP_minimum, 2, &types, pair);
    }
    return result < 0 ? -1 : cki_program_cast(program, result, signature->out);
}

static void mark(cki_program *program)
{
    for (int i = 0; i < program->count; i++)
        program->steps[i].place = program->steps[i].last = -1;
    program->steps[program->result].last = program->count;
    for (int i = program->count - 1; i >= 0; i--) {
        cki_step *step = &program->steps[i];

        for (int k = 0; k < step->count && step->last >= 0; k++) {
            cki_step *argument = &program->steps[step->arguments[k]];

            argument->last = argument->last > i ? argument->last : i;
        }
    }
}

enum { TILES = 40 * 1024 }; /* bytes of all tiles together: they are to stay in the nearest cache */

/* Give each live step a tile of memory, one after the other: a tile is free again after the last
 * step that reads it. Inputs and constants keep theirs. */
static void place(cki_program *program)
{
    int holder[CKI_STEP_LIMIT]; /* the step in each place, -1 if it is free */
    size_t size = 1;

    for (int i = 0; i < program->count; i++) {
        cki_step *step = &program->steps[i];
        bool fixed = step->kind == CKI_STEP_INPUT || step->kind == CKI_STEP_CONSTANT;
        int at = 0;

        if (step->last < 0)
            continue;
        while (at < program->places && (fixed || holder[at] >= 0))
            at++;
        step->place = at;
        if (at == program->places)
            program->places++;
        holder[at] = i;
        size = cki_dtype_size(step->types.out) > size ? cki_dtype_size(step->types.out) : size;
        for (int k = 0; k < step->count; k++) {
            const cki_step *argument = &program->steps[step->arguments[k]];

            if (argument->last == i && argument->count > 0)
                holder[argument->place] = -1;
        }
    }
    size_t room = TILES / ((size_t)program->places * size);
    room = room < 8192 / size ? room : 8192 / size;
    program->tile = room / CKI_TILE_PART * CKI_TILE_PART;
    program->tile = program->tile > 4096 ? 4096 : program->tile ? program->tile : CKI_TILE_PART;
    program->place_size = (program->tile * size + 63) & ~(size_t)63;
}

cask_status cki_program_finish(cki_program *program, int result, cki_error *error)
{
    if (program->error.status == CASK_OK && !valid(program, result))
        broken(program);
    if (program->error.status != CASK_OK)
        return cki_fail(error, program->error.status, program->error.python, "%s",
                        program->error.message);
    program->result = result;
    mark(program);
    cki_program_join(program);
    mark(program); /* what was joined is wanted no more */
    place(program);
    return CASK_OK;
}

size_t cki_program_inputs(const cki_program *program)
{
    return (size_t)program->inputs;
}

cki_dtype cki_program_dtype(const cki_program *program)
{
    return program->steps[program->result].types.out;
}

const char *cki_program_isa(void)
{
    return cki_loop_vector()->isa;
}

void cki_program_text(const cki_program *program, cki_text *text)
{
    static const char *const names[] = {
#define CKI_OP_TEXT(name) [CKI_OP_##name] = #name,
        CKI_VECTOR_OPS(CKI_OP_TEXT) CKI_SCALAR_OPS(CKI_OP_TEXT)
#undef CKI_OP_TEXT
    };

    for (int i = 0; i < program->count; i++) {
        const cki_step *step = &program->steps[i];
        char buffer[48];

        if (program->result >= 0 && step->last < 0)
            continue;
        cki_text_format(text, "r%d = %s %s", i,
                        step->kind == CKI_STEP_INPUT      ? "input"
                        : step->kind == CKI_STEP_CONSTANT ? "constant"
                        : step->kind == CKI_STEP_CAST     ? "cast"
                                                          : names[step->op],
                        cki_dtype_name(step->types.out, buffer));
        if (step->kind == CKI_STEP_INPUT)
            cki_text_format(text, " %d", step->input);
        for (int k = 0; k < step->count; k++)
            cki_text_format(text, " r%d", step->arguments[k]);
        cki_text_char(text, '\n');
    }
}

/* Constants stay in the first program's arena, which has to outlive the copy. */
cki_program *cki_program_copy(const cki_program *program, cki_error *error)
{
    cki_program *copy = cki_program_new(error);

    if (!copy)
        return NULL;
    copy->steps = cki_memory_alloc((size_t)program->capacity * sizeof *copy->steps);
    if (!copy->steps) {
        cki_fail_memory(error, (size_t)program->capacity * sizeof *copy->steps);
        cki_program_free(copy);
        return NULL;
    }
    memcpy(copy->steps, program->steps, (size_t)program->count * sizeof *copy->steps);
    memcpy(copy->input_step, program->input_step, sizeof copy->input_step);
    copy->count = program->count;
    copy->capacity = program->capacity;
    copy->inputs = program->inputs;
    return copy;
}
