/* The cumulative node: each block is scanned by itself; the blocks' totals are added up by a tree
 * (up the levels, then down), so that a long axis has few layers; then each block begins with what
 * came before it. The tree depends on the chunks alone, so the bits never change. */
#include "array/cumulative.h"
#include "array/cumulative_loop.h"
#include "array/elementwise.h"
#include "array/functions.h"
#include "array/out.h"
#include "array/rechunk.h"
#include "array/reductions.h"
#include "array/reshape.h"
#include "graph/spelling.h"

#include <math.h>
#include <string.h>

typedef struct parameters {
    int axis;
    cki_cumulative_kind kind;
} parameters;

/* One layer of the tree. Its blocks are the node's, with `length` of them along the axis. */
typedef struct level {
    const parameters *p;
    cask_array x;
    int64_t length;
    uint32_t first, second; /* layers that the tasks take from */
} level;

/* Block `block` of a grid that has `length` blocks along the axis: its place there, and the same
 * block's number with another place in a grid of another length. */
static int64_t place_of(const level *l, int64_t block, int64_t *outer, int64_t *inner)
{
    int64_t behind = 1;
    for (int k = l->p->axis + 1; k < l->x->ndim; k++)
        behind *= l->x->axes[k].blocks;
    *inner = block % behind;
    *outer = block / behind / l->length;
    return block / behind % l->length;
}

static int64_t number_of(const level *l, int64_t outer, int64_t place, int64_t length,
                         int64_t inner)
{
    int64_t behind = 1;
    for (int k = l->p->axis + 1; k < l->x->ndim; k++)
        behind *= l->x->axes[k].blocks;
    return (outer * length + place) * behind + inner;
}

/* ---- tasks ---- */

/* A new C-contiguous copy. */
static cask_value *copy_of(const cki_array *array, cki_error *error)
{
    cask_value *copy = cki_array_new(array->dtype, array->ndim, array->shape, error);
    if (copy)
        cki_array_copy(cki_array_of(copy), array);
    return copy;
}

/* A block's total: the last element of its scan. */
static cask_status run_total(const cki_task *task, cask_value **result, cki_error *error)
{
    const level *l = task->layer->parameters;
    const cki_array *array = cki_array_of(task->inputs[0]);
    if (!array)
        return cki_fail_internal(error, "cumulative: an input is no array");
    int axis = l->p->axis;
    int64_t shape[CKI_MAX_NDIM];
    memcpy(shape, array->shape, (size_t)array->ndim * sizeof *shape);
    shape[axis] = 1;
    cask_value *scanned = copy_of(array, error);
    cask_value *total = scanned ? cki_array_new(array->dtype, array->ndim, shape, error) : NULL;
    if (total) {
        cki_cumulative_loop_scan(cki_array_of(scanned), axis, l->p->kind, NULL, error);
        cki_array last = *cki_array_of(scanned);
        if (last.shape[axis] > 0) {
            last.data += (last.shape[axis] - 1) * last.strides[axis];
            last.shape[axis] = 1;
            cki_array_copy(cki_array_of(total), &last);
        } else { /* of nothing: what changes nothing */
            cask_value *scalar = cki_array_new(array->dtype, 0, NULL, error);
            if (scalar)
                cki_cumulative_loop_identity(array->dtype, l->p->kind, cki_array_of(scalar)->data,
                                             error);
            cask_value *spread =
                scalar ? cki_array_broadcast(cki_array_of(scalar), array->ndim, shape, error)
                       : NULL;
            if (spread)
                cki_array_copy(cki_array_of(total), cki_array_of(spread));
            cask_value_unref(scalar);
            cask_value_unref(spread);
        }
    }
    cask_value_unref(scanned);
    if (error->status == CASK_OK)
        *result = total;
    else
        cask_value_unref(total);
    return error->status;
}

