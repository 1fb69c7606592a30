/* The contract node: out[batch, i, j] = sum over k of a[batch, i, k] @ b[batch, k, j], by blocks.
 * The blocks of k are taken in order, some at a time, each task adding to what the one before gave:
 * memory stays at a few blocks, and the bits never change. */
#include "array/contract.h"
#include "array/contract_chunks.h"
#include "array/elementwise.h"
#include "array/functions.h"
#include "array/rechunk.h"
#include "array/view.h"
#include "core/memory.h"
#include "graph/spelling.h"
#include "kernel/matmul.h"

#include <string.h>

/* Pairs of blocks that one task multiplies may hold this many bytes: enough that a chain of small
 * blocks is not all overhead, and little beside any memory limit. */
#define GATHER_BYTES ((size_t)8 << 20)

/* A batch axis of length 1 in one of them is broadcast. */
typedef cki_contraction parameters;

typedef struct product {
    const parameters *p;
    cask_array a, b, out;
    uint32_t a_layer, b_layer;
    int64_t pairs;         /* blocks along the inner axes, in all */
    int64_t gather, links; /* pairs a task, tasks a chain */
    size_t copied;         /* bytes of the blocks of a pair that have to be copied, at most */
} product;

/* One layer: the same link of every output block's chain. */
typedef struct chain_link {
    const product *x;
    int64_t link;
    uint32_t before; /* the layer of the link before, if link > 0 */
} chain_link;

/* ---- blocks ---- */

static int64_t count_blocks(cask_array x, int from, int count)
{
    int64_t blocks = 1;
    for (int k = from; k < from + count; k++)
        blocks *= x->axes[k].blocks;
    return blocks;
}

/* The pair's blocks of a and b, for an output block at `position`. */
static void pair_blocks(const product *x, const int64_t *position, int64_t pair, int64_t *a,
                        int64_t *b)
{
    const parameters *p = x->p;
    int64_t at_a[CKI_MAX_NDIM], at_b[CKI_MAX_NDIM];
    for (int k = 0; k < p->batch; k++) {
        at_a[k] = x->a->axes[k].blocks == 1 ? 0 : position[k];
        at_b[k] = x->b->axes[k].blocks == 1 ? 0 : position[k];
    }
    for (int k = 0; k < p->rows; k++)
        at_a[p->batch + k] = position[p->batch + k];
    for (int k = 0; k < p->columns; k++)
        at_b[p->batch + p->inner + k] = position[p->batch + p->rows + k];
    for (int k = p->inner - 1; k >= 0; k--) {
        int64_t blocks = x->b->axes[p->batch + k].blocks;
        at_a[p->batch + p->rows + k] = at_b[p->batch + k] = pair % blocks;
        pair /= blocks;
    }
    *a = cki_node_block(x->a, at_a);
    *b = cki_node_block(x->b, at_b);
}

/* The pairs of a link: from *first, their count returned. */
static int64_t link_pairs(const product *x, int64_t link, int64_t *first)
{
    *first = link * x->gather;
    return x->pairs - *first < x->gather ? x->pairs - *first : x->gather;
}

static void link_inputs(const cki_layer *layer, int64_t block, cki_keys *keys)
{
    const chain_link *own = layer->parameters;
    const product *x = own->x;
    int64_t position[CKI_MAX_NDIM], first;
    cki_node_position(x->out, block, position);
    int64_t count = link_pairs(x, own->link, &first);
    for (int64_t i = first; i < first + count; i++) {
        int64_t a, b;
        pair_blocks(x, position, i, &a, &b);
        cki_graph_key(keys, x->a_layer, a);
        cki_graph_key(keys, x->b_layer, b);
    }
    if (own->link)
        cki_graph_key(keys, own->before, block);
}

static void link_cost(const cki_layer *layer, int64_t block, cki_cost *cost)
{
    const product *x = ((const chain_link *)layer->parameters)->x;
    cost->output = cki_node_block_bytes(x->out, block);
    cost->working = x->copied;
}

/* ---- tasks ---- */

static int64_t length_of(const cki_array *array, int from, int count)
{
    int64_t length = 1;
    for (int k = from; k < from + count; k++)
        length *= array->shape[k];
    return length;
}

