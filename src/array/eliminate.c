/* Elimination: block (i, j) of the result is what remains of the given one when the products of
 * blocks known before are taken away, and then one step with the diagonal's block. A block with
 * many such products is made by a chain of tasks, so that a task holds few blocks at once; all of
 * it is one layer, whose tasks need lower-numbered ones. */
#include "array/eliminate.h"
#include "array/functions.h"
#include "kernel/lapack.h"
#include "kernel/matmul.h"

#include <string.h>

/* Pairs of blocks that one task multiplies may hold this many bytes (as in contract.c). */
#define GATHER_BYTES ((size_t)8 << 20)

typedef struct parameters {
    bool cholesky, lower, unit;
} parameters;

typedef struct elimination {
    const parameters *p;
    cask_array a, b, out; /* b is a where a is factored */
    uint32_t a_layer, b_layer, own;
    int64_t rows, columns; /* blocks of the result */
    int64_t gather, links; /* products a task, tasks a chain at most */
} elimination;

/* A task: link `link` of the chain of block (i, j), rows counted in the order in which they are
 * known: from the last to the first where a is an upper triangle. */
typedef struct step {
    int64_t link, i, j;
} step;

static step step_of(const elimination *e, int64_t number)
{
    return (step){number / e->columns / e->rows, number / e->columns % e->rows,
                  number % e->columns};
}

static int64_t number_of(const elimination *e, int64_t link, int64_t i, int64_t j)
{
    return (link * e->rows + i) * e->columns + j;
}

/* How many products go into block (i, j), and the link that ends it: all are known by then. */
static int64_t products(const elimination *e, int64_t i, int64_t j)
{
    return !e->p->cholesky ? i : j > i ? 0 : j;
}

static int64_t end_of(const elimination *e, int64_t i, int64_t j)
{
    return number_of(e, products(e, i, j) / e->gather, i, j);
}

/* Where row i of the elimination is in the arrays. */
static int64_t row_of(const elimination *e, int64_t i)
{
    return e->p->cholesky || e->p->lower ? i : e->rows - 1 - i;
}

static bool is_last(const elimination *e, step s)
{
    return s.link == products(e, s.i, s.j) / e->gather;
}

static void inputs(const cki_layer *layer, int64_t number, cki_keys *keys)
{
    const elimination *e = layer->parameters;
    const step s = step_of(e, number);
    int64_t count = products(e, s.i, s.j), row = row_of(e, s.i);
    if (e->p->cholesky && s.j > s.i)
        return;
    if (s.link)
        cki_graph_key(keys, e->own, number_of(e, s.link - 1, s.i, s.j));
    else
        cki_graph_key(keys, e->b_layer, row * e->columns + s.j);
    for (int64_t p = s.link * e->gather; p < count && p < (s.link + 1) * e->gather; p++) {
        if (e->p->cholesky) {
            cki_graph_key(keys, e->own, end_of(e, s.i, p));
            cki_graph_key(keys, e->own, end_of(e, s.j, p));
        } else {
            cki_graph_key(keys, e->a_layer, row * e->rows + row_of(e, p));
            cki_graph_key(keys, e->own, end_of(e, p, s.j));
        }
    }
    if (!is_last(e, s))
        return;
    if (!e->p->cholesky)
        cki_graph_key(keys, e->a_layer, row * e->rows + row);
    else if (s.i != s.j)
        cki_graph_key(keys, e->own, end_of(e, s.j, s.j));
}

static void cost(const cki_layer *layer, int64_t number, cki_cost *cost)
{
    const elimination *e = layer->parameters;
    (void)number;
    size_t bytes = cki_node_largest_block(e->out), turned = cki_node_largest_block(e->a);
    /* a conjugate, a triangle in another order, or the copy that is factored */
    *cost = (cki_cost){.output = bytes, .working = bytes > turned ? bytes : turned};
}

/* ---- tasks ---- */

/* out -= a @ b, or a @ b^H. */
static cask_status subtract(const cki_array *a, const cki_array *b, bool adjoint,
                            const cki_array *out, cki_error *error)
{
    if (!adjoint)
        return cki_matmul_subtract(a, b, out, error);
    cask_value *conjugate = NULL;
    if (cki_dtype_is_complex(b->dtype)) {
        conjugate = cki_lapack_conjugate(b, error);
        if (!conjugate)
            return error->status;
        b = cki_array_of(conjugate);
    }
    cask_value *turned = cki_array_permute(b, (int[]){1, 0}, error);
    if (turned)
        cki_matmul_subtract(a, cki_array_of(turned), out, error);
    cask_value_unref(turned);
    cask_value_unref(conjugate);
    return error->status;
}

static cask_value *zeros(const elimination *e, step s, cki_error *error)
{
    int64_t shape[2];
    cki_node_block_shape(e->out, (int64_t[]){s.i, s.j}, shape);
    return cki_array_zeros(e->out->dtype, 2, shape, error);
}

/* The step with the diagonal's block, which is the last input; of a factor's own diagonal there is
 * none. */
static cask_status finish(const elimination *e, const cki_task *task, step s, cask_value **out,
                          cki_error *error)
{
    const cki_array *diagonal = cki_array_of(task->inputs[task->ninputs - 1]);
    if (!e->p->cholesky) {
        int how = (e->p->lower ? CKI_LAPACK_LOWER : 0) | (e->p->unit ? CKI_LAPACK_UNIT : 0);
        int64_t first = cki_chunks_start(&e->a->axes[0], row_of(e, s.i));
        return cki_lapack_triangular(diagonal, cki_array_of(*out), how, first, error);
    }
    if (s.i != s.j)
        return cki_lapack_triangular(diagonal, cki_array_of(*out),
                                     CKI_LAPACK_RIGHT | CKI_LAPACK_LOWER | CKI_LAPACK_ADJOINT, 0,
                                     error);
    cask_value *factor = NULL;
    if (cki_lapack_cholesky(cki_array_of(*out), &factor, error) != CASK_OK)
        return error->status;
    cask_value_unref(*out);
    *out = factor;
    return CASK_OK;
}