/* One total, or two one after the other. */
static cask_status run_add(const cki_task *task, cask_value **result, cki_error *error)
{
    const level *l = task->layer->parameters;
    if (task->ninputs == 1) {
        *result = cask_value_ref(task->inputs[0]);
        return CASK_OK;
    }
    const cki_array *a = cki_array_of(task->inputs[0]), *b = cki_array_of(task->inputs[1]);
    if (!a || !b)
        return cki_fail_internal(error, "cumulative: a total is no array");
    cask_value *sum = copy_of(b, error);
    cask_value *first = cki_array_compact(task->inputs[0], error);
    if (sum && first &&
        cki_cumulative_loop_combine(cki_array_of(sum), cki_array_of(first), l->p->kind, error) ==
            CASK_OK)
        *result = sum;
    else
        cask_value_unref(sum);
    cask_value_unref(first);
    return error->status;
}

/* A block's scan, beginning with what came before it. */
static cask_status run_scan(const cki_task *task, cask_value **result, cki_error *error)
{
    const level *l = task->layer->parameters;
    const cki_array *array = cki_array_of(task->inputs[0]);
    cask_value *before = task->ninputs > 1 ? cki_array_compact(task->inputs[1], error) : NULL;
    cask_value *scanned = array ? copy_of(array, error) : NULL;
    if (!array || (task->ninputs > 1 && !before))
        cki_fail_internal(error, "cumulative: an input is no array");
    if (scanned && error->status == CASK_OK &&
        cki_cumulative_loop_scan(cki_array_of(scanned), l->p->axis, l->p->kind,
                                 cki_array_of(before), error) == CASK_OK)
        *result = scanned;
    else
        cask_value_unref(scanned);
    cask_value_unref(before);
    return error->status;
}

const cki_function cki_cumulative_total_function = {"array.cumulative_total", 1, run_total};
const cki_function cki_cumulative_add_function = {"array.cumulative_add", 1, run_add};
const cki_function cki_cumulative_scan_function = {"array.cumulative_scan", 1, run_scan};

/* ---- layers ---- */

static void same_input(const cki_layer *layer, int64_t block, cki_keys *keys)
{
    const level *l = layer->parameters;
    cki_graph_key(keys, l->first, block);
}

/* Going up: totals 2i and 2i + 1 of the level below, which has l->length * 2 of them or one less.
 */
typedef struct upward {
    level l;
    int64_t below;
} upward;

static void up_inputs(const cki_layer *layer, int64_t block, cki_keys *keys)
{
    const upward *u = layer->parameters;
    int64_t outer, inner, place = place_of(&u->l, block, &outer, &inner);
    for (int64_t i = 2 * place; i < 2 * place + 2 && i < u->below; i++)
        cki_graph_key(keys, u->l.first, number_of(&u->l, outer, i, u->below, inner));
}

/* Going down: what is before block i of a level is what is before i / 2 of the level above, and
 * total i - 1 of its own if i is odd. Nothing is before block 0: its task is never wanted. */
typedef struct downward {
    level l; /* first: what is before, of the level above; second: totals of this level */
    int64_t above;
} downward;

static void down_inputs(const cki_layer *layer, int64_t block, cki_keys *keys)
{
    const downward *d = layer->parameters;
    int64_t outer, inner, place = place_of(&d->l, block, &outer, &inner);
    if (place / 2 > 0)
        cki_graph_key(keys, d->l.first, number_of(&d->l, outer, place / 2, d->above, inner));
    if (place % 2 == 1)
        cki_graph_key(keys, d->l.second, number_of(&d->l, outer, place - 1, d->l.length, inner));
}

static void scan_inputs(const cki_layer *layer, int64_t block, cki_keys *keys)
{
    const level *l = layer->parameters;
    int64_t outer, inner;
    cki_graph_key(keys, l->first, block);
    if (place_of(l, block, &outer, &inner) > 0)
        cki_graph_key(keys, l->second, block);
}

static void scan_cost(const cki_layer *layer, int64_t block, cki_cost *cost)
{
    const level *l = layer->parameters;
    cost->output = cki_node_block_bytes(l->x, block);
}

/* Bytes of a block's total, at most. */
static size_t total_bytes(const level *l)
{
    int64_t length = cki_chunks_largest(&l->x->axes[l->p->axis]);
    return cki_node_largest_block(l->x) / (size_t)(length > 1 ? length : 1);
}