/* An input block as (batch..., m, n): a view, or a copy where its strides allow none. */
static cask_value *fold(cask_value *value, int batch, int first, int second, cki_error *error)
{
    const cki_array *array = cki_array_of(value);
    if (!array || array->ndim != batch + first + second) {
        cki_fail_internal(error, "contract: a block of another shape");
        return NULL;
    }
    int64_t shape[CKI_MAX_NDIM + 2];
    memcpy(shape, array->shape, (size_t)batch * sizeof *shape);
    shape[batch] = length_of(array, batch, first);
    shape[batch + 1] = length_of(array, batch + first, second);
    return cki_array_reshape(value, batch + 2, shape, error);
}

/* The matrix of a folded block at a batch position, axes of length 1 standing for any. */
static cki_array matrix_at(const cki_array *array, int batch, const int64_t *position)
{
    cki_array matrix = *array;
    for (int k = 0; k < batch; k++)
        if (array->shape[k] != 1)
            matrix.data += position[k] * array->strides[k];
    matrix.ndim = 2;
    for (int k = 0; k < 2; k++) {
        matrix.shape[k] = array->shape[batch + k];
        matrix.strides[k] = array->strides[batch + k];
    }
    return matrix;
}

/* out (batch..., m, n) = or += a @ b. */
static cask_status multiply(const cki_array *a, const cki_array *b, const cki_array *out, int batch,
                            bool accumulate, cki_error *error)
{
    int64_t position[CKI_MAX_NDIM] = {0};
    for (int k = 0; k < batch; k++)
        if (out->shape[k] == 0)
            return CASK_OK;
    for (;;) {
        cki_array x = matrix_at(a, batch, position), y = matrix_at(b, batch, position);
        cki_array z = matrix_at(out, batch, position);
        cask_status status = cki_matmul_run(&x, &y, &z, accumulate, error);
        int k = batch - 1;
        for (; k >= 0 && ++position[k] == out->shape[k]; k--)
            position[k] = 0;
        if (status != CASK_OK || k < 0)
            return status;
    }
}

/* The output block's shape, taken from the blocks that it is made of. */
static void out_shape(const parameters *p, const cki_array *a, const cki_array *b, int64_t *shape)
{
    int ndim = 0;
    for (int k = 0; k < p->batch; k++)
        shape[ndim++] = a->shape[k] == 1 ? b->shape[k] : a->shape[k];
    for (int k = 0; k < p->rows; k++)
        shape[ndim++] = a->shape[p->batch + k];
    for (int k = 0; k < p->columns; k++)
        shape[ndim++] = b->shape[p->batch + p->inner + k];
}

static cask_status add_pairs(const product *x, const cki_task *task, const cki_array *out,
                             bool accumulate, cki_error *error)
{
    const parameters *p = x->p;
    cki_array folded = *out; /* the new block, (batch..., m, n): C-contiguous, so a mere renaming */
    folded.ndim = p->batch + 2;
    folded.shape[p->batch] = length_of(out, p->batch, p->rows);
    folded.shape[p->batch + 1] = length_of(out, p->batch + p->rows, p->columns);
    int64_t stride = (int64_t)cki_dtype_size(out->dtype);
    for (int k = folded.ndim - 1; k >= 0; k--) {
        folded.strides[k] = stride;
        stride *= folded.shape[k];
    }
    cask_status status = CASK_OK;
    for (size_t i = 0; i + 1 < task->ninputs && status == CASK_OK; i += 2) {
        cask_value *a = fold(task->inputs[i], p->batch, p->rows, p->inner, error);
        cask_value *b = fold(task->inputs[i + 1], p->batch, p->inner, p->columns, error);
        status = a && b ? multiply(cki_array_of(a), cki_array_of(b), &folded, p->batch,
                                   accumulate || i > 0, error)
                        : error->status;
        cask_value_unref(a);
        cask_value_unref(b);
    }
    return status;
}

