/* apply_along_axis: the axis becomes one chunk and goes to the end; each block calls the function
 * for every line of it, and what results takes the axis' place. */
#include "array/along_axis.h"
#include "array/blockwise.h"
#include "array/map_blocks.h"
#include "array/masked.h"
#include "array/rechunk.h"
#include "array/runs.h"
#include "array/view.h"
#include "call/call.h"

#include <string.h>

typedef struct applying {
    cki_build *build;
    cask_value *function;
    cask_value *const *rest; /* further arguments */
    size_t count;
    cask_value *named;
    cki_dtype dtype; /* of the result; id 0: to be found */
    int ndim;        /* of a result; -1: to be found */
    int64_t shape[CKI_MAX_NDIM];
} applying;

/* The type and shape of what the function gives for a line of ones. */
static cask_status find_result(applying *a, cask_array line_of)
{
    cki_error *error = a->build->error;
    int64_t length = line_of->axes[line_of->ndim - 1].length;
    length = length < 0 ? 1 : length;
    cask_value *line = cki_array_new(line_of->dtype, 1, &length, error);
    cask_value **values =
        (cask_value **)cki_arena_array(a->build->arena, a->count + 1, sizeof *values);
    const cki_array *ones = cki_array_of(line);
    const int64_t one = 1;
    for (int64_t i = 0; ones && i < length && error->status == CASK_OK; i++)
        cki_array_cast_element(ones->dtype, ones->data + i * ones->strides[0],
                               cki_dtype_of(CASK_I64), &one, error);
    const char *const *names = cki_map_blocks_names(a->build, a->named);
    if (ones && error->status == CASK_OK && cki_masked_is(line_of)) {
        cask_value *mask = cki_masked_block_part(line, 1, error);
        line = mask ? cki_masked_value_new(line, mask, 0, false, error) : line;
    }
    if (!ones || !line || !values || !names || error->status != CASK_OK) {
        cask_value_unref(line);
        return error->status ? error->status : cki_fail_memory(error, sizeof *values);
    }
    values[0] = line;
    for (size_t i = 0; i < a->count; i++)
        values[i + 1] = a->rest[i];
    const cki_arguments given = {values, a->count + 1, names, a->named->as.dict.values,
                                 a->named->as.dict.count};
    cask_value *result = cki_call_run(a->build->ck, a->function, &given, NULL, error);
    cask_value *natural = result ? cki_masked_block_part(result, 0, error) : NULL;
    const cki_array *array = cki_array_of(natural);
    if (array && !a->dtype.id)
        a->dtype = array->dtype;
    if (array && a->ndim < 0) {
        a->ndim = array->ndim;
        memcpy(a->shape, array->shape, sizeof a->shape);
    }
    cask_value_unref(line);
    cask_value_unref(result);
    cask_value_unref(natural);
    return error->status;
}

/* x with one axis last and in one chunk. */
static cask_array axis_last(cki_build *build, cask_array x, int axis)
{
    int order[CKI_MAX_NDIM], count = 0;
    bool single[CKI_MAX_NDIM] = {false};
    for (int k = 0; k < x->ndim; k++)
        if (k != axis)
            order[count++] = k;
    order[count] = axis;
    x = axis == x->ndim - 1 ? x : cki_view_transpose(build, x, order);
    single[count] = true;
    return x ? cki_rechunk_single(build, x, single) : NULL;
}

static cask_array axis_last_masked(cki_build *build, cask_array x, int axis)
{
    if (!cki_masked_is(x))
        return axis_last(build, x, axis);
    cki_masked parts = cki_masked_parts(x);
    parts.data = axis_last(build, parts.data, axis);
    parts.mask = parts.data ? axis_last(build, parts.mask, axis) : NULL;
    return cki_masked_array(build, &parts);
}

/* The last `moved` axes of x to `axis`. */
static cask_array axes_back(cki_build *build, cask_array x, int axis, int moved)
{
    if (cki_masked_is(x)) {
        cki_masked parts = cki_masked_parts(x);
        parts.data = axes_back(build, parts.data, axis, moved);
        parts.mask = parts.data ? axes_back(build, parts.mask, axis, moved) : NULL;
        return cki_masked_array(build, &parts);
    }
    int order[CKI_MAX_NDIM];
    for (int k = 0; k < x->ndim; k++)
        order[k] = k < axis ? k : k < axis + moved ? x->ndim - moved + k - axis : k - moved;
    return moved == 0 || axis == x->ndim - moved ? x : cki_view_transpose(build, x, order);
}

