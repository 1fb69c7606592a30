/* piecewise: in each block, every function is called with the elements where its condition is true.
 */
#include "array/piecewise.h"
#include "array/elementwise.h"
#include "array/map_blocks.h"
#include "call/call.h"
#include "call/user.h"
#include "core/memory.h"
#include "kernel/select.h"

#include <string.h>

/* ---- the block's function ---- */

/* Put values (one, or as many as there are true elements) where the mask is true, in C order; both
 * arrays are C-contiguous and of one shape. */
static cask_status put(const cki_array *out, const cki_array *mask, cask_value *given,
                       cki_error *error)
{
    cask_value *natural = cki_array_of(given) ? cask_value_ref(given)
                                              : cki_array_from_value(given, (cki_dtype){0}, error);
    const cki_array *from = cki_array_of(natural);
    int64_t size = cki_array_size(out), count = 0, at = 0;
    for (int64_t i = 0; i < size; i++)
        count += mask->data[i] != 0;
    if (from && cki_array_size(from) != 1 && cki_array_size(from) != count)
        cki_fail(error, CASK_INVALID, NULL,
                 "NumPy boolean array indexing assignment cannot assign %lld input values to the "
                 "%lld output values where the mask is true",
                 (long long)cki_array_size(from), (long long)count);
    bool one = from && cki_array_size(from) == 1;
    size_t width = cki_dtype_size(out->dtype);
    cask_value *cast = from && error->status == CASK_OK
                           ? cki_array_new(out->dtype, from->ndim, from->shape, error)
                           : NULL;
    if (cast && cki_array_cast(cki_array_of(cast), from, error) == CASK_OK)
        for (int64_t i = 0; i < size; i++)
            if (mask->data[i])
                memcpy(out->data + (size_t)i * width,
                       cki_array_of(cast)->data + (one ? 0 : (size_t)at++ * width), width);
    cask_value_unref(cast);
    cask_value_unref(natural);
    return error->status;
}

/* What one function gives for the elements that a mask selects; or it is a value itself. */
static cask_status put_piece(const cask_call *call, cask_value *function, const cki_array *x,
                             const cki_array *out, const cki_array *mask, cki_error *error)
{
    if (!cki_call_callable(function))
        return put(out, mask, function, error);
    const cask_value *rest = cask_call_named(call, "func_args");
    const cask_value *named = cask_call_named(call, "func_kw");
    cask_value *chosen = NULL, *result = NULL;
    if (cki_select_mask(x, mask, &chosen, error) != CASK_OK)
        return error->status;
    size_t nrest = rest->as.list.count, nnamed = named->as.dict.count;
    cask_value **values = (cask_value **)cki_memory_calloc(nrest + 1, sizeof *values);
    const char **names = (const char **)cki_memory_calloc(nnamed + 1, sizeof *names);
    if (!values || !names) {
        cki_fail_memory(error, nrest * sizeof *values);
    } else if (cki_array_size(cki_array_of(chosen)) > 0) {
        values[0] = chosen;
        for (size_t i = 0; i < nrest; i++)
            values[i + 1] = rest->as.list.items[i];
        for (size_t i = 0; i < nnamed; i++)
            names[i] = named->as.dict.keys[i]->as.text.bytes;
        const cki_arguments given = {values, nrest + 1, names, named->as.dict.values, nnamed};
        result =
            cki_call_run(cask_call_context(call), function, &given, cki_user_task_run(call), error);
    }
    if (result)
        put(out, mask, result, error);
    cki_memory_free((void *)values);
    cki_memory_free((void *)names);
    cask_value_unref(chosen);
    cask_value_unref(result);
    return error->status;
}

/* A mask of x's shape, as C-contiguous bools; with `none` true where no condition before was. */
static cask_value *mask_of(const cask_call *call, size_t i, const cki_array *x, cki_error *error)
{
    cask_value *made = cki_array_zeros(cki_dtype_of(CASK_BOOL), x->ndim, x->shape, error);
    const cki_array *mask = cki_array_of(made), *given = cki_array_of(cask_call_argument(call, i));
    if (!mask)
        return NULL;
    cask_value *wide = given ? cki_array_broadcast(given, x->ndim, x->shape, error) : NULL;
    if (!given)
        cki_fail_internal(error, "piecewise");
    if (wide)
        cki_array_cast(mask, cki_array_of(wide), error);
    cask_value_unref(wide);
    return made;
}

static cask_value *run_block(cask_call *call)
{
    cki_error *error = cki_user_error(call);
    cask_value *compact = cki_array_compact(cask_call_argument(call, 0), error);
    const cki_array *x = cki_array_of(compact);
    const cask_value *functions = cask_call_named(call, "funclist");
    size_t conditions = cask_call_count(call) - 1, count = functions->as.list.count;
    cask_value *out = x ? cki_array_zeros(x->dtype, x->ndim, x->shape, error) : NULL;
    cask_value *rest =
        out ? cki_array_zeros(cki_dtype_of(CASK_BOOL), x->ndim, x->shape, error) : NULL;
    int64_t size = rest ? cki_array_size(x) : 0;
    for (int64_t k = 0; k < size; k++)
        cki_array_of(rest)->data[k] = 1;
    for (size_t i = 0; rest && i < count && error->status == CASK_OK; i++) {
        cask_value *mask = i < conditions ? mask_of(call, i + 1, x, error) : cask_value_ref(rest);
        const cki_array *where = cki_array_of(mask);
        for (int64_t k = 0; where && i < conditions && k < size; k++)
            cki_array_of(rest)->data[k] &= where->data[k] == 0;
        if (where)
            put_piece(call, functions->as.list.items[i], x, cki_array_of(out), where, error);
        cask_value_unref(mask);
    }
    cask_value_unref(rest);
    cask_value_unref(compact);
    if (error->status == CASK_OK)
        return out;
    cask_value_unref(out);
    return NULL;
}