static cask_status run_link(const cki_task *task, cask_value **result, cki_error *error)
{
    const chain_link *own = task->layer->parameters;
    const product *x = own->x;
    const cki_array *a = cki_array_of(task->inputs[0]), *b = cki_array_of(task->inputs[1]);
    const cki_array *before = own->link ? cki_array_of(task->inputs[task->ninputs - 1]) : NULL;
    if (!a || !b || (own->link && !before))
        return cki_fail_internal(error, "contract: an input is no array");
    int64_t shape[CKI_MAX_NDIM];
    out_shape(x->p, a, b, shape);
    cask_value *out = cki_array_new(x->out->dtype, x->out->ndim, shape, error);
    if (!out)
        return error->status;
    if (before)
        cki_array_copy(cki_array_of(out), before);
    if (add_pairs(x, task, cki_array_of(out), before != NULL, error) != CASK_OK) {
        cask_value_unref(out);
        return error->status;
    }
    *result = out;
    return CASK_OK;
}

const cki_function cki_contract_blocks_function = {"array.contract", 1, run_link};

/* ---- the node ---- */

/* Append one link; *before is the layer of the one before, then its own. */
/* Pairs of blocks whose products are added, and what they are added to. */
static void spell(const cki_layer *layer, int64_t block, cki_spelling *spelling)
{
    const chain_link *own = layer->parameters;
    cki_keys keys = {0};
    link_inputs(layer, block, &keys);
    size_t pairs = (keys.count - (own->link > 0)) / 2;
    for (size_t side = 0; side < 2; side++) {
        cki_spelling_open(spelling);
        for (size_t i = 0; i < pairs; i++)
            cki_spelling_input(spelling, 2 * i + side);
        cki_spelling_close(spelling);
    }
    if (own->link)
        cki_spelling_input(spelling, keys.count - 1);
    cki_spelling_int(spelling, own->x->p->inner);
    spelling->failed |= keys.failed;
    cki_memory_free(keys.items);
}

static cask_status add_link(cki_lowering *lowering, const product *x, int64_t link,
                            uint32_t *before, cki_error *error)
{
    cki_graph *graph = cki_lower_graph(lowering);
    chain_link *own = cki_arena_alloc(cki_graph_arena(graph), sizeof *own);
    if (!own)
        return cki_fail_memory(error, sizeof *own);
    *own = (chain_link){x, link, *before};
    cki_layer layer = {.function = &cki_contract_blocks_function,
                       .parameters = own,
                       .blocks = cki_node_blocks(x->out),
                       .inputs = link_inputs,
                       .cost = link_cost,
                       .spell = spell};
    if (link == x->links - 1)
        return cki_node_lower(lowering, x->out, layer, "", error);
    layer.name = cki_lower_name(lowering, &x->out->base, x->out->label, "partial");
    return cki_graph_add(graph, &layer, before, error);
}

/* What is copied of a block before it is multiplied: nothing of a matrix as BLAS takes it, which a
 * task made anew. A view may have any strides, axes may have to be merged, and integers have loops
 * of their own. */
static size_t copied_bytes(const cki_graph *graph, const product *x, cask_array side,
                           uint32_t number)
{
    const parameters *p = x->p;
    const cki_layer *layer = cki_graph_layer(graph, number);
    bool blas = x->out->dtype.id != CASK_F16 &&
                (cki_dtype_is_float(x->out->dtype) || cki_dtype_is_complex(x->out->dtype));
    bool matrices = !p->batch && p->rows == 1 && p->inner == 1 && p->columns == 1;
    cki_cost cost = {0};
    if (blas && matrices && layer->cost && cki_node_blocks(side) > 0)
        layer->cost(layer, 0, &cost);
    bool made = cost.output > 0 && cost.output >= cki_node_block_bytes(side, 0);
    return made ? 0 : cki_node_largest_block(side);
}