/* How the task loops: over all axes but the last of x; other arguments are given as they are. */
static const cki_vectorize *loop_of(const applying *a)
{
    cki_vectorize *v = cki_arena_alloc(a->build->arena, sizeof *v);
    int16_t *core = cki_arena_array(a->build->arena, a->count + 1, sizeof *core);
    if (!v || !core) {
        cki_fail_memory(a->build->error, sizeof *v);
        return NULL;
    }
    memset(v, 0, sizeof *v);
    v->ninputs = a->count + 1;
    v->core = core;
    core[0] = 1;
    for (size_t i = 0; i < a->count; i++)
        core[i + 1] = -1;
    v->results[0].dtype = a->dtype;
    v->results[0].ndim = a->ndim;
    memcpy(v->results[0].shape, a->shape, sizeof a->shape);
    return v;
}

static cask_array apply(applying *a, cask_array x, int axis)
{
    cki_build *build = a->build;
    int loops = x->ndim - 1;
    if (!(x = axis_last_masked(build, x, axis)))
        return NULL;
    if ((a->ndim < 0 || !a->dtype.id) && find_result(a, x) != CASK_OK)
        return NULL;
    if (loops + a->ndim > CKI_MAX_NDIM) {
        cki_fail(build->error, CASK_INVALID, NULL, "a result of more than %d axes", CKI_MAX_NDIM);
        return NULL;
    }
    size_t count = a->count + 1 + a->named->as.dict.count;
    cki_blockwise_argument *arguments = cki_arena_array(build->arena, count, sizeof *arguments);
    cki_axis *axes = cki_runs_axes(build, loops + a->ndim);
    const cki_vectorize *loop = loop_of(a);
    const char *const *names = cki_map_blocks_names(build, a->named);
    bool made = arguments && axes && loop && names;
    for (int k = 0; made && k < loops; k++)
        axes[k] = x->axes[k];
    for (int k = 0; made && k < a->ndim; k++)
        made = cki_chunks_single(build->arena, a->shape[k], &axes[loops + k]);
    if (!made) {
        cki_fail_memory(build->error, count * sizeof *arguments);
        return NULL;
    }
    memset(arguments, 0, count * sizeof *arguments);
    arguments[0].x = x;
    for (int k = 0; k < x->ndim; k++)
        arguments[0].along[k] = (int16_t)(k < loops ? k : CKI_BLOCKWISE_ALL);
    for (size_t i = 0; i < a->count; i++)
        arguments[i + 1].value = a->rest[i];
    for (size_t i = 0; i < a->named->as.dict.count; i++)
        arguments[a->count + 1 + i].value = a->named->as.dict.values[i];
    cask_array result =
        cki_blockwise_array(build, &(cki_blockwise){.function = a->function,
                                                    .what = "apply_along_axis",
                                                    .dtype = a->dtype,
                                                    .ndim = loops + a->ndim,
                                                    .axes = axes,
                                                    .arguments = arguments,
                                                    .count = count,
                                                    .names = names,
                                                    .nnamed = a->named->as.dict.count,
                                                    .vectorize = loop,
                                                    .concatenate = true,
                                                    .raw = cki_masked_is(x)});
    if (result && cki_masked_is(x))
        result = cki_blockwise_masked(build, result, -1, a->dtype, loops + a->ndim, axes);
    return result ? axes_back(build, result, axis, a->ndim) : NULL;
}

/* ---- operations ---- */

/* Masked arrays too. */
static cask_array array_of(cki_build *build, cask_value *value)
{
    cask_array masked = cki_masked_lazy(value);
    return masked ? masked : cki_node_from_value(build, value);
}

static cask_array expand(cki_build *build, cask_array x, int axis)
{
    if (!cki_masked_is(x))
        return cki_view_expand(build, x, axis);
    cki_masked parts = cki_masked_parts(x);
    parts.data = cki_view_expand(build, parts.data, axis);
    parts.mask = parts.data ? cki_view_expand(build, parts.mask, axis) : NULL;
    return cki_masked_array(build, &parts);
}

