/* LU by panels, left to right: a panel takes the updates of all panels before it, one a task, and
 * is then factored with pivots from all of its rows. So a task holds three panels at most, and the
 * pivots are those of the whole matrix, not of a block. */
#include "array/lu.h"
#include "array/functions.h"
#include "array/matrix.h"
#include "array/parts.h"
#include "array/rechunk.h"
#include "array/runs.h"
#include "core/memory.h"
#include "kernel/lapack.h"
#include "kernel/matmul.h"

#include <limits.h>
#include <string.h>

enum { PANEL, PIVOTS, PARTS };
/* A panel wider than `NARROW` columns may hold this many bytes. */
enum { NARROW = 128 };
#define PANEL_BYTES ((int64_t)64 << 20)

/* Task p * panels + j: panel j after the update by panel p, or factored if p == j. */
typedef struct panels {
    cask_array a, out;
    uint32_t a_layer, own;
    int64_t count;
} panels;

static int32_t *pivots_of(const cki_array *array)
{
    return (int32_t *)(void *)array->data;
}

/* ---- tasks ---- */

static void inputs(const cki_layer *layer, int64_t number, cki_keys *keys)
{
    const panels *x = layer->parameters;
    int64_t p = number / x->count, j = number % x->count;
    if (p > j)
        return; /* never wanted */
    if (p == 0)
        cki_graph_key(keys, x->a_layer, j);
    else
        cki_graph_key(keys, x->own, (p - 1) * x->count + j);
    if (p < j)
        cki_graph_key(keys, x->own, p * x->count + p);
}

static void cost(const cki_layer *layer, int64_t number, cki_cost *cost)
{
    const panels *x = layer->parameters;
    size_t bytes = cki_node_block_bytes(x->a, number % x->count);
    *cost = (cki_cost){.output = bytes + bytes / 64 + 4096, .working = bytes};
}

/* Rows first .. of x. */
static cki_array below(const cki_array *x, int64_t first)
{
    cki_array rest = *x;
    rest.data += first * x->strides[0];
    rest.shape[0] -= first;
    return rest;
}

static void swap_rows(const cki_array *x, int64_t i, int64_t j)
{
    unsigned char *a = x->data + i * x->strides[0], *b = x->data + j * x->strides[0];
    size_t bytes = (size_t)x->shape[1] * cki_dtype_size(x->dtype);
    unsigned char piece[512];
    while (i != j && bytes) {
        size_t part = bytes < sizeof piece ? bytes : sizeof piece;
        memcpy(piece, a, part);
        memcpy(a, b, part);
        memcpy(b, piece, part);
        a += part, b += part, bytes -= part;
    }
}

/* The exchanges of a panel, on rows that begin where its diagonal does. */
static void exchange(const cki_array *x, const cki_array *pivots)
{
    for (int64_t i = 0; i < pivots->shape[0]; i++)
        swap_rows(x, i, pivots_of(pivots)[i]);
}

/* x, whose rows begin where panel p's diagonal does, by that panel: rows of u, and what remains. */
static cask_status update(const cki_array *x, const cask_value *factored, int64_t first,
                          cki_error *error)
{
    const cki_array *panel = cki_parts_of(factored, PANEL),
                    *pivots = cki_parts_of(factored, PIVOTS);
    if (!panel || !pivots)
        return cki_fail_internal(error, "array.lu");
    int64_t width = panel->shape[1];
    exchange(x, pivots);
    cki_array l = below(panel, first), top = *x, square = l;
    top.shape[0] = square.shape[0] = width;
    if (cki_lapack_triangular(&square, &top, CKI_LAPACK_LOWER | CKI_LAPACK_UNIT, 0, error) !=
        CASK_OK)
        return error->status;
    cki_array rest = below(x, width);
    l = below(&l, width);
    return cki_matmul_subtract(&l, &top, &rest, error);
}

/* The panel `out` factored from row `first` on: a list with its pivots; out is taken over. */
static cask_value *factor(cask_value *out, int64_t first, cki_error *error)
{
    cki_array rest = below(cki_array_of(out), first);
    cask_value *parts[PARTS] = {out,
                                cki_array_new(cki_dtype_of(CASK_I32), 1, &rest.shape[1], error)};
    if (parts[PIVOTS])
        cki_lapack_lu(&rest, pivots_of(cki_array_of(parts[PIVOTS])), error);
    cask_value *list = cki_parts_list(parts, PARTS, error);
    if (error->status == CASK_OK)
        return list;
    cask_value_unref(list);
    return NULL;
}

