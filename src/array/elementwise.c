/* Element-wise nodes: types, broadcasting, constants; computed as programs over tiles (fuse.c). */
#include "array/elementwise.h"
#include "array/functions.h"
#include "array/fuse.h"
#include "array/source.h"

#include <string.h>

static const cki_node *fuse_elementwise(cki_optimiser *optimiser, const cki_node *node,
                                        cki_error *error);

/* ---- the fused node and its tasks ---- */

typedef struct lowered {
    cask_array array;
    const cki_fused *fused;
    const uint32_t *layers;
} lowered;

/* The shape that the inputs broadcast to. */
static cask_status broadcast_shape(const cki_task *task, int ndim, int64_t *shape, cki_error *error)
{
    for (int k = 0; k < ndim; k++)
        shape[k] = 1;
    for (size_t i = 0; i < task->ninputs; i++) {
        const cki_array *input = cki_array_of(task->inputs[i]);
        for (int k = 0; k < input->ndim; k++) {
            int64_t *length = &shape[ndim - input->ndim + k];
            if (*length == 1)
                *length = input->shape[k];
            else if (input->shape[k] != 1 && input->shape[k] != *length)
                return cki_fail(error, CASK_SHAPE, NULL,
                                "operands could not be broadcast together: blocks of %lld and %lld "
                                "elements meet",
                                (long long)*length, (long long)input->shape[k]);
        }
    }
    return CASK_OK;
}

static cask_status run_fused(const cki_task *task, cask_value **result, cki_error *error)
{
    const lowered *l = task->layer->parameters;
    const cki_array *inputs[CKI_PROGRAM_INPUTS];
    int64_t shape[CKI_MAX_NDIM];
    for (size_t i = 0; i < task->ninputs; i++)
        inputs[i] = cki_array_of(task->inputs[i]);
    if (broadcast_shape(task, l->array->ndim, shape, error) != CASK_OK)
        return error->status;
    *result = cki_array_new(l->array->dtype, l->array->ndim, shape, error);
    if (!*result)
        return error->status;
    cask_status status = cki_program_run(l->fused->program, inputs, cki_array_of(*result), error);
    if (status != CASK_OK) {
        cask_value_unref(*result);
        *result = NULL;
    }
    return status;
}

const cki_function cki_elementwise_fused_function = {"array.elementwise", 1, run_fused};

static void fused_inputs(const cki_layer *layer, int64_t block, cki_keys *keys)
{
    const lowered *l = layer->parameters;
    int64_t position[CKI_MAX_NDIM];
    cki_node_position(l->array, block, position);
    cki_fuse_inputs(l->layers, l->fused->inputs, l->fused->ninputs, l->array->ndim, position, keys);
}

static void fused_cost(const cki_layer *layer, int64_t block, cki_cost *cost)
{
    const lowered *l = layer->parameters;
    cost->output = cki_node_block_bytes(l->array, block);
    cost->working = 1 << 18; /* tiles and gathered inputs */
}

static void fused_spell(const cki_layer *layer, int64_t block, cki_spelling *spelling)
{
    const lowered *l = layer->parameters;
    (void)block;
    cki_fuse_spell(l->fused, spelling);
}

static cask_status lower_fused(cki_lowering *lowering, const cki_node *node, cki_error *error)
{
    cki_arena *arena = cki_graph_arena(cki_lower_graph(lowering));
    lowered *l = cki_arena_alloc(arena, sizeof *l);
    uint32_t *layers = cki_arena_array(arena, node->ninputs, sizeof *layers);
    if (!l || !layers)
        return cki_fail_memory(error, sizeof *l);
    for (size_t i = 0; i < node->ninputs; i++)
        layers[i] = cki_lower_input(lowering, node->inputs[i]);
    *l = (lowered){cki_node_as_array(node), node->parameters, layers};
    cki_layer layer = {.function = &cki_elementwise_fused_function,
                       .parameters = l,
                       .detail = l->fused->steps > 1 ? l->fused->names : NULL,
                       .inputs = fused_inputs,
                       .cost = fused_cost,
                       .spell = fused_spell};
    return cki_node_lower(lowering, l->array, layer, "", error);
}

static const cki_primitive fused_primitive = {
    .name = "fused", .size = sizeof(struct cask_array_node), .lower = lower_fused};

/* ---- the element-wise node ---- */

static const cki_primitive elementwise_primitive = {.name = "elementwise",
                                                    .size = sizeof(struct cask_array_node),
                                                    .fuse = fuse_elementwise,
                                                    .repeatable = cki_node_bytes};