static void total_cost(const cki_layer *layer, int64_t block, cki_cost *cost)
{
    const level *l = layer->parameters;
    cost->output = total_bytes(l);
    cost->working = cki_node_block_bytes(l->x, block);
}

static void add_cost(const cki_layer *layer, int64_t block, cki_cost *cost)
{
    const level *l = layer->parameters;
    (void)block;
    cost->output = total_bytes(l);
}

static void spell(const cki_layer *layer, int64_t block, cki_spelling *spelling)
{
    const level *l = layer->parameters;
    (void)block;
    cki_spelling_int(spelling, l->p->axis);
}

static int64_t grid_blocks(const level *l)
{
    return cki_node_blocks(l->x) / l->x->axes[l->p->axis].blocks * l->length;
}

static cask_status add_layer(cki_lowering *lowering, const level *l, const void *own,
                             const cki_function *function,
                             void (*inputs)(const cki_layer *, int64_t, cki_keys *),
                             const char *part, uint32_t *number, cki_error *error)
{
    cki_layer layer = {.function = function,
                       .parameters = own,
                       .blocks = grid_blocks(l),
                       .inputs = inputs,
                       .cost = function == &cki_cumulative_total_function ? total_cost : add_cost,
                       .spell = spell};
    layer.name = cki_lower_name(lowering, &l->x->base, l->x->label, part);
    return cki_graph_add(cki_lower_graph(lowering), &layer, number, error);
}

enum { MOST_LEVELS = 64 };

/* The levels of totals, from one a block to two in all; their layers and lengths. */
static cask_status go_up(cki_lowering *lowering, const level *scan, uint32_t *totals,
                         int64_t *lengths, int *count, cki_error *error)
{
    cki_arena *arena = cki_graph_arena(cki_lower_graph(lowering));
    level *first = cki_arena_copy(arena, scan, sizeof *scan);
    if (!first)
        return cki_fail_memory(error, sizeof *first);
    lengths[0] = scan->length;
    *count = 1;
    cask_status status = add_layer(lowering, first, first, &cki_cumulative_total_function,
                                   same_input, "total", &totals[0], error);
    while (status == CASK_OK && lengths[*count - 1] > 2 && *count < MOST_LEVELS) {
        upward *u = cki_arena_alloc(arena, sizeof *u);
        if (!u)
            return cki_fail_memory(error, sizeof *u);
        u->l = *scan;
        u->below = lengths[*count - 1];
        u->l.first = totals[*count - 1];
        u->l.length = lengths[*count] = (u->below + 1) / 2;
        status = add_layer(lowering, &u->l, u, &cki_cumulative_add_function, up_inputs, "up",
                           &totals[*count], error);
        ++*count;
    }
    return status;
}

static cask_status lower(cki_lowering *lowering, const cki_node *node, cki_error *error)
{
    cki_arena *arena = cki_graph_arena(cki_lower_graph(lowering));
    const parameters *p = node->parameters;
    cask_array x = cki_node_as_array(node);
    level *scan = cki_arena_alloc(arena, sizeof *scan);
    if (!scan)
        return cki_fail_memory(error, sizeof *scan);
    *scan = (level){.p = p, .x = x, .length = x->axes[p->axis].blocks};
    scan->first = cki_lower_input(lowering, node->inputs[0]);
    cask_status status = CASK_OK;
    if (scan->length > 1) {
        uint32_t totals[MOST_LEVELS];
        int64_t lengths[MOST_LEVELS], above = 1;
        int count = 0;
        status = go_up(lowering, scan, totals, lengths, &count, error);
        uint32_t before = 0;
        for (int i = count - 1; i >= 0 && status == CASK_OK; i--) {
            downward *d = cki_arena_alloc(arena, sizeof *d);
            if (!d)
                return cki_fail_memory(error, sizeof *d);
            d->l = *scan;
            d->l.first = before;
            d->l.second = totals[i];
            d->l.length = lengths[i];
            d->above = above;
            above = lengths[i];
            status = add_layer(lowering, &d->l, d, &cki_cumulative_add_function, down_inputs,
                               "down", &before, error);
        }
        scan->second = before;
    }
    if (status != CASK_OK)
        return status;
    return cki_node_lower(lowering, x,
                          (cki_layer){.function = &cki_cumulative_scan_function,
                                      .parameters = scan,
                                      .inputs = scan_inputs,
                                      .cost = scan_cost,
                                      .spell = spell},
                          "", error);
}