static cask_value *run_along(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array x = array_of(&build, cki_operation_argument(call, "arr"));
    const cask_value *rest = cki_operation_argument(call, "args");
    applying a = {.build = &build,
                  .rest = rest->as.list.items,
                  .count = rest->as.list.count,
                  .named = cki_operation_argument(call, "kwargs"),
                  .ndim = -1};
    int axis;
    if (!x || cki_node_axis(cki_operation_argument(call, "axis"), x->ndim, &axis, call->error) ||
        cki_node_dtype(cki_operation_argument(call, "dtype"), &a.dtype, call->error) != CASK_OK)
        return NULL;
    if (!cki_operation_is_none(call, "shape") &&
        cki_node_shape_argument(cki_operation_argument(call, "shape"), a.shape, &a.ndim,
                                call->error) != CASK_OK)
        return NULL;
    a.function =
        cki_blockwise_function(&build, cki_operation_argument(call, "func1d"), "apply_along_axis");
    cask_array made = a.function ? apply(&a, x, axis) : NULL;
    cask_value_unref(a.function);
    return cki_node_value(&build, made);
}

/* One axis: a function of NumPy's is called with the whole lazy array, others line by line. */
static cask_array over_axis(applying *a, cask_array x, int axis)
{
    cki_build *build = a->build;
    cask *ck = build->ck;
    cask_value *number =
        cki_value_int(strcmp(cki_call_name(a->function), "lambda") ? axis : 0, build->error);
    cask_value *self = number ? cki_node_value(build, x) : NULL;
    cask_array made = NULL;
    if (self && ck->invoke && strcmp(cki_call_name(a->function), "lambda") != 0) {
        cask_value *const both[2] = {self, number};
        const cki_arguments given = {.positional = both, .count = 2};
        cask_value *result = ck->invoke(ck->language, a->function, &given, build->error);
        made = result ? array_of(build, result) : NULL;
        cask_value_unref(result);
    } else if (self) {
        a->rest = &number;
        a->count = 1;
        a->dtype = (cki_dtype){0};
        a->ndim = -1;
        made = apply(a, x, axis);
        a->rest = NULL;
        a->count = 0;
    }
    cask_value_unref(number);
    cask_value_unref(self);
    if (made && made->ndim == x->ndim - 1)
        return expand(build, made, axis);
    if (made && made->ndim != x->ndim)
        cki_fail(build->error, CASK_INVALID, NULL,
                 "func must either preserve dimensionality of the input or reduce it by one.");
    return made && made->ndim == x->ndim ? made : NULL;
}

static cask_value *run_over(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_array x = array_of(&build, cki_operation_argument(call, "a"));
    cask_value *given = cki_operation_argument(call, "axes");
    applying a = {.build = &build};
    a.function =
        cki_blockwise_function(&build, cki_operation_argument(call, "func"), "apply_over_axes");
    a.named = a.function ? cki_value_dict(call->error) : NULL;
    bool list = given->kind == CKI_TUPLE || given->kind == CKI_LIST;
    size_t count = list ? given->as.list.count : 1;
    for (size_t i = 0; a.named && x && i < count; i++) {
        int axis;
        bool good = cki_node_axis(list ? given->as.list.items[i] : given, x->ndim, &axis,
                                  call->error) == CASK_OK;
        x = good ? over_axis(&a, x, axis) : NULL;
    }
    bool good = a.named && x;
    cask_value_unref(a.function);
    cask_value_unref(a.named);
    return good ? cki_node_value(&build, x) : NULL;
}

#define FUNCTION (CKI_IN_DA | CKI_IN_NP)

static const cki_operation op_along = {
    "apply_along_axis",
    FUNCTION,
    "func1d, axis, arr, *args, dtype=None, shape=None, **kwargs",
    "A function of 1-d arrays applied to every line along an axis; what it gives takes the axis' "
    "place. dtype and shape of a result are found by calling it, where they are not given.",
    run_along,
    NULL};
static const cki_operation op_over = {
    "apply_over_axes",
    FUNCTION,
    "func, a, axes",
    "A function of an array and an axis applied over each of the axes in turn, which stay with "
    "length 1.",
    run_over,
    NULL};

const cki_operation *const cki_along_axis_operations[] = {&op_along, &op_over, NULL};