/* Every element-wise node that was not absorbed becomes a fused one with a program. */
static const cki_node *fuse_elementwise(cki_optimiser *optimiser, const cki_node *node,
                                        cki_error *error)
{
    cki_build build = cki_optimise_build(optimiser, error);
    cki_fused *fused = cki_arena_alloc(build.arena, sizeof *fused);
    if (!fused) {
        cki_fail_memory(error, sizeof *fused);
        return NULL;
    }
    if (cki_fuse_program(optimiser, node, node, fused, error) != CASK_OK)
        return NULL;
    cask_array x = cki_node_as_array(node);
    const cask_array *inputs = (const cask_array *)(const void *)fused->inputs;
    cki_array_spec spec = {.primitive = &fused_primitive,
                           .label = x->label,
                           .dtype = x->dtype,
                           .ndim = x->ndim,
                           .axes = x->axes,
                           .inputs = inputs,
                           .ninputs = fused->ninputs,
                           .parameters = fused,
                           .token = node->token};
    cask_array made = cki_node_array(&build, &spec);
    return made ? &made->base : NULL;
}

bool cki_elementwise_is(const cki_node *node)
{
    return node->primitive == &elementwise_primitive;
}

const cki_elementwise *cki_elementwise_of(const cki_node *node)
{
    return cki_elementwise_is(node) ? node->parameters : NULL;
}

static cki_token token_of(const cki_elementwise *e, cki_hasher *hasher)
{
    cki_token_text(hasher, e->ufunc ? cki_ufunc_name(e->ufunc) : "astype");
    for (int i = 0; i < e->arguments; i++) {
        cki_token_int(hasher, e->input[i]);
        cki_token_int(hasher, e->signature.in[i].id);
        cki_token_int(hasher, e->signature.in[i].unit);
        cki_token_int(hasher, e->signature.in[i].count);
        if (e->input[i] < 0)
            cki_token_bytes(hasher, e->constant[i], cki_dtype_size(e->signature.in[i]));
    }
    return cki_token_end(hasher);
}

/* The node of `e`, whose inputs are aligned already. */
static cask_array make(cki_build *build, const cki_elementwise *e, const cask_array *inputs,
                       size_t ninputs, int ndim, const cki_axis *axes)
{
    cki_elementwise *own = cki_arena_copy(build->arena, e, sizeof *e);
    cki_hasher *hasher = own ? cki_token_start(build->error) : NULL;
    if (!hasher) {
        cki_fail_memory(build->error, sizeof *e);
        return NULL;
    }
    cki_array_spec spec = {.primitive = &elementwise_primitive,
                           .label = e->ufunc ? cki_ufunc_name(e->ufunc) : "astype",
                           .dtype = e->signature.out,
                           .ndim = ndim,
                           .axes = axes,
                           .inputs = inputs,
                           .ninputs = ninputs,
                           .parameters = own,
                           .token = token_of(e, hasher)};
    return cki_node_array(build, &spec);
}

cask_array cki_elementwise_rebuild(cki_build *build, cask_array node, const cask_array *inputs,
                                   int ndim, const cki_axis *axes)
{
    return make(build, node->base.parameters, inputs, node->base.ninputs, ndim, axes);
}

cask_array cki_elementwise_cast(cki_build *build, cask_array x, cki_dtype dtype)
{
    if (cki_dtype_same(x->dtype, dtype))
        return x;
    cki_elementwise e = {.signature = {.in = {x->dtype}, .out = dtype}, .arguments = 1};
    return make(build, &e, &x, 1, x->ndim, x->axes);
}

/* A constant argument's element in the type that the loop wants, in the arena. */
static const void *constant(cki_build *build, const cask_value *scalar, cki_dtype dtype)
{
    cask_value *array =
        cki_array_of(scalar) ? NULL : cki_array_from_scalar(scalar, (cki_dtype){0}, build->error);
    const cki_array *from = cki_array_of(array ? array : scalar);
    void *element = from ? cki_arena_alloc(build->arena, cki_dtype_size(dtype)) : NULL;
    if (from && !element)
        cki_fail_memory(build->error, cki_dtype_size(dtype));
    if (element && cki_array_cast_element(dtype, element, from->dtype, from->data, build->error))
        element = NULL;
    cask_value_unref(array);
    return element;
}