static cask_status lower(cki_lowering *lowering, const cki_node *node, cki_error *error)
{
    cki_graph *graph = cki_lower_graph(lowering);
    product *x = cki_arena_alloc(cki_graph_arena(graph), sizeof *x);
    if (!x)
        return cki_fail_memory(error, sizeof *x);
    *x = (product){.p = node->parameters,
                   .a = cki_node_as_array(node->inputs[0]),
                   .b = cki_node_as_array(node->inputs[1]),
                   .out = cki_node_as_array(node)};
    x->a_layer = cki_lower_input(lowering, node->inputs[0]);
    x->b_layer = cki_lower_input(lowering, node->inputs[1]);
    x->copied = copied_bytes(graph, x, x->a, x->a_layer) + copied_bytes(graph, x, x->b, x->b_layer);
    x->pairs = count_blocks(x->b, x->p->batch, x->p->inner);
    size_t pair = cki_node_largest_block(x->a) + cki_node_largest_block(x->b);
    x->gather = (int64_t)(GATHER_BYTES / (pair ? pair : 1));
    x->gather = x->gather < 1 ? 1 : x->gather > x->pairs ? x->pairs : x->gather;
    x->links = (x->pairs + x->gather - 1) / x->gather;
    cask_status status = CASK_OK;
    uint32_t before = 0;
    for (int64_t i = 0; i < x->links && status == CASK_OK; i++)
        status = add_link(lowering, x, i, &before, error);
    return status;
}

static const cki_primitive contract_primitive = {
    .name = "contract",
    .size = sizeof(struct cask_array_node),
    .lower = lower,
    .barrier = true,
};

/* One type for both, one in which products are defined. Integers and bools are summed in 64 bits,
 * as Dask's results are typed. */
static bool same_types(cki_build *build, cask_array *a, cask_array *b)
{
    cki_dtype dtype;
    if (cki_dtype_promote((*a)->dtype, (*b)->dtype, &dtype, build->error) != CASK_OK)
        return false;
    if (!cki_dtype_is_number(dtype)) {
        char name[48];
        cki_fail(build->error, CASK_TYPE, NULL, "dot, matmul and tensordot take numbers, not %s",
                 cki_dtype_name(dtype, name));
        return false;
    }
    if (dtype.id == CASK_BOOL || cki_dtype_is_integer(dtype))
        dtype = cki_dtype_of(cki_dtype_is_unsigned(dtype) ? CASK_U64 : CASK_I64);
    *a = cki_elementwise_cast(build, *a, dtype);
    *b = *a ? cki_elementwise_cast(build, *b, dtype) : NULL;
    return *b != NULL;
}

/* Give the batch and inner axes the same chunks: both arrays as views whose last axes are those. */
static bool align(cki_build *build, cask_array *a, cask_array *b, const parameters *p)
{
    int order_a[CKI_MAX_NDIM], order_b[CKI_MAX_NDIM], back_a[CKI_MAX_NDIM], back_b[CKI_MAX_NDIM];
    int na = (*a)->ndim, nb = (*b)->ndim;
    /* rows to the front of a, columns to the front of b, batch and inner axes behind */
    for (int k = 0; k < p->rows; k++)
        order_a[k] = p->batch + k;
    for (int k = 0; k < p->columns; k++)
        order_b[k] = p->batch + p->inner + k;
    for (int k = 0; k < p->batch; k++)
        order_a[p->rows + k] = order_b[p->columns + k] = k;
    for (int k = 0; k < p->inner; k++) {
        order_a[p->rows + p->batch + k] = p->batch + p->rows + k;
        order_b[p->columns + p->batch + k] = p->batch + k;
    }
    for (int k = 0; k < na; k++)
        back_a[order_a[k]] = k;
    for (int k = 0; k < nb; k++)
        back_b[order_b[k]] = k;
    /* length-1 axes in front keep rows and columns apart while the rest is unified */
    cask_array pair[2] = {cki_view_transpose(build, *a, order_a),
                          cki_view_transpose(build, *b, order_b)};
    for (int k = 0; k < p->columns && pair[0]; k++)
        pair[0] = cki_view_expand(build, pair[0], p->rows);
    for (int k = 0; k < p->rows && pair[1]; k++)
        pair[1] = cki_view_expand(build, pair[1], 0);
    cki_axis axes[CKI_MAX_NDIM];
    int ndim;
    if (!pair[0] || !pair[1] || cki_elementwise_unify(build, pair, 2, axes, &ndim) != CASK_OK)
        return false;
    bool drop_a[CKI_MAX_NDIM] = {0}, drop_b[CKI_MAX_NDIM] = {0};
    for (int k = 0; k < p->columns; k++)
        drop_a[p->rows + k] = true;
    for (int k = 0; k < p->rows; k++)
        drop_b[k] = true;
    pair[0] = cki_view_squeeze(build, pair[0], drop_a);
    pair[1] = cki_view_squeeze(build, pair[1], drop_b);
    *a = pair[0] ? cki_view_transpose(build, pair[0], back_a) : NULL;
    *b = pair[1] ? cki_view_transpose(build, pair[1], back_b) : NULL;
    return *a && *b;
}