static cask_status run_panel(const cki_task *task, cask_value **result, cki_error *error)
{
    const panels *x = task->layer->parameters;
    int64_t p = task->block / x->count, j = task->block % x->count;
    const cki_array *given = cki_array_of(task->inputs[0]);
    int64_t first = cki_chunks_start(&x->a->axes[1], p);
    cask_value *out = given ? cki_array_new(given->dtype, 2, given->shape, error) : NULL;
    if (!out)
        return error->status ? error->status : cki_fail_internal(error, "array.lu");
    cki_array_copy(cki_array_of(out), given);
    if (p == j) {
        *result = factor(out, first, error);
        return error->status;
    }
    cki_array rest = below(cki_array_of(out), first);
    if (update(&rest, task->inputs[1], first, error) == CASK_OK)
        *result = out;
    else
        cask_value_unref(out);
    return error->status;
}

const cki_function cki_lu_function = {"array.lu", 1, run_panel};

/* ---- the node ---- */

static cki_key alias(const cki_layer *layer, int64_t block)
{
    const panels *x = layer->parameters;
    return (cki_key){x->own, block * x->count + block};
}

static cask_status lower(cki_lowering *lowering, const cki_node *node, cki_error *error)
{
    cki_graph *graph = cki_lower_graph(lowering);
    panels *x = cki_arena_alloc(cki_graph_arena(graph), sizeof *x);
    int64_t *grid = cki_arena_array(cki_graph_arena(graph), 2, sizeof *grid);
    if (!x || !grid)
        return cki_fail_memory(error, sizeof *x);
    *x = (panels){.a = cki_node_as_array(node->inputs[0]), .out = cki_node_as_array(node)};
    x->a_layer = cki_lower_input(lowering, node->inputs[0]);
    x->count = grid[0] = grid[1] = x->a->axes[1].blocks;
    x->own = (uint32_t)cki_graph_layers(graph);
    int64_t tasks;
    if (__builtin_mul_overflow(x->count, x->count, &tasks))
        return cki_fail(error, CASK_LIMIT, NULL, "lu: too many blocks");
    cki_layer layer = {.name = cki_lower_name(lowering, node, "lu", "panel"),
                       .function = &cki_lu_function,
                       .parameters = x,
                       .blocks = tasks,
                       .inward = true,
                       .inputs = inputs,
                       .cost = cost,
                       .grid = grid,
                       .ndim = 2};
    if (cki_graph_add(graph, &layer, &x->own, error) != CASK_OK)
        return error->status;
    return cki_node_lower(lowering, x->out, (cki_layer){.parameters = x, .alias = alias}, "",
                          error);
}

static const cki_primitive primitive = {
    .name = "array.lu", .size = sizeof(struct cask_array_node), .lower = lower, .barrier = true};

/* Columns as a has them, but not so wide that a panel becomes too large. */
static bool panel_axes(cki_build *build, cask_array a, cki_axis *axes)
{
    int64_t n = a->axes[0].length, widest = cki_chunks_largest(&a->axes[1]);
    int64_t width = PANEL_BYTES / (int64_t)cki_dtype_size(a->dtype) / (n > 1 ? n : 1);
    width = width < NARROW ? NARROW : width;
    axes[1] = a->axes[1];
    bool made = cki_matrix_axis(build, n, &axes[0]);
    if (made && widest > width && !cki_chunks_regular(build->arena, n, width, &axes[1])) {
        cki_fail_memory(build->error, sizeof(cki_run));
        return false;
    }
    return made;
}

bool cki_lu_factor(cki_build *build, cask_array a, cki_lu *lu)
{
    cki_axis *axes = cki_runs_axes(build, 2);
    *lu = (cki_lu){0};
    if (!axes || !panel_axes(build, a, axes))
        return false;
    a = cki_rechunk_to(build, a, axes);
    if (!a)
        return false;
    lu->panels = cki_node_array(build, &(cki_array_spec){.primitive = &primitive,
                                                         .label = "lu",
                                                         .dtype = a->dtype,
                                                         .ndim = 2,
                                                         .axes = axes,
                                                         .inputs = &a,
                                                         .ninputs = 1});
    if (!lu->panels)
        return false;
    cki_mapping from = cki_mapped_same(lu->panels);
    from.along[0] = CKI_MAPPED_ALL;
    from.along[1] = 0;
    lu->pivots = cki_parts_pick(
        build, PIVOTS,
        &(cki_mapped){
            .dtype = cki_dtype_of(CASK_I32), .ndim = 1, .axes = &axes[1], .inputs = {from}});
    return lu->pivots != NULL;
}
