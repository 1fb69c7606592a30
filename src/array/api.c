/* The C interface: calls become operations by name, as in the expression language; failures become
 * poison arrays. */
#include "array/api.h"
#include "array/collect.h"
#include "core/memory.h"
#include "expr/argument.h"

#include <string.h>

/* A failed call's array: a node like any other, which every function passes on. */
typedef struct poison {
    struct cask_array_node node;
    cask_status status;
    const cki_error *why; /* NULL where there was no room for it */
} poison;

static cask_status lower_poison(cki_lowering *lowering, const cki_node *node, cki_error *error)
{
    (void)lowering, (void)node;
    return cki_fail_internal(error, "api: a failed array was computed");
}

static const cki_primitive poison_primitive = {
    .name = "poison", .size = sizeof(struct cask_array_node), .lower = lower_poison};

/* Where there is no memory for one, and where no context was given. */
static const poison no_memory = {
    .node = {.base = {.primitive = &poison_primitive, .collection = &cki_collect_array},
             .label = ""},
    .status = CASK_MEMORY};
static const poison no_context = {
    .node = {.base = {.primitive = &poison_primitive, .collection = &cki_collect_array},
             .label = ""},
    .status = CASK_INVALID};

bool cki_api_failed(cask_array x)
{
    return !x || x->base.primitive == &poison_primitive;
}

cask_status cki_api_status(cask_array x)
{
    const poison *failed = (const poison *)(const void *)x;
    if (failed && failed->why) /* told again, if the program has cleared it meanwhile */
        cki_context_fail(failed->node.base.ck, failed->why);
    return failed ? failed->status : CASK_INVALID;
}

cask_array cki_api_poison(cask *ck, const cki_error *error)
{
    if (!ck)
        return error->status == CASK_MEMORY ? &no_memory.node : &no_context.node;
    cki_context_fail(ck, error);
    /* a context that could not be made has no arena of its own */
    poison *made = ck->compute ? cki_arena_alloc(&ck->arena, sizeof *made) : NULL;
    if (!made)
        return &no_memory.node;
    *made = (poison){.node = {.base = {.primitive = &poison_primitive,
                                       .collection = &cki_collect_array,
                                       .ck = ck},
                              .label = ""},
                     .status = error->status,
                     .why = cki_arena_copy(&ck->arena, error, sizeof *error)};
    return &made->node;
}

/* ---- arguments ---- */

void cki_api_value(cki_api *api, const char *name, cask_value *value)
{
    if (!value) {
        cki_fail_memory(&api->error, sizeof value);
    } else if (api->count == CKI_API_ARGUMENTS) {
        cki_fail(&api->error, CASK_LIMIT, NULL, "a call takes at most %d arguments",
                 CKI_API_ARGUMENTS);
        cask_value_unref(value);
    } else {
        api->names[api->count] = name;
        api->values[api->count++] = value;
    }
}

/* Whether an array may take part; its context becomes the call's. */
static bool admit(cki_api *api, cask_array x)
{
    if (!x) {
        cki_fail(&api->error, CASK_INVALID, NULL, "an array was expected, not NULL");
        return false;
    }
    if (cki_api_failed(x)) {
        api->poison = api->poison ? api->poison : x;
        return false;
    }
    if (api->ck && api->ck != x->base.ck) {
        cki_fail(&api->error, CASK_INVALID, NULL,
                 "arrays of two contexts cannot meet in one operation");
        return false;
    }
    api->ck = x->base.ck;
    return true;
}

void cki_api_array(cki_api *api, cask_array x)
{
    if (admit(api, x))
        cki_api_value(api, NULL, cki_operation_wrap(&x->base, &api->error));
}

void cki_api_arrays(cki_api *api, const cask_array *arrays, size_t count)
{
    if (count && !arrays) {
        cki_fail(&api->error, CASK_INVALID, NULL, "%zu arrays were expected, not NULL", count);
        return;
    }
    cask_value *list = cki_value_list(CKI_LIST, count, &api->error);
    for (size_t i = 0; list && i < count; i++) {
        cask_value *item =
            admit(api, arrays[i]) ? cki_operation_wrap(&arrays[i]->base, &api->error) : NULL;
        list->as.list.items[i] = item ? item : cki_value_none();
    }
    cki_api_value(api, NULL, list);
}

void cki_api_float(cki_api *api, const char *name, double number)
{
    cki_api_value(api, name, cki_value_float(number, &api->error));
}