/* Whether the axes that must agree have the same chunks already. */
static bool aligned(cask_array a, cask_array b, const parameters *p)
{
    for (int k = 0; k < p->batch; k++) {
        bool one = cki_node_length(a, k) == 1 || cki_node_length(b, k) == 1;
        if (!one && !cki_chunks_same(&a->axes[k], &b->axes[k]))
            return false;
    }
    for (int k = 0; k < p->inner; k++)
        if (!cki_chunks_same(&a->axes[p->batch + p->rows + k], &b->axes[p->batch + k]))
            return false;
    return true;
}

cask_array cki_contract_product(cki_build *build, cask_array a, cask_array b, const parameters *how,
                                const char *label)
{
    int ndim = how->batch + how->rows + how->columns;
    if (ndim + how->inner > CKI_MAX_NDIM) {
        cki_fail(build->error, CASK_INVALID, NULL, "maximum supported dimension for an array is %d",
                 CKI_MAX_NDIM);
        return NULL;
    }
    if (!same_types(build, &a, &b))
        return NULL;
    cki_axis given[CKI_MAX_NDIM] = {{0}}; /* the result's, as the operands' chunks have it */
    bool matrices = !how->batch && how->rows == 1 && how->inner == 1 && how->columns == 1;
    if (matrices) {
        given[0] = a->axes[0];
        given[1] = b->axes[1];
        if (!cki_contract_chunks_choose(build, &a, &b))
            return NULL;
    }
    if (!aligned(a, b, how) && !align(build, &a, &b, how))
        return NULL;
    parameters *p = cki_arena_copy(build->arena, how, sizeof *p);
    cki_axis *axes = cki_arena_array(build->arena, (size_t)ndim + 1, sizeof *axes);
    cki_hasher *hasher = p && axes ? cki_token_start(build->error) : NULL;
    if (!hasher) {
        cki_fail_memory(build->error, sizeof *p);
        return NULL;
    }
    cki_token_bytes(hasher, p, sizeof *p);
    for (int k = 0; k < p->batch; k++)
        axes[k] = cki_node_length(a, k) == 1 ? b->axes[k] : a->axes[k];
    for (int k = 0; k < p->rows; k++)
        axes[p->batch + k] = a->axes[p->batch + k];
    for (int k = 0; k < p->columns; k++)
        axes[p->batch + p->rows + k] = b->axes[p->batch + p->inner + k];
    cask_array made = cki_node_array(build, &(cki_array_spec){
                                                .primitive = &contract_primitive,
                                                .label = label,
                                                .dtype = a->dtype,
                                                .ndim = ndim,
                                                .axes = axes,
                                                .inputs = (cask_array[]){a, b},
                                                .ninputs = 2,
                                                .parameters = p,
                                                .token = cki_token_end(hasher),
                                            });
    return made && matrices ? cki_rechunk_to(build, made, given) : made;
}

/* ---- the products of NumPy ---- */

static void put_shape(cki_text *text, cask_array x)
{
    cki_text_char(text, '(');
    for (int k = 0; k < x->ndim; k++)
        cki_text_format(text, "%s%lld", k ? "," : "", (long long)cki_node_length(x, k));
    cki_text_put(text, x->ndim == 1 ? ",)" : ")");
}