static const cki_primitive cumulative_primitive = {
    .name = "cumulative", .size = sizeof(struct cask_array_node), .lower = lower, .barrier = true};

/* ---- building ---- */

/* NaN replaced by what changes nothing. */
static cask_array without_nan(cki_build *build, cask_array x, bool product)
{
    if (!cki_dtype_is_float(x->dtype) && !cki_dtype_is_complex(x->dtype))
        return x;
    cask_array nan = cki_elementwise_arrays(build, "isnan", &x, 1);
    cask_value *three[3] = {nan ? cki_node_value(build, nan) : NULL,
                            cki_value_float(product, build->error), cki_node_value(build, x)};
    cask_array result =
        three[0] && three[1] && three[2] ? cki_elementwise_values(build, "where", three, 3) : NULL;
    for (int i = 0; i < 3; i++)
        cask_value_unref(three[i]);
    return result;
}

/* The type of the result: of a sum or product that of the reduction. */
static cask_status find_dtype(cki_build *build, cask_array x, cki_cumulative_kind kind,
                              cki_dtype dtype, cki_dtype *out)
{
    if (kind == CKI_CUMULATIVE_SUM || kind == CKI_CUMULATIVE_PRODUCT) {
        cki_reduction reduction;
        cki_reduce_kind like = kind == CKI_CUMULATIVE_SUM ? CKI_REDUCE_SUM : CKI_REDUCE_PROD;
        if (cki_reduce_resolve(like, false, x->dtype, dtype, 0, &reduction, build->error))
            return build->error->status;
        *out = reduction.out;
        return CASK_OK;
    }
    *out = dtype.id ? dtype : x->dtype;
    char name[48];
    if (cki_dtype_is_complex(*out) || cki_dtype_is_text(*out))
        return cki_fail(build->error, CASK_TYPE, NULL,
                        "cummax, cummin and push take real numbers and dates, not %s",
                        cki_dtype_name(*out, name));
    return CASK_OK;
}

cask_array cki_cumulative_scan(cki_build *build, cask_array x, int axis, cki_cumulative_kind kind,
                               bool skip_nan, cki_dtype dtype)
{
    static const char *const labels[] = {"cumsum", "cumprod", "cummax", "cummin", "push"};
    cki_dtype out;
    if (find_dtype(build, x, kind, dtype, &out) != CASK_OK)
        return NULL;
    if (skip_nan)
        x = without_nan(build, x, kind == CKI_CUMULATIVE_PRODUCT);
    cki_dtype loop = cki_cumulative_loop_dtype(out);
    x = x ? cki_elementwise_cast(build, x, loop) : NULL;
    parameters *p = x ? cki_arena_alloc(build->arena, sizeof *p) : NULL;
    cki_hasher *hasher = p ? cki_token_start(build->error) : NULL;
    if (!hasher) {
        if (x)
            cki_fail_memory(build->error, sizeof *p);
        return NULL;
    }
    *p = (parameters){axis, kind};
    cki_token_int(hasher, axis);
    cki_token_int(hasher, kind);
    cask_array scanned = cki_node_array(build, &(cki_array_spec){
                                                   .primitive = &cumulative_primitive,
                                                   .label = labels[kind],
                                                   .dtype = loop,
                                                   .ndim = x->ndim,
                                                   .axes = x->axes,
                                                   .inputs = &x,
                                                   .ninputs = 1,
                                                   .parameters = p,
                                                   .token = cki_token_end(hasher),
                                               });
    return scanned ? cki_elementwise_cast(build, scanned, out) : NULL;
}

/* ---- the records ---- */

typedef struct row {
    cki_cumulative_kind kind;
    bool skip_nan;
} row;