/* Sort the arguments into lazy inputs and constants. At least one becomes an input. */
static cask_status sort_arguments(cki_build *build, cask_value *const *arguments, size_t count,
                                  cki_elementwise *e, cask_array *inputs, size_t *ninputs,
                                  cki_operand *operands)
{
    *ninputs = 0;
    for (size_t i = 0; i < count; i++) {
        cask_array lazy = cki_node_lazy(arguments[i]);
        const cki_array *eager = cki_array_of(arguments[i]);
        bool list = arguments[i]->kind == CKI_LIST || arguments[i]->kind == CKI_TUPLE ||
                    arguments[i]->kind == CKI_RANGE;
        if (!lazy && ((eager && eager->ndim > 0) || list) &&
            !(lazy = cki_node_from_value(build, arguments[i])))
            return build->error->status;
        e->input[i] = lazy ? (int)*ninputs : -1;
        if (lazy) {
            operands[i] = (cki_operand){.dtype = lazy->dtype};
            inputs[(*ninputs)++] = lazy;
        } else if (cki_value_operand(arguments[i], &operands[i], build->error) != CASK_OK) {
            return build->error->status;
        }
    }
    return CASK_OK;
}

static bool any_lazy(cask_value *const *arguments, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (cki_node_lazy(arguments[i]))
            return true;
    return false;
}

cask_array cki_elementwise_values(cki_build *build, const char *ufunc, cask_value *const *arguments,
                                  size_t count)
{
    cki_elementwise e = {.ufunc = cki_ufunc_find(ufunc), .arguments = (int)count};
    cask_array inputs[CKI_UFUNC_INPUTS];
    cki_operand operands[CKI_UFUNC_INPUTS];
    cki_axis axes[CKI_MAX_NDIM];
    size_t ninputs;
    int ndim;
    if (!e.ufunc || count != (size_t)cki_ufunc_inputs(e.ufunc)) {
        cki_fail_internal(build->error, ufunc);
        return NULL;
    }
    if (sort_arguments(build, arguments, count, &e, inputs, &ninputs, operands) != CASK_OK)
        return NULL;
    /* lazy operands: shapes are wrong before types are, as in Dask */
    bool first = any_lazy(arguments, count);
    if (first && cki_elementwise_unify(build, inputs, ninputs, axes, &ndim) != CASK_OK)
        return NULL;
    if (cki_ufunc_resolve(e.ufunc, operands, &e.signature, build->error) != CASK_OK)
        return NULL;
    if (!ninputs) { /* scalars only: the first one is a 0-d array */
        inputs[ninputs++] = cki_node_from_value(build, arguments[0]);
        e.input[0] = 0;
        if (!inputs[0])
            return NULL;
    }
    for (size_t i = 0; i < count; i++)
        if (e.input[i] < 0 && !(e.constant[i] = constant(build, arguments[i], e.signature.in[i])))
            return NULL;
    if (!first && cki_elementwise_unify(build, inputs, ninputs, axes, &ndim) != CASK_OK)
        return NULL;
    return make(build, &e, inputs, ninputs, ndim, axes);
}

cask_array cki_elementwise_arrays(cki_build *build, const char *ufunc, const cask_array *arguments,
                                  size_t count)
{
    cki_elementwise e = {.ufunc = cki_ufunc_find(ufunc), .arguments = (int)count};
    cask_array inputs[CKI_UFUNC_INPUTS];
    cki_operand operands[CKI_UFUNC_INPUTS];
    cki_axis axes[CKI_MAX_NDIM];
    int ndim;
    if (!e.ufunc || count != (size_t)cki_ufunc_inputs(e.ufunc)) {
        cki_fail_internal(build->error, ufunc);
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        inputs[i] = arguments[i];
        operands[i] = (cki_operand){.dtype = arguments[i]->dtype};
        e.input[i] = (int)i;
    }
    if (cki_ufunc_resolve(e.ufunc, operands, &e.signature, build->error) != CASK_OK ||
        cki_elementwise_unify(build, inputs, count, axes, &ndim) != CASK_OK)
        return NULL;
    return make(build, &e, inputs, count, ndim, axes);
}

cask_array cki_elementwise_nonzero(cki_build *build, cask_array x)
{
    if (!cki_dtype_is_text(x->dtype))
        return cki_elementwise_cast(build, x, cki_dtype_of(CASK_BOOL));
    cask_value *pair[2] = {cki_node_value(build, x), cki_value_string("", build->error)};
    cask_array made = NULL;
    if (pair[0] && pair[1])
        made = cki_elementwise_values(build, "not_equal", pair, 2);
    cask_value_unref(pair[0]);
    cask_value_unref(pair[1]);
    return made;
}