/* NumPy's words. */
static cask_array fail_aligned(cki_build *build, cask_array a, cask_array b, int i, int j)
{
    cki_text text = {0};
    cki_text_put(&text, "shapes ");
    put_shape(&text, a);
    cki_text_put(&text, " and ");
    put_shape(&text, b);
    cki_fail(build->error, CASK_SHAPE, NULL, "%s not aligned: %lld (dim %d) != %lld (dim %d)",
             text.bytes ? text.bytes : "shapes", (long long)cki_node_length(a, i), i,
             (long long)cki_node_length(b, j), j);
    cki_text_free(&text);
    return NULL;
}

cask_array cki_contract_tensordot(cki_build *build, cask_array a, cask_array b, const int *a_axes,
                                  const int *b_axes, int count)
{
    int order_a[CKI_MAX_NDIM], order_b[CKI_MAX_NDIM], na = 0, nb = count;
    bool inner_a[CKI_MAX_NDIM] = {0}, inner_b[CKI_MAX_NDIM] = {0};
    for (int i = 0; i < count; i++) {
        if (cki_node_length(a, a_axes[i]) != cki_node_length(b, b_axes[i]))
            return fail_aligned(build, a, b, a_axes[i], b_axes[i]);
        inner_a[a_axes[i]] = inner_b[b_axes[i]] = true;
    }
    for (int k = 0; k < a->ndim; k++)
        if (!inner_a[k])
            order_a[na++] = k;
    parameters p = {.rows = na, .inner = count, .columns = b->ndim - count};
    for (int i = 0; i < count; i++) {
        order_a[na++] = a_axes[i];
        order_b[i] = b_axes[i];
    }
    for (int k = 0; k < b->ndim; k++)
        if (!inner_b[k])
            order_b[nb++] = k;
    a = cki_view_transpose(build, a, order_a);
    b = a ? cki_view_transpose(build, b, order_b) : NULL;
    return b ? cki_contract_product(build, a, b, &p, "sum-aggregate") : NULL;
}

cask_array cki_contract_dot(cki_build *build, cask_array a, cask_array b)
{
    if (a->ndim == 0 || b->ndim == 0)
        return cki_elementwise_arrays(build, "multiply", (cask_array[]){a, b}, 2);
    int last = a->ndim - 1, row = b->ndim < 2 ? 0 : b->ndim - 2;
    return cki_contract_tensordot(build, a, b, &last, &row, 1);
}

/* x with axes of length 1 in front until it has ndim of them. */
static cask_array widen(cki_build *build, cask_array x, int ndim)
{
    while (x && x->ndim < ndim)
        x = cki_view_expand(build, x, 0);
    return x;
}

cask_array cki_contract_matmul(cki_build *build, cask_array a, cask_array b)
{
    if (a->ndim == 0 || b->ndim == 0) {
        cki_fail(build->error, CASK_INVALID, NULL, "`matmul` does not support scalars.");
        return NULL;
    }
    int inner = b->ndim == 1 ? 0 : b->ndim - 2;
    if (cki_node_length(a, a->ndim - 1) != cki_node_length(b, inner)) {
        cki_fail(build->error, CASK_SHAPE, NULL,
                 "matmul: Input operand 1 has a mismatch in its core dimension 0, with gufunc "
                 "signature (n?,k),(k,m?)->(n?,m?) (size %lld is different from %lld)",
                 (long long)cki_node_length(b, inner), (long long)cki_node_length(a, a->ndim - 1));
        return NULL;
    }
    bool row = a->ndim == 1, column = b->ndim == 1;
    a = row ? cki_view_expand(build, a, 0) : a;
    b = a && column ? cki_view_expand(build, b, 1) : b;
    if (!a || !b)
        return NULL;
    int ndim = a->ndim > b->ndim ? a->ndim : b->ndim;
    a = widen(build, a, ndim);
    b = a ? widen(build, b, ndim) : NULL;
    parameters p = {.batch = ndim - 2, .rows = 1, .inner = 1, .columns = 1};
    cask_array out = b ? cki_contract_product(build, a, b, &p, "_chunk_sum-aggregate") : NULL;
    bool drop[CKI_MAX_NDIM] = {0};
    drop[ndim - 2] = row;
    drop[ndim - 1] = column;
    return out && (row || column) ? cki_view_squeeze(build, out, drop) : out;
}