static cask_status run_step(const cki_task *task, cask_value **result, cki_error *error)
{
    const elimination *e = task->layer->parameters;
    const step s = step_of(e, task->block);
    if (e->p->cholesky && s.j > s.i) {
        *result = zeros(e, s, error);
        return error->status;
    }
    for (size_t i = 0; i < task->ninputs; i++)
        if (!cki_array_of(task->inputs[i]))
            return cki_fail_internal(error, "array.eliminate");
    const cki_array *given = cki_array_of(task->inputs[0]);
    cask_value *out = cki_array_new(given->dtype, 2, given->shape, error);
    if (!out)
        return error->status;
    cki_array_copy(cki_array_of(out), given);
    int64_t count = products(e, s.i, s.j) - s.link * e->gather;
    for (int64_t i = 0; i < count && i < e->gather && error->status == CASK_OK; i++)
        subtract(cki_array_of(task->inputs[1 + 2 * i]), cki_array_of(task->inputs[2 + 2 * i]),
                 e->p->cholesky, cki_array_of(out), error);
    if (error->status == CASK_OK && is_last(e, s))
        finish(e, task, s, &out, error);
    if (error->status == CASK_OK)
        *result = out;
    else
        cask_value_unref(out);
    return error->status;
}

const cki_function cki_eliminate_function = {"array.eliminate", 1, run_step};

/* ---- lowering ---- */

static cki_key alias(const cki_layer *layer, int64_t block)
{
    const elimination *e = layer->parameters;
    int64_t i = block / e->columns, j = block % e->columns;
    return (cki_key){e->own, end_of(e, row_of(e, i), j)};
}

static cask_status lower(cki_lowering *lowering, const cki_node *node, cki_error *error)
{
    cki_graph *graph = cki_lower_graph(lowering);
    elimination *e = cki_arena_alloc(cki_graph_arena(graph), sizeof *e);
    int64_t *grid = cki_arena_array(cki_graph_arena(graph), 3, sizeof *grid);
    if (!e || !grid)
        return cki_fail_memory(error, sizeof *e);
    *e = (elimination){.p = node->parameters,
                       .a = cki_node_as_array(node->inputs[0]),
                       .b = cki_node_as_array(node->inputs[node->ninputs - 1]),
                       .out = cki_node_as_array(node)};
    e->a_layer = cki_lower_input(lowering, node->inputs[0]);
    e->b_layer = cki_lower_input(lowering, node->inputs[node->ninputs - 1]);
    e->rows = e->out->axes[0].blocks;
    e->columns = e->out->axes[1].blocks;
    size_t pair = cki_node_largest_block(e->a) + cki_node_largest_block(e->b);
    e->gather = (int64_t)(GATHER_BYTES / (pair ? pair : 1));
    e->gather = e->gather < 1 ? 1 : e->gather > e->rows ? e->rows : e->gather;
    e->links = (e->rows - 1) / e->gather + 1;
    grid[0] = e->links, grid[1] = e->rows, grid[2] = e->columns;
    int64_t tasks;
    if (__builtin_mul_overflow(e->links, e->rows * e->columns, &tasks))
        return cki_fail(error, CASK_LIMIT, NULL, "%s: too many blocks", e->out->label);
    cki_layer layer = {.name = cki_lower_name(lowering, node, e->out->label, "step"),
                       .function = &cki_eliminate_function,
                       .parameters = e,
                       .blocks = tasks,
                       .inward = true,
                       .inputs = inputs,
                       .cost = cost,
                       .grid = grid,
                       .ndim = 3};
    e->own = (uint32_t)cki_graph_layers(graph);
    if (cki_graph_add(graph, &layer, &e->own, error) != CASK_OK)
        return error->status;
    return cki_node_lower(lowering, e->out, (cki_layer){.parameters = e, .alias = alias}, "",
                          error);
}

static const cki_primitive primitive = {.name = "array.eliminate",
                                        .size = sizeof(struct cask_array_node),
                                        .lower = lower,
                                        .barrier = true};

/* ---- building ---- */

static cask_array eliminate(cki_build *build, const char *label, const cask_array *arrays,
                            size_t count, const parameters *how)
{
    parameters *p = cki_arena_copy(build->arena, how, sizeof *p);
    cki_hasher *hasher = p ? cki_token_start(build->error) : NULL;
    if (!hasher) {
        cki_fail_memory(build->error, sizeof *p);
        return NULL;
    }
    cki_token_int(hasher, how->cholesky);
    cki_token_int(hasher, how->lower);
    cki_token_int(hasher, how->unit);
    return cki_node_array(build, &(cki_array_spec){.primitive = &primitive,
                                                   .label = label,
                                                   .dtype = arrays[0]->dtype,
                                                   .ndim = 2,
                                                   .axes = arrays[count - 1]->axes,
                                                   .inputs = arrays,
                                                   .ninputs = count,
                                                   .parameters = p,
                                                   .token = cki_token_end(hasher)});
}

cask_array cki_eliminate_solve(cki_build *build, cask_array a, cask_array b, bool lower, bool unit)
{
    return eliminate(build, "solve-triangular", (cask_array[]){a, b}, 2,
                     &(parameters){.lower = lower, .unit = unit});
}

cask_array cki_eliminate_cholesky(cki_build *build, cask_array a)
{
    return eliminate(build, "cholesky", &a, 1, &(parameters){.cholesky = true});
}