void cki_api_int(cki_api *api, const char *name, int64_t number)
{
    cki_api_value(api, name, cki_value_int(number, &api->error));
}

void cki_api_flag(cki_api *api, const char *name, bool flag)
{
    cki_api_value(api, name, cki_value_bool(flag));
}

void cki_api_text(cki_api *api, const char *name, const char *text)
{
    cki_api_value(api, name, text ? cki_value_string(text, &api->error) : cki_value_none());
}

bool cki_api_known(cask_dtype dtype, cki_error *error)
{
    if ((unsigned)dtype < CASK_DTYPE_COUNT)
        return true;
    cki_fail(error, CASK_TYPE, NULL, "%d is no cask_dtype", (int)dtype);
    return false;
}

void cki_api_dtype(cki_api *api, const char *name, cask_dtype dtype)
{
    if (!cki_api_known(dtype, &api->error))
        return;
    if (dtype != CASK_DTYPE_DEFAULT)
        cki_api_value(api, name, cki_value_dtype(cki_dtype_of(dtype), &api->error));
}

static void put_numbers(cki_api *api, const char *name, const int64_t *numbers, int count)
{
    if (count < 0 || count > CASK_MAX_NDIM)
        cki_fail(&api->error, CASK_INVALID, NULL, "%d axes: an array has at most %d", count,
                 CASK_MAX_NDIM);
    else
        cki_api_value(api, name, cki_value_ints(CKI_TUPLE, numbers, (size_t)count, &api->error));
}

void cki_api_shape(cki_api *api, const char *name, const cask_shape *shape)
{
    put_numbers(api, name, shape->sizes, shape->ndim);
}

void cki_api_chunks(cki_api *api, const char *name, const cask_shape *chunks)
{
    if (chunks->ndim == 0)
        cki_api_text(api, name, "auto");
    else
        put_numbers(api, name, chunks->sizes, chunks->ndim);
}

void cki_api_axes(cki_api *api, const char *name, const cask_axes *axes)
{
    int64_t numbers[CASK_MAX_NDIM];
    for (int k = 0; k < axes->count && k < CASK_MAX_NDIM; k++)
        numbers[k] = axes->axes[k];
    if (axes->count == 1)
        cki_api_int(api, name, numbers[0]);
    else if (axes->count != 0)
        put_numbers(api, name, numbers, axes->count);
}

/* ---- calling ---- */

static cask_value *call(cki_api *api, const char *name, unsigned places)
{
    const cki_operation *operation = cki_operation_find(api->ck, name, places);
    if (!operation) {
        const char *nearest = cki_operation_nearest(api->ck, name, places);
        cki_fail(&api->error, CASK_NOT_FOUND, "AttributeError", "no operation is called '%s'%s%s%s",
                 name, nearest ? "; did you mean '" : "", nearest ? nearest : "",
                 nearest ? "'?" : "");
        return NULL;
    }
    size_t positional = 0;
    while (positional < api->count && !api->names[positional])
        positional++;
    cki_arguments arguments = {.positional = api->values,
                               .count = positional,
                               .names = api->names + positional,
                               .named = api->values + positional,
                               .nnamed = api->count - positional};
    return cki_operation_call(api->ck, operation, &arguments, &api->error);
}

/* The lazy array of a result; a number or an eager array becomes one. */
static cask_array result_array(cask *ck, const char *name, cask_value *value, cki_error *error)
{
    if (cki_node_lazy(value))
        return cki_node_lazy(value);
    cki_build build = cki_node_build(ck, error);
    bool numeric = cki_array_of(value) || value->kind == CKI_INT || value->kind == CKI_FLOAT ||
                   value->kind == CKI_BOOL || value->kind == CKI_COMPLEX;
    if (numeric)
        return cki_node_from_value(&build, value);
    cki_fail(error, CASK_TYPE, NULL, "%s gives no array but a %s", name, cki_value_type(value));
    return NULL;
}

bool cki_api_results(cask *ck, const char *name, cask_value *value, cask_array *results,
                     size_t count, cki_error *error)
{
    if (count == 1)
        return (results[0] = result_array(ck, name, value, error)) != NULL;
    bool several = value->kind == CKI_TUPLE || value->kind == CKI_LIST;
    if (!several || value->as.list.count != count) {
        if (several)
            cki_fail(error, CASK_TYPE, NULL, "%s gives %zu arrays, not %zu", name,
                     value->as.list.count, count);
        else
            cki_fail(error, CASK_TYPE, NULL, "%s gives no %zu arrays but a %s", name, count,
                     cki_value_type(value));
        return false;
    }
    for (size_t i = 0; i < count; i++)
        if (!(results[i] = result_array(ck, name, value->as.list.items[i], error)))
            return false;
    return true;
}

