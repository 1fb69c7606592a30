/* Arrays from delayed values, whose shape and type are promised before they are there. */
#include "array/from_delayed.h"
#include "array/api.h"
#include "array/functions.h"
#include "expr/argument.h"
#include "graph/spelling.h"
#include <cask/delayed.h>

#include <string.h>

/* Where the value comes from. */
typedef struct promise {
    cask_array x;
    uint32_t layer;
} promise;

static cask_status refuse(const promise *p, const cki_array *array, cki_error *error)
{
    cki_text promised = {0}, got = {0};
    for (int k = 0; k < p->x->ndim; k++)
        cki_text_format(&promised, "%s%lld", k ? ", " : "", (long long)cki_node_length(p->x, k));
    for (int k = 0; k < array->ndim; k++)
        cki_text_format(&got, "%s%lld", k ? ", " : "", (long long)array->shape[k]);
    cki_fail(error, CASK_SHAPE, NULL,
             "from_delayed: an array of shape (%s) was promised, but the value has shape (%s)",
             promised.bytes ? promised.bytes : "", got.bytes ? got.bytes : "");
    cki_text_free(&promised);
    cki_text_free(&got);
    return error->status;
}

static cask_status run_promise(const cki_task *task, cask_value **result, cki_error *error)
{
    const promise *p = task->layer->parameters;
    cask_value *given = cki_array_from_value(task->inputs[0], (cki_dtype){0}, error);
    const cki_array *array = cki_array_of(given);
    bool same = array && array->ndim == p->x->ndim;
    for (int k = 0; same && k < p->x->ndim; k++)
        same = array->shape[k] == cki_node_length(p->x, k);
    if (array && !same)
        refuse(p, array, error);
    if (array && same && cki_dtype_same(array->dtype, p->x->dtype)) {
        *result = given;
        return CASK_OK;
    }
    cask_value *made =
        array && same ? cki_array_new(p->x->dtype, array->ndim, array->shape, error) : NULL;
    if (made && cki_array_cast(cki_array_of(made), array, error) != CASK_OK) {
        cask_value_unref(made);
        made = NULL;
    }
    cask_value_unref(given);
    *result = made;
    return error->status;
}

const cki_function cki_from_delayed_function = {"array.from_delayed", 1, run_promise};

static void inputs(const cki_layer *layer, int64_t block, cki_keys *keys)
{
    const promise *p = layer->parameters;
    (void)block;
    cki_graph_key(keys, p->layer, 0);
}

static void cost(const cki_layer *layer, int64_t block, cki_cost *cost)
{
    const promise *p = layer->parameters;
    *cost = (cki_cost){.output = cki_node_block_bytes(p->x, block)};
}

static void spell(const cki_layer *layer, int64_t block, cki_spelling *spelling)
{
    const promise *p = layer->parameters;
    int64_t shape[CKI_MAX_NDIM];
    (void)block;
    for (int k = 0; k < p->x->ndim; k++)
        shape[k] = cki_node_length(p->x, k);
    cki_spelling_inputs(spelling, 0, 1);
    cki_spelling_ints(spelling, shape, (size_t)p->x->ndim);
    cki_spelling_dtype(spelling, p->x->dtype);
}

static cask_status lower(cki_lowering *lowering, const cki_node *node, cki_error *error)
{
    promise *p = cki_arena_alloc(cki_graph_arena(cki_lower_graph(lowering)), sizeof *p);
    if (!p)
        return cki_fail_memory(error, sizeof *p);
    *p = (promise){cki_node_as_array(node), cki_lower_input(lowering, node->inputs[0])};
    const cki_layer layer = {.function = &cki_from_delayed_function,
                             .parameters = p,
                             .inputs = inputs,
                             .cost = cost,
                             .spell = spell};
    return cki_node_lower(lowering, p->x, layer, "", error);
}

static const cki_primitive primitive = {.name = "array.from_delayed",
                                        .size = sizeof(struct cask_array_node),
                                        .lower = lower,
                                        .barrier = true};

cask_array cki_from_delayed_array(cki_build *build, const cki_node *value, cki_dtype dtype,
                                  int ndim, const int64_t *shape)
{
    cki_axis axes[CKI_MAX_NDIM];
    cask_array input = cki_node_as_array(value);
    for (int k = 0; k < ndim; k++)
        if (!cki_chunks_regular(build->arena, shape[k], shape[k], &axes[k])) {
            cki_fail_memory(build->error, sizeof(cki_run));
            return NULL;
        }
    return cki_node_array(build, &(cki_array_spec){.primitive = &primitive,
                                                   .label = "from-value",
                                                   .dtype = dtype,
                                                   .ndim = ndim,
                                                   .axes = axes,
                                                   .inputs = &input,
                                                   .ninputs = 1});
}

static cask_value *run_from_delayed(cki_call *call)
{
    cki_build build = {call->ck, &call->ck->arena, call->error};
    const cki_node *node = cki_operation_node(cki_operation_argument(call, "value"));
    cki_dtype dtype;
    int64_t shape[CKI_MAX_NDIM];
    int ndim;
    if (cki_node_dtype(cki_operation_argument(call, "dtype"), &dtype, call->error) ||
        cki_node_shape_argument(cki_operation_argument(call, "shape"), shape, &ndim, call->error))
        return NULL;
    if (!node || node->collection->blocks(node) != 1) {
        cki_fail(call->error, CASK_TYPE, NULL, "from_delayed() needs a delayed value, not '%s'",
                 cki_value_type(cki_operation_argument(call, "value")));
        return NULL;
    }
    if (!dtype.id)
        dtype = cki_dtype_of(CASK_F64);
    return cki_node_value(&build, cki_from_delayed_array(&build, node, dtype, ndim, shape));
}

static const cki_operation from_delayed = {
    "from_delayed",
    CKI_IN_DA,
    "value, shape, dtype=None, meta=None, name=None",
    "A delayed value that will be an array of that shape, as an array of one chunk; its elements "
    "are converted to the type (float64 if none is given).",
    run_from_delayed,
    NULL};

const cki_operation *const cki_from_delayed_operations[] = {&from_delayed, NULL};

cask_array cask_array_from_delayed(cask_delayed x, cask_dtype dtype, cask_shape shape)
{
    cki_error error = {0};
    const cki_node *node = cki_argument_delayed(x);
    if (!node)
        return cki_api_poison(NULL, &error);
    cki_build build = {node->ck, node->ck ? &node->ck->arena : NULL, &error};
    error.status = node->collection->status(node);
    if (error.status != CASK_OK)
        return cki_api_poison(node->ck, &error);
    if (shape.ndim < 0 || shape.ndim > CKI_MAX_NDIM)
        cki_fail(&error, CASK_INVALID, NULL, "%d axes: an array has at most %d", shape.ndim,
                 CKI_MAX_NDIM);
    for (int k = 0; k < shape.ndim && error.status == CASK_OK; k++)
        if (shape.sizes[k] < 0)
            cki_fail(&error, CASK_INVALID, NULL, "negative dimensions are not allowed");
    cki_api_known(dtype, &error);
    const cki_dtype type = cki_dtype_of(dtype == CASK_DTYPE_DEFAULT ? CASK_F64 : dtype);
    cask_array made = error.status == CASK_OK
                          ? cki_from_delayed_array(&build, node, type, shape.ndim, shape.sizes)
                          : NULL;
    return made ? made : cki_api_poison(node->ck, &error);
}