static const cask_function block_function = {
    .name = "cask.piecewise", .run = run_block, .doc = "numpy.piecewise of one block."};

/* ---- the operation ---- */

/* Conditions as a list: one alone, or several. */
static cask_value *list_conditions(cki_call *call)
{
    cask_value *given = cki_operation_argument(call, "condlist");
    bool several = (given->kind == CKI_LIST || given->kind == CKI_TUPLE) && given->as.list.count &&
                   given->as.list.items[0]->kind != CKI_BOOL;
    if (several)
        return cask_value_ref(given);
    cask_value *list = cki_value_list(CKI_LIST, 1, call->error);
    if (list)
        list->as.list.items[0] = cask_value_ref(given);
    return list;
}

/* x and the conditions in common chunks, as a list. */
static cask_value *align(cki_call *call, cki_build *build, const cask_value *conditions)
{
    size_t count = conditions->as.list.count + 1;
    cask_array *arrays = (cask_array *)cki_arena_array(build->arena, count, sizeof *arrays);
    cki_axis axes[CKI_MAX_NDIM];
    int ndim;
    if (!arrays) {
        cki_fail_memory(call->error, count * sizeof *arrays);
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        cask_value *value =
            i ? conditions->as.list.items[i - 1] : cki_operation_argument(call, "x");
        if (!(arrays[i] = cki_node_from_value(build, value)))
            return NULL;
    }
    if (cki_elementwise_unify(build, arrays, count, axes, &ndim) != CASK_OK)
        return NULL;
    cask_value *list = cki_value_list(CKI_LIST, count, call->error);
    for (size_t i = 0; list && i < count; i++)
        if (!(list->as.list.items[i] = cki_node_value(build, arrays[i]))) {
            list->as.list.count = i;
            cask_value_unref(list);
            return NULL;
        }
    return list;
}

/* What the block's function is given by name. */
static cask_value *named_arguments(cki_call *call, cask_value *functions)
{
    static const char *const names[] = {"funclist", "func_args", "func_kw"};
    cask_value *const values[] = {functions, cki_operation_argument(call, "args"),
                                  cki_operation_argument(call, "kw")};
    cask_value *dict = cki_value_dict(call->error);
    for (size_t i = 0; dict && i < 3; i++) {
        cask_value *key = cki_value_string(names[i], call->error);
        if (!key || cki_value_dict_set(dict, key, cask_value_ref(values[i]), call->error)) {
            cask_value_unref(dict);
            return NULL;
        }
    }
    return dict;
}

static cask_array make(cki_call *call, cki_build *build, const cask_value *conditions,
                       cask_value *functions)
{
    size_t count = conditions->as.list.count;
    if (functions->as.list.count != count && functions->as.list.count != count + 1) {
        cki_fail(call->error, CASK_INVALID, NULL,
                 "with %zu condition(s), either %zu or %zu functions are expected", count, count,
                 count + 1);
        return NULL;
    }
    cask_array made = NULL;
    cask_value *values = align(call, build, conditions);
    cask_value *named = values ? named_arguments(call, functions) : NULL;
    cask_value *function = named ? cki_user_value(&block_function, call->error) : NULL;
    cask_value *dtype =
        function ? cki_value_dtype(cki_node_lazy(values->as.list.items[0])->dtype, call->error)
                 : NULL;
    if (dtype)
        made = cki_map_blocks_array(build, &(cki_map_blocks){.function = function,
                                                             .what = "piecewise",
                                                             .arguments = values->as.list.items,
                                                             .count = values->as.list.count,
                                                             .named = named,
                                                             .dtype = dtype});
    cask_value_unref(dtype);
    cask_value_unref(function);
    cask_value_unref(named);
    cask_value_unref(values);
    return made;
}

static cask_value *run_piecewise(cki_call *call)
{
    cki_build build = cki_node_build(call->ck, call->error);
    cask_value *conditions = list_conditions(call);
    cask_value *functions =
        conditions ? cki_value_items(cki_operation_argument(call, "funclist"), call->error) : NULL;
    cask_array made = functions ? make(call, &build, conditions, functions) : NULL;
    cask_value_unref(functions);
    cask_value_unref(conditions);
    return cki_node_value(&build, made);
}

static const cki_operation op_piecewise = {
    "piecewise",
    CKI_IN_DA | CKI_IN_NP,
    "x, condlist, funclist, *args, **kw",
    "Where each condition is true, what its function gives for those elements, or its number; one "
    "function more is for where none is true. The result has the type of x.",
    run_piecewise,
    NULL};

const cki_operation *const cki_piecewise_operations[] = {&op_piecewise, NULL};