void cki_api_run_several(cki_api *api, const char *operation, unsigned places, cask_array *results,
                         size_t count)
{
    bool made = false;
    if (api->ck && !api->ck->compute) /* it could not be opened */
        api->error = api->ck->error;
    if (!api->poison && api->ck && api->error.status == CASK_OK) {
        cki_ledger *before = cki_ledger_enter(api->ck->ledger);
        cask_value *value = call(api, operation, places);
        made = value && cki_api_results(api->ck, operation, value, results, count, &api->error);
        cask_value_unref(value);
        cki_ledger_enter(before);
    }
    for (size_t i = 0; i < api->count; i++)
        cask_value_unref(api->values[i]);
    if (made)
        return;
    if (!api->poison && !api->ck)
        cki_fail(&api->error, CASK_INVALID, NULL, "no context was given");
    else if (!api->poison && api->error.status == CASK_OK)
        cki_fail_memory(&api->error, count * sizeof *results);
    cask_array failed = api->poison ? api->poison : cki_api_poison(api->ck, &api->error);
    for (size_t i = 0; i < count; i++)
        results[i] = failed;
}

cask_array cki_api_run(cki_api *api, const char *operation, unsigned places)
{
    cask_array result;
    cki_api_run_several(api, operation, places, &result, 1);
    return result;
}

cask_value *cki_api_take(cki_api *api, const cask_argument *argument)
{
    if (argument->array && !admit(api, argument->array))
        return NULL;
    return cki_argument_value(argument, &api->error);
}

void cki_api_argument(cki_api *api, const cask_argument *argument)
{
    cask_value *value = cki_api_take(api, argument);
    if (value)
        cki_api_value(api, argument->name, value);
}

cask_status cki_api_do(cki_api *api, const char *operation, cask_value **result)
{
    cask_array failed = api->poison;
    cask_value *value = NULL;
    if (api->ck && !api->ck->compute) /* it could not be opened */
        api->error = api->ck->error;
    else if (!api->ck && !failed)
        cki_fail(&api->error, CASK_INVALID, NULL, "no context was given");
    if (!failed && api->ck && api->error.status == CASK_OK) {
        cki_ledger *before = cki_ledger_enter(api->ck->ledger);
        value = call(api, operation, CKI_IN_DA);
        cki_ledger_enter(before);
    }
    if (result)
        *result = value;
    else
        cask_value_unref(value);
    for (size_t i = 0; i < api->count; i++)
        cask_value_unref(api->values[i]);
    if (failed)
        return cki_api_status(failed);
    if (api->error.status == CASK_OK)
        return CASK_OK;
    return cki_context_fail(api->ck, &api->error);
}

void cki_api_arguments(cki_api *api, cask_arguments arguments)
{
    bool named = false;
    if (arguments.count && !arguments.items)
        cki_fail(&api->error, CASK_INVALID, NULL, "%zu arguments were expected, not NULL",
                 arguments.count);
    for (size_t i = 0; arguments.items && i < arguments.count && i <= CKI_API_ARGUMENTS; i++) {
        const cask_argument *argument = &arguments.items[i];
        if (named && !argument->name)
            cki_fail(&api->error, CASK_TYPE, NULL, "positional argument follows keyword argument");
        named |= argument->name != NULL;
        cki_api_argument(api, argument);
    }
}

void cask_arrays_apply(cask *ck, const char *operation, cask_arguments arguments,
                       cask_array *results, size_t count)
{
    cki_api api = {.ck = ck};
    if (!operation)
        cki_fail(&api.error, CASK_INVALID, NULL, "no operation was named");
    cki_api_arguments(&api, arguments);
    unsigned places = CKI_IN_DA | CKI_ARRAY_METHOD;
    if (ck && operation && !cki_operation_find(ck, operation, places) &&
        cki_operation_find(ck, operation, CKI_ARRAY_ATTRIBUTE))
        places = CKI_ARRAY_ATTRIBUTE;
    cki_api_run_several(&api, operation, places, results, count);
}

cask_array cask_array_apply(cask *ck, const char *operation, cask_arguments arguments)
{
    cask_array result;
    cask_arrays_apply(ck, operation, arguments, &result, 1);
    return result;
}