static cask_value *run_cumulative(cki_call *call)
{
    const row *how = call->operation->detail;
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array x = cki_node_from_value(&build, cki_operation_argument(call, "x"));
    cask_value *method = cki_operation_argument(call, "method");
    cki_dtype dtype;
    int axis = 0;
    bool known = method->kind == CKI_STR && (strcmp(method->as.text.bytes, "sequential") == 0 ||
                                             strcmp(method->as.text.bytes, "blelloch") == 0);
    if (!x || cki_node_dtype(cki_operation_argument(call, "dtype"), &dtype, call->error) != CASK_OK)
        return NULL;
    if (!known) {
        cki_text text = {0};
        cki_value_repr(method, &text);
        cki_fail(call->error, CASK_INVALID, NULL,
                 "Invalid method for cumreduction.  Expected \"sequential\" or \"blelloch\".  Got: "
                 "%s",
                 text.bytes ? text.bytes : "");
        cki_text_free(&text);
        return NULL;
    }
    if (cki_operation_is_none(call, "axis"))
        x = cki_reshape_ravel(&build, x);
    else if (cki_node_axis(cki_operation_argument(call, "axis"), x->ndim, &axis, call->error) !=
             CASK_OK)
        return NULL;
    return x ? cki_out_result(call, &build,
                              cki_cumulative_scan(&build, x, axis, how->kind, how->skip_nan, dtype))
             : NULL;
}

static const row sum_row = {CKI_CUMULATIVE_SUM, false}, nansum_row = {CKI_CUMULATIVE_SUM, true};
static const row product_row = {CKI_CUMULATIVE_PRODUCT, false};
static const row nanproduct_row = {CKI_CUMULATIVE_PRODUCT, true};
static const row max_row = {CKI_CUMULATIVE_MAX, false}, min_row = {CKI_CUMULATIVE_MIN, false};
static const row fill_row = {CKI_CUMULATIVE_FILL, false};

#define FUNCTION   (CKI_IN_DA | CKI_IN_NP)
#define PARAMETERS "x, axis=None, dtype=None, out=None, method='sequential'"
#define METHOD     "x, axis, dtype=None, out=None, *, method='sequential'"

static const cki_operation op_cumsum = {
    "cumsum",       FUNCTION, PARAMETERS, "Sums of all elements up to each one along an axis.",
    run_cumulative, &sum_row};
static const cki_operation op_cumprod = {
    "cumprod",      FUNCTION,
    PARAMETERS,     "Products of all elements up to each one along an axis.",
    run_cumulative, &product_row};
static const cki_operation op_x_cumsum = {
    "cumsum",       CKI_ARRAY_METHOD, METHOD, "Sums of all elements up to each one along an axis.",
    run_cumulative, &sum_row};
static const cki_operation op_x_cumprod = {
    "cumprod",      CKI_ARRAY_METHOD,
    METHOD,         "Products of all elements up to each one along an axis.",
    run_cumulative, &product_row};
static const cki_operation op_nancumsum = {"nancumsum",    FUNCTION,
                                           PARAMETERS,     "Cumulative sums, NaN counting as 0.",
                                           run_cumulative, &nansum_row};
static const cki_operation op_nancumprod = {
    "nancumprod",   FUNCTION,       PARAMETERS, "Cumulative products, NaN counting as 1.",
    run_cumulative, &nanproduct_row};

static const cki_operation op_cummax = {
    "cummax",       CKI_IN_DA, PARAMETERS, "The largest element up to each one along an axis.",
    run_cumulative, &max_row};
static const cki_operation op_cummin = {
    "cummin",       CKI_IN_DA, PARAMETERS, "The smallest element up to each one along an axis.",
    run_cumulative, &min_row};
static const cki_operation op_fill = {"cumfill",
                                      CKI_IN_DA,
                                      PARAMETERS,
                                      "The last element up to each one along an axis that is not "
                                      "NaN or NaT.",
                                      run_cumulative,
                                      &fill_row};

const cki_operation *const cki_cumulative_operations[] = {
    &op_cumsum,     &op_cumprod, &op_x_cumsum, &op_x_cumprod, &op_nancumsum,
    &op_nancumprod, &op_cummax,  &op_cummin,   &op_fill,      NULL,
};
